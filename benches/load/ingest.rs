//! Many observations per call, and per stream: durable events per second.
//!
//! Messages are encoded before the clock starts, and answers are checked after it stops, so that
//! the measured time contains as little client work as possible.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use campaign_ledger::cli::dynamic::Raw;
use campaign_ledger::wire::proto::api;
use campaign_ledger::wire::proto::api::engagement_result::Outcome;
use campaign_ledger::wire::proto::api::ingest_engagement_request::Message;
use http::uri::PathAndQuery;
use prost::Message as _;
use tonic::client::Grpc;
use tonic::transport::Channel;

use crate::world::{self, World};

/// Observations in one message: the maximum.
pub const ITEMS: u64 = 1_000;
/// Batches in flight on each connection.
const IN_FLIGHT: usize = 2;

const BATCH: &str = "/campaign.ledger.v1.MeasurementService/BatchRecordEngagement";
const STREAM: &str = "/campaign.ledger.v1.MeasurementService/IngestEngagement";

/// The result of an ingest.
#[derive(Clone, Copy, Debug)]
pub struct Ingested {
    /// Events.
    pub events: u64,
    /// Time from the first message until the last one was durable.
    pub elapsed: Duration,
}

/// Sends `count` batches, some at a time on each connection, and none after `time`.
pub async fn batches(world: &World, channels: &[Channel], count: u64, time: Duration) -> Ingested {
    let lanes = channels.len() * IN_FLIGHT;
    let messages = split(world, count, lanes, |_, observations| {
        batch_of(observations)
    });
    let start = Instant::now();
    let tasks: Vec<_> = messages
        .into_iter()
        .zip(channels.iter().cycle())
        .map(|(messages, channel)| {
            tokio::spawn(send_batches(channel.clone(), messages, start + time))
        })
        .collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.extend(task.await.expect("no sender fails"));
    }
    let ingested = Ingested {
        events: answers.len() as u64 * ITEMS,
        elapsed: start.elapsed(),
    };
    for answer in answers {
        let answer = api::BatchRecordEngagementResponse::decode(answer).expect("it is an answer");
        let is_new = |result: &api::EngagementResult| matches!(&result.outcome, Some(Outcome::Recorded(one)) if !one.recorded_before);
        assert!(answer.results.iter().all(is_new), "everything is recorded");
    }
    ingested
}

/// Returns the encoded batch of the observations with these numbers.
pub fn batch(numbers: Range<u64>, random: &mut fastrand::Rng) -> Bytes {
    batch_of(numbers.map(|number| World::item(number, random)).collect())
}

/// Path of the batch method.
pub fn batch_path() -> PathAndQuery {
    PathAndQuery::from_static(BATCH)
}

fn batch_of(observations: Vec<api::EngagementItem>) -> Bytes {
    let batch = api::BatchRecordEngagementRequest {
        brand_id: world::brand(),
        context: world::by_brand(),
        observations,
    };
    batch.encode_to_vec().into()
}

async fn send_batches(channel: Channel, messages: Vec<Bytes>, until: Instant) -> Vec<Bytes> {
    let mut client = Grpc::new(channel);
    let mut answers = Vec::with_capacity(messages.len());
    for message in messages.into_iter().take_while(|_| Instant::now() < until) {
        client.ready().await.expect("the connection is open");
        let request = tonic::Request::new(message);
        let answer = client.unary(request, batch_path(), Raw).await;
        answers.push(answer.expect("it is recorded").into_inner());
    }
    answers
}

/// Sends `count` chunks, in one stream per connection, and none after `time`.
pub async fn streams(world: &World, channels: &[Channel], count: u64, time: Duration) -> Ingested {
    let messages = split(world, count, channels.len(), |number, observations| {
        let chunk = api::EngagementChunk {
            chunk_number: number,
            observations,
        };
        encoded(Message::Chunk(chunk))
    });
    let start = Instant::now();
    let tasks: Vec<_> = messages
        .into_iter()
        .zip(channels)
        .map(|(messages, channel)| {
            tokio::spawn(send_stream(channel.clone(), messages, start + time))
        })
        .collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.extend(task.await.expect("no sender fails"));
    }
    let ingested = Ingested {
        events: answers.len() as u64 * ITEMS,
        elapsed: start.elapsed(),
    };
    for answer in answers {
        let answer = api::IngestEngagementResponse::decode(answer).expect("it is an answer");
        assert!(answer.refused.is_empty(), "everything is recorded");
    }
    ingested
}

async fn send_stream(channel: Channel, messages: Vec<Bytes>, until: Instant) -> Vec<Bytes> {
    let opening = encoded(Message::Opening(api::EngagementOpening {
        brand_id: world::brand(),
        context: world::by_brand(),
    }));
    let mut client = Grpc::new(channel);
    client.ready().await.expect("the connection is open");
    let (sent, chunks) = (Arc::new(AtomicU64::new(0)), messages.into_iter());
    let counter = Arc::clone(&sent);
    let chunks = chunks
        .take_while(move |_| Instant::now() < until)
        .inspect(move |_| {
            counter.fetch_add(1, Ordering::Relaxed);
        });
    let messages = tokio_stream::iter(std::iter::once(opening).chain(chunks));
    let path = PathAndQuery::from_static(STREAM);
    let answer = client
        .streaming(tonic::Request::new(messages), path, Raw)
        .await;
    let mut answers = answer.expect("the stream opens").into_inner();
    let mut taken = Vec::new();
    while let Some(answer) = answers.message().await.expect("the stream goes on") {
        taken.push(answer);
    }
    let sent = sent.load(Ordering::Relaxed);
    assert_eq!(taken.len() as u64, sent, "every chunk is answered");
    taken
}

fn encoded(message: Message) -> Bytes {
    let message = Some(message);
    api::IngestEngagementRequest { message }
        .encode_to_vec()
        .into()
}

/// Makes messages of [`ITEMS`] observations each, numbered from 1, and distributes them over lanes.
fn split(
    world: &World,
    count: u64,
    lanes: usize,
    message: impl Fn(u64, Vec<api::EngagementItem>) -> Bytes,
) -> Vec<Vec<Bytes>> {
    let first = world.first_of_a_run();
    let mut random = fastrand::Rng::with_seed(first);
    let mut dealt = vec![Vec::new(); lanes];
    for number in 0..count {
        let from = first + number * ITEMS;
        let items = (from..from + ITEMS).map(|number| World::item(number, &mut random));
        let lane = number as usize % lanes;
        dealt[lane].push(message(number + 1, items.collect()));
    }
    dealt
}
