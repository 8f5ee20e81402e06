//! Mean and median of the rates of many posts.
//!
//! A rate is a fraction of two integers and stays one, so that thousands of them are compared and
//! added without large numbers.

use num_bigint::BigInt;
use num_rational::Ratio;
use num_traits::Zero;

use super::{Absent, Exact, Value, exact, publish};

/// A fraction of two integers, the second above 0, not reduced.
pub type Rate = Ratio<i128>;

/// Most rates whose mean is also given as a fraction: with more rates it has hundreds of digits.
pub const MAX_EXACT_MEAN: usize = 64;

/// Bits behind the point when many rates are added: far more than the millionths published need.
const FRACTION_BITS: u32 = 48;

/// Makes a rate; `None` when the denominator is not above 0.
pub fn rate(numerator: i128, denominator: i128) -> Option<Rate> {
    (denominator > 0).then(|| Ratio::new_raw(numerator, denominator))
}

/// A mean.
#[derive(Clone, PartialEq, Debug)]
pub struct Mean {
    /// Scaled and rounded half-even.
    pub published: i64,
    /// As a fraction, of at most [`MAX_EXACT_MEAN`] rates.
    pub exact: Option<Exact>,
}

/// Mean of rates, in parts of `scale`.
///
/// # Errors
/// `ZeroDenominator` when there are none, `OutOfRange` when the mean does not fit int64.
///
/// ```
/// use campaign_ledger::domain::metrics::{mean, rate};
/// // 1/2 and 1/3: 5/12, 416,667 parts per million.
/// let rates: Vec<_> = [rate(1, 2), rate(1, 3)].into_iter().flatten().collect();
/// assert_eq!(mean(&rates, 1_000_000)?.published, 416_667);
/// # Ok::<_, campaign_ledger::domain::metrics::Absent>(())
/// ```
pub fn mean(rates: &[Rate], scale: i64) -> Result<Mean, Absent> {
    if rates.is_empty() {
        return Err(Absent::ZeroDenominator);
    }
    if rates.len() <= MAX_EXACT_MEAN {
        let exact = exact_mean(rates);
        let published = publish(&exact, scale)?;
        let exact = Some(exact);
        return Ok(Mean { published, exact });
    }
    let published = match bounded_mean(rates, scale) {
        Some(published) => published,
        None => publish(&exact_mean(rates), scale)?,
    };
    let exact = None;
    Ok(Mean { published, exact })
}

/// Rounds the mean from below and from above; `None` when they differ, or a rate is too large.
fn bounded_mean(rates: &[Rate], scale: i64) -> Option<i64> {
    let mut below: i128 = 0;
    for rate in rates {
        let (numerator, denominator) = (*rate.numer(), *rate.denom());
        let whole = numerator.div_euclid(denominator);
        let rest = numerator.rem_euclid(denominator);
        let rest = rest.checked_mul(1 << FRACTION_BITS)? / denominator;
        let fixed = whole.checked_mul(1 << FRACTION_BITS)?.checked_add(rest)?;
        below = below.checked_add(fixed)?;
    }
    // Each rate was cut by less than its last bit.
    let above = below.checked_add(rates.len() as i128)?;
    let parts = exact(rates.len()) * exact(1_i64 << FRACTION_BITS);
    let rounded = |sum: i128| publish(&(exact(sum) / &parts), scale).ok();
    rounded(below).filter(|published| rounded(above) == Some(*published))
}

fn exact_mean(rates: &[Rate]) -> Exact {
    sum(rates) / exact(rates.len())
}

/// Adds up by halves, so that denominators grow as late as they can.
fn sum(rates: &[Rate]) -> Exact {
    match rates {
        [] => Exact::zero(),
        [one] => to_exact(one),
        more => {
            let (left, right) = more.split_at(more.len() / 2);
            sum(left) + sum(right)
        }
    }
}

fn to_exact(rate: &Rate) -> Exact {
    Ratio::new(BigInt::from(*rate.numer()), BigInt::from(*rate.denom()))
}

/// Median of rates, exact; of an even count the mean of the middle two.
///
/// # Errors
/// `ZeroDenominator` when there are none.
///
/// ```
/// use campaign_ledger::domain::metrics::{exact, median, rate};
/// let rates = |of: &[i128]| of.iter().filter_map(|n| rate(*n, 1)).collect::<Vec<_>>();
/// assert_eq!(median(rates(&[3, 1, 2])), Ok(exact(2)));
/// assert_eq!(median(rates(&[1, 2])), Ok(exact(3) / exact(2)));
/// ```
pub fn median(mut rates: Vec<Rate>) -> Value {
    let middle = rates.len() / 2;
    if rates.is_empty() {
        return Err(Absent::ZeroDenominator);
    }
    let is_odd = rates.len() % 2 == 1;
    let (lower, upper, _) = rates.select_nth_unstable(middle);
    let upper = to_exact(upper);
    match lower.iter().max() {
        Some(below) if !is_odd => Ok((to_exact(below) + upper) / exact(2)),
        Some(_) | None => Ok(upper),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn mean_of_many_is_the_exact_one_rounded(
            parts in prop::collection::vec((0_i128..1 << 70, 1_i128..1 << 70), 65..200),
        ) {
            let rates: Vec<_> = parts.iter().filter_map(|(n, d)| rate(*n, *d)).collect();
            let expected = publish(&exact_mean(&rates), 1_000_000);
            prop_assert_eq!(mean(&rates, 1_000_000).map(|mean| mean.published), expected);
        }

        #[test]
        fn median_is_the_middle_of_the_sorted(
            parts in prop::collection::vec((0_i128..50, 1_i128..50), 1..40),
        ) {
            let rates: Vec<_> = parts.iter().filter_map(|(n, d)| rate(*n, *d)).collect();
            let mut sorted: Vec<_> = rates.iter().map(to_exact).collect();
            sorted.sort();
            let middle = sorted.len() / 2;
            let expected = match sorted.len() % 2 {
                1 => sorted[middle].clone(),
                _ => (&sorted[middle - 1] + &sorted[middle]) / exact(2),
            };
            prop_assert_eq!(median(rates), Ok(expected));
        }
    }

    #[test]
    fn mean_on_the_edge_of_rounding_is_exact() {
        // 65 times 1/2 of a millionth: half to even is 0, and the bounds are on both sides of it.
        let rates = vec![rate(1, 2_000_000).unwrap(); 65];
        assert_eq!(mean(&rates, 1_000_000).unwrap().published, 0);
    }
}
