//! The plan of a campaign: computed completely before the first call, from numbers only.

use super::ids::{DAY_S, Place};

/// Maximum number of collaborations of a campaign: the pending ones at its close must fit one
/// block.
const MOST_COLLABORATIONS: f64 = 500.0;
/// Maximum number of observations of a post at a time.
const MOST_OBSERVATIONS: f64 = 400.0;
/// Exponent of the size distribution: few are large.
const EXPONENT: f64 = 1.2;

/// A campaign from its draft to its end.
pub struct Plan {
    /// The campaign.
    pub place: Place,
    /// How it ends.
    pub end: End,
    /// Start of its window, in seconds of the history.
    pub start_s: i64,
    /// Its collaborations.
    pub collaborations: Vec<Collaboration>,
    /// Orders that were placed.
    pub orders: u32,
    /// Whether it is paused for a while.
    pub pauses: bool,
    /// Whether its cap is raised.
    pub amends: bool,
}

/// The last state of a campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Draft,
    DraftCancelled,
    Open,
    Paused,
    Closed,
    Cancelled,
}

/// The part of one creator.
pub struct Collaboration {
    /// Number within the campaign, from 0.
    pub number: u32,
    /// The fee, in rupiah.
    pub fee: i64,
    /// Its last state.
    pub fate: Fate,
    /// Whether content is submitted before it ends.
    pub submits: bool,
    /// Whether a revision is requested once.
    pub revises: bool,
    /// Whether there is a second deliverable, which the brand waives in the end.
    pub has_second: bool,
    /// When its post goes live, in seconds of the history.
    pub published_s: i64,
    /// Number of observations of the post.
    pub observations: u32,
    /// What is recorded about its fee.
    pub cost: CostFate,
}

/// The last state of a collaboration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Pending,
    Declined,
    Withdrawn,
    Accepted,
    Shipped,
    Rejected,
    Cancelled,
    Published,
    Verified,
    Completed,
}

/// The last state of a fee's cost line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CostFate {
    None,
    Recorded,
    Reversed,
    Approved,
    Paid,
}

impl Fate {
    /// Returns whether there is a post.
    pub fn is_published(self) -> bool {
        matches!(self, Self::Published | Self::Verified | Self::Completed)
    }

    /// Returns whether terms are accepted.
    pub fn is_accepted(self) -> bool {
        !matches!(self, Self::Pending | Self::Declined | Self::Withdrawn)
    }

    /// Returns the same, or the state that it must reach before its campaign can end like this.
    fn before(self, end: End) -> Self {
        match (end, self) {
            (_, Self::Pending | Self::Declined | Self::Withdrawn | Self::Cancelled) => self,
            (End::Closed, _) if self.is_published() => Self::Completed,
            (End::Closed | End::Cancelled, _) => Self::Cancelled,
            (End::Draft | End::DraftCancelled | End::Open | End::Paused, _) => self,
        }
    }
}

impl Plan {
    /// Computes the plan of a campaign.
    pub fn of(seed: u64, place: Place) -> Self {
        let mut random = random(seed, place);
        let end = end(&mut random);
        let start_s = random.i64(0..250) * DAY_S;
        let has_work = !matches!(end, End::Draft | End::DraftCancelled);
        let size = if has_work {
            zipf(&mut random, 2.9, MOST_COLLABORATIONS)
        } else {
            0
        };
        let collaborations: Vec<Collaboration> = (0..size)
            .map(|number| Collaboration::new(&mut random, number, end, start_s))
            .collect();
        let accepted = collaborations.iter().filter(|one| one.fate.is_accepted());
        let orders = match accepted.count() {
            0 => 0,
            _ => random.u32(0..=size),
        };
        Self {
            place,
            end,
            start_s,
            collaborations,
            orders,
            pauses: has_work && random.f64() < 0.1,
            amends: has_work && random.f64() < 0.2,
        }
    }

    /// Returns the collaborations with a post.
    pub fn published(&self) -> Vec<&Collaboration> {
        let all = self.collaborations.iter();
        all.filter(|one| one.fate.is_published()).collect()
    }
}

impl Collaboration {
    fn new(random: &mut fastrand::Rng, number: u32, end: End, start_s: i64) -> Self {
        let fate = match random.u32(0..100) {
            0..5 => Fate::Pending,
            5..11 => Fate::Declined,
            11..15 => Fate::Withdrawn,
            15..22 => Fate::Accepted,
            22..26 => Fate::Shipped,
            26..30 => Fate::Rejected,
            30..38 => Fate::Cancelled,
            38..50 => Fate::Published,
            50..60 => Fate::Verified,
            _ => Fate::Completed,
        };
        let fate = fate.before(end);
        let cost = match random.u32(0..10) {
            0 => CostFate::Recorded,
            1 => CostFate::Reversed,
            2 => CostFate::Approved,
            3 | 4 => CostFate::Paid,
            _ => CostFate::None,
        };
        Self {
            number,
            fee: random.i64(1..=50) * 100_000,
            fate,
            submits: random.f64() < 0.4,
            revises: random.f64() < 0.2,
            has_second: random.f64() < 0.15,
            published_s: start_s + random.i64(DAY_S..20 * DAY_S),
            observations: zipf(random, 2.6, MOST_OBSERVATIONS),
            cost: if fate.is_accepted() {
                cost
            } else {
                CostFate::None
            },
        }
    }
}

fn end(random: &mut fastrand::Rng) -> End {
    match random.u32(0..100) {
        0..2 => End::Draft,
        2..4 => End::DraftCancelled,
        4..35 => End::Open,
        35..40 => End::Paused,
        40..95 => End::Closed,
        _ => End::Cancelled,
    }
}

/// Returns a generator with a seed of its own for each campaign.
pub fn random(seed: u64, place: Place) -> fastrand::Rng {
    // Odd constants separate neighbours; the generator mixes the rest.
    let desk = u64::from(place.desk).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let campaign = place.campaign.wrapping_mul(0xd1b5_4a32_d192_ed03);
    fastrand::Rng::with_seed(seed ^ desk ^ campaign.rotate_left(32))
}

/// Picks a size of `least` or more; few are large.
fn zipf(random: &mut fastrand::Rng, least: f64, most: f64) -> u32 {
    let part = 1.0 - random.f64();
    (least * part.powf(-1.0 / EXPONENT)).min(most) as u32
}
