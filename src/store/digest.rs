//! Digests: equal exactly when the rows are equal.
//!
//! Owns what is hashed: for each row in key order the length and bytes of its key, then the length
//! and bytes of its encoding. Does not know which layer a row was in.

use std::ops::RangeInclusive;

use sha2::{Digest, Sha256};

use crate::domain::rows::{AnyRow, Key, MemoryRows, Span};

use super::Error;

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

/// Hashes rows handed over in key order.
#[derive(Default)]
pub(super) struct RowHasher {
    hash: Sha256,
    buffer: Vec<u8>,
}

impl RowHasher {
    /// Adds a row that has yet to be encoded.
    pub(super) fn add(
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
    pub(super) fn add_encoded(&mut self, key: &Key, row: &[u8]) {
        for part in [key.as_bytes(), row] {
            self.hash.update((part.len() as u64).to_be_bytes());
            self.hash.update(part);
        }
    }

    pub(super) fn finish(self) -> [u8; 32] {
        self.hash.finalize().into()
    }
}
