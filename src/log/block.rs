//! A block: the records of one group commit.
//!
//! Owns sealing records into bytes, decoding these bytes, and the rule that decides which block may
//! follow which. Does not know what a record means or where blocks are stored.
//!
//! # Format 2
//!
//! All numbers are unsigned and big-endian.
//!
//! | offset | bytes | field |
//! |-------:|------:|-------|
//! | 0      | 4     | magic, `CLBK` |
//! | 4      | 2     | format version, 2 |
//! | 6      | 1     | body encoding: 0 plain, 1 zstd |
//! | 7      | 1     | reserved, 0 |
//! | 8      | 4     | partition |
//! | 12     | 4     | record count, at least 1 |
//! | 16     | 8     | block number, from 1 |
//! | 24     | 8     | position of the first record, from 1 |
//! | 32     | 32    | SHA-256 of the previous block, zeros in block 1 |
//! | 64     | 4     | length of the body once it is plain |
//! | 68     | 4     | length *n* of the body as stored |
//! | 72     | *n*   | body |
//! | 72+*n* | 32    | SHA-256 of everything before |
//!
//! The plain body is each record as a 4-byte length and its bytes. A body is stored as one zstd
//! frame only if that is smaller. The last 32 bytes are the block's hash. The next block contains
//! this hash, so one hash proves the whole history before it.

mod compression;
mod format;

use bytes::Bytes;
use thiserror::Error;

pub(in crate::log) use format::Outline;
pub use format::{DecodeError, is_cut};

use super::{Hash, Head, Position};
use format::Place;

/// The most bytes of an encoded block, 120 KiB. A sled page that is full of such blocks must stay
/// small enough to be synced, see [`super::sled`].
pub const MAX_BLOCK_BYTES: usize = 120 * 1024;

/// The most bytes of a block's records and their lengths before compression, 512 KiB. A reader
/// allocates at most this for one block.
pub const MAX_PLAIN_BYTES: usize = 512 * 1024;

/// Records whose [`record_cost`]s add up to at most this always fit one block, even if they do not
/// compress.
pub const ALWAYS_FITS_BYTES: usize = MAX_BLOCK_BYTES - format::OVERHEAD;

/// Returns the bytes that a record of `len` bytes takes in a block before compression.
pub const fn record_cost(len: usize) -> usize {
    format::LENGTH_BYTES + len
}

/// The records of one group commit, sealed: numbered, chained to the block before, hashed.
///
/// Every block is well-formed: it is not empty, is within [`MAX_BLOCK_BYTES`], and its hash is
/// right. [`Block::follows`] says whether it comes next in a given log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    place: Place,
    hash: Hash,
    records: Vec<Bytes>,
    encoded: Bytes,
}

/// Why records cannot be sealed into one block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SealError {
    /// There are none.
    #[error("a block needs at least one record")]
    Empty,
    /// They are too many or too large; split them.
    #[error("the records need {bytes} bytes, a block takes at most {limit}")]
    TooLarge {
        /// The bytes that they need.
        bytes: usize,
        /// [`MAX_PLAIN_BYTES`] before, [`MAX_BLOCK_BYTES`] after compression.
        limit: usize,
    },
    /// The partition has used up its numbers.
    #[error("the partition has no positions left")]
    Exhausted,
}

/// Why a block does not come right after a head.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Misfit {
    /// It belongs to another partition.
    #[error("it is of partition {found}, the log is of partition {expected}")]
    Partition {
        /// The log's partition.
        expected: u32,
        /// The block's partition.
        found: u32,
    },
    /// Its number isn't the next one.
    #[error("it has number {found}, the next one is {expected}")]
    Number {
        /// The next number.
        expected: u64,
        /// The block's number.
        found: u64,
    },
    /// Its first position isn't the next one.
    #[error("it starts at position {found}, the next one is {expected}")]
    Position {
        /// The next position.
        expected: Position,
        /// The block's first position.
        found: Position,
    },
    /// It was built on another block.
    #[error("it was built on the block with hash {found}, the last one has {expected}")]
    PreviousHash {
        /// The hash of the last block.
        expected: Hash,
        /// The hash that the block names as its predecessor's.
        found: Hash,
    },
}

