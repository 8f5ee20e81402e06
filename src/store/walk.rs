//! The walk that shows the layers in memory and the file as one.

use std::cmp::Ordering;
use std::ops::ControlFlow;
use std::sync::Arc;

use crate::domain::rows::{Key, Row, Span};

use super::Error;
use super::disk::Disk;
use super::disk::range::{DiskRange, Stored};
use super::layers::{Held, Layer, Merged, directed};

/// A row met on a walk.
pub(super) enum Entry<'a> {
    Held(&'a Key, &'a Held),
    Stored(Stored),
}

/// Shows an entry to a typed visitor.
pub(super) fn visit_as<R: Row>(
    entry: Entry<'_>,
    disk: &Disk,
    visit: &mut dyn FnMut(&Key, &Arc<R>) -> ControlFlow<()>,
) -> Result<ControlFlow<()>, Error> {
    match entry {
        Entry::Held(key, held) => Ok(visit(key, &held.typed()?)),
        Entry::Stored(stored) => {
            let row = disk.decode(&stored)?;
            Ok(visit(&stored.key, &Arc::new(row)))
        }
    }
}

/// Walks the rows within `span` as if all layers were one, until `visit` breaks. The newest layer
/// comes first.
pub(super) fn walk<'a>(
    layers: impl Iterator<Item = &'a Layer>,
    mut on_disk: DiskRange<'_>,
    span: &Span,
    descending: bool,
    visit: &mut dyn FnMut(Entry<'_>) -> Result<ControlFlow<()>, Error>,
) -> Result<(), Error> {
    let mut in_memory = Merged::of(layers, span, descending);
    let mut stored = on_disk.next()?;
    loop {
        let order = match (in_memory.peek(), &stored) {
            (None, None) => return Ok(()),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(key), Some(stored)) => directed(key.cmp(&stored.key), descending),
        };
        // Memory wins over the file; where they meet, the stored row is passed over.
        let below = if order.is_ge() {
            std::mem::replace(&mut stored, on_disk.next()?)
        } else {
            None
        };
        let entry = if order.is_le() {
            in_memory
                .next()
                .and_then(|(key, slot)| slot.as_ref().map(|held| Entry::Held(key, held)))
        } else {
            below.map(Entry::Stored)
        };
        if let Some(entry) = entry
            && visit(entry)?.is_break()
        {
            return Ok(());
        }
    }
}
