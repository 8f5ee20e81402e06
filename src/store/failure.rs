//! Errors and panics of redb, sorted by what the store does about them.
//!
//! Owns catching its panics and sorting its errors. Does not act on either.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Why a call into redb failed.
#[derive(Debug)]
pub(super) enum Failure {
    /// Another store has the file open.
    InUse,
    /// redb closed the file after an earlier failure; it must be reopened.
    Closed,
    /// The file system refused.
    Io(io::Error),
    /// The file differs from what was written.
    Corrupt(String),
    /// A row cannot be stored.
    Unencodable { table: Option<u8>, reason: String },
}

/// Calls into redb and catches its panics: redb may panic on damage that it does not check for.
///
/// Such a panic leaves no state of ours half changed: `work` only reads our state, and the damaged
/// file is not used again.
pub(super) fn guarded<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let message = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("panic without a message");
        Err(Failure::Corrupt(message.to_owned()))
    })
}

/// Sorts an error of redb.
pub(super) fn refused(error: impl Into<redb::Error>) -> Failure {
    match error.into() {
        redb::Error::Io(error) => match error.kind() {
            io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => {
                Failure::Corrupt(error.to_string())
            }
            _ => Failure::Io(error),
        },
        redb::Error::Backend(error) => Failure::Io(io::Error::other(error)),
        redb::Error::Unsupported => Failure::Io(io::ErrorKind::Unsupported.into()),
        redb::Error::PreviousIo | redb::Error::DatabaseClosed => Failure::Closed,
        redb::Error::DatabaseAlreadyOpen | redb::Error::LockProtocolMismatch => Failure::InUse,
        error @ redb::Error::ValueTooLarge(_) => Failure::Unencodable {
            table: None,
            reason: error.to_string(),
        },
        // The other errors come from a damaged file or a file of another kind.
        error => Failure::Corrupt(error.to_string()),
    }
}
