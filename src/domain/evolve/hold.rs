//! Events of holds, and how they are folded.

use super::{Fold, Folded, push_kept};
use crate::domain::limits::KEPT_HOLDS;
use crate::domain::rows::RowsMut;
use crate::domain::state::{Hold, OpenHold};
use crate::domain::{DeliverableId, Effect, FlagId, HoldId, PersonalText};

/// Events of a hold on approval, publication and payment.
#[derive(Clone, PartialEq, Debug)]
#[expect(
    missing_docs,
    reason = "the message of the same name in event/v1 documents each field"
)]
pub enum HoldEvent {
    HoldPlaced(HoldPlaced),
    HoldReleased { hold: HoldId, reason: PersonalText },
}

/// Approval, publication and payment stop.
#[derive(Clone, PartialEq, Debug)]
pub struct HoldPlaced {
    /// The hold.
    pub hold: HoldId,
    /// The deliverable that waits; `None` for all of them.
    pub deliverable: Option<DeliverableId>,
    /// The safety flag behind it.
    pub flag: Option<FlagId>,
    /// Why; may be personal.
    pub reason: PersonalText,
}

impl<S: RowsMut> Fold<'_, S> {
    pub(super) fn hold_event(&mut self, event: &HoldEvent) -> Folded<(), S> {
        match event {
            HoldEvent::HoldPlaced(placed) => self.hold_placed(placed),
            HoldEvent::HoldReleased { hold, .. } => self.hold_released(hold),
        }
    }

    fn hold_placed(&mut self, placed: &HoldPlaced) -> Folded<(), S> {
        let placed_at = self.record.happened_at();
        // The timer's approval waits too.
        for held in self.held(placed.deliverable.as_ref())? {
            self.end_review(&held)?;
        }
        let collaboration = self.collaboration()?;
        collaboration.holds += 1;
        collaboration.open_holds.push(OpenHold {
            id: placed.hold.clone(),
            deliverable: placed.deliverable.clone(),
        });
        push_kept(
            &mut collaboration.latest_holds,
            placed.hold.clone(),
            KEPT_HOLDS,
        );
        let row = Hold {
            id: placed.hold.clone(),
            deliverable: placed.deliverable.clone(),
            flag: placed.flag.clone(),
            reason: placed.reason.clone(),
            placed_at,
            placed: self.record.position,
            released_at: None,
        };
        let key = Hold::key(&self.collaboration_ref()?, &placed.hold);
        self.rows.put(key, row);
        self.add_to_both(Effect::HoldPlaced);
        Ok(())
    }

    fn hold_released(&mut self, id: &HoldId) -> Folded<(), S> {
        let released_at = self.record.happened_at();
        let key = Hold::key(&self.collaboration_ref()?, id);
        let hold: &mut Hold = self.row(&key, "hold")?;
        hold.released_at = Some(released_at);
        let over = hold.deliverable.clone();
        self.collaboration()?.open_holds.retain(|on| on.id != *id);
        for freed in self.held(over.as_ref())? {
            let still_held = self.collaboration()?.hold_over(Some(&freed)).is_some();
            if let (false, Some((at, due))) = (still_held, self.review(&freed)?) {
                self.rows.put(due.key(at), due);
            }
        }
        self.add_to_both(Effect::HoldReleased);
        Ok(())
    }

    /// Returns the deliverables that a hold blocks: the given one, or all of them. An amendment may have
    /// dropped the given one since.
    fn held(&mut self, over: Option<&DeliverableId>) -> Folded<Vec<DeliverableId>, S> {
        let all = self.collaboration()?.deliverables.iter();
        let ids = all.map(|one| &one.terms.id);
        let held = ids.filter(|id| over.is_none_or(|over| over == *id));
        Ok(held.cloned().collect())
    }
}
