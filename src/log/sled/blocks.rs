//! Blocks as sled's keys and values.

use std::path::Path;

use bytes::Bytes;

use super::files::{CacheBound, Files};
use super::guard::guarded;
use super::pending::Pending;
use crate::log::chain::{StorageError, Stored, stored_at};
use crate::log::directory::io_error;
use crate::log::{Block, Fault, Head, OpenError, Position};

/// A block's key: its first position, big-endian, so that keys sort as positions do.
pub(super) type Key = [u8; 8];

pub(super) const fn key(position: Position) -> Key {
    position.get().to_be_bytes()
}

/// Puts a block into sled, and never over another.
pub(super) fn insert(
    files: &Files,
    position: Position,
    encoded: &[u8],
) -> Result<(), StorageError> {
    let absent = None::<&[u8]>;
    guarded(|| {
        files
            .db()
            .compare_and_swap(key(position), absent, Some(encoded))
    })?
    .map_err(|_| StorageError::Damaged("a block is stored there already".to_owned()))
}

/// Walks the stored blocks upwards, those in sled and those that are not there yet.
pub(super) struct StoredFrom<'a> {
    files: &'a Files,
    pending: &'a Pending,
    /// Where the next block is looked for.
    next: Position,
    /// sled's, from there on.
    in_sled: sled::Iter,
    bound: CacheBound,
    /// What kept the walk from beginning.
    failed: Option<StorageError>,
}

impl<'a> StoredFrom<'a> {
    /// Begins with the last block whose key is at or before `position`, if there is one.
    pub fn the_block_with(files: &'a Files, pending: &'a Pending, position: Position) -> Self {
        let first = match pending.at_or_before(position) {
            Some(first) => Ok(Some(first)),
            None => last_key_upto(files, position),
        };
        let (first, failed) = match first {
            Ok(first) => (first, None),
            Err(error) => (None, Some(error)),
        };
        let next = first.unwrap_or(position);
        Self {
            files,
            pending,
            next,
            in_sled: files.db().range(key(next)..),
            bound: CacheBound::default(),
            failed,
        }
    }

    fn advance(&mut self) -> Result<Option<Stored>, StorageError> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        // Looked at before sled is: what has left by then, sled has.
        let (pending, has_all) = self.pending.at_or_after(self.next);
        let moved = if has_all { None } else { self.next_in_sled()? };
        let found = match (moved, pending) {
            (Some(moved), Some(pending)) if moved.0 >= pending.0 => Some(pending),
            (None, pending) => pending,
            (moved, _) => moved,
        };
        if let Some((position, _)) = found {
            self.next = position.next();
        }
        Ok(found)
    }

    fn next_in_sled(&mut self) -> Result<Option<Stored>, StorageError> {
        let mut found = guarded(|| self.in_sled.next().transpose())?;
        let next = key(self.next);
        if found.as_ref().is_none_or(|(key, _)| key[..] < next[..]) {
            // It goes by a page as it was, which may have got blocks since; or it lags behind.
            self.in_sled = self.files.db().range(next..);
            found = guarded(|| self.in_sled.next().transpose())?;
        }
        let Some((position, bytes)) = found.map(stored).transpose()? else {
            return Ok(None);
        };
        self.bound.count(self.files, key(position), bytes.len())?;
        Ok(Some((position, bytes)))
    }
}

/// sled's last key at or before `position`.
fn last_key_upto(files: &Files, position: Position) -> Result<Option<Position>, StorageError> {
    let upto = || {
        files
            .db()
            .range(..=key(position))
            .keys()
            .next_back()
            .transpose()
    };
    guarded(upto)?.map(|key| position_of(&key)).transpose()
}

/// The last block's key, whatever is stored there.
pub(super) fn last_key(files: &Files) -> Option<Position> {
    last_key_upto(files, Position::new(u64::MAX)).ok().flatten()
}

impl Iterator for StoredFrom<'_> {
    type Item = Result<Stored, StorageError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.advance().transpose()
    }
}

/// Reads the last block.
pub(super) fn last_block(files: &Files, dir: &Path) -> Result<Option<Block>, OpenError> {
    let last = guarded(|| files.db().last()).and_then(|found| found.map(stored).transpose());
    let reason = match last {
        Ok(None) => return Ok(None),
        Ok(Some((position, bytes))) => match stored_at(position, bytes) {
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

/// Reads the last block that reads back.
pub(super) fn last_good_block(files: &Files) -> Option<Block> {
    let mut downwards = files.db().iter();
    loop {
        let found = guarded(|| downwards.next_back().transpose()).ok()??;
        let block = stored(found)
            .map_err(|error| Fault::Storage(error.to_string()))
            .and_then(|(position, bytes)| stored_at(position, bytes));
        if let Ok(block) = block {
            return Some(block);
        }
    }
}

/// Whether the log that ends with `last` has the block that `head` names.
pub(super) fn holds(files: &Files, last: &Head, head: &Head) -> bool {
    if head.block == 0 || head == last {
        return true;
    }
    // A block's own hash vouches for what it says of itself, so its head is that of no other.
    StoredFrom::the_block_with(files, &Pending::default(), head.position)
        .next()
        .and_then(Result::ok)
        .and_then(|(position, bytes)| stored_at(position, bytes).ok())
        .is_some_and(|block| block.head() == *head)
}

/// Copies a block out of sled: its values are slices of whole pages, which readers would pin.
fn stored((key, value): (sled::IVec, sled::IVec)) -> Result<Stored, StorageError> {
    Ok((position_of(&key)?, Bytes::copy_from_slice(&value)))
}

fn position_of(key: &[u8]) -> Result<Position, StorageError> {
    Key::try_from(key)
        .map(|key| Position::new(u64::from_be_bytes(key)))
        .map_err(|_| StorageError::Damaged(format!("a key of {} bytes", key.len())))
}
