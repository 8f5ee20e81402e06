//! Observations on the time axis, in chunks.
//!
//! With chunks, the cost of one more observation does not grow with their number. Late observations
//! are inserted at their place.

use std::ops::{ControlFlow, RangeInclusive};

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::chunk::Chunk;
use super::heads::{Cutoff, Entry, Heads, OrderKey, Sought};
use crate::domain::rows::{Key, Rows, RowsMut, Scan};
use crate::domain::{Audience, Definition, Observation, Position, Timestamp};

/// The observations of a post for one audience and kind.
#[derive(Clone, Debug)]
pub struct Axis {
    prefix: Key,
}

/// Where the last chunks of a series begin. An observation that arrives about in order finds its
/// chunk without a search.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Starts(SmallVec<[OrderKey; 1]>);

/// Number of chunks whose beginnings are kept: those of about the last 500 observations.
const MAX_STARTS: usize = 8;

impl Starts {
    /// Returns where the chunk of a key begins, and where the next one begins, as far as that is
    /// known without a search. The first chunk takes everything before it.
    fn around(&self, key: OrderKey) -> Option<(OrderKey, Option<OrderKey>)> {
        let after = self.0.partition_point(|start| *start <= key);
        let home = match after.checked_sub(1) {
            Some(home) => home,
            None if self.0.len() < MAX_STARTS => 0,
            None => return None,
        };
        let next = self.0.get(home + 1);
        Some((*self.0.get(home)?, next.copied()))
    }

    fn note(&mut self, start: OrderKey) {
        let place = self.0.partition_point(|one| *one < start);
        self.0.insert(place, start);
        if self.0.len() > MAX_STARTS {
            self.0.remove(0);
        }
    }

    fn moved(&mut self, from: OrderKey, to: OrderKey) {
        if let Some(start) = self.0.iter_mut().find(|start| **start == from) {
            *start = to;
        }
    }
}

impl Axis {
    /// Returns the axis of a series of the publication with this key.
    pub fn new(publication: &Key, audience: Audience) -> Self {
        let prefix = publication
            .in_table::<Chunk>()
            .byte(audience.scope as u8)
            .byte(audience.kind as u8)
            .text(audience.definition.as_ref().map_or("", Definition::as_str));
        Self { prefix }
    }

    fn chunk_key(&self, first: OrderKey) -> Key {
        self.prefix
            .clone()
            .number(first.observed_at.nanos().cast_unsigned())
            .byte(first.rank)
            .number(first.position.get())
    }

    /// Inserts an observation at its place, and updates `starts`, which belong to the series.
    ///
    /// # Errors
    /// Returns an error when rows cannot be read.
    pub fn insert<S: RowsMut>(
        &self,
        rows: &mut S,
        starts: &mut Starts,
        entry: &Entry,
    ) -> Result<(), S::Error> {
        let home = match starts.around(entry.key) {
            Some((home, _)) => Some(self.chunk_key(home)),
            None if starts.0.is_empty() => None,
            None => self.home_of(rows, entry.key)?,
        };
        let chunk = match &home {
            Some(home) => rows.get_mut::<Chunk>(home)?,
            None => None,
        };
        let (Some(home), Some(chunk)) = (home, chunk) else {
            self.begin(rows, starts, Chunk::of(entry));
            return Ok(());
        };
        if chunk.is_full() && chunk.last() < entry.key {
            self.begin(rows, starts, Chunk::of(entry));
            return Ok(());
        }
        let began = chunk.first();
        let mut upper = chunk.is_full().then(|| chunk.split());
        match &mut upper {
            Some(upper) if upper.first() < entry.key => upper.insert(entry),
            Some(_) | None => chunk.insert(entry),
        }
        if chunk.first() != began {
            // The chunk now begins earlier, so it moves to the key of its new first observation.
            let chunk = std::mem::take(chunk);
            starts.moved(began, chunk.first());
            rows.remove(&home);
            self.put(rows, chunk);
        }
        if let Some(upper) = upper {
            self.begin(rows, starts, upper);
        }
        Ok(())
    }

    fn begin<S: RowsMut>(&self, rows: &mut S, starts: &mut Starts, chunk: Chunk) {
        starts.note(chunk.first());
        self.put(rows, chunk);
    }

    fn put<S: RowsMut>(&self, rows: &mut S, chunk: Chunk) {
        rows.put(self.chunk_key(chunk.first()), chunk);
    }

    /// Returns the chunk that a key belongs to: the last one that starts at or before it, or else
    /// the first.
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

    /// Visits observations from the latest to the earliest, until the visitor breaks.
    ///
    /// # Errors
    /// Returns an error when rows cannot be read.
    pub fn walk_back<S: Rows>(
        &self,
        rows: &S,
        visit: &mut dyn FnMut(&Entry) -> ControlFlow<()>,
    ) -> Result<(), S::Error> {
        rows.scan::<Chunk>(Scan::of(&self.prefix).descending(), &mut |_, chunk| {
            chunk.entries().rev().try_for_each(|entry| visit(&entry))
        })
    }

