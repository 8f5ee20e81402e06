//! Events in batches, read from the log by position and passed on as they are stored.
//!
//! Readers pull: only a few batches are between the log and a reader, so a slow reader is only
//! late. The log is read in short turns on separate threads, and readers take turns. A reader gets
//! its next turn when its client has taken the last batch. So a client that takes nothing costs no
//! thread, and one that is gone gets no turn.

mod turn;

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tonic::Status;

use super::parse::{EventFilter, Scope};
use crate::domain::Position;
use crate::grpc::calls::Calls;
use crate::grpc::calls::pool::{Caller, Pool};
use crate::grpc::calls::streams::outlet::{Outlet, Room, Unread};
use crate::grpc::calls::streams::shares::{Place, Who};
use crate::grpc::edge::status;
use crate::identity::Brands;
use crate::log::Log;
use crate::views::Views;
use crate::wire::proto::api;
use turn::{Ended, Turn};

/// Stored records in one message, unless a single one is larger: large enough to be quick, and few
/// enough that the one or two that the transport holds for a client that does not read cost little.
const BATCH_BYTES: usize = 64 << 10;
/// Batches read ahead for a client that keeps up: what a turn reads.
pub const BATCHES_AHEAD: usize = 16;

/// Events, and where to continue after them.
pub struct Batch {
    events: api::EventBatch,
    count: u64,
    /// Everything of the scope up to here is in this batch or in earlier ones; backwards,
    /// everything after here.
    pub resume: Position,
}

impl Batch {
    fn after(resume: Position) -> Self {
        Self {
            events: api::EventBatch::default(),
            count: 0,
            resume,
        }
    }

    fn fits(&self, record: &[u8]) -> bool {
        /// Key and length before a record, at most.
        const FRAME_BYTES: usize = 6;
        let bytes = self.events.bytes();
        bytes == 0 || bytes + FRAME_BYTES + record.len() <= BATCH_BYTES
    }

    fn add(&mut self, record: &[u8]) {
        self.events.push(record);
        self.count += 1;
    }

    /// Makes the message.
    pub fn into_message(self) -> api::EventBatch {
        self.events
    }
}

/// The events yet to be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span {
    /// Those after this position.
    pub after: Position,
    /// Those up to this position.
    pub until: Position,
    /// At most this many.
    pub limit: u64,
    /// The latest first.
    pub backwards: bool,
}

impl Span {
    fn is_done(&self) -> bool {
        self.after >= self.until || self.limit == 0
    }

    /// Where the events begin that are yet to be read.
    pub fn resume(&self) -> Position {
        if self.backwards {
            self.until
        } else {
            self.after
        }
    }

    /// Removes the events that were read.
    fn read(&mut self, resume: Position, count: u64) {
        if self.backwards {
            self.until = resume;
        } else {
            self.after = resume;
        }
        self.limit -= count;
    }
}

/// A span, and the events of it that were read and not sent yet.
struct Reading {
    span: Span,
    batch: Batch,
    /// Blocks read since the batch began.
    blocks: usize,
}

impl Reading {
    fn of(span: Span) -> Self {
        Self {
            span,
            batch: Batch::after(span.resume()),
            blocks: 0,
        }
    }

    /// The events that were not checked yet.
    fn ahead(&self) -> Span {
        let mut ahead = self.span;
        ahead.read(self.batch.resume, self.batch.count);
        ahead
    }

    fn is_done(&self) -> bool {
        self.batch.events.is_empty() && self.ahead().is_done()
    }

    /// Takes the batch out, to be sent.
    fn take_batch(&mut self) -> Batch {
        self.span = self.ahead();
        self.blocks = 0;
        let next = Batch::after(self.batch.resume);
        std::mem::replace(&mut self.batch, next)
    }
}

/// Reads the events of a scope from a log.
#[derive(Clone)]
pub struct Reader {
    log: Arc<dyn Log>,
    /// For the index.
    views: Views,
    scope: Scope,
    /// The brands of the reader: a read of all brands is of these.
    brands: Brands,
    filter: Arc<EventFilter>,
    pool: Pool,
    /// The owner that takes turns with others.
    owner: Arc<str>,
}

/// Why a span was not read to its end.
pub enum Stopped {
    /// Nobody listens any more, or the reader was stopped.
    Left,
    /// Its client takes nothing.
    Unread(Unread),
    /// Something failed, or is ending.
    Failed(Status),
}

impl Reader {
    /// Reads for somebody.
    pub fn new(calls: &Calls, who: &Who, scope: Scope, filter: EventFilter) -> Self {
        Self {
            log: Arc::clone(&calls.log),
            views: calls.views.clone(),
            scope,
            brands: calls.caller.brands().clone(),
            filter: Arc::new(filter),
            pool: calls.pools.streams.clone(),
            owner: who.owner().into(),
        }
    }

    /// Reads a span and sends it, a message for each batch. Returns where to continue after it.
    ///
    /// # Errors
    /// Why it stopped before the end, for example because `ending` was cancelled.
    pub async fn send<T: Send + 'static>(
        &self,
        span: Span,
        out: &Outlet<T>,
        place: &Place,
        message: impl Fn(Batch) -> T + Clone + Send + 'static,
        ending: &CancellationToken,
    ) -> Result<Span, Stopped> {
        let (mut reading, mut left) = (Reading::of(span), None);
        while !reading.is_done() {
            let heard = out.wait_for_taker(left, place).await;
            if !heard.map_err(Stopped::Unread)? || ending.is_cancelled() {
                return Err(Stopped::Left);
            }
            let turn = self.turn(reading, out.clone(), message.clone(), ending.clone());
            let turn = tokio::select! {
                biased;
                () = out.gone() => return Err(Stopped::Left),
                turn = turn => turn,
            };
            let ended;
            (reading, ended) = turn.map_err(Stopped::Failed)?;
            left = match ended {
                Ok(Ended::Enough) => Some(usize::MAX),
                // Half of what is read ahead, so that the client need not wait, and the next turn
                // reads enough to be worth looking for its place in the log.
                Ok(Ended::NoRoom) => Some(out.waiting() / 2).filter(|half| *half > 0),
                Err(failed) => {
                    // The events that were read before are sent in any case.
                    if !reading.batch.events.is_empty() {
                        let batch = reading.take_batch();
                        let resume = batch.resume.get();
                        out.put(Room::Asked, message(batch), resume);
                    }
                    return Err(Stopped::Failed(failed));
                }
            };
        }
        Ok(reading.ahead())
    }

    /// Reads for one turn, as soon as the turn comes.
    async fn turn<T: Send + 'static>(
        &self,
        mut reading: Reading,
        out: Outlet<T>,
        message: impl Fn(Batch) -> T + Send + 'static,
        ending: CancellationToken,
    ) -> Result<(Reading, Result<Ended, Status>), Status> {
        let reader = self.clone();
        let work = move |caller: &Caller| {
            let is_over = || caller.is_gone() || out.is_gone() || ending.is_cancelled();
            let room = || out.room();
            let put = |room, batch: Batch| {
                let resume = batch.resume.get();
                out.put(room, message(batch), resume);
            };
            let ended = reader.read(&mut reading, &mut Turn::new(&is_over, &room, &put));
            (reading, ended)
        };
        let turn = self.pool.run(&self.owner, work).await;
        turn.map_err(|refused| status::internal(&refused))
    }
}
