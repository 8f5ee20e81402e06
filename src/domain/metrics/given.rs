//! What worked examples are given: each a name, a number, and where formulas find it.

use super::{CostBasis, Entry, Facts, Known, Plan, Rate, rate};
use crate::domain::{
    Audience, CollaborationState, ConversionType, CostType, Counter, EngagementSums, Paired, Span,
    Sum, Timestamp, Totals, WHOLE_BP,
};

const BASIS: Entry = Entry::Basis(CostBasis::Accrued);
const AUDIENCE: Audience = Audience::HEADLINE;

/// A number that an example is given.
#[derive(Clone, Copy, Debug)]
pub struct Given {
    /// What it is.
    pub name: &'static str,
    /// How much.
    pub value: i64,
    /// Of how much, where it is a part of something.
    pub of: Option<i64>,
    put: fn(&mut Sample, &Given),
}

/// A number computed once.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// Of what.
    pub given: &'static [Given],
    /// The result, exact, in lowest terms.
    pub result: &'static str,
}

/// The facts of an example.
#[derive(Debug, Default)]
pub(super) struct Sample {
    totals: Totals,
    known: Known,
    /// Rates of single posts.
    pub(super) rates: Vec<Rate>,
    /// When collaborations were accepted, in order.
    pub(super) accepted: Vec<Timestamp>,
    /// The last thing that happened in any of them.
    pub(super) last_activity: Option<Timestamp>,
}

impl Example {
    /// Puts what is given where formulas find it.
    pub(super) fn sample(&self) -> Sample {
        let mut sample = Sample::default();
        for given in self.given {
            (given.put)(&mut sample, given);
        }
        sample.known.ratings = sample.totals.ratings;
        sample
    }
}

impl Sample {
    /// Looks at the basis and the audience that examples are on.
    pub(super) fn facts(&self) -> Facts<'_> {
        let facts = Facts::of(&self.totals, false, &self.known);
        facts.at(BASIS).at(Entry::Audience(AUDIENCE))
    }

    fn engagement(&mut self) -> &mut EngagementSums {
        self.totals.counted.engagement.entry(AUDIENCE).or_default()
    }

    fn count(&mut self, counter: Counter, given: &Given) {
        let sums = self.engagement();
        sums.counters[counter as usize] = seen(given);
        sums.clicks_by_impressions = Paired {
            numerator: sums.counters[Counter::Clicks as usize].value,
            denominator: sums.counters[Counter::Impressions as usize].value,
            posts: 1,
        };
    }

    fn plan(&mut self) -> &mut Plan {
        self.known.plan.get_or_insert_default()
    }
}

fn parts(whole: i64) -> i128 {
    i128::from(whole) * i128::from(WHOLE_BP)
}

fn seen(given: &Given) -> Sum {
    Sum {
        value: parts(given.value),
        posts: 1,
    }
}

fn moment(seconds: i64) -> Timestamp {
    Timestamp::default().after(Span::seconds(seconds))
}

const fn given(name: &'static str, value: i64, put: fn(&mut Sample, &Given)) -> Given {
    Given {
        name,
        value,
        of: None,
        put,
    }
}

const fn part(name: &'static str, value: i64, of: i64, put: fn(&mut Sample, &Given)) -> Given {
    Given {
        name,
        value,
        of: Some(of),
        put,
    }
}

pub(super) const fn cost(minor: i64) -> Given {
    given("C", minor, |sample, given| {
        let sums = sample.totals.counted.costs.entry(CostType::Fee);
        sums.or_default().accrued += i128::from(given.value);
    })
}

pub(super) const fn revenue(minor: i64) -> Given {
    given("R", minor, |sample, given| {
        sample.totals.counted.gross += i128::from(given.value);
    })
}

pub(super) const fn margin_bp(basis_points: i64) -> Given {
    given("margin in basis points", basis_points, |sample, given| {
        sample.plan().margin_bp = u32::try_from(given.value).ok();
    })
}

pub(super) const fn price_of_impressions(minor: i64) -> Given {
    given("price of a thousand", minor, |sample, given| {
        sample.plan().is_valued = true;
        let sums = sample.engagement();
        let seen = sums.counters[Counter::Impressions as usize];
        let value = seen.value * i128::from(given.value);
        sums.worth = Sum { value, ..seen };
    })
}

pub(super) const fn posts(count: i64) -> Given {
    given("posts", count, |sample, given| {
        sample.totals.counted.posts += given.value;
    })
}

