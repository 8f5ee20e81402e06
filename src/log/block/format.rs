//! Encoding and decoding of a block; the table of its bytes is in [`super`].

use bytes::Bytes;
use thiserror::Error;

use super::compression::{compress, decompress};
use super::{ALWAYS_FITS_BYTES, MAX_BLOCK_BYTES, MAX_PLAIN_BYTES, SealError, record_cost};
use crate::log::{Hash, Position};

const MAGIC: [u8; 4] = *b"CLBK";
const VERSION: u16 = 2;
const PLAIN: u8 = 0;
const ZSTD: u8 = 1;

const HEADER_BYTES: usize = 72;
/// Bytes of a block beside its stored body.
pub(super) const OVERHEAD: usize = HEADER_BYTES + Hash::LEN;
/// Bytes that a record takes beside its own.
pub(super) const LENGTH_BYTES: usize = size_of::<u32>();

/// The place of a block: its partition, its number, and the block before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub partition: u32,
    pub number: u64,
    pub first_position: Position,
    pub previous_hash: Hash,
}

/// The fields before the body, except magic and version.
struct Header {
    encoding: u8,
    place: Place,
    count: u32,
    plain_len: u32,
    stored_len: u32,
}

/// The fields in the first bytes of a block. They are unchecked until the block is decoded.
pub(in crate::log) struct Outline {
    pub number: u64,
    pub first_position: Position,
    /// The first position of the next block.
    pub next_position: Position,
}

impl Outline {
    /// Reads it from the bytes of an encoded block. Returns `None` if they do not begin like a
    /// block.
    pub fn of(encoded: &[u8]) -> Option<Self> {
        let mut rest = encoded;
        if take(&mut rest) != Some(MAGIC) || take(&mut rest) != Some(VERSION.to_be_bytes()) {
            return None;
        }
        let header = Header::read(&mut rest).ok()??;
        let Place {
            number,
            first_position,
            ..
        } = header.place;
        Some(Self {
            number,
            first_position,
            next_position: Position::new(first_position.get() + u64::from(header.count)),
        })
    }
}

/// Why bytes are not a block.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DecodeError {
    /// They end before or after the end of the block.
    #[error("{found} bytes are not the length that the block states")]
    Length {
        /// Number of bytes.
        found: usize,
    },
    /// They are more than any block may have.
    #[error("{found} bytes are more than a block has, {MAX_BLOCK_BYTES}")]
    TooLarge {
        /// Number of bytes.
        found: usize,
    },
    /// They do not begin like a block.
    #[error("they do not begin with a block's magic")]
    Magic,
    /// A version before personal data was sealed wrote them.
    #[error(
        "block format {found} is from before personal data was sealed, only {VERSION} is read: the \
         program that wrote it still reads it"
    )]
    Older {
        /// The format's version.
        found: u16,
    },
    /// A newer program wrote them.
    #[error("block format {found} is not known, only {VERSION} is: use a newer program")]
    Version {
        /// The format's version.
        found: u16,
    },
    /// They are not the bytes that were sealed.
    #[error("their hash is {computed}, but {stored} was stored")]
    Hash {
        /// The hash of the bytes.
        computed: Hash,
        /// The stored hash.
        stored: Hash,
    },
    /// A field has a value that no writer gives it.
    #[error("its {0} is out of range")]
    Field(&'static str),
    /// The body cannot be decompressed to its stated length.
    #[error("its body does not decompress to {expected} bytes")]
    Body {
        /// The stated length.
        expected: usize,
    },
    /// The body does not divide into the stated number of records.
    #[error("its body does not divide into {expected} records")]
    Records {
        /// The stated number.
        expected: usize,
    },
}

/// Encodes one block. Returns its bytes and its hash.
pub(super) fn encode(place: &Place, records: &[Bytes]) -> Result<(Bytes, Hash), SealError> {
    if records.is_empty() {
        return Err(SealError::Empty);
    }
    let plain_len = records.iter().fold(0_usize, |sum, record| {
        sum.saturating_add(record_cost(record.len()))
    });
    if plain_len > MAX_PLAIN_BYTES {
        return Err(SealError::TooLarge {
            bytes: plain_len,
            limit: MAX_PLAIN_BYTES,
        });
    }
    // From here every length and count is within `MAX_PLAIN_BYTES`, so `as u32` cuts nothing off.
    let count = records.len() as u32;
    if !fits_below_the_last(place.first_position, count) {
        return Err(SealError::Exhausted);
    }

    let plain = plain_body(records, plain_len);
    let compressed = compress(&plain);
    let (encoding, body) = match &compressed {
        Some(smaller) => (ZSTD, smaller),
        None => (PLAIN, &plain),
    };
    if body.len() > ALWAYS_FITS_BYTES {
        return Err(SealError::TooLarge {
            bytes: OVERHEAD + body.len(),
            limit: MAX_BLOCK_BYTES,
        });
    }
    let header = Header {
        encoding,
        place: place.clone(),
        count,
        plain_len: plain_len as u32,
        stored_len: body.len() as u32,
    };

    let mut out = Vec::with_capacity(OVERHEAD + body.len());
    header.write(&mut out);
    out.extend_from_slice(body);
    let hash = Hash::of(&out);
    out.extend_from_slice(hash.as_bytes());
    Ok((out.into(), hash))
}

/// Returns whether a position is left after `count` records from `first` on, so that sums cannot
/// overflow.
fn fits_below_the_last(first: Position, count: u32) -> bool {
    u64::MAX - first.get() >= u64::from(count)
}

fn plain_body(records: &[Bytes], plain_len: usize) -> Vec<u8> {
    let mut body = Vec::with_capacity(plain_len);
    for record in records {
        body.extend_from_slice(&(record.len() as u32).to_be_bytes());
        body.extend_from_slice(record);
    }
    body
}

