//! A store whose process is killed, or whose disk is full.
//!
//! Each test runs itself again as a child process, which an environment variable marks.

use std::io::{BufRead, BufReader, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio, exit};
use std::sync::Arc;
use std::{env, fs};

use campaign_ledger::domain::Position;
use campaign_ledger::domain::rows::{Key, Rows, RowsMut, Scan};
use campaign_ledger::store::{Checkpoint, Error, Opened, Options, Store};

use super::{ALL_TABLES, Stamp, open, options, scratch};

/// Passes the path of the store file to a child process.
const CHILD_PATH: &str = "STORE_CRASH_CHILD_PATH";
const ROWS: u64 = 300;

fn key(row: u64) -> Key {
    Key::of::<Stamp>().number(row)
}

/// Writes the stamp of this generation and its position into every row.
fn stamp(store: &mut Store, generation: u64, filler: usize) {
    for row in 0..ROWS {
        let filler = vec![generation as u8; filler];
        store.put(key(row), Stamp { generation, filler });
    }
    store.advance(Position::new(generation));
}

/// Returns the generation of all rows.
fn generation(store: &Store) -> u64 {
    let rows = store
        .page::<Stamp>(Scan::of(&Key::of::<Stamp>()), usize::MAX)
        .unwrap();
    assert_eq!(rows.len() as u64, ROWS);
    let generation = rows[0].1.generation;
    assert!(rows.iter().all(|(_, row)| row.generation == generation));
    assert_eq!(store.position(), Position::new(generation));
    generation
}

fn child_path() -> Option<PathBuf> {
    env::var_os(CHILD_PATH).map(PathBuf::from)
}

