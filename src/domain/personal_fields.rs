//! The personal fields of the log: one table, held by a test against the option of the protos.
//!
//! A sealed text carries the number of its field, because the nonce is derived from it. So numbers
//! are never used again, and new fields come last.

use std::sync::LazyLock;

use sha2::{Digest as _, Sha256};

/// Bytes of a nonce.
const NONCE_BYTES: usize = 12;

/// Makes the table: `Name = number, "message" number of the field "field";`.
macro_rules! personal_fields {
    ($( $name:ident = $number:literal, $message:literal $tag:literal $field:literal; )+) => {
        /// A personal field of the log.
        #[derive(
            Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug,
            serde::Serialize, serde::Deserialize,
        )]
        #[serde(try_from = "u16", into = "u16")]
        #[repr(u16)]
        pub enum PersonalField {
            $( #[doc = concat!("`", $message, ".", $field, "`.")] $name = $number, )+
        }

        impl PersonalField {
            /// Every field, in the order of the table.
            pub const ALL: &'static [Self] = &[$( Self::$name, )+];

            /// Finds the field of a number.
            pub const fn from_number(number: u16) -> Option<Self> {
                match number {
                    $( $number => Some(Self::$name), )+
                    _ => None,
                }
            }

            /// Returns the full name of its message.
            pub const fn message(self) -> &'static str {
                match self { $( Self::$name => $message, )+ }
            }

            /// Returns its name in the message.
            pub const fn field(self) -> &'static str {
                match self { $( Self::$name => $field, )+ }
            }

            /// Returns its number in the message.
            pub const fn field_number(self) -> u32 {
                match self { $( Self::$name => $tag, )+ }
            }
        }
    };
}

