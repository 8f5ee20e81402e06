//! Commands that correct orders.

use crate::domain::{
    ConversionType, Evidence, FxRate, LinkTouch, Matched, Money, PersonalText, Position, RefundId,
    Share,
};

/// Corrections of an order.
#[derive(Clone, PartialEq, Debug)]
#[expect(
    missing_docs,
    reason = "the request message of the same name in v1 documents each field"
)]
pub enum OrderVerb {
    Correct(ConversionCorrection),
    Void {
        expected: Position,
        reason: PersonalText,
    },
    Reattribute {
        expected: Position,
        shares: Vec<Share>,
        evidence: Vec<Evidence>,
        reason: PersonalText,
    },
    VoidRefund {
        refund: RefundId,
        reason: PersonalText,
    },
    SupplyRate {
        fx_rate: FxRate,
    },
}

/// What a correction says of a value.
#[derive(Clone, PartialEq, Debug)]
pub enum Patch<T> {
    /// It stays.
    Keep,
    /// There is none.
    Clear,
    /// It is this.
    Set(T),
}

impl<T: Clone> Patch<T> {
    pub(super) fn of(&self, before: Option<T>) -> Option<T> {
        match self {
            Self::Keep => before,
            Self::Clear => None,
            Self::Set(now) => Some(now.clone()),
        }
    }

    pub(super) fn is_said(&self) -> bool {
        match self {
            Self::Keep => false,
            Self::Clear | Self::Set(_) => true,
        }
    }
}

/// What is corrected of an order; what is `None` or kept stays.
#[derive(Clone, PartialEq, Debug)]
#[expect(
    missing_docs,
    reason = "the request message of the same name in v1 documents each field"
)]
pub struct ConversionCorrection {
    pub expected: Position,
    pub value: Patch<Money>,
    pub quantity: Option<u32>,
    pub kind: Option<ConversionType>,
    pub touches: Patch<Vec<LinkTouch>>,
    pub code: Patch<Matched>,
    pub fx_rate: Option<FxRate>,
    pub reason: PersonalText,
}
