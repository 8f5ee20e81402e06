//! The real server under load, killed at random times, again and again.
//!
//! `cargo test` kills it a few times. For more, use a release build:
//!
//! ```text
//! CRASH_KILLS=2000 cargo test --release --test it -- --nocapture crash::sigkill
//! ```
//!
//! Each run prints its seed. `CRASH_SEED` repeats the same choices, though not at the same moments.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::chance::Chance;
use super::load::write_until_gone;
use super::process::spawn_offline;
use super::scene::Scene;

/// Number of kills in `cargo test`: some seconds.
const FEW: u64 = 8;

/// Maximum number of lives of one data directory: long enough for a log of several sled segments,
/// and short enough that new directories are killed often too.
const MOST_LIVES: u64 = 60;

/// Longest life under load.
const LONGEST_LOAD: Duration = Duration::from_millis(400);

/// Longest time for a drain, which needs some milliseconds.
const LONGEST_DRAIN: Duration = Duration::from_millis(40);

/// What was done, and what happened.
#[derive(Default)]
struct Tally {
    while_opening: u64,
    under_load: u64,
    while_draining: u64,
    while_rebuilding: u64,
    came_late: u64,
    directories: u64,
    acknowledged: u64,
    events: u64,
    largest_log: u64,
    slowest_opening: Duration,
}

impl Tally {
    fn kills(&self) -> u64 {
        self.while_opening + self.under_load + self.while_draining + self.while_rebuilding
    }

    /// Counts a kill that hit, or one that came too late.
    fn note(&mut self, hit: bool, kind: fn(&mut Self) -> &mut u64) {
        *if hit { kind(self) } else { &mut self.came_late } += 1;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} kills ({} while opening, {} under load, {} while draining, {} of rebuild-views; {} \
             more came too late) in {} directories; {} calls acknowledged, {} events, 0 lost, 0 \
             twice; largest log {} MiB, slowest start {:?}",
            self.kills(),
            self.while_opening,
            self.under_load,
            self.while_draining,
            self.while_rebuilding,
            self.came_late,
            self.directories,
            self.acknowledged,
            self.events,
            self.largest_log >> 20,
            self.slowest_opening,
        )
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_whenever_the_server_is_killed() {
    let wanted = match std::env::var("CRASH_KILLS") {
        Ok(kills) => kills.parse().expect("CRASH_KILLS is a number"),
        Err(_) => FEW,
    };
    let mut chance = Chance::of_environment();
    let mut tally = Tally::default();
    while tally.kills() < wanted {
        let mut scene = match chance.percent(40) {
            true => Scene::bulky(),
            false => Scene::new(),
        };
        let last = tally.kills() + 1 + chance.below(MOST_LIVES);
        while tally.kills() < last.min(wanted) {
            live_and_die(&mut scene, &mut chance, &mut tally).await;
        }
        end_well(&mut scene, &mut chance, &mut tally).await;
        eprintln!("{tally}");
    }
}

/// One life of the server, with a kill somewhere in it.
async fn live_and_die(scene: &mut Scene, chance: &mut Chance, tally: &mut Tally) {
    match chance.below(100) {
        0..25 => die_while_opening(scene, chance, tally),
        25..75 => die_under_load(scene, chance, tally).await,
        75..92 => die_while_draining(scene, chance, tally).await,
        _ => die_while_rebuilding(scene, chance, tally),
    }
    if chance.percent(15) && scene.events() > 0 {
        scene.verify();
    }
}

fn die_while_opening(scene: &mut Scene, chance: &mut Chance, tally: &mut Tally) {
    let mut server = scene.launch().spawn();
    std::thread::sleep(chance.time(scene.opening));
    tally.note(server.kill(), |tally| &mut tally.while_opening);
}

async fn die_under_load(scene: &mut Scene, chance: &mut Chance, tally: &mut Tally) {
    let (mut server, channel) = scene.revive(chance).await;
    tally.slowest_opening = tally.slowest_opening.max(scene.opening);
    let count = Arc::new(AtomicU64::new(0));
    let load = write_until_gone(&mut scene.clients, &channel, &count);
    let life = chance.time(LONGEST_LOAD);
    let death = async {
        tokio::time::sleep(life).await;
        tally.note(server.kill(), |tally| &mut tally.under_load);
    };
    tokio::join!(load, death);
    tally.acknowledged += count.load(Ordering::Relaxed);
}

async fn die_while_draining(scene: &mut Scene, chance: &mut Chance, tally: &mut Tally) {
    let (mut server, channel) = scene.revive(chance).await;
    let count = Arc::new(AtomicU64::new(0));
    let load = write_until_gone(&mut scene.clients, &channel, &count);
    let (life, drain) = (chance.time(LONGEST_LOAD), chance.time(LONGEST_DRAIN));
    let death = async {
        tokio::time::sleep(life).await;
        server.terminate();
        tokio::time::sleep(drain).await;
        tally.note(server.kill(), |tally| &mut tally.while_draining);
    };
    tokio::join!(load, death);
    tally.acknowledged += count.load(Ordering::Relaxed);
}

fn die_while_rebuilding(scene: &mut Scene, chance: &mut Chance, tally: &mut Tally) {
    if scene.events() == 0 {
        return die_while_opening(scene, chance, tally);
    }
    let mut rebuilding = spawn_offline("rebuild-views", &scene.data_dir());
    std::thread::sleep(chance.time(scene.opening));
    rebuilding.kill().unwrap();
    let hit = rebuilding.wait().unwrap().code().is_none();
    tally.note(hit, |tally| &mut tally.while_rebuilding);
}

/// The last life: unanswered calls are repeated, the server stops in order, the files are audited.
async fn end_well(scene: &mut Scene, chance: &mut Chance, tally: &mut Tally) {
    let (mut server, channel) = scene.revive(chance).await;
    scene.settle(&channel).await;
    drop(channel);
    let ended = server.stop();
    assert!(ended.success(), "{}", server.obituary());
    scene.audit();
    tally.directories += 1;
    tally.events += scene.events();
    tally.largest_log = tally.largest_log.max(scene.log_bytes());
}
