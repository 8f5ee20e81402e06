//! Totals: sums of signed contributions.
//!
//! Every number a report shows is made from these sums, and every sum is made of contributions that
//! single events made. A view adds them up; an explanation lists them; they are the same.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

use super::state::Publication;
use super::{
    CollaborationId, CollaborationState, ConversionType, CostType, Counter, Counters, CreatorId,
    Currency, DeliverableState, FactTiming, MeasurementKind, MeasurementScope, Timestamp, WHOLE_BP,
};

/// Whose totals a contribution goes to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Target {
    /// The campaign of the event.
    Campaign,
    /// A collaboration of that campaign, and the partnership with its creator.
    Collaboration(CollaborationId, CreatorId),
}

/// What one event adds to one target; may be negative.
#[derive(Clone, PartialEq, Debug)]
pub struct Contribution {
    /// Whose totals.
    pub target: Target,
    /// What is added.
    pub effect: Effect,
}

/// What is added. Amounts are minor units of the reporting currency and signed.
#[derive(Clone, PartialEq, Debug)]
#[expect(
    missing_docs,
    reason = "the fields of Totals and Tally document what each is added to"
)]
pub enum Effect {
    Agreement {
        from: Option<CollaborationState>,
        to: CollaborationState,
    },
    Deliverable {
        from: Option<DeliverableState>,
        to: DeliverableState,
    },
    DueOpened {
        due_at: Timestamp,
    },
    DueClosed {
        due_at: Timestamp,
    },
    DeliverablesAccepted {
        count: u32,
    },
    Submitted {
        first: bool,
    },
    RevisionRequested,
    Rated {
        rating: u8,
    },
    Published {
        seconds_late: u64,
        seconds_late_original: u64,
        unapproved: bool,
        undisclosed: bool,
    },
    Posted {
        timing: FactTiming,
    },
    Gifted,
    GiftedPosted,
    Committed {
        timing: FactTiming,
        minor: i64,
    },
    Cost {
        kind: CostType,
        timing: FactTiming,
        minor: i64,
    },
    Paid {
        kind: CostType,
        timing: FactTiming,
        minor: i64,
        seconds: u64,
    },
    ForeignCost {
        currency: Currency,
        timing: FactTiming,
        minor: i64,
    },
    Revenue {
        timing: FactTiming,
        minor: i64,
    },
    Refund {
        timing: FactTiming,
        minor: i64,
    },
    Unattributed {
        timing: FactTiming,
        minor: i64,
    },
    ForeignRevenue {
        currency: Currency,
        timing: FactTiming,
        minor: i64,
    },
    Conversion {
        kind: ConversionType,
        timing: FactTiming,
        attributed_bp: u32,
        unattributed: u32,
    },
    ClaimRejected,
    Engagement {
        scope: MeasurementScope,
        kind: MeasurementKind,
        on_time: bool,
        change: Box<EngagementSums>,
    },
    AfterMeasurement,
}

/// All that is added up for a campaign, a collaboration or a partnership.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Totals {
    /// With late facts.
    pub counted: Tally,
    /// Without late facts.
    pub on_time: Tally,
    /// Collaborations by state now.
    pub agreements: BTreeMap<CollaborationState, i64>,
    /// Collaborations by state ever reached.
    pub reached: BTreeMap<CollaborationState, i64>,
    /// Deliverables by state now.
    pub deliverables: BTreeMap<DeliverableState, i64>,
    /// How reliably work was delivered.
    pub delivery: DeliveryTotals,
    /// Ratings 1 to 5.
    pub ratings: [i64; 5],
    /// Creators a product was sent to.
    pub gifted: i64,
    /// Of those, creators who posted.
    pub gifted_posted: i64,
    /// Payments, and the seconds from incurring a cost to paying it.
    pub payments: (i64, i128),
    /// Facts after `measure_until`.
    pub after_measurement: i64,
    /// Second claims of orders.
    pub rejected_claims: i64,
}

/// Sums about deliverables.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct DeliveryTotals {
    /// In accepted terms.
    pub accepted: i64,
    /// Ever published.
    pub published: i64,
    /// Published at or before the due time in force.
    pub on_time: i64,
    /// Published at or before the first due time.
    pub on_time_original: i64,
    /// Seconds late, summed.
    pub seconds_late: i128,
    /// Versions handed in.
    pub submissions: i64,
    /// Deliverables handed in at least once.
    pub handed_in: i64,
    /// Revision rounds.
    pub revisions: i64,
    /// Published without approval.
    pub unapproved: i64,
    /// Not disclosed where the campaign demands it.
    pub undisclosed: i64,
    /// Due times of deliverables neither published nor given up, and how many are due then.
    pub open_dues: BTreeMap<Timestamp, i64>,
}

