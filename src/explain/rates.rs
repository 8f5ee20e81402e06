//! Rates of posts and times between acceptances: numbers that are not sums of totals.

use super::engagement::{Credited, heads};
use super::gather::{Behind, Moment};
use super::number::Number;
use super::{Explanation, Reason, reasons};
use crate::domain::metrics::{Exact, Pick, Sides, Times, exact};
use crate::domain::state::Heads;
use crate::domain::{Position, WHOLE_BP};
use crate::store;

const NANOS: i64 = 1_000_000_000;

/// How the rates of posts are combined.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum OfPosts {
    /// Their mean.
    Mean,
    /// Their median.
    Median,
}

/// The rate of one post, and what events add to it.
struct OfPost<'a> {
    credited: &'a Credited,
    rate: Exact,
    parts: Vec<(Position, Exact)>,
}

impl Behind {
    /// Takes the mean or the median of the rates of posts apart.
    pub(super) fn rates(
        &self,
        number: &Number,
        how: OfPosts,
        pick: Pick,
    ) -> Result<Explanation, store::Error> {
        let zero = match how {
            OfPosts::Mean => Sides::ratio(exact(0), exact(0)),
            OfPosts::Median => Sides::whole(exact(0)),
        };
        let mut explanation = Explanation::of(zero);
        let Some(key) = number.audience() else {
            return Ok(explanation);
        };
        let posts = self.credited(&number.part)?;
        let rated = posts.iter().filter_map(|credited| {
            let heads = heads(number, credited, key)?;
            self.rate(credited, heads, pick)
        });
        let mut rated: Vec<OfPost<'_>> = rated.collect();
        rated.sort_by(|one, other| one.rate.cmp(&other.rate));
        let middle = middle(rated.len());
        for (index, post) in rated.iter().enumerate() {
            let weight = match how {
                OfPosts::Mean => exact(1),
                OfPosts::Median if middle.contains(&index) => exact(1) / exact(middle.len()),
                OfPosts::Median => continue,
            };
            for (position, part) in &post.parts {
                let numerator = part * &weight;
                explanation.add(*position, &with_numerator(how, numerator));
            }
            let last = post.parts.iter().map(|(position, _)| *position).max();
            if let (OfPosts::Mean, Some(last)) = (how, last) {
                explanation.add(last, &Sides::ratio(exact(0), exact(1)));
            }
        }
        for post in &rated {
            for (position, _) in &post.parts {
                // Of a mean, every part is there.
                explanation.leave_out(*position, Reason::NotInMiddle, None);
            }
            let heads = heads(number, post.credited, key);
            self.observations(post.credited, key, &mut |entry| {
                reasons::leave_out(number, entry, heads, &mut explanation);
            })?;
        }
        Ok(explanation)
    }

    fn rate<'a>(&self, credited: &'a Credited, heads: &Heads, pick: Pick) -> Option<OfPost<'a>> {
        let pieces = self.pieces(credited, heads, WHOLE_BP);
        let denominator: i128 = pieces.values().map(|sums| pick(sums).denominator).sum();
        let is_there = pieces.values().any(|sums| pick(sums).posts > 0) && denominator > 0;
        if !is_there {
            return None;
        }
        let parts: Vec<(Position, Exact)> = pieces
            .iter()
            .filter(|(_, sums)| pick(sums).numerator != 0 || pick(sums).posts > 0)
            .map(|(at, sums)| (*at, exact(pick(sums).numerator) / exact(denominator)))
            .collect();
        let rate = parts.iter().map(|(_, part)| part).sum();
        Some(OfPost {
            credited,
            rate,
            parts,
        })
    }

    /// Takes a number of times apart: a time from one moment to another is the later one less the
    /// earlier one, in seconds since 1970.
    pub(super) fn times(&self, of: Times) -> Explanation {
        let mut accepted = self.accepted.clone();
        accepted.sort_by_key(|moment| moment.at);
        let mut explanation = Explanation::of(of.zero());
        for (from, to) in of.spans(&accepted, self.last_activity, |moment| moment.at) {
            match of {
                Times::Tenure | Times::LongestGap => between(&mut explanation, &from, &to),
                Times::MeanGap => {
                    let gap = seconds(&to) - seconds(&from);
                    explanation.add(to.position, &Sides::ratio(gap, exact(1)));
                }
            }
        }
        if of == Times::LongestGap {
            for moment in &accepted {
                explanation.leave_out(moment.position, Reason::NotInMiddle, None);
            }
        }
        explanation
    }
}

fn between(explanation: &mut Explanation, earlier: &Moment, later: &Moment) {
    explanation.add(later.position, &Sides::whole(seconds(later)));
    explanation.add(earlier.position, &Sides::whole(-seconds(earlier)));
}

fn seconds(moment: &Moment) -> Exact {
    exact(moment.at.nanos()) / exact(NANOS)
}

fn with_numerator(how: OfPosts, numerator: Exact) -> Sides {
    match how {
        OfPosts::Mean => Sides::ratio(numerator, exact(0)),
        OfPosts::Median => Sides::whole(numerator),
    }
}

/// The places of the middle one of so many, or of the middle two.
fn middle(count: usize) -> std::ops::Range<usize> {
    match count {
        0 => 0..0,
        odd if odd % 2 == 1 => odd / 2..odd / 2 + 1,
        even => even / 2 - 1..even / 2 + 1,
    }
}
