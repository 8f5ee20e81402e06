//! Requests of the collaboration service about deliverables and their publications.

use crate::domain::limits::MAX_REVISION_REASONS;
use crate::domain::{
    CampaignId, CollaborationId, Command, ContentRef, DeliverableId, DeliverableVerb, PlatformName,
    PublicationId, Publish, Timestamp,
};
use crate::grpc::calls::request::context::{Call, Write};
use crate::wire::fields::{Checked, Fields};
use crate::wire::proto::api;
use crate::wire::values::{
    MAX_NAME_CHARS, MAX_REASON_CHARS, MAX_URL_CHARS, check_share_count, read_rating, read_shares,
    read_time, read_version,
};

const REASONS_RULE: &str = "must have 1 to 20 elements";
/// The ids that name a deliverable.
struct Place {
    campaign: Checked<CampaignId>,
    collaboration: Checked<CollaborationId>,
    deliverable: Checked<DeliverableId>,
}

impl Place {
    fn read(call: &mut Call, campaign: &str, collaboration: &str, deliverable: &str) -> Self {
        Self {
            campaign: call.campaign(campaign),
            collaboration: call.collaboration(collaboration),
            deliverable: call
                .fields
                .parse("deliverable_id", deliverable, DeliverableId::parse),
        }
    }

    fn command(self, verb: Checked<DeliverableVerb>) -> Checked<Command> {
        Ok(Command::Deliverable {
            campaign: self.campaign?,
            collaboration: self.collaboration?,
            deliverable: self.deliverable?,
            verb: verb?,
        })
    }
}

fn read_submission(fields: &mut Fields, version: u32) -> u32 {
    read_version(fields, "submission_version", version)
}

/// Parses `SubmitContent`.
///
/// # Errors
/// Every violation.
pub fn submit_content(mut request: api::SubmitContentRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let place = Place::read(
        &mut call,
        &request.campaign_id,
        &request.collaboration_id,
        &request.deliverable_id,
    );
    let fields = &mut call.fields;
    let reference = fields.personal_line("content_ref", request.content_ref, MAX_URL_CHARS);
    let sha256 = fields.bytes("content_sha256", &request.content_sha256);
    let verb = sha256.map(|sha256| DeliverableVerb::Submit {
        content: ContentRef { reference, sha256 },
    });
    call.finish(place.command(verb))
}

/// Parses `RequestRevision`.
///
/// # Errors
/// Every violation.
pub fn request_revision(mut request: api::RequestRevisionRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let place = Place::read(
        &mut call,
        &request.campaign_id,
        &request.collaboration_id,
        &request.deliverable_id,
    );
    let fields = &mut call.fields;
    let version = read_submission(fields, request.submission_version);
    let count = 1..=MAX_REVISION_REASONS;
    fields.limit(
        "reasons",
        count.contains(&request.reasons.len()),
        REASONS_RULE,
    );
    let reasons = fields.each("reasons", request.reasons, |fields, reason| {
        Ok(fields.personal_note_here(reason, MAX_REASON_CHARS))
    });
    let verb = reasons.map(|reasons| DeliverableVerb::RequestRevision { version, reasons });
    call.finish(place.command(verb))
}

/// Parses `ApproveContent`.
///
/// # Errors
/// Every violation.
pub fn approve_content(mut request: api::ApproveContentRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let place = Place::read(
        &mut call,
        &request.campaign_id,
        &request.collaboration_id,
        &request.deliverable_id,
    );
    let version = read_submission(&mut call.fields, request.submission_version);
    let rating = read_rating(&mut call.fields, request.rating);
    let verb = rating.map(|rating| DeliverableVerb::Approve { version, rating });
    call.finish(place.command(verb))
}

/// Parses `RejectContent`.
///
/// # Errors
/// Every violation.
pub fn reject_content(mut request: api::RejectContentRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let place = Place::read(
        &mut call,
        &request.campaign_id,
        &request.collaboration_id,
        &request.deliverable_id,
    );
    let version = read_submission(&mut call.fields, request.submission_version);
    let reason = call
        .fields
        .personal_note("reason", request.reason, MAX_REASON_CHARS);
    let verb = DeliverableVerb::Reject { version, reason };
    call.finish(place.command(Ok(verb)))
}

/// Parses `RecordPublication`.
///
/// # Errors
/// Every violation.
pub fn record_publication(mut request: api::RecordPublicationRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let place = Place::read(
        &mut call,
        &request.campaign_id,
        &request.collaboration_id,
        &request.deliverable_id,
    );
    let id = &request.publication_id;
    let publication = call.id_or_made("publication_id", id, PublicationId::parse);
    let fields = &mut call.fields;
    let url = fields.matched_line("url", request.url, MAX_URL_CHARS);
    let post_id = fields.matched_line("platform_post_id", request.platform_post_id, MAX_NAME_CHARS);
    let platform_name =
        fields.parse_optional("platform_name", &request.platform_name, PlatformName::parse);
    let published_at = call.past("published_at", request.published_at);
    check_share_count(&mut call.fields, "shares", &request.shares);
    let shares = read_shares(&mut call.fields, "shares", request.shares);
    let verb = publication.and_then(|publication| {
        Ok(DeliverableVerb::Publish(Publish {
            publication,
            url,
            post_id,
            published_at: published_at?,
            followers: request.followers,
            disclosed: request.disclosed,
            shares: shares?,
            platform_name: platform_name?,
        }))
    });
    call.finish(place.command(verb))
}

/// Parses `VerifyPublication`.
///
/// # Errors
/// Every violation.
pub fn verify_publication(mut request: api::VerifyPublicationRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let place = Place::read(
        &mut call,
        &request.campaign_id,
        &request.collaboration_id,
        &request.deliverable_id,
    );
    call.finish(place.command(Ok(DeliverableVerb::Verify)))
}

/// Parses `RescheduleDeadline`.
///
/// # Errors
/// Every violation.
pub fn reschedule_deadline(mut request: api::RescheduleDeadlineRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let place = Place::read(
        &mut call,
        &request.campaign_id,
        &request.collaboration_id,
        &request.deliverable_id,
    );
    let fields = &mut call.fields;
    let due_at = fields.required("due_at", request.due_at, read_time);
    let reason = fields.personal_optional_note("reason", request.reason, MAX_REASON_CHARS);
    let verb = due_at.map(|due_at| DeliverableVerb::Reschedule { due_at, reason });
    call.finish(place.command(verb))
}

/// Parses `WaiveDeliverable`.
///
/// # Errors
/// Every violation.
pub fn waive_deliverable(mut request: api::WaiveDeliverableRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let place = Place::read(
        &mut call,
        &request.campaign_id,
        &request.collaboration_id,
        &request.deliverable_id,
    );
    let reason = call
        .fields
        .personal_note("reason", request.reason, MAX_REASON_CHARS);
    call.finish(place.command(Ok(DeliverableVerb::Waive { reason })))
}
