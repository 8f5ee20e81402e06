//! Random histories of one store, compared with plain maps.

use std::ops::ControlFlow;
use std::sync::Arc;

use campaign_ledger::domain::Position;
use campaign_ledger::domain::rows::{Key, MemoryRows, Row, Rows, RowsMut, Scan};
use campaign_ledger::store::{
    Checkpoint, Opened, Options, Snapshot, Store, Written, digest_of_memory,
};
use proptest::prelude::*;

use super::{ALL_TABLES, Name, Tally, options, scratch};

/// Snapshots that live at a time.
const MOST_SNAPSHOTS: usize = 4;

#[derive(Clone, Debug)]
enum Step {
    PutTally(u8, u64),
    PutName(u8, String),
    Change(u8, u64),
    Upsert(u8, u64),
    RemoveTally(u8),
    RemoveName(u8),
    Get(u8),
    Scan {
        group: Option<u8>,
        after: Option<u8>,
        descending: bool,
        limit: usize,
    },
    Freeze,
    Write,
    Abandon,
    Thaw,
    Checkpoint,
    Reset,
    Reopen,
    TakeSnapshot,
    DropSnapshot(usize),
    TakeBack,
}

fn step() -> impl Strategy<Value = Step> {
    let key = 0..24u8;
    prop_oneof![
        6 => (key.clone(), 0..500u64).prop_map(|(key, count)| Step::PutTally(key, count)),
        4 => (key.clone(), "[a-z]{0,40}").prop_map(|(key, name)| Step::PutName(key, name)),
        6 => (key.clone(), 0..500u64).prop_map(|(key, by)| Step::Change(key, by)),
        3 => (key.clone(), 0..500u64).prop_map(|(key, by)| Step::Upsert(key, by)),
        4 => key.clone().prop_map(Step::RemoveTally),
        2 => key.clone().prop_map(Step::RemoveName),
        6 => key.clone().prop_map(Step::Get),
        6 => (
            proptest::option::of(0..4u8),
            proptest::option::of(key),
            any::<bool>(),
            prop_oneof![Just(1), Just(3), Just(usize::MAX)],
        )
            .prop_map(|(group, after, descending, limit)| Step::Scan {
                group,
                after,
                descending,
                limit,
            }),
        3 => Just(Step::Freeze),
        3 => Just(Step::Write),
        1 => Just(Step::Abandon),
        3 => Just(Step::Thaw),
        1 => Just(Step::Checkpoint),
        1 => Just(Step::Reset),
        1 => Just(Step::Reopen),
        4 => Just(Step::TakeSnapshot),
        3 => (0..MOST_SNAPSHOTS).prop_map(Step::DropSnapshot),
        3 => Just(Step::TakeBack),
    ]
}

/// Keys fall into four groups, so that prefixes select some of them.
fn key_of<R: Row>(key: u8) -> Key {
    group_of::<R>(key % 4).number(u64::from(key / 4))
}

fn group_of<R: Row>(group: u8) -> Key {
    Key::of::<R>().text(["a", "ab", "b", "b-b"][usize::from(group)])
}

#[derive(Clone, Debug, Default)]
struct State {
    rows: MemoryRows,
    position: Position,
}

struct Pair {
    dir: tempfile::TempDir,
    options: Options,
    store: Option<Store>,
    now: State,
    /// What the frozen layer would make durable, from the freeze until the thaw.
    frozen: Option<State>,
    durable: State,
    checkpoint: Option<Checkpoint>,
    written: Option<Written>,
    snapshots: Vec<(Snapshot, State)>,
}

impl Pair {
    fn new(cache_bytes: usize) -> Self {
        let dir = scratch();
        let options = Options {
            cache_bytes,
            ..options()
        };
        let (store, opened) = Store::open(&dir.path().join("rows"), &options).unwrap();
        assert_eq!(opened, Opened::Fresh);
        Self {
            dir,
            options,
            store: Some(store),
            now: State::default(),
            frozen: None,
            durable: State::default(),
            checkpoint: None,
            written: None,
            snapshots: Vec::new(),
        }
    }

