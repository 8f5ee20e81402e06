//! The writer: a thread that drains the queue, decides, appends one block and then answers all.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use tokio::sync::{mpsc, watch};

use super::decider::{Broken, Decider, Stuck};
use super::group::Group;
use super::{Job, Ledger, Message, RequestMemory};
use crate::causes::with_causes;
use crate::clock::Clock;
use crate::domain::Timestamp;
use crate::log::block::{ALWAYS_FITS_BYTES, SealError};
use crate::log::{AppendError, Block, Head, Log};
use crate::views::{LastRecorded, Live};

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
        clock: Arc<dyn Clock>,
        limits: Limits,
    ) -> Result<(Ledger, Writer), StartError> {
        let (queue, waiting) = mpsc::channel(limits.queue);
        let (stop, stopped) = watch::channel(None);
        let last_recorded = LastRecorded::of(&*live.rows())?;
        let work = Work {
            head: log.head(),
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
        Ok((Ledger { queue }, Writer { thread, stopped }))
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

struct Work {
    log: Arc<dyn Log>,
    head: Head,
    live: Live,
    requests: RequestMemory,
    clock: Arc<dyn Clock>,
    /// When the last event was recorded: time never goes backwards.
    last_recorded: Timestamp,
    limits: Limits,
}

/// Why a group could not be finished.
#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error("decide")]
    Decide(#[from] Broken),
    #[error("seal")]
    Seal(#[from] SealError),
    #[error("append")]
    Append(#[from] AppendError),
}

impl Work {
    /// Works until the queue is closed and empty, or until it has to stop; then tells everybody
    /// who still waits, and who comes, why.
    fn until_closed(
        mut self,
        mut queue: mpsc::Receiver<Message>,
        stop: &watch::Sender<Option<Arc<str>>>,
    ) {
        let ended = catch_unwind(AssertUnwindSafe(|| self.run(&mut queue, stop)));
        let reason = match ended {
            Ok(Ok(())) => return self.live.finish(),
            Ok(Err(reason)) => reason,
            // The panic hook has said what it was.
            Err(_) => LOST.into(),
        };
        self.live.rewind(self.log.as_ref(), &reason);
        stop.send_replace(Some(Arc::clone(&reason)));
        while let Some(job) = wait(&mut queue) {
            job.fail(&reason);
        }
    }

    fn run(
        &mut self,
        queue: &mut mpsc::Receiver<Message>,
        stop: &watch::Sender<Option<Arc<str>>>,
    ) -> Result<(), Arc<str>> {
        let mut carried = None;
        while let Some(job) = carried.take().or_else(|| wait(queue)) {
            let now = self.clock.now().max(self.last_recorded);
            let mut group = Group::after(&self.head, now);
            let (left_over, filled) = self.fill(&mut group, job, queue);
            carried = left_over;
            if let Err(failed) = filled.and_then(|()| self.commit(&mut group)) {
                let reason: Arc<str> = with_causes(&failed).into();
                tracing::error!(%reason, "the log could not be written; no more writes are taken");
                stop.send_replace(Some(Arc::clone(&reason)));
                group.fail(&reason);
                if let Some(job) = carried {
                    job.fail(&reason);
                }
                return Err(reason);
            }
            group.answer();
            self.live.durable(self.head.position);
        }
        Ok(())
    }

    /// Decides what waits, up to the limits; gives back a job that did not fit any more, or at
    /// which it broke.
    fn fill(
        &mut self,
        group: &mut Group,
        first: Job,
        queue: &mut mpsc::Receiver<Message>,
    ) -> (Option<Job>, Result<(), Failed>) {
        let mut decider = Decider {
            rows: self.live.rows(),
            requests: &mut self.requests,
            group_bytes: self.limits.group_bytes.min(ALWAYS_FITS_BYTES),
        };
        let mut next = Some(first);
        for _ in 0..self.limits.group_commands {
            let Some(job) = next else { break };
            match decider.take(group, job) {
                Ok(()) => {}
                Err((job, Stuck::Full)) => return (Some(job), Ok(())),
                Err((job, Stuck::Broken(broken))) => return (Some(job), Err(broken.into())),
            }
            next = take_next(queue);
        }
        (next, Ok(()))
    }

    /// Makes the group durable.
    fn commit(&mut self, group: &mut Group) -> Result<(), Failed> {
        if group.records.is_empty() {
            return Ok(());
        }
        let records = std::mem::take(&mut group.records);
        let block = Block::seal(self.log.partition(), &self.head, records)?;
        self.head = self.log.append(&self.head, &block)?;
        self.last_recorded = group.now;
        Ok(())
    }
}

/// Waits for the next job; `None` when the queue is closed and empty.
fn wait(queue: &mut mpsc::Receiver<Message>) -> Option<Job> {
    loop {
        match queue.blocking_recv()? {
            Message::Decide(job) => return Some(job),
            Message::Close => queue.close(),
        }
    }
}

/// Takes the next job if one waits.
fn take_next(queue: &mut mpsc::Receiver<Message>) -> Option<Job> {
    match queue.try_recv().ok()? {
        Message::Decide(job) => Some(job),
        Message::Close => {
            queue.close();
            take_next(queue)
        }
    }
}
