//! What can go wrong with a log, by what its caller can do about it.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use super::block::{DecodeError, Misfit};
use super::{Head, Position};

/// Why an append was not acknowledged.
#[derive(Debug, Error)]
pub enum AppendError {
    /// Nothing was written: the log has moved on, or never was where the caller believed it to be.
    /// Read from the caller's position to [`actual`](Self::Conflict::actual), then decide again.
    #[error("the log stands at {actual}, not where the block was built to follow")]
    Conflict {
        /// Where the log really stands.
        actual: Head,
    },
    /// Nothing was written: the block doesn't come right after the head that was passed with it.
    /// A mistake in the caller; trying again can't help.
    #[error("the block was refused")]
    Refused(#[source] Misfit),
    /// The block may have been written, now or after a restart. Answer nobody from it, stop,
    /// open the log anew and read what it holds. Never retry on the same handle.
    #[error("whether the block was written is unknown")]
    Indeterminate {
        /// What the storage said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Nothing was written: the storage failed at blocks before this one. These are durable, but
    /// there is no room for more. Stop and open the log anew.
    #[error("the log can't take in what it has acknowledged, so it takes no more")]
    Stuck {
        /// What the storage said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Nothing was written: this handle takes no appends, because an earlier one was
    /// [`Indeterminate`](Self::Indeterminate) or because it was opened for reading only.
    #[error("this handle of the log takes no appends; open the log anew")]
    Stopped,
}

/// Why the log could not be read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// What is stored is not what was written. Everything before `position` was read and is good.
    #[error("the log is damaged at position {position}{}: restore it from a backup", in_block(*block))]
    Corrupt {
        /// The number of the first bad block, where it is known.
        block: Option<u64>,
        /// The first position that can't be trusted.
        position: Position,
        /// What is wrong there.
        #[source]
        reason: Fault,
    },
    /// The storage could not be asked; it may work later.
    #[error("the log could not be read")]
    Io {
        /// What the storage said.
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
        /// Where the found block says that it starts.
        first: Position,
    },
    /// The block that starts there is gone.
    #[error("no block is stored there")]
    Missing,
    /// It is a good block, but not the one that this log's head names.
    #[error("the block stored there is not the head {head}")]
    NotTheHead {
        /// The head as this handle knows it.
        head: Head,
    },
    /// The storage engine itself found its files damaged.
    #[error("the storage reports damage: {0}")]
    Storage(String),
}

/// Why a data directory or a log in it can't be used; each message says what to do.
#[derive(Debug, Error)]
pub enum OpenError {
    /// There is none at this place, and this way of opening creates none.
    #[error("no ledger at {}: check the path, or start the server there to create one", path.display())]
    NotFound {
        /// Where it was looked for.
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
    /// The directory holds something else; nothing in it was touched.
    #[error(
        "{} is not empty and not a ledger's (it has no FORMAT file but has {found:?}): choose an \
         empty directory, or restore the FORMAT file together with the rest of a backup",
        path.display()
    )]
    Foreign {
        /// The directory.
        path: PathBuf,
        /// One of the things found in it.
        found: String,
    },
    /// The directory holds a ledger; nothing in it was touched.
    #[error("{} holds a ledger already: restore into an empty directory", path.display())]
    Occupied {
        /// The directory.
        path: PathBuf,
    },
    /// A newer program wrote the directory; nothing in it was touched.
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
    /// The marker file can't be read as one.
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
        /// The partition that was asked for.
        expected: u32,
        /// The partition that is stored.
        found: u32,
    },
    /// There is a ledger, and its log is gone.
    #[error(
        "the log in {} is gone (neither `journal` nor `db` is there): restore the last backup, or, \
         to give up every event and begin with an empty log, start once with `serve --accept-loss`",
        path.display()
    )]
    Gone {
        /// The log's directory.
        path: PathBuf,
    },
    /// The storage engine can't open its files.
    #[error(
        "the log in {} can't be opened ({reason}): keep a copy of the directory and restore the \
         last backup",
        path.display()
    )]
    Damaged {
        /// The log's directory.
        path: PathBuf,
        /// What the storage engine said.
        reason: String,
    },
    /// The last block can't be trusted, so nothing may be appended after it.
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
        "the log in {} has lost acknowledged blocks (it had got to {reached}, and now ends at \
         {found}): restore the last backup, or, to give up the events in between, start once with \
         `serve --accept-loss`",
        path.display()
    )]
    Shrunk {
        /// The log's directory.
        path: PathBuf,
        /// Where the log ends.
        found: Head,
        /// What it had acknowledged.
        reached: Head,
    },
    /// The log's journal is gone or can't be trusted; it may have held acknowledged blocks that
    /// nothing else has.
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
        "the log in {} keeps values in {found} files of their own, which a power cut may lose: run \
         `verify` on it and restore it into a new directory",
        path.display()
    )]
    Spilled {
        /// The log's directory.
        path: PathBuf,
        /// How many such files there are.
        found: usize,
    },
    /// The operating system refused; the source says what.
    #[error("{} could not be {action}: check its permissions and the disk", path.display())]
    Io {
        /// What was to be done, as a participle: "created", "synced".
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
}

impl OpenError {
    /// Tells whether the stored data is damaged.
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
            | Self::Occupied { .. }
            | Self::Newer { .. }
            | Self::Partition { .. }
            | Self::Io { .. } => false,
        }
    }
}
