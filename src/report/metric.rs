//! Numbers as messages: rounded once, half-even, with the exact value beside.

use num_traits::ToPrimitive;

use super::count;
use super::posts::Rated;
use crate::domain::Currency;
use crate::domain::metrics::{Absent, Entry, Exact, Facts, Metric, Value, exact, publish};
use crate::wire::decimals::spell_minor;
use crate::wire::proto::api;

/// Parts in a whole.
pub const PPM: i64 = 1_000_000;

/// Facts, and how their numbers are shown.
#[derive(Clone, Copy)]
pub(super) struct Shown<'a> {
    /// The facts.
    pub facts: Facts<'a>,
    /// Their reporting currency; `None` over several.
    pub currency: Option<Currency>,
}

impl Shown<'_> {
    /// Returns the code of the currency.
    pub fn currency_code(&self) -> String {
        let code = self.currency.map(|currency| currency.code().to_owned());
        code.unwrap_or_default()
    }

    /// Looks at an entry of a list.
    pub fn at(self, entry: Entry) -> Self {
        let facts = self.facts.at(entry);
        Self { facts, ..self }
    }

    /// Shows an amount that is a plain sum.
    pub fn minor(&self, metric: &Metric) -> i64 {
        metric.whole(&self.facts).map_or(0, minor)
    }

    /// Shows a ratio in parts per million.
    pub fn ratio(&self, metric: &Metric) -> Option<api::RatioMetric> {
        Some(self.covered(metric, ratio(metric.value(&self.facts))?))
    }

    /// Shows the mean or the median of the rates of posts in parts per million.
    pub fn of_rates(&self, metric: &Metric, posts: &Rated) -> Option<api::RatioMetric> {
        Some(self.covered(metric, of_rates(metric, posts)?))
    }

    /// Says of how many posts a ratio is made.
    fn covered(&self, metric: &Metric, shown: api::RatioMetric) -> api::RatioMetric {
        api::RatioMetric {
            posts_covered: metric.posts_covered(&self.facts),
            posts: metric.covers.map(|_| count(self.facts.tally.posts)),
            ..shown
        }
    }

    /// Shows an amount; its exact value is in major units.
    pub fn money(&self, metric: &Metric) -> Option<api::MoneyMetric> {
        use api::money_metric::Value as Shown;
        let value = metric.value(&self.facts);
        let published = value.as_ref().map_err(|reason| *reason);
        let shown = match published.and_then(|value| publish(value, 1)) {
            Ok(minor) => Shown::MinorUnits(minor),
            Err(reason) => Shown::Absent(reason.number()),
        };
        let decimals = self.currency.map_or(0, |currency| currency.exponent());
        let major = || exact(10_i64.pow(decimals));
        Some(api::MoneyMetric {
            value: Some(shown),
            exact: value.map_or_else(|_| String::new(), |minor| fraction(&(minor / major()))),
            posts_covered: metric.posts_covered(&self.facts),
            posts: metric.covers.map(|_| count(self.facts.tally.posts)),
            decimal: match shown {
                Shown::MinorUnits(minor) => spell_minor(Some(minor), self.currency),
                Shown::Absent(_) => String::new(),
            },
        })
    }

    /// Shows a count, which is never negative by construction.
    pub fn count(&self, metric: &Metric) -> u64 {
        let whole = metric.whole(&self.facts).unwrap_or_default();
        u64::try_from(whole).unwrap_or(if whole < 0 { 0 } else { u64::MAX })
    }

    /// Shows a count of shares, rounded; `None` where nothing was seen, and beyond int64.
    pub fn seen(&self, metric: &Metric) -> Option<u64> {
        let whole = metric.whole(&self.facts).ok()?;
        u64::try_from(whole).ok()
    }
}

/// Shows a number of times in whole seconds, never below 0.
pub(super) fn seconds(value: Value, round: fn(&Exact) -> Exact) -> u64 {
    let whole = value.ok().map(|seconds| round(&seconds).to_integer());
    whole.and_then(|whole| whole.to_u64()).unwrap_or(0)
}

/// Shows a ratio in parts per million.
pub(super) fn ratio(value: Value) -> Option<api::RatioMetric> {
    use api::ratio_metric::Value as Shown;
    let published = value.as_ref().map_err(|reason| *reason);
    let shown = match published.and_then(|value| publish(value, PPM)) {
        Ok(ppm) => Shown::PartsPerMillion(ppm),
        Err(reason) => Shown::Absent(reason.number()),
    };
    Some(api::RatioMetric {
        value: Some(shown),
        exact: value.as_ref().map(fraction).unwrap_or_default(),
        posts_covered: None,
        posts: None,
    })
}

fn of_rates(metric: &Metric, posts: &Rated) -> Option<api::RatioMetric> {
    use api::ratio_metric::Value as Shown;
    let mean = match metric.of_rates(&posts.rates, posts.zero, PPM) {
        Ok(mean) => mean,
        Err(reason) => return ratio(Err(reason)),
    };
    Some(api::RatioMetric {
        value: Some(Shown::PartsPerMillion(mean.published)),
        exact: mean.exact.as_ref().map(fraction).unwrap_or_default(),
        posts_covered: None,
        posts: None,
    })
}

/// Renders the ratio of two counts; absent when the second is 0.
pub fn ratio_of(numerator: i64, denominator: i64) -> Option<api::RatioMetric> {
    ratio(match denominator {
        0 => Err(Absent::ZeroDenominator),
        denominator => Ok(exact(numerator) / exact(denominator)),
    })
}

/// Spells an exact number, in lowest terms.
pub fn fraction(value: &Exact) -> String {
    format!("{}/{}", value.numer(), value.denom())
}

/// A sum as the API shows it. Sums of money are kept within int64 by `decide`.
pub fn minor(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(if value < 0 { i64::MIN } else { i64::MAX })
}