fn spawn(mut command: Command, test: &str, path: &Path) -> Child {
    command
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env(CHILD_PATH, path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn a_killed_store_resumes_at_a_whole_checkpoint() {
    if let Some(path) = child_path() {
        checkpoint_until_killed(&path);
    }
    let dir = scratch();
    let path = dir.path().join("rows");
    let mut reached = 0;
    for lines in 1..9 {
        let command = Command::new(env::current_exe().unwrap());
        let test = "store::crash::a_killed_store_resumes_at_a_whole_checkpoint";
        let mut child = spawn(command, test, &path);
        let output = BufReader::new(child.stdout.take().unwrap());
        let durable = output
            .lines()
            .filter_map(|line| line.unwrap().strip_prefix("durable ")?.parse().ok())
            .take(lines)
            .last()
            .unwrap();
        child.kill().unwrap();
        child.wait().unwrap();

        let (store, opened) = open(&path);
        assert_eq!(opened, Opened::Resumed);
        let resumed = generation(&store);
        assert!(resumed >= durable, "{resumed} is before {durable}");
        assert!(resumed > reached);
        reached = resumed;
    }
}

fn checkpoint_until_killed(path: &Path) -> ! {
    let (mut store, _) = open(path);
    loop {
        let next = store.position().next().get();
        stamp(&mut store, next, 100);
        store.checkpoint().unwrap();
        let mut stdout = std::io::stdout();
        if writeln!(stdout, "\ndurable {next}").is_err() {
            exit(1);
        }
    }
}

#[test]
fn a_full_disk_fails_the_checkpoint_and_nothing_else() {
    if let Some(path) = child_path() {
        fill_the_disk(&path);
    }
    let dir = scratch();
    // A limit on the size of files replaces the full disk: the kernel refuses the same calls, and
    // the limit can be lifted. Without a handler its signal would kill the child.
    let mut command = Command::new("sh");
    command
        .args(["-c", "trap '' XFSZ; ulimit -S -f 2048; exec \"$0\" \"$@\""])
        .arg(env::current_exe().unwrap());
    let test = "store::crash::a_full_disk_fails_the_checkpoint_and_nothing_else";
    let mut child = spawn(command, test, &dir.path().join("rows"));
    let mut stdin = child.stdin.take().unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let mut full = false;
    for line in output.lines() {
        if line.unwrap() == "full" {
            full = true;
            let limit = format!("--pid={}", child.id());
            let lifted = Command::new("prlimit")
                .args([limit.as_str(), "--fsize=unlimited:unlimited"])
                .status()
                .unwrap();
            assert!(lifted.success());
            stdin.write_all(b"lifted\n").unwrap();
        }
    }
    assert!(full);
    assert!(child.wait().unwrap().success());
}

fn fill_the_disk(path: &Path) -> ! {
    // No caches: what is not in a layer in memory must come from the file.
    let options = Options {
        cache_bytes: 0,
        redb_cache_bytes: 0,
        ..options()
    };
    let (mut store, _) = Store::open(path, &options).unwrap();
    stamp(&mut store, 1, 1_000);
    let only_in_the_file: Vec<Key> = (ROWS..2 * ROWS).map(key).collect();
    for key in &only_in_the_file {
        let filler = Vec::new();
        store.put(
            key.clone(),
            Stamp {
                generation: 1,
                filler,
            },
        );
    }
    store.checkpoint().unwrap();
    let before = store.digest(ALL_TABLES).unwrap();
    let snapshot = store.snapshot();

    stamp(&mut store, 2, 9_000);
    store.remove(&key(0));
    let changed = store.digest(ALL_TABLES).unwrap();
    let fails = |checkpoint: Checkpoint| {
        let failed = checkpoint.write();
        assert!(matches!(failed, Err(Error::Io { .. })), "{failed:?}");
    };

    // The first attempt fails in the middle of a scan, which continues.
    let mut checkpoint = store.freeze();
    let mut seen = 0;
    let mut visit = |_: &Key, _: &Arc<Stamp>| {
        checkpoint.take().map(fails);
        seen += 1;
        ControlFlow::Continue(())
    };
    store
        .scan(Scan::of(&Key::of::<Stamp>()), &mut visit)
        .unwrap();
    assert_eq!(seen, 2 * ROWS - 1);
    assert_eq!(snapshot.digest(ALL_TABLES).unwrap(), before);

    // At the second attempt the file cannot be reopened either, until somebody reads.
    let checkpoint = store.freeze().unwrap();
    assert_eq!(checkpoint.position(), Position::new(2));
    let elsewhere = path.with_extension("away");
    fs::rename(path, &elsewhere).unwrap();
    fails(checkpoint);
    let refused = store.get::<Stamp>(&only_in_the_file[0]);
    assert!(matches!(refused, Err(Error::Io { .. })), "{refused:?}");
    fs::rename(&elsewhere, path).unwrap();
    for key in &only_in_the_file {
        let row = store.get::<Stamp>(key).unwrap().unwrap();
        assert_eq!(row.generation, 1);
    }
    assert!(store.get::<Stamp>(&key(0)).unwrap().is_none());
    assert_eq!(store.checkpoint_position(), Position::new(1));
    assert_eq!(store.digest(ALL_TABLES).unwrap(), changed);

    // Changes after the freeze are lost; changes whose write failed are not.
    store.put(
        key(0),
        Stamp {
            generation: 3,
            filler: Vec::new(),
        },
    );
    store.advance(Position::new(3));
    assert_eq!(store.reset(), Position::new(2));
    assert_eq!(store.digest(ALL_TABLES).unwrap(), changed);

    println!("\nfull");
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
    assert_eq!(line, "lifted\n");
    store.checkpoint().unwrap();
    assert_eq!(store.checkpoint_position(), Position::new(2));
    assert_eq!(store.digest(ALL_TABLES).unwrap(), changed);
    drop((store, snapshot));
    let (store, opened) = Store::open(path, &options).unwrap();
    assert_eq!(opened, Opened::Resumed);
    assert_eq!(store.digest(ALL_TABLES).unwrap(), changed);
    exit(0);
}
