//! The write side: one thread owns the log and the command state, and gives every fact one order.
//!
//! ```text
//! caller ── Job ──▶ bounded queue ──▶ writer: drain → decide → evolve → seal block
//!    ▲                                                                     │
//!    └───────────── answers, refusals and repeats ◀── durable ◀── log.append
//! ```
//!
//! Owns group commit, idempotency and the command state with its checkpoints. Does not know gRPC,
//! nor what the views make of the events.

mod requests;
mod state;
mod writer;

use std::sync::Arc;

use tokio::sync::{Semaphore, mpsc, oneshot};

use crate::domain::state::Resource;
use crate::domain::{Position, Record, Refusal, Request, RequestId, Timestamp};
use crate::log::Block;

pub use requests::RequestMemory;
pub use state::{CommandState, SCHEMA, StateError};
pub use writer::{Limits, StartError, Writer};

/// What a write came to.
#[derive(Clone, PartialEq, Debug)]
pub struct Answer {
    /// First event of the write; when only validated, where it would have stood.
    pub first: Position,
    /// Last event of the write; when only validated, where it would have stood.
    pub last: Position,
    /// Whether the events are in the log; not when the write was only validated.
    pub in_log: bool,
    /// When the ledger wrote it, or decided it.
    pub recorded_at: Timestamp,
    /// What the request is about, after the write.
    pub after: After,
}

/// What one request of many came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recorded {
    /// First event of the write; when only validated, where it would have stood.
    pub first: Position,
    /// Last event of the write; when only validated, where it would have stood.
    pub last: Position,
    /// Whether the events are in the log; not when the write was only validated.
    pub in_log: bool,
    /// Whether it happens now; not when it had happened before.
    pub new: bool,
    /// When the ledger wrote it, or decided it.
    pub recorded_at: Timestamp,
}

/// What to do when the queue is full.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Room {
    /// Refuse at once.
    Refuse,
    /// Wait until there is room.
    Wait,
}

/// The state an answer shows.
#[derive(Clone, PartialEq, Debug)]
pub enum After {
    /// As it is now.
    Now(Resource),
    /// As it was at the last event of the write, a repeat of which this is: things have moved on
    /// since, and whoever answers must fold the log up to there.
    Then,
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
    /// The log could not be written. This write may have happened: ask again, with the same
    /// request id, after the ledger was restarted.
    #[error("the log could not be written, the ledger takes no more writes: {reason}")]
    Stopped {
        /// What the log said.
        reason: Arc<str>,
    },
}

/// A block that is durable, with its records.
#[derive(Debug)]
pub struct Committed {
    /// The block.
    pub block: Arc<Block>,
    /// What its records say.
    pub records: Vec<Record>,
}

/// What the writer is told.
enum Message {
    Decide(Box<Job>),
    /// Take nothing more, answer what is queued, checkpoint and end.
    Close,
}

/// A request on its way to the writer.
struct Job {
    request: Request,
    validate_only: bool,
    answer: oneshot::Sender<Result<Answer, WriteError>>,
}

/// The way to the writer. Cheap to clone.
#[derive(Clone)]
pub struct Ledger {
    queue: mpsc::Sender<Message>,
    /// Whose turn it is to have many requests decided: one call's are not mixed with another's.
    turn: Arc<Semaphore>,
}

impl Ledger {
    /// Sends a request to the writer and waits for what it comes to.
    ///
    /// `Ok` means durable. Dropping the future loses the answer, not the write.
    ///
    /// # Errors
    /// See [`WriteError`].
    pub async fn execute(
        &self,
        request: Request,
        validate_only: bool,
    ) -> Result<Answer, WriteError> {
        self.ask(request, validate_only, Room::Refuse).await
    }

    /// Decides requests in order, each for itself; answers when all that happened is durable.
    ///
    /// The requests may share one request id, which then names all of them together.
    ///
    /// # Errors
    /// What keeps all of them from being decided; see [`WriteError`].
    pub async fn execute_all(
        &self,
        requests: Vec<Request>,
        validate_only: bool,
        room: Room,
    ) -> Result<Vec<Result<Recorded, WriteError>>, WriteError> {
        let _turn = self.turn.acquire().await;
        let mut is_named = match requests.first() {
            Some(first) => self.is_known(first, room).await?,
            None => true,
        };
        let mut results: Vec<Result<Recorded, WriteError>> = Vec::with_capacity(requests.len());
        for request in requests {
            let bare = Request {
                stamp: None,
                ..request.clone()
            };
            let rehearsed = self.ask(bare.clone(), true, room).await;
            let happens = rehearsed.as_ref().is_ok_and(|answer| !answer.in_log);
            let result = match happens && !validate_only {
                true if is_named => self.ask(bare, false, room).await,
                true => {
                    is_named = true;
                    self.ask(request, false, room).await
                }
                false => rehearsed,
            };
            results.push(each(result, happens)?);
        }
        Ok(results)
    }

    /// Tells whether a request with this id happened before; an error when it was another one.
    async fn is_known(&self, request: &Request, room: Room) -> Result<bool, WriteError> {
        if request.stamp.is_none() {
            return Ok(true);
        }
        let named = self.ask(request.clone(), true, room).await;
        let result = each(named, false)?;
        Ok(result.is_ok_and(|recorded| recorded.in_log))
    }

    async fn ask(
        &self,
        request: Request,
        validate_only: bool,
        room: Room,
    ) -> Result<Answer, WriteError> {
        let (answer, answered) = oneshot::channel();
        let job = Job {
            request,
            validate_only,
            answer,
        };
        let message = Message::Decide(Box::new(job));
        match room {
            Room::Refuse => self
                .queue
                .try_send(message)
                .map_err(|refused| match refused {
                    mpsc::error::TrySendError::Full(_) => WriteError::QueueFull,
                    mpsc::error::TrySendError::Closed(_) => WriteError::Draining,
                })?,
            Room::Wait => self
                .queue
                .send(message)
                .await
                .map_err(|_| WriteError::Draining)?,
        }
        let lost = WriteError::Stopped {
            reason: writer::LOST.into(),
        };
        answered.await.unwrap_or(Err(lost))
    }

    /// Tells the writer to answer what is queued and end; later requests are refused.
    pub async fn close(&self) {
        // A closed queue is what was asked for.
        let _ = self.queue.send(Message::Close).await;
    }
}

/// Tells what became of one request of many from what became of all.
fn each(
    answer: Result<Answer, WriteError>,
    new: bool,
) -> Result<Result<Recorded, WriteError>, WriteError> {
    match answer {
        Ok(answer) => Ok(Ok(Recorded {
            first: answer.first,
            last: answer.last,
            in_log: answer.in_log,
            new,
            recorded_at: answer.recorded_at,
        })),
        Err(error @ (WriteError::Refused(_) | WriteError::TooLarge { .. })) => Ok(Err(error)),
        Err(error) => Err(error),
    }
}
