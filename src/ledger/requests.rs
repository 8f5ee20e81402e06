//! The memory of requests: a request with a known id is a repeat.
//!
//! Owns the latest requests of the partition, up to a limit, as 128-bit hashes. It is folded state:
//! the tail of the log fills it at start. Natural keys recognise older repeats, without a limit.

use std::collections::VecDeque;

use hashbrown::HashTable;
use sha2::{Digest, Sha256};

use crate::domain::Position;
use crate::log::codec::{Peek, peek};
use crate::log::{Log, ReadError};

/// Events that a start reads for each request that can be remembered.
const EVENTS_A_REQUEST: u64 = 4;

/// A request that made events.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Seen {
    /// Digest of its content.
    pub digest: [u8; 16],
    /// Its first event.
    pub first: Position,
    /// Its last event.
    pub last: Position,
    /// First event of its first part: a batch may be written in parts, and `first` is of the latest
    /// part.
    pub since: Position,
}

impl Seen {
    /// Adds an earlier part of the same request.
    fn begins_with(&mut self, earlier: &Self) {
        if earlier.digest == self.digest {
            self.since = self.since.min(earlier.since);
        }
    }
}

/// The latest requests that made events, up to a limit.
///
/// They are in a ring, the oldest first; a table finds their numbers by hash. That takes about 80
/// bytes each; a map and a queue would take 160.
#[derive(Debug)]
pub struct RequestMemory {
    limit: usize,
    ring: VecDeque<(u128, Seen)>,
    /// Number of the oldest request. Numbers wrap around, long after the ring has.
    oldest: u32,
    numbers: HashTable<u32>,
}

impl RequestMemory {
    /// Creates a memory of the last `limit` requests.
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            ring: VecDeque::new(),
            oldest: 0,
            numbers: HashTable::new(),
        }
    }

    /// Fills the memory from the tail of a log. It reads back as far as needed, but at most four
    /// events for each request: if few calls have a request id, a start would otherwise read the
    /// whole log.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn of_tail(log: &dyn Log, limit: usize) -> Result<Self, ReadError> {
        let mut memory = Self::new(limit);
        let mut until = log.head().position;
        let far_back = (limit as u64).saturating_mul(EVENTS_A_REQUEST);
        let oldest = Position::new(until.get().saturating_sub(far_back));
        while memory.ring.len() < limit && until > oldest {
            let after = Position::new(until.get().saturating_sub(limit as u64));
            let (before, requests) = read_requests(log, after, until)?;
            memory.prepend(requests);
            until = before;
        }
        Ok(memory)
    }

    /// Clears the memory and fills it again: it may know requests whose writes failed.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn refill(&mut self, log: &dyn Log) -> Result<(), ReadError> {
        *self = Self::of_tail(log, self.limit)?;
        Ok(())
    }

    fn prepend(&mut self, requests: Vec<(u128, Seen)>) {
        for (key, seen) in requests.into_iter().rev() {
            if self.ring.len() == self.limit {
                return;
            }
            // A known request is in the log twice: it was forgotten and then used again, or it was
            // written in parts.
            if let Some(place) = self.place(key) {
                self.ring[place].1.begins_with(&seen);
            } else {
                self.oldest = self.oldest.wrapping_sub(1);
                self.ring.push_front((key, seen));
                self.note(key, self.oldest);
            }
        }
    }

    /// Finds a request by brand and id.
    pub fn get(&self, brand: &str, id: &str) -> Option<Seen> {
        let place = self.place(key(brand, id))?;
        Some(self.ring[place].1)
    }

    /// Remembers a request. Forgets the oldest one if there are too many.
    pub fn insert(&mut self, brand: &str, id: &str, seen: Seen) {
        let key = key(brand, id);
        if self.limit == 0 {
            return;
        }
        if let Some(place) = self.place(key) {
            let earlier = std::mem::replace(&mut self.ring[place].1, seen);
            self.ring[place].1.begins_with(&earlier);
            return;
        }
        if self.ring.len() == self.limit {
            self.forget_oldest();
        }
        let number = self.oldest.wrapping_add(self.ring.len() as u32);
        self.ring.push_back((key, seen));
        self.note(key, number);
    }

    fn place(&self, key: u128) -> Option<usize> {
        let is_it = |number: &u32| self.ring[self.place_of(*number)].0 == key;
        let number = self.numbers.find(hash(key), is_it)?;
        Some(self.place_of(*number))
    }

    fn place_of(&self, number: u32) -> usize {
        number.wrapping_sub(self.oldest) as usize
    }

    fn note(&mut self, key: u128, number: u32) {
        let (ring, oldest) = (&self.ring, self.oldest);
        let hash_of = |number: &u32| hash(ring[number.wrapping_sub(oldest) as usize].0);
        self.numbers.insert_unique(hash(key), number, hash_of);
    }

    fn forget_oldest(&mut self) {
        let Some((key, _)) = self.ring.front() else {
            return;
        };
        let oldest = self.oldest;
        if let Ok(entry) = self
            .numbers
            .find_entry(hash(*key), |number| *number == oldest)
        {
            entry.remove();
        }
        self.ring.pop_front();
        self.oldest = oldest.wrapping_add(1);
    }

    /// Counts the requests remembered.
    pub fn len(&self) -> usize {
        self.ring.len()
    }

    /// Returns whether no request is remembered.
    pub fn is_empty(&self) -> bool {
        self.ring.is_empty()
    }
}

/// Returns half of the key as its hash: a key is a digest, so each half is a good hash.
fn hash(key: u128) -> u64 {
    key as u64
}

fn key(brand: &str, id: &str) -> u128 {
    let mut hasher = Sha256::new();
    hasher.update(brand);
    hasher.update([0]);
    hasher.update(id);
    first_half(hasher.finalize().into())
}

fn first_half(digest: [u8; 32]) -> u128 {
    let (half, _) = digest.split_at(16);
    u128::from_be_bytes(half.try_into().expect("half of 32 bytes is 16"))
}

/// Reads the requests after `after` and up to `until`, and returns the position before them. It
/// begins with a whole block, so it may begin before `after`: no part of a request spans two
/// blocks.
fn read_requests(
    log: &dyn Log,
    after: Position,
    until: Position,
) -> Result<(Position, Vec<(u128, Seen)>), ReadError> {
    let mut requests: Vec<(u128, Seen)> = Vec::new();
    let mut before = None;
    for block in log.read(after)? {
        let block = block?;
        let start = Position::new(block.first_position().get() - 1);
        if start >= until {
            break;
        }
        before.get_or_insert(start);
        for record in block.records() {
            // The replay that follows reports a record that cannot be read; here it is skipped.
            if let Ok(header) = peek(record) {
                note(&mut requests, &header);
            }
        }
    }
    Ok((before.unwrap_or(after), requests))
}

fn note(requests: &mut Vec<(u128, Seen)>, header: &Peek<'_>) {
    if header.request_id.is_empty() {
        return;
    }
    let key = key(header.brand_id, header.request_id);
    let (first, last) = (header.position, header.position);
    match requests.last_mut() {
        Some((known, seen)) if *known == key => seen.last = last,
        _ => {
            let digest = header.request_digest.try_into().unwrap_or_default();
            requests.push((
                key,
                Seen {
                    digest,
                    first,
                    last,
                    since: first,
                },
            ));
        }
    }
}
