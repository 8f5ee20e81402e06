//! Views equal a fold from zero, however the blocks came to them.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use campaign_ledger::domain::rows::MemoryRows;
use campaign_ledger::domain::{Position, Record};
use campaign_ledger::ledger::Committed;
use campaign_ledger::log::memory::MemoryLog;
use campaign_ledger::log::{Block, Log, codec};
use campaign_ledger::store::{Options, Pace, digest_of_memory};
use campaign_ledger::views::{Follower, Publisher, SCHEMA, Views, apply};
use proptest::prelude::*;

use crate::support::histories;
use crate::support::ledger::Ledger;

/// A log and the blocks in it, as the writer would hand them on.
struct History {
    log: Arc<MemoryLog>,
    blocks: Vec<Arc<Committed>>,
    records: Vec<Record>,
}

impl History {
    /// Records a random history in blocks of so many events.
    fn recorded(seed: u64, steps: usize, block: usize) -> Self {
        let mut ledger = Ledger::default();
        for step in histories::from_seed(seed, steps) {
            // What is refused records nothing.
            let _ = ledger.ask(&step.request, step.at);
        }
        let log = Arc::new(MemoryLog::new(0));
        let mut blocks = Vec::new();
        for records in ledger.records.chunks(block) {
            let encoded = records.iter().map(codec::encode).collect();
            let sealed = Block::seal(0, &log.head(), encoded).unwrap();
            log.append(&log.head(), &sealed).unwrap();
            blocks.push(Arc::new(Committed {
                block: Arc::new(sealed),
                records: records.to_vec(),
            }));
        }
        Self {
            log,
            blocks,
            records: ledger.records,
        }
    }

    fn digest_from_zero(&self) -> [u8; 32] {
        let mut rows = MemoryRows::new();
        for record in &self.records {
            apply(&mut rows, record).unwrap();
        }
        digest_of_memory(&rows, 0..=u8::MAX).unwrap()
    }

    /// Starts views on a log that ends where the blocks to come begin.
    fn follow(&self, path: &Path) -> (Views, Publisher, Follower) {
        let options = Options {
            cache_bytes: 1 << 20,
            redb_cache_bytes: 1 << 20,
            schema: SCHEMA,
            log_id: "a-log".to_owned(),
        };
        let pace = Pace {
            dirty_bytes: 1 << 16,
            interval: Duration::from_millis(1),
        };
        let log: Arc<dyn Log> = self.log.clone();
        Follower::start(path, &options, pace, log, |_| ()).unwrap()
    }

    fn head(&self) -> Position {
        self.log.head().position
    }
}

fn reached(views: &Views, position: Position) -> [u8; 32] {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(views.reach(position)).unwrap();
    let (at, digest) = views.digest().unwrap();
    assert_eq!(at, position);
    digest
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn a_block_that_comes_again_changes_nothing(
        seed: u64,
        block in 1_usize..9,
        order in prop::collection::vec(any::<prop::sample::Index>(), 0..40),
    ) {
        let history = History::recorded(seed, 60, block);
        let directory = tempfile::tempdir().unwrap();
        let (views, publisher, follower) = history.follow(&directory.path().join("views"));
        for index in order {
            if !history.blocks.is_empty() {
                publisher.publish(Arc::clone(index.get(&history.blocks)));
            }
        }
        drop(publisher);
        follower.join();
        prop_assert_eq!(reached(&views, history.head()), history.digest_from_zero());
    }

    #[test]
    fn views_that_start_again_go_on_to_the_same_bytes(seed: u64, cut in 1_usize..40) {
        let history = History::recorded(seed, 60, 3);
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("views");
        let part = History::recorded(seed, cut, 3);
        let (views, publisher, follower) = part.follow(&path);
        reached(&views, part.head());
        drop((views, publisher));
        follower.join();
        let whole_blocks_first = part.records.len().is_multiple_of(3);
        prop_assume!(whole_blocks_first && history.records.starts_with(&part.records));

        let (views, _publisher, _follower) = history.follow(&path);
        prop_assert_eq!(reached(&views, history.head()), history.digest_from_zero());
    }
}

#[test]
fn blocks_dropped_on_the_way_are_read_from_the_log() {
    let history = History::recorded(7, 200, 2);
    let directory = tempfile::tempdir().unwrap();
    let (views, publisher, follower) = history.follow(&directory.path().join("views"));
    let last = history.blocks.last().expect("something happened");
    publisher.publish(Arc::clone(last));
    assert_eq!(reached(&views, history.head()), history.digest_from_zero());
    drop(publisher);
    follower.join();
}
