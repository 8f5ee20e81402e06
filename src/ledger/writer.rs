//! The writer: a thread that drains the queue and decides the waiting jobs, group after group.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, JoinHandle, Thread};
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, mpsc, oneshot, watch};

use super::answers::Answers;
use super::commit::{Committer, LOST};
use super::decider::{Decider, Stuck};
use super::group::Group;
use super::{Job, Ledger, Message, RequestMemory, WriteError};
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
        let places = u32::try_from(limits.queue).unwrap_or(u32::MAX);
        let room = Arc::new(Semaphore::new(places as usize));
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
            .spawn(move || work.until_closed(waiting, &stop))?;
        let ledger = Ledger {
            queue,
            room,
            places,
        };
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

/// Jobs that the writer has taken from the queue and not yet committed. If the work ends early,
/// they are answered from here.
#[derive(Default)]
struct InHand {
    /// Entirely or partly decided jobs.
    group: Option<Group>,
    /// A job yet to be decided.
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

    fn refuse(self, why: impl Fn() -> WriteError) {
        if let Some(job) = self.job {
            job.refuse(why());
        }
        if let Some(group) = self.group {
            group.refuse(why);
        }
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

/// The next work of the writer.
enum Next {
    Decide(Job),
    /// Check the rows.
    Look,
    /// End: the queue is closed and empty.
    End,
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
        let mut in_hand = InHand::default();
        let (reason, has_rows) = loop {
            let ended = catch_unwind(AssertUnwindSafe(|| self.run(&mut queue, &mut in_hand)));
            match ended {
                Ok(Ok(())) => {
                    drop(self.committer);
                    return self.live.finish();
                }
                Ok(Err(Halted::Rows(_))) if self.live.is_damaged() => {
                    match self.mend(&mut queue, std::mem::take(&mut in_hand)) {
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
        in_hand.fail(&reason);
        // The committer answers the group that is on its way.
        drop(self.committer);
        if has_rows {
            self.live.rewind(self.log.as_ref(), &reason);
        }
        loop {
            match wait_until(&mut queue, None) {
                Next::Decide(job) => job.fail(&reason),
                Next::Look => {}
                Next::End => return,
            }
        }
    }

    /// Decides group after group. After an error, `in_hand` holds the unanswered jobs.
    fn run(&mut self, queue: &mut Queue, in_hand: &mut InHand) -> Result<(), Halted> {
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
            let job = match in_hand.job.take().or_else(|| take_next(queue)) {
                Some(job) => job,
                None => match wait_until(queue, self.live.checkpoint_due_at()) {
                    Next::Decide(job) => job,
                    Next::Look => continue,
                    Next::End => return Ok(self.committer.settle()?),
                },
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
            let open = in_hand.group.insert(Group::after(self.decided, now));
            in_hand.job = self.fill(open, job, queue)?;
            if self.committer.is_under_way() {
                self.committer.settle()?;
                // More jobs may have arrived meanwhile: the more there are in a block, the less
                // each one costs.
                if in_hand.job.is_none()
                    && open.jobs() < self.limits.group_commands
                    && let Some(job) = take_next(queue)
                {
                    in_hand.job = self.fill(open, job, queue)?;
                }
            }
            (self.decided, self.last_recorded) = (open.last(), now);
            open.new_keys = self.sealer.take();
            let nobody_waits = in_hand.job.is_none() && queue.is_empty();
            match in_hand.group.take() {
                Some(group) if nobody_waits => self.committer.commit_here(group)?,
                Some(group) => self.committer.commit_behind(group),
                None => {}
            }
        }
    }

    /// Decides waiting jobs, up to the limits. Returns a job that did not fit any more.
    ///
    /// # Errors
    /// `Rows` if the rows cannot be read or do not fit an event.
    fn fill(
        &mut self,
        group: &mut Group,
        first: Job,
        queue: &mut Queue,
    ) -> Result<Option<Job>, Halted> {
        let mut decider = Decider {
            rows: self.live.rows(),
            fold: Fold::default(),
            requests: &mut self.requests,
            sealer: &mut self.sealer,
            answers: &mut self.answers,
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
            next = take_next(queue);
        }
        let finished = decider.finish();
        finished.map_err(|broken| Halted::Rows(with_causes(&broken).into()))?;
        Ok(carried)
    }

    /// Rebuilds the rows after damage was found in their file. Writes are refused meanwhile. If the
    /// ledger stops, the rebuild ends early.
    ///
    /// # Errors
    /// `Log` if the last group may not be durable, `Rows` if the rows could not be rebuilt.
    fn mend(&mut self, queue: &mut Queue, in_hand: InHand) -> Result<(), Halted> {
        // These jobs were not given to the committer.
        in_hand.refuse(|| WriteError::Mending);
        self.committer.settle()?;
        self.sealer.clear();
        let log = self.log.as_ref();
        let is_ending = AtomicBool::new(false);
        let mended = thread::scope(|scope| {
            let (folding, folded) = channel::<()>();
            let (queue, is_ending) = (&mut *queue, &is_ending);
            scope.spawn(move || {
                while folded.recv_timeout(MENDING_TURN) == Err(RecvTimeoutError::Timeout) {
                    refuse_waiting(queue);
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
            Ok(false) => refuse_waiting(queue),
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

/// The messages to the writer.
type Queue = mpsc::UnboundedReceiver<Message>;

/// Refuses the waiting jobs, because the rows are being rebuilt.
fn refuse_waiting(queue: &mut Queue) {
    while let Some(job) = take_next(queue) {
        job.refuse(WriteError::Mending);
    }
}

/// Waits for the next work, but at most until `time`: then the rows may need a checkpoint.
fn wait_until(queue: &mut Queue, time: Option<Instant>) -> Next {
    loop {
        let message = match time {
            None => queue.blocking_recv(),
            Some(time) => match receive_until(queue, time) {
                Poll::Ready(message) => message,
                Poll::Pending => return Next::Look,
            },
        };
        match message {
            Some(Message::Decide(job, _places)) => return Next::Decide(job),
            Some(Message::Look) => return Next::Look,
            Some(Message::Answer(asker)) => answer(asker),
            Some(Message::Close) => queue.close(),
            None => return Next::End,
        }
    }
}

/// Receives from the queue. Returns `Pending` if the time passes first.
fn receive_until<T>(queue: &mut mpsc::UnboundedReceiver<T>, time: Instant) -> Poll<Option<T>> {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        let received = queue.poll_recv(&mut context);
        let left = time.saturating_duration_since(Instant::now());
        if received.is_ready() || left.is_zero() {
            return received;
        }
        thread::park_timeout(left);
    }
}

/// Wakes a parked thread.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Tells whoever asked that the queue is worked on. It may have stopped to wait.
fn answer(asker: oneshot::Sender<()>) {
    let _ = asker.send(());
}

/// Takes the next job if there is one.
fn take_next(queue: &mut Queue) -> Option<Job> {
    match queue.try_recv().ok()? {
        Message::Decide(job, _places) => Some(job),
        // The rows are checked before every group anyway.
        Message::Look => take_next(queue),
        Message::Answer(asker) => {
            answer(asker);
            take_next(queue)
        }
        Message::Close => {
            queue.close();
            take_next(queue)
        }
    }
}
