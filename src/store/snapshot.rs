//! A view of a store's rows at one position, read without the store.
//!
//! Owns shares of the layers and of the file as of one checkpoint. It uses the cache only where the
//! cache has rows of the same position; the store's opening comment says when that is.

use std::fmt;
use std::ops::{ControlFlow, RangeInclusive};
use std::sync::Arc;

use crate::domain::Position;
use crate::domain::rows::{Key, Row, Rows, Scan, Span};

use super::Error;
use super::cache::Cache;
use super::digest::digest_of_walk;
use super::disk::Disk;
use super::disk::range::DiskRange;
use super::file::Table;
use super::layers::{Frozen, Held, Layer, Stack};
use super::rows::belongs;
use super::walk::{Entry, visit_as, walk};

/// The rows of a store as they were when it was taken.
///
/// Should the store have to open its file anew after an I/O error, and find it further than this
/// snapshot, the snapshot ends: its reads then fail with [`Error::Io`].
pub struct Snapshot {
    shares: Shares,
    table: Table,
}

/// What a snapshot shares with its store.
pub(super) struct Shares {
    pub(super) layers: Stack,
    pub(super) frozen: Option<Arc<Frozen>>,
    pub(super) cache: Arc<Cache>,
    pub(super) disk: Arc<Disk>,
    /// How far the rows are applied.
    pub(super) position: Position,
    /// Position of the last checkpoint known to be in the file.
    pub(super) checkpoint: Position,
    /// Number of the last frozen layer.
    pub(super) freezes: u64,
}

impl Snapshot {
    pub(super) fn new(shares: Shares) -> Self {
        Self {
            table: shares.disk.table(),
            shares,
        }
    }

    /// Gives the position the rows are at.
    pub fn position(&self) -> Position {
        self.shares.position
    }

    /// Tells whether damage was found in the file.
    pub fn is_damaged(&self) -> bool {
        self.shares.disk.is_condemned()
    }

    /// Digests the rows of the tables with these tags: SHA-256 over keys and encoded rows in key
    /// order. Equal digests mean equal rows.
    ///
    /// # Errors
    /// When a row cannot be read or has no encoding.
    pub fn digest(&self, tables: RangeInclusive<u8>) -> Result<[u8; 32], Error> {
        let span = Span::of_tables(&tables);
        digest_of_walk(|visit| self.walk(&span, false, visit))
    }

    fn walk(
        &self,
        span: &Span,
        descending: bool,
        visit: &mut dyn FnMut(Entry<'_>) -> Result<ControlFlow<()>, Error>,
    ) -> Result<(), Error> {
        let table = self.table.clone();
        let on_disk = DiskRange::start(&self.shares.disk, table, span, descending, self.reach())?;
        walk(self.layers(), on_disk, span, descending, visit)
    }

    fn layers(&self) -> impl Iterator<Item = &Layer> {
        let frozen = self.shares.frozen.iter();
        let frozen = frozen.flat_map(|frozen| frozen.rows.newest_first());
        self.shares.layers.newest_first().chain(frozen)
    }

    /// Gives the last position at which the file can be read for this snapshot: the layers hide
    /// what changed in it up to there.
    fn reach(&self) -> Position {
        let frozen = self.shares.frozen.as_ref();
        frozen.map_or(self.shares.checkpoint, |frozen| frozen.position)
    }

    fn find<R: Row>(&self, key: &Key) -> Result<Option<Held>, Error> {
        let Shares {
            layers,
            frozen,
            cache,
            disk,
            freezes,
            ..
        } = &self.shares;
        let frozen = || frozen.as_ref().and_then(|frozen| frozen.rows.get(key));
        if let Some(slot) = layers.get(key).or_else(frozen) {
            return Ok(slot.clone());
        }
        if let Some(held) = cache.get_within(key, *freezes) {
            return Ok(Some(held));
        }
        let held = disk.get_from::<R>(&self.table, self.reach(), key)?;
        if let Some(held) = &held {
            cache.insert_within(key, held, *freezes);
        }
        Ok(held)
    }
}

impl Rows for Snapshot {
    type Error = Error;

    fn get<R: Row>(&self, key: &Key) -> Result<Option<Arc<R>>, Error> {
        belongs::<R>(key.table())?;
        self.find::<R>(key)?.map(|held| held.typed()).transpose()
    }

    fn scan<R: Row>(
        &self,
        scan: Scan<'_>,
        visit: &mut dyn FnMut(&Key, &Arc<R>) -> ControlFlow<()>,
    ) -> Result<(), Error> {
        belongs::<R>(scan.table())?;
        self.walk(&scan.span(), scan.is_descending(), &mut |entry| {
            visit_as(entry, &self.shares.disk, visit)
        })
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot")
            .field("position", &self.shares.position)
            .finish_non_exhaustive()
    }
}
