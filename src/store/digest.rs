//! Digests: equal exactly when the rows are equal.
//!
//! Owns what is hashed: for each row in key order the length and bytes of its key, then the length
//! and bytes of its encoding. Does not know which layer a row was in.

use std::ops::{ControlFlow, RangeInclusive};

use sha2::{Digest, Sha256};

use crate::domain::rows::{AnyRow, Key, MemoryRows, Span};

use super::Error;
use super::walk::Entry;

/// Digests rows in memory just as a store digests its own.
///
/// # Errors
/// [`Error::Unencodable`] for a row that has no encoding.
pub fn digest_of_memory(rows: &MemoryRows, tables: RangeInclusive<u8>) -> Result<[u8; 32], Error> {
    let mut hasher = RowHasher::default();
    for (key, row) in rows.within(&Span::of_tables(&tables)) {
        hasher.add(key, |out| AnyRow::encode(row, out))?;
    }
    Ok(hasher.finish())
}

/// Digests the rows that a walk in key order shows.
pub(super) fn digest_of_walk(
    walk: impl FnOnce(&mut dyn FnMut(Entry<'_>) -> Result<ControlFlow<()>, Error>) -> Result<(), Error>,
) -> Result<[u8; 32], Error> {
    let mut hasher = RowHasher::default();
    walk(&mut |entry| {
        match entry {
            Entry::Held(key, held) => hasher.add(key, |out| held.encode(out))?,
            Entry::Stored(stored) => hasher.add_encoded(&stored.key, stored.value()),
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(hasher.finish())
}

/// Hashes rows handed over in key order.
#[derive(Default)]
struct RowHasher {
    hash: Sha256,
    buffer: Vec<u8>,
}

impl RowHasher {
    /// Adds a row that has yet to be encoded.
    fn add(
        &mut self,
        key: &Key,
        encode: impl FnOnce(&mut Vec<u8>) -> Result<(), postcard::Error>,
    ) -> Result<(), Error> {
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.clear();
        encode(&mut buffer).map_err(|error| Error::Unencodable {
            table: key.table(),
            reason: error.to_string(),
        })?;
        self.add_encoded(key, &buffer);
        self.buffer = buffer;
        Ok(())
    }

    /// Adds a row by its encoding.
    fn add_encoded(&mut self, key: &Key, row: &[u8]) {
        for part in [key.as_bytes(), row] {
            self.hash.update((part.len() as u64).to_be_bytes());
            self.hash.update(part);
        }
    }

    fn finish(self) -> [u8; 32] {
        self.hash.finalize().into()
    }
}
