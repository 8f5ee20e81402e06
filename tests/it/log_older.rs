//! Logs in the layouts of earlier versions: readable as they are, and moved into today's layout by
//! a writer, wherever an earlier move was interrupted.

use std::fs;
use std::path::Path;

use campaign_ledger::log::sled::SledLog;
use campaign_ledger::log::{Block, Fault, Hash, Head, Log, OpenError, Position, ReadError, verify};
use tempfile::TempDir;

use crate::support::log_backend::{blocks_in, change_sled, copy, filled};
use crate::support::older::{self, insert_by_position};
use crate::support::records::{append, read_all};

fn open(dir: &TempDir) -> Result<SledLog, OpenError> {
    SledLog::open_with(dir.path(), 0, 1)
}

fn for_reading(dir: &TempDir) -> SledLog {
    SledLog::open_for_reading(dir.path(), 0).unwrap()
}

fn new_log(counts: &[u64]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    append(&open(&dir).unwrap(), counts);
    dir
}

fn blocks_of(dir: &TempDir) -> Vec<Block> {
    older::blocks_of(dir.path())
}

fn older(log: &TempDir, blocks: &[Block]) -> TempDir {
    older::older(log.path(), blocks)
}

/// Counts the blocks in the old layout, and those in today's.
fn count(dir: &Path) -> (usize, usize) {
    let mut counts = (0, 0);
    change_sled(dir, |db| {
        counts = (db.len(), filled(&blocks_in(db)).count())
    });
    counts
}

/// Reads from every position.
fn reads_from_everywhere(log: &dyn Log, records: u64) {
    for after in 0..=records {
        let after = Position::new(after);
        let blocks = log.read(after).unwrap().map(Result::unwrap);
        let read: usize = blocks.map(|block| block.records_after(after).count()).sum();
        assert_eq!(read as u64, records - after.get());
    }
}

/// A state that an interrupted move may leave in a log's directory, made from today's log.
type Step = fn(dir: &Path, log: &Path);

fn copying(dir: &Path, log: &Path) {
    copy_of_sled(log, &dir.join("moving"));
    let half = fs::File::options().write(true).open(dir.join("moving/db"));
    let half = half.unwrap();
    half.set_len(half.metadata().unwrap().len() / 2).unwrap();
}

fn copied(dir: &Path, log: &Path) {
    copy_of_sled(log, &dir.join("moved"));
}

fn without_snapshots(dir: &Path, log: &Path) {
    copied(dir, log);
    let names = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap());
    let snapshots: Vec<_> = names
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("snap."))
        .collect();
    assert!(!snapshots.is_empty());
    for snapshot in snapshots {
        fs::remove_file(snapshot.path()).unwrap();
    }
}

fn replaced(dir: &Path, log: &Path) {
    without_snapshots(dir, log);
    fs::rename(dir.join("moved/db"), dir.join("db")).unwrap();
}

fn copy_of_sled(log: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    copy(log, to);
    fs::remove_file(to.join("journal")).unwrap();
}

#[test]
fn move_that_was_ended_anywhere_is_completed() {
    let log = new_log(&[3; 200]);
    let blocks = blocks_of(&log);
    let steps: [Step; 5] = [|_, _| (), copying, copied, without_snapshots, replaced];
    for (leave, read_first) in steps
        .into_iter()
        .flat_map(|step| [(step, false), (step, true)])
    {
        let dir = older(&log, &blocks);
        leave(dir.path(), log.path());
        if read_first {
            let read = for_reading(&dir);
            assert_eq!(verify(&read, |_| {}).unwrap(), blocks[199].head());
            reads_from_everywhere(&read, 600);
        }
        let log = open(&dir).unwrap();
        assert_eq!(log.head(), blocks[199].head());
        append(&log, &[1, 2]);
        reads_from_everywhere(&log, 603);
        drop(log);
        assert_eq!(count(dir.path()), (0, 202));
        assert!(!dir.path().join("moving").exists());
        assert!(!dir.path().join("moved").exists());
        assert_eq!(read_all(&open(&dir).unwrap()).get(), 603);
    }
}

#[test]
fn moved_log_is_no_larger_than_a_new_one() {
    let log = new_log(&[40; 1_000]);
    let dir = older(&log, &blocks_of(&log));
    let size = |dir: &TempDir| fs::metadata(dir.path().join("db")).unwrap().len();
    let before = size(&dir);
    drop(open(&dir).unwrap());
    assert!(size(&dir) < before);
    drop(open(&log).unwrap());
    assert!(size(&dir) <= size(&log));
}

