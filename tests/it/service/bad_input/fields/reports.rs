//! Fields of requests about reports.

use super::super::but;
use super::Row;
use crate::support::server::Story;

pub fn reports(story: &Story) -> Vec<Row> {
    let (finalise, compare) = (story.finalise(), story.compare(1, 2));
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
    ]
}
