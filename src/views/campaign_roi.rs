//! Campaign ROI: what a campaign cost and brought.

use serde::{Deserialize, Serialize};

use super::table;
use crate::domain::rows::{Key, Row};
use crate::domain::{CampaignRef, Effect, Totals};

/// Everything a campaign adds up to.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct CampaignTotals {
    /// The sums.
    pub totals: Totals,
}

impl Row for CampaignTotals {
    const TABLE: u8 = table::CAMPAIGN_TOTALS;
}

impl CampaignTotals {
    /// Key of a campaign's totals.
    pub fn key(campaign: &CampaignRef) -> Key {
        Key::of::<Self>()
            .text(campaign.brand.as_str())
            .text(campaign.campaign.as_str())
    }

    /// Adds what an event contributes to the campaign.
    pub fn apply(&mut self, effect: &Effect) {
        self.totals.apply(effect);
    }
}
