//! Blocks on their way from the journal into sled.
//!
//! Owns the durable blocks that sled may lack, and the conditions for which the appender and the
//! mover wait. Holds little more than the journal, because the appender waits before it overwrites
//! a block that is not durable in sled.
//!
//! A block leaves only once it and all blocks of its page are durable in sled: sled cannot read a
//! page that it could not write. So a reader that looks here first and into sled second misses no
//! block, even on a failing disk.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use parking_lot::{Condvar, Mutex};

use crate::log::Position;
use crate::log::chain::{StorageError, Stored};

/// When this many bytes wait, they are moved at once: enough to make waking a thread cheap.
const BATCH_BYTES: usize = 1024 * 1024;

/// How long fewer bytes wait, and how long sled stays unsynced when no more arrive. It is short, so
/// that a start after a kill has little to move.
const PATIENCE: Duration = Duration::from_millis(100);

/// Blocks that stay although they are durable in sled: as many as one page has.
const BLOCKS_A_PAGE: usize = 8;

/// The pending blocks, and what is known of sled.
#[derive(Default)]
pub(super) struct Pending {
    state: Mutex<State>,
    for_mover: Condvar,
    for_appender: Condvar,
}

#[derive(Default)]
struct State {
    blocks: BTreeMap<Position, Bytes>,
    /// Bytes of the blocks that sled lacks.
    bytes: usize,
    /// The last block that sled has.
    moved: Position,
    /// The last block that is durable in sled.
    safe: Position,
    /// The block that an appender wants to be durable in sled.
    wanted: Position,
    closing: bool,
    failed: Option<Arc<StorageError>>,
}

/// The next work of the mover.
pub(super) enum Task {
    /// Put these into sled, in this order.
    Insert(Vec<Stored>),
    /// Make durable what sled has.
    Sync,
    /// End.
    End,
}

impl Pending {
    /// Holds these blocks, without a mover.
    pub fn of(blocks: Vec<Stored>) -> Self {
        let state = State {
            blocks: blocks.into_iter().collect(),
            ..State::default()
        };
        Self {
            state: Mutex::new(state),
            ..Self::default()
        }
    }

    /// Adds a durable block, and the last block of a complete segment of the journal.
    pub fn push(&self, (position, encoded): Stored, complete: Option<Position>) {
        let mut state = self.state.lock();
        let before = state.bytes;
        state.bytes += encoded.len();
        state.blocks.insert(position, encoded);
        state.wanted = state.wanted.max(complete.unwrap_or_default());
        let is_enough = before < BATCH_BYTES && state.bytes >= BATCH_BYTES;
        if before == 0 || is_enough || complete.is_some() {
            self.for_mover.notify_one();
        }
    }

    /// Waits until the block at `position` is durable in sled.
    ///
    /// Returns the error of the mover if the mover has failed.
    pub fn wait_until_safe(&self, position: Position) -> Result<(), Arc<StorageError>> {
        let mut state = self.state.lock();
        loop {
            if let Some(failed) = &state.failed {
                return Err(Arc::clone(failed));
            }
            if state.safe >= position {
                return Ok(());
            }
            state.wanted = state.wanted.max(position);
            self.for_mover.notify_one();
            self.for_appender.wait(&mut state);
        }
    }

    /// Waits until there is work for the mover.
    pub fn next_task(&self) -> Task {
        let mut state = self.state.lock();
        let mut waited = false;
        loop {
            let unsynced = state.safe < state.moved;
            let hurry = waited || state.closing;
            let is_due = hurry || state.bytes >= BATCH_BYTES || state.wanted > state.moved;
            if is_due && state.has_unmoved() {
                return Task::Insert(state.batch());
            }
            if unsynced && (hurry || state.wanted > state.safe) {
                return Task::Sync;
            }
            if state.closing {
                return Task::End;
            }
            if unsynced || state.has_unmoved() {
                let wait = self.for_mover.wait_for(&mut state, PATIENCE);
                waited = wait.timed_out();
            } else {
                self.for_mover.wait(&mut state);
            }
        }
    }

    /// Records that sled now has these blocks.
    pub fn moved(&self, batch: &[Stored]) {
        let mut state = self.state.lock();
        for (position, encoded) in batch {
            state.bytes -= encoded.len();
            state.moved = *position;
        }
    }

    /// Records that all moved blocks are durable in sled, and drops them.
    pub fn synced(&self) {
        let mut state = self.state.lock();
        state.safe = state.moved;
        let moved = state.blocks.range(..=state.moved).count();
        for _ in BLOCKS_A_PAGE..moved {
            state.blocks.pop_first();
        }
        self.for_appender.notify_all();
    }

    /// Records that no more blocks will be moved.
    pub fn fail(&self, error: Arc<StorageError>) {
        self.state.lock().failed.get_or_insert(error);
        self.for_appender.notify_all();
    }

    /// Returns why no more blocks will be moved, if so.
    pub fn failure(&self) -> Option<Arc<StorageError>> {
        self.state.lock().failed.clone()
    }

    /// Makes the mover move the remaining blocks and end.
    pub fn close(&self) {
        self.state.lock().closing = true;
        self.for_mover.notify_one();
    }

    /// Returns the first block at or after `position`, and whether all later blocks are here too.
    pub fn at_or_after(&self, position: Position) -> (Option<Stored>, bool) {
        let state = self.state.lock();
        let first = state.blocks.first_key_value();
        let has_all = first.is_some_and(|(first, _)| *first <= position);
        (state.blocks.range(position..).next().map(cloned), has_all)
    }

    /// Returns the last block at or before `position`.
    pub fn at_or_before(&self, position: Position) -> Option<Stored> {
        let state = self.state.lock();
        state.blocks.range(..=position).next_back().map(cloned)
    }
}

impl State {
    fn has_unmoved(&self) -> bool {
        let last = self.blocks.last_key_value();
        last.is_some_and(|(last, _)| *last > self.moved)
    }

    fn batch(&self) -> Vec<Stored> {
        let mut bytes = 0;
        let within = |(_, encoded): &(&Position, &Bytes)| {
            let fits = bytes < BATCH_BYTES;
            bytes += encoded.len();
            fits
        };
        let unmoved = self.blocks.range(self.moved.next()..);
        unmoved.take_while(within).map(cloned).collect()
    }
}

fn cloned((position, encoded): (&Position, &Bytes)) -> Stored {
    (*position, encoded.clone())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn block(number: u64) -> Stored {
        (Position::new(number), Bytes::from_static(b"block"))
    }

    fn batch(pending: &Pending) -> Vec<Stored> {
        match pending.next_task() {
            Task::Insert(batch) => batch,
            Task::Sync => panic!("there is something to insert"),
            Task::End => panic!("nobody asked for an end"),
        }
    }

    #[test]
    fn a_block_stays_until_its_page_is_durable_in_sled() {
        let pending = Pending::default();
        for number in 1..=20 {
            pending.push(block(number), None);
        }
        let moved = batch(&pending);
        pending.moved(&moved);
        assert!(pending.at_or_before(Position::new(1)).is_some());
        pending.push(block(21), None);
        pending.synced();
        assert!(pending.at_or_before(Position::new(12)).is_none());
        let (first, has_all) = pending.at_or_after(Position::new(13));
        assert_eq!((first, has_all), (Some(block(13)), true));
        assert_eq!(batch(&pending), [block(21)], "none is moved twice");
    }
}
