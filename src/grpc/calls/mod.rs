//! The work of every handler: write and render, or wait for a position and read.

pub mod authority;
pub mod backups;
pub mod folds;
pub mod many;
mod opening;
pub mod page_token;
mod pages;
mod past;
pub mod pool;
pub mod proofs;
mod refused;
pub mod render;
pub mod request;
pub mod service;
pub mod streams;
mod written;

use std::ops::Deref;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tonic::Status;
use uuid::Uuid;

use self::authority::{Asked, Own};
use self::backups::Backups;
use self::page_token::{PageTokens, Query};
use self::pool::Pools;
use self::request::{Page, When, Write};
use self::streams::Streams;
use super::edge::deadline::{Deadline, wait};
use super::edge::{notes, status};
use crate::clock::Guard;
use crate::domain::rows::Key;
use crate::domain::{Position, Timestamp, Violation};
use crate::identity::Caller;
use crate::ledger::{After, Answer, Ledger};
use crate::log::Log;
use crate::metrics::Metrics;
use crate::proofs::Proofs;
use crate::store::{self, Snapshot};
use crate::subscriptions::Subscriptions;
use crate::views::{self, Slice, Views};
use crate::wire::proto::api;

/// Longest wait for a position when the caller names no deadline.
const MAX_WAIT: Duration = Duration::from_secs(5);
pub use folds::{Folded, Folding, Folds, Limits as FoldLimits, NotFolded, Question, Taken};
pub use opening::Opening;
pub use pages::{Listed, Part, id_at, joined_page, page, ranked_page};
pub use written::{Shown, Written};

/// A call: everything its handler works with, and who calls. Cheap to clone.
#[derive(Clone)]
pub struct Calls {
    facilities: Arc<Facilities>,
    /// Who calls.
    pub caller: Arc<Caller>,
}

impl Deref for Calls {
    type Target = Facilities;

    fn deref(&self) -> &Facilities {
        &self.facilities
    }
}

/// What all calls work with. Cheap to clone.
#[derive(Clone)]
pub struct Facilities {
    /// The handle to the writer.
    pub ledger: Ledger,
    /// The views.
    pub views: Views,
    /// The log.
    pub log: Arc<dyn Log>,
    /// The id of the log.
    pub log_id: Uuid,
    /// The tree over it.
    pub proofs: Proofs,
    /// Makes and reads page tokens.
    pub tokens: PageTokens,
    /// Opens the personal texts of answers.
    pub opening: Opening,
    /// The clock.
    pub clock: Arc<Guard>,
    /// Folds the past.
    pub folds: Folds,
    /// The limits of streams.
    pub streams: Streams,
    /// Threads for folds of the past and for long reads.
    pub pools: Pools,
    /// The positions of named consumers.
    pub subscriptions: Subscriptions,
    /// Cancelled when long streams must end.
    pub ending: CancellationToken,
    /// When the last complete backup was given.
    pub backups: Backups,
    /// What is counted of calls.
    pub metrics: Metrics,
}

/// How many rows an answer is made of. This decides on which threads they are read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Load {
    /// A few: read on any thread that may wait for a disk.
    Few,
    /// Many: read on threads that give way to writes and that brands use in turn.
    Many,
}

/// The conditions of a read.
pub struct Reading {
    /// How many rows it reads.
    pub load: Load,
    /// The point in time.
    pub when: When,
    /// The events that make the answer.
    pub slice: Slice,
    /// When the caller gives up.
    pub deadline: Option<Deadline>,
}

/// The door to the calls: closed until the log is replayed.
#[derive(Clone, Default)]
pub struct Door(Arc<OnceLock<Arc<Facilities>>>);

impl Door {
    /// Opens the door, once.
    pub fn open(&self, facilities: Facilities) {
        // The first caller opened it with the same facilities.
        let _ = self.0.set(Arc::new(facilities));
    }

    /// Begins a call, if its caller may make it. What is left to check is checked by
    /// [`Calls::ensure_own`].
    ///
    /// # Errors
    /// `NOT_READY` while the log is being replayed; `NOT_ALLOWED`.
    pub fn enter<T: Asked>(&self, request: &tonic::Request<T>) -> Result<(Calls, Own), Status> {
        let facilities = self.0.get().ok_or_else(status::not_ready)?;
        let caller = Caller::of(request.extensions());
        let caller = caller.ok_or_else(|| status::not_allowed(T::METHOD))?;
        notes::principal(caller.name());
        let own = authority::admit(caller, request.get_ref())?;
        Ok((Calls::begin(facilities, Arc::clone(caller)), own))
    }
}

impl Facilities {
    /// Returns the time now.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

impl Calls {
    /// Parses a write at the current time, and executes it.
    ///
    /// # Errors
    /// As [`execute`](Self::execute).
    pub async fn write<T>(
        &self,
        request: tonic::Request<T>,
        parse: impl FnOnce(T, Timestamp) -> Write,
    ) -> Result<Written, Status> {
        let deadline = Deadline::of(&request);
        let parsed = parse(request.into_inner(), self.now());
        self.execute(parsed, deadline).await
    }

