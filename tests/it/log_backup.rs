//! Backups: a backup contains what the log contained, and nothing else is accepted as one.

use std::fs;

use bytes::Bytes;
use campaign_ledger::log::backup::{
    Backup, BackupError, Contents, Extent, ImportError, import, write,
};
use campaign_ledger::log::memory::MemoryLog;
use campaign_ledger::log::{Block, Head, Log, Position};
use proptest::collection::vec;
use proptest::prelude::*;
use uuid::Uuid;

use crate::support::log_backend::{PARTITION, on_every_backend};
use crate::support::records::{append, record};

const LOG_ID: Uuid = Uuid::from_u128(0x0197_c5a0_6f7e_7d3c_8a9e_0d4f_3b2a_1c5d);

/// Record counts of the blocks; the heads are after 0, 3, 4, 9 and 11 records.
const COUNTS: [u64; 4] = [3, 1, 5, 2];

fn filled() -> MemoryLog {
    let log = MemoryLog::new(PARTITION);
    append(&log, &COUNTS);
    log
}

fn backup_after(log: &dyn Log, after: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    let end = log.head();
    let extent = Extent {
        after: Position::new(after),
        end,
        checkpoint: &format!("signed at {}\n", end.position),
    };
    write(log, LOG_ID, &extent, &mut bytes, |_| ()).unwrap();
    bytes
}

/// Reads a whole backup; returns its contents, or the first error.
fn read(bytes: &[u8]) -> Result<(Contents, Vec<Bytes>, Option<String>), BackupError> {
    let mut backup = Backup::open(bytes)?;
    let blocks: Result<Vec<_>, _> = (&mut backup)
        .map(|block| block.map(|block| block.encoded().clone()))
        .collect();
    let checkpoint = backup.checkpoint().map(str::to_owned);
    Ok((*backup.contents(), blocks?, checkpoint))
}

fn blocks_of(log: &dyn Log) -> Vec<Bytes> {
    let blocks = log.read(Position::START).unwrap();
    blocks
        .map(|block| block.unwrap().encoded().clone())
        .collect()
}

fn import_all(log: &dyn Log, bytes: &[u8]) -> Result<Head, ImportError> {
    import(log, Backup::open(bytes)?, |_, _| true)
}

#[test]
fn whole_backup_has_the_log() {
    let log = filled();
    let (contents, blocks, checkpoint) = read(&backup_after(&log, 0)).unwrap();
    let expected = Contents {
        log_id: LOG_ID,
        partition: PARTITION,
        start: Head::EMPTY,
        end: log.head(),
    };
    assert_eq!(contents, expected);
    assert_eq!(blocks, blocks_of(&log));
    assert_eq!(checkpoint.as_deref(), Some("signed at 11\n"));
}

#[test]
fn backup_after_a_position_begins_with_the_block_that_has_the_next_one() {
    let log = filled();
    for (after, first) in [
        (0, 0),
        (2, 0),
        (3, 1),
        (4, 2),
        (8, 2),
        (9, 3),
        (10, 3),
        (11, 4),
    ] {
        let (contents, blocks, _) = read(&backup_after(&log, after)).unwrap();
        assert_eq!(blocks, blocks_of(&log)[first..], "{after}");
        assert_eq!(contents.start.block, first as u64, "{after}");
        assert_eq!(contents.end, log.head(), "{after}");
    }
}

#[test]
fn empty_log_has_a_backup_too() {
    let log = MemoryLog::new(PARTITION);
    let bytes = backup_after(&log, 0);
    assert_eq!(read(&bytes).unwrap().1.len(), 0);
    let restored = MemoryLog::new(PARTITION);
    assert_eq!(import_all(&restored, &bytes).unwrap(), Head::EMPTY);
}

#[test]
fn every_backend_takes_a_backup_in() {
    let whole = backup_after(&filled(), 0);
    on_every_backend(|backend| {
        let log = backend.open().unwrap();
        assert_eq!(import_all(&*log, &whole).unwrap(), filled().head());
        assert_eq!(blocks_of(&*log), blocks_of(&filled()));
        // A second import finds everything already there.
        assert_eq!(import_all(&*log, &whole).unwrap(), filled().head());
        assert_eq!(backup_after(&*log, 0), whole);
    });
}

