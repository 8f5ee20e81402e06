//! Puts the blocks of a backup into a log.

use std::io::Read;

use bytes::Bytes;
use thiserror::Error;

use super::{Backup, BackupError};
use crate::log::block::SealError;
use crate::log::{AppendError, Block, Head, Log, Position, ReadError};

/// Why a backup can't be put into a log. What was put in before is good, and stays.
#[derive(Debug, Error)]
pub enum ImportError {
    /// The backup is bad.
    #[error("the backup can't be trusted")]
    Backup(#[from] BackupError),
    /// It starts after the log's end.
    #[error(
        "the backup starts after position {start}, the log ends at {end}: import those between"
    )]
    Gap {
        /// The last position before the backup.
        start: Position,
        /// The log's last position.
        end: Position,
    },
    /// It is of a log that had another block there.
    #[error("the backup is of another history: block {block} is not the one that the log has")]
    OtherHistory {
        /// The first block that is seen to differ.
        block: u64,
    },
    /// The log can't be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The log takes no more.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// Part of a block makes no block.
    #[error(transparent)]
    Seal(#[from] SealError),
}

/// Appends the blocks of `backup` that `log` lacks, as long as `keep` wants their records; gives
/// where the log stands then.
///
/// The blocks are those of the backup, byte for byte; only when `keep` says no in the middle of one,
/// the records before that one get a block of their own, and the log is a history of its own from
/// there on.
///
/// # Errors
/// See [`ImportError`].
pub fn import<R: Read>(
    log: &dyn Log,
    mut backup: Backup<R>,
    mut keep: impl FnMut(Position, &Bytes) -> bool,
) -> Result<Head, ImportError> {
    let start = backup.contents().start;
    let mut head = log.head();
    if start.block > head.block {
        return Err(ImportError::Gap {
            start: start.position,
            end: head.position,
        });
    }
    let mut known = Known::after(log, &start)?;
    for block in &mut backup {
        let block = block?;
        if block.number() <= head.block {
            known.is(&block)?;
            continue;
        }
        let wanted = block
            .records_after(Position::START)
            .take_while(|(position, record)| keep(*position, record))
            .count();
        if wanted == block.records().len() {
            head = log.append(&head, &block)?;
            continue;
        }
        if wanted > 0 {
            let records = block.records()[..wanted].to_vec();
            let cut = Block::seal(block.partition(), &head, records)?;
            head = log.append(&head, &cut)?;
        }
        break;
    }
    Ok(head)
}

/// The blocks of a log that a backup has too.
struct Known<'a> {
    blocks: crate::log::Blocks<'a>,
}

impl<'a> Known<'a> {
    /// Those after `start`, which the log must have had.
    fn after(log: &'a dyn Log, start: &Head) -> Result<Self, ImportError> {
        let other = ImportError::OtherHistory { block: start.block };
        let mut blocks = log.read(start.position)?.peekable();
        let before = match blocks.peek() {
            Some(Ok(first)) => first.before(),
            Some(Err(_)) | None => log.head(),
        };
        if before != *start {
            return Err(other);
        }
        Ok(Self {
            blocks: Box::new(blocks),
        })
    }

    fn is(&mut self, block: &Block) -> Result<(), ImportError> {
        let own = self.blocks.next().transpose()?;
        if own.is_some_and(|own| own.hash() == block.hash()) {
            Ok(())
        } else {
            Err(ImportError::OtherHistory {
                block: block.number(),
            })
        }
    }
}
