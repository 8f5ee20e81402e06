//! An overlay: changed rows above unchanged ones.
//!
//! Owns the changes. Used to find out what a command would do without doing it.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::{AnyRow, Key, Row, Rows, RowsMut, Scan};

/// The changes: rows written, and `None` for the keys of rows removed.
pub type Changes = BTreeMap<Key, Option<AnyRow>>;

/// Changes above rows that stay unchanged.
pub struct Overlay<'a, S> {
    below: &'a S,
    changed: Changes,
}

impl<'a, S: Rows> Overlay<'a, S> {
    /// Starts without changes.
    pub fn above(below: &'a S) -> Self {
        Self {
            below,
            changed: BTreeMap::new(),
        }
    }

    /// Returns the changes without the rows below.
    pub fn into_changes(self) -> Changes {
        self.changed
    }
}

impl<S: Rows> Rows for Overlay<'_, S> {
    type Error = S::Error;

    fn get<R: Row>(&self, key: &Key) -> Result<Option<Arc<R>>, S::Error> {
        match self.changed.get(key) {
            Some(changed) => Ok(changed.as_ref().and_then(AnyRow::typed)),
            None => self.below.get(key),
        }
    }

    /// Merges the changes into the rows below. Reads the whole span of the rows below, which is
    /// fine because an overlay lives for one command.
    fn scan<R: Row>(
        &self,
        scan: Scan<'_>,
        visit: &mut dyn FnMut(&Key, &Arc<R>) -> ControlFlow<()>,
    ) -> Result<(), S::Error> {
        let span = scan.span();
        let mut rows: BTreeMap<Key, Arc<R>> = BTreeMap::new();
        self.below.scan::<R>(scan, &mut |key, row| {
            rows.insert(key.clone(), Arc::clone(row));
            ControlFlow::Continue(())
        })?;
        for (key, changed) in self.changed.range::<[u8], _>(span.bounds()) {
            match changed.as_ref().and_then(AnyRow::typed) {
                Some(row) => rows.insert(key.clone(), row),
                None => rows.remove(key),
            };
        }
        let mut visit = |(key, row): (&Key, &Arc<R>)| visit(key, row);
        let (ControlFlow::Continue(()) | ControlFlow::Break(())) = if scan.is_descending() {
            rows.iter().rev().try_for_each(&mut visit)
        } else {
            rows.iter().try_for_each(&mut visit)
        };
        Ok(())
    }
}

impl<S: Rows> RowsMut for Overlay<'_, S> {
    fn get_mut<R: Row>(&mut self, key: &Key) -> Result<Option<&mut R>, S::Error> {
        if !self.changed.contains_key(key) {
            let Some(row) = self.below.get::<R>(key)? else {
                return Ok(None);
            };
            self.changed
                .insert(key.clone(), Some(AnyRow::of((*row).clone())));
        }
        let changed = self.changed.get_mut(key).and_then(Option::as_mut);
        Ok(changed.and_then(AnyRow::typed_mut))
    }

    fn put<R: Row>(&mut self, key: Key, row: R) {
        self.changed.insert(key, Some(AnyRow::of(row)));
    }

    fn remove(&mut self, key: &Key) {
        self.changed.insert(key.clone(), None);
    }
}
