//! Group commit: requests that wait together are written together, and none is answered earlier.

use std::sync::Arc;

use campaign_ledger::domain::Position;
use campaign_ledger::domain::Refusal;
use campaign_ledger::ledger::WriteError;
use campaign_ledger::log::block::ALWAYS_FITS_BYTES;
use campaign_ledger::log::memory::MemoryLog;
use campaign_ledger::log::sled::SledLog;
use campaign_ledger::log::{Log, verify};

use super::desk::{
    Asked, Desk, Office, at, block, create, digest, digest_from_zero, long_flag, positions_of,
    profile, records, repeats,
};
use crate::support::gated_log::{Before, GatedLog};

fn memory() -> MemoryLog {
    MemoryLog::new(0)
}

/// Sends profiles, none of which waits for another.
async fn ask_for_profiles(desk: &Desk, numbers: std::ops::Range<u32>) -> Vec<Asked> {
    let mut asked = Vec::new();
    for number in numbers {
        let creator = format!("creator-{number}");
        asked.push(desk.ask(profile(&format!("r{number}"), &creator)).await);
    }
    asked
}

/// Returns the record counts of a log's blocks.
fn group_sizes(log: &dyn Log) -> Vec<usize> {
    let mut sizes = Vec::new();
    verify(log, |block| sizes.push(block.records().len())).unwrap();
    sizes
}

#[tokio::test]
async fn writes_that_wait_together_make_one_block() {
    let log = GatedLog::shut(Before::Appends, Arc::new(memory()));
    let desk = Office::default().open(log.clone());
    let mut asked = ask_for_profiles(&desk, 0..1).await;
    log.wait_for_arrivals(1);
    asked.extend(ask_for_profiles(&desk, 1..200).await);
    log.admit_all();

    for (asked, position) in asked.into_iter().zip(1..) {
        let answer = asked.answer().await.unwrap();
        assert_eq!(answer.recorded.first, Position::new(position));
        assert_eq!(answer.recorded.last, Position::new(position));
    }
    assert_eq!(group_sizes(log.as_ref()), [1, 199]);
}

#[tokio::test]
async fn group_ends_at_its_most_commands() {
    let log = GatedLog::shut(Before::Appends, Arc::new(memory()));
    let mut office = Office::default();
    office.limits.group_commands = 3;
    let desk = office.open(log.clone());
    let mut asked = ask_for_profiles(&desk, 0..1).await;
    log.wait_for_arrivals(1);
    asked.extend(ask_for_profiles(&desk, 1..9).await);
    log.admit_all();
    for asked in asked {
        asked.answer().await.unwrap();
    }
    assert_eq!(group_sizes(log.as_ref()), [1, 3, 3, 2]);
}

#[tokio::test]
async fn what_does_not_fit_one_block_goes_on_in_the_next() {
    let log = GatedLog::shut(Before::Appends, Arc::new(memory()));
    let mut office = Office::default();
    office.limits.group_bytes = usize::MAX;
    let desk = office.open(log.clone());
    let mut asked = ask_for_profiles(&desk, 0..1).await;
    log.wait_for_arrivals(1);
    asked.extend(ask_for_profiles(&desk, 1..10).await);
    // Two of these fit one block, as sealed texts are a third longer; the first come with the profiles.
    let reason = || "x".repeat(ALWAYS_FITS_BYTES / 4);
    for number in 0..7 {
        let creator = format!("creator-{number}");
        let id = format!("block-{number}");
        asked.push(desk.ask(block(&id, &creator, reason())).await);
    }
    log.admit_all();
    for (asked, position) in asked.into_iter().zip(1..) {
        assert_eq!(
            asked.answer().await.unwrap().recorded.first,
            Position::new(position)
        );
    }
    assert_eq!(group_sizes(log.as_ref()), [1, 9 + 2, 2, 2, 1]);
}

#[tokio::test]
async fn full_queue_refuses_at_once_and_decides_nothing() {
    let log = GatedLog::shut(Before::Appends, Arc::new(memory()));
    let mut office = Office::default();
    office.limits.queue = 4;
    let desk = office.open(log.clone());
    let mut asked = ask_for_profiles(&desk, 0..1).await;
    log.wait_for_arrivals(1);
    asked.extend(ask_for_profiles(&desk, 1..5).await);

    let mut refused = desk.ask(profile("over", "one-too-many")).await;
    assert!(refused.is_answered().await);
    assert_eq!(refused.answer().await, Err(WriteError::QueueFull));

    log.admit_all();
    for asked in asked {
        asked.answer().await.unwrap();
    }
    let retried = desk.write(profile("over", "one-too-many")).await.unwrap();
    assert_eq!(retried.recorded.first, Position::new(6));
    assert_eq!(positions_of(log.as_ref(), "over"), [6]);
}

#[tokio::test]
async fn refusals_and_repeats_wait_for_the_sync_of_their_group() {
    let log = GatedLog::shut(Before::Appends, Arc::new(memory()));
    let desk = Office::default().open(log.clone());
    let first = desk.ask(create("first", "campaign")).await;
    log.wait_for_arrivals(1);
    let mut written = desk.ask(create("second", "other")).await;
    let mut refused = desk.ask(create("third", "campaign")).await;
    // It would be refused if the state did not contain the previous write.
    let mut refused_by_group = desk.ask(create("fourth", "other")).await;
    let mut repeated = desk.ask(create("first", "campaign")).await;
    let mut repeated_in_group = desk.ask(create("second", "other")).await;
    log.admit_one();
    let first = first.answer().await.unwrap();

    log.wait_for_arrivals(2);
    for waiting in [
        &mut written,
        &mut refused,
        &mut refused_by_group,
        &mut repeated,
        &mut repeated_in_group,
    ] {
        assert!(!waiting.is_answered().await);
    }
    log.admit_one();
    let written = written.answer().await.unwrap();
    for refused in [refused, refused_by_group] {
        assert!(matches!(
            refused.answer().await,
            Err(WriteError::Refused(Refusal::AlreadyExists { .. }))
        ));
    }
    assert!(repeats(&repeated.answer().await.unwrap(), &first));
    assert!(repeats(
        &repeated_in_group.answer().await.unwrap(),
        &written
    ));
    assert_eq!(log.head().position, Position::new(2));
}

