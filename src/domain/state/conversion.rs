//! Orders: a conversion, and the refunds of it.

use serde::{Deserialize, Serialize};

use super::campaign::within;
use super::table;
use crate::domain::rows::{Key, Row};
use crate::domain::words;
use crate::domain::{
    AdjustmentId, CampaignId, CampaignRef, CollaborationId, ConversionAdjustment,
    ConversionRecorded, ConversionRejected, CostId, DEFAULT_LOCK_DAYS, Money, OrderKey, OrderRef,
    Position, Refund, RefundId, Terms, Timestamp,
};

/// All that is known of one order.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Order {
    /// The conversion that stands; `None` while only refunds are known.
    pub conversion: Option<Standing>,
    /// Refunds, as they came.
    pub refunds: Vec<OrderRefund>,
    /// Corrections of its value.
    pub adjustments: Vec<OrderAdjustment>,
    /// Whether commission on it was settled.
    pub locked: bool,
    /// Commission earned on it so far.
    pub commissions: Vec<OrderCommission>,
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
    /// Position of the last event that came with it: of the refunds that had waited, some are settled
    /// by the claim itself.
    pub last: Position,
    /// When it is locked.
    pub lock: Lock,
    /// What was recorded.
    pub conversion: ConversionRecorded,
}

/// When an order is locked, by the terms in force at the order.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Lock {
    /// The longest of those it credits; the default when it credits nobody.
    pub at: Timestamp,
    /// Whether commission is owed then.
    pub is_awaited: bool,
}

impl Lock {
    /// Starts with an order that credits nobody.
    pub fn without_terms(conversion: &ConversionRecorded) -> Self {
        let days = if conversion.credits.is_empty() {
            DEFAULT_LOCK_DAYS
        } else {
            0
        };
        Self {
            at: conversion.ordered_at.later_by_days(days),
            is_awaited: false,
        }
    }

    /// Heeds the terms of one whom the order credits.
    pub fn heed(&mut self, terms: &Terms, conversion: &ConversionRecorded) {
        let days = terms.attribution.lock_days;
        self.at = self.at.max(conversion.ordered_at.later_by_days(days));
        let is_valued = conversion.reporting_minor.is_some();
        self.is_awaited |= is_valued && terms.commission.is_some();
    }
}

/// A correction of an order's value.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct OrderAdjustment {
    /// What was corrected.
    pub adjustment: ConversionAdjustment,
    /// What it added to revenue, in minor units of the reporting currency.
    pub reporting_minor: Option<i64>,
    /// Position of the event that recorded it.
    pub position: Position,
    /// Position of the last event that came with it.
    pub last: Position,
}

/// Commission one collaboration earned on an order.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct OrderCommission {
    /// Who.
    pub collaboration: CollaborationId,
    /// So far, in minor units of the reporting currency.
    pub earned_minor: i64,
    /// The line that took the latest part of it.
    pub line: Option<CostId>,
    /// Lines that took it.
    pub lines: u32,
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
    /// Position of the last event that came with it.
    pub last: Position,
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

    /// Finds an adjustment.
    pub fn adjustment(&self, id: &AdjustmentId) -> Option<&OrderAdjustment> {
        self.adjustments
            .iter()
            .find(|known| known.adjustment.id == *id)
    }

    /// Returns the value of the order with its adjustments; `None` without value.
    pub fn value(&self) -> Option<Money> {
        let value = self.conversion.as_ref()?.conversion.value?;
        let adjusted = self.adjustments.iter();
        let adjusted: i64 = adjusted.map(|known| known.adjustment.delta.minor).sum();
        Some(Money {
            minor: value.minor + adjusted,
            ..value
        })
    }

    /// Returns what the order brought with its adjustments, before refunds, in minor units of the
    /// reporting currency; `None` without value or rate.
    pub fn whole_reporting_minor(&self) -> Option<i64> {
        let whole = self.conversion.as_ref()?.conversion.reporting_minor?;
        let adjusted = self.adjustments.iter();
        let adjusted: i64 = adjusted.filter_map(|known| known.reporting_minor).sum();
        Some(whole + adjusted)
    }

    /// Notes that what changed the order last made one more event.
    pub fn goes_on(&mut self, position: Position) {
        let refunds = self.refunds.iter_mut().map(|known| &mut known.last);
        let adjustments = self.adjustments.iter_mut().map(|known| &mut known.last);
        let mut all = refunds.chain(adjustments);
        if let Some(last) = all.find(|last| last.next() == position) {
            *last = position;
        }
    }

    /// Finds what a collaboration earned on the order.
    pub fn commission(&self, collaboration: &CollaborationId) -> Option<&OrderCommission> {
        self.commissions
            .iter()
            .find(|one| one.collaboration == *collaboration)
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

    /// Lists the refunds that wait to be settled, as they came.
    pub fn waiting(&self) -> impl Iterator<Item = &OrderRefund> {
        self.refunds
            .iter()
            .filter(|known| known.state == RefundState::Waiting)
    }

    fn applied(&self) -> impl Iterator<Item = &OrderRefund> {
        self.refunds
            .iter()
            .filter(|known| known.state == RefundState::Applied)
    }
}

/// A claim of an order in a campaign; its key holds where it stands in the log.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Claimed {
    /// It stands: the rest is in the row of its order.
    Standing(OrderKey),
    /// Another claim of the order had come first.
    Rejected(Box<ConversionRejected>),
}

impl Row for Claimed {
    const TABLE: u8 = table::CLAIMED;
}

impl Claimed {
    /// Key of a claim.
    pub fn key(campaign: &CampaignRef, position: Position) -> Key {
        Self::of_campaign(campaign).number(position.get())
    }

    /// Prefix of the claims of a campaign, in the order they were recorded.
    pub fn of_campaign(campaign: &CampaignRef) -> Key {
        within::<Self>(campaign)
    }

    /// Reads back the position a key is for.
    pub fn position_of(key: &Key) -> Option<Position> {
        let mut parts = key.parts();
        let (_, _, position) = (parts.text()?, parts.text()?, parts.number()?);
        Some(Position::new(position))
    }
}

words! {
    /// What became of a claim; more than one may hold.
    pub enum ClaimStatus: "campaign.ledger.v1.ConversionStatus" {
        /// Somebody is credited.
        Attributed = 1 => "ATTRIBUTED",
        /// Nobody is credited.
        Unattributed = 2 => "UNATTRIBUTED",
        /// Another claim of the order stands.
        Duplicate = 3 => "DUPLICATE",
        /// Its value is left out of totals, as it is foreign and has no rate.
        MissingFx = 4 => "MISSING_FX",
        /// Only adjustments and refunds change its value.
        Locked = 5 => "LOCKED",
    }
}

impl Standing {
    /// Tells what became of the claim that stands, as of a time.
    pub fn statuses(&self, now: Timestamp) -> Vec<ClaimStatus> {
        let recorded = &self.conversion;
        let credited = match recorded.unattributed {
            None => ClaimStatus::Attributed,
            Some(_) => ClaimStatus::Unattributed,
        };
        let is_foreign = recorded.value.is_some() && recorded.reporting_minor.is_none();
        let missing_fx = is_foreign.then_some(ClaimStatus::MissingFx);
        let locked = (self.lock.at <= now).then_some(ClaimStatus::Locked);
        let all = std::iter::once(credited).chain(missing_fx).chain(locked);
        all.collect()
    }
}
