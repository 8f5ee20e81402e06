//! Orders: each is credited once, a code takes precedence over a link; and their refunds.

use campaign_ledger::wire::proto::api::ErrorReason;

use super::super::ops::{Correction, Refund, Sale};
use super::{Campaign, Conversion, Credited, DAY, Fate, Judged, KnownRefund, SPECS, World};

/// Days until an order is locked, unless the terms state others.
pub const LOCK_DAYS: i64 = 30;

const EXPIRED: &str = "CODE_EXPIRED";
const NOT_YET: &str = "CODE_NOT_YET_IN_FORCE";

impl World {
    pub fn sell(&mut self, sale: &Sale) -> Judged {
        let campaign = &self.campaigns[usize::from(sale.campaign)];
        let mut against = Vec::new();
        for (deal, _) in &sale.touches {
            match campaign.deals.get(deal) {
                None => against.push(ErrorReason::CollaborationNotFound),
                Some(deal) if deal.acceptance.is_none() => against.push(ErrorReason::NotAccepted),
                Some(_) => {}
            }
        }
        if !against.is_empty() {
            return Judged::Refused(against);
        }
        let credited = campaign.credits(sale);
        let first = self.head + 1;
        let order = self.orders.entry(sale.order).or_default();
        if let Some(winner) = &order.conversion {
            if winner.sale == *sale {
                return Judged::Old(winner.first, winner.last);
            }
            self.campaign(sale.campaign).rejected_claims += 1;
            return self.happens(1);
        }
        let mut refunded = 0;
        let mut settled = 0;
        for known in &mut order.refunds {
            if known.fate != Fate::Waiting {
                continue;
            }
            settled += 1;
            let after = refunded + known.refund.minor;
            let fits = known.refund.currency() == sale.currency()
                && sale.minor.is_some_and(|minor| after <= minor);
            known.fate = if fits { Fate::Applied } else { Fate::Rejected };
            refunded = if fits { after } else { refunded };
        }
        order.conversion = Some(Conversion {
            sale: sale.clone(),
            first,
            last: first + settled,
            credited,
            first_credited: credited,
            latest: first,
            install: sale.install,
            voided: false,
            changes: Vec::new(),
        });
        self.happens(1 + settled)
    }

    pub fn refund(&mut self, refund: &Refund) -> Judged {
        let position = self.head + 1;
        let order = self.orders.entry(refund.order).or_default();
        let mut known = order.refunds.iter();
        if let Some(known) =
            known.find(|known| known.refund.id == refund.id && known.fate != Fate::Rejected)
        {
            return if known.refund == *refund {
                Judged::Old(known.position, known.position)
            } else {
                Judged::Refused(vec![ErrorReason::AlreadyExists])
            };
        }
        let fate = match &order.conversion {
            None => Fate::Waiting,
            Some(Conversion { sale, .. }) => {
                if order.is_voided() {
                    return Judged::Refused(vec![ErrorReason::OrderVoided]);
                }
                if order.value_minor().is_some() && sale.currency() != refund.currency() {
                    return Judged::Refused(vec![ErrorReason::CurrencyMismatch]);
                }
                let after = order.refunded_minor() + refund.minor;
                if after > order.value_minor().unwrap_or(0) {
                    return Judged::Refused(vec![ErrorReason::RefundExceedsOrder]);
                }
                Fate::Applied
            }
        };
        order.refunds.push(KnownRefund {
            refund: refund.clone(),
            position,
            fate,
        });
        self.happens(1)
    }
}

impl World {
    /// Corrects an order, once its time for refunds is over.
    pub fn adjust(&mut self, correction: &Correction) -> Judged {
        let (position, now) = (self.head + 1, self.now);
        let order = self.orders.entry(correction.order).or_default();
        let Some(conversion) = &order.conversion else {
            return Judged::Refused(vec![ErrorReason::OrderNotFound]);
        };
        let mut known = order.corrections.iter();
        if let Some((known, told, _)) = known.find(|(known, _, _)| known.id == correction.id) {
            return match known == correction {
                true => Judged::Old(*told, *told),
                false => Judged::Refused(vec![ErrorReason::AlreadyExists]),
            };
        }
        let mut against = Vec::new();
        if conversion.voided {
            return Judged::Refused(vec![ErrorReason::OrderVoided]);
        }
        if now < conversion.sale.day * DAY + LOCK_DAYS * DAY {
            against.push(ErrorReason::OrderNotLocked);
        }
        match order.value_minor() {
            None => against.push(ErrorReason::InvalidField),
            Some(minor) if minor + correction.delta_minor < order.refunded_minor() => {
                against.push(ErrorReason::AdjustmentExceedsOrder);
            }
            Some(_) => {}
        }
        if !against.is_empty() {
            return Judged::Refused(against);
        }
        order.corrections.push((correction.clone(), position, now));
        self.happens(1)
    }
}

