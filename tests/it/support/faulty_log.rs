//! A log that fails on command.
//!
//! Wraps any log. A script decides the outcomes of its next appends, all of which a real log can
//! have, so that code above a log can be tested with each of them.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use campaign_ledger::log::block::Misfit;
use campaign_ledger::log::{AppendError, Block, Blocks, Head, Log, Position, ReadError};
use tokio::sync::watch;

/// Outcome of one append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It succeeds.
    Written,
    /// It is indeterminate, and the block was not written.
    LostBeforeWriting,
    /// It is indeterminate, and the block was written.
    LostAfterWriting,
    /// It is a conflict with the current head.
    Conflict,
    /// It is refused, as a block that is not the next one.
    Refused,
    /// The thread that appends panics.
    Panic,
}

/// A log whose appends follow a script, and succeed after the end of the script.
pub struct FaultyLog {
    inner: Arc<dyn Log>,
    /// The acknowledged head, which may be behind that of `inner`.
    head: watch::Sender<Head>,
    script: Mutex<Script>,
}

struct Script {
    next: VecDeque<Outcome>,
    stopped: bool,
}

impl FaultyLog {
    /// Wraps `inner` for the script `next`.
    pub fn new(inner: Arc<dyn Log>, next: impl IntoIterator<Item = Outcome>) -> Self {
        Self {
            head: watch::Sender::new(inner.head()),
            inner,
            script: Mutex::new(Script {
                next: next.into_iter().collect(),
                stopped: false,
            }),
        }
    }

    /// Reopens the same log: the outcome of a lost block shows, and appends work again.
    pub fn reopened(self, next: impl IntoIterator<Item = Outcome>) -> Self {
        Self::new(self.inner, next)
    }

    /// Adds to the end of the script.
    pub fn then(&self, outcome: Outcome) {
        self.script().next.push_back(outcome);
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap()
    }
}

impl Log for FaultyLog {
    fn partition(&self) -> u32 {
        self.inner.partition()
    }

    fn head(&self) -> Head {
        *self.head.borrow()
    }

    fn append(&self, expected: &Head, block: &Block) -> Result<Head, AppendError> {
        let mut script = self.script();
        if script.stopped {
            return Err(AppendError::Stopped);
        }
        match script.next.pop_front().unwrap_or(Outcome::Written) {
            Outcome::Written => {
                let head = self.inner.append(expected, block)?;
                self.head.send_replace(head);
                Ok(head)
            }
            Outcome::LostBeforeWriting => {
                script.stopped = true;
                Err(lost())
            }
            Outcome::LostAfterWriting => {
                self.inner.append(expected, block)?;
                script.stopped = true;
                Err(lost())
            }
            Outcome::Conflict => Err(AppendError::Conflict {
                actual: self.head(),
            }),
            Outcome::Refused => Err(AppendError::Refused(Misfit::Number {
                expected: block.number() + 1,
                found: block.number(),
            })),
            Outcome::Panic => {
                // A panic with the lock held would poison it, which is not the purpose here.
                drop(script);
                panic!("the script says so")
            }
        }
    }

    fn read(&self, after: Position) -> Result<Blocks<'_>, ReadError> {
        let head = self.head();
        let acknowledged = move |block: &Result<Arc<Block>, ReadError>| {
            block
                .as_ref()
                .map_or(true, |block| block.number() <= head.block)
        };
        Ok(Box::new(self.inner.read(after)?.take_while(acknowledged)))
    }

    fn tail(&self) -> watch::Receiver<Head> {
        self.head.subscribe()
    }
}

fn lost() -> AppendError {
    AppendError::Indeterminate {
        source: Box::new(io::Error::other("the script says so")),
    }
}
