//! Tests of the log in sled only: sled's ways of losing data are prevented.

use std::fs;
use std::path::Path;

use bytes::Bytes;
use campaign_ledger::log::block::{ALWAYS_FITS_BYTES, record_cost};
use campaign_ledger::log::sled::SledLog;
use campaign_ledger::log::{Block, Fault, Log, OpenError, Position, ReadError, verify};
use tempfile::TempDir;

use crate::support::log_backend::{change_sled, copy};
use crate::support::records::{append, noise, read_all, record};

fn open(dir: &TempDir) -> SledLog {
    SledLog::open(dir.path(), 0).unwrap()
}

fn spilled(dir: &Path) -> usize {
    fs::read_dir(dir.join("blobs")).unwrap().count()
}

/// Makes a log of several sessions, as its directory looks after it was closed.
fn closed_log(sessions: &[u64]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for blocks in sessions {
        let log = open(&dir);
        for _ in 0..*blocks {
            append(&log, &[3]);
        }
    }
    dir
}

/// Appends blocks of one record each, as large as possible.
fn append_largest(log: &SledLog, blocks: u64) {
    for _ in 0..blocks {
        let head = log.head();
        let block = Block::seal(0, &head, vec![largest(head.block + 1)]).unwrap();
        log.append(&head, &block).unwrap();
    }
}

fn largest(number: u64) -> Bytes {
    noise(number, ALWAYS_FITS_BYTES - record_cost(0)).into()
}

#[test]
fn thousands_of_the_largest_blocks_spill_nothing() {
    const BLOCKS: u64 = 2_000;
    let dir = tempfile::tempdir().unwrap();
    let log = open(&dir);
    append_largest(&log, BLOCKS);
    assert_eq!(spilled(dir.path()), 0);
    let head = log.head();
    drop(log);

    let log = open(&dir);
    assert_eq!(log.head(), head);
    assert_eq!(verify(&log, |_| {}).unwrap().block, BLOCKS);
    assert_eq!(spilled(dir.path()), 0);
}

/// The largest blocks, and blocks of a few records as commits make them.
#[test]
fn blocks_are_written_once() {
    for (record_bytes, blocks) in [(ALWAYS_FITS_BYTES - record_cost(0), 200), (2_048, 4_000)] {
        let dir = tempfile::tempdir().unwrap();
        let log = open(&dir);
        let mut written = 0;
        for _ in 0..blocks {
            let head = log.head();
            let record = noise(head.block, record_bytes).into();
            let block = Block::seal(0, &head, vec![record]).unwrap();
            written += block.encoded().len() as u64;
            log.append(&head, &block).unwrap();
        }
        drop(log);
        // The journal beside it has a fixed size.
        let stored = fs::metadata(dir.path().join("db")).unwrap().len();
        assert!(
            stored * 2 <= written * 3,
            "{stored} bytes for {written} of blocks"
        );
    }
}

#[test]
fn positions_are_found_without_their_index() {
    let dir = closed_log(&[50]);
    change_sled(dir.path(), |db| assert!(db.drop_tree("positions").unwrap()));
    let log = open(&dir);
    append(&log, &[3; 30]);
    for after in 0..240 {
        let first = log
            .read(Position::new(after))
            .unwrap()
            .next()
            .unwrap()
            .unwrap();
        let (position, _) = first.records_after(Position::new(after)).next().unwrap();
        assert_eq!(position.get(), after + 1);
    }
}

#[test]
fn unfinished_snapshot_is_removed_before_opening() {
    let dir = closed_log(&[5]);
    let unfinished = dir.path().join("snap.FFFFFFFFFFFFFFFF.generating");
    fs::write(&unfinished, b"half a snap").unwrap();
    assert_eq!(read_all(&open(&dir)).get(), 15);
    assert!(!unfinished.exists());
}

#[test]
fn half_written_settings_are_rewritten() {
    let dir = closed_log(&[5]);
    let path = dir.path().join("conf");
    let whole = fs::read(&path).unwrap();
    let zeros = vec![0; whole.len()];
    for torn in (0..whole.len()).flat_map(|len| [&whole[..len], &zeros[..len]]) {
        fs::write(&path, torn).unwrap();
        assert_eq!(read_all(&open(&dir)).get(), 15);
        assert_eq!(fs::read(&path).unwrap(), whole);
    }
}

#[test]
fn second_handle_is_refused_until_the_first_is_dropped() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(&dir);
    append(&log, &[1]);
    for second in [
        SledLog::open(dir.path(), 0),
        SledLog::open_for_reading(dir.path(), 0),
    ] {
        assert!(matches!(second, Err(OpenError::InUse { .. })));
    }
    append(&log, &[1]);
    drop(log);
    for _ in 0..5 {
        assert_eq!(open(&dir).head().block, 2);
    }
}

#[test]
fn tail_ends_with_the_log() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(&dir);
    let tail = log.tail();
    drop(log);
    assert!(tail.has_changed().is_err());
}

