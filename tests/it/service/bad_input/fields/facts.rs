//! Fields of measurements, payments and reads.

use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::*;

use super::super::{Attempt, but};
use super::{Row, UNKNOWN};
use crate::support::server::{Story, day, days_and, idr, money};

pub fn measurements(story: &Story) -> Vec<Row> {
    let one_like = Counters {
        likes: Some(1),
        ..Counters::default()
    };
    let observe = story.observe("ayu", day(2), one_like);
    let sale = story.sale("o-2", Some(idr(5)), day(1), Some("ayu"));
    let rate = |rate: &str| {
        Some(FxRate {
            rate: rate.to_owned(),
            source: String::from("bank"),
            rated_at: Some(day(0)),
        })
    };
    let at_rate = |text: &str| {
        but(&sale, |request| {
            request.value = Some(money("USD", 5));
            request.fx_rate = rate(text);
        })
    };
    let shares = vec![
        Share {
            collaboration_id: String::from("ayu"),
            share_bp: 5_000,
        },
        Share {
            collaboration_id: String::from("budi"),
            share_bp: 5_000,
        },
    ];
    let refund = story.refund("o-1", idr(1), day(1));
    vec![
        (
            "observed_at",
            but(&observe, |request| request.observed_at = None),
        ),
        (
            "observed_at",
            but(&observe, |request| request.observed_at = Some(day(0))),
        ),
        (
            "observed_at",
            but(&observe, |request| {
                request.observed_at = Some(days_and(2, 301))
            }),
        ),
        ("source", but(&observe, |request| request.source = UNKNOWN)),
        ("kind", but(&observe, |request| request.kind = UNKNOWN)),
        ("scope", but(&observe, |request| request.scope = 0)),
        ("counters", but(&observe, |request| request.counters = None)),
        (
            "counters",
            but(&observe, |request| {
                request.counters = Some(Counters::default())
            }),
        ),
        (
            "observation_position",
            but(&story.correct("ayu", 0, one_like), |_| ()),
        ),
        (
            "reason",
            but(&story.void("ayu", 5), |request| request.reason.clear()),
        ),
        (
            "order_source",
            but(&sale, |request| request.order_source = String::from("Shop")),
        ),
        (
            "order_id",
            but(&sale, |request| request.order_id = "o".repeat(129)),
        ),
        (
            "order_id",
            but(&sale, |request| request.order_id = String::from("ö-1")),
        ),
        ("type", but(&sale, |request| request.r#type = UNKNOWN)),
        (
            "value.minor_units",
            but(&sale, |request| request.value = Some(idr(-1))),
        ),
        (
            "value.currency_code",
            but(&sale, |request| request.value = Some(money("", 1))),
        ),
        ("fx_rate", but(&sale, |request| request.fx_rate = rate("1"))),
        (
            "fx_rate",
            but(&sale, |request| {
                request.value = None;
                request.fx_rate = rate("1");
            }),
        ),
        ("fx_rate.rate", at_rate("0")),
        ("fx_rate.rate", at_rate("-1")),
        ("fx_rate.rate", at_rate("1e3")),
        ("fx_rate.rate", at_rate("1,5")),
        ("fx_rate.rate", at_rate("NaN")),
        (
            "ordered_at",
            but(&sale, |request| request.ordered_at = Some(days_and(2, 301))),
        ),
        (
            "touches",
            but(&sale, |one| one.touches = vec![one.touches[0].clone(); 51]),
        ),
        (
            "touches",
            but(&sale, |request| request.joint_shares = shares),
        ),
        (
            "amount.minor_units",
            but(&refund, |request| request.amount = Some(idr(0))),
        ),
        (
            "refund_id",
            but(&refund, |request| request.refund_id.clear()),
        ),
        (
            "refunded_at",
            but(&refund, |request| request.refunded_at = None),
        ),
    ]
}

pub fn settlement(story: &Story) -> Vec<Row> {
    let fee = story.cost("c-1", Some("ayu"), CostType::Fee, idr(5), day(1));
    let pay = story.pay("boost", idr(1), day(1));
    let adjust = story.adjust("boost", idr(1));
    let tax = story.tax("boost", idr(40));
    vec![
        ("type", but(&fee, |request| request.r#type = UNKNOWN)),
        ("amount", but(&fee, |request| request.amount = None)),
        (
            "amount.minor_units",
            but(&fee, |request| request.amount = Some(idr(-1))),
        ),
        (
            "collaboration_id",
            but(&fee, |request| request.collaboration_id.clear()),
        ),
        (
            "incurred_at",
            but(&fee, |request| request.incurred_at = Some(days_and(2, 301))),
        ),
        ("note", but(&fee, |request| request.note = "x".repeat(501))),
        (
            "approved_minor",
            but(&story.approve_cost("boost"), |one| {
                one.approved_minor = Some(-1)
            }),
        ),
        (
            "approved_minor",
            but(&story.approve_cost("boost"), |one| {
                one.approved_minor = Some(0)
            }),
        ),
        (
            "external_reference",
            but(&pay, |request| request.external_reference.clear()),
        ),
        // IDR amounts are paid in whole rupiah.
        (
            "amount",
            but(&pay, |request| request.amount = Some(money("IDR", 50))),
        ),
        (
            "reason",
            but(&story.reverse("boost"), |request| request.reason.clear()),
        ),
        (
            "delta.minor_units",
            but(&adjust, |request| request.delta = Some(idr(0))),
        ),
        ("delta", but(&adjust, |request| request.delta = None)),
        ("reason", but(&adjust, |request| request.reason.clear())),
        (
            "reason",
            but(&story.withhold("boost"), |request| request.reason.clear()),
        ),
        (
            "reason",
            but(&story.release("boost"), |one| one.reason = "x".repeat(501)),
        ),
        (
            "base.minor_units",
            but(&tax, |request| request.base = Some(idr(-1))),
        ),
        (
            "rate_percent",
            but(&tax, |request| request.rate_percent = String::from("0")),
        ),
        ("article", but(&tax, |request| request.article.clear())),
        (
            "certificate",
            but(&tax, |request| request.certificate = "x".repeat(201)),
        ),
    ]
}

pub fn reads(story: &Story) -> Vec<Row> {
    let brand_id = story.brand.clone();
    let campaigns = ListCampaignsRequest {
        brand_id: brand_id.clone(),
        ..ListCampaignsRequest::default()
    };
    let collaborations = ListCollaborationsRequest {
        brand_id: brand_id.clone(),
        ..ListCollaborationsRequest::default()
    };
    let costs = ListCostsRequest {
        brand_id: brand_id.clone(),
        campaign_id: story.campaign.clone(),
        ..ListCostsRequest::default()
    };
    let creators = ListCreatorsRequest {
        brand_id: brand_id.clone(),
        page_size: i32::MIN,
        ..ListCreatorsRequest::default()
    };
    let partnerships = ListPartnershipsRequest {
        brand_id,
        page_size: -1,
        ..ListPartnershipsRequest::default()
    };
    vec![
        (
            "page_size",
            but(&campaigns, |request| request.page_size = -1),
        ),
        (
            "page_size",
            but(&collaborations, |request| request.page_size = -1),
        ),
        ("page_size", but(&costs, |request| request.page_size = -1)),
        ("page_size", Attempt::of(creators)),
        ("page_size", Attempt::of(partnerships)),
        (
            "states[0]",
            but(&campaigns, |request| request.states = vec![UNKNOWN]),
        ),
        (
            "states[1]",
            but(&collaborations, |request| request.states = vec![1, 0]),
        ),
        (
            "campaign_id",
            but(&collaborations, |one| {
                one.campaign_id = String::from("UPPER")
            }),
        ),
        (
            "brand_id",
            but(&campaigns, |request| request.brand_id.clear()),
        ),
    ]
}
