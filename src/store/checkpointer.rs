//! A thread that writes checkpoints, so that the thread that folds never waits for the disk.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::{Checkpoint, Error, Store, Written};

/// When a checkpoint is due.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Most bytes of changed rows.
    pub dirty_bytes: usize,
    /// Most positions to fold again after a kill.
    pub positions: u64,
    /// Time since the previous checkpoint, if any row changed.
    pub interval: Duration,
}

/// Time until the next look at whether a checkpoint has been written. Its rows stay in memory until
/// then.
const WRITTEN_SOON: Duration = Duration::from_millis(100);

/// Writes the checkpoints of one store in the background, one at a time.
pub struct Checkpointer {
    pace: Pace,
    last: Instant,
    under_way: bool,
    /// Set when the checkpoint under way has been written or has failed.
    finished: Arc<AtomicBool>,
    work: Option<SyncSender<Checkpoint>>,
    done: Receiver<Result<Written, Error>>,
    /// A result that was received and not yet applied to the store.
    ready: Option<Result<Written, Error>>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpointer {
    /// Starts the thread with a name.
    ///
    /// # Errors
    /// When the system refuses to start a thread.
    pub fn start(name: &str, pace: Pace) -> io::Result<Self> {
        let (work, jobs) = sync_channel::<Checkpoint>(1);
        let (results, done) = sync_channel(1);
        let finished = Arc::new(AtomicBool::new(false));
        let written = Arc::clone(&finished);
        let write = move || {
            for checkpoint in jobs {
                if results.send(checkpoint.write()).is_err() {
                    return;
                }
                written.store(true, Ordering::Release);
            }
        };
        let thread = thread::Builder::new().name(name.to_owned()).spawn(write)?;
        Ok(Self {
            pace,
            last: Instant::now(),
            under_way: false,
            finished,
            work: Some(work),
            done,
            ready: None,
            thread: Some(thread),
        })
    }

    /// Returns whether [`step`](Self::step) has work.
    pub fn is_due(&self, store: &Store) -> bool {
        if self.under_way {
            let must_wait = store.dirty_bytes() >= self.pace.dirty_bytes;
            return must_wait || self.finished.load(Ordering::Acquire);
        }
        self.is_wanted(store)
    }

    /// Returns when [`step`](Self::step) may have work even if nothing more changes, or `None` if
    /// it never will.
    pub fn due_at(&self, store: &Store) -> Option<Instant> {
        if self.under_way {
            return Some(Instant::now() + WRITTEN_SOON);
        }
        let is_behind = store.position() > store.checkpoint_position();
        is_behind.then(|| self.last + self.pace.interval)
    }

    /// Returns whether changed rows take all the memory that they may take.
    pub fn is_full(&self, dirty_bytes: usize) -> bool {
        dirty_bytes >= self.pace.dirty_bytes
    }

    fn is_wanted(&self, store: &Store) -> bool {
        let behind = store.position().get() - store.checkpoint_position().get();
        store.dirty_bytes() >= self.pace.dirty_bytes
            || behind >= self.pace.positions
            || (behind > 0 && self.last.elapsed() >= self.pace.interval)
    }

    /// Waits for the checkpoint under way if the next one is due because of its bytes: a fold can
    /// be faster than the disk. Call it while no other thread waits for the store.
    pub fn make_room(&mut self, dirty_bytes: usize) {
        if self.under_way && self.ready.is_none() && self.is_full(dirty_bytes) {
            self.ready = self.done.recv().ok();
        }
    }

    /// Applies a finished checkpoint to the store and starts the next one when it is due.
    ///
    /// Everything applied to the store must be durable in the log. Returns the written checkpoint.
    /// Drop it when no lock is held.
    ///
    /// # Errors
    /// As [`Checkpoint::write`]. The checkpoint is tried again when the next one is due.
    pub fn step(&mut self, store: &mut Store) -> Result<Option<Written>, Error> {
        let written = self.collect(store)?;
        if !self.under_way && self.is_wanted(store) {
            self.last = Instant::now();
            if let (Some(checkpoint), Some(work)) = (store.freeze(), &self.work) {
                self.under_way = work.send(checkpoint).is_ok();
            }
        }
        Ok(written)
    }

    fn collect(&mut self, store: &mut Store) -> Result<Option<Written>, Error> {
        if !self.under_way {
            return Ok(None);
        }
        let done = self.ready.take().or_else(|| self.done.try_recv().ok());
        let Some(result) = done else { return Ok(None) };
        self.under_way = false;
        self.finished.store(false, Ordering::Release);
        let written = result?;
        store.thaw(&written);
        Ok(Some(written))
    }

    /// Ends the thread and writes a last checkpoint on the calling thread.
    ///
    /// # Errors
    /// As [`Store::checkpoint`].
    pub fn finish(mut self, store: &mut Store) -> Result<(), Error> {
        self.work = None;
        if self.under_way {
            let result = self.ready.take().or_else(|| self.done.recv().ok());
            if let Some(Ok(written)) = result {
                store.thaw(&written);
            }
        }
        if let Some(thread) = self.thread.take() {
            // The panic hook has reported a panic of the thread; the checkpoint below reports a
            // failure.
            let _ = thread.join();
        }
        store.checkpoint()
    }
}
