//! The row store: bounded memory over one file, for folds that must not start from zero.
//!
//! A row is looked for in four places, newest first:
//!
//! ```text
//! dirty    changed since the last freeze, in layers: one that only the applying thread has and
//!          writes, above those that snapshots share
//! frozen   changed before it, immutable, being written to the file by another thread
//! cache    decoded rows equal to those in the file, bounded in bytes
//! file     redb over blocks with checksums: every row as of the last checkpoint written
//! ```
//!
//! It owns the file, its layout and its checkpoints. It does not know the log, what the rows mean,
//! or when a checkpoint is due: whoever folds the log decides that from [`Store::dirty_bytes`] and
//! from its own sense of time.
//!
//! **What a checkpoint costs the applying thread.** [`Store::freeze`] moves a map and
//! [`Store::thaw`] lets go of one; all encoding, writing and syncing is in
//! [`Checkpoint::write`], on a thread of the caller's choice, while reads and changes go on.
//!
//! **Why no read can bring back an old row.** The frozen layer comes and goes only under
//! `&mut self`, so no read spans that. While it is there, every key it changes is answered by it
//! and never looked up below, in whatever order the file, the held snapshot and the cache move on
//! to its position: the writing thread brings them there in its own time. A read that does go
//! below, and fills the cache, does so for keys that are the same before and after.
//!
//! **What a snapshot costs.** [`Store::snapshot`] puts the layer that is written aside, unchanged
//! from then on, and shares it; the next change begins a layer of its own. When no snapshot shares a
//! layer any more, [`Store::take_back`] joins it with the one that is written. So the applying
//! thread pays for the rows that it changes while a snapshot lives, which it copies once, and for
//! nothing else.
//!
//! **Why a snapshot never sees or leaves a row of another position.** It reads its own layers, then
//! the file as of one checkpoint, whatever is written since. It may use the cache as long as the
//! cache has no row of a frozen layer that the snapshot does not know: what is in a layer that it
//! knows, it never looks up below. Frozen layers are numbered. [`Checkpoint::write`] announces the
//! number to the cache before it changes the file or the cache; a snapshot looks at the number after
//! it found a row, and holds the number while it keeps one.
//!
//! **Memory.** Layers above the file hold decoded rows. One is counted as its key, its value's
//! size, four times its encoded bytes for what it points to, and a fixed overhead per entry, which is
//! more than measured. The cache and redb's page cache are bounded by [`Options`]; the dirty and
//! frozen layers are bounded by the caller, who freezes in time and, since a fold can be faster
//! than a disk, waits for the checkpoint in flight when [`Store::dirty_bytes`] says so.

mod cache;
mod checkpoint;
mod checkpointer;
mod digest;
mod disk;
mod error;
mod failure;
mod file;
mod layers;
mod overlay;
mod pages;
mod rows;
mod snapshot;
mod walk;

use std::iter;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};

use crate::domain::Position;
use crate::domain::rows::{Changes, Span};

use cache::Cache;
use digest::digest_of_walk;
use disk::Disk;
use failure::Failure;
use layers::{Frozen, Held, Layer, Stack};
use rows::Below;
use walk::walk;

pub use checkpoint::{Checkpoint, Written};
pub use checkpointer::{Checkpointer, Pace};
pub use digest::digest_of_memory;
pub use error::Error;
pub use file::Unusable;
pub use snapshot::Snapshot;

/// How a store is opened.
#[derive(Clone, Debug)]
pub struct Options {
    /// Memory for decoded rows, in bytes.
    pub cache_bytes: usize,
    /// Memory for pages of the file, in bytes; up to half of it holds unwritten pages while a
    /// checkpoint is written.
    pub redb_cache_bytes: usize,
    /// Fingerprint of the row types and of what folds them: a file of another one is discarded and
    /// its rows are folded anew.
    pub schema: u64,
    /// Names the log the rows are folded from. A file of another log is discarded.
    pub log_id: String,
}

/// What was found when a store was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    /// There was no file; the store starts empty, at [`Position::START`].
    Fresh,
    /// The store resumes at the file's last checkpoint.
    Resumed,
    /// There was a file of no use; the store starts empty, at [`Position::START`].
    Discarded {
        /// Why it was of no use.
        reason: Unusable,
        /// What a damaged file is called now; any other is removed.
        aside: Option<PathBuf>,
    },
}

/// Rows of many tables behind a bounded memory, checkpointed into one file.
///
/// Reads take `&self` and may come from many threads at once; changes take `&mut self`.
#[derive(Debug)]
pub struct Store {
    /// The newest changes, which no snapshot has seen.
    dirty: Layer,
    below: Below,
    /// How far the rows are applied.
    position: Position,
    checkpoint_position: Position,
    /// Counts the layers frozen so far.
    freezes: u64,
    /// Alive while someone holds the checkpoint of the frozen layer, written or not.
    in_flight: Weak<()>,
}

