//! Views equal a fold from zero, however they reached the head of the log.

mod explained;
mod worklist;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use campaign_ledger::domain::rows::{MemoryRows, RowsMut};
use campaign_ledger::domain::{Position, Record};
use campaign_ledger::log::memory::MemoryLog;
use campaign_ledger::log::{Block, Log, codec};
use campaign_ledger::store::{Options, Pace, digest_of_memory};
use campaign_ledger::views::{Fold, Live, SCHEMA, Views};
use proptest::prelude::*;

use crate::support::histories;
use crate::support::ledger::Ledger;

/// A log and what is in it.
struct History {
    log: MemoryLog,
    records: Vec<Record>,
}

impl History {
    /// Records a random history in blocks of this many events.
    fn recorded(seed: u64, steps: usize, block: usize) -> Self {
        let mut ledger = Ledger::sealing();
        for step in histories::from_seed(seed, steps) {
            // A refused request records nothing.
            let _ = ledger.ask(&step.request, step.at);
        }
        let log = MemoryLog::new(0);
        for records in ledger.records.chunks(block) {
            append(&log, records);
        }
        Self {
            log,
            records: ledger.records,
        }
    }

    /// Returns the history up to an event, on a separate log.
    fn up_to(&self, events: usize) -> Self {
        let records = self.records[..events].to_vec();
        let log = MemoryLog::new(0);
        if !records.is_empty() {
            append(&log, &records);
        }
        Self { log, records }
    }

    fn digest_from_zero(&self) -> [u8; 32] {
        let mut rows = MemoryRows::new();
        for record in &self.records {
            fold_one(&mut rows, record);
        }
        digest_of_memory(&rows, 0..=u8::MAX).unwrap()
    }

    fn open(&self, path: &Path) -> (Live, Views) {
        let options = Options {
            cache_bytes: 1 << 20,
            redb_cache_bytes: 1 << 20,
            schema: SCHEMA,
            log_id: "a-log".to_owned(),
        };
        let pace = Pace {
            dirty_bytes: 1 << 16,
            positions: 50,
            interval: Duration::from_secs(3_600),
        };
        Live::open(path, &options, pace, &self.log, |_| ()).unwrap()
    }
}

/// Folds a single event, where the engine folds many together.
fn fold_one<S: RowsMut>(rows: &mut S, record: &Record) {
    let mut fold = Fold::default();
    fold.apply(rows, record).expect("it fits the rows");
    fold.settle(rows).expect("the rows can be read");
}

fn append(log: &MemoryLog, records: &[Record]) {
    let encoded = records.iter().map(codec::encode).collect();
    let sealed = Block::seal(0, &log.head(), encoded).unwrap();
    log.append(&log.head(), &sealed).unwrap();
}

/// Folds an event as a writer does before it is durable.
fn fold(live: &Live, record: &Record) {
    let mut rows = live.rows();
    fold_one(&mut *rows, record);
    rows.advance(record.position);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn views_that_start_again_go_on_to_the_same_bytes(seed: u64, cut: prop::sample::Index) {
        let history = History::recorded(seed, 60, 3);
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("views");
        let part = history.up_to(cut.index(history.records.len() + 1));
        let (live, views) = part.open(&path);
        prop_assert_eq!(views.digest().unwrap().1, part.digest_from_zero());
        live.finish();
        drop(views);
        let (_live, views) = history.open(&path);
        prop_assert_eq!(views.digest().unwrap().1, history.digest_from_zero());
    }

    #[test]
    fn a_log_folded_again_changes_nothing(seed: u64, block in 1_usize..9) {
        let history = History::recorded(seed, 60, block);
        let directory = tempfile::tempdir().unwrap();
        for _ in 0..3 {
            let (live, views) = history.open(&directory.path().join("views"));
            prop_assert_eq!(views.digest().unwrap().1, history.digest_from_zero());
            live.finish();
        }
    }

    #[test]
    fn what_did_not_become_durable_is_taken_back(seed: u64, cut: prop::sample::Index) {
        let history = History::recorded(seed, 60, 3);
        let durable = history.up_to(cut.index(history.records.len() + 1));
        let directory = tempfile::tempdir().unwrap();
        // From nothing, so that there are checkpoints on the way.
        let (mut live, views) = history.up_to(0).open(&directory.path().join("views"));
        for record in &durable.records {
            fold(&live, record);
            live.teller().reached(record.position);
            live.checkpoint().unwrap();
        }
        for record in &history.records[durable.records.len()..] {
            fold(&live, record);
        }
        live.rewind(&durable.log, &Arc::from("the disk is gone"));
        let (at, digest) = views.digest().unwrap();
        prop_assert_eq!(at, Position::new(durable.records.len() as u64));
        prop_assert_eq!(digest, durable.digest_from_zero());
    }
}

#[tokio::test]
async fn a_reader_waits_for_durability_and_gets_an_error_when_it_never_comes() {
    let history = History::recorded(7, 60, 2);
    let directory = tempfile::tempdir().unwrap();
    let (live, views) = history.up_to(0).open(&directory.path().join("views"));
    fold(&live, &history.records[0]);
    assert_eq!(
        views.read(|rows| rows.position()).unwrap(),
        Position::new(1)
    );
    assert_eq!(views.position(), Position::START);
    live.teller().reached(Position::new(1));
    views.durable(Position::new(1)).await.unwrap();

    fold(&live, &history.records[1]);
    live.rewind(&history.up_to(1).log, &Arc::from("the disk is gone"));
    let error = views.durable(Position::new(2)).await.unwrap_err();
    assert!(error.to_string().contains("the disk is gone"), "{error}");
    assert_eq!(
        views.read(|rows| rows.position()).unwrap(),
        Position::new(1)
    );
}
