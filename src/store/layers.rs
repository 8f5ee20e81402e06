//! The layers in memory, and the walk that shows all layers as one.
//!
//! Owns how rows and removals are held and counted, and which layer wins. Does not know files
//! beyond the ordered entries one hands out.

use std::cmp::Ordering;
use std::collections::{BTreeSet, btree_set};
use std::iter::Peekable;
use std::ops::ControlFlow;
use std::sync::Arc;

use hashbrown::hash_map::{Entry as Lookup, EntryRef, HashMap};

use crate::domain::Position;
use crate::domain::rows::{AnyRow, Key, Row, Span};

use super::Error;
use super::disk::Disk;
use super::range::{DiskRange, Stored};

/// Memory one entry takes besides its row: the key, its slot in a tree or hash table that is not
/// full, the row's counters and what the allocator adds.
const ENTRY_OVERHEAD_BYTES: usize = 320;

/// What a row points to, in memory, per encoded byte: sums are wide and mostly zeros, which take a
/// byte each when encoded; strings and lists carry capacity, alignment and allocator overhead.
const DECODED_BYTES_PER_ENCODED: usize = 4;

/// A decoded row and the length of its encoding in bytes, as far as known.
#[derive(Clone, Debug)]
pub(super) struct Held {
    row: AnyRow,
    encoded_bytes: u32,
}

impl Held {
    pub(super) fn new<R: Row>(row: R) -> Self {
        Self::of(AnyRow::of(row))
    }

    pub(super) fn of(row: AnyRow) -> Self {
        let encoded_bytes = row.encoded_bytes();
        Self::with_size(row, encoded_bytes)
    }

    pub(super) fn with_size(row: AnyRow, encoded_bytes: usize) -> Self {
        Self {
            row,
            encoded_bytes: u32::try_from(encoded_bytes).unwrap_or(u32::MAX),
        }
    }

    /// The same row, after its encoding turned out to have this length.
    pub(super) fn resized(&self, encoded_bytes: usize) -> Self {
        Self::with_size(self.row.clone(), encoded_bytes)
    }

    pub(super) fn typed<R: Row>(&self) -> Result<Arc<R>, Error> {
        self.row.typed().ok_or_else(wrong_type::<R>)
    }

    pub(super) fn typed_mut<R: Row>(&mut self) -> Result<&mut R, Error> {
        self.row.typed_mut().ok_or_else(wrong_type::<R>)
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) -> Result<(), postcard::Error> {
        self.row.encode(out)
    }

    /// Estimates the memory the row takes under `key`, in bytes.
    pub(super) fn memory_bytes(&self, key: &Key) -> usize {
        ENTRY_OVERHEAD_BYTES
            + key.as_bytes().len()
            + self.row.shallow_bytes()
            + DECODED_BYTES_PER_ENCODED * self.encoded_bytes as usize
    }
}

fn wrong_type<R: Row>() -> Error {
    Error::WrongTable {
        expected: R::TABLE,
        found: Some(R::TABLE),
    }
}

/// What a layer says about a key: the row, or that it is removed.
pub(super) type Slot = Option<Held>;

/// Changed rows: found by hash, since a fold looks up the same few over and over, and walked in
/// order, by keys that are put in order once each.
#[derive(Clone, Debug, Default)]
pub(super) struct Layer {
    slots: HashMap<Key, Slot>,
    order: BTreeSet<Key>,
    bytes: usize,
}

impl Layer {
    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn get(&self, key: &Key) -> Option<&Slot> {
        self.slots.get(key)
    }

    /// Opens a row for a change, taking it from `load` when the layer says nothing about it.
    pub(super) fn get_mut_or_load(
        &mut self,
        key: &Key,
        load: impl FnOnce() -> Result<Option<Held>, Error>,
    ) -> Result<Option<&mut Held>, Error> {
        match self.slots.entry_ref(key) {
            EntryRef::Occupied(occupied) => Ok(occupied.into_mut().as_mut()),
            EntryRef::Vacant(vacant) => {
                let Some(held) = load()? else {
                    return Ok(None);
                };
                self.bytes += held.memory_bytes(key);
                self.order.insert(key.clone());
                Ok(vacant.insert_entry(Some(held)).into_mut().as_mut())
            }
        }
    }

