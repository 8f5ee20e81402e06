//! Rules of creators: the brand's own record of a person.

use std::sync::Arc;

use super::{Case, Decided, Decision, ensure, happens};
use crate::domain::rows::Rows;
use crate::domain::state::Creator;
use crate::domain::{
    ActorKind, CreatorEvent, CreatorId, CreatorProfile, CreatorRef, Event, Fact, Refusal, Subject,
    Unknown,
};

/// What can be asked about a creator.
#[derive(Clone, PartialEq, Debug)]
#[expect(
    missing_docs,
    reason = "the request message of the same name in v1 documents each field"
)]
pub enum CreatorVerb {
    RecordProfile { profile: CreatorProfile },
    Block { reason: String },
    Unblock { reason: String },
}

impl<S: Rows> Case<'_, S> {
    pub(super) fn creator_verb(&self, id: &CreatorId, verb: &CreatorVerb) -> Decided<Decision, S> {
        self.only(ActorKind::Brand)?;
        let about = |event| Fact {
            subject: Subject {
                creator: Some(id.clone()),
                ..Subject::default()
            },
            event,
        };
        match verb {
            CreatorVerb::RecordProfile { profile } => {
                let profile = profile.clone();
                happens(about(Event::Creator(
                    CreatorEvent::CreatorProfileRecorded { profile },
                )))
            }
            CreatorVerb::Block { reason } => {
                let creator = self.creator(id)?;
                ensure(creator.blocked.is_none(), || Refusal::CreatorBlocked)?;
                let reason = reason.clone();
                happens(about(Event::Creator(CreatorEvent::CreatorBlocked {
                    reason,
                })))
            }
            CreatorVerb::Unblock { reason } => {
                let creator = self.creator(id)?;
                ensure(creator.blocked.is_some(), || Refusal::CreatorNotBlocked)?;
                let reason = reason.clone();
                happens(about(Event::Creator(CreatorEvent::CreatorUnblocked {
                    reason,
                })))
            }
        }
    }

    pub(super) fn creator(&self, id: &CreatorId) -> Decided<Arc<Creator>, S> {
        let key = Creator::key(&CreatorRef {
            brand: self.request.brand.clone(),
            creator: id.clone(),
        });
        self.known(&key, Unknown::Creator, id.as_str())
    }

    /// Finds a creator the brand works with.
    pub(super) fn unblocked_creator(&self, id: &CreatorId) -> Decided<Arc<Creator>, S> {
        let creator = self.creator(id)?;
        ensure(creator.blocked.is_none(), || Refusal::CreatorBlocked)?;
        Ok(creator)
    }
}
