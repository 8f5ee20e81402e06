//! Creators: a brand's own records of people.

use serde::{Deserialize, Serialize};

use super::table;
use crate::domain::rows::{Key, Row};
use crate::domain::{
    Assessment, BrandId, CampaignId, CollaborationId, CreatorId, CreatorProfile, CreatorRef,
    Evidence, FlagId, Position, SafetyFlag, Tier, Timestamp,
};

/// A creator as the brand knows them.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Creator {
    /// As recorded last.
    pub profile: CreatorProfile,
    /// Why the brand blocked the creator, while it does.
    pub blocked: Option<String>,
    /// How often the brand blocked the creator.
    pub blocks: u32,
    /// The latest assessment.
    pub assessment: Option<Assessment>,
    /// How often the brand assessed the creator.
    pub assessments: u32,
    /// Every safety flag ever raised, the first one first.
    pub flags: Vec<RaisedFlag>,
    /// Last event that changed it.
    pub updated: Position,
}

impl Row for Creator {
    const TABLE: u8 = table::CREATOR;
}

impl Creator {
    /// Key of a creator.
    pub fn key(creator: &CreatorRef) -> Key {
        Self::of_brand(&creator.brand).text(creator.creator.as_str())
    }

    /// Prefix of the creators of a brand.
    pub fn of_brand(brand: &BrandId) -> Key {
        Key::of::<Self>().text(brand.as_str())
    }

    /// Starts with what the brand knows first.
    pub fn known_as(profile: CreatorProfile, updated: Position) -> Self {
        Self {
            profile,
            blocked: None,
            blocks: 0,
            assessment: None,
            assessments: 0,
            flags: Vec::new(),
            updated,
        }
    }

    /// Finds a safety flag.
    pub fn flag(&self, id: &FlagId) -> Option<&RaisedFlag> {
        self.flags.iter().find(|known| known.flag.id == *id)
    }

    /// Lists the safety flags that are not cleared.
    pub fn open_flags(&self) -> impl Iterator<Item = &RaisedFlag> {
        self.flags.iter().filter(|known| known.cleared.is_none())
    }

    /// Returns the tier now, from the largest count over all platforms.
    pub fn tier(&self) -> Tier {
        Tier::of(
            self.profile
                .largest_following()
                .map(|count| count.followers),
        )
    }
}

/// A safety flag and what became of it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RaisedFlag {
    /// As it was raised.
    pub flag: SafetyFlag,
    /// When.
    pub raised_at: Timestamp,
    /// The event that raised it.
    pub raised: Position,
    /// That and why it was cleared.
    pub cleared: Option<ClearedFlag>,
}

/// That and why a safety flag was cleared.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ClearedFlag {
    /// When.
    pub at: Timestamp,
    /// Why; may be personal.
    pub reason: String,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
}

/// Says that a creator has a collaboration; the key holds which.
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
    /// Key of this entry.
    pub fn key(&self, brand: &BrandId, creator: &CreatorId) -> Key {
        Self::of_creator(brand, creator)
            .text(self.campaign.as_str())
            .text(self.collaboration.as_str())
    }

    /// Prefix of the collaborations of a creator.
    pub fn of_creator(brand: &BrandId, creator: &CreatorId) -> Key {
        Key::of::<Self>()
            .text(brand.as_str())
            .text(creator.as_str())
    }
}
