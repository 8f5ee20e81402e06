//! A log that counts its reads, and whose reads wait while a gate is closed.

use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

use campaign_ledger::log::{AppendError, Block, Blocks, Head, Log, Position, ReadError};
use tokio::sync::watch;

/// Longer than any test: a read that has not arrived by then never will.
const PATIENCE: Duration = Duration::from_secs(20);

/// A log with a gate before its reads.
pub struct ReadLog {
    inner: Arc<dyn Log>,
    gate: Mutex<Gate>,
    changed: Condvar,
}

#[derive(Default)]
struct Gate {
    reads: u64,
    shut: bool,
}

impl ReadLog {
    /// Puts an open gate before the reads of `inner`.
    pub fn on(inner: Arc<dyn Log>) -> Arc<Self> {
        Arc::new(Self {
            inner,
            gate: Mutex::default(),
            changed: Condvar::new(),
        })
    }

    /// Returns how many reads came to the gate.
    pub fn reads(&self) -> u64 {
        self.gate().reads
    }

    /// Lets no more reads pass.
    pub fn shut(&self) {
        self.gate().shut = true;
    }

    /// Lets all reads pass.
    pub fn open(&self) {
        self.gate().shut = false;
        self.changed.notify_all();
    }

    /// Waits until this many reads in total have come to the gate.
    pub fn wait_for_reads(&self, wanted: u64) {
        let gate = self.gate();
        let too_few = |gate: &mut Gate| gate.reads < wanted;
        let (gate, _) = self
            .changed
            .wait_timeout_while(gate, PATIENCE, too_few)
            .unwrap();
        assert!(gate.reads >= wanted, "read {wanted} never came");
    }

    fn gate(&self) -> MutexGuard<'_, Gate> {
        self.gate.lock().unwrap()
    }

    fn pass(&self) {
        let mut gate = self.gate();
        gate.reads += 1;
        self.changed.notify_all();
        drop(self.changed.wait_while(gate, |gate| gate.shut).unwrap());
    }
}

impl Log for ReadLog {
    fn partition(&self) -> u32 {
        self.inner.partition()
    }

    fn head(&self) -> Head {
        self.inner.head()
    }

    fn append(&self, expected: &Head, block: &Block) -> Result<Head, AppendError> {
        self.inner.append(expected, block)
    }

    fn read(&self, after: Position) -> Result<Blocks<'_>, ReadError> {
        self.pass();
        self.inner.read(after)
    }

    fn tail(&self) -> watch::Receiver<Head> {
        self.inner.tail()
    }
}
