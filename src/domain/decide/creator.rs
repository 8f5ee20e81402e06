//! Rules of creators: the brand's own records about people.

use std::sync::Arc;

use super::{Case, Decided, Decision, ensure, happens, of_creator, refuse};
use crate::domain::limits::MAX_OPEN_FLAGS;
use crate::domain::rows::Rows;
use crate::domain::state::{Creator, RaisedFlag};
use crate::domain::{
    ActorKind, Assessment, CreatorEvent, CreatorId, CreatorProfile, CreatorRef, ErasureGround,
    Evidence, FlagId, LegalHoldEnd, LegalHoldGround, LegalHoldId, PersonalText, Reference, Refusal,
    SafetyFlag, Unknown,
};

/// Commands about a creator.
#[derive(Clone, PartialEq, Debug)]
#[expect(
    missing_docs,
    reason = "the request message of the same name in v1 documents each field"
)]
pub enum CreatorVerb {
    RecordProfile {
        profile: CreatorProfile,
    },
    Block {
        reason: PersonalText,
    },
    Unblock {
        reason: PersonalText,
    },
    Assess {
        assessment: Assessment,
    },
    RaiseFlag {
        flag: SafetyFlag,
    },
    ClearFlag {
        flag: FlagId,
        reason: PersonalText,
        evidence: Vec<Evidence>,
    },
    Erase {
        ground: ErasureGround,
        reference: Reference,
    },
    PlaceLegalHold {
        hold: LegalHoldId,
        ground: LegalHoldGround,
        reference: Reference,
    },
    ReleaseLegalHold {
        hold: LegalHoldId,
        ground: LegalHoldEnd,
        reference: Reference,
    },
}

impl<S: Rows> Case<'_, S> {
    #[expect(clippy::too_many_lines, reason = "an arm for each verb")]
    pub(super) fn creator_verb(&self, id: &CreatorId, verb: &CreatorVerb) -> Decided<Decision, S> {
        self.only(ActorKind::Brand)?;
        match verb {
            CreatorVerb::RecordProfile { profile } => {
                let profile = profile.clone();
                happens(of_creator(
                    id,
                    CreatorEvent::CreatorProfileRecorded { profile },
                ))
            }
            CreatorVerb::Block { reason } => {
                let creator = self.creator(id)?;
                ensure(creator.blocked.is_none(), || Refusal::CreatorBlocked)?;
                let reason = reason.clone();
                happens(of_creator(id, CreatorEvent::CreatorBlocked { reason }))
            }
            CreatorVerb::Unblock { reason } => {
                let creator = self.creator(id)?;
                ensure(creator.blocked.is_some(), || Refusal::CreatorNotBlocked)?;
                let reason = reason.clone();
                happens(of_creator(id, CreatorEvent::CreatorUnblocked { reason }))
            }
            CreatorVerb::Assess { assessment } => {
                self.creator(id)?;
                let assessment = assessment.clone();
                happens(of_creator(id, CreatorEvent::CreatorAssessed { assessment }))
            }
            CreatorVerb::RaiseFlag { flag } => {
                let creator = self.creator(id)?;
                let key = RaisedFlag::key(&self.creator_ref(id), &flag.id);
                let taken = self.rows.get::<RaisedFlag>(&key)?.is_some();
                ensure(!taken, || Refusal::AlreadyExists {
                    what: "safety flag",
                    id: flag.id.to_string(),
                })?;
                ensure(creator.open_flags.len() < MAX_OPEN_FLAGS, || {
                    Refusal::LimitReached {
                        collection: "open safety flags of a creator",
                        limit: MAX_OPEN_FLAGS,
                    }
                })?;
                let flag = flag.clone();
                happens(of_creator(id, CreatorEvent::SafetyFlagRaised { flag }))
            }
            CreatorVerb::ClearFlag {
                flag,
                reason,
                evidence,
            } => {
                self.creator(id)?;
                let is_open = self.is_flag_open(id, flag)?;
                ensure(is_open, || Refusal::FlagCleared)?;
                happens(of_creator(
                    id,
                    CreatorEvent::SafetyFlagCleared {
                        flag: flag.clone(),
                        reason: reason.clone(),
                        evidence: evidence.clone(),
                    },
                ))
            }
            CreatorVerb::Erase { ground, reference } => self.erase(id, *ground, reference),
            CreatorVerb::PlaceLegalHold {
                hold,
                ground,
                reference,
            } => self.place_legal_hold(id, hold, *ground, reference),
            CreatorVerb::ReleaseLegalHold {
                hold,
                ground,
                reference,
            } => self.release_legal_hold(id, hold, *ground, reference),
        }
    }

    pub(super) fn creator(&self, id: &CreatorId) -> Decided<Arc<Creator>, S> {
        let key = Creator::key(&self.creator_ref(id));
        self.known(&key, Unknown::Creator, id.as_str())
    }

    pub(super) fn creator_ref(&self, id: &CreatorId) -> CreatorRef {
        CreatorRef {
            brand: self.request.brand.clone(),
            creator: id.clone(),
        }
    }

    /// Returns whether a safety flag of a creator is open. The flag must exist.
    pub(super) fn is_flag_open(&self, creator: &CreatorId, id: &FlagId) -> Decided<bool, S> {
        let key = RaisedFlag::key(&self.creator_ref(creator), id);
        let flag: Arc<RaisedFlag> = self.known(&key, Unknown::Flag, id.as_str())?;
        Ok(flag.cleared.is_none())
    }

    /// Returns a creator that was not erased.
    pub(super) fn unerased_creator(&self, id: &CreatorId) -> Decided<Arc<Creator>, S> {
        let creator = self.creator(id)?;
        match &creator.erasure {
            None => Ok(creator),
            Some(erasure) => refuse(Refusal::CreatorErased {
                position: erasure.erased.position,
            }),
        }
    }

    /// Returns a creator that the brand neither erased nor blocks.
    pub(super) fn unblocked_creator(&self, id: &CreatorId) -> Decided<Arc<Creator>, S> {
        let creator = self.unerased_creator(id)?;
        ensure(creator.blocked.is_none(), || Refusal::CreatorBlocked)?;
        Ok(creator)
    }
}
