//! Rights of use by when they end, so that those that end soon are found first.

use serde::{Deserialize, Serialize};

use super::table;
use crate::domain::rows::{Key, Row};
use crate::domain::{BrandId, CollaborationRef, CreatorId, Timestamp, UsageRights};

/// A right of use that was agreed on. It outlives the agreement.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RightsEnd {
    /// Where it was agreed on.
    pub collaboration: CollaborationRef,
    /// Whose content may be used.
    pub creator: CreatorId,
    /// The right.
    pub rights: UsageRights,
}

impl Row for RightsEnd {
    const TABLE: u8 = table::RIGHTS_END;
}

impl RightsEnd {
    /// Key of this right.
    pub fn key(&self) -> Key {
        let place = &self.collaboration;
        let end = self.rights.ends_at.map_or(u64::MAX, number);
        Self::of_brand(&place.brand)
            .number(end)
            .text(place.campaign.as_str())
            .text(place.collaboration.as_str())
            .text(self.rights.id.as_str())
    }

    /// Prefix of the rights of a brand: those that end first come first, those without end last.
    pub fn of_brand(brand: &BrandId) -> Key {
        Key::of::<Self>().text(brand.as_str())
    }
}

fn number(at: Timestamp) -> u64 {
    at.nanos().cast_unsigned()
}
