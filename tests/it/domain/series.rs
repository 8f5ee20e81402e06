//! Series: however observations arrive and chunks split, heads equal a brute-force computation.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use campaign_ledger::domain::rows::MemoryRows;
use campaign_ledger::domain::state::{
    Axis, Cutoff, Entry, Heads, OrderKey, Publication, Sought, Starts,
};
use campaign_ledger::domain::*;
use proptest::prelude::*;

use super::properties::cases;
use crate::support::histories::Dice;
use crate::support::requests::{day, later, post, seconds_after};

const COUNTERS: [Counter; 3] = [Counter::Likes, Counter::Views, Counter::Saves];

/// A series, and all of its observations in a plain map.
struct Twin {
    axis: Axis,
    rows: MemoryRows,
    starts: Starts,
    on_time: Heads,
    counted: Heads,
    plain: BTreeMap<OrderKey, Entry>,
    changes: u64,
}

impl Twin {
    fn new() -> Self {
        Self {
            axis: Axis::new(
                &Publication::key(&post("ayu-1", "post-1")),
                Audience::HEADLINE,
            ),
            rows: MemoryRows::new(),
            starts: Starts::default(),
            on_time: Heads::default(),
            counted: Heads::default(),
            plain: BTreeMap::new(),
            changes: 0,
        }
    }

    fn insert(&mut self, entry: Entry) {
        if entry.timing != FactTiming::AfterMeasurement {
            self.counted.admit(&entry);
        }
        if entry.timing == FactTiming::OnTime {
            self.on_time.admit(&entry);
        }
        self.plain.insert(entry.key, entry.clone());
        let inserted = self.axis.insert(&mut self.rows, &mut self.starts, &entry);
        inserted.unwrap();
    }

    /// Corrects an observation, or voids it when there is no replacement.
    fn change(&mut self, key: OrderKey, by: Option<Counters>) {
        self.changes += 1;
        let at = Position::new(1_000_000 + self.changes);
        let change = |entry: &mut Entry| {
            entry.changes.push(at);
            match by {
                Some(counters) => entry.counters = counters,
                None => entry.voided = true,
            }
        };
        change(self.plain.get_mut(&key).unwrap());
        let counted = self.counted.sought_without(key, by.as_ref());
        let on_time = self.on_time.sought_without(key, by.as_ref());
        let changed = self.axis.change(&mut self.rows, key, change);
        assert_eq!(changed.unwrap(), Some(()), "{key:?} is in its place");
        let heads = |cutoff, sought| self.axis.heads(&self.rows, cutoff, sought).unwrap();
        let changed = (
            heads(Cutoff::Counted, counted),
            heads(Cutoff::OnTime, on_time),
        );
        (self.counted, self.on_time) = changed;
    }

    fn check(&self) {
        let mut walked = Vec::new();
        let walk = self.axis.walk_back(&self.rows, &mut |entry| {
            walked.push(entry.clone());
            ControlFlow::Continue(())
        });
        walk.unwrap();
        let expected: Vec<Entry> = self.plain.values().rev().cloned().collect();
        assert!(walked == expected, "a walk back sees everything in order");

        let (early, counted) = (FactTiming::OnTime, FactTiming::Late);
        self.check_heads(&self.on_time, |entry| entry.timing <= early);
        self.check_heads(&self.counted, |entry| entry.timing <= counted);
        for cutoff in [Cutoff::OnTime, Cutoff::Counted] {
            let heads = |sought| self.axis.heads(&self.rows, cutoff, sought).unwrap();
            let incremental = match cutoff {
                Cutoff::OnTime => self.on_time,
                Cutoff::Counted | Cutoff::Until(_) => self.counted,
            };
            assert_eq!(heads(Sought::all()), incremental);
            assert_eq!(heads(incremental.sought()), incremental);
        }
        for time in [day(16), day(17), day(30)] {
            let (until, sought) = (Cutoff::Until(time), self.counted.sought());
            let heads = self.axis.heads(&self.rows, until, sought).unwrap();
            self.check_heads(&heads, |entry| {
                entry.timing <= counted && entry.key.observed_at <= time
            });
        }
    }

    fn check_heads(&self, heads: &Heads, admits: impl Fn(&Entry) -> bool) {
        for counter in Counter::ALL {
            let seen = |entry: &&Entry| entry.counters.get(counter).is_some();
            let standing = self.plain.values().filter(|entry| !entry.voided);
            let mut best = standing.filter(|entry| admits(entry)).filter(seen).rev();
            let value = |entry: &Entry| entry.counters.get(counter).unwrap();
            let (head, before) = (best.next(), best.next());
            let actual = heads.get(counter);
            assert_eq!(
                actual.map(|head| (head.key, head.value, head.latest)),
                head.map(|entry| (entry.key, value(entry), entry.latest()))
            );
            assert_eq!(
                actual.and_then(|head| head.before),
                before.map(|entry| (entry.key, value(entry)))
            );
        }
    }

