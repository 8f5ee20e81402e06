//! The embedded log: one block per key in sled 0.34.7, made durable by our own sync.
//!
//! Owns a directory that sled keeps its files in, and everything that must be done around sled so
//! that an acknowledged block survives a power cut. Does not know who else works in that directory:
//! see [`super::directory`].
//!
//! What was read in sled's source and measured, and is worked around here:
//!
//! - `flush()` ends in `sync_file_range`, which makes neither the file's size nor the drive's cache
//!   durable. So a commit is insert, `flush()`, and then `fdatasync` on a descriptor of our own.
//!   That descriptor is as old as sled's: Linux reports a failed write-back once to each.
//! - The start reads `snap.*.generating`, a snapshot that a killed process left half written, and
//!   fails on it. So these are removed before opening.
//! - It writes its settings, `conf`, in two steps when it makes a log, and takes half of them for
//!   damage. So settings that aren't whole are removed before opening, and it writes them anew.
//! - Values over a quarter of a segment go to `blobs/`, files that are never synced, and a page of up
//!   to 17 blocks is one such value. So segments are 8 MiB, 17 of the largest blocks stay below a
//!   quarter of that, and `blobs/` must be empty.
//! - It panics where its files contradict themselves. So every call is guarded, and a panic becomes
//!   an error that says what is damaged.
//! - It cuts off an acknowledged end that was damaged as it does a torn one. So the last head is
//!   noted in a file of our own, `reached`, and looked for when the log is opened.
//! - Its cache counts a page only after 64 accesses to the same 256th of all pages, so a walk, which
//!   accesses each page once, would bring the whole log into memory. So blocks are accessed again,
//!   in proportion to their size, until they are counted and evicted.
//! - It has no way to open without writing: recovery cuts a torn end off and writes a snapshot. So
//!   reading tools refuse a place where there is no log, but **look at a damaged one in a copy**.

mod blocks;
mod files;
mod guard;
mod witness;

use std::path::Path;

use parking_lot::Mutex;
use tokio::sync::watch;

use super::chain::{Chain, StorageError};
use super::directory::io_error;
use super::{AppendError, Block, Blocks, Head, Log, OpenError, Position, ReadError};
use blocks::{StoredFrom, holds, key, last_block, last_good_block};
use files::Files;
use guard::guarded;
use witness::Witness;

/// One partition's log on disk. Dropping it waits until the files can be opened again.
pub struct SledLog {
    partition: u32,
    files: Files,
    /// The last durable block. Readers go by it, since sled shows a block before it is durable.
    head: watch::Sender<Head>,
    /// Appends take turns on this, and are refused once it is gone.
    witness: Mutex<Option<Witness>>,
    /// Set when opened for reading: reads go on past the head, and must get to this one.
    must_reach: Option<Head>,
}

impl SledLog {
    /// Opens the log of `partition` in `dir`, or creates an empty one there.
    ///
    /// Whatever of the log a killed process left is durable when this returns. The last block is
    /// read and checked, the others only once they are read.
    ///
    /// # Errors
    ///
    /// - [`OpenError::InUse`]: something else has the log open.
    /// - [`OpenError::Partition`]: it is another partition's.
    /// - [`OpenError::Tail`], [`OpenError::Shrunk`], [`OpenError::Damaged`]: its last block is bad,
    ///   blocks are missing at its end, or all of it can't be read.
    /// - [`OpenError::Spilled`]: sled keeps values where a power cut may lose them.
    /// - [`OpenError::Io`]: the operating system refused.
    pub fn open(dir: &Path, partition: u32) -> Result<Self, OpenError> {
        let files = Files::open_or_create(dir)?;
        let witness = Witness::open(dir)?;
        let last = last_block(&files, dir)?;
        if let Some(found) = last
            .as_ref()
            .map(Block::partition)
            .filter(|p| *p != partition)
        {
            return Err(OpenError::Partition {
                path: dir.to_owned(),
                expected: partition,
                found,
            });
        }
        let head = last.map_or(Head::EMPTY, |block| block.head());
        let reached = witness::noted_in(dir)?;
        if !holds(&files, &head, &reached) {
            return Err(OpenError::Shrunk {
                path: dir.to_owned(),
                found: head,
                reached,
            });
        }
        files.refuse_spilled()?;
        files.make_durable()?;
        witness
            .note(&head)
            .map_err(|source| io_error("written", dir, source))?;
        Ok(Self {
            partition,
            files,
            head: watch::Sender::new(head),
            witness: Mutex::new(Some(witness)),
            must_reach: None,
        })
    }

