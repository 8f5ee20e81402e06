//! Observations and heads: which observation of a counter stands.
//!
//! The head of a counter is the observation with the greatest time; at the same time the better
//! source wins, then the later position. It never depends on the order of
//! arrival, because it is a maximum over keys.

use serde::{Deserialize, Serialize};

use crate::domain::{Counter, Counters, FactTiming, ObservationSource, Position, Seen, Timestamp};

/// Place of an observation on the time axis of its series.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
pub struct OrderKey {
    /// When it was seen.
    pub observed_at: Timestamp,
    /// How good the source is; the greater wins.
    pub rank: u8,
    /// Position of the event that recorded it.
    pub position: Position,
}

impl OrderKey {
    /// Places an observation.
    pub fn new(seen: &Seen, position: Position) -> Self {
        Self {
            observed_at: seen.observed_at,
            rank: rank(seen.source),
            position,
        }
    }
}

/// Ranks sources: API > brand > creator > estimate.
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

/// An observation as it stands after corrections.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// Its place.
    pub key: OrderKey,
    /// Corrections and the void of it, in log order.
    pub changes: Vec<Position>,
    /// Against the window of the campaign.
    pub timing: FactTiming,
    /// What was seen.
    pub counters: Counters,
    /// Followers at the time.
    pub followers: Option<u64>,
    /// What was recorded at first, counters and followers, once a correction replaced it.
    pub recorded: Option<Box<(Counters, Option<u64>)>>,
    /// Whether it was taken out.
    pub voided: bool,
}

impl Entry {
    /// Returns the recording, or its latest correction or void.
    pub fn latest(&self) -> Position {
        self.changes.last().copied().unwrap_or(self.key.position)
    }

    /// Puts other values in place of these, and keeps what was recorded at first.
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

/// The standing value of a counter and the one before it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Head {
    /// Place of the observation.
    pub key: OrderKey,
    /// The event that says so.
    pub latest: Position,
    /// The value.
    pub value: u64,
    /// Place and value of the observation before.
    pub before: Option<(OrderKey, u64)>,
}

impl Head {
    /// Returns the higher value before, when the counter fell.
    pub fn fell_from(&self) -> Option<u64> {
        self.before
            .map(|(_, value)| value)
            .filter(|before| *before > self.value)
    }
}

/// The heads of all counters of a series.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(from = "[Option<Head>; 11]", into = "[Option<Head>; 11]")]
pub struct Heads {
    slots: [Option<Head>; 11],
    /// Their values, side by side: totals look at all of them with each observation.
    values: Counters,
}

impl From<[Option<Head>; 11]> for Heads {
    fn from(slots: [Option<Head>; 11]) -> Self {
        let mut values = Counters::default();
        for counter in Counter::ALL {
            values.set(counter, slots[counter as usize].map(|head| head.value));
        }
        Self { slots, values }
    }
}

impl From<Heads> for [Option<Head>; 11] {
    fn from(heads: Heads) -> Self {
        heads.slots
    }
}

impl Heads {
    /// Returns the head of a counter.
    pub fn get(&self, counter: Counter) -> Option<&Head> {
        self.slots[counter as usize].as_ref()
    }

    /// Returns the standing value of every counter.
    pub fn values(&self) -> Counters {
        self.values
    }

    /// Says what a walk back over the same observations has to find: of each counter the head, and
    /// the value before it, where there is one.
    pub fn sought(&self) -> Sought {
        let of = |slot: &Option<Head>| match slot {
            None => Need::Nothing,
            Some(Head { before: None, .. }) => Need::Head,
            Some(Head { .. }) => Need::Both,
        };
        Sought(self.slots.each_ref().map(of))
    }

    /// Says what a walk back has to find once an observation holds other counters, or none.
    pub fn sought_without(&self, changed: OrderKey, by: Option<&Counters>) -> Sought {
        let mut sought = self.sought();
        for counter in Counter::ALL {
            let need = &mut sought.0[counter as usize];
            let holds_it = by.is_some_and(|by| by.get(counter).is_some());
            let was_alone = self.get(counter).is_some_and(|head| head.key == changed);
            match (*need, holds_it) {
                // It may be one more of them.
                (_, true) => *need = Need::Both,
                // It was the only one.
                (Need::Head, false) if was_alone => *need = Need::Nothing,
                (Need::Nothing | Need::Head | Need::Both, false) => {}
            }
        }
        sought
    }

    /// Takes one more observation in, wherever on the time axis it lies.
    pub fn admit(&mut self, entry: &Entry) {
        for (counter, value) in entry.counters.seen() {
            let slot = &mut self.slots[counter as usize];
            let head = with_one_more(*slot, entry, value);
            self.values.set(counter, Some(head.value));
            *slot = Some(head);
        }
    }
}

/// What a walk back over observations has to find before it may end.
#[derive(Clone, Copy, Debug)]
pub struct Sought([Need; 11]);

/// What is to be found of a counter.
#[derive(Clone, Copy, Debug)]
enum Need {
    /// No observation holds it.
    Nothing,
    /// One does.
    Head,
    /// Several may.
    Both,
}

impl Sought {
    /// Seeks two observations of every counter, so that a walk sees all of them.
    pub fn all() -> Self {
        Self([Need::Both; 11])
    }

    /// Tells whether all of it was found.
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

/// Which observations a head is taken over.
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
    /// Tells whether an observation counts.
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
