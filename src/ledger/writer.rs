//! The writer: a thread that drains the queue, decides, appends one block and then answers all.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use bytes::Bytes;
use tokio::sync::{Semaphore, mpsc, watch};

use super::requests::Seen;
use super::{
    After, Answer, CommandState, Committed, Job, Ledger, Message, RequestMemory, WriteError,
};
use crate::causes::with_causes;
use crate::clock::Clock;
use crate::domain::rows::{Overlay, Rows};
use crate::domain::state::Resource;
use crate::domain::{
    Decision, EvolveError, Fact, Halt, Position, Record, Request, Timestamp, decide, evolve_rows,
};
use crate::log::block::{ALWAYS_FITS_BYTES, record_cost};
use crate::log::codec;
use crate::log::{AppendError, Block, Head, Log};
use crate::store::{self, Checkpointer, Pace};

/// Bounds of the writer.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Requests that may wait.
    pub queue: usize,
    /// Requests decided in one group.
    pub group_commands: usize,
    /// Encoded bytes of the records of one group.
    pub group_bytes: usize,
    /// When the command state is checkpointed.
    pub pace: Pace,
}

/// Why the writer could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
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
    /// Starts the writer on a log and the state folded from it.
    ///
    /// `publish` is handed every durable block, in order, before its writes are answered; it must
    /// not block.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(
        log: Arc<dyn Log>,
        state: CommandState,
        requests: RequestMemory,
        clock: Arc<dyn Clock>,
        limits: Limits,
        publish: impl FnMut(Arc<Committed>) + Send + 'static,
    ) -> Result<(Ledger, Writer), StartError> {
        let (queue, waiting) = mpsc::channel(limits.queue);
        let (stop, stopped) = watch::channel(None);
        let tell = stop.clone();
        let checkpointer = Checkpointer::start("state-checkpoint", limits.pace)?;
        let work = Work {
            head: log.head(),
            log,
            state,
            requests,
            clock,
            limits,
            publish,
            stop,
        };
        let run = move || {
            let mut waiting = waiting;
            let ended = catch_unwind(AssertUnwindSafe(|| work.run(&mut waiting, checkpointer)));
            let reason = match ended {
                Ok(Ok(())) => return,
                Ok(Err(reason)) => reason,
                // The panic hook has said what it was.
                Err(_) => LOST.into(),
            };
            tell.send_replace(Some(Arc::clone(&reason)));
            while let Some(job) = wait(&mut waiting) {
                let reason = Arc::clone(&reason);
                let _ = job.answer.send(Err(WriteError::Stopped { reason }));
            }
        };
        let thread = thread::Builder::new()
            .name("writer".to_owned())
            .spawn(run)?;
        let turn = Arc::new(Semaphore::new(1));
        Ok((Ledger { queue, turn }, Writer { thread, stopped }))
    }

    /// Watches whether the writer had to stop, and why.
    pub fn stopped(&self) -> watch::Receiver<Option<Arc<str>>> {
        self.stopped.clone()
    }

    /// Waits until everything queued is answered and the state is checkpointed.
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

struct Work<P> {
    log: Arc<dyn Log>,
    head: Head,
    state: CommandState,
    requests: RequestMemory,
    clock: Arc<dyn Clock>,
    limits: Limits,
    publish: P,
    stop: watch::Sender<Option<Arc<str>>>,
}

/// A group on its way into one block.
#[derive(Default)]
struct Group {
    records: Vec<Record>,
    encoded: Vec<Bytes>,
    bytes: usize,
    answers: Vec<(Box<Job>, Outcome)>,
}

/// What a write came to.
type Outcome = Result<Answer, WriteError>;

