//! Rows in plain memory, for unit tests, as-of folds and verification.
//!
//! Owns one ordered map. Its size has no bound, and the rows are lost when it is dropped.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::{AnyRow, Key, Row, Rows, RowsMut, Scan, Span};

/// All rows in one ordered map.
///
/// A row that is read with another type than it was written with counts as absent. That needs two
/// row types with one table tag, which is a bug.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MemoryRows(BTreeMap<Key, AnyRow>);

impl MemoryRows {
    /// Starts without rows.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the number of rows of all tables.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the rows of every table within `span`, in key order.
    pub fn within(&self, span: &Span) -> impl DoubleEndedIterator<Item = (&Key, &AnyRow)> {
        self.0.range::<[u8], _>(span.bounds())
    }
}

impl Rows for MemoryRows {
    type Error = Infallible;

    fn get<R: Row>(&self, key: &Key) -> Result<Option<Arc<R>>, Infallible> {
        Ok(self.0.get(key).and_then(AnyRow::typed))
    }

    fn scan<R: Row>(
        &self,
        scan: Scan<'_>,
        visit: &mut dyn FnMut(&Key, &Arc<R>) -> ControlFlow<()>,
    ) -> Result<(), Infallible> {
        let span = scan.span();
        let mut visit = |(key, row): (&Key, &AnyRow)| {
            row.typed()
                .map_or(ControlFlow::Continue(()), |row| visit(key, &row))
        };
        // A stop by the visitor and the end of the rows are both a complete scan.
        let _ = if scan.is_descending() {
            self.within(&span).rev().try_for_each(&mut visit)
        } else {
            self.within(&span).try_for_each(&mut visit)
        };
        Ok(())
    }
}

impl RowsMut for MemoryRows {
    fn get_mut<R: Row>(&mut self, key: &Key) -> Result<Option<&mut R>, Infallible> {
        Ok(self.0.get_mut(key).and_then(AnyRow::typed_mut))
    }

    fn put<R: Row>(&mut self, key: Key, row: R) {
        self.0.insert(key, AnyRow::of(row));
    }

    fn remove(&mut self, key: &Key) {
        self.0.remove(key);
    }
}
