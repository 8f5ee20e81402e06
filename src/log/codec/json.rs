//! Canonical proto JSON of stored records, for people and tools.
//!
//! Owns the pool of message descriptors. Knows no domain value: it shows the bytes as they are.

use std::sync::OnceLock;

use prost_reflect::{
    DescriptorPool, DynamicMessage, MessageDescriptor, ReflectMessage, SerializeOptions, Value,
};

use super::peek::{PeekError, peek};

const RECORD: &str = "campaign.ledger.event.v1.Record";

/// Why a record cannot be shown as JSON.
#[derive(Debug, thiserror::Error)]
pub enum JsonError {
    /// The bytes are no record.
    #[error(transparent)]
    Header(#[from] PeekError),
    /// The bytes are damaged.
    #[error("record is malformed")]
    Malformed(#[from] prost::DecodeError),
    /// A newer version wrote an event this one has no names for.
    #[error("record holds event type {0}, which this version does not know")]
    UnknownEvent(u32),
    /// A value has no JSON form, such as a time out of range.
    #[error("record has no JSON form")]
    Unspeakable(#[from] serde_json::Error),
}

/// Returns the descriptors of every message of the ledger.
pub fn pool() -> &'static DescriptorPool {
    static POOL: OnceLock<DescriptorPool> = OnceLock::new();
    POOL.get_or_init(|| {
        DescriptorPool::decode(crate::wire::proto::DESCRIPTORS)
            .expect("the build wrote the descriptors that it compiled")
    })
}

/// Returns the descriptor of a stored record; its oneof lists the event types.
pub fn record_descriptor() -> MessageDescriptor {
    pool()
        .get_message_by_name(RECORD)
        .expect("the record is part of the compiled protos")
}

/// Names the type of an event by its number in `Record.event`, such as `ContentApproved`; `None` for
/// one that this version does not know.
pub fn event_name(number: u32) -> Option<String> {
    let field = record_descriptor().get_field(number)?;
    Some(field.kind().as_message()?.name().to_owned())
}

/// Events whose reason is a word of the ledger, and no text of a person.
const WITH_WORDS: [&str; 2] = ["ConversionRejected", "RefundRejected"];

/// Returns the text with which an event says why it happened; empty when it says nothing.
pub fn reason_of(bytes: &[u8]) -> String {
    let found = DynamicMessage::decode(record_descriptor(), bytes).ok();
    let event = found.and_then(|record| {
        let descriptor = record.descriptor();
        let oneofs = descriptor.oneofs();
        let fields = oneofs.flat_map(|oneof| oneof.fields().collect::<Vec<_>>());
        let mut set = fields.filter(|field| record.has_field(field));
        record.get_field(&set.next()?).as_message().cloned()
    });
    let event = event.filter(|event| !WITH_WORDS.contains(&event.descriptor().name()));
    let said = |name: &str| {
        event
            .as_ref()?
            .get_field_by_name(name)
            .map(|one| one.into_owned())
    };
    match (said("reason"), said("reasons")) {
        (Some(Value::String(reason)), _) => reason,
        (_, Some(Value::List(reasons))) => {
            let reasons = reasons.iter().filter_map(Value::as_str);
            reasons.collect::<Vec<_>>().join("; ")
        }
        _ => String::new(),
    }
}

/// Spells the bytes of a stored record as canonical proto JSON, in one line.
///
/// # Errors
/// The bytes are no record, or hold an event this version would leave out.
pub fn to_json(bytes: &[u8]) -> Result<String, JsonError> {
    let descriptor = record_descriptor();
    if let Some(number) = peek(bytes)?.event
        && descriptor.get_field(number).is_none()
    {
        return Err(JsonError::UnknownEvent(number));
    }
    let message = DynamicMessage::decode(descriptor, bytes)?;
    let mut json = serde_json::Serializer::new(Vec::new());
    message.serialize_with_options(&mut json, &SerializeOptions::new())?;
    Ok(String::from_utf8(json.into_inner()).expect("JSON is written as UTF-8"))
}
