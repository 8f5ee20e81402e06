//! The numbers of a report by name, and the same computed from an example alone.

use std::collections::BTreeMap;

use campaign_ledger::proto::api::*;
use campaign_ledger::proto::values::{MeasurementKind, MeasurementScope};
use num_bigint::BigInt;
use num_rational::Ratio;

use super::Case;
use super::played::{conversions, posts};

pub type Exact = Ratio<BigInt>;

/// Costs are recorded, approved and paid, so all bases must agree.
pub const BASES: [CostBasis; 3] = [CostBasis::Committed, CostBasis::Accrued, CostBasis::Paid];

/// A number of a report.
#[derive(Clone, Debug)]
pub enum Number {
    /// In parts per million.
    Ratio(RatioMetric),
    /// In minor units; exact in major units, of which all our examples have two decimals.
    Money(MoneyMetric),
}

impl Number {
    /// The exact value, or why there is none.
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

    /// The exact value as the report spells it.
    pub fn text(&self) -> &str {
        match self {
            Self::Ratio(ratio) => &ratio.exact,
            Self::Money(money) => &money.exact,
        }
    }

    /// The published integer is the exact value at its scale, ties to even.
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

/// Rounds to the nearest integer, ties to the even one.
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

/// Reads what a page prints, digit by digit.
pub fn decimal(printed: f64) -> Exact {
    let text = printed.to_string();
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let digits = format!("{whole}{part}").parse().unwrap();
    Ratio::new(digits, BigInt::from(10).pow(part.len() as u32))
}

/// Takes the numbers of a report on one basis of cost.
pub fn of_report(report: &CampaignRoi, basis: CostBasis) -> BTreeMap<&'static str, Number> {
    let figures = report.total.clone().unwrap();
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
    let rate = |rates: Option<EngagementRates>| ratio(rates.unwrap().overall);
    BTreeMap::from([
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
        ("er_followers", rate(engagement.er_followers)),
        ("er_reach", rate(engagement.er_reach)),
        ("er_views", rate(engagement.er_views)),
        ("ctr", ratio(engagement.ctr)),
        ("cvr_clicks", ratio(engagement.cvr)),
        ("emv", money(engagement.emv)),
        ("post_rate", ratio(report.post_rate.clone())),
    ])
}

/// Computes the same from the inputs of an example, by the published formulas.
pub fn of_inputs(case: &Case) -> BTreeMap<&'static str, Result<Exact, AbsentReason>> {
    use AbsentReason::{MarginUnknown, NoModel, NoObservation, ZeroCost, ZeroDenominator};
    let whole = |value: i64| Exact::from(BigInt::from(value));
    let count = |value: u64| Exact::from(BigInt::from(value));
    let cost = whole(case.cost.unwrap_or(0));
    let revenue = whole(case.revenue.unwrap_or(0));
    let over_cost = |value: Exact| case.cost.map(|_| value / &cost).ok_or(ZeroCost);
    let over = |value: &Exact, divisor: u64| match divisor {
        0 => Err(ZeroDenominator),
        divisor => Ok(value / count(divisor)),
    };
    let seen = |counter: Option<u64>| counter.ok_or(NoObservation);
    let engagements = [case.engagements, case.likes, case.comments, case.shares];
    let engagements: Option<u64> = engagements.into_iter().flatten().reduce(|a, b| a + b);
    let per = |counter| seen(counter).and_then(|divisor| over(&cost, divisor));
    let per_thousand = |counter| per(counter).map(|price| price * whole(1_000));
    let rate = |counter| {
        let engagements = count(seen(engagements)?);
        seen(counter).and_then(|divisor| over(&engagements, divisor))
    };
    let clicks = |divisor| over(&count(seen(case.clicks)?), seen(divisor)?);
    // Followers of the profile stand in where an example names none.
    let followers = case.followers.unwrap_or(20_000) * posts(case);
    let emv = case.emv_cpm.ok_or(NoModel).and_then(|cpm| {
        let impressions = count(seen(case.impressions)?);
        Ok(impressions * whole(cpm) / whole(1_000))
    });
    BTreeMap::from([
        ("net_return", Ok(&revenue - &cost)),
        ("roi", over_cost(&revenue - &cost)),
        ("roi_on_margin", Err(MarginUnknown)),
        ("roas", over_cost(revenue.clone())),
        ("cost_per_post", over(&cost, posts(case))),
        ("cpa", over(&cost, conversions(case))),
        ("cpe", per(engagements)),
        ("cpv", per(case.views)),
        ("cpc", per(case.clicks)),
        ("cpm_impressions", per_thousand(case.impressions)),
        ("cpm_reach", per_thousand(case.reach)),
        ("cpm_views", per_thousand(case.views)),
        ("er_followers", rate(Some(followers))),
        ("er_reach", rate(case.reach)),
        ("er_views", rate(case.views)),
        ("ctr", clicks(case.impressions)),
        (
            "cvr_clicks",
            seen(case.clicks).and_then(|clicks| over(&count(conversions(case)), clicks)),
        ),
        ("emv", emv),
        (
            "post_rate",
            over(
                &count(case.gifted.map_or(0, |_| posts(case))),
                case.gifted.unwrap_or(0),
            ),
        ),
    ])
}
