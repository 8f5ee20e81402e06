//! Why keys can't be used.

use std::io;
use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::master_id::MasterKeyId;
use crate::domain::KeyNumber;

/// Why keys can't be used.
///
/// The first four are the failures of a start, each with its own remedy. None of them changes
/// anything on disk.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such file, and the log is not empty.
    #[error(
        "{} is missing, and this log has personal data that only it can open: put today's file back, \
         or serve --without-keys", path.display()
    )]
    Missing {
        /// The keyring or the master key.
        path: PathBuf,
    },
    /// The file is damaged or truncated.
    #[error(
        "{} is damaged: {reason}: restore it from the latest backup of keys", path.display()
    )]
    Damaged {
        /// The keyring or the master key.
        path: PathBuf,
        /// What is wrong, and where.
        reason: String,
    },
    /// A backup of keys is damaged or truncated.
    #[error("the backup of keys {} is damaged: {reason}: take another one", path.display())]
    BadBackup {
        /// The backup.
        path: PathBuf,
        /// What is wrong, and where.
        reason: String,
    },
    /// The keyring belongs to another log.
    #[error(
        "the keyring {} belongs to the log {found}, not to this log {log}: put the keyring of this log \
         in its place", path.display()
    )]
    OtherLog {
        /// The keyring or the backup.
        path: PathBuf,
        /// The log it belongs to.
        found: Uuid,
        /// The log of the data directory.
        log: Uuid,
    },
    /// The keyring is wrapped by another master key.
    #[error(
        "the keyring {} is wrapped by the master key {needed}, but the one given is {given}: give the \
         master key {needed}", path.display()
    )]
    OtherMaster {
        /// The keyring.
        path: PathBuf,
        /// The master key it needs.
        needed: MasterKeyId,
        /// The master key that was given.
        given: MasterKeyId,
    },
    /// A change of the master key was cut short after its new file was in use.
    #[error(
        "the keyring needs the master key in {} already: an earlier change was cut short. Destroy {}, \
         if it has the master key before, which older copies of the keyring need",
        new.display(), old.display()
    )]
    Changed {
        /// The new master key.
        new: PathBuf,
        /// The file that was said to have the one in use.
        old: PathBuf,
    },
    /// A file is in the way, and it is never written over.
    #[error("{} exists already: move it away first if it is not needed", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// A new key is not the next one, or its holder has a slot already.
    #[error("the key {number} can't be made: it is not the next one, or its holder has one")]
    Conflict {
        /// The number.
        number: KeyNumber,
    },
    /// There are as many keys as a keyring may have.
    #[error("the keyring is full: it has {keys} keys")]
    Full {
        /// How many that are.
        keys: u32,
    },
    /// A change may have happened or not. Only a new start can say.
    #[error(
        "the keyring {} could not be written: whether the change is on disk is known after a restart",
        path.display()
    )]
    Unsure {
        /// The keyring.
        path: PathBuf,
        /// The error of the system.
        #[source]
        source: io::Error,
    },
    /// An earlier change failed, so there are no more changes.
    #[error("the keyring {} takes no more changes since a write failed: restart", path.display())]
    Stopped {
        /// The keyring.
        path: PathBuf,
    },
    /// The system refused.
    #[error("{} could not be used", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        #[source]
        source: io::Error,
    },
    /// This copy of the log is served without keys.
    #[error(
        "this copy of the log is served without keys: personal data can't be written or erased"
    )]
    WithoutKeys,
    /// The system has no randomness, so no key can be made.
    #[error("the system has no randomness for a new key")]
    NoChance(#[source] getrandom::Error),
    /// The cipher refused, which it does only for texts of many gigabytes.
    #[error("the text is too long to be sealed")]
    TooLong,
}

impl Error {
    pub(super) fn damaged(path: &Path, reason: impl Into<String>) -> Self {
        Self::Damaged {
            path: path.to_owned(),
            reason: reason.into(),
        }
    }

    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self + Copy + '_ {
        move |source| Self::Io {
            path: path.to_owned(),
            source,
        }
    }
}