/// Why a group could not be finished.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error("append")]
    Append(#[from] AppendError),
    #[error("command state")]
    State(#[from] store::Error),
    #[error("command state")]
    Evolve(#[from] EvolveError<store::Error>),
    #[error("seal")]
    Seal(#[from] crate::log::block::SealError),
}

impl<P: FnMut(Arc<Committed>)> Work<P> {
    /// Works until the queue is closed and empty; an error tells why it had to stop before.
    fn run(
        mut self,
        queue: &mut mpsc::Receiver<Message>,
        mut checkpointer: Checkpointer,
    ) -> Result<(), Arc<str>> {
        let mut carried = None;
        while let Some(job) = carried.take().or_else(|| wait(queue)) {
            let mut group = Group::default();
            let (left_over, filled) = self.fill(&mut group, job, queue);
            carried = left_over;
            if let Err(broken) = filled.and_then(|()| self.commit(&mut group)) {
                return Err(self.give_up(group, carried, &broken));
            }
            for (job, answer) in group.answers {
                // A caller that went away has lost its wait; the write stands.
                let _ = job.answer.send(answer);
            }
            if checkpointer.is_due(self.state.rows.dirty_bytes())
                && let Err(error) = checkpointer.step(&mut self.state.rows)
            {
                let error = with_causes(&error);
                tracing::warn!(error, "command state not checkpointed, trying again later");
            }
        }
        if let Err(error) = checkpointer.finish(&mut self.state.rows) {
            let error = with_causes(&error);
            tracing::warn!(
                error,
                "command state not checkpointed, the next start replays more"
            );
        }
        Ok(())
    }

    /// Decides what waits, up to the limits; gives back a job that did not fit any more, or at
    /// which it broke.
    fn fill(
        &mut self,
        group: &mut Group,
        first: Box<Job>,
        queue: &mut mpsc::Receiver<Message>,
    ) -> (Option<Box<Job>>, Result<(), Broken>) {
        let now = self.clock.now().max(self.state.last_recorded);
        let mut next = Some(first);
        while let Some(job) = next {
            match self.take(group, &job, now) {
                Ok(Some(answer)) => group.answers.push((job, answer)),
                Ok(None) => return (Some(job), Ok(())),
                Err(broken) => return (Some(job), Err(broken)),
            }
            if group.answers.len() >= self.limits.group_commands {
                break;
            }
            next = take_next(queue);
        }
        (None, Ok(()))
    }

    /// Decides one job into the group; `None` when the group has no room for it.
    fn take(
        &mut self,
        group: &mut Group,
        job: &Job,
        now: Timestamp,
    ) -> Result<Option<Outcome>, Broken> {
        if let Some(known) = self.known(&job.request) {
            return Ok(Some(match known {
                Ok(seen) => Ok(self.repeat(group, &job.request, seen.first, seen.last)?),
                Err(reused) => Err(reused),
            }));
        }
        let facts = match decide(&self.state.rows, &job.request, now) {
            Ok(Decision::Happens(facts)) => facts,
            Ok(Decision::Happened { first, last }) => {
                let answer = self.repeat(group, &job.request, first, last)?;
                return Ok(Some(Ok(answer)));
            }
            Err(Halt::Refused(refusal)) => return Ok(Some(Err(refusal.into()))),
            Err(Halt::Rows(error)) => return Err(error.into()),
        };
        let next = self.head.position.get() + group.records.len() as u64 + 1;
        let records = stamp(&job.request, facts, Position::new(next), now);
        let encoded: Vec<Bytes> = records.iter().map(codec::encode).collect();
        let bytes: usize = encoded.iter().map(|bytes| record_cost(bytes.len())).sum();
        if bytes > ALWAYS_FITS_BYTES {
            let limit = ALWAYS_FITS_BYTES;
            return Ok(Some(Err(WriteError::TooLarge { bytes, limit })));
        }
        if job.validate_only {
            let answer = self.preview(&job.request, &records, now)?;
            return Ok(Some(Ok(answer)));
        }
        if group.bytes + bytes > self.limits.group_bytes.min(ALWAYS_FITS_BYTES) && group.bytes > 0 {
            return Ok(None);
        }
        let answer = self.happen(&job.request, &records, now)?;
        group.bytes += bytes;
        group.records.extend(records);
        group.encoded.extend(encoded);
        Ok(Some(Ok(answer)))
    }

    /// Finds the same request among those remembered; an error when its content differs.
    fn known(&self, request: &Request) -> Option<Result<Seen, WriteError>> {
        let stamp = request.stamp.as_ref()?;
        let seen = self
            .requests
            .get(request.brand.as_str(), stamp.id.as_str())?;
        Some(if seen.digest == stamp.digest {
            Ok(seen)
        } else {
            Err(WriteError::RequestIdReused {
                first: seen.first,
                id: stamp.id.clone(),
            })
        })
    }

    /// Answers what happened before as it was answered then.
    fn repeat(
        &self,
        group: &Group,
        request: &Request,
        first: Position,
        last: Position,
    ) -> Result<Answer, Broken> {
        let resource = Resource::of(&self.state.rows, request)?;
        let after = match resource {
            Some(resource) if resource.updated() <= last => After::Now(resource),
            Some(_) | None => After::Then,
        };
        let in_group = group.records.iter().find(|record| record.position == first);
        let recorded_at = match in_group {
            Some(record) => record.recorded_at,
            None => self.recorded_at(first),
        };
        Ok(Answer {
            first,
            last,
            in_log: true,
            recorded_at,
            after,
        })
    }

    fn recorded_at(&self, position: Position) -> Timestamp {
        let before = Position::new(position.get().saturating_sub(1));
        let block = self
            .log
            .read(before)
            .ok()
            .and_then(|mut blocks| blocks.next()?.ok());
        let header = block.as_ref().and_then(|block| {
            let (_, bytes) = block.records_after(before).next()?;
            codec::peek(bytes).ok()
        });
        header.map(|header| header.recorded_at).unwrap_or_default()
    }

    fn preview(
        &self,
        request: &Request,
        records: &[Record],
        now: Timestamp,
    ) -> Result<Answer, Broken> {
        let mut overlay = Overlay::above(&self.state.rows);
        for record in records {
            evolve_rows(&mut overlay, record)?;
        }
        let (first, last) = span(records);
        Ok(Answer {
            first,
            last,
            in_log: false,
            recorded_at: now,
            after: after(&overlay, request)?,
        })
    }

    fn happen(
        &mut self,
        request: &Request,
        records: &[Record],
        now: Timestamp,
    ) -> Result<Answer, Broken> {
        for record in records {
            self.state.fold(record)?;
        }
        let (first, last) = span(records);
        if let Some(stamp) = &request.stamp {
            let seen = Seen {
                digest: stamp.digest,
                first,
                last,
            };
            self.requests
                .insert(request.brand.as_str(), stamp.id.as_str(), seen);
        }
        Ok(Answer {
            first,
            last,
            in_log: true,
            recorded_at: now,
            after: after(&self.state.rows, request)?,
        })
    }

    /// Makes the group durable and hands it on.
    fn commit(&mut self, group: &mut Group) -> Result<(), Broken> {
        if group.records.is_empty() {
            return Ok(());
        }
        let encoded = std::mem::take(&mut group.encoded);
        let block = Block::seal(self.log.partition(), &self.head, encoded)?;
        self.head = self.log.append(&self.head, &block)?;
        self.state.rows.advance(self.head.position);
        let records = std::mem::take(&mut group.records);
        if let Some(last) = records.last() {
            self.state.last_recorded = last.recorded_at;
        }
        (self.publish)(Arc::new(Committed {
            block: Arc::new(block),
            records,
        }));
        Ok(())
    }

    /// Stops for good: nobody is told that anything happened, and nothing more is taken.
    fn give_up(&self, group: Group, carried: Option<Box<Job>>, broken: &Broken) -> Arc<str> {
        let reason: Arc<str> = with_causes(broken).into();
        tracing::error!(%reason, "the log could not be written; no more writes are taken");
        self.stop.send_replace(Some(Arc::clone(&reason)));
        let decided = group.answers.into_iter().map(|(job, _)| job);
        for job in decided.chain(carried) {
            let reason = Arc::clone(&reason);
            let _ = job.answer.send(Err(WriteError::Stopped { reason }));
        }
        reason
    }
}

/// Waits for the next job; `None` when the queue is closed and empty.
fn wait(queue: &mut mpsc::Receiver<Message>) -> Option<Box<Job>> {
    loop {
        match queue.blocking_recv()? {
            Message::Decide(job) => return Some(job),
            Message::Close => queue.close(),
        }
    }
}

/// Takes the next job if one waits.
fn take_next(queue: &mut mpsc::Receiver<Message>) -> Option<Box<Job>> {
    match queue.try_recv().ok()? {
        Message::Decide(job) => Some(job),
        Message::Close => {
            queue.close();
            take_next(queue)
        }
    }
}

/// Returns the first and the last position of a write.
fn span(records: &[Record]) -> (Position, Position) {
    let positions = || records.iter().map(|record| record.position);
    let first = positions().next().unwrap_or_default();
    (first, positions().next_back().unwrap_or_default())
}

fn after<S: Rows>(rows: &S, request: &Request) -> Result<After, S::Error> {
    Ok(Resource::of(rows, request)?.map_or(After::Then, After::Now))
}

fn stamp(request: &Request, facts: Vec<Fact>, first: Position, now: Timestamp) -> Vec<Record> {
    let numbers = first.get()..;
    facts
        .into_iter()
        .zip(numbers)
        .map(|(fact, number)| Record {
            position: Position::new(number),
            brand: request.brand.clone(),
            subject: fact.subject,
            actor: request.actor.clone(),
            on_behalf_of: request.on_behalf_of.clone(),
            request: request.stamp.clone(),
            occurred_at: request.occurred_at,
            recorded_at: now,
            event: fact.event,
        })
        .collect()
}
