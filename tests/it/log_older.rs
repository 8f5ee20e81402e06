//! Logs as earlier versions laid them out: readable as they are, and moved into today's layout by
//! whoever may write, wherever an earlier move was ended.

use std::fs;
use std::ops::Range;
use std::path::Path;

use campaign_ledger::log::sled::SledLog;
use campaign_ledger::log::{Block, Fault, Hash, Head, Log, OpenError, Position, ReadError, verify};
use tempfile::TempDir;

use crate::support::log_backend::{blocks_in, change_sled, copy, filled};
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
    let log = for_reading(dir);
    let blocks = log.read(Position::START).unwrap();
    blocks.map(|block| Block::clone(&block.unwrap())).collect()
}

/// Lays blocks out as earlier versions did.
fn insert_by_position(db: &sled::Db, blocks: &[Block]) {
    for block in blocks {
        let key = block.first_position().get().to_be_bytes();
        db.insert(key, &block.encoded()[..]).unwrap();
    }
}

/// A log of format 2, with its journal: `moved` of its blocks are where they belong today, and
/// `left` are where they were.
fn partly_moved(log: &TempDir, blocks: &[Block], moved: usize, left: Range<usize>) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    copy(log.path(), dir.path());
    change_sled(dir.path(), |db| {
        db.drop_tree("blocks").unwrap();
        db.drop_tree("positions").unwrap();
        for block in &blocks[..moved] {
            let key = block.number().to_be_bytes();
            blocks_in(db).insert(key, &block.encoded()[..]).unwrap();
        }
        insert_by_position(db, &blocks[left]);
    });
    dir
}

/// How many blocks are where they were before, and where they belong.
fn count(dir: &Path) -> (usize, usize) {
    let mut counts = (0, 0);
    change_sled(dir, |db| {
        counts = (db.len(), filled(&blocks_in(db)).count())
    });
    counts
}

/// Reads from every position on.
fn reads_from_everywhere(log: &dyn Log, records: u64) {
    for after in 0..=records {
        let after = Position::new(after);
        let blocks = log.read(after).unwrap().map(Result::unwrap);
        let read: usize = blocks.map(|block| block.records_after(after).count()).sum();
        assert_eq!(read as u64, records - after.get());
    }
}

#[test]
fn move_that_was_killed_anywhere_is_completed() {
    let log = new_log(&[3; 40]);
    let blocks = blocks_of(&log);
    let copying = (0..=40).map(|moved| (moved, 0..40));
    let clearing = (1..=40).map(|gone| (40, gone..40));
    for (moved, left) in copying.chain(clearing) {
        let dir = partly_moved(&log, &blocks, moved, left);
        let read = for_reading(&dir);
        assert_eq!(verify(&read, |_| {}).unwrap(), blocks[39].head());
        reads_from_everywhere(&read, 120);
        drop(read);
        let log = open(&dir).unwrap();
        assert_eq!(log.head(), blocks[39].head());
        append(&log, &[1, 2]);
        assert_eq!(read_all(&log).get(), 123);
        drop(log);
        assert_eq!(count(dir.path()), (0, 42));
        reads_from_everywhere(&open(&dir).unwrap(), 123);
    }
}

#[test]
fn reading_moves_nothing() {
    let log = new_log(&[2; 30]);
    let blocks = blocks_of(&log);
    let dir = partly_moved(&log, &blocks, 0, 0..30);
    reads_from_everywhere(&for_reading(&dir), 60);
    assert_eq!(count(dir.path()), (30, 0));
}

#[test]
fn blocks_that_only_the_journal_has_are_read_and_moved_too() {
    let log = new_log(&[3; 30]);
    let blocks = blocks_of(&log);
    for stored in 0..30 {
        let dir = partly_moved(&log, &blocks, 0, 0..stored);
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
        let dir = partly_moved(&log, &blocks, 0, 0..30);
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
    let dir = partly_moved(&log, &blocks, 0, 0..10);
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

/// A log of format 1: sled's files, and a note of the head.
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
        // From now on the journal is missed.
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
