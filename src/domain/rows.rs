//! Rows: what every fold over the log keeps, and how `decide` and `evolve` access them.
//!
//! Owns the keys, the contract of row types, and the [`Rows`] and [`RowsMut`] traits with a plain
//! in-memory implementation. Does not know where rows are stored: files, caches and checkpoints
//! belong to the store.

mod any_row;
mod key;
mod memory;
mod overlay;
mod scan;

use std::fmt::Debug;
use std::ops::ControlFlow;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use any_row::{AnyRow, decode};
pub use key::{Key, Parts};
pub use memory::MemoryRows;
pub use overlay::{Changes, Overlay};
pub use scan::{Scan, Span};

/// A type of row: a plain value, encoded with postcard.
///
/// Equal rows must have equal bytes, because digests compare bytes: no `HashMap`, no float, no
/// interior mutability. A change of a row type's fields changes its bytes. The fingerprint of the
/// folds (`build/fingerprint.rs`) notices that, and the rows are rebuilt.
pub trait Row:
    Clone + Debug + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static
{
    /// The first byte of every key of this table; no two row types share one.
    const TABLE: u8;
}

/// Read access to a set of rows, ordered by key.
pub trait Rows {
    /// Why rows could not be read; [`std::convert::Infallible`] for rows in memory.
    type Error: std::error::Error + Send + Sync + 'static;

    /// Reads the row under `key`; `None` when there is no such row.
    ///
    /// # Errors
    /// Returns an error when the row exists but cannot be read.
    fn get<R: Row>(&self, key: &Key) -> Result<Option<Arc<R>>, Self::Error>;

    /// Visits the rows of `scan` in its order, until the visitor breaks.
    ///
    /// # Errors
    /// Returns an error when a row cannot be read. The visitor may have seen the rows before it.
    fn scan<R: Row>(
        &self,
        scan: Scan<'_>,
        visit: &mut dyn FnMut(&Key, &Arc<R>) -> ControlFlow<()>,
    ) -> Result<(), Self::Error>;

    /// Collects at most `limit` rows of a scan, in its order.
    ///
    /// # Errors
    /// Returns an error when a row cannot be read.
    fn page<R: Row>(
        &self,
        scan: Scan<'_>,
        limit: usize,
    ) -> Result<Vec<(Key, Arc<R>)>, Self::Error> {
        let mut page = Vec::new();
        if limit == 0 {
            return Ok(page);
        }
        self.scan(scan, &mut |key, row| {
            page.push((key.clone(), Arc::clone(row)));
            if page.len() < limit {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        })?;
        Ok(page)
    }
}

/// Write access to a set of rows, for folds.
///
/// The next read through the same value sees the change. A change is neither durable nor undone
/// here: the owner of the rows decides about both.
pub trait RowsMut: Rows {
    /// Opens the row under `key` for a change in place; `None` when there is no such row.
    ///
    /// The change is copy-on-write: an `Arc` from an earlier read still shows the old row.
    ///
    /// # Errors
    /// Returns an error when the row exists but cannot be read.
    fn get_mut<R: Row>(&mut self, key: &Key) -> Result<Option<&mut R>, Self::Error>;

    /// Writes `row` under `key` and replaces the row that was there.
    fn put<R: Row>(&mut self, key: Key, row: R);

    /// Removes the row under `key`, if there is one.
    fn remove(&mut self, key: &Key);

    /// Opens the row under `key` for a change in place. Starts from the default when there is no
    /// row.
    ///
    /// # Errors
    /// Returns an error when the row exists but cannot be read.
    fn upsert<R: Row + Default>(&mut self, key: &Key) -> Result<&mut R, Self::Error> {
        if self.get_mut::<R>(key)?.is_none() {
            self.put(key.clone(), R::default());
        }
        Ok(self
            .get_mut(key)?
            .expect("the row was there or has just been put"))
    }
}