/// Money and engagement of one set of facts.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Tally {
    /// Accepted fees, or fee lines where those are more, and all other costs less recoveries.
    pub committed: i128,
    /// Accrued and paid by type; a recovery is positive here and subtracted from cost.
    pub costs: BTreeMap<CostType, CostSums>,
    /// Attributed revenue before refunds.
    pub gross: i128,
    /// Refunds of attributed revenue.
    pub refunds: i128,
    /// Net value of unattributed conversions.
    pub unattributed: i128,
    /// Conversions by type.
    pub conversions: BTreeMap<ConversionType, ConversionSums>,
    /// Costs less recoveries left out for want of a rate, in their own minor units.
    pub foreign_costs: BTreeMap<Currency, i128>,
    /// Revenue left out for want of a rate, in its own minor units.
    pub foreign_revenue: BTreeMap<Currency, i128>,
    /// Posts published.
    pub posts: i64,
    /// Standing counters by audience and kind.
    pub engagement: BTreeMap<(MeasurementScope, MeasurementKind), EngagementSums>,
}

/// Cost of one type.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct CostSums {
    /// Recorded and not reversed.
    pub accrued: i128,
    /// Paid.
    pub paid: i128,
}

/// Conversions of one type.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct ConversionSums {
    /// Credited, in ten-thousandths.
    pub attributed_bp: i128,
    /// Credited to nobody.
    pub unattributed: i64,
}

/// Counters summed over posts, in ten-thousandths, so that shares of JOINT posts stay exact.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct EngagementSums {
    /// By counter: the sum, and how many posts it was seen on.
    pub counters: [Sum; 11],
    /// Engagements, and how many posts had any.
    pub engagements: Sum,
    /// Posts with at least one counter.
    pub posts: i64,
    /// Engagements and followers over the posts that have both, giveaways left out.
    pub by_followers: Paired,
    /// Engagements and reach over the posts that have both, giveaways left out.
    pub by_reach: Paired,
    /// Engagements and views over the posts that have both, giveaways left out.
    pub by_views: Paired,
    /// Clicks and impressions over the posts that have both.
    pub clicks_by_impressions: Paired,
}

/// A sum and how many posts it is over.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Sum {
    /// In ten-thousandths.
    pub value: i128,
    /// Posts.
    pub posts: i64,
}

/// A numerator and a denominator summed over the same posts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Paired {
    /// In ten-thousandths.
    pub numerator: i128,
    /// In ten-thousandths.
    pub denominator: i128,
    /// Posts.
    pub posts: i64,
}

/// Adds up engagements (`e-v1`) of the counters seen; `None` when none of the four was.
pub fn engagements(counters: &Counters) -> Option<u128> {
    let seen = Counter::ENGAGEMENTS
        .iter()
        .filter_map(|counter| counters.get(*counter));
    seen.fold(None, |sum, value| {
        Some(sum.unwrap_or(0) + u128::from(value))
    })
}

impl EngagementSums {
    /// What the standing counters of one post amount to, whole.
    pub fn of_post(post: &Publication, standing: &Counters) -> Self {
        let mut sums = Self::default();
        if standing.is_empty() {
            return sums;
        }
        sums.posts = 1;
        for (counter, value) in standing.seen() {
            sums.counters[counter as usize] = Sum::whole(u128::from(value));
        }
        let engagements = engagements(standing);
        sums.engagements = engagements.map(Sum::whole).unwrap_or_default();
        let seen = |counter| standing.get(counter).map(u128::from);
        if !post.incentivised {
            sums.by_followers = Paired::whole(engagements, post.followers.map(u128::from));
            sums.by_reach = Paired::whole(engagements, seen(Counter::Reach));
            sums.by_views = Paired::whole(engagements, seen(Counter::Views));
        }
        sums.clicks_by_impressions =
            Paired::whole(seen(Counter::Clicks), seen(Counter::Impressions));
        sums
    }

