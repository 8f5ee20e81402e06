//! The places in the queue of the writer.
//!
//! A brand may take most of them. The last ones are kept for brands that hold few, so that no brand
//! fills the queue alone.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::Notify;

use super::WriteError;

/// One place in so many is kept for brands that hold no more than these.
const KEPT_PART: usize = 8;

/// What to do when the queue has no room.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Room {
    /// Refuse with [`WriteError::QueueFull`].
    Refuse,
    /// Wait until there is room.
    Wait,
}

/// All places. Clones share them.
#[derive(Clone)]
pub(super) struct AllPlaces(Arc<Shared>);

struct Shared {
    /// How many there are.
    count: usize,
    taken: Mutex<Taken>,
    /// Told when places come free, or when no more are given.
    changed: Notify,
    hash: RandomState,
}

#[derive(Default)]
struct Taken {
    count: usize,
    /// By the hash of the brand's name, which nobody has checked yet.
    of_brand: HashMap<u64, usize>,
    closed: bool,
}

/// Places that are taken for a job. They are free again when this is dropped.
pub struct Places {
    all: AllPlaces,
    brand: u64,
    count: usize,
}

impl AllPlaces {
    pub(super) fn new(count: usize) -> Self {
        Self(Arc::new(Shared {
            count,
            taken: Mutex::default(),
            changed: Notify::new(),
            hash: RandomState::new(),
        }))
    }

    /// Takes places for a job of a brand, or all places if there are fewer.
    ///
    /// # Errors
    /// `QueueFull` if there is no room and `room` says not to wait; `Draining` once closed.
    pub(super) async fn take(
        &self,
        brand: &str,
        count: usize,
        room: Room,
    ) -> Result<Places, WriteError> {
        let shared = &*self.0;
        let (brand, count) = (shared.hash.hash_one(brand), count.min(shared.count));
        loop {
            // Before the look, so that no change after it is missed.
            let changed = shared.changed.notified();
            match shared.try_take(brand, count) {
                Ok(()) => {
                    let all = self.clone();
                    return Ok(Places { all, brand, count });
                }
                Err(WriteError::QueueFull) if room == Room::Wait => changed.await,
                Err(error) => return Err(error),
            }
        }
    }

    /// Gives no more places.
    pub(super) fn close(&self) {
        self.0.taken.lock().closed = true;
        self.0.changed.notify_waiters();
    }
}

impl Shared {
    fn try_take(&self, brand: u64, count: usize) -> Result<(), WriteError> {
        let mut taken = self.taken.lock();
        if taken.closed {
            return Err(WriteError::Draining);
        }
        let held = taken.of_brand.get(&brand).copied().unwrap_or_default() + count;
        let left = (self.count - taken.count).checked_sub(count);
        let kept = self.count / KEPT_PART;
        if !left.is_some_and(|left| left >= kept || held <= kept) {
            return Err(WriteError::QueueFull);
        }
        taken.count += count;
        taken.of_brand.insert(brand, held);
        Ok(())
    }

    fn free(&self, brand: u64, count: usize) {
        let mut taken = self.taken.lock();
        taken.count -= count;
        if let Entry::Occupied(mut held) = taken.of_brand.entry(brand) {
            *held.get_mut() -= count;
            if *held.get() == 0 {
                held.remove();
            }
        }
        drop(taken);
        self.changed.notify_waiters();
    }
}

impl Drop for Places {
    fn drop(&mut self) {
        self.all.0.free(self.brand, self.count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn take(all: &AllPlaces, brand: &str, count: usize) -> Option<Places> {
        all.take(brand, count, Room::Refuse).await.ok()
    }

    #[tokio::test]
    async fn no_brand_takes_the_last_places() {
        let all = AllPlaces::new(16);
        let flood = take(&all, "flood", 14).await;
        assert!(flood.is_some());
        assert!(take(&all, "flood", 1).await.is_none());
        let quiet = take(&all, "quiet", 2).await;
        assert!(quiet.is_some());
        assert!(take(&all, "third", 1).await.is_none());
        drop(flood);
        assert!(take(&all, "quiet", 12).await.is_some());
        assert_eq!(all.0.taken.lock().of_brand.len(), 1);
    }

    #[tokio::test]
    async fn a_job_that_is_larger_than_the_queue_takes_all_of_it() {
        let all = AllPlaces::new(4);
        let whole = take(&all, "a", 9).await;
        assert!(whole.is_some() && take(&all, "b", 1).await.is_none());
    }

    #[tokio::test]
    async fn who_waits_gets_places_when_they_come_free_and_no_more_once_closed() {
        let all = AllPlaces::new(1);
        let held = take(&all, "a", 1).await;
        let waiting = all.take("b", 1, Room::Wait);
        let (waited, ()) = tokio::join!(waiting, async { drop(held) });
        assert!(waited.is_ok());
        let waiting = all.take("c", 1, Room::Wait);
        let (refused, ()) = tokio::join!(waiting, async { all.close() });
        assert_eq!(refused.err(), Some(WriteError::Draining));
    }
}
