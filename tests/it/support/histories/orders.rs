//! Moves about locked orders: the timer that locks them, and later corrections.

use campaign_ledger::domain::rows::Key;
use campaign_ledger::domain::state::{Due, Order};
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