    /// Opens the log of `partition` in `dir` for reading, damaged or not, and never creates one.
    ///
    /// Appends are [`AppendError::Stopped`]. The head is the last block that reads back. Reads go
    /// on past it to the end of what is stored, and it is an error where that is short of what was
    /// acknowledged, so that [`super::verify()`] finds all that [`SledLog::open`] may complain of.
    /// sled recovers its files even so: look at a damaged log in a copy.
    ///
    /// # Errors
    ///
    /// [`OpenError::NotFound`] when there is no log; [`OpenError::Damaged`] when sled can read
    /// nothing of it; [`OpenError::InUse`] and [`OpenError::Io`] as for [`SledLog::open`].
    pub fn open_for_reading(dir: &Path, partition: u32) -> Result<Self, OpenError> {
        let files = Files::open_existing(dir)?;
        let must_reach = Some(witness::noted_in(dir)?);
        let head = last_good_block(&files).map_or(Head::EMPTY, |block| block.head());
        Ok(Self {
            partition,
            files,
            head: watch::Sender::new(head),
            witness: Mutex::new(None),
            must_reach,
        })
    }

    /// Writes the block; it is durable when this returns `Ok`, and may be so at any time before.
    fn write(&self, block: &Block) -> Result<(), StorageError> {
        let key = key(block.first_position());
        let absent = None::<&[u8]>;
        guarded(|| {
            self.files
                .db()
                .compare_and_swap(key, absent, Some(&block.encoded()[..]))
        })?
        .map_err(|_| StorageError::Damaged("a block is stored there already".to_owned()))?;
        self.files.bound_cache(key, block.encoded().len())?;
        guarded(|| self.files.db().flush())?;
        self.files.sync_data()
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
        let mut turn = self.witness.lock();
        let Some(witness) = turn.as_ref() else {
            return Err(AppendError::Stopped);
        };
        block
            .follows(self.partition, expected)
            .map_err(AppendError::Refused)?;
        let actual = self.head();
        if actual != *expected {
            return Err(AppendError::Conflict { actual });
        }
        // A sync that failed can't be tried again: Linux has marked the lost pages as clean.
        if let Err(error) = self.write(block) {
            *turn = None;
            return Err(AppendError::Indeterminate {
                source: error.into(),
            });
        }
        let head = block.head();
        if let Err(error) = witness.note(&head) {
            // The block is durable all the same; only a loss of it might go unnoticed.
            tracing::warn!(error = %error, "the log's witness could not be written");
        }
        self.head.send_replace(head);
        Ok(head)
    }

    fn read(&self, after: Position) -> Result<Blocks<'_>, ReadError> {
        let stored = StoredFrom::the_block_with(&self.files, after.next());
        Ok(match self.must_reach {
            None => Box::new(Chain::to(self.head(), stored, self.partition, after)),
            Some(reached) => Box::new(Chain::past(reached, stored, self.partition, after)),
        })
    }

    fn tail(&self) -> watch::Receiver<Head> {
        self.head.subscribe()
    }
}

impl Drop for SledLog {
    fn drop(&mut self) {
        if let Some(Err(error)) = self.witness.lock().as_ref().map(Witness::sync) {
            tracing::warn!(error = %error, "the log's witness could not be synced");
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::os::fd::OwnedFd;

    use bytes::Bytes;

    use super::*;

    fn next_block(head: &Head) -> Block {
        Block::seal(0, head, vec![Bytes::from_static(b"record")]).unwrap()
    }

    #[test]
    fn failed_sync_is_indeterminate_and_stops_the_handle() {
        let dir = tempfile::tempdir().unwrap();
        let mut log = SledLog::open(dir.path(), 0).unwrap();
        let first = next_block(&Head::EMPTY);
        let head = log.append(&Head::EMPTY, &first).unwrap();

        // A pipe can't be synced.
        let (_reader, pipe) = std::io::pipe().unwrap();
        let pages = log.files.replace_pages(OwnedFd::from(pipe).into());
        let tail = log.tail();
        let lost = next_block(&head);
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

        log.files.replace_pages(pages);
        drop(log);
        let log = SledLog::open(dir.path(), 0).unwrap();
        assert_eq!(log.head(), lost.head());
    }

    #[test]
    fn block_is_never_written_over_another() {
        let dir = tempfile::tempdir().unwrap();
        let log = SledLog::open(dir.path(), 0).unwrap();
        let block = next_block(&Head::EMPTY);
        let there = key(block.first_position());
        log.files.db().insert(there, b"something").unwrap();
        assert!(matches!(
            log.append(&Head::EMPTY, &block),
            Err(AppendError::Indeterminate { .. })
        ));
        assert_eq!(log.files.db().get(there).unwrap().unwrap(), b"something");
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
