//! Settings of a brand.

use serde::{Deserialize, Serialize};

use super::table;
use crate::domain::rows::{Key, Row};
use crate::domain::{BrandId, Currency, EmvModel, Position, ZoneName};

/// What a brand set for all of its campaigns.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct BrandSettings {
    /// The time zone of its days, and the event that set it.
    pub time_zone: Option<(ZoneName, Position)>,
    /// Models of earned media value, the first one first, and the events that defined them.
    pub emv_models: Vec<(EmvModel, Position)>,
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

    /// Returns the model that a campaign with that reporting currency gets when it opens.
    pub fn emv_model(&self, currency: Currency) -> Option<&EmvModel> {
        let mut latest_first = self.emv_models.iter().rev().map(|(model, _)| model);
        latest_first.find(|model| model.currency == currency)
    }
}
