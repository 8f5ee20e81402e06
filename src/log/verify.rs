//! The walk that checks every byte of a log.

use super::{Block, Head, Log, Position, ReadError};

/// Reads and checks every block of `log`, from the first to the last, see [`Log::read`].
///
/// Returns the head of the last block. Calls `on_block` with each good block, for progress. In a
/// log opened for reading only, the walk goes past the head to the last stored block.
///
/// # Errors
///
/// The first bad block, as [`ReadError::Corrupt`]. The walk ends there, because no later block can
/// be trusted.
pub fn verify(log: &dyn Log, mut on_block: impl FnMut(&Block)) -> Result<Head, ReadError> {
    let mut head = Head::EMPTY;
    for block in log.read(Position::START)? {
        let block = block?;
        head = block.head();
        on_block(&block);
    }
    Ok(head)
}
