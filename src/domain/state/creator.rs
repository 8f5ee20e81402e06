//! Creators: a brand's own records of people.

use serde::{Deserialize, Serialize};

use super::table;
use crate::domain::rows::{Key, Row};
use crate::domain::{
    BrandId, CampaignId, CollaborationId, CreatorId, CreatorProfile, CreatorRef, Position, Tier,
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

    /// Returns the tier now, from the largest count over all platforms.
    pub fn tier(&self) -> Tier {
        Tier::of(
            self.profile
                .largest_following()
                .map(|count| count.followers),
        )
    }
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
