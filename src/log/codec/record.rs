//! Records, both ways: an event in its place, with who, when and why.

use bytes::Bytes;
use prost::Message;
use prost::encoding::{self, WireType};
use prost_types::Timestamp as WireTime;

use super::events::{Stored, write_event};
use super::peek::peek;
use crate::domain::{
    BrandId, CampaignId, CollaborationId, CreatorId, Position, Principal, Record, RequestId,
    RequestStamp, Subject, Violation,
};
use crate::wire::fields::{Checked, Fields, Origin, REQUIRED_RULE};
use crate::wire::proto::{event as wire, values as wire_values};
use crate::wire::values::{read_actor, read_on_behalf_of, read_position, read_time};

const PRINCIPAL_RULE: &str = "must be at most 256 bytes";
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

/// What most records take, so that their bytes are allocated once.
const TYPICAL_BYTES: usize = 384;

/// Spells a record in bytes. The same record gives the same bytes.
///
/// The header is written field by field, because the message of it would own a copy of every id.
pub fn encode(record: &Record) -> Bytes {
    let mut out = Vec::with_capacity(TYPICAL_BYTES);
    write_header(record, &mut out);
    write_event(&record.event).encode(&mut out);
    out.into()
}

/// Reads a record from the bytes that [`encode`] made.
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
    let principal = Principal::new(&header.principal[..])
        .ok_or_else(|| fields.refuse("principal", PRINCIPAL_RULE));
    let event = fields.within("event", |fields| event.read(fields));
    Ok(Record {
        position,
        brand: brand?,
        subject: subject?,
        actor: actor?,
        on_behalf_of: on_behalf_of?,
        request: request?,
        occurred_at: occurred_at?,
        recorded_at: recorded_at?,
        principal: principal?,
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

/// Writes all of a record but its event, as the message would be written.
fn write_header(record: &Record, out: &mut Vec<u8>) {
    let subject = &record.subject;
    encoding::uint64::encode(1, &record.position.get(), out);
    put_text(2, record.brand.as_str(), out);
    put_text(
        3,
        text_or_empty(subject.campaign.as_ref(), CampaignId::as_str),
        out,
    );
    put_text(
        4,
        text_or_empty(subject.collaboration.as_ref(), CollaborationId::as_str),
        out,
    );
    put_text(
        5,
        text_or_empty(subject.creator.as_ref(), CreatorId::as_str),
        out,
    );
    encoding::message::encode(6, &wire_values::Actor::from(&record.actor), out);
    if let Some(other) = &record.on_behalf_of {
        encoding::message::encode(7, &wire_values::OnBehalfOf::from(other), out);
    }
    if let Some(stamp) = &record.request {
        put_text(8, stamp.id.as_str(), out);
        put_bytes(9, &stamp.digest, out);
    }
    if let Some(occurred_at) = record.occurred_at {
        encoding::message::encode(10, &WireTime::from(occurred_at), out);
    }
    encoding::message::encode(11, &WireTime::from(record.recorded_at), out);
    if !record.principal.as_bytes().is_empty() {
        put_bytes(12, record.principal.as_bytes(), out);
    }
}

fn put_text(field: u32, text: &str, out: &mut Vec<u8>) {
    if !text.is_empty() {
        put_bytes(field, text.as_bytes(), out);
    }
}

fn put_bytes(field: u32, bytes: &[u8], out: &mut Vec<u8>) {
    encoding::encode_key(field, WireType::LengthDelimited, out);
    encoding::encode_varint(bytes.len() as u64, out);
    out.extend_from_slice(bytes);
}

fn text_or_empty<T>(id: Option<&T>, text: fn(&T) -> &str) -> &str {
    id.map(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Actor, ActorId, ActorKind, CampaignEvent, Event, OnBehalfOf, Timestamp};

    #[test]
    fn header_is_written_as_its_message_would_be() {
        let actor = |kind, id| Actor {
            kind,
            id: ActorId::parse(id).unwrap(),
        };
        let bare = Record {
            position: Position::new(300),
            brand: BrandId::parse("kopi").unwrap(),
            subject: Subject::default(),
            actor: actor(ActorKind::Brand, "nina"),
            on_behalf_of: None,
            request: None,
            occurred_at: None,
            recorded_at: Timestamp::from_nanos(1_700_000_000_000_000_001),
            principal: Principal::none(),
            event: Event::Campaign(CampaignEvent::CampaignOpened { emv_model: None }),
        };
        let full = Record {
            subject: Subject {
                campaign: CampaignId::parse("panen").ok(),
                collaboration: CollaborationId::parse("ayu-1").ok(),
                creator: CreatorId::parse("ayu").ok(),
            },
            on_behalf_of: Some(OnBehalfOf {
                actor: actor(ActorKind::Creator, "ayu"),
                reason: "on the phone".into(),
            }),
            request: Some(RequestStamp {
                id: RequestId::parse("r-1").unwrap(),
                digest: [7; 16],
            }),
            occurred_at: Some(Timestamp::from_nanos(1_600_000_000_000_000_000)),
            principal: Principal::new(vec![7; 256]).unwrap(),
            ..bare.clone()
        };
        let mut too_long = wire::Record::decode(encode(&full)).unwrap();
        too_long.principal = vec![7; 257].into();
        let refused = decode(&too_long.encode_to_vec()).unwrap_err();
        assert!(refused.to_string().contains(PRINCIPAL_RULE), "{refused}");
        for record in [bare, full] {
            let bytes = encode(&record);
            let message = wire::Record::decode(bytes.clone()).unwrap();
            assert_eq!(message.encode_to_vec(), bytes);
            assert_eq!(decode(&bytes).unwrap(), record);
        }
    }
}
