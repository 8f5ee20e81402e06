//! A log with a gate before its appends, its reads, or the blocks that streams take from it.
//!
//! So a test can hold a thread there for as long as it likes, see who waits for what, and know rather
//! than guess that it has got there.

use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use campaign_ledger::log::{AppendError, Block, Blocks, Head, Log, Position, ReadError};
use tokio::sync::watch;

/// Longer than any test: who has not come by then never will.
const PATIENCE: Duration = Duration::from_secs(20);

/// The name of the threads that read for streams.
const READERS: &str = "log-reader";

/// Where the gate is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    Appends,
    Reads,
    /// The blocks that are read for streams. Others read as they like.
    BlocksOfStreams,
}

/// A log with a gate.
pub struct GatedLog {
    inner: Arc<dyn Log>,
    before: Before,
    gate: Mutex<Gate>,
    changed: Condvar,
}

#[derive(Default)]
struct Gate {
    /// How many came to the gate.
    arrived: u64,
    /// How many may go through in all.
    admitted: u64,
    /// How many went through.
    passed: u64,
}

impl GatedLog {
    /// Puts a shut gate there.
    pub fn shut(before: Before, inner: Arc<dyn Log>) -> Arc<Self> {
        Arc::new(Self {
            inner,
            before,
            gate: Mutex::default(),
            changed: Condvar::new(),
        })
    }

    /// Puts an open gate there.
    pub fn open(before: Before, inner: Arc<dyn Log>) -> Arc<Self> {
        let log = Self::shut(before, inner);
        log.admit_all();
        log
    }

    /// Lets the next one through, waiting or yet to come.
    pub fn admit_one(&self) {
        self.gate().admitted += 1;
        self.changed.notify_all();
    }

    /// Lets everyone through.
    pub fn admit_all(&self) {
        self.gate().admitted = u64::MAX;
        self.changed.notify_all();
    }

    /// Lets nobody through any more.
    pub fn admit_none(&self) {
        let mut gate = self.gate();
        gate.admitted = gate.arrived;
    }

    /// Waits until so many, in all, have come to the gate.
    pub fn wait_for_arrivals(&self, wanted: u64) {
        let gate = self.gate();
        let too_few = |gate: &mut Gate| gate.arrived < wanted;
        let (gate, _) = self
            .changed
            .wait_timeout_while(gate, PATIENCE, too_few)
            .unwrap();
        assert!(gate.arrived >= wanted, "number {wanted} never came");
    }

    /// Counts who came to the gate.
    pub fn arrived(&self) -> u64 {
        self.gate().arrived
    }

    /// Counts who waits at the gate.
    pub fn waiting(&self) -> u64 {
        let gate = self.gate();
        gate.arrived - gate.passed
    }

    /// Counts who went through the gate.
    pub fn passed(&self) -> u64 {
        self.gate().passed
    }

    fn gate(&self) -> MutexGuard<'_, Gate> {
        self.gate.lock().unwrap()
    }

    fn pass(&self, to: Before) {
        if to != self.before {
            return;
        }
        let mut gate = self.gate();
        gate.arrived += 1;
        let number = gate.arrived;
        self.changed.notify_all();
        let shut = |gate: &mut Gate| gate.admitted < number;
        self.changed.wait_while(gate, shut).unwrap().passed += 1;
    }

    fn pass_block(&self) {
        if thread::current().name() == Some(READERS) {
            self.pass(Before::BlocksOfStreams);
        }
    }
}

impl Log for GatedLog {
    fn partition(&self) -> u32 {
        self.inner.partition()
    }

    fn head(&self) -> Head {
        self.inner.head()
    }

    fn append(&self, expected: &Head, block: &Block) -> Result<Head, AppendError> {
        self.pass(Before::Appends);
        self.inner.append(expected, block)
    }

    fn read(&self, after: Position) -> Result<Blocks<'_>, ReadError> {
        self.pass(Before::Reads);
        let blocks = self.inner.read(after)?;
        Ok(Box::new(blocks.inspect(|_| self.pass_block())))
    }

    fn tail(&self) -> watch::Receiver<Head> {
        self.inner.tail()
    }
}
