//! Moves about locked orders: the timer that locks them, and later corrections.

use campaign_ledger::domain::rows::Key;
use campaign_ledger::domain::state::{Due, Order, Standing};
use campaign_ledger::domain::*;

use super::{Dice, Teller};
use crate::support::requests::*;

impl Teller {
    pub(super) fn locked_order(&self, dice: &mut Dice) -> Request {
        let due = self.all::<Due>(&Key::of::<Due>());
        let due = due.into_iter().filter(|(key, _)| {
            let at = Due::time_of(key);
            at.is_some_and(|at| at <= self.now)
        });
        let mut locks = due.filter_map(|(_, due)| match &*due {
            Due::Lock { campaign, order } if campaign.brand == self.campaign.brand => {
                Some(order.clone())
            }
            Due::Lock { .. }
            | Due::Offer { .. }
            | Due::Ending { .. }
            | Due::Refunds { .. }
            | Due::Review { .. } => None,
        });
        match locks.next().filter(|_| dice.chance(85)) {
            Some(order) => lock_order(order),
            None => self.correction(dice),
        }
    }

    /// Corrects what was told of an order. Rates of random orders are rounded, so those stay.
    pub(super) fn fixed_order(&self, dice: &mut Dice) -> Request {
        let mut orders = self.all::<Order>(&Key::of::<Order>().text(self.campaign.brand.as_str()));
        orders.retain(|(_, order)| {
            order.conversion.as_ref().is_some_and(|standing| {
                let is_here = standing.campaign == self.campaign.campaign;
                is_here && standing.voided.is_none() && standing.conversion.fx_rate.is_none()
            })
        });
        let Some((_, order)) = dice.pick_any(&orders) else {
            return self.claim(dice);
        };
        let Some(standing) = &order.conversion else {
            return self.claim(dice);
        };
        let conversion = &standing.conversion;
        let expected = standing.latest;
        let agreed = self.agreed();
        let verb = match dice.roll(10) {
            0 => OrderVerb::Void {
                expected,
                reason: "never paid".into(),
            },
            1 | 2 if !order.refunds.is_empty() => {
                let known = dice.pick_any(&order.refunds);
                let refund = known.map_or_else(|| id("r-0"), |known| known.refund.id.clone());
                let reason = "the transfer failed".into();
                OrderVerb::VoidRefund { refund, reason }
            }
            1..=5 if !agreed.is_empty() => {
                let index = dice.roll(agreed.len() as u64) as usize;
                let (one, share) = (&agreed[index].0, 1 + dice.roll(9_999) as u32);
                let to = match agreed.get(index + 1) {
                    Some((other, _)) if share < 10_000 => {
                        shares(&[(one, share), (other, 10_000 - share)])
                    }
                    Some(_) | None => shares(&[(one, 10_000)]),
                };
                OrderVerb::Reattribute {
                    expected,
                    shares: to,
                    evidence: Vec::new(),
                    reason: "the customer says so".into(),
                }
            }
            _ => {
                let is_foreign = conversion
                    .value
                    .is_some_and(|value| value.currency.code() == "USD");
                if is_foreign && dice.chance(70) {
                    let fx_rate = rate("16000").expect("it is a rate");
                    OrderVerb::SupplyRate { fx_rate }
                } else {
                    OrderVerb::Correct(self.told_of(dice, standing))
                }
            }
        };
        correct_order(conversion.order.clone(), verb)
    }

    fn told_of(&self, dice: &mut Dice, standing: &Standing) -> ConversionCorrection {
        let value = standing.conversion.value;
        ConversionCorrection {
            expected: standing.latest,
            value: match value {
                Some(value) if dice.chance(60) => Patch::Set(Money {
                    minor: value.minor / 2 + dice.roll(value.minor as u64 + 1) as i64,
                    ..value
                }),
                Some(_) if dice.chance(10) => Patch::Clear,
                None if dice.chance(50) => Patch::Set(rp(1 + dice.roll(500_000) as i64)),
                Some(_) | None => Patch::Keep,
            },
            quantity: dice.chance(30).then(|| 1 + dice.roll(9) as u32),
            kind: dice.chance(20).then_some(ConversionType::Lead),
            touches: Patch::Keep,
            code: match dice.roll(5) {
                0 => Patch::Set(Matched::told("CODE1")),
                1 => Patch::Clear,
                _ => Patch::Keep,
            },
            fx_rate: None,
            reason: "read wrongly".into(),
        }
    }

    fn correction(&self, dice: &mut Dice) -> Request {
        let mut orders = self.all::<Order>(&Key::of::<Order>().text(self.campaign.brand.as_str()));
        orders.retain(|(_, order)| {
            let standing = order.conversion.as_ref();
            let is_locked = standing.is_some_and(|standing| standing.lock.at <= self.now);
            is_locked && order.value().is_some()
        });
        let Some((_, order)) = dice.pick_any(&orders) else {
            return self.claim(dice);
        };
        let (Some(standing), Some(value)) = (&order.conversion, order.value()) else {
            return self.claim(dice);
        };
        let left = value.minor - order.refunded_minor() as i64;
        let minor = match dice.roll(3) {
            0 => 1 + dice.roll(10_000_000) as i64,
            _ => -1 - dice.roll(left as u64 + left as u64 / 20 + 1) as i64,
        };
        let delta = Money { minor, ..value };
        let name = format!("a-{}", dice.roll(8));
        adjust_order(standing.conversion.order.clone(), &name, delta)
    }
}
