//! What the facts of the world add up to: figures, delivery, quality.

use std::collections::{BTreeMap, BTreeSet};

use campaign_ledger::wire::proto::api::{CollaborationState, DeliverableState};
use campaign_ledger::wire::proto::values::{ConversionType, CostType};

use super::world::{Campaign, Credited, DAY, Deal, Fate, Order, World};
use crate::support::figures::{Expected, Seen};

/// Which facts count.
#[derive(Clone, Copy)]
pub enum Period {
    OnTime,
    Counted,
}

/// Figures, and the sums behind them by type.
#[derive(Default)]
pub struct Sums {
    pub figures: Expected,
    /// Accrued and paid.
    pub costs: BTreeMap<i32, (i64, i64)>,
    /// Attributed and unattributed.
    pub conversions: BTreeMap<i32, (u64, u64)>,
    /// Costs and payments in euros, which have no rate; `None` when there are none of either.
    pub unrated: Option<(i64, i64)>,
}

/// Sums of counts about work.
#[derive(Default)]
pub struct Delivery {
    pub accepted: u64,
    pub verified: u64,
    pub published: u64,
    pub overdue: u64,
    pub on_time: u64,
    pub on_time_at_first: u64,
    pub seconds_late: u64,
    pub submissions: u64,
    pub handed_in: u64,
    pub revisions: u64,
    pub unapproved: u64,
    pub waived: u64,
    pub undisclosed: u64,
    pub removed: u64,
    pub removed_early: u64,
}

impl Campaign {
    fn until(&self, period: Period) -> i64 {
        match period {
            Period::OnTime => self.spec.end_day * DAY,
            Period::Counted => self.spec.measure_until_day * DAY,
        }
    }

    /// Returns the cost and return of a campaign, or of one deal of it.
    pub fn sums(&self, orders: &[&Order], deal: Option<u8>, period: Period) -> Sums {
        let until = self.until(period);
        let mut sums = Sums::default();
        sums.figures.margin_bp = self.spec.margin_bp;
        self.add_costs(&mut sums, deal, period);
        for order in orders {
            add_order(&mut sums, order, deal, (period, until));
        }
        let deals = self.deals.iter();
        for (_, one) in deals.filter(|(id, _)| deal.is_none_or(|deal| deal == **id)) {
            add_posts(&mut sums.figures, one, until);
        }
        sums
    }

    fn add_costs(&self, sums: &mut Sums, deal: Option<u8>, period: Period) {
        let until = self.until(period);
        let counts = |of: Option<u8>| deal.is_none() || of == deal;
        let cost_minor = &mut sums.figures.cost_minor;
        for id in self.deals.keys().filter(|id| counts(Some(**id))) {
            cost_minor[0] += self.committed_until(*id, until);
        }
        let lines = self.costs.values().filter(|line| !line.reversed);
        for line in lines.filter(|line| counts(line.deal) && line.incurred_at <= until) {
            if line.unrated {
                sums.figures.cost_is_partial[0] = true;
                sums.figures.cost_is_partial[1] = true;
                sums.unrated.get_or_insert_default().0 += line.signed();
                continue;
            }
            cost_minor[1] += line.signed();
            if line.kind != CostType::Fee {
                cost_minor[0] += line.signed();
            }
            sums.costs.entry(line.kind.into()).or_default().0 += line.total_minor();
        }
        for payment in &self.payments {
            let line = &self.costs[&payment.cost];
            if !counts(line.deal) || !period.follows(line.incurred_at, payment.paid_at, until) {
                continue;
            }
            if line.unrated {
                sums.figures.cost_is_partial[2] = true;
                sums.unrated.get_or_insert_default().1 += line.sign() * payment.minor;
            } else {
                cost_minor[2] += line.sign() * payment.minor;
                sums.costs.entry(line.kind.into()).or_default().1 += payment.minor;
            }
        }
    }

