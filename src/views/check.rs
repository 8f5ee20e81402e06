//! Check: folds every event of a log and keeps nothing of it.

use std::fs;
use std::io;
use std::path::Path;

use super::SCHEMA;
use crate::domain::{EvolveError, Position, evolve_rows};
use crate::log::codec;
use crate::log::{Block, Head, Log, ReadError, verify};
use crate::store::{self, Options, Store};

/// Why a log is not good, or could not be checked.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The log is damaged or cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A record is no event this version can read, or does not fit the events before it.
    #[error("record {position}: {reason}")]
    Record {
        /// First bad position.
        position: Position,
        /// What is wrong.
        reason: String,
    },
    /// What events are folded into could not be kept.
    #[error("the rows of the fold")]
    Store(#[from] store::Error),
    /// The file of the rows could not be removed.
    #[error("the file of the rows")]
    File(#[from] io::Error),
}

/// Changed rows that are held; beyond them they are written to a file, so that a long log needs no
/// more memory than a short one.
const DIRTY_BYTES: usize = 64 << 20;

/// Reads every block and folds every event into a file beside the views at `path`, which goes when
/// it is done. Gives the head of the last block.
///
/// # Errors
/// The first bad position; see [`CheckError`].
pub fn check(
    path: &Path,
    options: &Options,
    log: &dyn Log,
    progress: impl FnMut(Position),
) -> Result<Head, CheckError> {
    let options = Options {
        schema: SCHEMA,
        ..options.clone()
    };
    let beside = path.with_extension("verify");
    if beside.exists() {
        // One that was killed left it.
        fs::remove_file(&beside)?;
    }
    let (mut rows, _) = Store::open(&beside, &options)?;
    let good = fold_all(log, &mut rows, progress);
    drop(rows);
    fs::remove_file(&beside)?;
    good
}

fn fold_all(
    log: &dyn Log,
    rows: &mut Store,
    mut progress: impl FnMut(Position),
) -> Result<Head, CheckError> {
    let mut bad = None;
    let head = verify(log, |block| {
        if bad.is_none() {
            bad = fold(rows, block).err();
        }
        progress(block.last_position());
    })?;
    bad.map_or(Ok(head), Err)
}

fn fold(rows: &mut Store, block: &Block) -> Result<(), CheckError> {
    let bad = |position, reason| CheckError::Record { position, reason };
    for (position, bytes) in block.records_after(Position::START) {
        let record = codec::decode(bytes).map_err(|error| bad(position, error.to_string()))?;
        if record.position != position {
            let reason = format!("the record says position {}", record.position);
            return Err(bad(position, reason));
        }
        match evolve_rows(rows, &record) {
            Ok(()) => {}
            Err(EvolveError::Dangling { position, what }) => {
                let reason = format!("the event refers to a {what} that no earlier event made");
                return Err(bad(position, reason));
            }
            Err(EvolveError::Rows(error)) => return Err(error.into()),
        }
    }
    rows.advance(block.last_position());
    if rows.dirty_bytes() > DIRTY_BYTES {
        rows.checkpoint()?;
    }
    Ok(())
}
