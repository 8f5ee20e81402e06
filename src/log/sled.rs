//! The embedded log: a journal that makes blocks durable, and sled 0.34.7, which stores all of
//! them.
//!
//! Owns a directory with the journal and sled's files, and all the care that sled needs so that an
//! acknowledged block survives a power cut. Does not know which other processes use that directory:
//! see [`super::directory`].
//!
//! ```text
//! append ──▶ journal, fdatasync ── durable ──▶ pending ── mover ──▶ sled, flush, fdatasync
//! read   ◀── sled, then pending
//! ```
//!
//! An append writes the block to the journal and syncs that: one write in place, one sync of one
//! file. A thread later moves the blocks into sled, many for each flush. `journal` describes the
//! file, `pending` what readers see meanwhile, and `recovery` how a start combines both.
//!
//! Properties of sled, found in its source and measured, and how this module handles them:
//!
//! - `flush()` ends in `sync_file_range`, which makes neither the file's size nor the drive's cache
//!   durable. So the journal drops blocks only after `flush()` and then `fdatasync` on our own
//!   descriptor, which is as old as sled's: Linux reports a failed write-back once to each
//!   descriptor.
//! - A `flush()` wakes all of sled's threads and waits for them, which takes longer than the disk.
//!   So an append never flushes sled.
//! - Its start reads `snap.*.generating`, a snapshot that a killed process left half written, and
//!   fails. So these files are removed before opening.
//! - It writes its settings, `conf`, in two steps when it makes a log, and takes half-written ones
//!   for damage. So incomplete settings are removed before opening, and it writes them again.
//! - Values over a quarter of a segment go to `blobs/`, files that are never synced, and a page of up
//!   to 17 blocks is one such value. So segments are 8 MiB, 17 of the largest blocks stay below a
//!   quarter of that, and `blobs/` must be empty.
//! - It rewrites a page when the page is split or was changed often, and reclaims a segment only
//!   when half of it is garbage. So pages are split while they are empty, and then filled: see
//!   `blocks`.
//! - It panics if its files are inconsistent. So every call is guarded, and a panic becomes an
//!   error that says what is damaged.
//! - It cuts off an acknowledged end that was damaged later, as it does with a torn one. The
//!   journal ends where the log ends, so it still has that end or shows that it is missing.
//! - Its cache counts a page only after 64 accesses to the same 256th of all pages, so a walk, which
//!   accesses each page once, would bring the whole log into memory. So blocks are accessed again,
//!   in proportion to their size, until they are counted and evicted.
//! - After a failed write it cannot read pages that it has not written. So its file gets room on
//!   the disk before blocks are put into it. If there is no room, the log is open for reading only.
//! - It takes damage of its snapshots and settings for damage of the log. So if it finds damage,
//!   these files are renamed, it makes new ones from its pages, and then the whole log is read.
//! - It cannot open without writing: recovery cuts a torn end off and writes a snapshot. So reading
//!   tools refuse a directory without a log, but **examine a damaged log in a copy**.

mod blocks;
mod files;
mod given_up;
mod guard;
mod journal;
mod mover;
mod pending;
mod recovery;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::watch;

use super::chain::Chain;
use super::paths::io_error;
use super::{AppendError, Block, Blocks, Head, Log, OpenError, Position, ReadError};
use crate::causes::with_causes;
use crate::metrics::Histogram;
use blocks::StoredFrom;
use files::Files;
use journal::{Journal, SEGMENT_BYTES};
use mover::Mover;
use pending::Pending;
use recovery::{Found, Recovered};

/// One partition's log on disk. Dropping it moves all blocks into sled and waits until the files
/// can be opened again.
pub struct SledLog {
    partition: u32,
    /// Dropped before the files. `None` if the log was opened for reading or the disk is full.
    _mover: Option<Mover>,
    files: Arc<Files>,
    pending: Arc<Pending>,
    /// The last durable block.
    head: watch::Sender<Head>,
    /// Appends take turns on this lock. They are refused once the journal is gone.
    journal: Mutex<Option<Journal>>,
    /// Set if the log was opened for reading: reads go on past the head and must reach this one.
    must_reach: Option<Head>,
}

