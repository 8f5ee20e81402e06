//! The tree behind a log: started anew, folded anew, and held to what was signed.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use campaign_ledger::domain::Position;
use campaign_ledger::log::memory::MemoryLog;
use campaign_ledger::log::{Block, Hash, Log};
use campaign_ledger::proofs::note::{Algorithm, SigningKey};
use campaign_ledger::proofs::{self, Checkpoint, Cosigned, Error, Live, LogKeys, Proofs, Settings};
use tokio_util::sync::CancellationToken;

fn settings(directory: &Path) -> Settings {
    let file = |name| directory.join(name);
    let key = file("signing-key");
    let keys = LogKeys::open(&key).or_else(|_| LogKeys::create(&key, "example.org/log"));
    Settings {
        tree: file("tree"),
        checkpoint: file("checkpoint"),
        cosignatures: file("cosignatures"),
        log_id: "a-log".to_owned(),
        keys: keys.unwrap(),
        witnesses: Vec::new(),
        interval: Duration::from_secs(3_600),
    }
}

fn append(log: &MemoryLog, records: impl IntoIterator<Item = String>) {
    let records = records.into_iter().map(Bytes::from).collect();
    let block = Block::seal(0, &log.head(), records).unwrap();
    log.append(&log.head(), &block).unwrap();
}

fn log_of(blocks: u64) -> MemoryLog {
    let log = MemoryLog::new(0);
    for number in 0..blocks {
        append(&log, (0..3).map(|record| format!("{number} {record}")));
    }
    log
}

fn text_of(proofs: &Proofs, size: u64) -> String {
    proofs
        .checkpoint(Position::new(size))
        .unwrap()
        .note
        .to_string()
}

/// Opens, lets it run, and ends it in order.
async fn open_and_end(directory: &Path, log: &MemoryLog) -> String {
    let (live, proofs) = Live::open(settings(directory), log).unwrap();
    let ending = CancellationToken::new();
    let running = tokio::spawn(live.run(Arc::new(log.clone()), ending.clone()));
    let head = log.head().position;
    proofs.reach(head).await.unwrap();
    let text = text_of(&proofs, head.get());
    ending.cancel();
    running.await.unwrap();
    text
}

#[tokio::test]
async fn a_tree_goes_on_where_it_ended_to_the_same_checkpoints() {
    let (directory, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let log = log_of(120);
    open_and_end(directory.path(), &log).await;
    let told = fs::read_to_string(directory.path().join("checkpoint")).unwrap();
    assert!(told.starts_with("example.org/log\n360\n"), "{told}");
    append(&log, (0..200).map(|record| format!("more {record}")));
    let went_on = open_and_end(directory.path(), &log).await;
    fs::copy(
        directory.path().join("signing-key"),
        other.path().join("signing-key"),
    )
    .unwrap();
    assert_eq!(open_and_end(other.path(), &log).await, went_on);
    fs::remove_file(directory.path().join("tree")).unwrap();
    assert_eq!(open_and_end(directory.path(), &log).await, went_on);
}

#[tokio::test]
async fn what_becomes_durable_is_folded_when_it_is_waited_for() {
    let directory = tempfile::tempdir().unwrap();
    let log = log_of(1);
    let (live, proofs) = Live::open(settings(directory.path()), &log).unwrap();
    assert_eq!(proofs.size(), Position::new(3));
    let running = tokio::spawn(live.run(Arc::new(log.clone()), CancellationToken::new()));
    for number in 0..50 {
        append(&log, [format!("one more: {number}")]);
        let head = log.head().position;
        proofs.reach(head).await.unwrap();
        assert_eq!(proofs.size(), head);
    }
    running.abort();
    let _ = running.await;
    append(&log, ["never folded".to_owned()]);
    let error = proofs.reach(log.head().position).await.unwrap_err();
    assert!(matches!(error, Error::Stopped(_)), "{error}");
}

#[tokio::test]
async fn a_log_that_is_not_the_one_that_was_signed_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    open_and_end(directory.path(), &log_of(10)).await;
    // The log lost its end: the tree tells, and without it what was signed.
    let short = log_of(9);
    for _ in 0..2 {
        let refused = Live::open(settings(directory.path()), &short)
            .err()
            .unwrap();
        assert!(matches!(refused, Error::Ahead { reached, .. } if reached.get() == 30));
        assert!(refused.is_damage());
        let _ = fs::remove_file(directory.path().join("tree"));
    }
    // As long, and another one.
    let other = log_of(9);
    append(
        &other,
        ["other".to_owned(), "records".to_owned(), "here".to_owned()],
    );
    let refused = Live::open(settings(directory.path()), &other)
        .err()
        .unwrap();
    assert!(
        matches!(refused, Error::Rewritten { size: 30 }),
        "{refused}"
    );
    assert!(refused.is_damage());
    fs::remove_file(directory.path().join("tree")).unwrap();
    assert!(Live::open(settings(directory.path()), &log_of(11)).is_ok());
}

