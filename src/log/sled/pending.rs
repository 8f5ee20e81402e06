//! Blocks on their way from the journal into sled.
//!
//! Owns the durable blocks that sled may lack, and what the appender and the mover wait for. Holds
//! little more than the journal does, since the appender waits before it writes over a block that is
//! not durable in sled.
//!
//! A block leaves only once it is durable in sled, and so is every block of its page: where sled could
//! not write a page, it cannot read it either. So whoever looks here first and into sled second misses
//! none, on a failing disk too.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use parking_lot::{Condvar, Mutex};

use crate::log::Position;
use crate::log::chain::{StorageError, Stored};

/// With so many bytes waiting they are moved at once: enough to make waking a thread cheap.
const BATCH_BYTES: usize = 1024 * 1024;

/// How long fewer bytes wait, and how long sled stays unsynced once there are no more: short enough
/// that little is to be moved when the process is killed.
const PATIENCE: Duration = Duration::from_millis(100);

/// Blocks that stay although they are durable in sled: as many as lie on one page of it.
const BLOCKS_A_PAGE: usize = 8;

/// The blocks, and what is known of sled.
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
    /// The block that somebody wants to be so.
    wanted: Position,
    closing: bool,
    failed: Option<Arc<StorageError>>,
}

/// What the mover is to do next.
pub(super) enum Task {
    /// Put these into sled, in this order.
    Insert(Vec<Stored>),
    /// Make durable what sled has.
    Sync,
    /// End.
    End,
}

impl Pending {
    /// Begins with these; nobody moves them.
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

    /// Takes in a block that is durable, and the last block of a journal's segment that is complete.
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
    /// Fails, if it is or not, with what made the mover fail.
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

    /// Waits until there is something to do for the mover.
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

    /// Notes that sled has these blocks now.
    pub fn moved(&self, batch: &[Stored]) {
        let mut state = self.state.lock();
        for (position, encoded) in batch {
            state.bytes -= encoded.len();
            state.moved = *position;
        }
    }

    /// Notes that all that was moved is durable in sled, and lets go of it.
    pub fn synced(&self) {
        let mut state = self.state.lock();
        state.safe = state.moved;
        let moved = state.blocks.range(..=state.moved).count();
        for _ in BLOCKS_A_PAGE..moved {
            state.blocks.pop_first();
        }
        self.for_appender.notify_all();
    }

    /// Notes that nothing will be moved any more.
    pub fn fail(&self, error: Arc<StorageError>) {
        self.state.lock().failed.get_or_insert(error);
        self.for_appender.notify_all();
    }

    /// Asks the mover to move what there is, and end.
    pub fn close(&self) {
        self.state.lock().closing = true;
        self.for_mover.notify_one();
    }

    /// The first block at or after `position`, and whether all the others after it are here too.
    pub fn at_or_after(&self, position: Position) -> (Option<Stored>, bool) {
        let state = self.state.lock();
        let first = state.blocks.first_key_value();
        let has_all = first.is_some_and(|(first, _)| *first <= position);
        (state.blocks.range(position..).next().map(cloned), has_all)
    }

    /// The last block at or before `position`.
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
