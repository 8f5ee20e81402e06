//! Records, both ways: an event in its place, with who, when and why.

use bytes::Bytes;
use prost::Message;

use super::events::{read_event, write_event};
use super::fields::{Checked, Fields, Origin, REQUIRED_RULE};
use super::peek::peek;
use super::values::{read_actor, read_on_behalf_of, read_position, read_time, write_digest};
use crate::domain::{
    BrandId, CampaignId, CollaborationId, CreatorId, Position, Record, RequestId, RequestStamp,
    Subject, Violation,
};
use crate::proto::event as wire;

const NO_REQUEST_RULE: &str = "must be empty without request_id";

/// Why bytes are not a record this version can read.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// The bytes are damaged, or were never a record.
    #[error("{} is malformed: {source}", name(*position))]
    Malformed {
        /// Where, when the bytes still say so.
        position: Option<Position>,
        /// What the bytes break, and where in the message.
        source: prost::DecodeError,
    },
    /// A newer version wrote an event this one does not know.
    #[error("{} holds event type {number}, which this version does not know", name(*position))]
    UnknownEvent {
        /// Where.
        position: Option<Position>,
        /// Number of the event in `Record.event`.
        number: u32,
    },
    /// Fields break rules.
    #[error("{} breaks rules: {}", name(*position), list(violations))]
    Invalid {
        /// Where.
        position: Option<Position>,
        /// Which fields and rules; paths of the payload begin with `event.`.
        violations: Vec<Violation>,
    },
}

fn name(position: Option<Position>) -> String {
    match position {
        Some(position) => format!("record {position}"),
        None => "a record without position".to_owned(),
    }
}

fn list(violations: &[Violation]) -> String {
    let texts: Vec<_> = violations.iter().map(Violation::to_string).collect();
    texts.join("; ")
}

/// Spells a record in bytes. The same record gives the same bytes.
pub fn encode(record: &Record) -> Bytes {
    write_record(record).encode_to_vec().into()
}

/// Reads a record from the bytes that [`encode`] of this or an earlier version made.
///
/// # Errors
/// What is wrong, at which position, field and rule; never panics, whatever the bytes.
pub fn decode(bytes: &[u8]) -> Result<Record, DecodeError> {
    let mut message = wire::Record::decode(bytes).map_err(|source| DecodeError::Malformed {
        position: peek(bytes).ok().map(|header| header.position),
        source,
    })?;
    let position = Some(message.position)
        .filter(|number| *number > 0)
        .map(Position::new);
    let Some(event) = message.event.take() else {
        return Err(no_event(bytes, position));
    };
    let mut fields = Fields::new(Origin::Log);
    let record = read_record(&mut fields, message, event);
    fields
        .finish(record)
        .map_err(|violations| DecodeError::Invalid {
            position,
            violations,
        })
}

fn no_event(bytes: &[u8], position: Option<Position>) -> DecodeError {
    let number = peek(bytes).ok().and_then(|header| header.event);
    match number {
        Some(number) => DecodeError::UnknownEvent { position, number },
        None => DecodeError::Invalid {
            position,
            violations: vec![Violation::new("event", REQUIRED_RULE)],
        },
    }
}

fn read_record(
    fields: &mut Fields,
    header: wire::Record,
    event: wire::record::Event,
) -> Checked<Record> {
    let position = read_position(fields, "position", header.position);
    let brand = fields.parse("brand_id", &header.brand_id, BrandId::parse);
    let subject = read_subject(fields, &header);
    let request = read_request(fields, &header);
    let actor = fields.required("actor", header.actor, read_actor);
    let on_behalf_of = fields.optional("on_behalf_of", header.on_behalf_of, read_on_behalf_of);
    let occurred_at = fields.optional("occurred_at", header.occurred_at, read_time);
    let recorded_at = fields.required("recorded_at", header.recorded_at, read_time);
    let event = fields.within("event", |fields| read_event(fields, event));
    Ok(Record {
        position,
        brand: brand?,
        subject: subject?,
        actor: actor?,
        on_behalf_of: on_behalf_of?,
        request: request?,
        occurred_at: occurred_at?,
        recorded_at: recorded_at?,
        event: event?,
    })
}

fn read_subject(fields: &mut Fields, header: &wire::Record) -> Checked<Subject> {
    let campaign = fields.parse_optional("campaign_id", &header.campaign_id, CampaignId::parse);
    let collaboration = fields.parse_optional(
        "collaboration_id",
        &header.collaboration_id,
        CollaborationId::parse,
    );
    let creator = fields.parse_optional("creator_id", &header.creator_id, CreatorId::parse);
    Ok(Subject {
        campaign: campaign?,
        collaboration: collaboration?,
        creator: creator?,
    })
}

fn read_request(fields: &mut Fields, header: &wire::Record) -> Checked<Option<RequestStamp>> {
    let id = fields.parse_optional("request_id", &header.request_id, RequestId::parse)?;
    let Some(id) = id else {
        let empty = header.request_digest.is_empty();
        fields.check("request_digest", empty, NO_REQUEST_RULE);
        return Ok(None);
    };
    let digest = fields.bytes("request_digest", &header.request_digest)?;
    Ok(Some(RequestStamp { id, digest }))
}

fn write_record(record: &Record) -> wire::Record {
    let subject = &record.subject;
    let request = record.request.as_ref();
    wire::Record {
        position: record.position.get(),
        brand_id: record.brand.to_string(),
        campaign_id: text_or_empty(subject.campaign.as_ref()),
        collaboration_id: text_or_empty(subject.collaboration.as_ref()),
        creator_id: text_or_empty(subject.creator.as_ref()),
        actor: Some((&record.actor).into()),
        on_behalf_of: record.on_behalf_of.as_ref().map(Into::into),
        request_id: request.map_or_else(String::new, |stamp| stamp.id.as_str().to_owned()),
        request_digest: request.map_or_else(Bytes::new, |stamp| write_digest(&stamp.digest)),
        occurred_at: record.occurred_at.map(Into::into),
        recorded_at: Some(record.recorded_at.into()),
        event: Some(write_event(&record.event)),
    }
}

fn text_or_empty(id: Option<&impl ToString>) -> String {
    id.map(ToString::to_string).unwrap_or_default()
}
