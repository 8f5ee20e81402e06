//! The memory of requests: the same id twice is the same request.
//!
//! Owns the last so many requests of the partition, as 128-bit hashes. It is folded state: the tail
//! of the log fills it at start. Beyond it natural keys protect, forever.

use std::collections::VecDeque;

use hashbrown::{HashMap, hash_map};
use sha2::{Digest, Sha256};

use crate::domain::Position;
use crate::log::codec::{Peek, peek};
use crate::log::{Log, ReadError};

/// A request that made events.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Seen {
    /// Digest of its content.
    pub digest: [u8; 16],
    /// Its first event.
    pub first: Position,
    /// Its last event.
    pub last: Position,
    /// Its first event of all: a batch may be written in parts, of which `first` begins the latest.
    pub since: Position,
}

impl Seen {
    /// Takes in an earlier part of the same request.
    fn begins_with(&mut self, earlier: &Self) {
        if earlier.digest == self.digest {
            self.since = self.since.min(earlier.since);
        }
    }
}

/// The last so many requests that made events.
#[derive(Debug)]
pub struct RequestMemory {
    limit: usize,
    seen: HashMap<u128, Seen>,
    order: VecDeque<u128>,
}

impl RequestMemory {
    /// Remembers the last `limit` requests; some 100 bytes each.
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            seen: HashMap::new(),
            order: VecDeque::new(),
        }
    }

    /// Fills the memory from the tail of a log, reading back as far as it must.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn of_tail(log: &dyn Log, limit: usize) -> Result<Self, ReadError> {
        let mut memory = Self::new(limit);
        let mut until = log.head().position;
        while memory.seen.len() < limit && until > Position::START {
            let after = Position::new(until.get().saturating_sub(limit as u64));
            let (before, requests) = read_requests(log, after, until)?;
            memory.prepend(requests);
            until = before;
        }
        Ok(memory)
    }

    fn prepend(&mut self, requests: Vec<(u128, Seen)>) {
        for (key, seen) in requests.into_iter().rev() {
            if self.seen.len() == self.limit {
                return;
            }
            // One that is known stands twice in the log: it was forgotten, and then used again, or
            // it was written in parts.
            match self.seen.entry(key) {
                hash_map::Entry::Vacant(entry) => {
                    entry.insert(seen);
                    self.order.push_front(key);
                }
                hash_map::Entry::Occupied(mut later) => later.get_mut().begins_with(&seen),
            }
        }
    }

    /// Finds a request by brand and id.
    pub fn get(&self, brand: &str, id: &str) -> Option<Seen> {
        self.seen.get(&key(brand, id)).copied()
    }

    /// Remembers a request, and forgets the oldest one when there are too many.
    pub fn insert(&mut self, brand: &str, id: &str, seen: Seen) {
        let key = key(brand, id);
        if self.limit == 0 {
            return;
        }
        match self.seen.entry(key) {
            hash_map::Entry::Vacant(entry) => {
                entry.insert(seen);
                self.order.push_back(key);
            }
            hash_map::Entry::Occupied(mut known) => {
                let earlier = known.insert(seen);
                known.get_mut().begins_with(&earlier);
            }
        }
        while self.order.len() > self.limit {
            if let Some(oldest) = self.order.pop_front() {
                self.seen.remove(&oldest);
            }
        }
    }

    /// Counts the requests remembered.
    pub fn len(&self) -> usize {
        self.seen.len()
    }

    /// Tells whether none is remembered.
    pub fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }
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

/// Reads the requests after `after`, or some before it, up to `until`; gives the position before
/// them too. Begins with a whole block: no part of a request goes over the end of one.
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
            // A record that cannot be read stops the replay that follows; it makes no request here.
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
