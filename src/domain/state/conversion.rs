//! Orders: a conversion and its refunds.

use serde::{Deserialize, Serialize};

use super::campaign::within;
use super::{Booked, OrderChange, OrderCommission, OrderShares, Versions, table};
use crate::domain::rows::{Key, Row};
use crate::domain::words;
use crate::domain::{
    AdjustmentId, BrandId, CampaignId, CampaignRef, CollaborationId, ConversionAdjustment,
    ConversionRecorded, ConversionRejected, Currency, DEFAULT_LOCK_DAYS, FactTiming, Money,
    OrderKey, OrderRef, PersonalText, Position, Refund, RefundId, RefundRejection, Terms,
    Timestamp,
};

/// What the ledger knows about one order.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Order {
    /// The accepted conversion; `None` while only refunds are known.
    pub conversion: Option<Standing>,
    /// What each of its credits has of it.
    pub shares: OrderShares,
    /// Refunds, in the order of arrival.
    pub refunds: Vec<OrderRefund>,
    /// Corrections of its value.
    pub adjustments: Vec<OrderAdjustment>,
    /// Whether the order is locked and commission on it was accrued.
    pub locked: bool,
    /// Commission that the terms promise on it, one for each credited collaboration that has a rate.
    pub commissions: Vec<OrderCommission>,
    /// What it added to revenue so far, one for each credit.
    pub booked: Vec<Booked>,
    /// Its corrections, in the order of arrival.
    pub changes: Vec<OrderChange>,
    /// Last event that changed it.
    pub updated: Position,
}

/// The accepted conversion of an order.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Standing {
    /// Its campaign.
    pub campaign: CampaignId,
    /// Reporting currency of its campaign when it was recorded.
    pub reporting_currency: Currency,
    /// Position of the event that recorded it.
    pub position: Position,
    /// Position of the last event of the same command: the claim itself settles some of the refunds
    /// that waited.
    pub last: Position,
    /// When the order is locked.
    pub lock: Lock,
    /// What was recorded, as it is corrected.
    pub conversion: ConversionRecorded,
    /// Position of the event that recorded it, or of its latest correction.
    pub latest: Position,
    /// The event that took it back.
    pub voided: Option<Position>,
    /// The versions whose money counts; `None` when that is the conversion in both periods.
    pub versions: Option<Box<Versions>>,
}

/// When an order is locked, by the terms in force at the time of the order.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Lock {
    /// Latest lock time over the collaborations it credits; the default when it credits nobody.
    pub at: Timestamp,
    /// Whether commission is owed from then on.
    pub is_awaited: bool,
}

impl Lock {
    /// Returns the lock of an order that credits nobody.
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

    /// Applies the terms in force at the order of a collaboration that it credits. Shares can be
    /// stated of an order before any terms: the default then holds.
    pub fn apply_terms(&mut self, terms: Option<&Terms>, conversion: &ConversionRecorded) {
        let days = terms.map_or(DEFAULT_LOCK_DAYS, |terms| terms.attribution.lock_days);
        self.at = self.at.max(conversion.ordered_at.later_by_days(days));
        let is_valued = conversion.reporting_minor.is_some();
        let has_commission = terms.is_some_and(|terms| terms.commission.is_some());
        self.is_awaited |= is_valued && has_commission;
    }
}

/// A correction of an order's value.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct OrderAdjustment {
    /// What was corrected.
    pub adjustment: ConversionAdjustment,
    /// What it added to revenue, in minor units of the reporting currency.
    pub reporting_minor: Option<i64>,
    /// How it counts: it follows its order.
    pub timing: FactTiming,
    /// Position of the event that recorded it.
    pub position: Position,
    /// Position of the last event of the same command.
    pub last: Position,
}

/// A refund of an order.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct OrderRefund {
    /// What went back.
    pub refund: Refund,
    /// What it took from revenue, in minor units of the reporting currency.
    pub reporting_minor: Option<i64>,
    /// How it counts, as far as its order is known: it follows its order.
    pub timing: FactTiming,
    /// Position of the event that recorded it.
    pub position: Position,
    /// Position of the last event of the same command.
    pub last: Position,
    /// State of the refund.
    pub state: RefundState,
    /// Why it was voided; empty when it was not.
    pub voided_because: PersonalText,
}

impl OrderRefund {
    /// Returns whether its order came and it did not fit. Its id is then free again.
    pub fn is_rejected(&self) -> bool {
        match self.state {
            RefundState::Waiting | RefundState::Applied | RefundState::Voided { .. } => false,
            RefundState::Rejected(_) => true,
        }
    }
}

/// State of a refund.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum RefundState {
    /// Its order is not known yet.
    Waiting,
    /// It reduces the order.
    Applied,
    /// It does not fit its order.
    Rejected(RefundRejection),
    /// It failed: the customer did not get the money.
    Voided {
        /// The event that says so.
        position: Position,
        /// Whether it counts no more on time, too.
        on_time: bool,
    },
}

impl Row for Order {
    const TABLE: u8 = table::ORDER;
}

impl Order {
    /// Returns the key of an order.
    pub fn key(order: &OrderRef) -> Key {
        Key::of::<Self>()
            .text(order.brand.as_str())
            .text(order.order.source.as_str())
            .text(order.order.id.as_str())
    }

    /// Returns the prefix of the orders of a brand.
    pub fn of_brand(brand: &BrandId) -> Key {
        Key::of::<Self>().text(brand.as_str())
    }

