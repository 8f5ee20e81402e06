//! Requests of the collaboration service about the negotiation and about amendments of its terms.

use super::Place;
use crate::domain::{CollaborationVerb, CreatorId, Timestamp};
use crate::grpc::calls::request::context::{Call, Write};
use crate::wire::proto::api;
use crate::wire::terms::read_terms;
use crate::wire::values::{MAX_REASON_CHARS, read_payable_amount, read_time, read_version};

/// Longest message or note of a creator, in characters: a page.
const MAX_NOTE_CHARS: usize = 2_000;

/// Parses `ApplyToCampaign`.
///
/// # Errors
/// Every violation.
pub fn apply_to_campaign(mut request: api::ApplyToCampaignRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let place = Place::new(&mut call, &request.campaign_id, &request.collaboration_id);
    let fields = &mut call.fields;
    let creator = fields.parse("creator_id", &request.creator_id, CreatorId::parse);
    let message = fields.personal_optional_note("message", request.message, MAX_NOTE_CHARS);
    let fee = fields.optional("fee", request.fee, read_payable_amount);
    let verb = creator.and_then(|creator| {
        Ok(CollaborationVerb::Apply {
            creator,
            message,
            fee: fee?,
        })
    });
    call.finish(place.command(verb))
}

/// Parses `SendOffer`.
///
/// # Errors
/// Every violation.
pub fn send_offer(mut request: api::SendOfferRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let place = Place::read(&mut call, &request.campaign_id, &request.collaboration_id);
    let fields = &mut call.fields;
    let terms = fields.required("terms", request.terms, read_terms);
    let expires_at = fields.required("expires_at", request.expires_at, read_time);
    let verb = terms.and_then(|terms| {
        Ok(CollaborationVerb::SendOffer {
            terms,
            expires_at: expires_at?,
        })
    });
    call.finish(place.command(verb))
}

/// Parses `RejectApplication`.
///
/// # Errors
/// Every violation.
pub fn reject_application(mut request: api::RejectApplicationRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let place = Place::read(&mut call, &request.campaign_id, &request.collaboration_id);
    let reason = call
        .fields
        .personal_optional_note("reason", request.reason, MAX_REASON_CHARS);
    let verb = CollaborationVerb::RejectApplication { reason };
    call.finish(place.command(Ok(verb)))
}

/// Parses `CounterOffer`.
///
/// # Errors
/// Every violation.
pub fn counter_offer(mut request: api::CounterOfferRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let place = Place::read(&mut call, &request.campaign_id, &request.collaboration_id);
    let fields = &mut call.fields;
    let offer_version = read_version(fields, "offer_version", request.offer_version);
    let terms = fields.required("terms", request.terms, read_terms);
    let expires_at = fields.optional("expires_at", request.expires_at, read_time);
    let note = fields.personal_optional_note("note", request.note, MAX_NOTE_CHARS);
    let verb = terms.and_then(|terms| {
        Ok(CollaborationVerb::Counter {
            offer_version,
            terms,
            expires_at: expires_at?,
            note,
        })
    });
    call.finish(place.command(verb))
}

/// Parses `ReviseOffer`.
///
/// # Errors
/// Every violation.
pub fn revise_offer(mut request: api::ReviseOfferRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let place = Place::read(&mut call, &request.campaign_id, &request.collaboration_id);
    let fields = &mut call.fields;
    let offer_version = read_version(fields, "offer_version", request.offer_version);
    let terms = fields.required("terms", request.terms, read_terms);
    let expires_at = fields.required("expires_at", request.expires_at, read_time);
    let verb = terms.and_then(|terms| {
        Ok(CollaborationVerb::Revise {
            offer_version,
            terms,
            expires_at: expires_at?,
        })
    });
    call.finish(place.command(verb))
}

/// Parses `AcceptCounter`.
///
/// # Errors
/// Every violation.
pub fn accept_counter(mut request: api::AcceptCounterRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let place = Place::read(&mut call, &request.campaign_id, &request.collaboration_id);
    let offer_version = read_version(&mut call.fields, "offer_version", request.offer_version);
    let verb = CollaborationVerb::AcceptCounter { offer_version };
    call.finish(place.command(Ok(verb)))
}

/// Parses `RejectCounter`.
///
/// # Errors
/// Every violation.
pub fn reject_counter(mut request: api::RejectCounterRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let place = Place::read(&mut call, &request.campaign_id, &request.collaboration_id);
    let fields = &mut call.fields;
    let offer_version = read_version(fields, "offer_version", request.offer_version);
    let reason = fields.personal_optional_note("reason", request.reason, MAX_REASON_CHARS);
    let verb = CollaborationVerb::RejectCounter {
        offer_version,
        reason,
    };
    call.finish(place.command(Ok(verb)))
}

/// Parses `AmendTerms`.
///
/// # Errors
/// Every violation.
pub fn amend_terms(mut request: api::AmendTermsRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let place = Place::read(&mut call, &request.campaign_id, &request.collaboration_id);
    let fields = &mut call.fields;
    let terms = fields.required("terms", request.terms, read_terms);
    let reason = fields.personal_note("reason", request.reason, MAX_REASON_CHARS);
    let verb = terms.map(|terms| CollaborationVerb::Amend { terms, reason });
    call.finish(place.command(verb))
}

/// Parses `AcceptAmendment`.
///
/// # Errors
/// Every violation.
pub fn accept_amendment(mut request: api::AcceptAmendmentRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let place = Place::read(&mut call, &request.campaign_id, &request.collaboration_id);
    let terms_version = read_version(&mut call.fields, "terms_version", request.terms_version);
    let verb = CollaborationVerb::AcceptAmendment { terms_version };
    call.finish(place.command(Ok(verb)))
}

/// Parses `RejectAmendment`.
///
/// # Errors
/// Every violation.
pub fn reject_amendment(mut request: api::RejectAmendmentRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let place = Place::read(&mut call, &request.campaign_id, &request.collaboration_id);
    let fields = &mut call.fields;
    let terms_version = read_version(fields, "terms_version", request.terms_version);
    let reason = fields.personal_optional_note("reason", request.reason, MAX_REASON_CHARS);
    let verb = CollaborationVerb::RejectAmendment {
        terms_version,
        reason,
    };
    call.finish(place.command(Ok(verb)))
}

/// Parses `WithdrawFromCampaign`.
///
/// # Errors
/// Every violation.
pub fn withdraw_from_campaign(
    mut request: api::WithdrawFromCampaignRequest,
    now: Timestamp,
) -> Write {
    let mut call = Call::begin(&mut request, now);
    let place = Place::read(&mut call, &request.campaign_id, &request.collaboration_id);
    let reason = call
        .fields
        .personal_note("reason", request.reason, MAX_REASON_CHARS);
    let verb = CollaborationVerb::Leave { reason };
    call.finish(place.command(Ok(verb)))
}
