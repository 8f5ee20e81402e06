//! Blocks as sled's keys and values.

use std::path::Path;

use bytes::Bytes;

use super::files::Files;
use super::guard::guarded;
use crate::log::chain::{StorageError, Stored, stored_at};
use crate::log::directory::io_error;
use crate::log::{Block, Fault, Head, OpenError, Position};

/// A block's key: its first position, big-endian, so that keys sort as positions do.
pub(super) type Key = [u8; 8];

pub(super) const fn key(position: Position) -> Key {
    position.get().to_be_bytes()
}

/// Walks the stored blocks upwards.
pub(super) struct StoredFrom<'a> {
    files: &'a Files,
    blocks: sled::Iter,
    /// What kept the walk from beginning.
    failed: Option<StorageError>,
}

impl<'a> StoredFrom<'a> {
    /// Begins with the last block whose key is at or before `position`, if there is one.
    pub fn the_block_with(files: &'a Files, position: Position) -> Self {
        let db = files.db();
        let upto = || db.range(..=key(position)).keys().next_back().transpose();
        let (first, failed) = match guarded(upto) {
            Ok(first) => (first, None),
            Err(error) => (None, Some(error)),
        };
        let blocks = match first {
            Some(first) => db.range(first..),
            None => db.range(key(position)..),
        };
        Self {
            files,
            blocks,
            failed,
        }
    }

    fn advance(&mut self) -> Result<Option<Stored>, StorageError> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        let Some(found) = guarded(|| self.blocks.next().transpose())? else {
            return Ok(None);
        };
        let (position, bytes) = stored(found)?;
        self.files.bound_cache(key(position), bytes.len())?;
        Ok(Some((position, bytes)))
    }
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
    StoredFrom::the_block_with(files, head.position)
        .next()
        .and_then(Result::ok)
        .and_then(|(position, bytes)| stored_at(position, bytes).ok())
        .is_some_and(|block| block.head() == *head)
}

/// Copies a block out of sled: its values are slices of whole pages, which readers would pin.
fn stored((key, value): (sled::IVec, sled::IVec)) -> Result<Stored, StorageError> {
    let Ok(key) = Key::try_from(&key[..]) else {
        return Err(StorageError::Damaged(format!(
            "a key of {} bytes",
            key.len()
        )));
    };
    let position = Position::new(u64::from_be_bytes(key));
    Ok((position, Bytes::copy_from_slice(&value)))
}
