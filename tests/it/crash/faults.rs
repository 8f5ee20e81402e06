//! The real server on a failing disk.
//!
//! Every such test expects the same: no answer without durability, writes stop with a typed error,
//! the log output says why, reads continue, health is NOT_SERVING for writes and SERVING for reads, the
//! admin server says so too, the process exits with 1 when it is stopped, and the next start on a good disk has everything that was acknowledged.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use tonic::transport::Channel;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use super::chance::Chance;
use super::disks::{FileLimit, SmallDisk, Strace};
use super::history::head_of;
use super::load::write_until_gone;
use super::process::{Launch, Server, offline};
use super::scene::Scene;
use crate::service::admin::http::get;
use crate::service::admin::metrics::metrics;
use crate::support::server::FAR;

/// Maximum size of the state, the views and sled's file: about a thousand events.
const LITTLE_SPACE_KIB: u64 = 1_024;

/// Maximum size of a file at which sled has written one segment and opening writes another one; the
/// second half of the journal does not fit.
const LITTLE_FILE_KIB: u64 = 12 * 1_024;

/// Initial size of the log: its journal, and the space reserved for sled's file.
const LOG_KIB: u64 = (16 + 24) * 1_024 + 4;

/// Writes until writes stop, and checks what clients, readers and operators then see.
async fn writes_stop(scene: &mut Scene, launch: &Launch, reason: &str) -> Server {
    let launch = launch.clone().set("admin-listen", "127.0.0.1:0");
    let (server, channel) = launch.start().await;
    scene.check(&channel).await;
    let count = Arc::new(AtomicU64::new(0));
    let halts = write_until_gone(&mut scene.clients, &channel, &count).await;
    for status in halts {
        let said = server.stderr();
        assert_eq!(
            status.code(),
            tonic::Code::Unavailable,
            "{status:?}: {said}"
        );
        assert!(status.message().contains(reason), "{status:?}");
    }
    // Later calls get the same error.
    let halts = write_until_gone(&mut scene.clients, &channel, &count).await;
    assert_eq!(halts.len(), scene.clients.len());
    assert!(halts.iter().all(|status| status.message().contains(reason)));

    scene.check(&channel).await;
    assert_eq!(head_of(&channel).await.0, scene.events());
    for (name, wanted) in [
        ("", ServingStatus::Serving),
        ("reads", ServingStatus::Serving),
        ("campaign.ledger.v1.ReportService", ServingStatus::Serving),
        ("writes", ServingStatus::NotServing),
        (
            "campaign.ledger.v1.CampaignService",
            ServingStatus::NotServing,
        ),
    ] {
        assert_eq!(health_of(&channel, name).await, wanted, "{name}");
    }
    admin_says_so(server.admin().unwrap(), reason).await;
    let said = server.stderr();
    assert!(said.contains("no more writes are taken"), "{said}");
    assert!(said.contains(reason), "{said}");
    server
}

/// Checks that the admin server says which part of the server does not work.
async fn admin_says_so(admin: SocketAddr, reason: &str) {
    let ready = get(admin, "/readyz?verbose").await;
    assert_eq!(ready.status, 503, "{ready:?}");
    let failed = "[-]log no more writes are taken: ";
    let line = ready.body.lines().find(|line| line.starts_with(failed));
    assert!(line.is_some_and(|line| line.contains(reason)), "{ready:?}");
    assert!(ready.body.contains("[+]views caught up"), "{ready:?}");
    assert_eq!(get(admin, "/readyz/writes").await.status, 503);
    assert_eq!(get(admin, "/readyz/reads").await.status, 200);
    assert_eq!(get(admin, "/livez").await.status, 200);
    let found = metrics(admin).await;
    assert_eq!(found.value("campaign_ledger_writes_stopped"), 1.0);
    assert_eq!(found.value("campaign_ledger_view_lag_events"), 0.0);
    let refused = [("reason", "WRITES_STOPPED")];
    assert!(found.sum("campaign_ledger_refusals_total", &refused) > 0.0);
}

