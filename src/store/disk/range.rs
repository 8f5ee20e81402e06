//! The stored rows of a span, one after the other.
//!
//! Owns the place in the file, also across an opening anew. Does not know the layers above.

use redb::{AccessGuard, Range};

use crate::domain::Position;
use crate::domain::rows::{Key, Span};

use super::Disk;
use crate::store::Error;
use crate::store::failure::{Failure, guarded, refused};
use crate::store::file::Table;

/// A stored row: its key, and its encoding where redb has it.
pub(in crate::store) struct Stored {
    pub(in crate::store) key: Key,
    value: AccessGuard<'static, &'static [u8]>,
}

impl Stored {
    pub(in crate::store) fn value(&self) -> &[u8] {
        self.value.value()
    }
}

/// The stored rows of a span, one after the other.
pub(in crate::store) struct DiskRange<'a> {
    disk: &'a Disk,
    table: Table,
    span: Span,
    descending: bool,
    /// The last key handed out.
    passed: Option<Key>,
    /// How far the file may be when it was opened anew, for the walk to go on there.
    reach: Position,
    range: Range<'static, &'static [u8], &'static [u8]>,
}

impl<'a> DiskRange<'a> {
    /// Starts over the rows that `table` has. Should the file be opened anew meanwhile, the walk goes
    /// on there, unless that is beyond `reach`.
    pub(in crate::store) fn start(
        disk: &'a Disk,
        mut table: Table,
        span: &Span,
        descending: bool,
        reach: Position,
    ) -> Result<Self, Error> {
        let range = match guarded(|| range_of(&table, span)) {
            Err(Failure::Closed) => {
                table = disk.reopened(&table, reach)?;
                guarded(|| range_of(&table, span))
            }
            result => result,
        }
        .map_err(|failure| disk.settle(failure))?;
        Ok(Self {
            disk,
            table,
            span: span.clone(),
            descending,
            passed: None,
            reach,
            range,
        })
    }

    pub(in crate::store) fn next(&mut self) -> Result<Option<Stored>, Error> {
        let stored = match guarded(|| self.step()) {
            Err(Failure::Closed) => {
                self.table = self.disk.reopened(&self.table, self.reach)?;
                let rest = match self.passed.take() {
                    Some(passed) => self.span.clone().after(&passed, self.descending),
                    None => self.span.clone(),
                };
                guarded(|| {
                    self.range = range_of(&self.table, &rest)?;
                    self.step()
                })
            }
            result => result,
        }
        .map_err(|failure| self.disk.settle(failure))?;
        self.passed = stored.as_ref().map(|stored| stored.key.clone());
        Ok(stored)
    }

    fn step(&mut self) -> Result<Option<Stored>, Failure> {
        let next = if self.descending {
            self.range.next_back()
        } else {
            self.range.next()
        };
        let (key, value) = match next {
            Some(entry) => entry.map_err(refused)?,
            None => return Ok(None),
        };
        // Looked at here, because in a damaged page it is looking that panics.
        let _ = value.value();
        Ok(Some(Stored {
            key: Key::from_bytes(key.value()),
            value,
        }))
    }
}

fn range_of(
    table: &Table,
    span: &Span,
) -> Result<Range<'static, &'static [u8], &'static [u8]>, Failure> {
    table.0.range::<&[u8]>(span.bounds()).map_err(refused)
}
