//! Reads single records from a log, by position.

use std::sync::Arc;

use bytes::Bytes;

use super::{Block, Log, Position, ReadError};

/// Reads the records at these positions, which must ascend; neighbours share one block read.
///
/// # Errors
/// When a block cannot be read. Positions beyond the head are passed over.
pub fn select(log: &dyn Log, positions: &[Position]) -> Result<Vec<(Position, Bytes)>, ReadError> {
    let mut records = Vec::with_capacity(positions.len());
    let mut block: Option<Arc<Block>> = None;
    for position in positions {
        let before = Position::new(position.get().saturating_sub(1));
        if block
            .as_ref()
            .is_none_or(|block| block.last_position() < *position)
        {
            block = log.read(before)?.next().transpose()?;
        }
        let Some(block) = &block else { break };
        records.extend(
            block
                .records_after(before)
                .take(1)
                .map(|(position, bytes)| (position, bytes.clone())),
        );
    }
    Ok(records)
}
