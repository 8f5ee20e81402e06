//! Observations and heads: which observation gives the current value of a counter.
//!
//! The head of a counter is the observation with the latest time. At equal times the better source
//! wins, then the later position. The order of arrival does not matter, because the head is a
//! maximum over keys.

use serde::{Deserialize, Serialize};

use crate::domain::{Counter, Counters, FactTiming, ObservationSource, Position, Seen, Timestamp};

/// Place of an observation on the time axis of its series.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
pub struct OrderKey {
    /// When the counters were observed.
    pub observed_at: Timestamp,
    /// Quality of the source; the greater rank wins.
    pub rank: u8,
    /// Position of the event that recorded it.
    pub position: Position,
}

impl OrderKey {
    /// Returns the place of an observation.
    pub fn new(seen: &Seen, position: Position) -> Self {
        Self {
            observed_at: seen.observed_at,
            rank: rank(seen.source),
            position,
        }
    }
}

/// Returns the rank of a source: API > brand > creator > estimate.
pub const fn rank(source: ObservationSource) -> u8 {
    match source {
        ObservationSource::Api => 3,
        ObservationSource::Brand => 2,
        ObservationSource::Creator => 1,
        ObservationSource::Estimate => 0,
    }
}

/// Returns the source of a rank.
pub const fn source_of(rank: u8) -> ObservationSource {
    match rank {
        3.. => ObservationSource::Api,
        2 => ObservationSource::Brand,
        1 => ObservationSource::Creator,
        0 => ObservationSource::Estimate,
    }
}

/// An observation with its corrections applied.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// Its place.
    pub key: OrderKey,
    /// Positions of its corrections and its void, in log order.
    pub changes: Vec<Position>,
    /// Against the window of the campaign.
    pub timing: FactTiming,
    /// The observed counters.
    pub counters: Counters,
    /// Followers at the time.
    pub followers: Option<u64>,
    /// The counters and followers as first recorded, once a correction has replaced them.
    pub recorded: Option<Box<(Counters, Option<u64>)>>,
    /// Whether it was voided.
    pub voided: bool,
}

impl Entry {
    /// Returns the position of the recording, or of its latest correction or void.
    pub fn latest(&self) -> Position {
        self.changes.last().copied().unwrap_or(self.key.position)
    }

    /// Replaces the values and keeps the ones that were first recorded.
    pub fn correct(&mut self, counters: Counters, followers: Option<u64>) {
        let before = (self.counters, self.followers);
        self.recorded.get_or_insert_with(|| Box::new(before));
        (self.counters, self.followers) = (counters, followers);
    }

    pub(super) fn says_or_said(&self, counters: &Counters, followers: Option<u64>) -> bool {
        let is_meant = |one: &(Counters, Option<u64>)| one == &(*counters, followers);
        is_meant(&(self.counters, self.followers)) || self.recorded.as_deref().is_some_and(is_meant)
    }
}

/// The current value of a counter and the one before it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Head {
    /// Place of the observation.
    pub key: OrderKey,
    /// Position of the event that recorded or last corrected it.
    pub latest: Position,
    /// The value.
    pub value: u64,
    /// Place and value of the previous observation.
    pub before: Option<(OrderKey, u64)>,
}

impl Head {
    /// Returns the previous value when it was higher.
    pub fn fell_from(&self) -> Option<u64> {
        self.before
            .map(|(_, value)| value)
            .filter(|before| *before > self.value)
    }
}

/// The heads of all counters of a series.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(
    from = "[Option<Head>; Counter::COUNT]",
    into = "[Option<Head>; Counter::COUNT]"
)]
pub struct Heads {
    slots: [Option<Head>; Counter::COUNT],
    /// Values of the heads, side by side, because totals read all of them at each observation.
    values: Counters,
}

impl From<[Option<Head>; Counter::COUNT]> for Heads {
    fn from(slots: [Option<Head>; Counter::COUNT]) -> Self {
        let mut values = Counters::default();
        for counter in Counter::ALL {
            values.set(counter, slots[counter as usize].map(|head| head.value));
        }
        Self { slots, values }
    }
}

