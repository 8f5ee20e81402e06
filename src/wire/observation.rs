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
    let counters = counters(fields, &message);
    if counters.is_empty() {
        return Err(fields.refuse_here(COUNTERS_RULE));
    }
    Ok(counters)
}

/// The table of counters and their fields in messages, for both directions.
macro_rules! counters {
    ($($counter:ident $field:ident),+ $(,)?) => {
        /// Names the field of a counter, and what it holds.
        fn field_of(message: &wire::Counters, counter: Counter) -> (&'static str, Option<u64>) {
            match counter {
                $( Counter::$counter => (stringify!($field), message.$field), )+
            }
        }

        impl From<&Counters> for wire::Counters {
            fn from(counters: &Counters) -> Self {
                Self {
                    $( $field: counters.get(Counter::$counter), )+
                }
            }
        }
    };
}

counters! {
    Likes likes,
    Comments comments,
    Shares shares,
    Saves saves,
    Views views,
    Impressions impressions,
    Reach reach,
    Clicks clicks,
    Replies replies,
    PeakViewers peak_viewers,
    LiveSeconds live_seconds,
}

fn counters(fields: &mut Fields, message: &wire::Counters) -> Counters {
    let mut counters = Counters::default();
    for counter in Counter::ALL {
        let (field, seen) = field_of(message, counter);
        let fits = seen.is_none_or(|seen| seen <= MAX_COUNTER);
        fields.limit(field, fits, COUNTER_RULE);
        counters.set(counter, seen);
    }
    counters
}
