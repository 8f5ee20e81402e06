//! Blocks as formats 1 and 2 kept them: in sled's default tree, by first position.
//!
//! Owns the move from there into [`super::blocks`]. Every block is durable in its new place before
//! the first one leaves its old place, and they leave in order. So at any time one of the two has
//! the whole log, and whichever goes further is that one.

use std::path::Path;

use bytes::Bytes;
use sled::IVec;

use super::blocks::{Writer, copied, last_block, last_number, number_of};
use super::files::{CacheBound, Files};
use super::guard::guarded;
use super::mover::sync;
use super::pending::Pending;
use super::recovery::refused;
use crate::causes::with_causes;
use crate::log::block::Misfit;
use crate::log::chain::{StorageError, Stored, stored_at};
use crate::log::{Block, Fault, Head, OpenError, Position};

const FIRST: Position = Position::new(1);
const LAST: Position = Position::new(u64::MAX);

/// Moves the blocks of `partition` that are stored so to where they belong now.
///
/// Checks each of them; when one is bad, all of them stay, and can be read.
pub(super) fn move_over(files: &Files, dir: &Path, partition: u32) -> Result<(), OpenError> {
    let failed = |error| refused(dir, error);
    if last_upto(files, LAST).map_err(failed)?.is_none() {
        return Ok(());
    }
    tracing::info!("moving the log's blocks into the layout of this version");
    let mut head = last_block(files, dir)?.map_or(Head::EMPTY, |block| block.head());
    let mut writer = Writer::new(files).map_err(failed)?;
    let nothing = Pending::default();
    let from = head.position.next();
    for stored in StoredFrom::the_block_with(files, &nothing, from) {
        let (position, encoded) = stored.map_err(failed)?;
        if position < from {
            continue;
        }
        let block = next_block(position, encoded, partition, &head)
            .map_err(|fault| bad(dir, position, fault))?;
        writer.insert(block.encoded()).map_err(failed)?;
        head = block.head();
    }
    sync(files).map_err(failed)?;
    clear(files).and_then(|()| sync(files)).map_err(failed)
}

fn next_block(
    position: Position,
    encoded: Bytes,
    partition: u32,
    head: &Head,
) -> Result<Block, Fault> {
    let block = stored_at(position, encoded)?;
    block.follows(partition, head)?;
    Ok(block)
}

fn bad(dir: &Path, position: Position, fault: Fault) -> OpenError {
    let path = dir.to_owned();
    match fault {
        Fault::Misfit(Misfit::Partition { expected, found }) => OpenError::Partition {
            path,
            expected,
            found,
        },
        fault => OpenError::Damaged {
            path,
            reason: format!("the block at position {position}: {}", with_causes(&fault)),
        },
    }
}

fn clear(files: &Files) -> Result<(), StorageError> {
    let mut bound = CacheBound::default();
    let mut stored = files.db().iter();
    while let Some((key, value)) = guarded(|| stored.next().transpose())? {
        guarded(|| files.db().remove(&key))?;
        bound.count(files.db(), number_of(&key)?.to_be_bytes(), value.len())?;
    }
    Ok(())
}

/// Whether the log is still stored so.
///
/// Blocks leave in order: as long as the first one is here, all are.
pub(super) fn holds_the_log(files: &Files) -> bool {
    let is_new = last_number(files).is_some();
    match guarded(|| files.db().iter().keys().next().transpose()) {
        Ok(None) => false,
        Ok(Some(first)) => !is_new || *first == FIRST.get().to_be_bytes(),
        Err(_) => !is_new,
    }
}

/// The last block's position, whatever is stored there.
pub(super) fn last_position(files: &Files) -> Option<Position> {
    last_upto(files, LAST).ok().flatten()
}

/// Reads the last block that reads back.
pub(super) fn last_good_block(files: &Files) -> Option<Block> {
    let mut downwards = files.db().iter().rev();
    loop {
        let (position, encoded) = next_stored(&mut downwards).ok()??;
        if let Ok(block) = stored_at(position, encoded) {
            return Some(block);
        }
    }
}

/// Walks the blocks upwards, and those after them that only the journal has.
pub(super) struct StoredFrom<'a> {
    files: &'a Files,
    beyond: &'a Pending,
    /// Where the next block is looked for.
    next: Position,
    in_sled: sled::Iter,
    bound: CacheBound,
    /// What kept the walk from beginning.
    failed: Option<StorageError>,
}

impl<'a> StoredFrom<'a> {
    /// Begins with the last block whose key is at or before `position`, if there is one.
    pub fn the_block_with(files: &'a Files, beyond: &'a Pending, position: Position) -> Self {
        let (first, failed) = match last_upto(files, position) {
            Ok(first) => (first.unwrap_or(position), None),
            Err(error) => (position, Some(error)),
        };
        Self {
            files,
            beyond,
            next: first,
            in_sled: files.db().range(first.get().to_be_bytes()..),
            bound: CacheBound::default(),
            failed,
        }
    }

    fn advance(&mut self) -> Result<Option<Stored>, StorageError> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        let found = match next_stored(&mut self.in_sled)? {
            None => self.beyond.at_or_after(self.next).0,
            found => found,
        };
        if let Some((position, encoded)) = &found {
            self.next = position.next();
            let key = position.get().to_be_bytes();
            self.bound.count(self.files.db(), key, encoded.len())?;
        }
        Ok(found)
    }
}

impl Iterator for StoredFrom<'_> {
    type Item = Result<Stored, StorageError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.advance().transpose()
    }
}

/// The last key at or before `position`.
fn last_upto(files: &Files, position: Position) -> Result<Option<Position>, StorageError> {
    let upto = ..=position.get().to_be_bytes();
    guarded(|| files.db().range(upto).keys().next_back().transpose())?
        .map(|key| Ok(Position::new(number_of(&key)?)))
        .transpose()
}

fn next_stored(
    entries: &mut impl Iterator<Item = sled::Result<(IVec, IVec)>>,
) -> Result<Option<Stored>, StorageError> {
    guarded(|| entries.next().transpose())?
        .map(|(key, value)| Ok((Position::new(number_of(&key)?), copied(&value))))
        .transpose()
}
