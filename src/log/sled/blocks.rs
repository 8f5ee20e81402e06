//! Blocks as keys and values of sled.
//!
//! ```text
//! blocks     number ──▶ block; then AHEAD placeholders, which are empty
//! positions  first position ──▶ number, for every BLOCKS_PER_ENTRY-th block
//! ```
//!
//! sled rewrites a page with all its blocks when the page is split and when it was changed ten
//! times. With a new key for each block, every block would be written three times, and up to half
//! of the file would be garbage. So pages are split while they are empty: the keys are numbers, so
//! they are known in advance, and placeholders exist long before the blocks. A page that is split
//! off has 9 placeholders, and filling these changes it 9 times. So each block is written once.

use std::path::Path;

use bytes::Bytes;
use sled::IVec;

use super::files::{CacheBound, Files, Key};
use super::guard::guarded;
use super::pending::Pending;
use crate::log::block::Outline;
use crate::log::chain::{StorageError, Stored};
use crate::log::paths::io_error;
use crate::log::{Block, Fault, OpenError, Position};

/// Least number of keys beyond the last block. It is more than the 17 keys that a page has before
/// it is split, so that no page with a block is ever split.
const AHEAD: u64 = 32;

/// One block in this many can be found by its position. A page has this many blocks, so a search
/// through the others needs no more reads.
const BLOCKS_PER_ENTRY: u64 = 9;

/// The value of a key whose block is yet to come; no block is empty.
const PLACEHOLDER: &[u8] = &[];

/// The place of a block, stored or yet to come.
#[derive(Clone, Copy)]
struct Place {
    number: u64,
    position: Position,
}

impl Place {
    const FIRST: Self = Self {
        number: 1,
        position: Position::new(1),
    };
}

/// Puts blocks into sled, in their order.
pub(super) struct Writer<'a> {
    files: &'a Files,
    /// The last existing key.
    last_key: u64,
    bound: CacheBound,
}

impl<'a> Writer<'a> {
    pub fn new(files: &'a Files) -> Result<Self, StorageError> {
        let last = guarded(|| files.blocks().iter().keys().next_back().transpose())?;
        Ok(Self {
            files,
            last_key: last.map_or(Ok(0), |key| number_of(&key))?,
            bound: CacheBound::default(),
        })
    }

    /// Puts a block into sled and never overwrites another. The block is readable there, but not
    /// durable.
    pub fn insert(&mut self, encoded: &[u8]) -> Result<(), StorageError> {
        let block = outline(encoded)?;
        while self.last_key < block.number.saturating_add(AHEAD) {
            self.last_key += 1;
            self.make_room(self.last_key)?;
        }
        let (blocks, key) = (self.files.blocks(), block.number.to_be_bytes());
        guarded(|| blocks.compare_and_swap(key, Some(PLACEHOLDER), Some(encoded)))?
            .map_err(|_| StorageError::Damaged("a block is stored there already".to_owned()))?;
        if block.number % BLOCKS_PER_ENTRY == 1 {
            // This follows the block, so that an entry always names an existing block.
            let position = block.first_position.get().to_be_bytes();
            guarded(|| self.files.positions().insert(position, &key))?;
        }
        self.bound.count(blocks, key, encoded.len())
    }

    fn make_room(&self, number: u64) -> Result<(), StorageError> {
        let absent = None::<&[u8]>;
        // An existing value is found when the block is inserted.
        guarded(|| {
            let key = number.to_be_bytes();
            let blocks = self.files.blocks();
            blocks.compare_and_swap(key, absent, Some(PLACEHOLDER))
        })
        .map(|_| ())
    }
}

/// Walks the stored blocks upwards: those in sled, then those that are still pending.
pub(super) struct StoredFrom<'a> {
    files: &'a Files,
    pending: &'a Pending,
    /// The place of the next block.
    next: Place,
    /// The entries in sled from there on.
    in_sled: sled::Iter,
    bound: CacheBound,
    /// The error that prevented the walk.
    failed: Option<StorageError>,
}

impl<'a> StoredFrom<'a> {
    /// Begins with the last block that starts at or before `position`, if there is one.
    pub fn the_block_with(files: &'a Files, pending: &'a Pending, position: Position) -> Self {
        let mut bound = CacheBound::default();
        let first = match pending.at_or_before(position) {
            Some((position, encoded)) => outline(&encoded).map(|block| Place {
                number: block.number,
                position,
            }),
            None => find(files, &mut bound, position),
        };
        let (next, failed) = match first {
            Ok(first) => (first, None),
            Err(error) => (Place::FIRST, Some(error)),
        };
        Self {
            files,
            pending,
            next,
            in_sled: files.blocks().range(next.number.to_be_bytes()..),
            bound,
            failed,
        }
    }

