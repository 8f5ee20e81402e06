//! How amendments are folded: new terms come into force; the old ones stay for older facts.

use super::{Fold, Folded};
use crate::domain::rows::RowsMut;
use crate::domain::state::{Amendment, Collaboration, Deliverable, PinnedTerms};
use crate::domain::{DeliverableId, DeliverableTerms, Effect, PersonalText, Terms, Timestamp};

/// The changes that an amendment makes to deliverables.
#[derive(Default)]
struct Changes {
    added: Vec<DeliverableTerms>,
    /// Due times of the dropped ones.
    dropped: Vec<Timestamp>,
    /// Due times before and after.
    moved: Vec<(Timestamp, Timestamp)>,
}

impl<S: RowsMut> Fold<'_, S> {
    pub(super) fn amendment_proposed(
        &mut self,
        version: u32,
        terms: &Terms,
        reason: &PersonalText,
    ) -> Folded<(), S> {
        let amendment = Amendment {
            version,
            terms: terms.clone(),
            by: self.record.side(),
            at: self.record.recorded_at,
            proposed: self.record.position,
            reason: reason.clone(),
        };
        let collaboration = self.collaboration()?;
        collaboration.last_version = version;
        collaboration.amendment = Some(amendment);
        Ok(())
    }

    pub(super) fn amendment_rejected(&mut self) -> Folded<(), S> {
        self.collaboration()?.amendment = None;
        Ok(())
    }

    pub(super) fn amended(
        &mut self,
        version: u32,
        terms: &Terms,
        digest: [u8; 32],
    ) -> Folded<(), S> {
        let happened_at = self.record.happened_at();
        let collaboration = self.collaboration()?;
        let committed_before = collaboration.committed_by_period();
        let before = collaboration.pinned.last();
        // Versions come into force in their order, whatever times callers state.
        let from = before.map_or(happened_at, |before| happened_at.max(before.from));
        let before = before.map(|before| before.terms.clone());
        let held = before
            .as_ref()
            .and_then(|terms| terms.attribution.code.clone());
        let changes = change_deliverables(collaboration, terms);
        collaboration.amendment = None;
        collaboration.commitment_minor = terms.fee.minor;
        collaboration.pinned.push(PinnedTerms {
            version,
            terms: terms.clone(),
            digest,
            from,
        });
        let committed = collaboration.committed_by_period();

        if let Some(before) = &before {
            self.unlist_rights(before)?;
        }
        self.list_rights(terms)?;
        let code = terms.attribution.code.as_ref();
        self.move_code(held.as_ref(), code)?;
        self.pin_code(code)?;
        self.committed_more(committed_before, committed)?;
        self.add_changes(&changes);
        Ok(())
    }

    fn add_changes(&mut self, changes: &Changes) {
        if !changes.added.is_empty() {
            self.add_promised(&changes.added);
        }
        for due_at in &changes.dropped {
            self.add_to_both(Effect::DeliverableDropped);
            self.add_to_both(Effect::DueClosed { due_at: *due_at });
        }
        for (before, after) in &changes.moved {
            self.add_to_both(Effect::DueClosed { due_at: *before });
            self.add_to_both(Effect::DueOpened { due_at: *after });
        }
    }
}

/// Puts the deliverables into the order of the new terms. A deliverable keeps its work and its
/// first due time. Only planned deliverables can be missing from the new terms; they are dropped.
fn change_deliverables(collaboration: &mut Collaboration, terms: &Terms) -> Changes {
    let mut changes = Changes::default();
    let mut before = std::mem::take(&mut collaboration.deliverables);
    let agreed = collaboration.terms();
    let agreed_due = |id: &DeliverableId| {
        let mut promised = agreed.into_iter().flat_map(|terms| &terms.deliverables);
        promised
            .find(|promised| promised.id == *id)
            .map(|promised| promised.due_at)
    };
    let mut deliverables = Vec::with_capacity(terms.deliverables.len());
    for promised in &terms.deliverables {
        let known = before.iter().position(|one| one.terms.id == promised.id);
        let Some(index) = known else {
            changes.added.push(promised.clone());
            deliverables.push(Deliverable::planned(promised));
            continue;
        };
        let mut deliverable = before.swap_remove(index);
        let is_moved = agreed_due(&promised.id) != Some(promised.due_at);
        if is_moved && deliverable.state.is_open() && deliverable.due_at != promised.due_at {
            changes.moved.push((deliverable.due_at, promised.due_at));
            deliverable.due_at = promised.due_at;
        }
        deliverable.terms = DeliverableTerms {
            due_at: deliverable.terms.due_at,
            ..promised.clone()
        };
        deliverables.push(deliverable);
    }
    changes.dropped = before.iter().map(|one| one.due_at).collect();
    collaboration.deliverables = deliverables;
    changes
}