    /// Returns the observation that an event recorded or changed.
    ///
    /// # Errors
    /// Returns an error when rows cannot be read.
    pub fn find<S: Rows>(&self, rows: &S, position: Position) -> Result<Option<Entry>, S::Error> {
        let mut found = None;
        // Reading the keys is cheap, and callers mostly name the recording.
        rows.scan::<Chunk>(Scan::of(&self.prefix).descending(), &mut |_, chunk| {
            found = chunk.recorded_at(position);
            match found {
                Some(_) => ControlFlow::Break(()),
                None => ControlFlow::Continue(()),
            }
        })?;
        if found.is_some() {
            return Ok(found);
        }
        self.walk_back(rows, &mut |entry| {
            if entry.changes.contains(&position) {
                found = Some(entry.clone());
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        })?;
        Ok(found)
    }

    /// Returns an observation that is not voided and has the same time, source and values, either
    /// its current values or the first recorded ones: a retry must not undo a correction.
    ///
    /// # Errors
    /// Returns an error when rows cannot be read.
    pub fn find_same<S: Rows>(
        &self,
        rows: &S,
        starts: &Starts,
        observation: &Observation,
    ) -> Result<Option<Entry>, S::Error> {
        self.find_saying(rows, starts, observation, |entry| !entry.voided)
    }

    /// Returns the observation with the same time, source and values that was recorded within a
    /// span, voided or not.
    ///
    /// # Errors
    /// Returns an error when rows cannot be read.
    pub fn find_recorded<S: Rows>(
        &self,
        rows: &S,
        starts: &Starts,
        observation: &Observation,
        span: &RangeInclusive<Position>,
    ) -> Result<Option<Position>, S::Error> {
        let found = self.find_saying(rows, starts, observation, |entry| {
            span.contains(&entry.key.position)
        })?;
        Ok(found.map(|entry| entry.key.position))
    }

    fn find_saying<S: Rows>(
        &self,
        rows: &S,
        starts: &Starts,
        observation: &Observation,
        counts: impl Fn(&Entry) -> bool,
    ) -> Result<Option<Entry>, S::Error> {
        let (seen, counters) = (&observation.seen, &observation.counters);
        let lowest = OrderKey::new(seen, Position::START);
        let highest = OrderKey::new(seen, Position::new(u64::MAX));
        let same =
            |entry: &Entry| counts(entry) && entry.says_or_said(counters, observation.followers);
        let (home, next) = match starts.around(lowest) {
            Some((home, next)) => (Some(self.chunk_key(home)), Some(next)),
            None if starts.0.is_empty() => return Ok(None),
            None => (self.home_of(rows, lowest)?, None),
        };
        let Some(home) = home else { return Ok(None) };
        let mut found = None;
        let mut look = |chunk: &Chunk| {
            found = chunk.within(lowest..highest).find(same);
            if found.is_some() || chunk.last() > highest {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        // The matching observations may start in one chunk and continue in the next.
        let may_go_on = next.is_none_or(|next| next.is_some_and(|next| next <= highest));
        if let Some(chunk) = rows.get::<Chunk>(&home)?
            && look(&chunk).is_continue()
            && may_go_on
        {
            rows.scan::<Chunk>(Scan::of(&self.prefix).after(&home), &mut |_, chunk| {
                look(chunk)
            })?;
        }
        Ok(found)
    }

    /// Returns when the earliest observation was made, voided or not.
    ///
    /// # Errors
    /// Returns an error when rows cannot be read.
    pub fn first<S: Rows>(&self, rows: &S) -> Result<Option<Timestamp>, S::Error> {
        let page = rows.page::<Chunk>(Scan::of(&self.prefix), 1)?;
        let first = page.first().map(|(_, chunk)| chunk.first());
        Ok(first.map(|key| key.observed_at))
    }

    /// Changes an observation in place; `None` when there is none at this place.
    ///
    /// # Errors
    /// Returns an error when rows cannot be read.
    pub fn change<S: RowsMut>(
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
        Ok(chunk.change(key, change))
    }

    /// Computes the heads over all observations that a cutoff admits, from the latest to the
    /// earliest.
    ///
    /// Stops as soon as everything in `sought` is found, which seldom takes more than two
    /// observations.
    ///
    /// # Errors
    /// Returns an error when rows cannot be read.
    pub fn heads<S: Rows>(
        &self,
        rows: &S,
        cutoff: Cutoff,
        sought: Sought,
    ) -> Result<Heads, S::Error> {
        let mut heads = Heads::default();
        self.walk_back(rows, &mut |entry| {
            if cutoff.admits(entry) {
                heads.admit(entry);
            }
            if sought.is_in(&heads) {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })?;
        Ok(heads)
    }
}
