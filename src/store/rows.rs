//! The rows of a store: the layers as one, for whoever folds.
//!
//! Owns which layer answers. Does not know checkpoints.

use std::ops::ControlFlow;
use std::sync::Arc;

use crate::domain::rows::{Key, Row, Rows, RowsMut, Scan};

use super::cache::Cache;
use super::disk::Disk;
use super::layers::{Frozen, Held, Layer, Stack};
use super::walk::{visit_as, walk};
use super::{Error, Store};

/// The layers a change does not touch.
#[derive(Debug)]
pub(super) struct Below {
    /// Changes since the last freeze that a snapshot has seen.
    pub(super) shared: Stack,
    pub(super) frozen: Option<Arc<Frozen>>,
    pub(super) cache: Arc<Cache>,
    pub(super) disk: Arc<Disk>,
}

impl Rows for Store {
    type Error = Error;

    fn get<R: Row>(&self, key: &Key) -> Result<Option<Arc<R>>, Error> {
        belongs::<R>(key.table())?;
        if let Some(slot) = self.dirty.get(key) {
            return slot.as_ref().map(Held::typed).transpose();
        }
        let Some(found) = self.below.find::<R>(key)? else {
            return Ok(None);
        };
        if found.from_file {
            self.below.cache.insert(key.clone(), found.held.clone());
        }
        found.held.typed().map(Some)
    }

    fn scan<R: Row>(
        &self,
        scan: Scan<'_>,
        visit: &mut dyn FnMut(&Key, &Arc<R>) -> ControlFlow<()>,
    ) -> Result<(), Error> {
        belongs::<R>(scan.table())?;
        let span = scan.span();
        let on_disk = self.below.disk.range(&span, scan.is_descending())?;
        walk(
            self.layers(),
            on_disk,
            &span,
            scan.is_descending(),
            &mut |entry| visit_as(entry, &self.below.disk, visit),
        )
    }
}

impl RowsMut for Store {
    fn get_mut<R: Row>(&mut self, key: &Key) -> Result<Option<&mut R>, Error> {
        belongs::<R>(key.table())?;
        let Self { dirty, below, .. } = self;
        // Not cached on the way: the row is about to differ, and comes to the cache when written.
        let load = || Ok(below.find::<R>(key)?.map(|found| found.held));
        let held = dirty.get_mut_or_load(key, load)?;
        held.map(Held::typed_mut).transpose()
    }

    fn upsert<R: Row + Default>(&mut self, key: &Key) -> Result<&mut R, Error> {
        belongs::<R>(key.table())?;
        let Self { dirty, below, .. } = self;
        let load = || Ok(below.find::<R>(key)?.map(|found| found.held));
        dirty
            .get_mut_or_put(key, load, || Held::new(R::default()))?
            .typed_mut()
    }

    fn put<R: Row>(&mut self, key: Key, row: R) {
        debug_assert!(
            belongs::<R>(key.table()).is_ok(),
            "the key is of the row's table"
        );
        self.dirty.set(key, Some(Held::new(row)));
    }

    fn remove(&mut self, key: &Key) {
        self.dirty.set(key.clone(), None);
    }
}

impl Below {
    /// Gives its layers in memory, the newest first.
    pub(super) fn layers(&self) -> impl Iterator<Item = &Layer> {
        let frozen = self.frozen.iter();
        let frozen = frozen.flat_map(|frozen| frozen.rows.newest_first());
        self.shared.newest_first().chain(frozen)
    }

    fn find<R: Row>(&self, key: &Key) -> Result<Option<Found>, Error> {
        let frozen = || self.frozen.as_ref().and_then(|frozen| frozen.rows.get(key));
        if let Some(slot) = self.shared.get(key).or_else(frozen) {
            return Ok(slot.clone().map(Found::in_memory));
        }
        if let Some(held) = self.cache.get(key) {
            return Ok(Some(Found::in_memory(held)));
        }
        let held = self.disk.get::<R>(key)?;
        Ok(held.map(|held| Found {
            held,
            from_file: true,
        }))
    }
}

/// A row from below the dirty layer.
struct Found {
    held: Held,
    from_file: bool,
}

impl Found {
    fn in_memory(held: Held) -> Self {
        Self {
            held,
            from_file: false,
        }
    }
}

/// Refuses a key of another table.
pub(super) fn belongs<R: Row>(table: Option<u8>) -> Result<(), Error> {
    if table == Some(R::TABLE) {
        return Ok(());
    }
    Err(Error::WrongTable {
        expected: R::TABLE,
        found: table,
    })
}
