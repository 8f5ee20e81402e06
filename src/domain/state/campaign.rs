//! Campaigns, and what is unique within them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{BudgetUse, Extent, table};
use crate::domain::rows::{Key, Row};
use crate::domain::{
    BrandId, CampaignId, CampaignPlan, CampaignRef, CampaignState, CollaborationId,
    CollaborationRef, CounterPrices, CreatorId, EmvModel, Platform, Position, TextDigest,
    Timestamp,
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
    /// When the budget in use went over the cap; `None` while it is within.
    pub over_since: Option<Timestamp>,
    /// Recorded facts that the ends of the window depend on.
    pub extent: Extent,
    /// Whether a cost line or an order was recorded, in the reporting currency of then.
    pub has_money: bool,
    /// When the latest order was placed.
    pub last_ordered_at: Option<Timestamp>,
    /// Gross margins, the first one first. The first one covers all orders up to the second.
    pub margins: Vec<Margin>,
    /// By which its engagement is valued, since it opened.
    pub emv_model: Option<Arc<EmvModel>>,
    /// Last event that changed it.
    pub updated: Position,
}

/// A gross margin, and the orders that it covers.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Margin {
    /// It covers orders placed from this time on, until the next one; `None` covers all before too.
    pub from: Option<Timestamp>,
    /// Basis points of revenue.
    pub margin_bp: u32,
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

    /// Returns by how much the budget in use exceeds the cap, in minor units; 0 within the cap, and
    /// while there is no cap.
    pub fn over_budget_minor(&self) -> i128 {
        let cap_minor = self.plan.budget_cap_minor.map(i128::from);
        cap_minor.map_or(0, |cap| (self.budget.total() - cap).max(0))
    }

    /// Returns what counters of its posts on a platform are worth.
    pub fn emv_prices(&self, platform: Platform) -> CounterPrices {
        let model = self.emv_model.as_ref();
        model.map_or_else(CounterPrices::default, |model| model.prices_on(platform))
    }

    /// Returns the margin that replaced the first one for an order of that time, if any did.
    pub fn later_margin_at(&self, ordered_at: Timestamp) -> Option<u32> {
        let mut later = self.margins.iter().skip(1).rev();
        later
            .find(|margin| margin.from.is_some_and(|from| from <= ordered_at))
            .map(|margin| margin.margin_bp)
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
    pub fn key(campaign: &CampaignRef, code: TextDigest) -> Key {
        within::<Self>(campaign).bytes(&code.0)
    }
}

/// A pending agreement: an application, an offer or a counter that waits for an answer.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct OpenInvitation {
    /// The ledger lets it expire at this time; `None` for an application.
    pub open_until: Option<Timestamp>,
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
