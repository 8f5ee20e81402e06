//! Observations on the time axis, in chunks.
//!
//! Chunks keep the cost of one more observation flat however many there are; late ones land in
//! their place.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::heads::{Cutoff, Entry, Heads, OrderKey};
use super::table;
use crate::domain::rows::{Key, Row, Rows, Scan};
use crate::domain::{Counters, MeasurementKind, MeasurementScope, Position, PublicationRef, Seen};

/// Most observations in one chunk: some 4 KiB, a page of the row store.
const CHUNK_ENTRIES: usize = 128;

/// Neighbouring observations of one series, in order.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Chunk {
    entries: Vec<Entry>,
}

impl Row for Chunk {
    const TABLE: u8 = table::SERIES_CHUNK;
}

/// The observations of a post for one audience and kind.
#[derive(Clone, Debug)]
pub struct Axis {
    prefix: Key,
}

impl Axis {
    /// Names a series.
    pub fn new(
        publication: &PublicationRef,
        scope: MeasurementScope,
        kind: MeasurementKind,
    ) -> Self {
        let owner = &publication.collaboration;
        let prefix = Key::of::<Chunk>()
            .text(owner.brand.as_str())
            .text(owner.campaign.as_str())
            .text(owner.collaboration.as_str())
            .text(publication.publication.as_str())
            .byte(scope as u8)
            .byte(kind as u8);
        Self { prefix }
    }

    fn chunk_key(&self, first: OrderKey) -> Key {
        self.prefix
            .clone()
            .number(first.observed_at.nanos().cast_unsigned())
            .byte(first.rank)
            .number(first.position.get())
    }

    /// Puts an observation in its place; returns the first key of the last chunk.
    ///
    /// `tail` is what the insertion before returned: appending, the usual case, needs no search.
    ///
    /// # Errors
    /// When rows cannot be read.
    pub fn insert<S: Rows>(
        &self,
        rows: &mut S,
        tail: Option<OrderKey>,
        entry: Entry,
    ) -> Result<OrderKey, S::Error> {
        let home = match tail {
            Some(tail) if tail <= entry.key => Some(self.chunk_key(tail)),
            _ => self.home_of(rows, entry.key)?,
        };
        let Some(home) = home else {
            let first = entry.key;
            self.put(rows, vec![entry]);
            return Ok(first);
        };
        let Some(chunk) = rows.get_mut::<Chunk>(&home)? else {
            let first = entry.key;
            self.put(rows, vec![entry]);
            return Ok(tail.map_or(first, |tail| tail.max(first)));
        };
        let place = chunk.entries.partition_point(|other| other.key < entry.key);
        if chunk.entries.len() == CHUNK_ENTRIES && place == CHUNK_ENTRIES {
            let first = entry.key;
            self.put(rows, vec![entry]);
            return Ok(tail.map_or(first, |tail| tail.max(first)));
        }
        let old_start = chunk.entries.first().map(|first| first.key);
        let is_last = tail.is_none() || tail == old_start;
        chunk.entries.insert(place, entry);
        let mut last_start = chunk.entries[0].key;
        let upper = (chunk.entries.len() > CHUNK_ENTRIES)
            .then(|| chunk.entries.split_off(CHUNK_ENTRIES / 2));
        if place == 0 {
            let entries = std::mem::take(&mut chunk.entries);
            rows.remove(&home);
            self.put(rows, entries);
        }
        if let Some(upper) = upper {
            last_start = upper[0].key;
            self.put(rows, upper);
        }
        Ok(tail.filter(|_| !is_last).unwrap_or(last_start))
    }

    fn put<S: Rows>(&self, rows: &mut S, entries: Vec<Entry>) {
        if let Some(first) = entries.first() {
            rows.put(self.chunk_key(first.key), Chunk { entries });
        }
    }

    /// Finds the chunk a key belongs to: the last that starts at or before it, else the first.
    fn home_of<S: Rows>(&self, rows: &S, key: OrderKey) -> Result<Option<Key>, S::Error> {
        let just_beyond = self.chunk_key(key).byte(0);
        let at_or_before = Scan::of(&self.prefix).descending().after(&just_beyond);
        if let Some((home, _)) = rows.page::<Chunk>(at_or_before, 1)?.pop() {
            return Ok(Some(home));
        }
        Ok(rows
            .page::<Chunk>(Scan::of(&self.prefix), 1)?
            .pop()
            .map(|(home, _)| home))
    }

