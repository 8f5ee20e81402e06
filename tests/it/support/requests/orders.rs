//! Requests about orders that are locked.

use campaign_ledger::domain::*;

use super::{Reworded, ask, id};

/// Corrects the value of an order.
pub fn adjust_order(order: OrderKey, adjustment: &str, delta: Money) -> Request {
    let adjustment = ConversionAdjustment {
        order,
        id: id(adjustment),
        delta,
        reason: "counted again".into(),
    };
    ask(Command::AdjustConversion { adjustment })
}

/// Corrects an order.
pub fn correct_order(order: OrderKey, verb: OrderVerb) -> Request {
    ask(Command::Order { order, verb })
}

/// The timer settles refunds that waited.
pub fn settle_refunds(order: OrderKey) -> Request {
    ask(Command::SettleRefunds { order }).by(ActorKind::System)
}

/// The timer locks an order.
pub fn lock_order(order: OrderKey) -> Request {
    ask(Command::LockOrder { order }).by(ActorKind::System)
}
