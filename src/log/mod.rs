//! The log: the only truth. Everything else in the ledger is a fold over it.
//!
//! Owns [`Block`]s, their bytes and their order, the contract of a [`Log`] and its backends, and
//! the directory that an embedded ledger works in. Speaks bytes and [`Position`]s: it does not know
//! what a record means, who wrote it, or what is folded from it.
//!
//! ```text
//! writer ── Block::seal(head, records) ──▶ Log::append(head, block) ── durable ──▶ new Head ──▶ tail
//! reader ◀── Arc<Block>, Arc<Block>, … ── Log::read(after)
//! ```
//!
//! One log holds one partition: one order of records at positions 1, 2, 3 … without gaps, cut into
//! blocks 1, 2, 3 … without gaps, each naming the hash of the one before. So the hash in a [`Head`]
//! vouches for all of history. What no chain can show is that blocks are missing *at its end*: a
//! fold that stands beyond the head is the witness of that, and must say so.
//!
//! [`backup`] copies blocks from a log into a file and into another log, with any backend.
//!
//! Backends: [`memory`] for tests and tools, [`sled`] embedded. One conformance suite
//! (`tests/it/log_conformance.rs`) holds them to this contract.

pub mod backup;
pub mod block;
mod chain;
pub mod codec;
pub mod directory;
mod error;
mod hash;
pub mod memory;
mod paths;
mod select;
pub mod sled;
mod verify;

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

pub use crate::domain::Position;
pub use block::Block;
pub use error::{AppendError, Fault, OpenError, ReadError};
pub use hash::Hash;
pub use select::{Selection, select};
pub use verify::verify;

/// The end of a log: its last block and its last position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Head {
    /// The number of the last block, 0 in an empty log.
    pub block: u64,
    /// The position of the last record, [`Position::START`] in an empty log.
    pub position: Position,
    /// The hash of the last block, [`Hash::ZERO`] in an empty log.
    pub hash: Hash,
}

impl Head {
    /// The head of an empty log.
    pub const EMPTY: Self = Self {
        block: 0,
        position: Position::START,
        hash: Hash::ZERO,
    };
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "position {}, block {} ({})",
            self.position, self.block, self.hash
        )
    }
}

/// The blocks of a read, in order. Ends after the first error.
pub type Blocks<'a> = Box<dyn Iterator<Item = Result<Arc<Block>, ReadError>> + Send + 'a>;

/// One partition's log.
///
/// Every method may block on the disk, so call none of them on an async worker.
///
/// # What a backend promises
///
/// - **Durable means durable.** A block is acknowledged, shown by [`head`](Log::head) and
///   [`tail`](Log::tail) and given to readers only once it survives a power cut.
/// - **All or nothing.** A block is in the log whole or not at all, after any crash.
/// - **Append only.** What was acknowledged is never changed, moved or removed.
/// - **The fence.** Of two appends after the same head at most one succeeds.
/// - **Nothing is read unchecked.** A reader gets what was written, or an error that names the
///   first position that it can't have; never something else, and never a gap.
///
/// It does not promise to serve two processes: see [`directory`].
pub trait Log: Send + Sync {
    /// Returns the partition that this log holds.
    fn partition(&self) -> u32;

    /// Returns the last durable block's head, [`Head::EMPTY`] before the first. Never goes backwards
    /// while the handle lives. Does not touch the disk.
    fn head(&self) -> Head;

    /// Appends `block` right after `expected`, which the log's head must be.
    ///
    /// `Ok` carries the new head and means durable. Appends from several threads take turns. An
    /// empty or an oversized block can't be passed: [`Block::seal`] makes none.
    ///
    /// # Errors
    ///
    /// - [`AppendError::Refused`]: `block` doesn't come right after `expected` in this partition.
    ///   Nothing happened. Found before the log's own head is looked at.
    /// - [`AppendError::Conflict`]: the head is another one. Nothing happened.
    /// - [`AppendError::Indeterminate`]: it may have happened, or may show after a restart. From
    ///   then on this handle refuses appends, keeps its head and still reads up to it; a newly
    ///   opened log knows what became of the block.
    /// - [`AppendError::Stuck`]: what was acknowledged before can't be stored where it belongs.
    ///   Nothing happened, and this handle takes no more appends. Reads go on.
    /// - [`AppendError::Stopped`]: this handle takes no appends. Nothing happened.
    fn append(&self, expected: &Head, block: &Block) -> Result<Head, AppendError>;

    /// Reads the blocks that hold the records after `after`, up to the head as it is now.
    ///
    /// The first block is the one that contains position `after + 1`, so it **may begin with
    /// records at or before `after`**: take [`Block::records_after`]. There are none when `after`
    /// is the head's position or beyond.
    ///
    /// Each block's own hash is checked, that it lies where it says, that its number, position and
    /// previous hash continue the block before, and that the last one is the head; only what the
    /// first block names as its predecessor goes unchecked, unless reading from
    /// [`Position::START`]. Appends may go on meanwhile.
    ///
    /// # Errors
    ///
    /// As the last item of the iterator, or at once when nothing could be read at all:
    /// [`ReadError::Corrupt`] names the first bad position, [`ReadError::Io`] says that the storage
    /// could not be asked.
    fn read(&self, after: Position) -> Result<Blocks<'_>, ReadError>;

    /// Returns why appends will be refused, if that is known before one is tried: there was no room on the
    /// disk, or what was acknowledged cannot be stored where it belongs. Reads go on.
    fn refusal(&self) -> Option<String> {
        None
    }

    /// Watches the durable head: the receiver holds the current one and is notified of changes.
    /// Heads that follow each other quickly may be seen as one change. It ends with the log.
    fn tail(&self) -> watch::Receiver<Head>;
}
