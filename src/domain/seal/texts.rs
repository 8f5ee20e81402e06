//! The personal texts of a request, and of the commands that are about posts, orders, money and
//! disputes.

use super::deliverable::place_texts;
use super::{TextScope, VisitTexts};
use crate::domain::{
    Command, CostVerb, DigestKind, DisputeVerb, EngagementVerb, PersonalField, PublicationVerb,
    Request, Venue,
};

impl Request {
    /// Visits every personal text, empty ones too.
    pub fn each_text(&mut self, scope: &TextScope, visit: &mut dyn VisitTexts) {
        let promised = scope.venue.as_ref();
        if let Some(other) = &mut self.on_behalf_of {
            visit.text(PersonalField::OnBehalfOfReason, &mut other.reason);
        }
        match &mut self.command {
            // Texts of a campaign are about nobody.
            Command::Campaign { .. }
            | Command::Brand { .. }
            | Command::RecordRefund { .. }
            | Command::LockOrder { .. }
            | Command::SettleRefunds { .. } => {}
            Command::Creator { verb, .. } => verb.each_text(visit),
            Command::Collaboration { campaign, verb, .. } => verb.each_text(campaign, visit),
            Command::Deliverable { verb, .. } => verb.each_text(promised, visit),
            Command::Publication { verb, .. } => verb.each_text(promised, visit),
            Command::Engagement { verb, .. } => verb.each_text(visit),
            Command::RecordConversion { campaign, claim } => {
                if let Some(code) = &mut claim.code {
                    let kind = DigestKind::Code(campaign);
                    visit.matched(PersonalField::ConversionRecordedCode, kind, code);
                }
            }
            Command::AdjustConversion { adjustment } => {
                visit.text(
                    PersonalField::ConversionAdjustedReason,
                    &mut adjustment.reason,
                );
            }
            Command::Order { verb, .. } => verb.each_text(scope.campaign.as_ref(), visit),
            Command::Cost { verb, .. } => verb.each_text(visit),
            Command::Dispute { verb, .. } => verb.each_text(visit),
        }
    }

    /// Returns whether there may be a personal text: most commands of a busy ledger have none.
    pub fn may_have_texts(&self) -> bool {
        let is_plain = match &self.command {
            Command::Campaign { .. }
            | Command::Brand { .. }
            | Command::RecordRefund { .. }
            | Command::LockOrder { .. }
            | Command::SettleRefunds { .. }
            | Command::Engagement {
                verb: EngagementVerb::Record { .. },
                ..
            } => true,
            Command::RecordConversion { claim, .. } => claim.code.is_none(),
            Command::Creator { .. }
            | Command::Collaboration { .. }
            | Command::Deliverable { .. }
            | Command::Publication { .. }
            | Command::Engagement { .. }
            | Command::AdjustConversion { .. }
            | Command::Order { .. }
            | Command::Cost { .. }
            | Command::Dispute { .. } => false,
        };
        self.on_behalf_of.is_some() || !is_plain
    }
}

impl PublicationVerb {
    fn each_text(&mut self, promised: Option<&Venue>, visit: &mut dyn VisitTexts) {
        match self {
            Self::Remove { reason, .. } => visit.text(PersonalField::PostRemovedReason, reason),
            Self::Restore { .. } => {}
            Self::Correct(correction) => {
                let name = correction.platform_name.as_ref();
                let (url, id) = (correction.url.as_mut(), correction.post_id.as_mut());
                place_texts(name, url, id, promised, visit);
                visit.text(
                    PersonalField::PublicationCorrectedReason,
                    &mut correction.reason,
                );
            }
            Self::CheckDisclosure { found } => {
                if let Some(label) = &mut found.label {
                    visit.text(PersonalField::DisclosureCheckedLabelFound, label);
                }
                visit.text(
                    PersonalField::DisclosureCheckedEvidence,
                    &mut found.evidence,
                );
            }
        }
    }
}

impl EngagementVerb {
    fn each_text(&mut self, visit: &mut dyn VisitTexts) {
        match self {
            Self::Record { .. } => {}
            Self::Correct { reason, .. } => {
                visit.text(PersonalField::EngagementCorrectedReason, reason);
            }
            Self::Void { reason, .. } => visit.text(PersonalField::EngagementVoidedReason, reason),
        }
    }
}

impl CostVerb {
    fn each_text(&mut self, visit: &mut dyn VisitTexts) {
        match self {
            Self::Record { note, .. } => visit.text(PersonalField::CostRecordedNote, note),
            Self::Approve { .. } | Self::AccrueBonus { .. } | Self::SupplyRate { .. } => {}
            Self::Reverse { reason } => visit.text(PersonalField::CostReversedReason, reason),
            Self::Pay { reference, .. } => visit.matched(
                PersonalField::PaymentRecordedExternalReference,
                DigestKind::PaymentReference,
                reference,
            ),
            Self::Adjust { reason, .. } => visit.text(PersonalField::CostAdjustedReason, reason),
            Self::Withhold { reason } => visit.text(PersonalField::CostWithheldReason, reason),
            Self::Release { reason } => visit.text(PersonalField::CostReleasedReason, reason),
            Self::RecordTax(tax) => {
                visit.text(PersonalField::TaxRecordedCertificate, &mut tax.certificate);
            }
            Self::VoidPayment { reason, .. } => {
                visit.text(PersonalField::PaymentVoidedReason, reason);
            }
            Self::Correct(correction) => {
                if let Some(note) = &mut correction.note {
                    visit.text(PersonalField::CostCorrectedNote, note);
                }
                visit.text(PersonalField::CostCorrectedReason, &mut correction.reason);
            }
        }
    }
}

impl DisputeVerb {
    fn each_text(&mut self, visit: &mut dyn VisitTexts) {
        match self {
            Self::Open {
                subject: _,
                reason,
                evidence,
            } => {
                visit.text(PersonalField::DisputeOpenedReason, reason);
                for one in evidence {
                    visit.text(PersonalField::DisputeOpenedEvidence, one);
                }
            }
            Self::Resolve(resolution) => {
                visit.text(PersonalField::DisputeResolvedReason, &mut resolution.reason);
                if let Some(arbiter) = &mut resolution.arbiter {
                    visit.text(PersonalField::ArbiterName, &mut arbiter.name);
                }
            }
        }
    }
}
