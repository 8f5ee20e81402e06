//! Blocks as formats 1 and 2 kept them: in sled's default tree, by first position.
//!
//! Owns the move from there into [`super::blocks`], which copies them into a sled of their own and
//! puts its file in place of the old one: cleared away, the old blocks would leave a file of three
//! times what is in it.
//!
//! ```text
//! copy into moving/ ─▶ sync ─▶ rename to moved/ ─▶ remove snapshots ─▶ moved/db to db ─▶ remove moved/
//! ```
//!
//! A copy that was ended is begun anew. From the first rename on the move is completed by whoever
//! opens the log next.

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
/// The copy once it is whole and durable.
const MOVED: &str = "moved";

const LAST: Position = Position::new(u64::MAX);

/// Whether the log is still stored so.
pub(super) fn holds_the_log(files: &Files) -> bool {
    match guarded(|| files.db().iter().keys().next().transpose()) {
        Ok(first) => first.is_some(),
        Err(_) => last_number(files).is_none(),
    }
}

/// Copies the blocks of `partition` to where [`complete`] takes them from.
///
/// Checks each of them; when one is bad, nothing is moved, and all can be read as they are.
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

/// Puts a copy that is whole in the place of what it was made of; no handle may be open.
pub(super) fn complete(dir: &Path) -> Result<(), OpenError> {
    let moved = dir.join(MOVED);
    if !exists(&moved)? {
        return Ok(());
    }
    let file = moved.join(PAGES);
    if exists(&file)? {
        // They are of the old file, and sled would go by them.
        remove_snapshots(dir)?;
        sync_directory(dir)?;
        let to = dir.join(PAGES);
        fs::rename(&file, &to).map_err(|source| io_error("renamed", &file, source))?;
        sync_directory(dir)?;
    }
    remove(&moved)
}

/// Removes a directory, if there is one, and what is in it.
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
