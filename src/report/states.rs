//! States and budgets, as every message of the API shows them.

use super::metric::Shown;
use crate::domain::metrics::{Facts, Known, Standing, campaign as of_campaign};
use crate::domain::state::Campaign;
use crate::domain::{CampaignState, CollaborationState, Totals};
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
pub fn budget(campaign: &Campaign) -> api::BudgetUse {
    let totals = Totals::default();
    let known = Known {
        standing: Standing::of_campaign(campaign),
        ..Known::default()
    };
    let shown = Shown {
        facts: Facts::of(&totals, false, &known),
        currency: Some(campaign.plan.currency),
    };
    api::BudgetUse {
        cap_minor: shown.minor(&of_campaign::CAP),
        reserved_minor: shown.minor(&of_campaign::RESERVED),
        committed_minor: shown.minor(&of_campaign::COMMITTED),
        other_minor: shown.minor(&of_campaign::OTHER),
        available_minor: shown.minor(&of_campaign::AVAILABLE),
    }
}
