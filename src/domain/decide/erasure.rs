//! Rules of erasing a creator, and of the legal holds that forbid it.

use std::ops::ControlFlow;

use super::{Case, Decided, Decision, ensure, happened, happens, of_creator, refuse};
use crate::domain::limits::MAX_LEGAL_HOLDS;
use crate::domain::rows::{Rows, Scan};
use crate::domain::state::{KnownLegalHold, LiveCollaboration};
use crate::domain::{
    CollaborationRef, CreatorEvent, CreatorId, ErasureGround, LegalHoldEnd, LegalHoldGround,
    LegalHoldId, Reference, Refusal, Unknown,
};

impl<S: Rows> Case<'_, S> {
    /// Erases a creator once. Erasing again gets the first answer, whatever its ground.
    pub(super) fn erase(
        &self,
        id: &CreatorId,
        ground: ErasureGround,
        reference: &Reference,
    ) -> Decided<Decision, S> {
        let creator = self.creator(id)?;
        if let Some(erasure) = &creator.erasure {
            return happened(erasure.erased.position);
        }
        if let Some(hold) = creator.legal_holds.first() {
            let hold = hold.id.clone();
            return refuse(Refusal::LegalHold { hold });
        }
        if let Some(live) = self.live_collaboration(id)? {
            let live = Box::new(live);
            return refuse(Refusal::AgreementLive { live });
        }
        let reference = reference.clone();
        let event = CreatorEvent::CreatorErased { ground, reference };
        happens(of_creator(id, event))
    }

    pub(super) fn place_legal_hold(
        &self,
        id: &CreatorId,
        hold: &LegalHoldId,
        ground: LegalHoldGround,
        reference: &Reference,
    ) -> Decided<Decision, S> {
        // Nothing is left to keep of an erased creator.
        let creator = self.unerased_creator(id)?;
        let key = KnownLegalHold::key(&self.creator_ref(id), hold);
        let is_taken = self.rows.get::<KnownLegalHold>(&key)?.is_some();
        ensure(!is_taken, || Refusal::AlreadyExists {
            what: "legal hold",
            id: hold.to_string(),
        })?;
        ensure(creator.legal_holds.len() < MAX_LEGAL_HOLDS, || {
            Refusal::LimitReached {
                collection: "legal holds of a creator that are on",
                limit: MAX_LEGAL_HOLDS,
            }
        })?;
        let event = CreatorEvent::LegalHoldPlaced {
            hold: hold.clone(),
            ground,
            reference: reference.clone(),
        };
        happens(of_creator(id, event))
    }

    pub(super) fn release_legal_hold(
        &self,
        id: &CreatorId,
        hold: &LegalHoldId,
        ground: LegalHoldEnd,
        reference: &Reference,
    ) -> Decided<Decision, S> {
        self.creator(id)?;
        let key = KnownLegalHold::key(&self.creator_ref(id), hold);
        let known = self.known::<KnownLegalHold>(&key, Unknown::LegalHold, hold.as_str())?;
        ensure(known.released.is_none(), || Refusal::HoldReleased)?;
        let event = CreatorEvent::LegalHoldReleased {
            hold: hold.clone(),
            ground,
            reference: reference.clone(),
        };
        happens(of_creator(id, event))
    }

    /// Finds a collaboration with the creator that has not ended. What is open in an ended campaign
    /// has ended with it, even if its own event is yet to come.
    fn live_collaboration(&self, id: &CreatorId) -> Decided<Option<CollaborationRef>, S> {
        let prefix = LiveCollaboration::of_creator(&self.creator_ref(id));
        let mut listed = Vec::new();
        self.rows
            .scan::<LiveCollaboration>(Scan::of(&prefix), &mut |_, row| {
                listed.push(row.collaboration.clone());
                ControlFlow::Continue(())
            })?;
        for place in listed {
            let campaign = self.campaign(&place.campaign_ref())?;
            let state = self.collaboration(&place)?.state.within(campaign.state);
            if !state.is_ended() {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }
}
