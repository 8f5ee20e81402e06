//! Metrics by the path of their field, as sums of what single events add.
//!
//! Every number of a report is a sum, or one sum over another. What an event adds to a sum is the sum
//! of its effects alone. The few numbers that are no sums (of times, of changes of a row, of posts)
//! say so here and are taken apart where they are asked for.

use super::figures;
use super::path::{Path, Segment};
use crate::domain::metrics::{Exact, exact};
use crate::domain::{
    CampaignId, Currency, EngagementSums, MeasurementKind, MeasurementScope, Paired, Tally,
    Timestamp, Totals,
};
use crate::wire::proto::api;

/// A number as one exact sum, or as one over another.
#[derive(Clone, PartialEq, Debug)]
pub struct Sides {
    /// The sum, or what is divided.
    pub numerator: Exact,
    /// By what it is divided; `None` where it is a sum.
    pub denominator: Option<Exact>,
}

impl Sides {
    /// A sum.
    pub fn whole(sum: Exact) -> Self {
        Self {
            numerator: sum,
            denominator: None,
        }
    }

    /// One sum over another.
    pub fn ratio(numerator: Exact, denominator: Exact) -> Self {
        Self {
            numerator,
            denominator: Some(denominator),
        }
    }

    /// Tells whether it adds nothing to either side.
    pub fn is_nothing(&self) -> bool {
        let zero = exact(0);
        self.numerator == zero && self.denominator.as_ref().is_none_or(|side| *side == zero)
    }

    /// Adds to both sides.
    pub fn add(&mut self, other: &Self) {
        self.numerator += &other.numerator;
        if let (Some(mine), Some(theirs)) = (&mut self.denominator, &other.denominator) {
            *mine += theirs;
        }
    }

    /// Returns what both sides became, less what they were.
    pub fn since(&self, before: &Self) -> Self {
        Self {
            numerator: &self.numerator - &before.numerator,
            denominator: self
                .denominator
                .as_ref()
                .zip(before.denominator.as_ref())
                .map(|(is, was)| is - was),
        }
    }
}

/// What sums need to know that no single event says.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Gross margin of the campaign, in basis points.
    pub margin_bp: Option<u32>,
    /// Price of a thousand impressions in the model of earned media value, in minor units.
    pub emv_cpm_minor: Option<i64>,
    /// Now: what is due before is overdue.
    pub now: Timestamp,
    /// All ratings, for their mean.
    pub ratings: [i64; 5],
}

/// What a sum is taken of.
#[derive(Clone, Copy)]
pub struct Taken<'a> {
    /// All totals.
    pub totals: &'a Totals,
    /// Of them, those of the facts that count.
    pub tally: &'a Tally,
    /// What else there is to know.
    pub known: &'a Known,
}

/// A sum; linear in the totals it is taken of.
pub type Sum = Box<dyn Fn(&Taken<'_>) -> Sides + Send + Sync>;

/// Numbers of a row that change with single events.
pub type RowNumbers = [i128; 6];

/// How the rates of posts become one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OfPosts {
    /// Their mean.
    Mean,
    /// Their median.
    Median,
}

/// A number of times.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OfTimes {
    /// From the first acceptance to the last activity.
    Tenure,
    /// The longest time between two acceptances.
    LongestGap,
    /// The mean time between two acceptances.
    MeanGap,
}

/// What a metric is.
pub enum Figure {
    /// A sum of what events add to totals.
    Sum(Sum),
    /// A number made of the numbers of a row, which events change.
    Row(fn(&RowNumbers) -> Sides),
    /// A rate of many posts.
    Posts(OfPosts, fn(&EngagementSums) -> Paired),
    /// A number of times.
    Times(OfTimes),
}

/// Over which part of the facts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Part {
    /// All of them.
    All,
    /// In campaigns of this reporting currency.
    Currency(Currency),
    /// In one campaign.
    Campaign(CampaignId),
}

