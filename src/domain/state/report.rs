//! Final reports: the numbers of a campaign that were fixed, revision by revision.

use serde::{Deserialize, Serialize};

use super::campaign::within;
use super::table;
use crate::domain::rows::{Key, Row};
use crate::domain::{Actor, CampaignRef, Drawn, Position, Timestamp};

/// A revision of the report of a campaign.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Report {
    /// 1, 2, 3 … within the campaign.
    pub revision: u32,
    /// The numbers it fixes.
    pub drawn: Drawn,
    /// Who made it.
    pub by: Actor,
    /// When it was recorded.
    pub at: Timestamp,
    /// The event that recorded it.
    pub made: Position,
}

impl Row for Report {
    const TABLE: u8 = table::REPORT;
}

impl Report {
    /// Returns the key of a revision.
    pub fn key(campaign: &CampaignRef, revision: u32) -> Key {
        Self::of_campaign(campaign).number(u64::from(revision))
    }

    /// Returns the prefix of the revisions of a campaign, the first one first.
    pub fn of_campaign(campaign: &CampaignRef) -> Key {
        within::<Self>(campaign)
    }
}
