//! How far each follower of the log has come, so that the slowest one can be seen.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;

use crate::domain::Position;

/// The followers of a server. Clones share them.
#[derive(Clone, Default)]
pub struct Followers(Arc<Mutex<Table>>);

#[derive(Default)]
struct Table {
    next: u64,
    standing: HashMap<u64, Standing>,
}

/// The position that one follower has been handed. Clones share it.
#[derive(Clone)]
pub struct Standing(Arc<AtomicU64>);

/// A follower in the table, until it is dropped.
pub struct Follower {
    followers: Followers,
    id: u64,
    standing: Standing,
}

impl Followers {
    /// Adds a follower that has everything up to a position.
    pub fn enter(&self, at: Position) -> Follower {
        let standing = Standing(Arc::new(AtomicU64::new(at.get())));
        let mut table = self.0.lock();
        let id = table.next;
        table.next += 1;
        table.standing.insert(id, standing.clone());
        Follower {
            followers: self.clone(),
            id,
            standing,
        }
    }

    /// Returns how many there are, and how many events up to `head` the slowest of them lacks.
    pub fn count_and_lag(&self, head: Position) -> (usize, u64) {
        let table = self.0.lock();
        let at = |standing: &Standing| standing.0.load(Ordering::Relaxed);
        let slowest = table.standing.values().map(at).min();
        let lag = slowest.map_or(0, |slowest| head.get().saturating_sub(slowest));
        (table.standing.len(), lag)
    }
}

impl Standing {
    /// Records that everything up to a position was handed over.
    pub fn reached(&self, at: Position) {
        self.0.store(at.get(), Ordering::Relaxed);
    }
}

impl Follower {
    /// Returns the position, to be moved on.
    pub fn standing(&self) -> Standing {
        self.standing.clone()
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.followers.0.lock().standing.remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slowest_follower_counts() {
        let followers = Followers::default();
        let at = Position::new;
        assert_eq!(followers.count_and_lag(at(9)), (0, 0));
        let slow = followers.enter(at(2));
        let fast = followers.enter(at(7));
        assert_eq!(followers.count_and_lag(at(9)), (2, 7));
        slow.standing().reached(at(8));
        assert_eq!(followers.count_and_lag(at(9)), (2, 2));
        drop(fast);
        assert_eq!(followers.count_and_lag(at(9)), (1, 1));
        assert_eq!(followers.count_and_lag(at(3)), (1, 0));
    }
}
