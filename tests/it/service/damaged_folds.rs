//! Changed bytes in the folds: every answer is that of the undamaged ledger, or a refusal, and the
//! ledger repairs itself. `verify` finds what matters.
//!
//! The tests flip a few bytes, `FLIPS` of them if set, from the seed `FLIPS_SEED`.

use std::fs;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use campaign_ledger::wire::proto::api::*;

use super::rebuilt::{are_the_same, everything, live};
use crate::crash::process::offline;
use crate::support::histories;
use crate::support::ledger::Ledger;
use crate::support::server::{Client, Resting, Server, Story, day, idr, terms};

/// Reasons that the tests of this file expect before they retry.
pub const SHOWS: &[ErrorReason] = &[ErrorReason::ViewsRebuilding];

/// Exit code of damage.
const DAMAGED: Option<i32> = Some(3);

/// Makes a directory with a history, without a running server.
async fn with_a_history() -> Resting {
    let mut resting = Server::start().await.stop().await;
    let steps = histories::from_seed(5, 200);
    live(resting.directory(), &steps, &mut Ledger::default()).await;
    // Long before the history, so that no timer adds events to it.
    resting.clock.set(day(-365));
    resting.accept_clock = true;
    resting
}

/// Returns all answers about the history, and its proofs.
async fn told(client: &Client) -> Vec<String> {
    let mut told = everything(client).await;
    let head = client.head().await;
    for position in [1, head / 3, head / 2, head] {
        let request = GetInclusionProofRequest {
            position,
            tree_size: Some(head),
        };
        told.push(format!("{:?}", client.call(request).await.unwrap()));
        let request = GetConsistencyProofRequest {
            from_size: position,
            to_size: Some(head),
        };
        told.push(format!("{:?}", client.call(request).await.unwrap()));
    }
    told
}

/// Starts, asks for everything, stops.
async fn asked(resting: Resting) -> (Vec<String>, Resting) {
    let server = resting.start().await;
    let told = told(&server.patient()).await;
    (told, server.stop().await)
}

/// Returns how `verify` ends, and what it prints.
fn verified(data_dir: &Path) -> (Option<i32>, String) {
    let output = offline("verify", data_dir);
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).unwrap())
}

/// Removes the files that were renamed as damaged.
fn tidy(data_dir: &Path) {
    for entry in fs::read_dir(data_dir).unwrap() {
        let path = entry.unwrap().path();
        if path.to_string_lossy().contains(".damaged-") {
            fs::remove_file(path).unwrap();
        }
    }
}

fn number(name: &str, usual: u64) -> u64 {
    let text = std::env::var(name).ok();
    text.map_or(usual, |text| text.parse().expect("a number"))
}

/// Flips bytes of a file, one at a time; returns how many `verify` found.
async fn flips(name: &str, flips: u64) -> u64 {
    let resting = with_a_history().await;
    let path = resting.directory().join(name);
    let (whole, mut resting) = asked(resting).await;
    assert_eq!(verified(resting.directory()).0, Some(0));
    let good = fs::read(&path).unwrap();
    let written: Vec<usize> = (0..good.len()).filter(|at| good[*at] != 0).collect();
    let seed = number("FLIPS_SEED", 11);
    let mut chance = fastrand::Rng::with_seed(seed);
    let mut found = 0;
    for _ in 0..flips {
        let at = written[chance.usize(..written.len())];
        let what = format!("FLIPS_SEED={seed}: byte {at} of {name}");
        let mut bad = good.clone();
        bad[at] ^= 1 << chance.u8(..8);
        fs::write(&path, &bad).unwrap();
        let (code, said) = verified(resting.directory());
        if code != Some(0) {
            assert_eq!(code, DAMAGED, "{what}: {said}");
            assert!(said.contains(path.to_str().unwrap()), "{what}: {said}");
            assert!(said.contains("remove that file"), "{what}: {said}");
            found += 1;
        }
        // The file as it was before the commands ran.
        fs::write(&path, &bad).unwrap();
        let (answers, rested) = asked(resting).await;
        are_the_same(&answers, &whole);
        resting = rested;
        let (code, said) = verified(resting.directory());
        assert_eq!(code, Some(0), "{what} is not mended: {said}");
        tidy(resting.directory());
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_byte_that_flips_in_the_views_is_no_wrong_answer_and_is_mended() {
    let tried = number("FLIPS", 8);
    let found = flips("views", tried).await;
    assert!(found > 0, "none of {tried} mattered");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_byte_that_flips_in_the_tree_is_no_false_proof_and_is_mended() {
    let tried = number("FLIPS", 8);
    let found = flips("tree", tried).await;
    assert!(found > 0, "none of {tried} mattered");
}

/// Overwrites a file that a server has open with noise, except for its beginning.
fn spoil(path: &Path) -> u64 {
    let file = fs::OpenOptions::new().write(true).open(path).unwrap();
    let metadata = file.metadata().unwrap();
    let noise = vec![0xA5; metadata.len() as usize - 8192];
    file.write_all_at(&noise, 8192).unwrap();
    metadata.ino()
}

/// A server with a campaign whose rows must all come from the file. A debug build of redb reads the
/// whole file when it opens it, so the cache is almost zero.
async fn at_rest_on_disk() -> (Server, Story, PathBuf) {
    let server = Server::with(|config| config.views_cache_bytes = 1 << 14).await;
    let story = Story::open(&server, "launch").await;
    for number in 0..200 {
        let who = format!("creator-{number}");
        server.write(story.profile(&who, 20_000)).await;
        server.write(story.invite(&who, terms(idr(500)))).await;
    }
    drop(story);
    let server = server.restart().await;
    let story = Story::of("kopi", "launch", "IDR", &server);
    let path = server.directory().join("views");
    (server, story, path)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_command_is_decided_on_damaged_rows() {
    let (server, story, path) = at_rest_on_disk().await;
    let head = server.head().await;
    spoil(&path);
    let patient = server.patient();
    let answer = patient.write(story.pause()).await;
    assert_eq!(answer.campaign.unwrap().state(), CampaignState::Paused);
    assert_eq!(server.head().await, head + 1, "it happened once");
    drop((patient, story));
    let resting = server.stop().await;
    let (code, said) = verified(resting.directory());
    assert_eq!(code, Some(0), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn damage_that_a_reader_meets_is_mended_while_the_ledger_serves() {
    let (server, story, path) = at_rest_on_disk().await;
    let list = ListCollaborationsRequest {
        brand_id: story.brand.clone(),
        page_size: 1_000,
        ..ListCollaborationsRequest::default()
    };
    let before = server.read(list.clone()).await;
    assert_eq!(before.collaborations.len(), 200);
    drop(story);
    let server = server.restart().await;
    let spoiled = spoil(&path);
    let patient = server.patient();
    let after = patient.read(list).await;
    assert_eq!(after.collaborations, before.collaborations);
    assert_ne!(fs::metadata(&path).unwrap().ino(), spoiled, "another file");
    drop(patient);
    let resting = server.stop().await;
    let (code, said) = verified(resting.directory());
    assert_eq!(code, Some(0), "{said}");
}
