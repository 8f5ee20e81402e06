//! Collaboration performance: what one creator cost and brought in one campaign.

use serde::{Deserialize, Serialize};

use super::table;
use crate::domain::rows::{Key, Row};
use crate::domain::{CollaborationRef, Effect, Totals};

/// Everything credited to a collaboration.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct CollaborationTotals {
    /// The sums.
    pub totals: Totals,
}

impl Row for CollaborationTotals {
    const TABLE: u8 = table::COLLABORATION_TOTALS;
}

impl CollaborationTotals {
    /// Key of a collaboration's totals.
    pub fn key(collaboration: &CollaborationRef) -> Key {
        Key::of::<Self>()
            .text(collaboration.brand.as_str())
            .text(collaboration.campaign.as_str())
            .text(collaboration.collaboration.as_str())
    }

    /// Adds what an event contributes to the collaboration.
    pub fn apply(&mut self, effect: &Effect) {
        self.totals.apply(effect);
    }
}
