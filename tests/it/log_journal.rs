//! The log's journal together with sled: wherever a process ended between the two, no acknowledged
//! write is missing, and untrusted content is refused.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use campaign_ledger::log::sled::SledLog;
use campaign_ledger::log::{Block, Fault, Head, Log, OpenError, Position, ReadError, verify};
use tempfile::TempDir;

use crate::support::log_backend::{blocks_in, change_sled, copy, filled};
use crate::support::records::{append, noise, read_all};

/// Bytes in a sector; frames begin at multiples of it.
const SECTOR: usize = 4096;

fn open(dir: &Path) -> Result<SledLog, OpenError> {
    SledLog::open_with(dir, 0, 1)
}

/// Makes a log of blocks of three records each.
fn closed_log(blocks: usize) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    append(&open(dir.path()).unwrap(), &vec![3; blocks]);
    dir
}

fn grow(dir: &TempDir, blocks: usize) {
    append(&open(dir.path()).unwrap(), &vec![3; blocks]);
}

fn copied(dir: &TempDir) -> TempDir {
    let other = tempfile::tempdir().unwrap();
    copy(dir.path(), other.path());
    other
}

fn blocks_of(dir: &TempDir) -> Vec<Block> {
    let log = SledLog::open_for_reading(dir.path(), 0).unwrap();
    let blocks = log.read(Position::START).unwrap();
    blocks.map(|block| Block::clone(&block.unwrap())).collect()
}

/// Makes a directory with sled's files of an earlier time and the journal of a later one.
fn behind(earlier: &TempDir, later: &TempDir) -> TempDir {
    let dir = copied(earlier);
    fs::copy(later.path().join("journal"), dir.path().join("journal")).unwrap();
    dir
}

/// Changes the journal's bytes.
fn tamper(dir: &TempDir, change: impl FnOnce(&mut Vec<u8>)) {
    let path = dir.path().join("journal");
    let mut bytes = fs::read(&path).unwrap();
    change(&mut bytes);
    fs::write(path, bytes).unwrap();
}

/// Flips a bit in the middle of a block's frame, wherever it is in the journal.
fn damage(dir: &TempDir, block: &Block) {
    tamper(dir, |journal| {
        let encoded = block.encoded();
        let mut sectors = journal.chunks_mut(SECTOR);
        let begins = |sector: &&mut [u8]| sector[20..].starts_with(&encoded[..72]);
        let sector = sectors.find(begins).unwrap();
        sector[100] ^= 1;
    });
}

#[test]
fn killed_anywhere_between_journal_and_sled_loses_nothing() {
    let earlier = closed_log(10);
    let later = copied(&earlier);
    grow(&later, 20);
    let blocks = blocks_of(&later);
    // However many of them were inserted and flushed when the process ended.
    for moved in 10..=30 {
        let dir = behind(&earlier, &later);
        change_sled(dir.path(), |db| {
            for block in &blocks[10..moved] {
                let key = block.number().to_be_bytes();
                blocks_in(db).insert(key, &block.encoded()[..]).unwrap();
            }
        });
        let log = SledLog::open_for_reading(dir.path(), 0).unwrap();
        assert_eq!(read_all(&log).get(), 90);
        assert_eq!(verify(&log, |_| {}).unwrap(), log.head());
        drop(log);
        let log = open(dir.path()).unwrap();
        assert_eq!(log.head(), blocks[29].head());
        append(&log, &[1, 2]);
        assert_eq!(read_all(&log).get(), 93);
        drop(log);
        assert_eq!(read_all(&open(dir.path()).unwrap()).get(), 93);
    }
}

#[test]
fn reading_changes_nothing_of_the_journal() {
    let earlier = closed_log(10);
    let later = copied(&earlier);
    grow(&later, 5);
    let dir = behind(&earlier, &later);
    let before = fs::read(dir.path().join("journal")).unwrap();
    for after in 0..46 {
        let log = SledLog::open_for_reading(dir.path(), 0).unwrap();
        let blocks = log.read(Position::new(after)).unwrap();
        let records: usize = blocks
            .map(|block| block.unwrap().records_after(Position::new(after)).count())
            .sum();
        assert_eq!(records as u64, 45 - after);
    }
    assert!(fs::read(dir.path().join("journal")).unwrap() == before);
}

#[test]
fn clean_end_leaves_everything_in_sled() {
    let dir = closed_log(100);
    let mut stored = 0;
    change_sled(dir.path(), |db| stored = filled(&blocks_in(db)).count());
    assert_eq!(stored, 100);
}

#[test]
fn readers_see_every_durable_block_while_blocks_move() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path()).unwrap();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for from_the_end in [false, true] {
            let (log, done) = (&log, &done);
            scope.spawn(move || {
                while !done.load(Ordering::Acquire) {
                    let head = log.head();
                    let back = if from_the_end { 40 } else { u64::MAX };
                    let after = Position::new(head.position.get().saturating_sub(back));
                    let blocks = log.read(after).unwrap().map(Result::unwrap);
                    let last = blocks.last().map_or(Head::EMPTY, |block| block.head());
                    assert!(last.position >= head.position);
                }
            });
        }
        // The journal is overwritten about twenty times.
        append(&log, &vec![2; 1_200]);
        done.store(true, Ordering::Release);
    });
    assert_eq!(read_all(&log).get(), 2_400);
    drop(log);
    assert_eq!(read_all(&open(dir.path()).unwrap()).get(), 2_400);
}

