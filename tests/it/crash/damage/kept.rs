//! A data directory that a real server left, and the blocks stored in it.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::ops::Range;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::support::log_backend::{blocks_in, filled};
use crate::support::server::{Resting, Server, Story, by_brand, folds_in, idr, plan, terms};

/// sled's unit of allocation in the log's files: it opens with no other value.
const SEGMENT_BYTES: usize = 8 * 1024 * 1024;

/// Frames in the journal begin at multiples of this, after the first one.
const SECTOR: usize = 4096;
/// The id of the journal in its header; every frame begins with it.
const JOURNAL_ID: Range<usize> = 12..28;
/// Where a block stores its first position.
const FIRST_POSITION: Range<usize> = 24..32;

/// Stored blocks, by their first position.
pub type Blocks = BTreeMap<u64, Vec<u8>>;

/// Everything that is stored of a log.
pub struct Whole {
    pub blocks: Blocks,
    journal: Vec<u8>,
}

/// A data directory without a running server.
pub struct Kept {
    path: PathBuf,
    /// The head at the checkpoint of the folds.
    checkpoint: u64,
    last: u64,
    /// sled's key for each block, by its first position.
    keys: BTreeMap<u64, Vec<u8>>,
    rest: Resting,
    /// Removes the copy when it is dropped.
    _copy: Option<TempDir>,
}

impl Kept {
    /// Makes a log of eleven blocks, one of which holds four events, and folds of the whole log.
    pub async fn by_a_server() -> Self {
        let server = Server::start().await;
        tell(&server).await;
        Self::of(server.stop().await, u64::MAX)
    }

    /// Makes the same log, with the folds of an earlier stop.
    pub async fn with_an_older_checkpoint() -> Self {
        let server = Server::start().await;
        let story = Story::open(&server, "early").await;
        server.write(story.pause()).await;
        drop(story);
        let rest = server.stop().await;
        let early = tempfile::tempdir().unwrap();
        copy_folds(rest.directory(), early.path());

        let server = rest.start().await;
        let checkpoint = server.ready_at;
        tell(&server).await;
        let kept = Self::of(server.stop().await, checkpoint);
        kept.forget_folds();
        copy_folds(early.path(), &kept.path);
        kept
    }

    fn of(rest: Resting, checkpoint: u64) -> Self {
        let mut kept = Self {
            keys: BTreeMap::new(),
            path: rest.directory().to_owned(),
            checkpoint,
            last: 0,
            rest,
            _copy: None,
        };
        let keys = kept.with_sled(|db| {
            let blocks = blocks_in(db);
            let keys = filled(&blocks).map(|(key, block)| (first_position(&block), key.to_vec()));
            keys.collect()
        });
        kept.keys = keys;
        // The last block has one event.
        kept.last = kept.starts().pop().unwrap();
        kept
    }

    /// Returns a copy in another directory.
    pub fn copied(&self) -> Self {
        let dir = tempfile::tempdir().unwrap();
        copy(&self.path, dir.path());
        Self {
            path: dir.path().to_owned(),
            checkpoint: self.checkpoint,
            last: self.last,
            keys: self.keys.clone(),
            rest: self.rest.clone(),
            _copy: Some(dir),
        }
    }

    pub fn data_dir(&self) -> &Path {
        &self.path
    }

    /// Returns the directory as one that a server in this process can start on.
    pub fn rest(&self) -> &Resting {
        &self.rest
    }

    fn log(&self) -> PathBuf {
        self.path.join("log")
    }

    /// Returns the first positions of the blocks.
    pub fn starts(&self) -> Vec<u64> {
        let starts: Vec<u64> = self.blocks().into_keys().collect();
        assert!(starts.len() > 10, "{starts:?}");
        assert!(starts.windows(2).any(|pair| pair[1] > pair[0] + 1));
        starts
    }

    /// Returns the first positions of the blocks that the folds do not contain.
    pub fn after_the_checkpoint(&self) -> Vec<u64> {
        let mut starts = self.starts();
        starts.retain(|start| *start > self.checkpoint);
        assert!(starts.len() > 5, "{starts:?}");
        starts
    }

    /// Returns the position of the last event before any change.
    pub fn last_position(&self) -> u64 {
        self.last
    }

    /// Returns the blocks in sled.
    pub fn blocks(&self) -> Blocks {
        self.with_sled(|db| self.stored(db))
    }

    /// Returns everything stored, so that it can be restored.
    pub fn whole(&self) -> Whole {
        Whole {
            blocks: self.blocks(),
            journal: fs::read(self.journal()).unwrap(),
        }
    }

    /// Stores this and nothing else.
    pub fn put_back(&self, whole: &Whole) {
        fs::write(self.journal(), &whole.journal).unwrap();
        self.store(|stored| whole.blocks.clone_into(stored));
    }

    /// Changes the stored blocks, in sled and in the journal.
    pub fn change(&self, change: impl Fn(&mut Blocks)) {
        self.change_journal(&change);
        self.change_sled(change);
    }

    /// Changes the blocks in sled alone.
    pub fn change_sled(&self, change: impl FnOnce(&mut Blocks)) {
        assert!(self.store(change), "nothing is changed");
    }

