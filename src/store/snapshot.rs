//! A view of a store's rows at one position, read without the store.
//!
//! Owns a copy of the dirty layer and shares of the others. It reads past the cache, which follows
//! the store, not the snapshot.

use std::fmt;
use std::ops::{ControlFlow, RangeInclusive};
use std::sync::Arc;

use crate::domain::Position;
use crate::domain::rows::{Key, Row, Scan, Span};

use super::Error;
use super::belongs;
use super::digest::RowHasher;
use super::disk::Disk;
use super::file::Table;
use super::layers::{Entry, Frozen, Layer, visit_as, walk};
use super::range::DiskRange;

/// The rows of a store as they were when it was taken.
///
/// Should the store have to reopen its file after an I/O error, the snapshot ends: its reads then
/// fail with [`Error::Io`].
pub struct Snapshot {
    dirty: Layer,
    frozen: Option<Arc<Frozen>>,
    table: Table,
    disk: Arc<Disk>,
    position: Position,
}

impl Snapshot {
    pub(super) fn new(
        dirty: Layer,
        frozen: Option<Arc<Frozen>>,
        disk: Arc<Disk>,
        position: Position,
    ) -> Self {
        Self {
            dirty,
            frozen,
            table: disk.table(),
            disk,
            position,
        }
    }

    /// Gives the position the rows are at.
    pub fn position(&self) -> Position {
        self.position
    }

    /// Visits the rows `scan` asks for, in its order, until the visitor breaks.
    ///
    /// # Errors
    /// When a row cannot be read; the visitor may have seen rows before it.
    pub fn scan<R: Row>(
        &self,
        scan: Scan<'_>,
        visit: &mut dyn FnMut(&Key, &Arc<R>) -> ControlFlow<()>,
    ) -> Result<(), Error> {
        belongs::<R>(scan.table())?;
        let span = scan.span();
        self.walk(&span, scan.is_descending(), &mut |entry| {
            visit_as(entry, &self.disk, visit)
        })
    }

    /// Digests the rows of the tables with these tags: SHA-256 over keys and encoded rows in key
    /// order. Equal digests mean equal rows.
    ///
    /// # Errors
    /// When a row cannot be read or has no encoding.
    pub fn digest(&self, tables: RangeInclusive<u8>) -> Result<[u8; 32], Error> {
        let mut hasher = RowHasher::default();
        self.walk(&Span::of_tables(&tables), false, &mut |entry| {
            match entry {
                Entry::Held(key, held) => hasher.add(key, |out| held.encode(out))?,
                Entry::Stored(stored) => hasher.add_encoded(&stored.key, stored.value()),
            }
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(hasher.finish())
    }

    fn walk(
        &self,
        span: &Span,
        descending: bool,
        visit: &mut dyn FnMut(Entry<'_>) -> Result<ControlFlow<()>, Error>,
    ) -> Result<(), Error> {
        let frozen = self.frozen.as_ref().map(|frozen| &frozen.rows);
        let on_disk = DiskRange::start(&self.disk, self.table.clone(), span, descending, false)?;
        walk(&self.dirty, frozen, on_disk, span, descending, visit)
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot")
            .field("position", &self.position)
            .finish_non_exhaustive()
    }
}
