//! What can go wrong with a store, by what the caller can do about it.

use std::io;
use std::path::PathBuf;

/// Why a store could not do what it was asked. The rows in memory are as they were before.
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
        /// What the file system said.
        #[source]
        source: io::Error,
    },

    /// The file holds what this store never wrote. It has been set aside, this store can read no
    /// more of it, and the next open starts from nothing.
    #[error("the store file {path} is damaged and was set aside: {reason}")]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What was wrong with it.
        reason: String,
    },

    /// A checkpoint is being written elsewhere; thaw it first.
    #[error("a checkpoint is being written")]
    CheckpointInFlight,

    /// A row was asked for under the key of another table: a fault in the program.
    #[error("a key of table {found:?} was used for a row of table {expected}")]
    WrongTable {
        /// The table of the row type.
        expected: u8,
        /// The table the key or the row is of.
        found: Option<u8>,
    },

    /// A row cannot be written as bytes: a fault in the program. The checkpoint it is in will fail
    /// until the row is replaced.
    #[error("a row of table {table:?} cannot be encoded: {reason}")]
    Unencodable {
        /// The table of the row.
        table: Option<u8>,
        /// What stands against it.
        reason: String,
    },
}
