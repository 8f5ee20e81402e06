//! Stored blocks that are damaged: every reader reports where, and nothing is computed from
//! untrusted data.
//!
//! A real server made the data directory. The tests change its blocks with sled itself, so that the
//! damage is exactly where a test wants it and sled's own checksums hold. They change the journal
//! too; `copies` has the cases in which only one of the two is damaged. `verify` and `serve` are
//! run as the binary.

mod beside;
mod copies;
mod kept;

use std::path::Path;

use campaign_ledger::log::directory::ONLY_PARTITION;
use campaign_ledger::log::memory::{MemoryLog, StoredBlocks};
use campaign_ledger::log::{Position, ReadError, verify};
use campaign_ledger::server;
use campaign_ledger::server::drain::Stop;
use campaign_ledger::wire::proto::api::*;
use tonic::Code;

use super::process::{Launch, offline};
use crate::support::server::{Refusal, Resting};
use kept::{Blocks, Kept, told};

/// Exit code of damage.
const DAMAGED: Option<i32> = Some(3);

/// Each field of a block, and one byte in it; negative counts from the end.
const REGIONS: [(&str, isize); 12] = [
    ("magic", 2),
    ("format version", 5),
    ("encoding", 6),
    ("reserved", 7),
    ("partition", 11),
    ("record count", 15),
    ("block number", 23),
    ("first position", 31),
    ("hash of the block before", 40),
    ("length of the plain body", 66),
    ("length of the stored body", 71),
    ("body", 90),
];
/// The hash behind the body: its first and its last byte.
const HASH: [(&str, isize); 2] = [("hash", -32), ("hash", -1)];

fn regions() -> impl Iterator<Item = (&'static str, isize)> + Clone {
    REGIONS.into_iter().chain(HASH)
}

fn flip(block: &mut [u8], at: isize) {
    let at = match usize::try_from(at) {
        Ok(at) => at,
        Err(_) => block.len() - at.unsigned_abs(),
    };
    block[at] ^= 0x10;
}

/// Runs `verify`, which must report the first damage at this position and exit with 3.
#[track_caller]
fn verify_names(data_dir: &Path, position: u64, what: &str) {
    let verified = offline("verify", data_dir);
    let said = String::from_utf8(verified.stderr).unwrap();
    assert_eq!(verified.status.code(), DAMAGED, "{what}: {said}");
    let named = format!("the log is damaged at position {position}");
    assert!(told(&said, &named), "{what}: {said}");
    assert!(said.contains("restore it from a backup"), "{what}: {said}");
    assert!(
        !String::from_utf8_lossy(&verified.stdout).contains("good"),
        "{what}"
    );
}

/// Runs `verify`, which must find nothing wrong.
#[track_caller]
fn verify_is_content(data_dir: &Path, what: &str) {
    let verified = offline("verify", data_dir);
    let said = String::from_utf8(verified.stderr).unwrap();
    assert!(verified.status.success(), "{what}: {said}");
}

/// Starts the server, which must refuse, say what is wrong and what to do, and exit with 3.
async fn serve_refuses(data_dir: &Path, named: &str, what: &str) {
    let mut server = Launch::on(data_dir).spawn();
    assert!(server.ready().await.is_none(), "{what}: it serves");
    let ended = server.wait();
    let said = server.stderr();
    assert_eq!(ended.code(), DAMAGED, "{what}: {said}");
    assert!(told(&said, named), "{what}: {said}");
    assert!(said.contains("restore"), "{what}: {said}");
}

/// Starts the server, which must serve everything, and stops it in order.
async fn serves(kept: &Kept) {
    let last = kept.last_position();
    let (mut server, channel) = Launch::on(kept.data_dir()).start().await;
    let mut audit = audit_service_client::AuditServiceClient::new(channel);
    let head = audit.get_head(GetHeadRequest {}).await.unwrap();
    assert_eq!(head.into_inner().position, last);
    drop(audit);
    assert!(server.stop().success(), "{}", server.stderr());
}

/// The stored blocks in memory, so that the test can change every single byte.
#[tokio::test(flavor = "multi_thread")]
async fn every_byte_of_every_block_is_vouched_for() {
    let kept = Kept::by_a_server().await;
    let blocks = kept.blocks().into_iter();
    let whole: StoredBlocks = blocks
        .map(|(start, block)| (Position::new(start), block.into()))
        .collect();
    for (start, block) in &whole {
        for at in 0..block.len() {
            let mut damaged = block.to_vec();
            damaged[at] ^= 0x10;
            let mut stored = whole.clone();
            stored.insert(*start, damaged.into());
            let log = MemoryLog::from_stored_for_reading(ONLY_PARTITION, stored);
            let mut good = Position::START;
            let outcome = verify(&log, |block| good = block.last_position());
            let Err(ReadError::Corrupt { position, .. }) = outcome else {
                panic!("byte {at} at position {start}: {outcome:?}");
            };
            assert_eq!((position, good.next()), (*start, *start), "byte {at}");
        }
    }
}

