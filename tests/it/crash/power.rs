//! Power cuts. The writes and syncs of the real server are recorded. Whatever state a cut at any
//! moment leaves, the server must start on it without help.
//!
//! `cargo test` tries a few cuts. For more, over a longer record, use a release build:
//!
//! ```text
//! POWER_CUTS=1000 cargo test --release --test it -- --nocapture crash::power
//! ```

mod disk;
mod trace;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use campaign_ledger::log::directory::{DataDirectory, ONLY_PARTITION};
use campaign_ledger::log::sled::SledLog;
use campaign_ledger::log::{Block, Head, verify};
use tempfile::TempDir;

use super::chance::Chance;
use super::disks::Strace;
use super::history::head_of;
use super::load::Client;
use super::process::{Launch, offline};
use super::scene::Scene;
use disk::Disk;
use trace::{Call, Deed};

/// Number of cuts in `cargo test`.
const FEW: u64 = 6;

/// Calls of each client in one life of the record: for a few cuts, and for many.
const SHORT_LIFE: u64 = 12;
const LONG_LIFE: u64 = 400;

/// Longest time that strace takes to write its output after the process has ended.
const PATIENCE: Duration = Duration::from_secs(20);

/// The record of several lives of one data directory.
struct Record {
    scene: Scene,
    calls: Vec<Call>,
    lines: usize,
    /// Hash of the block that ends at a position, in the final log.
    blocks: HashMap<u64, String>,
}

impl Record {
    /// Records a life that creates the directory and is killed, one that ends well, and a third
    /// one. Returns `None` without strace.
    async fn make(calls_each: u64) -> Option<Self> {
        Strace::at_hand()?;
        let mut record = Self {
            scene: Scene::bulky(),
            calls: Vec::new(),
            lines: 0,
            blocks: HashMap::new(),
        };
        record.live(calls_each, Death::Kill).await;
        record.live(calls_each, Death::Drain).await;
        record.live(calls_each, Death::Kill).await;
        record.blocks = blocks(&record.scene.data_dir());
        Some(record)
    }

