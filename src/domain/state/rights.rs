//! Usage rights by their end, so that a scan finds those that end soon first.

use serde::{Deserialize, Serialize};

use super::table;
use crate::domain::rows::{Key, Row};
use crate::domain::{BrandId, CollaborationRef, CreatorId, Timestamp, UsageRights};

/// An agreed usage right. It remains valid after the agreement ends.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RightsEnd {
    /// The collaboration that agreed on it.
    pub collaboration: CollaborationRef,
    /// The creator of the content.
    pub creator: CreatorId,
    /// The right.
    pub rights: UsageRights,
}

impl Row for RightsEnd {
    const TABLE: u8 = table::RIGHTS_END;
}

impl RightsEnd {
    /// Returns the key of this right.
    pub fn key(&self) -> Key {
        let place = &self.collaboration;
        let end = self.rights.ends_at.map_or(u64::MAX, number);
        Self::of_brand(&place.brand)
            .number(end)
            .text(place.campaign.as_str())
            .text(place.collaboration.as_str())
            .text(self.rights.id.as_str())
    }

    /// Returns the prefix of the rights of a brand, ordered by their end; rights without end come
    /// last.
    pub fn of_brand(brand: &BrandId) -> Key {
        Key::of::<Self>().text(brand.as_str())
    }
}

fn number(at: Timestamp) -> u64 {
    at.nanos().cast_unsigned()
}
