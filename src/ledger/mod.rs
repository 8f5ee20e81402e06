//! The write side: one thread owns the log, folds it, and puts all events in one order.
//!
//! ```text
//! caller ── Job ──▶ bounded queue ──▶ writer: drain → decide → fold ──▶ group
//!    ▲                                                                   │
//!    └── answers, refusals and repeats ◀── durable ◀── log.append ◀── seal block
//! ```
//!
//! Owns group commit and idempotency. Does not know gRPC or what views fold from events.

mod answers;
mod commit;
mod decider;
mod group;
mod queue;
mod requests;
mod room;
mod writer;

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::{mpsc, oneshot};

use crate::clock::Doubt;
use crate::domain::state::Resource;
use crate::domain::{BrandId, Position, Refusal, Request, RequestId, Timestamp};
use crate::keyring::NewKey;
use room::AllPlaces;

pub use requests::RequestMemory;
pub use room::{Places, Room};
pub use writer::{Limits, StartError, Writer};

/// The place of a write in the log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Recorded {
    /// First event of the write. If the write was only validated: the position that it would have
    /// had.
    pub first: Position,
    /// Last event of the write. If the write was only validated: the position that it would have
    /// had.
    pub last: Position,
    /// Whether the events are in the log: false if the write was only validated.
    pub in_log: bool,
    /// Whether this call made them: false for a repeated write.
    pub new: bool,
    /// When the ledger recorded or validated the write. `None` for a repeated write: its first
    /// event has the time.
    pub recorded_at: Option<Timestamp>,
}

/// The answer to a write.
#[derive(Clone, PartialEq, Debug)]
pub struct Answer {
    /// The place of the write in the log.
    pub recorded: Recorded,
    /// The resource of the request after the write.
    pub after: After,
    /// Keys of what was only validated: they open the personal texts of the answer, and no keyring
    /// has them.
    pub trial_keys: Vec<NewKey>,
}

/// The resource that an answer shows.
#[derive(Clone, PartialEq, Debug)]
pub enum After {
    /// The resource as it is now.
    Now(Resource),
    /// The resource as it was at the last event of a repeated write. It has changed since, so the
    /// caller that answers this request must fold the log up to that event.
    Then(Box<Request>),
}

/// Why a write failed, by what the caller can do.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum WriteError {
    /// A rule forbids it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The request id was used before, with other content.
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
        /// Most bytes.
        limit: usize,
    },
    /// Too many writes are waiting; nothing was decided.
    #[error("too many writes are waiting")]
    QueueFull,
    /// The ledger is stopping; nothing was decided.
    #[error("the ledger is stopping and takes no more writes")]
    Draining,
    /// The file of the views was damaged, and the views are being rebuilt from the log. A part of a
    /// batch may have happened; any other write has not. Send it again with the same request id.
    #[error("the views are being rebuilt, because their file was damaged: try again later")]
    Mending,
    /// The clock may be wrong, and a recorded time can never be corrected; nothing was decided.
    #[error(transparent)]
    Clock(#[from] Doubt),
    /// A personal text can't be sealed: this copy of the log is served without keys, or no new key can
    /// be made. Nothing was decided.
    #[error("{reason}")]
    Unsealed {
        /// Whether this copy of the ledger has no keys at all.
        without_keys: bool,
        /// The error of the keyring.
        reason: Arc<str>,
    },
    /// The log could not be written. This write may have happened: send it again with the same
    /// request id after the ledger was restarted.
    #[error("the log could not be written, the ledger takes no more writes: {reason}")]
    Stopped {
        /// The error of the log.
        reason: Arc<str>,
    },
}

/// A message to the writer.
enum Message {
    /// Decide a job, which waits since this time. This frees its places in the queue.
    Decide(Job, Instant, Places),
    /// Check the rows: a reader found damage.
    Look,
    /// Answer, to show that the queue is still worked on.
    Answer(oneshot::Sender<()>),
    /// Accept nothing more, answer the queued jobs, write a checkpoint and end.
    Close,
}

/// Requests of one job that share a place in the queue. Requests decided in a row are fast: this
/// many take no longer than a single one.
const REQUESTS_A_PLACE: usize = 8;

/// Work that waits for the writer.
enum Job {
    One(Box<One>),
    Many(Box<Many>),
}

/// One request on its way to the writer.
struct One {
    request: Box<Request>,
    validate_only: bool,
    answer: oneshot::Sender<Result<Answer, WriteError>>,
}

