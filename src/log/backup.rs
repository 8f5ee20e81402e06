//! A backup: blocks of one log in a file, without the storage engine they were in.
//!
//! Owns the file's format, the reading and checking of such files, and what a log may take from one.
//! Does not know where the blocks came from: a directory at rest, or a server at work.
//!
//! # Format 1
//!
//! Six bytes, the magic `CLBU` and the format version 1, and then one zstd stream. In it, all
//! numbers unsigned and big-endian:
//!
//! | bytes | field |
//! |------:|-------|
//! | 16    | the log's id |
//! | 4     | partition |
//! | 48    | where the blocks start: block number, position and hash of the block before the first |
//! | 48    | where they end: the same of the last one |
//! | 4     | length *n* of a block, and then |
//! | *n*   | the block, as it is stored: see [`super::block`]; both again for each block |
//! | 4     | 0: there are no more |
//! | 4     | length *m* of the checkpoint, and then |
//! | *m*   | the signed checkpoint of where they end, as text; none where *m* is 0 |
//! | 32    | SHA-256 of everything in the stream before |
//!
//! A backup that starts at block 0 is whole; one that starts later continues those before it. Blocks
//! overlap or touch: a log passes over what it has, and checks that it has the same.

mod import;
mod reader;
mod writer;

use std::io;

use thiserror::Error;
use uuid::Uuid;

use super::{Fault, Hash, Head, Position, ReadError};

pub use import::{ImportError, import};
pub use reader::Backup;
pub use writer::{Extent, WriteError, Writer, write};

const MAGIC: [u8; 4] = *b"CLBU";
const VERSION: u16 = 1;

/// The longest checkpoint, in bytes: a few signatures take some hundred.
const MAX_CHECKPOINT_BYTES: usize = 64 * 1024;

/// What a backup says of itself before its blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contents {
    /// The log that it is of.
    pub log_id: Uuid,
    /// The log's partition.
    pub partition: u32,
    /// The block before the first one; [`Head::EMPTY`] in a whole backup.
    pub start: Head,
    /// The last block.
    pub end: Head,
}

/// Why bytes are not a good backup; the first thing that is wrong.
#[derive(Debug, Error)]
pub enum BackupError {
    /// They don't begin as a backup does.
    #[error(
        "it is no backup of a campaign ledger: it does not begin with {:?}",
        "CLBU"
    )]
    Foreign,
    /// A newer program wrote it.
    #[error("it has backup format {found}, this program knows {VERSION}: use a newer program")]
    Newer {
        /// The format's version.
        found: u16,
    },
    /// It can't be decompressed further, or ends early.
    #[error("it is cut off or damaged after position {after}")]
    Cut {
        /// The last good position.
        after: Position,
        /// What the reader or the decompressor said.
        #[source]
        source: io::Error,
    },
    /// A block in it is bad, or not the next one.
    #[error("it is damaged at position {position} in block {block}")]
    Block {
        /// The number of the block that was due.
        block: u64,
        /// The first position that can't be trusted.
        position: Position,
        /// What is wrong.
        #[source]
        reason: Fault,
    },
    /// Its blocks end elsewhere than it says.
    #[error("its blocks end at {found}, it says {stated}")]
    End {
        /// Where they end.
        found: Head,
        /// Where it says that they do.
        stated: Head,
    },
    /// The blocks are good, and the rest of it is not what was written.
    #[error("its checksum is {computed}, but {stored} was stored")]
    Checksum {
        /// The hash of what is there.
        computed: Hash,
        /// The hash of what was written.
        stored: Hash,
    },
    /// Something comes after its end.
    #[error("it goes on after its end")]
    Longer,
}

impl From<BackupError> for ReadError {
    fn from(error: BackupError) -> Self {
        match error {
            BackupError::Block {
                block,
                position,
                reason,
            } => Self::Corrupt {
                block: Some(block),
                position,
                reason,
            },
            other => io::Error::other(other).into(),
        }
    }
}
