//! The directory of a ledger, and the sizes of what is in it, in bytes.

use std::fs;
use std::path::Path;

use campaign_ledger::domain::Position;
use campaign_ledger::log::Log as _;
use campaign_ledger::log::directory::{DataDirectory, ONLY_PARTITION};
use campaign_ledger::log::sled::SledLog;
use tempfile::TempDir;

/// Returns a directory beside the build, on the same disk, that is removed with the value.
pub fn temporary() -> TempDir {
    TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("there is room beside the build")
}

/// The size of the log of a stopped ledger.
#[derive(Clone, Copy, Debug, Default)]
pub struct LogBytes {
    /// The files on disk.
    pub files: u64,
    /// The encoded blocks in them.
    pub blocks: u64,
    /// The records in the blocks, before compression.
    pub records: u64,
    /// Number of blocks.
    pub block_count: u64,
}

impl LogBytes {
    /// Reads the whole log of the stopped ledger at `root`.
    pub fn of(root: &Path) -> Self {
        let directory = DataDirectory::open(root).expect("the server has let go of it");
        let log = SledLog::open_for_reading(&directory.log_path(), ONLY_PARTITION);
        let log = log.expect("the log opens");
        let mut bytes = Self {
            files: below(&directory.log_path()),
            ..Self::default()
        };
        for block in log.read(Position::START).expect("the log can be read") {
            let block = block.expect("every block is whole");
            let records = block.records_after(Position::START);
            bytes.blocks += block.encoded().len() as u64;
            bytes.records += records.map(|(_, record)| record.len() as u64).sum::<u64>();
            bytes.block_count += 1;
        }
        bytes
    }
}

/// Returns the bytes of all files below a folder. Files that disappear meanwhile count 0.
pub fn below(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(found) if found.is_dir() => below(&entry.path()),
            Ok(found) => found.len(),
            Err(_) => 0,
        })
        .sum()
}
