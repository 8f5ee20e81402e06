//! Engagement of posts, summed so that shares of JOINT posts stay exact.

use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

use crate::domain::state::Publication;
use crate::domain::{Counter, Counters, WHOLE_BP};

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
        // Most of a change is nothing: what it does not touch is not brought into the cache.
        if *other == Self::default() {
            return;
        }
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
        if *other == Self::default() {
            return;
        }
        self.numerator += i128::from(sign) * other.numerator;
        self.denominator += i128::from(sign) * other.denominator;
        self.posts += sign * other.posts;
    }
}

/// A count in ten-thousandths. Counters are u64, so at most four of them fit with room to spare.
fn whole(value: u128) -> i128 {
    i128::try_from(value).unwrap_or(i128::MAX / i128::from(WHOLE_BP)) * i128::from(WHOLE_BP)
}
