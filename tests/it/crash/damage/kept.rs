//! A data directory that a real server made and left, and the blocks stored in it.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::support::server::{Resting, Server, Story, by_brand, folds_in, idr, plan, terms};

/// sled's unit of allocation in the log's files: it opens with no other.
const SEGMENT_BYTES: usize = 8 * 1024 * 1024;

/// Blocks as they are stored, by their first position.
pub type Blocks = BTreeMap<u64, Vec<u8>>;

/// A directory at rest.
pub struct Kept {
    path: PathBuf,
    /// The head that the folds were checkpointed at.
    checkpoint: u64,
    rest: Resting,
    /// Whoever removes a copy in the end.
    _copy: Option<TempDir>,
}

impl Kept {
    /// A log of eleven blocks, one of which holds four events, and folds that have all of it.
    pub async fn by_a_server() -> Self {
        let server = Server::start().await;
        tell(&server).await;
        Self::of(server.stop().await, u64::MAX)
    }

    /// The same log, but the folds are those of an earlier stop.
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
        Self {
            path: rest.directory().to_owned(),
            checkpoint,
            rest,
            _copy: None,
        }
    }

    /// All of it again, somewhere else.
    pub fn copied(&self) -> Self {
        let dir = tempfile::tempdir().unwrap();
        copy(&self.path, dir.path());
        Self {
            path: dir.path().to_owned(),
            checkpoint: self.checkpoint,
            rest: self.rest.clone(),
            _copy: Some(dir),
        }
    }

    pub fn data_dir(&self) -> &Path {
        &self.path
    }

    /// The server that made it, to be started in this process.
    pub fn rest(&self) -> &Resting {
        &self.rest
    }

    fn log(&self) -> PathBuf {
        self.path.join("log")
    }

    /// First positions of the blocks.
    pub fn starts(&self) -> Vec<u64> {
        let starts: Vec<u64> = self.blocks().into_keys().collect();
        assert!(starts.len() > 10, "{starts:?}");
        assert!(starts.windows(2).any(|pair| pair[1] > pair[0] + 1));
        starts
    }

    /// First positions of the blocks that the folds have not seen.
    pub fn after_the_checkpoint(&self) -> Vec<u64> {
        let mut starts = self.starts();
        starts.retain(|start| *start > self.checkpoint);
        assert!(starts.len() > 5, "{starts:?}");
        starts
    }

    /// Position of the last event: the last block has one.
    pub fn last_position(&self) -> u64 {
        self.starts().pop().unwrap()
    }

    pub fn blocks(&self) -> Blocks {
        self.with_sled(stored)
    }

    /// Changes the blocks that are stored.
    pub fn change(&self, change: impl FnOnce(&mut Blocks)) {
        self.with_sled(|db| {
            let before = stored(db);
            let mut after = before.clone();
            change(&mut after);
            assert_ne!(after, before, "nothing is changed");
            for (start, block) in after.iter().filter(|(at, to)| before.get(*at) != Some(*to)) {
                db.insert(start.to_be_bytes(), block.as_slice()).unwrap();
            }
            for start in before.keys().filter(|start| !after.contains_key(start)) {
                db.remove(start.to_be_bytes()).unwrap();
            }
            db.flush().unwrap();
        });
    }

    /// Stores these blocks and no others.
    pub fn put_back(&self, blocks: &Blocks) {
        self.change(|stored| blocks.clone_into(stored));
    }

    fn with_sled<T>(&self, work: impl FnOnce(&sled::Db) -> T) -> T {
        let file = File::open(self.log().join("db")).unwrap();
        let worked = {
            let config = sled::Config::new().path(self.log());
            let db = config.segment_size(SEGMENT_BYTES).open().unwrap();
            work(&db)
        };
        // sled's threads let go of the file a little after `Db` is dropped.
        file.lock().unwrap();
        worked
    }

    /// Removes the folds: the next start must read all of the log.
    pub fn forget_folds(&self) {
        self.rest.forget_folds();
    }

    /// Removes the note of how far the log had got.
    pub fn forget_note(&self) {
        fs::remove_file(self.log().join("reached")).unwrap();
    }

    /// Leaves so many parts of the used bytes of the log's file.
    pub fn cut_file(&self, parts: u64, of: u64) {
        let path = self.log().join("db");
        let bytes = fs::read(&path).unwrap();
        let used = bytes.iter().rposition(|byte| *byte != 0).unwrap() as u64;
        let file = OpenOptions::new().write(true).open(&path).unwrap();
        file.set_len(used * parts / of).unwrap();
    }
}

fn stored(db: &sled::Db) -> Blocks {
    let stored = db.iter().map(Result::unwrap);
    let stored = stored.map(|(key, block)| {
        let start = u64::from_be_bytes(key.as_ref().try_into().unwrap());
        (start, block.to_vec())
    });
    stored.collect()
}

/// Writes eleven blocks, one call after the other.
async fn tell(server: &Server) {
    let story = Story::open(server, "launch").await;
    for who in ["ayu", "budi", "citra"] {
        server.write(story.profile(who, 20_000)).await;
        server.write(story.invite(who, terms(idr(500)))).await;
    }
    // Three withdrawals and the end; no invitation is left that could expire.
    server.write(story.close(true)).await;
    let next = Story::of("kopi", "next", "IDR", server);
    server.write(next.create(plan("IDR"))).await;
    // Whoever remembers one request finds it here.
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

/// Whether something was said, as a whole: position 1 is not position 12.
pub fn told(said: &str, words: &str) -> bool {
    let mut found = said.match_indices(words);
    found.any(|(at, _)| {
        let next = said[at + words.len()..].chars().next();
        !next.is_some_and(|next| next.is_ascii_digit())
    })
}
