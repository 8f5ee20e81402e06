//! Clients that take nothing of a stream, or send nothing: they cost little, and end or give way.

use std::sync::Arc;

use campaign_ledger::log::memory::MemoryLog;
use campaign_ledger::wire::proto::api::audit_service_client::AuditServiceClient;
use campaign_ledger::wire::proto::api::measurement_service_client::MeasurementServiceClient;
use campaign_ledger::wire::proto::api::*;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Status, Streaming};

use super::audit::all;
use crate::support::batch::decoded;
use crate::support::gated_log::{Before, GatedLog};
use crate::support::records::noise;
use crate::support::server::{Client, FAR, Refusal, Server, Story, Wired, by_brand};

/// What the tests of this file are refused with.
pub const SHOWS: &[ErrorReason] = &[
    ErrorReason::TooManyReaders,
    ErrorReason::TooManyBackups,
    ErrorReason::StreamUnread,
    ErrorReason::StreamIdle,
    ErrorReason::StreamGaveWay,
];

/// Events of a long log: enough for what a connection that takes nothing is sent all the same.
const EVENTS: usize = 3_000;

/// A connection whose window is soon full.
async fn narrow(server: &Server) -> Channel {
    let endpoint = Endpoint::from_shared(format!("http://{}", server.address)).unwrap();
    let endpoint = endpoint.initial_stream_window_size(1_024);
    endpoint.connect().await.unwrap()
}

/// Text that hardly compresses.
fn text(seed: usize) -> String {
    let letters = noise(seed as u64, 200).into_iter();
    letters.map(|byte| char::from(b'0' + byte % 64)).collect()
}

/// Writes a log of more than a megabyte, also compressed.
async fn fill(client: &Client) -> u64 {
    let story = Story::open(client, "launch").await;
    for part in 0..EVENTS / 500 {
        let profiles = (part * 500..(part + 1) * 500).map(|number| {
            let one = story.profile(&format!("c-{number}"), 1);
            let mut profile = one.profile.unwrap();
            profile.display_name = text(2 * number);
            profile.locality = text(2 * number + 1);
            ProfileRecord {
                creator_id: one.creator_id,
                profile: Some(profile),
            }
        });
        let batch = BatchRecordCreatorProfilesRequest {
            brand_id: story.brand.clone(),
            context: by_brand(""),
            profiles: profiles.collect(),
        };
        client.call(batch).await.unwrap();
    }
    client.head().await
}

async fn read(
    channel: Channel,
    after_position: u64,
) -> Result<Streaming<ReadEventsResponse>, Status> {
    let request = ReadEventsRequest {
        scope: all(),
        after_position,
        ..ReadEventsRequest::default()
    };
    let mut audit = AuditServiceClient::new(channel);
    Ok(audit.read_events(request).await?.into_inner())
}

/// Takes what comes; gives the positions and how the stream ended.
async fn drain(mut messages: Streaming<ReadEventsResponse>) -> (Vec<u64>, Result<(), Refusal>) {
    let mut positions = Vec::new();
    loop {
        let next = tokio::time::timeout(FAR, messages.message()).await.unwrap();
        match next {
            Ok(Some(message)) => {
                let records = decoded(&message.batch.unwrap());
                positions.extend(records.iter().map(|record| record.position));
            }
            Ok(None) => return (positions, Ok(())),
            Err(status) => return (positions, Err(status.into())),
        }
    }
}

