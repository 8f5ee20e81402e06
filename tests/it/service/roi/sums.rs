//! What the facts come to, by the published formulas, without the ledger's code.

use std::collections::BTreeMap;

use campaign_ledger::proto::api::{AbsentReason, CostBasis};
use campaign_ledger::proto::values::{CostType, Counters};
use num_bigint::BigInt;
use num_rational::Ratio;

use super::super::numbers::{Exact, half_even};
use super::facts::{
    COSTS, CPM_MINOR, FEES, KILL_FEE_BP, MARGIN_BP, ORDERS, POSTS, PostFact, USD_RATE,
};

/// Which facts count.
#[derive(Clone, Copy, PartialEq)]
pub enum Period {
    /// Up to the end, day 30.
    OnTime,
    /// Up to the end of measuring, day 60.
    Counted,
    /// All, as the budget has it.
    Ever,
}

impl Period {
    fn has(self, day: i64) -> bool {
        match self {
            Self::OnTime => day <= 30,
            Self::Counted => day <= 60,
            Self::Ever => true,
        }
    }
}

/// Whose facts count.
#[derive(Clone, Copy, PartialEq)]
pub enum Whose {
    Campaign,
    Collaboration(&'static str),
}

impl Whose {
    fn is(self, who: Option<&str>) -> bool {
        match self {
            Self::Campaign => true,
            Self::Collaboration(own) => who == Some(own),
        }
    }

    /// The part of a fact that is credited, in basis points.
    fn share(self, credits: &[(&str, u32)]) -> u32 {
        match self {
            Self::Campaign => credits.iter().map(|(_, share)| share).sum(),
            Self::Collaboration(own) => {
                let mut credits = credits.iter();
                credits
                    .find(|(who, _)| *who == own)
                    .map_or(0, |(_, share)| *share)
            }
        }
    }
}

/// The sums.
pub struct Expected {
    /// What of the plan figures are made with.
    margin_bp: Option<u32>,
    cpm_minor: Option<i64>,
    /// Committed, accrued, paid.
    pub cost_minor: [i64; 3],
    pub gross_minor: i64,
    pub refunds_minor: i64,
    pub unattributed_minor: i64,
    /// Orders credited, in ten-thousandths.
    conversions_bp: u64,
    pub posts: u64,
    /// The standing counters of each post and the part credited.
    seen: Vec<(&'static PostFact, Counters, u32)>,
}

fn whole(value: impl Into<BigInt>) -> Exact {
    Ratio::from(value.into())
}

/// In minor units of the rupiah, half-even; a cent is 16,000 of them hundredfold.
fn in_rupiah(currency: &str, minor: i64) -> i64 {
    match currency {
        "IDR" => minor,
        _ => minor * USD_RATE,
    }
}

/// Splits by shares to whole rupiah, half-even, the rest on the last.
fn split(minor: i64, credits: &[(&str, u32)]) -> Vec<i64> {
    let mut parts: Vec<i64> = credits
        .iter()
        .map(|(_, share)| {
            let rupiah = whole(minor) * whole(*share) / whole(10_000 * 100);
            i64::try_from(half_even(&rupiah)).unwrap() * 100
        })
        .collect();
    if let Some((last, others)) = parts.split_last_mut() {
        *last = minor - others.iter().sum::<i64>();
    }
    parts
}

impl Expected {
    pub fn of(whose: Whose, period: Period) -> Self {
        let mut expected = Self {
            margin_bp: Some(MARGIN_BP),
            cpm_minor: Some(CPM_MINOR),
            cost_minor: [0; 3],
            gross_minor: 0,
            refunds_minor: 0,
            unattributed_minor: 0,
            conversions_bp: 0,
            posts: 0,
            seen: Vec::new(),
        };
        expected.add_costs(whose, period);
        expected.add_orders(whose, period);
        expected.add_posts(whose, period);
        expected
    }

    pub fn without_plan(self) -> Self {
        Self {
            margin_bp: None,
            cpm_minor: None,
            ..self
        }
    }

    fn add_costs(&mut self, whose: Whose, period: Period) {
        for (who, fee) in FEES.iter().filter(|(who, _)| whose.is(Some(who))) {
            let lines = COSTS.iter().filter(|line| line.kind == CostType::Fee);
            let lines: i64 = lines
                .filter(|line| line.who == Some(*who))
                .map(|line| line.minor)
                .sum();
            // Cancelled: the fee is owed no more, but part of it, since day 8.
            let (committed, kill_fee) = match *who {
                "fitri" => (0, fee * KILL_FEE_BP / 10_000),
                _ => (*fee, 0),
            };
            self.cost_minor[0] += lines.max(committed) + kill_fee;
            self.cost_minor[1] += kill_fee;
        }
        for line in COSTS.iter().filter(|line| whose.is(line.who)) {
            let sign = if line.kind == CostType::Recovery {
                -1
            } else {
                1
            };
            let minor = sign * in_rupiah(line.currency, line.minor);
            if period.has(line.incurred) {
                self.cost_minor[1] += minor;
            }
            if period.has(line.incurred) && line.kind != CostType::Fee {
                self.cost_minor[0] += minor;
            }
            for (paid, _) in line.paid.iter().filter(|(_, at)| period.has(*at)) {
                self.cost_minor[2] += sign * in_rupiah(line.currency, *paid);
            }
        }
    }

