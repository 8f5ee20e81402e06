//! Budgets: how much of the cap is in use, and what cannot be compared with it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::Currency;

/// How much of a budget is in use, in minor units of the reporting currency.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct BudgetUse {
    /// Fees of open offers.
    pub reserved: i64,
    /// Accepted fees, or the fee lines where their sum is higher.
    pub committed: i64,
    /// Other recorded costs, less recoveries.
    pub other: i64,
    /// Cost lines without an exchange rate, by currency. They are in none of the sums above.
    pub unconverted: BTreeMap<Currency, Unconverted>,
}

/// Cost lines in one currency that have no exchange rate.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Unconverted {
    /// Their sum less recoveries, in minor units of their currency.
    pub minor: i128,
    /// How many lines there are. Two that sum up to 0 are still not converted.
    pub lines: u32,
}

impl BudgetUse {
    /// Returns the sum of what is reserved, committed and otherwise spent; i128, so that it cannot
    /// overflow.
    pub fn total(&self) -> i128 {
        i128::from(self.reserved) + i128::from(self.committed) + i128::from(self.other)
    }

    /// Adds a line without a rate.
    pub fn add_unconverted(&mut self, currency: Currency, minor: i64) {
        let of = self.unconverted.entry(currency).or_default();
        of.minor += i128::from(minor);
        of.lines += 1;
    }

    /// Adds to a line without a rate.
    pub fn grow_unconverted(&mut self, currency: Currency, minor: i64) {
        self.unconverted.entry(currency).or_default().minor += i128::from(minor);
    }

    /// Takes out a line without a rate: it was reversed, or got its rate.
    pub fn take_unconverted(&mut self, currency: Currency, minor: i64) {
        let of = self.unconverted.entry(currency).or_default();
        of.minor -= i128::from(minor);
        of.lines = of.lines.saturating_sub(1);
        if of.lines == 0 {
            self.unconverted.remove(&currency);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_lines_that_sum_up_to_nothing_are_still_not_converted() {
        let usd = Currency::parse("USD").unwrap();
        let mut budget = BudgetUse::default();
        budget.add_unconverted(usd, 500);
        budget.add_unconverted(usd, -500);
        let both = Unconverted { minor: 0, lines: 2 };
        assert_eq!(budget.unconverted.get(&usd), Some(&both));
        budget.grow_unconverted(usd, 100);
        budget.take_unconverted(usd, 600);
        budget.take_unconverted(usd, -500);
        assert_eq!(budget, BudgetUse::default());
    }
}