    /// Opens a row for a change, taking it from `load` and else from `make`.
    pub(super) fn get_mut_or_put(
        &mut self,
        key: &Key,
        load: impl FnOnce() -> Result<Option<Held>, Error>,
        make: impl Fn() -> Held,
    ) -> Result<&mut Held, Error> {
        let bytes = &mut self.bytes;
        let mut weighed = |held: Held| {
            *bytes += held.memory_bytes(key);
            held
        };
        let slot = match self.slots.entry_ref(key) {
            EntryRef::Occupied(occupied) => occupied.into_mut(),
            EntryRef::Vacant(vacant) => {
                let held = load()?;
                self.order.insert(key.clone());
                let held = weighed(held.unwrap_or_else(&make));
                vacant.insert_entry(Some(held)).into_mut()
            }
        };
        Ok(slot.get_or_insert_with(|| weighed(make())))
    }

    pub(super) fn set(&mut self, key: Key, slot: Slot) {
        self.bytes += slot_bytes(&key, &slot);
        match self.slots.entry(key) {
            Lookup::Vacant(vacant) => {
                self.order.insert(vacant.key().clone());
                vacant.insert(slot);
            }
            Lookup::Occupied(mut occupied) => {
                self.bytes -= slot_bytes(occupied.key(), occupied.get());
                occupied.insert(slot);
            }
        }
    }

    /// Visits all slots in key order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Key, &Slot)> {
        self.order.iter().filter_map(|key| self.at(key))
    }

    fn at<'a>(&'a self, key: &'a Key) -> Option<(&'a Key, &'a Slot)> {
        Some((key, self.slots.get(key)?))
    }
}

fn slot_bytes(key: &Key, slot: &Slot) -> usize {
    slot.as_ref()
        .map_or(ENTRY_OVERHEAD_BYTES + key.as_bytes().len(), |held| {
            held.memory_bytes(key)
        })
}

/// A layer that changes no more, and the position its rows are at.
#[derive(Debug)]
pub(super) struct Frozen {
    pub(super) rows: Layer,
    pub(super) position: Position,
}

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

/// Walks the rows within `span` as if all layers were one, until `visit` breaks.
pub(super) fn walk(
    dirty: &Layer,
    frozen: Option<&Layer>,
    mut on_disk: DiskRange<'_>,
    span: &Span,
    descending: bool,
    visit: &mut dyn FnMut(Entry<'_>) -> Result<ControlFlow<()>, Error>,
) -> Result<(), Error> {
    let mut in_memory = Overlay::new(dirty, frozen, span, descending);
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

/// The dirty layer over the frozen one, in order.
struct Overlay<'a> {
    upper: Peekable<Directed<'a>>,
    lower: Option<Peekable<Directed<'a>>>,
    descending: bool,
}

impl<'a> Overlay<'a> {
    fn new(upper: &'a Layer, lower: Option<&'a Layer>, span: &Span, descending: bool) -> Self {
        let within = |layer: &'a Layer| {
            let keys = layer.order.range::<[u8], _>(span.bounds());
            Directed {
                layer,
                keys,
                descending,
            }
            .peekable()
        };
        Self {
            upper: within(upper),
            lower: lower.map(within),
            descending,
        }
    }

    fn order(&mut self) -> Option<Ordering> {
        let upper = self.upper.peek();
        let lower = self.lower.as_mut().and_then(Peekable::peek);
        match (upper, lower) {
            (None, None) => None,
            (Some(_), None) => Some(Ordering::Less),
            (None, Some(_)) => Some(Ordering::Greater),
            (Some((upper, _)), Some((lower, _))) => {
                Some(directed(upper.cmp(lower), self.descending))
            }
        }
    }

    fn peek(&mut self) -> Option<&'a Key> {
        let next = if self.order()?.is_le() {
            self.upper.peek()
        } else {
            self.lower.as_mut().and_then(Peekable::peek)
        };
        next.map(|(key, _)| *key)
    }

    fn next(&mut self) -> Option<(&'a Key, &'a Slot)> {
        let order = self.order()?;
        let lower = if order.is_ge() {
            self.lower.as_mut().and_then(Iterator::next)
        } else {
            None
        };
        if order.is_le() {
            self.upper.next()
        } else {
            lower
        }
    }
}

/// One layer's slots, in the direction of the walk.
struct Directed<'a> {
    layer: &'a Layer,
    keys: btree_set::Range<'a, Key>,
    descending: bool,
}

impl<'a> Iterator for Directed<'a> {
    type Item = (&'a Key, &'a Slot);

    fn next(&mut self) -> Option<Self::Item> {
        let key = if self.descending {
            self.keys.next_back()
        } else {
            self.keys.next()
        };
        self.layer.at(key?)
    }
}

fn directed(order: Ordering, descending: bool) -> Ordering {
    if descending { order.reverse() } else { order }
}
