//! A clock that jumps: it stamps nothing until it is right again, or accepted.

use campaign_ledger::clock::StartError;
use campaign_ledger::server::drain::Stop;
use campaign_ledger::server::{self, Error};
use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::Counters;
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus::{self, NotServing, Serving};
use tonic_health::pb::health_client::HealthClient;

use super::timers::next_event;
use crate::support::server::{FAR, Resting, Server, Story, day, days_and, idr, terms};

/// Reasons that the tests of this file expect, among others.
pub const SHOWS: &[ErrorReason] = &[ErrorReason::ClockJumped];

const YEAR_S: i64 = 365 * 86_400;

/// A server with an open offer, which ends on day 7.
async fn invited() -> (Server, Story) {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    server.write(story.profile("ayu", 20_000)).await;
    server.write(story.invite("ayu", terms(idr(500)))).await;
    (server, story)
}

/// Waits until the health of writes is this. The server as a whole goes on.
async fn comes_to(server: &Server, wanted: ServingStatus) {
    let mut health = HealthClient::new(server.channel());
    let whole = HealthCheckRequest::default();
    let answer = health.check(whole).await.unwrap().into_inner();
    assert_eq!(answer.status(), Serving);
    let writes = HealthCheckRequest {
        service: String::from("writes"),
    };
    let mut states = health.watch(writes).await.unwrap().into_inner();
    let reached = async { while states.message().await.unwrap().unwrap().status() != wanted {} };
    tokio::time::timeout(FAR, reached).await.unwrap();
}

async fn state_of(server: &Server, story: &Story) -> CollaborationState {
    let get = GetCollaborationRequest {
        brand_id: story.brand.clone(),
        campaign_id: story.campaign.clone(),
        collaboration_id: String::from("ayu"),
        min_position: 0,
        as_of: None,
    };
    server.read(get).await.collaboration.unwrap().state()
}

#[tokio::test]
async fn a_clock_a_year_ahead_expires_nothing_and_stamps_nothing() {
    let (server, story) = invited().await;
    let head = server.head().await;
    server.clock().set(days_and(0, 30));
    server.clock().jump(YEAR_S);
    let refusal = server.refused_for_nothing(story.pause()).await;
    let refusal = refusal.is(Code::Unavailable, ErrorReason::ClockJumped);
    assert_eq!(refusal.metadata["seconds_ahead"], YEAR_S.to_string());
    assert_eq!(refusal.metadata["clock"], "2027-03-01T00:00:30Z");
    assert_eq!(refusal.metadata["expected"], "2026-03-01T00:00:30Z");
    assert_eq!(refusal.metadata["since"], "2026-03-01T00:00:30Z");
    // Timers run as often as the clock is checked, and find nothing due either.
    comes_to(&server, NotServing).await;
    assert_eq!(state_of(&server, &story).await, CollaborationState::Invited);
    assert_eq!(server.head().await, head);

    server.clock().jump(-YEAR_S);
    comes_to(&server, Serving).await;
    let paused = server.write(story.pause()).await;
    let receipt = paused.receipt.unwrap();
    assert_eq!(receipt.recorded_at, Some(days_and(0, 30)));
    server.clock().set(day(7));
    let expired = next_event(&server, receipt.last_position).await;
    assert_eq!(expired.recorded_at, Some(day(7)));
}

#[tokio::test]
async fn a_clock_that_is_accepted_is_gone_by() {
    let (server, story) = invited().await;
    let head = server.head().await;
    server.clock().jump(YEAR_S);
    comes_to(&server, NotServing).await;
    server.guard.accept().unwrap();
    let expired = next_event(&server, head).await;
    assert_eq!(expired.recorded_at, Some(day(365)));
    comes_to(&server, Serving).await;
    server.write(story.pause()).await;
}

#[tokio::test]
async fn a_clock_set_back_stamps_nothing_either() {
    let (server, story) = invited().await;
    server.clock().jump(-3_600);
    let refusal = server.refused_for_nothing(story.pause()).await;
    let refusal = refusal.is(Code::Unavailable, ErrorReason::ClockJumped);
    assert_eq!(refusal.metadata["seconds_ahead"], "-3600");
    // A stated time is compared with the time that it should be.
    let mut late = story.pause();
    late.context.as_mut().unwrap().occurred_at = Some(days_and(0, 600));
    server
        .refused_for_nothing(late)
        .await
        .is(Code::InvalidArgument, ErrorReason::InvalidField);
}

#[tokio::test]
async fn many_writes_of_a_call_are_refused_as_one_is() {
    let (server, story) = invited().await;
    server.clock().jump(YEAR_S);
    let likes = Counters {
        likes: Some(1),
        ..Counters::default()
    };
    let seen = story.seen("ayu", day(0), likes);
    server
        .refused_for_nothing(story.batch("", vec![seen]))
        .await
        .is(Code::Unavailable, ErrorReason::ClockJumped);
    let mut rehearsed = story.pause();
    rehearsed.context.as_mut().unwrap().validate_only = true;
    server
        .refused_for_nothing(rehearsed)
        .await
        .is(Code::Unavailable, ErrorReason::ClockJumped);
}

/// Starts a server that must refuse to start.
async fn refused(resting: &Resting) -> Error {
    let (config, guard) = (resting.config.clone(), resting.guard());
    let ended = server::serve(config, guard, Stop::new(), |_| ()).await;
    ended.unwrap_err()
}

#[tokio::test]
async fn a_start_far_from_the_last_event_asks() {
    let (server, _) = invited().await;
    server.clock().set(day(1));
    let mut resting = server.stop().await;
    resting.clock.set(days_and(0, -301));
    let error = refused(&resting).await;
    let clock = Error::Clock(StartError::BeforeTheLast {
        shown: resting.guard().now(),
        last: campaign_ledger::domain::Timestamp::new(day(0).seconds, 0).unwrap(),
    });
    assert_eq!(error.to_string(), clock.to_string());
    assert!(error.is_of_clock() && !error.is_damage());
    resting.clock.set(days_and(366, 1));
    let error = refused(&resting).await;
    assert!(error.to_string().contains("--accept-clock"), "{error}");
    assert!(error.is_of_clock());

    resting.accept_clock = true;
    let server = resting.start().await;
    let expired = next_event(&server, 4).await;
    assert_eq!(expired.recorded_at, Some(days_and(366, 1)));
    let mut resting = server.stop().await;
    resting.accept_clock = false;
    let server = resting.start().await;
    server.stop().await;
}

#[tokio::test]
async fn an_empty_ledger_starts_at_any_time_that_can_be_kept() {
    let resting = Server::start().await.stop().await;
    resting.clock.set(day(3_660));
    let resting = resting.start().await.stop().await;
    for wrong in [0, 1_577_836_799, 8_835_955_200] {
        resting.clock.set(prost_types::Timestamp {
            seconds: wrong,
            nanos: 0,
        });
        let error = refused(&resting).await;
        assert!(error.is_of_clock(), "{error}");
    }
}
