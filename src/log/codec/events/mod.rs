//! Events, both ways: one file by noun, and here the two tables that name them all.
//!
//! Neither table has a catch-all: a new event does not compile until it can be written and read.

mod campaign;
mod collaboration;
mod creator;
mod deliverable;
mod measurement;
mod revenue;
mod settlement;

pub use creator::read_profile;

use super::fields::{Checked, Fields};
use crate::domain::Event;
use crate::proto::event as wire;
use wire::record::Event as Wire;

/// Reads an event.
pub fn read_event(fields: &mut Fields, event: Wire) -> Checked<Event> {
    match event {
        Wire::CampaignCreated(message) => campaign::read_created(fields, message),
        Wire::CampaignOpened(wire::CampaignOpened {}) => Ok(Event::CampaignOpened),
        Wire::CampaignPaused(wire::CampaignPaused { reason }) => {
            Ok(Event::CampaignPaused { reason })
        }
        Wire::CampaignResumed(wire::CampaignResumed {}) => Ok(Event::CampaignResumed),
        Wire::BudgetAmended(message) => campaign::read_budget_amended(fields, message),
        Wire::CampaignClosed(wire::CampaignClosed {}) => Ok(Event::CampaignClosed),
        Wire::CampaignCancelled(wire::CampaignCancelled { reason }) => {
            Ok(Event::CampaignCancelled { reason })
        }

        Wire::CreatorProfileRecorded(message) => creator::read_profile_recorded(fields, message),
        Wire::CreatorBlocked(wire::CreatorBlocked { reason }) => {
            Ok(Event::CreatorBlocked { reason })
        }
        Wire::CreatorUnblocked(wire::CreatorUnblocked { reason }) => {
            Ok(Event::CreatorUnblocked { reason })
        }

        Wire::CreatorInvited(message) => collaboration::read_invited(fields, message),
        Wire::BriefAccepted(message) => collaboration::read_accepted(fields, message),
        Wire::InvitationDeclined(wire::InvitationDeclined { reason }) => {
            Ok(Event::InvitationDeclined { reason })
        }
        Wire::InvitationWithdrawn(wire::InvitationWithdrawn { reason }) => {
            Ok(Event::InvitationWithdrawn { reason })
        }
        Wire::InvitationExpired(message) => Ok(collaboration::read_expired(fields, &message)),
        Wire::CollaborationCompleted(wire::CollaborationCompleted {}) => {
            Ok(Event::CollaborationCompleted)
        }
        Wire::CollaborationCancelled(message) => collaboration::read_cancelled(fields, message),

        Wire::ContentSubmitted(message) => deliverable::read_submitted(fields, message),
        Wire::RevisionRequested(message) => deliverable::read_revision_requested(fields, message),
        Wire::ContentApproved(message) => deliverable::read_approved(fields, &message),
        Wire::ContentRejected(message) => deliverable::read_rejected(fields, message),
        Wire::PublicationRecorded(message) => deliverable::read_published(fields, message),
        Wire::PublicationVerified(message) => deliverable::read_verified(fields, &message),
        Wire::DeadlineRescheduled(message) => deliverable::read_rescheduled(fields, message),
        Wire::DeliverableWaived(message) => deliverable::read_waived(fields, message),
        Wire::ProductShipped(message) => collaboration::read_shipped(fields, message),

        Wire::EngagementRecorded(message) => measurement::read_recorded(fields, message),
        Wire::EngagementCorrected(message) => measurement::read_corrected(fields, message),
        Wire::EngagementVoided(message) => measurement::read_voided(fields, message),

        Wire::ConversionRecorded(message) => revenue::read_conversion(fields, message),
        Wire::ConversionRejected(message) => revenue::read_conversion_rejected(fields, message),
        Wire::RefundRecorded(message) => revenue::read_refund(fields, message),
        Wire::RefundApplied(message) => revenue::read_refund_applied(fields, message),
        Wire::RefundRejected(message) => revenue::read_refund_rejected(fields, message),

        Wire::CostRecorded(message) => settlement::read_cost(fields, message),
        Wire::CostApproved(message) => settlement::read_cost_approved(fields, &message),
        Wire::CostReversed(message) => settlement::read_cost_reversed(fields, message),
        Wire::PaymentRecorded(message) => settlement::read_payment(fields, message),
    }
}

