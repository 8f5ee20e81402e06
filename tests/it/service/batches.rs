//! Many observations in one call: each item has its own result and is decided independently.

use campaign_ledger::wire::proto::api::engagement_result::Outcome;
use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::Counters;
use prost_types::Timestamp;
use tonic::Code;

use super::retries::named;
use crate::support::server::{Server, Story, day, days_and, idr, rehearsal, terms};

/// Returns a time after the post, which is of day 1.
pub fn later(seconds: i64) -> Timestamp {
    days_and(1, seconds)
}

pub fn likes(likes: u64) -> Counters {
    Counters {
        likes: Some(likes),
        ..Counters::default()
    }
}

/// Makes a post of `ayu` without observations, with the clock well after it.
pub async fn post(server: &Server) -> Story {
    let story = Story::open(server, "launch").await;
    story.accepted("ayu", terms(idr(1_000))).await;
    server.clock().set(day(3));
    story.published("ayu", later(0)).await;
    story
}

/// Returns observations, one per second from `first` on.
pub fn observations(story: &Story, first: i64, count: i64) -> Vec<EngagementItem> {
    let seconds = first..first + count;
    seconds
        .map(|second| story.seen("ayu", later(second), likes(second as u64)))
        .collect()
}

/// Returns the positions of what was recorded, and whether each was recorded before.
pub fn recorded(answer: &BatchRecordEngagementResponse) -> Vec<(u64, bool)> {
    let results = answer.results.iter();
    results
        .map(|result| match result.outcome.as_ref().unwrap() {
            Outcome::Recorded(one) => (one.observation_position, one.recorded_before),
            Outcome::Error(error) => panic!("refused: {error:?}"),
        })
        .collect()
}

pub fn new(positions: impl IntoIterator<Item = u64>) -> Vec<(u64, bool)> {
    let positions = positions.into_iter();
    positions.map(|position| (position, false)).collect()
}

pub fn known(positions: impl IntoIterator<Item = u64>) -> Vec<(u64, bool)> {
    let positions = positions.into_iter();
    positions.map(|position| (position, true)).collect()
}

/// Returns reason and field names of an error.
pub fn told(error: &ItemError) -> (ErrorReason, Vec<&str>) {
    assert!(!error.message.is_empty() && error.message.len() <= 1_024);
    let violations = error.field_violations.iter();
    let fields = violations.map(|violation| {
        assert!(!violation.rule.is_empty(), "{error:?}");
        violation.field.as_str()
    });
    (error.reason(), fields.collect())
}

#[tokio::test]
async fn a_refused_item_has_its_error_and_changes_nothing_of_the_others() {
    let server = Server::start().await;
    let story = post(&server).await;
    let head = server.head().await;
    let mut items = observations(&story, 1, 6);
    items[1].counters = None;
    items[1].campaign_id = String::from("Launch");
    items[2].publication_id = String::from("elsewhere");
    items[3].observed_at = Some(day(0));
    items[4].observed_at = Some(days_and(3, 301));
    let answer = server.call(story.batch("r-1", items)).await.unwrap();
    assert_eq!(server.head().await, head + 2);
    assert_eq!(answer.last_position, head + 2);
    let told: Vec<_> = answer
        .results
        .iter()
        .map(|result| match result.outcome.as_ref().unwrap() {
            Outcome::Recorded(one) => Ok((one.observation_position, one.recorded_before)),
            Outcome::Error(error) => Err(told(error)),
        })
        .collect();
    let expected = [
        Ok((head + 1, false)),
        Err((
            ErrorReason::InvalidField,
            vec!["observations[1].campaign_id", "observations[1].counters"],
        )),
        Err((ErrorReason::PublicationNotFound, vec![])),
        Err((
            ErrorReason::InvalidField,
            vec!["observations[3].observed_at"],
        )),
        Err((
            ErrorReason::InvalidField,
            vec!["observations[4].observed_at"],
        )),
        Ok((head + 2, false)),
    ];
    assert_eq!(told, expected);
}

#[tokio::test]
async fn an_item_alone_and_one_of_many_are_refused_alike() {
    let server = Server::start().await;
    let story = post(&server).await;
    let mut alone = story.observe("ayu", later(1), likes(1));
    alone.publication_id = String::from("elsewhere");
    let mut of_many = observations(&story, 1, 1);
    of_many[0].publication_id = String::from("elsewhere");
    let refusal = server.refused_for_nothing(alone).await;
    let answer = server.call(story.batch("", of_many)).await.unwrap();
    let Some(Outcome::Error(error)) = &answer.results[0].outcome else {
        panic!("refused: {answer:?}");
    };
    assert_eq!(error.reason(), refusal.reason);
    assert_eq!(error.message, refusal.message);
    assert_eq!(answer.last_position, 0);
}

