//! A log that fails on command.
//!
//! Wraps any log and lets a script decide what becomes of its next appends, in ways that a real one
//! can fail in: so what stands on a log can be tested against each.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use campaign_ledger::log::block::Misfit;
use campaign_ledger::log::{AppendError, Block, Blocks, Head, Log, Position, ReadError};
use tokio::sync::watch;

/// What becomes of one append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It succeeds.
    Written,
    /// It is indeterminate, and the block was not written.
    LostBeforeWriting,
    /// It is indeterminate, and the block was written.
    LostAfterWriting,
    /// It is a conflict with the head as it is.
    Conflict,
    /// It is refused, as a block that does not come next.
    Refused,
    /// The thread that appends panics.
    Panic,
}

/// A log whose appends follow a script, and succeed once that has run out.
pub struct FaultyLog {
    inner: Arc<dyn Log>,
    /// What was acknowledged, which may be less than what is in `inner`.
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

    /// Opens the same log anew: what had become of a lost block shows, and appends are taken again.
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
                // Its lock would be poisoned, which is not what is tried here.
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
