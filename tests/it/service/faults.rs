//! A log that cannot be written, or is damaged: nothing is invented, and what can be read still is.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use campaign_ledger::domain::BrandId;
use campaign_ledger::grpc::calls::request::When;
use campaign_ledger::grpc::calls::{Calls, Load, Reading};
use campaign_ledger::identity::Caller;
use campaign_ledger::log::memory::MemoryLog;
use campaign_ledger::log::{Block, Position};
use campaign_ledger::store::Snapshot;
use campaign_ledger::views::Slice;
use campaign_ledger::wire::proto::api::audit_service_client::AuditServiceClient;
use campaign_ledger::wire::proto::api::*;
use tonic::Code;

use super::audit::all;
use crate::support::faulty_log::{FaultyLog, Outcome};
use crate::support::gated_log::{Before, GatedLog};
use crate::support::log_backend::{blocks_in, change_sled, filled};
use crate::support::server::{Refusal, Server, Story, Wired, by_brand};

/// Reasons that the tests of this file expect.
pub const SHOWS: &[ErrorReason] = &[ErrorReason::WritesStopped, ErrorReason::LogCorrupt];

fn campaign(story: &Story, min_position: u64) -> GetCampaignRequest {
    GetCampaignRequest {
        brand_id: story.brand.clone(),
        campaign_id: story.campaign.clone(),
        min_position,
        as_of: None,
    }
}

#[tokio::test]
async fn a_log_that_cannot_be_written_stops_writes_but_not_reads() {
    for lost in [
        Outcome::LostBeforeWriting,
        Outcome::LostAfterWriting,
        Outcome::Conflict,
    ] {
        let script = [Outcome::Written, Outcome::Written, lost];
        let log = FaultyLog::new(Arc::new(MemoryLog::new(0)), script);
        let wired = Wired::on(Arc::new(log)).await;
        let story = Story::open(&wired.client, "launch").await;

        for request in [story.pause(), story.pause()] {
            let refusal = wired.client.refused(request).await;
            refusal.is(Code::Unavailable, ErrorReason::WritesStopped);
        }
        let answer = wired.client.call(campaign(&story, 2)).await.unwrap();
        assert_eq!(answer.campaign.unwrap().state(), CampaignState::Open);
        assert_eq!(answer.position, 2);
    }
}

#[tokio::test]
async fn a_read_of_what_was_lost_answers_without_it() {
    let script = [
        Outcome::Written,
        Outcome::Written,
        Outcome::LostBeforeWriting,
    ];
    let log = FaultyLog::new(Arc::new(MemoryLog::new(0)), script);
    let log = GatedLog::shut(Before::Appends, Arc::new(log));
    let wired = Wired::on(Arc::clone(&log) as _).await;
    log.admit_one();
    log.admit_one();
    let story = Story::open(&wired.client, "launch").await;

    let (client, pause) = (wired.client.clone(), story.pause());
    let paused = tokio::spawn(async move { client.refused(pause).await });
    let waited = Arc::clone(&log);
    let arrived = tokio::task::spawn_blocking(move || waited.wait_for_arrivals(3));
    arrived.await.unwrap();
    // The rows have the pause, and the disk does not.
    let (seen, mut sees) = tokio::sync::mpsc::unbounded_channel();
    let calls = Calls::begin(&Arc::new(wired.calls.clone()), Arc::new(Caller::anyone()));
    let reading = tokio::spawn(async move {
        let reading = Reading {
            load: Load::Few,
            when: When {
                min_position: Position::START,
                as_of: None,
            },
            slice: Slice::Campaigns(BrandId::parse("kopi").unwrap(), Vec::new()),
            deadline: None,
        };
        let read = move |rows: &Snapshot| {
            seen.send(rows.position().get()).unwrap();
            Ok(())
        };
        calls.read(reading, read).await
    });
    assert_eq!(sees.recv().await, Some(3));
    log.admit_one();
    let ((), position) = reading.await.unwrap().unwrap();
    assert_eq!((position, sees.recv().await), (2, Some(2)));
    let refusal = paused.await.unwrap();
    refusal.is(Code::Unavailable, ErrorReason::WritesStopped);
}

/// Flips a bit of the block that starts at `position`.
fn damage(log: &Path, position: u64) {
    change_sled(log, |db| {
        let blocks = blocks_in(db);
        let starts_there = |encoded: &[u8]| {
            let block = Block::decode(Bytes::copy_from_slice(encoded)).unwrap();
            block.first_position().get() == position
        };
        let found = filled(&blocks).find(|(_, encoded)| starts_there(encoded));
        let (number, encoded) = found.expect("a block starts there");
        let mut damaged = encoded.to_vec();
        let middle = damaged.len() / 2;
        damaged[middle] ^= 1;
        blocks.insert(number, damaged).unwrap();
    });
}

#[tokio::test]
async fn damage_is_found_and_named_when_it_is_read() {
    // So that a start reads only the end of the log.
    let server = Server::with(|config| config.request_ids_remembered = 1).await;
    let story = Story::open(&server, "launch").await;
    server.write(story.pause()).await;
    let mut last = story.resume();
    last.context = by_brand("r-1");
    server.write(last).await;
    drop(story);
    let resting = server.stop().await;
    damage(&resting.directory().join("log"), 2);

    let server = resting.start().await;
    let mut audit = AuditServiceClient::new(server.channel());
    let read = |after_position| ReadEventsRequest {
        scope: all(),
        after_position,
        limit: 0,
        ..ReadEventsRequest::default()
    };
    let mut messages = audit.read_events(read(0)).await.unwrap().into_inner();
    let refusal = loop {
        match messages.message().await {
            Ok(message) => assert!(message.unwrap().resume_position < 2),
            Err(status) => break Refusal::from(status),
        }
    };
    let refusal = refusal.is(Code::DataLoss, ErrorReason::LogCorrupt);
    assert_eq!(refusal.metadata["position"], "2");
    // The undamaged part can be read.
    let mut messages = audit.read_events(read(2)).await.unwrap().into_inner();
    let message = messages.message().await.unwrap().unwrap();
    assert_eq!(message.batch.unwrap().records().count(), 2);
    let story = Story::of("kopi", "launch", "IDR", &server);
    let answer = server.call(campaign(&story, 0)).await.unwrap();
    assert_eq!(answer.campaign.unwrap().state(), CampaignState::Open);
}