    /// Checks that every observation is found, by position and by content.
    fn check_finds(&self) {
        for entry in self.plain.values() {
            let position = entry.latest();
            let found = self.axis.find(&self.rows, position).unwrap();
            assert_eq!(found.as_ref(), Some(entry));
            let observation = Observation {
                seen: seen(entry.key),
                counters: entry.counters,
                followers: entry.followers,
            };
            let at = entry.key.position;
            let within = at..=at;
            let recorded = self
                .axis
                .find_recorded(&self.rows, &self.starts, &observation, &within);
            assert_eq!(recorded.unwrap(), Some(at), "voided or not");
            if entry.voided {
                continue;
            }
            let same = self.axis.find_same(&self.rows, &self.starts, &observation);
            let same = same.unwrap().expect("the same one is found");
            let position = same.key.position;
            let key = OrderKey {
                position,
                ..entry.key
            };
            let twin = &self.plain[&key];
            assert_eq!(
                (twin.counters, twin.followers),
                (entry.counters, entry.followers)
            );
        }
    }
}

fn entry_at(key: OrderKey) -> Entry {
    Entry {
        key,
        changes: Vec::new(),
        timing: FactTiming::OnTime,
        counters: Counters::default(),
        followers: None,
        recorded: None,
        voided: false,
    }
}

fn seen(key: OrderKey) -> Seen {
    Seen {
        observed_at: key.observed_at,
        source: state::source_of(key.rank),
        kind: MeasurementKind::Measured,
        scope: MeasurementScope::Total,
        definition: None,
    }
}

fn some_counters(dice: &mut Dice) -> Counters {
    let mut counters = Counters::default();
    for counter in COUNTERS {
        if dice.chance(60) {
            counters.set(counter, Some(dice.roll(1_000)));
        }
    }
    counters
}

fn some_entry(dice: &mut Dice, position: u64, hours: u64) -> Entry {
    let sources = [ObservationSource::Api, ObservationSource::Creator];
    let hour = dice.roll(hours) as i64;
    let mut seen = seen(OrderKey::default());
    seen.observed_at = seconds_after(day(15), hour * 3_600);
    seen.source = *dice.pick(&sources);
    let timing = match hour {
        0..=99 => FactTiming::OnTime,
        100..=149 => FactTiming::Late,
        _ => FactTiming::AfterMeasurement,
    };
    Entry {
        timing,
        counters: some_counters(dice),
        ..entry_at(OrderKey::new(&seen, Position::new(position)))
    }
}

#[test]
fn thousand_observations_in_random_order_equal_brute_force() {
    for seed in 0..3 {
        let mut dice = Dice::new(seed);
        let mut entries: Vec<Entry> = (1..=1_000)
            .map(|position| some_entry(&mut dice, position, 200))
            .collect();
        dice.shuffle(&mut entries);
        let mut twin = Twin::new();
        for (count, entry) in entries.into_iter().enumerate() {
            twin.insert(entry);
            if count % 97 == 0 {
                twin.check();
            }
        }
        let chunks = twin.rows.len();
        assert!(
            (8..=32).contains(&chunks),
            "chunks of 128 are split in half"
        );
        let keys: Vec<OrderKey> = twin.plain.keys().copied().collect();
        for _ in 0..150 {
            let key = *dice.pick(&keys);
            if twin.plain[&key].voided {
                continue;
            }
            let by = dice.chance(60).then(|| some_counters(&mut dice));
            twin.change(key, by);
        }
        twin.check();
        twin.check_finds();
    }
}

#[test]
fn observations_in_and_against_time_order_equal_brute_force() {
    let entry = |hour: u64| {
        let mut seen = seen(OrderKey::default());
        seen.observed_at = seconds_after(day(15), hour as i64 * 60);
        let key = OrderKey::new(&seen, Position::new(hour + 1));
        let mut entry = entry_at(key);
        entry.counters.set(Counter::Likes, Some(hour));
        entry
    };
    let forward: Vec<u64> = (0..1_200).collect();
    let backward: Vec<u64> = forward.iter().rev().copied().collect();
    for order in [forward, backward] {
        let mut twin = Twin::new();
        for hour in order {
            twin.insert(entry(hour));
        }
        twin.check();
        twin.check_finds();
    }
}

#[test]
fn first_observations_of_one_moment_fill_many_chunks() {
    let mut twin = Twin::new();
    for position in 1..=300 {
        let mut moment = seen(OrderKey::default());
        moment.observed_at = later(day(15), 0);
        let mut entry = entry_at(OrderKey::new(&moment, Position::new(position)));
        entry.counters.set(Counter::Likes, Some(position));
        twin.insert(entry);
    }
    twin.check();
    twin.check_finds();
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn heads_do_not_depend_on_the_order_of_arrival(
        seed in any::<u64>(),
        count in 1_u64..40,
        hours in 1_u64..200,
    ) {
        let mut dice = Dice::new(seed);
        let mut entries: Vec<Entry> = (1..=count)
            .map(|position| some_entry(&mut dice, position, hours))
            .collect();
        let arrive = |entries: &[Entry]| {
            let mut twin = Twin::new();
            for entry in entries {
                twin.insert(entry.clone());
                twin.check();
            }
            twin.check_finds();
            (twin.on_time, twin.counted)
        };
        let first = arrive(&entries);
        dice.shuffle(&mut entries);
        prop_assert_eq!(first, arrive(&entries));
    }
}
