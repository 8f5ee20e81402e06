//! Recovery: how a start combines sled and the journal.
//!
//! Owns the rule that decides which blocks of the journal continue the log beyond sled, and what
//! counts as damage. Every block is in the journal first, so the journal ends where the log ends,
//! and never before sled.

use std::path::Path;

use super::blocks::{Writer, last_block, last_good_block, last_number};
use super::files::Files;
use super::given_up;
use super::guard::refused;
use super::journal::{Frame, Journal};
use super::mover::sync;
use crate::log::chain::{StorageError, Stored};
use crate::log::paths::{create_directory, io_error};
use crate::log::{Block, Fault, Head, OpenError};

/// A log that is ready for appends: all blocks are in sled and durable. On a full disk it is ready
/// for reads only.
pub(super) struct Recovered {
    pub files: Files,
    pub journal: Journal,
    pub head: Head,
    /// Blocks that only the journal has, and why they cannot be moved into sled.
    pub stuck: Option<(Vec<Stored>, StorageError)>,
}

/// Opens the log of `partition` in `dir`, or makes one, and moves into sled the blocks that only
/// the journal has.
pub(super) fn recover(
    dir: &Path,
    partition: u32,
    segment_bytes: u32,
) -> Result<Recovered, OpenError> {
    create_directory(dir)?;
    if !Files::exist(dir)? && Journal::open(dir)?.is_none() {
        // The journal is made before sled's files, so if these exist, a missing journal was lost.
        Journal::create(dir, segment_bytes, None)?;
    }
    let files = Files::open_or_create(dir)?;
    files.refuse_spilled()?;
    let last = last_block(&files, dir)?;
    refuse_other_partition(dir, last.as_ref().map(Block::partition), partition)?;
    files.make_durable()?;
    let (mut journal, frames) = match Journal::open(dir)? {
        Some(found) => found,
        None => begin_journal(dir, segment_bytes, last.as_ref())?,
    };
    given_up::remove(dir)?;

    let stored = last.map_or(Head::EMPTY, |block| block.head());
    let beyond = beyond(dir, partition, &stored, frames)?;
    let head = beyond.last().map_or(stored, |frame| frame.head);
    let stuck = match files.reserve() {
        Err(error) => {
            // If the last sync failed, the frames may be in memory only.
            let again = journal.write_again(&beyond);
            again.map_err(|source| io_error("written", dir, source))?;
            let beyond = beyond.into_iter().map(Frame::into_stored).collect();
            Some((beyond, error))
        }
        Ok(()) => {
            move_all(&files, &mut journal, &beyond).map_err(|error| refused(dir, error))?;
            None
        }
    };
    if head != stored {
        tracing::warn!(
            sled = stored.position.get(),
            journal = head.position.get(),
            "the log was not closed cleanly; its last blocks were taken from its journal"
        );
    }
    Ok(Recovered {
        files,
        journal,
        head,
        stuck,
    })
}

/// A log that is opened for reading.
pub(super) struct Found {
    pub files: Files,
    /// Blocks that only the journal has.
    pub beyond: Vec<Stored>,
    /// The last readable block.
    pub head: Head,
    /// A block that was acknowledged.
    pub reached: Head,
}

/// Opens the log in `dir` and does not change the journal.
pub(super) fn find(dir: &Path) -> Result<Found, OpenError> {
    let files = Files::open_existing(dir)?;
    let good = last_good_block(&files).map_or(Head::EMPTY, |block| block.head());
    let Some((_, mut frames)) = Journal::open(dir)? else {
        refuse_lost(dir)?;
        return Ok(Found {
            files,
            beyond: Vec::new(),
            head: good,
            reached: Head::EMPTY,
        });
    };
    let reached = newest(&frames);
    refuse_older(dir, &reached, &good)?;
    let last = last_number(&files).unwrap_or_default();
    frames.retain(|frame| frame.head.block > last);
    Ok(Found {
        files,
        head: frames.last().map_or(good, |frame| frame.head),
        beyond: frames.into_iter().map(Frame::into_stored).collect(),
        reached,
    })
}

/// Makes a journal for a log whose own was given up, and which ends with `last`.
fn begin_journal(
    dir: &Path,
    segment_bytes: u32,
    last: Option<&Block>,
) -> Result<(Journal, Vec<Frame>), OpenError> {
    refuse_lost(dir)?;
    Journal::create(dir, segment_bytes, last)?;
    Journal::open(dir)?.ok_or_else(|| missing(dir))
}

/// Returns the journal's blocks after `stored`, where sled ends. They continue it without a gap.
pub(super) fn beyond(
    dir: &Path,
    partition: u32,
    stored: &Head,
    frames: Vec<Frame>,
) -> Result<Vec<Frame>, OpenError> {
    let reached = newest(&frames);
    refuse_older(dir, &reached, stored)?;
    let mut found = *stored;
    let mut beyond: Vec<Frame> = Vec::new();
    for frame in frames {
        if frame.head.block < stored.block || frame.head == found {
            continue;
        }
        if frame.head.block == stored.block {
            return Err(OpenError::Tail {
                path: dir.to_owned(),
                position: frame.first_position,
                reason: Fault::NotTheHead { head: frame.head },
            });
        }
        let block = Block::decode(frame.encoded.clone()).ok();
        refuse_other_partition(dir, block.as_ref().map(Block::partition), partition)?;
        if block.is_none_or(|block| block.follows(partition, &found).is_err()) {
            return Err(OpenError::Shrunk {
                path: dir.to_owned(),
                found,
                reached,
            });
        }
        found = frame.head;
        beyond.push(frame);
    }
    Ok(beyond)
}

fn move_all(files: &Files, journal: &mut Journal, beyond: &[Frame]) -> Result<(), StorageError> {
    if beyond.is_empty() {
        return Ok(());
    }
    journal.write_again(beyond)?;
    let mut writer = Writer::new(files)?;
    for frame in beyond {
        writer.insert(&frame.encoded)?;
    }
    sync(files)
}

fn newest(frames: &[Frame]) -> Head {
    frames.last().map_or(Head::EMPTY, |frame| frame.head)
}

/// Refuses a journal that ends before sled does: it may lack more blocks.
fn refuse_older(dir: &Path, newest: &Head, stored: &Head) -> Result<(), OpenError> {
    if newest.block >= stored.block {
        return Ok(());
    }
    Err(OpenError::Journal {
        path: dir.to_owned(),
        reason: "ends before the log does",
    })
}

/// Refuses a log whose journal is missing, unless it was given up.
fn refuse_lost(dir: &Path) -> Result<(), OpenError> {
    match given_up::is_noted(dir)? {
        true => Ok(()),
        false => Err(missing(dir)),
    }
}

fn missing(dir: &Path) -> OpenError {
    OpenError::Journal {
        path: dir.to_owned(),
        reason: "is missing",
    }
}

fn refuse_other_partition(dir: &Path, found: Option<u32>, expected: u32) -> Result<(), OpenError> {
    match found {
        Some(found) if found != expected => Err(OpenError::Partition {
            path: dir.to_owned(),
            expected,
            found,
        }),
        Some(_) | None => Ok(()),
    }
}
