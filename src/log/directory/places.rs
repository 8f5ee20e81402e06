//! Where the files of a ledger are, for those who do not open it.

use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::marker::{Formats, Marker};
use super::{CHECKPOINT, KEYRING, MARKER, MASTER_KEY, SIGNING_KEY};
use crate::log::OpenError;
use crate::log::paths::exists;

/// Returns the path of the signing key of the ledger at `root`, unless its settings name another
/// one.
pub fn signing_key_path(root: &Path) -> PathBuf {
    root.join(SIGNING_KEY)
}

/// Returns the path of the keyring of the ledger at `root`. The file may be missing.
pub fn keyring_path(root: &Path) -> PathBuf {
    root.join(KEYRING)
}

/// Returns the path of the master key of the ledger at `root`, unless its settings name another one.
pub fn master_key_path(root: &Path) -> PathBuf {
    root.join(MASTER_KEY)
}

/// Reads the id of the log at `root` without opening it: a server may work there.
///
/// # Errors
///
/// [`OpenError::NotFound`] if there is none; otherwise as
/// [`DataDirectory::open`](super::DataDirectory::open).
pub fn log_id_of(root: &Path) -> Result<Uuid, OpenError> {
    let path = root.join(MARKER);
    if !exists(&path)? {
        return Err(OpenError::NotFound {
            path: root.to_owned(),
        });
    }
    Ok(Marker::read(&path, Formats::KNOWN)?.log_id)
}

/// Returns the path of the last checkpoint that the ledger at `root` signed. The file may be
/// missing.
pub fn checkpoint_path(root: &Path) -> PathBuf {
    root.join(CHECKPOINT)
}