impl super::Order {
    /// Returns the corrected value; `None` without a value.
    pub fn value_minor(&self) -> Option<i64> {
        let minor = self.conversion.as_ref()?.money(|_| true).0?;
        Some(minor + self.corrected_minor())
    }

    pub fn corrected_minor(&self) -> i64 {
        let corrections = self.corrections.iter();
        corrections.map(|(one, _, _)| one.delta_minor).sum()
    }

    pub fn applied(&self) -> impl Iterator<Item = &Refund> {
        let applied = self.refunds.iter();
        let applied = applied.filter(|known| known.fate == Fate::Applied);
        applied.map(|known| &known.refund)
    }

    pub fn refunded_minor(&self) -> i64 {
        self.applied().map(|refund| refund.minor).sum()
    }
}

impl Campaign {
    /// A code takes precedence over the last touch within its window, and both count only while the
    /// terms are in force.
    fn credits(&self, sale: &Sale) -> Credited {
        let ordered_at = sale.day * DAY;
        let mut by_code = None;
        let mut code_missed = Vec::new();
        for (id, deal) in &self.deals {
            let Some(acceptance) = deal.acceptance.as_ref() else {
                continue;
            };
            if sale.code.is_none() || deal.offer.code != sale.code {
                continue;
            }
            match self.misses(*id, ordered_at) {
                Some(missed) => code_missed.push(missed),
                // Of two deals accepted at the same time, the one that got the code later holds it.
                None => by_code = by_code.max(Some(((acceptance.at, deal.code_number), *id))),
            }
        }
        if let Some((_, deal)) = by_code {
            return Credited::Code(deal);
        }
        let mut by_touch = None;
        let mut touch_missed = Vec::new();
        for (number, (deal, day)) in sale.touches.iter().enumerate() {
            if *day > sale.day {
                continue;
            }
            let covers = sale.day - day <= i64::from(self.deals[deal].offer.window_days);
            match self.misses(*deal, ordered_at) {
                None if covers => by_touch = by_touch.max(Some(((*day, number), *deal))),
                Some(EXPIRED) if !covers => {}
                Some(missed) => touch_missed.push(missed),
                None => {}
            }
        }
        if let Some((_, deal)) = by_touch {
            return Credited::Link(deal);
        }
        let closest = |missed: &[&'static str]| {
            let known = [EXPIRED, NOT_YET];
            known.into_iter().find(|reason| missed.contains(reason))
        };
        Credited::Nobody(match (sale.code, sale.touches.is_empty()) {
            (Some(_), _) => closest(&code_missed).unwrap_or("UNKNOWN_CODE"),
            (None, false) => closest(&touch_missed).unwrap_or("OUTSIDE_WINDOW"),
            (None, true) => "NO_EVIDENCE",
        })
    }

    /// Returns why the terms of a deal credit no order of this time, if they do not.
    fn misses(&self, deal: u8, ordered_at: i64) -> Option<&'static str> {
        let deal = &self.deals[&deal];
        let end_day = self.spec.measure_until_day + i64::from(deal.offer.window_days);
        if deal
            .acceptance
            .as_ref()
            .is_some_and(|one| one.at > ordered_at)
        {
            return Some(NOT_YET);
        }
        (ordered_at > end_day * DAY).then_some(EXPIRED)
    }
}

impl Sale {
    pub fn currency(&self) -> &'static str {
        SPECS[usize::from(self.campaign)].currency
    }
}

impl Refund {
    pub fn currency(&self) -> &'static str {
        if self.usd { "USD" } else { "IDR" }
    }
}
