//! A log that counts the blocks that stream readers read from it, and can make them wait.

use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use campaign_ledger::log::{AppendError, Block, Blocks, Head, Log, Position, ReadError};
use tokio::sync::watch;

/// The name of the threads that read for streams.
const READERS: &str = "log-reader";

/// A log with a gate before each block that a stream reader reads. Other readers do not wait.
pub struct CountedLog {
    inner: Arc<dyn Log>,
    gate: Mutex<Gate>,
    changed: Condvar,
}

#[derive(Default)]
struct Gate {
    is_open: bool,
    /// Threads that wait at the gate.
    waiting: usize,
    /// Blocks read for streams.
    blocks: usize,
}

impl CountedLog {
    /// Wraps a log, with an open or a closed gate.
    pub fn new(inner: Arc<dyn Log>) -> Arc<Self> {
        Arc::new(Self {
            inner,
            gate: Mutex::default(),
            changed: Condvar::new(),
        })
    }

    /// Lets readers through from now on.
    pub fn open(&self) {
        self.gate.lock().unwrap().is_open = true;
        self.changed.notify_all();
    }

    /// Counts the threads that wait for the gate to open.
    pub fn waiting(&self) -> usize {
        self.gate.lock().unwrap().waiting
    }

    /// Counts the blocks that were read for streams.
    pub fn blocks(&self) -> usize {
        self.gate.lock().unwrap().blocks
    }

    fn pass(&self) {
        if thread::current().name() != Some(READERS) {
            return;
        }
        let mut gate = self.gate.lock().unwrap();
        gate.waiting += 1;
        gate = self.changed.wait_while(gate, |gate| !gate.is_open).unwrap();
        gate.waiting -= 1;
        gate.blocks += 1;
    }
}

impl Log for CountedLog {
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
        let blocks = self.inner.read(after)?;
        Ok(Box::new(blocks.inspect(|_| self.pass())))
    }

    fn tail(&self) -> watch::Receiver<Head> {
        self.inner.tail()
    }
}
