//! One applying thread, one checkpointing thread and several readers on one store.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use campaign_ledger::domain::Position;
use campaign_ledger::domain::rows::{Key, Rows, RowsMut, Scan};
use campaign_ledger::store::{Checkpoint, Options, Snapshot, Store, Written};
use parking_lot::RwLock;

use super::{Tally, options, scratch, tally};

const ROWS: u64 = 400;
const CHECKPOINTS: u64 = 100;
/// Blocks that are applied while a checkpoint is written. They are so few that most reads go to the
/// cache and the file.
const BLOCKS_PER_CHECKPOINT: u64 = 3;
const ROWS_PER_BLOCK: u64 = 20;

fn key(row: u64) -> Key {
    Key::of::<Tally>().number(row)
}

/// Visits all rows before one is repeated.
fn next(row: u64) -> u64 {
    (row * 21 + 3) % ROWS
}

struct Shared {
    store: RwLock<Store>,
    /// Minimum value of each row that every reader may rely on before its read.
    floor: Vec<AtomicU64>,
    done: AtomicBool,
}

/// Ends the readers, also when the test fails.
struct Done<'a>(&'a AtomicBool);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

fn shared(path: &Path) -> Shared {
    // Room for about thirty rows: reads keep missing the cache and filling it.
    let options = Options {
        cache_bytes: 10 << 10,
        ..options()
    };
    let (mut store, _) = Store::open(path, &options).unwrap();
    for row in 0..ROWS {
        store.put(key(row), tally(0));
    }
    store.checkpoint().unwrap();
    Shared {
        store: RwLock::new(store),
        floor: (0..ROWS).map(|_| AtomicU64::new(0)).collect(),
        done: AtomicBool::new(false),
    }
}

fn apply(shared: &Shared, checkpoints: &Sender<Checkpoint>, thawed: &Receiver<()>) {
    let mut row = 1;
    for block in 1..=CHECKPOINTS * BLOCKS_PER_CHECKPOINT {
        let mut store = shared.store.write();
        store.take_back();
        let mut changed = Vec::new();
        for _ in 0..ROWS_PER_BLOCK {
            row = next(row);
            store.get_mut::<Tally>(&key(row)).unwrap().unwrap().count = block;
            changed.push(row);
        }
        store.advance(Position::new(block));
        if block % BLOCKS_PER_CHECKPOINT == 1 {
            checkpoints.send(store.freeze().unwrap()).unwrap();
        }
        drop(store);
        for row in changed {
            shared.floor[row as usize].fetch_max(block, Ordering::SeqCst);
        }
        if block % BLOCKS_PER_CHECKPOINT == 0 {
            thawed.recv().unwrap();
        }
    }
}

fn write(shared: &Shared, checkpoints: Receiver<Checkpoint>, thawed: Sender<()>) {
    for checkpoint in checkpoints {
        let written: Written = checkpoint.write().unwrap();
        shared.store.write().thaw(&written);
        thawed.send(()).unwrap();
    }
}

fn read(shared: &Shared, mut turn: u64) -> u64 {
    let mut reads = 0;
    while !shared.done.load(Ordering::SeqCst) || reads == 0 {
        turn = next(turn);
        // Every row sometimes, and a few of them often enough to stay in the cache.
        let row = if reads % 2 == 0 { turn } else { turn % 16 };
        let floor = shared.floor[row as usize].load(Ordering::SeqCst);
        let store = shared.store.read();
        let found = store.get::<Tally>(&key(row)).unwrap().unwrap().count;
        assert!(found >= floor, "row {row} fell from {floor} to {found}");
        if reads % 64 == 0 {
            let page = store
                .page::<Tally>(Scan::of(&Key::of::<Tally>()), usize::MAX)
                .unwrap();
            assert_eq!(page.len() as u64, ROWS);
            let scanned = page[row as usize].1.count;
            assert!(scanned >= floor, "row {row} fell from {floor} to {scanned}");
        }
        reads += 1;
    }
    reads
}

