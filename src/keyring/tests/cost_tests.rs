//! What a keyring costs. `cargo test --release keyring -- --ignored --nocapture cost`

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::domain::{PersonalField, Seals as _};

const CREATORS: u32 = 100_000;

fn resident_bytes() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * 4096
}

/// Time on a processor of this thread: the clock on the wall counts what other processes take, too.
struct Instant(std::time::Instant, Duration);

impl Instant {
    fn now() -> Self {
        Self(std::time::Instant::now(), on_cpu())
    }

    fn elapsed(&self) -> Duration {
        let wall = self.0.elapsed();
        let cpu = on_cpu() - self.1;
        print!("[{wall:.1?} by the clock] ");
        cpu
    }
}

fn on_cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(stat.split(' ').next().unwrap().parse().unwrap())
}

fn each(started: Instant, times: u32) -> Duration {
    started.elapsed() / times
}

#[test]
#[ignore = "measures"]
fn cost() {
    let place = Place::new();
    let keyring = place.open().unwrap();
    let started = Instant::now();
    for first in (0..CREATORS).step_by(500) {
        make(&keyring, first..first + 500);
    }
    println!("make, 500 a sync: {:?} a key", each(started, CREATORS));
    let started = Instant::now();
    for one in 0..50 {
        make(&keyring, [CREATORS + one]);
    }
    println!("make, 1 a sync: {:?} a key", each(started, 50));
    let started = Instant::now();
    for one in 0..50 {
        keyring.destroy(&[creator(CREATORS + one)]).unwrap();
    }
    println!("destroy: {:?} a key", each(started, 50));
    drop(keyring);
    let bytes = std::fs::metadata(place.keyring()).unwrap().len();
    println!("file: {:.1} MB", bytes as f64 / 1e6);
    let (before, started) = (resident_bytes(), Instant::now());
    let keyring = place.open().unwrap();
    let (took, after) = (started.elapsed(), resident_bytes());
    let grown = after.saturating_sub(before) as f64 / 1e6;
    println!("open: {took:?}, resident memory + {grown:.1} MB (after other work in the process)");
    seal_cost(Arc::new(keyring));
    let started = Instant::now();
    Backup::write(&place.keyring(), LOG, &place.path("backup")).unwrap();
    println!("backup: {:?}", started.elapsed());
    let started = Instant::now();
    rotate(&place.keyring(), &place.master(), LOG).unwrap();
    println!("rotate: {:?}", started.elapsed());
}

fn seal_cost(keyring: Arc<FileKeyring>) {
    let mut sealer = Sealer::new(Arc::<FileKeyring>::clone(&keyring));
    for length in [20, 200] {
        let text = "x".repeat(length);
        let started = Instant::now();
        for one in 0..CREATORS {
            black_box(sealer.seal(&creator(one), PersonalField::CostRecordedNote, &text));
        }
        println!(
            "seal {length} bytes: {:?}, with making the id",
            each(started, CREATORS)
        );
        let (subject, started) = (creator(5), Instant::now());
        for _ in 0..CREATORS {
            black_box(sealer.seal(&subject, PersonalField::CostRecordedNote, &text));
        }
        println!("seal {length} bytes: {:?}", each(started, CREATORS));
        let sealed = sealer.seal(&subject, PersonalField::CostRecordedNote, &text);
        let started = Instant::now();
        for _ in 0..CREATORS {
            black_box(open(&*keyring, &[], &sealed).unwrap());
        }
        println!("open {length} bytes: {:?}", each(started, CREATORS));
    }
}

/// In a process of its own, so that the memory is of the keyring alone.
#[test]
#[ignore = "measures"]
fn cost_of_memory() {
    let Ok(path) = std::env::var("KEYRING_COST") else {
        let place = Place::new();
        let keyring = place.open().unwrap();
        for first in (0..CREATORS).step_by(500) {
            make(&keyring, first..first + 500);
        }
        let me = std::env::current_exe().unwrap();
        let mut child = std::process::Command::new(me);
        child.args([
            "--ignored",
            "--nocapture",
            "--exact",
            "keyring::tests::cost_tests::cost_of_memory",
        ]);
        child.env("KEYRING_COST", place.dir.path());
        let out = child.output().unwrap();
        let out = String::from_utf8(out.stdout).unwrap();
        println!(
            "{}",
            out.lines().find(|line| line.contains("resident")).unwrap()
        );
        return;
    };
    let (keyring, master) = (
        Path::new(&path).join("keyring"),
        Path::new(&path).join("master-key"),
    );
    let (before, started) = (resident_bytes(), Instant::now());
    let master = MasterKey::open(&master).unwrap();
    let keyring = FileKeyring::open(&keyring, LOG, master).unwrap();
    let (took, after) = (started.elapsed(), resident_bytes());
    println!(
        "open: {took:?}, resident + {:.1} MB",
        (after - before) as f64 / 1e6
    );
    drop(keyring);
}
