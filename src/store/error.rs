//! Errors of a store, by what the caller can do about them.

use std::io;
use std::path::PathBuf;

/// Why a call of a store failed. The rows in memory are unchanged.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another process, or another store of this one, has the file open; nothing was changed.
    #[error("the store file {path} is in use")]
    InUse {
        /// The file.
        path: PathBuf,
    },

    /// The file system refused: no space, no permission, a failing disk. The same call may succeed
    /// later. A checkpoint that failed this way may or may not be in the file.
    #[error("the store file {path} could not be read or written")]
    Io {
        /// The file.
        path: PathBuf,
        /// The error of the file system.
        #[source]
        source: io::Error,
    },

    /// The file holds bytes that this store never wrote. It has been renamed, this store can read
    /// no more of it, and the next open starts with no rows.
    #[error("the store file {path} is damaged: {reason}")]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What was wrong with it.
        reason: String,
    },

    /// A checkpoint is being written elsewhere; thaw it first.
    #[error("a checkpoint is being written")]
    CheckpointInFlight,

    /// The key of a row belongs to another table: a bug.
    #[error("a key of table {found:?} was used for a row of table {expected}")]
    WrongTable {
        /// The table of the row type.
        expected: u8,
        /// The table of the key or the row.
        found: Option<u8>,
    },

    /// A row cannot be written as bytes: a bug. Its checkpoint fails until the row is replaced.
    #[error("a row of table {table:?} cannot be encoded: {reason}")]
    Unencodable {
        /// The table of the row.
        table: Option<u8>,
        /// Why it cannot be encoded.
        reason: String,
    },
}
