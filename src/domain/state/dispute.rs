//! Disputes.

use serde::{Deserialize, Serialize};

use super::campaign::within;
use super::table;
use crate::domain::rows::{Key, Row};
use crate::domain::{
    ActorKind, CampaignRef, CollaborationId, DisputeId, DisputeRuling, DisputeSubject,
    PersonalText, Position, Resolution, Timestamp,
};

/// A dispute about a line, a deliverable or a number of a collaboration.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Dispute {
    /// The collaboration.
    pub collaboration: CollaborationId,
    /// What it is about.
    pub subject: DisputeSubject,
    /// Which side opened it.
    pub opened_by: ActorKind,
    /// When.
    pub opened_at: Timestamp,
    /// Why; personal.
    pub reason: PersonalText,
    /// Where evidence lies; personal.
    pub evidence: Vec<PersonalText>,
    /// How it ended; `None` while it is open.
    pub resolved: Option<Resolved>,
    /// Last event that changed it.
    pub updated: Position,
}

/// How and when a dispute ended.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Resolved {
    /// The ruling and its reason.
    pub resolution: Resolution,
    /// When.
    pub at: Timestamp,
}

impl Row for Dispute {
    const TABLE: u8 = table::DISPUTE;
}

impl Dispute {
    /// Returns the key of a dispute.
    pub fn key(campaign: &CampaignRef, dispute: &DisputeId) -> Key {
        Self::of_campaign(campaign).text(dispute.as_str())
    }

    /// Returns whether its ruling is a ground to terminate the collaboration: the side that opened
    /// it was right, at least in part.
    pub fn is_ground_to_terminate(&self) -> bool {
        let ruling = self.resolved.as_ref().map(|one| one.resolution.ruling);
        match ruling {
            Some(DisputeRuling::Upheld | DisputeRuling::Split { .. }) => true,
            Some(DisputeRuling::Overturned | DisputeRuling::Withdrawn) | None => false,
        }
    }

    /// Returns the prefix of the disputes of a campaign.
    pub fn of_campaign(campaign: &CampaignRef) -> Key {
        within::<Self>(campaign)
    }
}
