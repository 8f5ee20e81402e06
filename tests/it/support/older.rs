//! Logs in the layouts of earlier versions.

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

/// Stores blocks in the layout of earlier versions.
pub fn insert_by_position(db: &sled::Db, blocks: &[Block]) {
    for block in blocks {
        let key = block.first_position().get().to_be_bytes();
        db.insert(key, &block.encoded()[..]).unwrap();
    }
}

/// Makes a log of format 2: these blocks in its layout, and the journal of `log`.
pub fn older(log: &Path, blocks: &[Block]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::copy(log.join("journal"), dir.path().join("journal")).unwrap();
    fs::write(dir.path().join("db"), "").unwrap();
    change_sled(dir.path(), |db| insert_by_position(db, blocks));
    // Opening writes a snapshot.
    change_sled(dir.path(), |_| ());
    dir
}
