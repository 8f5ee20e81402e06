//! What redb says and does when something is wrong, sorted by what follows from it.
//!
//! Owns the catching of its panics and the sorting of its errors. Does not act on either.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Why a call into redb came to nothing.
#[derive(Debug)]
pub(super) enum Failure {
    /// Someone else has the file open.
    InUse,
    /// An earlier failure closed the file for good; it has to be opened anew.
    Closed,
    /// The file system refused.
    Io(io::Error),
    /// The file is not what was written.
    Corrupt(String),
    /// A row cannot be stored.
    Unencodable { table: Option<u8>, reason: String },
}

/// Calls into redb, which may panic where the file is damaged in a way it did not look for.
///
/// Nothing of ours can be left half changed by such a panic: `work` only reads our own state, and
/// the damaged file is not used again.
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

/// Sorts any of redb's errors.
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
        // The rest is what a file of another kind, or with damage, makes redb say.
        error => Failure::Corrupt(error.to_string()),
    }
}
