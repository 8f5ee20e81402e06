//! Observations of posts, both ways: their coordinates, their counters, their timing.

use prost_types::Timestamp as WireTime;

use super::fields::{Checked, Fields};
use super::values::read_time;
use crate::domain::{Counter, Counters, Definition, Seen};
use crate::wire::proto::values as wire;

/// The rule that an observation must have a counter.
pub const COUNTERS_RULE: &str = "must have at least one counter";
/// Largest counter of a post: a thousand times what the most watched one has. Sums of a million posts
/// stay exact, so no report has to cut one off.
pub const MAX_COUNTER: u64 = 1_000_000_000_000;
/// States the limit of a counter.
pub const COUNTER_RULE: &str = "must be at most 1,000,000,000,000";

/// The coordinates of an observation, as the messages of events and calls spell them.
pub struct WireSeen {
    /// When the counters were seen.
    pub observed_at: Option<WireTime>,
    /// Number of the source.
    pub source: i32,
    /// Number of the kind.
    pub kind: i32,
    /// Number of the scope.
    pub scope: i32,
    /// Name of the definition; empty for none.
    pub definition: String,
}

/// Reads the coordinates of an observation.
pub fn read_seen(fields: &mut Fields, message: WireSeen) -> Checked<Seen> {
    let observed_at = fields.required("observed_at", message.observed_at, read_time);
    let source = fields.one_of("source", message.source);
    let kind = fields.one_of("kind", message.kind);
    let scope = fields.one_of("scope", message.scope);
    let definition = fields.parse_optional("definition", &message.definition, Definition::parse);
    Ok(Seen {
        observed_at: observed_at?,
        source: source?,
        kind: kind?,
        scope: scope?,
        definition: definition?,
    })
}

/// Writes the name of a definition that may be absent, which is spelled as empty.
pub fn optional_text(definition: Option<Definition>) -> String {
    definition.map_or_else(String::new, |one| one.as_str().to_owned())
}

/// Reads counters, of which at least one was seen.
pub fn read_counters(fields: &mut Fields, message: wire::Counters) -> Checked<Counters> {
    let counters = counters(fields, message);
    if counters.is_empty() {
        return Err(fields.refuse_here(COUNTERS_RULE));
    }
    Ok(counters)
}

fn counters(fields: &mut Fields, message: wire::Counters) -> Counters {
    let mut counters = Counters::default();
    for counter in Counter::ALL {
        let (field, seen) = match counter {
            Counter::Likes => ("likes", message.likes),
            Counter::Comments => ("comments", message.comments),
            Counter::Shares => ("shares", message.shares),
            Counter::Saves => ("saves", message.saves),
            Counter::Views => ("views", message.views),
            Counter::Impressions => ("impressions", message.impressions),
            Counter::Reach => ("reach", message.reach),
            Counter::Clicks => ("clicks", message.clicks),
            Counter::Replies => ("replies", message.replies),
            Counter::PeakViewers => ("peak_viewers", message.peak_viewers),
            Counter::LiveSeconds => ("live_seconds", message.live_seconds),
        };
        fields.limit(
            field,
            seen.is_none_or(|seen| seen <= MAX_COUNTER),
            COUNTER_RULE,
        );
        counters.set(counter, seen);
    }
    counters
}

impl From<&Counters> for wire::Counters {
    fn from(counters: &Counters) -> Self {
        Self {
            likes: counters.get(Counter::Likes),
            comments: counters.get(Counter::Comments),
            shares: counters.get(Counter::Shares),
            saves: counters.get(Counter::Saves),
            views: counters.get(Counter::Views),
            impressions: counters.get(Counter::Impressions),
            reach: counters.get(Counter::Reach),
            clicks: counters.get(Counter::Clicks),
            replies: counters.get(Counter::Replies),
            peak_viewers: counters.get(Counter::PeakViewers),
            live_seconds: counters.get(Counter::LiveSeconds),
        }
    }
}
