//! Figures: money and engagement of one set of facts, with every ratio made from them.

use super::metric::{PPM, mean_ratio, money, ratio};
use super::reports::{OfPosts, Rates};
use super::{count, minor};
use crate::domain::metrics::{
    self, Absent, Exact, Metric, Rate, cost_per_thousand, divide, exact, median, roas, roi,
    roi_on_margin,
};
use crate::domain::{
    ConversionType, CostType, Counter, Counters, Currency, EmvModel, EngagementSums,
    MeasurementKind, MeasurementScope, Paired, Sum, Tally, WHOLE_BP,
};
use crate::wire::proto::api;

/// What figures need to know beside the sums.
#[derive(Clone, Copy, Debug)]
pub struct Basis<'a> {
    /// Reporting currency.
    pub currency: Currency,
    /// Gross margin of the campaign, in basis points.
    pub margin_bp: Option<u32>,
    /// Model of earned media value.
    pub emv: Option<&'a EmvModel>,
    /// Rates of the single posts, for mean and median.
    pub rates: &'a Rates,
    /// Second claims of orders.
    pub rejected_claims: i64,
    /// Whether only facts up to the end of the campaign count.
    pub on_time: bool,
}

/// Renders the figures of a tally.
pub fn figures(tally: &Tally, basis: &Basis<'_>) -> api::Figures {
    let costs = Costs::of(tally);
    api::Figures {
        currency_code: basis.currency.code().to_owned(),
        cost: Some(cost_totals(tally)),
        revenue: Some(revenue_totals(tally, basis)),
        missing_fx: foreign_amounts(tally),
        returns: costs
            .each()
            .map(|(name, cost)| returns(name, &cost, tally, basis))
            .collect(),
        engagement: engagement(tally, &costs, basis),
        posts_published: count(tally.posts),
    }
}

/// Returns the ROI of a tally on a basis as figures publish it; `None` where they publish none.
pub fn roi_ppm(tally: &Tally, basis: api::CostBasis) -> Option<i64> {
    let costs = Costs::of(tally);
    let (_, cost) = costs.each().find(|(name, _)| *name == basis)?;
    if !tally.foreign_revenue.is_empty() {
        return None;
    }
    let roi = roi(cost.get().ok()?, &exact(tally.net_revenue())).ok()?;
    metrics::publish(&roi, PPM).ok()
}

/// Cost on the three bases; absent when a foreign cost is left out.
struct Costs {
    known: bool,
    minor: [i128; 3],
}

impl Costs {
    fn of(tally: &Tally) -> Self {
        Self {
            known: tally.foreign_costs.is_empty(),
            minor: [tally.committed, tally.accrued(), tally.paid()],
        }
    }

    fn each(&self) -> impl Iterator<Item = (api::CostBasis, Cost)> + '_ {
        let names = [
            api::CostBasis::Committed,
            api::CostBasis::Accrued,
            api::CostBasis::Paid,
        ];
        let cost = |minor: i128| Cost {
            minor: exact(minor),
            known: self.known,
        };
        names.into_iter().zip(self.minor.map(cost))
    }
}

struct Cost {
    minor: Exact,
    known: bool,
}

impl Cost {
    fn get(&self) -> Result<&Exact, Absent> {
        if self.known {
            Ok(&self.minor)
        } else {
            Err(Absent::MissingFx)
        }
    }
}

fn cost_totals(tally: &Tally) -> api::CostTotals {
    let lines = tally
        .costs
        .iter()
        .map(|(kind, sums): (&CostType, _)| api::CostByType {
            r#type: kind.number(),
            accrued_minor: minor(sums.accrued),
            paid_minor: minor(sums.paid),
        });
    api::CostTotals {
        committed_minor: minor(tally.committed),
        accrued_minor: minor(tally.accrued()),
        paid_minor: minor(tally.paid()),
        by_type: lines.collect(),
    }
}

