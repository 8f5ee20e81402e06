//! Bytes in flight: the memory that messages of all connections may hold together, and the share of
//! one.
//!
//! A message that needs more than is free takes it from the message that made no progress for
//! longest, if one has stalled for a while, or else from a connection that holds much more. So
//! stalled uploads, and answers that nobody reads, block nobody. Only large messages and those that
//! come in parts are counted here: small ones that arrive whole are done before they would add up.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Waker;
use std::time::Duration;

use futures_util::task::AtomicWaker;
use parking_lot::Mutex;
use tokio::time::Instant;

use crate::grpc::edge::peer::Peer;

/// How much may be in flight.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// In the whole process.
    pub process_bytes: usize,
    /// On one connection.
    pub connection_bytes: usize,
}

/// Bytes that messages in flight share.
#[derive(Debug)]
pub(super) struct Budget {
    limits: Limits,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    held: usize,
    last: u64,
    by_connection: HashMap<u64, usize>,
    holds: HashMap<u64, Entry>,
}

#[derive(Debug)]
struct Entry {
    connection: u64,
    bytes: usize,
    /// The time from which others may take these bytes.
    safe_until: Instant,
    loss: Arc<Loss>,
}

/// The owner that asks for room.
struct Wanted {
    id: u64,
    connection_would_hold: usize,
}

/// How the owner of bytes is notified that another one got them.
#[derive(Debug, Default)]
struct Loss {
    happened: AtomicBool,
    waker: AtomicWaker,
    /// Ended if that is the only way to free the bytes.
    connection: Option<Peer>,
}

/// What one message holds of the budget that `B` leads to; given back when it is dropped.
#[derive(Debug)]
pub(super) struct Hold<B: AsRef<Budget>> {
    budget: B,
    peer: Option<Peer>,
    /// Whether a loss of the bytes ends the connection.
    ends_connection: bool,
    ticket: Mutex<Option<Ticket>>,
}

#[derive(Debug)]
struct Ticket {
    id: u64,
    loss: Arc<Loss>,
}

/// There is no room, and no other hold gives way.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Full;

impl Budget {
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            state: Mutex::default(),
        }
    }

    /// Says how much is held.
    #[cfg(test)]
    pub fn held(&self) -> usize {
        self.state.lock().held
    }

    fn take(&self, id: u64, bytes: usize, safe_until: Instant, now: Instant) -> Result<(), Full> {
        let Limits {
            process_bytes,
            connection_bytes,
        } = self.limits;
        // A message that can never fit takes nothing from others.
        if bytes > process_bytes.min(connection_bytes) {
            return Err(Full);
        }
        let mut state = self.state.lock();
        let Some(entry) = state.holds.get(&id) else {
            return Err(Full);
        };
        let (connection, more) = (entry.connection, bytes.saturating_sub(entry.bytes));
        let wanted = Wanted {
            id,
            connection_would_hold: state.held_by(connection) + more,
        };
        while state.held_by(connection) + more > connection_bytes {
            state.make_room(&wanted, Some(connection), now)?;
        }
        while state.held + more > process_bytes {
            state.make_room(&wanted, None, now)?;
        }
        state.set(id, bytes, safe_until);
        Ok(())
    }
}

impl State {
    fn held_by(&self, connection: u64) -> usize {
        self.by_connection.get(&connection).copied().unwrap_or(0)
    }

    fn enter(&mut self, connection: u64, loss: Arc<Loss>, now: Instant) -> u64 {
        self.last += 1;
        let entry = Entry {
            connection,
            bytes: 0,
            safe_until: now,
            loss,
        };
        self.holds.insert(self.last, entry);
        self.last
    }

    fn set(&mut self, id: u64, bytes: usize, safe_until: Instant) {
        let Some(entry) = self.holds.get_mut(&id) else {
            return;
        };
        let before = std::mem::replace(&mut entry.bytes, bytes);
        entry.safe_until = safe_until;
        self.held = self.held + bytes - before;
        let held = self.by_connection.entry(entry.connection).or_default();
        *held = *held + bytes - before;
    }

    /// Takes the bytes of the hold that stalled for longest, of this connection or of all. If none
    /// has stalled, a hold with many bytes gives way to one that would have less than half of them.
    fn make_room(&mut self, wanted: &Wanted, of: Option<u64>, now: Instant) -> Result<(), Full> {
        let is_still = |entry: &Entry| entry.safe_until <= now;
        let is_of = |entry: &Entry| of.is_none_or(|connection| connection == entry.connection);
        let leaving = self.stillest(wanted.id, |entry| is_still(entry) && is_of(entry));
        let leaving = leaving.or_else(|| {
            let (&heaviest, &held) = self.by_connection.iter().max_by_key(|(_, held)| **held)?;
            let gives_way = of.is_none() && held > 2 * wanted.connection_would_hold;
            let is_of_heaviest = |entry: &Entry| gives_way && entry.connection == heaviest;
            self.stillest(wanted.id, is_of_heaviest)
        });
        if let Some(loss) = self.leave(leaving.ok_or(Full)?) {
            loss.happened.store(true, Ordering::Release);
            loss.waker.wake();
            if let Some(peer) = &loss.connection {
                peer.end();
            }
        }
        Ok(())
    }

