//! A backup: blocks of one log in a file, independent of the storage engine.
//!
//! Owns the format of the file, the reading and checking of such files, and the import of their
//! blocks into a log. Does not know whether the blocks come from a directory or from a running
//! server.
//!
//! # Format 2
//!
//! Six bytes, the magic `CLBU` and the format version 2, and then one zstd stream. In it, all
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
//! A backup that starts at block 0 is a whole backup; one that starts later continues earlier ones.
//! Backups may overlap: a log skips the blocks that it has, after a check that they are the same.

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
const VERSION: u16 = 2;

/// The longest checkpoint, in bytes. A few signatures take some hundred bytes.
const MAX_CHECKPOINT_BYTES: usize = 64 * 1024;

/// The description of a backup, before its blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contents {
    /// The id of its log.
    pub log_id: Uuid,
    /// The log's partition.
    pub partition: u32,
    /// The block before the first one; [`Head::EMPTY`] in a whole backup.
    pub start: Head,
    /// The last block.
    pub end: Head,
}

/// The first fault of a backup.
#[derive(Debug, Error)]
pub enum BackupError {
    /// It does not begin like a backup.
    #[error(
        "it is not a backup of a campaign ledger: it does not begin with {:?}",
        "CLBU"
    )]
    Foreign,
    /// A version before personal data was sealed wrote it.
    #[error(
        "it has backup format {found}, from before personal data was sealed; this program reads \
         {VERSION}: the program that wrote it still reads it"
    )]
    Older {
        /// The format's version.
        found: u16,
    },
    /// A newer program wrote it.
    #[error("it has backup format {found}, this program knows {VERSION}: use a newer program")]
    Newer {
        /// The format's version.
        found: u16,
    },
    /// It cannot be decompressed further, or it ends early.
    #[error("it is cut off or damaged after position {after}")]
    Cut {
        /// The last good position.
        after: Position,
        /// The error of the reader or the decompressor.
        #[source]
        source: io::Error,
    },
    /// A block in it is bad, or not the next one.
    #[error("it is damaged at position {position} in block {block}")]
    Block {
        /// The expected block number.
        block: u64,
        /// The first position that can't be trusted.
        position: Position,
        /// What is wrong.
        #[source]
        reason: Fault,
    },
    /// Its blocks do not end where its description says.
    #[error("its blocks end at {found}, but its description says {stated}")]
    End {
        /// Where they end.
        found: Head,
        /// Where its description says that they end.
        stated: Head,
    },
    /// The blocks are good, but the rest of the backup was changed.
    #[error("its checksum is {computed}, but {stored} was stored")]
    Checksum {
        /// The hash of the bytes that were read.
        computed: Hash,
        /// The hash that the backup stores.
        stored: Hash,
    },
    /// Bytes follow its end.
    #[error("there are bytes after its end")]
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
