//! Campaign ROI: the costs and results of a campaign.

use serde::{Deserialize, Serialize};

use super::table;
use crate::domain::rows::{Key, Row};
use crate::domain::{CampaignRef, Effect, Totals};

/// The totals of a campaign.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct CampaignTotals {
    /// The sums.
    pub totals: Totals,
}

impl Row for CampaignTotals {
    const TABLE: u8 = table::CAMPAIGN_TOTALS;
}

impl CampaignTotals {
    /// Returns the key of a campaign's totals.
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
