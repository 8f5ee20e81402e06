//! Rules of amendments: accepted terms change when both sides agree to the change.

use std::sync::Arc;

use super::{Case, Decided, Decision, ensure, happens, of_collaboration, refuse};
use crate::domain::limits::MAX_TERMS_VERSIONS;
use crate::domain::rows::Rows;
use crate::domain::state::{Amendment, Collaboration, Cost};
use crate::domain::{
    AgreementEvent, CollaborationRef, CostType, DeliverableId, DeliverableState, DeliverableTerms,
    DisputeSubject, Event, OwedFor, PersonalText, Refusal, Terms,
};

impl<S: Rows> Case<'_, S> {
    pub(super) fn amend(
        &self,
        place: &CollaborationRef,
        terms: &Terms,
        reason: &PersonalText,
    ) -> Decided<Decision, S> {
        self.brand_or_creator()?;
        let collaboration = self.working(place)?;
        if let Some(pending) = &collaboration.amendment {
            let version = pending.version;
            return refuse(Refusal::AmendmentPending { version });
        }
        ensure(collaboration.pinned.len() < MAX_TERMS_VERSIONS, || {
            Refusal::LimitReached {
                collection: "versions of the terms of a collaboration",
                limit: MAX_TERMS_VERSIONS,
            }
        })?;
        let campaign = self.campaign(&place.campaign_ref())?;
        self.terms_in_currency(terms, campaign.plan.currency)?;
        ensure_keeps_begun::<S>(&collaboration, terms)?;
        self.ensure_keeps_disputed(place, &collaboration, terms)?;
        let event = Event::Agreement(AgreementEvent::AmendmentProposed {
            version: collaboration.last_version + 1,
            terms: terms.clone(),
            reason: reason.clone(),
        });
        happens(of_collaboration(place, &collaboration.creator, event))
    }

    pub(super) fn accept_amendment(
        &self,
        place: &CollaborationRef,
        version: u32,
    ) -> Decided<Decision, S> {
        self.brand_or_creator()?;
        let (collaboration, amendment) = self.pending(place, version)?;
        self.only(amendment.by.other())?;
        let terms = &amendment.terms;
        ensure_keeps_begun::<S>(&collaboration, terms)?;
        self.ensure_keeps_disputed(place, &collaboration, terms)?;
        let campaign = self.campaign(&place.campaign_ref())?;
        let (owed, owed_minor) = self.owed_at_amendment(place, &collaboration, terms)?;
        let lines = i128::from(collaboration.fee_lines_minor) + i128::from(owed_minor);
        let committed = i128::from(terms.fee.minor).max(lines);
        let more_minor = committed - i128::from(collaboration.committed_minor());
        let held = collaboration.terms();
        self.ensure_fits(place, &campaign, terms, held, more_minor)?;
        let event = Event::Agreement(AgreementEvent::TermsAmended {
            version,
            terms: terms.clone(),
            digest: terms.digest(),
            proposed: amendment.proposed,
        });
        let mut facts = vec![of_collaboration(place, &collaboration.creator, event)];
        facts.extend(owed);
        Ok(Decision::Happens(facts))
    }

    pub(super) fn reject_amendment(
        &self,
        place: &CollaborationRef,
        version: u32,
        reason: &PersonalText,
    ) -> Decided<Decision, S> {
        self.brand_or_creator()?;
        let (collaboration, _) = self.pending(place, version)?;
        let reason = reason.clone();
        let event = Event::Agreement(AgreementEvent::AmendmentRejected { version, reason });
        happens(of_collaboration(place, &collaboration.creator, event))
    }

    /// Checks that terms keep everything that is under an open dispute: the promise of a disputed
    /// deliverable, and the reason why a disputed line is owed.
    fn ensure_keeps_disputed(
        &self,
        place: &CollaborationRef,
        collaboration: &Collaboration,
        terms: &Terms,
    ) -> Decided<(), S> {
        let Some(agreed) = collaboration.terms() else {
            return Ok(());
        };
        for open in &collaboration.open_disputes {
            let is_kept = match &open.subject {
                DisputeSubject::Deliverable(id) => promise(agreed, id) == promise(terms, id),
                DisputeSubject::Cost(id) => {
                    let line = self.line(&place.campaign_ref(), id)?;
                    is_ground_kept(&line, agreed, terms)
                }
                DisputeSubject::Number { .. } => true,
            };
            let dispute = open.id.clone();
            ensure(is_kept, || Refusal::Disputed { dispute })?;
        }
        Ok(())
    }

    /// Returns the amendment that waits for an answer, which must have the expected version.
    fn pending(
        &self,
        place: &CollaborationRef,
        version: u32,
    ) -> Decided<(Arc<Collaboration>, Amendment), S> {
        let collaboration = self.working(place)?;
        let Some(amendment) = collaboration.amendment.clone() else {
            return refuse(Refusal::NoAmendment);
        };
        ensure(amendment.version == version, || Refusal::StaleAmendment {
            expected: version,
            actual: amendment.version,
        })?;
        Ok((collaboration, amendment))
    }
}

/// Checks that terms keep the work that has begun: every deliverable beyond `PLANNED` is still
/// promised, on its platform, in its format and its medium.
fn ensure_keeps_begun<S: Rows>(collaboration: &Collaboration, terms: &Terms) -> Decided<(), S> {
    let deliverables = collaboration.deliverables.iter();
    for begun in deliverables.filter(|one| one.state != DeliverableState::Planned) {
        let (begun, state) = (&begun.terms, begun.state);
        let is_kept = terms.deliverables.iter().any(|promised| {
            let of = |one: &DeliverableTerms| (one.format, one.medium);
            (&promised.id, &promised.platform, of(promised))
                == (&begun.id, &begun.platform, of(begun))
        });
        let rule = "an amendment keeps what was begun";
        ensure(is_kept, || Refusal::DeliverableState { state, rule })?;
    }
    Ok(())
}

fn promise<'t>(terms: &'t Terms, id: &DeliverableId) -> Option<&'t DeliverableTerms> {
    terms
        .deliverables
        .iter()
        .find(|promised| promised.id == *id)
}

/// Returns whether the new terms keep the reason why a line is owed.
fn is_ground_kept(line: &Cost, agreed: &Terms, terms: &Terms) -> bool {
    match &line.owed_for {
        Some(OwedFor::FeePart {
            trigger,
            deliverable,
        }) => {
            let part = |of: &Terms| of.fee_part_minor(*trigger, deliverable.as_ref());
            part(agreed) == part(terms)
        }
        Some(OwedFor::Bonus { bonus }) => {
            let tier = |of: &Terms| of.bonuses.iter().find(|tier| tier.id == *bonus).cloned();
            tier(agreed) == tier(terms)
        }
        Some(OwedFor::Commission { .. }) => agreed.commission == terms.commission,
        None => line.kind != CostType::Fee || agreed.fee == terms.fee,
    }
}
