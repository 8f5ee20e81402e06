//! Campaigns, and what is unique within them.

use serde::{Deserialize, Serialize};

use super::table;
use crate::domain::rows::{Key, Row};
use crate::domain::{
    BrandId, CampaignId, CampaignPlan, CampaignRef, CampaignState, Code, CollaborationId,
    CollaborationRef, CreatorId, Position, Timestamp,
};

/// A campaign, and how much of its budget is in use.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Campaign {
    /// State of the campaign.
    pub state: CampaignState,
    /// The plan, with the current budget cap.
    pub plan: CampaignPlan,
    /// How much of the budget is in use.
    pub budget: BudgetUse,
    /// Offers and counters that wait for an answer.
    pub open_invitations: u32,
    /// Applications that wait for an answer.
    pub applications: u32,
    /// Offers, counters and applications that ended with the campaign but have no event of their
    /// own yet.
    pub ending: u32,
    /// Collaborations accepted or active.
    pub live_collaborations: u32,
    /// Attributed and unattributed revenue before refunds, in minor units; checked against int64.
    pub gross_revenue_minor: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// The event that closed it.
    pub closed: Option<Position>,
    /// Number of report revisions so far.
    pub reports: u32,
    /// Last event that changed it.
    pub updated: Position,
}

/// How much of a budget is in use, in minor units of the reporting currency.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct BudgetUse {
    /// Fees of open offers.
    pub reserved: i64,
    /// Accepted fees, or the fee lines where their sum is higher.
    pub committed: i64,
    /// Other recorded costs, less recoveries.
    pub other: i64,
}

impl BudgetUse {
    /// Returns the sum of all three; i128, so that it cannot overflow.
    pub fn total(&self) -> i128 {
        i128::from(self.reserved) + i128::from(self.committed) + i128::from(self.other)
    }
}

impl Row for Campaign {
    const TABLE: u8 = table::CAMPAIGN;
}

impl Campaign {
    /// Returns the key of a campaign.
    pub fn key(campaign: &CampaignRef) -> Key {
        Self::of_brand(&campaign.brand).text(campaign.campaign.as_str())
    }

    /// Returns the prefix of the campaigns of a brand.
    pub fn of_brand(brand: &BrandId) -> Key {
        Key::of::<Self>().text(brand.as_str())
    }
}

/// One creator in one campaign. A pair has at most one live collaboration.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Pair {
    /// The collaboration that has not ended.
    pub live: Option<CollaborationId>,
    /// The latest collaboration.
    pub last: Option<CollaborationId>,
    /// Whether a product was sent.
    pub gifted: bool,
    /// Whether a post went live.
    pub posted: bool,
}

impl Row for Pair {
    const TABLE: u8 = table::PAIR;
}

impl Pair {
    /// Returns the key of a pair.
    pub fn key(campaign: &CampaignRef, creator: &CreatorId) -> Key {
        within::<Self>(campaign).text(creator.as_str())
    }
}

/// The collaborations that hold, or held, one code in a campaign.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct CodeHolders {
    /// In the order of their invitations.
    pub holders: Vec<CodeHolder>,
}

/// A collaboration whose terms name a code.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct CodeHolder {
    /// The collaboration.
    pub collaboration: CollaborationId,
    /// When its first terms with the code came into force; `None` while they are only offered.
    pub accepted_at: Option<Timestamp>,
    /// Whether the collaboration has not ended.
    pub live: bool,
}

impl Row for CodeHolders {
    const TABLE: u8 = table::CODE;
}

impl CodeHolders {
    /// Returns the key of a code.
    pub fn key(campaign: &CampaignRef, code: &Code) -> Key {
        within::<Self>(campaign).text(code.as_str())
    }
}

/// A pending agreement: an application, an offer or a counter that waits for an answer.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct OpenInvitation {
    /// From this time on it cannot be accepted; `None` for an application.
    pub expires_at: Option<Timestamp>,
}

impl Row for OpenInvitation {
    const TABLE: u8 = table::OPEN_INVITATION;
}

impl OpenInvitation {
    /// Returns the key of an open invitation.
    pub fn key(collaboration: &CollaborationRef) -> Key {
        Self::of_campaign(&collaboration.campaign_ref()).text(collaboration.collaboration.as_str())
    }

    /// Returns the prefix of the open invitations of a campaign.
    pub fn of_campaign(campaign: &CampaignRef) -> Key {
        within::<Self>(campaign)
    }
}

/// Returns the prefix of a table's rows within a campaign.
pub(super) fn within<R: Row>(campaign: &CampaignRef) -> Key {
    campaign_prefix::<R>(&campaign.brand, &campaign.campaign)
}

fn campaign_prefix<R: Row>(brand: &BrandId, campaign: &CampaignId) -> Key {
    Key::of::<R>().text(brand.as_str()).text(campaign.as_str())
}
