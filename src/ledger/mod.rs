//! The write side: one thread owns the log and folds it, and gives every fact one order.
//!
//! ```text
//! caller ── Job ──▶ bounded queue ──▶ writer: drain → decide → fold ──▶ group
//!    ▲                                                                   │
//!    └── answers, refusals and repeats ◀── durable ◀── log.append ◀── seal block
//! ```
//!
//! Owns group commit and idempotency. Does not know gRPC, nor what views make of events.

mod answers;
mod commit;
mod decider;
mod group;
mod requests;
mod writer;

use std::ops::RangeInclusive;
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError, mpsc, oneshot};

use crate::clock::Doubt;
use crate::domain::state::Resource;
use crate::domain::{Position, Refusal, Request, RequestId, Timestamp};

pub use requests::RequestMemory;
pub use writer::{Limits, StartError, Writer};

/// Where a write stands in the log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Recorded {
    /// First event of the write; when only validated, where it would have stood.
    pub first: Position,
    /// Last event of the write; when only validated, where it would have stood.
    pub last: Position,
    /// Whether the events are in the log; not when the write was only validated.
    pub in_log: bool,
    /// Whether this call made them; not when it had happened before.
    pub new: bool,
    /// When the ledger wrote it, or decided it; `None` for what had happened before: its first
    /// event says.
    pub recorded_at: Option<Timestamp>,
}

/// What a write came to.
#[derive(Clone, PartialEq, Debug)]
pub struct Answer {
    /// Where it stands in the log.
    pub recorded: Recorded,
    /// What the request is about, after the write.
    pub after: After,
}

/// The state an answer shows.
#[derive(Clone, PartialEq, Debug)]
pub enum After {
    /// As it is now.
    Now(Resource),
    /// As it was at the last event of the write, a repeat of which this is: things have moved on
    /// since, and whoever answers this request must fold the log up to there.
    Then(Box<Request>),
}

/// Why a write came to nothing, by what the caller can do.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum WriteError {
    /// A rule forbids it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The request id was used before with other content.
    #[error("the request_id was used at position {first} with other content")]
    RequestIdReused {
        /// First event of the other request.
        first: Position,
        /// The id.
        id: RequestId,
    },
    /// The events do not fit one block.
    #[error("the events of the command take {bytes} bytes, over the {limit} that fit one block")]
    TooLarge {
        /// Bytes needed.
        bytes: usize,
        /// Bytes there are.
        limit: usize,
    },
    /// Too many writes are waiting; nothing was decided.
    #[error("too many writes are waiting")]
    QueueFull,
    /// The ledger is going down; nothing was decided.
    #[error("the ledger takes no more writes: it is going down")]
    Draining,
    /// The file of the views was damaged, and they are being folded anew from the log. Of a batch, a
    /// part may have happened, of other writes nothing: ask again, with the same request id.
    #[error("the views are being folded anew, because their file was damaged: ask again later")]
    Mending,
    /// The clock may be wrong, and what is recorded is for ever; nothing was decided.
    #[error(transparent)]
    Clock(#[from] Doubt),
    /// The log could not be written. This write may have happened: ask again, with the same
    /// request id, after the ledger was restarted.
    #[error("the log could not be written, the ledger takes no more writes: {reason}")]
    Stopped {
        /// What the log said.
        reason: Arc<str>,
    },
}

/// What to do when the queue has no room.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Room {
    /// Refuse with [`WriteError::QueueFull`].
    Refuse,
    /// Wait until there is.
    Wait,
}

/// Places in the queue, taken for a job.
#[derive(Debug)]
pub struct Places(OwnedSemaphorePermit);

/// What the writer is told.
enum Message {
    /// Decide a job, which gives its places in the queue back.
    Decide(Job, OwnedSemaphorePermit),
    /// Look after the rows: a reader met damage.
    Look,
    /// Take nothing more, answer what is queued, checkpoint and end.
    Close,
}

/// Requests of one job that take a place in the queue: decided in a row, so many take no longer than
/// one that comes alone.
const REQUESTS_A_PLACE: usize = 8;

/// What waits for the writer.
enum Job {
    One(Box<One>),
    Many(Box<Many>),
}

/// A request on its way to the writer.
struct One {
    request: Box<Request>,
    validate_only: bool,
    answer: oneshot::Sender<Result<Answer, WriteError>>,
}

