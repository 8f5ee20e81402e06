//! All folds of the past share few threads and one limit; equal ones run once, and none runs
//! without a caller.

use std::sync::Arc;
use std::time::Duration;

use campaign_ledger::domain::{BrandId, CreatorId, CreatorRef, Position};
use campaign_ledger::grpc::calls::{FoldLimits, Question};
use campaign_ledger::log::memory::MemoryLog;
use campaign_ledger::views::Slice;
use campaign_ledger::wire::proto::api::as_of::At;
use campaign_ledger::wire::proto::api::*;
use tonic::Code;

use super::retries::named;
use crate::support::gated_log::{Before, GatedLog};
use crate::support::server::{Call, Refusal, Story, Wired, hold_folds, plan, together};

/// Reasons that the tests of this file expect, among others.
pub const SHOWS: &[ErrorReason] = &[ErrorReason::PastTooLarge, ErrorReason::AnswerGone];

/// Bytes of kept answers: none, so that a repeated write needs a fold.
const NO_ANSWERS: usize = 0;
const SOME_ANSWERS: usize = 1 << 20;

async fn wired(log: &Arc<GatedLog>, events: usize, answers_bytes: usize) -> Wired {
    let limits = FoldLimits {
        events,
        ..FoldLimits::default()
    };
    Wired::within(Arc::clone(log) as _, limits, answers_bytes).await
}

fn story(wired: &Wired) -> Story {
    Story::of("kopi", "launch", "IDR", &wired.client)
}

/// Waits until only folds read the log.
async fn settled(wired: &Wired) {
    let head = wired.calls.log.head().position;
    wired.calls.proofs.reach(head).await.unwrap();
}

/// Sends a call with a short deadline that must be refused.
async fn refused<C: Call>(wired: &Wired, request: C) -> Refusal {
    let shown = format!("{request:?}");
    let mut hurried = tonic::Request::new(request);
    hurried.set_timeout(Duration::from_secs(1));
    match C::send(hurried, wired.client.channel()).await {
        Ok(answer) => panic!("not refused: {shown}: {answer:?}"),
        Err(status) => Refusal::from(status),
    }
}

/// Records profiles of a creator, the first one under a request id.
async fn profiles(
    wired: &Wired,
    count: u64,
) -> (RecordCreatorProfileRequest, RecordCreatorProfileResponse) {
    let story = story(wired);
    let first = named(story.profile("ayu", 1_000), "first");
    let answer = wired.client.write(first.clone()).await;
    for followers in 1..count {
        let profile = story.profile("ayu", 1_000 + followers);
        wired.client.write(profile).await;
    }
    settled(wired).await;
    (first, answer)
}

fn creator(at: u64) -> GetCreatorRequest {
    GetCreatorRequest {
        brand_id: String::from("kopi"),
        creator_id: String::from("ayu"),
        as_of: Some(AsOf {
            at: Some(At::Position(at)),
        }),
        ..GetCreatorRequest::default()
    }
}

