//! The only place where past states are folded.
//!
//! Every fold runs on the few threads of its pool, takes its turn among the brands, and takes its
//! memory from one budget. Equal questions that are asked at the same time are folded once, and the
//! last few pasts are kept for a moment, because the next page asks the same again. A fold stops
//! when nobody waits for it any more.

pub mod refused;

use std::collections::{HashMap, VecDeque};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tonic::Status;

use super::MAX_WAIT;
use super::pool::{Caller, Pool, Refused, Waits};
use crate::domain::{Position, Timestamp};
use crate::grpc::edge::deadline::{Deadline, wait};
use crate::grpc::edge::status;
use crate::log::Log;
use crate::views::{AsOfError, Past, Slice, Tell, Views, past};

/// Most events that are folded for an answer: a few seconds of a core.
const MAX_EVENTS: usize = 1_000_000;
/// Estimated memory for the rows of all pasts that are folded, read or kept. With the other memory
/// of folds it is less than a quarter of a GiB.
const MAX_BYTES: usize = 192 << 20;
/// Memory for pasts that are kept for the next question; a part of the budget.
const KEPT_BYTES: usize = 32 << 20;
/// How long a past is kept: a client usually asks for the next page by then.
const KEPT_FOR: Duration = Duration::from_secs(10);

/// The limits of folds.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Most events of a fold.
    pub events: usize,
    /// Most bytes of the rows of all folds.
    pub bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            events: MAX_EVENTS,
            bytes: MAX_BYTES,
        }
    }
}

/// A question about the past.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Question {
    /// The events that make the answer.
    pub slice: Slice,
    /// The position it reflects.
    pub until: Position,
    /// Only what had happened at this time; `None` for all.
    pub occurred: Option<Timestamp>,
}

/// Why a past was not folded.
#[derive(Clone, Debug)]
pub enum NotFolded {
    /// Too many others are being folded: try again later.
    Busy,
    /// The question is about more than these events.
    TooMany(usize),
    /// The rows take more than these bytes.
    TooLarge(usize),
    /// Any other error.
    Failed(Box<Status>),
}

/// A past and its part of the budget.
pub struct Folded {
    past: Past,
    _taken: Taken,
}

impl std::ops::Deref for Folded {
    type Target = Past;

    fn deref(&self) -> &Past {
        &self.past
    }
}

/// The result of a fold.
type Outcome = Result<Arc<Folded>, NotFolded>;

/// Folds of past states. Clones share them.
#[derive(Clone)]
pub struct Folds {
    pool: Pool,
    views: Views,
    log: Arc<dyn Log>,
    limits: Limits,
    budget: Budget,
    pasts: Arc<Mutex<Pasts>>,
}

/// Pasts that more than one caller may need.
#[derive(Default)]
struct Pasts {
    in_flight: HashMap<Question, Weak<Flight>>,
    /// The oldest first.
    kept: VecDeque<(Question, Arc<Folded>)>,
}

/// How a question is answered.
enum Joined {
    Kept(Arc<Folded>),
    Flight(Arc<Flight>),
}

/// A fold under way. Each caller that waits for it holds it; it stops when the last one leaves.
struct Flight {
    begun: CancellationToken,
    /// Its result, once there is one.
    folded: watch::Receiver<Option<Outcome>>,
    _waits: Waits,
}

impl Flight {
    async fn end(&self) -> Outcome {
        let mut folded = self.folded.clone();
        let folded = folded.wait_for(Option::is_some).await;
        let folded = folded.ok().and_then(|folded| folded.clone());
        folded.unwrap_or_else(|| Err(Refused::Lost.into()))
    }
}

impl Folds {
    /// Folds pasts of a log on a pool, within limits.
    pub fn on(pool: Pool, views: Views, log: Arc<dyn Log>, limits: Limits) -> Self {
        Self {
            pool,
            views,
            log,
            limits,
            budget: Budget::of(limits.bytes),
            pasts: Arc::default(),
        }
    }

    /// Folds a past, or shares that of an equal question.
    ///
    /// # Errors
    /// See [`NotFolded`].
    pub async fn rows(&self, question: Question, deadline: Option<Deadline>) -> Outcome {
        let flight = match self.join(question)? {
            Joined::Kept(past) => return Ok(past),
            Joined::Flight(flight) => flight,
        };
        until_begun(pin!(flight.end()), &flight.begun, deadline).await
    }

