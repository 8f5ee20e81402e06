//! Blocks as formats 1 and 2 stored them: in sled's default tree, by first position.
//!
//! Owns the move into the layout of [`super::blocks`]. It copies the blocks into a new sled and
//! replaces the old file with the new one: removing the old blocks would leave a file three times
//! as large as its content.
//!
//! ```text
//! copy into moving/ ─▶ sync ─▶ rename to moved/ ─▶ remove snapshots ─▶ moved/db to db ─▶ remove moved/
//! ```
//!
//! An interrupted copy is started again. After the first rename, the next open completes the move.

use std::fs;
use std::io;
use std::path::Path;

use bytes::Bytes;
use sled::IVec;

use super::blocks::{Writer, copied, last_number, number_of};
use super::files::{CacheBound, Files, PAGES, remove_snapshots};
use super::guard::{guarded, refused};
use super::mover::sync;
use super::pending::Pending;
use crate::causes::with_causes;
use crate::log::block::Misfit;
use crate::log::chain::{StorageError, Stored, stored_at};
use crate::log::paths::{create_directory, exists, io_error, sync_directory};
use crate::log::{Block, Fault, Head, OpenError, Position};

/// The copy while it is made.
const MOVING: &str = "moving";
/// The copy once it is complete and durable.
const MOVED: &str = "moved";

const LAST: Position = Position::new(u64::MAX);

/// Returns whether the log still has this layout.
pub(super) fn holds_the_log(files: &Files) -> bool {
    match guarded(|| files.db().iter().keys().next().transpose()) {
        Ok(first) => first.is_some(),
        Err(_) => last_number(files).is_none(),
    }
}

/// Copies the blocks of `partition` to the directory that [`complete`] uses.
///
/// Checks each block. If one is bad, nothing is moved, and the log can be read as it is.
pub(super) fn copy(files: &Files, dir: &Path, partition: u32) -> Result<(), OpenError> {
    tracing::info!("copying the log into the layout of this version");
    let moving = dir.join(MOVING);
    remove(&moving)?;
    create_directory(&moving)?;
    let copied = copy_into(&moving, files, dir, partition);
    if copied.is_err() {
        remove(&moving)?;
        return copied;
    }
    let moved = dir.join(MOVED);
    fs::rename(&moving, &moved).map_err(|source| io_error("renamed", &moving, source))?;
    sync_directory(dir)
}

fn copy_into(moving: &Path, files: &Files, dir: &Path, partition: u32) -> Result<(), OpenError> {
    let to = Files::open_or_create(moving)?;
    let mut writer = Writer::new(&to).map_err(|error| refused(moving, error))?;
    let nothing = Pending::default();
    let mut head = Head::EMPTY;
    for stored in StoredFrom::the_block_with(files, &nothing, Position::START) {
        let (position, encoded) = stored.map_err(|error| refused(dir, error))?;
        let block = next_block(position, encoded, partition, &head)
            .map_err(|fault| bad(dir, position, fault))?;
        writer
            .insert(block.encoded())
            .map_err(|error| refused(moving, error))?;
        head = block.head();
    }
    sync(&to).map_err(|error| refused(moving, error))?;
    to.make_durable()
}

/// Replaces the old file with a complete copy. No handle may be open.
pub(super) fn complete(dir: &Path) -> Result<(), OpenError> {
    let moved = dir.join(MOVED);
    if !exists(&moved)? {
        return Ok(());
    }
    let file = moved.join(PAGES);
    if exists(&file)? {
        // The snapshots describe the old file, and sled would trust them.
        remove_snapshots(dir)?;
        sync_directory(dir)?;
        let to = dir.join(PAGES);
        fs::rename(&file, &to).map_err(|source| io_error("renamed", &file, source))?;
        sync_directory(dir)?;
    }
    remove(&moved)
}

/// Removes a directory and its files, if there is one.
fn remove(directory: &Path) -> Result<(), OpenError> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(io_error("removed", directory, error))
        }
        Ok(()) | Err(_) => Ok(()),
    }
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

/// Returns the position under which the last block is stored. The block itself is not checked.
pub(super) fn last_position(files: &Files) -> Option<Position> {
    last_upto(files, LAST).ok().flatten()
}

/// Reads the last readable block.
pub(super) fn last_good_block(files: &Files) -> Option<Block> {
    let mut downwards = files.db().iter().rev();
    loop {
        let (position, encoded) = next_stored(&mut downwards).ok()??;
        if let Ok(block) = stored_at(position, encoded) {
            return Some(block);
        }
    }
}

/// Walks the blocks upwards, then those that only the journal has.
pub(super) struct StoredFrom<'a> {
    files: &'a Files,
    beyond: &'a Pending,
    /// The position of the next block.
    next: Position,
    in_sled: sled::Iter,
    bound: CacheBound,
    /// The error that prevented the walk.
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

/// Returns the last key at or before `position`.
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