/// Tries until there is a place.
async fn admitted<T>(mut attempt: impl AsyncFnMut() -> Result<T, Status>) -> T {
    let trying = async {
        loop {
            match attempt().await {
                Ok(admitted) => return admitted,
                Err(status) => assert_eq!(status.code(), Code::ResourceExhausted, "{status}"),
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(FAR, trying).await.unwrap()
}

/// Checks that a refusal says when to come back, and which limit there is.
fn is_of_a_limit(refusal: Status, reason: ErrorReason) {
    let refusal = Refusal::from(refusal).is(Code::ResourceExhausted, reason);
    assert!(refusal.details.retry_info().is_some(), "{refusal}");
    assert!(refusal.details.quota_failure().is_some(), "{refusal}");
}

/// Reads on from where a stream ended; all events were read once then.
async fn goes_on(server: &Server, read_before: Vec<u64>, ended: &Refusal) {
    let resume = ended.metadata["resume_position"].parse().unwrap();
    assert_eq!(read_before.last(), Some(&resume), "{ended}");
    let (rest, end) = drain(read(server.channel(), resume).await.unwrap()).await;
    end.unwrap();
    let all: Vec<u64> = read_before.into_iter().chain(rest).collect();
    assert_eq!(all, (1..=server.head().await).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_stream_that_nobody_takes_ends_with_where_to_go_on() {
    let server = Server::with(|config| {
        config.max_readers = 1;
        config.stream_unread_timeout_ms = 50;
    })
    .await;
    fill(&server).await;
    let unread = read(narrow(&server).await, 0).await.unwrap();
    // Its place is free once it has ended.
    let other = admitted(async || read(server.channel(), 0).await).await;
    drain(other).await.1.unwrap();
    let (positions, end) = drain(unread).await;
    let ended = end.unwrap_err();
    let ended = ended.is(Code::Aborted, ErrorReason::StreamUnread);
    goes_on(&server, positions, &ended).await;
}

#[tokio::test]
async fn a_stream_that_nobody_takes_gives_way_to_another() {
    let server = Server::with(|config| {
        config.max_readers = 1;
        config.stream_give_way_ms = 10;
    })
    .await;
    fill(&server).await;
    let unread = read(narrow(&server).await, 0).await.unwrap();
    let other = admitted(async || read(server.channel(), 0).await).await;
    let (positions, end) = drain(unread).await;
    let ended = end.unwrap_err();
    let ended = ended.is(Code::ResourceExhausted, ErrorReason::StreamGaveWay);
    drain(other).await.1.unwrap();
    let again = async || read(server.channel(), positions.len() as u64).await;
    drain(admitted(again).await).await.1.unwrap();
    goes_on(&server, positions, &ended).await;
}

#[tokio::test]
async fn one_connection_has_a_part_of_the_places() {
    let server = Server::with(|config| config.max_readers = 8).await;
    fill(&server).await;
    let greedy = narrow(&server).await;
    let mut open = Vec::new();
    for _ in 0..2 {
        open.push(read(greedy.clone(), 0).await.unwrap());
    }
    let refusal = read(greedy.clone(), 0).await.unwrap_err();
    is_of_a_limit(refusal, ErrorReason::TooManyReaders);
    let other = read(server.channel(), 0).await.unwrap();
    drain(other).await.1.unwrap();
    // A place that is left is free again; that the server has noticed takes a moment.
    open.pop();
    admitted(async || read(greedy.clone(), 0).await).await;
}

#[tokio::test]
async fn slow_readers_hold_no_threads() {
    let server = Server::start().await;
    let head = fill(&server).await;
    let (slow, mut unread) = (narrow(&server).await, Vec::new());
    for _ in 0..50 {
        unread.push(read(slow.clone(), 0).await.unwrap());
    }
    let (positions, end) = drain(read(server.channel(), 0).await.unwrap()).await;
    end.unwrap();
    assert_eq!(positions, (1..=head).collect::<Vec<_>>());
    let (late, end) = drain(unread.pop().unwrap()).await;
    end.unwrap();
    assert_eq!(late, positions, "it is only late");
}

#[tokio::test]
async fn nothing_is_read_for_who_left() {
    const BLOCKS: usize = 200;
    const READERS: usize = 40;
    let log = GatedLog::shut(Before::BlocksOfStreams, Arc::new(MemoryLog::new(0)));
    let wired = Wired::on(Arc::clone(&log) as _).await;
    let story = Story::open(&wired.client, "launch").await;
    for number in 2..BLOCKS {
        wired
            .client
            .write(story.profile(&format!("c-{number}"), 1))
            .await;
    }
    let rare = || {
        let request = ReadEventsRequest {
            scope: all(),
            filter: Some(EventFilter {
                types: vec![String::from("RefundRecorded")],
                ..EventFilter::default()
            }),
            ..ReadEventsRequest::default()
        };
        let mut audit = AuditServiceClient::new(wired.client.channel());
        async move { audit.read_events(request).await.unwrap().into_inner() }
    };
    let mut leaving = Vec::new();
    for _ in 0..READERS {
        leaving.push(rare().await);
    }
    let until = async |is_so: &dyn Fn() -> bool| {
        let waiting = async {
            while !is_so() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(FAR, waiting).await.unwrap();
    };
    until(&|| log.waiting() > 0).await;
    drop(leaving);
    until(&|| wired.calls.streams.reads.held() == 0).await;
    log.admit_all();
    let (positions, end) = drain(rare().await).await;
    end.unwrap();
    assert!(positions.is_empty());
    let (read, threads) = (log.passed(), 2);
    assert!(
        read <= BLOCKS as u64 + threads,
        "{read} blocks for one reader"
    );
}

async fn back_up(channel: Channel) -> Result<Streaming<TakeBackupResponse>, Status> {
    let mut audit = AuditServiceClient::new(channel);
    let request = TakeBackupRequest { after_position: 0 };
    Ok(audit.take_backup(request).await?.into_inner())
}

/// Takes all of a backup; gives its bytes and how it ended.
async fn take(mut chunks: Streaming<TakeBackupResponse>) -> (usize, Result<(), Refusal>) {
    let mut bytes = 0;
    loop {
        match tokio::time::timeout(FAR, chunks.message()).await.unwrap() {
            Ok(Some(message)) => bytes += message.chunk.len(),
            Ok(None) => return (bytes, Ok(())),
            Err(status) => return (bytes, Err(status.into())),
        }
    }
}

#[tokio::test]
async fn a_backup_that_nobody_takes_ends_and_frees_its_place() {
    let server = Server::with(|config| {
        config.max_backups = 1;
        config.stream_unread_timeout_ms = 50;
    })
    .await;
    fill(&server).await;
    let unread = back_up(narrow(&server).await).await.unwrap();
    let (whole, end) = take(admitted(async || back_up(server.channel()).await).await).await;
    end.unwrap();
    assert!(whole > 512 << 10, "{whole}");
    let (part, end) = take(unread).await;
    let ended = end.unwrap_err();
    ended.is(Code::Aborted, ErrorReason::StreamUnread);
    assert!(part < whole);
}

#[tokio::test]
async fn one_backup_too_many_is_told_to_come_back() {
    let server = Server::with(|config| config.max_backups = 1).await;
    fill(&server).await;
    let unread = back_up(narrow(&server).await).await.unwrap();
    let refusal = back_up(server.channel()).await.unwrap_err();
    is_of_a_limit(refusal, ErrorReason::TooManyBackups);
    drop(unread);
    take(admitted(async || back_up(server.channel()).await).await)
        .await
        .1
        .unwrap();
}

async fn silent(channel: Channel) -> Result<Streaming<IngestEngagementResponse>, Status> {
    let mut client = MeasurementServiceClient::new(channel);
    let ingest = client.ingest_engagement(tokio_stream::pending()).await?;
    Ok(ingest.into_inner())
}

async fn how_it_ends(mut acks: Streaming<IngestEngagementResponse>) -> Refusal {
    let next = tokio::time::timeout(FAR, acks.message()).await.unwrap();
    next.unwrap_err().into()
}

#[tokio::test]
async fn a_silent_ingest_stream_ends() {
    let server = Server::with(|config| config.stream_idle_timeout_ms = 50).await;
    let ended = how_it_ends(silent(server.channel()).await.unwrap()).await;
    let ended = ended.is(Code::Aborted, ErrorReason::StreamIdle);
    assert_eq!(ended.metadata["acknowledged_chunk"], "0");
}

#[tokio::test]
async fn a_silent_ingest_stream_gives_way_to_another() {
    let server = Server::with(|config| {
        config.max_ingests = 1;
        config.stream_give_way_ms = 10;
    })
    .await;
    let first = silent(server.channel()).await.unwrap();
    let elsewhere = server.connect().await;
    let second = admitted(async || silent(elsewhere.channel()).await).await;
    let ended = how_it_ends(first).await;
    let ended = ended.is(Code::ResourceExhausted, ErrorReason::StreamGaveWay);
    assert_eq!(ended.metadata["acknowledged_chunk"], "0");
    drop(second);
}
