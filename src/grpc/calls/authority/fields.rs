//! Who sees which personal text: who may write it, and `privacy`.

use crate::domain::PersonalField;
use crate::identity::{Role, Roles};

/// Returns the roles that see a personal field opened, besides `privacy` and `admin`.
pub const fn writers(field: PersonalField) -> &'static [Role] {
    use PersonalField as F;
    use Role::{Creator, Manager, Measurer, Privacy, Settler};
    match field {
        F::CreatorProfileRecordedLocality
        | F::CreatorProfileRecordedDisplayName
        | F::CreatorProfileRecordedContact
        | F::CreatorHandleHandle
        | F::CreatorBlockedReason
        | F::CreatorUnblockedReason
        | F::SafetyFlagRaisedNote
        | F::SafetyFlagClearedReason
        | F::AssessmentNote
        | F::InvitationWithdrawnReason
        | F::CollaborationTerminatedReason
        | F::HoldPlacedReason
        | F::HoldReleasedReason => &[Manager],
        F::InvitationDeclinedReason
        | F::CollaborationCancelledReason
        | F::CreatorAppliedMessage
        | F::ApplicationRejectedReason
        | F::OfferCounteredNote
        | F::CounterRejectedReason
        | F::AmendmentProposedReason
        | F::AmendmentRejectedReason
        | F::CreatorWithdrewReason
        | F::ContentSubmittedContentRef
        | F::RevisionRequestedReasons
        | F::ContentRejectedReason
        | F::DeadlineRescheduledReason
        | F::DeliverableWaivedReason
        | F::ProductShippedProduct
        | F::ProductReturnedReason
        | F::UsageRightsChannels
        | F::DisclosureTermsRequiredLabel => &[Manager, Creator],
        F::PublicationRecordedUrl
        | F::PublicationRecordedPlatformPostId
        | F::AttributionTermsCode
        | F::AttributionTermsLink => &[Manager, Creator, Measurer],
        F::PostRemovedReason
        | F::DisclosureCheckedRequiredLabel
        | F::DisclosureCheckedLabelFound
        | F::DisclosureCheckedEvidence
        | F::PublicationCorrectedReason => &[Manager, Measurer],
        F::EngagementCorrectedReason | F::EngagementVoidedReason => &[Measurer, Creator],
        F::ConversionRecordedCode
        | F::ConversionRejectedCode
        | F::ConversionAdjustedReason
        | F::ConversionCorrectedCode
        | F::ConversionCorrectedReason
        | F::ConversionVoidedReason
        | F::ConversionReattributedReason
        | F::RefundVoidedReason => &[Measurer],
        F::CostRecordedNote
        | F::CostReversedReason
        | F::PaymentRecordedExternalReference
        | F::CostAdjustedReason
        | F::CostWithheldReason
        | F::CostReleasedReason
        | F::TaxRecordedCertificate
        | F::DisputeResolvedReason
        | F::ArbiterName
        | F::PaymentVoidedReason
        | F::CostCorrectedNote
        | F::CostCorrectedReason => &[Settler],
        F::DisputeOpenedReason | F::DisputeOpenedEvidence => &[Settler, Creator],
        F::EvidenceReference | F::EvidenceNote => &[Manager, Measurer],
        F::OnBehalfOfReason => &[Manager, Measurer, Settler, Creator, Privacy],
    }
}

/// Returns whether somebody with these roles sees a personal field opened.
pub fn sees(roles: Roles, field: PersonalField) -> bool {
    let seeing = writers(field).iter().copied();
    let seeing: Roles = seeing.chain([Role::Privacy, Role::Admin]).collect();
    roles.has_any(seeing)
}
