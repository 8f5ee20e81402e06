//! Killed at every step of opening.
//!
//! The SIGKILL loop meets the moments between two calls to the system by chance, and some of them
//! last microseconds: a file that is there but empty, a name that is not yet another one. Here
//! `strace` kills the server as it makes its *n*-th call of a kind, for each kind that changes files
//! or makes changes last, and for each *n* until the server gets to serve.
//!
//! `cargo test` tries a few of them; `CRASH_STEPS=all` tries all.

use super::chance::Chance;
use super::disks::Strace;
use super::process::offline;
use super::scene::Scene;

/// The kinds of calls, and how many of each a thread makes at least while a directory is made.
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

/// How many steps are tried, unless all are.
const FEW: usize = 4;

/// More steps of a kind than opening ever takes.
const MOST_STEPS: u64 = 500;

/// Starts the server again and again, each time killed at another step, until it gets to serve.
///
/// `prepare` makes the data directory of each start, `check` looks at what the kill has left.
async fn kill_at_each_step(
    prepare: impl AsyncFn() -> Scene,
    check: impl AsyncFn(&mut Scene, &mut Chance),
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
            let mut server = scene.launch().through(&words).spawn();
            let served = server.ready().await.is_some();
            server.kill();
            check(&mut scene, &mut chance).await;
            if served {
                break;
            }
            eprintln!("killed at {call} {step}");
            kills += 1;
        }
    }
    assert!(kills > 0 || !all, "no kill came in time");
    eprintln!("{kills} kills");
}

/// Starts, settles, stops in order, and audits.
async fn comes_back(scene: &mut Scene, chance: &mut Chance) {
    let (mut server, channel) = scene.revive(chance).await;
    scene.write_some(&channel).await;
    scene.settle(&channel).await;
    drop(channel);
    let ended = server.stop();
    assert!(ended.success(), "{}", server.obituary());
    scene.audit();
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_making_a_data_directory() {
    kill_at_each_step(async || Scene::new(), comes_back).await;
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
    kill_at_each_step(prepare, check).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_opening_what_ended_well() {
    let prepare = async || {
        let mut scene = Scene::new();
        let (mut server, channel) = scene.launch().start().await;
        for _ in 0..8 {
            scene.write_some(&channel).await;
        }
        drop(channel);
        assert!(server.stop().success());
        scene
    };
    let check = async |scene: &mut Scene, chance: &mut Chance| {
        let rebuilt = offline("rebuild-views", &scene.data_dir());
        assert!(rebuilt.status.success(), "{rebuilt:?}");
        comes_back(scene, chance).await;
    };
    kill_at_each_step(prepare, check).await;
}
