//! Money and engagement in the oracle: sums over all facts until a time.

use std::collections::BTreeMap;

use campaign_ledger::domain::*;
use num_traits::ToPrimitive;

use super::super::money::{converted, nearest_even};
use super::{Line, Post, Seeing, Story};

const WHOLE: i128 = 10_000;

/// The facts that a tally sums.
#[derive(Clone, Copy, PartialEq)]
pub enum Period {
    OnTime,
    Total,
}

impl Period {
    /// Returns whether a fact counts that follows another one: in total with it, however late; on
    /// time only when both are.
    pub(super) fn follows(
        self,
        counts: impl Fn(Timestamp) -> bool,
        first: Timestamp,
        own: Timestamp,
    ) -> bool {
        counts(first) && (self == Period::Total || counts(own))
    }
}

impl Story {
    /// Sums what counts until a time; everything counts without one.
    pub fn tally(&self, period: Period, until: Option<Timestamp>) -> Tally {
        let counts = |at: Timestamp| until.is_none_or(|until| at <= until);
        let mut tally = Tally {
            committed: self.fees(counts)
                + self.others(counts)
                + self.promised_commission(period, counts),
            posts: self
                .posts
                .iter()
                .filter(|post| counts(post.recorded.published_at))
                .count() as i64,
            ..Tally::default()
        };
        self.add_costs(&mut tally, period, counts);
        self.add_payments(&mut tally, period, counts);
        self.add_orders(&mut tally, period, counts);
        self.add_adjustments(&mut tally, period, counts);
        self.add_refunds(&mut tally, period, counts);
        for post in &self.posts {
            add_engagement(&mut tally, post, &self.prices, counts);
        }
        tally
    }

    pub(super) fn currency(&self) -> Currency {
        self.plan.as_ref().unwrap().currency
    }

    /// Returns an amount in the reporting currency; `None` when it is foreign and has no rate.
    pub(super) fn reporting(&self, amount: Money, rate: Option<&FxRate>) -> Option<i128> {
        if amount.currency == self.currency() {
            return Some(amount.minor.into());
        }
        let exact = converted(amount, rate?.rate.as_str(), self.currency());
        nearest_even(&exact).to_i128()
    }

    fn line_value(&self, line: &Line) -> Option<i128> {
        self.reporting(line.total(), line.recorded.fx_rate.as_ref())
    }

    fn standing_lines(&self) -> impl Iterator<Item = &Line> {
        self.lines.values().filter(|line| !line.is_reversed)
    }

    /// Returns accepted fees, or the fee lines where their sum is higher. Each line counts by its own
    /// time.
    fn fees(&self, counts: impl Fn(Timestamp) -> bool) -> i128 {
        let fees = self.agreements.iter().map(|(id, one)| {
            let is_released = matches!(
                one.state,
                CollaborationState::Cancelled | CollaborationState::Terminated
            );
            let is_owed = one.was_accepted && !is_released;
            let promised = if is_owed { one.fee_minor() } else { 0 };
            let lines = self.standing_lines().filter(|line| {
                line.owner.as_ref() == Some(id)
                    && line.recorded.kind == CostType::Fee
                    && counts(line.counts_from)
            });
            let billed: i128 = lines.filter_map(|line| self.line_value(line)).sum();
            billed.max(promised.into())
        });
        fees.sum::<i128>()
    }

    /// Returns all other costs less recoveries, but for commission on orders.
    fn others(&self, counts: impl Fn(Timestamp) -> bool) -> i128 {
        let others = self.standing_lines().filter(|line| {
            let is_other = line.recorded.kind != CostType::Fee && !line.is_of_an_order();
            is_other && counts(line.counts_from)
        });
        let others = others.filter_map(|line| Some(signed(line, self.line_value(line)?)));
        others.sum()
    }

    /// Returns the parts of the budget that open offers, accepted terms and other costs use.
    pub fn budget(&self) -> [i128; 3] {
        let open = self.agreements.values();
        let open = open.filter(|one| {
            matches!(
                one.state,
                CollaborationState::Invited | CollaborationState::Countered
            )
        });
        let reserved = open.map(|one| i128::from(one.offered_minor)).sum();
        // Commission draws on the budget from its lock.
        let commission = self.accrued_commission(Period::Total, |_| true);
        [
            reserved,
            self.fees(|_| true),
            self.others(|_| true) + commission,
        ]
    }

    fn add_costs(&self, tally: &mut Tally, period: Period, counts: impl Fn(Timestamp) -> bool) {
        let lines = self.standing_lines().filter(|line| !line.is_of_an_order());
        for line in lines.filter(|line| counts(line.counts_from)) {
            match self.line_value(line) {
                Some(minor) => tally.costs.entry(line.recorded.kind).or_default().accrued += minor,
                None => {
                    let amount = line.total();
                    let sum = tally.foreign_costs.entry(amount.currency).or_default();
                    sum.minor += signed(line, amount.minor.into());
                    sum.facts += 1;
                }
            }
        }
        let sums = tally.costs.entry(CostType::Commission).or_default();
        sums.accrued += self.accrued_commission(period, counts);
    }

