//! What a data directory may hold under the names of a ledger: files, and the directory of its log.
//!
//! A start reads these names. To open a pipe would wait for ever, and a directory in place of a file
//! fails with a text that helps nobody, so both are found before anything is opened.

use std::fs;
use std::path::Path;

use super::{
    CHECKPOINT, COSIGNATURES, KEYRING, LAST_BACKUP, LOCK, LOG, MARKER, MASTER_KEY, OpenError,
    SIGNING_KEY, SUBSCRIPTIONS, TREE, VIEWS, io_error, names_in,
};

/// The names that stand for files.
const FILES: [&str; 12] = [
    MARKER,
    LOCK,
    VIEWS,
    SUBSCRIPTIONS,
    LAST_BACKUP,
    TREE,
    SIGNING_KEY,
    CHECKPOINT,
    COSIGNATURES,
    KEYRING,
    MASTER_KEY,
    "page-token.key",
];

/// The same in the directory of the log.
const FILES_OF_LOG: [&str; 3] = ["conf", "db", "journal"];

/// Refuses what is neither a file nor a directory, and a directory where a file belongs.
pub fn check(root: &Path) -> Result<(), OpenError> {
    check_in(root, &FILES)?;
    check_in(&root.join(LOG), &FILES_OF_LOG)
}

fn check_in(directory: &Path, files: &[&str]) -> Result<(), OpenError> {
    if directory.is_file() {
        return Err(OpenError::OtherKind {
            path: directory.to_owned(),
            expected: "a directory",
        });
    }
    for name in names_in(directory)? {
        let path = directory.join(&name);
        let kind = match fs::metadata(&path) {
            Ok(metadata) => metadata.file_type(),
            // A link without a target: opening it reports that.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(source) => return Err(io_error("looked at", &path, source)),
        };
        let fits = kind.is_file() || kind.is_dir() && !files.contains(&name.as_str());
        if !fits {
            let expected = "a regular file";
            return Err(OpenError::OtherKind { path, expected });
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use rustix::fs::{CWD, FileType, Mode, mknodat};

    use super::*;

    #[test]
    fn pipes_and_directories_in_place_of_files_are_named() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join(LOG)).unwrap();
        fs::create_dir(dir.path().join("lost+found")).unwrap();
        fs::write(dir.path().join(VIEWS), "").unwrap();
        check(dir.path()).unwrap();

        let tree = dir.path().join(TREE);
        fs::create_dir(&tree).unwrap();
        let refused = check(dir.path()).unwrap_err();
        assert!(refused.to_string().contains("tree"), "{refused}");
        assert!(refused.is_damage());
        fs::remove_dir(&tree).unwrap();

        let pipe = dir.path().join("log/snap.1");
        mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR, 0).unwrap();
        let refused = check(dir.path()).unwrap_err();
        assert!(refused.to_string().contains("snap.1"), "{refused}");
    }
}
