//! Rules of holds, and of termination because of a safety flag or a ruling of a dispute.

use std::sync::Arc;

use super::{Case, Decided, Decision, ensure, happens, of_collaboration, refuse};
use crate::domain::limits::MAX_OPEN_HOLDS;
use crate::domain::rows::Rows;
use crate::domain::state::{Collaboration, Hold};
use crate::domain::{
    ActorKind, AgreementEvent, CollaborationRef, CollaborationState, DeliverableId, Event, Ground,
    HoldEvent, HoldId, HoldPlaced, PersonalText, Refusal, Unknown,
};

impl<S: Rows> Case<'_, S> {
    pub(super) fn place_hold(
        &self,
        place: &CollaborationRef,
        placed: &HoldPlaced,
    ) -> Decided<Decision, S> {
        self.only(ActorKind::Brand)?;
        let collaboration = self.working(place)?;
        if let Some(deliverable) = &placed.deliverable {
            let is_known = collaboration.deliverable(deliverable).is_some();
            let (what, id) = (Unknown::Deliverable, deliverable.to_string());
            ensure(is_known, || Refusal::NotFound { what, id })?;
        }
        if let Some(flag) = &placed.flag {
            let is_open = self.is_flag_open(&collaboration.creator, flag)?;
            ensure(is_open, || Refusal::FlagCleared)?;
        }
        let taken = self.rows.get::<Hold>(&Hold::key(place, &placed.hold))?;
        ensure(taken.is_none(), || Refusal::AlreadyExists {
            what: "hold",
            id: placed.hold.to_string(),
        })?;
        ensure(collaboration.open_holds.len() < MAX_OPEN_HOLDS, || {
            Refusal::LimitReached {
                collection: "holds of a collaboration that are on",
                limit: MAX_OPEN_HOLDS,
            }
        })?;
        let event = Event::Hold(HoldEvent::HoldPlaced(placed.clone()));
        happens(of_collaboration(place, &collaboration.creator, event))
    }

    /// Releases a hold in any state of the agreement, because settlement goes on after its end.
    pub(super) fn release_hold(
        &self,
        place: &CollaborationRef,
        id: &HoldId,
        reason: &PersonalText,
    ) -> Decided<Decision, S> {
        self.only(ActorKind::Brand)?;
        let collaboration = self.collaboration(place)?;
        let hold: Arc<Hold> = self.known(&Hold::key(place, id), Unknown::Hold, id.as_str())?;
        ensure(hold.released_at.is_none(), || Refusal::HoldReleased)?;
        let event = Event::Hold(HoldEvent::HoldReleased {
            hold: id.clone(),
            reason: reason.clone(),
        });
        happens(of_collaboration(place, &collaboration.creator, event))
    }

    /// Checks that no hold is open: none on this deliverable, or none at all when no deliverable is
    /// given.
    pub(super) fn ensure_not_held(
        &self,
        collaboration: &Collaboration,
        deliverable: Option<&DeliverableId>,
    ) -> Decided<(), S> {
        match collaboration.hold_over(deliverable) {
            Some(hold) => refuse(Refusal::OnHold {
                hold: hold.id.clone(),
            }),
            None => Ok(()),
        }
    }

    pub(super) fn terminate(
        &self,
        place: &CollaborationRef,
        reason: &PersonalText,
        ground: &Ground,
    ) -> Decided<Decision, S> {
        self.only(ActorKind::Brand)?;
        let collaboration = self.collaboration(place)?;
        let state = collaboration.state;
        let rule = "only an active one can be terminated";
        ensure(state == CollaborationState::Active, || {
            Refusal::CollaborationState { state, rule }
        })?;
        let holds = match ground {
            Ground::Flag(flag) => self.is_flag_open(&collaboration.creator, flag)?,
            Ground::Dispute(dispute) => self.dispute(place, dispute)?.is_ground_to_terminate(),
        };
        ensure(holds, || Refusal::NoGroundToTerminate)?;
        let event = Event::Agreement(AgreementEvent::CollaborationTerminated {
            reason: reason.clone(),
            ground: ground.clone(),
        });
        happens(of_collaboration(place, &collaboration.creator, event))
    }
}
