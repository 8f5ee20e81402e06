//! Backups of the real server: taken while it works, restored, and compared.

use std::fs;
use std::path::Path;
use std::process::Output;
use std::time::Duration;

use bytes::Bytes;
use campaign_ledger::log::codec::peek;
use campaign_ledger::log::directory::{DataDirectory, ONLY_PARTITION};
use campaign_ledger::log::sled::SledLog;
use campaign_ledger::log::{Log as _, Position};
use campaign_ledger::wire::proto::api::audit_service_client::AuditServiceClient;
use campaign_ledger::wire::proto::api::{GetCheckpointRequest, ListKeysRequest};

use super::chance::Chance;
use super::history::head_of;
use super::load::Client;
use super::process::{Launch, run, spawn};
use super::scene::Scene;
use crate::support::keys::copy_keys;

/// Calls of each client beside a backup.
const CALLS_EACH: u64 = 60;

/// Returns what is stored in a data directory, and the id of the log.
fn stored(data_dir: &Path) -> (String, Vec<Bytes>) {
    let directory = DataDirectory::open(data_dir).unwrap();
    let log = SledLog::open_for_reading(&directory.log_path(), ONLY_PARTITION).unwrap();
    let blocks = log.read(Position::START).unwrap();
    let blocks = blocks
        .map(|block| block.unwrap().encoded().clone())
        .collect();
    (directory.log_id().to_string(), blocks)
}

fn records(data_dir: &Path) -> Vec<Bytes> {
    let directory = DataDirectory::open(data_dir).unwrap();
    let log = SledLog::open_for_reading(&directory.log_path(), ONLY_PARTITION).unwrap();
    let blocks = log.read(Position::START).unwrap();
    blocks
        .flat_map(|block| block.unwrap().records().to_vec())
        .collect()
}

fn succeeds(line: &str) -> String {
    let Output {
        status,
        stdout,
        stderr,
    } = run(line.split(' '));
    let said = String::from_utf8(stderr).unwrap();
    assert!(status.success(), "{line}: {said}");
    String::from_utf8(stdout).unwrap()
}