    /// A payment adds the growth of the paid part of its line, at the rate of the line.
    fn add_payments(&self, tally: &mut Tally, period: Period, counts: impl Fn(Timestamp) -> bool) {
        let mut paid: BTreeMap<&CostId, i64> = BTreeMap::new();
        for payment in &self.payments {
            let line = &self.lines[&payment.cost];
            let part = |minor: i64| {
                let amount = Money {
                    minor,
                    ..payment.amount
                };
                self.reporting(amount, line.recorded.fx_rate.as_ref())
            };
            let before = paid.entry(&payment.cost).or_default();
            let grown = part(*before + payment.amount.minor).zip(part(*before));
            *before += payment.amount.minor;
            if !period.follows(&counts, line.counts_from, payment.paid_at) {
                continue;
            }
            match grown.map(|(after, before)| after - before) {
                Some(more) => tally.costs.entry(line.recorded.kind).or_default().paid += more,
                None => {
                    let amount = payment.amount;
                    let sum = tally.foreign_paid.entry(amount.currency).or_default();
                    sum.minor += signed(line, amount.minor.into());
                    sum.facts += 1;
                }
            }
        }
    }

    fn add_orders(&self, tally: &mut Tally, period: Period, counts: impl Fn(Timestamp) -> bool) {
        for order in self.orders.iter().filter(|order| counts(order.ordered_at)) {
            let sums = tally.conversions.entry(order.kind).or_default();
            match (self.is_voided(&order.order), order.credits.is_empty()) {
                (true, _) => {}
                (false, false) => sums.attributed_bp += WHOLE * i128::from(order.quantity),
                (false, true) => sums.unattributed += i64::from(order.quantity),
            }
            let Some(order) = self.version(order, period) else {
                continue;
            };
            let is_attributed = !order.credits.is_empty();
            let Some(value) = order.value else {
                continue;
            };
            match self.reporting(value, order.fx_rate.as_ref()) {
                Some(minor) if is_attributed => tally.gross += minor,
                Some(minor) => tally.unattributed += minor,
                None if is_attributed => {
                    let sum = tally.foreign_revenue.entry(value.currency).or_default();
                    sum.minor += i128::from(value.minor);
                    sum.facts += 1;
                }
                None => {}
            }
        }
    }

    /// An adjustment adds the growth of its order.
    fn add_adjustments(
        &self,
        tally: &mut Tally,
        period: Period,
        counts: impl Fn(Timestamp) -> bool,
    ) {
        let mut adjusted: BTreeMap<&OrderKey, i64> = BTreeMap::new();
        for (adjustment, at) in &self.adjustments {
            let mut orders = self.orders.iter();
            let order = orders.find(|one| one.order == adjustment.order).unwrap();
            let Some(order) = self.version(order, period) else {
                continue;
            };
            let Some(value) = order.value else {
                continue;
            };
            let sum = adjusted.entry(&adjustment.order).or_default();
            let part = |more| {
                let minor = value.minor + more;
                self.reporting(Money { minor, ..value }, order.fx_rate.as_ref())
            };
            let more = part(*sum + adjustment.delta.minor)
                .zip(part(*sum))
                .map(|(after, before)| after - before);
            *sum += adjustment.delta.minor;
            if !period.follows(&counts, order.ordered_at, *at) {
                continue;
            }
            match more {
                Some(minor) if !order.credits.is_empty() => tally.gross += minor,
                Some(minor) => tally.unattributed += minor,
                None if !order.credits.is_empty() => {
                    let sum = tally.foreign_revenue.entry(value.currency).or_default();
                    sum.minor += i128::from(adjustment.delta.minor);
                }
                None => {}
            }
        }
    }

    /// A refund takes the growth of the refunded part of its order.
    fn add_refunds(&self, tally: &mut Tally, period: Period, counts: impl Fn(Timestamp) -> bool) {
        let mut refunded: BTreeMap<&OrderKey, i64> = BTreeMap::new();
        let refunds = self.refunds.iter();
        for refund in refunds.filter(|one| self.counts_in(one, period)) {
            let Some(order) = self.version(self.order_of(refund), period) else {
                continue;
            };
            if order.value.is_none() {
                continue; // It had no value yet that could be refunded.
            }
            let is_attributed = !order.credits.is_empty();
            let part = |minor| {
                let amount = Money {
                    minor,
                    ..refund.amount
                };
                self.reporting(amount, order.fx_rate.as_ref())
            };
            let before = refunded.entry(&refund.order).or_default();
            let more = match (&refund.fx_rate, order.reporting_minor) {
                (Some(rate), Some(_)) => self.reporting(refund.amount, Some(rate)),
                _ => part(*before + refund.amount.minor)
                    .zip(part(*before))
                    .map(|(after, before)| after - before),
            };
            if refund.fx_rate.is_none() {
                *before += refund.amount.minor;
            }
            if !period.follows(&counts, order.ordered_at, refund.refunded_at) {
                continue;
            }
            match more {
                Some(minor) if is_attributed => tally.refunds += minor,
                Some(minor) => tally.unattributed -= minor,
                None if is_attributed => {
                    let currency = refund.amount.currency;
                    let sum = tally.foreign_revenue.entry(currency).or_default();
                    sum.minor -= i128::from(refund.amount.minor);
                }
                None => {}
            }
        }
    }
}