#[tokio::test]
async fn a_batch_sent_again_gets_its_first_answers() {
    let server = Server::start().await;
    let story = post(&server).await;
    let head = server.head().await;
    let positions = head + 1..=head + 3;
    for id in ["r-1", ""] {
        let batch = story.batch(id, observations(&story, 1, 3));
        let answer = server.call(batch).await.unwrap();
        let expected = match id {
            "r-1" => new(positions.clone()),
            _ => known(positions.clone()),
        };
        assert_eq!(recorded(&answer), expected);
    }
    let server = server.restart().await;
    let again = story.batch("r-1", observations(&story, 1, 3));
    let answer = server.call(again).await.unwrap();
    assert_eq!(recorded(&answer), known(positions));
    assert_eq!(answer.last_position, head + 3);
    assert_eq!(server.head().await, head + 3);
}

#[tokio::test]
async fn what_was_recorded_before_keeps_its_position_among_new_ones() {
    let server = Server::start().await;
    let story = post(&server).await;
    let alone = server.write(story.observe("ayu", later(2), likes(2))).await;
    let before = alone.observation_position;
    let mut items = observations(&story, 1, 3);
    items.push(items[0].clone());
    let answer = server.call(story.batch("r-1", items)).await.unwrap();
    let expected = [
        (before + 1, false),
        (before, true),
        (before + 2, false),
        // An item that occurs twice in a batch is recorded once.
        (before + 1, true),
    ];
    assert_eq!(recorded(&answer), expected);
    assert_eq!(server.head().await, before + 2);
}

#[tokio::test]
async fn other_content_under_the_id_of_a_batch_is_refused_as_a_whole() {
    let server = Server::start().await;
    let story = post(&server).await;
    let head = server.head().await;
    let batch = story.batch("r-1", observations(&story, 1, 3));
    server.call(batch.clone()).await.unwrap();
    let mut fewer = batch.clone();
    fewer.observations.pop();
    let mut turned = batch.clone();
    turned.observations.reverse();
    let others = [
        fewer,
        turned,
        story.batch("r-1", observations(&story, 10, 1)),
    ];
    for other in others {
        let refusal = server.refused_for_nothing(other).await;
        let refusal = refusal.is(Code::FailedPrecondition, ErrorReason::RequestIdReused);
        assert_eq!(refusal.metadata["position"], (head + 1).to_string());
    }
    let alone = named(story.observe("ayu", later(1), likes(1)), "r-1");
    let refusal = server.refused_for_nothing(alone).await;
    refusal.is(Code::FailedPrecondition, ErrorReason::RequestIdReused);
}

#[tokio::test]
async fn a_rehearsed_batch_says_what_would_be_and_writes_nothing() {
    let server = Server::start().await;
    let story = post(&server).await;
    let first = server.write(story.observe("ayu", later(1), likes(1))).await;
    let head = server.head().await;
    let mut items = observations(&story, 1, 3);
    items[2].counters = None;
    let mut batch = story.batch("r-1", items);
    batch.context = rehearsal(batch.context);
    let answer = server.call(batch.clone()).await.unwrap();
    let [before, would_be, refused] = answer.results.as_slice() else {
        panic!("three results: {answer:?}");
    };
    let before = Outcome::Recorded(RecordedEngagement {
        observation_position: first.observation_position,
        recorded_before: true,
    }) == before.outcome.clone().unwrap();
    assert!(before, "{answer:?}");
    let nowhere = Outcome::Recorded(RecordedEngagement::default());
    assert_eq!(would_be.outcome, Some(nowhere));
    assert!(matches!(refused.outcome, Some(Outcome::Error(_))));
    assert_eq!(server.head().await, head);
    // The id is still free.
    batch.context.as_mut().unwrap().validate_only = false;
    server.call(batch).await.unwrap();
    assert_eq!(server.head().await, head + 1);
}

#[tokio::test]
async fn a_bad_envelope_refuses_the_whole_batch() {
    let server = Server::start().await;
    let story = post(&server).await;
    let none = BatchRecordEngagementRequest::default();
    let refusal = server.refused_for_nothing(none).await;
    refusal
        .is(Code::InvalidArgument, ErrorReason::InvalidField)
        .names(&["brand_id", "context", "observations"]);
    let too_many = story.batch("", observations(&story, 1, 1_001));
    let refusal = server.refused_for_nothing(too_many).await;
    refusal
        .is(Code::InvalidArgument, ErrorReason::InvalidField)
        .names(&["observations"]);
    let mut of_nobody = story.batch("", observations(&story, 1, 2));
    of_nobody.context.as_mut().unwrap().actor = None;
    // The items are not checked.
    of_nobody.observations[0].counters = None;
    let refusal = server.refused_for_nothing(of_nobody).await;
    refusal
        .is(Code::InvalidArgument, ErrorReason::InvalidField)
        .names(&["context.actor"]);
}

#[tokio::test]
async fn a_full_batch_is_taken_as_a_whole() {
    let server = Server::start().await;
    let story = post(&server).await;
    let head = server.head().await;
    let batch = story.batch("r-1", observations(&story, 1, 1_000));
    let answer = server.call(batch).await.unwrap();
    assert_eq!(recorded(&answer), new(head + 1..=head + 1_000));
    assert_eq!(server.head().await, head + 1_000);
}
