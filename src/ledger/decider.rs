//! The decider: decides requests into a group. Each request sees the rows that the earlier ones
//! changed.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use bytes::Bytes;
use parking_lot::MutexGuard;

use super::answers::Answers;
use super::group::Group;
use super::requests::{RequestMemory, Seen};
use super::{After, Answer, Job, Many, Names, One, Recorded, WriteError};
use crate::causes::with_causes;
use crate::domain::rows::Overlay;
use crate::domain::state::Resource;
use crate::domain::{
    CreatorEvent, CreatorRef, DataSubject, Decision, Event, EvolveError, Fact, Halt, Position,
    Record, Request, Timestamp, decide, evolve_rows, is_same_request, recorded_within, seal,
};
use crate::keyring::{self, Mark, NewKey, Sealer};
use crate::log::block::{ALWAYS_FITS_BYTES, record_cost};
use crate::log::codec;
use crate::metrics::{BrandEvents, Writer as Metrics};
use crate::store::{self, Store};
use crate::views::Fold;

/// Requests decided before readers that wait for a snapshot get a turn: less than a millisecond.
const TURN: usize = 256;

/// Why a group could not be decided: the rows cannot be trusted any more.
#[derive(Debug, thiserror::Error)]
pub(super) enum Broken {
    #[error("rows could not be read")]
    Rows(#[from] store::Error),
    #[error("an event does not fit the rows")]
    Evolve(#[from] EvolveError<store::Error>),
}

/// The rows and the memory of requests, held while a group is decided.
pub(super) struct Decider<'a> {
    pub metrics: &'a Metrics,
    pub brands: &'a mut BrandEvents,
    pub rows: MutexGuard<'a, Store>,
    /// Changes of the group to rows that only queries read. They are settled before queries see the
    /// rows.
    pub fold: Fold,
    pub requests: &'a mut RequestMemory,
    /// Seals the personal texts of each request before anything looks at it.
    pub sealer: &'a mut Sealer,
    pub answers: &'a mut Answers,
    /// Most bytes of a group's records.
    pub group_bytes: usize,
}

/// The outcome of a request; `None` if its group is full.
type Taken = Option<Result<Recorded, WriteError>>;

/// What a caller is answered.
type Answered = Result<Outcome, WriteError>;

/// The place of a write in the log, and what shows it.
struct Outcome {
    recorded: Recorded,
    /// The resource, if it is still as the write left it.
    resource: Option<Resource>,
    /// Keys of a trial, which no keyring will have.
    trial_keys: Vec<NewKey>,
}

/// A request as the log may have it.
struct SealedRequest<'a> {
    request: Cow<'a, Request>,
    /// Whether texts were dropped, because they are about somebody who was erased.
    was_dropped: bool,
}

/// The decision on a request, before any row changes.
enum Verdict {
    /// These events happen. With them: their encodings and the bytes that they take in a block.
    Happens(Vec<Record>, Vec<Bytes>, usize),
    /// They happened before.
    Happened(Recorded),
    Refused(WriteError),
}