    /// Returns the number of facts after `measure_until`.
    pub fn facts_beyond(&self, orders: &[&Order]) -> u64 {
        let mut facts = Vec::new();
        for deal in self.deals.values() {
            for post in deal
                .deliverables
                .iter()
                .filter_map(|work| work.post.as_ref())
            {
                facts.push(post.published_at);
                facts.extend(post.observations.iter().map(|seen| seen.observed_at));
            }
        }
        facts.extend(self.costs.values().map(|line| line.incurred_at));
        // Payments follow their lines, and refunds their orders.
        let paid = self.payments.iter();
        facts.extend(paid.map(|payment| self.costs[&payment.cost].incurred_at));
        for order in orders {
            let Some(conversion) = &order.conversion else {
                continue;
            };
            let ordered_at = conversion.sale.day * DAY;
            if conversion.voided {
                continue;
            }
            facts.push(ordered_at);
            facts.extend(order.applied().map(|_| ordered_at));
        }
        let until = self.until(Period::Counted);
        facts.into_iter().filter(|at| *at > until).count() as u64
    }

    /// Returns the creators that a product was sent to, and those of them who posted.
    pub fn gifted(&self) -> (u64, u64) {
        let creators = |is: fn(&&Deal) -> bool| -> BTreeSet<u8> {
            let deals = self.deals.values().filter(is);
            deals.map(|deal| deal.creator).collect()
        };
        let gifted = creators(|deal| deal.shipment.is_some());
        let posted = creators(|deal| deal.deliverables.iter().any(|work| work.post.is_some()));
        let both = gifted.intersection(&posted).count();
        (gifted.len() as u64, both as u64)
    }
}

impl Period {
    /// Returns whether a fact counts that follows another one: in total with it, however late; on
    /// time only when both are.
    fn follows(self, first: i64, own: i64, until: i64) -> bool {
        match self {
            Period::Counted => first <= until,
            Period::OnTime => first <= until && own <= until,
        }
    }
}

fn add_order(sums: &mut Sums, order: &Order, deal: Option<u8>, (period, until): (Period, i64)) {
    let Some(conversion) = &order.conversion else {
        return;
    };
    let ordered_at = conversion.sale.day * DAY;
    let kind = match conversion.install {
        true => ConversionType::Install,
        false => ConversionType::Sale,
    };
    if ordered_at > until {
        return;
    }
    // Counts change in place.
    if !conversion.voided
        && let Some(is_credited) = is_of(conversion.credited, deal)
    {
        let counts = sums.conversions.entry(kind.into()).or_default();
        if is_credited {
            counts.0 += 1;
            sums.figures.conversions_bp += 10_000;
        } else {
            counts.1 += 1;
        }
    }
    let counts = |at: i64| period.follows(ordered_at, at, until);
    let (Some(minor), credited) = conversion.money(counts) else {
        return;
    };
    let Some(is_credited) = is_of(credited, deal) else {
        return;
    };
    let corrections = order.corrections.iter();
    let corrections = corrections.filter(|(_, _, at)| counts(*at));
    let corrected: i64 = corrections.map(|(one, _, _)| one.delta_minor).sum();
    let refunds = order.refunds.iter().filter(|known| known.counts(counts));
    let refunds = refunds.filter(|known| counts(known.refund.day * DAY));
    let refunded: i64 = refunds.map(|known| known.refund.minor).sum();
    if is_credited {
        sums.figures.gross_minor += minor + corrected;
        sums.figures.refunds_minor += refunded;
    } else {
        sums.figures.unattributed_minor += minor + corrected - refunded;
    }
}

/// Returns whether somebody is credited, if it concerns a deal, or the campaign as a whole.
fn is_of(credited: Credited, deal: Option<u8>) -> Option<bool> {
    match credited {
        Credited::Code(to) | Credited::Link(to) | Credited::Moved(to) => {
            deal.is_none_or(|deal| deal == to).then_some(true)
        }
        Credited::Nobody(_) => deal.is_none().then_some(false),
    }
}

fn add_posts(figures: &mut Expected, deal: &Deal, until: i64) {
    for work in &deal.deliverables {
        let Some(post) = &work.post else { continue };
        figures.posts += u64::from(post.published_at <= until);
        figures.seen.push(Seen {
            counters: post.standing(until),
            share_bp: 10_000,
            followers: post.followers,
            is_giveaway: work.giveaway,
        });
    }
}

