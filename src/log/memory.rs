//! A log in memory, for tests and tools.
//!
//! Keeps the encoded bytes, as a disk does, and decodes them for every reader, so that tests use
//! the codec too. "Durable" means as long as the value lives.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::watch;

use super::chain::{Chain, StorageError, Stored, stored_at};
use super::{AppendError, Block, Blocks, Fault, Head, Log, Position, ReadError};

/// The stored blocks: bytes by the position of the first record.
pub type StoredBlocks = BTreeMap<Position, Bytes>;

/// One partition's log in memory. A clone is another handle of the same log.
#[derive(Clone, Debug)]
pub struct MemoryLog {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    partition: u32,
    blocks: Mutex<StoredBlocks>,
    head: watch::Sender<Head>,
    for_reading: bool,
}

impl MemoryLog {
    /// Makes an empty log.
    pub fn new(partition: u32) -> Self {
        Self::with(partition, StoredBlocks::new(), Head::EMPTY, false)
    }

    /// Opens the stored blocks of another log, see [`MemoryLog::stored`], as a restart does.
    ///
    /// # Errors
    ///
    /// The fault of the last block: nothing may be appended after it.
    pub fn from_stored(partition: u32, blocks: StoredBlocks) -> Result<Self, Fault> {
        let head = match blocks.last_key_value() {
            Some((&position, bytes)) => stored_at(position, bytes.clone())?.head(),
            None => Head::EMPTY,
        };
        Ok(Self::with(partition, blocks, head, false))
    }

    /// Opens stored blocks for reading, even if they are damaged. Appends are
    /// [`AppendError::Stopped`]. The head is the last good block, and reads go on past it to the
    /// last stored block.
    pub fn from_stored_for_reading(partition: u32, blocks: StoredBlocks) -> Self {
        let head = blocks
            .iter()
            .rev()
            .find_map(|(&position, bytes)| stored_at(position, bytes.clone()).ok())
            .map_or(Head::EMPTY, |block| block.head());
        Self::with(partition, blocks, head, true)
    }

    fn with(partition: u32, blocks: StoredBlocks, head: Head, for_reading: bool) -> Self {
        Self {
            shared: Arc::new(Shared {
                partition,
                blocks: Mutex::new(blocks),
                head: watch::Sender::new(head),
                for_reading,
            }),
        }
    }

    /// Returns the stored blocks; their bytes are shared.
    pub fn stored(&self) -> StoredBlocks {
        self.shared.blocks.lock().clone()
    }
}

impl Log for MemoryLog {
    fn partition(&self) -> u32 {
        self.shared.partition
    }

    fn head(&self) -> Head {
        *self.shared.head.borrow()
    }

    fn append(&self, expected: &Head, block: &Block) -> Result<Head, AppendError> {
        if self.shared.for_reading {
            return Err(AppendError::Stopped);
        }
        block
            .follows(self.partition(), expected)
            .map_err(AppendError::Refused)?;
        let mut blocks = self.shared.blocks.lock();
        let actual = self.head();
        if actual != *expected {
            return Err(AppendError::Conflict { actual });
        }
        blocks.insert(block.first_position(), block.encoded().clone());
        self.shared.head.send_replace(block.head());
        Ok(block.head())
    }

    fn read(&self, after: Position) -> Result<Blocks<'_>, ReadError> {
        let head = self.head();
        let first = self
            .shared
            .blocks
            .lock()
            .range(..=after.next())
            .next_back()
            .map_or(after.next(), |(&first, _)| first);
        let stored = StoredFrom {
            blocks: &self.shared.blocks,
            next: first,
        };
        Ok(if self.shared.for_reading {
            Box::new(Chain::past(head, stored, self.partition(), after))
        } else {
            Box::new(Chain::to(head, stored, self.partition(), after))
        })
    }

    fn tail(&self) -> watch::Receiver<Head> {
        self.shared.head.subscribe()
    }
}

/// Walks the stored blocks and takes the lock for one block at a time.
struct StoredFrom<'a> {
    blocks: &'a Mutex<StoredBlocks>,
    next: Position,
}

impl Iterator for StoredFrom<'_> {
    type Item = Result<Stored, StorageError>;

    fn next(&mut self) -> Option<Self::Item> {
        let blocks = self.blocks.lock();
        let (&position, bytes) = blocks.range(self.next..).next()?;
        self.next = position.next();
        Some(Ok((position, bytes.clone())))
    }
}
