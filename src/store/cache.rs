//! The cache: decoded rows equal to those in the file, bounded in bytes.
//!
//! Owns what is kept and what it weighs. That a row in it is never older than the file is argued
//! in the store's own opening comment.

use std::fmt;

use quick_cache::Weighter;

use crate::domain::rows::Key;

use super::layers::{Frozen, Held};

/// What a row weighs on average, for sizing the cache's tables before it is full.
const TYPICAL_ROW_BYTES: usize = 700;

/// Rows that were read or written lately.
pub(super) struct Cache(quick_cache::sync::Cache<Key, Held, MemoryBytes>);

impl Cache {
    pub(super) fn new(capacity_bytes: usize) -> Self {
        Self(quick_cache::sync::Cache::with_weighter(
            capacity_bytes / TYPICAL_ROW_BYTES,
            capacity_bytes as u64,
            MemoryBytes,
        ))
    }

    pub(super) fn get(&self, key: &Key) -> Option<Held> {
        self.0.get(key)
    }

    pub(super) fn insert(&self, key: Key, held: Held) {
        self.0.insert(key, held);
    }

    /// Takes over what a frozen layer changed in the file; `encoded_bytes` has the length of each
    /// row as it was written, in key order. Only while the frozen layer still hides these keys.
    pub(super) fn take_over(&self, frozen: &Frozen, encoded_bytes: &[usize]) {
        for ((key, slot), encoded_bytes) in frozen.rows.iter().zip(encoded_bytes) {
            match slot {
                Some(held) => self.insert(key.clone(), held.resized(*encoded_bytes)),
                None => {
                    self.0.remove(key);
                }
            }
        }
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache")
            .field("rows", &self.0.len())
            .field("bytes", &self.0.weight())
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
