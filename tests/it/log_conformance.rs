//! What every backend of the log must do: the contract of [`Log`] as tests.

mod damage;

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use campaign_ledger::log::block::Misfit;
use campaign_ledger::log::{AppendError, Block, Hash, Head, Log, Position, verify};

use crate::support::faulty_log::{FaultyLog, Outcome};
use crate::support::log_backend::{Backend, PARTITION, on_every_backend};
use crate::support::records::{append, elsewhere, next_block, read_all, record};

/// Record counts of four blocks, which start at positions 1, 4, 5 and 10; the log ends at 11.
const COUNTS: [u64; 4] = [3, 1, 5, 2];
const STARTS: [u64; 4] = [1, 4, 5, 10];
const END: u64 = 11;

fn filled(backend: &dyn Backend) -> Box<dyn Log> {
    let log = backend.open().unwrap();
    append(&*log, &COUNTS);
    log
}

#[test]
fn new_log_is_empty() {
    on_every_backend(|backend| {
        let log = backend.open().unwrap();
        assert_eq!(log.partition(), PARTITION);
        assert_eq!(log.head(), Head::EMPTY);
        assert_eq!(log.read(Position::START).unwrap().count(), 0);
        assert_eq!(log.read(Position::new(u64::MAX)).unwrap().count(), 0);
        assert_eq!(verify(&*log, |_| {}).unwrap(), Head::EMPTY);
    });
}

#[test]
fn append_moves_the_head_to_the_block() {
    on_every_backend(|backend| {
        let log = backend.open().unwrap();
        let block = next_block(&*log, &Head::EMPTY, 3);
        let head = log.append(&Head::EMPTY, &block).unwrap();
        assert_eq!(head, block.head());
        assert_eq!(head.block, 1);
        assert_eq!(head.position, Position::new(3));
        assert_eq!(log.head(), head);
    });
}

#[test]
fn read_begins_with_the_block_that_holds_the_next_position() {
    on_every_backend(|backend| {
        let log = filled(backend);
        for after in 0..END {
            let blocks: Vec<_> = log
                .read(Position::new(after))
                .unwrap()
                .map(Result::unwrap)
                .collect();
            let first = &blocks[0];
            assert!(first.first_position().get() <= after + 1);
            assert!(first.last_position().get() > after);

            let found: Vec<_> = blocks
                .iter()
                .flat_map(|block| block.records_after(Position::new(after)))
                .map(|(position, record)| (position.get(), record.clone()))
                .collect();
            let wanted: Vec<_> = (after + 1..=END).map(|p| (p, record(p))).collect();
            assert_eq!(found, wanted);
        }
        for after in [END, END + 1, u64::MAX] {
            assert_eq!(log.read(Position::new(after)).unwrap().count(), 0);
        }
    });
}

#[test]
fn reopening_keeps_everything() {
    on_every_backend(|backend| {
        for round in 1..=3 {
            let log = backend.open().unwrap();
            append(&*log, &COUNTS);
            let head = log.head();
            drop(log);
            let log = backend.open().unwrap();
            assert_eq!(log.head(), head);
            assert_eq!(read_all(&*log).get(), round * END);
        }
    });
}

#[test]
fn stale_head_is_a_conflict_that_names_the_real_one() {
    on_every_backend(|backend| {
        let log = filled(backend);
        let head = log.head();
        let stale = log
            .read(Position::START)
            .unwrap()
            .next()
            .unwrap()
            .unwrap()
            .head();
        for expected in [stale, Head::EMPTY, elsewhere(4, END), elsewhere(9, 99)] {
            let block = next_block(&*log, &expected, 1);
            assert!(matches!(
                log.append(&expected, &block),
                Err(AppendError::Conflict { actual }) if actual == head
            ));
        }
        assert_eq!(log.head(), head);
        assert_eq!(read_all(&*log).get(), END);
        append(&*log, &[1]);
    });
}

#[test]
fn block_that_does_not_follow_is_refused() {
    on_every_backend(|backend| {
        let log = filled(backend);
        let head = log.head();
        let gap_in_numbers = Head { block: 5, ..head };
        let gap_in_positions = Head {
            position: head.position.next(),
            ..head
        };
        let other_history = Head {
            hash: Hash::of(b"other"),
            ..head
        };
        let other_partition = Block::seal(PARTITION + 1, &head, vec![record(END + 1)]).unwrap();
        let refused = [
            (next_block(&*log, &gap_in_numbers, 1), "number"),
            (next_block(&*log, &gap_in_positions, 1), "position"),
            (next_block(&*log, &other_history, 1), "hash"),
            (next_block(&*log, &Head::EMPTY, 1), "number"),
            (other_partition, "partition"),
        ];
        for (block, why) in refused {
            let Err(AppendError::Refused(misfit)) = log.append(&head, &block) else {
                panic!("{why} was not refused");
            };
            let found = match misfit {
                Misfit::Number { .. } => "number",
                Misfit::Position { .. } => "position",
                Misfit::PreviousHash { .. } => "hash",
                Misfit::Partition { .. } => "partition",
            };
            assert_eq!(found, why);
        }
        assert_eq!(log.head(), head);
        assert_eq!(read_all(&*log).get(), END);
        append(&*log, &[1]);
    });
}

