//! A group: requests that are decided together, become one block and are answered together.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::oneshot;

use super::{Answer, Job, Many, Outcomes, WriteError};
use crate::domain::{BrandId, DataSubject, Position, Timestamp};
use crate::keyring::NewKey;

/// A group on its way into one block.
pub(super) struct Group {
    /// Position before its first event.
    after: Position,
    /// Recording time of all its events.
    pub now: Timestamp,
    /// The records, encoded, in order.
    pub records: Vec<Bytes>,
    /// Bytes that the records take in a block.
    pub bytes: usize,
    /// Requests decided into it.
    pub requests: usize,
    /// Keys that its events need and the keyring does not have yet.
    pub new_keys: Vec<NewKey>,
    /// Whose keys are destroyed once it is durable.
    pub erased: Vec<DataSubject>,
    waiting: Vec<Waiting>,
}

/// A caller that is answered once the group is durable.
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all are the large variant, and a box for each would slow every write"
)]
enum Waiting {
    One(
        oneshot::Sender<Result<Answer, WriteError>>,
        Result<Answer, WriteError>,
    ),
    Many(oneshot::Sender<Outcomes>, Outcomes),
}

impl Group {
    pub(super) fn after(after: Position, now: Timestamp) -> Self {
        Self {
            after,
            now,
            records: Vec::new(),
            bytes: 0,
            requests: 0,
            new_keys: Vec::new(),
            erased: Vec::new(),
            waiting: Vec::new(),
        }
    }

    /// Returns the position of the next event decided into the group.
    pub(super) fn next(&self) -> Position {
        self.last().next()
    }

    /// Returns the position of the last event of the group, or of the event before the group if it
    /// is empty.
    pub(super) fn last(&self) -> Position {
        Position::new(self.after.get() + self.records.len() as u64)
    }

    /// Adds the records of one request.
    pub(super) fn push(&mut self, records: Vec<Bytes>, bytes: usize) {
        self.records.extend(records);
        self.bytes += bytes;
        self.requests += 1;
    }

    /// Counts the jobs that are answered with the group.
    pub(super) fn jobs(&self) -> usize {
        self.waiting.len()
    }

    pub(super) fn answer_one(
        &mut self,
        to: oneshot::Sender<Result<Answer, WriteError>>,
        answer: Result<Answer, WriteError>,
    ) {
        self.waiting.push(Waiting::One(to, answer));
    }

    pub(super) fn answer_many(&mut self, many: Many) {
        let outcomes = Ok(many.outcomes);
        self.waiting.push(Waiting::Many(many.answer, outcomes));
    }

    pub(super) fn refuse_many(&mut self, many: Many, error: WriteError) {
        self.waiting.push(Waiting::Many(many.answer, Err(error)));
    }

    /// Answers all callers: the group is durable.
    pub(super) fn answer(self) {
        for waiting in self.waiting {
            // A caller that went away gets no answer; the write stands.
            match waiting {
                Waiting::One(to, answer) => drop(to.send(answer)),
                Waiting::Many(to, outcomes) => drop(to.send(outcomes)),
            }
        }
    }

    /// Answers all callers that the writer has stopped.
    pub(super) fn fail(self, reason: &Arc<str>) {
        self.refuse(|| stopped(reason));
    }

    /// Answers all callers with the reason why no event of the group will be durable.
    pub(super) fn refuse(self, why: impl Fn() -> WriteError) {
        for waiting in self.waiting {
            match waiting {
                Waiting::One(to, _) => drop(to.send(Err(why()))),
                Waiting::Many(to, _) => drop(to.send(Err(why()))),
            }
        }
    }
}

impl Job {
    /// Returns the brand of its requests.
    pub(super) fn brand(&self) -> &BrandId {
        match self {
            Self::One(one) => &one.request.brand,
            Self::Many(many) => &many.brand,
        }
    }

    /// Counts the requests that are not decided yet.
    pub(super) fn requests(&self) -> i64 {
        match self {
            Self::One(_) => 1,
            Self::Many(many) => many.requests.len() as i64,
        }
    }

    /// Returns whether a part of the job is in an earlier group.
    pub(super) fn is_begun(&self) -> bool {
        match self {
            Self::One(_) => false,
            Self::Many(many) => !many.outcomes.is_empty(),
        }
    }

    /// Answers the caller that the writer has stopped.
    pub(super) fn fail(self, reason: &Arc<str>) {
        self.refuse(stopped(reason));
    }

    /// Answers the caller with the reason why the job is not decided.
    pub(super) fn refuse(self, error: WriteError) {
        match self {
            Self::One(one) => drop(one.answer.send(Err(error))),
            Self::Many(many) => drop(many.answer.send(Err(error))),
        }
    }
}

fn stopped(reason: &Arc<str>) -> WriteError {
    WriteError::Stopped {
        reason: Arc::clone(reason),
    }
}
