//! File modes: only the owner may access the files of a data directory.
//!
//! New files are created that way. Files of earlier versions and copied files get these modes when
//! the directory is opened.

use std::fs;
use std::io;
use std::path::Path;

use crate::causes::with_causes;
use crate::files;

/// Deepest directory below the data directory that the ledger makes: `log/blobs`.
const DEPTH: u32 = 2;

/// Removes the access of other users to a data directory and its files. If the system refuses, as
/// it does with another user's files, there is a warning.
pub(super) fn make(root: &Path) {
    let mut changed = 0;
    let path = root.display();
    match make_all(root, DEPTH, &mut changed) {
        Ok(()) if changed == 0 => {}
        Ok(()) => tracing::warn!(
            %path,
            changed,
            "other users could access the data directory; now only its owner can"
        ),
        Err(error) => {
            let error = with_causes(&error);
            tracing::warn!(%path, error, "other users may be able to access the data directory");
        }
    }
}

fn make_all(path: &Path, depth: u32, changed: &mut u32) -> io::Result<()> {
    let kind = fs::symlink_metadata(path)?.file_type();
    // The target of a link belongs to the user who made the link.
    if kind.is_symlink() {
        return Ok(());
    }
    *changed += u32::from(files::make_private(path)?);
    if !kind.is_dir() || depth == 0 {
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        // It belongs to the file system.
        if entry.file_name() != "lost+found" {
            make_all(&entry.path(), depth - 1, changed)?;
        }
    }
    Ok(())
}
