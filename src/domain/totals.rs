//! Totals: sums of signed contributions.
//!
//! Every number of a report is computed from these sums. Every sum consists of contributions of
//! single events. A view adds the contributions up, and an explanation lists the same ones.

mod conduct;
mod effect;
mod engagement;
mod products;
mod tally;

use std::collections::BTreeMap;
use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

use super::{CollaborationState, DeliverableState, FactTiming, Timestamp};

pub use conduct::{Conduct, ConductTotals};
pub use effect::{Contribution, Effect, Target};
pub use engagement::{EngagementChange, EngagementSums, Paired, Sum, engagements};
pub use products::ProductTotals;
pub use tally::{ConversionSums, CostSums, Tally, Unrated};

/// All sums about a campaign, a collaboration or a partnership.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Totals {
    /// Money and engagement, with late facts.
    pub counted: Tally,
    /// Money and engagement, without late facts.
    pub on_time: Tally,
    /// Collaborations by current state.
    pub agreements: BTreeMap<CollaborationState, i64>,
    /// How often collaborations reached a state: once each, except for offers and counters, which
    /// alternate.
    pub reached: BTreeMap<CollaborationState, i64>,
    /// Deliverables by current state.
    pub deliverables: BTreeMap<DeliverableState, i64>,
    /// Sums about the delivery of work.
    pub delivery: DeliveryTotals,
    /// Number of ratings 1 to 5.
    pub ratings: [i64; 5],
    /// Creators that a product was sent to.
    pub gifted: i64,
    /// Of those, creators who posted.
    pub gifted_posted: i64,
    /// Products sent.
    pub products: ProductTotals,
    /// Number of payments, and the sum of nanoseconds from incurring a cost to paying it.
    pub payments: (i64, i128),
    /// Facts after `measure_until`.
    pub after_measurement: i64,
    /// Rejected claims of orders: another claim stands.
    pub rejected_claims: i64,
    /// Counts of disputes.
    pub conduct: ConductTotals,
    /// Holds placed on work.
    pub holds: HoldTotals,
}

/// Sums about holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct HoldTotals {
    /// Ever placed.
    pub placed: i64,
    /// Of those, not released.
    pub open: i64,
}

/// Sums about deliverables.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct DeliveryTotals {
    /// In accepted terms, with amendments.
    pub accepted: i64,
    /// Ever published.
    pub published: i64,
    /// Published at or before the current due time.
    pub on_time: i64,
    /// Published at or before the first due time.
    pub on_time_original: i64,
    /// Sum of seconds late.
    pub seconds_late: i128,
    /// Versions submitted.
    pub submissions: i64,
    /// Deliverables with at least one submission.
    pub handed_in: i64,
    /// Revision rounds.
    pub revisions: i64,
    /// Published without approval.
    pub unapproved: i64,
    /// Not disclosed although the campaign or the terms require it, found at publication or by a
    /// check.
    pub undisclosed: i64,
    /// Published although the brand had waived them.
    pub waived: i64,
    /// Ever verified.
    pub verified: i64,
    /// How often a post was taken down before the terms allow it.
    pub removed_early: i64,
    /// Posts that are taken down at present.
    pub removed: i64,
    /// Due times of deliverables that are neither published nor given up, and how many are due
    /// then.
    pub open_dues: BTreeMap<Timestamp, i64>,
}

