//! Settings of a brand.

use serde::{Deserialize, Serialize};

use super::table;
use crate::domain::rows::{Key, Row};
use crate::domain::{BrandId, Position, ZoneName};

/// What a brand set for all of its campaigns.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct BrandSettings {
    /// The time zone of its days, and the event that set it.
    pub time_zone: Option<(ZoneName, Position)>,
    /// Last event that changed them.
    pub updated: Position,
}

impl Row for BrandSettings {
    const TABLE: u8 = table::BRAND_SETTINGS;
}

impl BrandSettings {
    /// Returns the key of the settings of a brand.
    pub fn key(brand: &BrandId) -> Key {
        Key::of::<Self>().text(brand.as_str())
    }
}
