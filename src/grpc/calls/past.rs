//! Answers about the past: few at a time, each folded from the events it is made of.

use std::sync::Arc;

use tonic::Status;

use super::{Calls, MAX_WAIT, blocking};
use crate::domain::{Position, Timestamp, Violation};
use crate::grpc::deadline::{Deadline, wait};
use crate::grpc::status;
use crate::log::Log;
use crate::store::Store;
use crate::views::{AsOf, MAX_FOLDED, Slice, Tell, past, position_at};

/// Pasts folded at a time.
pub const MAX_FOLDS: usize = 4;
const AS_OF_POSITION: &str = "as_of.position";
const FUTURE_RULE: &str = "must not be in the future";

impl Calls {
    /// Finds the events that make a past answer, and works on them where waiting costs nobody.
    ///
    /// # Errors
    /// `POSITION_AHEAD`; `INVALID_FIELD` for a time in the future and for more events than are folded
    /// for an answer.
    pub async fn past<T: Send + 'static>(
        &self,
        as_of: AsOf,
        slice: Slice,
        deadline: Option<Deadline>,
        work: impl FnOnce(&PastFold) -> Result<T, Status> + Send + 'static,
    ) -> Result<T, Status> {
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
        let permit = Arc::clone(&self.folds).acquire_owned();
        let permit = wait(permit, deadline, MAX_WAIT).await;
        let Ok(Ok(permit)) = permit else {
            return Err(status::too_many_folds(MAX_FOLDS));
        };
        let (views, log) = (self.views.clone(), Arc::clone(&self.log));
        blocking(move || {
            let (until, occurred) = match as_of {
                AsOf::Position(at) => (at, None),
                AsOf::RecordedAt(at) => {
                    let found = position_at(log.as_ref(), head, at);
                    (found.map_err(status::as_of)?, None)
                }
                AsOf::OccurredAt(at) => (head, Some(at)),
            };
            let events = views.read(|rows| slice.events(rows, until));
            let events = events.map_err(status::view)?;
            let events = events.map_err(|error| status::internal(&error))?;
            if events.len() > MAX_FOLDED {
                let rule = format!("must be of a narrower question: more than {MAX_FOLDED} events");
                return Err(status::invalid(vec![Violation::new("as_of", rule)]));
            }
            let fold = PastFold {
                log,
                events,
                until,
                occurred,
            };
            let answer = work(&fold);
            drop(permit);
            answer
        })
        .await
    }
}

/// The events of a past answer.
pub struct PastFold {
    /// The log.
    pub log: Arc<dyn Log>,
    /// Where they stand in it, in its order.
    pub events: Vec<Position>,
    /// The position the answer reflects.
    pub until: Position,
    /// Only what had happened at this time; `None` for all.
    pub occurred: Option<Timestamp>,
}

impl PastFold {
    /// Folds them; tells each.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn rows(&self, tell: &mut Tell<'_>) -> Result<Store, Status> {
        let (log, events) = (self.log.as_ref(), &self.events);
        past(log, events, self.until, self.occurred, tell).map_err(status::as_of)
    }
}