/// A metric: which field, and how it is made.
pub struct Metric {
    /// Path of the field within the report, every word in full.
    pub path: String,
    /// Whether only facts up to the end of the campaign count.
    pub on_time: bool,
    /// Over which facts.
    pub part: Part,
    /// The audience and kind of engagement it is about, if it is about engagement.
    pub engagement: Option<(MeasurementScope, MeasurementKind)>,
    /// How it is made.
    pub figure: Figure,
}

/// Which report a path is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Report {
    /// `CampaignRoi`.
    Roi,
    /// `Partnership`.
    Partnership,
}

impl Report {
    /// Returns the name of its message.
    pub fn message(self) -> &'static str {
        match self {
            Self::Roi => "CampaignRoi",
            Self::Partnership => "Partnership",
        }
    }
}

impl Metric {
    /// Finds a metric by the path of its field; `None` when the report has no such number.
    pub fn find(report: Report, path: &str) -> Option<Self> {
        let path = Path::parse(path)?;
        let segments = path.segments();
        let known = match report {
            Report::Roi => of_roi(&segments),
            Report::Partnership => of_partnership(&segments),
        };
        known.map(|metric| Self {
            path: path.to_string(),
            ..metric
        })
    }

    pub(super) fn of(figure: Figure) -> Self {
        Self {
            path: String::new(),
            on_time: false,
            part: Part::All,
            engagement: None,
            figure,
        }
    }

