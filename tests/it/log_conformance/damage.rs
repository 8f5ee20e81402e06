//! Stored bytes that differ from the written ones: a reader must get the place where that begins.

use campaign_ledger::log::block::Misfit;
use campaign_ledger::log::{Block, Fault, Log, Position, ReadError, verify};

use super::{COUNTS, STARTS, filled};
use crate::support::log_backend::{PARTITION, flip, on_every_backend, stored_at};
use crate::support::records::{append, record};

/// Walks over the whole log and returns where it finds damage: block, position and error.
fn first_fault(log: &dyn Log) -> (Option<u64>, u64, Fault) {
    let mut good = Position::START;
    let error = verify(log, |block| good = block.last_position()).unwrap_err();
    let ReadError::Corrupt {
        block,
        position,
        reason,
    } = error
    else {
        panic!("{error:?}");
    };
    assert_eq!(position, good.next(), "everything before is given");
    (block, position.get(), reason)
}

#[test]
fn flipped_bit_is_found_and_named() {
    for (index, start) in STARTS.into_iter().enumerate() {
        on_every_backend(|backend| {
            drop(filled(backend));
            backend.tamper(&|stored| {
                let block = stored_at(stored, start);
                flip(block, (start as usize * 37) % block.len());
            });
            let (block, position, fault) = first_fault(&*backend.open_for_reading());
            assert_eq!(block, Some(index as u64 + 1));
            assert_eq!(position, start);
            assert!(matches!(fault, Fault::Undecodable(_)), "{fault:?}");
        });
    }
}

#[test]
fn damage_before_the_end_is_reported_to_its_readers() {
    on_every_backend(|backend| {
        drop(filled(backend));
        backend.tamper(&|stored| flip(stored_at(stored, 4), 80));
        let log = backend.open().unwrap();
        assert_eq!(first_fault(&*log).1, 4);
        let from = |after| log.read(Position::new(after)).unwrap().next().unwrap();
        assert!(matches!(
            from(3),
            Err(ReadError::Corrupt { position, .. }) if position == Position::new(4)
        ));
        from(4).unwrap();
    });
}

#[test]
fn swapped_blocks_are_found() {
    on_every_backend(|backend| {
        drop(filled(backend));
        backend.tamper(&|stored| {
            let (first, second) = (stored_at(stored, 4).clone(), stored_at(stored, 5).clone());
            *stored_at(stored, 4) = second;
            *stored_at(stored, 5) = first;
        });
        let (block, position, fault) = first_fault(&*backend.open_for_reading());
        assert_eq!((block, position), (Some(2), 4));
        assert!(matches!(fault, Fault::Misplaced { .. }), "{fault:?}");
    });
}

#[test]
fn missing_block_is_found() {
    for (gone, start) in STARTS.into_iter().enumerate().take(3) {
        on_every_backend(|backend| {
            drop(filled(backend));
            backend.tamper(&|stored| drop(stored.remove(&Position::new(start))));
            let log = backend.open().unwrap();
            let (block, position, fault) = first_fault(&*log);
            assert_eq!((block, position), (Some(gone as u64 + 1), start));
            assert!(matches!(fault, Fault::Missing), "{fault:?}");
        });
    }
}

#[test]
fn gap_is_found_from_within_but_not_from_beyond() {
    on_every_backend(|backend| {
        drop(filled(backend));
        backend.tamper(&|stored| drop(stored.remove(&Position::new(5))));
        let log = backend.open().unwrap();
        let from = |after| log.read(Position::new(after)).unwrap().next().unwrap();
        for after in 4..9 {
            assert!(matches!(
                from(after),
                Err(ReadError::Corrupt { position, .. }) if position == Position::new(5)
            ));
        }
        assert_eq!(from(9).unwrap().first_position(), Position::new(10));
    });
}

#[test]
fn rewritten_history_is_found() {
    on_every_backend(|backend| {
        let first = append(&*backend.open().unwrap(), &COUNTS)[0];
        let forged = Block::seal(PARTITION, &first, vec![record(999)]).unwrap();
        backend.tamper(&|stored| *stored_at(stored, 4) = forged.encoded().clone());
        let (block, position, fault) = first_fault(&*backend.open().unwrap());
        assert_eq!((block, position), (Some(3), 5));
        assert!(
            matches!(fault, Fault::Misfit(Misfit::PreviousHash { .. })),
            "{fault:?}"
        );
    });
}

#[test]
fn damaged_end_is_readable_but_takes_no_appends() {
    on_every_backend(|backend| {
        drop(filled(backend));
        backend.tamper(&|stored| {
            let last = stored_at(stored, 10);
            last.truncate(last.len() - 7);
        });
        assert!(backend.open().is_err());
        let log = backend.open_for_reading();
        let (block, position, fault) = first_fault(&*log);
        assert_eq!((block, position), (Some(4), 10));
        assert!(matches!(fault, Fault::Undecodable(_)), "{fault:?}");
        assert_eq!(log.head().block, 3);
    });
}

#[test]
fn block_of_another_partition_is_found() {
    on_every_backend(|backend| {
        let first = append(&*backend.open().unwrap(), &COUNTS)[0];
        let foreign = Block::seal(PARTITION + 1, &first, vec![record(4)]).unwrap();
        backend.tamper(&|stored| *stored_at(stored, 4) = foreign.encoded().clone());
        let (_, position, fault) = first_fault(&*backend.open().unwrap());
        assert_eq!(position, 4);
        assert!(
            matches!(fault, Fault::Misfit(Misfit::Partition { .. })),
            "{fault:?}"
        );
    });
}
