//! The embedded log: a journal that makes blocks durable, and sled 0.34.7, which keeps them all.
//!
//! Owns a directory with the journal and sled's files, and everything that must be done around sled
//! so that an acknowledged block survives a power cut. Does not know who else works in that
//! directory: see [`super::directory`].
//!
//! ```text
//! append ──▶ journal, fdatasync ── durable ──▶ pending ── mover ──▶ sled, flush, fdatasync
//! read   ◀── sled, then pending
//! ```
//!
//! An append writes the block to the journal and syncs that: one write in place, one sync of one
//! file. A thread moves the blocks into sled behind it, many for each flush. See `journal` for what
//! is where, `pending` for what readers see meanwhile, `recovery` for what a start makes of both, and
//! `older` for what it makes of a log of an earlier version.
//!
//! What was read in sled's source and measured, and is worked around here:
//!
//! - `flush()` ends in `sync_file_range`, which makes neither the file's size nor the drive's cache
//!   durable. So the journal lets go of blocks only after `flush()` and then `fdatasync` on a
//!   descriptor of our own, as old as sled's: Linux reports a failed write-back once to each.
//! - A `flush()` wakes all of sled's threads and waits for them, which takes longer than the disk
//!   does. So none is on the way of an append.
//! - The start reads `snap.*.generating`, a snapshot that a killed process left half written, and
//!   fails on it. So these are removed before opening.
//! - It writes its settings, `conf`, in two steps when it makes a log, and takes half of them for
//!   damage. So settings that aren't whole are removed before opening, and it writes them anew.
//! - Values over a quarter of a segment go to `blobs/`, files that are never synced, and a page of up
//!   to 17 blocks is one such value. So segments are 8 MiB, 17 of the largest blocks stay below a
//!   quarter of that, and `blobs/` must be empty.
//! - It writes a page anew when it is split or was changed often, and reclaims a segment only when
//!   half of it is garbage. So pages are split while they are empty, and then filled: see `blocks`.
//! - It panics where its files contradict themselves. So every call is guarded, and a panic becomes
//!   an error that says what is damaged.
//! - It cuts off an acknowledged end that was damaged as it does a torn one. The journal, which
//!   ends where the log does, has that end still, or tells that it is missing.
//! - Its cache counts a page only after 64 accesses to the same 256th of all pages, so a walk, which
//!   accesses each page once, would bring the whole log into memory. So blocks are accessed again,
//!   in proportion to their size, until they are counted and evicted.
//! - Once a write failed it reads nothing that it has not written. So its file gets room on the disk
//!   before blocks are put into it, and where there is no room the log is open for reading.
//! - It takes damage of its snapshots and settings for damage of the log. So where it finds damage,
//!   these are set aside, it makes them anew from its pages, and then the log is read whole.
//! - It has no way to open without writing: recovery cuts a torn end off and writes a snapshot. So
//!   reading tools refuse a place where there is no log, but **look at a damaged one in a copy**.

mod blocks;
mod files;
mod guard;
mod journal;
mod mover;
mod older;
mod pending;
mod recovery;
mod witness;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::watch;

use super::chain::Chain;
use super::paths::io_error;
use super::{AppendError, Block, Blocks, Head, Log, OpenError, Position, ReadError};
use crate::causes::with_causes;
use blocks::StoredFrom;
use files::Files;
use journal::{Journal, SEGMENT_BYTES};
use mover::Mover;
use pending::Pending;
use recovery::{Found, Recovered};

/// One partition's log on disk. Dropping it moves everything into sled, and waits until the files
/// can be opened again.
pub struct SledLog {
    partition: u32,
    /// Dropped before the files are; `None` when opened for reading, or on a full disk.
    _mover: Option<Mover>,
    files: Arc<Files>,
    pending: Arc<Pending>,
    /// The last durable block.
    head: watch::Sender<Head>,
    /// Appends take turns on this, and are refused once it is gone.
    journal: Mutex<Option<Journal>>,
    /// Set when opened for reading: reads go on past the head, and must get to this one.
    must_reach: Option<Head>,
    /// Whether sled's blocks are laid out as in earlier versions; never when they can be appended to.
    is_older: bool,
}

