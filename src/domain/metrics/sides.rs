//! Sides of a number: what sums add to, and what is divided at the end.

use num_traits::Zero;

use super::{Absent, Exact, Value, exact};

/// A number as one exact sum, or as one over another.
#[derive(Clone, PartialEq, Debug)]
pub struct Sides {
    /// The sum, or what is divided.
    pub numerator: Exact,
    /// By what it is divided; `None` where it is a sum.
    pub denominator: Option<Exact>,
}

impl Sides {
    /// A sum.
    pub fn whole(sum: Exact) -> Self {
        Self {
            numerator: sum,
            denominator: None,
        }
    }

    /// One sum over another.
    pub fn ratio(numerator: Exact, denominator: Exact) -> Self {
        Self {
            numerator,
            denominator: Some(denominator),
        }
    }

    /// Returns whether it adds nothing to either side.
    pub fn is_nothing(&self) -> bool {
        self.numerator.is_zero() && self.denominator.as_ref().is_none_or(Zero::is_zero)
    }

    /// Adds to both sides.
    pub fn add(&mut self, other: &Self) {
        self.numerator += &other.numerator;
        if let (Some(mine), Some(theirs)) = (&mut self.denominator, &other.denominator) {
            *mine += theirs;
        }
    }

    /// Returns nothing, on each side that there is.
    pub fn zero(&self) -> Self {
        Self {
            numerator: exact(0),
            denominator: self.denominator.as_ref().map(|_| exact(0)),
        }
    }

    /// Returns what both sides became, less what they were.
    pub fn since(&self, before: &Self) -> Self {
        let denominators = self.denominator.as_ref().zip(before.denominator.as_ref());
        Self {
            numerator: &self.numerator - &before.numerator,
            denominator: denominators.map(|(is, was)| is - was),
        }
    }

    pub(super) fn value(self, zero: Absent) -> Value {
        match self.denominator {
            Some(side) if side.is_zero() => Err(zero),
            Some(side) => Ok(self.numerator / side),
            None => Ok(self.numerator),
        }
    }
}