#[tokio::test]
async fn write_of_a_caller_who_left_commits() {
    let log = GatedLog::shut(Before::Appends, Arc::new(memory()));
    let desk = Office::default().open(log.clone());
    drop(desk.ask(create("left", "campaign")).await);
    log.wait_for_arrivals(1);
    drop(desk.ask(create("left-in-queue", "other")).await);
    log.admit_all();

    let after = desk.write(profile("after", "ayu")).await.unwrap();
    assert_eq!(after.recorded.first, Position::new(3));
    assert_eq!(positions_of(log.as_ref(), "left"), [1]);
    let again = desk.write(create("left-in-queue", "other")).await.unwrap();
    assert_eq!(again.recorded.first, Position::new(2));
}

#[tokio::test]
async fn closing_answers_what_is_queued_and_refuses_the_rest() {
    let log = GatedLog::shut(Before::Appends, Arc::new(memory()));
    let office = Office::default();
    let desk = office.open(log.clone());
    let mut asked = ask_for_profiles(&desk, 0..1).await;
    log.wait_for_arrivals(1);
    asked.extend(ask_for_profiles(&desk, 1..20).await);
    let ledger = desk.ledger.clone();
    ledger.close();
    let behind = desk.ask(profile("behind", "late")).await;
    log.admit_all();
    for asked in asked {
        asked.answer().await.unwrap();
    }
    assert_eq!(desk.close().await, None);
    // Whether it was queued before or after the end: an answered write is in the log, and a refused
    // one is not.
    let acknowledged = match behind.answer().await {
        Ok(answer) => vec![answer.recorded.first.get()],
        Err(refused) => {
            assert_eq!(refused, WriteError::Draining);
            Vec::new()
        }
    };
    assert_eq!(positions_of(log.as_ref(), "behind"), acknowledged);
    let refused = ledger.execute(profile("later", "later"), false).await;
    assert_eq!(refused, Err(WriteError::Draining));
}

#[tokio::test]
async fn too_large_a_command_is_refused_and_changes_nothing() {
    let log = memory();
    let office = Office::default();
    let desk = office.open(Arc::new(log.clone()));
    desk.write(profile("profile", "ayu")).await.unwrap();
    let head = log.head();
    let refused = desk.write(long_flag("create", "ayu", 20)).await;
    let Err(WriteError::TooLarge { bytes, limit }) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(limit, ALWAYS_FITS_BYTES);
    assert!(bytes > limit);
    assert_eq!(log.head(), head);

    // The id is still free, and a later call succeeds.
    let answer = desk.write(create("create", "other")).await.unwrap();
    assert_eq!(answer.recorded.first, head.position.next());
    assert_eq!(desk.close().await, None);
    let state = office.state(&log).unwrap();
    assert_eq!(digest(&state), digest_from_zero(&log));
}

#[tokio::test]
async fn recorded_at_never_goes_backwards() {
    let log = memory();
    let office = Office::default();
    let desk = office.open(Arc::new(log.clone()));
    let recorded_at = async |desk: &Desk, id: &str| {
        let answer = desk.write(profile(id, "ayu")).await.unwrap();
        answer.recorded.recorded_at.unwrap()
    };
    office.clock.set(at(100));
    assert_eq!(recorded_at(&desk, "one").await, at(100));
    office.clock.set(at(40));
    assert_eq!(recorded_at(&desk, "two").await, at(100));
    desk.close().await;

    let desk = office.open(Arc::new(log.clone()));
    assert_eq!(recorded_at(&desk, "three").await, at(100));
    office.clock.set(at(160));
    assert_eq!(recorded_at(&desk, "four").await, at(160));
    desk.close().await;

    office.clock.set(at(10));
    let forgetful = Office {
        clock: office.clock,
        ..Office::default()
    };
    let desk = forgetful.open(Arc::new(log.clone()));
    assert_eq!(recorded_at(&desk, "five").await, at(160));
    let written: Vec<_> = records(&log).iter().map(|r| r.recorded_at).collect();
    assert!(written.is_sorted());
}

#[tokio::test]
async fn acknowledged_on_disk_is_there_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let office = Office::default();
    let sled = || Arc::new(SledLog::open(dir.path(), 0).unwrap());
    let desk = office.open(sled());
    let asked = ask_for_profiles(&desk, 0..50).await;
    let mut acknowledged = Vec::new();
    for asked in asked {
        acknowledged.push(asked.answer().await.unwrap());
    }
    assert_eq!(desk.close().await, None);

    let log = sled();
    let desk = office.open(log.clone());
    for (answer, number) in acknowledged.iter().zip(0..) {
        let id = format!("r{number}");
        assert_eq!(
            positions_of(log.as_ref(), &id),
            [answer.recorded.first.get()]
        );
        let again = desk.write(profile(&id, &format!("creator-{number}"))).await;
        assert!(repeats(&again.unwrap(), answer));
    }
    assert_eq!(log.head().position, Position::new(50));
    desk.close().await;
}
