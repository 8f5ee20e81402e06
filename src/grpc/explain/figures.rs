//! The numbers of `Figures`: money and engagement of one set of facts.

use super::metric::{Figure, Metric, OfPosts, Sides, Taken};
use super::path::Segment;
use crate::domain::metrics::{Exact, exact};
use crate::domain::{
    ConversionType, CostType, Counter, Currency, EngagementSums, MeasurementKind, MeasurementScope,
    Numbered, Paired, Sum, Tally, WHOLE_BP,
};
use crate::wire::proto::{api, values};

/// Finds a number of `Figures` by its path.
pub fn find(path: &[Segment<'_>]) -> Option<Metric> {
    Some(match path {
        [("cost", None), rest @ ..] => cost(rest)?,
        [("revenue", None), rest @ ..] => revenue(rest)?,
        [("missing_fx", Some(currency)), (field, None)] => missing_fx(currency, field)?,
        [("returns", Some(basis)), (field, None)] => returns(basis, field)?,
        [("engagement", Some(words)), rest @ ..] => engagement(words, rest)?,
        [("posts_published", None)] => of_tally(|tally| exact(tally.posts)),
        _ => return None,
    })
}

fn of_tally(of: impl Fn(&Tally) -> Exact + Send + Sync + 'static) -> Metric {
    Metric::sum(move |taken| Sides::whole(of(taken.tally)))
}

/// C on a basis, in minor units.
type Cost = fn(&Tally) -> i128;

fn cost_on(basis: &str) -> Option<Cost> {
    Some(match api::CostBasis::from_str_name(basis)? {
        api::CostBasis::Unspecified => return None,
        api::CostBasis::Committed => |tally| tally.committed,
        api::CostBasis::Accrued => Tally::accrued,
        api::CostBasis::Paid => Tally::paid,
    })
}

fn cost(path: &[Segment<'_>]) -> Option<Metric> {
    Some(match path {
        [("committed_minor", None)] => of_tally(|tally| exact(tally.committed)),
        [("accrued_minor", None)] => of_tally(|tally| exact(tally.accrued())),
        [("paid_minor", None)] => of_tally(|tally| exact(tally.paid())),
        [("by_type", Some(kind)), (field, None)] => {
            let kind = values::CostType::from_str_name(kind)?;
            let kind = CostType::from_number(kind.into())?;
            let sums = move |tally: &Tally| tally.costs.get(&kind).copied().unwrap_or_default();
            match *field {
                "accrued_minor" => of_tally(move |tally| exact(sums(tally).accrued)),
                "paid_minor" => of_tally(move |tally| exact(sums(tally).paid)),
                _ => return None,
            }
        }
        _ => return None,
    })
}

fn revenue(path: &[Segment<'_>]) -> Option<Metric> {
    Some(match path {
        [("gross_minor", None)] => of_tally(|tally| exact(tally.gross)),
        [("refunds_minor", None)] => of_tally(|tally| exact(tally.refunds)),
        [("net_minor", None)] => of_tally(|tally| exact(tally.net_revenue())),
        [("unattributed_minor", None)] => of_tally(|tally| exact(tally.unattributed)),
        [("rejected_claims", None)] => Metric::count(|totals| totals.rejected_claims),
        [("conversions", Some(kind)), (field, None)] => {
            let kind = values::ConversionType::from_str_name(kind)?;
            let kind = ConversionType::from_number(kind.into())?;
            let sums = move |tally: &Tally| {
                let sums = tally.conversions.get(&kind);
                sums.copied().unwrap_or_default()
            };
            match *field {
                "attributed" => of_tally(move |tally| in_wholes(sums(tally).attributed_bp)),
                "unattributed" => of_tally(move |tally| exact(sums(tally).unattributed)),
                _ => return None,
            }
        }
        _ => return None,
    })
}

fn missing_fx(currency: &str, field: &str) -> Option<Metric> {
    let currency = Currency::parse(currency).ok()?;
    let of = move |amounts: &std::collections::BTreeMap<Currency, i128>| {
        exact(amounts.get(&currency).copied().unwrap_or(0))
    };
    Some(match field {
        "cost_minor" => of_tally(move |tally| of(&tally.foreign_costs)),
        "revenue_minor" => of_tally(move |tally| of(&tally.foreign_revenue)),
        _ => return None,
    })
}

fn returns(basis: &str, field: &str) -> Option<Metric> {
    let cost = cost_on(basis)?;
    let ratio = |of: fn(&Taken<'_>, Exact) -> (Exact, Exact)| {
        Metric::sum(move |taken| {
            let (numerator, denominator) = of(taken, exact(cost(taken.tally)));
            Sides::ratio(numerator, denominator)
        })
    };
    Some(match field {
        "cost" => of_tally(move |tally| exact(cost(tally))),
        "net_return" => of_tally(move |tally| exact(tally.net_revenue() - cost(tally))),
        "roi" => ratio(|taken, cost| (exact(taken.tally.net_revenue()) - &cost, cost)),
        "roi_on_margin" => ratio(|taken, cost| {
            let margin = exact(taken.known.margin_bp.unwrap_or(0)) / exact(WHOLE_BP);
            (exact(taken.tally.net_revenue()) * margin - &cost, cost)
        }),
        "roas" => ratio(|taken, cost| (exact(taken.tally.net_revenue()), cost)),
        "cost_per_post" => ratio(|taken, cost| (cost, exact(taken.tally.posts))),
        "cpa" => ratio(|taken, cost| (cost, in_wholes(taken.tally.conversions_bp()))),
        _ => return None,
    })
}

type Key = (MeasurementScope, MeasurementKind);

fn engagement(words: &str, path: &[Segment<'_>]) -> Option<Metric> {
    let (scope, kind) = words.split_once(',')?;
    let scope = values::MeasurementScope::from_str_name(scope)?;
    let kind = values::MeasurementKind::from_str_name(kind)?;
    let key = (
        MeasurementScope::from_number(scope.into())?,
        MeasurementKind::from_number(kind.into())?,
    );
    let metric = of_engagement(key, path)?;
    Some(Metric {
        engagement: Some(key),
        ..metric
    })
}

fn of_engagement(key: Key, path: &[Segment<'_>]) -> Option<Metric> {
    let whole = |of: fn(&EngagementSums) -> Exact| {
        Metric::sum(move |taken| Sides::whole(with(taken, key, of)))
    };
    Some(match path {
        [("counters", None), (name, None)] => {
            let counter = counter(name)?;
            Metric::sum(move |taken| Sides::whole(with(taken, key, |sums| seen(sums, counter))))
        }
        [("engagements", None)] => whole(|sums| summed(&sums.engagements)),
        [("posts_observed", None)] => whole(|sums| exact(sums.posts)),
        [("er_followers", None), (field, None)] => rates(key, field, |sums| sums.by_followers)?,
        [("er_reach", None), (field, None)] => rates(key, field, |sums| sums.by_reach)?,
        [("er_views", None), (field, None)] => rates(key, field, |sums| sums.by_views)?,
        [("ctr", None)] => rates(key, "overall", |sums| sums.clicks_by_impressions)?,
        [("cvr", None)] => Metric::sum(move |taken| {
            let clicks = with(taken, key, |sums| seen(sums, Counter::Clicks));
            Sides::ratio(in_wholes(taken.tally.conversions_bp()), clicks)
        }),
        [("emv", None)] => Metric::sum(move |taken| {
            let impressions = with(taken, key, |sums| seen(sums, Counter::Impressions));
            let price = exact(taken.known.emv_cpm_minor.unwrap_or(0));
            Sides::whole(impressions * price / exact(1_000))
        }),
        [("unit_costs", Some(basis)), (field, None)] => unit_cost(key, cost_on(basis)?, field)?,
        _ => return None,
    })
}

fn rates(key: Key, field: &str, pick: fn(&EngagementSums) -> Paired) -> Option<Metric> {
    Some(match field {
        "overall" => Metric::sum(move |taken| {
            let numerator = with(taken, key, |sums| exact(pick(sums).numerator));
            let denominator = with(taken, key, |sums| exact(pick(sums).denominator));
            Sides::ratio(numerator / exact(WHOLE_BP), denominator / exact(WHOLE_BP))
        }),
        "posts" => {
            Metric::sum(move |taken| Sides::whole(with(taken, key, |sums| exact(pick(sums).posts))))
        }
        "mean" => Metric::of(Figure::Posts(OfPosts::Mean, pick)),
        "median" => Metric::of(Figure::Posts(OfPosts::Median, pick)),
        _ => return None,
    })
}

fn unit_cost(key: Key, cost: Cost, field: &str) -> Option<Metric> {
    let (of, thousands): (fn(&EngagementSums) -> Exact, i64) = match field {
        "cpe" => (|sums| summed(&sums.engagements), 1),
        "cpv" => (|sums| seen(sums, Counter::Views), 1),
        "cpc" => (|sums| seen(sums, Counter::Clicks), 1),
        "cpm_impressions" => (|sums| seen(sums, Counter::Impressions), 1_000),
        "cpm_reach" => (|sums| seen(sums, Counter::Reach), 1_000),
        "cpm_views" => (|sums| seen(sums, Counter::Views), 1_000),
        _ => return None,
    };
    Some(Metric::sum(move |taken| {
        let units = with(taken, key, of);
        Sides::ratio(exact(cost(taken.tally)) * exact(thousands), units)
    }))
}

fn with(taken: &Taken<'_>, key: Key, of: impl Fn(&EngagementSums) -> Exact) -> Exact {
    let sums = taken.tally.engagement.get(&key);
    sums.map_or_else(|| exact(0), |sums| of(sums))
}

fn seen(sums: &EngagementSums, counter: Counter) -> Exact {
    summed(&sums.counters[counter as usize])
}

fn summed(sum: &Sum) -> Exact {
    in_wholes(sum.value)
}

fn in_wholes(ten_thousandths: i128) -> Exact {
    exact(ten_thousandths) / exact(WHOLE_BP)
}

fn counter(name: &str) -> Option<Counter> {
    let mut counters = Counter::ALL.into_iter();
    counters.find(|counter| counter.name().eq_ignore_ascii_case(name))
}
