//! Budgets, as every message of the API shows them.

use super::metric::{Shown, minor};
use crate::domain::metrics::{Facts, Known, Standing, campaign as of_campaign};
use crate::domain::state::{Campaign, Unconverted};
use crate::domain::{Currency, Money, Totals};
use crate::wire::decimals::Decimals;
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
    let unconverted = campaign.budget.unconverted.iter();
    let amount = |(currency, lines): (&Currency, &Unconverted)| {
        let (currency, minor) = (*currency, minor(lines.minor));
        Money { currency, minor }.into()
    };
    api::BudgetUse {
        cap_minor: shown.minor(&of_campaign::CAP),
        reserved_minor: shown.minor(&of_campaign::RESERVED),
        committed_minor: shown.minor(&of_campaign::COMMITTED),
        other_minor: shown.minor(&of_campaign::OTHER),
        available_minor: shown.minor(&of_campaign::AVAILABLE),
        over_budget_minor: shown.minor(&of_campaign::OVER_BUDGET),
        unconverted: unconverted.map(amount).collect(),
        is_partial: !campaign.budget.unconverted.is_empty(),
        ..api::BudgetUse::default()
    }
    .with_decimals(shown.currency)
}