    fn store(&mut self) -> &mut Store {
        self.store.as_mut().unwrap()
    }

    fn apply(&mut self, step: Step) {
        if !self.change(&step) {
            self.handle(step);
        }
        let now = self.now.position;
        assert_eq!(self.store().position(), now);
    }

    /// Applies a step that changes rows, on both sides.
    fn change(&mut self, step: &Step) -> bool {
        let store = self.store.as_mut().unwrap();
        evolve(store, step);
        if !evolve(&mut self.now.rows, step) {
            return false;
        }
        self.now.position = self.now.position.next();
        store.advance(self.now.position);
        true
    }

    fn handle(&mut self, step: Step) {
        match step {
            Step::Get(key) => {
                compare_get::<Tally>(self.store.as_ref().unwrap(), &self.now.rows, key);
                compare_get::<Name>(self.store.as_ref().unwrap(), &self.now.rows, key);
                for (snapshot, then) in &self.snapshots {
                    compare_get::<Tally>(snapshot, &then.rows, key);
                    compare_get::<Name>(snapshot, &then.rows, key);
                }
            }
            Step::Scan {
                group,
                after,
                descending,
                limit,
            } => {
                let prefix = group.map_or_else(Key::of::<Tally>, group_of::<Tally>);
                let after = after.map(key_of::<Tally>);
                let mut scan = Scan::of(&prefix);
                if let Some(after) = &after {
                    scan = scan.after(after);
                }
                if descending {
                    scan = scan.descending();
                }
                let store = self.store.as_ref().unwrap();
                let Ok(expected) = self.now.rows.page::<Tally>(scan, limit);
                assert_eq!(store.page::<Tally>(scan, limit).unwrap(), expected);
                for (snapshot, then) in &self.snapshots {
                    let Ok(expected) = then.rows.page::<Tally>(scan, limit);
                    assert_eq!(snapshot.page::<Tally>(scan, limit).unwrap(), expected);
                }
            }
            Step::Freeze => self.freeze(),
            Step::Write => {
                if let Some(checkpoint) = self.checkpoint.take() {
                    self.written = Some(checkpoint.write().unwrap());
                    self.durable = self.frozen.clone().unwrap();
                }
            }
            Step::Abandon => self.checkpoint = None,
            Step::Thaw => {
                if let Some(written) = self.written.take() {
                    self.store().thaw(&written);
                    self.frozen = None;
                }
            }
            Step::Checkpoint => {
                let in_flight = self.checkpoint.is_some() || self.written.is_some();
                assert_eq!(self.store().checkpoint().is_err(), in_flight);
                if !in_flight {
                    self.frozen = None;
                    self.durable = self.now.clone();
                }
            }
            Step::Reset => {
                self.now = self.frozen.as_ref().unwrap_or(&self.durable).clone();
                let back = self.store().reset();
                assert_eq!(back, self.now.position);
            }
            Step::Reopen => self.reopen(),
            Step::TakeSnapshot => {
                if self.snapshots.len() == MOST_SNAPSHOTS {
                    check_snapshot(self.snapshots.remove(0));
                }
                let now = self.now.clone();
                let snapshot = self.store().snapshot();
                self.snapshots.push((snapshot, now));
            }
            Step::DropSnapshot(which) => {
                if which < self.snapshots.len() {
                    check_snapshot(self.snapshots.remove(which));
                }
            }
            Step::TakeBack => self.store().take_back(),
            _ => unreachable!("a change of rows"),
        }
    }

    fn freeze(&mut self) {
        let in_flight = self.checkpoint.is_some() || self.written.is_some();
        let checkpoint = self.store().freeze();
        if in_flight {
            assert!(checkpoint.is_none());
            return;
        }
        if let Some(checkpoint) = checkpoint {
            let frozen = self.frozen.get_or_insert_with(|| self.now.clone());
            assert_eq!(checkpoint.position(), frozen.position);
            self.checkpoint = Some(checkpoint);
        } else {
            assert!(self.frozen.is_none());
            assert_eq!(self.now.position, self.durable.position);
        }
    }