    /// Returns the refund that holds an id: one that was rejected does not.
    pub fn refund(&self, id: &RefundId) -> Option<&OrderRefund> {
        let mut standing = self.refunds.iter().filter(|known| !known.is_rejected());
        standing.find(|known| known.refund.id == *id)
    }

    /// Returns an adjustment.
    pub fn adjustment(&self, id: &AdjustmentId) -> Option<&OrderAdjustment> {
        self.adjustments
            .iter()
            .find(|known| known.adjustment.id == *id)
    }

    /// Returns the event that took the order back.
    pub fn voided(&self) -> Option<Position> {
        self.conversion.as_ref()?.voided
    }

    /// Returns the accepted conversion, unless it was taken back.
    fn standing(&self) -> Option<&Standing> {
        let standing = self.conversion.as_ref();
        standing.filter(|standing| standing.voided.is_none())
    }

    /// Returns the value of the order with its adjustments; `None` without a value, and when it was
    /// taken back.
    pub fn value(&self) -> Option<Money> {
        let value = self.standing()?.conversion.value?;
        let adjusted = self.adjustments.iter();
        let adjusted: i64 = adjusted.map(|known| known.adjustment.delta.minor).sum();
        Some(Money {
            minor: value.minor + adjusted,
            ..value
        })
    }

    /// Returns the revenue of the order with its adjustments, before refunds, in minor units of the
    /// reporting currency; `None` without a value or a rate, and when it was taken back.
    pub fn whole_reporting_minor(&self) -> Option<i64> {
        let whole = self.standing()?.conversion.reporting_minor?;
        let adjusted = self.adjustments.iter();
        let adjusted: i64 = adjusted.filter_map(|known| known.reporting_minor).sum();
        Some(whole + adjusted)
    }

    /// Records that the command that last changed the order caused another event.
    pub fn goes_on(&mut self, position: Position) {
        let refunds = self.refunds.iter_mut().map(|known| &mut known.last);
        let adjustments = self.adjustments.iter_mut().map(|known| &mut known.last);
        let mut all = refunds.chain(adjustments);
        if let Some(last) = all.find(|last| last.next() == position) {
            *last = position;
        }
    }

    /// Returns what a collaboration earned on the order.
    pub fn commission(&self, collaboration: &CollaborationId) -> Option<&OrderCommission> {
        self.commissions
            .iter()
            .find(|one| one.collaboration == *collaboration)
    }

    /// Returns the sum of the refunds that reduce the order, in minor units of the order's
    /// currency.
    pub fn refunded_minor(&self) -> i128 {
        self.applied()
            .map(|known| i128::from(known.refund.amount.minor))
            .sum()
    }

    /// Returns the sum of the refunds that were taken from revenue at the rate of the order, in minor
    /// units of the order's currency.
    pub fn refunded_at_its_rate_minor(&self) -> i128 {
        self.applied()
            .filter(|known| known.refund.fx_rate.is_none())
            .map(|known| i128::from(known.refund.amount.minor))
            .sum()
    }

    /// Returns the sum that refunds took from revenue, in minor units of the reporting currency.
    pub fn refunded_reporting_minor(&self) -> i64 {
        self.applied()
            .filter_map(|known| known.reporting_minor)
            .sum()
    }

    /// Returns the refunds that wait to be settled, in the order of arrival.
    pub fn waiting(&self) -> impl Iterator<Item = &OrderRefund> {
        self.refunds
            .iter()
            .filter(|known| known.state == RefundState::Waiting)
    }

    fn applied(&self) -> impl Iterator<Item = &OrderRefund> {
        let is_voided = self.voided().is_some();
        self.refunds
            .iter()
            .filter(move |known| !is_voided && known.state == RefundState::Applied)
    }
}

/// A claim of an order in a campaign. Its key holds its position in the log.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Claimed {
    /// It was accepted; the row of its order has the rest.
    Standing(OrderKey),
    /// Another claim of the order came first.
    Rejected(Box<ConversionRejected>),
}

impl Row for Claimed {
    const TABLE: u8 = table::CLAIMED;
}

impl Claimed {
    /// Returns the key of a claim.
    pub fn key(campaign: &CampaignRef, position: Position) -> Key {
        Self::of_campaign(campaign).number(position.get())
    }

    /// Returns the prefix of the claims of a campaign, in the order in which they were recorded.
    pub fn of_campaign(campaign: &CampaignRef) -> Key {
        within::<Self>(campaign)
    }

    /// Reads the position from a claim's key.
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
        /// It was taken back.
        Voided = 6 => "VOIDED",
        /// It was corrected, credited to somebody else, or rated.
        Corrected = 7 => "CORRECTED",
    }
}

impl Standing {
    /// Returns the statuses of the accepted claim at a time.
    pub fn statuses(&self, now: Timestamp) -> Vec<ClaimStatus> {
        let recorded = &self.conversion;
        let credited = match recorded.unattributed {
            None => ClaimStatus::Attributed,
            Some(_) => ClaimStatus::Unattributed,
        };
        let is_foreign = recorded.value.is_some() && recorded.reporting_minor.is_none();
        let missing_fx = is_foreign.then_some(ClaimStatus::MissingFx);
        let locked = (self.lock.at <= now).then_some(ClaimStatus::Locked);
        let voided = self.voided.is_some().then_some(ClaimStatus::Voided);
        let is_corrected = self.voided.is_none() && self.latest != self.position;
        let corrected = is_corrected.then_some(ClaimStatus::Corrected);
        let all = std::iter::once(credited).chain(missing_fx).chain(locked);
        all.chain(voided).chain(corrected).collect()
    }
}
