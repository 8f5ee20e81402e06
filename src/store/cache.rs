//! The cache: decoded rows equal to those in the file, bounded in bytes.
//!
//! Owns what is kept, what it weighs, and up to which checkpoint snapshots may use it. That a row in
//! it is never older than the file is argued in the store's own opening comment.

use std::fmt;

use parking_lot::RwLock;
use quick_cache::Weighter;

use crate::domain::rows::Key;

use super::layers::{Frozen, Held};

/// What a row weighs on average, for sizing the cache's tables before it is full.
const TYPICAL_ROW_BYTES: usize = 700;

/// Rows that were read or written lately.
pub(super) struct Cache {
    rows: quick_cache::sync::Cache<Key, Held, MemoryBytes>,
    /// Number of the last frozen layer whose rows are here, or are about to be.
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

    /// Finds a row for a snapshot that knows the frozen layers up to `frozen`; `None` also when
    /// the row may be of a later one.
    pub(super) fn get_within(&self, key: &Key, frozen: u64) -> Option<Held> {
        let held = self.rows.get(key)?;
        // Looked at after the row: a later layer is announced before its rows come.
        (*self.reflects.read() <= frozen).then_some(held)
    }

    /// Keeps a row that a snapshot has read, which knows the frozen layers up to `frozen`, unless
    /// the row may have changed since.
    pub(super) fn insert_within(&self, key: &Key, held: &Held, frozen: u64) {
        // Held until the row is in, so that a later layer comes after it.
        let reflects = self.reflects.read();
        if *reflects <= frozen {
            self.rows.insert(key.clone(), held.clone());
        }
    }

    /// Announces that the rows of a frozen layer will come. Call it before the file changes.
    pub(super) fn announce(&self, frozen: &Frozen) {
        *self.reflects.write() = frozen.number;
    }

    /// Takes over what a frozen layer changed in the file; `encoded_bytes` has the length of each
    /// row as it was written, in key order. Only while the frozen layer still hides these keys.
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

/// Weighs a row by the memory it takes.
#[derive(Clone, Debug)]
struct MemoryBytes;

impl Weighter<Key, Held> for MemoryBytes {
    fn weight(&self, key: &Key, held: &Held) -> u64 {
        held.memory_bytes(key) as u64
    }
}