    /// Works on a past that is folded for this call alone; `work` folds it, and receives each
    /// event.
    ///
    /// # Errors
    /// `TOO_MANY_FOLDS`, and the errors of `work`.
    pub async fn telling<T: Send + 'static>(
        &self,
        question: Question,
        deadline: Option<Deadline>,
        work: impl FnOnce(&mut Folding<'_>) -> Result<T, Status> + Send + 'static,
    ) -> Result<T, NotFolded> {
        let begun = CancellationToken::new();
        let (folds, begins) = (self.clone(), begun.clone());
        let brand = question.slice.brand().to_string();
        let run = self.pool.run(&brand, move |caller| {
            begins.cancel();
            work(&mut Folding {
                question: &question,
                caller,
                taken: folds.budget.nothing(),
                folds: &folds,
            })
        });
        let told = async {
            let told = run.await.map_err(NotFolded::from)?;
            told.map_err(|status| NotFolded::Failed(Box::new(status)))
        };
        until_begun(pin!(told), &begun, deadline).await
    }

    /// Takes memory of the budget for data that was made from a past.
    ///
    /// # Errors
    /// `Busy` when others hold the memory, `TooLarge` when it is more than the budget.
    pub fn take(&self, bytes: usize) -> Result<Taken, NotFolded> {
        let mut taken = self.budget.nothing();
        self.grow(&mut taken, bytes)?;
        Ok(taken)
    }

    /// Finds a kept past, waits for a fold under way, or begins the fold.
    fn join(&self, question: Question) -> Result<Joined, NotFolded> {
        let mut pasts = self.pasts.lock();
        let Pasts { in_flight, kept } = &mut *pasts;
        if let Some((_, past)) = kept.iter().find(|(kept, _)| *kept == question) {
            return Ok(Joined::Kept(Arc::clone(past)));
        }
        if let Some(flight) = in_flight.get(&question).and_then(Weak::upgrade) {
            return Ok(Joined::Flight(flight));
        }
        in_flight.retain(|_, flight| flight.strong_count() > 0);
        let flight = Arc::new(self.begin(question.clone())?);
        in_flight.insert(question, Arc::downgrade(&flight));
        Ok(Joined::Flight(flight))
    }

    fn begin(&self, question: Question) -> Result<Flight, Refused> {
        let begun = CancellationToken::new();
        let (tell, folded) = watch::channel(None);
        let brand = question.slice.brand().to_string();
        let (folds, begins, runtime) = (self.clone(), begun.clone(), Handle::current());
        let waits = self.pool.begin(&brand, move |caller| {
            begins.cancel();
            let outcome = folds.fold(&question, caller);
            if let Ok(folded) = &outcome {
                folds.keep(question, folded, &runtime);
            }
            tell.send_replace(Some(outcome));
        })?;
        Ok(Flight {
            begun,
            folded,
            _waits: waits,
        })
    }

    fn fold(&self, question: &Question, caller: &Caller) -> Outcome {
        let mut taken = self.budget.nothing();
        let past = self.past(question, caller, &mut taken, &mut |_, _, _| ())?;
        Ok(Arc::new(Folded {
            past,
            _taken: taken,
        }))
    }

    fn past(
        &self,
        question: &Question,
        caller: &Caller,
        taken: &mut Taken,
        tell: &mut Tell<'_>,
    ) -> Result<Past, AsOfError> {
        let Question {
            slice,
            until,
            occurred,
        } = question;
        let is_gone = || caller.is_gone();
        let events = slice.events(&self.views, *until, self.limits.events, &is_gone)?;
        let mut look = |bytes| {
            if caller.is_gone() {
                return Err(AsOfError::Abandoned);
            }
            self.grow(taken, bytes)
        };
        let past = past(
            self.log.as_ref(),
            &events,
            *until,
            *occurred,
            &mut look,
            tell,
        )?;
        self.grow(taken, past.bytes)?;
        Ok(past)
    }

    /// Takes memory up to this many bytes. Kept pasts are dropped first.
    fn grow(&self, taken: &mut Taken, bytes: usize) -> Result<(), AsOfError> {
        if bytes > self.budget.limit {
            return Err(AsOfError::TooLarge {
                limit: self.budget.limit,
            });
        }
        while !taken.grow(bytes) {
            let oldest = self.pasts.lock().kept.pop_front();
            oldest.ok_or(AsOfError::Crowded)?;
        }
        Ok(())
    }

