//! Chunks: consecutive observations of one series.
//!
//! Most observations are written once and then only kept. They therefore stay encoded, one after
//! the other, with a list of their keys. An insert moves bytes and decodes nothing.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::heads::{Entry, OrderKey};
use super::table;
use crate::domain::rows::Row;
use crate::domain::{Counters, FactTiming, Position};

/// Maximum number of observations in one chunk: about 3 KiB, which fits a page of the row store.
const MAX_ENTRIES: usize = 64;

/// Consecutive observations of one series.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Chunk {
    /// The key of each observation, and where its bytes end.
    places: Vec<(OrderKey, u32)>,
    #[serde(with = "serde_bytes")]
    encoded: Vec<u8>,
}

impl Row for Chunk {
    const TABLE: u8 = table::SERIES_CHUNK;
}

/// An observation without its key, for encoding.
#[derive(Serialize)]
struct BodyOf<'a> {
    changes: &'a [Position],
    timing: FactTiming,
    counters: &'a Counters,
    followers: Option<u64>,
    recorded: Option<&'a (Counters, Option<u64>)>,
    voided: bool,
}

/// An observation without its key, decoded.
#[derive(Deserialize)]
struct Body {
    changes: Vec<Position>,
    timing: FactTiming,
    counters: Counters,
    followers: Option<u64>,
    recorded: Option<Box<(Counters, Option<u64>)>>,
    voided: bool,
}

impl Chunk {
    /// Makes a chunk of one observation.
    pub(super) fn of(entry: &Entry) -> Self {
        let mut chunk = Self::default();
        chunk.insert(entry);
        chunk
    }

    /// Returns the key of the first observation; chunks are never empty.
    pub(super) fn first(&self) -> OrderKey {
        self.places.first().map(|place| place.0).unwrap_or_default()
    }

    /// Returns the key of the last observation.
    pub(super) fn last(&self) -> OrderKey {
        self.places.last().map(|place| place.0).unwrap_or_default()
    }

    /// Returns whether the chunk has no room for another observation.
    pub(super) fn is_full(&self) -> bool {
        self.places.len() >= MAX_ENTRIES
    }

    /// Inserts an observation at its place.
    pub(super) fn insert(&mut self, entry: &Entry) {
        let place = self.places.partition_point(|(key, _)| *key < entry.key);
        let start = self.start(place);
        self.places.insert(place, (entry.key, start as u32));
        self.splice(place, start..start, entry);
    }

    /// Changes the observation with this key; `None` when there is none.
    pub(super) fn change(&mut self, key: OrderKey, change: impl FnOnce(&mut Entry)) -> Option<()> {
        let place = self.places.binary_search_by_key(&key, |place| place.0);
        let place = place.ok()?;
        let mut entry = self.entry(place);
        change(&mut entry);
        self.splice(place, self.span(place), &entry);
        Some(())
    }

    /// Removes the upper half and returns it as a chunk.
    pub(super) fn split(&mut self) -> Self {
        let middle = self.places.len() / 2;
        let start = self.start(middle);
        let mut places = self.places.split_off(middle);
        for (_, end) in &mut places {
            *end -= start as u32;
        }
        let encoded = self.encoded.split_off(start);
        Self { places, encoded }
    }

    /// Returns the observations in order.
    pub(super) fn entries(&self) -> impl DoubleEndedIterator<Item = Entry> + '_ {
        (0..self.places.len()).map(|place| self.entry(place))
    }

    /// Returns the observation that an event recorded.
    pub(super) fn recorded_at(&self, position: Position) -> Option<Entry> {
        let mut keys = self.places.iter().map(|(key, _)| key.position);
        keys.position(|one| one == position)
            .map(|place| self.entry(place))
    }

    /// Returns the observations whose key is in a range.
    pub(super) fn within(&self, keys: Range<OrderKey>) -> impl Iterator<Item = Entry> + '_ {
        let from = self.places.partition_point(|(key, _)| *key < keys.start);
        let to = self.places.partition_point(|(key, _)| *key < keys.end);
        (from..to).map(|place| self.entry(place))
    }

    /// Writes an observation over the bytes at `over`, and its end at `place`.
    fn splice(&mut self, place: usize, over: Range<usize>, entry: &Entry) {
        let body = BodyOf {
            changes: &entry.changes,
            timing: entry.timing,
            counters: &entry.counters,
            followers: entry.followers,
            recorded: entry.recorded.as_deref(),
            voided: entry.voided,
        };
        let before = self.encoded.len();
        let rest = self.encoded.split_off(over.end);
        self.encoded.truncate(over.start);
        let written = postcard::to_extend(&body, std::mem::take(&mut self.encoded));
        self.encoded = written.expect("an observation holds nothing postcard cannot write");
        self.encoded.extend_from_slice(&rest);
        let grown = self.encoded.len().wrapping_sub(before) as u32;
        for (_, end) in &mut self.places[place..] {
            *end = end.wrapping_add(grown);
        }
    }

    fn start(&self, place: usize) -> usize {
        match place.checked_sub(1) {
            Some(before) => self.places[before].1 as usize,
            None => 0,
        }
    }

    fn span(&self, place: usize) -> Range<usize> {
        self.start(place)..self.places[place].1 as usize
    }

    fn entry(&self, place: usize) -> Entry {
        let body: Body = postcard::from_bytes(&self.encoded[self.span(place)])
            .expect("a chunk holds what it wrote itself");
        Entry {
            key: self.places[place].0,
            changes: body.changes,
            timing: body.timing,
            counters: body.counters,
            followers: body.followers,
            recorded: body.recorded,
            voided: body.voided,
        }
    }
}