    fn stillest(&self, but: u64, may_lose: impl Fn(&Entry) -> bool) -> Option<u64> {
        let entries = self.holds.iter();
        let others = entries.filter(|(id, entry)| **id != but && entry.bytes > 0);
        let candidates = others.filter(|(_, entry)| may_lose(entry));
        let stillest = candidates.min_by_key(|(_, entry)| entry.safe_until);
        stillest.map(|(id, _)| *id)
    }

    fn leave(&mut self, id: u64) -> Option<Arc<Loss>> {
        let entry = self.holds.remove(&id)?;
        self.held -= entry.bytes;
        let held = self.held_by(entry.connection) - entry.bytes;
        match held {
            0 => self.by_connection.remove(&entry.connection),
            held => self.by_connection.insert(entry.connection, held),
        };
        Some(entry.loss)
    }
}

impl<B: AsRef<Budget>> Hold<B> {
    /// Makes an empty hold for a request. If it loses its bytes, [`Self::poll_lost`] says so to its
    /// owner.
    pub fn of_request(budget: B, peer: Option<Peer>) -> Self {
        Self::new(budget, peer, false)
    }

    /// Makes an empty hold for an answer. If it loses its bytes, the connection ends: the unread
    /// bytes are in its queues, and only the end of the connection frees them.
    pub fn of_answer(budget: B, peer: Option<Peer>) -> Self {
        Self::new(budget, peer, true)
    }

    fn new(budget: B, peer: Option<Peer>, ends_connection: bool) -> Self {
        Self {
            budget,
            peer,
            ends_connection,
            ticket: Mutex::new(None),
        }
    }

    /// Holds this many bytes from now on. Others cannot take them for `safe_for`.
    ///
    /// # Errors
    /// There is no room. Bytes held before stay held.
    pub fn take(&self, bytes: usize, safe_for: Duration) -> Result<(), Full> {
        self.take_at(bytes, safe_for, Instant::now())
    }

    fn take_at(&self, bytes: usize, safe_for: Duration, now: Instant) -> Result<(), Full> {
        let mut ticket = self.ticket.lock();
        let ticket = ticket.get_or_insert_with(|| self.enter(now));
        self.budget
            .as_ref()
            .take(ticket.id, bytes, now + safe_for, now)
    }

    fn enter(&self, now: Instant) -> Ticket {
        let connection = self.peer.as_ref().map_or(0, Peer::connection);
        let ending = self.peer.clone().filter(|_| self.ends_connection);
        let loss = Arc::new(Loss {
            connection: ending,
            ..Loss::default()
        });
        let mut state = self.budget.as_ref().state.lock();
        let id = state.enter(connection, Arc::clone(&loss), now);
        Ticket { id, loss }
    }

    /// Returns its owner.
    pub fn peer(&self) -> Option<&Peer> {
        self.peer.as_ref()
    }

    /// Leads to the budget.
    pub fn budget(&self) -> &B {
        &self.budget
    }

    /// Gives everything back.
    pub fn release(&self) {
        if let Some(ticket) = self.ticket.lock().take() {
            self.budget.as_ref().state.lock().leave(ticket.id);
        }
    }

    /// Returns whether another hold got the bytes; otherwise wakes the task when one does.
    pub fn poll_lost(&self, waker: &Waker) -> bool {
        let ticket = self.ticket.lock();
        let Some(ticket) = ticket.as_ref() else {
            return false;
        };
        ticket.loss.waker.register(waker);
        ticket.loss.happened.load(Ordering::Acquire)
    }
}

impl<B: AsRef<Budget>> Drop for Hold<B> {
    fn drop(&mut self) {
        self.release();
    }
}

#[cfg(test)]
mod tests {
    use tokio_util::sync::CancellationToken;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const LIMITS: Limits = Limits {
        process_bytes: 100,
        connection_bytes: 60,
    };

    fn peer(connection: u64) -> Option<Peer> {
        let address = ([127, 0, 0, 1], 1).into();
        Some(Peer::new(connection, address, CancellationToken::new()))
    }

    fn is_lost(hold: &Hold<Arc<Budget>>) -> bool {
        hold.poll_lost(Waker::noop())
    }