impl Sums {
    pub fn add(&mut self, other: Self) {
        let (mine, others) = (&mut self.figures, other.figures);
        for (mine, other) in mine.cost_minor.iter_mut().zip(others.cost_minor) {
            *mine += other;
        }
        for (mine, other) in mine.cost_is_partial.iter_mut().zip(others.cost_is_partial) {
            *mine |= other;
        }
        if let Some((costs, paid)) = other.unrated {
            let sums = self.unrated.get_or_insert_default();
            *sums = (sums.0 + costs, sums.1 + paid);
        }
        mine.gross_minor += others.gross_minor;
        mine.refunds_minor += others.refunds_minor;
        mine.conversions_bp += others.conversions_bp;
        mine.posts += others.posts;
        mine.seen.extend(others.seen);
        for (kind, (accrued, paid)) in other.costs {
            let sums = self.costs.entry(kind).or_default();
            *sums = (sums.0 + accrued, sums.1 + paid);
        }
        for (kind, (credited, not)) in other.conversions {
            let sums = self.conversions.entry(kind).or_default();
            *sums = (sums.0 + credited, sums.1 + not);
        }
    }
}

impl World {
    /// Returns the accepted orders of a campaign.
    pub fn orders_of(&self, campaign: u8) -> Vec<&Order> {
        let is_won = |order: &&Order| {
            let conversion = order.conversion.as_ref();
            conversion.is_some_and(|conversion| conversion.sale.campaign == campaign)
        };
        self.orders.values().filter(is_won).collect()
    }
}

/// Returns the delivery figures of some deals at a time.
pub fn delivery<'a>(deals: impl Iterator<Item = (&'a Campaign, &'a Deal)>, now: i64) -> Delivery {
    let mut sums = Delivery::default();
    for (campaign, deal) in deals.filter(|(_, deal)| deal.acceptance.is_some()) {
        for work in &deal.deliverables {
            sums.accepted += 1;
            sums.verified += u64::from(work.was_verified);
            sums.removed += u64::from(work.state == DeliverableState::Removed);
            let overdue = deal.is_working() && work.is_open() && work.due < now;
            sums.overdue += u64::from(overdue);
            sums.submissions += work.submissions.len() as u64;
            sums.handed_in += u64::from(!work.submissions.is_empty());
            sums.revisions += u64::from(work.revisions);
            let Some(post) = &work.post else { continue };
            sums.published += 1;
            sums.on_time += u64::from(post.late == 0);
            sums.on_time_at_first += u64::from(post.late_at_first == 0);
            sums.seconds_late += post.late as u64;
            sums.unapproved += u64::from(post.unapproved);
            sums.waived += u64::from(post.waived);
            sums.removed_early += post.removals_early;
            sums.undisclosed += u64::from(campaign.spec.discloses && !post.disclosed);
        }
    }
    sums
}

/// Returns the ratings of some deals.
pub fn ratings<'a>(deals: impl Iterator<Item = &'a Deal>) -> Vec<i64> {
    let works = deals.flat_map(|deal| &deal.deliverables);
    works
        .filter_map(|work| work.rating)
        .map(i64::from)
        .collect()
}

/// Returns how many of some deals were accepted, and how many were declined.
pub fn answered<'a>(deals: impl Iterator<Item = &'a Deal>) -> (u64, u64) {
    let (mut accepted, mut declined) = (0, 0);
    for deal in deals {
        accepted += u64::from(deal.acceptance.is_some());
        declined += u64::from(deal.state == CollaborationState::Declined);
    }
    (accepted, declined)
}

/// Returns the refunds that an order shows: rejected ones too.
pub fn shown(order: &Order) -> impl Iterator<Item = (u8, i64, bool)> {
    order.refunds.iter().map(|known| {
        let waiting = known.fate == Fate::Waiting;
        (known.refund.id, known.refund.minor, waiting)
    })
}