/// The tree is to blame before the log is.
#[tokio::test]
async fn a_tree_of_another_log_is_folded_anew_and_nothing_is_said_to_be_rewritten() {
    let (directory, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let log = log_of(10);
    let signed = open_and_end(directory.path(), &log).await;
    let elsewhere = MemoryLog::new(0);
    append(
        &elsewhere,
        (0..30).map(|record| format!("elsewhere {record}")),
    );
    open_and_end(other.path(), &elsewhere).await;
    fs::copy(other.path().join("tree"), directory.path().join("tree")).unwrap();
    assert_eq!(open_and_end(directory.path(), &log).await, signed);
}

/// So many records that most tiles have to come from the file, though a debug build of redb fills its
/// cache when it opens it.
const MANY: u64 = 300_000;

#[tokio::test]
async fn a_tree_that_is_damaged_gives_no_false_proof_and_is_folded_anew() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("tree");
    let log = MemoryLog::new(0);
    for block in 0..MANY / 1_000 {
        append(&log, (0..1_000).map(|record| format!("{block} {record}")));
    }
    let signed = open_and_end(directory.path(), &log).await;
    let head = log.head().position;
    let (live, proofs) = Live::open(settings(directory.path()), &log).unwrap();
    let wanted = [1, 60_000, 120_000, 180_000, 299_999].map(Position::new);
    let before = wanted.map(|at| proofs.inclusion(at, head).unwrap());
    drop((live, proofs));

    let (live, proofs) = Live::open(settings(directory.path()), &log).unwrap();
    let length = fs::metadata(&path).unwrap().len() as usize;
    let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
    let noise = vec![0xA5; length - 8192];
    std::os::unix::fs::FileExt::write_all_at(&file, &noise, 8192).unwrap();
    let refused = wanted.map(|at| proofs.inclusion(at, head));
    let met = refused.iter().filter_map(|proof| proof.as_ref().err());
    assert!(met.clone().count() > 0, "none came from the file");
    met.for_each(|error| assert!(error.is_of_tree(), "{error}"));

    let ending = CancellationToken::new();
    let running = tokio::spawn(live.run(Arc::new(log.clone()), ending.clone()));
    let mut after = Vec::new();
    for at in wanted {
        let proof = loop {
            proofs.reach(head).await.unwrap();
            match proofs.inclusion(at, head) {
                Ok(proof) => break proof,
                Err(error) => assert!(error.is_of_tree(), "{error}"),
            }
            tokio::task::yield_now().await;
        };
        after.push(proof);
    }
    assert_eq!(after, before);
    assert_eq!(text_of(&proofs, head.get()), signed);
    ending.cancel();
    running.await.unwrap();
    drop(proofs);
    assert_eq!(open_and_end(directory.path(), &log).await, signed);
}

#[test]
fn files_that_hold_something_else_are_named() {
    let directory = tempfile::tempdir().unwrap();
    for name in ["checkpoint", "cosignatures"] {
        let path = directory.path().join(name);
        fs::write(&path, "nothing of the kind\n").unwrap();
        let refused = Live::open(settings(directory.path()), &log_of(1))
            .err()
            .unwrap();
        assert!(refused.to_string().contains(name), "{refused}");
        assert!(refused.is_damage());
        fs::remove_file(&path).unwrap();
    }
    let root = Hash::of(b"root");
    let text = Checkpoint::new("example.org/log", 1, root)
        .text()
        .to_owned();
    fs::write(directory.path().join("checkpoint"), &text).unwrap();
    assert!(
        proofs::remembered(&directory.path().join("checkpoint")).is_err(),
        "not signed"
    );
}

#[test]
fn kept_cosignatures_are_held_to_the_witness_that_made_them() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("cosignatures");
    let witness = SigningKey::of_seed("w.example", Algorithm::CosignatureV1, &[3; 32]).unwrap();
    let keys = [witness.public().clone()];
    let signed =
        [1, 2].map(|size| Checkpoint::new("example.org/log", size, Hash::of(&[size as u8])));
    let mut cosigned = Cosigned::open(&path).unwrap();
    for one in &signed {
        let line = witness.sign(one.text(), 1).to_string();
        cosigned.add(&keys, one, &line).unwrap();
    }
    assert!(
        Cosigned::open(&path)
            .unwrap()
            .verify(&keys, &signed)
            .is_ok()
    );
    let text = fs::read_to_string(&path).unwrap();
    let line = |number| text.lines().nth(number).unwrap().to_owned();
    let (first, second) = (line(0), line(1));
    let (_, of_second) = second.split_once("— ").unwrap();
    let (of_what, _) = first.split_once("— ").unwrap();
    fs::write(&path, format!("{of_what}— {of_second}\n{second}\n")).unwrap();
    let changed = Cosigned::open(&path).unwrap();
    let error = changed.verify(&keys, &signed).unwrap_err();
    assert!(error.to_string().contains("at size 1"), "{error}");
    assert!(changed.verify(&[], &signed).is_ok(), "nobody is trusted");
}

/// Nobody has to come for what is folded to be kept.
#[tokio::test]
async fn a_tree_is_kept_in_time_while_nothing_more_comes() {
    let directory = tempfile::tempdir().unwrap();
    let log = log_of(1);
    let settings = Settings {
        interval: Duration::from_millis(200),
        ..settings(directory.path())
    };
    let (live, proofs) = Live::open(settings, &log).unwrap();
    let ending = CancellationToken::new();
    let running = tokio::spawn(live.run(Arc::new(log.clone()), ending.clone()));
    append(&log, ["the last one".to_owned()]);
    let kept = proofs.kept(Position::new(4));
    let in_time = tokio::time::timeout(Duration::from_secs(60), kept);
    in_time.await.expect("the tree is kept").unwrap();
    let checkpoint = fs::read_to_string(directory.path().join("checkpoint")).unwrap();
    assert!(checkpoint.starts_with("example.org/log\n4\n"));
    ending.cancel();
    running.await.unwrap();
}