    /// Takes a share of sums that are whole; counts of posts stay.
    pub fn share(&self, share_bp: u32) -> Self {
        let part = |value: i128| value / i128::from(WHOLE_BP) * i128::from(share_bp);
        let sum = |sum: Sum| Sum {
            value: part(sum.value),
            ..sum
        };
        let pair = |pair: Paired| Paired {
            numerator: part(pair.numerator),
            denominator: part(pair.denominator),
            ..pair
        };
        Self {
            counters: self.counters.map(sum),
            engagements: sum(self.engagements),
            posts: self.posts,
            by_followers: pair(self.by_followers),
            by_reach: pair(self.by_reach),
            by_views: pair(self.by_views),
            clicks_by_impressions: pair(self.clicks_by_impressions),
        }
    }

    /// Tells what must be added to `earlier` to get here.
    pub fn minus(&self, earlier: &Self) -> Self {
        let mut change = self.clone();
        change.add(earlier, -1);
        change
    }

    fn add(&mut self, other: &Self, sign: i64) {
        for (mine, theirs) in self.counters.iter_mut().zip(&other.counters) {
            mine.add(theirs, sign);
        }
        self.engagements.add(&other.engagements, sign);
        self.posts += sign * other.posts;
        self.by_followers.add(&other.by_followers, sign);
        self.by_reach.add(&other.by_reach, sign);
        self.by_views.add(&other.by_views, sign);
        self.clicks_by_impressions
            .add(&other.clicks_by_impressions, sign);
    }
}

impl AddAssign<&EngagementSums> for EngagementSums {
    fn add_assign(&mut self, other: &EngagementSums) {
        self.add(other, 1);
    }
}

impl Sum {
    fn whole(value: u128) -> Self {
        Self {
            value: whole(value),
            posts: 1,
        }
    }

    fn add(&mut self, other: &Self, sign: i64) {
        self.value += i128::from(sign) * other.value;
        self.posts += sign * other.posts;
    }
}

impl Paired {
    fn whole(numerator: Option<u128>, denominator: Option<u128>) -> Self {
        match (numerator, denominator) {
            (Some(numerator), Some(denominator)) => Self {
                numerator: whole(numerator),
                denominator: whole(denominator),
                posts: 1,
            },
            (None, _) | (_, None) => Self::default(),
        }
    }

    fn add(&mut self, other: &Self, sign: i64) {
        self.numerator += i128::from(sign) * other.numerator;
        self.denominator += i128::from(sign) * other.denominator;
        self.posts += sign * other.posts;
    }
}

/// A count in ten-thousandths. Counters are u64, so at most four of them fit with room to spare.
fn whole(value: u128) -> i128 {
    i128::try_from(value).unwrap_or(i128::MAX / i128::from(WHOLE_BP)) * i128::from(WHOLE_BP)
}

impl Tally {
    /// Returns accrued cost less recoveries, in minor units.
    pub fn accrued(&self) -> i128 {
        self.cost_by(|sums| sums.accrued)
    }

    /// Returns paid cost less recoveries, in minor units.
    pub fn paid(&self) -> i128 {
        self.cost_by(|sums| sums.paid)
    }

    fn cost_by(&self, of: impl Fn(&CostSums) -> i128) -> i128 {
        self.costs
            .iter()
            .map(|(kind, sums)| of(sums) * i128::from(kind.sign()))
            .sum()
    }

    /// Returns R: attributed revenue net of refunds, in minor units.
    pub fn net_revenue(&self) -> i128 {
        self.gross - self.refunds
    }

    /// Returns attributed conversions of all types, in ten-thousandths.
    pub fn conversions_bp(&self) -> i128 {
        self.conversions
            .values()
            .map(|sums| sums.attributed_bp)
            .sum()
    }
}

impl CostType {
    /// Returns −1 for money that came back, 1 for money spent.
    pub const fn sign(self) -> i64 {
        match self {
            Self::Recovery => -1,
            Self::Fee
            | Self::Bonus
            | Self::Commission
            | Self::Product
            | Self::Shipping
            | Self::TravelMeal
            | Self::Production
            | Self::PaidAmplification
            | Self::PlatformFee
            | Self::Tax
            | Self::KillFee => 1,
        }
    }
}

