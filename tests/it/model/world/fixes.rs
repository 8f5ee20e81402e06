//! Orders that were told wrongly: before the lock in place, after it money by the time of the
//! correction and counts in place.

use campaign_ledger::wire::proto::api::ErrorReason;

use super::orders::LOCK_DAYS;
use super::{Conversion, Credited, DAY, Fate, Judged, KnownRefund, Order, Told, World};

impl Conversion {
    fn is_locked(&self, now: i64) -> bool {
        now >= (self.sale.day + LOCK_DAYS) * DAY
    }

    /// Returns the value before adjustments and who is credited, as far as corrections of these times
    /// count; no value once it is voided.
    pub fn money(&self, counts: impl Fn(i64) -> bool) -> (Option<i64>, Credited) {
        let mut money = (self.sale.minor, self.first_credited);
        for (at, told) in &self.changes {
            if at.is_some_and(|at| !counts(at)) {
                continue;
            }
            match told {
                Told::Value(minor) => money.0 = Some(*minor),
                Told::Credited(to) => money.1 = *to,
                Told::Voided => money.0 = None,
            }
        }
        money
    }

    fn change(&mut self, position: u64, now: i64, told: Option<Told>) {
        let at = self.is_locked(now).then_some(now);
        self.changes.extend(told.map(|told| (at, told)));
        self.latest = position;
    }
}

impl KnownRefund {
    /// Returns whether the refund counts where facts of some times do.
    pub fn counts(&self, counts: impl Fn(i64) -> bool) -> bool {
        match self.fate {
            Fate::Waiting | Fate::Rejected => false,
            Fate::Applied => true,
            Fate::Voided(counted, at) => counted && at.is_some_and(|at| !counts(at)),
        }
    }
}

impl Order {
    /// Returns the value as it was told last, before adjustments, also of a voided order.
    pub fn told_minor(&self) -> Option<i64> {
        let known = self.conversion.as_ref()?;
        let mut told = known.changes.iter().filter_map(|(_, told)| match told {
            Told::Value(minor) => Some(*minor),
            Told::Credited(_) | Told::Voided => None,
        });
        told.next_back().or(known.sale.minor)
    }

    pub fn is_voided(&self) -> bool {
        self.conversion.as_ref().is_some_and(|one| one.voided)
    }
}

impl World {
    /// Returns why an order is not corrected, if it is not.
    fn unfixable(&self, order: u8, expected: u64) -> Option<Judged> {
        let known = self.orders.get(&order);
        let refused = |reason| Some(Judged::Refused(vec![reason]));
        match known.and_then(|order| order.conversion.as_ref()) {
            None => refused(ErrorReason::OrderNotFound),
            Some(known) if known.voided => refused(ErrorReason::OrderVoided),
            Some(known) if known.latest != expected => refused(ErrorReason::StaleCorrection),
            Some(_) => None,
        }
    }

    pub fn correct_sale(
        &mut self,
        order: u8,
        expected: u64,
        minor: Option<i64>,
        install: Option<bool>,
    ) -> Judged {
        if let Some(refused) = self.unfixable(order, expected) {
            return refused;
        }
        let (position, now) = (self.head + 1, self.now);
        let row = self.orders.get_mut(&order).unwrap();
        let (adjusted, refunded) = (row.corrected_minor(), row.refunded_minor());
        let known = row.conversion.as_mut().unwrap();
        if minor.is_some_and(|minor| minor + adjusted < refunded) {
            return Judged::Refused(vec![ErrorReason::RefundExceedsOrder]);
        }
        let before = known.money(|_| true).0;
        let told = minor.filter(|minor| before != Some(*minor));
        let other = install.filter(|install| *install != known.install);
        if told.is_none() && other.is_none() {
            return Judged::Refused(vec![ErrorReason::OrderUnchanged]);
        }
        known.install = other.unwrap_or(known.install);
        known.change(position, now, told.map(Told::Value));
        self.happens(1)
    }

    pub fn void_sale(&mut self, order: u8, expected: u64) -> Judged {
        if let Some(refused) = self.unfixable(order, expected) {
            return refused;
        }
        let (position, now) = (self.head + 1, self.now);
        let row = self.orders.get_mut(&order).unwrap();
        let known = row.conversion.as_mut().unwrap();
        known.change(position, now, Some(Told::Voided));
        known.voided = true;
        self.happens(1)
    }

    pub fn reattribute(&mut self, order: u8, expected: u64, to: u8) -> Judged {
        if let Some(refused) = self.unfixable(order, expected) {
            return refused;
        }
        let (position, now) = (self.head + 1, self.now);
        let row = self.orders.get_mut(&order).unwrap();
        let known = row.conversion.as_mut().unwrap();
        let deals = &self.campaigns[usize::from(known.sale.campaign)].deals;
        let Some(acceptance) = &deals[&to].acceptance else {
            return Judged::Refused(vec![ErrorReason::NotAccepted]);
        };
        if acceptance.at > known.sale.day * DAY {
            return Judged::Refused(vec![ErrorReason::TermsNotInForce]);
        }
        let is_same = match known.credited {
            Credited::Code(deal) | Credited::Link(deal) | Credited::Moved(deal) => deal == to,
            Credited::Nobody(_) => false,
        };
        if is_same {
            return Judged::Refused(vec![ErrorReason::OrderUnchanged]);
        }
        known.credited = Credited::Moved(to);
        known.change(position, now, Some(Told::Credited(Credited::Moved(to))));
        self.happens(1)
    }

    pub fn void_refund(&mut self, order: u8, id: u8) -> Judged {
        let now = self.now;
        let refused = |reason| Judged::Refused(vec![reason]);
        let Some(row) = self.orders.get_mut(&order).filter(|row| row.is_known()) else {
            return refused(ErrorReason::OrderNotFound);
        };
        let is_voided = row.is_voided();
        let locked = row
            .conversion
            .as_ref()
            .is_some_and(|one| one.is_locked(now));
        let mut refunds = row.refunds.iter_mut();
        let found = refunds.find(|known| known.refund.id == id && known.fate != Fate::Rejected);
        let Some(known) = found else {
            return refused(ErrorReason::RefundNotFound);
        };
        known.fate = match known.fate {
            Fate::Voided(..) => return refused(ErrorReason::RefundVoided),
            _ if is_voided => return refused(ErrorReason::OrderVoided),
            Fate::Applied => Fate::Voided(true, locked.then_some(now)),
            Fate::Waiting | Fate::Rejected => Fate::Voided(false, None),
        };
        self.happens(1)
    }
}

impl Order {
    /// Returns whether the ledger has the order, or a refund of it.
    fn is_known(&self) -> bool {
        self.conversion.is_some() || !self.refunds.is_empty()
    }
}
