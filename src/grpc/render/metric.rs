//! Numbers as messages: rounded once, half-even, with the exact value beside.

use crate::domain::Currency;
use crate::domain::metrics::{Absent, Exact, Metric, Rate, divide, exact, mean, publish};
use crate::wire::proto::api;

/// Parts in a whole.
pub const PPM: i64 = 1_000_000;

/// Renders a ratio in parts per million.
pub fn ratio(metric: &Metric) -> Option<api::RatioMetric> {
    use api::ratio_metric::Value;
    let published = metric
        .as_ref()
        .map_err(|reason| *reason)
        .and_then(|value| publish(value, PPM));
    let value = match published {
        Ok(ppm) => Value::PartsPerMillion(ppm),
        Err(reason) => Value::Absent(reason.number()),
    };
    let exact = metric.as_ref().map(fraction).unwrap_or_default();
    Some(api::RatioMetric {
        value: Some(value),
        exact,
    })
}

/// Renders a mean of ratios in parts per million.
pub fn mean_ratio(rates: &[Rate]) -> Option<api::RatioMetric> {
    use api::ratio_metric::Value;
    let mean = match mean(rates, PPM) {
        // A mean of nothing is nothing seen, not a division by 0.
        Err(Absent::ZeroDenominator) => return ratio(&Err(Absent::NoObservation)),
        Err(reason) => return ratio(&Err(reason)),
        Ok(mean) => mean,
    };
    Some(api::RatioMetric {
        value: Some(Value::PartsPerMillion(mean.published)),
        exact: mean.exact.as_ref().map(fraction).unwrap_or_default(),
    })
}

/// Renders the ratio of two counts; absent when the second is 0.
pub fn ratio_of(numerator: i64, denominator: i64) -> Option<api::RatioMetric> {
    ratio(&divide(&exact(numerator), &exact(denominator)))
}

/// Renders an amount given in minor units; its exact value is in major units.
pub fn money(metric: &Metric, currency: Currency) -> Option<api::MoneyMetric> {
    use api::money_metric::Value;
    let published = metric
        .as_ref()
        .map_err(|reason| *reason)
        .and_then(|value| publish(value, 1));
    let value = match published {
        Ok(minor) => Value::MinorUnits(minor),
        Err(reason) => Value::Absent(reason.number()),
    };
    let major = exact(10_i64.pow(currency.exponent()));
    let exact = metric
        .as_ref()
        .map(|minor| fraction(&(minor / major)))
        .unwrap_or_default();
    Some(api::MoneyMetric {
        value: Some(value),
        exact,
    })
}

/// Spells an exact number, in lowest terms.
pub fn fraction(value: &Exact) -> String {
    format!("{}/{}", value.numer(), value.denom())
}