    /// Changes only the blocks in the journal, where it has them; they keep their places.
    pub fn change_journal(&self, change: impl FnOnce(&mut Blocks)) {
        let path = self.journal();
        let mut journal = fs::read(&path).unwrap();
        let frames = frames(&journal);
        let mut after: Blocks = frames.values().cloned().collect();
        let before = after.clone();
        change(&mut after);
        assert_ne!(after, before, "nothing is changed");
        for (at, (start, block)) in frames {
            let place = &mut journal[at..at + block.len()];
            match after.get(&start) {
                Some(changed) => place.copy_from_slice(changed),
                None => place.fill(0),
            }
        }
        fs::write(path, journal).unwrap();
    }

    /// Leaves only the last block in the journal, as if the log were long and the others had been
    /// overwritten.
    pub fn forget_copies(&self) {
        self.change_journal(|blocks| {
            let last = blocks.keys().next_back().copied().unwrap();
            blocks.retain(|start, _| *start == last);
        });
    }

    fn store(&self, change: impl FnOnce(&mut Blocks)) -> bool {
        self.with_sled(|db| {
            let before = self.stored(db);
            let mut after = before.clone();
            change(&mut after);
            let blocks = blocks_in(db);
            for (start, key) in &self.keys {
                // A removed block leaves its place empty.
                let block = after.get(start).cloned().unwrap_or_default();
                blocks.insert(key, block).unwrap();
            }
            db.flush().unwrap();
            after != before
        })
    }

    fn stored(&self, db: &sled::Db) -> Blocks {
        let blocks = blocks_in(db);
        let keys = self.keys.iter();
        let stored = keys.map(|(start, key)| (*start, blocks.get(key).unwrap().unwrap().to_vec()));
        stored.filter(|(_, block)| !block.is_empty()).collect()
    }

    fn with_sled<T>(&self, work: impl FnOnce(&sled::Db) -> T) -> T {
        let file = File::open(self.log().join("db")).unwrap();
        let worked = {
            let config = sled::Config::new().path(self.log());
            let db = config.segment_size(SEGMENT_BYTES).open().unwrap();
            work(&db)
        };
        // sled's threads close the file shortly after `Db` is dropped.
        file.lock().unwrap();
        // A process that another test forks at this moment has a copy of the descriptor until it
        // calls `exec`.
        file.unlock().unwrap();
        worked
    }

    /// Removes the folds: the next start must read all of the log.
    pub fn forget_folds(&self) {
        self.rest.forget_folds();
    }

    /// Returns the path of the log's journal.
    pub fn journal(&self) -> PathBuf {
        self.log().join("journal")
    }

    /// Cuts the log's file down to this fraction of its used bytes.
    pub fn cut_file(&self, parts: u64, of: u64) {
        let path = self.log().join("db");
        let bytes = fs::read(&path).unwrap();
        let used = bytes.iter().rposition(|byte| *byte != 0).unwrap() as u64;
        let file = OpenOptions::new().write(true).open(&path).unwrap();
        file.set_len(used * parts / of).unwrap();
    }
}

fn first_position(block: &[u8]) -> u64 {
    u64::from_be_bytes(block[FIRST_POSITION].try_into().unwrap())
}

/// Returns the blocks in a journal, by their place and by their first position.
fn frames(journal: &[u8]) -> BTreeMap<usize, (u64, Vec<u8>)> {
    let id = &journal[JOURNAL_ID];
    let sectors = (SECTOR..journal.len()).step_by(SECTOR);
    let begin = sectors.filter(|at| journal[*at..].starts_with(id));
    let frames = begin.map(|at| {
        let (len, block) = journal[at + id.len()..].split_first_chunk().unwrap();
        let block = &block[..u32::from_be_bytes(*len) as usize];
        let start = first_position(block);
        (at + id.len() + len.len(), (start, block.to_vec()))
    });
    frames.filter(|(_, (start, _))| *start > 0).collect()
}

/// Writes eleven blocks, one call after the other.
async fn tell(server: &Server) {
    let story = Story::open(server, "launch").await;
    for who in ["ayu", "budi", "citra"] {
        server.write(story.profile(who, 20_000)).await;
        server.write(story.invite(who, terms(idr(500)))).await;
    }
    // Three withdrawals and the close; no invitation is left that could expire.
    server.write(story.close(true)).await;
    let next = Story::of("kopi", "next", "IDR", server);
    server.write(next.create(plan("IDR"))).await;
    // A server that remembers only one request finds it here.
    let mut last = next.start();
    last.context = by_brand("r-1");
    server.write(last).await;
}

fn copy_folds(from: &Path, to: &Path) {
    let folds = folds_in(from);
    assert!(!folds.is_empty());
    for fold in folds {
        fs::copy(&fold, to.join(fold.file_name().unwrap())).unwrap();
    }
}

fn copy(from: &Path, to: &Path) {
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

/// Returns whether the output has these words as a whole: position 1 is not position 12.
pub fn told(said: &str, words: &str) -> bool {
    let mut found = said.match_indices(words);
    found.any(|(at, _)| {
        let next = said[at + words.len()..].chars().next();
        !next.is_some_and(|next| next.is_ascii_digit())
    })
}
