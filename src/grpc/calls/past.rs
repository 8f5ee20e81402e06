//! Answers about the past, each from rows that are folded for it or shared with an equal question.

use std::sync::Arc;

use tonic::Status;

use super::folds::{Folded, Folding, NotFolded, Question};
use super::{Calls, MAX_WAIT};
use crate::domain::state::Resource;
use crate::domain::{Request, Violation};
use crate::grpc::calls::folds::refused;
use crate::grpc::edge::deadline::{Deadline, wait};
use crate::grpc::edge::status;
use crate::ledger::Recorded;
use crate::store::Snapshot;
use crate::views::{AsOf, Slice, position_at};

const AS_OF_POSITION: &str = "as_of.position";
const FUTURE_RULE: &str = "must not be in the future";

impl Calls {
    /// Folds the rows of a past, or shares those of an equal question.
    ///
    /// # Errors
    /// When the time or the position is ahead of the log, or the events cannot be folded.
    pub async fn past(
        &self,
        as_of: AsOf,
        slice: Slice,
        deadline: Option<Deadline>,
    ) -> Result<Arc<Folded>, Status> {
        let question = self.question(as_of, slice, deadline).await?;
        let folded = self.folds.rows(question, deadline).await;
        folded.map_err(refused::past)
    }

    /// Works on a past and receives each of its events.
    ///
    /// # Errors
    /// As [`past`](Self::past), and the errors of `work`.
    pub async fn telling<T: Send + 'static>(
        &self,
        as_of: AsOf,
        slice: Slice,
        deadline: Option<Deadline>,
        work: impl FnOnce(&mut Folding<'_>) -> Result<T, Status> + Send + 'static,
    ) -> Result<T, Status> {
        let question = self.question(as_of, slice, deadline).await?;
        let told = self.folds.telling(question, deadline, work).await;
        told.map_err(refused::past)
    }

    /// Finds the position that a question about the past ends at.
    ///
    /// # Errors
    /// `POSITION_AHEAD`; `INVALID_FIELD` for a time in the future.
    async fn question(
        &self,
        as_of: AsOf,
        slice: Slice,
        deadline: Option<Deadline>,
    ) -> Result<Question, Status> {
        let (head, now) = (self.log.head().position, self.now());
        let future = |field| {
            let violation = Violation::new(field, FUTURE_RULE);
            Err(status::invalid(vec![violation]))
        };
        match as_of {
            AsOf::Position(at) if at > head => return Err(status::ahead(AS_OF_POSITION, at, head)),
            AsOf::RecordedAt(at) if at > now => return future("as_of.recorded_at"),
            AsOf::OccurredAt(at) if at > now => return future("as_of.occurred_at"),
            AsOf::Position(_) | AsOf::RecordedAt(_) | AsOf::OccurredAt(_) => {}
        }
        self.reach(head, deadline).await?;
        let (until, occurred) = match as_of {
            AsOf::Position(at) => (at, None),
            AsOf::OccurredAt(at) => (head, Some(at)),
            AsOf::RecordedAt(at) => {
                let log = Arc::clone(&self.log);
                let find = move || position_at(log.as_ref(), head, at).map_err(refused::as_of);
                let found = self.long_read(slice.brand().as_str(), find);
                // As long as for other waits: all threads may be busy.
                let found = wait(found, deadline, MAX_WAIT).await;
                (
                    found.unwrap_or_else(|_| Err(refused::past(NotFolded::Busy)))?,
                    None,
                )
            }
        };
        Ok(Question {
            slice,
            until,
            occurred,
        })
    }

    /// Reads the rows of a past and drops them, on a thread that may block.
    ///
    /// # Errors
    /// The errors of `read`.
    pub async fn read_past<T: Send + 'static>(
        &self,
        brand: &str,
        past: Arc<Folded>,
        read: impl FnOnce(&Snapshot) -> Result<T, Status> + Send + 'static,
    ) -> Result<T, Status> {
        self.long_read(brand, move || read(&past.rows)).await
    }

    /// Finds the resource of a write that was answered before, as the write left it.
    ///
    /// # Errors
    /// When its past cannot be folded. The write is valid in any case.
    pub(super) async fn then(
        &self,
        request: Box<Request>,
        recorded: &Recorded,
        deadline: Option<Deadline>,
    ) -> Result<Resource, Status> {
        let (first, last) = (recorded.first, recorded.last);
        self.reach(last, deadline).await?;
        let question = Question {
            slice: Slice::of_request(&request),
            until: last,
            occurred: None,
        };
        let folded = self.folds.rows(question, deadline).await;
        let past = folded.map_err(|error| refused::repeated(error, first, last))?;
        let brand = request.brand.to_string();
        let found = self.read_past(&brand, past, move |rows| {
            Resource::of(rows, &request).map_err(|error| status::internal(&error))
        });
        found.await?.ok_or_else(|| {
            status::internal(&std::io::Error::other("a repeated write has no resource"))
        })
    }
}
