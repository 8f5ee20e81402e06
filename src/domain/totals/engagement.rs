//! Engagement of posts, summed in a way that keeps shares of JOINT posts exact.

use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

use crate::domain::state::Publication;
use crate::domain::{Counter, CounterPrices, Counters, WHOLE_BP};

/// Counters summed over posts, in ten-thousandths, which keeps shares of JOINT posts exact.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct EngagementSums {
    /// Per counter: the sum, and the number of posts on which it was observed.
    pub counters: [Sum; Counter::COUNT],
    /// Engagements, and the number of posts that have any.
    pub engagements: Sum,
    /// Posts with at least one counter.
    pub posts: i64,
    /// Engagements and followers over the posts that have both, without giveaways.
    pub by_followers: Paired,
    /// Engagements and reach over the posts that have both, without giveaways.
    pub by_reach: Paired,
    /// Engagements and views over the posts that have both, without giveaways.
    pub by_views: Paired,
    /// Clicks and impressions over the posts that have both.
    pub clicks_by_impressions: Paired,
    /// What counters with a price are worth, in thousandths of minor units, and the posts that have
    /// any.
    pub worth: Sum,
}

/// A sum, and the number of posts it covers.
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

/// Returns the engagements (`e-v1`) of the observed counters; `None` when none of the four was
/// observed.
pub fn engagements(counters: &Counters) -> Option<u128> {
    let seen = Counter::ENGAGEMENTS
        .iter()
        .filter_map(|counter| counters.get(*counter));
    seen.fold(None, |sum, value| {
        Some(sum.unwrap_or(0) + u128::from(value))
    })
}

impl EngagementSums {
    /// Adds the difference between the standing counters of one post after and before a change.
    pub fn apply(&mut self, change: &EngagementChange) {
        let share = i128::from(change.share_bp);
        let EngagementChange { before, after, .. } = change;
        for counter in Counter::ALL {
            let (before, after) = (before.get(counter), after.get(counter));
            if before != after {
                let whole = |value: Option<u64>| value.map(u128::from);
                self.counters[counter as usize].change(whole(before), whole(after), share);
            }
        }
        let (was, is) = (engagements(before), engagements(after));
        self.engagements.change(was, is, share);
        self.posts += i64::from(!after.is_empty()) - i64::from(!before.is_empty());
        let pair = |of: fn(&Counters) -> Option<u128>, by: Counter| {
            let by = |counters: &Counters| counters.get(by).map(u128::from);
            let was = of(before).zip(by(before));
            (was, of(after).zip(by(after)))
        };
        if !change.incentivised {
            let followers = change.followers.map(u128::from);
            let (was, is) = (was.zip(followers), is.zip(followers));
            self.by_followers.change(was, is, share);
            let (was, is) = pair(engagements, Counter::Reach);
            self.by_reach.change(was, is, share);
            let (was, is) = pair(engagements, Counter::Views);
            self.by_views.change(was, is, share);
        }
        let clicks = |counters: &Counters| counters.get(Counter::Clicks).map(u128::from);
        let (was, is) = pair(clicks, Counter::Impressions);
        self.clicks_by_impressions.change(was, is, share);
        let (was, is) = (change.prices.worth(before), change.prices.worth(after));
        self.worth.value += (is.unwrap_or(0) - was.unwrap_or(0)) * share;
        self.worth.posts += i64::from(is.is_some()) - i64::from(was.is_some());
    }

    /// Returns the sums over the standing counters of this post alone, without what they are worth.
    pub fn of_post(post: &Publication, standing: &Counters) -> Self {
        let mut sums = Self::default();
        sums.apply(&EngagementChange {
            before: Counters::default(),
            after: *standing,
            followers: post.followers,
            incentivised: post.incentivised,
            share_bp: WHOLE_BP,
            prices: CounterPrices::default(),
        });
        sums
    }
}

impl AddAssign<&EngagementSums> for EngagementSums {
    fn add_assign(&mut self, other: &EngagementSums) {
        for (mine, theirs) in self.counters.iter_mut().zip(&other.counters) {
            *mine += *theirs;
        }
        self.engagements += other.engagements;
        self.posts += other.posts;
        self.by_followers += other.by_followers;
        self.by_reach += other.by_reach;
        self.by_views += other.by_views;
        self.clicks_by_impressions += other.clicks_by_impressions;
        self.worth += other.worth;
    }
}

/// A change of the standing counters of one post, with the share that one target is credited with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EngagementChange {
    /// Counters before.
    pub before: Counters,
    /// Counters after.
    pub after: Counters,
    /// Followers at publication.
    pub followers: Option<u64>,
    /// Giveaway: left out of engagement-rate baselines.
    pub incentivised: bool,
    /// Basis points of the post the target is credited with.
    pub share_bp: u32,
    /// What the campaign holds its counters to be worth.
    pub prices: CounterPrices,
}

impl Sum {
    fn change(&mut self, before: Option<u128>, after: Option<u128>, share: i128) {
        self.value += parts(before, after, share);
        self.posts += i64::from(after.is_some()) - i64::from(before.is_some());
    }
}

impl AddAssign for Sum {
    fn add_assign(&mut self, other: Self) {
        self.value += other.value;
        self.posts += other.posts;
    }
}

impl Paired {
    fn change(&mut self, before: Option<(u128, u128)>, after: Option<(u128, u128)>, share: i128) {
        if before == after {
            return;
        }
        let (first, second) = (|pair: (u128, _)| pair.0, |pair: (_, u128)| pair.1);
        self.numerator += parts(before.map(first), after.map(first), share);
        self.denominator += parts(before.map(second), after.map(second), share);
        self.posts += i64::from(after.is_some()) - i64::from(before.is_some());
    }
}

impl AddAssign for Paired {
    fn add_assign(&mut self, other: Self) {
        self.numerator += other.numerator;
        self.denominator += other.denominator;
        self.posts += other.posts;
    }
}

/// Returns the difference of two counts, in ten-thousandths. Counters are u64, so the sum of four
/// of them fits.
fn parts(before: Option<u128>, after: Option<u128>, share: i128) -> i128 {
    let whole = |value: Option<u128>| {
        i128::try_from(value.unwrap_or(0)).unwrap_or(i128::MAX / i128::from(WHOLE_BP))
    };
    (whole(after) - whole(before)) * share
}
