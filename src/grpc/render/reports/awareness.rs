//! What a brand showed of itself, day by day.

use std::collections::BTreeMap;

use super::posts::Posts;
use crate::domain::{Counter, Counters, EngagementSums, MeasurementKind, MeasurementScope, Sum};
use crate::grpc::render::count;
use crate::grpc::render::figures::rounded;
use crate::proto::api;
use crate::views::Day;

/// Renders the days on which posts went live, by day.
pub fn awareness(posts: &Posts) -> Vec<api::AwarenessDay> {
    let mut days: BTreeMap<Day, (i64, EngagementSums)> = BTreeMap::new();
    let headline = (MeasurementScope::Total, MeasurementKind::Measured);
    for post in posts {
        let (posts, sums) = days.entry(Day::of(post.published_at)).or_default();
        let series = post.series.get(&headline);
        let standing = series.map_or_else(Counters::default, |series| series.counted.values());
        *posts += 1;
        *sums += &EngagementSums::of_post(post, &standing);
    }
    let of = |(day, (posts, sums)): (Day, (i64, EngagementSums))| {
        let seen = |sum: &Sum| (sum.posts > 0).then(|| rounded(sum.value));
        api::AwarenessDay {
            day: date(day),
            posts: count(posts),
            reach_not_deduplicated: seen(&sums.counters[Counter::Reach as usize]),
            views: seen(&sums.counters[Counter::Views as usize]),
            engagements: seen(&sums.engagements),
        }
    };
    days.into_iter().map(of).collect()
}

/// Returns the most days from a day with posts to the next one.
pub fn longest_gap(posts: &Posts) -> u64 {
    let mut days: Vec<_> = posts
        .iter()
        .map(|post| Day::of(post.published_at))
        .collect();
    days.sort_unstable();
    let gaps = days.windows(2).map(|pair| match pair {
        [earlier, later] => later.get().abs_diff(earlier.get()),
        _ => 0,
    });
    gaps.max().unwrap_or(0)
}

/// Spells a day as ISO 8601 does.
fn date(day: Day) -> String {
    let epoch = jiff::civil::date(1970, 1, 1);
    let date = epoch.checked_add(jiff::Span::new().days(day.get()));
    // Every moment that was parsed has a date.
    date.map(|date| date.to_string()).unwrap_or_default()
}
