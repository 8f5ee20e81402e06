//! Answers that go on for long, and the identities that opened them.
//!
//! A stream outlives the check at its begin. So it holds a lease, which ends when its token expires
//! or when the policy no longer grants what the stream began with. One task looks at all leases: a
//! timer for each would not follow a clock that is set.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use super::caller::Caller;
use super::policy::Policy;
use super::refusal::Refusal;
use crate::domain::Timestamp;

/// All leases of a server.
#[derive(Debug, Default)]
pub(super) struct Leases {
    open: Arc<Mutex<Table>>,
}

#[derive(Debug, Default)]
struct Table {
    leases: HashMap<u64, Entry>,
    last: u64,
}

#[derive(Debug)]
struct Entry {
    caller: Arc<Caller>,
    ended: Ended,
}

/// Says that a lease ended, and why.
#[derive(Debug, Clone)]
struct Ended {
    token: CancellationToken,
    why: Arc<Mutex<Refusal>>,
}

impl Ended {
    fn end(&self, why: Refusal) {
        *self.why.lock() = why;
        self.token.cancel();
    }
}

/// The lease of a stream; given back when it is dropped.
#[derive(Debug)]
pub struct Lease {
    number: u64,
    ended: Ended,
    waiting: std::pin::Pin<Box<WaitForCancellationFutureOwned>>,
    table: Arc<Mutex<Table>>,
}

impl Lease {
    /// Ends it, because the policy changed before it was taken.
    pub(super) fn revoke(&self) {
        self.ended.end(Refusal::Revoked);
    }

    /// Returns why the stream must end, once it must.
    pub fn poll_ended(&mut self, cx: &mut std::task::Context<'_>) -> std::task::Poll<Refusal> {
        let polled = self.waiting.as_mut().poll(cx);
        polled.map(|()| *self.ended.why.lock())
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.table.lock().leases.remove(&self.number);
    }
}

impl Leases {
    /// Takes a lease for a stream of this caller.
    pub(super) fn take(&self, caller: Arc<Caller>) -> Lease {
        let ended = Ended {
            token: CancellationToken::new(),
            why: Arc::new(Mutex::new(Refusal::Expired)),
        };
        let mut table = self.open.lock();
        table.last += 1;
        let number = table.last;
        let entry = Entry {
            caller,
            ended: ended.clone(),
        };
        table.leases.insert(number, entry);
        Lease {
            number,
            waiting: Box::pin(ended.token.clone().cancelled_owned()),
            ended,
            table: Arc::clone(&self.open),
        }
    }

    /// Ends the leases whose token or certificate has expired.
    pub(super) fn end_expired(&self, now: Timestamp) {
        for entry in self.open.lock().leases.values() {
            if entry.caller.is_expired(now) {
                entry.ended.end(Refusal::Expired);
            }
        }
    }

    /// Ends the leases that a new policy would not give any more.
    pub(super) fn end_revoked(&self, policy: &Policy) {
        for entry in self.open.lock().leases.values() {
            if !policy.still_grants(&entry.caller) {
                entry.ended.end(Refusal::Revoked);
            }
        }
    }
}
