//! Modes: what lies in a data directory is its owner's alone.
//!
//! Files are made that way. Those of earlier versions, and of whoever copied a directory here, are
//! made so when the directory is opened.

use std::fs;
use std::io;
use std::path::Path;

use crate::causes::with_causes;
use crate::files;

/// Deepest directory below the data directory that the ledger makes: `log/blobs`.
const DEPTH: u32 = 2;

/// Takes from everybody but the owner what they may do with a data directory and its files. Where the
/// system refuses, as it does with another user's files, there is a warning.
pub(super) fn make(root: &Path) {
    let mut changed = 0;
    let path = root.display();
    match make_all(root, DEPTH, &mut changed) {
        Ok(()) if changed == 0 => {}
        Ok(()) => tracing::warn!(
            %path,
            changed,
            "other users could look into the data directory; now only its owner can"
        ),
        Err(error) => {
            let error = with_causes(&error);
            tracing::warn!(%path, error, "other users may be able to look into the data directory");
        }
    }
}

fn make_all(path: &Path, depth: u32, changed: &mut u32) -> io::Result<()> {
    let kind = fs::symlink_metadata(path)?.file_type();
    // What a link leads to is whoever's made it.
    if kind.is_symlink() {
        return Ok(());
    }
    *changed += u32::from(files::make_private(path)?);
    if !kind.is_dir() || depth == 0 {
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        // Another's, made with the file system.
        if entry.file_name() != "lost+found" {
            make_all(&entry.path(), depth - 1, changed)?;
        }
    }
    Ok(())
}
