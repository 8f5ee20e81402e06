//! The memory of requests: two requests with the same id are the same request, across restarts too.

use std::sync::Arc;

use campaign_ledger::domain::{Position, Refusal, Request};
use campaign_ledger::ledger::{RequestMemory, WriteError};
use campaign_ledger::log::Log;
use campaign_ledger::log::memory::MemoryLog;

use super::desk::{
    Desk, Office, campaign_with_invitations, close, create, positions_of, profile, records,
};

const BRAND: &str = "kulit-sehat";

/// Writes all requests, and closes.
async fn write(office: &Office, log: &MemoryLog, requests: Vec<Request>) {
    let desk = office.open(Arc::new(log.clone()));
    for request in requests {
        desk.write(request).await.unwrap();
    }
    desk.close().await;
}

/// Makes a log in which `close` makes four events, after eight others.
async fn log_with_a_long_request() -> MemoryLog {
    let log = MemoryLog::new(0);
    let mut requests = campaign_with_invitations("jujur", 3);
    requests.push(close("close", "jujur"));
    write(&Office::default(), &log, requests).await;
    log
}

fn span(memory: &RequestMemory, id: &str) -> Option<(u64, u64)> {
    let seen = memory.get(BRAND, id)?;
    Some((seen.first.get(), seen.last.get()))
}

#[tokio::test]
async fn request_is_remembered_whole_wherever_the_reading_begins() {
    let log = log_with_a_long_request().await;
    let after = (0..6).map(|n| profile(&format!("after-{n}"), "ayu"));
    write(&Office::default(), &log, after.collect()).await;
    let ids: Vec<_> = records(&log)
        .iter()
        .map(|record| record.request.as_ref().unwrap().id.as_str().to_owned())
        .collect();
    let mut distinct = ids.clone();
    distinct.dedup();

    for limit in 0..=ids.len() + 1 {
        let memory = RequestMemory::of_tail(&log, limit).unwrap();
        assert_eq!(memory.len(), limit.min(distinct.len()), "limit {limit}");
        for id in distinct.iter().rev().take(limit) {
            let positions = positions_of(&log, id);
            let whole = (positions[0], *positions.last().unwrap());
            assert_eq!(span(&memory, id), Some(whole), "{id}, limit {limit}");
        }
        for id in distinct.iter().rev().skip(limit) {
            assert_eq!(span(&memory, id), None, "{id}, limit {limit}");
        }
    }
}

#[tokio::test]
async fn memory_read_from_the_log_is_that_of_the_writer_who_wrote_it() {
    let office = Office {
        remembered: 3,
        ..Office::default()
    };
    let log = MemoryLog::new(0);
    let written = ["a", "b", "c", "d"].map(|id| profile(id, "ayu"));
    write(&office, &log, written.to_vec()).await;
    // Forgotten, so it is written again; the same id then occurs twice in the log.
    write(&office, &log, vec![profile("a", "ayu")]).await;
    assert_eq!(positions_of(&log, "a"), [1, 5]);

    for limit in 3..=5 {
        let memory = RequestMemory::of_tail(&log, limit).unwrap();
        assert_eq!(span(&memory, "a"), Some((5, 5)), "limit {limit}");
    }
}

#[tokio::test]
async fn repeat_after_a_restart_has_the_first_answer() {
    let log = MemoryLog::new(0);
    let office = Office::default();
    let desk = office.open(Arc::new(log.clone()));
    let mut answers = Vec::new();
    let mut requests = campaign_with_invitations("jujur", 3);
    requests.push(close("close", "jujur"));
    for request in &requests {
        answers.push(desk.write(request.clone()).await.unwrap());
    }
    desk.close().await;

    let desk = office.open(Arc::new(log.clone()));
    let head = log.head();
    for (request, answer) in requests.into_iter().zip(answers) {
        let again = desk.write(request).await.unwrap();
        let (again, first) = (again.recorded, answer.recorded);
        assert_eq!((again.first, again.last), (first.first, first.last));
        assert!(first.new && !again.new);
    }
    assert_eq!(log.head(), head);
}

#[tokio::test]
async fn other_content_under_a_used_id_is_refused_after_a_restart_too() {
    let log = MemoryLog::new(0);
    let office = Office::default();
    write(&office, &log, vec![profile("once", "ayu")]).await;
    let desk = office.open(Arc::new(log.clone()));
    let mut other = profile("once", "budi");
    other.stamp.as_mut().unwrap().digest = [9; 16];
    let refused = desk.write(other).await;
    assert!(matches!(
        refused,
        Err(WriteError::RequestIdReused { first, .. }) if first == Position::new(1)
    ));
    assert_eq!(log.head().position, Position::new(1));
}

#[tokio::test]
async fn what_is_forgotten_is_kept_from_happening_twice_by_its_name() {
    let log = MemoryLog::new(0);
    let office = Office {
        remembered: 2,
        ..Office::default()
    };
    let desk = office.open(Arc::new(log.clone()));
    desk.write(create("create", "jujur")).await.unwrap();
    let is_refused = async |desk: &Desk| {
        let again = desk.write(create("create", "jujur")).await;
        matches!(
            again,
            Err(WriteError::Refused(Refusal::AlreadyExists { .. }))
        )
    };
    assert!(!is_refused(&desk).await);
    desk.write(profile("one", "ayu")).await.unwrap();
    assert!(!is_refused(&desk).await);
    desk.write(profile("two", "ayu")).await.unwrap();
    assert!(is_refused(&desk).await);
    desk.close().await;

    let desk = office.open(Arc::new(log.clone()));
    assert!(is_refused(&desk).await);
    assert_eq!(positions_of(&log, "create"), [1]);
    let remembered = desk.write(profile("one", "ayu")).await.unwrap();
    assert_eq!(remembered.recorded.first, Position::new(2));
}
