//! Fields of requests about reports.

use campaign_ledger::wire::proto::api::*;

use super::super::but;
use super::{Row, UNKNOWN};
use crate::support::server::Story;

/// A timestamp with too many nanoseconds.
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

pub fn insights(story: &Story) -> Vec<Row> {
    let brand_id = story.brand.clone();
    let awareness = GetBrandAwarenessRequest {
        brand_id: brand_id.clone(),
        from_day: String::from("2026-03-01"),
        until_day: String::from("2026-03-31"),
        time_zone: String::new(),
        min_position: 0,
        as_of: None,
    };
    let comparison = GetComparisonRequest {
        brand_id: brand_id.clone(),
        campaign_ids: Vec::new(),
        group_by: vec![ComparisonKey::Tier.into()],
        min_position: 0,
        as_of: None,
    };
    let partnerships = ListPartnershipsRequest {
        brand_id,
        ..ListPartnershipsRequest::default()
    };
    let until = |day: &str| but(&awareness, |one| one.until_day = day.to_owned());
    let too_many = vec![String::from("launch"); 101];
    let by_roi = PartnershipOrder::LifetimeRoi.into();
    vec![
        ("brand_id", but(&awareness, |one| one.brand_id.clear())),
        ("from_day", but(&awareness, |one| one.from_day.clear())),
        ("until_day", until("31.3.2026")),
        ("until_day", until("2026-02-30")),
        ("until_day", until("20260331")),
        ("until_day", until("2026-03-31T00:00:00Z")),
        ("until_day", until("2026-02-28")),
        // At most 366 days.
        ("until_day", until("2027-03-02")),
        ("group_by", but(&comparison, |one| one.group_by.clear())),
        ("group_by[1]", but(&comparison, |one| one.group_by.push(4))),
        (
            "campaign_ids[0]",
            but(&comparison, |one| one.campaign_ids.push(String::from("A"))),
        ),
        (
            "campaign_ids",
            but(&comparison, |one| one.campaign_ids = too_many),
        ),
        ("order_by", but(&partnerships, |one| one.order_by = UNKNOWN)),
        ("order_by", but(&partnerships, |one| one.basis = 1)),
        (
            "currency_code",
            but(&partnerships, |one| one.order_by = by_roi),
        ),
        (
            "basis",
            but(&partnerships, |one| {
                one.order_by = by_roi;
                one.currency_code = String::from("IDR");
                one.basis = UNKNOWN;
            }),
        ),
    ]
}
