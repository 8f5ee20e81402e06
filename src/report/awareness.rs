//! Brand awareness: the posts of a brand, day by day.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::count;
use crate::domain::metrics::{in_wholes, publish};
use crate::domain::state::Publication;
use crate::domain::{Audience, Counter, Definition, EngagementSums, Sum, Timestamp};
use crate::views::Day;
use crate::wire::observation::optional_text;
use crate::wire::proto::api;

/// The days on which posts went live, and the totals of the posts of each.
#[derive(Debug)]
pub struct Days {
    zone: TimeZone,
    days: BTreeMap<Day, OfDay>,
}

/// The posts of a day. Counters of several definitions are never added.
#[derive(Debug, Default)]
struct OfDay {
    posts: i64,
    by_definition: BTreeMap<Option<Definition>, EngagementSums>,
}

impl Days {
    /// Begins with no post, in a time zone.
    pub const fn in_zone(zone: TimeZone) -> Self {
        Self {
            zone,
            days: BTreeMap::new(),
        }
    }

    /// Takes in a post, unless it went live outside of these days.
    pub fn add(&mut self, post: &Publication, (from, until): (Day, Day)) {
        let day = day_of(post.published_at, &self.zone);
        if day < from || day > until {
            return;
        }
        let of_day = self.days.entry(day).or_default();
        of_day.posts += 1;
        let headline = Audience::HEADLINE;
        for (audience, series) in &post.series {
            if (audience.scope, audience.kind) == (headline.scope, headline.kind) {
                let sums = EngagementSums::of_post(post, &series.counted.values());
                *of_day.by_definition.entry(audience.definition).or_default() += &sums;
            }
        }
    }

    /// Renders them, by day.
    pub fn render(&self) -> Vec<api::AwarenessDay> {
        self.days
            .iter()
            .map(|(day, of_day)| of_day.render(*day))
            .collect()
    }

    /// Returns the most days from a day with posts to the next one.
    pub fn longest_gap(&self) -> u64 {
        let days: Vec<_> = self.days.keys().collect();
        let gaps = days.windows(2).map(|pair| match pair {
            [earlier, later] => later.get().abs_diff(earlier.get()),
            _ => 0,
        });
        gaps.max().unwrap_or(0)
    }
}

impl OfDay {
    fn render(&self, day: Day) -> api::AwarenessDay {
        let seen = self
            .by_definition
            .iter()
            .filter(|(_, sums)| sums.posts > 0)
            .map(|(definition, sums)| counters(*definition, sums));
        let mut seen: Vec<_> = seen.collect();
        let mixed_definitions = seen.len() > 1;
        let one = match mixed_definitions {
            true => api::AwarenessCounters::default(),
            false => seen.pop().unwrap_or_default(),
        };
        api::AwarenessDay {
            day: date(day),
            posts: count(self.posts),
            reach_not_deduplicated: one.reach_not_deduplicated,
            views: one.views,
            engagements: one.engagements,
            mixed_definitions,
            by_definition: seen,
        }
    }
}

fn counters(definition: Option<Definition>, sums: &EngagementSums) -> api::AwarenessCounters {
    let seen = |sum: &Sum| (sum.posts > 0).then(|| rounded(sum.value)).flatten();
    api::AwarenessCounters {
        definition: optional_text(definition),
        posts: count(sums.posts),
        reach_not_deduplicated: seen(&sums.counters[Counter::Reach as usize]),
        views: seen(&sums.counters[Counter::Views as usize]),
        engagements: seen(&sums.engagements),
    }
}

/// Finds a time zone by its IANA name, in the data that the program brings along: every machine
/// answers alike.
pub fn zone_named(name: &str) -> Option<TimeZone> {
    jiff::tz::TimeZoneDatabase::bundled().get(name).ok()
}

/// Returns the day of a time in a time zone.
fn day_of(at: Timestamp, zone: &TimeZone) -> Day {
    let epoch = jiff::civil::date(1970, 1, 1);
    let moment = jiff::Timestamp::from_nanosecond(i128::from(at.nanos())).ok();
    let date = moment.map(|moment| zone.to_datetime(moment).date());
    let days = date.and_then(|date| date.since(epoch).ok());
    // Every moment that was parsed has a date.
    days.map_or_else(|| Day::of(at), |days| Day::new(i64::from(days.get_days())))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_zone() {
        let at = |text: &str| {
            let moment: jiff::Timestamp = text.parse().unwrap();
            Timestamp::from_nanos(i64::try_from(moment.as_nanosecond()).unwrap())
        };
        let day = |text: &str, zone: &str| date(day_of(at(text), &zone_named(zone).unwrap()));
        assert_eq!(day("2026-03-01T18:00:00Z", "Asia/Jakarta"), "2026-03-02");
        assert_eq!(day("2026-03-01T16:59:59Z", "Asia/Jakarta"), "2026-03-01");
        assert_eq!(day("2026-03-01T18:00:00Z", "UTC"), "2026-03-01");
        // Clocks went forward in between: the day had 23 hours.
        assert_eq!(day("2026-03-29T22:30:00Z", "Europe/Berlin"), "2026-03-30");
        assert_eq!(day("2026-03-28T22:30:00Z", "Europe/Berlin"), "2026-03-28");
        assert!(zone_named("Asia/Atlantis").is_none());
    }
}
