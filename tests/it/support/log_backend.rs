//! The backends of the conformance suite.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;

use bytes::Bytes;
use campaign_ledger::log::memory::{MemoryLog, StoredBlocks};
use campaign_ledger::log::sled::SledLog;
use campaign_ledger::log::{Block, Log, Position};
use tempfile::TempDir;

/// The partition of the suite's logs.
pub const PARTITION: u32 = 3;

/// A place where one log outlives its handles.
pub trait Backend {
    /// Opens the existing log, as a restart would, or returns in words what is wrong with it.
    fn open(&self) -> Result<Box<dyn Log>, String>;

    /// Opens it for reading only, whatever is wrong with its end.
    fn open_for_reading(&self) -> Box<dyn Log>;

    /// Changes the stored blocks; no handle may be open.
    fn tamper(&self, change: &dyn Fn(&mut StoredBlocks));
}

/// Runs a test on each backend.
pub fn on_every_backend(test: impl Fn(&dyn Backend)) {
    eprintln!("in memory");
    test(&InMemory::default());
    eprintln!("in sled");
    test(&InSled::default());
    eprintln!("in sled, with a journal that is soon written over");
    test(&InSled::with_segments_of(1));
}

/// Keeps the last handle, because the content is dropped with it.
#[derive(Default)]
pub struct InMemory(RefCell<Option<MemoryLog>>);

impl InMemory {
    fn stored(&self) -> StoredBlocks {
        self.0
            .borrow()
            .as_ref()
            .map(MemoryLog::stored)
            .unwrap_or_default()
    }
}

impl Backend for InMemory {
    fn open(&self) -> Result<Box<dyn Log>, String> {
        let log = MemoryLog::from_stored(PARTITION, self.stored()).map_err(|e| e.to_string())?;
        self.0.replace(Some(log.clone()));
        Ok(Box::new(log))
    }

    fn open_for_reading(&self) -> Box<dyn Log> {
        Box::new(MemoryLog::from_stored_for_reading(PARTITION, self.stored()))
    }

    fn tamper(&self, change: &dyn Fn(&mut StoredBlocks)) {
        let mut stored = self.stored();
        change(&mut stored);
        let changed = MemoryLog::from_stored_for_reading(PARTITION, stored);
        self.0.replace(Some(changed));
    }
}

/// A directory that is removed with the value.
pub struct InSled {
    dir: TempDir,
    segment_bytes: Option<u32>,
}

impl Default for InSled {
    fn default() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
            segment_bytes: None,
        }
    }
}

impl InSled {
    /// Makes one whose journal has segments of this size, or the smallest possible.
    pub fn with_segments_of(bytes: u32) -> Self {
        Self {
            segment_bytes: Some(bytes),
            ..Self::default()
        }
    }

    /// Returns the directory of the log.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }
}

impl Backend for InSled {
    fn open(&self) -> Result<Box<dyn Log>, String> {
        let opened = match self.segment_bytes {
            Some(bytes) => SledLog::open_with(self.path(), PARTITION, bytes),
            None => SledLog::open(self.path(), PARTITION),
        };
        match opened {
            Ok(log) => Ok(Box::new(log)),
            Err(error) => Err(error.to_string()),
        }
    }

    fn open_for_reading(&self) -> Box<dyn Log> {
        Box::new(SledLog::open_for_reading(self.path(), PARTITION).unwrap())
    }

    fn tamper(&self, change: &dyn Fn(&mut StoredBlocks)) {
        change_sled(self.path(), |db| {
            let blocks = blocks_in(db);
            let mut stored = StoredBlocks::new();
            let mut keys = BTreeMap::new();
            for (key, encoded) in filled(&blocks) {
                let encoded = Bytes::copy_from_slice(&encoded);
                let starts = Block::decode(encoded.clone()).unwrap().first_position();
                stored.insert(starts, encoded);
                keys.insert(starts, key);
            }
            change(&mut stored);
            for (position, key) in keys {
                let encoded = stored.remove(&position).unwrap_or_default();
                blocks.insert(key, &encoded[..]).unwrap();
            }
            assert!(stored.is_empty(), "blocks can't be added");
        });
    }
}

/// Returns the blocks in sled, by number; missing ones are empty.
pub fn blocks_in(db: &sled::Db) -> sled::Tree {
    db.open_tree("blocks").unwrap()
}

/// Returns the blocks that exist.
pub fn filled(blocks: &sled::Tree) -> impl Iterator<Item = (sled::IVec, sled::IVec)> {
    let entries = blocks.iter().map(Result::unwrap);
    entries.filter(|(_, encoded)| !encoded.is_empty())
}

/// Returns the stored block that starts at `position`.
pub fn stored_at(stored: &mut BTreeMap<Position, Bytes>, position: u64) -> &mut Bytes {
    stored.get_mut(&Position::new(position)).unwrap()
}

/// Flips a bit of `bytes`.
pub fn flip(bytes: &mut Bytes, offset: usize) {
    let mut changed = bytes.to_vec();
    changed[offset] ^= 1;
    *bytes = changed.into();
}

/// Copies what is in one directory into another.
pub fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Changes the blocks in the sled at `dir`; the log must not be open.
pub fn change_sled(dir: &Path, change: impl FnOnce(&sled::Db)) {
    let file = File::open(dir.join("db")).unwrap();
    {
        let config = sled::Config::new().path(dir);
        let db = config.segment_size(8 * 1024 * 1024).open().unwrap();
        change(&db);
        db.flush().unwrap();
    }
    // sled's threads close the file shortly after `Db` is dropped.
    file.lock().unwrap();
    // A process that another test forks at this moment has a copy of the descriptor until it calls
    // `exec`.
    file.unlock().unwrap();
}
