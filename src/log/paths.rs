//! Steps on the file system whose errors name the path and what was tried.

use std::fs;
use std::io;
use std::path::Path;

use super::OpenError;
use crate::files;

/// Creates a directory and what is missing above it, so that all of it survives a power cut.
pub(super) fn create_directory(path: &Path) -> Result<(), OpenError> {
    let above = files::directory_of(path);
    if !exists(&above)? {
        create_directory(&above)?;
    }
    files::create_directory(path).map_err(|source| io_error("created", path, source))
}

/// Lists a directory; a missing one has nothing in it.
pub(super) fn names_in(path: &Path) -> Result<Vec<String>, OpenError> {
    let failed = |source| io_error("listed", path, source);
    let entries = match fs::read_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(failed)?,
    };
    entries
        .map(|entry| Ok(entry.map_err(failed)?.file_name()))
        .map(|name| Ok(name?.to_string_lossy().into_owned()))
        .collect()
}

/// Syncs a directory, so that the names in it survive a power cut.
pub(super) fn sync_directory(path: &Path) -> Result<(), OpenError> {
    files::sync_directory(path).map_err(|source| io_error("synced", path, source))
}

/// Returns whether something exists at `path`. If that cannot be determined, it is an error, not
/// `false`.
pub(super) fn exists(path: &Path) -> Result<bool, OpenError> {
    path.try_exists()
        .map_err(|source| io_error("looked for", path, source))
}

pub(super) fn io_error(action: &'static str, path: &Path, source: io::Error) -> OpenError {
    OpenError::Io {
        action,
        path: path.to_owned(),
        source,
    }
}
