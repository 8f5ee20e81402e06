//! Refusals as statuses: an arm for each says its code, its reason and its metadata.

use tonic::Status;

use super::{invalid, lost_race, not_found, precondition, taken};
use crate::domain::{Refusal, Unknown};
use crate::wire::proto::api::ErrorReason;

/// Reports a command that a rule forbids.
#[expect(
    clippy::too_many_lines,
    reason = "an arm for each refusal: the table of them"
)]
pub(super) fn refused(refusal: Refusal) -> Status {
    use ErrorReason as Reason;
    let message = refusal.to_string();
    let broken = |reason, metadata| precondition(reason, message.clone(), metadata);
    match refusal {
        Refusal::Invalid(violations) => invalid(violations),
        Refusal::NotFound { what, id } => {
            let (reason, kind) = unknown(what);
            not_found(reason, kind, &id)
        }
        Refusal::AlreadyExists { what, id } => taken(Reason::AlreadyExists, message, what, &id),
        Refusal::PostAlreadyRecorded { publication } => taken(
            Reason::PostAlreadyRecorded,
            message,
            "publication",
            &publication,
        ),
        Refusal::PaymentReferenceUsed { position } => taken(
            Reason::PaymentReferenceUsed,
            message,
            "payment",
            &position.to_string(),
        ),
        Refusal::StaleOffer { expected, actual } => {
            lost_race(Reason::StaleOffer, message, expected, actual)
        }
        Refusal::StaleSubmission { expected, actual } => {
            lost_race(Reason::StaleSubmission, message, expected, actual)
        }
        Refusal::StaleObservation { expected, actual } => {
            lost_race(Reason::StaleObservation, message, expected, actual)
        }
        Refusal::ActorNotAllowed { allowed } => broken(
            Reason::ActorNotAllowed,
            vec![("allowed", allowed.to_owned())],
        ),
        Refusal::CampaignState { state, .. } => broken(
            Reason::CampaignState,
            vec![("state", state.name().to_owned())],
        ),
        Refusal::CollaborationState { state, .. } => broken(
            Reason::CollaborationState,
            vec![("state", state.name().to_owned())],
        ),
        Refusal::DeliverableState { state, .. } => broken(
            Reason::DeliverableState,
            vec![("state", state.name().to_owned())],
        ),
        Refusal::CostState { state, .. } => {
            broken(Reason::CostState, vec![("state", state.name().to_owned())])
        }
        Refusal::CampaignIncomplete { missing } => broken(
            Reason::CampaignIncomplete,
            vec![("missing", missing.join(","))],
        ),
        Refusal::LiveWork {
            open_invitations,
            applications,
            live_collaborations,
        } => broken(
            Reason::CampaignHasLiveWork,
            vec![
                ("open_invitations", open_invitations.to_string()),
                ("applications", applications.to_string()),
                ("live_collaborations", live_collaborations.to_string()),
            ],
        ),
        Refusal::BudgetExceeded {
            needed_minor,
            cap_minor,
        } => broken(
            Reason::BudgetExceeded,
            vec![
                ("needed_minor", needed_minor.to_string()),
                ("cap_minor", cap_minor.to_string()),
            ],
        ),
        Refusal::FactsWouldMove { at, timing } => broken(
            Reason::FactsWouldMove,
            vec![("at", at.to_string()), ("timing", timing.name().to_owned())],
        ),
        Refusal::OrdersWouldMove { ordered_at } => broken(
            Reason::FactsWouldMove,
            vec![
                ("at", ordered_at.to_string()),
                ("timing", "ORDER".to_owned()),
            ],
        ),
        Refusal::AccrualEnded { terminated_at } => broken(
            Reason::AccrualEnded,
            vec![("terminated_at", terminated_at.to_string())],
        ),
        Refusal::BudgetBelowCommitted {
            in_use_minor,
            cap_minor,
        } => broken(
            Reason::BudgetBelowCommitted,
            vec![
                ("in_use_minor", in_use_minor.to_string()),
                ("cap_minor", cap_minor.to_string()),
            ],
        ),
        Refusal::CreatorBlocked => broken(Reason::CreatorBlocked, Vec::new()),
        Refusal::CreatorNotBlocked => broken(Reason::CreatorNotBlocked, Vec::new()),
        Refusal::CreatorErased { position } => broken(
            Reason::CreatorErased,
            vec![("position", position.to_string())],
        ),
        Refusal::LegalHold { hold } => {
            broken(Reason::LegalHold, vec![("hold_id", hold.to_string())])
        }
        Refusal::AgreementLive { live } => broken(
            Reason::AgreementLive,
            vec![
                ("campaign_id", live.campaign.to_string()),
                ("collaboration_id", live.collaboration.to_string()),
            ],
        ),
        Refusal::VettingMissing => broken(Reason::VettingMissing, Vec::new()),
        Refusal::AlreadyActive { live } => broken(
            Reason::AlreadyActive,
            vec![("collaboration_id", live.to_string())],
        ),
        Refusal::OfferExpired { expired_at } => broken(
            Reason::OfferExpired,
            vec![("expired_at", expired_at.to_string())],
        ),
        Refusal::OfferNotExpired { expires_at } => broken(
            Reason::OfferNotExpired,
            vec![("expires_at", expires_at.to_string())],
        ),
        Refusal::RevisionLimitReached { limit } => broken(
            Reason::RevisionLimitReached,
            vec![("limit", limit.to_string())],
        ),
        Refusal::DeliverablesOpen { open } => {
            broken(Reason::DeliverablesOpen, vec![("open", open.to_string())])
        }
        Refusal::AlreadyPublished => broken(Reason::AlreadyPublished, Vec::new()),
        Refusal::CodeTaken { holder } => broken(
            Reason::CodeTaken,
            vec![("collaboration_id", holder.to_string())],
        ),
        Refusal::NotAccepted { collaboration } => broken(
            Reason::NotAccepted,
            vec![("collaboration_id", collaboration.to_string())],
        ),
        Refusal::ObservationVoided => broken(Reason::ObservationVoided, Vec::new()),
        Refusal::RefundExceedsOrder {
            refunds_minor,
            order_minor,
        } => broken(
            Reason::RefundExceedsOrder,
            vec![
                ("refunds_minor", refunds_minor.to_string()),
                ("order_minor", order_minor.to_string()),
            ],
        ),
        Refusal::CurrencyMismatch {
            field,
            expected,
            actual,
        } => broken(
            Reason::CurrencyMismatch,
            vec![
                ("field", field.to_owned()),
                ("expected", expected.to_string()),
                ("actual", actual.to_string()),
            ],
        ),
        Refusal::AmountOverflow { field } => {
            broken(Reason::AmountOverflow, vec![("field", field.to_owned())])
        }
        Refusal::PaymentExceedsApproved {
            paid_minor,
            approved_minor,
        } => broken(
            Reason::PaymentExceedsApproved,
            vec![
                ("paid_minor", paid_minor.to_string()),
                ("approved_minor", approved_minor.to_string()),
            ],
        ),
        Refusal::ApprovalExceedsAccrued {
            approved_minor,
            accrued_minor,
        } => broken(
            Reason::ApprovalExceedsAccrued,
            vec![
                ("approved_minor", approved_minor.to_string()),
                ("accrued_minor", accrued_minor.to_string()),
            ],
        ),
        Refusal::AmendmentPending { version } => broken(
            Reason::AmendmentPending,
            vec![("terms_version", version.to_string())],
        ),
        Refusal::NoAmendment => broken(Reason::NoAmendment, Vec::new()),
        Refusal::StaleAmendment { expected, actual } => {
            lost_race(Reason::StaleAmendment, message, expected, actual)
        }
        Refusal::NoGroundToTerminate => broken(Reason::NoGroundToTerminate, Vec::new()),
        Refusal::FlagCleared => broken(Reason::FlagCleared, Vec::new()),
        Refusal::OnHold { hold } => broken(Reason::OnHold, vec![("hold_id", hold.to_string())]),
        Refusal::HoldReleased => broken(Reason::HoldReleased, Vec::new()),
        Refusal::PostRemoved => broken(Reason::PostRemoved, Vec::new()),
        Refusal::PostNotRemoved => broken(Reason::PostNotRemoved, Vec::new()),
        Refusal::ReviewNotDue { due_at } => {
            broken(Reason::ReviewNotDue, vec![("due_at", due_at.to_string())])
        }
        Refusal::ShipmentState { .. } => broken(Reason::ShipmentState, Vec::new()),
        Refusal::DisputeResolved => broken(Reason::DisputeResolved, Vec::new()),
        Refusal::Disputed { dispute } => {
            broken(Reason::Disputed, vec![("dispute_id", dispute.to_string())])
        }
        Refusal::DisputeOpen { open } => {
            broken(Reason::DisputeOpen, vec![("open", open.to_string())])
        }
        Refusal::OrderNotLocked { locks_at } => broken(
            Reason::OrderNotLocked,
            vec![("locks_at", locks_at.to_string())],
        ),
        Refusal::AdjustmentExceedsOrder { left_minor } => broken(
            Reason::AdjustmentExceedsOrder,
            vec![("left_minor", left_minor.to_string())],
        ),
        Refusal::AdjustmentBelowApproved {
            total_minor,
            approved_minor,
        } => broken(
            Reason::AdjustmentBelowApproved,
            vec![
                ("total_minor", total_minor.to_string()),
                ("approved_minor", approved_minor.to_string()),
            ],
        ),
        Refusal::BonusNotReached { reached, at_least } => broken(
            Reason::BonusNotReached,
            vec![
                ("reached", reached.to_string()),
                ("at_least", at_least.to_string()),
            ],
        ),
        Refusal::StaleReport { expected, actual } => {
            lost_race(Reason::StaleReport, message, expected, actual)
        }
        Refusal::ReportUnchanged { revision } => broken(
            Reason::ReportUnchanged,
            vec![("revision", revision.to_string())],
        ),
        Refusal::StaleCost { expected, actual } => {
            lost_race(Reason::StaleCost, message, expected, actual)
        }
        Refusal::PaymentVoided { position } => broken(
            Reason::PaymentVoided,
            vec![("position", position.to_string())],
        ),
        Refusal::CostUnchanged => broken(Reason::CostUnchanged, Vec::new()),
        Refusal::TimeZoneSet { time_zone } => {
            broken(Reason::TimeZoneSet, vec![("time_zone", time_zone.clone())])
        }
        Refusal::EmvModelDefined { version, position } => broken(
            Reason::EmvModelDefined,
            vec![
                ("version", version.clone()),
                ("position", position.to_string()),
            ],
        ),
        Refusal::StalePublication { expected, actual } => {
            lost_race(Reason::StalePublication, message, expected, actual)
        }
        Refusal::PublicationUnchanged => broken(Reason::PublicationUnchanged, Vec::new()),
        Refusal::StaleCorrection { expected, actual } => {
            lost_race(Reason::StaleCorrection, message, expected, actual)
        }
        Refusal::OrderVoided { position } => broken(
            Reason::OrderVoided,
            vec![("position", position.to_string())],
        ),
        Refusal::RefundVoided { position } => broken(
            Reason::RefundVoided,
            vec![("position", position.to_string())],
        ),
        Refusal::TermsNotInForce {
            collaboration,
            ordered_at,
            from,
        } => broken(
            Reason::TermsNotInForce,
            vec![
                ("collaboration_id", collaboration.to_string()),
                ("ordered_at", ordered_at.to_string()),
                ("from", from.to_string()),
            ],
        ),
        Refusal::OrderUnchanged => broken(Reason::OrderUnchanged, Vec::new()),
        Refusal::RateNotMissing => broken(Reason::RateNotMissing, Vec::new()),
        Refusal::LimitReached { collection, limit } => broken(
            Reason::LimitReached,
            vec![
                ("collection", collection.to_owned()),
                ("limit", limit.to_string()),
            ],
        ),
    }
}

