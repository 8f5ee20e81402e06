//! Campaigns as messages.

use super::time;
use crate::domain::CampaignRef;
use crate::domain::state::{BudgetUse, Campaign};
use crate::wire::proto::api;

/// Renders a campaign.
pub fn campaign(name: &CampaignRef, row: &Campaign) -> api::Campaign {
    api::Campaign {
        brand_id: name.brand.to_string(),
        campaign_id: name.campaign.to_string(),
        state: row.state.number(),
        plan: Some((&row.plan).into()),
        budget: Some(budget(row.plan.budget_cap_minor, &row.budget)),
        open_invitations: row.open_invitations,
        applications: row.applications,
        live_collaborations: row.live_collaborations,
        created_at: time(row.created_at),
        updated_position: row.updated.get(),
        reports: row.reports,
        ending: row.ending,
    }
}

/// Renders how much of a budget is in use.
pub fn budget(cap_minor: Option<i64>, used: &BudgetUse) -> api::BudgetUse {
    let cap_minor = cap_minor.unwrap_or(0);
    api::BudgetUse {
        cap_minor,
        reserved_minor: used.reserved,
        committed_minor: used.committed,
        other_minor: used.other,
        available_minor: super::minor(i128::from(cap_minor) - used.total()),
    }
}
