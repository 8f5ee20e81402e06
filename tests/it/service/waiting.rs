//! Callers that wait for the writer, give up, or find no place to wait.

use std::time::Duration;

use campaign_ledger::wire::proto::api::*;
use tonic::Code;

use super::retries::named;
use crate::support::server::{FAR, RawCalls, Refusal, Server, Story};

/// Reasons that the tests of this file expect.
pub const SHOWS: &[ErrorReason] = &[ErrorReason::DeadlineExceeded, ErrorReason::QueueFull];

#[tokio::test]
async fn a_dropped_call_still_commits() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    let before = server.head().await;
    let request = named(story.profile("ayu", 20_000), "r-1");
    let held = server.clock_handle().hold_writer();
    {
        let call = server.call(request.clone());
        tokio::select! {
            answer = call => panic!("the writer is held: {answer:?}"),
            () = held.reached() => {}
        }
    }
    drop(held);
    let answer = server.write(request).await;
    assert_eq!(answer.receipt.unwrap().first_position, before + 1);
    assert_eq!(server.head().await, before + 1);
}

#[tokio::test]
async fn a_call_whose_deadline_passed_may_have_happened() {
    use prost::Message as _;

    const PATH: &str = "/campaign.ledger.v1.CreatorService/RecordCreatorProfile";
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    let before = server.head().await;
    let request = named(story.profile("ayu", 20_000), "r-1");
    let held = server.clock_handle().hold_writer();
    let raw = RawCalls::to(server.address).await;
    let message = request.encode_to_vec();
    let answer = raw.call(PATH, &message, &[("grpc-timeout", "30m")]).await;
    let refusal = Refusal::from(answer.unwrap_err());
    refusal.is(Code::DeadlineExceeded, ErrorReason::DeadlineExceeded);
    drop(held);
    let answer = server.write(request).await;
    assert_eq!(answer.receipt.unwrap().first_position, before + 1);
    assert_eq!(server.head().await, before + 1);
}

#[tokio::test]
async fn a_full_queue_refuses_what_comes_next() {
    let server = Server::with(|config| config.write_queue_commands = 2).await;
    let story = Story::open(&server, "launch").await;
    let before = server.head().await;
    let profile = |who: &str| {
        let (client, request) = (story.client.clone(), story.profile(who, 1_000));
        async move { client.call(request).await }
    };
    let held = server.clock_handle().hold_writer();
    let taken = tokio::spawn(profile("ayu"));
    held.reached().await;
    // Two of three find room, and wait; the third is refused at once.
    let mut waiting = tokio::task::JoinSet::new();
    for who in ["budi", "citra", "dewi"] {
        waiting.spawn(profile(who));
    }
    let told = tokio::time::timeout(FAR, waiting.join_next()).await;
    let refusal = Refusal::from(told.unwrap().unwrap().unwrap().unwrap_err());
    let refusal = refusal.is(Code::ResourceExhausted, ErrorReason::QueueFull);
    let retry = refusal.details.retry_info().unwrap().retry_delay;
    assert!(retry > Some(Duration::ZERO));
    assert!(refusal.details.quota_failure().is_some());
    drop(held);
    taken.await.unwrap().unwrap();
    while let Some(answer) = waiting.join_next().await {
        answer.unwrap().unwrap();
    }
    assert_eq!(server.head().await, before + 3);
}
