//! As of: the same fold, stopped earlier.

use super::Fold;
use super::index::{self, Scope};
use crate::domain::rows::{MemoryRows, Rows};
use crate::domain::{EvolveError, Position};
use crate::log::codec::{self, DecodeError};
use crate::log::{Log, ReadError, select};
use crate::store;

/// Why a past state could not be folded.
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
    /// The index could not be read.
    #[error("the view store: {0}")]
    Store(#[from] store::Error),
}

/// Finds the events of some scopes up to a position, in log order, of each scope `most` at the most.
///
/// # Errors
/// When the index cannot be read.
pub fn events_of<S: Rows>(
    rows: &S,
    scopes: &[Scope],
    until: Position,
    most: usize,
) -> Result<Vec<Position>, S::Error> {
    let mut all = Vec::new();
    for scope in scopes {
        all.extend(index::positions(rows, scope, Position::START, until, most)?);
    }
    all.sort_unstable();
    Ok(all)
}

/// Folds the events at these positions into rows of their own.
///
/// # Errors
/// See [`AsOfError`].
pub fn as_of(log: &dyn Log, positions: &[Position]) -> Result<MemoryRows, AsOfError> {
    as_of_telling(log, positions, &mut |_| ())
}

/// Folds the events at these positions into rows of their own, and tells the stored record of each
/// that adds to the totals of its campaign.
///
/// # Errors
/// See [`AsOfError`].
pub fn as_of_telling(
    log: &dyn Log,
    positions: &[Position],
    adds: &mut dyn FnMut(&[u8]),
) -> Result<MemoryRows, AsOfError> {
    let (mut rows, mut fold) = (MemoryRows::new(), Fold::default());
    for (_, bytes) in select(log, positions)? {
        let record = codec::decode(&bytes)?;
        let folded = fold.apply(&mut rows, &record);
        let is_added = folded.map_err(|error| match error {
            EvolveError::Dangling { position, .. } => AsOfError::Evolve(position),
            EvolveError::Rows(never) => match never {},
        })?;
        if is_added {
            adds(&bytes);
        }
    }
    let Ok(()) = fold.settle(&mut rows);
    Ok(rows)
}
