//! Commission in the oracle: from the terms and from what the customers kept, not from the lines.

use std::collections::BTreeSet;

use campaign_ledger::domain::*;

use super::{Line, Period, Story};

impl Line {
    /// Returns whether it is commission on an order.
    pub fn is_of_an_order(&self) -> bool {
        matches!(self.recorded.owed_for, Some(OwedFor::Commission { .. }))
    }
}

impl Story {
    /// Returns commission from the orders on, but for what terminations took.
    pub(super) fn promised_commission(
        &self,
        period: Period,
        counts: impl Fn(Timestamp) -> bool,
    ) -> i128 {
        let orders = self.orders.iter();
        let all = orders.map(|order| {
            let taken = self.locked.get(&order.order).cloned();
            let taken = taken.unwrap_or_else(|| self.taken_now(&order.order));
            self.commission(order, &taken, period, &counts)
        });
        all.sum()
    }

    /// Returns commission from the locks on.
    pub(super) fn accrued_commission(
        &self,
        period: Period,
        counts: impl Fn(Timestamp) -> bool,
    ) -> i128 {
        let orders = self.orders.iter();
        let all = orders.map(|order| match self.locked.get(&order.order) {
            Some(taken) => self.commission(order, taken, period, &counts),
            None => 0,
        });
        all.sum()
    }

    /// Returns whose commission on an order a termination took that came before the lock.
    pub(super) fn taken_now(&self, order: &OrderKey) -> BTreeSet<CollaborationId> {
        let lock = self.locks[order];
        let mut orders = self.orders.iter();
        let known = orders.find(|one| one.order == *order);
        let all = [known, self.on_time.get(order)];
        let credits = all.into_iter().flatten().flat_map(|one| &one.credits);
        let credited = credits.map(|one| &one.collaboration);
        credited
            .filter(|id| self.ended_before(id, lock))
            .cloned()
            .collect()
    }

    /// Keeps what the terms of an order's time say when it is recorded.
    pub(super) fn pin_rates(
        &mut self,
        order: &ConversionRecorded,
        is_new: impl Fn(&CollaborationId) -> bool,
    ) {
        for credit in &order.credits {
            let id = &credit.collaboration;
            if !is_new(id) {
                continue;
            }
            let terms = self.agreements[id].terms_in_force_at(order.ordered_at);
            let rate = terms.and_then(|terms| terms.commission);
            let rate_bp = rate.map_or(0, |rate| rate.rate_bp);
            let key = (order.order.clone(), id.clone());
            self.rates.insert(key, rate_bp);
        }
    }

    fn rate(&self, order: &ConversionRecorded, id: &CollaborationId) -> u32 {
        self.rates[&(order.order.clone(), id.clone())]
    }

    fn commission(
        &self,
        order: &ConversionRecorded,
        taken: &BTreeSet<CollaborationId>,
        period: Period,
        counts: impl Fn(Timestamp) -> bool,
    ) -> i128 {
        if !counts(order.ordered_at) {
            return 0;
        }
        if self.ruled.contains(&order.order) {
            return self.told(&order.order, period);
        }
        let Some(order) = self.version(order, period) else {
            return 0;
        };
        let increment = self.currency().settlement_increment();
        let net = self.kept(order, period, counts).max(0);
        let shares: Vec<u32> = order.credits.iter().map(|one| one.share_bp).collect();
        let parts = allocate(net, &shares, increment);
        let each = order.credits.iter().zip(parts);
        let each = each.filter(|(credit, _)| !taken.contains(&credit.collaboration));
        let all = each.map(|(credit, part)| {
            let rate_bp = self.rate(order, &credit.collaboration);
            i128::from(part_of(part.max(0), rate_bp, increment))
        });
        all.sum()
    }

    /// Returns what the lines and the carried amounts say, where a ruling changed them.
    fn told(&self, order: &OrderKey, period: Period) -> i128 {
        if period == Period::OnTime {
            let told = self.told_on_time.iter().filter(|(of, _)| of == order);
            return told.map(|(_, minor)| i128::from(*minor)).sum();
        }
        let lines = self
            .lines
            .values()
            .filter(|line| match &line.recorded.owed_for {
                Some(OwedFor::Commission { order: of, .. }) => of == order,
                _ => false,
            });
        let lines: i128 = lines.map(|line| i128::from(line.total().minor)).sum();
        let carried = self.carried.iter().filter(|(of, _)| of == order);
        lines + carried.map(|(_, minor)| i128::from(*minor)).sum::<i128>()
    }

    /// Returns what the customer kept of an order, at the rate of the order.
    fn kept(
        &self,
        order: &ConversionRecorded,
        period: Period,
        counts: impl Fn(Timestamp) -> bool,
    ) -> i64 {
        let Some(value) = order.value else { return 0 };
        let follows = |own| period.follows(&counts, order.ordered_at, own);
        let adjusted = self.adjustments.iter();
        let adjusted = adjusted.filter(|(one, at)| one.order == order.order && follows(*at));
        let adjusted: i64 = adjusted.map(|(one, _)| one.delta.minor).sum();
        let refunds = self.refunds.iter();
        let refunds = refunds.filter(|one| self.counts_in(one, period));
        let refunds = refunds.filter(|one| one.order == order.order && follows(one.refunded_at));
        let refunded: i64 = refunds.map(|one| one.amount.minor).sum();
        let minor = (value.minor + adjusted - refunded).max(0);
        let net = self.reporting(Money { minor, ..value }, order.fx_rate.as_ref());
        net.map_or(0, |net| i64::try_from(net).unwrap())
    }
}
