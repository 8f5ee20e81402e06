//! Orders: a conversion, and the refunds of it.

use serde::{Deserialize, Serialize};

use super::table;
use crate::domain::rows::{Key, Row};
use crate::domain::{CampaignId, ConversionRecorded, OrderRef, Position, Refund, RefundId};

/// All that is known of one order.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Order {
    /// The conversion that stands; `None` while only refunds are known.
    pub conversion: Option<Standing>,
    /// Refunds, as they came.
    pub refunds: Vec<OrderRefund>,
    /// Last event that changed it.
    pub updated: Position,
}

/// A conversion in its place.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Standing {
    /// Its campaign.
    pub campaign: CampaignId,
    /// Position of the event that recorded it.
    pub position: Position,
    /// What was recorded.
    pub conversion: ConversionRecorded,
}

/// A refund of an order.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct OrderRefund {
    /// What went back.
    pub refund: Refund,
    /// What it took from revenue, in minor units of the reporting currency.
    pub reporting_minor: Option<i64>,
    /// Position of the event that recorded it.
    pub position: Position,
    /// What became of it.
    pub state: RefundState,
}

/// What became of a refund.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum RefundState {
    /// Its order is not known yet.
    Waiting,
    /// It lowers the order.
    Applied,
    /// It does not fit its order.
    Rejected,
}

impl Row for Order {
    const TABLE: u8 = table::ORDER;
}

impl Order {
    /// Key of an order.
    pub fn key(order: &OrderRef) -> Key {
        Key::of::<Self>()
            .text(order.brand.as_str())
            .text(order.order.source.as_str())
            .text(order.order.id.as_str())
    }

    /// Finds a refund.
    pub fn refund(&self, id: &RefundId) -> Option<&OrderRefund> {
        self.refunds.iter().find(|known| known.refund.id == *id)
    }

    /// Adds up the refunds that lower the order, in minor units of the order's currency.
    pub fn refunded_minor(&self) -> i128 {
        self.applied()
            .map(|known| i128::from(known.refund.amount.minor))
            .sum()
    }

    /// Adds up what the refunds took from revenue, in minor units of the reporting currency.
    pub fn refunded_reporting_minor(&self) -> i64 {
        self.applied()
            .filter_map(|known| known.reporting_minor)
            .sum()
    }

    /// Returns the last event of the claim that stands: each refund that had waited for it was
    /// settled with it, by one event.
    pub fn settled_with(&self, standing: &Standing) -> Position {
        let refunds = self.refunds.iter();
        let waited = refunds.filter(|known| known.position < standing.position);
        Position::new(standing.position.get() + waited.count() as u64)
    }

    fn applied(&self) -> impl Iterator<Item = &OrderRefund> {
        self.refunds
            .iter()
            .filter(|known| known.state == RefundState::Applied)
    }
}