#[test]
fn end_that_sled_lost_is_refused_where_the_journal_has_it_no_more() {
    let earlier = closed_log(10);
    let later = copied(&earlier);
    grow(&later, 200);
    let dir = behind(&earlier, &later);
    let error = open(dir.path()).err().unwrap();
    let OpenError::Shrunk { found, reached, .. } = &error else {
        panic!("{error:?}");
    };
    assert_eq!((found.block, reached.block), (10, 210));
    assert!(error.to_string().contains("restore the last backup"));

    let log = SledLog::open_for_reading(dir.path(), 0).unwrap();
    let error = verify(&log, |_| {}).unwrap_err();
    assert!(matches!(
        error,
        ReadError::Corrupt { position, reason: Fault::Missing, .. } if position.get() == 31
    ));
    drop(log);
    go_on_with_what_is_left(dir.path());
    assert_eq!(read_all(&open(dir.path()).unwrap()).get(), 30);
}

/// Follows the advice of the message for operators without a backup.
fn go_on_with_what_is_left(dir: &Path) {
    let _ = fs::remove_file(dir.join("journal"));
    fs::write(dir.join("reached"), "").unwrap();
}

#[test]
fn damage_of_what_sled_has_is_harmless_but_for_the_last_block() {
    let intact = closed_log(20);
    let blocks = blocks_of(&intact);
    for block in &blocks[..19] {
        let dir = copied(&intact);
        damage(&dir, block);
        assert_eq!(read_all(&open(dir.path()).unwrap()).get(), 60);
    }
    // Nobody knows whether there was more after it.
    let dir = copied(&intact);
    damage(&dir, &blocks[19]);
    is_refused(&dir);
}

#[test]
fn damage_of_what_sled_lacks_is_refused() {
    let earlier = closed_log(10);
    let later = copied(&earlier);
    grow(&later, 20);
    let blocks = blocks_of(&later);
    for (block, before) in blocks[10..29].iter().zip(10..) {
        let dir = behind(&earlier, &later);
        damage(&dir, block);
        let error = open(dir.path()).err().unwrap();
        let OpenError::Shrunk { found, reached, .. } = error else {
            panic!("{error:?}");
        };
        assert_eq!((found.block, reached.block), (before, 30));
        let log = SledLog::open_for_reading(dir.path(), 0).unwrap();
        verify(&log, |_| {}).unwrap_err();
    }
    // The last one looks like one that was never acknowledged.
    let dir = behind(&earlier, &later);
    damage(&dir, &blocks[29]);
    assert_eq!(open(dir.path()).unwrap().head(), blocks[28].head());
}

/// A change of the journal's bytes.
type Change<'a> = &'a dyn Fn(&mut Vec<u8>);

fn is_refused(dir: &TempDir) {
    for refused in [open(dir.path()), SledLog::open_for_reading(dir.path(), 0)] {
        let error = refused.err().unwrap();
        assert!(matches!(error, OpenError::Journal { .. }), "{error:?}");
        assert!(error.is_damage());
    }
}

#[test]
fn journal_that_is_gone_or_emptied_or_old_is_refused() {
    let intact = closed_log(20);
    let later = copied(&intact);
    grow(&later, 1);

    let dir = copied(&intact);
    fs::remove_file(dir.path().join("journal")).unwrap();
    is_refused(&dir);
    let emptied: [Change; 4] = [
        &Vec::clear,
        &|journal| journal.fill(0),
        &|journal| journal[SECTOR..].fill(0),
        &|journal| journal.truncate(2 * SECTOR),
    ];
    for change in emptied {
        let dir = copied(&intact);
        tamper(&dir, change);
        is_refused(&dir);
        go_on_with_what_is_left(dir.path());
        let log = open(dir.path()).unwrap();
        append(&log, &[1]);
        assert_eq!(read_all(&log).get(), 61);
    }
    is_refused(&behind(&later, &intact));
}

#[test]
fn swapped_segments_are_harmless() {
    let earlier = closed_log(10);
    let later = copied(&earlier);
    grow(&later, 50);
    let dir = behind(&earlier, &later);
    tamper(&dir, |journal| {
        let segments = &mut journal[SECTOR..];
        let half = segments.len() / 2;
        segments.rotate_left(half);
    });
    assert_eq!(read_all(&open(dir.path()).unwrap()).get(), 180);
}

#[test]
fn journal_of_another_history_is_refused() {
    let mine = closed_log(5);
    let other = tempfile::tempdir().unwrap();
    let log = open(other.path()).unwrap();
    for _ in 0..6 {
        let head = log.head();
        let records = vec![noise(head.block + 77, 50).into(); 3];
        let block = Block::seal(0, &head, records).unwrap();
        log.append(&head, &block).unwrap();
    }
    drop(log);
    let dir = behind(&mine, &other);
    assert!(matches!(
        open(dir.path()),
        Err(OpenError::Tail {
            reason: Fault::NotTheHead { .. },
            ..
        })
    ));
    let log = SledLog::open_for_reading(dir.path(), 0).unwrap();
    verify(&log, |_| {}).unwrap_err();
}