fn fails(line: &str, code: i32) -> String {
    let Output { status, stderr, .. } = run(line.split(' '));
    let said = String::from_utf8(stderr).unwrap();
    assert_eq!(status.code(), Some(code), "{line}: {said}");
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn backups_taken_under_load_restore_to_the_same_log() {
    let mut scene = Scene::bulky();
    let (mut server, channel) = scene.launch().start().await;
    let here = tempfile::tempdir().unwrap();
    let at = |name: &str| here.path().join(name).display().to_string();
    let (first, second, third) = (at("first"), at("second"), at("third"));
    let url = server.url();
    scene.write_some(&channel).await;
    for line in [
        format!("backup create {first} --server {url}"),
        format!("backup create {second} --server {url} --since {first}"),
    ] {
        let taken = tokio::task::spawn_blocking(move || succeeds(&line));
        scene.write_at_once(&channel, CALLS_EACH).await;
        taken.await.unwrap();
    }
    scene.check(&channel).await;
    drop(channel);
    assert!(server.stop().success());
    let data = scene.data_dir().display().to_string();
    succeeds(&format!(
        "backup create {third} --since {second} --data-dir {data}"
    ));
    let said = succeeds(&format!("backup verify {first} {second} {third}"));
    // One line for each file, and one for the log.
    assert_eq!(said.lines().count(), 4, "{said}");

    let restored = at("restored");
    let gap = fails(&format!("restore {first} {third} --data-dir {restored}"), 1);
    assert!(gap.contains("import those between"), "{gap}");
    let not_whole = fails(&format!("restore {second} --data-dir {restored}"), 1);
    assert!(
        not_whole.contains("the backups before it too"),
        "{not_whole}"
    );
    succeeds(&format!(
        "restore {first} {second} {third} --data-dir {restored}"
    ));
    assert_eq!(stored(Path::new(&restored)), stored(&scene.data_dir()));
    let occupied = fails(&format!("restore {first} --data-dir {restored}"), 1);
    assert!(occupied.contains("holds a ledger already"), "{occupied}");

    // A standby that has the first backup imports the others.
    let standby = at("standby");
    succeeds(&format!("restore {first} --data-dir {standby}"));
    succeeds(&format!("import {second} {third} --data-dir {standby}"));
    assert_eq!(stored(Path::new(&standby)), stored(&scene.data_dir()));

    // The server on the restored directory returns everything that was acknowledged.
    copy_keys(&scene.data_dir(), Path::new(&restored));
    let (mut server, channel) = Launch::on(Path::new(&restored)).start().await;
    scene.check(&channel).await;
    drop(channel);
    assert!(server.stop().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn ledger_is_restored_to_a_position_or_a_time() {
    let mut scene = Scene::new();
    let (mut server, channel) = scene.launch().start().await;
    scene.write_at_once(&channel, 16).await;
    drop(channel);
    assert!(server.stop().success());
    let data = scene.data_dir().display().to_string();
    let here = tempfile::tempdir().unwrap();
    let at = |name: &str| here.path().join(name).display().to_string();
    let backup = at("backup");
    succeeds(&format!("backup create {backup} --data-dir {data}"));
    let all = records(&scene.data_dir());
    for last in [1, all.len() / 2, all.len()] {
        let to = at(&format!("position-{last}"));
        succeeds(&format!("restore {backup} --until {last} --data-dir {to}"));
        assert_eq!(records(Path::new(&to)), all[..last]);
        succeeds(&format!("verify --data-dir {to}"));
    }
    let beyond = all.len() + 1;
    let to = at("beyond");
    let short = fails(
        &format!("restore {backup} --until {beyond} --data-dir {to}"),
        1,
    );
    assert!(short.contains(&format!("before {beyond}")), "{short}");
    assert_eq!(
        fs::read_dir(Path::new(&to).join("log")).into_iter().count(),
        0
    );

    let time = |record: &Bytes| peek(record).unwrap().recorded_at;
    let middle = time(&all[all.len() / 2]);
    let wanted = all.iter().filter(|record| time(record) <= middle).count();
    let to = at("time");
    succeeds(&format!(
        "restore {backup} --until-time {middle} --data-dir {to}"
    ));
    assert_eq!(records(Path::new(&to)), all[..wanted]);
    copy_keys(&scene.data_dir(), Path::new(&to));
    let (mut server, _) = Launch::on(Path::new(&to)).start().await;
    assert!(server.stop().success());
}

/// An unfinished restore is not a ledger, and the server says so.
#[tokio::test(flavor = "multi_thread")]
async fn restore_that_was_killed_leaves_no_ledger() {
    let mut scene = Scene::bulky();
    let (mut server, channel) = scene.launch().start().await;
    scene.write_at_once(&channel, CALLS_EACH).await;
    drop(channel);
    assert!(server.stop().success());
    let data = scene.data_dir().display().to_string();
    let here = tempfile::tempdir().unwrap();
    let at = |name: &str| here.path().join(name).display().to_string();
    let backup = at("backup");
    succeeds(&format!("backup create {backup} --data-dir {data}"));
    let mut chance = Chance::of_environment();
    for number in 0..6 {
        let to = at(&format!("to-{number}"));
        let mut restoring = spawn(format!("restore {backup} --data-dir {to}").split(' '));
        std::thread::sleep(chance.time(Duration::from_millis(60)));
        restoring.kill().unwrap();
        let finished = restoring.wait().unwrap().success();
        if Path::new(&to).join("FORMAT").exists() {
            assert_eq!(stored(Path::new(&to)), stored(&scene.data_dir()));
            continue;
        }
        assert!(!finished);
        let mut server = Launch::on(Path::new(&to)).spawn();
        match server.ready().await {
            // The kill came before it had created anything.
            Some(_) => assert!(server.stop().success()),
            None => {
                assert_eq!(server.wait().code(), Some(1));
                let said = server.stderr();
                assert!(said.contains("is not empty and not a ledger's"), "{said}");
            }
        }
    }
}

/// A kept checkpoint shows whether the history of a backup was cut, rewritten or only extended.
#[tokio::test(flavor = "multi_thread")]
async fn backups_are_held_to_a_checkpoint_that_was_kept() {
    let mut scene = Scene::new();
    let (mut server, channel) = scene.launch().start().await;
    scene.write_at_once(&channel, 8).await;
    let mut audit = AuditServiceClient::new(channel.clone());
    let signed = audit.get_checkpoint(GetCheckpointRequest::default()).await;
    let signed = signed.unwrap().into_inner();
    let keys = audit.list_keys(ListKeysRequest {}).await.unwrap();
    let key = keys.into_inner().keys[0].verifier_key.clone();
    let here = tempfile::tempdir().unwrap();
    let at = |name: &str| here.path().join(name).display().to_string();
    let (whole, later, kept, cut) = (at("whole"), at("later"), at("kept"), at("cut"));
    fs::write(&kept, &signed.checkpoint).unwrap();
    let url = server.url();
    succeeds(&format!("backup create {whole} --server {url}"));
    scene.write_at_once(&channel, 8).await;
    succeeds(&format!(
        "backup create {later} --server {url} --since {whole}"
    ));
    drop(channel);
    assert!(server.stop().success());

    let against = format!("--against {kept} --key {key}");
    let said = succeeds(&format!("backup verify {whole} {against}"));
    assert!(said.contains("identical to the checkpoint"), "{said}");
    let said = succeeds(&format!("backup verify {whole} {later} {against}"));
    assert!(said.contains("extends the checkpoint"), "{said}");

    let half = signed.tree_size / 2;
    succeeds(&format!("restore {whole} --until {half} --data-dir {cut}"));
    let short = at("short");
    succeeds(&format!("backup create {short} --data-dir {cut}"));
    let said = fails(&format!("backup verify {short} {against}"), 5);
    assert!(said.contains("truncated"), "{said}");

    // From there on the history differs.
    copy_keys(&scene.data_dir(), Path::new(&cut));
    let (mut server, channel) = Launch::on(Path::new(&cut)).start().await;
    let mut other = Client::new("other");
    while head_of(&channel).await.0 <= signed.tree_size {
        other.write_one(&channel).await.unwrap();
    }
    let rewritten = at("rewritten");
    let url = server.url();
    succeeds(&format!("backup create {rewritten} --server {url}"));
    drop(channel);
    assert!(server.stop().success());
    let said = succeeds(&format!("backup verify {rewritten}"));
    assert!(said.contains("good"), "{said}");
    // Its own checkpoint was signed with another key.
    fails(&format!("backup verify {rewritten} {against}"), 7);
    let offline = at("offline");
    fs::remove_file(Path::new(&cut).join("checkpoint")).unwrap();
    succeeds(&format!("backup create {offline} --data-dir {cut}"));
    let said = fails(&format!("backup verify {offline} {against}"), 6);
    assert!(said.contains("rewritten"), "{said}");

    let edited = signed
        .checkpoint
        .replacen(&signed.tree_size.to_string(), "7", 1);
    fs::write(&kept, edited).unwrap();
    let said = fails(&format!("backup verify {whole} {against}"), 7);
    assert!(said.contains("edited"), "{said}");
}