impl Decider<'_> {
    /// Settles the rows and lets readers see them.
    pub(super) fn finish(mut self) -> Result<(), Broken> {
        Ok(self.fold.settle(&mut *self.rows)?)
    }

    /// Decides a job into the group. Returns the part for which the group has no room.
    pub(super) fn take(&mut self, group: &mut Group, job: Job) -> Result<(), (Job, Stuck)> {
        match job {
            Job::One(one) => self.take_one(group, one),
            Job::Many(many) => self.take_many(group, many),
        }
    }

    fn take_one(&mut self, group: &mut Group, one: Box<One>) -> Result<(), (Job, Stuck)> {
        match self.answer(group, &one.request, one.validate_only) {
            Ok(Some(answered)) => {
                let One {
                    request, answer, ..
                } = *one;
                let answered = answered.map(|outcome| Answer {
                    recorded: outcome.recorded,
                    after: (outcome.resource).map_or_else(|| After::Then(request), After::Now),
                    trial_keys: outcome.trial_keys,
                });
                group.answer_one(answer, answered);
                Ok(())
            }
            Ok(None) => Err((Job::One(one), Stuck::Full)),
            Err(broken) => Err((Job::One(one), Stuck::Broken(broken))),
        }
    }

    /// Seals and decides one request, and reads its resource. Returns `None` if the group has no room
    /// for it.
    fn answer(
        &mut self,
        group: &mut Group,
        request: &Request,
        validate_only: bool,
    ) -> Result<Option<Answered>, Broken> {
        let mark = self.sealer.mark();
        let answered = match self.sealed(request, Names::Each)? {
            Ok(sealed) => self.answer_sealed(group, &sealed, validate_only, mark)?,
            Err(error) => Some(Err(error)),
        };
        let recorded = answered
            .as_ref()
            .and_then(|answered| answered.as_ref().ok());
        self.keep_keys(mark, recorded.map(|outcome| &outcome.recorded));
        Ok(answered)
    }

    fn answer_sealed(
        &mut self,
        group: &mut Group,
        sealed: &SealedRequest<'_>,
        validate_only: bool,
        mark: Mark,
    ) -> Result<Option<Answered>, Broken> {
        let request = &*sealed.request;
        let taken = match self.known(sealed) {
            Some(known) => Some(known.map(|seen| before(seen.first, seen.last))),
            None if validate_only => return self.rehearse(group, request, mark).map(Some),
            None => self.decide(group, request)?,
        };
        let mut recorded = match taken {
            None => return Ok(None),
            Some(Err(error)) => return Ok(Some(Err(error))),
            Some(Ok(recorded)) => recorded,
        };
        let mut resource = self.after(request, recorded.last)?;
        if recorded.new {
            self.remember(request, recorded.first, recorded.last);
            if let Some(resource) = &resource {
                self.answers.keep(recorded.last, group.now, resource);
            }
        } else {
            recorded.recorded_at = self.answers.recorded_at(recorded.last);
            resource = resource.or_else(|| self.answers.get(recorded.last));
        }
        Ok(Some(Ok(Outcome {
            recorded,
            resource,
            trial_keys: Vec::new(),
        })))
    }

    /// Seals the personal texts of a request, on a copy: if the group has no room, the next one seals
    /// them again, with keys of its own.
    fn sealed<'r>(
        &mut self,
        request: &'r Request,
        names: Names,
    ) -> Result<Result<SealedRequest<'r>, WriteError>, Broken> {
        if !request.may_have_texts() {
            return Ok(Ok(SealedRequest {
                request: Cow::Borrowed(request),
                was_dropped: false,
            }));
        }
        let mut request = request.clone();
        let is_shared = names == Names::Shared;
        let was_dropped = seal(&*self.rows, &mut request, is_shared, self.sealer)?;
        Ok(match self.sealer.failure() {
            Some(error) => Err(WriteError::Unsealed {
                without_keys: matches!(error, keyring::Error::WithoutKeys),
                reason: with_causes(&error).into(),
            }),
            None => Ok(SealedRequest {
                request: Cow::Owned(request),
                was_dropped,
            }),
        })
    }

    /// Keeps the keys that were made since a mark, if an event needs them.
    fn keep_keys(&mut self, mark: Mark, recorded: Option<&Recorded>) {
        if !recorded.is_some_and(|recorded| recorded.new && recorded.in_log) {
            self.sealer.rollback(mark);
        }
    }

    fn take_many(&mut self, group: &mut Group, mut many: Box<Many>) -> Result<(), (Job, Stuck)> {
        let next = many.requests.as_slice().first();
        let is_new = many.names == Names::Shared && many.outcomes.is_empty();
        if let (true, Some(request)) = (is_new, next) {
            // The digest of a shared id is of what is plain, so nothing needs to be sealed for it.
            let plain = SealedRequest {
                request: Cow::Borrowed(request),
                was_dropped: false,
            };
            match self.known(&plain) {
                Some(Err(reused)) => {
                    group.refuse_many(*many, reused);
                    return Ok(());
                }
                Some(Ok(seen)) => many.before = Some(seen.since..=seen.last),
                None => {}
            }
        }
        match self.take_each(group, &mut many) {
            Ok(true) => {
                group.answer_many(*many);
                Ok(())
            }
            Ok(false) => Err((Job::Many(many), Stuck::Full)),
            Err(broken) => Err((Job::Many(many), Stuck::Broken(broken))),
        }
    }

    /// Decides many requests, one after the other. Returns whether the group had room for all.
    fn take_each(&mut self, group: &mut Group, many: &mut Many) -> Result<bool, Broken> {
        let begun = group.next();
        let mut all = true;
        for request in many.requests.as_slice() {
            let mark = self.sealer.mark();
            let outcome = match self.sealed(request, many.names)? {
                Ok(sealed) => self.take_item(group, many, &sealed, mark)?,
                Err(error) => Some(Err(error)),
            };
            let recorded = outcome.as_ref().and_then(|outcome| outcome.as_ref().ok());
            self.keep_keys(mark, recorded);
            let Some(outcome) = outcome else {
                all = false;
                break;
            };
            many.outcomes.push(outcome);
        }
        let is_named = many.names == Names::Shared && group.next() > begun;
        if let (true, Some(request)) = (is_named, many.requests.as_slice().first()) {
            self.remember(request, begun, group.last());
        }
        let decided = many.outcomes.len() - many.decided;
        many.decided = many.outcomes.len();
        many.requests.by_ref().take(decided).for_each(drop);
        Ok(all)
    }

    /// Decides one of many requests. Returns `None` if the group has no room for it.
    fn take_item(
        &mut self,
        group: &mut Group,
        many: &Many,
        sealed: &SealedRequest<'_>,
        mark: Mark,
    ) -> Result<Taken, Broken> {
        if let Some(outcome) = self.answered_before(many, sealed)? {
            return Ok(Some(outcome));
        }
        let request = &*sealed.request;
        if many.validate_only {
            let answer = self.rehearse(group, request, mark)?;
            return Ok(Some(answer.map(|outcome| outcome.recorded)));
        }
        let outcome = self.decide(group, request)?;
        if let (Names::Each, Some(Ok(recorded))) = (many.names, &outcome)
            && recorded.new
        {
            self.remember(request, recorded.first, recorded.last);
        }
        Ok(outcome)
    }

    /// Finds the outcome of one of many requests in an earlier attempt.
    fn answered_before(&self, many: &Many, sealed: &SealedRequest<'_>) -> Result<Taken, Broken> {
        match many.names {
            Names::Shared => {
                let found = self.recorded_within(&many.before, &sealed.request)?;
                Ok(found.map(Ok))
            }
            Names::Each => {
                let known = self.known(sealed);
                Ok(known.map(|known| known.map(|seen| before(seen.first, seen.last))))
            }
        }
    }

    /// Finds one of many requests among the events of an earlier attempt, even if it has been
    /// voided since.
    fn recorded_within(
        &self,
        span: &Option<RangeInclusive<Position>>,
        request: &Request,
    ) -> Result<Option<Recorded>, Broken> {
        let Some(span) = span else { return Ok(None) };
        let found = recorded_within(&*self.rows, request, span)?;
        Ok(found.map(|position| before(position, position)))
    }

    /// Decides one request into the group. Returns `None` if the group has no room for it.
    fn decide(&mut self, group: &mut Group, request: &Request) -> Result<Taken, Broken> {
        let (records, encoded, bytes) = match self.verdict(group, request)? {
            Verdict::Happens(records, encoded, bytes) => (records, encoded, bytes),
            Verdict::Happened(recorded) => return Ok(Some(Ok(recorded))),
            Verdict::Refused(error) => return Ok(Some(Err(error))),
        };
        if group.bytes > 0 && group.bytes + bytes > self.group_bytes {
            return Ok(None);
        }
        for record in &records {
            self.fold.apply(&mut *self.rows, record)?;
            group.erased.extend(erased_by(record));
        }
        let (first, last) = span(&records);
        self.brands.add(request.brand.as_str(), records.len());
        self.rows.advance(last);
        group.push(encoded, bytes);
        if group.requests.is_multiple_of(TURN) {
            self.fold.settle(&mut *self.rows)?;
            MutexGuard::bump(&mut self.rows);
            self.rows.take_back();
        }
        Ok(Some(Ok(Recorded {
            first,
            last,
            in_log: true,
            new: true,
            recorded_at: Some(group.now),
        })))
    }

    /// Decides a request and returns what it would do.
    fn rehearse(&self, group: &Group, request: &Request, mark: Mark) -> Result<Answered, Broken> {
        let records = match self.verdict(group, request)? {
            Verdict::Happens(records, ..) => records,
            Verdict::Happened(recorded) => {
                let resource = self.after(request, recorded.last)?;
                return Ok(Ok(Outcome {
                    recorded,
                    resource,
                    trial_keys: Vec::new(),
                }));
            }
            Verdict::Refused(error) => return Ok(Err(error)),
        };
        let mut overlay = Overlay::above(&*self.rows);
        for record in &records {
            evolve_rows(&mut overlay, record)?;
        }
        let (first, last) = span(&records);
        let recorded = Recorded {
            first,
            last,
            in_log: false,
            new: true,
            recorded_at: Some(group.now),
        };
        Ok(Ok(Outcome {
            recorded,
            resource: Resource::of(&overlay, request)?,
            trial_keys: self.sealer.since(mark).to_vec(),
        }))
    }

    fn verdict(&self, group: &Group, request: &Request) -> Result<Verdict, Broken> {
        let facts = match decide(&*self.rows, request, group.now) {
            Ok(Decision::Happens(facts)) => facts,
            Ok(Decision::Happened { first, last }) => {
                return Ok(Verdict::Happened(before(first, last)));
            }
            Err(Halt::Refused(refusal)) => return Ok(Verdict::Refused(refusal.into())),
            Err(Halt::Rows(error)) => return Err(error.into()),
        };
        let records = stamp(request, facts, group.next(), group.now);
        let encoded: Vec<Bytes> = records.iter().map(codec::encode).collect();
        let bytes = encoded.iter().map(|bytes| record_cost(bytes.len())).sum();
        let limit = ALWAYS_FITS_BYTES;
        Ok(if bytes > limit {
            Verdict::Refused(WriteError::TooLarge { bytes, limit })
        } else {
            Verdict::Happens(records, encoded, bytes)
        })
    }

    /// Reads the resource of a request if it is still as the write left it that ended at `last`.
    fn after(&self, request: &Request, last: Position) -> Result<Option<Resource>, Broken> {
        let resource = Resource::of(&*self.rows, request)?;
        Ok(resource.filter(|resource| resource.updated() <= last))
    }

    /// Finds a remembered request with the same id. Returns an error if its content differs.
    fn known(&self, sealed: &SealedRequest<'_>) -> Option<Result<Seen, WriteError>> {
        let request = &*sealed.request;
        let stamp = request.stamp.as_ref()?;
        let seen = self
            .requests
            .get(request.brand.as_str(), stamp.id.as_str())?;
        let is_same = is_same_request(&seen.digest, &stamp.digest, sealed.was_dropped);
        Some(if is_same {
            self.metrics.request_id_hits.inc();
            Ok(seen)
        } else {
            Err(WriteError::RequestIdReused {
                first: seen.first,
                id: stamp.id.clone(),
            })
        })
    }

    fn remember(&mut self, request: &Request, first: Position, last: Position) {
        let Some(stamp) = &request.stamp else { return };
        let digest = stamp.digest;
        let seen = Seen {
            digest,
            first,
            last,
            since: first,
        };
        self.requests
            .insert(request.brand.as_str(), stamp.id.as_str(), seen);
    }
}

/// Makes the answer for events that happened before.
fn before(first: Position, last: Position) -> Recorded {
    Recorded {
        first,
        last,
        in_log: true,
        new: false,
        recorded_at: None,
    }
}

/// Why a job was not taken.
pub(super) enum Stuck {
    /// The group is full: the job is the first of the next group.
    Full,
    /// The rows cannot be trusted any more.
    Broken(Broken),
}

/// Returns the first and the last position of a write.
fn span(records: &[Record]) -> (Position, Position) {
    let positions = || records.iter().map(|record| record.position);
    let first = positions().next().unwrap_or_default();
    (first, positions().next_back().unwrap_or_default())
}

/// Returns who is erased by an event.
fn erased_by(record: &Record) -> Option<DataSubject> {
    let Event::Creator(CreatorEvent::CreatorErased { .. }) = &record.event else {
        return None;
    };
    Some(DataSubject::Creator(CreatorRef {
        brand: record.brand.clone(),
        creator: record.subject.creator.clone()?,
    }))
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
            principal: request.principal.clone(),
            event: fact.event,
        })
        .collect()
}
