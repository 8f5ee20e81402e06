//! The row store against a plain map, across checkpoints, restarts, damage and crashes.

mod crash;
mod discard;
mod model;
mod threads;
mod walk;

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use campaign_ledger::domain::rows::{Key, Row, Rows, Scan};
use campaign_ledger::store::{Opened, Options, Store};
use serde::{Deserialize, Serialize};
use tempfile::TempDir;

/// Every possible table tag.
const ALL_TABLES: std::ops::RangeInclusive<u8> = 0..=u8::MAX;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Tally {
    count: u64,
    notes: Vec<String>,
}

impl Row for Tally {
    const TABLE: u8 = 1;
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Name(String);

impl Row for Name {
    const TABLE: u8 = 2;
}

/// A row of the crash tests: a complete checkpoint holds only one generation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Stamp {
    generation: u64,
    filler: Vec<u8>,
}

impl Row for Stamp {
    const TABLE: u8 = 3;
}

fn tally(count: u64) -> Tally {
    Tally {
        count,
        notes: Vec::new(),
    }
}

fn options() -> Options {
    Options {
        cache_bytes: 64 << 10,
        redb_cache_bytes: 1 << 20,
        schema: 1,
        log_id: "log-a".to_owned(),
    }
}

/// Makes a directory in memory, if possible: no test here cuts the power, so none needs a disk.
fn scratch() -> TempDir {
    tempfile::tempdir_in("/dev/shm")
        .or_else(|_| tempfile::tempdir())
        .unwrap()
}

fn open(path: &Path) -> (Store, Opened) {
    Store::open(path, &options()).unwrap()
}

fn names(store: &impl Rows, scan: Scan<'_>) -> Vec<String> {
    let mut found = Vec::new();
    store
        .scan(scan, &mut |_: &Key, row: &Arc<Name>| {
            found.push(row.0.clone());
            ControlFlow::Continue(())
        })
        .unwrap();
    found
}