#[test]
fn one_of_two_appends_after_the_same_head_succeeds() {
    on_every_backend(|backend| {
        let log = filled(backend);
        let head = log.head();
        let outcomes: Vec<_> = thread::scope(|scope| {
            let racers: Vec<_> = (1..=4)
                .map(|count| {
                    let block = next_block(&*log, &head, count);
                    let log = &log;
                    scope.spawn(move || log.append(&head, &block))
                })
                .collect();
            racers
                .into_iter()
                .map(|racer| racer.join().unwrap())
                .collect()
        });
        let (won, lost): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
        assert_eq!(won.len(), 1);
        for outcome in lost {
            assert!(matches!(
                outcome,
                Err(AppendError::Conflict { actual }) if actual == log.head()
            ));
        }
        assert_eq!(read_all(&*log), log.head().position);
    });
}

#[test]
fn tail_shows_the_durable_head() {
    on_every_backend(|backend| {
        let log = filled(backend);
        let mut tail = log.tail();
        assert_eq!(*tail.borrow_and_update(), log.head());
        assert!(!tail.has_changed().unwrap());

        let conflict = log.append(&Head::EMPTY, &next_block(&*log, &Head::EMPTY, 1));
        conflict.unwrap_err();
        assert!(!tail.has_changed().unwrap());

        let heads = append(&*log, &[1, 2]);
        assert!(tail.has_changed().unwrap());
        assert_eq!(*tail.borrow_and_update(), heads[1]);
    });
}

#[test]
fn readers_see_a_growing_prefix_during_appends() {
    on_every_backend(|backend| {
        let log = backend.open().unwrap();
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let mut last = Position::START;
                    while !done.load(Ordering::Acquire) {
                        let head = log.head().position;
                        let read = read_all(&*log);
                        assert!(read >= head && read >= last);
                        last = read;
                    }
                });
            }
            for round in 0..100 {
                append(&*log, &[round % 7 + 1]);
            }
            done.store(true, Ordering::Release);
        });
        assert_eq!(read_all(&*log), log.head().position);
    });
}

#[test]
fn reading_goes_to_the_head_as_it_was() {
    on_every_backend(|backend| {
        let log = filled(backend);
        let blocks = log.read(Position::START).unwrap();
        append(&*log, &[1, 1]);
        assert_eq!(blocks.map(Result::unwrap).count(), COUNTS.len());
    });
}

#[test]
fn indeterminate_append_stops_the_handle() {
    for outcome in [Outcome::LostBeforeWriting, Outcome::LostAfterWriting] {
        on_every_backend(|backend| {
            let log = FaultyLog::new(filled(backend).into(), [Outcome::Written, outcome]);
            append(&log, &[1]);
            let head = log.head();
            let lost = next_block(&log, &head, 2);
            assert!(matches!(
                log.append(&head, &lost),
                Err(AppendError::Indeterminate { .. })
            ));
            assert!(matches!(
                log.append(&head, &lost),
                Err(AppendError::Stopped)
            ));
            assert_eq!(log.head(), head);
            assert!(!log.tail().has_changed().unwrap());
            assert_eq!(read_all(&log), head.position);

            let log = log.reopened([]);
            let written = outcome == Outcome::LostAfterWriting;
            assert_eq!(log.head(), if written { lost.head() } else { head });
            append(&log, &[1]);
            assert_eq!(read_all(&log), log.head().position);
        });
    }
}

#[test]
fn scripted_conflict_changes_nothing() {
    on_every_backend(|backend| {
        let log = FaultyLog::new(filled(backend).into(), []);
        log.then(Outcome::Conflict);
        let head = log.head();
        let block = next_block(&log, &head, 1);
        assert!(matches!(
            log.append(&head, &block),
            Err(AppendError::Conflict { actual }) if actual == head
        ));
        log.append(&head, &block).unwrap();
    });
}

#[test]
fn handle_for_reading_takes_no_appends() {
    on_every_backend(|backend| {
        let head = filled(backend).head();
        let log = backend.open_for_reading();
        assert_eq!(log.head(), head);
        assert_eq!(read_all(&*log).get(), END);
        assert_eq!(log.read(Position::new(END)).unwrap().count(), 0);
        let block = next_block(&*log, &head, 1);
        assert!(matches!(
            log.append(&head, &block),
            Err(AppendError::Stopped)
        ));
    });
}

#[test]
fn verify_walks_every_block() {
    on_every_backend(|backend| {
        let log = filled(backend);
        let mut seen = Vec::new();
        let head = verify(&*log, |block| seen.push(block.first_position().get())).unwrap();
        assert_eq!(head, log.head());
        assert_eq!(seen, STARTS);
    });
}