    fn add_orders(&mut self, whose: Whose, period: Period) {
        for order in &ORDERS {
            let value = order.minor.map(|minor| in_rupiah(order.currency, minor));
            let own = |minor: i64| match whose {
                Whose::Campaign => minor,
                Whose::Collaboration(_) => {
                    let parts = split(minor, order.credits);
                    let credited = order.credits.iter().zip(parts);
                    let own = credited.filter(|((who, _), _)| whose.is(Some(who)));
                    own.map(|(_, part)| part).sum()
                }
            };
            if period.has(order.ordered) {
                self.conversions_bp += u64::from(whose.share(order.credits));
                match (order.credits.is_empty(), value) {
                    (false, Some(value)) => self.gross_minor += own(value),
                    (true, Some(value)) if whose == Whose::Campaign => {
                        self.unattributed_minor += value;
                    }
                    (_, None) | (true, Some(_)) => {}
                }
            }
            self.add_refunds(order, whose, period);
        }
    }

    /// The refunds of an order are parts of a growing whole: each takes what the sum of it and
    /// those before comes to, less what those before took.
    fn add_refunds(&mut self, order: &super::facts::OrderFact, whose: Whose, period: Period) {
        let mut before = 0;
        for (_, minor, at) in order.refunds {
            let (then, now) = (before, before + in_rupiah(order.currency, *minor));
            before = now;
            if !period.has(*at) {
                continue;
            }
            if order.credits.is_empty() {
                if whose == Whose::Campaign {
                    self.unattributed_minor -= now - then;
                }
                continue;
            }
            self.refunds_minor += match whose {
                Whose::Campaign => now - then,
                Whose::Collaboration(_) => {
                    let parts = split(now, order.credits).into_iter();
                    let parts = parts.zip(split(then, order.credits));
                    let credited = order.credits.iter().zip(parts);
                    let own = credited.filter(|((who, _), _)| whose.is(Some(who)));
                    own.map(|(_, (now, then))| now - then).sum()
                }
            };
        }
    }

    fn add_posts(&mut self, whose: Whose, period: Period) {
        for post in &POSTS {
            let share = whose.share(post.credits);
            if share == 0 {
                continue;
            }
            self.posts += u64::from(period.has(post.published));
            let mut seen: Vec<_> = post.seen.iter().filter(|(at, _)| period.has(*at)).collect();
            seen.sort_by_key(|(at, _)| *at);
            let mut standing = Counters::default();
            for (_, counters) in seen {
                standing.likes = counters.likes.or(standing.likes);
                standing.comments = counters.comments.or(standing.comments);
                standing.shares = counters.shares.or(standing.shares);
                standing.saves = counters.saves.or(standing.saves);
                standing.views = counters.views.or(standing.views);
                standing.impressions = counters.impressions.or(standing.impressions);
                standing.reach = counters.reach.or(standing.reach);
                standing.clicks = counters.clicks.or(standing.clicks);
            }
            self.seen.push((post, standing, share));
        }
    }

    pub fn net_minor(&self) -> i64 {
        self.gross_minor - self.refunds_minor
    }

    /// Sums a counter over the posts it was seen on; `None` when it was on none.
    fn sum(&self, of: fn(&Counters) -> Option<u64>) -> Option<Exact> {
        let parts = self.seen.iter().filter_map(|(_, counters, share)| {
            Some(whole(of(counters)?) * whole(*share) / whole(10_000))
        });
        parts.reduce(|sum, part| sum + part)
    }

    /// The sums as a report publishes them.
    pub fn counters(&self) -> Counters {
        let published = |of| {
            self.sum(of)
                .map(|sum| u64::try_from(half_even(&sum)).unwrap())
        };
        Counters {
            likes: published(|one| one.likes),
            comments: published(|one| one.comments),
            shares: published(|one| one.shares),
            saves: published(|one| one.saves),
            views: published(|one| one.views),
            impressions: published(|one| one.impressions),
            reach: published(|one| one.reach),
            clicks: published(|one| one.clicks),
            ..Counters::default()
        }
    }

    pub fn engagements(&self) -> Option<u64> {
        self.sum(engagements)
            .map(|sum| u64::try_from(half_even(&sum)).unwrap())
    }

