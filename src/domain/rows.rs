//! Rows: what every fold over the log keeps, and how decide and evolve see them.
//!
//! Owns the keys, what a row type promises, and the [`Rows`] and [`RowsMut`] traits with their
//! plain in-memory implementation. Does not know where rows rest: files, caches and checkpoints are the store's.

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

/// One kind of row: a plain value that is written as postcard bytes.
///
/// Equal rows must encode to equal bytes, or digests mean nothing: no `HashMap`, no float, no
/// interior mutability. Changing the fields of a row type changes its bytes, so it needs a new
/// schema number for every store that keeps such rows.
pub trait Row:
    Clone + Debug + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static
{
    /// The first byte of every key of this table; no two row types share one.
    const TABLE: u8;
}

/// A set of rows under ordered keys, to be read.
pub trait Rows {
    /// Why rows could not be read; [`std::convert::Infallible`] where they are in memory.
    type Error: std::error::Error + Send + Sync + 'static;

    /// Reads the row under `key`.
    ///
    /// # Errors
    /// When the row is there and cannot be read.
    fn get<R: Row>(&self, key: &Key) -> Result<Option<Arc<R>>, Self::Error>;

    /// Visits the rows `scan` asks for, in its order, until the visitor breaks.
    ///
    /// # Errors
    /// When a row cannot be read; the visitor may have seen rows before it.
    fn scan<R: Row>(
        &self,
        scan: Scan<'_>,
        visit: &mut dyn FnMut(&Key, &Arc<R>) -> ControlFlow<()>,
    ) -> Result<(), Self::Error>;

    /// Collects at most `limit` rows of a scan, in its order.
    ///
    /// # Errors
    /// When a row cannot be read.
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

/// A set of rows under ordered keys, as a fold changes it.
///
/// A change is visible to the next read through the same value. Nothing here is durable, and
/// nothing here is undone: that is up to whoever owns the rows.
pub trait RowsMut: Rows {
    /// Opens the row under `key` for a change in place; `None` when there is no such row.
    ///
    /// The change is copy-on-write: whoever holds the row from an earlier read keeps it as it was.
    ///
    /// # Errors
    /// When the row is there and cannot be read.
    fn get_mut<R: Row>(&mut self, key: &Key) -> Result<Option<&mut R>, Self::Error>;

    /// Puts `row` under `key`, in place of any row that was there.
    fn put<R: Row>(&mut self, key: Key, row: R);

    /// Removes the row under `key`, if there is one.
    fn remove(&mut self, key: &Key);

    /// Opens the row under `key` for a change in place, starting from the default when absent.
    ///
    /// # Errors
    /// When the row is there and cannot be read.
    fn upsert<R: Row + Default>(&mut self, key: &Key) -> Result<&mut R, Self::Error> {
        if self.get_mut::<R>(key)?.is_none() {
            self.put(key.clone(), R::default());
        }
        Ok(self
            .get_mut(key)?
            .expect("the row was there or has just been put"))
    }
}
