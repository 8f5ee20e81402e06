//! Figures: money and engagement of one set of facts.

use std::collections::BTreeSet;

use super::Rates;
use super::metric::Shown;
use super::posts::{OfPosts, Rated};
use crate::domain::metrics::{
    CostBasis, Entry, Facts, Metric, engagement as of_posts, money, publish,
};
use crate::domain::{
    Audience, ConversionType, CostType, Counter, Counters, Currency, EngagementSums,
};
use crate::wire::decimals::Decimals;
use crate::wire::observation::optional_text;
use crate::wire::proto::api;

/// Renders figures. `rates` are those of the single posts, for mean and median.
pub(super) fn figures(shown: Shown<'_>, rates: &Rates, on_time: bool) -> api::Figures {
    api::Figures {
        currency_code: shown.currency_code(),
        cost: Some(cost(shown)),
        revenue: Some(revenue(shown)),
        missing_fx: foreign_amounts(shown),
        returns: CostBasis::ALL
            .map(|basis| returns(basis, shown.at(Entry::Basis(basis))))
            .into(),
        engagement: engagement(shown, rates, on_time),
        posts_published: shown.count(&money::POSTS_PUBLISHED),
    }
}

/// Returns the ROI on a basis as figures publish it; `None` where they publish none.
pub(super) fn roi_ppm(facts: Facts<'_>, on: CostBasis) -> Option<i64> {
    let roi = money::ROI.value(&facts.at(Entry::Basis(on))).ok()?;
    publish(&roi, super::PPM).ok()
}

fn cost(shown: Shown<'_>) -> api::CostTotals {
    let of_type = |kind: &CostType| {
        let shown = shown.at(Entry::CostType(*kind));
        api::CostByType {
            r#type: kind.number(),
            accrued_minor: shown.minor(&money::TYPE_ACCRUED),
            paid_minor: shown.minor(&money::TYPE_PAID),
            ..api::CostByType::default()
        }
        .with_decimals(shown.currency)
    };
    api::CostTotals {
        committed_minor: shown.minor(&money::COMMITTED),
        accrued_minor: shown.minor(&money::ACCRUED),
        paid_minor: shown.minor(&money::PAID),
        by_type: shown.facts.tally.costs.keys().map(of_type).collect(),
        ..api::CostTotals::default()
    }
    .with_decimals(shown.currency)
}

fn revenue(shown: Shown<'_>) -> api::RevenueTotals {
    let of_type = |kind: &ConversionType| {
        let shown = shown.at(Entry::ConversionType(*kind));
        api::ConversionTotal {
            r#type: kind.number(),
            attributed: shown.seen(&money::ATTRIBUTED_OF_TYPE).unwrap_or_default(),
            unattributed: shown.count(&money::UNATTRIBUTED_OF_TYPE),
        }
    };
    api::RevenueTotals {
        gross_minor: shown.minor(&money::GROSS),
        refunds_minor: shown.minor(&money::REFUNDS),
        net_minor: shown.minor(&money::NET),
        unattributed_minor: shown.minor(&money::UNATTRIBUTED),
        conversions: shown.facts.tally.conversions.keys().map(of_type).collect(),
        rejected_claims: shown.count(&money::REJECTED_CLAIMS),
        ..api::RevenueTotals::default()
    }
    .with_decimals(shown.currency)
}

fn foreign_amounts(shown: Shown<'_>) -> Vec<api::ForeignAmount> {
    let tally = shown.facts.tally;
    let currencies: BTreeSet<Currency> = tally
        .foreign_costs
        .keys()
        .chain(tally.foreign_revenue.keys())
        .chain(tally.foreign_paid.keys())
        .copied()
        .collect();
    let amount = |currency: Currency| {
        let shown = shown.at(Entry::Foreign(currency));
        api::ForeignAmount {
            currency_code: currency.code().to_owned(),
            cost_minor: shown.minor(&money::FOREIGN_COSTS),
            revenue_minor: shown.minor(&money::FOREIGN_REVENUE),
            paid_minor: shown.minor(&money::FOREIGN_PAID),
            ..api::ForeignAmount::default()
        }
        .with_decimals(Some(currency))
    };
    currencies.into_iter().map(amount).collect()
}