impl Block {
    /// Seals `records`, in this order, into the block that comes right after `head`.
    ///
    /// # Errors
    ///
    /// When there are no records, when they do not fit one block, or when the positions have run
    /// out.
    pub fn seal(partition: u32, head: &Head, records: Vec<Bytes>) -> Result<Self, SealError> {
        let (Some(number), Some(first_position)) = (
            head.block.checked_add(1),
            head.position.get().checked_add(1).map(Position::new),
        ) else {
            return Err(SealError::Exhausted);
        };
        let place = Place {
            partition,
            number,
            first_position,
            previous_hash: head.hash,
        };
        let (encoded, hash) = format::encode(&place, &records)?;
        Ok(Self {
            place,
            hash,
            records,
            encoded,
        })
    }

    /// Reads a block back from [`Block::encoded`].
    ///
    /// The records share one allocation: `encoded` itself or its decompressed body.
    ///
    /// # Errors
    ///
    /// When the bytes are not exactly those of one block that this program can read. Never panics
    /// and never allocates more than [`MAX_PLAIN_BYTES`] and a few words for each record in them.
    pub fn decode(encoded: Bytes) -> Result<Self, DecodeError> {
        let (place, hash, records) = format::decode(&encoded)?;
        Ok(Self {
            place,
            hash,
            records,
            encoded,
        })
    }

    /// Checks that this block comes right after `head` in the log of `partition`.
    ///
    /// # Errors
    ///
    /// The first [`Misfit`].
    pub fn follows(&self, partition: u32, head: &Head) -> Result<(), Misfit> {
        if self.place.partition != partition {
            return Err(Misfit::Partition {
                expected: partition,
                found: self.place.partition,
            });
        }
        if Some(self.place.number) != head.block.checked_add(1) {
            return Err(Misfit::Number {
                expected: head.block.saturating_add(1),
                found: self.place.number,
            });
        }
        if self.place.first_position != head.position.next() {
            return Err(Misfit::Position {
                expected: head.position.next(),
                found: self.place.first_position,
            });
        }
        if self.place.previous_hash != head.hash {
            return Err(Misfit::PreviousHash {
                expected: head.hash,
                found: self.place.previous_hash,
            });
        }
        Ok(())
    }

    /// The partition that the block belongs to.
    pub const fn partition(&self) -> u32 {
        self.place.partition
    }

    /// The block's place among the blocks of its partition, from 1.
    pub const fn number(&self) -> u64 {
        self.place.number
    }

    /// The position of the first record.
    pub const fn first_position(&self) -> Position {
        self.place.first_position
    }

    /// The position of the last record.
    pub const fn last_position(&self) -> Position {
        Position::new(self.place.first_position.get() + (self.records.len() as u64 - 1))
    }

    /// The hash of the block before, [`Hash::ZERO`] in block 1.
    pub const fn previous_hash(&self) -> Hash {
        self.place.previous_hash
    }

    /// The hash of this block.
    pub const fn hash(&self) -> Hash {
        self.hash
    }

    /// The records, in order, at least one; the first is at [`Block::first_position`].
    pub fn records(&self) -> &[Bytes] {
        &self.records
    }

    /// The records after `position`, each with its position.
    pub fn records_after(&self, position: Position) -> impl Iterator<Item = (Position, &Bytes)> {
        let first = self.place.first_position.get();
        let skipped = position.next().get().saturating_sub(first);
        (first..)
            .map(Position::new)
            .zip(&self.records)
            .skip(usize::try_from(skipped).unwrap_or(usize::MAX))
    }

    /// The bytes to store, at most [`MAX_BLOCK_BYTES`].
    pub const fn encoded(&self) -> &Bytes {
        &self.encoded
    }

    /// The head of a log in which this block comes next.
    pub const fn before(&self) -> Head {
        Head {
            block: self.place.number - 1,
            position: Position::new(self.place.first_position.get() - 1),
            hash: self.place.previous_hash,
        }
    }

    /// The head of a log whose last block is this one.
    pub const fn head(&self) -> Head {
        Head {
            block: self.place.number,
            position: self.last_position(),
            hash: self.hash,
        }
    }
}