fn revenue_totals(tally: &Tally, basis: &Basis<'_>) -> api::RevenueTotals {
    let counted = tally.conversions.iter();
    let conversions = counted.map(|(kind, sums): (&ConversionType, _)| api::ConversionTotal {
        r#type: kind.number(),
        attributed: rounded(sums.attributed_bp),
        unattributed: count(sums.unattributed),
    });
    api::RevenueTotals {
        gross_minor: minor(tally.gross),
        refunds_minor: minor(tally.refunds),
        net_minor: minor(tally.net_revenue()),
        unattributed_minor: minor(tally.unattributed),
        conversions: conversions.collect(),
        rejected_claims: count(basis.rejected_claims),
    }
}

fn foreign_amounts(tally: &Tally) -> Vec<api::ForeignAmount> {
    let mut currencies: Vec<Currency> = tally
        .foreign_costs
        .keys()
        .chain(tally.foreign_revenue.keys())
        .copied()
        .collect();
    currencies.sort();
    currencies.dedup();
    let amount = |currency: Currency| api::ForeignAmount {
        currency_code: currency.code().to_owned(),
        cost_minor: minor(tally.foreign_costs.get(&currency).copied().unwrap_or(0)),
        revenue_minor: minor(tally.foreign_revenue.get(&currency).copied().unwrap_or(0)),
    };
    currencies.into_iter().map(amount).collect()
}

fn returns(name: api::CostBasis, cost: &Cost, tally: &Tally, basis: &Basis<'_>) -> api::Returns {
    let revenue = exact(tally.net_revenue());
    let complete = || -> Result<&Exact, Absent> {
        let all_known = tally.foreign_revenue.is_empty();
        if all_known {
            cost.get()
        } else {
            Err(Absent::MissingFx)
        }
    };
    let posts = exact(tally.posts);
    let conversions = in_wholes(tally.conversions_bp());
    let money = |metric: Metric| money(&metric, basis.currency);
    api::Returns {
        basis: name as i32,
        cost: money(Ok(cost.minor.clone())),
        net_return: money(Ok(&revenue - &cost.minor)),
        roi: ratio(&complete().and_then(|cost| roi(cost, &revenue))),
        roi_on_margin: ratio(
            &complete().and_then(|cost| roi_on_margin(cost, &revenue, basis.margin_bp)),
        ),
        roas: ratio(&complete().and_then(|cost| roas(cost, &revenue))),
        cost_per_post: money(cost.get().and_then(|cost| divide(cost, &posts))),
        cpa: money(cost.get().and_then(|cost| divide(cost, &conversions))),
    }
}

fn engagement(tally: &Tally, costs: &Costs, basis: &Basis<'_>) -> Vec<api::EngagementFigures> {
    let headline = (MeasurementScope::Total, MeasurementKind::Measured);
    let mut keys: Vec<_> = tally.engagement.keys().copied().collect();
    if !keys.contains(&headline) {
        keys.push(headline);
        keys.sort();
    }
    let nothing = EngagementSums::default();
    let of = |key: (MeasurementScope, MeasurementKind)| {
        let sums = tally.engagement.get(&key).map_or(&nothing, |sums| sums);
        engagement_figures(key, sums, tally, costs, basis)
    };
    keys.into_iter().map(of).collect()
}

