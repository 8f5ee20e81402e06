//! Events of creators, and how they are folded.

use super::{Fold, Folded};
use crate::domain::CreatorProfile;
use crate::domain::rows::Rows;
use crate::domain::state::Creator;

/// What happened to what the brand knows of a creator.
#[derive(Clone, PartialEq, Debug)]
#[expect(
    missing_docs,
    reason = "the message of the same name in event/v1 documents each field"
)]
pub enum CreatorEvent {
    CreatorProfileRecorded { profile: CreatorProfile },
    CreatorBlocked { reason: String },
    CreatorUnblocked { reason: String },
}

impl<S: Rows> Fold<'_, S> {
    pub(super) fn creator_event(&mut self, event: &CreatorEvent) -> Folded<(), S> {
        match event {
            CreatorEvent::CreatorProfileRecorded { profile } => self.profile_recorded(profile),
            CreatorEvent::CreatorBlocked { reason } => self.creator_blocked(reason),
            CreatorEvent::CreatorUnblocked { .. } => self.creator_unblocked(),
        }
    }

    fn profile_recorded(&mut self, profile: &CreatorProfile) -> Folded<(), S> {
        let key = Creator::key(&self.creator_ref()?);
        let position = self.record.position;
        if let Some(creator) = self.rows.get_mut::<Creator>(&key)? {
            creator.profile = profile.clone();
            creator.updated = position;
            return Ok(());
        }
        let creator = Creator {
            profile: profile.clone(),
            blocked: None,
            blocks: 0,
            updated: position,
        };
        self.rows.put(key, creator);
        Ok(())
    }

    fn creator_blocked(&mut self, reason: &str) -> Folded<(), S> {
        let creator = self.creator()?;
        creator.blocked = Some(reason.to_owned());
        creator.blocks += 1;
        Ok(())
    }

    fn creator_unblocked(&mut self) -> Folded<(), S> {
        self.creator()?.blocked = None;
        Ok(())
    }

    fn creator(&mut self) -> Folded<&mut Creator, S> {
        let key = Creator::key(&self.creator_ref()?);
        let position = self.record.position;
        let creator: &mut Creator = self.row(&key, "creator")?;
        creator.updated = position;
        Ok(creator)
    }
}
