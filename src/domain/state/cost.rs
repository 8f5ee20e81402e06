//! Cost lines and their payments.

use serde::{Deserialize, Serialize};

use super::campaign::within;
use super::table;
use crate::domain::rows::{Key, Row};
use crate::domain::{
    BrandId, CampaignRef, CollaborationId, CostId, CostState, CostType, FactTiming, Money,
    PaymentId, Position, Reference, Timestamp,
};

/// A cost line.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Cost {
    /// Whom it was spent on; `None` for the campaign as a whole.
    pub collaboration: Option<CollaborationId>,
    /// What for.
    pub kind: CostType,
    /// Accrued.
    pub amount: Money,
    /// The same in minor units of the reporting currency; `None` without a rate.
    pub reporting_minor: Option<i64>,
    /// Approved so far, in minor units of the line's currency.
    pub approved_minor: i64,
    /// Paid so far, in minor units of the line's currency.
    pub paid_minor: i64,
    /// Paid so far, in minor units of the reporting currency.
    pub paid_reporting_minor: i64,
    /// Whether the line was taken back.
    pub reversed: bool,
    /// When it was incurred.
    pub incurred_at: Timestamp,
    /// Against the window of the campaign.
    pub timing: FactTiming,
    /// Free text.
    pub note: String,
    /// Last event that changed it.
    pub updated: Position,
}

impl Row for Cost {
    const TABLE: u8 = table::COST;
}

impl Cost {
    /// Key of a cost line.
    pub fn key(campaign: &CampaignRef, cost: &CostId) -> Key {
        Self::of_campaign(campaign).text(cost.as_str())
    }

    /// Prefix of the cost lines of a campaign.
    pub fn of_campaign(campaign: &CampaignRef) -> Key {
        within::<Self>(campaign)
    }

    /// Returns where the line stands.
    pub fn state(&self) -> CostState {
        if self.reversed {
            CostState::Reversed
        } else if self.paid_minor == self.amount.minor {
            CostState::Paid
        } else if self.approved_minor == self.amount.minor {
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
}

impl Row for Payment {
    const TABLE: u8 = table::PAYMENT;
}

impl Payment {
    /// Key of a payment.
    pub fn key(campaign: &CampaignRef, payment: &PaymentId) -> Key {
        within::<Self>(campaign).text(payment.as_str())
    }
}

/// Says that the reference of a transfer was used.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct PaymentReference {
    /// Position of the payment that used it.
    pub position: Position,
}

impl Row for PaymentReference {
    const TABLE: u8 = table::PAYMENT_REFERENCE;
}

impl PaymentReference {
    /// Key of a reference.
    pub fn key(brand: &BrandId, reference: &Reference) -> Key {
        Key::of::<Self>()
            .text(brand.as_str())
            .text(reference.as_str())
    }
}
