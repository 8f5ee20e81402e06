//! Killed at every step of opening and restoring.
//!
//! The SIGKILL loop hits the moments between two system calls by chance, and some of them last
//! microseconds: a file that exists but is empty, a name that is not yet changed. Here `strace`
//! kills the process at its *n*-th call of a kind, for each kind that changes files or makes
//! changes durable, and for each *n* until it gets through.
//!
//! `cargo test` tries a few of them; `CRASH_STEPS=all` tries all.

use super::chance::Chance;
use super::disks::Strace;
use super::history::head_of;
use super::process::{offline, run, run_through};
use super::scene::Scene;
use crate::support::keys::copy_keys;

/// The kinds of calls, and the minimum number of each that a thread makes while it creates a
/// directory.
const CALLS: [(&str, u64); 10] = [
    ("openat", 24),
    ("write", 3),
    ("pwrite64", 12),
    ("ftruncate", 2),
    ("mkdir", 3),
    ("rename", 2),
    ("unlink", 1),
    ("fsync", 7),
    ("fdatasync", 6),
    ("sync_file_range", 1),
];

/// Number of steps to try, unless all are.
const FEW: usize = 4;

/// More steps of a kind than opening ever takes.
const MOST_STEPS: u64 = 500;

/// Repeats an attempt, each time killed at another step, until it gets through.
///
/// `prepare` makes the files for each attempt, `attempt` runs it through a wrapper and returns
/// whether it got through, `check` examines what the kill has left.
async fn kill_at_each_step<S>(
    prepare: impl AsyncFn() -> S,
    attempt: impl AsyncFn(&S, &[&str]) -> bool,
    check: impl AsyncFn(&mut S, &mut Chance),
) {
    let Some(strace) = Strace::at_hand() else {
        return;
    };
    let mut chance = Chance::of_environment();
    let all = std::env::var("CRASH_STEPS").is_ok_and(|steps| steps == "all");
    let mut kills = 0;
    let mut a_step = || {
        let (call, most) = *chance.one_of(&CALLS).unwrap();
        let step = 1 + chance.below(most);
        (call, step..step + 1)
    };
    let planned: Vec<_> = if all {
        CALLS
            .iter()
            .map(|(call, _)| (*call, 1..MOST_STEPS))
            .collect()
    } else {
        (0..FEW).map(|_| a_step()).collect()
    };
    for (call, steps) in planned {
        for step in steps {
            let mut scene = prepare().await;
            let wrapper = strace.anywhere(&format!("{call}:signal=SIGKILL:when={step}"));
            let words: Vec<_> = wrapper.iter().map(String::as_str).collect();
            let got_through = attempt(&scene, &words).await;
            check(&mut scene, &mut chance).await;
            if got_through {
                break;
            }
            eprintln!("killed at {call} {step}");
            kills += 1;
        }
    }
    assert!(kills > 0 || !all, "no kill came in time");
    eprintln!("{kills} kills");
}

/// Starts the server; it is killed at the latest once it serves.
async fn start(scene: &Scene, wrapper: &[&str]) -> bool {
    let mut server = scene.launch().through(wrapper).spawn();
    let served = server.ready().await.is_some();
    server.kill();
    served
}

/// Starts, repeats unanswered calls, stops in order, and audits.
async fn comes_back(scene: &mut Scene, chance: &mut Chance) {
    let (mut server, channel) = scene.revive(chance).await;
    scene.write_some(&channel).await;
    scene.settle(&channel).await;
    drop(channel);
    let ended = server.stop();
    assert!(ended.success(), "{}", server.obituary());
    scene.audit();
}

/// Starts without help and without a warning of damage, has this many events, and leaves good
/// files.
async fn opens_by_itself(scene: &Scene, events: u64) {
    let (mut server, channel) = scene.launch().start().await;
    assert_eq!(head_of(&channel).await.0, events);
    drop(channel);
    server.kill();
    let said = server.stderr();
    assert!(!said.contains(".damaged-"), "{said}");
    scene.verify();
}

/// Makes a scene of several blocks whose server was stopped in order.
async fn stopped() -> Scene {
    let mut scene = Scene::new();
    let (mut server, channel) = scene.launch().start().await;
    for _ in 0..4 {
        scene.write_some(&channel).await;
    }
    scene.check(&channel).await;
    drop(channel);
    assert!(server.stop().success(), "{}", server.obituary());
    scene
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_making_a_data_directory() {
    let check = async |scene: &mut Scene, _: &mut Chance| opens_by_itself(scene, 0).await;
    kill_at_each_step(async || Scene::new(), start, check).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_restoring() {
    let kept = stopped().await;
    let here = tempfile::tempdir().unwrap();
    let backup = here.path().join("backup").display().to_string();
    let data = kept.data_dir().display().to_string();
    let taken = run(["backup", "create", &backup, "--data-dir", &data]);
    assert!(taken.status.success(), "{taken:?}");
    let restore = |scene: &Scene, wrapper: &[&str]| {
        let data = scene.data_dir().display().to_string();
        run_through(wrapper, ["restore", &backup, "--data-dir", &data])
    };
    let attempt = async |scene: &Scene, wrapper: &[&str]| restore(scene, wrapper).status.success();
    let check = async |scene: &mut Scene, _: &mut Chance| {
        let again = restore(scene, &[]);
        let said = String::from_utf8(again.stderr).unwrap();
        // When nothing is missing, the restore is complete.
        let is_whole = said.contains("holds a ledger already");
        assert!(again.status.success() || is_whole, "{said}");
        opens_by_itself(scene, kept.events()).await;
    };
    // Today's keyring is there before the log.
    let prepare = async || {
        let scene = Scene::new();
        copy_keys(&kept.data_dir(), &scene.data_dir());
        scene
    };
    kill_at_each_step(prepare, attempt, check).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_opening_what_a_kill_left() {
    let prepare = async || {
        let mut scene = Scene::new();
        let (mut server, channel) = scene.launch().start().await;
        for _ in 0..8 {
            scene.write_some(&channel).await;
        }
        server.kill();
        scene
    };
    let check = async |scene: &mut Scene, chance: &mut Chance| {
        scene.verify();
        comes_back(scene, chance).await;
    };
    kill_at_each_step(prepare, start, check).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_opening_what_ended_well() {
    let check = async |scene: &mut Scene, chance: &mut Chance| {
        let rebuilt = offline("rebuild-views", &scene.data_dir());
        assert!(rebuilt.status.success(), "{rebuilt:?}");
        comes_back(scene, chance).await;
    };
    kill_at_each_step(stopped, start, check).await;
}
