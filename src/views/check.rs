//! Check: folds the events of a log and keeps nothing of it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{Fold, SCHEMA};
use crate::domain::{EvolveError, Position, Timestamp, evolve_rows};
use crate::log::Block;
use crate::log::codec::{self, DecodeError};
use crate::store::{self, Options, Store};

/// Why a record is not good, or could not be checked.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// A record is not one that a ledger wrote there.
    #[error("record {position}: {reason}")]
    Record {
        /// First bad position.
        position: Position,
        /// What is wrong.
        #[source]
        reason: Unfit,
    },
    /// What events are folded into could not be kept.
    #[error("the rows of the fold")]
    Store(#[from] store::Error),
    /// The file of the rows could not be removed.
    #[error("the file of the rows")]
    File(#[from] io::Error),
}

/// What is wrong with a record.
#[derive(Debug, thiserror::Error)]
pub enum Unfit {
    /// It is no event this version can read.
    #[error(transparent)]
    Undecodable(#[from] DecodeError),
    /// It was written for another place.
    #[error("the record says position {says}")]
    Position {
        /// The place it says.
        says: Position,
    },
    /// It was recorded before the one before it.
    #[error("it says that it was recorded before the record before it")]
    Time,
    /// It does not follow from the events before it.
    #[error("the event refers to a {what} that no earlier event made")]
    Dangling {
        /// What it refers to.
        what: &'static str,
    },
}

/// Changed rows that are held; beyond them they are written to a file, so that a long log needs no
/// more memory than a short one.
const DIRTY_BYTES: usize = 64 << 20;

/// A fold into a file of its own, which goes when this does.
#[derive(Debug)]
pub struct Trial {
    path: PathBuf,
    rows: Store,
    /// What only queries read; folded only until the kept rows are compared.
    fold: Fold,
    kept: Option<Store>,
    compared: Option<Compared>,
    last_recorded: Timestamp,
}

/// How views that were kept compare to the fold.
#[derive(Debug)]
pub enum Compared {
    /// They say the same.
    Equal,
    /// They say something else.
    Differ,
    /// They could not be read.
    Unreadable(store::Error),
}

impl Trial {
    /// Begins before the first event, in a file at `path`; one that is there, left by a trial that
    /// was killed, is removed.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub fn begin(path: &Path, options: &Options) -> Result<Self, CheckError> {
        let options = Options {
            schema: SCHEMA,
            ..options.clone()
        };
        if path.exists() {
            fs::remove_file(path)?;
        }
        let (rows, _) = Store::open(path, &options)?;
        Ok(Self {
            path: path.to_owned(),
            rows,
            fold: Fold::default(),
            kept: None,
            compared: None,
            last_recorded: Timestamp::default(),
        })
    }

    /// Compares views that were kept, once the fold is where they are. Call it before the first
    /// block.
    pub fn compare(&mut self, kept: Store) {
        self.kept = Some(kept);
    }

    /// Tells how the views compare; `None` where there are none, or the fold did not get there.
    pub fn compared(&mut self) -> Option<Compared> {
        self.compared.take()
    }

    /// Folds the events of the next block.
    ///
    /// # Errors
    /// The first bad position; see [`CheckError`].
    pub fn fold(&mut self, block: &Block) -> Result<(), CheckError> {
        for (position, bytes) in block.records_after(Position::START) {
            self.fold_one(position, bytes)?;
        }
        self.fold.settle(&mut self.rows)?;
        self.rows.advance(block.last_position());
        if self.rows.dirty_bytes() > DIRTY_BYTES {
            self.rows.checkpoint()?;
        }
        Ok(())
    }

    fn fold_one(&mut self, position: Position, bytes: &[u8]) -> Result<(), CheckError> {
        let bad = |position, reason| Err(CheckError::Record { position, reason });
        let record = match codec::decode(bytes) {
            Ok(record) => record,
            Err(error) => return bad(position, error.into()),
        };
        if record.position != position {
            let says = record.position;
            return bad(position, Unfit::Position { says });
        }
        if record.recorded_at < self.last_recorded {
            return bad(position, Unfit::Time);
        }
        self.last_recorded = record.recorded_at;
        let evolved = match &self.kept {
            Some(_) => self.fold.apply(&mut self.rows, &record).map(drop),
            None => evolve_rows(&mut self.rows, &record),
        };
        match evolved {
            Ok(()) => self.compare_at(position),
            Err(EvolveError::Dangling { position, what }) => {
                bad(position, Unfit::Dangling { what })
            }
            Err(EvolveError::Rows(error)) => Err(error.into()),
        }
    }

    fn compare_at(&mut self, position: Position) -> Result<(), CheckError> {
        let Some(kept) = self.kept.take_if(|kept| kept.position() == position) else {
            return Ok(());
        };
        self.fold.settle(&mut self.rows)?;
        let own = self.rows.digest(0..=u8::MAX)?;
        self.compared = Some(match kept.digest(0..=u8::MAX) {
            Ok(digest) if digest == own => Compared::Equal,
            Ok(_) => Compared::Differ,
            Err(error) => Compared::Unreadable(error),
        });
        Ok(())
    }
}

impl Drop for Trial {
    fn drop(&mut self) {
        // Should it stay, the next trial removes it.
        let _ = fs::remove_file(&self.path);
    }
}
