//! Collaboration performance: the costs and results of one creator in one campaign.

use serde::{Deserialize, Serialize};

use super::table;
use crate::domain::rows::{Key, Row};
use crate::domain::{CollaborationRef, Effect, Timestamp, Totals};

/// The totals of a collaboration.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct CollaborationTotals {
    /// The sums.
    pub totals: Totals,
    /// Last event of the collaboration.
    pub last_activity_at: Option<Timestamp>,
}

impl Row for CollaborationTotals {
    const TABLE: u8 = table::COLLABORATION_TOTALS;
}

impl CollaborationTotals {
    /// Returns the key of a collaboration's totals.
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
