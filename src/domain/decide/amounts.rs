//! Amounts that rules of several subjects work out: room in a budget, and an order's parts in the
//! currency of reports.

use super::{Decided, ensure};
use crate::domain::rows::Rows;
use crate::domain::state::Campaign;
use crate::domain::{ConversionRecorded, Money, Refusal, convert};

/// Checks that so much more fits under the cap, and that every part of the sum stays in int64; a
/// draft without a cap is bounded by int64 alone.
pub(super) fn ensure_in_budget<S: Rows>(campaign: &Campaign, more_minor: i128) -> Decided<(), S> {
    let cap_minor = campaign.plan.budget_cap_minor.unwrap_or(i64::MAX);
    let budget = &campaign.budget;
    let needed_minor = budget.total() + more_minor;
    let fits = more_minor <= 0 || needed_minor <= i128::from(cap_minor);
    ensure(fits, || Refusal::BudgetExceeded {
        needed_minor,
        cap_minor,
    })?;
    ensure_in_range::<S>(campaign, more_minor)
}

/// Checks that every part of the sum stays in int64, with so much more.
pub(super) fn ensure_in_range<S: Rows>(campaign: &Campaign, more_minor: i128) -> Decided<(), S> {
    let budget = &campaign.budget;
    // Recoveries make room for fees beyond int64, and may themselves sum up to less than int64.
    let fees = i128::from(budget.reserved) + i128::from(budget.committed) + more_minor.max(0);
    let others = i128::from(budget.other) + more_minor;
    let in_range = fees <= i128::from(i64::MAX) && others >= i128::from(i64::MIN);
    ensure(in_range, || Refusal::AmountOverflow { field: "amount" })
}

/// States a part of an order's value in the reporting currency; `None` without a rate.
pub(super) fn in_reporting(
    campaign: &Campaign,
    conversion: &ConversionRecorded,
    part: Money,
) -> Option<i64> {
    conversion.reporting_minor?;
    match &conversion.fx_rate {
        None => Some(part.minor),
        Some(rate) => convert(part, &rate.rate, campaign.plan.currency),
    }
}
