//! Metrics: every number of the reports, each in one row of one table.
//!
//! A row gives the path of the field, what the number is made of, when it is undefined, what it means
//! and a worked example. A report evaluates rows. An explanation takes the same rows of each event
//! alone, so what it lists adds up to what the report shows. `docs/formulas.md` is printed from them.
//!
//! C is cost on a named basis, R attributed revenue net of refunds. Numbers are exact inside and
//! rounded once when published. An undefined number is absent with a reason, never 0. ROI and ROAS are
//! as in common accounting use, CPM per thousand as in advertising use.

pub mod campaign;
mod catalogue;
pub mod engagement;
mod facts;
mod given;
pub mod money;
pub mod partnership;
mod rates;
mod row;
mod sides;
pub mod work;

use std::cmp::Ordering;

use num_bigint::BigInt;
use num_rational::Ratio;
use num_traits::{ToPrimitive, Zero};

use super::WHOLE_BP;
use crate::domain::words;

pub use catalogue::{Report, Section};
pub use facts::{CostBasis, Earned, Entry, Facts, Known, Plan, Standing, Times};
pub use given::{Example, Given};
pub use rates::{MAX_EXACT_MEAN, Mean, Rate, mean, median, rate};
pub use row::{Check, Formula, Metric, Pick, Unit};
pub use sides::Sides;

/// Names the formulas of this version. A report that stays keeps the name: a formula or a column that
/// changes needs another one.
pub const DEFINITIONS: &str = "metrics-v1";

/// An exact number.
pub type Exact = Ratio<BigInt>;

words! {
    /// Why a number is undefined.
    pub enum Absent: "campaign.ledger.v1.AbsentReason" {
        /// Cost is 0.
        ZeroCost = 1 => "ZERO_COST",
        /// What it is made of was never seen.
        NoObservation = 2 => "NO_OBSERVATION",
        /// The denominator is 0.
        ZeroDenominator = 3 => "ZERO_DENOMINATOR",
        /// The campaign has no gross margin.
        MarginUnknown = 4 => "MARGIN_UNKNOWN",
        /// A foreign amount without a rate is left out of the totals.
        MissingFx = 5 => "MISSING_FX",
        /// The campaign has no model of earned media value.
        NoModel = 6 => "NO_MODEL",
        /// The number does not fit int64.
        OutOfRange = 7 => "OUT_OF_RANGE",
        /// Recoveries exceed costs.
        NegativeCost = 8 => "NEGATIVE_COST",
        /// Counters of several definitions cannot be added to what it is divided by, or summed.
        MixedDefinitions = 9 => "MIXED_DEFINITIONS",
    }
}

/// A number, or why there is none.
pub type Value = Result<Exact, Absent>;

/// Makes an exact number of an integer.
pub fn exact(value: impl Into<BigInt>) -> Exact {
    Ratio::from_integer(value.into())
}

/// Makes wholes of ten-thousandths.
pub fn in_wholes(ten_thousandths: i128) -> Exact {
    match ten_thousandths % i128::from(WHOLE_BP) {
        0 => exact(ten_thousandths / i128::from(WHOLE_BP)),
        _ => exact(ten_thousandths) / exact(WHOLE_BP),
    }
}

/// Scales and rounds to an integer, half-even.
///
/// # Errors
/// `OutOfRange` when the result does not fit int64.
///
/// ```
/// use campaign_ledger::domain::metrics::{exact, publish};
/// assert_eq!(publish(&(exact(1) / exact(3)), 1_000_000), Ok(333_333));
/// assert_eq!(publish(&(exact(1) / exact(2)), 1), Ok(0));
/// assert_eq!(publish(&(exact(3) / exact(2)), 1), Ok(2));
/// ```
pub fn publish(value: &Exact, scale: i64) -> Result<i64, Absent> {
    let scaled = Ratio::new_raw(value.numer() * scale, value.denom().clone());
    let floor = scaled.floor().to_integer();
    let twice: BigInt = (scaled.numer() - &floor * scaled.denom()) * 2;
    let is_up = match twice.cmp(scaled.denom()) {
        Ordering::Less => false,
        Ordering::Equal => !(&floor % 2_i32).is_zero(),
        Ordering::Greater => true,
    };
    (floor + i32::from(is_up))
        .to_i64()
        .ok_or(Absent::OutOfRange)
}