impl From<Heads> for [Option<Head>; Counter::COUNT] {
    fn from(heads: Heads) -> Self {
        heads.slots
    }
}

impl Heads {
    /// Returns the head of a counter.
    pub fn get(&self, counter: Counter) -> Option<&Head> {
        self.slots[counter as usize].as_ref()
    }

    /// Returns the current value of every counter.
    pub fn values(&self) -> Counters {
        self.values
    }

    /// Returns what a walk back over the same observations must find: for each counter its head,
    /// and the value before it if there is one.
    pub fn sought(&self) -> Sought {
        let of = |slot: &Option<Head>| match slot {
            None => Need::Nothing,
            Some(Head { before: None, .. }) => Need::Head,
            Some(Head { .. }) => Need::Both,
        };
        Sought(self.slots.each_ref().map(of))
    }

    /// Returns what a walk back must find after an observation gets other counters, or none.
    pub fn sought_without(&self, changed: OrderKey, by: Option<&Counters>) -> Sought {
        let mut sought = self.sought();
        for counter in Counter::ALL {
            let need = &mut sought.0[counter as usize];
            let holds_it = by.is_some_and(|by| by.get(counter).is_some());
            let was_alone = self.get(counter).is_some_and(|head| head.key == changed);
            match (*need, holds_it) {
                // The observation may add another value.
                (_, true) => *need = Need::Both,
                // It held the only value.
                (Need::Head, false) if was_alone => *need = Need::Nothing,
                (Need::Nothing | Need::Head | Need::Both, false) => {}
            }
        }
        sought
    }

    /// Adds an observation, wherever it lies on the time axis.
    pub fn admit(&mut self, entry: &Entry) {
        for (counter, value) in entry.counters.seen() {
            let slot = &mut self.slots[counter as usize];
            let head = with_one_more(*slot, entry, value);
            self.values.set(counter, Some(head.value));
            *slot = Some(head);
        }
    }
}

/// What a walk back over observations must find before it may stop.
#[derive(Clone, Copy, Debug)]
pub struct Sought([Need; Counter::COUNT]);

/// What the walk must find for one counter.
#[derive(Clone, Copy, Debug)]
enum Need {
    /// No observation has it.
    Nothing,
    /// One observation has it.
    Head,
    /// Several observations may have it.
    Both,
}

impl Sought {
    /// Requires two observations of every counter, so that a walk visits all observations.
    pub fn all() -> Self {
        Self([Need::Both; Counter::COUNT])
    }

    /// Returns whether the heads contain all of it.
    pub(super) fn is_in(&self, heads: &Heads) -> bool {
        let mut all = self.0.iter().zip(&heads.slots);
        all.all(|(need, slot)| match need {
            Need::Nothing => true,
            Need::Head => slot.is_some(),
            Need::Both => slot.is_some_and(|head| head.before.is_some()),
        })
    }
}

fn with_one_more(slot: Option<Head>, entry: &Entry, value: u64) -> Head {
    let newer = |before| Head {
        key: entry.key,
        latest: entry.latest(),
        value,
        before,
    };
    let Some(head) = slot else { return newer(None) };
    if entry.key > head.key {
        return newer(Some((head.key, head.value)));
    }
    if head.before.is_none_or(|(key, _)| entry.key > key) {
        return Head {
            before: Some((entry.key, value)),
            ..head
        };
    }
    head
}

/// Which observations count for a head.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cutoff {
    /// Up to the end of the campaign.
    OnTime,
    /// Up to `measure_until`.
    Counted,
    /// Up to this time, and up to `measure_until`.
    Until(Timestamp),
}

impl Cutoff {
    /// Returns whether an observation counts.
    pub(super) fn admits(self, entry: &Entry) -> bool {
        if entry.voided || entry.timing == FactTiming::AfterMeasurement {
            return false;
        }
        match self {
            Self::OnTime => entry.timing == FactTiming::OnTime,
            Self::Counted => true,
            Self::Until(time) => entry.key.observed_at <= time,
        }
    }
}