#[test]
fn later_backups_continue_earlier_ones() {
    let log = filled();
    let first = backup_after(&log, 0);
    append(&log, &[4, 4]);
    // From its end, and from an earlier position.
    for after in [11, 3] {
        let second = backup_after(&log, after);
        let restored = MemoryLog::new(PARTITION);
        let gap = import_all(&restored, &second);
        assert!(matches!(gap, Err(ImportError::Gap { .. })), "{gap:?}");
        import_all(&restored, &first).unwrap();
        import_all(&restored, &second).unwrap();
        assert_eq!(blocks_of(&restored), blocks_of(&log));
    }
}

#[test]
fn backup_of_another_history_is_refused() {
    let log = filled();
    let other = MemoryLog::new(PARTITION);
    append(&other, &[3]);
    for count in [1, 5, 2, 1] {
        let head = other.head();
        let records = (0..count).map(|n| record(100 + n)).collect();
        let block = Block::seal(PARTITION, &head, records).unwrap();
        other.append(&head, &block).unwrap();
    }
    for after in [0, 3, 9, 11] {
        let before = blocks_of(&log);
        let refused = import_all(&log, &backup_after(&other, after));
        let is_other = matches!(refused, Err(ImportError::OtherHistory { .. }));
        assert!(is_other, "{after}: {refused:?}");
        assert_eq!(blocks_of(&log), before);
    }
}

#[test]
fn import_ends_at_the_requested_position() {
    let whole = backup_after(&filled(), 0);
    for last in 0..=11 {
        let log = MemoryLog::new(PARTITION);
        let backup = Backup::open(&whole[..]).unwrap();
        let head = import(&log, backup, |position, _| position.get() <= last).unwrap();
        assert_eq!(head.position.get(), last);
        assert_eq!(log.head(), head);
        let records: Vec<_> = log
            .read(Position::START)
            .unwrap()
            .flat_map(|block| block.unwrap().records().to_vec())
            .collect();
        assert_eq!(records, (1..=last).map(record).collect::<Vec<_>>());
        // Complete blocks are those of the backup.
        let same = blocks_of(&log)
            .iter()
            .zip(blocks_of(&filled()))
            .filter(|(cut, whole)| *cut == whole)
            .count();
        let whole_blocks = [3, 4, 9, 11].iter().filter(|&&end| end <= last).count();
        assert_eq!(same, whole_blocks, "{last}");
    }
}

#[test]
fn nothing_else_is_taken_for_a_backup() {
    assert!(matches!(read(b""), Err(BackupError::Foreign)));
    assert!(matches!(read(b"CLB"), Err(BackupError::Foreign)));
    assert!(matches!(
        read(b"SQLite format 3\0"),
        Err(BackupError::Foreign)
    ));
    assert!(matches!(
        read(b"CLBU\0\x03more"),
        Err(BackupError::Newer { found: 3 })
    ));
    // It would hold personal data in clear text.
    assert!(matches!(
        read(b"CLBU\0\x01more"),
        Err(BackupError::Older { found: 1 })
    ));
}

#[test]
fn backup_that_was_cut_off_is_never_good() {
    let bytes = backup_after(&filled(), 0);
    for len in 0..bytes.len() {
        let cut = read(&bytes[..len]);
        let is_told = matches!(cut, Err(BackupError::Foreign | BackupError::Cut { .. }));
        assert!(is_told, "{len}: {cut:?}");
    }
}

#[test]
fn changed_backup_is_rejected_or_has_the_same_content() {
    let good = backup_after(&filled(), 0);
    let said = read(&good).unwrap();
    for offset in 0..good.len() {
        for mask in [0x01, 0x80, 0xff] {
            let mut bytes = good.clone();
            bytes[offset] ^= mask;
            // A few bits of the compression headers have no meaning.
            if let Ok(read) = read(&bytes) {
                assert_eq!(read, said, "{offset} by {mask:#04x} of {}", good.len());
            }
        }
    }
    let mut longer = good.clone();
    longer.push(0);
    assert!(read(&longer).is_err());
    longer.pop();
    longer.extend(&good[6..]);
    assert!(matches!(read(&longer), Err(BackupError::Longer)));
}