    fn reopen(&mut self) {
        self.snapshots.drain(..).for_each(check_snapshot);
        self.checkpoint = None;
        self.written = None;
        self.frozen = None;
        self.store = None;
        self.now = self.durable.clone();
        let (store, opened) = Store::open(&self.dir.path().join("rows"), &self.options).unwrap();
        assert_eq!(opened, Opened::Resumed);
        assert_eq!(store.checkpoint_position(), self.durable.position);
        self.store = Some(store);
    }

    /// Compares everything, and again after it went through the file.
    fn finish(mut self) {
        self.compare_all();
        self.snapshots.drain(..).for_each(check_snapshot);
        self.checkpoint = None;
        self.written = None;
        self.store().checkpoint().unwrap();
        self.compare_all();
        self.durable = self.now.clone();
        self.reopen();
        self.compare_all();
    }

    fn compare_all(&self) {
        let store = self.store.as_ref().unwrap();
        compare_table::<Tally>(store, &self.now.rows);
        compare_table::<Name>(store, &self.now.rows);
        for tables in [ALL_TABLES, 1..=1, 2..=2, 3..=9] {
            assert_eq!(
                store.digest(tables.clone()).unwrap(),
                digest_of_memory(&self.now.rows, tables).unwrap()
            );
        }
    }
}

fn check_snapshot((snapshot, then): (Snapshot, State)) {
    assert_eq!(snapshot.position(), then.position);
    compare_table::<Tally>(&snapshot, &then.rows);
    compare_table::<Name>(&snapshot, &then.rows);
    assert_eq!(
        snapshot.digest(ALL_TABLES).unwrap(),
        digest_of_memory(&then.rows, ALL_TABLES).unwrap()
    );
}

/// Applies a step that changes rows; returns whether it was one.
fn evolve(rows: &mut impl RowsMut, step: &Step) -> bool {
    match step {
        Step::PutTally(key, count) => rows.put(key_of::<Tally>(*key), super::tally(*count)),
        Step::PutName(key, name) => rows.put(key_of::<Name>(*key), Name(name.clone())),
        Step::Change(key, by) => {
            if let Some(row) = rows.get_mut::<Tally>(&key_of::<Tally>(*key)).unwrap() {
                row.count += by;
                row.notes.push(format!("plus {by}"));
            }
        }
        Step::Upsert(key, by) => {
            rows.upsert::<Tally>(&key_of::<Tally>(*key)).unwrap().count += by;
        }
        Step::RemoveTally(key) => rows.remove(&key_of::<Tally>(*key)),
        Step::RemoveName(key) => rows.remove(&key_of::<Name>(*key)),
        _ => return false,
    }
    true
}

fn compare_get<R: Row>(store: &impl Rows, model: &MemoryRows, key: u8) {
    let Ok(expected) = model.get::<R>(&key_of::<R>(key));
    assert_eq!(store.get::<R>(&key_of::<R>(key)).unwrap(), expected);
}

fn compare_table<R: Row>(store: &impl Rows, model: &MemoryRows) {
    let all = Key::of::<R>();
    for scan in [Scan::of(&all), Scan::of(&all).descending()] {
        let mut found: Vec<(Key, Arc<R>)> = Vec::new();
        store
            .scan(scan, &mut |key, row| {
                found.push((key.clone(), Arc::clone(row)));
                ControlFlow::Continue(())
            })
            .unwrap();
        let Ok(expected) = model.page(scan, usize::MAX);
        assert_eq!(found, expected);
    }
    for key in 0..24 {
        compare_get::<R>(store, model, key);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_store_equals_a_plain_map(
        steps in proptest::collection::vec(step(), 1..120),
        cache_bytes in prop_oneof![Just(0), Just(2 << 10), Just(1 << 20)],
    ) {
        let mut pair = Pair::new(cache_bytes);
        for step in steps {
            pair.apply(step);
        }
        pair.finish();
    }
}
