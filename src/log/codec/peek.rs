//! Reads the header of a stored record and steps over its payload.
//!
//! Owns just enough of the protobuf wire format to filter records by scope, and to refill the memory
//! of requests, without decoding events. Does not check ids: that is `decode`'s.

use crate::domain::{Position, Timestamp};

/// Smallest number of an event in `Record.event`; smaller ones are the header's.
const FIRST_EVENT_NUMBER: u32 = 20;
/// Longest varint, in bytes: 64 bits in groups of 7.
const MAX_VARINT_BYTES: usize = 10;

/// The header of a record. Text is empty where the record has none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Peek<'a> {
    /// Place in the partition.
    pub position: Position,
    /// The tenant.
    pub brand_id: &'a str,
    /// The campaign.
    pub campaign_id: &'a str,
    /// The collaboration.
    pub collaboration_id: &'a str,
    /// The creator.
    pub creator_id: &'a str,
    /// The caller's name of the request.
    pub request_id: &'a str,
    /// Digest of the request.
    pub request_digest: &'a [u8],
    /// When the ledger wrote it.
    pub recorded_at: Timestamp,
    /// Number of the event in `Record.event`, known to this version or not.
    pub event: Option<u32>,
}

/// The bytes are no record.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the header of a record {0}")]
pub struct PeekError(&'static str);

/// Reads the header of a record and steps over its payload.
///
/// # Errors
/// What is wrong; never panics, whatever the bytes.
pub fn peek(bytes: &[u8]) -> Result<Peek<'_>, PeekError> {
    let mut header = Peek {
        position: Position::START,
        brand_id: "",
        campaign_id: "",
        collaboration_id: "",
        creator_id: "",
        request_id: "",
        request_digest: &[],
        recorded_at: Timestamp::default(),
        event: None,
    };
    let mut rest = bytes;
    while !rest.is_empty() {
        let (number, value) = take_field(&mut rest)?;
        set(&mut header, number, value)?;
    }
    if header.position == Position::START {
        return Err(PeekError("has no position"));
    }
    Ok(header)
}

fn set<'a>(header: &mut Peek<'a>, number: u32, value: Value<'a>) -> Result<(), PeekError> {
    match (number, value) {
        (1, Value::Varint(position)) => header.position = Position::new(position),
        (2, Value::Bytes(bytes)) => header.brand_id = text(bytes)?,
        (3, Value::Bytes(bytes)) => header.campaign_id = text(bytes)?,
        (4, Value::Bytes(bytes)) => header.collaboration_id = text(bytes)?,
        (5, Value::Bytes(bytes)) => header.creator_id = text(bytes)?,
        (8, Value::Bytes(bytes)) => header.request_id = text(bytes)?,
        (9, Value::Bytes(bytes)) => header.request_digest = bytes,
        (11, Value::Bytes(bytes)) => header.recorded_at = time(bytes)?,
        (FIRST_EVENT_NUMBER.., Value::Bytes(_)) => header.event = Some(number),
        (1..=5 | 8 | 9 | 11, Value::Varint(_) | Value::Bytes(_) | Value::Fixed) => {
            return Err(PeekError("has a field of the wrong wire type"));
        }
        // The rest of the header, fields of newer versions, and the payload.
        (_, Value::Varint(_) | Value::Bytes(_) | Value::Fixed) => {}
    }
    Ok(())
}

fn text(bytes: &[u8]) -> Result<&str, PeekError> {
    std::str::from_utf8(bytes).map_err(|_| PeekError("has text that is not UTF-8"))
}

fn time(bytes: &[u8]) -> Result<Timestamp, PeekError> {
    let (mut seconds, mut nanos) = (0, 0);
    let mut rest = bytes;
    while !rest.is_empty() {
        match take_field(&mut rest)? {
            (1, Value::Varint(value)) => seconds = value.cast_signed(),
            (2, Value::Varint(value)) => nanos = value.cast_signed() as i32,
            (_, Value::Varint(_) | Value::Bytes(_) | Value::Fixed) => {}
        }
    }
    Timestamp::new(seconds, nanos).ok_or(PeekError("has a time out of range"))
}

enum Value<'a> {
    Varint(u64),
    Bytes(&'a [u8]),
    Fixed,
}

fn take_field<'a>(rest: &mut &'a [u8]) -> Result<(u32, Value<'a>), PeekError> {
    let key = take_varint(rest)?;
    let number = u32::try_from(key >> 3).map_err(|_| PeekError("has a field number too large"))?;
    let value = match key & 7 {
        0 => Value::Varint(take_varint(rest)?),
        1 => take(rest, 8).map(|_| Value::Fixed)?,
        2 => {
            let length = take_varint(rest)?;
            let length = usize::try_from(length).map_err(|_| PeekError("is cut short"))?;
            Value::Bytes(take(rest, length)?)
        }
        5 => take(rest, 4).map(|_| Value::Fixed)?,
        _ => return Err(PeekError("has a field of an unknown wire type")),
    };
    Ok((number, value))
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8], PeekError> {
    let (taken, left) = rest
        .split_at_checked(length)
        .ok_or(PeekError("is cut short"))?;
    *rest = left;
    Ok(taken)
}

fn take_varint(rest: &mut &[u8]) -> Result<u64, PeekError> {
    let mut value = 0;
    for (index, byte) in rest.iter().enumerate().take(MAX_VARINT_BYTES) {
        value |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            *rest = &rest[index + 1..];
            return Ok(value);
        }
    }
    Err(PeekError("has a number without end"))
}
