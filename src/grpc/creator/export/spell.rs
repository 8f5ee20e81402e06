//! A stored event as the person that it is about may read it.

use prost::Message as _;

use crate::domain::CreatorRef;
use crate::grpc::calls::Opening;
use crate::log::codec::json::{JsonError, event_name, to_json};
use crate::log::codec::peek;
use crate::wire::proto::{api, event};

/// Spells the bytes of a stored event, with the texts about the person opened.
///
/// # Errors
/// The bytes are no record, or hold an event that this version does not know.
pub(super) fn spell(
    opening: &Opening,
    person: &CreatorRef,
    bytes: &[u8],
) -> Result<api::ExportedEvent, JsonError> {
    let header = peek(bytes)?;
    let number = header.event.unwrap_or(0);
    // A message would lose it.
    let name = event_name(number).ok_or(JsonError::UnknownEvent(number))?;
    let mut record = event::Record::decode(bytes)?;
    let hidden = opening.open_of(person, &mut record);
    Ok(api::ExportedEvent {
        position: header.position.get(),
        recorded_at: Some(header.recorded_at.into()),
        r#type: name,
        json: to_json(&record.encode_to_vec())?,
        hidden,
    })
}