impl SledLog {
    /// Opens the log of `partition` in `dir`, or creates an empty one there.
    ///
    /// Whatever of the log a killed process left is durable, and in sled, when this returns. The
    /// last block is read and checked, and those that only the journal had (they stay there on a full
    /// disk: then the log is read, and appends are [`AppendError::Stuck`]); the others only once
    /// they are read. A log of an earlier version is read and checked whole, moved into the layout
    /// of this one, and gets a journal if it has none.
    ///
    /// # Errors
    ///
    /// - [`OpenError::InUse`]: something else has the log open.
    /// - [`OpenError::Partition`]: it is another partition's.
    /// - [`OpenError::Tail`], [`OpenError::Shrunk`], [`OpenError::Damaged`]: its last block is bad,
    ///   blocks are missing at its end, or all of it can't be read.
    /// - [`OpenError::Journal`]: the journal is missing, damaged, or not this log's.
    /// - [`OpenError::Spilled`]: sled keeps values where a power cut may lose them.
    /// - [`OpenError::Io`]: the operating system refused.
    pub fn open(dir: &Path, partition: u32) -> Result<Self, OpenError> {
        Self::open_with(dir, partition, SEGMENT_BYTES)
    }

    /// The same; where it makes a journal, each of its two segments has `segment_bytes`, or more if
    /// a block would not fit. For tests: a small journal is soon written over.
    ///
    /// # Errors
    ///
    /// As [`SledLog::open`].
    pub fn open_with(dir: &Path, partition: u32, segment_bytes: u32) -> Result<Self, OpenError> {
        let recovered = recovery::recover(dir, partition, segment_bytes)?;
        let is_mended = recovered.files.is_mended();
        let log = Self::with(recovered, partition);
        let log = log.map_err(|source| io_error("given a thread", dir, source))?;
        if is_mended {
            log.check_all(dir)?;
        }
        Ok(log)
    }

    /// Reads every block: sled made its list of pages anew, and may have left out some.
    fn check_all(&self, dir: &Path) -> Result<(), OpenError> {
        super::verify(self, |_| ()).map_err(|error| match error {
            ReadError::Io { source } => io_error("read", dir, source),
            corrupt => OpenError::Damaged {
                path: dir.to_owned(),
                reason: with_causes(&corrupt),
            },
        })?;
        Ok(())
    }

    /// Tells whether there is a log in `dir`, whole or in part.
    ///
    /// # Errors
    ///
    /// [`OpenError::Io`]: the operating system refused.
    pub fn is_in(dir: &Path) -> Result<bool, OpenError> {
        Ok(Journal::is_in(dir)? || Files::exist(dir)?)
    }

    /// Makes an empty log in `dir`, which has none; it survives a power cut from the moment this
    /// returns.
    ///
    /// # Errors
    ///
    /// [`OpenError::Io`]: the operating system refused.
    pub fn create(dir: &Path) -> Result<(), OpenError> {
        Journal::create(dir, SEGMENT_BYTES, None)
    }

    /// Sets the journal of the log in `dir` aside: the log goes on from where sled's files end, and
    /// what only the journal had is lost. Gives where it is now, if there was one.
    ///
    /// # Errors
    ///
    /// [`OpenError::Io`]: the operating system refused.
    pub fn give_up_journal(dir: &Path) -> Result<Option<PathBuf>, OpenError> {
        witness::note_nothing(dir)?;
        Journal::set_aside(dir)
    }

