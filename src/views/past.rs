//! The past: rows folded anew from the events a question is about, up to when it asks.
//!
//! Owns the fold and where a time lies in the log. The fold is the live one, stopped earlier. Does not
//! know whose events make an answer, nor how many pasts are folded at a time.

use super::{Fold, LastRecorded, ViewError};
use crate::domain::rows::Overlay;
use crate::domain::{Contribution, EvolveError, Position, Record, Timestamp};
use crate::log::codec::{self, DecodeError, peek};
use crate::log::{Log, ReadError, Selection, select};
use crate::store::{self, Snapshot, Store};

/// Events folded between two looks at whether the fold should go on: about a millisecond.
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
    /// The log has no such event.
    #[error("the log has no event {0}")]
    Missing(Position),
    /// Rows could not be read.
    #[error("the view store: {0}")]
    Store(#[from] store::Error),
    /// The index could not be read.
    #[error(transparent)]
    Views(#[from] ViewError),
    /// More events than are folded for an answer.
    #[error("more than {limit} events")]
    TooMany {
        /// Most events.
        limit: usize,
    },
    /// The rows take more memory than a fold may.
    #[error("the rows take more than {limit} bytes")]
    TooLarge {
        /// Most bytes.
        limit: usize,
    },
    /// Other folds have the memory.
    #[error("other folds take the memory")]
    Crowded,
    /// Nobody waits for it any more.
    #[error("nobody waits for the past any more")]
    Abandoned,
}

/// Which past.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AsOf {
    /// As it was at this position.
    Position(Position),
    /// As it was known at this time.
    RecordedAt(Timestamp),
    /// As it was at this time, as known now.
    OccurredAt(Timestamp),
}

/// Finds the last position recorded at or before a time, by halving.
///
/// # Errors
/// When the log cannot be read.
pub fn position_at(log: &dyn Log, head: Position, time: Timestamp) -> Result<Position, AsOfError> {
    last_recorded(log, head, |at| at <= time)
}

/// Finds the last position recorded before a time, by halving.
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

/// What is told of each event that is folded: the event, what it contributed to totals, and the rows
/// after it.
pub type Tell<'a> = dyn FnMut(&Record, &[Contribution], &Store) + 'a;

/// Says whether a fold may go on, whose rows are estimated to take so many bytes.
pub type Look<'a> = dyn FnMut(usize) -> Result<(), AsOfError> + 'a;

/// A past.
#[derive(Debug)]
pub struct Past {
    /// The rows as they were.
    pub rows: Snapshot,
    /// The events that added to the totals of their campaign, in log order.
    pub adds: Vec<Position>,
    /// When the last of the events folded was recorded.
    pub last_recorded: Timestamp,
    /// What all of it is estimated to take.
    pub bytes: usize,
}

/// Folds the events at these positions: the rows as they were at `until`, or of what of it had
/// happened at a time. Reads one record after the other; `look` is asked every few events.
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
        let mut keep = |told: &[Contribution]| contributions.extend_from_slice(told);
        let folded = match occurred {
            None => {
                let folded = fold.apply_telling(&mut rows, &record, &mut keep);
                Some(folded.map_err(evolve_error)?)
            }
            Some(time) if record.fact_at() <= time => {
                fold_if_founded(&mut fold, &mut rows, &record, &mut keep)?
            }
            Some(_) => None,
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
        // Of all the log: what is overdue is so by the last event of anybody.
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

/// Estimates what the rows of a fold take. Rows are counted as they are put; how much they grew is seen
/// each time the fold has doubled, since all of them are walked for that.
#[derive(Default)]
struct Weight {
    /// What they took when they were weighed, and what was counted then.
    weighed: usize,
    counted: usize,
    /// After so many events they are weighed again.
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

/// Folds an event, unless what it builds on happened only later: then nothing of it stays. Tells
/// whether it adds to the totals of its campaign; `None` where it was not folded.
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
