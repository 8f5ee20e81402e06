//! The numbers of an example computed only from its inputs, by the published formulas.

use std::collections::BTreeMap;

use campaign_ledger::wire::proto::api::AbsentReason;
use num_bigint::BigInt;
use num_rational::Ratio;

use super::super::numbers::Exact;
use super::Case;
use super::played::{conversions, posts};

/// Computes the numbers from the inputs of an example.
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
    // The followers of the profile are used when an example states none.
    let followers = case.followers.unwrap_or(20_000) * posts(case);
    let emv = case.emv_cpm.ok_or(NoModel).and_then(|cpm| {
        let impressions = count(seen(case.impressions)?);
        Ok(impressions * whole(cpm) / whole(1_000))
    });
    BTreeMap::from([
        ("cost", Ok(cost.clone())),
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
        // Posts of one example share everything evenly, so all rates are the same.
        ("er_followers", rate(Some(followers))),
        ("er_followers_mean", rate(Some(followers))),
        ("er_followers_median", rate(Some(followers))),
        ("er_reach", rate(case.reach)),
        ("er_reach_mean", rate(case.reach)),
        ("er_reach_median", rate(case.reach)),
        ("er_views", rate(case.views)),
        ("er_views_mean", rate(case.views)),
        ("er_views_median", rate(case.views)),
        ("ctr", clicks(case.impressions)),
        (
            "cvr_clicks",
            seen(case.clicks).and_then(|clicks| over(&count(conversions(case)), clicks)),
        ),
        ("emv", emv),
    ])
}

/// Gifted creators who posted ÷ gifted creators.
pub fn post_rate(case: &Case) -> Result<Exact, AbsentReason> {
    let gifted = case.gifted.ok_or(AbsentReason::ZeroDenominator)?;
    Ok(Ratio::new(posts(case).into(), gifted.into()))
}