#[test]
fn reading_moves_nothing() {
    let log = new_log(&[2; 30]);
    let dir = older(&log, &blocks_of(&log));
    reads_from_everywhere(&for_reading(&dir), 60);
    assert_eq!(count(dir.path()), (30, 0));
}

#[test]
fn blocks_that_only_the_journal_has_are_read_and_moved_too() {
    let log = new_log(&[3; 30]);
    let blocks = blocks_of(&log);
    for stored in 0..30 {
        let dir = older(&log, &blocks[..stored]);
        reads_from_everywhere(&for_reading(&dir), 90);
        reads_from_everywhere(&open(&dir).unwrap(), 90);
        assert_eq!(count(dir.path()), (0, 30));
    }
}

#[test]
fn damaged_log_is_read_and_not_moved() {
    let log = new_log(&[3; 30]);
    let blocks = blocks_of(&log);
    let damages: [&dyn Fn(&mut sled::IVec); 2] = [&|block| block[90] ^= 1, &|block| {
        *block = block[..50].into();
    }];
    for damage in damages {
        let dir = older(&log, &blocks);
        change_sled(dir.path(), |db| {
            let key = 31_u64.to_be_bytes();
            let mut block = db.get(key).unwrap().unwrap();
            damage(&mut block);
            db.insert(key, block).unwrap();
        });
        for _ in 0..2 {
            let error = open(&dir).err().unwrap();
            assert!(
                error.to_string().contains("the block at position 31"),
                "{error}"
            );
            assert!(error.is_damage());
            assert_eq!(count(dir.path()).0, 30);
            let found = verify(&for_reading(&dir), |_| {}).unwrap_err();
            assert!(matches!(
                found,
                ReadError::Corrupt { position, reason: Fault::Undecodable(_), .. }
                    if position.get() == 31
            ));
        }
    }
}

#[test]
fn log_of_another_partition_is_not_moved() {
    let log = new_log(&[3; 10]);
    let blocks = blocks_of(&log);
    let dir = older(&log, &blocks);
    let refused = SledLog::open(dir.path(), 7).err().unwrap();
    assert!(matches!(
        refused,
        OpenError::Partition {
            expected: 7,
            found: 0,
            ..
        }
    ));
    assert_eq!(count(dir.path()), (10, 0));
}

/// Makes a log of format 1: sled's files, and a note of the head.
fn log_without_journal(blocks: &[Block], noted: &Head) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("db"), "").unwrap();
    change_sled(dir.path(), |db| insert_by_position(db, blocks));
    let mut note = noted.block.to_be_bytes().to_vec();
    note.extend(noted.position.get().to_be_bytes());
    note.extend(noted.hash.as_bytes());
    note.extend(Hash::of(&note).as_bytes());
    fs::write(dir.path().join("reached"), note).unwrap();
    dir
}

#[test]
fn log_without_a_journal_gets_one() {
    let blocks = blocks_of(&new_log(&[3; 12]));
    for written in [0, 1, 12] {
        let head = blocks[..written].last().map_or(Head::EMPTY, Block::head);
        let dir = log_without_journal(&blocks[..written], &head);
        let log = for_reading(&dir);
        assert_eq!(read_all(&log), head.position);
        drop(log);
        assert!(!dir.path().join("journal").exists());

        let log = open(&dir).unwrap();
        assert_eq!(log.head(), head);
        append(&log, &[1]);
        drop(log);
        assert!(!dir.path().join("reached").exists());
        assert_eq!(read_all(&open(&dir).unwrap()), head.position.next());
        // From now on a missing journal is an error.
        fs::remove_file(dir.path().join("journal")).unwrap();
        for refused in [open(&dir), SledLog::open_for_reading(dir.path(), 0)] {
            assert!(matches!(refused, Err(OpenError::Journal { .. })));
        }
    }
}

#[test]
fn log_without_a_journal_that_lost_its_end_is_refused() {
    let blocks = blocks_of(&new_log(&[3; 12]));
    let dir = log_without_journal(&blocks[..9], &blocks[11].head());
    for _ in 0..2 {
        assert!(matches!(open(&dir), Err(OpenError::Shrunk { .. })));
        verify(&for_reading(&dir), |_| {}).unwrap_err();
    }
}
