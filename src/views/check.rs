//! Check: folds the events of a log into temporary rows.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{Fold, SCHEMA};
use crate::domain::{EvolveError, Position, Timestamp, evolve_rows};
use crate::log::Block;
use crate::log::codec::{self, DecodeError};
use crate::store::{self, Options, Store};

/// Why a record is invalid or could not be checked.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// A ledger never wrote this record at this position.
    #[error("record {position}: {reason}")]
    Record {
        /// First invalid position.
        position: Position,
        /// What is wrong.
        #[source]
        reason: Unfit,
    },
    /// The rows of the fold could not be read or written.
    #[error("the rows of the check could not be read or written")]
    Store(#[from] store::Error),
    /// The file of the rows could not be created or removed.
    #[error("the file of the check could not be created or removed")]
    File(#[from] io::Error),
}

/// What is wrong with a record.
#[derive(Debug, thiserror::Error)]
pub enum Unfit {
    /// This version cannot read it.
    #[error(transparent)]
    Undecodable(#[from] DecodeError),
    /// It was written for another position.
    #[error("the record says position {says}")]
    Position {
        /// The position in the record.
        says: Position,
    },
    /// Its recording time is before that of the previous record.
    #[error("its recording time is before that of the previous record")]
    Time,
    /// It refers to something that no earlier event created.
    #[error("the event refers to a {what} that no earlier event created")]
    Dangling {
        /// What it refers to.
        what: &'static str,
    },
}

/// Bytes of changed rows in memory. More rows are written to a file, so that a long log needs no
/// more memory than a short one.
const DIRTY_BYTES: usize = 64 << 20;

/// A fold into a temporary file, which is removed when this is dropped.
#[derive(Debug)]
pub struct Trial {
    path: PathBuf,
    rows: Store,
    /// The rows that only queries read. They are folded only until the kept rows are compared.
    fold: Fold,
    kept: Option<Store>,
    compared: Option<Compared>,
    last_recorded: Timestamp,
}

/// The result of comparing kept views to the fold.
#[derive(Debug)]
pub enum Compared {
    /// They are equal.
    Equal,
    /// They differ.
    Differ,
    /// They could not be read.
    Unreadable(store::Error),
}

impl Trial {
    /// Begins before the first event, in a file at `path`. A file left by a killed trial is
    /// removed.
    ///
    /// # Errors
    /// When the file cannot be created.
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

    /// Compares kept views once the fold reaches their position. Call it before the first block.
    pub fn compare(&mut self, kept: Store) {
        self.kept = Some(kept);
    }

    /// Returns the result of the comparison. `None` if there are no views, or if the fold did not
    /// reach their position.
    pub fn compared(&mut self) -> Option<Compared> {
        self.compared.take()
    }

    /// Folds the events of the next block.
    ///
    /// # Errors
    /// The first invalid position; see [`CheckError`].
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
        // If the file stays, the next trial removes it.
        let _ = fs::remove_file(&self.path);
    }
}
