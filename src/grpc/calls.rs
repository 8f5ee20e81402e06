//! What every handler does: write and render, or wait for a position and read.

mod folds;
mod pages;
mod past;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tonic::Status;
use uuid::Uuid;

use super::edge::deadline::{Deadline, wait};
use super::edge::status;
use super::page_token::{PageTokens, Query};
use super::parse::{Page, When, Write};
use super::pool::Pools;
use super::services::proofs;
use super::streams::Streams;
use super::written::Written;
use crate::clock::Guard;
use crate::domain::rows::Key;
use crate::domain::{Position, Timestamp, Violation};
use crate::ledger::{After, Answer, Ledger};
use crate::log::Log;
use crate::proofs::Proofs;
use crate::store::{self, Snapshot};
use crate::subscriptions::Subscriptions;
use crate::views::{self, Slice, Views};
use crate::wire::proto::api;

/// Longest wait for a position when the caller names no deadline.
const MAX_WAIT: Duration = Duration::from_secs(5);
pub use folds::{Folded, Folding, Folds, Limits as FoldLimits, NotFolded, Question, Taken};
pub use pages::{joined_page, page, ranked_page};

/// Everything handlers work with. Cheap to clone.
#[derive(Clone)]
pub struct Calls {
    /// The way to the writer.
    pub ledger: Ledger,
    /// The views.
    pub views: Views,
    /// The log.
    pub log: Arc<dyn Log>,
    /// Names the log.
    pub log_id: Uuid,
    /// The tree over it.
    pub proofs: Proofs,
    /// Makes and reads page tokens.
    pub tokens: PageTokens,
    /// The clock.
    pub clock: Arc<Guard>,
    /// Folds the past.
    pub folds: Folds,
    /// What streams are held to.
    pub streams: Streams,
    /// Threads for folds of the past and for long reads.
    pub pools: Pools,
    /// Where named consumers stand.
    pub subscriptions: Subscriptions,
    /// Cancelled when long streams must end.
    pub ending: CancellationToken,
}

/// Threads that read rows.
#[derive(Clone, Copy)]
enum Threads {
    /// Those for what may wait for a disk.
    Any,
    /// Those that give way to writes.
    Slow,
}

/// The door to the calls: closed until the log is replayed.
#[derive(Clone, Default)]
pub struct Door(Arc<OnceLock<Calls>>);

impl Door {
    /// Opens the door, once.
    pub fn open(&self, calls: Calls) {
        // Whoever opened it first had the same calls to offer.
        let _ = self.0.set(calls);
    }

    /// Goes through.
    ///
    /// # Errors
    /// `NOT_READY` while the log is being replayed.
    pub fn enter(&self) -> Result<&Calls, Status> {
        self.0.get().ok_or_else(status::not_ready)
    }

    /// Goes through, parses a write by the time of now, and executes it.
    ///
    /// # Errors
    /// As [`enter`](Self::enter) and [`Calls::write`].
    pub async fn write<T>(
        &self,
        request: tonic::Request<T>,
        parse: impl FnOnce(T, Timestamp) -> Write,
    ) -> Result<Written, Status> {
        let calls = self.enter()?;
        let deadline = Deadline::of(&request);
        let parsed = parse(request.into_inner(), calls.now());
        calls.write(parsed, deadline).await
    }
}

impl Calls {
    /// Returns the time now.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Executes a parsed write.
    ///
    /// # Errors
    /// The status of whatever kept it from happening.
    pub async fn write(
        &self,
        parsed: Write,
        deadline: Option<Deadline>,
    ) -> Result<Written, Status> {
        let parsed = parsed.map_err(status::invalid)?;
        let is_asked = parsed.prove;
        let answered = self
            .ledger
            .execute(parsed.request, parsed.validate_only)
            .await;
        let Answer { recorded, after } = answered.map_err(status::write)?;
        let resource = match after {
            After::Now(resource) => resource,
            After::Then(request) => Box::pin(self.then(request, &recorded, deadline)).await?,
        };
        let recorded_at = match recorded.recorded_at {
            Some(at) => at,
            None => Box::pin(self.recorded_at(recorded.first)).await?,
        };
        let in_log = |position: Position| if recorded.in_log { position.get() } else { 0 };
        let proof = match is_asked && recorded.in_log {
            true => proofs::of_write(self, recorded.first, recorded.last).await,
            false => None,
        };
        let receipt = api::Receipt {
            first_position: in_log(recorded.first),
            last_position: in_log(recorded.last),
            recorded_at: Some(recorded_at.into()),
            proof,
        };
        Ok(Written {
            receipt,
            first: recorded.first,
            resource,
        })
    }

    /// Reads when an event was recorded.
    async fn recorded_at(&self, position: Position) -> Result<Timestamp, Status> {
        let log = Arc::clone(&self.log);
        blocking(move || views::recorded_at(log.as_ref(), position).map_err(status::as_of)).await
    }

    /// Waits until everything up to a position is durable, and so in the views.
    ///
    /// # Errors
    /// `POSITION_NOT_REACHED` at the caller's deadline.
    pub async fn reach(&self, wanted: Position, deadline: Option<Deadline>) -> Result<(), Status> {
        if self.views.position() >= wanted {
            return Ok(());
        }
        match wait(self.views.durable(wanted), deadline, MAX_WAIT).await {
            Ok(reached) => reached.map_err(status::view),
            Err(_) => Err(status::not_reached(wanted, self.views.position())),
        }
    }

