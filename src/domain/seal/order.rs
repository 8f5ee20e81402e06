//! Texts of the corrections of orders.

use super::VisitText;
use super::creator::evidence_texts;
use crate::domain::{OrderVerb, PersonalField};

impl OrderVerb {
    /// Visits every personal text, empty ones too. A corrected code is no text of its own: it is
    /// compared.
    pub fn each_text(&mut self, visit: &mut VisitText<'_>) {
        match self {
            Self::Correct(correction) => {
                visit(
                    PersonalField::ConversionCorrectedReason,
                    &mut correction.reason,
                );
            }
            Self::Void {
                expected: _,
                reason,
            } => visit(PersonalField::ConversionVoidedReason, reason),
            Self::Reattribute {
                expected: _,
                shares: _,
                evidence,
                reason,
            } => {
                visit(PersonalField::ConversionReattributedReason, reason);
                evidence_texts(evidence, visit);
            }
            Self::VoidRefund { refund: _, reason } => {
                visit(PersonalField::RefundVoidedReason, reason);
            }
            Self::SupplyRate { fx_rate: _ } => {}
        }
    }
}
