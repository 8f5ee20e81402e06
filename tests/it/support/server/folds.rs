//! The files of folds: everything that a start can rebuild from the log.

use std::fs;
use std::path::{Path, PathBuf};

use super::Resting;

/// Files that a start cannot rebuild, or that are not folds.
const NO_FOLDS: [&str; 8] = [
    "FORMAT",
    "LOCK",
    "keyring",
    "last-backup",
    "log",
    "master-key",
    "page-token.key",
    "subscriptions",
];

/// Returns them in a data directory.
pub fn folds_in(data_dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(data_dir).unwrap();
    let mut folds: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    folds.retain(|path| {
        let name = path.file_name().unwrap().to_string_lossy();
        !NO_FOLDS.contains(&name.as_ref())
    });
    folds
}

impl Resting {
    /// Removes them: the next start must read all of the log.
    pub fn forget_folds(&self) {
        for path in folds_in(self.directory()) {
            fs::remove_file(path).unwrap();
        }
    }
}