impl Totals {
    /// Adds the contribution of one event.
    #[expect(clippy::too_many_lines, reason = "an arm for each effect")]
    pub fn apply(&mut self, effect: &Effect) {
        match effect {
            Effect::Agreement { from, to } => {
                move_count(&mut self.agreements, *from, *to);
                *self.reached.entry(*to).or_default() += 1;
            }
            Effect::Deliverable { from, to } => move_count(&mut self.deliverables, *from, *to),
            Effect::DueOpened { due_at } => add(&mut self.delivery.open_dues, *due_at, 1),
            Effect::DueClosed { due_at } => add(&mut self.delivery.open_dues, *due_at, -1),
            Effect::DeliverablesAccepted { count } => self.delivery.accepted += i64::from(*count),
            Effect::DeliverableDropped => {
                add(&mut self.deliverables, DeliverableState::Planned, -1);
                self.delivery.accepted -= 1;
            }
            Effect::Submitted { first } => {
                self.delivery.submissions += 1;
                self.delivery.handed_in += i64::from(*first);
            }
            Effect::RevisionRequested => self.delivery.revisions += 1,
            Effect::Rated { rating } => {
                if let Some(slot) = self.ratings.get_mut(usize::from(*rating).wrapping_sub(1)) {
                    *slot += 1;
                }
            }
            Effect::Published {
                posts,
                seconds_late,
                seconds_late_original,
                unapproved,
                undisclosed,
                waived,
            } => {
                let delivery = &mut self.delivery;
                delivery.published += posts;
                delivery.on_time += posts * i64::from(*seconds_late == 0);
                delivery.on_time_original += posts * i64::from(*seconds_late_original == 0);
                delivery.seconds_late += i128::from(*posts) * i128::from(*seconds_late);
                delivery.unapproved += posts * i64::from(*unapproved);
                delivery.undisclosed += posts * i64::from(*undisclosed);
                delivery.waived += posts * i64::from(*waived);
            }
            Effect::Verified => self.delivery.verified += 1,
            Effect::PostRemoved { early } => {
                self.delivery.removed += 1;
                self.delivery.removed_early += i64::from(*early);
            }
            Effect::PostRestored => self.delivery.removed -= 1,
            Effect::RemovedEarly { posts } => self.delivery.removed_early += posts,
            Effect::FoundUndisclosed { posts } => self.delivery.undisclosed += posts,
            Effect::Shipped { value } => self.products.ship(value),
            Effect::Received => self.products.received += 1,
            Effect::Returned { value } => self.products.take_back(value),
            Effect::Gifted => self.gifted += 1,
            Effect::GiftedPosted => self.gifted_posted += 1,
            Effect::HoldPlaced => {
                self.holds.placed += 1;
                self.holds.open += 1;
            }
            Effect::HoldReleased => self.holds.open -= 1,
            Effect::ClaimRejected => self.rejected_claims += 1,
            Effect::Conduct(conduct) => self.conduct.apply(*conduct),
            Effect::AfterMeasurement => self.after_measurement += 1,
            Effect::NoLongerAfterMeasurement => self.after_measurement -= 1,
            Effect::Engagement {
                audience,
                on_time,
                counted,
                change,
            } => {
                let tallies = [(*on_time, &mut self.on_time), (*counted, &mut self.counted)];
                for (_, tally) in tallies.into_iter().filter(|(concerned, _)| *concerned) {
                    let sums = tally.engagement.entry(*audience).or_default();
                    sums.apply(change);
                }
            }
            Effect::PaymentTimed { payments, nanos } => {
                self.payments.0 += payments;
                self.payments.1 += nanos;
            }
            Effect::Posted { timing, .. }
            | Effect::Committed { timing, .. }
            | Effect::Cost { timing, .. }
            | Effect::Paid { timing, .. }
            | Effect::ForeignCost { timing, .. }
            | Effect::ForeignPaid { timing, .. }
            | Effect::Revenue { timing, .. }
            | Effect::Refund { timing, .. }
            | Effect::LaterMargin { timing, .. }
            | Effect::Unattributed { timing, .. }
            | Effect::ForeignRevenue { timing, .. }
            | Effect::Conversion { timing, .. } => self.tally(*timing, |tally| tally.apply(effect)),
        }
    }

    fn tally(&mut self, timing: FactTiming, apply: impl Fn(&mut Tally)) {
        match timing {
            FactTiming::OnTime => {
                apply(&mut self.counted);
                apply(&mut self.on_time);
            }
            FactTiming::Late => apply(&mut self.counted),
            FactTiming::AfterMeasurement => {}
        }
    }
}

fn move_count<K: Ord + Copy>(counts: &mut BTreeMap<K, i64>, from: Option<K>, to: K) {
    if let Some(from) = from {
        add(counts, from, -1);
    }
    add(counts, to, 1);
}

/// Adds to an entry and removes it at 0, so that equal sums have equal bytes.
fn add<K: Ord, V: Default + AddAssign + PartialEq>(sums: &mut BTreeMap<K, V>, key: K, change: V) {
    use std::collections::btree_map::Entry;
    match sums.entry(key) {
        Entry::Vacant(slot) => {
            if change != V::default() {
                slot.insert(change);
            }
        }
        Entry::Occupied(mut slot) => {
            *slot.get_mut() += change;
            if *slot.get() == V::default() {
                slot.remove();
            }
        }
    }
}

impl AddAssign<&Totals> for Totals {
    fn add_assign(&mut self, other: &Totals) {
        self.counted += &other.counted;
        self.on_time += &other.on_time;
        add_all(&mut self.agreements, &other.agreements);
        add_all(&mut self.reached, &other.reached);
        add_all(&mut self.deliverables, &other.deliverables);
        self.delivery += &other.delivery;
        for (mine, theirs) in self.ratings.iter_mut().zip(&other.ratings) {
            *mine += theirs;
        }
        self.gifted += other.gifted;
        self.gifted_posted += other.gifted_posted;
        self.products += &other.products;
        self.payments.0 += other.payments.0;
        self.payments.1 += other.payments.1;
        self.after_measurement += other.after_measurement;
        self.rejected_claims += other.rejected_claims;
        self.conduct += &other.conduct;
        self.holds.placed += other.holds.placed;
        self.holds.open += other.holds.open;
    }
}

impl AddAssign<&DeliveryTotals> for DeliveryTotals {
    fn add_assign(&mut self, other: &DeliveryTotals) {
        self.accepted += other.accepted;
        self.published += other.published;
        self.on_time += other.on_time;
        self.on_time_original += other.on_time_original;
        self.seconds_late += other.seconds_late;
        self.submissions += other.submissions;
        self.handed_in += other.handed_in;
        self.revisions += other.revisions;
        self.unapproved += other.unapproved;
        self.undisclosed += other.undisclosed;
        self.waived += other.waived;
        self.verified += other.verified;
        self.removed_early += other.removed_early;
        self.removed += other.removed;
        add_all(&mut self.open_dues, &other.open_dues);
    }
}

fn add_all<K: Ord + Copy, V: Default + AddAssign + PartialEq + Copy>(
    sums: &mut BTreeMap<K, V>,
    others: &BTreeMap<K, V>,
) {
    for (key, change) in others {
        add(sums, *key, *change);
    }
}
