//! A tally: money and engagement of one set of facts.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

use super::{Effect, EngagementSums, add, add_all};
use crate::domain::{Audience, ConversionType, CostType, Currency};

/// Money and engagement of one set of facts.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Tally {
    /// Accepted fees, or fee lines where those are more, commission from the order on unless a
    /// termination took it, and all other costs less recoveries.
    pub committed: i128,
    /// Accrued and paid by type; a recovery is positive here and subtracted from cost.
    pub costs: BTreeMap<CostType, CostSums>,
    /// Attributed revenue before refunds.
    pub gross: i128,
    /// Refunds of attributed revenue.
    pub refunds: i128,
    /// Revenue less refunds of orders that a later margin than the first covers.
    pub later_net: i128,
    /// What is earned of it: each part times its margin, in ten-thousandths.
    pub later_earned: i128,
    /// Net value of unattributed conversions.
    pub unattributed: i128,
    /// Conversions by type.
    pub conversions: BTreeMap<ConversionType, ConversionSums>,
    /// Cost lines less recoveries that are left out because they have no rate.
    pub foreign_costs: BTreeMap<Currency, Unrated>,
    /// Payments less recoveries paid back that are left out because they have no rate.
    pub foreign_paid: BTreeMap<Currency, Unrated>,
    /// Revenue that is left out because it has no rate.
    pub foreign_revenue: BTreeMap<Currency, Unrated>,
    /// Posts published.
    pub posts: i64,
    /// Standing counters by audience, kind and definition.
    pub engagement: BTreeMap<Audience, Box<EngagementSums>>,
}

/// Cost of one type.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct CostSums {
    /// Recorded and not reversed.
    pub accrued: i128,
    /// Paid.
    pub paid: i128,
}

/// Amounts in one currency that are left out because they have no rate.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Unrated {
    /// Their sum, in minor units of that currency.
    pub minor: i128,
    /// How many there are. Two that add up to zero are still missing.
    pub facts: i64,
}

impl Unrated {
    fn of(minor: i64, facts: i64) -> Self {
        Self {
            minor: minor.into(),
            facts,
        }
    }
}

impl AddAssign for Unrated {
    fn add_assign(&mut self, other: Self) {
        self.minor += other.minor;
        self.facts += other.facts;
    }
}

/// Conversions of one type.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct ConversionSums {
    /// Attributed, in ten-thousandths.
    pub attributed_bp: i128,
    /// Not attributed.
    pub unattributed: i64,
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

    /// Returns R: attributed revenue less refunds, in minor units.
    pub fn net_revenue(&self) -> i128 {
        self.gross - self.refunds
    }

    /// Returns R · margin in ten-thousandths of a minor unit: the first margin covers all revenue
    /// but that of orders with a later one.
    pub fn earned(&self, first_margin_bp: u32) -> i128 {
        (self.net_revenue() - self.later_net) * i128::from(first_margin_bp) + self.later_earned
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
    /// Returns whether the line pays a creator, and so needs a collaboration.
    pub const fn is_compensation(self) -> bool {
        match self {
            Self::Fee | Self::Bonus | Self::Commission | Self::KillFee => true,
            Self::Product
            | Self::Shipping
            | Self::TravelMeal
            | Self::Production
            | Self::PaidAmplification
            | Self::PlatformFee
            | Self::Tax
            | Self::Recovery => false,
        }
    }

    /// Returns −1 for money that is recovered, 1 for money spent.
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

impl Tally {
    #[expect(clippy::too_many_lines, reason = "an arm for each effect")]
    pub(super) fn apply(&mut self, effect: &Effect) {
        match effect {
            Effect::Posted { posts, .. } => self.posts += posts,
            Effect::Committed { minor, .. } => self.committed += i128::from(*minor),
            Effect::Cost { kind, minor, .. } => {
                self.costs.entry(*kind).or_default().accrued += i128::from(*minor);
            }
            Effect::Paid { kind, minor, .. } => {
                self.costs.entry(*kind).or_default().paid += i128::from(*minor);
            }
            Effect::ForeignCost {
                currency,
                minor,
                facts,
                ..
            } => add(
                &mut self.foreign_costs,
                *currency,
                Unrated::of(*minor, *facts),
            ),
            Effect::ForeignPaid {
                currency,
                minor,
                facts,
                ..
            } => add(
                &mut self.foreign_paid,
                *currency,
                Unrated::of(*minor, *facts),
            ),
            Effect::Revenue { minor, .. } => self.gross += i128::from(*minor),
            Effect::Refund { minor, .. } => self.refunds += i128::from(*minor),
            Effect::LaterMargin {
                net_minor,
                margin_bp,
                ..
            } => {
                self.later_net += i128::from(*net_minor);
                self.later_earned += i128::from(*net_minor) * i128::from(*margin_bp);
            }
            Effect::Unattributed { minor, .. } => self.unattributed += i128::from(*minor),
            Effect::ForeignRevenue {
                currency,
                minor,
                facts,
                ..
            } => add(
                &mut self.foreign_revenue,
                *currency,
                Unrated::of(*minor, *facts),
            ),
            Effect::Conversion {
                kind,
                attributed_bp,
                unattributed,
                ..
            } => {
                let sums = self.conversions.entry(*kind).or_default();
                sums.attributed_bp += i128::from(*attributed_bp);
                sums.unattributed += *unattributed;
            }
            Effect::Agreement { .. }
            | Effect::Deliverable { .. }
            | Effect::DueOpened { .. }
            | Effect::DueClosed { .. }
            | Effect::DeliverablesAccepted { .. }
            | Effect::DeliverableDropped
            | Effect::Submitted { .. }
            | Effect::RevisionRequested
            | Effect::Rated { .. }
            | Effect::Published { .. }
            | Effect::Verified
            | Effect::PostRemoved { .. }
            | Effect::PostRestored
            | Effect::RemovedEarly { .. }
            | Effect::FoundUndisclosed { .. }
            | Effect::Shipped { .. }
            | Effect::Received
            | Effect::Returned { .. }
            | Effect::Gifted
            | Effect::GiftedPosted
            | Effect::ClaimRejected
            | Effect::Conduct(_)
            | Effect::Engagement { .. }
            | Effect::HoldPlaced
            | Effect::HoldReleased
            | Effect::PaymentTimed { .. }
            | Effect::AfterMeasurement
            | Effect::NoLongerAfterMeasurement => {}
        }
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
        self.later_net += other.later_net;
        self.later_earned += other.later_earned;
        self.unattributed += other.unattributed;
        for (kind, sums) in &other.conversions {
            let mine = self.conversions.entry(*kind).or_default();
            mine.attributed_bp += sums.attributed_bp;
            mine.unattributed += sums.unattributed;
        }
        add_all(&mut self.foreign_costs, &other.foreign_costs);
        add_all(&mut self.foreign_paid, &other.foreign_paid);
        add_all(&mut self.foreign_revenue, &other.foreign_revenue);
        self.posts += other.posts;
        for (key, sums) in &other.engagement {
            **self.engagement.entry(*key).or_default() += sums;
        }
    }
}