    async fn live(&mut self, calls_each: u64, death: Death) {
        let log = self.scene.path().join("trace");
        let recorder = trace::recorder(&log);
        let words: Vec<_> = recorder.iter().map(String::as_str).collect();
        let launch = self.scene.launch().set("checkpoint-interval-ms", "100");
        let (mut server, channel) = launch.through(&words).start().await;
        self.scene.write_at_once(&channel, calls_each).await;
        drop(channel);
        // No client waits for an answer any more, so a kill cuts no write in two.
        match death {
            Death::Kill => assert!(server.kill()),
            Death::Drain => assert!(server.stop().success()),
        }
        let begun = Instant::now();
        while !trace::is_complete(&log, server.id()) {
            assert!(begun.elapsed() < PATIENCE, "strace does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
        let calls = trace::read(&log, self.scene.path(), self.lines);
        self.lines = calls.last().map_or(self.lines, |call| call.during.end + 1);
        self.calls.extend(calls);
        fs::remove_file(&log).unwrap();
    }

    /// Returns the last position that may have been acknowledged before line `cut`: the end of the
    /// last block in the journal at its last sync, which precedes every answer.
    fn acknowledged(&self, cut: usize) -> u64 {
        let journal = self.scene.data_dir().join("log/journal");
        let before = self.calls.iter().filter(|call| call.during.end <= cut);
        let (mut written, mut acknowledged) = (0, 0);
        for call in before {
            match &call.deed {
                Deed::Write { path, bytes, .. } if *path == journal => {
                    written = last_position(bytes).unwrap_or(written);
                }
                Deed::Sync { path, .. } if *path == journal => acknowledged = written,
                _ => {}
            }
        }
        acknowledged
    }

    /// Returns the lines at which syncs of the journal end: the moments of answers.
    fn answers(&self) -> Vec<usize> {
        let journal = self.scene.data_dir().join("log/journal");
        let ends = self.calls.iter().filter_map(|call| match &call.deed {
            Deed::Sync { path, .. } if *path == journal => Some(call.during.end),
            _ => None,
        });
        ends.collect()
    }

    /// Cuts the power at any line.
    fn cut(&self, chance: &mut Chance) -> Image {
        let at = chance.below(self.lines as u64) as usize;
        self.cut_at(at, None, chance)
    }

    /// Cuts the power at a line; `unsynced` as in [`Disk::at`].
    fn cut_at(&self, at: usize, unsynced: Option<&str>, chance: &mut Chance) -> Image {
        let dir = tempfile::tempdir().unwrap();
        let unsynced = unsynced.map(|file| self.scene.data_dir().join(file));
        let disk = Disk::at(&self.calls, at, unsynced.as_deref());
        disk.materialize(self.scene.path(), dir.path(), chance);
        Image {
            at,
            acknowledged: self.acknowledged(at),
            dir,
        }
    }
}

/// Returns the last position of the block in a journal frame.
fn last_position(frame: &[u8]) -> Option<u64> {
    let (_journal, frame) = frame.split_at_checked(16)?;
    let (len, rest) = frame.split_first_chunk()?;
    let encoded = rest.get(..u32::from_be_bytes(*len) as usize)?;
    let block = Block::decode(encoded.to_vec().into()).ok()?;
    Some(block.last_position().get())
}

enum Death {
    Kill,
    Drain,
}

/// The files that a power cut left.
struct Image {
    at: usize,
    acknowledged: u64,
    dir: TempDir,
}

impl Image {
    fn data_dir(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// Runs `verify` on it and returns the position of the head, or why it is invalid.
    fn verified(&self, record: &Record) -> Result<(), String> {
        let made = ["FORMAT", "log/db"].map(|file| self.data_dir().join(file).exists());
        if self.acknowledged == 0 && made.contains(&false) {
            return Ok(());
        }
        let verified = offline("verify", &self.data_dir());
        let said = String::from_utf8(verified.stdout).unwrap();
        if !verified.status.success() {
            return Err(String::from_utf8(verified.stderr).unwrap());
        }
        // The other lines are about what is beside the log.
        let of_log = said.lines().next().unwrap_or_default();
        let words: Vec<_> = of_log.split_whitespace().collect();
        let position = words[1].parse().unwrap();
        if position < self.acknowledged {
            return Err(format!("it ends at {position}: {}", self.acknowledged));
        }
        // The hash of a block covers all blocks before it.
        let hash = record.blocks.get(&position);
        match hash.is_some_and(|hash| Some(&hash.as_str()) == words.last()) {
            true => Ok(()),
            false => Err(format!("it has another history up to {position}")),
        }
    }

    /// Starts the server on it, waits for the views, writes, stops it and audits the files.
    async fn serves(&self, record: &Record) {
        let (mut server, channel) = Launch::on(&self.data_dir()).start().await;
        let (head, hash) = head_of(&channel).await;
        assert!(head >= self.acknowledged, "{head} of {}", self.acknowledged);
        assert_eq!(record.blocks.get(&head), Some(&hash), "another history");
        let mut client = Client::new("after-the-cut");
        for _ in 0..4 {
            client.write_one(&channel).await.unwrap();
        }
        drop(channel);
        assert!(server.stop().success(), "{}", server.obituary());
        assert!(offline("verify", &self.data_dir()).status.success());
        let rebuilt = offline("rebuild-views", &self.data_dir());
        let said = String::from_utf8(rebuilt.stdout).unwrap();
        assert!(said.contains("equal to the views before"), "{said}");
    }
}

/// Returns the hash of each block by its last position.
fn blocks(data_dir: &Path) -> HashMap<u64, String> {
    let directory = DataDirectory::open(data_dir).unwrap();
    let log = SledLog::open_for_reading(&directory.log_path(), ONLY_PARTITION).unwrap();
    let mut blocks = HashMap::from([(0, Head::EMPTY.hash.to_string())]);
    verify(&log, |block| {
        blocks.insert(block.last_position().get(), block.hash().to_string());
    })
    .unwrap();
    blocks
}

fn cuts() -> (u64, u64) {
    match std::env::var("POWER_CUTS") {
        Ok(cuts) => (cuts.parse().expect("POWER_CUTS is a number"), LONG_LIFE),
        Err(_) => (FEW, SHORT_LIFE),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_to_a_power_cut() {
    let (cuts, calls_each) = cuts();
    let mut chance = Chance::of_environment();
    let Some(record) = Record::make(calls_each).await else {
        return;
    };
    let (begun, syncs) = (Instant::now(), syncs(&record.calls));
    eprintln!(
        "{} calls recorded, {syncs} syncs among them",
        record.calls.len()
    );
    for number in 1..=cuts {
        let image = record.cut(&mut chance);
        // Either command may be the first to open the files after the cut.
        let verified = match chance.percent(50) {
            true => image.verified(&record),
            false => Ok(()),
        };
        if let Err(why) = verified {
            let left = image.dir.keep();
            panic!(
                "cut {number} at line {}: {why}; see {}",
                image.at,
                left.display()
            );
        }
        image.serves(&record).await;
        if number.is_multiple_of(100) {
            eprintln!("{number} power cuts");
        }
    }
    eprintln!("{cuts} power cuts, 0 lost, in {:?}", begun.elapsed());
}

fn syncs(calls: &[Call]) -> usize {
    let is_sync = |call: &&Call| matches!(call.deed, Deed::Sync { .. });
    calls.iter().filter(is_sync).count()
}

/// Tests the test: without the journal's `fdatasync`, cuts lose acknowledged writes.
#[tokio::test(flavor = "multi_thread")]
async fn without_our_sync_power_cuts_lose_acknowledged_events() {
    let (cuts, _) = cuts();
    let mut chance = Chance::of_environment();
    let Some(record) = Record::make(SHORT_LIFE).await else {
        return;
    };
    // Later, sled has the blocks too: on a slow machine long before the next ones come.
    let answers = record.answers();
    let mut lost = 0;
    for _ in 0..5 * cuts {
        let at = answers[chance.below(answers.len() as u64) as usize];
        let image = record.cut_at(at, Some("log/journal"), &mut chance);
        lost += u64::from(image.verified(&record).is_err());
    }
    eprintln!(
        "{} power cuts without fdatasync, {lost} with losses",
        5 * cuts
    );
    assert!(lost > 0);
}