    #[test]
    fn nobody_holds_more_than_there_is() {
        let (budget, now) = (Arc::new(Budget::new(LIMITS)), Instant::now());
        let first = Hold::of_request(Arc::clone(&budget), peer(1));
        let second = Hold::of_request(Arc::clone(&budget), peer(2));
        assert_eq!(first.take_at(60, SECOND, now), Ok(()));
        assert_eq!(second.take_at(41, SECOND, now), Err(Full));
        assert_eq!(second.take_at(40, SECOND, now), Ok(()));
        assert_eq!(budget.held(), 100);
        first.release();
        drop(second);
        assert_eq!(budget.held(), 0);
        assert!(budget.state.lock().by_connection.is_empty());
    }

    #[test]
    fn a_connection_has_its_share_only() {
        let (budget, now) = (Arc::new(Budget::new(LIMITS)), Instant::now());
        let holds = [(); 3].map(|()| Hold::of_request(Arc::clone(&budget), peer(1)));
        assert_eq!(holds[0].take_at(30, SECOND, now), Ok(()));
        assert_eq!(holds[1].take_at(30, SECOND, now), Ok(()));
        assert_eq!(holds[2].take_at(1, SECOND, now), Err(Full));
        let other = Hold::of_request(Arc::clone(&budget), peer(2));
        assert_eq!(other.take_at(40, SECOND, now), Ok(()));
    }

    #[test]
    fn whoever_stood_still_for_longest_gives_way() {
        let (budget, now) = (Arc::new(Budget::new(LIMITS)), Instant::now());
        let holds =
            [1, 2].map(|connection| Hold::of_request(Arc::clone(&budget), peer(connection)));
        assert_eq!(holds[0].take_at(50, SECOND, now), Ok(()));
        assert_eq!(holds[1].take_at(40, SECOND, now), Ok(()));
        // The first one goes on, the second one does not.
        assert_eq!(holds[0].take_at(55, SECOND, now + SECOND / 2), Ok(()));
        let newcomer = Hold::of_request(Arc::clone(&budget), peer(3));
        assert_eq!(newcomer.take_at(30, SECOND, now + SECOND / 2), Err(Full));
        assert_eq!(newcomer.take_at(30, SECOND, now + SECOND), Ok(()));
        assert!(!is_lost(&holds[0]) && is_lost(&holds[1]));
        assert_eq!(budget.held(), 85);
        assert_eq!(holds[1].take_at(1, SECOND, now + SECOND), Err(Full));
        drop(holds);
        assert_eq!(budget.held(), 30, "what was lost is not given back twice");
    }

    #[test]
    fn who_holds_much_gives_way_to_who_holds_little() {
        let (budget, now) = (Arc::new(Budget::new(LIMITS)), Instant::now());
        let much = [30, 28].map(|bytes| {
            let hold = Hold::of_request(Arc::clone(&budget), peer(1));
            assert_eq!(hold.take_at(bytes, SECOND, now), Ok(()));
            hold
        });
        let some = Hold::of_request(Arc::clone(&budget), peer(2));
        assert_eq!(some.take_at(42, SECOND, now), Ok(()));
        // Not for as much, and not within a connection.
        let newcomer = Hold::of_request(Arc::clone(&budget), peer(3));
        assert_eq!(newcomer.take_at(29, SECOND, now), Err(Full));
        assert_eq!(newcomer.take_at(20, SECOND, now), Ok(()));
        assert_eq!(much.iter().filter(|hold| is_lost(hold)).count(), 1);
        assert!(!is_lost(&some));
    }

    #[test]
    fn a_connection_over_its_share_takes_from_itself() {
        let (budget, now) = (Arc::new(Budget::new(LIMITS)), Instant::now());
        let other = Hold::of_request(Arc::clone(&budget), peer(2));
        assert_eq!(other.take_at(30, SECOND, now), Ok(()));
        let stalled = Hold::of_request(Arc::clone(&budget), peer(1));
        assert_eq!(stalled.take_at(50, SECOND, now), Ok(()));
        let later = Hold::of_request(Arc::clone(&budget), peer(1));
        assert_eq!(later.take_at(50, SECOND, now + 2 * SECOND), Ok(()));
        assert!(is_lost(&stalled) && !is_lost(&other));
    }

    #[test]
    fn an_answer_that_gives_way_ends_its_connection() {
        let (budget, now) = (Arc::new(Budget::new(LIMITS)), Instant::now());
        let ending = CancellationToken::new();
        let unread = Peer::new(1, ([127, 0, 0, 1], 1).into(), ending.clone());
        let unread = Hold::of_answer(Arc::clone(&budget), Some(unread));
        assert_eq!(unread.take_at(60, SECOND, now), Ok(()));
        let next = Hold::of_answer(Arc::clone(&budget), peer(2));
        assert_eq!(next.take_at(60, SECOND, now + SECOND), Ok(()));
        assert!(ending.is_cancelled());
    }
}