/// Decodes one block. Returns its place, its hash and its records.
pub(super) fn decode(encoded: &Bytes) -> Result<(Place, Hash, Vec<Bytes>), DecodeError> {
    let length = DecodeError::Length {
        found: encoded.len(),
    };
    if encoded.len() > MAX_BLOCK_BYTES {
        return Err(DecodeError::TooLarge {
            found: encoded.len(),
        });
    }
    // Magic and version come first: they decide whether the rest can be read at all.
    let mut rest = &encoded[..];
    if take(&mut rest) != Some(MAGIC) {
        return Err(DecodeError::Magic);
    }
    let version = take(&mut rest).map(u16::from_be_bytes);
    match version {
        Some(VERSION) => {}
        Some(found) if found < VERSION => return Err(DecodeError::Older { found }),
        Some(found) => return Err(DecodeError::Version { found }),
        None => return Err(length),
    }
    // The hash comes second: after this check, the bytes are those that were sealed.
    let Some((mut rest, stored)) = rest.split_last_chunk::<{ Hash::LEN }>() else {
        return Err(length);
    };
    let stored = Hash::from_bytes(*stored);
    let computed = Hash::of(&encoded[..encoded.len() - Hash::LEN]);
    if computed != stored {
        return Err(DecodeError::Hash { computed, stored });
    }

    let Some(header) = Header::read(&mut rest)? else {
        return Err(length);
    };
    if rest.len() != header.stored_len as usize {
        return Err(length);
    }
    let body = match header.encoding {
        PLAIN if header.stored_len == header.plain_len => encoded.slice_ref(rest),
        PLAIN => return Err(DecodeError::Field("plain length")),
        ZSTD => decompress(rest, header.plain_len as usize)
            .ok_or(DecodeError::Body {
                expected: header.plain_len as usize,
            })?
            .into(),
        _ => return Err(DecodeError::Field("body encoding")),
    };
    let records = divide(&body, header.count as usize)?;
    Ok((header.place, computed, records))
}

/// Returns whether bytes begin like a block and end before the end that the header states.
pub fn is_cut(encoded: &[u8]) -> bool {
    let mut rest = encoded;
    let begins = take(&mut rest) == Some(MAGIC) && take(&mut rest) == Some(VERSION.to_be_bytes());
    let stated = encoded
        .get(HEADER_BYTES - LENGTH_BYTES..)
        .and_then(<[u8]>::first_chunk);
    let stated = stated.map_or(usize::MAX, |length| u32::from_be_bytes(*length) as usize);
    begins && encoded.len() < stated.saturating_add(OVERHEAD)
}

impl Header {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&MAGIC);
        out.extend_from_slice(&VERSION.to_be_bytes());
        out.extend_from_slice(&[self.encoding, 0]);
        out.extend_from_slice(&self.place.partition.to_be_bytes());
        out.extend_from_slice(&self.count.to_be_bytes());
        out.extend_from_slice(&self.place.number.to_be_bytes());
        out.extend_from_slice(&self.place.first_position.get().to_be_bytes());
        out.extend_from_slice(self.place.previous_hash.as_bytes());
        out.extend_from_slice(&self.plain_len.to_be_bytes());
        out.extend_from_slice(&self.stored_len.to_be_bytes());
    }

    /// Reads and checks the fields after magic and version. Returns `None` if the bytes end too
    /// early.
    fn read(rest: &mut &[u8]) -> Result<Option<Self>, DecodeError> {
        let Some((reserved, header)) = Self::fields(rest) else {
            return Ok(None);
        };
        let Place {
            number,
            first_position,
            ..
        } = header.place;
        let out_of_range = if reserved != 0 {
            Some("reserved byte")
        } else if number == 0 {
            Some("number")
        } else if header.plain_len as usize > MAX_PLAIN_BYTES {
            Some("plain length")
        } else if header.count == 0 || header.count > header.plain_len / LENGTH_BYTES as u32 {
            Some("record count")
        } else if first_position == Position::START
            || !fits_below_the_last(first_position, header.count)
        {
            Some("first position")
        } else {
            None
        };
        match out_of_range {
            Some(field) => Err(DecodeError::Field(field)),
            None => Ok(Some(header)),
        }
    }

    fn fields(rest: &mut &[u8]) -> Option<(u8, Self)> {
        let [encoding, reserved] = take(rest)?;
        let partition = take(rest).map(u32::from_be_bytes)?;
        let count = take(rest).map(u32::from_be_bytes)?;
        let place = Place {
            partition,
            number: take(rest).map(u64::from_be_bytes)?,
            first_position: take(rest).map(u64::from_be_bytes).map(Position::new)?,
            previous_hash: take(rest).map(Hash::from_bytes)?,
        };
        let header = Self {
            encoding,
            place,
            count,
            plain_len: take(rest).map(u32::from_be_bytes)?,
            stored_len: take(rest).map(u32::from_be_bytes)?,
        };
        Some((reserved, header))
    }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(*taken)
}

fn divide(body: &Bytes, count: usize) -> Result<Vec<Bytes>, DecodeError> {
    let mismatch = || DecodeError::Records { expected: count };
    let mut records = Vec::with_capacity(count);
    let mut rest = &body[..];
    for _ in 0..count {
        let len = u32::from_be_bytes(take(&mut rest).ok_or_else(mismatch)?) as usize;
        let (record, after) = rest.split_at_checked(len).ok_or_else(mismatch)?;
        records.push(body.slice_ref(record));
        rest = after;
    }
    if rest.is_empty() {
        Ok(records)
    } else {
        Err(mismatch())
    }
}
