//! Facts: what formulas read.

use super::Sides;
use crate::domain::state::{Campaign, Creator};
use crate::domain::{
    Audience, ConversionSums, ConversionType, CostSums, CostType, Counter, Currency,
    EngagementSums, Paired, Sum, Tally, Timestamp, Totals, words,
};

words! {
    /// Which cost a number is built on.
    pub enum CostBasis: "campaign.ledger.v1.CostBasis" {
        /// Accepted fees, or fee lines where those are more, commission from the order on, and all
        /// other costs less recoveries.
        Committed = 1 => "COMMITTED",
        /// Recorded cost lines less recoveries.
        Accrued = 2 => "ACCRUED",
        /// Payments less recoveries paid back.
        Paid = 3 => "PAID",
    }
}

impl CostBasis {
    /// Tells whether something of C lacks a rate: a line, or on PAID a payment.
    fn is_partial(self, tally: &Tally) -> bool {
        match self {
            Self::Committed | Self::Accrued => !tally.foreign_costs.is_empty(),
            Self::Paid => !tally.foreign_paid.is_empty(),
        }
    }

    fn cost(self, tally: &Tally) -> i128 {
        match self {
            Self::Committed => tally.committed,
            Self::Accrued => tally.accrued(),
            Self::Paid => tally.paid(),
        }
    }
}

/// An entry of a list of a report.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Entry {
    /// Of the returns, or of the unit costs.
    Basis(CostBasis),
    /// Of the engagement: an audience, how it was measured, and what was counted.
    Audience(Audience),
    /// Of the cost by type.
    CostType(CostType),
    /// Of the conversions.
    ConversionType(ConversionType),
    /// Of the amounts that lack an exchange rate.
    Foreign(Currency),
    /// Of the collaborations, by the name of their state.
    Agreements(&'static str),
    /// Of the deliverables, by the name of their state.
    Deliverables(&'static str),
}

/// What no single event says.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Known {
    /// The plan of the campaign. `None` over several campaigns: no plan holds for all of them.
    pub plan: Option<Plan>,
    /// What several campaigns earned of their revenue; `None` of one campaign.
    pub earned: Option<Earned>,
    /// What is due before is overdue.
    pub now: Timestamp,
    /// All ratings, for their mean.
    pub ratings: [i64; 5],
    /// The numbers that rows keep.
    pub standing: Standing,
}

/// What campaigns earned of their revenue, each by its own margin.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Earned {
    /// Σ R·margin, in ten-thousandths of minor units.
    minor_bp: i128,
    /// Whether a campaign with revenue has no margin.
    is_unknown: bool,
}

impl Earned {
    /// Adds a campaign.
    pub fn add(&mut self, margin_bp: Option<u32>, tally: &Tally) {
        let revenue = tally.net_revenue();
        match margin_bp {
            Some(margin_bp) => self.minor_bp += revenue * i128::from(margin_bp),
            None => self.is_unknown |= tally.gross != 0 || tally.refunds != 0,
        }
    }
}

impl Known {
    /// Returns R·margin of a tally, in ten-thousandths; `None` when a margin that it needs is
    /// unknown.
    pub(super) fn earned(&self, tally: &Tally) -> Option<i128> {
        match self.earned {
            Some(earned) => (!earned.is_unknown).then_some(earned.minor_bp),
            None => {
                let margin_bp = self.plan.and_then(|plan| plan.margin_bp)?;
                Some(tally.earned(margin_bp))
            }
        }
    }
}

/// What formulas read of the plan of a campaign.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Plan {
    /// The first gross margin, in basis points of revenue. Sums know what later ones cover.
    pub margin_bp: Option<u32>,
    /// Whether a model of earned media value was pinned.
    pub is_valued: bool,
}

impl Plan {
    /// Takes the plan of a campaign.
    pub fn of(campaign: &Campaign) -> Self {
        Self {
            margin_bp: campaign.margins.first().map(|first| first.margin_bp),
            is_valued: campaign.emv_model.is_some(),
        }
    }
}

/// Numbers that rows keep. Events replace them and do not add to them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Standing {
    /// Cap of the budget; 0 while the draft has none.
    pub cap: i128,
    /// Fees of open offers.
    pub reserved: i128,
    /// Accepted fees, or the fee lines where those are more.
    pub committed: i128,
    /// Other recorded costs, less recoveries.
    pub other: i128,
    /// By how much all three are over the cap.
    pub over_budget: i128,
    /// Revisions of the report that stay.
    pub reports: i128,
    /// Collaborations ever accepted.
    pub accepted: i128,
    /// How often the brand blocked the creator.
    pub blocks: i128,
    /// Safety flags ever raised.
    pub flags: i128,
    /// Of those, not cleared.
    pub open_flags: i128,
    /// Assessments of the creator.
    pub assessments: i128,
}

impl Standing {
    /// Takes what the row of a campaign keeps.
    pub fn of_campaign(row: &Campaign) -> Self {
        Self {
            cap: row.plan.budget_cap_minor.unwrap_or(0).into(),
            reserved: row.budget.reserved.into(),
            committed: row.budget.committed.into(),
            other: row.budget.other.into(),
            over_budget: row.over_budget_minor(),
            reports: row.reports.into(),
            ..Self::default()
        }
    }

    /// Takes what the rows of a partnership and of its creator keep.
    pub fn of_partnership(accepted: usize, creator: Option<&Creator>) -> Self {
        let of_creator = creator.map(|creator| Self {
            blocks: creator.blocks.into(),
            flags: creator.flags.into(),
            open_flags: creator.open_flags.len() as i128,
            assessments: creator.assessments.into(),
            ..Self::default()
        });
        Self {
            accepted: accepted as i128,
            ..of_creator.unwrap_or_default()
        }
    }
}

