//! Events of creators, and how they are folded.

use super::{Fold, Folded, push_kept};
use crate::domain::limits::KEPT_FLAGS;
use crate::domain::rows::RowsMut;
use crate::domain::state::{ClearedFlag, Creator, HandleHolder, RaisedFlag};
use crate::domain::{
    Assessment, CreatorProfile, ErasureGround, Evidence, FlagId, LegalHoldEnd, LegalHoldGround,
    LegalHoldId, PersonalText, Reference, SafetyFlag,
};

/// Events of a creator.
#[derive(Clone, PartialEq, Debug)]
#[expect(
    missing_docs,
    reason = "the message of the same name in event/v1 documents each field"
)]
pub enum CreatorEvent {
    CreatorProfileRecorded {
        profile: CreatorProfile,
    },
    CreatorBlocked {
        reason: PersonalText,
    },
    CreatorUnblocked {
        reason: PersonalText,
    },
    CreatorAssessed {
        assessment: Assessment,
    },
    SafetyFlagRaised {
        flag: SafetyFlag,
    },
    SafetyFlagCleared {
        flag: FlagId,
        reason: PersonalText,
        evidence: Vec<Evidence>,
    },
    CreatorErased {
        ground: ErasureGround,
        reference: Reference,
    },
    LegalHoldPlaced {
        hold: LegalHoldId,
        ground: LegalHoldGround,
        reference: Reference,
    },
    LegalHoldReleased {
        hold: LegalHoldId,
        ground: LegalHoldEnd,
        reference: Reference,
    },
}

impl<S: RowsMut> Fold<'_, S> {
    pub(super) fn creator_event(&mut self, event: &CreatorEvent) -> Folded<(), S> {
        match event {
            CreatorEvent::CreatorProfileRecorded { profile } => self.profile_recorded(profile),
            CreatorEvent::CreatorBlocked { reason } => self.creator_blocked(reason),
            CreatorEvent::CreatorUnblocked { .. } => self.creator_unblocked(),
            CreatorEvent::CreatorAssessed { assessment } => self.assessed(assessment),
            CreatorEvent::SafetyFlagRaised { flag } => self.flag_raised(flag),
            CreatorEvent::SafetyFlagCleared {
                flag,
                reason,
                evidence,
            } => self.flag_cleared(flag, reason, evidence),
            CreatorEvent::CreatorErased { ground, reference } => {
                self.creator_erased(*ground, reference)
            }
            CreatorEvent::LegalHoldPlaced {
                hold,
                ground,
                reference,
            } => self.legal_hold_placed(hold, *ground, reference),
            CreatorEvent::LegalHoldReleased { hold, .. } => self.legal_hold_released(hold),
        }
    }

    fn profile_recorded(&mut self, profile: &CreatorProfile) -> Folded<(), S> {
        let name = self.creator_ref()?;
        let key = Creator::key(&name);
        let position = self.record.position;
        let before = self.rows.get::<Creator>(&key)?;
        self.move_handles(before.as_deref(), profile)?;
        if let Some(creator) = self.rows.get_mut::<Creator>(&key)? {
            creator.profile = profile.clone();
            creator.updated = position;
            return Ok(());
        }
        let creator = Creator::known_as(profile.clone(), position);
        self.rows.put(key, creator);
        Ok(())
    }

    /// Indexes the handles of a profile in place of the earlier ones. Nobody finds the erased by one.
    fn move_handles(
        &mut self,
        before: Option<&Creator>,
        profile: &CreatorProfile,
    ) -> Folded<(), S> {
        let is_kept = before.is_some_and(|known| known.profile.handles().eq(profile.handles()));
        if is_kept || before.is_some_and(|known| known.erasure.is_some()) {
            return Ok(());
        }
        self.forget_handles(before)?;
        let name = self.creator_ref()?;
        for handle in profile.handles() {
            let key = HandleHolder::key(&name.brand, handle, &name.creator);
            let creator = name.creator.clone();
            self.rows.put(key, HandleHolder { creator });
        }
        Ok(())
    }

    /// Takes the handles of a creator out of the index.
    pub(super) fn forget_handles(&mut self, creator: Option<&Creator>) -> Folded<(), S> {
        let name = self.creator_ref()?;
        for handle in creator.iter().flat_map(|known| known.profile.handles()) {
            let key = HandleHolder::key(&name.brand, handle, &name.creator);
            self.rows.remove(&key);
        }
        Ok(())
    }

    fn creator_blocked(&mut self, reason: &PersonalText) -> Folded<(), S> {
        let creator = self.creator()?;
        creator.blocked = Some(reason.clone());
        creator.blocks += 1;
        Ok(())
    }

    fn creator_unblocked(&mut self) -> Folded<(), S> {
        self.creator()?.blocked = None;
        Ok(())
    }

    fn assessed(&mut self, assessment: &Assessment) -> Folded<(), S> {
        let creator = self.creator()?;
        creator.assessment = Some(assessment.clone());
        creator.assessments += 1;
        Ok(())
    }

    fn flag_raised(&mut self, flag: &SafetyFlag) -> Folded<(), S> {
        let record = self.record;
        let creator = self.creator()?;
        creator.flags += 1;
        creator.open_flags.push(flag.id.clone());
        push_kept(&mut creator.latest_flags, flag.id.clone(), KEPT_FLAGS);
        let row = RaisedFlag {
            flag: flag.clone(),
            raised_at: record.happened_at(),
            raised: record.position,
            cleared: None,
        };
        let key = RaisedFlag::key(&self.creator_ref()?, &flag.id);
        self.rows.put(key, row);
        Ok(())
    }

    fn flag_cleared(
        &mut self,
        id: &FlagId,
        reason: &PersonalText,
        evidence: &[Evidence],
    ) -> Folded<(), S> {
        let cleared = ClearedFlag {
            at: self.record.happened_at(),
            reason: reason.clone(),
            evidence: evidence.to_vec(),
        };
        let key = RaisedFlag::key(&self.creator_ref()?, id);
        let known: &mut RaisedFlag = self.row(&key, "safety flag")?;
        known.cleared = Some(cleared);
        self.creator()?.open_flags.retain(|open| open != id);
        Ok(())
    }

    pub(super) fn creator(&mut self) -> Folded<&mut Creator, S> {
        let key = Creator::key(&self.creator_ref()?);
        let position = self.record.position;
        let creator: &mut Creator = self.row(&key, "creator")?;
        creator.updated = position;
        Ok(creator)
    }
}
