//! Campaigns and what is unique within them.

use serde::{Deserialize, Serialize};

use super::table;
use crate::domain::rows::{Key, Row};
use crate::domain::{
    BrandId, CampaignId, CampaignPlan, CampaignRef, CampaignState, Code, CollaborationId,
    CollaborationRef, CreatorId, Position, Timestamp,
};

/// A campaign and how much of its budget is in use.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Campaign {
    /// Where it stands.
    pub state: CampaignState,
    /// What it sets out to do, with the cap in force.
    pub plan: CampaignPlan,
    /// How much of the budget is in use.
    pub budget: BudgetUse,
    /// Offers and counters waiting for an answer.
    pub open_invitations: u32,
    /// Applications waiting for an answer.
    pub applications: u32,
    /// Offers, counters and applications that ended with the campaign, of which no event tells yet.
    pub ending: u32,
    /// Collaborations accepted or active.
    pub live_collaborations: u32,
    /// Attributed and unattributed revenue before refunds, in minor units; guards int64.
    pub gross_revenue_minor: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// The event that closed it.
    pub closed: Option<Position>,
    /// Revisions of its report made so far.
    pub reports: u32,
    /// Last event that changed it.
    pub updated: Position,
}

/// How much of a budget is in use, in minor units of the reporting currency.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct BudgetUse {
    /// Fees of open offers.
    pub reserved: i64,
    /// Accepted fees, or the fee lines where those are more.
    pub committed: i64,
    /// Other recorded costs, less recoveries.
    pub other: i64,
}

impl BudgetUse {
    /// Adds all three up; wide, so that it cannot overflow.
    pub fn total(&self) -> i128 {
        i128::from(self.reserved) + i128::from(self.committed) + i128::from(self.other)
    }
}

impl Row for Campaign {
    const TABLE: u8 = table::CAMPAIGN;
}

impl Campaign {
    /// Key of a campaign.
    pub fn key(campaign: &CampaignRef) -> Key {
        Self::of_brand(&campaign.brand).text(campaign.campaign.as_str())
    }

    /// Prefix of the campaigns of a brand.
    pub fn of_brand(brand: &BrandId) -> Key {
        Key::of::<Self>().text(brand.as_str())
    }
}

/// One creator in one campaign: at most one live collaboration.
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
    /// Key of a pair.
    pub fn key(campaign: &CampaignRef, creator: &CreatorId) -> Key {
        within::<Self>(campaign).text(creator.as_str())
    }
}

/// Who holds, or held, a code in a campaign.
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
    /// When its terms were pinned; `None` while only offered.
    pub accepted_at: Option<Timestamp>,
    /// Whether the collaboration has not ended.
    pub live: bool,
}

impl Row for CodeHolders {
    const TABLE: u8 = table::CODE;
}

impl CodeHolders {
    /// Key of a code.
    pub fn key(campaign: &CampaignRef, code: &Code) -> Key {
        within::<Self>(campaign).text(code.as_str())
    }

    /// Finds whose accepted terms pinned the code when an order was made: the latest acceptance at
    /// or before the order.
    pub fn holder_at(&self, ordered_at: Timestamp) -> Option<&CollaborationId> {
        let accepted = self.holders.iter().filter_map(|holder| {
            let at = holder.accepted_at.filter(|at| *at <= ordered_at)?;
            Some((at, &holder.collaboration))
        });
        accepted.max_by_key(|(at, _)| *at).map(|(_, holder)| holder)
    }
}

/// An agreement still to be made: an application, an offer or a counter waits for an answer.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct OpenInvitation {
    /// From this time on it cannot be accepted; `None` for an application.
    pub expires_at: Option<Timestamp>,
}

impl Row for OpenInvitation {
    const TABLE: u8 = table::OPEN_INVITATION;
}

impl OpenInvitation {
    /// Key of an open invitation.
    pub fn key(collaboration: &CollaborationRef) -> Key {
        Self::of_campaign(&collaboration.campaign_ref()).text(collaboration.collaboration.as_str())
    }

    /// Prefix of the open invitations of a campaign.
    pub fn of_campaign(campaign: &CampaignRef) -> Key {
        within::<Self>(campaign)
    }
}

/// Prefix of a table's rows within a campaign.
pub(super) fn within<R: Row>(campaign: &CampaignRef) -> Key {
    campaign_prefix::<R>(&campaign.brand, &campaign.campaign)
}

fn campaign_prefix<R: Row>(brand: &BrandId, campaign: &CampaignId) -> Key {
    Key::of::<R>().text(brand.as_str()).text(campaign.as_str())
}
