//! Findings: classifies the damage of a log at the first place where the log is inconsistent.

use std::fmt;
use std::sync::Arc;

use super::Found;
use crate::domain::Position;
use crate::log::block::Misfit;
use crate::log::codec::peek;
use crate::log::{Block, Fault, Head, ReadError};
use crate::views::Unfit;

/// The kind of damage.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Kind {
    /// Bytes were changed.
    Edited,
    /// Blocks or records are missing, and later ones exist.
    Removed,
    /// Blocks or records were added.
    Inserted,
    /// Blocks or records are in another order.
    Swapped,
    /// The end is missing.
    Truncated,
    /// An event does not follow from the earlier events: one of them was changed.
    Unfit,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Edited => "edited",
            Self::Removed => "removed",
            Self::Inserted => "inserted",
            Self::Swapped => "swapped",
            Self::Truncated => "truncated",
            Self::Unfit => "unfit",
        })
    }
}

/// The first damage of a log.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "the log is damaged at position {position}{}: {kind}: {reason}: restore it from a backup",
    in_block(*block)
)]
pub struct Finding {
    /// The kind of damage.
    pub kind: Kind,
    /// The first position that cannot be trusted.
    pub position: Position,
    /// The block, if it is known.
    pub block: Option<u64>,
    /// How the damage was found.
    pub reason: String,
}

fn in_block(block: Option<u64>) -> String {
    block.map_or_else(String::new, |number| format!(" in block {number}"))
}

/// Classifies the damage at a block that does not follow `head`, or that cannot be read, with the
/// help of the blocks after it.
pub(super) fn of_chain(partition: u32, head: &Head, bad: Found, later: &[Arc<Block>]) -> Finding {
    let found = |kind, position, block, reason: &dyn fmt::Display| Finding {
        kind,
        position,
        block: Some(block),
        reason: reason.to_string(),
    };
    let (at, due) = (head.position.next(), head.block.saturating_add(1));
    let block = match bad {
        Ok(block) => block,
        Err(ReadError::Io { source }) => return found(Kind::Edited, at, due, &source),
        Err(ReadError::Corrupt { block, reason, .. }) => {
            let kind = of_fault(&reason, later.is_empty());
            return found(kind, at, block.unwrap_or(due), &reason);
        }
    };
    let Err(misfit) = block.follows(partition, head) else {
        return found(
            Kind::Edited,
            at,
            due,
            &"it was refused although it follows the block before",
        );
    };
    match misfit {
        Misfit::Partition { .. } => found(Kind::Inserted, at, due, &misfit),
        Misfit::Number { found: number, .. } if number < due => {
            let at = block.first_position().min(at);
            found(Kind::Inserted, at, number, &misfit)
        }
        Misfit::Number { .. } => {
            let is_there = later.iter().any(|one| one.number() == due);
            let is_copy = later.iter().any(|one| one.hash() == block.hash());
            let kind = match (is_there, is_copy) {
                (true, true) => Kind::Inserted,
                (true, false) => Kind::Swapped,
                (false, _) => Kind::Removed,
            };
            found(kind, at, due, &misfit)
        }
        // The previous block was sealed again with fewer or more records than this one expects.
        Misfit::Position { found: first, .. } if first > at => {
            found(Kind::Removed, at, head.block, &misfit)
        }
        Misfit::Position { found: first, .. } => found(Kind::Inserted, first, head.block, &misfit),
        // Either this block or the previous one was sealed again. The next block shows which.
        Misfit::PreviousHash { .. } => {
            let next = later.first();
            let is_known = next.is_none_or(|next| next.previous_hash() == block.hash());
            let block = if is_known { head.block.max(1) } else { due };
            found(Kind::Edited, at, block, &misfit)
        }
    }
}

fn of_fault(fault: &Fault, is_last: bool) -> Kind {
    use crate::log::block::DecodeError;
    match fault {
        Fault::Undecodable(DecodeError::Length { .. }) if is_last => Kind::Truncated,
        Fault::Undecodable(_) | Fault::NotTheHead { .. } | Fault::Storage(_) => Kind::Edited,
        Fault::Misfit(Misfit::PreviousHash { .. }) => Kind::Edited,
        Fault::Misfit(Misfit::Partition { .. }) => Kind::Inserted,
        Fault::Misfit(Misfit::Number { expected, found }) if found < expected => Kind::Inserted,
        Fault::Misfit(Misfit::Position { expected, found }) if found < expected => Kind::Inserted,
        Fault::Misfit(Misfit::Number { .. } | Misfit::Position { .. }) => Kind::Removed,
        Fault::Misplaced { .. } => Kind::Swapped,
        Fault::Missing => Kind::Removed,
    }
}

/// Classifies the damage at a record. The blocks are consistent, because they were sealed again
/// after the change. `near` begins with the block of the record.
pub(super) fn of_record(position: Position, reason: Unfit, near: &[Arc<Block>]) -> Finding {
    let says = |record: &[u8]| peek(record).ok().map(|header| header.position);
    let is_later = |wanted| {
        let mut records = near.iter().flat_map(|block| block.records_after(position));
        records.any(|(_, one)| says(one) == Some(wanted))
    };
    let kind = match &reason {
        Unfit::Undecodable(_) => Kind::Edited,
        Unfit::Time | Unfit::Dangling { .. } => Kind::Unfit,
        // A copy of this record is at an earlier or a later position.
        Unfit::Position { says } if *says < position || is_later(*says) => Kind::Inserted,
        Unfit::Position { .. } if is_later(position) => Kind::Swapped,
        Unfit::Position { .. } => Kind::Removed,
    };
    Finding {
        kind,
        position,
        block: near.first().map(|block| block.number()),
        reason: reason.to_string(),
    }
}
