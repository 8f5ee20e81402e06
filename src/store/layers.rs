//! The layers in memory, each by itself and all as one.
//!
//! Owns how rows and removals are held and counted, and which layer wins. Does not know files.

use std::cmp::Ordering;
use std::collections::{BTreeSet, btree_set};
use std::iter::Peekable;
use std::sync::Arc;

use hashbrown::hash_map::{Entry as Lookup, EntryRef, HashMap};
use smallvec::SmallVec;

use crate::domain::Position;
use crate::domain::rows::{AnyRow, Key, Row, Span};

use super::Error;

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
#[derive(Debug, Default)]
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

    /// Counts the bytes of all rows as they are now.
    pub(super) fn weigh(&self) -> usize {
        let now = |slot: &Slot| slot.as_ref().map(|held| Held::of(held.row.clone()));
        let rows = self.slots.iter();
        rows.map(|(key, slot)| slot_bytes(key, &now(slot))).sum()
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

/// Layers that change no more, the oldest first. What several of them say about a key, the newest
/// one says. A clone shares the layers.
#[derive(Clone, Debug, Default)]
pub(super) struct Stack(Vec<Arc<Layer>>);

/// Most rows that are moved from layer to layer at a time: less than half a millisecond.
const MOVED_AT_ONCE: usize = 1_000;

/// Layers that a lookup goes through in no time that counts.
const FEW_LAYERS: usize = 4;

/// Most rows of a layer that is made of others: a copy of it takes less than a millisecond.
const JOINED_ROWS: usize = 2_000;

impl Stack {
    /// Puts a layer on top. Where there are many small ones, because snapshots follow each other
    /// while one lives, they are joined by halves: each row is copied a few times at the most.
    pub(super) fn push(&mut self, layer: Layer) {
        if layer.len() == 0 {
            return;
        }
        self.0.push(Arc::new(layer));
        while self.0.len() > FEW_LAYERS
            && let [.., below, top] = self.0.as_slice()
            && below.len() <= 2 * top.len()
            && below.len() + top.len() <= JOINED_ROWS
        {
            let joined = Arc::new(below.with(top));
            self.0.truncate(self.0.len() - 2);
            self.0.push(joined);
        }
    }

    pub(super) fn get(&self, key: &Key) -> Option<&Slot> {
        self.0.iter().rev().find_map(|layer| layer.get(key))
    }

    pub(super) fn bytes(&self) -> usize {
        self.0.iter().map(|layer| layer.bytes).sum()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Counts the keys the layers say something about.
    pub(super) fn len(&self) -> usize {
        match self.0.as_slice() {
            [one] => one.len(),
            _ => self.iter().count(),
        }
    }

    /// Visits all slots in key order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Key, &Slot)> {
        Merged::of(self.newest_first(), &Span::of_tables(&(0..=u8::MAX)), false)
    }

    /// Gives the layers, the newest first.
    pub(super) fn newest_first(&self) -> impl Iterator<Item = &Layer> {
        self.0.iter().rev().map(Arc::as_ref)
    }

    /// Joins the newest layers with `above` where nobody else shares them, so that the layers do not
    /// become many. Takes a bounded time; what is left over is for the next call.
    pub(super) fn take_back(&mut self, above: &mut Layer) {
        while let Some(mut top) = self.0.pop() {
            let Some(below) = Arc::get_mut(&mut top) else {
                return self.0.push(top);
            };
            if below.len() > above.len() {
                std::mem::swap(below, above);
                // The larger one stays; now `below` is the newer of the two.
                above.take_newer(below, MOVED_AT_ONCE);
                if below.len() > 0 {
                    std::mem::swap(below, above);
                    return self.0.push(top);
                }
            } else {
                above.take_older(below, MOVED_AT_ONCE);
                if below.len() > 0 {
                    return self.0.push(top);
                }
            }
        }
    }
}

impl Layer {
    /// Copies the layer with newer rows above it.
    fn with(&self, newer: &Layer) -> Layer {
        let mut joined = Self {
            slots: self.slots.clone(),
            order: self.order.clone(),
            bytes: self.bytes,
        };
        for (key, slot) in &newer.slots {
            joined.set(key.clone(), slot.clone());
        }
        joined
    }

    /// Moves rows in that win over those here.
    fn take_newer(&mut self, newer: &mut Layer, most: usize) {
        for _ in 0..most {
            let Some((key, slot)) = newer.pop() else {
                return;
            };
            self.set(key, slot);
        }
    }

    /// Moves rows in where nothing is said about them here.
    fn take_older(&mut self, older: &mut Layer, most: usize) {
        for _ in 0..most {
            let Some((key, slot)) = older.pop() else {
                return;
            };
            if !self.slots.contains_key(&key) {
                self.set(key, slot);
            }
        }
    }

    fn pop(&mut self) -> Option<(Key, Slot)> {
        let key = self.order.pop_first()?;
        let slot = self.slots.remove(&key)?;
        self.bytes = self.bytes.saturating_sub(slot_bytes(&key, &slot));
        Some((key, slot))
    }
}

/// Layers that change no more, and the position their rows are at.
#[derive(Debug)]
pub(super) struct Frozen {
    pub(super) rows: Stack,
    pub(super) position: Position,
    /// Counts the layers frozen so far, this one included.
    pub(super) number: u64,
}

/// Layers as one, in order: of those that say something about a key, the first.
pub(super) struct Merged<'a> {
    layers: SmallVec<[Peekable<Directed<'a>>; 3]>,
    descending: bool,
}

impl<'a> Merged<'a> {
    pub(super) fn of(
        layers: impl Iterator<Item = &'a Layer>,
        span: &Span,
        descending: bool,
    ) -> Self {
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
            layers: layers.map(within).collect(),
            descending,
        }
    }

    pub(super) fn peek(&mut self) -> Option<&'a Key> {
        let descending = self.descending;
        let next = self
            .layers
            .iter_mut()
            .filter_map(|layer| Some(layer.peek()?.0));
        next.min_by(|one, other| directed(one.cmp(other), descending))
    }
}

impl<'a> Iterator for Merged<'a> {
    type Item = (&'a Key, &'a Slot);

    fn next(&mut self) -> Option<Self::Item> {
        if let [only] = self.layers.as_mut_slice() {
            return only.next();
        }
        let key = self.peek()?;
        let mut found = None;
        for layer in &mut self.layers {
            let entry = layer.next_if(|(next, _)| *next == key);
            found = found.or(entry);
        }
        found
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

pub(super) fn directed(order: Ordering, descending: bool) -> Ordering {
    if descending { order.reverse() } else { order }
}
