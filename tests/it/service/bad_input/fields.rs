//! Requests that break one rule each, with the field that breaks it.

mod corrections;
mod disputes;
mod erasure;
mod facts;
mod negotiation;
mod plans;
mod posts;
mod reports;
mod safety;
mod work;

use super::Attempt;
use crate::support::server::Story;

/// A number that no enum has.
const UNKNOWN: i32 = 99;

pub type Row = (&'static str, Attempt);

/// All rows. In the campaign `ayu` has published.
pub fn table(story: &Story) -> Vec<Row> {
    let tables = [
        plans::ids,
        plans::contexts,
        plans::plans,
        plans::profiles,
        work::offers,
        negotiation::offers,
        negotiation::amendments,
        work::work,
        posts::posts,
        posts::products,
        posts::lists,
        safety::safety,
        erasure::erasure,
        corrections::corrections,
        facts::measurements,
        facts::settlement,
        disputes::disputes,
        facts::reads,
        reports::reports,
        reports::insights,
    ];
    tables.into_iter().flat_map(|table| table(story)).collect()
}