async fn health(channel: &Channel) -> ServingStatus {
    health_of(channel, "writes").await
}

async fn health_of(channel: &Channel, service: &str) -> ServingStatus {
    let mut health = HealthClient::new(channel.clone());
    let service = service.to_owned();
    let answer = health.check(HealthCheckRequest { service }).await.unwrap();
    answer.into_inner().status()
}

/// Starts on a good disk, repeats the unanswered calls, stops in order and audits the files.
async fn recovers(scene: &mut Scene) {
    let (mut server, channel) = scene.revive(&mut Chance::new(1)).await;
    scene.settle(&channel).await;
    assert_eq!(health(&channel).await, ServingStatus::Serving);
    drop(channel);
    let ended = server.stop();
    assert!(ended.success(), "{}", server.obituary());
    scene.audit();
}

#[tokio::test(flavor = "multi_thread")]
async fn file_that_may_not_grow_stops_writes_and_loses_nothing() {
    let mut scene = Scene::made().await;
    let limited = scene
        .launch()
        .through(&FileLimit::kib(LITTLE_FILE_KIB).wrapper());
    let mut server = writes_stop(&mut scene, &limited, "File too large").await;
    assert_eq!(server.stop().code(), Some(1));
    recovers(&mut scene).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn full_disk_stops_writes_and_loses_nothing() {
    let Some(disk) = SmallDisk::mounted(LOG_KIB + 4 * LITTLE_SPACE_KIB) else {
        return;
    };
    let mut scene = Scene::within(disk.path());
    let launch = scene.launch();
    let mut server = writes_stop(&mut scene, &launch, "No space left on device").await;
    assert_eq!(server.stop().code(), Some(1));

    // The disk is still full: the server starts, is read, and accepts no writes.
    disk.fill();
    for killed in [true, false] {
        let mut server = writes_stop(&mut scene, &launch, "No space left on device").await;
        match killed {
            true => assert!(server.kill()),
            false => assert_eq!(server.stop().code(), Some(1)),
        }
    }
    // It says so before anybody writes.
    let launch = scene.launch().set("admin-listen", "127.0.0.1:0");
    let (mut server, channel) = launch.start().await;
    scene.check(&channel).await;
    let admin = server.admin().unwrap();
    let ready = get(admin, "/readyz?verbose").await;
    let failed = ready.body.lines().find(|line| line.starts_with("[-]log "));
    let names = |line: &str| line.contains("No space left on device");
    assert!(failed.is_some_and(names), "{ready:?}");
    assert_eq!(get(admin, "/readyz/reads").await.status, 200);
    assert_eq!(health_of(&channel, "").await, ServingStatus::Serving);
    let stopped = async { while health(&channel).await == ServingStatus::Serving {} };
    tokio::time::timeout(FAR, stopped).await.unwrap();
    let found = metrics(admin).await;
    assert_eq!(found.value("campaign_ledger_writes_stopped"), 1.0);
    drop(channel);
    assert!(server.stop().success(), "{}", server.stderr());

    disk.resize(64 * LITTLE_SPACE_KIB);
    recovers(&mut scene).await;
    drop(scene);
}

#[tokio::test(flavor = "multi_thread")]
async fn server_killed_on_a_full_disk_comes_back_with_everything() {
    let Some(disk) = SmallDisk::mounted(LOG_KIB + 4 * LITTLE_SPACE_KIB) else {
        return;
    };
    let mut scene = Scene::within(disk.path());
    let launch = scene.launch();
    let mut server = writes_stop(&mut scene, &launch, "No space left on device").await;
    server.kill();
    disk.resize(64 * LITTLE_SPACE_KIB);
    recovers(&mut scene).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn disk_that_turned_read_only_is_refused_with_a_reason() {
    let Some(disk) = SmallDisk::mounted(64 * LITTLE_SPACE_KIB) else {
        return;
    };
    let mut scene = Scene::within(disk.path());
    let (mut server, channel) = scene.launch().start().await;
    scene.write_some(&channel).await;
    server.kill();
    disk.make_read_only();
    let mut server = scene.launch().spawn();
    assert!(server.ready().await.is_none());
    assert_eq!(server.wait().code(), Some(1), "{}", server.stderr());
    assert!(
        server.stderr().contains("Read-only file system"),
        "{}",
        server.stderr()
    );
    let verified = offline("verify", &scene.data_dir());
    let said = String::from_utf8(verified.stderr).unwrap();
    assert_eq!(verified.status.code(), Some(1), "{said}");
    assert!(said.contains("Read-only file system"), "{said}");

    disk.resize(64 * LITTLE_SPACE_KIB);
    recovers(&mut scene).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn log_lines_that_cannot_be_written_end_nothing() {
    let mut scene = Scene::made().await;
    let limited = scene
        .launch()
        .through(&FileLimit::kib(LITTLE_FILE_KIB).wrapper());
    let (mut server, channel) = limited.stderr_to("/dev/full").start().await;
    let count = Arc::new(AtomicU64::new(0));
    for status in write_until_gone(&mut scene.clients, &channel, &count).await {
        assert_eq!(status.code(), tonic::Code::Unavailable, "{status:?}");
    }
    scene.check(&channel).await;
    assert_eq!(head_of(&channel).await.0, scene.events());
    drop(channel);
    assert_eq!(server.stop().code(), Some(1));
    recovers(&mut scene).await;
}

/// Makes one system call fail at its `when`-th time in a thread, for one file of the data
/// directory; returns how to start a server that way.
fn failing(scene: &Scene, file: &str, fault: &str) -> Option<Launch> {
    let strace = Strace::at_hand()?;
    let path = scene.data_dir().join(file);
    let wrapper = strace.wrapper(&path, fault);
    let words: Vec<_> = wrapper.iter().map(String::as_str).collect();
    Some(scene.launch().through(&words))
}

#[tokio::test(flavor = "multi_thread")]
async fn failed_sync_stops_writes_and_loses_nothing() {
    let mut scene = Scene::new();
    let fault = "fdatasync:error=EIO:when=20+";
    let Some(launch) = failing(&scene, "log/journal", fault) else {
        return;
    };
    let mut server = writes_stop(&mut scene, &launch, "Input/output error").await;
    assert_eq!(server.stop().code(), Some(1));
    recovers(&mut scene).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn failed_write_stops_writes_and_loses_nothing() {
    for error in ["EIO", "ENOSPC"] {
        let mut scene = Scene::new();
        let fault = format!("pwrite64:error={error}:when=5+");
        let Some(launch) = failing(&scene, "log/journal", &fault) else {
            return;
        };
        let reason = match error {
            "EIO" => "Input/output error",
            _ => "No space left on device",
        };
        let mut server = writes_stop(&mut scene, &launch, reason).await;
        assert_eq!(server.stop().code(), Some(1));
        recovers(&mut scene).await;
    }
}

/// sled behind the journal fails: everything acknowledged is in the journal, and nothing more is
/// added to it.
#[tokio::test(flavor = "multi_thread")]
async fn sled_that_fails_behind_the_journal_stops_writes_and_loses_nothing() {
    for (fault, reason) in [
        ("pwrite64:error=EIO:when=3+", "Input/output error"),
        ("pwrite64:error=ENOSPC:when=3+", "No space left on device"),
        ("fdatasync:error=EIO:when=1+", "Input/output error"),
    ] {
        let mut scene = Scene::made().await;
        let Some(launch) = failing(&scene, "log/db", fault) else {
            return;
        };
        let mut server = writes_stop(&mut scene, &launch, reason).await;
        assert_eq!(server.stop().code(), Some(1));
        recovers(&mut scene).await;
    }
}

/// Views can be rebuilt: a failure there delays a checkpoint and nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn failed_checkpoints_affect_no_caller() {
    // Creating a file takes fewer calls than these.
    for (file, fault) in [
        ("views", "fdatasync:error=EIO:when=6"),
        ("views", "pwrite64:error=ENOSPC:when=12"),
    ] {
        let mut scene = Scene::new();
        let Some(launch) = failing(&scene, file, fault) else {
            return;
        };
        let (mut server, channel) = launch.start().await;
        for _ in 0..20 {
            scene.write_some(&channel).await;
        }
        scene.check(&channel).await;
        assert_eq!(head_of(&channel).await.0, scene.events());
        assert_eq!(health(&channel).await, ServingStatus::Serving);
        drop(channel);
        assert!(server.stop().success(), "{}", server.obituary());
        let said = server.stderr();
        assert!(said.contains("not checkpointed"), "{file}, {fault}: {said}");
        assert!(said.contains("(os error"), "{file}, {fault}: {said}");
        recovers(&mut scene).await;
    }
}

/// Rows that cannot be read are no basis for decisions.
#[tokio::test(flavor = "multi_thread")]
async fn views_that_cannot_be_kept_stop_writes_and_lose_nothing() {
    let mut scene = Scene::new();
    let fault = "pwrite64:error=ENOSPC:when=12+";
    let Some(launch) = failing(&scene, "views", fault) else {
        return;
    };
    let mut server = writes_stop(&mut scene, &launch, "No space left on device").await;
    assert_eq!(server.stop().code(), Some(1));
    recovers(&mut scene).await;
}

/// System calls on the files of the log, those of a commit and those of the move into sled, and the
/// errors they may return.
const CALLS: [(&str, &str); 7] = [
    ("log/journal", "pwrite64:error=EIO"),
    ("log/journal", "pwrite64:error=ENOSPC"),
    ("log/journal", "fdatasync:error=EIO"),
    ("log/db", "pwrite64:error=ENOSPC"),
    ("log/db", "sync_file_range:error=EIO"),
    ("log/db", "fdatasync:error=EIO"),
    ("log/db", "fsync:error=EIO"),
];

/// Calls of each client: more commits than the fault is late.
const CALLS_EACH: u64 = 12;

/// One call fails and the next ones would not: no retry may hide that. `cargo test` tries one call
/// of each kind; `CRASH_STEPS=all` tries the first thirty.
#[tokio::test(flavor = "multi_thread")]
async fn call_that_fails_once_loses_nothing() {
    let mut chance = Chance::of_environment();
    let all = std::env::var("CRASH_STEPS").is_ok_and(|steps| steps == "all");
    for (file, fault) in CALLS {
        let whens = match chance.below(15) {
            _ if all => 1..31,
            some => 1 + some..2 + some,
        };
        for when in whens {
            let mut scene = Scene::new();
            let Some(launch) = failing(&scene, file, &format!("{fault}:when={when}")) else {
                return;
            };
            let mut server = launch.spawn();
            let Some(channel) = server.ready().await else {
                assert_eq!(server.wait().code(), Some(1), "{}", server.stderr());
                assert!(server.stderr().contains("(os error"), "{}", server.stderr());
                recovers(&mut scene).await;
                continue;
            };
            let told = scene.try_to_write_at_once(&channel, CALLS_EACH).await;
            for status in &told {
                assert_eq!(status.code(), tonic::Code::Unavailable, "{status:?}");
            }
            scene.check(&channel).await;
            drop(channel);
            let stopped = !told.is_empty();
            eprintln!(
                "{file}, {fault}, time {when}: {}",
                if stopped { "stopped" } else { "went on" }
            );
            assert_eq!(
                server.stop().code(),
                Some(i32::from(stopped)),
                "{}",
                server.stderr()
            );
            recovers(&mut scene).await;
        }
    }
}
