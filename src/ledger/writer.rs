//! The writer: a thread that drains the queue and decides the waiting jobs, group after group.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use super::answers::Answers;
use super::commit::{Committer, LOST};
use super::decider::{Decider, Stuck};
use super::group::Group;
use super::queue::{Next, Queue};
use super::room::AllPlaces;
use super::{Job, Ledger, RequestMemory, WriteError};
use crate::causes::with_causes;
use crate::clock::Guard;
use crate::domain::{Position, Timestamp};
use crate::keyring::{Keyring, Sealer};
use crate::log::Log;
use crate::log::block::ALWAYS_FITS_BYTES;
use crate::views::{Fold, LastRecorded, Live};

/// Bounds of the writer.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Requests that may wait.
    pub queue: usize,
    /// Requests decided in one group.
    pub group_commands: usize,
    /// Encoded bytes of the records of one group.
    pub group_bytes: usize,
    /// Bytes of answers kept for repeated writes.
    pub answers_bytes: usize,
}

/// Why the writer could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The rows could not be read.
    #[error("the rows could not be read")]
    Rows(#[from] crate::store::Error),
    /// The system refuses to start a thread.
    #[error("the writer's thread could not be started")]
    Thread(#[from] io::Error),
}

/// The running writer. [`Ledger::close`] ends it; [`Writer::join`] waits for its end.
pub struct Writer {
    thread: JoinHandle<()>,
    stopped: watch::Receiver<Option<Arc<str>>>,
}

impl Writer {
    /// Starts the writer on a log and the rows folded from it.
    ///
    /// # Errors
    /// See [`StartError`].
    pub fn start(
        log: Arc<dyn Log>,
        keyring: Arc<dyn Keyring>,
        live: Live,
        requests: RequestMemory,
        clock: Arc<Guard>,
        limits: Limits,
    ) -> Result<(Ledger, Writer), StartError> {
        let (queue, waiting) = mpsc::unbounded_channel();
        let places = AllPlaces::new(limits.queue);
        let (stop, stopped) = watch::channel(None);
        let last_recorded = LastRecorded::of(&*live.rows())?;
        let work = Work {
            decided: log.head().position,
            committer: Committer::start(Arc::clone(&log), Arc::clone(&keyring), live.teller())?,
            log,
            live,
            requests,
            sealer: Sealer::new(keyring),
            answers: Answers::new(limits.answers_bytes),
            clock,
            last_recorded,
            limits,
        };
        let thread = thread::Builder::new()
            .name("writer".to_owned())
            .spawn(move || work.until_closed(Queue::of(waiting), &stop))?;
        let ledger = Ledger { queue, places };
        Ok((ledger, Writer { thread, stopped }))
    }

    /// Returns a watch of why the writer had to stop, if it had to.
    pub fn stopped(&self) -> watch::Receiver<Option<Arc<str>>> {
        self.stopped.clone()
    }

    /// Waits until all queued jobs are answered and the rows are checkpointed.
    ///
    /// Returns why the writer stopped early, if it did.
    pub fn join(self) -> Option<Arc<str>> {
        if self.thread.join().is_err() {
            return Some(LOST.into());
        }
        self.stopped.borrow().clone()
    }
}

/// Why the writer cannot decide on the rows any more.
enum Halted {
    /// The log may lack events that the rows have.
    Log(Arc<str>),
    /// The rows cannot be read.
    Rows(Arc<str>),
}

impl From<Arc<str>> for Halted {
    fn from(reason: Arc<str>) -> Self {
        Self::Log(reason)
    }
}

struct Work {
    log: Arc<dyn Log>,
    live: Live,
    committer: Committer,
    requests: RequestMemory,
    sealer: Sealer,
    answers: Answers,
    clock: Arc<Guard>,
    /// The last decided event, durable or on its way.
    decided: Position,
    /// When the last event was recorded. Recording times never decrease.
    last_recorded: Timestamp,
    limits: Limits,
}

impl Work {
    /// Works until the queue is closed and empty, or until it has to stop. Then it answers all
    /// waiting and later callers with the reason.
    fn until_closed(mut self, mut queue: Queue, stop: &watch::Sender<Option<Arc<str>>>) {
        // Jobs that were taken from the queue and are not yet committed.
        let mut in_hand = None::<Group>;
        let (reason, has_rows) = loop {
            let ended = catch_unwind(AssertUnwindSafe(|| self.run(&mut queue, &mut in_hand)));
            match ended {
                Ok(Ok(())) => {
                    drop(self.committer);
                    return self.live.finish();
                }
                Ok(Err(Halted::Rows(_))) if self.live.is_damaged() => {
                    match self.mend(&mut queue, in_hand.take()) {
                        Ok(()) => {}
                        Err(Halted::Log(reason)) => break (reason, true),
                        Err(Halted::Rows(reason)) => break (reason, false),
                    }
                }
                Ok(Err(Halted::Log(reason) | Halted::Rows(reason))) => break (reason, true),
                // The panic hook has reported the panic.
                Err(_) => break (LOST.into(), true),
            }
        };
        tracing::error!(%reason, "no more writes are taken");
        stop.send_replace(Some(Arc::clone(&reason)));
        if let Some(group) = in_hand {
            group.fail(&reason);
        }
        // The committer answers the group that is on its way.
        drop(self.committer);
        if has_rows {
            self.live.rewind(self.log.as_ref(), &reason);
        }
        loop {
            match queue.wait_until(None) {
                Next::Decide(job) => job.fail(&reason),
                Next::Look => {}
                Next::End => return,
            }
        }
    }

    /// Decides group after group. After an error, `in_hand` holds the unanswered jobs.
    fn run(&mut self, queue: &mut Queue, in_hand: &mut Option<Group>) -> Result<(), Halted> {
        loop {
            if self.live.is_damaged() {
                return Err(Halted::Rows("the file of the views is damaged".into()));
            }
            // The rows cannot be checkpointed, so more changed rows would fill the memory.
            if self.live.is_read_only() {
                return Err(Halted::Rows(NO_ROOM.into()));
            }
            if self.live.is_checkpoint_due() {
                self.committer.settle()?;
                self.live.checkpoint().map_err(Halted::Rows)?;
            }
            let job = match queue.wait_until(self.live.checkpoint_due_at()) {
                Next::Decide(job) => job,
                Next::Look => continue,
                Next::End => return Ok(self.committer.settle()?),
            };
            let now = match self.clock.trusted() {
                Ok(now) => now.max(self.last_recorded),
                // The rest of a job that began a moment ago gets the time of its beginning.
                Err(_) if job.is_begun() => self.last_recorded,
                Err(doubt) => {
                    job.refuse(doubt.into());
                    self.committer.settle()?;
                    continue;
                }
            };
            let open = in_hand.insert(Group::after(self.decided, now));
            self.fill(open, job, queue)?;
            if self.committer.is_under_way() {
                self.committer.settle()?;
                // More jobs may have arrived meanwhile: the more there are in a block, the less
                // each one costs.
                if self.has_room(open)
                    && let Some(job) = queue.take_next()
                {
                    self.fill(open, job, queue)?;
                }
            }
            (self.decided, self.last_recorded) = (open.last(), now);
            open.new_keys = self.sealer.take();
            match in_hand.take() {
                Some(group) if queue.is_empty() => self.committer.commit_here(group)?,
                Some(group) => self.committer.commit_behind(group),
                None => {}
            }
        }
    }

    fn has_room(&self, group: &Group) -> bool {
        group.jobs() < self.limits.group_commands
    }

    /// Decides waiting jobs, up to the limits.
    ///
    /// # Errors
    /// `Rows` if the rows cannot be read or do not fit an event.
    fn fill(&mut self, group: &mut Group, first: Job, queue: &mut Queue) -> Result<(), Halted> {
        let mut decider = Decider {
            rows: self.live.rows(),
            fold: Fold::default(),
            requests: &mut self.requests,
            sealer: &mut self.sealer,
            answers: &mut self.answers,
            group_bytes: self.limits.group_bytes.min(ALWAYS_FITS_BYTES),
        };
        let mut next = Some(first);
        while let Some(job) = next {
            match decider.take(group, job) {
                Ok(()) => {}
                Err((job, Stuck::Full)) => {
                    queue.put_back(job);
                    break;
                }
                Err((job, Stuck::Broken(broken))) => {
                    let reason: Arc<str> = with_causes(&broken).into();
                    match decider.rows.is_damaged() {
                        true => job.refuse(WriteError::Mending),
                        false => job.fail(&reason),
                    }
                    return Err(Halted::Rows(reason));
                }
            }
            if group.jobs() >= self.limits.group_commands {
                break;
            }
            next = queue.take_next();
        }
        let finished = decider.finish();
        finished.map_err(|broken| Halted::Rows(with_causes(&broken).into()))
    }

    /// Rebuilds the rows after damage was found in their file. Writes are refused meanwhile. If the
    /// ledger stops, the rebuild ends early.
    ///
    /// # Errors
    /// `Log` if the last group may not be durable, `Rows` if the rows could not be rebuilt.
    fn mend(&mut self, queue: &mut Queue, in_hand: Option<Group>) -> Result<(), Halted> {
        // These jobs were not given to the committer.
        if let Some(group) = in_hand {
            group.refuse(|| WriteError::Mending);
        }
        self.committer.settle()?;
        self.sealer.clear();
        let log = self.log.as_ref();
        let is_ending = AtomicBool::new(false);
        let mended = thread::scope(|scope| {
            let (folding, folded) = channel::<()>();
            let (queue, is_ending) = (&mut *queue, &is_ending);
            scope.spawn(move || {
                while folded.recv_timeout(MENDING_TURN) == Err(RecvTimeoutError::Timeout) {
                    queue.refuse_waiting();
                    is_ending.store(queue.is_closed(), Ordering::Relaxed);
                }
            });
            let mended = self.live.mend(log, || !is_ending.load(Ordering::Relaxed));
            drop(folding);
            mended
        });
        let rows =
            |reason: &(dyn std::error::Error + 'static)| Halted::Rows(with_causes(reason).into());
        match mended {
            Ok(true) => self.requests.refill(log).map_err(|error| rows(&error))?,
            Ok(false) => queue.refuse_waiting(),
            Err(error) => return Err(rows(&error)),
        }
        self.decided = log.head().position;
        tracing::info!(position = %self.decided, "the views were rebuilt");
        Ok(())
    }
}

/// Why the writer stops on a full disk.
const NO_ROOM: &str = "the views cannot be checkpointed: No space left on device";

/// Time between two refusals of waiting writes while the rows are rebuilt.
const MENDING_TURN: Duration = Duration::from_millis(20);
