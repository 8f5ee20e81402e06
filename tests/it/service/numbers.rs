//! The numbers of a report by name, each with its exact value or the reason why it is absent.

use std::collections::BTreeMap;

use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::{MeasurementKind, MeasurementScope};
use num_bigint::BigInt;
use num_rational::Ratio;

pub type Exact = Ratio<BigInt>;

/// Costs are recorded, approved and paid, so all bases must be equal.
pub const BASES: [CostBasis; 3] = [CostBasis::Committed, CostBasis::Accrued, CostBasis::Paid];

/// A number of a report.
#[derive(Clone, Debug)]
pub enum Number {
    /// In parts per million.
    Ratio(RatioMetric),
    /// In minor units; exact in major units, with two decimals in all examples.
    Money(MoneyMetric),
}

impl Number {
    /// Returns the exact value, or why there is none.
    pub fn exact(&self) -> Result<Exact, AbsentReason> {
        let absent = match self {
            Self::Ratio(RatioMetric {
                value: Some(ratio_metric::Value::Absent(reason)),
                ..
            })
            | Self::Money(MoneyMetric {
                value: Some(money_metric::Value::Absent(reason)),
                ..
            }) => Some(AbsentReason::try_from(*reason).unwrap()),
            Self::Ratio(_) | Self::Money(_) => None,
        };
        match absent {
            Some(reason) => {
                assert_eq!(self.text(), "", "no value beside {reason:?}");
                Err(reason)
            }
            None => Ok(fraction(self.text())),
        }
    }

    /// Returns the exact value as the report writes it.
    pub fn text(&self) -> &str {
        match self {
            Self::Ratio(ratio) => &ratio.exact,
            Self::Money(money) => &money.exact,
        }
    }

    /// Checks that the published integer is the exact value at its scale, ties to even.
    pub fn is_published_rounded_half_even(&self) {
        let (published, scale) = match self {
            Self::Ratio(RatioMetric {
                value: Some(ratio_metric::Value::PartsPerMillion(ppm)),
                ..
            }) => (*ppm, 1_000_000),
            Self::Money(MoneyMetric {
                value: Some(money_metric::Value::MinorUnits(minor)),
                ..
            }) => (*minor, 100),
            Self::Ratio(_) | Self::Money(_) => return,
        };
        let scaled = fraction(self.text()) * BigInt::from(scale);
        assert_eq!(BigInt::from(published), half_even(&scaled), "{self:?}");
    }
}

/// Returns the nearest integer, ties to the even one.
pub fn half_even(value: &Exact) -> BigInt {
    let (floor, two) = (value.floor().to_integer(), BigInt::from(2));
    let twice_the_rest = (value - Ratio::from(floor.clone())) * &two;
    let is_odd = &floor % &two != BigInt::ZERO;
    let one = Ratio::from(BigInt::from(1));
    if twice_the_rest > one || (twice_the_rest == one && is_odd) {
        floor + 1
    } else {
        floor
    }
}

/// Reads `a/b`.
pub fn fraction(text: &str) -> Exact {
    let (numerator, denominator) = text
        .split_once('/')
        .unwrap_or_else(|| panic!("a/b: {text}"));
    Ratio::new(numerator.parse().unwrap(), denominator.parse().unwrap())
}

/// Reads a printed number, digit by digit.
pub fn decimal(printed: f64) -> Exact {
    let text = printed.to_string();
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let digits = format!("{whole}{part}").parse().unwrap();
    Ratio::new(digits, BigInt::from(10).pow(part.len() as u32))
}

/// Returns the numbers of figures on one cost basis, in the scope TOTAL and the kind MEASURED.
pub fn of_figures(figures: &Figures, basis: CostBasis) -> BTreeMap<&'static str, Number> {
    let mut returns = figures.returns.iter();
    let returns = returns.find(|one| one.basis() == basis).unwrap().clone();
    let audience = (MeasurementScope::Total, MeasurementKind::Measured);
    let mut engagement = figures.engagement.iter();
    let engagement = engagement.find(|one| (one.scope(), one.kind()) == audience);
    let engagement = engagement.unwrap().clone();
    let mut units = engagement.unit_costs.iter();
    let units = units.find(|one| one.basis() == basis).unwrap().clone();
    let ratio = |metric: Option<RatioMetric>| Number::Ratio(metric.unwrap());
    let money = |metric: Option<MoneyMetric>| Number::Money(metric.unwrap());
    let [followers, reach, views] = [
        engagement.er_followers,
        engagement.er_reach,
        engagement.er_views,
    ]
    .map(Option::unwrap);
    BTreeMap::from([
        ("cost", money(returns.cost)),
        ("net_return", money(returns.net_return)),
        ("roi", ratio(returns.roi)),
        ("roi_on_margin", ratio(returns.roi_on_margin)),
        ("roas", ratio(returns.roas)),
        ("cost_per_post", money(returns.cost_per_post)),
        ("cpa", money(returns.cpa)),
        ("cpe", money(units.cpe)),
        ("cpv", money(units.cpv)),
        ("cpc", money(units.cpc)),
        ("cpm_impressions", money(units.cpm_impressions)),
        ("cpm_reach", money(units.cpm_reach)),
        ("cpm_views", money(units.cpm_views)),
        ("er_followers", ratio(followers.overall)),
        ("er_followers_mean", ratio(followers.mean)),
        ("er_followers_median", ratio(followers.median)),
        ("er_reach", ratio(reach.overall)),
        ("er_reach_mean", ratio(reach.mean)),
        ("er_reach_median", ratio(reach.median)),
        ("er_views", ratio(views.overall)),
        ("er_views_mean", ratio(views.mean)),
        ("er_views_median", ratio(views.median)),
        ("ctr", ratio(engagement.ctr)),
        ("cvr_clicks", ratio(engagement.cvr)),
        ("emv", money(engagement.emv)),
    ])
}
