//! Requests that break one rule each, and the field that breaks it.

mod disputes;
mod facts;
mod negotiation;
mod plans;
mod posts;
mod reports;
mod safety;
mod work;

use super::Attempt;
use crate::support::server::Story;

/// A number no enum has.
const UNKNOWN: i32 = 99;

pub type Row = (&'static str, Attempt);

/// Everything. The campaign has `ayu`, who has published.
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
        facts::measurements,
        facts::settlement,
        disputes::disputes,
        facts::reads,
        reports::reports,
        reports::insights,
    ];
    tables.into_iter().flat_map(|table| table(story)).collect()
}