fn returns(on: CostBasis, shown: Shown<'_>) -> api::Returns {
    api::Returns {
        basis: on.number(),
        cost: shown.money(&money::COST),
        net_return: shown.money(&money::NET_RETURN),
        roi: shown.ratio(&money::ROI),
        roi_on_margin: shown.ratio(&money::ROI_ON_MARGIN),
        roas: shown.ratio(&money::ROAS),
        cost_per_post: shown.money(&money::COST_PER_POST),
        cpa: shown.money(&money::CPA),
    }
}

fn engagement(shown: Shown<'_>, rates: &Rates, on_time: bool) -> Vec<api::EngagementFigures> {
    let mut keys: BTreeSet<_> = shown.facts.tally.engagement.keys().copied().collect();
    keys.insert(Audience::HEADLINE);
    let of = |audience| {
        let posts = rates.of(on_time, audience);
        engagement_figures(audience, shown.at(Entry::Audience(audience)), posts)
    };
    keys.into_iter().map(of).collect()
}

fn engagement_figures(
    audience: Audience,
    shown: Shown<'_>,
    posts: Option<&OfPosts>,
) -> api::EngagementFigures {
    let sums = shown.facts.engagement;
    let none = OfPosts::default();
    let rates = |rows, pick: fn(&OfPosts) -> &Rated| {
        let rated = pick(posts.unwrap_or(&none));
        Some(engagement_rates(shown, rows, rated))
    };
    let followers = [
        &of_posts::ER_FOLLOWERS,
        &of_posts::ER_FOLLOWERS_MEAN,
        &of_posts::ER_FOLLOWERS_MEDIAN,
        &of_posts::ER_FOLLOWERS_POSTS,
    ];
    let reach = [
        &of_posts::ER_REACH,
        &of_posts::ER_REACH_MEAN,
        &of_posts::ER_REACH_MEDIAN,
        &of_posts::ER_REACH_POSTS,
    ];
    let views = [
        &of_posts::ER_VIEWS,
        &of_posts::ER_VIEWS_MEAN,
        &of_posts::ER_VIEWS_MEDIAN,
        &of_posts::ER_VIEWS_POSTS,
    ];
    api::EngagementFigures {
        scope: audience.scope.number(),
        kind: audience.kind.number(),
        definition: optional_text(audience.definition),
        counters: Some((&counters(shown, sums)).into()),
        reach_not_deduplicated: sums.counters[Counter::Reach as usize].posts > 1,
        engagements: shown.seen(&of_posts::ENGAGEMENTS),
        posts_observed: shown.count(&of_posts::POSTS_OBSERVED),
        er_followers: rates(followers, |posts| &posts.by_followers),
        er_reach: rates(reach, |posts| &posts.by_reach),
        er_views: rates(views, |posts| &posts.by_views),
        ctr: shown.ratio(&of_posts::CTR),
        cvr: shown.ratio(&of_posts::CVR),
        emv: shown.money(&of_posts::EMV),
        unit_costs: CostBasis::ALL
            .map(|basis| unit_costs(basis, shown.at(Entry::Basis(basis))))
            .into(),
    }
}

/// Shows the four numbers of a rate.
fn engagement_rates(
    shown: Shown<'_>,
    [overall, mean, median, posts]: [&Metric; 4],
    rates: &Rated,
) -> api::EngagementRates {
    api::EngagementRates {
        overall: shown.ratio(overall),
        mean: shown.of_rates(mean, rates),
        median: shown.of_rates(median, rates),
        posts: shown.count(posts),
    }
}

fn unit_costs(on: CostBasis, shown: Shown<'_>) -> api::UnitCosts {
    api::UnitCosts {
        basis: on.number(),
        cpe: shown.money(&of_posts::CPE),
        cpv: shown.money(&of_posts::CPV),
        cpc: shown.money(&of_posts::CPC),
        cpm_impressions: shown.money(&of_posts::CPM_IMPRESSIONS),
        cpm_reach: shown.money(&of_posts::CPM_REACH),
        cpm_views: shown.money(&of_posts::CPM_VIEWS),
    }
}

fn counters(shown: Shown<'_>, sums: &EngagementSums) -> Counters {
    let mut counters = Counters::default();
    for (counter, metric) in Counter::ALL.into_iter().zip(of_posts::COUNTERS) {
        let is_seen = sums.counters[counter as usize].posts > 0;
        counters.set(counter, is_seen.then(|| shown.seen(metric)).flatten());
    }
    counters
}
