//! What each credit of an order has of it: its part of the value, and of that what was refunded.
//!
//! Owns how refunds and adjustments are split. Does not know why an order is credited so.

use serde::{Deserialize, Serialize};

use crate::domain::{Credit, Money, allocate, fit};

/// The parts of an order, one for each of its credits, in their order.
///
/// In minor units of the reporting currency, or of the order's own currency where it has no rate.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct OrderShares {
    /// Basis points of each credit; they add up to 10,000.
    shares_bp: Vec<u32>,
    /// Smallest amount that a part is rounded to.
    increment: i64,
    /// Parts of the value with its adjustments.
    whole: Vec<i64>,
    /// Parts of all refunds: never more than the part of the value.
    refunded: Vec<i64>,
}

impl OrderShares {
    /// Splits a value like the credits of its order. The increment is that of the currency.
    pub fn of(credits: &[Credit], value: Money) -> Self {
        let shares_bp: Vec<u32> = credits.iter().map(|credit| credit.share_bp).collect();
        let increment = value.currency.settlement_increment();
        Self {
            whole: allocate(value.minor, &shares_bp, increment),
            refunded: vec![0; shares_bp.len()],
            shares_bp,
            increment,
        }
    }

    /// Returns the parts of the value with its adjustments.
    pub fn whole(&self) -> &[i64] {
        &self.whole
    }

    /// Returns the parts of all refunds.
    pub fn refunded(&self) -> &[i64] {
        &self.refunded
    }

    /// Returns what each part has left.
    pub fn left(&self) -> Vec<i64> {
        let parts = self.whole.iter().zip(&self.refunded);
        parts
            .map(|(whole, refunded)| whole.saturating_sub(*refunded))
            .collect()
    }

    /// Splits a refund: no part takes more than it has left, and the parts of all refunds stay as
    /// near to the shares as that allows. So a full refund leaves nothing, in any steps.
    ///
    /// A refund at a rate of its own may be more than all parts have left. The excess is then split
    /// by the shares.
    pub fn of_refund(&self, minor: i64) -> Vec<i64> {
        let left = self.left();
        let wanted = self.growth(&self.refunded, minor);
        self.with_excess(fit(minor, &wanted, &left), minor)
    }

    /// Splits an adjustment: every part has its sign, and a decrease takes no more than a part has
    /// left.
    pub fn of_adjustment(&self, delta_minor: i64) -> Vec<i64> {
        let wanted = self.growth(&self.whole, delta_minor);
        if delta_minor >= 0 {
            let room = vec![delta_minor; self.whole.len()];
            return fit(delta_minor, &wanted, &room);
        }
        let less = delta_minor.saturating_neg();
        let wanted: Vec<i64> = wanted.iter().map(|part| part.saturating_neg()).collect();
        let parts = fit(less, &wanted, &self.left());
        let parts = self.with_excess(parts, less);
        parts.iter().map(|part| -part).collect()
    }

    /// Adds by the shares what the parts lack of the amount. Refunds at a rate of their own can take
    /// more than all parts have.
    fn with_excess(&self, mut parts: Vec<i64>, minor: i64) -> Vec<i64> {
        let excess = minor - sum(&parts);
        if excess > 0 {
            let more = allocate(excess, &self.shares_bp, self.increment);
            for (part, more) in parts.iter_mut().zip(more) {
                *part += more;
            }
        }
        parts
    }

    /// Counts the parts of a refund.
    pub fn refund(&mut self, parts: &[i64]) {
        add(&mut self.refunded, parts);
    }

    /// Counts the parts of an adjustment.
    pub fn adjust(&mut self, parts: &[i64]) {
        add(&mut self.whole, parts);
    }

    /// Returns what each part lacks of its share once `minor` is added to their sum.
    fn growth(&self, parts: &[i64], minor: i64) -> Vec<i64> {
        let total = sum(parts).saturating_add(minor);
        let after = allocate(total, &self.shares_bp, self.increment);
        let changes = after.iter().zip(parts);
        changes
            .map(|(after, part)| after.saturating_sub(*part))
            .collect()
    }
}

fn add(to: &mut [i64], parts: &[i64]) {
    for (part, more) in to.iter_mut().zip(parts) {
        *part = part.saturating_add(*more);
    }
}

fn sum(parts: &[i64]) -> i64 {
    parts.iter().fold(0, |sum, part| sum.saturating_add(*part))
}
