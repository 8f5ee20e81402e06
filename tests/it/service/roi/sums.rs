//! Sums of the facts by the published formulas, without the ledger's code.

use campaign_ledger::wire::proto::values::{CostType, Counters};

use super::super::numbers::half_even;
use super::facts::{
    COSTS, CPM_MINOR, FEES, KILL_FEE_BP, LIKES_MINOR, MARGIN_BP, ORDERS, POSTS, USD_RATE,
};
use crate::support::figures::{Expected, Seen, whole};

/// Which facts count.
#[derive(Clone, Copy, PartialEq)]
pub enum Period {
    /// Up to the end, day 30.
    OnTime,
    /// Up to the end of measuring, day 60.
    Counted,
    /// All, as in the budget.
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

    /// Returns whether a fact counts that follows another one: a refund its order, a payment its
    /// line. In all it counts with it, however late; on time only when both are.
    fn follows(self, first: i64, own: i64) -> bool {
        self.has(first) && (self != Self::OnTime || self.has(own))
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

    /// Returns the credited part of a fact, in basis points.
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

/// Returns minor units of the rupiah, half-even; one US cent is 16,000 of them.
fn in_rupiah(currency: &str, minor: i64) -> i64 {
    match currency {
        "IDR" => minor,
        _ => minor * USD_RATE,
    }
}

/// Splits by shares to whole rupiah, half-even, with the rest on the last.
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
            emv_minor: Some([CPM_MINOR, LIKES_MINOR]),
            ..Self::default()
        };
        expected.add_costs(whose, period);
        expected.add_orders(whose, period);
        expected.add_posts(whose, period);
        expected
    }

    fn add_costs(&mut self, whose: Whose, period: Period) {
        for (who, fee) in FEES.iter().filter(|(who, _)| whose.is(Some(who))) {
            let lines = COSTS.iter().filter(|line| line.kind == CostType::Fee);
            let lines: i64 = lines
                .filter(|line| line.who == Some(*who) && period.has(line.incurred))
                .map(|line| line.minor)
                .sum();
            // Cancelled: since day 8 only a part of the fee is owed.
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
            let follows = |at: i64| period.follows(line.incurred, at);
            for (paid, _) in line.paid.iter().filter(|(_, at)| follows(*at)) {
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

    /// The refunds of an order are differences of a growing sum: each takes the sum including it,
    /// less the sum before it.
    fn add_refunds(&mut self, order: &super::facts::OrderFact, whose: Whose, period: Period) {
        let mut before = 0;
        for (_, minor, at) in order.refunds {
            let (then, now) = (before, before + in_rupiah(order.currency, *minor));
            before = now;
            if !period.follows(order.ordered, *at) {
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
            self.seen.push(Seen {
                counters: standing,
                share_bp: share,
                followers: Some(post.followers),
                is_giveaway: post.is_giveaway,
            });
        }
    }
}