/// Makes an ended campaign with two revisions of its report.
async fn finalised(wired: &Wired) {
    let (client, story) = (&wired.client, story(wired));
    client.write(story.create(plan("IDR"))).await;
    client.write(story.start()).await;
    client.write(story.close(false)).await;
    client.write(story.finalise()).await;
    settled(wired).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn repeated_writes_and_reports_wait_for_the_same_threads() {
    let log = GatedLog::open(Before::Reads, Arc::new(MemoryLog::new(0)));
    let wired = wired(&log, 1_000, NO_ANSWERS).await;
    let (first, answer) = profiles(&wired, 2).await;
    finalised(&wired).await;
    let story = story(&wired);

    let held = hold_folds(&wired.calls.pools).await;
    let reads = log.arrived();
    for refusal in [
        refused(&wired, first.clone()).await,
        refused(&wired, story.finalise()).await,
        refused(&wired, creator(1)).await,
    ] {
        let refusal = refusal.is(Code::ResourceExhausted, ErrorReason::TooManyFolds);
        assert!(refusal.details.retry_info().is_some(), "{refusal}");
    }
    assert_eq!(log.arrived(), reads);
    drop(held);
    assert_eq!(wired.client.write(first).await, answer);

    // Another server, because this one keeps the past state that the report was computed from.
    let wired = self::wired(&log, 1_000, NO_ANSWERS).await;
    let held = hold_folds(&wired.calls.pools).await;
    let refusal = refused(&wired, story.report(1)).await;
    refusal.is(Code::ResourceExhausted, ErrorReason::TooManyFolds);
    drop(held);
    let report = wired.client.call(story.report(1)).await.unwrap();
    assert!(report.is_reproduced);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_limit_holds_for_repeated_writes_and_reports() {
    let log = GatedLog::open(Before::Reads, Arc::new(MemoryLog::new(0)));
    let wired = wired(&log, 2, NO_ANSWERS).await;
    let (first, answer) = profiles(&wired, 2).await;
    let story = story(&wired);
    assert_eq!(wired.client.write(first).await, answer);
    let late = named(story.profile("ayu", 7), "late");
    let late_answer = wired.client.write(late.clone()).await;
    wired.client.write(story.profile("ayu", 8)).await;

    // The error says what happened, although the answer cannot be made again.
    let head = wired.calls.log.head();
    let refusal = wired.client.refused(late).await;
    let refusal = refusal.is(Code::AlreadyExists, ErrorReason::AnswerGone);
    let receipt = late_answer.receipt.unwrap();
    let position = |name: &str| refusal.metadata[name].parse::<u64>();
    assert_eq!(position("first_position"), Ok(receipt.first_position));
    assert_eq!(position("last_position"), Ok(receipt.last_position));
    assert_eq!(wired.calls.log.head(), head);

    let refusal = wired.client.refused(creator(4)).await;
    let refusal = refusal.is(Code::InvalidArgument, ErrorReason::InvalidField);
    assert_eq!(refusal.field_names(), ["as_of"]);

    wired.client.write(story.create(plan("IDR"))).await;
    wired.client.write(story.start()).await;
    wired.client.write(story.close(false)).await;
    let refusal = wired.client.refused(story.finalise()).await;
    refusal.is(Code::FailedPrecondition, ErrorReason::PastTooLarge);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_take_more_than_a_fold_may_are_refused() {
    let limits = FoldLimits {
        bytes: 100,
        ..FoldLimits::default()
    };
    let log = Arc::new(MemoryLog::new(0));
    let wired = Wired::within(log, limits, SOME_ANSWERS).await;
    profiles(&wired, 2).await;
    let refusal = wired.client.refused(creator(2)).await;
    let refusal = refusal.is(Code::InvalidArgument, ErrorReason::InvalidField);
    assert_eq!(refusal.field_names(), ["as_of"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn equal_pasts_are_folded_once() {
    const EVENTS: u64 = 10;
    let log = GatedLog::open(Before::Reads, Arc::new(MemoryLog::new(0)));
    let wired = wired(&log, 1_000, SOME_ANSWERS).await;
    profiles(&wired, EVENTS).await;
    let before = log.arrived();
    log.admit_none();
    let asking = (0..8).map(|_| {
        let client = wired.client.clone();
        tokio::spawn(async move { client.call(creator(EVENTS)).await.unwrap() })
    });
    let asking: Vec<_> = asking.collect();
    log.wait_for_arrivals(before + 1);
    log.admit_all();
    let answers = together(asking).await;
    let first = answers.first().unwrap().as_ref().unwrap();
    assert!(
        answers
            .iter()
            .all(|answer| answer.as_ref().unwrap() == first)
    );
    // Each event is a block of its own; one more block is read for its time.
    assert_eq!(log.arrived() - before, EVENTS + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fold_stops_once_no_caller_waits_for_it() {
    const EVENTS: u64 = 600;
    let log = GatedLog::open(Before::Reads, Arc::new(MemoryLog::new(0)));
    let wired = wired(&log, 1_000, SOME_ANSWERS).await;
    profiles(&wired, EVENTS).await;
    let question = Question {
        slice: Slice::Creator(CreatorRef {
            brand: BrandId::parse("kopi").unwrap(),
            creator: CreatorId::parse("ayu").unwrap(),
        }),
        until: Position::new(EVENTS),
        occurred: None,
    };
    let before = log.arrived();
    log.admit_none();
    let asking: Vec<_> = (0..2)
        .map(|_| {
            let (folds, question) = (wired.calls.folds.clone(), question.clone());
            tokio::spawn(async move { folds.rows(question, None).await.is_ok() })
        })
        .collect();
    log.wait_for_arrivals(before + 1);
    for one in asking {
        one.abort();
        assert!(one.await.unwrap_err().is_cancelled());
    }
    log.admit_all();
    // All threads that fold are free again.
    drop(hold_folds(&wired.calls.pools).await);
    assert!(log.arrived() - before < EVENTS / 2);
    let folded = wired.calls.folds.rows(question, None).await;
    assert_eq!(folded.unwrap().rows.position(), Position::new(EVENTS));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_write_is_repeated_without_reading_the_log() {
    let log = GatedLog::open(Before::Reads, Arc::new(MemoryLog::new(0)));
    let wired = wired(&log, 1_000, SOME_ANSWERS).await;
    let (first, answer) = profiles(&wired, 3).await;
    let story = story(&wired);
    let created = named(story.create(plan("IDR")), "created");
    let created_answer = wired.client.write(created.clone()).await;
    wired.client.write(story.start()).await;
    settled(&wired).await;
    let before = (log.arrived(), wired.calls.log.head());
    let held = hold_folds(&wired.calls.pools).await;
    assert_eq!(wired.client.write(first).await, answer);
    assert_eq!(wired.client.write(created).await, created_answer);
    assert_eq!((log.arrived(), wired.calls.log.head()), before);
    drop(held);
}
