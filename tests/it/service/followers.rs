//! Following the log: from a position, past the head, to the end of the server.

use campaign_ledger::server::drain::Outcome;
use campaign_ledger::wire::proto::api::audit_service_client::AuditServiceClient;
use campaign_ledger::wire::proto::api::follow_events_response::Message;
use campaign_ledger::wire::proto::api::*;
use tonic::{Code, Streaming};

use super::audit::{all, of_campaign};
use crate::support::batch::decoded;
use crate::support::server::{Client, FAR, Refusal, Server, Story, by_brand, idr, terms, together};

/// Reasons that the tests of this file expect, among others.
pub const SHOWS: &[ErrorReason] = &[ErrorReason::Draining, ErrorReason::TooManyFollowers];

/// A stream of events and its position.
struct Following {
    messages: Streaming<FollowEventsResponse>,
    resume: u64,
}

impl Following {
    async fn from(client: &Client, scope: Option<LogScope>, after_position: u64) -> Self {
        let request = FollowEventsRequest {
            scope,
            after_position,
            ..FollowEventsRequest::default()
        };
        let mut audit = AuditServiceClient::new(client.channel());
        Self {
            messages: audit.follow_events(request).await.unwrap().into_inner(),
            resume: after_position,
        }
    }

    /// Returns the next message, or how the stream ended.
    async fn next(&mut self) -> Result<Message, Refusal> {
        let next = tokio::time::timeout(FAR, self.messages.message())
            .await
            .unwrap();
        let message = next
            .map_err(Refusal::from)?
            .expect("a status ends the stream");
        assert!(message.resume_position >= self.resume);
        self.resume = message.resume_position;
        Ok(message.message.unwrap())
    }

    /// Returns the positions until the stream has caught up, and the head it names.
    async fn catch_up(&mut self) -> (Vec<u64>, u64) {
        let mut positions = Vec::new();
        loop {
            match self.next().await.unwrap() {
                Message::Batch(batch) => positions.extend(positions_of(&batch)),
                Message::CaughtUp(caught_up) => return (positions, caught_up.head_position),
                Message::Heartbeat(_) => panic!("silence before all was told"),
            }
        }
    }

    /// Returns the positions of the next events.
    async fn batch(&mut self) -> Vec<u64> {
        match self.next().await.unwrap() {
            Message::Batch(batch) => positions_of(&batch),
            other => panic!("events: {other:?}"),
        }
    }
}

fn positions_of(batch: &EventBatch) -> Vec<u64> {
    let records = decoded(batch);
    records.iter().map(|record| record.position).collect()
}

#[tokio::test]
async fn a_follower_catches_up_and_then_hears_what_happens() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    server.write(story.profile("ayu", 20_000)).await;

    let mut from_the_start = Following::from(&server, all(), 0).await;
    assert_eq!(from_the_start.catch_up().await, (vec![1, 2, 3], 3));
    let mut from_the_head = Following::from(&server, all(), 3).await;
    assert_eq!(from_the_head.catch_up().await, (vec![], 3));
    let mut of_another = Following::from(&server, of_campaign("teh", "launch"), 0).await;
    assert_eq!(of_another.catch_up().await, (vec![], 3));
    assert_eq!(of_another.resume, 3);

    server.write(story.invite("ayu", terms(idr(1)))).await;
    assert_eq!(from_the_start.batch().await, [4]);
    assert_eq!(from_the_head.batch().await, [4]);
    server.write(story.accept("ayu")).await;
    assert_eq!(from_the_start.batch().await, [5]);
    let mut of_the_campaign = Following::from(&server, of_campaign("kopi", "launch"), 0).await;
    assert_eq!(of_the_campaign.catch_up().await, (vec![1, 2, 4, 5], 5));
    server.write(story.profile("budi", 1)).await;
    server.write(story.submit("ayu")).await;
    assert_eq!(of_the_campaign.batch().await, [7]);
}

