//! Corrections of orders in the oracle: what is told last counts, and on time what was told there.

use campaign_ledger::domain::*;

use super::{Period, Story};

impl Story {
    pub(super) fn hear_correction(&mut self, event: &RevenueEvent) {
        match event {
            RevenueEvent::ConversionCorrected(told) => {
                let now = ConversionRecorded {
                    kind: told.kind,
                    quantity: told.quantity,
                    value: told.value,
                    fx_rate: told.fx_rate.clone(),
                    reporting_minor: told.reporting_minor,
                    credits: told.credits.clone(),
                    ..self.known(&told.order).clone()
                };
                self.corrected(now, &told.counting);
            }
            RevenueEvent::ConversionReattributed(told) => {
                let now = ConversionRecorded {
                    credits: told.to.clone(),
                    ..self.known(&told.order).clone()
                };
                self.corrected(now, &told.counting);
            }
            RevenueEvent::ConversionRated(told) => {
                let now = ConversionRecorded {
                    fx_rate: Some(told.fx_rate.clone()),
                    reporting_minor: told.reporting_minor,
                    ..self.known(&told.order).clone()
                };
                let counting = OrderCounting {
                    in_place: true,
                    ordered_at: told.ordered_at,
                    counts_from: told.ordered_at,
                    timing: FactTiming::OnTime,
                };
                self.corrected(now, &counting);
            }
            RevenueEvent::ConversionVoided(told) => {
                let ordered_at = self.known(&told.order).ordered_at;
                let fact = self.late_facts.iter().position(|at| *at == ordered_at);
                self.late_facts.remove(fact.unwrap());
                let on_time = told.counting.in_place || told.counting.timing == FactTiming::OnTime;
                self.voided.insert(told.order.clone(), on_time);
            }
            RevenueEvent::RefundVoided(told) => {
                let on_time = told.in_place || told.timing == FactTiming::OnTime;
                let name = (told.order.clone(), told.refund.clone());
                self.voided_refunds.insert(name, on_time);
            }
            _ => unreachable!("no correction of an order"),
        }
    }

    fn known(&self, order: &OrderKey) -> &ConversionRecorded {
        let mut orders = self.orders.iter();
        orders.find(|known| known.order == *order).unwrap()
    }

    fn corrected(&mut self, now: ConversionRecorded, counting: &OrderCounting) {
        let before = self.known(&now.order).clone();
        let shares = |credits: &[Credit]| -> Vec<(CollaborationId, u32)> {
            let all = credits.iter();
            all.map(|one| (one.collaboration.clone(), one.share_bp))
                .collect()
        };
        let is_moved = shares(&before.credits) != shares(&now.credits);
        if counting.in_place || counting.timing == FactTiming::OnTime {
            if let Some(told) = self.on_time.get_mut(&now.order) {
                if (before.value, &before.fx_rate) != (now.value, &now.fx_rate) {
                    told.value = now.value;
                    told.fx_rate = now.fx_rate.clone();
                    told.reporting_minor = now.reporting_minor;
                }
                if is_moved {
                    told.credits = now.credits.clone();
                }
            }
        } else {
            let told = self.on_time.entry(now.order.clone());
            told.or_insert(before.clone());
        }
        let told = self.on_time.get(&now.order).cloned();
        let credited: Vec<_> = [Some(&before), told.as_ref()]
            .into_iter()
            .flatten()
            .flat_map(|one| {
                one.credits
                    .iter()
                    .map(|credit| credit.collaboration.clone())
            })
            .collect();
        self.pin_rates(&now, |id| !credited.contains(id));
        if let Some(taken) = self.locked.get(&now.order) {
            let lock = self.locks[&now.order];
            let new = now.credits.iter().map(|credit| &credit.collaboration);
            let new = new.filter(|id| !credited.contains(id) && self.ended_before(id, lock));
            let taken = taken.iter().chain(new).cloned().collect();
            self.locked.insert(now.order.clone(), taken);
        } else if counting.in_place {
            self.pin_lock(&now);
        }
        let mut orders = self.orders.iter();
        let index = orders.position(|known| known.order == now.order);
        self.orders[index.unwrap()] = now;
    }

    /// Keeps when an order is locked.
    pub(super) fn pin_lock(&mut self, order: &ConversionRecorded) {
        let credited = order.credits.iter().map(|one| &one.collaboration);
        let days = credited.map(|id| {
            let terms = self.agreements[id].terms_in_force_at(order.ordered_at);
            terms.map_or(DEFAULT_LOCK_DAYS, |terms| terms.attribution.lock_days)
        });
        let lock = order.ordered_at.later_by_days(days.max().unwrap_or(0));
        self.locks.insert(order.order.clone(), lock);
    }

    /// Returns the order as its money counts in a period; `None` once it was voided there.
    pub(super) fn version<'s>(
        &'s self,
        order: &'s ConversionRecorded,
        period: Period,
    ) -> Option<&'s ConversionRecorded> {
        let voided = self.voided.get(&order.order);
        match period {
            Period::Total => voided.is_none().then_some(order),
            Period::OnTime => {
                let told = self.on_time.get(&order.order).unwrap_or(order);
                (voided != Some(&true)).then_some(told)
            }
        }
    }

    pub(super) fn is_voided(&self, order: &OrderKey) -> bool {
        self.voided.contains_key(order)
    }

    /// Returns whether a refund counts in a period, whatever its time.
    pub(super) fn counts_in(&self, refund: &Refund, period: Period) -> bool {
        let name = (refund.order.clone(), refund.id.clone());
        match (self.voided_refunds.get(&name), period) {
            (None, _) => true,
            (Some(_), Period::Total) => false,
            (Some(on_time), Period::OnTime) => !on_time,
        }
    }

    /// Returns whether a refund and its order still stand.
    pub(super) fn is_kept(&self, refund: &Refund) -> bool {
        self.counts_in(refund, Period::Total) && !self.is_voided(&refund.order)
    }

    pub(super) fn ended_before(&self, id: &CollaborationId, at: Timestamp) -> bool {
        let ended = self.agreements[id].terminated_at;
        ended.is_some_and(|ended| ended < at)
    }
}