    /// Σ numerator ÷ Σ denominator over the posts that have both, and the mean and median of each
    /// post's own.
    fn rates(
        &self,
        numerator: fn(&Counters) -> Option<u64>,
        denominator: impl Fn(&PostFact, &Counters) -> Option<u64>,
        with_giveaways: bool,
    ) -> [Result<Exact, AbsentReason>; 3] {
        let (mut above, mut below, mut own) = (whole(0), whole(0), Vec::new());
        for (post, counters, share) in &self.seen {
            let both = numerator(counters).zip(denominator(post, counters));
            let Some((one, other)) = both.filter(|_| with_giveaways || !post.is_giveaway) else {
                continue;
            };
            above += whole(one) * whole(*share);
            below += whole(other) * whole(*share);
            own.push(Ratio::new(one.into(), other.into()));
        }
        if own.is_empty() {
            return [const { Err(AbsentReason::NoObservation) }; 3];
        }
        own.sort();
        let mean = own.iter().sum::<Exact>() / whole(own.len());
        let middle = (&own[(own.len() - 1) / 2] + &own[own.len() / 2]) / whole(2);
        [Ok(above / below), Ok(mean), Ok(middle)]
    }

    /// The numbers a report leads with, on one basis of cost, by name; money in major units.
    pub fn numbers(&self, basis: CostBasis) -> BTreeMap<&'static str, Result<Exact, AbsentReason>> {
        use AbsentReason::{MarginUnknown, NoModel, NoObservation, ZeroCost, ZeroDenominator};
        let minor = match basis {
            CostBasis::Committed => self.cost_minor[0],
            CostBasis::Accrued => self.cost_minor[1],
            CostBasis::Paid | CostBasis::Unspecified => self.cost_minor[2],
        };
        let cost = whole(minor) / whole(100);
        let revenue = whole(self.net_minor()) / whole(100);
        let over_cost = |value: Exact| {
            if minor == 0 {
                Err(ZeroCost)
            } else {
                Ok(value / &cost)
            }
        };
        let over = |value: &Exact, divisor: Exact| {
            if divisor == whole(0) {
                Err(ZeroDenominator)
            } else {
                Ok(value / divisor)
            }
        };
        let per =
            |of: fn(&Counters) -> Option<u64>| over(&cost, self.sum(of).ok_or(NoObservation)?);
        let thousand = |price: Result<Exact, AbsentReason>| price.map(|price| price * whole(1_000));
        let conversions = whole(self.conversions_bp) / whole(10_000);
        let [followers, followers_mean, followers_median] =
            self.rates(engagements, |post, _| Some(post.followers), false);
        let [reach, reach_mean, reach_median] = self.rates(engagements, |_, one| one.reach, false);
        let [views, views_mean, views_median] = self.rates(engagements, |_, one| one.views, false);
        let [ctr, ..] = self.rates(|one| one.clicks, |_, one| one.impressions, true);
        let clicks = self.sum(|one| one.clicks).ok_or(NoObservation);
        let impressions = self.sum(|one| one.impressions);
        let on_margin = self
            .margin_bp
            .ok_or(MarginUnknown)
            .and_then(|margin| over_cost(&revenue * whole(margin) / whole(10_000) - &cost));
        let emv = self.cpm_minor.ok_or(NoModel).and_then(|cpm| {
            Ok(impressions.ok_or(NoObservation)? * whole(cpm) / whole(100 * 1_000))
        });
        BTreeMap::from([
            ("cost", Ok(cost.clone())),
            ("net_return", Ok(&revenue - &cost)),
            ("roi", over_cost(&revenue - &cost)),
            ("roi_on_margin", on_margin),
            ("roas", over_cost(revenue.clone())),
            ("cost_per_post", over(&cost, whole(self.posts))),
            ("cpa", over(&cost, conversions.clone())),
            ("cpe", per(engagements)),
            ("cpv", per(|one| one.views)),
            ("cpc", per(|one| one.clicks)),
            ("cpm_impressions", thousand(per(|one| one.impressions))),
            ("cpm_reach", thousand(per(|one| one.reach))),
            ("cpm_views", thousand(per(|one| one.views))),
            ("er_followers", followers),
            ("er_followers_mean", followers_mean),
            ("er_followers_median", followers_median),
            ("er_reach", reach),
            ("er_reach_mean", reach_mean),
            ("er_reach_median", reach_median),
            ("er_views", views),
            ("er_views_mean", views_mean),
            ("er_views_median", views_median),
            ("ctr", ctr),
            (
                "cvr_clicks",
                clicks.and_then(|clicks| over(&conversions, clicks)),
            ),
            ("emv", emv),
        ])
    }
}

/// e-v1, of those that were seen.
fn engagements(counters: &Counters) -> Option<u64> {
    let four = [
        counters.likes,
        counters.comments,
        counters.shares,
        counters.saves,
    ];
    four.into_iter().flatten().reduce(|sum, one| sum + one)
}