#[tokio::test]
async fn nothing_is_missed_or_sent_twice_while_many_write() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    let writing = tokio::spawn(together((0..300).map(move |number| {
        let (client, request) = (
            story.client.clone(),
            story.profile(&format!("c-{number}"), 1),
        );
        async move { client.write(request).await }
    })));
    let mut following = Following::from(&server, all(), 0).await;
    let mut told = Vec::new();
    while told.len() < 302 {
        match following.next().await.unwrap() {
            Message::Batch(batch) => told.extend(positions_of(&batch)),
            Message::CaughtUp(_) => {}
            Message::Heartbeat(_) => panic!("silence before all was told"),
        }
    }
    writing.await.unwrap();
    assert_eq!(told, (1..=302).collect::<Vec<_>>());
}

/// Writes profiles concurrently.
async fn write_profiles(story: &Story, from: usize, count: usize) {
    let profiles = (from..from + count).map(|number| {
        let one = story.profile(&format!("c-{number}"), 1);
        ProfileRecord {
            creator_id: one.creator_id,
            profile: one.profile,
        }
    });
    let batch = BatchRecordCreatorProfilesRequest {
        brand_id: story.brand.clone(),
        context: by_brand(""),
        profiles: profiles.collect(),
    };
    story.client.call(batch).await.unwrap();
}

#[tokio::test]
async fn a_slow_follower_lags_and_affects_no_other_caller() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    // On a separate connection, whose window it fills by not reading.
    let elsewhere = server.connect().await;
    let mut slow = Following::from(&elsewhere, all(), 0).await;
    let mut quick = Following::from(&server, all(), 0).await;
    quick.catch_up().await;
    let mut told = 2;
    for round in 0..10 {
        write_profiles(&story, round * 500, 500).await;
        let head = server.head().await;
        while told < head {
            told = *quick.batch().await.last().unwrap();
        }
    }
    assert_eq!(told, 5_002, "the quick one is not held up");
    let mut late = slow.catch_up().await.0;
    while late.last() != Some(&told) {
        late.extend(slow.batch().await);
    }
    assert_eq!(late, (1..=told).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_drain_ends_streams_with_where_to_go_on() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    let mut following = Following::from(&server, all(), 0).await;
    assert_eq!(following.catch_up().await, (vec![1, 2], 2));
    server.stop.drain();
    let refusal = following.next().await.unwrap_err();
    let refusal = refusal.is(Code::Unavailable, ErrorReason::Draining);
    assert_eq!(refusal.metadata["resume_position"], "2");
    drop((following, story));
    assert_eq!(server.ended().await, Outcome::Drained);
}

#[tokio::test]
async fn a_follower_goes_on_at_the_next_start() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    let mut following = Following::from(&server, all(), 0).await;
    following.catch_up().await;
    let resume = following.resume;
    drop((following, story));
    let server = server.restart().await;
    let story = Story::of("kopi", "launch", "IDR", &server);
    let mut following = Following::from(&server, all(), resume).await;
    assert_eq!(following.catch_up().await, (vec![], 2));
    server.write(story.pause()).await;
    assert_eq!(following.batch().await, [3]);
}

#[tokio::test]
async fn one_follower_too_many_is_refused_with_a_retry_time() {
    // The limit of one connection, of 64 in all.
    const MOST: usize = 16;
    let server = Server::with(|config| config.max_followers = 64).await;
    let mut audit = AuditServiceClient::new(server.channel());
    let request = || FollowEventsRequest {
        scope: all(),
        after_position: 0,
        ..FollowEventsRequest::default()
    };
    let mut following = Vec::new();
    for _ in 0..MOST {
        following.push(audit.follow_events(request()).await.unwrap());
    }
    let refusal = Refusal::from(audit.follow_events(request()).await.unwrap_err());
    let refusal = refusal.is(Code::ResourceExhausted, ErrorReason::TooManyFollowers);
    assert!(refusal.details.retry_info().is_some(), "{refusal}");
    assert!(refusal.details.quota_failure().is_some(), "{refusal}");
    // A released place is free again, once the server has noticed.
    following.pop();
    let again = async {
        while audit.follow_events(request()).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(FAR, again).await.unwrap();
}
