//! Cost lines and their payments.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::campaign::within;
use super::lookup::lookup_key;
use super::{Balance, table};
use crate::domain::rows::{Key, Row};
use crate::domain::{
    ActorKind, BrandId, CampaignRef, CollaborationId, CostId, CostState, CostType, Currency,
    DisputeId, DisputeRuling, FactTiming, FxRate, Money, OwedFor, PaymentId, PersonalText,
    Position, Tax, TextDigest, Timestamp, convert, part_of,
};

/// A cost line.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Cost {
    /// The collaboration it pays for; `None` for the campaign as a whole.
    pub collaboration: Option<CollaborationId>,
    /// Type of cost.
    pub kind: CostType,
    /// Accrued, before adjustments.
    pub amount: Money,
    /// Pinned rate of a foreign amount.
    pub fx_rate: Option<FxRate>,
    /// Reporting currency of its campaign when it was recorded.
    pub reporting_currency: Currency,
    /// Amount and adjustments in minor units of the reporting currency; `None` without a rate.
    pub reporting_minor: Option<i64>,
    /// Sum of the adjustments, in minor units of the line's currency.
    pub adjusted_minor: i64,
    /// Approved so far, in minor units of the line's currency.
    pub approved_minor: i64,
    /// Paid so far, in minor units of the line's currency.
    pub paid_minor: i64,
    /// Paid so far, in minor units of the reporting currency.
    pub paid_reporting_minor: i64,
    /// The payments, by their timing.
    pub payments: BTreeMap<FactTiming, PaidSums>,
    /// Whether the line is reversed.
    pub reversed: bool,
    /// Whether the line is withheld: approval and payment wait until it is released.
    pub withheld: bool,
    /// The open dispute that freezes it.
    pub dispute: Option<DisputeId>,
    /// What made it owed under the terms; `None` when it was recorded by hand.
    pub owed_for: Option<OwedFor>,
    /// Taxes recorded.
    pub taxes: Vec<Tax>,
    /// When it was incurred.
    pub incurred_at: Timestamp,
    /// Against the window of the campaign.
    pub timing: FactTiming,
    /// Free text.
    pub note: PersonalText,
    /// Last event that changed it.
    pub updated: Position,
}

/// Payments of a line with one timing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct PaidSums {
    /// How many.
    pub payments: i64,
    /// Their sum, in minor units of the line's currency.
    pub minor: i64,
    /// Their sum, in minor units of the reporting currency; 0 without a rate.
    pub reporting_minor: i64,
}

impl Row for Cost {
    const TABLE: u8 = table::COST;
}

impl Cost {
    /// Returns the key of a cost line.
    pub fn key(campaign: &CampaignRef, cost: &CostId) -> Key {
        Self::of_campaign(campaign).text(cost.as_str())
    }

    /// Returns the prefix of the cost lines of a campaign.
    pub fn of_campaign(campaign: &CampaignRef) -> Key {
        within::<Self>(campaign)
    }

    /// Returns what is owed in all: the amount and its adjustments, in minor units of the line's
    /// currency. `decide` keeps it between 0 and the maximum of int64.
    pub fn total_minor(&self) -> i64 {
        self.amount.minor + self.adjusted_minor
    }

    /// Converts a part of the line into the reporting currency, at the rate pinned when it was
    /// recorded; `None` without a rate, and when the result does not fit int64.
    pub fn in_reporting(&self, part_minor: i64, currency: Currency) -> Option<i64> {
        self.reporting_minor?;
        let part = Money {
            minor: part_minor,
            ..self.amount
        };
        match &self.fx_rate {
            None => Some(part_minor),
            Some(rate) => convert(part, &rate.rate, currency),
        }
    }

    /// Returns what is owed on the line after a ruling, but never less than is approved. A split
    /// gives the creator a share, rounded to the increment. If the brand wins, it owes no more than
    /// it approved.
    pub fn ruled_minor(&self, opened_by: ActorKind, ruling: DisputeRuling) -> i64 {
        let total_minor = self.total_minor();
        match (ruling, opened_by) {
            (DisputeRuling::Split { share_bp }, _) => {
                let increment = self.amount.currency.settlement_increment();
                let share = part_of(total_minor, share_bp, increment);
                share.clamp(self.approved_minor, total_minor)
            }
            (DisputeRuling::Upheld, ActorKind::Brand) => self.approved_minor,
            (DisputeRuling::Upheld, ActorKind::Creator | ActorKind::System)
            | (DisputeRuling::Overturned | DisputeRuling::Withdrawn, _) => total_minor,
        }
    }

    /// Converts what is paid at the rate of the line, each timing as the growth of the sum, so that
    /// a line that is paid in full is paid exactly.
    pub fn convert_payments(&mut self, currency: Currency) {
        let mut payments = std::mem::take(&mut self.payments);
        let (mut minor, mut before) = (0, 0);
        for sums in payments.values_mut() {
            minor += sums.minor;
            let so_far = self.in_reporting(minor, currency).unwrap_or(0);
            sums.reporting_minor = so_far - before;
            before = so_far;
        }
        self.paid_reporting_minor = before;
        self.payments = payments;
    }

    /// Returns whether the line is commission on a locked order.
    pub fn is_commission(&self) -> bool {
        match self.owed_for {
            Some(OwedFor::Commission { .. }) => true,
            Some(OwedFor::FeePart { .. } | OwedFor::Bonus { .. }) | None => false,
        }
    }

    /// Returns what the line adds to the balance of its creator: nothing when it is reversed or
    /// does not pay a creator.
    pub fn balance(&self) -> Balance {
        if self.reversed || !self.kind.is_compensation() {
            return Balance::default();
        }
        Balance {
            accrued_minor: self.total_minor().into(),
            approved_minor: self.approved_minor.into(),
            paid_minor: self.paid_minor.into(),
            carried_minor: 0,
        }
    }

    /// Returns the state of the line. A line adjusted to zero is neither approved nor paid.
    pub fn state(&self) -> CostState {
        let total_minor = self.total_minor();
        let all = |minor: i64| total_minor > 0 && minor == total_minor;
        if self.reversed {
            CostState::Reversed
        } else if self.withheld {
            CostState::Withheld
        } else if all(self.paid_minor) {
            CostState::Paid
        } else if all(self.approved_minor) {
            CostState::Approved
        } else {
            CostState::Accrued
        }
    }
}

/// A payment of a line.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Payment {
    /// The line.
    pub cost: CostId,
    /// How much, in the currency of the line.
    pub amount: Money,
    /// When.
    pub paid_at: Timestamp,
    /// Against the window of the campaign.
    pub timing: FactTiming,
    /// The event that took it back.
    pub voided: Option<Position>,
}

impl Row for Payment {
    const TABLE: u8 = table::PAYMENT;
}

impl Payment {
    /// Returns the key of a payment.
    pub fn key(campaign: &CampaignRef, payment: &PaymentId) -> Key {
        within::<Self>(campaign).text(payment.as_str())
    }
}

/// Records that a transfer reference was used.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct PaymentReference {
    /// Position of the payment that used it.
    pub position: Position,
}

impl Row for PaymentReference {
    const TABLE: u8 = table::PAYMENT_REFERENCE;
}

impl PaymentReference {
    /// Returns the key of a reference.
    pub fn key(brand: &BrandId, reference: TextDigest) -> Key {
        lookup_key::<Self>(brand, reference)
    }
}