impl SledLog {
    /// Opens the log of `partition` in `dir`, or creates an empty one there.
    ///
    /// When this returns, all blocks that a killed process left are durable and in sled. The
    /// exception is a full disk: then blocks that only the journal has stay there, reads work, and
    /// appends are [`AppendError::Stuck`]. The last block and the blocks that only the journal had
    /// are read and checked; the others are checked when they are read.
    ///
    /// # Errors
    ///
    /// - [`OpenError::InUse`]: another process has the log open.
    /// - [`OpenError::Partition`]: it holds another partition.
    /// - [`OpenError::Tail`], [`OpenError::Shrunk`], [`OpenError::Damaged`]: its last block is bad,
    ///   blocks are missing at its end, or sled cannot open its files.
    /// - [`OpenError::Journal`]: the journal is missing, damaged, or of another log.
    /// - [`OpenError::Spilled`]: sled keeps values where a power cut may lose them.
    /// - [`OpenError::Io`]: the operating system refused.
    pub fn open(dir: &Path, partition: u32) -> Result<Self, OpenError> {
        Self::open_with(dir, partition, SEGMENT_BYTES)
    }

    /// Opens a log like [`SledLog::open`]. A new journal gets two segments of `segment_bytes`, or
    /// of more if a block would not fit. For tests: a small journal is soon overwritten.
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

    /// Has the syncs of appends measured.
    pub fn measure_syncs(&self, syncs: Histogram) {
        if let Some(journal) = &mut *self.journal.lock() {
            journal.measure_syncs(syncs);
        }
    }

    /// Reads every block: sled made a new list of pages and may have left out some.
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

    /// Returns whether there is a log in `dir`, complete or not.
    ///
    /// # Errors
    ///
    /// [`OpenError::Io`]: the operating system refused.
    pub fn is_in(dir: &Path) -> Result<bool, OpenError> {
        Ok(Journal::is_in(dir)? || Files::exist(dir)?)
    }

    /// Makes an empty log in `dir`, which has none. The log survives a power cut as soon as this
    /// returns.
    ///
    /// # Errors
    ///
    /// [`OpenError::Io`]: the operating system refused.
    pub fn create(dir: &Path) -> Result<(), OpenError> {
        Journal::create(dir, SEGMENT_BYTES, None)
    }

    /// Renames the journal of the log in `dir`, so that the log goes on from where sled's files
    /// end. Blocks that only the journal had are lost. Returns the new path of the journal, if
    /// there was one.
    ///
    /// # Errors
    ///
    /// [`OpenError::Io`]: the operating system refused.
    pub fn give_up_journal(dir: &Path) -> Result<Option<PathBuf>, OpenError> {
        given_up::note(dir)?;
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
                tracing::error!(reason, "the log can be read but takes no appends");
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
        })
    }

    /// Opens the log of `partition` in `dir` for reading, even if it is damaged. Never creates one.
    ///
    /// Appends are [`AppendError::Stopped`]. The head is the last readable block. Reads go on past
    /// it to the last stored block, and fail if an acknowledged block is missing. So
    /// [`super::verify()`] finds every fault that [`SledLog::open`] may report. sled recovers its
    /// files even so: examine a damaged log in a copy. The journal is not changed.
    ///
    /// # Errors
    ///
    /// [`OpenError::NotFound`] when there is no log; [`OpenError::Damaged`] when sled cannot open
    /// its files; [`OpenError::Journal`], [`OpenError::InUse`] and [`OpenError::Io`] as for
    /// [`SledLog::open`].
    pub fn open_for_reading(dir: &Path, partition: u32) -> Result<Self, OpenError> {
        let Found {
            files,
            beyond,
            head,
            reached,
        } = recovery::find(dir)?;
        Ok(Self {
            partition,
            _mover: None,
            files: Arc::new(files),
            pending: Arc::new(Pending::of(beyond)),
            head: watch::Sender::new(head),
            journal: Mutex::new(None),
            must_reach: Some(reached),
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
                // A failed sync cannot be tried again: Linux has marked the lost pages as clean.
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
        let stored = StoredFrom::the_block_with(files, pending, after.next());
        Ok(match self.must_reach {
            None => Box::new(Chain::to(self.head(), stored, self.partition, after)),
            Some(reached) => Box::new(Chain::past(reached, stored, self.partition, after)),
        })
    }

    fn refusal(&self) -> Option<String> {
        let failed = self.pending.failure()?;
        Some(with_causes(&*failed))
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

    /// A file that cannot be written at an offset.
    fn pipe() -> File {
        OwnedFd::from(std::io::pipe().unwrap().1).into()
    }

    /// A file that can be written but not synced.
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
        // Acknowledged blocks can still be read.
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
