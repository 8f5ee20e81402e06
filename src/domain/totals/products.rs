//! Products sent to creators, and what they are worth.

use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

use crate::domain::ProductValue;

/// Sums about products. Amounts are minor units of the reporting currency.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct ProductTotals {
    /// Sent.
    pub shipped: i64,
    /// Reported as received.
    pub received: i64,
    /// Returned.
    pub returned: i64,
    /// Cost of goods of those sent.
    pub cost_of_goods: i128,
    /// Fair value of those sent.
    pub fair_value: i128,
    /// Cost of goods of the returned ones.
    pub returned_cost_of_goods: i128,
    /// Fair value of the returned ones.
    pub returned_fair_value: i128,
}

impl ProductTotals {
    pub(super) fn ship(&mut self, value: &ProductValue) {
        self.shipped += 1;
        self.cost_of_goods += i128::from(value.cost_of_goods.minor);
        self.fair_value += i128::from(value.fair_value.minor);
    }

    pub(super) fn take_back(&mut self, value: &ProductValue) {
        self.returned += 1;
        self.returned_cost_of_goods += i128::from(value.cost_of_goods.minor);
        self.returned_fair_value += i128::from(value.fair_value.minor);
    }
}

impl AddAssign<&Self> for ProductTotals {
    fn add_assign(&mut self, other: &Self) {
        self.shipped += other.shipped;
        self.received += other.received;
        self.returned += other.returned;
        self.cost_of_goods += other.cost_of_goods;
        self.fair_value += other.fair_value;
        self.returned_cost_of_goods += other.returned_cost_of_goods;
        self.returned_fair_value += other.returned_fair_value;
    }
}