    fn with(recovered: Recovered, partition: u32) -> io::Result<Self> {
        let Recovered {
            files,
            journal,
            head,
            stuck,
        } = recovered;
        let files = Arc::new(files);
        let (pending, mover) = match stuck {
            None => {
                let pending = Arc::new(Pending::default());
                let mover = Mover::start(Arc::clone(&files), Arc::clone(&pending))?;
                (pending, Some(mover))
            }
            Some((beyond, error)) => {
                let reason = with_causes(&error);
                tracing::error!(reason, "the log can be read, and takes no appends");
                let pending = Arc::new(Pending::of(beyond));
                pending.fail(Arc::new(error));
                (pending, None)
            }
        };
        Ok(Self {
            partition,
            _mover: mover,
            files,
            pending,
            head: watch::Sender::new(head),
            journal: Mutex::new(Some(journal)),
            must_reach: None,
            is_older: false,
        })
    }

    /// Opens the log of `partition` in `dir` for reading, damaged or not, and never creates one.
    ///
    /// Appends are [`AppendError::Stopped`]. The head is the last block that reads back. Reads go
    /// on past it to the end of what is stored, and it is an error where that is short of what was
    /// acknowledged, so that [`super::verify()`] finds all that [`SledLog::open`] may complain of.
    /// sled recovers its files even so: look at a damaged log in a copy. The journal is left as it
    /// is.
    ///
    /// # Errors
    ///
    /// [`OpenError::NotFound`] when there is no log; [`OpenError::Damaged`] when sled can read
    /// nothing of it; [`OpenError::Journal`], [`OpenError::InUse`] and [`OpenError::Io`] as for
    /// [`SledLog::open`].
    pub fn open_for_reading(dir: &Path, partition: u32) -> Result<Self, OpenError> {
        let Found {
            files,
            beyond,
            head,
            reached,
            is_older,
        } = recovery::find(dir)?;
        Ok(Self {
            partition,
            _mover: None,
            files: Arc::new(files),
            pending: Arc::new(Pending::of(beyond)),
            head: watch::Sender::new(head),
            journal: Mutex::new(None),
            must_reach: Some(reached),
            is_older,
        })
    }
}

impl Log for SledLog {
    fn partition(&self) -> u32 {
        self.partition
    }

    fn head(&self) -> Head {
        *self.head.borrow()
    }

    fn append(&self, expected: &Head, block: &Block) -> Result<Head, AppendError> {
        let mut turn = self.journal.lock();
        let Some(journal) = turn.as_mut() else {
            return Err(AppendError::Stopped);
        };
        block
            .follows(self.partition, expected)
            .map_err(AppendError::Refused)?;
        let actual = self.head();
        if actual != *expected {
            return Err(AppendError::Conflict { actual });
        }
        self.pending
            .wait_until_safe(journal.written_over_by(block))
            .map_err(|error| AppendError::Stuck {
                source: error.into(),
            })?;
        let complete = match journal.write(block) {
            Ok(complete) => complete,
            Err(error) => {
                // A sync that failed can't be tried again: Linux has marked the lost pages as clean.
                *turn = None;
                return Err(AppendError::Indeterminate {
                    source: error.into(),
                });
            }
        };
        let stored = (block.first_position(), block.encoded().clone());
        self.pending.push(stored, complete);
        self.head.send_replace(block.head());
        Ok(block.head())
    }

