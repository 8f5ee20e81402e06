//! A log whose appends wait until they are let through.
//!
//! So a test can hold a group at its sync for as long as it likes, see who waits for what, and know
//! rather than guess that the writer has got there.

use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

use campaign_ledger::log::{AppendError, Block, Blocks, Head, Log, Position, ReadError};
use tokio::sync::watch;

/// Longer than any test: a writer that has not come by then never will.
const PATIENCE: Duration = Duration::from_secs(20);

/// A log with a gate before its appends.
pub struct GatedLog {
    inner: Arc<dyn Log>,
    gate: Mutex<Gate>,
    changed: Condvar,
}

struct Gate {
    /// How many appends came to the gate.
    arrived: u64,
    /// How many may go through in all.
    admitted: u64,
}

impl GatedLog {
    /// Puts a gate before the appends of `inner`, and shuts it.
    pub fn shut(inner: Arc<dyn Log>) -> Arc<Self> {
        Arc::new(Self {
            inner,
            gate: Mutex::new(Gate {
                arrived: 0,
                admitted: 0,
            }),
            changed: Condvar::new(),
        })
    }

    /// Lets the next append through, waiting or yet to come.
    pub fn admit_one(&self) {
        self.gate().admitted += 1;
        self.changed.notify_all();
    }

    /// Lets every append through.
    pub fn open(&self) {
        self.gate().admitted = u64::MAX;
        self.changed.notify_all();
    }

    /// Waits until so many appends, in all, have come to the gate.
    pub fn wait_for_arrivals(&self, wanted: u64) {
        let gate = self.gate();
        let too_few = |gate: &mut Gate| gate.arrived < wanted;
        let (gate, _) = self
            .changed
            .wait_timeout_while(gate, PATIENCE, too_few)
            .unwrap();
        assert!(gate.arrived >= wanted, "append {wanted} never came");
    }

    fn gate(&self) -> MutexGuard<'_, Gate> {
        self.gate.lock().unwrap()
    }

    fn pass(&self) {
        let mut gate = self.gate();
        gate.arrived += 1;
        let number = gate.arrived;
        self.changed.notify_all();
        let shut = |gate: &mut Gate| gate.admitted < number;
        drop(self.changed.wait_while(gate, shut).unwrap());
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
        self.pass();
        self.inner.append(expected, block)
    }

    fn read(&self, after: Position) -> Result<Blocks<'_>, ReadError> {
        self.inner.read(after)
    }

    fn tail(&self) -> watch::Receiver<Head> {
        self.inner.tail()
    }
}
