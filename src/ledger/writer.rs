//! The writer: a thread that drains the queue and decides what waits, group after group.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use tokio::sync::{Semaphore, mpsc, watch};

use super::commit::Committer;
use super::decider::{Decider, Stuck};
use super::group::Group;
use super::{Job, Ledger, Message, RequestMemory};
use crate::causes::with_causes;
use crate::clock::Guard;
use crate::domain::{Position, Timestamp};
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
}

/// Why the writer could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The rows could not be read.
    #[error("the rows could not be read")]
    Rows(#[from] crate::store::Error),
    /// The system gives no thread.
    #[error("the writer's thread could not be started")]
    Thread(#[from] io::Error),
}

/// The running writer. [`Ledger::close`] ends it; [`Writer::join`] waits for that.
pub struct Writer {
    thread: JoinHandle<()>,
    stopped: watch::Receiver<Option<Arc<str>>>,
}

impl Writer {
    /// Starts the writer on a log and the rows folded from it.
    ///
    /// # Errors
    /// When the rows cannot be read, or the system gives no thread.
    pub fn start(
        log: Arc<dyn Log>,
        live: Live,
        requests: RequestMemory,
        clock: Arc<Guard>,
        limits: Limits,
    ) -> Result<(Ledger, Writer), StartError> {
        let (queue, waiting) = mpsc::unbounded_channel();
        let places = u32::try_from(limits.queue).unwrap_or(u32::MAX);
        let room = Arc::new(Semaphore::new(places as usize));
        let (stop, stopped) = watch::channel(None);
        let last_recorded = LastRecorded::of(&*live.rows())?;
        let work = Work {
            decided: log.head().position,
            committer: Committer::start(Arc::clone(&log), live.teller())?,
            log,
            live,
            requests,
            clock,
            last_recorded,
            limits,
        };
        let thread = thread::Builder::new()
            .name("writer".to_owned())
            .spawn(move || work.until_closed(waiting, &stop))?;
        let ledger = Ledger {
            queue,
            room,
            places,
        };
        Ok((ledger, Writer { thread, stopped }))
    }

    /// Watches whether the writer had to stop, and why.
    pub fn stopped(&self) -> watch::Receiver<Option<Arc<str>>> {
        self.stopped.clone()
    }

    /// Waits until everything queued is answered and the rows are checkpointed.
    ///
    /// Tells why the writer had stopped before that, if it had.
    pub fn join(self) -> Option<Arc<str>> {
        if self.thread.join().is_err() {
            return Some(LOST.into());
        }
        self.stopped.borrow().clone()
    }
}

/// Why a writer stopped that did not live to say why itself.
pub(super) const LOST: &str = "the writer ended in a panic";

/// What the writer has taken from the queue and not handed over: whoever ends its work answers it.
#[derive(Default)]
struct InHand {
    /// Decided, in whole or in part.
    group: Option<Group>,
    /// Yet to be decided.
    job: Option<Job>,
}

impl InHand {
    fn fail(self, reason: &Arc<str>) {
        if let Some(group) = self.group {
            group.fail(reason);
        }
        if let Some(job) = self.job {
            job.fail(reason);
        }
    }
}

struct Work {
    log: Arc<dyn Log>,
    live: Live,
    committer: Committer,
    requests: RequestMemory,
    clock: Arc<Guard>,
    /// The last event decided, durable or on its way.
    decided: Position,
    /// When the last event was recorded: time never goes backwards.
    last_recorded: Timestamp,
    limits: Limits,
}

impl Work {
    /// Works until the queue is closed and empty, or until it has to stop; then tells everybody
    /// who still waits, and who comes, why.
    fn until_closed(
        mut self,
        mut queue: mpsc::UnboundedReceiver<Message>,
        stop: &watch::Sender<Option<Arc<str>>>,
    ) {
        let mut in_hand = InHand::default();
        let ended = catch_unwind(AssertUnwindSafe(|| self.run(&mut queue, &mut in_hand)));
        let reason = match ended {
            Ok(Ok(())) => {
                drop(self.committer);
                return self.live.finish();
            }
            Ok(Err(reason)) => {
                tracing::error!(%reason, "the log could not be written; no more writes are taken");
                reason
            }
            // The panic hook has said what it was.
            Err(_) => LOST.into(),
        };
        stop.send_replace(Some(Arc::clone(&reason)));
        in_hand.fail(&reason);
        // What is on its way is told by itself.
        drop(self.committer);
        self.live.rewind(self.log.as_ref(), &reason);
        while let Some(job) = wait(&mut queue) {
            job.fail(&reason);
        }
    }

    /// Decides group after group. What an error leaves unanswered is left `in_hand`.
    fn run(
        &mut self,
        queue: &mut mpsc::UnboundedReceiver<Message>,
        in_hand: &mut InHand,
    ) -> Result<(), Arc<str>> {
        loop {
            if self.live.is_checkpoint_due() {
                self.committer.settle()?;
                self.live.checkpoint();
            }
            let Some(job) = in_hand.job.take().or_else(|| wait(queue)) else {
                return self.committer.settle();
            };
            let now = match self.clock.trusted() {
                Ok(now) => now.max(self.last_recorded),
                // What was begun a moment ago is ended at the time it was begun.
                Err(_) if job.is_begun() => self.last_recorded,
                Err(doubt) => {
                    job.refuse(doubt.into());
                    self.committer.settle()?;
                    continue;
                }
            };
            let open = in_hand.group.insert(Group::after(self.decided, now));
            in_hand.job = self.fill(open, job, queue)?;
            if self.committer.is_under_way() {
                self.committer.settle()?;
                // Others came meanwhile: the more there are in a block, the less each one costs.
                if in_hand.job.is_none()
                    && open.jobs() < self.limits.group_commands
                    && let Some(job) = take_next(queue)
                {
                    in_hand.job = self.fill(open, job, queue)?;
                }
            }
            (self.decided, self.last_recorded) = (open.last(), now);
            let nobody_waits = in_hand.job.is_none() && queue.is_empty();
            match in_hand.group.take() {
                Some(group) if nobody_waits => self.committer.commit_here(group)?,
                Some(group) => self.committer.commit_behind(group),
                None => {}
            }
        }
    }

    /// Decides what waits, up to the limits; gives back a job that did not fit any more.
    ///
    /// # Errors
    /// Why rows cannot be trusted any more.
    fn fill(
        &mut self,
        group: &mut Group,
        first: Job,
        queue: &mut mpsc::UnboundedReceiver<Message>,
    ) -> Result<Option<Job>, Arc<str>> {
        let mut decider = Decider {
            rows: self.live.rows(),
            fold: Fold::default(),
            requests: &mut self.requests,
            group_bytes: self.limits.group_bytes.min(ALWAYS_FITS_BYTES),
        };
        let (mut next, mut carried) = (Some(first), None);
        while let Some(job) = next {
            match decider.take(group, job) {
                Ok(()) => {}
                Err((job, Stuck::Full)) => {
                    carried = Some(job);
                    break;
                }
                Err((job, Stuck::Broken(broken))) => {
                    let reason: Arc<str> = with_causes(&broken).into();
                    job.fail(&reason);
                    return Err(reason);
                }
            }
            if group.jobs() >= self.limits.group_commands {
                break;
            }
            next = take_next(queue);
        }
        let finished = decider.finish();
        finished.map_err(|broken| Arc::from(with_causes(&broken)))?;
        Ok(carried)
    }
}

/// Waits for the next job; `None` when the queue is closed and empty.
fn wait(queue: &mut mpsc::UnboundedReceiver<Message>) -> Option<Job> {
    loop {
        match queue.blocking_recv()? {
            Message::Decide(job, _places) => return Some(job),
            Message::Close => queue.close(),
        }
    }
}

/// Takes the next job if one waits.
fn take_next(queue: &mut mpsc::UnboundedReceiver<Message>) -> Option<Job> {
    match queue.try_recv().ok()? {
        Message::Decide(job, _places) => Some(job),
        Message::Close => {
            queue.close();
            take_next(queue)
        }
    }
}
