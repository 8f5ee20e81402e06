//! Requests of the collaboration service about holds, and about termination.

use super::Place;
use crate::domain::{
    CollaborationRef, CollaborationVerb, DeliverableId, FlagId, HoldId, HoldPlaced, Timestamp,
};
use crate::grpc::calls::request::Read;
use crate::grpc::calls::request::context::{Call, Write};
use crate::grpc::calls::request::page::{Page, When, read_collaboration, read_page, read_when};
use crate::log::codec::events::read_ground;
use crate::wire::fields::{Fields, Origin};
use crate::wire::proto::api;
use crate::wire::values::MAX_REASON_CHARS;

/// Parses `TerminateCollaboration`.
///
/// # Errors
/// Every violation.
pub fn terminate_collaboration(
    mut request: api::TerminateCollaborationRequest,
    now: Timestamp,
) -> Write {
    let mut call = Call::begin(&mut request, now);
    let place = Place::read(&mut call, &request.campaign_id, &request.collaboration_id);
    let reason = call
        .fields
        .personal_note("reason", request.reason, MAX_REASON_CHARS);
    let ground = read_ground(&mut call.fields, &request.flag_id, &request.dispute_id);
    let verb = ground.map(|ground| CollaborationVerb::Terminate { reason, ground });
    call.finish(place.command(verb))
}

/// Parses `PlaceHold`.
///
/// # Errors
/// Every violation.
pub fn place_hold(mut request: api::PlaceHoldRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let place = Place::read(&mut call, &request.campaign_id, &request.collaboration_id);
    let hold = call.id_or_made("hold_id", &request.hold_id, HoldId::parse);
    let fields = &mut call.fields;
    let deliverable = fields.parse_optional(
        "deliverable_id",
        &request.deliverable_id,
        DeliverableId::parse,
    );
    let flag = fields.parse_optional("flag_id", &request.flag_id, FlagId::parse);
    let reason = fields.personal_note("reason", request.reason, MAX_REASON_CHARS);
    let verb = hold.and_then(|hold| {
        Ok(CollaborationVerb::PlaceHold(HoldPlaced {
            hold,
            deliverable: deliverable?,
            flag: flag?,
            reason,
        }))
    });
    call.finish(place.command(verb))
}

/// Parses `ReleaseHold`.
///
/// # Errors
/// Every violation.
pub fn release_hold(mut request: api::ReleaseHoldRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let place = Place::read(&mut call, &request.campaign_id, &request.collaboration_id);
    let fields = &mut call.fields;
    let hold = fields.parse("hold_id", &request.hold_id, HoldId::parse);
    let reason = fields.personal_optional_note("reason", request.reason, MAX_REASON_CHARS);
    let verb = hold.map(|hold| CollaborationVerb::ReleaseHold { hold, reason });
    call.finish(place.command(verb))
}

/// Asks for the holds of a collaboration.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HoldsQuery {
    /// Whose.
    pub collaboration: CollaborationRef,
    /// Only those that are on, or only released ones.
    pub open: Option<bool>,
    /// Which part.
    pub page: Page,
    /// As of when.
    pub when: When,
}

/// Parses `ListHolds`.
///
/// # Errors
/// Every violation.
pub fn list_holds(request: api::ListHoldsRequest) -> Read<HoldsQuery> {
    let mut fields = Fields::new(Origin::Call);
    let when = read_when(&mut fields, request.min_position, request.as_of);
    let collaboration = read_collaboration(
        &mut fields,
        &request.brand_id,
        &request.campaign_id,
        &request.collaboration_id,
    );
    let page = read_page(&mut fields, request.page_size, request.page_token);
    let query = collaboration.and_then(|collaboration| {
        Ok(HoldsQuery {
            collaboration,
            open: request.open,
            page: page?,
            when: when?,
        })
    });
    fields.finish(query)
}