personal_fields! {
    CreatorProfileRecordedLocality = 1, "campaign.ledger.event.v1.CreatorProfileRecorded" 3 "locality";
    CreatorProfileRecordedDisplayName = 2, "campaign.ledger.event.v1.CreatorProfileRecorded" 4 "display_name";
    CreatorHandleHandle = 3, "campaign.ledger.event.v1.CreatorHandle" 2 "handle";
    CreatorBlockedReason = 4, "campaign.ledger.event.v1.CreatorBlocked" 1 "reason";
    CreatorUnblockedReason = 5, "campaign.ledger.event.v1.CreatorUnblocked" 1 "reason";
    SafetyFlagRaisedNote = 6, "campaign.ledger.event.v1.SafetyFlagRaised" 5 "note";
    SafetyFlagClearedReason = 7, "campaign.ledger.event.v1.SafetyFlagCleared" 2 "reason";
    InvitationDeclinedReason = 8, "campaign.ledger.event.v1.InvitationDeclined" 1 "reason";
    InvitationWithdrawnReason = 9, "campaign.ledger.event.v1.InvitationWithdrawn" 1 "reason";
    CollaborationCancelledReason = 10, "campaign.ledger.event.v1.CollaborationCancelled" 1 "reason";
    CollaborationTerminatedReason = 11, "campaign.ledger.event.v1.CollaborationTerminated" 1 "reason";
    HoldPlacedReason = 12, "campaign.ledger.event.v1.HoldPlaced" 4 "reason";
    HoldReleasedReason = 13, "campaign.ledger.event.v1.HoldReleased" 2 "reason";
    CreatorAppliedMessage = 14, "campaign.ledger.event.v1.CreatorApplied" 1 "message";
    ApplicationRejectedReason = 15, "campaign.ledger.event.v1.ApplicationRejected" 1 "reason";
    OfferCounteredNote = 16, "campaign.ledger.event.v1.OfferCountered" 5 "note";
    CounterRejectedReason = 17, "campaign.ledger.event.v1.CounterRejected" 2 "reason";
    AmendmentProposedReason = 18, "campaign.ledger.event.v1.AmendmentProposed" 3 "reason";
    AmendmentRejectedReason = 19, "campaign.ledger.event.v1.AmendmentRejected" 2 "reason";
    CreatorWithdrewReason = 20, "campaign.ledger.event.v1.CreatorWithdrew" 1 "reason";
    ContentSubmittedContentRef = 21, "campaign.ledger.event.v1.ContentSubmitted" 3 "content_ref";
    RevisionRequestedReasons = 22, "campaign.ledger.event.v1.RevisionRequested" 3 "reasons";
    ContentRejectedReason = 23, "campaign.ledger.event.v1.ContentRejected" 3 "reason";
    PublicationRecordedUrl = 24, "campaign.ledger.event.v1.PublicationRecorded" 4 "url";
    PublicationRecordedPlatformPostId = 25, "campaign.ledger.event.v1.PublicationRecorded" 5 "platform_post_id";
    PostRemovedReason = 26, "campaign.ledger.event.v1.PostRemoved" 5 "reason";
    DisclosureCheckedRequiredLabel = 27, "campaign.ledger.event.v1.DisclosureChecked" 6 "required_label";
    DisclosureCheckedLabelFound = 28, "campaign.ledger.event.v1.DisclosureChecked" 7 "label_found";
    DisclosureCheckedEvidence = 29, "campaign.ledger.event.v1.DisclosureChecked" 9 "evidence";
    DeadlineRescheduledReason = 30, "campaign.ledger.event.v1.DeadlineRescheduled" 4 "reason";
    DeliverableWaivedReason = 31, "campaign.ledger.event.v1.DeliverableWaived" 2 "reason";
    ProductShippedProduct = 32, "campaign.ledger.event.v1.ProductShipped" 2 "product";
    ProductReturnedReason = 33, "campaign.ledger.event.v1.ProductReturned" 3 "reason";
    EngagementCorrectedReason = 34, "campaign.ledger.event.v1.EngagementCorrected" 10 "reason";
    EngagementVoidedReason = 35, "campaign.ledger.event.v1.EngagementVoided" 8 "reason";
    ConversionRecordedCode = 36, "campaign.ledger.event.v1.ConversionRecorded" 12 "code";
    ConversionRejectedCode = 37, "campaign.ledger.event.v1.ConversionRejected" 10 "code";
    CostRecordedNote = 38, "campaign.ledger.event.v1.CostRecorded" 7 "note";
    CostReversedReason = 39, "campaign.ledger.event.v1.CostReversed" 2 "reason";
    PaymentRecordedExternalReference = 40, "campaign.ledger.event.v1.PaymentRecorded" 4 "external_reference";
    CostAdjustedReason = 41, "campaign.ledger.event.v1.CostAdjusted" 4 "reason";
    CostWithheldReason = 42, "campaign.ledger.event.v1.CostWithheld" 2 "reason";
    CostReleasedReason = 43, "campaign.ledger.event.v1.CostReleased" 2 "reason";
    TaxRecordedCertificate = 44, "campaign.ledger.event.v1.TaxRecorded" 8 "certificate";
    DisputeOpenedReason = 45, "campaign.ledger.event.v1.DisputeOpened" 3 "reason";
    DisputeOpenedEvidence = 46, "campaign.ledger.event.v1.DisputeOpened" 4 "evidence";
    DisputeResolvedReason = 47, "campaign.ledger.event.v1.DisputeResolved" 5 "reason";
    ConversionAdjustedReason = 48, "campaign.ledger.event.v1.ConversionAdjusted" 6 "reason";
    OnBehalfOfReason = 49, "campaign.ledger.type.v1.OnBehalfOf" 2 "reason";
    AttributionTermsCode = 50, "campaign.ledger.type.v1.AttributionTerms" 2 "code";
    AttributionTermsLink = 51, "campaign.ledger.type.v1.AttributionTerms" 3 "link";
    UsageRightsChannels = 52, "campaign.ledger.type.v1.UsageRights" 3 "channels";
    DisclosureTermsRequiredLabel = 53, "campaign.ledger.type.v1.DisclosureTerms" 2 "required_label";
    EvidenceReference = 54, "campaign.ledger.type.v1.Evidence" 1 "reference";
    EvidenceNote = 55, "campaign.ledger.type.v1.Evidence" 3 "note";
    AssessmentNote = 56, "campaign.ledger.type.v1.Assessment" 5 "note";
    ArbiterName = 57, "campaign.ledger.type.v1.Arbiter" 1 "name";
    PaymentVoidedReason = 58, "campaign.ledger.event.v1.PaymentVoided" 7 "reason";
    CostCorrectedNote = 59, "campaign.ledger.event.v1.CostCorrected" 9 "note";
    CostCorrectedReason = 60, "campaign.ledger.event.v1.CostCorrected" 11 "reason";
    ConversionCorrectedCode = 61, "campaign.ledger.event.v1.ConversionCorrected" 12 "code";
    ConversionCorrectedReason = 62, "campaign.ledger.event.v1.ConversionCorrected" 18 "reason";
    ConversionVoidedReason = 63, "campaign.ledger.event.v1.ConversionVoided" 7 "reason";
    ConversionReattributedReason = 64, "campaign.ledger.event.v1.ConversionReattributed" 10 "reason";
    RefundVoidedReason = 65, "campaign.ledger.event.v1.RefundVoided" 6 "reason";
    CreatorProfileRecordedContact = 77, "campaign.ledger.event.v1.CreatorProfileRecorded" 6 "contact";
    PublicationCorrectedReason = 76, "campaign.ledger.event.v1.PublicationCorrected" 6 "reason";
}

impl PersonalField {
    /// Returns the number that sealed texts carry.
    pub const fn number(self) -> u16 {
        self as u16
    }

    /// Returns the nonce of the field: from the names of message and field number, and from nothing
    /// else, so that the same text of the same person in the same field is sealed to the same bytes.
    pub fn nonce(self) -> [u8; NONCE_BYTES] {
        NONCES[usize::from(self.number())]
    }

    fn made_nonce(self) -> [u8; NONCE_BYTES] {
        let hash = Sha256::new()
            .chain_update(self.message())
            .chain_update(self.field_number().to_be_bytes())
            .finalize();
        let mut nonce = [0; NONCE_BYTES];
        nonce.copy_from_slice(&hash[..NONCE_BYTES]);
        nonce
    }
}

/// The nonces by number, because every text that is sealed or opened takes one.
static NONCES: LazyLock<Vec<[u8; NONCE_BYTES]>> = LazyLock::new(|| {
    let last = PersonalField::ALL.iter().map(|field| field.number()).max();
    let nonce = |number| {
        PersonalField::from_number(number).map_or_else(<_>::default, PersonalField::made_nonce)
    };
    (0..=last.unwrap_or(0)).map(nonce).collect()
});

impl From<PersonalField> for u16 {
    fn from(field: PersonalField) -> Self {
        field.number()
    }
}

impl TryFrom<u16> for PersonalField {
    type Error = &'static str;

    fn try_from(number: u16) -> Result<Self, Self::Error> {
        Self::from_number(number).ok_or("is no personal field")
    }
}