impl Totals {
    /// Adds what one event contributes.
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
                seconds_late,
                seconds_late_original,
                unapproved,
                undisclosed,
            } => {
                let delivery = &mut self.delivery;
                delivery.published += 1;
                delivery.on_time += i64::from(*seconds_late == 0);
                delivery.on_time_original += i64::from(*seconds_late_original == 0);
                delivery.seconds_late += i128::from(*seconds_late);
                delivery.unapproved += i64::from(*unapproved);
                delivery.undisclosed += i64::from(*undisclosed);
            }
            Effect::Gifted => self.gifted += 1,
            Effect::GiftedPosted => self.gifted_posted += 1,
            Effect::ClaimRejected => self.rejected_claims += 1,
            Effect::AfterMeasurement => self.after_measurement += 1,
            Effect::Engagement {
                scope,
                kind,
                on_time,
                change,
            } => {
                let tally = if *on_time {
                    &mut self.on_time
                } else {
                    &mut self.counted
                };
                *tally.engagement.entry((*scope, *kind)).or_default() += &**change;
            }
            Effect::Paid {
                timing, seconds, ..
            } => {
                self.payments.0 += 1;
                self.payments.1 += i128::from(*seconds);
                self.tally(*timing, |tally| tally.apply(effect));
            }
            Effect::Posted { timing }
            | Effect::Committed { timing, .. }
            | Effect::Cost { timing, .. }
            | Effect::ForeignCost { timing, .. }
            | Effect::Revenue { timing, .. }
            | Effect::Refund { timing, .. }
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

impl Tally {
    fn apply(&mut self, effect: &Effect) {
        match effect {
            Effect::Posted { .. } => self.posts += 1,
            Effect::Committed { minor, .. } => self.committed += i128::from(*minor),
            Effect::Cost { kind, minor, .. } => {
                self.costs.entry(*kind).or_default().accrued += i128::from(*minor);
            }
            Effect::Paid { kind, minor, .. } => {
                self.costs.entry(*kind).or_default().paid += i128::from(*minor);
            }
            Effect::ForeignCost {
                currency, minor, ..
            } => {
                add(&mut self.foreign_costs, *currency, i128::from(*minor));
            }
            Effect::Revenue { minor, .. } => self.gross += i128::from(*minor),
            Effect::Refund { minor, .. } => self.refunds += i128::from(*minor),
            Effect::Unattributed { minor, .. } => self.unattributed += i128::from(*minor),
            Effect::ForeignRevenue {
                currency, minor, ..
            } => {
                add(&mut self.foreign_revenue, *currency, i128::from(*minor));
            }
            Effect::Conversion {
                kind,
                attributed_bp,
                unattributed,
                ..
            } => {
                let sums = self.conversions.entry(*kind).or_default();
                sums.attributed_bp += i128::from(*attributed_bp);
                sums.unattributed += i64::from(*unattributed);
            }
            Effect::Agreement { .. }
            | Effect::Deliverable { .. }
            | Effect::DueOpened { .. }
            | Effect::DueClosed { .. }
            | Effect::DeliverablesAccepted { .. }
            | Effect::Submitted { .. }
            | Effect::RevisionRequested
            | Effect::Rated { .. }
            | Effect::Published { .. }
            | Effect::Gifted
            | Effect::GiftedPosted
            | Effect::ClaimRejected
            | Effect::Engagement { .. }
            | Effect::AfterMeasurement => {}
        }
    }
}

fn move_count<K: Ord + Copy>(counts: &mut BTreeMap<K, i64>, from: Option<K>, to: K) {
    if let Some(from) = from {
        add(counts, from, -1);
    }
    add(counts, to, 1);
}

/// Adds to an entry and drops it at 0, so that equal sums are equal bytes.
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
        self.payments.0 += other.payments.0;
        self.payments.1 += other.payments.1;
        self.after_measurement += other.after_measurement;
        self.rejected_claims += other.rejected_claims;
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
        add_all(&mut self.open_dues, &other.open_dues);
    }
}

impl AddAssign<&Tally> for Tally {
    fn add_assign(&mut self, other: &Tally) {
        self.committed += other.committed;
        for (kind, sums) in &other.costs {
            let mine = self.costs.entry(*kind).or_default();
            mine.accrued += sums.accrued;
            mine.paid += sums.paid;
        }
        self.gross += other.gross;
        self.refunds += other.refunds;
        self.unattributed += other.unattributed;
        for (kind, sums) in &other.conversions {
            let mine = self.conversions.entry(*kind).or_default();
            mine.attributed_bp += sums.attributed_bp;
            mine.unattributed += sums.unattributed;
        }
        add_all(&mut self.foreign_costs, &other.foreign_costs);
        add_all(&mut self.foreign_revenue, &other.foreign_revenue);
        self.posts += other.posts;
        for (key, sums) in &other.engagement {
            *self.engagement.entry(*key).or_default() += sums;
        }
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
