//! Logs as earlier versions laid them out.

use std::fs;
use std::path::Path;

use campaign_ledger::log::sled::SledLog;
use campaign_ledger::log::{Block, Log as _, Position};
use tempfile::TempDir;

use super::log_backend::change_sled;

/// The blocks of a log.
pub fn blocks_of(dir: &Path) -> Vec<Block> {
    let log = SledLog::open_for_reading(dir, 0).unwrap();
    let blocks = log.read(Position::START).unwrap();
    blocks.map(|block| Block::clone(&block.unwrap())).collect()
}

/// Lays blocks out as earlier versions did.
pub fn insert_by_position(db: &sled::Db, blocks: &[Block]) {
    for block in blocks {
        let key = block.first_position().get().to_be_bytes();
        db.insert(key, &block.encoded()[..]).unwrap();
    }
}

/// A log of format 2: these blocks as they were laid out then, and the journal of `log`.
pub fn older(log: &Path, blocks: &[Block]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::copy(log.join("journal"), dir.path().join("journal")).unwrap();
    fs::write(dir.path().join("db"), "").unwrap();
    change_sled(dir.path(), |db| insert_by_position(db, blocks));
    // Opening writes a snapshot.
    change_sled(dir.path(), |_| ());
    dir
}
