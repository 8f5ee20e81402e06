//! What a start makes of sled and the journal together.
//!
//! Owns the rule of which of the journal's blocks the log has beyond sled's, and of what is damage.
//! Every block is in the journal first, so the journal ends where the log does, and never before
//! sled.

use std::path::Path;

use super::blocks::{Writer, holds, last_block, last_good_block, last_number};
use super::files::Files;
use super::guard::refused;
use super::journal::{Frame, Journal};
use super::mover::sync;
use super::older;
use super::witness;
use crate::log::chain::{StorageError, Stored};
use crate::log::paths::{create_directory, io_error};
use crate::log::{Block, Fault, Head, OpenError};

/// A log that is ready for appends: everything is in sled, and durable. On a full disk it is ready
/// for reads.
pub(super) struct Recovered {
    pub files: Files,
    pub journal: Journal,
    pub head: Head,
    /// What only the journal has, and why it can't be moved into sled.
    pub stuck: Option<(Vec<Stored>, StorageError)>,
}

/// Opens the log of `partition` in `dir`, or makes one, and moves into sled what only the journal
/// has.
pub(super) fn recover(
    dir: &Path,
    partition: u32,
    segment_bytes: u32,
) -> Result<Recovered, OpenError> {
    create_directory(dir)?;
    if !Files::exist(dir)? && Journal::open(dir)?.is_none() {
        // Before sled's files: once these are there, a journal that is missing was lost.
        Journal::create(dir, segment_bytes, None)?;
    }
    older::complete(dir)?;
    let mut files = Files::open_or_create(dir)?;
    files.refuse_spilled()?;
    if older::holds_the_log(&files) {
        older::copy(&files, dir, partition)?;
        drop(files);
        older::complete(dir)?;
        files = Files::open_or_create(dir)?;
    }
    let last = last_block(&files, dir)?;
    refuse_other_partition(dir, last.as_ref().map(Block::partition), partition)?;
    files.make_durable()?;
    let (mut journal, frames) = match Journal::open(dir)? {
        Some(found) => found,
        None => adopt(dir, &files, segment_bytes, last.as_ref())?,
    };
    witness::remove(dir)?;

    let stored = last.map_or(Head::EMPTY, |block| block.head());
    let beyond = beyond(dir, partition, &stored, frames)?;
    let head = beyond.last().map_or(stored, |frame| frame.head);
    let stuck = match files.reserve() {
        Err(error) => {
            // Where the last sync failed, what is there may be in memory alone.
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
            "the log was not closed in order; its end was taken from its journal"
        );
    }
    Ok(Recovered {
        files,
        journal,
        head,
        stuck,
    })
}

/// A log that is looked at as it is.
pub(super) struct Found {
    pub files: Files,
    /// What only the journal has.
    pub beyond: Vec<Stored>,
    /// The last block that reads back.
    pub head: Head,
    /// A block that was acknowledged.
    pub reached: Head,
    /// Whether sled's are laid out as in earlier versions, see [`older`].
    pub is_older: bool,
}

/// Opens the log in `dir` and changes nothing of the journal.
pub(super) fn find(dir: &Path) -> Result<Found, OpenError> {
    older::complete(dir)?;
    let files = Files::open_existing(dir)?;
    let is_older = older::holds_the_log(&files);
    let good = if is_older {
        older::last_good_block(&files)
    } else {
        last_good_block(&files)
    };
    let good = good.map_or(Head::EMPTY, |block| block.head());
    let Some((_, mut frames)) = Journal::open(dir)? else {
        let reached = witness::noted_in(dir)?.ok_or_else(|| missing(dir))?;
        return Ok(Found {
            files,
            beyond: Vec::new(),
            head: good,
            reached,
            is_older,
        });
    };
    let reached = newest(&frames);
    refuse_older(dir, &reached, &good)?;
    if is_older {
        let last = older::last_position(&files).unwrap_or_default();
        frames.retain(|frame| frame.first_position > last);
    } else {
        let last = last_number(&files).unwrap_or_default();
        frames.retain(|frame| frame.head.block > last);
    }
    Ok(Found {
        files,
        head: frames.last().map_or(good, |frame| frame.head),
        beyond: frames.into_iter().map(Frame::into_stored).collect(),
        reached,
        is_older,
    })
}

/// Gives a log of an earlier version, which ends with `last`, a journal.
fn adopt(
    dir: &Path,
    files: &Files,
    segment_bytes: u32,
    last: Option<&Block>,
) -> Result<(Journal, Vec<Frame>), OpenError> {
    let reached = witness::noted_in(dir)?.ok_or_else(|| missing(dir))?;
    let found = last.map_or(Head::EMPTY, Block::head);
    if !holds(files, &found, &reached) {
        return Err(OpenError::Shrunk {
            path: dir.to_owned(),
            found,
            reached,
        });
    }
    Journal::create(dir, segment_bytes, last)?;
    Journal::open(dir)?.ok_or_else(|| missing(dir))
}

/// The journal's blocks after `stored`, where sled ends; these continue it without a gap.
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

/// Refuses a journal that ends before sled does: what else it lacks nobody knows.
fn refuse_older(dir: &Path, newest: &Head, stored: &Head) -> Result<(), OpenError> {
    if newest.block >= stored.block {
        return Ok(());
    }
    Err(OpenError::Journal {
        path: dir.to_owned(),
        reason: "ends before the log does",
    })
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