pub(super) const fn conversions(count: i64) -> Given {
    given("conversions", count, |sample, given| {
        let sums = sample
            .totals
            .counted
            .conversions
            .entry(ConversionType::Sale);
        sums.or_default().attributed_bp += parts(given.value);
    })
}

pub(super) const fn engagements(count: i64) -> Given {
    given("engagements", count, |sample, given| {
        sample.engagement().engagements = seen(given);
    })
}

pub(super) const fn views(count: i64) -> Given {
    given("views", count, |sample, given| {
        sample.count(Counter::Views, given)
    })
}

pub(super) const fn impressions(count: i64) -> Given {
    given("impressions", count, |sample, given| {
        sample.count(Counter::Impressions, given);
    })
}

pub(super) const fn reach(count: i64) -> Given {
    given("reach", count, |sample, given| {
        sample.count(Counter::Reach, given)
    })
}

pub(super) const fn clicks(count: i64) -> Given {
    given("clicks", count, |sample, given| {
        sample.count(Counter::Clicks, given)
    })
}

/// Engagements of a post, of its followers, reach or views.
pub(super) const fn post(engagements: i64, of: i64) -> Given {
    part("engagements of a post", engagements, of, |sample, given| {
        let of = given.of.unwrap_or_default();
        sample.rates.extend(rate(given.value.into(), of.into()));
        let sums = sample.engagement();
        for pair in [
            &mut sums.by_followers,
            &mut sums.by_reach,
            &mut sums.by_views,
        ] {
            pair.numerator += parts(given.value);
            pair.denominator += parts(of);
            pair.posts += 1;
        }
    })
}

pub(super) const fn accepted(count: i64) -> Given {
    given("accepted", count, |sample, given| {
        let reached = &mut sample.totals.reached;
        *reached.entry(CollaborationState::Accepted).or_default() += given.value;
    })
}

pub(super) const fn expired(count: i64) -> Given {
    given("expired", count, |sample, given| {
        let reached = &mut sample.totals.reached;
        *reached.entry(CollaborationState::Expired).or_default() += given.value;
    })
}

pub(super) const fn verified(count: i64, accepted: i64) -> Given {
    part("verified", count, accepted, |sample, given| {
        sample.totals.delivery.verified += given.value;
        sample.totals.delivery.accepted += given.of.unwrap_or_default();
    })
}

pub(super) const fn on_time(count: i64, published: i64) -> Given {
    part("published on time", count, published, |sample, given| {
        sample.totals.delivery.on_time += given.value;
        sample.totals.delivery.on_time_original += given.value;
        sample.totals.delivery.published += given.of.unwrap_or_default();
    })
}

pub(super) const fn revisions(count: i64) -> Given {
    given("revisions", count, |sample, given| {
        sample.totals.delivery.revisions += given.value;
    })
}

pub(super) const fn handed_in(count: i64) -> Given {
    given("handed in", count, |sample, given| {
        sample.totals.delivery.handed_in += given.value;
    })
}

pub(super) const fn rated(rating: i64) -> Given {
    given("a rating", rating, |sample, given| {
        let mut slots = (1..).zip(&mut sample.totals.ratings);
        if let Some((_, slot)) = slots.find(|(rating, _)| *rating == given.value) {
            *slot += 1;
        }
    })
}

pub(super) const fn gifted(count: i64) -> Given {
    given("gifted", count, |sample, given| {
        sample.totals.gifted += given.value
    })
}

pub(super) const fn gifted_posted(count: i64) -> Given {
    given("of them posted", count, |sample, given| {
        sample.totals.gifted_posted += given.value;
    })
}

pub(super) const fn ever_accepted(count: i64) -> Given {
    given("accepted", count, |sample, given| {
        sample.known.standing.accepted = given.value.into();
    })
}

pub(super) const fn accepted_at(seconds: i64) -> Given {
    given("an acceptance at second", seconds, |sample, given| {
        sample.accepted.push(moment(given.value));
    })
}

pub(super) const fn active_at(seconds: i64) -> Given {
    given("the last activity at second", seconds, |sample, given| {
        sample.last_activity = Some(moment(given.value));
    })
}

pub(super) const fn paid_after(seconds: i64) -> Given {
    given("seconds until a payment", seconds, |sample, given| {
        sample.totals.payments.0 += 1;
        sample.totals.payments.1 += Span::seconds(given.value).nanos();
    })
}