fn signed(line: &Line, minor: i128) -> i128 {
    match line.recorded.kind {
        CostType::Recovery => -minor,
        _ => minor,
    }
}

/// Adds the current counters of a post: for each, the latest observed value.
fn add_engagement(
    tally: &mut Tally,
    post: &Post,
    prices: &[EmvPrice],
    counts: impl Fn(Timestamp) -> bool,
) {
    let mut audiences: Vec<_> = post.observations.iter().map(audience).collect();
    audiences.sort_unstable();
    audiences.dedup();
    for key in audiences {
        let standing = |counter: Counter| {
            let seen = post.observations.iter().filter(|seeing| {
                audience(seeing) == key
                    && !seeing.is_void
                    && counts(seeing.observation.seen.observed_at)
                    && seeing.observation.counters.get(counter).is_some()
            });
            let head = seen.max_by_key(|seeing| {
                let seen = &seeing.observation.seen;
                (
                    seen.observed_at,
                    std::cmp::Reverse(seen.source),
                    seeing.position,
                )
            });
            head.and_then(|seeing| seeing.observation.counters.get(counter))
                .map(i128::from)
        };
        let sums = tally.engagement.entry(key).or_default();
        add_post(sums, post, standing);
        add_worth(sums, post, prices, standing);
    }
}

fn audience(seeing: &Seeing) -> Audience {
    seeing.observation.seen.audience()
}

fn add_post(sums: &mut EngagementSums, post: &Post, standing: impl Fn(Counter) -> Option<i128>) {
    for (counter, sum) in Counter::ALL.into_iter().zip(&mut sums.counters) {
        add(sum, standing(counter));
    }
    let any = Counter::ALL
        .into_iter()
        .any(|counter| standing(counter).is_some());
    sums.posts += i64::from(any);
    let four = [
        Counter::Likes,
        Counter::Comments,
        Counter::Shares,
        Counter::Saves,
    ];
    let seen: Vec<i128> = four.into_iter().filter_map(&standing).collect();
    let engagements = (!seen.is_empty()).then(|| seen.iter().sum());
    add(&mut sums.engagements, engagements);
    if !post.recorded.incentivised {
        let followers = post.recorded.followers.map(i128::from);
        pair(&mut sums.by_followers, engagements, followers);
        pair(&mut sums.by_reach, engagements, standing(Counter::Reach));
        pair(&mut sums.by_views, engagements, standing(Counter::Views));
    }
    let (clicks, impressions) = (standing(Counter::Clicks), standing(Counter::Impressions));
    pair(&mut sums.clicks_by_impressions, clicks, impressions);
}

/// In thousandths of minor units.
fn add_worth(
    sums: &mut EngagementSums,
    post: &Post,
    prices: &[EmvPrice],
    standing: impl Fn(Counter) -> Option<i128>,
) {
    let platform = post.recorded.platform.platform;
    let worth: Vec<i128> = prices
        .iter()
        .filter(|price| price.platform == platform)
        .filter_map(|price| Some(standing(price.counter)? * i128::from(price.per_thousand_minor)))
        .collect();
    add(
        &mut sums.worth,
        (!worth.is_empty()).then(|| worth.iter().sum()),
    );
}

fn add(sum: &mut Sum, value: Option<i128>) {
    if let Some(value) = value {
        sum.value += value * WHOLE;
        sum.posts += 1;
    }
}

fn pair(sums: &mut Paired, numerator: Option<i128>, denominator: Option<i128>) {
    if let (Some(numerator), Some(denominator)) = (numerator, denominator) {
        sums.numerator += numerator * WHOLE;
        sums.denominator += denominator * WHOLE;
        sums.posts += 1;
    }
}

/// Returns sums of posts that shares of joint posts add up to.
pub fn summands(sums: &EngagementSums) -> impl Iterator<Item = i128> {
    let counters = sums.counters.map(|sum| sum.value).into_iter();
    let pairs = [sums.by_followers.numerator, sums.by_reach.denominator];
    let [engagements, worth] = [sums.engagements.value, sums.worth.value];
    counters.chain([engagements, worth]).chain(pairs)
}

/// Removes sums that are zero, which equal absent ones.
pub fn without_zeros(mut totals: Totals) -> Totals {
    for tally in [&mut totals.counted, &mut totals.on_time] {
        tally.costs.retain(|_, sums| *sums != CostSums::default());
        tally
            .conversions
            .retain(|_, sums| *sums != ConversionSums::default());
        for unrated in [
            &mut tally.foreign_costs,
            &mut tally.foreign_paid,
            &mut tally.foreign_revenue,
        ] {
            unrated.retain(|_, sum| *sum != Unrated::default());
        }
        tally
            .engagement
            .retain(|_, sums| **sums != EngagementSums::default());
    }
    totals
}