impl Store {
    /// Opens the store in the file at `path`, making it when there is none.
    ///
    /// Where a file cannot serve, the store starts from nothing: rows are a fold, the log has them
    /// all. A damaged file is set aside, one of another schema or of another log is removed. One
    /// process can have the file open at a time.
    ///
    /// # Errors
    /// [`Error::InUse`] when someone else has the file open, [`Error::Io`] when the file system
    /// refuses; the file is then left alone.
    pub fn open(path: &Path, options: &Options) -> Result<(Self, Opened), Error> {
        let (disk, position, opened) = Disk::open(path, options)?;
        Ok((Self::over(disk, options, position), opened))
    }

    /// Opens the store in a file that is there, to compare it: the file stays where it is, whatever is
    /// found in it. `None` where there is none; the inner error tells why it is of no use.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn look(path: &Path, options: &Options) -> Result<Option<Result<Self, Unusable>>, Error> {
        if !path.exists() {
            return Ok(None);
        }
        let found = Disk::look(path, options)?;
        Ok(Some(found.map(|(disk, position)| {
            Self::over(disk, options, position)
        })))
    }

    /// Tells whether damage was found in the file. What is read then is from memory, and right; what
    /// would have to come from the file is refused.
    pub fn is_damaged(&self) -> bool {
        self.below.disk.is_condemned()
    }

    /// Tells whether the file can be read and not written, because the disk is full: what is changed
    /// stays in memory.
    pub fn is_read_only(&self) -> bool {
        self.below.disk.is_read_only()
    }

    /// What a damaged file is called now, to be looked at.
    pub fn aside(&self) -> Option<&Path> {
        self.below.disk.aside()
    }

    /// Gives the file up: what it says is known to be wrong. Nothing more is read from it, and the next
    /// open starts from nothing.
    pub fn condemn(&self, reason: &str) -> Error {
        self.below.disk.settle(Failure::Corrupt(reason.to_owned()))
    }

    /// Begins without a file, for rows that are read and then forgotten, such as those of a past.
    ///
    /// All of them are in memory: whoever folds bounds how many there are.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn in_memory() -> Result<Self, Error> {
        let options = Options {
            cache_bytes: 0,
            redb_cache_bytes: 0,
            schema: 0,
            log_id: String::new(),
        };
        let disk = Disk::nowhere(&options)?;
        Ok(Self::over(disk, &options, Position::START))
    }

    fn over(disk: Disk, options: &Options, position: Position) -> Self {
        let below = Below {
            shared: Stack::default(),
            frozen: None,
            cache: Arc::new(Cache::new(options.cache_bytes)),
            disk: Arc::new(disk),
        };
        Self {
            dirty: Layer::default(),
            below,
            position,
            checkpoint_position: position,
            freezes: 0,
            in_flight: Weak::new(),
        }
    }

    /// Takes in what was changed above these rows.
    pub fn adopt(&mut self, changes: Changes) {
        for (key, changed) in changes {
            self.dirty.set(key, changed.map(Held::of));
        }
    }

    /// Gives the position up to which the rows are applied.
    pub fn position(&self) -> Position {
        self.position
    }

    /// Gives the position a restart would resume at: that of the last durable checkpoint.
    pub fn checkpoint_position(&self) -> Position {
        self.checkpoint_position
    }

    /// Notes that the rows now reflect the log up to `position`.
    pub fn advance(&mut self, position: Position) {
        debug_assert!(position >= self.position, "a fold goes forward");
        self.position = position;
    }

    /// Estimates the memory, in bytes, of the rows changed since the last freeze.
    ///
    /// A row that grows in place is counted at the size it had when it was first touched.
    pub fn dirty_bytes(&self) -> usize {
        self.dirty.bytes() + self.below.shared.bytes()
    }

    /// Joins layers that no snapshot shares any more. Call it now and then while rows are changed;
    /// it takes a bounded time.
    pub fn take_back(&mut self) {
        if !self.below.shared.is_empty() {
            self.below.shared.take_back(&mut self.dirty);
        }
    }

    /// Estimates the memory, in bytes, of the rows changed since the last freeze as they are now. Walks
    /// all of them.
    pub fn weigh(&self) -> usize {
        self.dirty.weigh()
    }

    /// Forgets every change since the last freeze, or since opening, and gives the position the
    /// rows are at again.
    ///
    /// That position is the checkpoint's, unless a frozen layer has yet to be written and thawed:
    /// then it is the frozen layer's. Its writing may be beyond recall, and going back behind it
    /// would mix two positions in one file.
    pub fn reset(&mut self) -> Position {
        self.dirty = Layer::default();
        self.below.shared = Stack::default();
        self.position = self
            .below
            .frozen
            .as_ref()
            .map_or(self.checkpoint_position, |frozen| frozen.position);
        self.position
    }

    /// Freezes the rows changed so far, to be written elsewhere while the fold goes on.
    ///
    /// Call it only when everything applied is durable in the log. Takes no time that grows with
    /// the number of rows. `None` when a checkpoint is being written, or when there is nothing to
    /// write. After a checkpoint failed or was dropped its rows come first: the next freeze hands
    /// out the same frozen layer again, and the changes since stay dirty.
    pub fn freeze(&mut self) -> Option<Checkpoint> {
        if self.in_flight.strong_count() > 0 {
            return None;
        }
        let frozen = match &self.below.frozen {
            Some(frozen) => Arc::clone(frozen),
            None => self.freeze_dirty()?,
        };
        let in_flight = Arc::new(());
        self.in_flight = Arc::downgrade(&in_flight);
        let Below { cache, disk, .. } = &self.below;
        Some(Checkpoint::new(
            frozen,
            Arc::clone(cache),
            Arc::clone(disk),
            in_flight,
        ))
    }

    fn freeze_dirty(&mut self) -> Option<Arc<Frozen>> {
        self.share();
        if self.below.shared.is_empty() && self.position == self.checkpoint_position {
            return None;
        }
        self.freezes += 1;
        let frozen = Arc::new(Frozen {
            rows: std::mem::take(&mut self.below.shared),
            position: self.position,
            number: self.freezes,
        });
        self.below.frozen = Some(Arc::clone(&frozen));
        Some(frozen)
    }

    /// Lets go of the frozen layer after `written` made it durable.
    ///
    /// Takes no time that grows with the number of rows. What does is dropping `written`, which
    /// holds the last share of the frozen rows, about a microsecond each: do that without the lock
    /// around the store, or on the thread that wrote it. Does nothing when `written` is not of the
    /// frozen layer in flight.
    pub fn thaw(&mut self, written: &Written) {
        let in_flight = self
            .below
            .frozen
            .take_if(|frozen| written.is_of(frozen))
            .is_some();
        if in_flight {
            self.in_flight = Weak::new();
            self.checkpoint_position = written.position();
        }
    }

    /// Makes everything applied durable, in line: for offline tools and for a clean stop.
    ///
    /// # Errors
    /// [`Error::CheckpointInFlight`] when another thread is writing one; else as
    /// [`Checkpoint::write`].
    pub fn checkpoint(&mut self) -> Result<(), Error> {
        // Two rounds at most: a frozen layer left by a failure, then the dirty one.
        while let Some(checkpoint) = self.freeze() {
            let written = checkpoint.write()?;
            self.thaw(&written);
        }
        if self.below.frozen.is_some() {
            return Err(Error::CheckpointInFlight);
        }
        Ok(())
    }

    /// Puts the layer that is written where snapshots and checkpoints share it.
    fn share(&mut self) {
        self.below.shared.push(std::mem::take(&mut self.dirty));
    }

    /// Takes a view of the rows as they are now, to read long or slowly without holding up the
    /// store. Takes no time that grows with the number of rows.
    ///
    /// A snapshot keeps the file open, and from reusing the space of rows changed since: do not
    /// keep one.
    pub fn snapshot(&mut self) -> Snapshot {
        self.share();
        let Below {
            shared,
            frozen,
            cache,
            disk,
        } = &self.below;
        Snapshot::new(snapshot::Shares {
            layers: shared.clone(),
            frozen: frozen.clone(),
            cache: Arc::clone(cache),
            disk: Arc::clone(disk),
            position: self.position,
            checkpoint: self.checkpoint_position,
            freezes: self.freezes,
        })
    }

    /// Digests the rows of the tables with these tags: SHA-256 over keys and encoded rows in key
    /// order. Equal digests mean equal rows, whatever layer each row is in.
    ///
    /// Reads every row; take a [`Store::snapshot`] and digest that where others wait for a lock.
    ///
    /// # Errors
    /// When a row cannot be read.
    pub fn digest(&self, tables: RangeInclusive<u8>) -> Result<[u8; 32], Error> {
        let span = Span::of_tables(&tables);
        let on_disk = self.below.disk.range(&span, false)?;
        digest_of_walk(|visit| walk(self.layers(), on_disk, &span, false, visit))
    }

    /// Gives the layers in memory, the newest first.
    fn layers(&self) -> impl Iterator<Item = &Layer> {
        iter::once(&self.dirty).chain(self.below.layers())
    }
}