fn engagement_figures(
    (scope, kind): (MeasurementScope, MeasurementKind),
    sums: &EngagementSums,
    tally: &Tally,
    costs: &Costs,
    basis: &Basis<'_>,
) -> api::EngagementFigures {
    let seen = |counter: Counter| of_sum(&sums.counters[counter as usize]);
    let posts = basis.rates.of(basis.on_time, scope, kind);
    let rates = |paired: &Paired, pick: fn(&OfPosts) -> &Vec<Rate>| {
        let rates = posts.map_or(&[][..], |posts| pick(posts).as_slice());
        Some(engagement_rates(paired, rates))
    };
    let conversions = in_wholes(tally.conversions_bp());
    let unit_costs = costs
        .each()
        .map(|(name, cost)| unit_costs(name, &cost, sums, basis.currency));
    api::EngagementFigures {
        scope: scope.number(),
        kind: kind.number(),
        counters: Some((&counters(sums)).into()),
        reach_not_deduplicated: sums.counters[Counter::Reach as usize].posts > 1,
        engagements: (sums.engagements.posts > 0).then(|| rounded(sums.engagements.value)),
        posts_observed: count(sums.posts),
        er_followers: rates(&sums.by_followers, |posts| &posts.by_followers),
        er_reach: rates(&sums.by_reach, |posts| &posts.by_reach),
        er_views: rates(&sums.by_views, |posts| &posts.by_views),
        ctr: ratio(&of_pair(&sums.clicks_by_impressions)),
        cvr: ratio(&seen(Counter::Clicks).and_then(|clicks| divide(&conversions, &clicks))),
        emv: money(
            &earned_media(seen(Counter::Impressions), basis.emv),
            basis.currency,
        ),
        unit_costs: unit_costs.collect(),
    }
}

fn unit_costs(
    name: api::CostBasis,
    cost: &Cost,
    sums: &EngagementSums,
    currency: Currency,
) -> api::UnitCosts {
    let seen = |counter: Counter| of_sum(&sums.counters[counter as usize]);
    let each = |units: Metric| {
        let metric = units.and_then(|units| divide(cost.get()?, &units));
        money(&metric, currency)
    };
    let thousand = |units: Metric| {
        let metric = units.and_then(|units| cost_per_thousand(cost.get()?, &units));
        money(&metric, currency)
    };
    api::UnitCosts {
        basis: name as i32,
        cpe: each(of_sum(&sums.engagements)),
        cpv: each(seen(Counter::Views)),
        cpc: each(seen(Counter::Clicks)),
        cpm_impressions: thousand(seen(Counter::Impressions)),
        cpm_reach: thousand(seen(Counter::Reach)),
        cpm_views: thousand(seen(Counter::Views)),
    }
}

fn engagement_rates(paired: &Paired, rates: &[Rate]) -> api::EngagementRates {
    api::EngagementRates {
        overall: ratio(&of_pair(paired)),
        mean: mean_ratio(rates),
        median: ratio(&median(rates.to_vec()).map_err(|_| Absent::NoObservation)),
        posts: count(paired.posts),
    }
}

/// Earned media value: impressions by the price of a thousand.
fn earned_media(impressions: Metric, model: Option<&EmvModel>) -> Metric {
    let model = model.ok_or(Absent::NoModel)?;
    Ok(impressions? * exact(model.cpm.minor) / exact(1_000))
}

fn of_sum(sum: &Sum) -> Metric {
    if sum.posts == 0 {
        Err(Absent::NoObservation)
    } else {
        Ok(in_wholes(sum.value))
    }
}

fn of_pair(paired: &Paired) -> Metric {
    if paired.posts == 0 {
        return Err(Absent::NoObservation);
    }
    divide(&exact(paired.numerator), &exact(paired.denominator))
}

fn counters(sums: &EngagementSums) -> Counters {
    let mut counters = Counters::default();
    for counter in Counter::ALL {
        let sum = &sums.counters[counter as usize];
        counters.set(counter, (sum.posts > 0).then(|| rounded(sum.value)));
    }
    counters
}

fn in_wholes(ten_thousandths: i128) -> Exact {
    exact(ten_thousandths) / exact(WHOLE_BP)
}

/// Rounds a sum in ten-thousandths to wholes.
pub(super) fn rounded(ten_thousandths: i128) -> u64 {
    let published = metrics::publish(&in_wholes(ten_thousandths), 1);
    published
        .ok()
        .and_then(|value| u64::try_from(value).ok())
        .unwrap_or(u64::MAX)
}
