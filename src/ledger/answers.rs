//! The memory of answers: the resource of each recent write, as the write left it.
//!
//! A repeated write gets its first answer, even if the resource has changed since. So answers are
//! kept, encoded, in a ring of bounded bytes. An older answer is folded from the log.

use std::collections::VecDeque;

use crate::domain::state::Resource;
use crate::domain::{Position, Timestamp};

/// The latest answers, up to a limit of bytes, by the last position of the write.
#[derive(Debug)]
pub(super) struct Answers {
    limit: usize,
    /// Encoded answers, one after the other, the oldest first.
    bytes: VecDeque<u8>,
    /// Number of bytes dropped before them.
    dropped: u64,
    /// Where each answer ends, in order of positions.
    entries: VecDeque<Entry>,
    /// Buffer in which an answer is encoded.
    scratch: Vec<u8>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    last: Position,
    recorded_at: Timestamp,
    /// Bytes of all answers ever kept, up to the end of this one.
    end: u64,
}

impl Answers {
    /// Creates a memory of at most `limit` bytes, which includes the entry of each answer.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            bytes: VecDeque::new(),
            dropped: 0,
            entries: VecDeque::new(),
            scratch: Vec::new(),
        }
    }

    /// Keeps the resource that a write left. `last` is the last position of the write and is beyond
    /// those kept before.
    pub(super) fn keep(&mut self, last: Position, recorded_at: Timestamp, resource: &Resource) {
        if self.limit == 0 {
            return;
        }
        self.scratch.clear();
        let scratch = std::mem::take(&mut self.scratch);
        // A resource that has no encoding is folded if it is asked for again.
        let Ok(encoded) = postcard::to_extend(resource, scratch) else {
            return;
        };
        self.bytes.extend(&encoded);
        self.scratch = encoded;
        self.entries.push_back(Entry {
            last,
            recorded_at,
            end: self.dropped + self.bytes.len() as u64,
        });
        while self.bytes.len() + self.entries.len() * size_of::<Entry>() > self.limit {
            self.drop_oldest();
        }
    }

    fn drop_oldest(&mut self) {
        let Some(oldest) = self.entries.pop_front() else {
            return;
        };
        self.bytes.drain(..self.place(oldest.end));
        self.dropped = oldest.end;
    }

    /// Returns when the write that ended at `last` was recorded, if its answer is kept.
    pub(super) fn recorded_at(&self, last: Position) -> Option<Timestamp> {
        Some(self.entries[self.find(last)?].recorded_at)
    }

    /// Finds the resource that the write left that ended at `last`.
    pub(super) fn get(&self, last: Position) -> Option<Resource> {
        let number = self.find(last)?;
        let begin = number.checked_sub(1).map(|before| self.entries[before].end);
        let begin = self.place(begin.unwrap_or(self.dropped));
        let end = self.place(self.entries[number].end);
        let encoded: Vec<u8> = self.bytes.range(begin..end).copied().collect();
        postcard::from_bytes(&encoded).ok()
    }

    fn find(&self, last: Position) -> Option<usize> {
        self.entries
            .binary_search_by_key(&last, |entry| entry.last)
            .ok()
    }

    fn place(&self, end: u64) -> usize {
        usize::try_from(end - self.dropped).expect("a place in memory fits usize")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::state::Order;
    use crate::domain::{BrandId, OrderKey, OrderRef, OrderSource, Reference};

    fn order(id: &str) -> Resource {
        let name = OrderRef {
            brand: BrandId::parse("kopi").unwrap(),
            order: OrderKey {
                source: OrderSource::parse("shop").unwrap(),
                id: Reference::parse(id).unwrap(),
            },
        };
        Resource::Order(name, Arc::new(Order::default()))
    }

    fn keep(answers: &mut Answers, position: u64, name: &str) {
        let at = Timestamp::from_nanos(position as i64);
        answers.keep(Position::new(position), at, &order(name));
    }

    #[test]
    fn the_oldest_are_dropped_when_the_bytes_are_taken() {
        let mut answers = Answers::new(1_000);
        for position in 1..=100 {
            keep(&mut answers, 2 * position, &format!("order-{position}"));
            let taken = answers.bytes.len() + answers.entries.len() * size_of::<Entry>();
            assert!(taken <= 1_000);
        }
        let kept = answers.entries.len() as u64;
        assert!((5..100).contains(&kept), "{kept}");
        for position in 1..=100 {
            let last = Position::new(2 * position);
            let is_kept = position > 100 - kept;
            let name = format!("order-{position}");
            assert_eq!(answers.get(last), is_kept.then(|| order(&name)));
            let at = Timestamp::from_nanos(2 * position as i64);
            assert_eq!(answers.recorded_at(last), is_kept.then_some(at));
            assert_eq!(answers.get(Position::new(2 * position + 1)), None);
        }
    }

    #[test]
    fn one_that_is_too_large_is_not_kept() {
        let mut answers = Answers::new(40);
        keep(&mut answers, 1, &"x".repeat(60));
        assert_eq!(answers.get(Position::new(1)), None);
        assert!(answers.bytes.is_empty());
        let mut off = Answers::new(0);
        keep(&mut off, 1, "one");
        assert_eq!(off.get(Position::new(1)), None);
    }
}
