//! Texts of the commands about an agreement. All are about its creator.

use super::VisitTexts;
use crate::domain::{CampaignId, CollaborationVerb, DigestKind, PersonalField, Terms};

impl CollaborationVerb {
    /// Visits every personal text, empty ones too.
    pub(super) fn each_text(&mut self, campaign: &CampaignId, visit: &mut dyn VisitTexts) {
        match self {
            Self::Invite { terms, .. }
            | Self::SendOffer { terms, .. }
            | Self::Revise { terms, .. } => {
                terms_texts(terms, campaign, visit);
            }
            Self::Apply { message, .. } => {
                visit.text(PersonalField::CreatorAppliedMessage, message);
            }
            Self::RejectApplication { reason } => {
                visit.text(PersonalField::ApplicationRejectedReason, reason);
            }
            Self::Counter { terms, note, .. } => {
                terms_texts(terms, campaign, visit);
                visit.text(PersonalField::OfferCounteredNote, note);
            }
            Self::RejectCounter { reason, .. } => {
                visit.text(PersonalField::CounterRejectedReason, reason);
            }
            Self::AcceptCounter { .. }
            | Self::Accept { .. }
            | Self::AcceptAmendment { .. }
            | Self::Expire { .. }
            | Self::Receive { .. }
            | Self::Complete => {}
            Self::Decline { reason } => visit.text(PersonalField::InvitationDeclinedReason, reason),
            Self::Withdraw { reason } => {
                visit.text(PersonalField::InvitationWithdrawnReason, reason);
            }
            Self::Amend { terms, reason } => {
                terms_texts(terms, campaign, visit);
                visit.text(PersonalField::AmendmentProposedReason, reason);
            }
            Self::RejectAmendment { reason, .. } => {
                visit.text(PersonalField::AmendmentRejectedReason, reason);
            }
            Self::ShipProduct { product, .. } => {
                visit.text(PersonalField::ProductShippedProduct, product);
            }
            Self::Return { reason, .. } => visit.text(PersonalField::ProductReturnedReason, reason),
            Self::Cancel { reason } => {
                visit.text(PersonalField::CollaborationCancelledReason, reason);
            }
            Self::Terminate { reason, .. } => {
                visit.text(PersonalField::CollaborationTerminatedReason, reason);
            }
            Self::PlaceHold(hold) => visit.text(PersonalField::HoldPlacedReason, &mut hold.reason),
            Self::ReleaseHold { reason, .. } => {
                visit.text(PersonalField::HoldReleasedReason, reason);
            }
            Self::Leave { reason } => visit.text(PersonalField::CreatorWithdrewReason, reason),
        }
    }
}

fn terms_texts(terms: &mut Terms, campaign: &CampaignId, visit: &mut dyn VisitTexts) {
    if let Some(code) = &mut terms.attribution.code {
        let kind = DigestKind::Code(campaign);
        visit.matched(PersonalField::AttributionTermsCode, kind, code);
    }
    if let Some(link) = &mut terms.attribution.link {
        visit.text(PersonalField::AttributionTermsLink, link);
    }
    for rights in &mut terms.usage_rights {
        for channel in &mut rights.channels {
            visit.text(PersonalField::UsageRightsChannels, channel);
        }
    }
    if let Some(disclosure) = &mut terms.disclosure
        && let Some(label) = &mut disclosure.required_label
    {
        visit.text(PersonalField::DisclosureTermsRequiredLabel, label);
    }
}
