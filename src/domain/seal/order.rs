//! Texts of the corrections of orders.

use super::VisitTexts;
use super::creator::evidence_texts;
use crate::domain::{CampaignId, DigestKind, OrderVerb, Patch, PersonalField};

impl OrderVerb {
    /// Visits every personal text, empty ones too. A corrected code is compared with those of the
    /// campaign of its order, so it is sealed as they are.
    pub(super) fn each_text(&mut self, campaign: Option<&CampaignId>, visit: &mut dyn VisitTexts) {
        match self {
            Self::Correct(correction) => {
                if let (Patch::Set(code), Some(campaign)) = (&mut correction.code, campaign) {
                    let kind = DigestKind::Code(campaign);
                    visit.matched(PersonalField::ConversionRecordedCode, kind, code);
                }
                visit.text(
                    PersonalField::ConversionCorrectedReason,
                    &mut correction.reason,
                );
            }
            Self::Void {
                expected: _,
                reason,
            } => visit.text(PersonalField::ConversionVoidedReason, reason),
            Self::Reattribute {
                expected: _,
                shares: _,
                evidence,
                reason,
            } => {
                visit.text(PersonalField::ConversionReattributedReason, reason);
                evidence_texts(evidence, visit);
            }
            Self::VoidRefund { refund: _, reason } => {
                visit.text(PersonalField::RefundVoidedReason, reason);
            }
            Self::SupplyRate { fx_rate: _ } => {}
        }
    }
}
