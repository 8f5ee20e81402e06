//! Reads single records from a log, by position.

use std::sync::Arc;

use bytes::Bytes;

use super::{Block, Log, Position, ReadError};

/// Reads single records one after the other. Keeps only the block of the last one.
pub struct Selection<'a> {
    log: &'a dyn Log,
    block: Option<Arc<Block>>,
}

impl<'a> Selection<'a> {
    /// Begins to read from a log.
    pub fn of(log: &'a dyn Log) -> Self {
        Self { log, block: None }
    }

    /// Reads the record at a position, which must be beyond the previous one. Neighbours share one
    /// block read. Returns `None` beyond the head.
    ///
    /// # Errors
    /// When its block cannot be read.
    pub fn read(&mut self, position: Position) -> Result<Option<&Bytes>, ReadError> {
        let before = Position::new(position.get().saturating_sub(1));
        let is_in_block = |block: &Arc<Block>| block.last_position() >= position;
        if !self.block.as_ref().is_some_and(is_in_block) {
            self.block = self.log.read(before)?.next().transpose()?;
        }
        let Some(block) = &self.block else {
            return Ok(None);
        };
        Ok(block.records_after(before).next().map(|(_, bytes)| bytes))
    }
}

/// Reads the records at these positions, which must ascend. Neighbours share one block read.
///
/// # Errors
/// When a block cannot be read. Positions beyond the head are skipped.
pub fn select(log: &dyn Log, positions: &[Position]) -> Result<Vec<(Position, Bytes)>, ReadError> {
    let mut records = Vec::with_capacity(positions.len());
    let mut selection = Selection::of(log);
    for position in positions {
        let Some(bytes) = selection.read(*position)? else {
            break;
        };
        records.push((*position, bytes.clone()));
    }
    Ok(records)
}