    /// Executes a parsed write.
    ///
    /// # Errors
    /// The status that says why it did not happen.
    pub async fn execute(
        &self,
        parsed: Write,
        deadline: Option<Deadline>,
    ) -> Result<Written, Status> {
        let mut parsed = parsed.map_err(status::invalid)?;
        notes::brand(&parsed.request.brand);
        self.bind(&mut parsed.request)?;
        let is_asked = parsed.prove;
        let answered = self
            .ledger
            .execute(parsed.request, parsed.validate_only)
            .await;
        let Answer {
            recorded,
            after,
            trial_keys,
        } = answered.map_err(status::write)?;
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
            trial_keys,
        })
    }

    /// Reads when an event was recorded.
    async fn recorded_at(&self, position: Position) -> Result<Timestamp, Status> {
        let log = Arc::clone(&self.log);
        blocking(move || views::recorded_at(log.as_ref(), position).map_err(folds::refused::as_of))
            .await
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

    /// Waits until the tree over the log has the size in a field of the call, or the current size
    /// if the field has none.
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

    /// Waits for a position, then reads rows, current or past ones. Returns the result and the
    /// position it reflects, once that is durable. If it never will be, because the writer stopped
    /// meanwhile, the rows are read again as they are without what was lost.
    ///
    /// # Errors
    /// As [`reach`](Self::reach), and the errors of `read`; of a past, also as
    /// [`past`](Self::past); of many rows, also `TOO_MANY_QUERIES`.
    pub async fn read<T: Send + 'static>(
        &self,
        reading: Reading,
        read: impl Fn(&Snapshot) -> Result<T, Lookup> + Send + Sync + 'static,
    ) -> Result<(T, u64), Status> {
        let Reading {
            load,
            when,
            slice,
            deadline,
        } = reading;
        notes::brand(slice.brand());
        self.reach(when.min_position, deadline).await?;
        if let Some(as_of) = when.as_of {
            let brand = slice.brand().to_string();
            let past = self.past(as_of, slice, deadline).await?;
            let position = past.rows.position().get();
            let read = move |rows: &Snapshot| read(rows).map_err(Lookup::into_status);
            return Ok((self.read_past(&brand, past, read).await?, position));
        }
        let read = Arc::new(read);
        let (mut found, mut position) = self.read_rows(load, &slice, &read).await?;
        if let Err(unreached) = self.reach(position, deadline).await {
            if !self.views.have_lost(position) {
                return Err(unreached);
            }
            (found, position) = self.read_rows(load, &slice, &read).await?;
            self.reach(position, deadline).await?;
        }
        let found = found.map_err(Lookup::into_status)?;
        Ok((found, position.get()))
    }

    /// Reads the rows as they are, on the threads for it. Returns the position they reflect, which may
    /// not be durable.
    async fn read_rows<T: Send + 'static>(
        &self,
        load: Load,
        slice: &Slice,
        read: &Arc<impl Fn(&Snapshot) -> Result<T, Lookup> + Send + Sync + 'static>,
    ) -> Result<(Result<T, Lookup>, Position), Status> {
        let (views, read) = (self.views.clone(), Arc::clone(read));
        let answer = move || {
            let answer = views.read(|rows| (read(rows), rows.position()));
            answer.map_err(status::view)
        };
        match load {
            Load::Few => blocking(answer).await,
            Load::Many => {
                let owner = slice.brand().as_str();
                let answered = self.pools.readers.run(owner, move |_| answer()).await;
                answered.map_err(refused::query)?
            }
        }
    }

    /// Does a long read on the threads for it; owners take turns.
    ///
    /// # Errors
    /// When too many wait, and the errors of the work.
    pub async fn long_read<T: Send + 'static>(
        &self,
        owner: &str,
        work: impl FnOnce() -> Result<T, Status> + Send + 'static,
    ) -> Result<T, Status> {
        let read = self.pools.readers.run(owner, |_| work()).await;
        read.map_err(NotFolded::from)
            .map_err(folds::refused::past)?
    }

    /// Reads the requested page of a query.
    ///
    /// # Errors
    /// A token that is not of this query.
    pub fn part(&self, query: Query, page: &Page) -> Result<Part, Status> {
        let query = query.by(self.caller.principal());
        let start = match &page.token {
            None => None,
            Some(token) => {
                let key = self
                    .tokens
                    .read(query, token)
                    .map_err(refused::page_token)?;
                Some(Key::from_bytes(&key))
            }
        };
        Ok(Part {
            query,
            start,
            size: page.size,
            now: self.now(),
        })
    }

    /// Reads a page of a list as [`read`](Self::read) does. Returns its elements, the token of the
    /// next page (empty when there is none), and the position they reflect.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub async fn list<T: Send + 'static>(
        &self,
        reading: Reading,
        part: Part,
        list: impl Fn(&Snapshot, &Part) -> Result<Listed<T>, Lookup> + Send + Sync + 'static,
    ) -> Result<(Vec<T>, String, u64), Status> {
        let query = part.query;
        let read = move |rows: &Snapshot| list(rows, &part);
        let ((listed, next), position) = self.read(reading, read).await?;
        Ok((listed, self.next_page(query, next), position))
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
    /// Says that something does not exist.
    pub fn missing(reason: api::ErrorReason, kind: &str, id: &str) -> Self {
        Self::Status(Box::new(status::not_found(reason, kind, id)))
    }

    /// Converts into the status of the answer.
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

/// Runs work that may wait for a lock or a disk, on a thread that may wait.
///
/// # Errors
/// The errors of the work. A panic in it is a fault of the server.
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
