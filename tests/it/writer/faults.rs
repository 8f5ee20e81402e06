//! Failures of the log: the writer stops, and no caller gets a wrong answer.

use std::pin::pin;
use std::sync::Arc;

use campaign_ledger::domain::Position;
use campaign_ledger::ledger::WriteError;
use campaign_ledger::log::Log;
use campaign_ledger::log::memory::MemoryLog;

use super::desk::{Asked, Desk, Office, digest, digest_from_zero, positions_of, profile, records};
use crate::support::faulty_log::{FaultyLog, Outcome};
use crate::support::gated_log::{Before, GatedLog};

/// A writer with two acknowledged writes, which holds a third one before a failing append; more
/// wait behind it, one of them carried over to the next group.
struct AboutToFail {
    office: Office,
    /// The stored blocks, acknowledged or not.
    stored: MemoryLog,
    log: Arc<GatedLog>,
    desk: Desk,
    waiting: Vec<Asked>,
}

impl AboutToFail {
    async fn with(outcome: Outcome) -> Self {
        let stored = MemoryLog::new(0);
        let script = [Outcome::Written, Outcome::Written, outcome];
        let faulty = FaultyLog::new(Arc::new(stored.clone()), script);
        let log = GatedLog::shut(Before::Appends, Arc::new(faulty));
        let mut office = Office::default();
        office.limits.group_bytes = 0;
        let desk = office.open(log.clone());
        log.admit_one();
        log.admit_one();
        desk.write(profile("acknowledged-1", "ayu")).await.unwrap();
        desk.write(profile("acknowledged-2", "budi")).await.unwrap();

        let mut waiting = vec![desk.ask(profile("in-flight", "citra")).await];
        log.wait_for_arrivals(3);
        for number in 0..5 {
            let id = format!("queued-{number}");
            waiting.push(desk.ask(profile(&id, "dewi")).await);
        }
        // A repeat and a refusal too: both were decided on rows that are not certainly durable.
        waiting.push(desk.ask(profile("acknowledged-1", "ayu")).await);
        Self {
            office,
            stored,
            log,
            desk,
            waiting,
        }
    }

    /// Lets it fail and checks the answers; returns the files and what is stored.
    async fn fail(self, reason: &str) -> (Office, MemoryLog) {
        self.log.admit_all();
        for asked in self.waiting {
            is_stopped(asked.answer().await, reason);
        }
        assert!(self.desk.stopped().await.contains(reason));
        is_stopped(self.desk.write(profile("later", "eka")).await, reason);
        is_stopped(
            self.desk.write(profile("acknowledged-2", "budi")).await,
            reason,
        );

        // No service manager needs to end it: nothing hangs.
        assert!(self.desk.ledger.answers().await);
        // Reads of acknowledged writes go on.
        assert_eq!(self.log.head().position, Position::new(2));
        assert_eq!(records(self.log.as_ref()).len(), 2);
        assert_eq!(positions_of(self.log.as_ref(), "acknowledged-2"), [2]);

        let stopped = self.desk.close().await.unwrap();
        assert!(stopped.contains(reason), "{stopped}");
        (self.office, self.stored)
    }
}

fn is_stopped<T: std::fmt::Debug>(answer: Result<T, WriteError>, expected: &str) {
    match answer {
        Err(WriteError::Stopped { reason }) => assert!(reason.contains(expected), "{reason}"),
        other => panic!("{other:?}"),
    }
}

/// Starts again and repeats everything; checks that each request has one outcome, and returns the
/// position of the one that was in flight.
async fn retry_all(office: &Office, log: &MemoryLog) -> u64 {
    let desk = office.open(Arc::new(log.clone()));
    let mut position = 0;
    for (id, creator) in [
        ("acknowledged-1", "ayu"),
        ("acknowledged-2", "budi"),
        ("in-flight", "citra"),
        ("queued-0", "dewi"),
        ("later", "eka"),
    ] {
        let answer = desk.write(profile(id, creator)).await.unwrap();
        position += 1;
        assert_eq!(answer.recorded.first, Position::new(position), "{id}");
        assert_eq!(positions_of(log, id), [position], "{id}");
    }
    assert_eq!(desk.close().await, None);
    let state = office.state(log).unwrap();
    assert_eq!(digest(&state), digest_from_zero(log));
    positions_of(log, "in-flight")[0]
}

