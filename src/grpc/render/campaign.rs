//! Campaigns as messages.

use super::time;
use crate::domain::CampaignRef;
use crate::domain::state::Campaign;
use crate::report::{budget, campaign_state};
use crate::wire::proto::api;

/// Renders a campaign.
pub fn campaign(name: &CampaignRef, row: &Campaign) -> api::Campaign {
    api::Campaign {
        brand_id: name.brand.to_string(),
        campaign_id: name.campaign.to_string(),
        state: campaign_state(row.state) as i32,
        plan: Some((&row.plan).into()),
        budget: Some(budget(row)),
        open_invitations: row.open_invitations,
        applications: row.applications,
        live_collaborations: row.live_collaborations,
        created_at: time(row.created_at),
        updated_position: row.updated.get(),
        reports: row.reports,
        ending: row.ending,
    }
}