/// Damages each block once, each in another field, and the remaining fields in the block in the
/// middle.
#[tokio::test(flavor = "multi_thread")]
async fn verify_and_serve_name_the_damaged_block() {
    let kept = Kept::by_a_server().await;
    let whole = kept.whole();
    let starts = kept.starts();
    let middle = starts[starts.len() / 2];
    let each = starts.iter().copied().chain(std::iter::repeat(middle));
    for (start, (region, at)) in each.zip(regions()) {
        let what = format!("{region} at position {start}");
        kept.change(|blocks| flip(blocks.get_mut(&start).unwrap(), at));
        let damaged = kept.blocks();
        verify_names(kept.data_dir(), start, &what);
        kept.forget_folds();
        serve_refuses(
            kept.data_dir(),
            &format!("damaged at position {start}"),
            &what,
        )
        .await;
        // The commands changed nothing: the log is damaged as before, and intact once the bytes are
        // restored.
        assert_eq!(kept.blocks(), damaged, "{what}");
        kept.put_back(&whole);
    }
    serves(&kept).await;
    assert_eq!(kept.blocks(), whole.blocks);
}

#[tokio::test(flavor = "multi_thread")]
async fn damage_that_an_older_checkpoint_must_be_brought_across_is_refused() {
    let kept = Kept::with_an_older_checkpoint().await;
    let whole = kept.whole();
    for start in kept.after_the_checkpoint().into_iter().step_by(3) {
        kept.change(|blocks| flip(blocks.get_mut(&start).unwrap(), 90));
        let rest = forgetful(&kept);
        let refused = server::serve(rest.config.clone(), rest.guard(), Stop::new(), |_| ()).await;
        let error = refused.unwrap_err();
        assert!(error.is_damage(), "{error}");
        let named = format!("damaged at position {start}");
        assert!(told(&error.to_string(), &named), "{error}");
        kept.put_back(&whole);
    }
    serves(&kept).await;
}

/// A server that remembers only one request has no need to read far back.
fn forgetful(kept: &Kept) -> Resting {
    let mut rest = kept.rest().clone();
    rest.config.request_ids_remembered = 1;
    rest
}

/// A start does not read blocks before the checkpoint of its folds. A reader of such a block gets
/// an error.
#[tokio::test(flavor = "multi_thread")]
async fn damage_before_the_checkpoint_is_reported_to_its_readers() {
    let kept = Kept::by_a_server().await;
    let whole = kept.whole();
    let starts = kept.starts();
    let (_, behind) = starts.split_last().unwrap();
    for start in behind.iter().copied().step_by(3) {
        kept.change(|blocks| flip(blocks.get_mut(&start).unwrap(), -1));
        let server = forgetful(&kept).start().await;
        let mut audit = audit_service_client::AuditServiceClient::new(server.channel());
        let whole_log = log_scope::Scope::All(WholeLog {});
        let request = ReadEventsRequest {
            scope: Some(LogScope {
                scope: Some(whole_log),
            }),
            after_position: 0,
            limit: 0,
            ..ReadEventsRequest::default()
        };
        let mut messages = audit.read_events(request).await.unwrap().into_inner();
        let mut good = 0;
        let refusal = loop {
            match messages.message().await {
                Ok(message) => good = message.expect("an error ends it").resume_position,
                Err(status) => break Refusal::from(status),
            }
        };
        let refusal = refusal.is(Code::DataLoss, ErrorReason::LogCorrupt);
        assert_eq!(refusal.metadata["position"], start.to_string());
        assert!(good < start, "{good}, damaged at {start}");
        drop(audit);
        server.stop().await;
        kept.put_back(&whole);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn swapped_blocks_are_found_at_the_first_of_them() {
    let kept = Kept::by_a_server().await;
    let whole = kept.whole();
    let starts = kept.starts();
    let last = starts.len() - 1;
    for (one, other) in [(0, 1), (2, 6), (last - 1, last)] {
        let (one, other) = (starts[one], starts[other]);
        // The blocks in the journal cannot be swapped: their places are fixed.
        kept.change_sled(|blocks| {
            let (first, second) = (blocks[&one].clone(), blocks[&other].clone());
            blocks.insert(one, second);
            blocks.insert(other, first);
        });
        let what = format!("{one} and {other} swapped");
        verify_names(kept.data_dir(), one, &what);
        kept.forget_folds();
        let named = format!("damaged at position {one}");
        serve_refuses(kept.data_dir(), &named, &what).await;
        verify_names(kept.data_dir(), one, &what);
        kept.put_back(&whole);
    }
    serves(&kept).await;
}

/// sled may open the rest or fail to open; in both cases nothing is invented for what is missing.
#[tokio::test(flavor = "multi_thread")]
async fn file_that_was_cut_short_is_refused() {
    let kept = Kept::by_a_server().await;
    kept.forget_copies();
    for part in [0, 1, 3, 6, 9] {
        let copy = kept.copied();
        copy.cut_file(part, 10);
        let what = format!("{part} tenths left");
        serve_refuses(copy.data_dir(), "", &what).await;
        let verified = offline("verify", copy.data_dir());
        let said = String::from_utf8(verified.stderr).unwrap();
        assert_eq!(verified.status.code(), DAMAGED, "{what}: {said}");
        assert!(said.contains("restore"), "{what}: {said}");
    }
    serves(&kept).await;
}
