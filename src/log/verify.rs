//! The walk over a whole log that looks at every byte.

use super::{Block, Head, Log, Position, ReadError};

/// Reads every block of `log` from the first to the last and checks it, see [`Log::read`].
///
/// Gives the head of the last block and calls `on_block` with each good one, for progress. A log
/// opened for reading only is walked to the end of what is stored, past its head.
///
/// # Errors
///
/// The first bad block, as [`ReadError::Corrupt`]; nothing after it is looked at, since nothing
/// after it can be vouched for.
pub fn verify(log: &dyn Log, mut on_block: impl FnMut(&Block)) -> Result<Head, ReadError> {
    let mut head = Head::EMPTY;
    for block in log.read(Position::START)? {
        let block = block?;
        head = block.head();
        on_block(&block);
    }
    Ok(head)
}
