//! The cost of proofs: rebuilds the tree of the stopped ledger, and proves events all over it.

use std::path::Path;
use std::time::Instant;

use campaign_ledger::domain::Position;
use campaign_ledger::log::Log as _;
use campaign_ledger::log::directory::{DataDirectory, ONLY_PARTITION};
use campaign_ledger::log::sled::SledLog;
use campaign_ledger::proofs::{Live, LogKeys, Settings};

use crate::support::files;
use crate::support::process;

/// Number of proofs that the mean is over.
const PROOFS: u64 = 1_000;

/// The results.
pub struct Cost {
    /// Processor time to fold one event into the tree, including reading the log.
    pub fold_us: f64,
    /// Events folded per second.
    pub rate: f64,
    /// Time to prove an event, with a signed checkpoint.
    pub proof_us: f64,
    /// Size of a proof's hashes.
    pub proof_bytes: f64,
    /// Time to prove that the log only grew.
    pub consistency_us: f64,
}

/// Measures in the directory of a ledger that is not running, and leaves no files there.
pub fn cost(data: &Path) -> Cost {
    let directory = DataDirectory::open(data).expect("the ledger is there");
    let log = SledLog::open(&directory.log_path(), ONLY_PARTITION).expect("its log opens");
    let folder = files::temporary();
    let file = |name| folder.path().join(name);
    let settings = Settings {
        tree: file("tree"),
        checkpoint: file("checkpoint"),
        cosignatures: file("cosignatures"),
        log_id: directory.log_id().to_string(),
        keys: LogKeys::create(&file("signing-key"), "example.org/bench").expect("a key is made"),
        witnesses: Vec::new(),
        interval: std::time::Duration::from_secs(3_600),
    };
    let (before, begun) = (process::own_usage(), Instant::now());
    let (_live, proofs) = Live::open(settings, &log).expect("the tree is folded");
    let (used, elapsed) = (process::own_usage().since(&before), begun.elapsed());
    let size = log.head().position;
    let events = size.get() as f64;

    let spread = |number: u64| Position::new(1 + number * (size.get() - 1) / PROOFS);
    let (begun, mut hashes) = (Instant::now(), 0);
    for position in (0..PROOFS).map(spread) {
        let (_, path) = proofs.inclusion(position, size).expect("a proof is made");
        proofs.checkpoint(size).expect("the tree is signed");
        hashes += path.len();
    }
    let proof_us = begun.elapsed().as_secs_f64() * 1e6 / PROOFS as f64;
    let begun = Instant::now();
    for from in (0..PROOFS).map(spread) {
        proofs.consistency(from, size).expect("a proof is made");
    }
    Cost {
        fold_us: used.cpu_us as f64 / events,
        rate: events / elapsed.as_secs_f64(),
        proof_us,
        proof_bytes: (hashes * 32) as f64 / PROOFS as f64,
        consistency_us: begun.elapsed().as_secs_f64() * 1e6 / PROOFS as f64,
    }
}
