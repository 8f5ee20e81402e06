//! The checks that every backend makes while reading.
//!
//! Owns the rule that decides which block a reader may get after which. Does not know where the
//! bytes are.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use thiserror::Error;

use super::{Block, Fault, Head, Position, ReadError};

/// A stored block: its key, which is the position under which the backend stored it, and its bytes.
pub(super) type Stored = (Position, Bytes);

/// Why the storage of a backend failed.
#[derive(Debug, Error)]
pub(super) enum StorageError {
    /// The operating system refused.
    #[error("the storage could not be reached")]
    Io(#[from] io::Error),
    /// The storage engine found its files damaged.
    #[error("the storage reports damage: {0}")]
    Damaged(String),
}

impl StorageError {
    /// Makes the error of a reader that wanted `position` in block number `block`.
    pub fn while_reading(self, block: Option<u64>, position: Position) -> ReadError {
        match self {
            Self::Io(source) => ReadError::Io { source },
            Self::Damaged(reason) => ReadError::Corrupt {
                block,
                position,
                reason: Fault::Storage(reason),
            },
        }
    }
}

/// Stored blocks, each checked against the previous one.
pub(super) struct Chain<I> {
    stored: I,
    partition: u32,
    /// The first position that the reader wants.
    wanted: Position,
    /// The last good block, or the start of the walk. `None` before the first block of a walk that
    /// begins in the middle of the log.
    last: Option<Head>,
    /// A block that the walk must reach.
    reach: Head,
    /// Whether the walk ends with that block or with the last stored block.
    ends_there: bool,
    ended: bool,
}

impl<I: Iterator<Item = Result<Stored, StorageError>>> Chain<I> {
    /// Checks `stored` and ends the walk with `head`. `stored` begins with the last block at or
    /// before `after + 1`, if there is one.
    pub fn to(head: Head, stored: I, partition: u32, after: Position) -> Self {
        Self {
            ends_there: true,
            ended: head.position <= after,
            ..Self::past(head, stored, partition, after)
        }
    }

    /// Checks `stored` like [`Chain::to`], but goes on past `head` to the last stored block.
    pub fn past(head: Head, stored: I, partition: u32, after: Position) -> Self {
        Self {
            stored,
            partition,
            wanted: after.next(),
            last: (after == Position::START).then_some(Head::EMPTY),
            reach: head,
            ends_there: false,
            ended: false,
        }
    }

    fn advance(&mut self) -> Result<Option<Arc<Block>>, ReadError> {
        loop {
            let Some(block) = self.check_next()? else {
                return Ok(None);
            };
            self.last = Some(block.head());
            self.ended = self.ends_there && block.head() == self.reach;
            // Blocks before the wanted position are skipped.
            if block.last_position() >= self.wanted {
                return Ok(Some(block));
            }
        }
    }

    fn check_next(&mut self) -> Result<Option<Arc<Block>>, ReadError> {
        let due = self.last.map(|head| head.position.next());
        let (key, bytes) = match self.stored.next() {
            Some(Ok(stored)) => stored,
            Some(Err(error)) => {
                return Err(error.while_reading(self.due_block(), due.unwrap_or(self.wanted)));
            }
            None => {
                let due = due.unwrap_or(self.wanted);
                return if due > self.reach.position {
                    Ok(None)
                } else {
                    Err(self.corrupt(due, Fault::Missing))
                };
            }
        };
        let due = due.unwrap_or_else(|| key.min(self.wanted));
        if key > due {
            return Err(self.corrupt(due, Fault::Missing));
        }
        self.check(key, bytes)
            .map(|block| Some(Arc::new(block)))
            .map_err(|fault| self.corrupt(due, fault))
    }

    fn check(&self, key: Position, bytes: Bytes) -> Result<Block, Fault> {
        let block = stored_at(key, bytes)?;
        // Without a previous block, the walk must trust what this block says about its predecessor.
        let own_word = Head {
            block: block.number() - 1,
            position: Position::new(block.first_position().get() - 1),
            hash: block.previous_hash(),
        };
        block.follows(self.partition, &self.last.unwrap_or(own_word))?;
        let reached = block.number() == self.reach.block
            || (self.ends_there && block.last_position() >= self.reach.position);
        if reached && block.head() != self.reach {
            return Err(Fault::NotTheHead { head: self.reach });
        }
        Ok(block)
    }

    fn corrupt(&self, position: Position, reason: Fault) -> ReadError {
        ReadError::Corrupt {
            block: self.due_block(),
            position,
            reason,
        }
    }

    fn due_block(&self) -> Option<u64> {
        self.last.map(|head| head.block.saturating_add(1))
    }
}

/// Decodes the block stored under `key` and checks that it starts at that position.
pub(super) fn stored_at(key: Position, bytes: Bytes) -> Result<Block, Fault> {
    let block = Block::decode(bytes)?;
    if block.first_position() == key {
        Ok(block)
    } else {
        Err(Fault::Misplaced {
            first: block.first_position(),
        })
    }
}

impl<I: Iterator<Item = Result<Stored, StorageError>>> Iterator for Chain<I> {
    type Item = Result<Arc<Block>, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = self.advance().transpose();
        if !matches!(next, Some(Ok(_))) {
            self.ended = true;
        }
        next
    }
}