/// How requests that share a call are told from those of another call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Names {
    /// They share one request id, if any; what is recorded twice is known by what it is.
    Shared,
    /// Each has a request id of its own, if any.
    Each,
}

/// Requests that share a call and stand each for itself.
struct Many {
    /// Those yet to be decided, in order.
    requests: std::vec::IntoIter<Request>,
    validate_only: bool,
    names: Names,
    /// Where events of an earlier try lie, if they share a name.
    before: Option<RangeInclusive<Position>>,
    /// How many were decided when the requests were last looked at.
    decided: usize,
    /// What those decided came to.
    outcomes: Vec<Result<Recorded, WriteError>>,
    answer: oneshot::Sender<Outcomes>,
}

/// What many requests came to, one by one, or why none was decided.
type Outcomes = Result<Vec<Result<Recorded, WriteError>>, WriteError>;

/// The way to the writer. Cheap to clone.
#[derive(Clone)]
pub struct Ledger {
    /// Holds what has a place in the queue.
    queue: mpsc::UnboundedSender<Message>,
    /// The places in the queue.
    room: Arc<Semaphore>,
    places: u32,
}

impl Ledger {
    /// Takes the places in the queue that so many requests of one job need, or all there are where
    /// there are fewer. They come back when the writer begins with the job, or when they are dropped.
    ///
    /// # Errors
    /// `QueueFull` where there is no room and that is not waited for; `Draining`.
    pub async fn places(&self, requests: usize, room: Room) -> Result<Places, WriteError> {
        let places = requests.div_ceil(REQUESTS_A_PLACE).max(1);
        let places = u32::try_from(places).unwrap_or(u32::MAX).min(self.places);
        let queue = Arc::clone(&self.room);
        let places = match room {
            Room::Refuse => {
                queue
                    .try_acquire_many_owned(places)
                    .map_err(|refused| match refused {
                        TryAcquireError::NoPermits => WriteError::QueueFull,
                        TryAcquireError::Closed => WriteError::Draining,
                    })?
            }
            Room::Wait => {
                let taken = queue.acquire_many_owned(places).await;
                taken.map_err(|_| WriteError::Draining)?
            }
        };
        Ok(Places(places))
    }

    /// Sends a request to the writer and waits for what it comes to.
    ///
    /// `Ok` means durable. Dropping the future loses the answer, not the write.
    ///
    /// # Errors
    /// See [`WriteError`].
    pub async fn execute(
        &self,
        request: impl Into<Box<Request>>,
        validate_only: bool,
    ) -> Result<Answer, WriteError> {
        let (answer, answered) = oneshot::channel();
        let job = Job::One(Box::new(One {
            request: request.into(),
            validate_only,
            answer,
        }));
        self.send(job, self.places(1, Room::Refuse).await?)?;
        answered.await.unwrap_or_else(|_| Err(lost()))
    }

    /// Sends requests that share a brand and stand each for itself; waits for what they come to.
    ///
    /// They are decided in order, and what happened is durable when this returns. Dropping the
    /// future loses the answers, not the writes.
    ///
    /// # Errors
    /// When none was decided: `RequestIdReused`, `Draining`, `Clock`; or `Stopped`, when some may have
    /// happened.
    pub async fn execute_all(
        &self,
        requests: Vec<Request>,
        names: Names,
        validate_only: bool,
        places: Places,
    ) -> Outcomes {
        let (answer, answered) = oneshot::channel();
        let job = Job::Many(Box::new(Many {
            outcomes: Vec::with_capacity(requests.len()),
            requests: requests.into_iter(),
            validate_only,
            names,
            before: None,
            decided: 0,
            answer,
        }));
        self.send(job, places)?;
        answered.await.unwrap_or_else(|_| Err(lost()))
    }

    fn send(&self, job: Job, Places(places): Places) -> Result<(), WriteError> {
        let sent = self.queue.send(Message::Decide(job, places));
        sent.map_err(|_| WriteError::Draining)
    }

    /// Tells the writer that a reader met damage in the file of the rows.
    pub fn look_after_rows(&self) {
        // A writer that is gone has no rows to look after.
        let _ = self.queue.send(Message::Look);
    }

    /// Tells the writer to answer what is queued and end; later requests are refused.
    pub fn close(&self) {
        self.room.close();
        // A closed queue is what was asked for.
        let _ = self.queue.send(Message::Close);
    }
}

fn lost() -> WriteError {
    WriteError::Stopped {
        reason: commit::LOST.into(),
    }
}