    /// Keeps a past for a moment, unless it is large.
    fn keep(&self, question: Question, folded: &Arc<Folded>, runtime: &Handle) {
        if folded.bytes > KEPT_BYTES {
            return;
        }
        let mut forgotten = Vec::new();
        let mut pasts = self.pasts.lock();
        pasts.kept.push_back((question, Arc::clone(folded)));
        let mut bytes: usize = pasts.kept.iter().map(|(_, past)| past.bytes).sum();
        while bytes > KEPT_BYTES
            && let Some((_, oldest)) = pasts.kept.pop_front()
        {
            bytes -= oldest.bytes;
            forgotten.push(oldest);
        }
        // Rows are dropped without the lock.
        drop(pasts);
        let (pasts, folded) = (Arc::clone(&self.pasts), Arc::downgrade(folded));
        runtime.spawn(async move {
            tokio::time::sleep(KEPT_FOR).await;
            let found = pasts.lock().forget(&folded);
            // Many rows take a while to drop.
            tokio::task::spawn_blocking(move || drop(found));
        });
    }
}

impl Pasts {
    fn forget(&mut self, folded: &Weak<Folded>) -> Option<Arc<Folded>> {
        let is_it = |past: &Arc<Folded>| std::ptr::eq(Arc::as_ptr(past), folded.as_ptr());
        let place = self.kept.iter().position(|(_, past)| is_it(past))?;
        self.kept.remove(place).map(|(_, past)| past)
    }
}

/// Waits for a fold to begin as long as others wait for a position, and then for its end.
async fn until_begun<T>(
    mut folding: impl Future<Output = Result<T, NotFolded>> + Unpin,
    begun: &CancellationToken,
    deadline: Option<Deadline>,
) -> Result<T, NotFolded> {
    tokio::select! {
        biased;
        folded = &mut folding => return folded,
        begun = wait(begun.cancelled(), deadline, MAX_WAIT) => {
            begun.map_err(|_| NotFolded::Busy)?;
        }
    }
    folding.await
}

/// A past that is folded for one caller.
pub struct Folding<'a> {
    folds: &'a Folds,
    question: &'a Question,
    caller: &'a Caller,
    taken: Taken,
}

impl Folding<'_> {
    /// Folds it; passes each event to `tell`.
    ///
    /// # Errors
    /// The reason why it cannot be folded.
    pub fn past(&mut self, tell: &mut Tell<'_>) -> Result<Past, Status> {
        let Self {
            question,
            caller,
            taken,
            folds,
        } = self;
        let past = folds.past(question, caller, taken, tell);
        past.map_err(|error| refused::past(NotFolded::from(error)))
    }
}

/// The memory that all pasts may take together.
#[derive(Clone)]
struct Budget {
    used: Arc<AtomicUsize>,
    limit: usize,
}

impl Budget {
    fn of(limit: usize) -> Self {
        Self {
            used: Arc::default(),
            limit,
        }
    }

    fn nothing(&self) -> Taken {
        Taken {
            budget: self.clone(),
            bytes: 0,
        }
    }
}

/// The part that one past has taken; given back when dropped.
pub struct Taken {
    budget: Budget,
    bytes: usize,
}

impl Taken {
    /// Takes up to this many bytes in all. Returns whether they are available.
    fn grow(&mut self, bytes: usize) -> bool {
        let more = bytes.saturating_sub(self.bytes);
        let add = |used: usize| Some(used + more).filter(|used| *used <= self.budget.limit);
        let grown = self
            .budget
            .used
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
        self.bytes += grown.map_or(0, |_| more);
        grown.is_ok()
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.budget.used.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

impl From<Refused> for NotFolded {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Full => Self::Busy,
            Refused::Lost => Self::Failed(Box::new(status::internal(&refused))),
        }
    }
}

impl From<AsOfError> for NotFolded {
    fn from(error: AsOfError) -> Self {
        match error {
            AsOfError::Crowded => Self::Busy,
            AsOfError::TooMany { limit } => Self::TooMany(limit),
            AsOfError::TooLarge { limit } => Self::TooLarge(limit),
            error @ (AsOfError::Read(_)
            | AsOfError::Decode(_)
            | AsOfError::Evolve(_)
            | AsOfError::Missing(_)
            | AsOfError::Store(_)
            | AsOfError::Views(_)
            | AsOfError::Abandoned) => Self::Failed(Box::new(refused::as_of(error))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_taken_once_and_given_back() {
        let budget = Budget::of(150);
        let (mut one, mut other) = (budget.nothing(), budget.nothing());
        assert!(one.grow(100));
        assert!(!other.grow(51));
        assert!(other.grow(50));
        // It never shrinks.
        assert!(one.grow(20) && !one.grow(101));
        drop(one);
        assert!(other.grow(150));
        drop(other);
        assert_eq!(budget.used.load(Ordering::Relaxed), 0);
    }
}
