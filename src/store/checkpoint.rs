//! A checkpoint on its way from memory into the file.
//!
//! Owns the order of the steps: write and sync, then update the cache, then let the store thaw.
//! Does not know when a checkpoint is due or on which thread it is written.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::domain::Position;

use super::Error;
use super::cache::Cache;
use super::disk::Disk;
use super::layers::Frozen;

/// A frozen layer to be written, on any thread. If it is dropped unwritten, the next freeze returns
/// it again.
#[derive(Debug)]
pub struct Checkpoint {
    frozen: Arc<Frozen>,
    cache: Arc<Cache>,
    disk: Arc<Disk>,
    in_flight: Arc<()>,
}

impl Checkpoint {
    pub(super) fn new(
        frozen: Arc<Frozen>,
        cache: Arc<Cache>,
        disk: Arc<Disk>,
        in_flight: Arc<()>,
    ) -> Self {
        Self {
            frozen,
            cache,
            disk,
            in_flight,
        }
    }

    /// Returns the position of the rows.
    pub fn position(&self) -> Position {
        self.frozen.position
    }

    /// Counts the rows to write or remove.
    pub fn rows(&self) -> usize {
        self.frozen.rows.len()
    }

    /// Writes the changed rows and their position in one transaction, and syncs it.
    ///
    /// `Ok` means durable: after a crash the store opens at this position or a later one. Before
    /// that, it opens at this position or at the previous one, never between.
    ///
    /// # Errors
    /// [`Error::Io`] when the disk is full or failing, [`Error::Corrupt`] when the file is damaged,
    /// [`Error::Unencodable`] for a row that has no encoding. The store keeps the frozen rows; the
    /// next freeze returns them for another attempt.
    pub fn write(self) -> Result<Written, Error> {
        let begun = Instant::now();
        self.cache.announce(&self.frozen);
        let encoded_bytes = self.disk.commit(&self.frozen)?;
        self.cache.take_over(&self.frozen, &encoded_bytes);
        Ok(Written {
            frozen: self.frozen,
            took: begun.elapsed(),
            _in_flight: self.in_flight,
        })
    }
}

/// A durable checkpoint that its store has yet to thaw.
///
/// It holds the frozen rows, so dropping it takes time: drop it where no other thread waits.
#[derive(Debug)]
pub struct Written {
    frozen: Arc<Frozen>,
    took: Duration,
    _in_flight: Arc<()>,
}

impl Written {
    /// Returns the position of the checkpoint.
    pub fn position(&self) -> Position {
        self.frozen.position
    }

    /// Counts the rows written or removed.
    pub fn rows(&self) -> usize {
        self.frozen.rows.len()
    }

    /// Returns how long it took to write and sync.
    pub fn took(&self) -> Duration {
        self.took
    }

    pub(super) fn is_of(&self, frozen: &Arc<Frozen>) -> bool {
        Arc::ptr_eq(&self.frozen, frozen)
    }
}
