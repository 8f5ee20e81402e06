//! Fields of requests about reports.

use super::super::but;
use super::{Row, UNKNOWN};
use crate::support::server::Story;

/// No time has so many nanoseconds.
const BROKEN: Option<prost_types::Timestamp> = Some(prost_types::Timestamp {
    seconds: 0,
    nanos: -1,
});

pub fn reports(story: &Story) -> Vec<Row> {
    let (finalise, compare) = (story.finalise(), story.compare(1, 2));
    let worklist = story.worklist();
    vec![
        ("revision", but(&finalise, |one| one.revision = Some(0))),
        ("context", but(&finalise, |one| one.context = None)),
        ("campaign_id", but(&finalise, |one| one.campaign_id.clear())),
        (
            "brand_id",
            but(&story.report(1), |one| one.brand_id.clear()),
        ),
        ("from_revision", but(&compare, |one| one.from_revision = 0)),
        ("to_revision", but(&compare, |one| one.to_revision = 1)),
        ("page_size", but(&compare, |one| one.page_size = -1)),
        ("side", but(&worklist, |one| one.side = 3)),
        ("side", but(&worklist, |one| one.side = UNKNOWN)),
        (
            "kinds[1]",
            but(&worklist, |one| one.kinds = vec![1, UNKNOWN]),
        ),
        ("due_before", but(&worklist, |one| one.due_before = BROKEN)),
        ("brand_id", but(&worklist, |one| one.brand_id.clear())),
    ]
}
