//! Fields of disputes and of corrected orders.

use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::dispute_subject::Subject;
use campaign_ledger::wire::proto::values::*;

use super::super::but;
use super::{Row, UNKNOWN};
use crate::support::server::{Story, idr};

pub fn disputes(story: &Story) -> Vec<Row> {
    let review = Subject::DeliverableId(String::from("d1"));
    let open = story.dispute("d-1", "ayu", review);
    let resolve = story.resolve("d-1", "ayu", DisputeRuling::Upheld);
    let subject = |subject| Some(DisputeSubject { subject });
    let nameless = Subject::Number(DisputedNumber::default());
    let list = ListDisputesRequest {
        brand_id: story.brand.clone(),
        campaign_id: story.campaign.clone(),
        page_size: -1,
        ..ListDisputesRequest::default()
    };
    let adjust = story.adjust_order("o-1", idr(1));
    vec![
        ("bonus_id", but(&story.accrue_bonus("ayu", "views"), |_| ())),
        ("bonus_id", but(&story.accrue_bonus("ayu", ""), |_| ())),
        (
            "delta.minor_units",
            but(&adjust, |request| request.delta = Some(idr(0))),
        ),
        (
            "adjustment_id",
            but(&adjust, |request| request.adjustment_id.clear()),
        ),
        ("subject", but(&open, |request| request.subject = None)),
        (
            "subject",
            but(&open, |request| request.subject = subject(None)),
        ),
        (
            "subject.number.metric",
            but(&open, |request| request.subject = subject(Some(nameless))),
        ),
        (
            "subject.cost_id",
            but(&open, |request| {
                request.subject = subject(Some(Subject::CostId(String::from("boost"))));
            }),
        ),
        ("reason", but(&open, |request| request.reason.clear())),
        (
            "evidence",
            but(&open, |one| one.evidence = vec![String::from("x"); 21]),
        ),
        (
            "evidence[0]",
            but(&open, |one| one.evidence = vec![String::new()]),
        ),
        ("ruling", but(&resolve, |request| request.ruling = UNKNOWN)),
        (
            "share_bp",
            but(&resolve, |request| request.share_bp = Some(1)),
        ),
        (
            "share_bp",
            but(&resolve, |one| one.ruling = DisputeRuling::Split.into()),
        ),
        ("arbiter", but(&resolve, |request| request.arbiter = None)),
        (
            "arbiter.name",
            but(&resolve, |request| {
                request.arbiter = Some(Arbiter::default())
            }),
        ),
        ("page_size", but(&list, |_| ())),
    ]
}
