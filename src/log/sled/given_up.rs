//! The note that the journal was given up: an empty file beside sled's files.
//!
//! Nothing else distinguishes a log whose journal was given up from one whose journal was lost. With
//! the note, the next open goes on with the blocks in sled and makes a new journal.

use std::fs;
use std::io;
use std::path::Path;

use crate::files;
use crate::log::OpenError;
use crate::log::paths::{exists, io_error, sync_directory};

const NAME: &str = "reached";

/// Returns whether the journal in `dir` was given up.
pub(super) fn is_noted(dir: &Path) -> Result<bool, OpenError> {
    exists(&dir.join(NAME))
}

/// Notes that it is.
pub(super) fn note(dir: &Path) -> Result<(), OpenError> {
    let path = dir.join(NAME);
    files::replace(&path, &[]).map_err(|source| io_error("written", &path, source))
}

/// Removes the note, if there is one.
pub(super) fn remove(dir: &Path) -> Result<(), OpenError> {
    let path = dir.join(NAME);
    match fs::remove_file(&path) {
        Ok(()) => sync_directory(dir),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(io_error("removed", &path, source)),
    }
}
