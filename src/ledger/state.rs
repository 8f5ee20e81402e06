//! The command state: rows folded from the log, and how far.
//!
//! It restarts from its last checkpoint and replays only what came after, so a start does not grow
//! with the log. The file is disposable: without it the log is replayed from the first event.

use std::path::Path;

use crate::domain::{EvolveError, Position, Record, evolve_rows};
use crate::log::codec::{self, DecodeError};
use crate::log::{Log, ReadError};
use crate::store::{self, Opened, Options, Store};

/// Version of the row types; a file of another version is folded anew.
pub const SCHEMA: u32 = 1;

/// Why the command state could not be brought to the head of the log.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The log could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A record could not be decoded.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// An event does not fit what came before it.
    #[error(transparent)]
    Evolve(#[from] EvolveError<store::Error>),
    /// The file of the rows could not be used.
    #[error("the command state could not be kept")]
    Store(#[from] store::Error),
    /// The file is ahead of the log: blocks are missing at the end of the log.
    #[error(
        "the command state stands at position {state}, beyond the log's head {log}: \
         the log lost its end; restore it from a backup"
    )]
    Ahead {
        /// Position of the state.
        state: Position,
        /// Position of the log.
        log: Position,
    },
}

impl StateError {
    /// Tells whether the log is damaged.
    pub fn is_damage(&self) -> bool {
        match self {
            Self::Read(ReadError::Corrupt { .. })
            | Self::Decode(_)
            | Self::Evolve(EvolveError::Dangling { .. })
            | Self::Ahead { .. } => true,
            Self::Read(ReadError::Io { .. })
            | Self::Evolve(EvolveError::Rows(_))
            | Self::Store(_) => false,
        }
    }
}

/// Rows folded from the log.
pub struct CommandState {
    /// The rows.
    pub rows: Store,
    /// When the last event was recorded.
    pub last_recorded: crate::domain::Timestamp,
}

impl CommandState {
    /// Opens the rows and folds what the log has beyond them.
    ///
    /// `progress` is told each position reached.
    ///
    /// # Errors
    /// See [`StateError`].
    pub fn open(
        path: &Path,
        options: &Options,
        log: &dyn Log,
        mut progress: impl FnMut(Position),
    ) -> Result<Self, StateError> {
        let (rows, opened) = Store::open(path, options)?;
        if let Opened::Discarded { reason } = opened {
            tracing::warn!(%reason, "command state discarded, replaying the log");
        }
        let (state, log_head) = (rows.position(), log.head().position);
        if state > log_head {
            return Err(StateError::Ahead {
                state,
                log: log_head,
            });
        }
        let last_recorded = crate::domain::Timestamp::default();
        let mut state = Self {
            rows,
            last_recorded,
        };
        state.last_recorded = last_recorded_at(log)?;
        state.catch_up(log, &mut progress)?;
        Ok(state)
    }

    fn catch_up(
        &mut self,
        log: &dyn Log,
        progress: &mut impl FnMut(Position),
    ) -> Result<(), StateError> {
        let after = self.rows.position();
        for block in log.read(after)? {
            let block = block?;
            for (_, bytes) in block.records_after(after) {
                self.fold(&codec::decode(bytes)?)?;
            }
            self.rows.advance(block.last_position());
            progress(block.last_position());
            if self.rows.dirty_bytes() > REPLAY_DIRTY_BYTES {
                self.rows.checkpoint()?;
            }
        }
        Ok(())
    }

    /// Folds one event.
    ///
    /// # Errors
    /// When it does not fit, or rows cannot be read.
    pub fn fold(&mut self, record: &Record) -> Result<(), EvolveError<store::Error>> {
        evolve_rows(&mut self.rows, record)
    }
}

/// Most changed rows held while replaying, so that a long replay stays within its memory.
const REPLAY_DIRTY_BYTES: usize = 64 << 20;

fn last_recorded_at(log: &dyn Log) -> Result<crate::domain::Timestamp, StateError> {
    let Some(last) = log.head().position.get().checked_sub(1) else {
        return Ok(crate::domain::Timestamp::default());
    };
    let after = Position::new(last);
    let mut last_recorded = crate::domain::Timestamp::default();
    for block in log.read(after)? {
        for (_, bytes) in block?.records_after(after) {
            last_recorded = codec::decode(bytes)?.recorded_at;
        }
    }
    Ok(last_recorded)
}
