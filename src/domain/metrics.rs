//! Metrics: the formulas, exact inside, rounded once when published.
//!
//! C is cost on a named basis, R attributed revenue net of refunds, E engagements. An undefined
//! number is absent with a reason, never 0. ROI and ROAS are as in common accounting use, CPM per
//! thousand as in advertising use.

mod rates;

use num_bigint::BigInt;
use num_rational::Ratio;
use num_traits::{Signed, ToPrimitive, Zero};

use super::WHOLE_BP;
use crate::domain::words;

pub use rates::{MAX_EXACT_MEAN, Mean, Rate, mean, median, rate};

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
    }
}

/// A number, or why there is none.
pub type Metric = Result<Exact, Absent>;

/// Makes an exact number of an integer.
pub fn exact(value: impl Into<BigInt>) -> Exact {
    Ratio::from_integer(value.into())
}

/// Return on investment: (R − C) ÷ C.
///
/// Money in minor units of one currency; the result is a ratio, 2 meaning 200 %.
///
/// # Errors
/// `ZeroCost` when C is 0.
///
/// ```
/// use campaign_ledger::domain::metrics::{exact, roi};
/// // Rp5,000,000 spent, Rp15,000,000 earned: 2, or 200 %. "300 %" would be revenue over cost.
/// assert_eq!(roi(&exact(500_000_000), &exact(1_500_000_000)), Ok(exact(2)));
/// ```
pub fn roi(cost: &Exact, revenue: &Exact) -> Metric {
    over_cost(&(revenue - cost), cost)
}

/// Return on margin: (R·margin − C) ÷ C.
///
/// `margin_bp` in basis points of revenue.
///
/// # Errors
/// `MarginUnknown` without a margin, `ZeroCost` when C is 0.
///
/// ```
/// use campaign_ledger::domain::metrics::{exact, roi_on_margin};
/// // 100 spent, 300 earned at 40 %: 120 − 100 over 100 is 1/5.
/// assert_eq!(roi_on_margin(&exact(100), &exact(300), Some(4_000)), Ok(exact(1) / exact(5)));
/// ```
pub fn roi_on_margin(cost: &Exact, revenue: &Exact, margin_bp: Option<u32>) -> Metric {
    let margin = margin_bp.ok_or(Absent::MarginUnknown)?;
    let earned = revenue * exact(margin) / exact(WHOLE_BP);
    over_cost(&(earned - cost), cost)
}

/// Return on ad spend: R ÷ C.
///
/// # Errors
/// `ZeroCost` when C is 0.
///
/// ```
/// use campaign_ledger::domain::metrics::{exact, roas};
/// assert_eq!(roas(&exact(500_000_000), &exact(1_500_000_000)), Ok(exact(3)));
/// ```
pub fn roas(cost: &Exact, revenue: &Exact) -> Metric {
    over_cost(revenue, cost)
}

fn over_cost(value: &Exact, cost: &Exact) -> Metric {
    if cost.is_zero() {
        Err(Absent::ZeroCost)
    } else {
        Ok(value / cost)
    }
}

/// Divides; undefined when the denominator is 0.
///
/// # Errors
/// `ZeroDenominator` when the denominator is 0.
///
/// ```
/// use campaign_ledger::domain::metrics::{Absent, divide, exact};
/// // 57 engagements of 1,000 followers.
/// assert_eq!(divide(&exact(570), &exact(10_000)), Ok(exact(57) / exact(1_000)));
/// assert_eq!(divide(&exact(1), &exact(0)), Err(Absent::ZeroDenominator));
/// ```
pub fn divide(numerator: &Exact, denominator: &Exact) -> Metric {
    if denominator.is_zero() {
        Err(Absent::ZeroDenominator)
    } else {
        Ok(numerator / denominator)
    }
}

/// Cost per thousand: 1,000·C ÷ count.
///
/// # Errors
/// `ZeroDenominator` when the count is 0.
///
/// ```
/// use campaign_ledger::domain::metrics::{cost_per_thousand, exact};
/// // USD 500 for 1,500 impressions: 1000/3 dollars a thousand, not 300.
/// assert_eq!(cost_per_thousand(&exact(500), &exact(1_500)), Ok(exact(1_000) / exact(3)));
/// ```
pub fn cost_per_thousand(cost: &Exact, count: &Exact) -> Metric {
    divide(&(cost * exact(1_000)), count)
}

/// Mean and population variance of ratings given as counts of 1 to 5.
///
/// # Errors
/// `NoObservation` when there are none.
///
/// ```
/// use campaign_ledger::domain::metrics::{exact, ratings};
/// // A 3 and a 5: mean 4, variance 1.
/// assert_eq!(ratings(&[0, 0, 1, 0, 1]), Ok((exact(4), exact(1))));
/// ```
pub fn ratings(counts: &[i64; 5]) -> Result<(Exact, Exact), Absent> {
    let of = |power: u32| -> BigInt {
        let rated = counts.iter().zip(1_i64..);
        rated
            .map(|(count, rating)| BigInt::from(count * rating.pow(power)))
            .sum()
    };
    let count: i64 = counts.iter().sum();
    if count == 0 {
        return Err(Absent::NoObservation);
    }
    let mean = exact(of(1)) / exact(count);
    let variance = exact(of(2)) / exact(count) - &mean * &mean;
    Ok((mean, variance))
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
    let scaled = value * exact(scale);
    let floor = scaled.floor().to_integer();
    let rest = scaled - exact(floor.clone());
    let half = Ratio::new(BigInt::from(1), BigInt::from(2));
    let is_odd = (&floor % 2_i32).abs() == BigInt::from(1);
    let up = rest > half || (rest == half && is_odd);
    (floor + i32::from(up)).to_i64().ok_or(Absent::OutOfRange)
}
