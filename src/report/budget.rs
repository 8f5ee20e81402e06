//! Budgets, as every message of the API shows them.

use super::metric::Shown;
use crate::domain::Totals;
use crate::domain::metrics::{Facts, Known, Standing, campaign as of_campaign};
use crate::domain::state::Campaign;
use crate::wire::proto::api;

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
