//! Amounts that rules of several subjects work out: room in a budget.

use super::{Decided, ensure};
use crate::domain::rows::Rows;
use crate::domain::state::{Campaign, Cost};
use crate::domain::{Money, Refusal};

/// Checks that the brand may promise so much more: the sum stays under the cap, and every part of it
/// in int64. A draft without a cap is bounded by int64 alone. Promises are bounded; what they make
/// owed, and what was spent, is a fact (see [`ensure_in_range`]).
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

/// Checks that so much more can be booked: every part of the sum stays in int64. A fact is booked
/// above the cap too, since it is owed whatever the budget says.
pub(super) fn ensure_in_range<S: Rows>(campaign: &Campaign, more_minor: i128) -> Decided<(), S> {
    let budget = &campaign.budget;
    // Recoveries make room for fees beyond int64, and may themselves sum up to less than int64.
    let fees = i128::from(budget.reserved) + i128::from(budget.committed) + more_minor.max(0);
    let others = i128::from(budget.other) + more_minor;
    let int64 = i128::from(i64::MIN)..=i128::from(i64::MAX);
    let in_range = int64.contains(&fees) && int64.contains(&others);
    ensure(in_range, || Refusal::AmountOverflow { field: "amount" })
}

/// Checks that an amount is in the currency of its line.
pub(super) fn ensure_currency<S: Rows>(
    line: &Cost,
    field: &'static str,
    amount: Money,
) -> Decided<(), S> {
    let (expected, actual) = (line.amount.currency, amount.currency);
    ensure(expected == actual, || Refusal::CurrencyMismatch {
        field,
        expected,
        actual,
    })
}
