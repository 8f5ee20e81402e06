//! Requests of the creator service about erasure, legal holds and what a person may see.

use super::{command, creator_query, read_creator};
use crate::domain::{CreatorRef, CreatorVerb, LegalHoldId, Position, Reference, Timestamp};
use crate::grpc::calls::request::Read;
use crate::grpc::calls::request::context::{Call, Write};
use crate::grpc::calls::request::page::When;
use crate::wire::fields::{Checked, Fields};
use crate::wire::proto::api;

/// Parses `EraseCreator`.
///
/// # Errors
/// Every violation.
pub fn erase_creator(mut request: api::EraseCreatorRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let fields = &mut call.fields;
    let creator = read_creator(fields, &request.creator_id);
    let ground = fields.one_of("ground", request.ground);
    let reference = read_reference(fields, &request.reference);
    let verb = ground.and_then(|ground| {
        let reference = reference?;
        Ok(CreatorVerb::Erase { ground, reference })
    });
    call.finish(command(creator, verb))
}

/// Parses `PlaceLegalHold`.
///
/// # Errors
/// Every violation.
pub fn place_legal_hold(mut request: api::PlaceLegalHoldRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let creator = read_creator(&mut call.fields, &request.creator_id);
    let hold = call.id_or_made("hold_id", &request.hold_id, LegalHoldId::parse);
    let fields = &mut call.fields;
    let ground = fields.one_of("ground", request.ground);
    let reference = read_reference(fields, &request.reference);
    let verb = hold.and_then(|hold| {
        Ok(CreatorVerb::PlaceLegalHold {
            hold,
            ground: ground?,
            reference: reference?,
        })
    });
    call.finish(command(creator, verb))
}

/// Parses `ReleaseLegalHold`.
///
/// # Errors
/// Every violation.
pub fn release_legal_hold(mut request: api::ReleaseLegalHoldRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let fields = &mut call.fields;
    let creator = read_creator(fields, &request.creator_id);
    let hold = fields.parse("hold_id", &request.hold_id, LegalHoldId::parse);
    let ground = fields.one_of("ground", request.ground);
    let reference = read_reference(fields, &request.reference);
    let verb = hold.and_then(|hold| {
        Ok(CreatorVerb::ReleaseLegalHold {
            hold,
            ground: ground?,
            reference: reference?,
        })
    });
    call.finish(command(creator, verb))
}

/// Asks for everything about one person.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ExportQuery {
    /// Who.
    pub creator: CreatorRef,
    /// Only events after this position.
    pub after: Position,
    /// How current.
    pub when: When,
}

/// Parses `ExportCreatorData`.
///
/// # Errors
/// Every violation.
pub fn export_creator_data(request: &api::ExportCreatorDataRequest) -> Read<ExportQuery> {
    let (brand, creator) = (&request.brand_id, &request.creator_id);
    let query = creator_query(brand, creator, (request.min_position, None))?;
    Ok(ExportQuery {
        creator: query.creator,
        after: Position::new(request.after_position),
        when: query.when,
    })
}

fn read_reference(fields: &mut Fields, text: &str) -> Checked<Reference> {
    fields.parse("reference", text, Reference::parse)
}
