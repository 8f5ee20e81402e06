//! Orders: each is credited once, a code takes precedence over a link; and their refunds.

use campaign_ledger::wire::proto::api::ErrorReason;

use super::super::ops::{Correction, Refund, Sale};
use super::{Campaign, Conversion, Credited, DAY, Fate, Judged, KnownRefund, SPECS, World};

/// Days until an order is locked, unless the terms state others.
const LOCK_DAYS: i64 = 30;

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
        });
        self.happens(1 + settled)
    }

    pub fn refund(&mut self, refund: &Refund) -> Judged {
        let position = self.head + 1;
        let order = self.orders.entry(refund.order).or_default();
        let mut known = order.refunds.iter();
        if let Some(known) = known.find(|known| known.refund.id == refund.id) {
            return if known.refund == *refund {
                Judged::Old(known.position, known.position)
            } else {
                Judged::Refused(vec![ErrorReason::AlreadyExists])
            };
        }
        let fate = match &order.conversion {
            None => Fate::Waiting,
            Some(Conversion { sale, .. }) => {
                if sale.minor.is_some() && sale.currency() != refund.currency() {
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
        let minor = self.conversion.as_ref()?.sale.minor?;
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
    /// A code takes precedence over the last touch.
    fn credits(&self, sale: &Sale) -> Credited {
        let ordered_at = sale.day * DAY;
        let coded = self.deals.iter().filter_map(|(id, deal)| {
            let at = deal.acceptance.as_ref()?.at;
            let is_meant = sale.code.is_some() && deal.offer.code == sale.code && at <= ordered_at;
            // Of two deals accepted at the same time, the one that got the code later holds it.
            is_meant.then_some(((at, deal.code_number), *id))
        });
        if let Some((_, deal)) = coded.max() {
            return Credited::Code(deal);
        }
        let touched = sale.touches.iter().filter(|(_, day)| *day <= sale.day);
        match touched.max_by_key(|(_, day)| *day) {
            Some((deal, day)) if sale.day - day <= self.window_days(*deal) => Credited::Link(*deal),
            Some(_) => Credited::Nobody("OUTSIDE_WINDOW"),
            None if !sale.touches.is_empty() => Credited::Nobody("OUTSIDE_WINDOW"),
            None if sale.code.is_some() => Credited::Nobody("UNKNOWN_CODE"),
            None => Credited::Nobody("NO_EVIDENCE"),
        }
    }

    fn window_days(&self, deal: u8) -> i64 {
        self.deals[&deal].offer.window_days.into()
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