    fn read(&self, after: Position) -> Result<Blocks<'_>, ReadError> {
        let (files, pending) = (&*self.files, &*self.pending);
        let stored: Box<dyn Iterator<Item = _> + Send> = if self.is_older {
            Box::new(older::StoredFrom::the_block_with(
                files,
                pending,
                after.next(),
            ))
        } else {
            Box::new(StoredFrom::the_block_with(files, pending, after.next()))
        };
        Ok(match self.must_reach {
            None => Box::new(Chain::to(self.head(), stored, self.partition, after)),
            Some(reached) => Box::new(Chain::past(reached, stored, self.partition, after)),
        })
    }

    fn tail(&self) -> watch::Receiver<Head> {
        self.head.subscribe()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs::{File, OpenOptions};
    use std::os::fd::OwnedFd;

    use bytes::Bytes;

    use super::guard::guarded;
    use super::*;
    use crate::log::chain::StorageError;

    fn next_block(head: &Head) -> Block {
        Block::seal(0, head, vec![Bytes::from_static(b"record")]).unwrap()
    }

    fn append(log: &SledLog) -> Head {
        let head = log.head();
        log.append(&head, &next_block(&head)).unwrap()
    }

    /// What can't be written at an offset.
    fn pipe() -> File {
        OwnedFd::from(std::io::pipe().unwrap().1).into()
    }

    /// What can be written, and not be synced.
    fn null() -> File {
        OpenOptions::new().write(true).open("/dev/null").unwrap()
    }

    #[test]
    fn failed_commit_is_indeterminate_and_stops_the_handle() {
        for (failing, was_written) in [(pipe(), false), (null(), false), (null(), true)] {
            let dir = tempfile::tempdir().unwrap();
            let log = SledLog::open(dir.path(), 0).unwrap();
            let head = append(&log);
            let tail = log.tail();
            let lost = next_block(&head);
            if was_written {
                let (mut journal, _) = Journal::open(dir.path()).unwrap().unwrap();
                journal.write(&lost).unwrap();
            }
            log.journal.lock().as_mut().unwrap().replace_file(failing);
            assert!(matches!(
                log.append(&head, &lost),
                Err(AppendError::Indeterminate { .. })
            ));
            assert!(matches!(
                log.append(&head, &lost),
                Err(AppendError::Stopped)
            ));
            assert_eq!(log.head(), head);
            assert!(!tail.has_changed().unwrap());
            let read: Vec<_> = log.read(Position::START).unwrap().collect();
            assert_eq!(read.len(), 1);

            drop(log);
            let log = SledLog::open(dir.path(), 0).unwrap();
            assert_eq!(log.head(), if was_written { lost.head() } else { head });
            append(&log);
        }
    }

    #[test]
    fn failed_sync_of_sled_stops_appends_and_loses_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let mut recovered = recovery::recover(dir.path(), 0, 1).unwrap();
        recovered.files.replace_pages(null());
        let log = SledLog::with(recovered, 0).unwrap();
        let refused = loop {
            let head = log.head();
            match log.append(&head, &next_block(&head)) {
                Ok(_) => {}
                Err(error) => break error,
            }
        };
        assert!(matches!(refused, AppendError::Stuck { .. }), "{refused:?}");
        let head = log.head();
        let blocks = log.read(Position::START).unwrap().map(Result::unwrap);
        assert_eq!(blocks.last().unwrap().head(), head);

        drop(log);
        let log = SledLog::open(dir.path(), 0).unwrap();
        assert_eq!(log.head(), head);
        append(&log);
    }

    #[test]
    fn block_is_never_written_over_another() {
        let dir = tempfile::tempdir().unwrap();
        let log = SledLog::open(dir.path(), 0).unwrap();
        let block = next_block(&Head::EMPTY);
        let there = block.first_position();
        let key = block.number().to_be_bytes();
        log.files.blocks().insert(key, b"something").unwrap();
        log.append(&Head::EMPTY, &block).unwrap();
        log.pending.wait_until_safe(there).unwrap_err();
        let found = log.files.blocks().get(key).unwrap();
        assert_eq!(found.unwrap(), b"something");
        // What was acknowledged is read all the same.
        let read: Vec<_> = log.read(Position::START).unwrap().collect();
        assert_eq!(*read[0].as_ref().unwrap().as_ref(), block);
    }

    #[test]
    fn panic_inside_sled_becomes_an_error() {
        let answer = guarded(|| -> sled::Result<()> { panic!("page {} is not there", 3) });
        assert!(matches!(
            answer,
            Err(StorageError::Damaged(words)) if words == "page 3 is not there"
        ));
    }
}