/// Writes an event.
pub fn write_event(event: &Event) -> Wire {
    match event {
        Event::CampaignCreated { plan } => campaign::write_created(plan),
        Event::CampaignOpened => Wire::CampaignOpened(wire::CampaignOpened {}),
        Event::CampaignPaused { reason } => campaign::write_paused(reason),
        Event::CampaignResumed => Wire::CampaignResumed(wire::CampaignResumed {}),
        Event::BudgetAmended {
            cap,
            previous,
            reason,
        } => campaign::write_budget_amended(*cap, *previous, reason),
        Event::CampaignClosed => Wire::CampaignClosed(wire::CampaignClosed {}),
        Event::CampaignCancelled { reason } => campaign::write_cancelled(reason),

        Event::CreatorProfileRecorded { profile } => creator::write_profile_recorded(profile),
        Event::CreatorBlocked { reason } => creator::write_blocked(reason),
        Event::CreatorUnblocked { reason } => creator::write_unblocked(reason),

        Event::CreatorInvited { offer, previous } => {
            collaboration::write_invited(offer, previous.as_ref())
        }
        Event::BriefAccepted(accepted) => collaboration::write_accepted(accepted),
        Event::InvitationDeclined { reason } => collaboration::write_declined(reason),
        Event::InvitationWithdrawn { reason } => collaboration::write_withdrawn(reason),
        Event::InvitationExpired { offer_version } => collaboration::write_expired(*offer_version),
        Event::CollaborationCompleted => {
            Wire::CollaborationCompleted(wire::CollaborationCompleted {})
        }
        Event::CollaborationCancelled { reason, kill_fee } => {
            collaboration::write_cancelled(reason, *kill_fee)
        }

        Event::ContentSubmitted {
            deliverable,
            version,
            content,
            seconds_late,
        } => deliverable::write_submitted(deliverable, *version, content, *seconds_late),
        Event::RevisionRequested {
            deliverable,
            version,
            reasons,
        } => deliverable::write_revision_requested(deliverable, *version, reasons),
        Event::ContentApproved {
            deliverable,
            version,
            rating,
        } => deliverable::write_approved(deliverable, *version, *rating),
        Event::ContentRejected {
            deliverable,
            version,
            reason,
        } => deliverable::write_rejected(deliverable, *version, reason),
        Event::PublicationRecorded(published) => deliverable::write_published(published),
        Event::PublicationVerified {
            deliverable,
            publication,
        } => deliverable::write_verified(deliverable, publication),
        Event::DeadlineRescheduled {
            deliverable,
            due_at,
            previous,
            reason,
        } => deliverable::write_rescheduled(deliverable, *due_at, *previous, reason),
        Event::DeliverableWaived {
            deliverable,
            reason,
        } => deliverable::write_waived(deliverable, reason),
        Event::ProductShipped {
            shipment,
            product,
            value,
            shipped_at,
        } => collaboration::write_shipped(shipment, product, *value, *shipped_at),

        Event::EngagementRecorded {
            publication,
            observation,
            timing,
        } => measurement::write_recorded(publication, observation, *timing),
        Event::EngagementCorrected {
            publication,
            observation,
            replaces,
            timing,
            reason,
        } => measurement::write_corrected(publication, observation, *replaces, *timing, reason),
        Event::EngagementVoided {
            publication,
            seen,
            replaces,
            timing,
            reason,
        } => measurement::write_voided(publication, *seen, *replaces, *timing, reason),

        Event::ConversionRecorded(conversion) => revenue::write_conversion(conversion),
        Event::ConversionRejected(rejected) => revenue::write_conversion_rejected(rejected),
        Event::RefundRecorded { refund, effect } => revenue::write_refund(refund, effect.as_ref()),
        Event::RefundApplied { refund, effect } => revenue::write_refund_applied(refund, effect),
        Event::RefundRejected { refund, rejection } => {
            revenue::write_refund_rejected(refund, *rejection)
        }

        Event::CostRecorded(cost) => settlement::write_cost(cost),
        Event::CostApproved {
            cost,
            approved_minor,
        } => settlement::write_cost_approved(cost, *approved_minor),
        Event::CostReversed {
            cost,
            reason,
            reporting_minor,
            timing,
        } => settlement::write_cost_reversed(cost, reason, *reporting_minor, *timing),
        Event::PaymentRecorded(payment) => settlement::write_payment(payment),
    }
}
