//! Files that hold a fold of the log, and how they compare to the log.
//!
//! The files are only read: the operator decides what to do with them.

use std::path::{Path, PathBuf};

use super::Error;
use crate::store::{Options, Store};

/// The file of a fold is wrong, while the log is good.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "{} is not what the log says: {reason}. The log itself is good: remove that file, and the next \
     start rebuilds it",
    path.display()
)]
pub struct Unlike {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub reason: String,
}

impl Unlike {
    /// Makes the error for the file at `path`.
    pub fn new(path: &Path, reason: impl ToString) -> Self {
        Self {
            path: path.to_owned(),
            reason: reason.to_string(),
        }
    }
}

/// An earlier fold of a log.
#[derive(Debug, Default)]
pub struct Folded {
    /// The rows. `None` if there is no file, or none that a start would use.
    pub rows: Option<Store>,
    /// Why they cannot be read.
    pub unlike: Option<Unlike>,
    /// Why a start would rebuild them, although nothing is wrong with them.
    pub outdated: Option<String>,
}

/// Opens the file of a fold, to compare it.
///
/// # Errors
/// When the file system refuses, or another process has the file open.
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
