//! Files that hold a fold of the log: what they say against what the log says.
//!
//! They are only looked at: whoever runs the program decides what becomes of them.

use std::path::{Path, PathBuf};

use super::Error;
use crate::store::{Options, Store};

/// The file of a fold is wrong, and the log is not.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "{} is not what the log says: {reason}. The log itself is good: remove that file, and the next \
     start folds it anew",
    path.display()
)]
pub struct Unlike {
    /// The file.
    pub path: PathBuf,
    /// How it shows.
    pub reason: String,
}

impl Unlike {
    /// Says what is wrong with the file at `path`.
    pub fn new(path: &Path, reason: impl ToString) -> Self {
        Self {
            path: path.to_owned(),
            reason: reason.to_string(),
        }
    }
}

/// What was folded from a log before.
#[derive(Debug, Default)]
pub struct Folded {
    /// The rows; `None` where there is no file, or none that a start would use.
    pub rows: Option<Store>,
    /// Why they cannot be read.
    pub unlike: Option<Unlike>,
    /// Why a start would fold them anew, though nothing is wrong with them.
    pub outdated: Option<String>,
}

/// Opens the file of a fold, to compare it.
///
/// # Errors
/// When the file system refuses, or somebody else has it open.
pub fn folded(path: &Path, options: &Options) -> Result<Folded, Error> {
    let found = Store::look(path, options).map_err(Error::Folded)?;
    Ok(match found {
        None => Folded::default(),
        Some(Ok(rows)) => Folded {
            rows: Some(rows),
            ..Folded::default()
        },
        Some(Err(reason)) if reason.is_damage() => Folded {
            unlike: Some(Unlike::new(path, reason)),
            ..Folded::default()
        },
        Some(Err(reason)) => Folded {
            outdated: Some(reason.to_string()),
            ..Folded::default()
        },
    })
}
