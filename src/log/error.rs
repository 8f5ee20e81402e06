//! Errors of a log, by what the caller can do about them.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use super::block::{DecodeError, Misfit};
use super::{Head, Position};

/// Why an append was not acknowledged.
#[derive(Debug, Error)]
pub enum AppendError {
    /// Nothing was written: the log has another head than the caller expected. Read from the
    /// caller's position to [`actual`](Self::Conflict::actual), then decide again.
    #[error("the head of the log is {actual}, not the one that the block follows")]
    Conflict {
        /// The head of the log.
        actual: Head,
    },
    /// Nothing was written: the block does not come right after the head that was passed with it.
    /// This is a bug of the caller; trying again cannot help.
    #[error("the block was refused")]
    Refused(#[source] Misfit),
    /// The block may have been written, now or after a restart. Do not answer its callers. Stop,
    /// reopen the log and read what it holds. Never retry on the same handle.
    #[error("whether the block was written is unknown")]
    Indeterminate {
        /// The error of the storage.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Nothing was written: the storage failed at blocks before this one. Those are durable, but
    /// there is no room for more. Stop and reopen the log.
    #[error("acknowledged blocks cannot be moved to their final place, so the log takes no more")]
    Stuck {
        /// The error of the storage.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Nothing was written: this handle takes no appends, because an earlier one was
    /// [`Indeterminate`](Self::Indeterminate) or because it was opened for reading only.
    #[error("this handle of the log takes no appends; reopen the log")]
    Stopped,
}

/// Why the log could not be read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The stored bytes are not those that were written. Everything before `position` was read and
    /// is good.
    #[error("the log is damaged at position {position}{}: restore it from a backup", in_block(*block))]
    Corrupt {
        /// The number of the first bad block, if it is known.
        block: Option<u64>,
        /// The first position that can't be trusted.
        position: Position,
        /// What is wrong there.
        #[source]
        reason: Fault,
    },
    /// The storage could not be read; it may work later.
    #[error("the log could not be read")]
    Io {
        /// The error of the storage.
        #[source]
        source: io::Error,
    },
}

impl From<io::Error> for ReadError {
    fn from(source: io::Error) -> Self {
        Self::Io { source }
    }
}

fn in_block(block: Option<u64>) -> String {
    block.map_or_else(String::new, |number| format!(" in block {number}"))
}

/// What is wrong with a stored block.
#[derive(Debug, Error)]
pub enum Fault {
    /// Its bytes are not those of a block.
    #[error("its bytes are not those of a block")]
    Undecodable(#[from] DecodeError),
    /// It is a good block, but not the next one.
    #[error("it does not follow the block before it")]
    Misfit(#[from] Misfit),
    /// It is a good block, stored where another one belongs.
    #[error("the block stored there starts at position {first}")]
    Misplaced {
        /// The first position of the found block.
        first: Position,
    },
    /// The block that starts there is missing.
    #[error("no block is stored there")]
    Missing,
    /// It is a good block, but not the one that this log's head names.
    #[error("the block stored there is not the head {head}")]
    NotTheHead {
        /// The head that this handle knows.
        head: Head,
    },
    /// The storage engine itself found its files damaged.
    #[error("the storage reports damage: {0}")]
    Storage(String),
}

/// Why a data directory or its log cannot be used; each message says what to do.
#[derive(Debug, Error)]
pub enum OpenError {
    /// There is no ledger at this path, and this call does not create one.
    #[error("no ledger at {}: check the path, or start the server there to create one", path.display())]
    NotFound {
        /// The path.
        path: PathBuf,
    },
    /// Another process works in the directory.
    #[error(
        "{} is in use by another process: stop that one first, or choose another data directory",
        path.display()
    )]
    InUse {
        /// The directory.
        path: PathBuf,
    },
    /// The directory holds foreign files; nothing in it was changed.
    #[error(
        "{} is not empty and not a ledger's (it has no FORMAT file but has {found:?}): choose an \
         empty directory, or restore the FORMAT file together with the rest of a backup",
        path.display()
    )]
    Foreign {
        /// The directory.
        path: PathBuf,
        /// One of the foreign files.
        found: String,
    },
    /// The directory has the keyring of a log that is not there; nothing in it was changed.
    #[error(
        "{} has a keyring and no log: restore the log that the keyring belongs to, or move the \
         keyring away",
        path.display()
    )]
    OnlyKeys {
        /// The directory.
        path: PathBuf,
    },
    /// The directory holds a ledger; nothing in it was changed.
    #[error("{} holds a ledger already: restore into an empty directory", path.display())]
    Occupied {
        /// The directory.
        path: PathBuf,
    },
    /// A newer program wrote the directory; nothing in it was changed.
    #[error(
        "{} has format {found}, this program knows up to {known}: use a newer program",
        path.display()
    )]
    Newer {
        /// The marker file.
        path: PathBuf,
        /// The directory's format version.
        found: u32,
        /// The newest format version that this program knows.
        known: u32,
    },
    /// A version before personal data was sealed wrote the directory; nothing in it was changed.
    #[error(
        "{} has format {found}, from before personal data was sealed; this program reads none \
         before {known}: start with an empty directory, the program that wrote it still reads it",
        path.display()
    )]
    Older {
        /// The marker file.
        path: PathBuf,
        /// The directory's format version.
        found: u32,
        /// The oldest format version that this program reads.
        known: u32,
    },
    /// The marker file is malformed.
    #[error("{} is damaged ({reason}): restore it from a backup", path.display())]
    Marker {
        /// The marker file.
        path: PathBuf,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Something else has the name of a file or a directory of the ledger; it was not opened.
    #[error(
        "{} is not {expected}: move it away, and put back what belongs there, from a backup where \
         there is one",
        path.display()
    )]
    OtherKind {
        /// What was found.
        path: PathBuf,
        /// What belongs there.
        expected: &'static str,
    },
    /// The stored log belongs to another partition.
    #[error(
        "{} holds partition {found}, not {expected}: check the configured partition and path",
        path.display()
    )]
    Partition {
        /// The log's directory.
        path: PathBuf,
        /// The expected partition.
        expected: u32,
        /// The stored partition.
        found: u32,
    },
    /// There is a ledger, but its log is gone.
    #[error(
        "the log in {} is gone (neither `journal` nor `db` is there): restore the last backup, or, \
         to give up every event and begin with an empty log, start once with `serve --accept-loss`",
        path.display()
    )]
    Gone {
        /// The log's directory.
        path: PathBuf,
    },
    /// The storage engine cannot open its files.
    #[error(
        "the log in {} can't be opened ({reason}): keep a copy of the directory and restore the \
         last backup",
        path.display()
    )]
    Damaged {
        /// The log's directory.
        path: PathBuf,
        /// The error of the storage engine.
        reason: String,
    },
    /// The last block cannot be trusted, so nothing may be appended after it.
    #[error(
        "the end of the log in {} is damaged at position {position}: run `verify` on a copy of it to \
         learn what is still good, then restore the last backup",
        path.display()
    )]
    Tail {
        /// The log's directory.
        path: PathBuf,
        /// The first position that can't be trusted.
        position: Position,
        /// What is wrong with the last block.
        #[source]
        reason: Fault,
    },
    /// The log lacks blocks that it had acknowledged, so nothing may be appended after the rest.
    #[error(
        "the log in {} has lost acknowledged blocks (it had reached {reached}, and now ends at \
         {found}): restore the last backup, or, to give up the events in between, start once with \
         `serve --accept-loss`",
        path.display()
    )]
    Shrunk {
        /// The log's directory.
        path: PathBuf,
        /// Where the log ends.
        found: Head,
        /// The last head that it had acknowledged.
        reached: Head,
    },
    /// The log's journal is gone or cannot be trusted. It may have held acknowledged blocks that
    /// are nowhere else.
    #[error(
        "the journal of the log in {} {reason}: restore the last backup, or, to give up the last \
         events, which only the journal may have had, start once with `serve --accept-loss`",
        path.display()
    )]
    Journal {
        /// The log's directory.
        path: PathBuf,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The storage engine keeps values in files that it never syncs.
    #[error(
        "the log in {} keeps values in {found} separate files, which a power cut may lose: run \
         `verify` on it and restore it into a new directory",
        path.display()
    )]
    Spilled {
        /// The log's directory.
        path: PathBuf,
        /// The number of such files.
        found: usize,
    },
    /// The operating system refused; the source says why.
    #[error("{} could not be {action}: check its permissions and the disk", path.display())]
    Io {
        /// The refused action, as a participle: "created", "synced".
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The error of the operating system.
        #[source]
        source: io::Error,
    },
}

impl OpenError {
    /// Returns whether the stored data is damaged.
    pub fn is_damage(&self) -> bool {
        match self {
            Self::Marker { .. }
            | Self::OtherKind { .. }
            | Self::Gone { .. }
            | Self::Damaged { .. }
            | Self::Tail { .. }
            | Self::Shrunk { .. }
            | Self::Journal { .. }
            | Self::Spilled { .. } => true,
            Self::NotFound { .. }
            | Self::InUse { .. }
            | Self::Foreign { .. }
            | Self::OnlyKeys { .. }
            | Self::Occupied { .. }
            | Self::Newer { .. }
            | Self::Older { .. }
            | Self::Partition { .. }
            | Self::Io { .. } => false,
        }
    }
}
