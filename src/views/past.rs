//! The past: rows folded in memory for one question, from the events that it concerns, up to the
//! time that it states.
//!
//! Owns the fold, and the search for the position of a time. The fold is the live one, stopped
//! earlier. Does not know which events make an answer, or how many folds run at a time.

use super::{Fold, LastRecorded, ViewError};
use crate::domain::rows::Overlay;
use crate::domain::{Contribution, EvolveError, Position, Record, Timestamp};
use crate::log::codec::{self, DecodeError, peek};
use crate::log::{Log, ReadError, Selection, select};
use crate::store::{self, Snapshot, Store};

/// Events folded between two checks of whether the fold should go on: about a millisecond.
const EVENTS_BETWEEN_LOOKS: usize = 256;

/// Why a past could not be folded.
#[derive(Debug, thiserror::Error)]
pub enum AsOfError {
    /// The log could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A record could not be decoded.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// An event does not fit what came before it.
    #[error("the past could not be folded at {0}")]
    Evolve(Position),
    /// The log has no event at this position.
    #[error("the log has no event {0}")]
    Missing(Position),
    /// Rows could not be read.
    #[error("the rows of the past could not be folded in memory: {0}")]
    Store(#[from] store::Error),
    /// The index could not be read.
    #[error(transparent)]
    Views(#[from] ViewError),
    /// The answer needs more events than a fold may read.
    #[error("more than {limit} events")]
    TooMany {
        /// Most events.
        limit: usize,
    },
    /// The rows take more memory than one fold may use.
    #[error("the rows take more than {limit} bytes")]
    TooLarge {
        /// Most bytes.
        limit: usize,
    },
    /// Other folds use the memory.
    #[error("other folds use the memory")]
    Crowded,
    /// All callers that waited for it have gone.
    #[error("no caller waits for the past any more")]
    Abandoned,
}

/// The point in time of a question.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AsOf {
    /// As of this position.
    Position(Position),
    /// As of this recording time.
    RecordedAt(Timestamp),
    /// As of this happening time, with all events known now.
    OccurredAt(Timestamp),
}

/// Finds the last position recorded at or before a time, by binary search.
///
/// # Errors
/// When the log cannot be read.
pub fn position_at(log: &dyn Log, head: Position, time: Timestamp) -> Result<Position, AsOfError> {
    last_recorded(log, head, |at| at <= time)
}

/// Finds the last position recorded before a time, by binary search.
///
/// # Errors
/// When the log cannot be read.
pub fn position_before(
    log: &dyn Log,
    head: Position,
    time: Timestamp,
) -> Result<Position, AsOfError> {
    last_recorded(log, head, |at| at < time)
}

fn last_recorded(
    log: &dyn Log,
    head: Position,
    is_in_time: impl Fn(Timestamp) -> bool,
) -> Result<Position, AsOfError> {
    let (mut low, mut high) = (0, head.get());
    while low < high {
        let middle = high - (high - low) / 2;
        if is_in_time(recorded_at(log, Position::new(middle))?) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    Ok(Position::new(low))
}

/// Reads when an event was recorded.
///
/// # Errors
/// When the log cannot be read, or has no such event.
pub fn recorded_at(log: &dyn Log, position: Position) -> Result<Timestamp, AsOfError> {
    let found = select(log, &[position])?;
    let (_, record) = found.first().ok_or(AsOfError::Missing(position))?;
    let header = peek(record).map_err(|_| AsOfError::Evolve(position))?;
    Ok(header.recorded_at)
}

/// Receives each folded event, its contributions to totals, and the rows after it.
pub type Tell<'a> = dyn FnMut(&Record, &[Contribution], &Store) + 'a;

/// Decides whether a fold may go on. Its argument is the estimated memory of the rows, in bytes.
pub type Look<'a> = dyn FnMut(usize) -> Result<(), AsOfError> + 'a;

/// The result of a fold.
#[derive(Debug)]
pub struct Past {
    /// The rows at that point.
    pub rows: Snapshot,
    /// The events that added to the totals of their campaign, in log order.
    pub adds: Vec<Position>,
    /// When the last folded event was recorded.
    pub last_recorded: Timestamp,
    /// Estimated memory of all of it, in bytes.
    pub bytes: usize,
}

/// Folds the events at these positions into the rows as of `until`. If `occurred` is given, later
/// happenings are left out. Reads one record after the other, and calls `look` every few events.
///
/// # Errors
/// See [`AsOfError`].
pub fn past(
    log: &dyn Log,
    events: &[Position],
    until: Position,
    occurred: Option<Timestamp>,
    look: &mut Look<'_>,
    tell: &mut Tell<'_>,
) -> Result<Past, AsOfError> {
    let mut rows = Store::in_memory()?;
    let (mut fold, mut records) = (Fold::default(), Selection::of(log));
    let (mut adds, mut last_recorded) = (Vec::new(), Timestamp::default());
    let mut weight = Weight::default();
    for (number, position) in events.iter().enumerate() {
        if number % EVENTS_BETWEEN_LOOKS == 0 {
            fold.settle(&mut rows)?;
            look(weight.of(&rows, number))?;
        }
        let Some(bytes) = records.read(*position)? else {
            break;
        };
        let record = codec::decode(bytes)?;
        let mut contributions = Vec::new();
        let mut keep = |added: &[Contribution]| contributions.extend_from_slice(added);
        let folded = match occurred {
            None => {
                let folded = fold.apply_telling(&mut rows, &record, &mut keep);
                Some(folded.map_err(evolve_error)?)
            }
            Some(time) => match record.up_to(time) {
                Some(seen) => fold_if_founded(&mut fold, &mut rows, &seen, &mut keep)?,
                None => None,
            },
        };
        if let Some(is_added) = folded {
            adds.extend(is_added.then_some(record.position));
            last_recorded = record.recorded_at;
            tell(&record, &contributions, &rows);
        }
    }
    fold.settle(&mut rows)?;
    let now = match occurred {
        Some(time) => time,
        None if until == Position::START => Timestamp::default(),
        // The time of the last event in the whole log decides what is overdue.
        None => recorded_at(log, until)?,
    };
    LastRecorded::note(&mut rows, now)?;
    rows.advance(until);
    Ok(Past {
        bytes: rows.weigh() + size_of_val(adds.as_slice()),
        rows: rows.snapshot(),
        adds,
        last_recorded,
    })
}

/// Estimates the memory of the rows of a fold. A row is counted when it is first put. Its later
/// growth is counted only when the number of events has doubled, because that walks all rows.
#[derive(Default)]
struct Weight {
    /// Their measured memory, and the count at that time.
    weighed: usize,
    counted: usize,
    /// Number of events after which they are measured again.
    next: usize,
}

impl Weight {
    fn of(&mut self, rows: &Store, events: usize) -> usize {
        if events >= self.next {
            (self.weighed, self.counted) = (rows.weigh(), rows.dirty_bytes());
            self.next = (2 * events).max(EVENTS_BETWEEN_LOOKS);
        }
        self.weighed + rows.dirty_bytes().saturating_sub(self.counted)
    }
}

/// Folds an event, unless it builds on something that happened later: then it changes nothing.
/// Returns whether it adds to the totals of its campaign, or `None` if it was not folded.
fn fold_if_founded(
    fold: &mut Fold,
    rows: &mut Store,
    record: &Record,
    tell: &mut dyn FnMut(&[Contribution]),
) -> Result<Option<bool>, AsOfError> {
    let mut above = Overlay::above(rows);
    match fold.apply_telling(&mut above, record, tell) {
        Ok(is_added) => {
            let changes = above.into_changes();
            rows.adopt(changes);
            Ok(Some(is_added))
        }
        Err(EvolveError::Dangling { .. }) => Ok(None),
        Err(error @ EvolveError::Rows(_)) => Err(evolve_error(error)),
    }
}

fn evolve_error(error: EvolveError<store::Error>) -> AsOfError {
    match error {
        EvolveError::Dangling { position, .. } => AsOfError::Evolve(position),
        EvolveError::Rows(error) => AsOfError::Store(error),
    }
}