/// Reads in snapshots, which also fill the cache, and outlive checkpoints.
fn read_in_snapshots(shared: &Shared) -> u64 {
    let mut reads = 0;
    let mut older = None;
    while !shared.done.load(Ordering::SeqCst) || reads == 0 {
        let floors: Vec<_> = shared
            .floor
            .iter()
            .map(|one| one.load(Ordering::SeqCst))
            .collect();
        let snapshot = shared.store.write().snapshot();
        let counts = |snapshot: &Snapshot| -> Vec<u64> {
            let of = |row| snapshot.get::<Tally>(&key(row)).unwrap().unwrap().count;
            (0..ROWS).map(of).collect()
        };
        let before = counts(&snapshot);
        for (count, floor) in before.iter().zip(floors) {
            assert!((floor..=snapshot.position().get()).contains(count));
        }
        if let Some((older, then)) = older.replace((snapshot, before)) {
            assert_eq!(counts(&older), then, "a snapshot changes");
        }
        reads += 1;
    }
    reads
}

#[test]
fn no_reader_sees_a_row_go_back() {
    let dir = scratch();
    let path = dir.path().join("rows");
    let shared = shared(&path);
    let (checkpoints, to_write) = mpsc::channel();
    let (tell_thawed, thawed) = mpsc::channel();
    thread::scope(|scope| {
        let done = Done(&shared.done);
        let mut readers: Vec<_> = (0..2)
            .map(|seed| {
                let shared = &shared;
                scope.spawn(move || read(shared, seed))
            })
            .collect();
        readers.push(scope.spawn(|| read_in_snapshots(&shared)));
        let writer = scope.spawn(|| write(&shared, to_write, tell_thawed));
        apply(&shared, &checkpoints, &thawed);
        drop(checkpoints);
        writer.join().unwrap();
        drop(done);
        for reader in readers {
            assert!(reader.join().unwrap() > 0);
        }
    });

    let mut store = shared.store.into_inner();
    store.checkpoint().unwrap();
    drop(store);
    let (store, _) = Store::open(&path, &options()).unwrap();
    let last_block = CHECKPOINTS * BLOCKS_PER_CHECKPOINT;
    assert_eq!(store.position(), Position::new(last_block));
    for (row, floor) in (0..).zip(&shared.floor) {
        let count = store.get::<Tally>(&key(row)).unwrap().unwrap().count;
        assert_eq!(count, floor.load(Ordering::SeqCst));
    }
}

/// The critical moment: a row is changed, frozen and written while a reader holds the old row of a
/// neighbour. Step by step, without threads.
#[test]
fn a_read_beside_a_checkpoint_does_not_bring_back_the_old_row() {
    let dir = scratch();
    let (mut store, _) = Store::open(&dir.path().join("rows"), &options()).unwrap();
    store.put(key(1), tally(1));
    store.put(key(2), tally(1));
    store.advance(Position::new(1));
    store.checkpoint().unwrap();

    store.put(key(1), tally(2));
    store.remove(&key(2));
    store.advance(Position::new(2));
    let checkpoint = store.freeze().unwrap();
    let count = |store: &Store, row| {
        let row = store.get::<Tally>(&key(row)).unwrap();
        row.map(|row| row.count)
    };
    // Between freeze and write, between write and thaw, and after: the same answers, also when the
    // dirty layer has changed and was discarded.
    assert_eq!((count(&store, 1), count(&store, 2)), (Some(2), None));
    let written = checkpoint.write().unwrap();
    assert_eq!((count(&store, 1), count(&store, 2)), (Some(2), None));
    store.put(key(1), tally(3));
    store.put(key(2), tally(3));
    store.thaw(&written);
    assert_eq!((count(&store, 1), count(&store, 2)), (Some(3), Some(3)));
    assert_eq!(store.reset(), Position::new(2));
    assert_eq!((count(&store, 1), count(&store, 2)), (Some(2), None));
}

#[test]
fn a_reader_keeps_the_row_it_has() {
    let dir = scratch();
    let (mut store, _) = Store::open(&dir.path().join("rows"), &options()).unwrap();
    store.put(key(1), tally(1));
    let held = store.get::<Tally>(&key(1)).unwrap().unwrap();
    store.get_mut::<Tally>(&key(1)).unwrap().unwrap().count = 2;
    assert_eq!(held.count, 1);
    assert_eq!(store.get::<Tally>(&key(1)).unwrap().unwrap().count, 2);
}
