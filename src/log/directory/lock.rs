//! The lock of a data directory: one process works there at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use super::LOCK;
use crate::files;
use crate::log::OpenError;
use crate::log::paths::io_error;

/// The locked file. The lock ends with the process, even if it is killed.
#[derive(Debug)]
pub(super) struct Lock(File);

impl Drop for Lock {
    /// Closing the file would do, if there were no copies of it: a process that is being started
    /// holds one until it runs its own program.
    fn drop(&mut self) {
        let _ = self.0.unlock();
    }
}

/// Locks a data directory for this process.
pub(super) fn lock(root: &Path) -> Result<Lock, OpenError> {
    let path = root.join(LOCK);
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(files::PRIVATE_FILE)
        .open(&path)
        .map_err(|source| io_error("opened", &path, source))?;
    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse {
            path: root.to_owned(),
        }),
        Err(TryLockError::Error(source)) => Err(io_error("locked", &path, source)),
    }
}