    /// Waits until the tree over the log has a size, which a field of the call names; the latest
    /// when it names none.
    ///
    /// # Errors
    /// `POSITION_AHEAD`; `POSITION_NOT_REACHED` at the caller's deadline.
    pub async fn tree_of(
        &self,
        field: &'static str,
        size: Option<Position>,
        deadline: Option<Deadline>,
    ) -> Result<Position, Status> {
        let head = self.log.head().position;
        let size = size.unwrap_or(head);
        if size > head {
            return Err(status::ahead(field, size, head));
        }
        match wait(self.proofs.reach(size), deadline, MAX_WAIT).await {
            Ok(reached) => reached.map(|()| size).map_err(status::proof),
            Err(_) => Err(status::not_reached(size, self.proofs.size())),
        }
    }

    /// Waits for a position, then reads rows, as they are or as they were; returns what was read and
    /// the position it reflects, once that is durable. `slice` names the events that make the answer.
    ///
    /// # Errors
    /// As [`reach`](Self::reach), and whatever `read` refuses; of a past, also as
    /// [`past`](Self::past).
    pub async fn read<T: Send + 'static>(
        &self,
        when: When,
        slice: Slice,
        deadline: Option<Deadline>,
        read: impl FnOnce(&Snapshot) -> Result<T, Lookup> + Send + 'static,
    ) -> Result<(T, u64), Status> {
        self.read_on(Threads::Any, when, slice, deadline, read)
            .await
    }

    /// Reads as [`read`](Self::read) does, for answers that are made of many rows: on threads that
    /// give way to writes, and of which no brand has more than its turn.
    ///
    /// # Errors
    /// As [`read`](Self::read), and `TOO_MANY_QUERIES`.
    pub async fn read_many<T: Send + 'static>(
        &self,
        when: When,
        slice: Slice,
        deadline: Option<Deadline>,
        read: impl FnOnce(&Snapshot) -> Result<T, Lookup> + Send + 'static,
    ) -> Result<(T, u64), Status> {
        self.read_on(Threads::Slow, when, slice, deadline, read)
            .await
    }

    async fn read_on<T: Send + 'static>(
        &self,
        threads: Threads,
        when: When,
        slice: Slice,
        deadline: Option<Deadline>,
        read: impl FnOnce(&Snapshot) -> Result<T, Lookup> + Send + 'static,
    ) -> Result<(T, u64), Status> {
        self.reach(when.min_position, deadline).await?;
        if let Some(as_of) = when.as_of {
            let brand = slice.brand().to_string();
            let past = self.past(as_of, slice, deadline).await?;
            let position = past.rows.position().get();
            let read = |rows: &Snapshot| read(rows).map_err(Lookup::into_status);
            return Ok((self.read_past(&brand, past, read).await?, position));
        }
        let views = self.views.clone();
        let answer = move || {
            let answer = views.read(|rows| (read(rows), rows.position()));
            answer.map_err(status::view)
        };
        let (found, position) = match threads {
            Threads::Any => blocking(answer).await?,
            Threads::Slow => {
                let owner = slice.brand().as_str();
                let answered = self.pools.readers.run(owner, |_| answer()).await;
                answered.map_err(status::query)??
            }
        };
        self.reach(position, deadline).await?;
        let found = found.map_err(Lookup::into_status)?;
        Ok((found, position.get()))
    }

    /// Does a long read on the threads for it; owners take turns.
    ///
    /// # Errors
    /// When too many wait, and whatever the work refuses.
    pub async fn long_read<T: Send + 'static>(
        &self,
        owner: &str,
        work: impl FnOnce() -> Result<T, Status> + Send + 'static,
    ) -> Result<T, Status> {
        let read = self.pools.readers.run(owner, |_| work()).await;
        read.map_err(NotFolded::from).map_err(status::past)?
    }

    /// Reads the key after which a page begins.
    ///
    /// # Errors
    /// A token that is not of this query.
    pub fn page_start(&self, query: Query, page: &Page) -> Result<Option<Key>, Status> {
        let Some(token) = &page.token else {
            return Ok(None);
        };
        let key = self.tokens.read(query, token).map_err(status::page_token)?;
        Ok(Some(Key::from_bytes(&key)))
    }

    /// Makes the token of the next page; empty when there is none.
    pub fn next_page(&self, query: Query, next: Option<Key>) -> String {
        next.map(|key| self.tokens.make(query, key.as_bytes()))
            .unwrap_or_default()
    }
}

/// Why a lookup gives no answer.
pub enum Lookup {
    /// A status to pass on.
    Status(Box<Status>),
    /// The rows could not be read.
    Rows(store::Error),
}

impl Lookup {
    /// Says that something is not there.
    pub fn missing(reason: api::ErrorReason, kind: &str, id: &str) -> Self {
        Self::Status(Box::new(status::not_found(reason, kind, id)))
    }

    /// Turns into the status to answer with.
    pub fn into_status(self) -> Status {
        match self {
            Self::Status(status) => *status,
            Self::Rows(error) => status::internal(&error),
        }
    }
}

impl From<store::Error> for Lookup {
    fn from(error: store::Error) -> Self {
        Self::Rows(error)
    }
}

/// Runs what may wait for a lock or a disk on a thread that may.
///
/// # Errors
/// What the work says; a panic in it is a fault of the server.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Status> + Send + 'static,
) -> Result<T, Status> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(status::internal(&error)),
    }
}

/// Parses a query or refuses it with every violation.
///
/// # Errors
/// The status that names them.
pub fn parsed<T>(query: Result<T, Vec<Violation>>) -> Result<T, Status> {
    query.map_err(status::invalid)
}

impl From<std::convert::Infallible> for Lookup {
    fn from(never: std::convert::Infallible) -> Self {
        match never {}
    }
}
