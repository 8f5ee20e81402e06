//! States and budgets, as every message of the API shows them.

use super::minor;
use crate::domain::state::BudgetUse;
use crate::domain::{CampaignState, CollaborationState};
use crate::wire::proto::api;

/// Renders the state of a campaign.
pub fn campaign_state(state: CampaignState) -> api::CampaignState {
    match state {
        CampaignState::Draft => api::CampaignState::Draft,
        CampaignState::Open => api::CampaignState::Open,
        CampaignState::Paused => api::CampaignState::Paused,
        CampaignState::Closed => api::CampaignState::Closed,
        CampaignState::Cancelled => api::CampaignState::Cancelled,
        CampaignState::Finalised => api::CampaignState::Finalised,
    }
}

/// Renders the state of a collaboration.
pub fn collaboration_state(state: CollaborationState) -> api::CollaborationState {
    match state {
        CollaborationState::Invited => api::CollaborationState::Invited,
        CollaborationState::Accepted => api::CollaborationState::Accepted,
        CollaborationState::Active => api::CollaborationState::Active,
        CollaborationState::Declined => api::CollaborationState::Declined,
        CollaborationState::Withdrawn => api::CollaborationState::Withdrawn,
        CollaborationState::Expired => api::CollaborationState::Expired,
        CollaborationState::Completed => api::CollaborationState::Completed,
        CollaborationState::Cancelled => api::CollaborationState::Cancelled,
        CollaborationState::Terminated => api::CollaborationState::Terminated,
        CollaborationState::Applied => api::CollaborationState::Applied,
        CollaborationState::Countered => api::CollaborationState::Countered,
        CollaborationState::Rejected => api::CollaborationState::Rejected,
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
        available_minor: minor(i128::from(cap_minor) - used.total()),
    }
}