    fn advance(&mut self) -> Result<Option<Stored>, StorageError> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        // Pending blocks are read before sled: a block that has left by then is in sled.
        let (pending, has_all) = self.pending.at_or_after(self.next.position);
        let moved = if has_all { None } else { self.next_in_sled()? };
        let found = match (moved, pending) {
            (Some(moved), Some(pending)) if moved.0 >= pending.0 => Some(pending),
            (None, pending) => pending,
            (moved, _) => moved,
        };
        if let Some((position, encoded)) = &found {
            self.next = match Outline::of(encoded) {
                Some(block) => Place {
                    number: block.number.saturating_add(1),
                    position: block.next_position,
                },
                None => Place {
                    number: self.next.number.saturating_add(1),
                    position: position.next(),
                },
            };
        }
        Ok(found)
    }

    fn next_in_sled(&mut self) -> Result<Option<Stored>, StorageError> {
        let mut found = next_filled(&mut self.in_sled)?;
        let next = self.next.number;
        if found.as_ref().is_none_or(|(number, _)| *number != next) {
            // The iterator reads an old copy of a page, which may have more blocks by now, or it is
            // behind.
            self.in_sled = self.files.blocks().range(next.to_be_bytes()..);
            found = next_filled(&mut self.in_sled)?;
        }
        let Some((number, encoded)) = found else {
            return Ok(None);
        };
        let blocks = self.files.blocks();
        let key = number.to_be_bytes();
        self.bound.count(blocks, key, encoded.len())?;
        // After a gap, only the block itself says where it starts.
        let position = if number == next {
            self.next.position
        } else {
            Outline::of(&encoded).map_or(self.next.position.next(), |block| block.first_position)
        };
        Ok(Some((position, copied(&encoded))))
    }
}

impl Iterator for StoredFrom<'_> {
    type Item = Result<Stored, StorageError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.advance().transpose()
    }
}

/// Finds the last block in sled that starts at or before `position`, or else the place of the first
/// block.
fn find(files: &Files, bound: &mut CacheBound, position: Position) -> Result<Place, StorageError> {
    if position <= Place::FIRST.position {
        return Ok(Place::FIRST);
    }
    let upto = position.get().to_be_bytes();
    let entry = guarded(|| files.positions().range(..=upto).next_back().transpose())?;
    let mut found = match entry {
        Some((position, number)) => Place {
            number: number_of(&number)?,
            position: Position::new(number_of(&position)?),
        },
        None => Place::FIRST,
    };
    let mut due = found.position;
    let mut blocks = files.blocks().range(found.number.to_be_bytes()..);
    while let Some((number, encoded)) = next_filled(&mut blocks)? {
        bound.count(files.blocks(), number.to_be_bytes(), encoded.len())?;
        // A block in the wrong place is ignored here; the reader finds it.
        let block = Outline::of(&encoded).filter(|block| block.number == number);
        let starts = block.as_ref().map_or(due, |block| block.first_position);
        if starts > position {
            break;
        }
        found = Place {
            number,
            position: starts,
        };
        due = block.map_or(due, |block| block.next_position);
    }
    Ok(found)
}

/// Reads the last block.
pub(super) fn last_block(files: &Files, dir: &Path) -> Result<Option<Block>, OpenError> {
    let reason = match next_filled(&mut files.blocks().iter().rev()) {
        Ok(None) => return Ok(None),
        Ok(Some((number, encoded))) => match numbered(number, &encoded) {
            Ok(block) => return Ok(Some(block)),
            Err(fault) => fault,
        },
        Err(StorageError::Io(source)) => return Err(io_error("read", dir, source)),
        Err(StorageError::Damaged(reason)) => Fault::Storage(reason),
    };
    let good = last_good_block(files).map_or(Position::START, |block| block.last_position());
    Err(OpenError::Tail {
        path: dir.to_owned(),
        position: good.next(),
        reason,
    })
}

/// Reads the last readable block.
pub(super) fn last_good_block(files: &Files) -> Option<Block> {
    let mut downwards = files.blocks().iter().rev();
    loop {
        let (number, encoded) = next_filled(&mut downwards).ok()??;
        if let Ok(block) = numbered(number, &encoded) {
            return Some(block);
        }
    }
}

/// Returns the number under which the last block is stored. The block itself is not checked.
pub(super) fn last_number(files: &Files) -> Option<u64> {
    let last = next_filled(&mut files.blocks().iter().rev()).ok()?;
    last.map(|(number, _)| number)
}

/// Returns the next entry that is not a placeholder.
fn next_filled(
    entries: &mut impl Iterator<Item = sled::Result<(IVec, IVec)>>,
) -> Result<Option<(u64, IVec)>, StorageError> {
    let is_filled = |entry: &sled::Result<(IVec, IVec)>| {
        entry
            .as_ref()
            .map_or(true, |(_, value)| *value != PLACEHOLDER)
    };
    guarded(|| entries.find(is_filled).transpose())?
        .map(|(key, value)| Ok((number_of(&key)?, value)))
        .transpose()
}

/// Decodes the block stored under `number` and checks that it has this number.
fn numbered(number: u64, encoded: &[u8]) -> Result<Block, Fault> {
    let block = Block::decode(copied(encoded))?;
    if block.number() == number {
        Ok(block)
    } else {
        Err(Fault::Misplaced {
            first: block.first_position(),
        })
    }
}

/// Copies a block out of sled. Its values are slices of larger buffers, which readers would keep in
/// memory.
pub(super) fn copied(encoded: &[u8]) -> Bytes {
    Bytes::copy_from_slice(encoded)
}

pub(super) fn number_of(bytes: &[u8]) -> Result<u64, StorageError> {
    Key::try_from(bytes)
        .map(u64::from_be_bytes)
        .map_err(|_| StorageError::Damaged(format!("{} bytes for a number", bytes.len())))
}

fn outline(encoded: &[u8]) -> Result<Outline, StorageError> {
    Outline::of(encoded).ok_or_else(|| StorageError::Damaged("a value is no block".to_owned()))
}
