//! Batches of which a part was recorded when the server ended: the repeated batch gets its first
//! answers, and the rest is recorded.

use std::fs;
use std::path::Path;

use campaign_ledger::log::directory::ONLY_PARTITION;
use campaign_ledger::log::sled::SledLog;
use campaign_ledger::log::{Block, Log, Position};
use campaign_ledger::wire::proto::api::ErrorReason;
use campaign_ledger::wire::proto::event::Record;
use prost::Message as _;
use tonic::Code;

use super::batches::{known, new, observations, post, recorded};
use crate::support::server::{Resting, Server, Story};

const ITEMS: i64 = 6;

fn blocks_in(log: &Path) -> Vec<Block> {
    let log = SledLog::open_for_reading(log, ONLY_PARTITION).unwrap();
    let blocks = log.read(Position::START).unwrap();
    blocks.map(|block| Block::clone(&block.unwrap())).collect()
}

/// Rewrites the log with this many records in its last block, as a server leaves it that was killed
/// between the groups of a batch.
pub fn cut(resting: &Resting, kept: usize) {
    let path = resting.directory().join("log");
    let blocks = blocks_in(&path);
    fs::remove_dir_all(&path).unwrap();
    resting.forget_folds();
    let log = SledLog::open(&path, ONLY_PARTITION).unwrap();
    let (last, before) = blocks.split_last().unwrap();
    for block in before {
        log.append(&log.head(), block).unwrap();
    }
    let records = last.records()[..kept].to_vec();
    let head = log.head();
    let part = Block::seal(ONLY_PARTITION, &head, records).unwrap();
    log.append(&head, &part).unwrap();
}

/// Makes a server that recorded the first items of the batch `r-1`; returns the position before
/// them.
async fn with_a_part(kept: usize) -> (Server, Story, u64) {
    let server = Server::start().await;
    let story = post(&server).await;
    let head = server.head().await;
    let batch = story.batch("r-1", observations(&story, 1, ITEMS));
    server.call(batch).await.unwrap();
    drop(story);
    let resting = server.stop().await;
    cut(&resting, kept);
    let server = resting.start().await;
    assert_eq!(server.ready_at, head + kept as u64);
    let story = Story::of("kopi", "launch", "IDR", &server);
    (server, story, head)
}

#[tokio::test]
async fn every_event_of_a_batch_carries_its_request() {
    let server = Server::start().await;
    let story = post(&server).await;
    let batch = story.batch("r-1", observations(&story, 1, ITEMS));
    server.call(batch).await.unwrap();
    let alone = story.batch("r-2", observations(&story, 1, ITEMS + 1));
    server.call(alone).await.unwrap();
    drop(story);
    let resting = server.stop().await;
    let blocks = blocks_in(&resting.directory().join("log"));
    let records = blocks.iter().flat_map(Block::records);
    let records = records.map(|bytes| Record::decode(bytes.as_ref()).unwrap());
    let of = |id: &str| {
        let records = records.clone().filter(|record| record.request_id == id);
        records
            .map(|record| record.request_digest)
            .collect::<Vec<_>>()
    };
    let (first, second) = (of("r-1"), of("r-2"));
    assert_eq!((first.len(), second.len()), (ITEMS as usize, 1));
    assert_eq!(first[0].len(), 16);
    assert!(first.iter().all(|digest| *digest == first[0]));
    assert_ne!(first[0], second[0]);
}

#[tokio::test]
async fn whole_batch_after_a_part_of_it_adds_the_rest() {
    for kept in [1, 4] {
        let (server, story, head) = with_a_part(kept).await;
        let batch = || story.batch("r-1", observations(&story, 1, ITEMS));
        let others = story.batch("r-1", observations(&story, 1, kept as i64));
        let refusal = server.refused_for_nothing(others).await;
        refusal.is(Code::FailedPrecondition, ErrorReason::RequestIdReused);

        let answer = server.call(batch()).await.unwrap();
        let (part, end) = (head + kept as u64, head + ITEMS as u64);
        let expected = [known(head + 1..=part), new(part + 1..=end)].concat();
        assert_eq!(recorded(&answer), expected);
        assert_eq!((server.head().await, answer.last_position), (end, end));
        let again = server.call(batch()).await.unwrap();
        assert_eq!(recorded(&again), known(head + 1..=end));
        assert_eq!(server.head().await, end);
    }
}

#[tokio::test]
async fn a_batch_again_brings_nothing_back_that_was_voided() {
    // A part was recorded first, and then the rest; both belong to the batch.
    let (server, story, head) = with_a_part(3).await;
    let batch = || story.batch("r-1", observations(&story, 1, ITEMS));
    server.call(batch()).await.unwrap();
    for position in [head + 1, head + 3, head + 4] {
        server.write(story.void("ayu", position)).await;
    }
    let now = server.head().await;
    let all = || known(head + 1..=head + ITEMS as u64);
    let answer = server.call(batch()).await.unwrap();
    assert_eq!(recorded(&answer), all());
    assert_eq!(server.head().await, now);

    let server = server.restart().await;
    let story = Story::of("kopi", "launch", "IDR", &server);
    let again = story.batch("r-1", observations(&story, 1, ITEMS));
    assert_eq!(recorded(&server.call(again).await.unwrap()), all());
    assert_eq!(server.head().await, now);
    // Without the id it records a new observation after the void.
    let anew = story.batch("", observations(&story, 1, 1));
    assert_eq!(recorded(&server.call(anew).await.unwrap()), new([now + 1]));
}
