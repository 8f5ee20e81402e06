//! The cache: decoded rows equal to those in the file, bounded in bytes.
//!
//! Owns which rows are kept, how much memory they count for, and up to which checkpoint snapshots
//! may use them. The opening comment of the store argues why a row in the cache is never older than
//! the file.

use std::fmt;

use parking_lot::RwLock;
use quick_cache::Weighter;

use crate::domain::rows::Key;

use super::layers::{Frozen, Held};

/// Memory of an average row. It sizes the tables of the cache before it is full.
const TYPICAL_ROW_BYTES: usize = 700;

/// Recently read or written rows.
pub(super) struct Cache {
    rows: quick_cache::sync::Cache<Key, Held, MemoryBytes>,
    /// Number of the last frozen layer whose rows are in the cache or are about to be.
    reflects: RwLock<u64>,
}

impl Cache {
    pub(super) fn new(capacity_bytes: usize) -> Self {
        Self {
            rows: quick_cache::sync::Cache::with_weighter(
                capacity_bytes / TYPICAL_ROW_BYTES,
                capacity_bytes as u64,
                MemoryBytes,
            ),
            reflects: RwLock::default(),
        }
    }

    /// Finds a row for the store itself.
    pub(super) fn get(&self, key: &Key) -> Option<Held> {
        self.rows.get(key)
    }

    /// Keeps a row that the store itself has read.
    pub(super) fn insert(&self, key: Key, held: Held) {
        self.rows.insert(key, held);
    }

    /// Finds a row for a snapshot that knows the frozen layers up to `frozen`. Also returns `None`
    /// when the row may be from a later layer.
    pub(super) fn get_within(&self, key: &Key, frozen: u64) -> Option<Held> {
        let held = self.rows.get(key)?;
        // The number is read after the row, because a later layer is announced before its rows
        // arrive.
        (*self.reflects.read() <= frozen).then_some(held)
    }

    /// Keeps a row that a snapshot has read, unless the row may have changed since. The snapshot
    /// knows the frozen layers up to `frozen`.
    pub(super) fn insert_within(&self, key: &Key, held: &Held, frozen: u64) {
        // The lock is held until the row is inserted, so that a later layer is announced after it.
        let reflects = self.reflects.read();
        if *reflects <= frozen {
            self.rows.insert(key.clone(), held.clone());
        }
    }

    /// Announces that the rows of a frozen layer will follow. Call it before the file changes.
    pub(super) fn announce(&self, frozen: &Frozen) {
        *self.reflects.write() = frozen.number;
    }

    /// Updates the cache with the rows that a frozen layer changed in the file. `encoded_bytes`
    /// holds the length of each written row, in key order. Call it only while the frozen layer
    /// still hides these keys.
    pub(super) fn take_over(&self, frozen: &Frozen, encoded_bytes: &[usize]) {
        for ((key, slot), encoded_bytes) in frozen.rows.iter().zip(encoded_bytes) {
            match slot {
                Some(held) => self.insert(key.clone(), held.resized(*encoded_bytes)),
                None => {
                    self.rows.remove(key);
                }
            }
        }
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache")
            .field("rows", &self.rows.len())
            .field("bytes", &self.rows.weight())
            .finish()
    }
}

/// Measures a row by the memory that it takes.
#[derive(Clone, Debug)]
struct MemoryBytes;

impl Weighter<Key, Held> for MemoryBytes {
    fn weight(&self, key: &Key, held: &Held) -> u64 {
        held.memory_bytes(key) as u64
    }
}
