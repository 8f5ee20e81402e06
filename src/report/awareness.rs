//! Brand awareness: the posts of a brand, day by day.

use std::collections::BTreeMap;

use super::count;
use crate::domain::metrics::{in_wholes, publish};
use crate::domain::state::Publication;
use crate::domain::{Counter, Counters, EngagementSums, MeasurementKind, MeasurementScope, Sum};
use crate::views::Day;
use crate::wire::proto::api;

/// The days on which posts went live, and the totals of the posts of each.
#[derive(Debug, Default)]
pub struct Days(BTreeMap<Day, (i64, EngagementSums)>);

impl Days {
    /// Takes in a post.
    pub fn add(&mut self, post: &Publication) {
        let headline = (MeasurementScope::Total, MeasurementKind::Measured);
        let (posts, sums) = self.0.entry(Day::of(post.published_at)).or_default();
        let series = post.series.get(&headline);
        let standing = series.map_or_else(Counters::default, |series| series.counted.values());
        *posts += 1;
        *sums += &EngagementSums::of_post(post, &standing);
    }

    /// Renders them, by day.
    pub fn render(&self) -> Vec<api::AwarenessDay> {
        let of = |(day, (posts, sums)): (&Day, &(i64, EngagementSums))| {
            let seen = |sum: &Sum| (sum.posts > 0).then(|| rounded(sum.value)).flatten();
            api::AwarenessDay {
                day: date(*day),
                posts: count(*posts),
                reach_not_deduplicated: seen(&sums.counters[Counter::Reach as usize]),
                views: seen(&sums.counters[Counter::Views as usize]),
                engagements: seen(&sums.engagements),
            }
        };
        self.0.iter().map(of).collect()
    }

    /// Returns the most days from a day with posts to the next one.
    pub fn longest_gap(&self) -> u64 {
        let days: Vec<_> = self.0.keys().collect();
        let gaps = days.windows(2).map(|pair| match pair {
            [earlier, later] => later.get().abs_diff(earlier.get()),
            _ => 0,
        });
        gaps.max().unwrap_or(0)
    }
}

/// Spells a day as ISO 8601 does.
fn date(day: Day) -> String {
    let epoch = jiff::civil::date(1970, 1, 1);
    let date = epoch.checked_add(jiff::Span::new().days(day.get()));
    // Every moment that was parsed has a date.
    date.map(|date| date.to_string()).unwrap_or_default()
}

/// Rounds a sum in ten-thousandths to wholes; `None` beyond int64.
fn rounded(ten_thousandths: i128) -> Option<u64> {
    let published = publish(&in_wholes(ten_thousandths), 1).ok()?;
    u64::try_from(published).ok()
}