#[test]
fn opening_for_reading_creates_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let missing = dir.path().join("missing");
    for path in [dir.path(), &missing] {
        assert!(matches!(
            SledLog::open_for_reading(path, 0),
            Err(OpenError::NotFound { .. })
        ));
    }
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn log_of_another_partition_is_refused() {
    let dir = closed_log(&[1]);
    assert!(matches!(
        SledLog::open(dir.path(), 7),
        Err(OpenError::Partition {
            expected: 7,
            found: 0,
            ..
        })
    ));
}

#[test]
fn spilled_values_are_refused() {
    let dir = closed_log(&[1]);
    fs::write(dir.path().join("blobs/1"), b"a value").unwrap();
    assert!(matches!(
        SledLog::open(dir.path(), 0),
        Err(OpenError::Spilled { found: 1, .. })
    ));
    let log = SledLog::open_for_reading(dir.path(), 0).unwrap();
    assert_eq!(read_all(&log).get(), 3);
}

#[test]
fn acknowledged_end_that_sled_cuts_off_is_taken_from_the_journal() {
    for read_first in [false, true] {
        let dir = closed_log(&[20, 20]);
        // The second session's blocks are in no snapshot yet: sled finds them by reading on.
        damage(dir.path(), &record(100), 1);
        if read_first {
            let log = SledLog::open_for_reading(dir.path(), 0).unwrap();
            assert_eq!(verify(&log, |_| {}).unwrap().block, 40);
        }
        let log = open(&dir);
        assert_eq!(log.head().position, Position::new(120));
        append(&log, &[1]);
        assert_eq!(read_all(&log).get(), 121);
    }
}

#[test]
fn damage_that_sled_finds_is_named() {
    let dir = tempfile::tempdir().unwrap();
    append_largest(&open(&dir), 200);
    // Opening writes a snapshot; after that a bad page is not an end to cut off.
    drop(open(&dir));
    damage(dir.path(), &largest(7)[..100], usize::MAX);

    let log = open(&dir);
    let mut last = Position::START;
    let error = verify(&log, |block| last = block.last_position()).unwrap_err();
    let ReadError::Corrupt {
        position,
        reason: Fault::Storage(reason),
        ..
    } = error
    else {
        panic!("{error:?}");
    };
    assert!(position.get() <= 7 && position == last.next());
    assert!(
        reason.starts_with("sled found corrupted data at"),
        "{reason}"
    );
}

#[test]
fn log_that_sled_can_not_open_is_refused_in_words_or_whole() {
    let dir = closed_log(&[20]);
    let head = open(&dir).head();
    damage(dir.path(), &record(30), usize::MAX);
    for open in [SledLog::open, SledLog::open_for_reading] {
        match open(dir.path(), 0) {
            // The journal had what sled lost.
            Ok(log) => assert_eq!(verify(&log, |_| {}).unwrap(), head),
            Err(error) => {
                assert!(matches!(error, OpenError::Damaged { .. }), "{error:?}");
                assert!(error.to_string().contains("restore the last backup"));
            }
        }
    }
}

#[test]
fn whatever_is_damaged_nothing_else_is_read() {
    let original = closed_log(&[40, 40]);
    for seed in 0..24 {
        let dir = tempfile::tempdir().unwrap();
        copy(original.path(), dir.path());
        damage_anywhere(dir.path(), seed);
        let log = if seed % 2 == 0 {
            SledLog::open(dir.path(), 0)
        } else {
            SledLog::open_for_reading(dir.path(), 0)
        };
        let Ok(log) = log else { continue };
        let mut last = 0;
        let outcome = verify(&log, |block| {
            for found in block.records() {
                last += 1;
                assert_eq!(*found, record(last));
            }
        });
        assert!(
            outcome.is_err() || last == 240,
            "seed {seed}: ends at {last}"
        );
    }
}

/// Damages the first copies of `content` in sled's pages, at most `most` of them.
fn damage(dir: &Path, content: &[u8], most: usize) {
    let path = dir.join("db");
    let mut pages = fs::read(&path).unwrap();
    let found: Vec<_> = pages
        .windows(content.len())
        .enumerate()
        .filter_map(|(at, window)| (window == content).then_some(at))
        .take(most)
        .collect();
    assert!(!found.is_empty());
    for at in found {
        pages[at] ^= 1;
    }
    fs::write(&path, pages).unwrap();
}

/// Flips a bit, clears a page or cuts the end off, somewhere in one of the files.
fn damage_anywhere(dir: &Path, seed: u64) {
    let names = ["db", "db", "db", "conf", "journal"];
    let path = dir.join(names[(seed % 5) as usize]);
    let mut bytes = fs::read(&path).unwrap();
    let used = bytes.iter().rposition(|byte| *byte != 0).unwrap() + 1;
    let random = u64::from_be_bytes(noise(seed, 8).try_into().unwrap());
    let at = (random % used as u64) as usize;
    match seed % 3 {
        0 => bytes[at] ^= 1 << (seed % 8),
        1 => {
            let end = (at + 4096).min(used);
            bytes[at..end].fill(0);
        }
        _ => bytes.truncate(at),
    }
    fs::write(&path, bytes).unwrap();
}