/// How the requests of a call are named, so that a repeated call is recognised.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Names {
    /// They share one request id, if any. A repeated request is recognised by its natural key.
    Shared,
    /// Each has its own request id, if any.
    Each,
}

/// Requests of one call, each of which succeeds or fails alone.
struct Many {
    /// The brand of all of them.
    brand: BrandId,
    /// Requests yet to be decided, in order.
    requests: std::vec::IntoIter<Request>,
    validate_only: bool,
    names: Names,
    /// The events of an earlier attempt, if the requests share an id.
    before: Option<RangeInclusive<Position>>,
    /// Number of outcomes when `requests` was last advanced.
    decided: usize,
    /// Outcomes of the decided requests.
    outcomes: Vec<Result<Recorded, WriteError>>,
    answer: oneshot::Sender<Outcomes>,
}

/// The outcomes of many requests, one by one, or the reason why none was decided.
type Outcomes = Result<Vec<Result<Recorded, WriteError>>, WriteError>;

/// A handle to the writer. Cheap to clone.
#[derive(Clone)]
pub struct Ledger {
    /// The queue of jobs that have places.
    queue: mpsc::UnboundedSender<Message>,
    places: AllPlaces,
}

impl Ledger {
    /// Takes the places in the queue that one job of a brand with this many requests needs, or all
    /// places if there are fewer. The places are free again when the writer begins with the job, or
    /// when they are dropped.
    ///
    /// # Errors
    /// `QueueFull` if there is no room and `room` says not to wait; `Draining` if the ledger is
    /// stopping.
    pub async fn places(
        &self,
        brand: &str,
        requests: usize,
        room: Room,
    ) -> Result<Places, WriteError> {
        let places = requests.div_ceil(REQUESTS_A_PLACE).max(1);
        self.places.take(brand, places, room).await
    }

    /// Sends a request to the writer and waits for the outcome.
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
        let request = request.into();
        let places = self.places(request.brand.as_str(), 1, Room::Refuse);
        let places = places.await?;
        let (answer, answered) = oneshot::channel();
        let job = Job::One(Box::new(One {
            request,
            validate_only,
            answer,
        }));
        self.send(job, places)?;
        answered.await.unwrap_or_else(|_| Err(lost()))
    }

    /// Sends requests of one brand, each of which succeeds or fails alone, and waits for the
    /// outcomes.
    ///
    /// They are decided in order, and all their events are durable when this returns. Dropping the
    /// future loses the answers, not the writes.
    ///
    /// # Errors
    /// `RequestIdReused`, `Draining` or `Clock` if none was decided; `Mending` or `Stopped` if some
    /// may have happened.
    pub async fn execute_all(
        &self,
        requests: Vec<Request>,
        names: Names,
        validate_only: bool,
        places: Places,
    ) -> Outcomes {
        let Some(brand) = requests.first().map(|request| request.brand.clone()) else {
            return Ok(Vec::new());
        };
        let (answer, answered) = oneshot::channel();
        let job = Job::Many(Box::new(Many {
            brand,
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

    /// Counts the places in the queue that are taken.
    pub fn waiting(&self) -> usize {
        self.places.taken()
    }

    fn send(&self, job: Job, places: Places) -> Result<(), WriteError> {
        let message = Message::Decide(job, Instant::now(), places);
        let sent = self.queue.send(message);
        sent.map_err(|_| WriteError::Draining)
    }

    /// Makes the writer check its rows, because a reader found damage in their file.
    pub fn look_after_rows(&self) {
        // A writer that has ended has no rows to check.
        let _ = self.queue.send(Message::Look);
    }

    /// Waits until the writer looks at its queue, which it does between groups. Returns `false` if it has ended.
    /// Callers wait for one answer before they ask again, so few of these are queued.
    pub async fn answers(&self) -> bool {
        let (answer, answered) = oneshot::channel();
        self.queue.send(Message::Answer(answer)).is_ok() && answered.await.is_ok()
    }

    /// Makes the writer answer the queued jobs and end. Later requests are refused.
    pub fn close(&self) {
        self.places.close();
        // An error means that the queue is closed already.
        let _ = self.queue.send(Message::Close);
    }
}

fn lost() -> WriteError {
    WriteError::Stopped {
        reason: commit::LOST.into(),
    }
}
