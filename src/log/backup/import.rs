//! Imports the blocks of a backup into a log.

use std::io::Read;

use bytes::Bytes;
use thiserror::Error;

use super::{Backup, BackupError};
use crate::log::block::SealError;
use crate::log::{AppendError, Block, Head, Log, Position, ReadError};

/// Why a backup cannot be imported. Blocks imported before the failure are good and stay in the
/// log.
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
    /// It comes from a log that had another block at this place.
    #[error("the backup is of another history: its block {block} differs from that of the log")]
    OtherHistory {
        /// The first block that differs.
        block: u64,
    },
    /// The log cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The log refused a block.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// Part of a block could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
}

/// Appends the blocks of `backup` that `log` lacks, while `keep` returns true for their records.
/// Returns the new head.
///
/// The blocks are those of the backup, byte for byte, with one exception: if `keep` returns false
/// in the middle of a block, the records before that point get their own block. From then on the
/// log has its own history.
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

/// The blocks of a log that a backup also has.
struct Known<'a> {
    blocks: crate::log::Blocks<'a>,
}

impl<'a> Known<'a> {
    /// Starts after `start`, which must be a head of the log.
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
