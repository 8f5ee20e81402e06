//! Creators: the brand's own records about people.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Erasure, LegalHold, table};
use crate::domain::rows::{Key, Row, Rows};
use crate::domain::{
    Assessment, BrandId, CampaignId, CollaborationId, CreatorId, CreatorProfile, CreatorRef,
    Evidence, FlagId, PersonalText, Position, SafetyFlag, Tier, Timestamp,
};

/// A creator as the brand knows them.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Creator {
    /// The latest profile.
    pub profile: CreatorProfile,
    /// Why the brand blocks the creator; `None` when it does not.
    pub blocked: Option<PersonalText>,
    /// How often the brand blocked the creator.
    pub blocks: u32,
    /// The latest assessment.
    pub assessment: Option<Assessment>,
    /// How often the brand assessed the creator.
    pub assessments: u32,
    /// Number of safety flags ever raised.
    pub flags: u32,
    /// Flags that are open, the first one first.
    pub open_flags: Vec<FlagId>,
    /// The latest flags, open or cleared, the first one first; at most
    /// [`KEPT_FLAGS`](crate::domain::limits::KEPT_FLAGS).
    pub latest_flags: Vec<FlagId>,
    /// Number of collaborations with the creator, in any state.
    pub collaborations: u32,
    /// That the creator was erased; `None` when they were not.
    pub erasure: Option<Erasure>,
    /// Legal holds that are on, the first one first.
    pub legal_holds: Vec<LegalHold>,
    /// Last event that changed it.
    pub updated: Position,
}

impl Row for Creator {
    const TABLE: u8 = table::CREATOR;
}

impl Creator {
    /// Returns the key of a creator.
    pub fn key(creator: &CreatorRef) -> Key {
        Self::of_brand(&creator.brand).text(creator.creator.as_str())
    }

    /// Returns the prefix of the creators of a brand.
    pub fn of_brand(brand: &BrandId) -> Key {
        Key::of::<Self>().text(brand.as_str())
    }

    /// Makes a creator from the first profile that the brand records.
    pub fn known_as(profile: CreatorProfile, updated: Position) -> Self {
        Self {
            profile,
            blocked: None,
            blocks: 0,
            assessment: None,
            assessments: 0,
            flags: 0,
            open_flags: Vec::new(),
            latest_flags: Vec::new(),
            collaborations: 0,
            erasure: None,
            legal_holds: Vec::new(),
            updated,
        }
    }

    /// Reads the safety flags that an answer shows: the open ones and the latest ones, in the order
    /// in which they were raised.
    ///
    /// # Errors
    /// Returns an error when rows cannot be read.
    pub fn shown_flags<S: Rows>(
        &self,
        rows: &S,
        name: &CreatorRef,
    ) -> Result<Vec<Arc<RaisedFlag>>, S::Error> {
        let ids: BTreeSet<&FlagId> = self.open_flags.iter().chain(&self.latest_flags).collect();
        let mut shown = Vec::with_capacity(ids.len());
        for id in ids {
            shown.extend(rows.get::<RaisedFlag>(&RaisedFlag::key(name, id))?);
        }
        shown.sort_by_key(|known| known.raised);
        Ok(shown)
    }

    /// Returns the current tier, from the largest count over all platforms.
    pub fn tier(&self) -> Tier {
        Tier::of(
            self.profile
                .largest_following()
                .map(|count| count.followers),
        )
    }
}

/// A safety flag, and how it was cleared.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RaisedFlag {
    /// As it was raised.
    pub flag: SafetyFlag,
    /// When.
    pub raised_at: Timestamp,
    /// The event that raised it.
    pub raised: Position,
    /// How it was cleared; `None` while it is open.
    pub cleared: Option<ClearedFlag>,
}

impl Row for RaisedFlag {
    const TABLE: u8 = table::SAFETY_FLAG;
}

impl RaisedFlag {
    /// Returns the key of a safety flag.
    pub fn key(creator: &CreatorRef, flag: &FlagId) -> Key {
        Self::of_creator(creator).text(flag.as_str())
    }

    /// Returns the prefix of the safety flags of a creator.
    pub fn of_creator(creator: &CreatorRef) -> Key {
        Key::of::<Self>()
            .text(creator.brand.as_str())
            .text(creator.creator.as_str())
    }
}

/// When and why a safety flag was cleared.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ClearedFlag {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: PersonalText,
    /// Evidence for it.
    pub evidence: Vec<Evidence>,
}

/// An index entry: a creator has a collaboration, which the key names.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct CreatorCollaboration {
    /// Its campaign.
    pub campaign: CampaignId,
    /// The collaboration.
    pub collaboration: CollaborationId,
}

impl Row for CreatorCollaboration {
    const TABLE: u8 = table::CREATOR_COLLABORATION;
}

impl CreatorCollaboration {
    /// Returns the key of this entry.
    pub fn key(&self, brand: &BrandId, creator: &CreatorId) -> Key {
        Self::of_creator(brand, creator)
            .text(self.campaign.as_str())
            .text(self.collaboration.as_str())
    }

    /// Returns the prefix of the collaborations of a creator.
    pub fn of_creator(brand: &BrandId, creator: &CreatorId) -> Key {
        Key::of::<Self>()
            .text(brand.as_str())
            .text(creator.as_str())
    }
}