    /// Visits observations from the latest back, until the visitor breaks.
    ///
    /// # Errors
    /// When rows cannot be read.
    pub fn walk_back<S: Rows>(
        &self,
        rows: &S,
        visit: &mut dyn FnMut(&Entry) -> ControlFlow<()>,
    ) -> Result<(), S::Error> {
        rows.scan::<Chunk>(Scan::of(&self.prefix).descending(), &mut |_, chunk| {
            chunk.entries.iter().rev().try_for_each(&mut *visit)
        })
    }

    /// Finds an observation by the event that recorded it or by any that changed it.
    ///
    /// # Errors
    /// When rows cannot be read.
    pub fn find<S: Rows>(&self, rows: &S, position: Position) -> Result<Option<Entry>, S::Error> {
        let mut found = None;
        self.walk_back(rows, &mut |entry| {
            if entry.key.position == position || entry.changes.contains(&position) {
                found = Some(entry.clone());
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        })?;
        Ok(found)
    }

    /// Finds a standing observation with the same time, source and values, the values as they are
    /// now or as they were recorded: a retry must not undo a correction.
    ///
    /// # Errors
    /// When rows cannot be read.
    pub fn find_same<S: Rows>(
        &self,
        rows: &S,
        tail: Option<OrderKey>,
        seen: &Seen,
        counters: &Counters,
        followers: Option<u64>,
    ) -> Result<Option<Position>, S::Error> {
        let lowest = OrderKey::new(seen, Position::START);
        let same = |entry: &Entry| {
            entry.key.observed_at == lowest.observed_at
                && entry.key.rank == lowest.rank
                && !entry.voided
                && entry.says_or_said(counters, followers)
        };
        let home = match tail {
            None => return Ok(None),
            Some(tail) if tail <= lowest => Some(self.chunk_key(tail)),
            Some(_) => self.home_of(rows, lowest)?,
        };
        let Some(home) = home else { return Ok(None) };
        let mut found = None;
        let mut look = |chunk: &Chunk| {
            found = chunk
                .entries
                .iter()
                .find(|entry| same(entry))
                .map(|entry| entry.key.position);
            let beyond = chunk.entries.last().is_some_and(|last| {
                (last.key.observed_at, last.key.rank) > (lowest.observed_at, lowest.rank)
            });
            if found.is_some() || beyond {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        if let Some(chunk) = rows.get::<Chunk>(&home)?
            && look(&chunk).is_continue()
            && tail.is_some_and(|tail| self.chunk_key(tail) != home)
        {
            rows.scan::<Chunk>(Scan::of(&self.prefix).after(&home), &mut |_, chunk| {
                look(chunk)
            })?;
        }
        Ok(found)
    }

    /// Changes an observation in place; `None` when there is none at this place.
    ///
    /// # Errors
    /// When rows cannot be read.
    pub fn change<S: Rows>(
        &self,
        rows: &mut S,
        key: OrderKey,
        change: impl FnOnce(&mut Entry),
    ) -> Result<Option<()>, S::Error> {
        let Some(home) = self.home_of(rows, key)? else {
            return Ok(None);
        };
        let Some(chunk) = rows.get_mut::<Chunk>(&home)? else {
            return Ok(None);
        };
        let Ok(place) = chunk.entries.binary_search_by_key(&key, |entry| entry.key) else {
            return Ok(None);
        };
        change(&mut chunk.entries[place]);
        Ok(Some(()))
    }

    /// Takes the heads over all observations a cutoff admits, from the latest back.
    ///
    /// Ends as soon as every counter has a head and the value before it.
    ///
    /// # Errors
    /// When rows cannot be read.
    pub fn heads<S: Rows>(&self, rows: &S, cutoff: Cutoff) -> Result<Heads, S::Error> {
        let mut heads = Heads::default();
        self.walk_back(rows, &mut |entry| {
            if cutoff.admits(entry) {
                heads.admit(entry);
            }
            if heads.is_complete() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })?;
        Ok(heads)
    }
}