fn unknown(what: Unknown) -> (ErrorReason, &'static str) {
    match what {
        Unknown::Campaign => (ErrorReason::CampaignNotFound, "campaign"),
        Unknown::Creator => (ErrorReason::CreatorNotFound, "creator"),
        Unknown::Collaboration => (ErrorReason::CollaborationNotFound, "collaboration"),
        Unknown::Deliverable => (ErrorReason::DeliverableNotFound, "deliverable"),
        Unknown::Publication => (ErrorReason::PublicationNotFound, "publication"),
        Unknown::Observation => (ErrorReason::ObservationNotFound, "observation"),
        Unknown::Order => (ErrorReason::OrderNotFound, "order"),
        Unknown::Cost => (ErrorReason::CostNotFound, "cost line"),
        Unknown::Payment => (ErrorReason::PaymentNotFound, "payment"),
        Unknown::Flag => (ErrorReason::FlagNotFound, "safety flag"),
        Unknown::Hold => (ErrorReason::HoldNotFound, "hold"),
        Unknown::LegalHold => (ErrorReason::HoldNotFound, "legal hold"),
        Unknown::Shipment => (ErrorReason::ShipmentNotFound, "shipment"),
        Unknown::Dispute => (ErrorReason::DisputeNotFound, "dispute"),
        Unknown::Report => (ErrorReason::ReportNotFound, "report"),
        Unknown::Refund => (ErrorReason::RefundNotFound, "refund"),
    }
}
