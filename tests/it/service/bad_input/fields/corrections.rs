//! Fields of corrections of orders, and of rates that were missing.

use campaign_ledger::wire::proto::values::*;

use super::super::but;
use super::{Row, UNKNOWN};
use crate::support::server::{Story, day, idr};

pub fn corrections(story: &Story) -> Vec<Row> {
    let rate = FxRate {
        rate: String::from("15000"),
        source: String::from("bank"),
        rated_at: Some(day(0)),
    };
    let mut correct = story.correct_order("o-1", 1);
    correct.value = Some(idr(1));
    let void = story.void_order("o-1", 1);
    let moved = story.reattribute_order("o-1", 1, "ayu");
    let failed = story.void_refund("o-1", "r1");
    let rated = story.supply_rate("o-1", rate.clone());
    let line = story.supply_cost_rate("boost", rate);
    vec![
        (
            "expected_position",
            but(&correct, |request| request.expected_position = 0),
        ),
        ("value", but(&correct, |request| request.clear_value = true)),
        (
            "touches",
            but(&correct, |request| {
                let collaboration_id = String::from("ayu");
                let touched_at = Some(day(1));
                request.touches = vec![LinkTouch {
                    collaboration_id,
                    touched_at,
                }];
                request.clear_touches = true;
            }),
        ),
        (
            "quantity",
            but(&correct, |request| request.quantity = Some(0)),
        ),
        ("type", but(&correct, |request| request.r#type = UNKNOWN)),
        ("reason", but(&correct, |request| request.reason.clear())),
        (
            "order_source",
            but(&void, |request| request.order_source.clear()),
        ),
        (
            "expected_position",
            but(&void, |request| request.expected_position = 0),
        ),
        ("reason", but(&void, |request| request.reason.clear())),
        ("shares", but(&moved, |request| request.shares.clear())),
        (
            "shares",
            but(&moved, |request| request.shares[0].share_bp = 9_999),
        ),
        ("evidence", but(&moved, |request| request.evidence.clear())),
        (
            "evidence[0].reference",
            but(&moved, |request| request.evidence[0].reference.clear()),
        ),
        ("reason", but(&moved, |request| request.reason.clear())),
        (
            "refund_id",
            but(&failed, |request| request.refund_id.clear()),
        ),
        ("reason", but(&failed, |request| request.reason.clear())),
        ("fx_rate", but(&rated, |request| request.fx_rate = None)),
        ("order_id", but(&rated, |request| request.order_id.clear())),
        ("fx_rate", but(&line, |request| request.fx_rate = None)),
        ("cost_id", but(&line, |request| request.cost_id.clear())),
    ]
}
