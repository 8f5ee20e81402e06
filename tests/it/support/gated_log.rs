//! A log whose appends wait until they are admitted.
//!
//! A test can hold a group at its sync for any time, see who waits for what, and know rather than
//! guess that the writer has reached that place.

use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

use campaign_ledger::log::{AppendError, Block, Blocks, Head, Log, Position, ReadError};
use tokio::sync::watch;

/// Longer than any test: a writer that has not arrived by then never will.
const PATIENCE: Duration = Duration::from_secs(20);

/// A log with a gate before its appends.
pub struct GatedLog {
    inner: Arc<dyn Log>,
    gate: Mutex<Gate>,
    changed: Condvar,
}

struct Gate {
    /// Number of appends that came to the gate.
    arrived: u64,
    /// Number of appends that may pass in total.
    admitted: u64,
}

impl GatedLog {
    /// Puts a closed gate before the appends of `inner`.
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

    /// Lets the next append pass, whether it waits or is still to come.
    pub fn admit_one(&self) {
        self.gate().admitted += 1;
        self.changed.notify_all();
    }

    /// Lets every append pass.
    pub fn open(&self) {
        self.gate().admitted = u64::MAX;
        self.changed.notify_all();
    }

    /// Waits until this many appends in total have come to the gate.
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