/// What a formula reads: sums, and of the entries of lists that are on the path of its field.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// All sums.
    pub totals: &'a Totals,
    /// Of them, those of the facts that count.
    pub tally: &'a Tally,
    /// What no single event says.
    pub known: &'a Known,
    /// C on the basis of the entry, in minor units.
    pub cost: i128,
    /// Whether something of C on that basis has no rate and is left out.
    pub cost_is_partial: bool,
    /// The engagement of the entry.
    pub engagement: &'a EngagementSums,
    /// Whether other posts of the audience were counted by another definition.
    pub is_mixed: bool,
    /// The cost lines of the entry.
    pub lines: CostSums,
    /// The conversions of the entry.
    pub conversions: ConversionSums,
    /// Cost, revenue and payments in the currency of the entry.
    pub foreign: [i128; 3],
    /// How many are in the state of the entry.
    pub in_state: i64,
}

impl<'a> Facts<'a> {
    /// Takes facts: all that count, or only those up to the end of the campaign.
    pub fn of(totals: &'a Totals, on_time: bool, known: &'a Known) -> Self {
        Self {
            totals,
            tally: match on_time {
                true => &totals.on_time,
                false => &totals.counted,
            },
            known,
            cost: 0,
            cost_is_partial: false,
            engagement: &NOTHING,
            is_mixed: false,
            lines: CostSums::default(),
            conversions: ConversionSums::default(),
            foreign: [0; 3],
            in_state: 0,
        }
    }

    /// Looks at an entry of a list.
    pub fn at(self, entry: Entry) -> Self {
        let tally = self.tally;
        match entry {
            Entry::Basis(basis) => Self {
                cost: basis.cost(tally),
                cost_is_partial: basis.is_partial(tally),
                ..self
            },
            Entry::Audience(audience) => Self {
                engagement: tally
                    .engagement
                    .get(&audience)
                    .map_or(&NOTHING, |sums| sums),
                is_mixed: is_mixed(tally, &audience),
                ..self
            },
            Entry::CostType(kind) => Self {
                lines: tally.costs.get(&kind).copied().unwrap_or_default(),
                ..self
            },
            Entry::ConversionType(kind) => Self {
                conversions: tally.conversions.get(&kind).copied().unwrap_or_default(),
                ..self
            },
            Entry::Foreign(currency) => Self {
                foreign: [
                    &tally.foreign_costs,
                    &tally.foreign_revenue,
                    &tally.foreign_paid,
                ]
                .map(|amounts| amounts.get(&currency).map_or(0, |unrated| unrated.minor)),
                ..self
            },
            Entry::Agreements(state) => {
                let mut counts = self.totals.agreements.iter();
                let found = counts.find(|(one, _)| one.name() == state);
                Self {
                    in_state: found.map_or(0, |(_, count)| *count),
                    ..self
                }
            }
            Entry::Deliverables(state) => {
                let mut counts = self.totals.deliverables.iter();
                let found = counts.find(|(one, _)| one.name() == state);
                Self {
                    in_state: found.map_or(0, |(_, count)| *count),
                    ..self
                }
            }
        }
    }

    /// Sums up what is not delivered and was due before now.
    pub fn overdue(&self) -> i64 {
        let dues = self.totals.delivery.open_dues.range(..self.known.now);
        dues.map(|(_, count)| count).sum()
    }
}

/// A number of times.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Times {
    /// From the first acceptance to the last activity.
    Tenure,
    /// The longest time between two acceptances.
    LongestGap,
    /// The mean time between two acceptances.
    MeanGap,
}

impl Times {
    /// Returns the times that the number adds up, from one moment to another. `accepted` is in order
    /// of time.
    pub fn spans<M: Copy>(
        self,
        accepted: &[M],
        last_activity: Option<M>,
        at: fn(&M) -> Timestamp,
    ) -> Vec<(M, M)> {
        let gaps = || {
            accepted
                .iter()
                .copied()
                .zip(accepted.iter().skip(1).copied())
        };
        match self {
            Self::Tenure => accepted
                .first()
                .copied()
                .zip(last_activity)
                .into_iter()
                .collect(),
            Self::LongestGap => gaps()
                .max_by_key(|(from, to)| i128::from(at(to).nanos()) - i128::from(at(from).nanos()))
                .into_iter()
                .collect(),
            Self::MeanGap => gaps().collect(),
        }
    }

    /// Returns nothing yet, on each side that the number has.
    pub fn zero(self) -> Sides {
        match self {
            Self::Tenure | Self::LongestGap => Sides::whole(super::exact(0)),
            Self::MeanGap => Sides::ratio(super::exact(0), super::exact(0)),
        }
    }
}

/// Returns whether counters stand that differ from those of an audience in their definition alone.
fn is_mixed(tally: &Tally, audience: &Audience) -> bool {
    let mut engagement = tally.engagement.iter();
    engagement.any(|(other, sums)| sums.posts > 0 && audience.differs_in_definition(other))
}

/// The counters of posts without observations.
static NOTHING: EngagementSums = EngagementSums {
    counters: [Sum { value: 0, posts: 0 }; Counter::COUNT],
    engagements: Sum { value: 0, posts: 0 },
    posts: 0,
    by_followers: NO_PAIR,
    by_reach: NO_PAIR,
    by_views: NO_PAIR,
    clicks_by_impressions: NO_PAIR,
    worth: Sum { value: 0, posts: 0 },
};

const NO_PAIR: Paired = Paired {
    numerator: 0,
    denominator: 0,
    posts: 0,
};