/// Decompresses the backup, changes the content, and compresses it again, as a forger would.
fn tampered(bytes: &[u8], change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut plain = zstd::decode_all(&bytes[6..]).unwrap();
    change(&mut plain);
    let mut again = bytes[..6].to_vec();
    again.extend(zstd::encode_all(&plain[..], 3).unwrap());
    again
}

#[test]
fn what_was_changed_is_named() {
    let good = backup_after(&filled(), 0);
    assert!(read(&tampered(&good, |_| ())).is_ok());
    let block_starts = 16 + 4 + 48 + 48 + 4;
    let in_block_one = read(&tampered(&good, |plain| plain[block_starts + 80] ^= 1));
    assert!(
        matches!(in_block_one, Err(BackupError::Block { block: 1, position, .. }) if position.get() == 1),
        "{in_block_one:?}"
    );
    let without_block_one = read(&tampered(&good, |plain| {
        let len = u32::from_be_bytes(plain[block_starts - 4..block_starts].try_into().unwrap());
        plain.drain(block_starts - 4..block_starts + len as usize);
    }));
    assert!(
        matches!(without_block_one, Err(BackupError::Block { block: 1, .. })),
        "{without_block_one:?}"
    );
    let another_end = read(&tampered(&good, |plain| plain[16 + 4 + 48 + 7] ^= 1));
    assert!(
        matches!(another_end, Err(BackupError::End { .. })),
        "{another_end:?}"
    );
    let another_log = read(&tampered(&good, |plain| plain[0] ^= 1));
    assert!(
        matches!(another_log, Err(BackupError::Checksum { .. })),
        "{another_log:?}"
    );
    let another_checkpoint = read(&tampered(&good, |plain| {
        let last = plain.len() - 34;
        plain[last] ^= 1;
    }));
    assert!(
        matches!(another_checkpoint, Err(BackupError::Checksum { .. })),
        "{another_checkpoint:?}"
    );
}

/// A backup that this project once wrote stays readable forever.
#[test]
fn golden_backup_is_read() {
    let path = "tests/golden/backup-2.clbu";
    if std::env::var("GOLDEN").is_ok_and(|golden| golden == "write") && !fs::exists(path).unwrap() {
        fs::write(path, backup_after(&filled(), 0)).unwrap();
    }
    let bytes = fs::read(path).unwrap();
    let (contents, blocks, checkpoint) = read(&bytes).unwrap();
    assert_eq!(contents.log_id, LOG_ID);
    assert_eq!(blocks, blocks_of(&filled()));
    assert_eq!(checkpoint.as_deref(), Some("signed at 11\n"));
}

proptest! {
    #[test]
    fn whatever_is_backed_up_in_steps_comes_back(
        counts in vec(1u64..6, 0..12),
        cuts in vec(0usize..12, 0..4),
    ) {
        let log = MemoryLog::new(PARTITION);
        let mut backups = Vec::new();
        let mut after = 0;
        for (number, count) in counts.iter().enumerate() {
            if cuts.contains(&number) {
                backups.push(backup_after(&log, after));
                after = log.head().position.get();
            }
            append(&log, &[*count]);
        }
        backups.push(backup_after(&log, after));
        let restored = MemoryLog::new(PARTITION);
        for backup in &backups {
            import_all(&restored, backup).unwrap();
        }
        prop_assert_eq!(blocks_of(&restored), blocks_of(&log));
    }

    #[test]
    fn hostile_bytes_are_refused_in_peace(plain in vec(any::<u8>(), 0..400)) {
        let mut bytes = b"CLBU\0\x01".to_vec();
        bytes.extend(zstd::encode_all(&plain[..], 1).unwrap());
        prop_assert!(read(&bytes).is_err());
    }
}
