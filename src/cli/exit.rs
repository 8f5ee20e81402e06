//! How a command ends, and its last messages.

use std::fmt;
use std::io::{self, Write as _};
use std::process::ExitCode;

use crate::causes::with_causes;
use crate::keyring;
use crate::text::Plain;

/// The text of the help pages about exit codes.
pub(super) const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  it failed; standard error says why
  2  the command line or the configuration is wrong
  3  the stored data is damaged
  4  another process uses the data directory
  5  the log ends before the checkpoint it is held against: it was truncated
  6  the log has other events than the checkpoint it is held against: it was rewritten
  7  the checkpoint is not signed by the key, or was changed
  8  the clock is far from the last event, or shows no year of a ledger: it may be wrong
  9  the keyring or the master key is missing
  10 the keyring, the master key or a backup of keys is damaged
  11 the keyring belongs to another log
  12 the keyring is wrapped by another master key";

/// How the process ends; the numbers are part of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// It failed; standard error says why.
    Failed = 1,
    /// The command line or the configuration is wrong.
    Usage = 2,
    /// The stored data is damaged.
    Damaged = 3,
    /// Another process uses the data directory.
    InUse = 4,
    /// The log ends before the checkpoint that it is compared with.
    Truncated = 5,
    /// The log has other events than the checkpoint that it is compared with.
    Rewritten = 6,
    /// The checkpoint is not signed by the key, or was changed.
    Untrusted = 7,
    /// The clock is far from the last event, or shows no year of a ledger.
    Clock = 8,
    /// The keyring or the master key is missing.
    KeysMissing = 9,
    /// The keyring, the master key or a backup of keys is damaged.
    KeysDamaged = 10,
    /// The keyring belongs to another log.
    KeysOfAnotherLog = 11,
    /// The keyring is wrapped by another master key.
    AnotherMasterKey = 12,
}

impl Exit {
    /// Returns how a command ends that could not use the keys of personal data.
    pub(super) fn of_keys(error: &keyring::Error) -> Self {
        match error {
            keyring::Error::Missing { .. } => Self::KeysMissing,
            keyring::Error::Damaged { .. } | keyring::Error::BadBackup { .. } => Self::KeysDamaged,
            keyring::Error::OtherLog { .. } => Self::KeysOfAnotherLog,
            keyring::Error::OtherMaster { .. } => Self::AnotherMasterKey,
            keyring::Error::Exists { .. } => Self::Usage,
            keyring::Error::Changed { .. }
            | keyring::Error::Conflict { .. }
            | keyring::Error::Full { .. }
            | keyring::Error::Unsure { .. }
            | keyring::Error::Stopped { .. }
            | keyring::Error::Io { .. }
            | keyring::Error::WithoutKeys
            | keyring::Error::NoChance(_)
            | keyring::Error::TooLong => Self::Failed,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Writes to standard error why a command failed, with every cause.
///
/// If that cannot be written, as on a full disk, the exit code is the same.
pub fn complain(error: &(dyn std::error::Error + 'static)) {
    let _ = writeln!(Plain::to(io::stderr()), "error: {}", with_causes(error));
}

/// Writes a line to standard output. A closed pipe is not a failure, because a reader may stop
/// early.
///
/// # Errors
/// When it cannot be written.
pub fn say(what: impl fmt::Display) -> io::Result<()> {
    heard(writeln!(Plain::to(io::stdout()), "{what}"))
}

/// Treats a closed pipe as success: the reader needs no more.
///
/// # Errors
/// Any other.
pub fn heard(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}