    pub(super) fn sum(sum: impl Fn(&Taken<'_>) -> Sides + Send + Sync + 'static) -> Self {
        Self::of(Figure::Sum(Box::new(sum)))
    }

    pub(super) fn count(of: fn(&Totals) -> i64) -> Self {
        Self::sum(move |taken| Sides::whole(exact(of(taken.totals))))
    }

    pub(super) fn minor(of: fn(&Totals) -> i128) -> Self {
        Self::sum(move |taken| Sides::whole(exact(of(taken.totals))))
    }

    pub(super) fn ratio(of: fn(&Totals) -> (i64, i64)) -> Self {
        Self::sum(move |taken| {
            let (numerator, denominator) = of(taken.totals);
            Sides::ratio(exact(numerator), exact(denominator))
        })
    }

    fn row(of: fn(&RowNumbers) -> Sides) -> Self {
        Self::of(Figure::Row(of))
    }
}

fn of_roi(path: &[Segment<'_>]) -> Option<Metric> {
    Some(match path {
        [("total", None), figure @ ..] => figures::find(figure)?,
        [("on_time", None), figure @ ..] => Metric {
            on_time: true,
            ..figures::find(figure)?
        },
        [("budget", None), (field, None)] => Metric::row(match *field {
            "cap_minor" => |row| Sides::whole(exact(row[0])),
            "reserved_minor" => |row| Sides::whole(exact(row[1])),
            "committed_minor" => |row| Sides::whole(exact(row[2])),
            "other_minor" => |row| Sides::whole(exact(row[3])),
            "available_minor" => |row| Sides::whole(exact(row[4])),
            _ => return None,
        }),
        [("report_revisions", None)] => Metric::row(|row| Sides::whole(exact(row[5]))),
        [("agreements", Some(state)), ("count", None)] => agreements(state)?,
        [("deliverables", Some(state)), ("count", None)] => deliverables(state)?,
        [("creators_gifted", None)] => Metric::count(|totals| totals.gifted),
        [("post_rate", None)] => Metric::ratio(|totals| (totals.gifted_posted, totals.gifted)),
        [("facts_after_measurement", None)] => Metric::count(|totals| totals.after_measurement),
        [("disputed_numbers", None)] => Metric::count(|totals| totals.conduct.disputed_numbers),
        [("products", None), (field, None)] => products(field)?,
        rest => of_both(rest)?,
    })
}

fn of_partnership(path: &[Segment<'_>]) -> Option<Metric> {
    Some(match path {
        [("lifetime", Some(currency)), figure @ ..] => Metric {
            part: Part::Currency(Currency::parse(currency).ok()?),
            ..without_campaign(figure)?
        },
        [
            ("campaigns", Some(campaign)),
            ("figures", None),
            figure @ ..,
        ] => Metric {
            part: Part::Campaign(CampaignId::parse(campaign).ok()?),
            ..without_campaign(figure)?
        },
        [("campaigns", Some(campaign)), ("collaborations", None)] => Metric {
            part: Part::Campaign(CampaignId::parse(campaign).ok()?),
            ..Metric::count(asked)
        },
        [("products", Some(currency)), (field, None)] => Metric {
            part: Part::Currency(Currency::parse(currency).ok()?),
            ..products(field)?
        },
        [("collaborations", Some(state)), ("count", None)] => agreements(state)?,
        [("accepted_collaborations", None)] => Metric::row(|row| Sides::whole(exact(row[0]))),
        [("repeat_rate", None)] => {
            Metric::row(|row| Sides::ratio(exact((row[0] - 1).max(0)), exact(row[0])))
        }
        [("blocks", None)] => Metric::row(|row| Sides::whole(exact(row[1]))),
        [("flags", None)] => Metric::row(|row| Sides::whole(exact(row[2]))),
        [("open_flags", None)] => Metric::row(|row| Sides::whole(exact(row[3]))),
        [("assessments", None)] => Metric::row(|row| Sides::whole(exact(row[4]))),
        [("disputes", None)] => Metric::count(|totals| totals.conduct.disputes),
        [("mean_days_until_paid", None)] => Metric::sum(|taken| {
            let (payments, seconds) = taken.totals.payments;
            Sides::ratio(exact(seconds), exact(payments) * exact(SECONDS_PER_DAY))
        }),
        [("tenure_seconds", None)] => Metric::of(Figure::Times(OfTimes::Tenure)),
        [("longest_gap_seconds", None)] => Metric::of(Figure::Times(OfTimes::LongestGap)),
        [("mean_gap_seconds", None)] => Metric::of(Figure::Times(OfTimes::MeanGap)),
        rest => of_both(rest)?,
    })
}

const SECONDS_PER_DAY: i64 = 24 * 60 * 60;

/// Collaborations begin with an offer or an application, and once each.
fn asked(totals: &Totals) -> i64 {
    totals.agreements.values().sum()
}

/// Over several campaigns neither a margin nor a model holds, and claims of orders are theirs.
fn without_campaign(path: &[Segment<'_>]) -> Option<Metric> {
    match path {
        [("revenue", None), ("rejected_claims", None)] => Some(Metric::count(|_| 0)),
        figure => figures::find(figure),
    }
}

/// What both reports have.
fn of_both(path: &[Segment<'_>]) -> Option<Metric> {
    Some(match path {
        [("acceptance_rate", None)] => Metric::ratio(acceptance),
        [("delivery", None), (field, None)] => delivery(field)?,
        [("quality", None), ("ratings", None)] => {
            Metric::count(|totals| totals.ratings.iter().sum())
        }
        [("quality", None), ("mean", None)] => Metric::ratio(|totals| {
            let rated = totals.ratings.iter().zip(1_i64..);
            let sum = rated.map(|(count, rating)| count * rating).sum();
            (sum, totals.ratings.iter().sum())
        }),
        [("quality", None), ("variance", None)] => Metric::sum(variance),
        [("open_disputes", None)] => Metric::count(|totals| totals.conduct.open_disputes),
        [("holds", None), ("placed", None)] => Metric::count(|totals| totals.holds.placed),
        [("holds", None), ("open", None)] => Metric::count(|totals| totals.holds.open),
        _ => return None,
    })
}

fn agreements(state: &str) -> Option<Metric> {
    api::CollaborationState::from_str_name(&format!("COLLABORATION_STATE_{state}"))?;
    let state = state.to_owned();
    Some(Metric::sum(move |taken| {
        let counts = taken.totals.agreements.iter();
        let found = counts.filter(|(one, _)| one.name() == state);
        Sides::whole(exact(found.map(|(_, count)| count).sum::<i64>()))
    }))
}

fn deliverables(state: &str) -> Option<Metric> {
    api::DeliverableState::from_str_name(&format!("DELIVERABLE_STATE_{state}"))?;
    let state = state.to_owned();
    Some(Metric::sum(move |taken| {
        let counts = taken.totals.deliverables.iter();
        let found = counts.filter(|(one, _)| one.name() == state);
        Sides::whole(exact(found.map(|(_, count)| count).sum::<i64>()))
    }))
}

fn acceptance(totals: &Totals) -> (i64, i64) {
    use crate::domain::CollaborationState::{Accepted, Declined, Expired};
    let reached = |state| totals.reached.get(&state).copied().unwrap_or(0);
    let accepted = reached(Accepted);
    (accepted, accepted + reached(Declined) + reached(Expired))
}

/// Σ (rating − mean)² over the ratings: the mean is that of all of them.
fn variance(taken: &Taken<'_>) -> Sides {
    let count: i64 = taken.known.ratings.iter().sum();
    let sum: i64 = (1..)
        .zip(taken.known.ratings)
        .map(|(n, count)| n * count)
        .sum();
    let mean = exact(sum) / exact(count.max(1));
    let mut sides = Sides::ratio(exact(0), exact(0));
    for (rating, count) in (1_i64..).zip(taken.totals.ratings) {
        let apart = exact(rating) - &mean;
        sides.add(&Sides::ratio(&apart * &apart * exact(count), exact(count)));
    }
    sides
}

fn overdue(taken: &Taken<'_>) -> i64 {
    let dues = taken.totals.delivery.open_dues.range(..taken.known.now);
    dues.map(|(_, count)| count).sum()
}

fn delivery(field: &str) -> Option<Metric> {
    let due = |taken: &Taken<'_>| exact(taken.totals.delivery.published + overdue(taken));
    Some(match field {
        "accepted_deliverables" => Metric::count(|totals| totals.delivery.accepted),
        "verified_deliverables" => Metric::count(|totals| totals.delivery.verified),
        "completion_rate" => {
            Metric::ratio(|totals| (totals.delivery.verified, totals.delivery.accepted))
        }
        "published" => Metric::count(|totals| totals.delivery.published),
        "overdue" => Metric::sum(|taken| Sides::whole(exact(overdue(taken)))),
        "on_time_rate" => {
            Metric::sum(move |taken| Sides::ratio(exact(taken.totals.delivery.on_time), due(taken)))
        }
        "on_time_rate_original" => Metric::sum(move |taken| {
            Sides::ratio(exact(taken.totals.delivery.on_time_original), due(taken))
        }),
        "seconds_late" => Metric::minor(|totals| totals.delivery.seconds_late),
        "submissions" => Metric::count(|totals| totals.delivery.submissions),
        "revisions" => Metric::count(|totals| totals.delivery.revisions),
        "revision_rate" => {
            Metric::ratio(|totals| (totals.delivery.revisions, totals.delivery.handed_in))
        }
        "breaches_late" => {
            Metric::count(|totals| totals.delivery.published - totals.delivery.on_time)
        }
        "breaches_unapproved" => Metric::count(|totals| totals.delivery.unapproved),
        "breaches_undisclosed" => Metric::count(|totals| totals.delivery.undisclosed),
        "breaches_removed_early" => Metric::count(|totals| totals.delivery.removed_early),
        "removed" => Metric::count(|totals| totals.delivery.removed),
        _ => return None,
    })
}

fn products(field: &str) -> Option<Metric> {
    Some(match field {
        "shipped" => Metric::count(|totals| totals.products.shipped),
        "received" => Metric::count(|totals| totals.products.received),
        "returned" => Metric::count(|totals| totals.products.returned),
        "cost_of_goods_minor" => Metric::minor(|totals| totals.products.cost_of_goods),
        "fair_value_minor" => Metric::minor(|totals| totals.products.fair_value),
        "returned_cost_of_goods_minor" => {
            Metric::minor(|totals| totals.products.returned_cost_of_goods)
        }
        "returned_fair_value_minor" => Metric::minor(|totals| totals.products.returned_fair_value),
        _ => return None,
    })
}