#[tokio::test]
async fn append_that_was_lost_stops_the_writer_and_a_retry_writes_it() {
    let failing = AboutToFail::with(Outcome::LostBeforeWriting).await;
    let (office, log) = failing.fail("the script says so").await;
    assert!(positions_of(&log, "in-flight").is_empty());
    assert_eq!(retry_all(&office, &log).await, 3);
}

#[tokio::test]
async fn append_that_may_have_happened_and_did_is_answered_to_its_retry() {
    let failing = AboutToFail::with(Outcome::LostAfterWriting).await;
    let (office, log) = failing.fail("the script says so").await;
    assert_eq!(positions_of(&log, "in-flight"), [3]);
    assert_eq!(retry_all(&office, &log).await, 3);
}

#[tokio::test]
async fn conflict_stops_the_writer() {
    let failing = AboutToFail::with(Outcome::Conflict).await;
    let (office, log) = failing.fail("the head of the log is").await;
    assert!(positions_of(&log, "in-flight").is_empty());
    assert_eq!(retry_all(&office, &log).await, 3);
}

#[tokio::test]
async fn refused_append_stops_the_writer() {
    let failing = AboutToFail::with(Outcome::Refused).await;
    let (office, log) = failing.fail("the next one is").await;
    assert!(positions_of(&log, "in-flight").is_empty());
    assert_eq!(retry_all(&office, &log).await, 3);
}

#[tokio::test]
async fn panic_while_appending_is_reported_as_may_have_happened() {
    let failing = AboutToFail::with(Outcome::Panic).await;
    failing.log.admit_all();
    for asked in failing.waiting {
        is_stopped(asked.answer().await, "panic");
    }
    is_stopped(failing.desk.write(profile("later", "eka")).await, "panic");
    let stopped = failing.desk.close().await.unwrap();
    assert!(stopped.contains("panic"), "{stopped}");
    assert_eq!(retry_all(&failing.office, &failing.stored).await, 3);
}

#[tokio::test]
async fn state_is_never_checkpointed_beyond_what_is_durable() {
    let failing = AboutToFail::with(Outcome::LostBeforeWriting).await;
    let (office, log) = failing.fail("the script says so").await;
    let (state, _) = office.replay(&log).unwrap();
    assert!(state.rows().checkpoint_position() <= log.head().position);
    assert_eq!(digest(&state), digest_from_zero(&log));
}

/// Jobs that the writer has taken and not decided when the previous group fails: one is carried
/// over to the next group, and with a due checkpoint one waits for that group to end.
#[tokio::test]
async fn job_in_hand_when_the_previous_group_fails_gets_the_reason() {
    for positions in [u64::MAX, 1] {
        let script = [Outcome::Written, Outcome::LostBeforeWriting];
        let faulty = FaultyLog::new(Arc::new(MemoryLog::new(0)), script);
        let log = GatedLog::shut(Before::Appends, Arc::new(faulty));
        let mut office = Office::default();
        office.limits.group_bytes = 0;
        office.pace.positions = positions;
        let desk = office.open(log.clone());
        let first = desk.ask(profile("first", "ayu")).await;
        log.wait_for_arrivals(1);
        let mut waiting = Vec::new();
        for number in 0..3 {
            waiting.push(desk.ask(profile(&format!("next-{number}"), "budi")).await);
        }
        log.admit_one();
        first.answer().await.unwrap();
        log.wait_for_arrivals(2);
        log.admit_all();
        for asked in waiting {
            is_stopped(asked.answer().await, "the script says so");
        }
    }
}

#[tokio::test]
async fn a_writer_that_waits_for_the_log_does_not_answer() {
    let log = GatedLog::shut(Before::Appends, Arc::new(MemoryLog::new(0)));
    let office = Office::default();
    let desk = office.open(log.clone());
    assert!(desk.ledger.answers().await);
    let asked = desk.ask(profile("one", "ayu")).await;
    log.wait_for_arrivals(1);
    let ledger = desk.ledger.clone();
    let mut answers = pin!(ledger.answers());
    let is_early = tokio::select! {
        biased;
        _ = &mut answers => true,
        () = std::future::ready(()) => false,
    };
    assert!(!is_early);
    log.admit_all();
    asked.answer().await.unwrap();
    assert!(answers.await);
    desk.close().await;
    assert!(!ledger.answers().await);
}
