//! Fields of ids, contexts, plans and profiles.

use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::*;

use super::super::{Attempt, but};
use super::{Row, UNKNOWN};
use crate::support::server::{Story, Write, day, days_and, for_creator, idr, money, plan};

pub fn ids(story: &Story) -> Vec<Row> {
    let create = |id: &str| {
        let mut request = story.create(plan("IDR"));
        request.campaign_id = id.to_owned();
        Attempt::of(request)
    };
    vec![
        ("campaign_id", create("Launch")),
        ("campaign_id", create("launch 2")),
        ("campaign_id", create("läunch")),
        ("campaign_id", create("a/b")),
        ("campaign_id", create("a\0b")),
        ("campaign_id", create(&"x".repeat(65))),
        (
            "brand_id",
            but(&story.start(), |request| request.brand_id.clear()),
        ),
        (
            "campaign_id",
            but(&story.start(), |request| request.campaign_id.clear()),
        ),
        (
            "creator_id",
            but(&story.block("ayu"), |request| request.creator_id.clear()),
        ),
        (
            "collaboration_id",
            but(&story.accept("ayu"), |r| r.collaboration_id.clear()),
        ),
        (
            "deliverable_id",
            but(&story.verify("ayu"), |r| r.deliverable_id.clear()),
        ),
        (
            "cost_id",
            but(&story.approve_cost("boost"), |r| r.cost_id.clear()),
        ),
    ]
}

pub fn contexts(story: &Story) -> Vec<Row> {
    let start = story.start();
    let with = |change: fn(&mut WriteContext)| {
        but(&start, |request| {
            change(Write::context(request).as_mut().unwrap())
        })
    };
    let own_side = |context: &mut WriteContext| {
        *context = for_creator("", "asked to").unwrap();
        context.actor.as_mut().unwrap().kind = ActorKind::Creator.into();
    };
    vec![
        ("context", but(&start, |request| request.context = None)),
        (
            "context.request_id",
            with(|context| context.request_id = "r".repeat(65)),
        ),
        (
            "context.request_id",
            with(|context| context.request_id = String::from("r 1")),
        ),
        ("context.actor", with(|context| context.actor = None)),
        (
            "context.actor.kind",
            with(|context| context.actor.as_mut().unwrap().kind = 0),
        ),
        (
            "context.actor.kind",
            with(|context| context.actor.as_mut().unwrap().kind = UNKNOWN),
        ),
        // Only the ledger itself acts as SYSTEM.
        (
            "context.actor.kind",
            with(|context| context.actor.as_mut().unwrap().kind = ActorKind::System.into()),
        ),
        (
            "context.actor.id",
            with(|context| context.actor.as_mut().unwrap().id.clear()),
        ),
        ("context.on_behalf_of.actor.kind", with(own_side)),
        (
            "context.on_behalf_of.reason",
            with(|context| *context = for_creator("", "").unwrap()),
        ),
        (
            "context.occurred_at",
            with(|context| context.occurred_at = Some(days_and(2, 301))),
        ),
    ]
}

pub fn plans(story: &Story) -> Vec<Row> {
    let create = story.create(plan("IDR"));
    let with = |change: fn(&mut CampaignPlan)| {
        but(&create, |request| {
            request.campaign_id = String::from("another");
            change(request.plan.as_mut().unwrap());
        })
    };
    vec![
        ("plan", but(&create, |request| request.plan = None)),
        ("plan.title", with(|plan| plan.title.clear())),
        ("plan.title", with(|plan| plan.title = "é".repeat(201))),
        ("plan.objective", with(|plan| plan.objective = 0)),
        ("plan.objective", with(|plan| plan.objective = UNKNOWN)),
        ("plan.objective", with(|plan| plan.objective = -1)),
        (
            "plan.niches",
            with(|plan| plan.niches = vec![String::from("food"); 21]),
        ),
        (
            "plan.niches[1]",
            with(|plan| plan.niches = vec!["food".into(), "Food".into()]),
        ),
        (
            "plan.followers.max_followers",
            with(|plan| {
                plan.followers = Some(FollowerRange {
                    min_followers: 10,
                    max_followers: Some(9),
                });
            }),
        ),
        (
            "plan.formats[1]",
            with(|plan| plan.formats = vec![1, UNKNOWN]),
        ),
        ("plan.formats[1]", with(|plan| plan.formats = vec![1, 1])),
        (
            "plan.currency_code",
            with(|plan| {
                plan.budget_cap = None;
                plan.currency_code = String::from("idr");
            }),
        ),
        (
            "plan.currency_code",
            with(|plan| {
                plan.budget_cap = None;
                plan.currency_code = String::from("XXX");
            }),
        ),
        (
            "plan.budget_cap.currency_code",
            with(|plan| plan.budget_cap = Some(money("USD", 1))),
        ),
        (
            "plan.budget_cap.minor_units",
            with(|plan| plan.budget_cap = Some(idr(0))),
        ),
        (
            "plan.budget_cap.minor_units",
            with(|plan| plan.budget_cap = Some(idr(-1))),
        ),
        ("plan.end_at", with(|plan| plan.end_at = plan.start_at)),
        ("plan.end_at", with(|plan| plan.start_at = Some(day(31)))),
        (
            "plan.measure_until",
            with(|plan| plan.measure_until = Some(days_and(29, 86_399))),
        ),
        (
            "plan.start_at",
            with(|plan| plan.start_at.as_mut().unwrap().nanos = -1),
        ),
        (
            "plan.start_at",
            with(|plan| plan.start_at.as_mut().unwrap().seconds = i64::MIN),
        ),
        (
            "plan.end_at",
            with(|plan| plan.end_at.as_mut().unwrap().seconds = i64::MAX),
        ),
        (
            "plan.gross_margin_bp",
            with(|plan| plan.gross_margin_bp = Some(10_001)),
        ),
        (
            "budget_cap.currency_code",
            but(&story.amend(money("usd", 1)), |_| ()),
        ),
        (
            "budget_cap",
            but(&story.amend(money("USD", i64::MAX)), |_| ()),
        ),
        ("budget_cap.minor_units", but(&story.amend(idr(-5)), |_| ())),
        (
            "reason",
            but(&story.cancel_campaign(), |request| request.reason.clear()),
        ),
        (
            "reason",
            but(&story.pause(), |request| request.reason = "x".repeat(501)),
        ),
    ]
}

pub fn profiles(story: &Story) -> Vec<Row> {
    let record = story.profile("ayu", 10);
    let with = |change: fn(&mut CreatorProfile)| {
        but(&record, |request| change(request.profile.as_mut().unwrap()))
    };
    let handle = |handle: &str| CreatorHandle {
        platform: Platform::Tiktok.into(),
        handle: handle.to_owned(),
        platform_name: String::new(),
    };
    let too_long = but(&record, |request| {
        request.profile.as_mut().unwrap().handles = vec![handle(&"h".repeat(101))];
    });
    vec![
        ("profile", but(&record, |request| request.profile = None)),
        (
            "profile.followers[0].platform",
            with(|profile| profile.followers[0].platform = UNKNOWN),
        ),
        (
            "profile.followers[1].platform",
            with(|profile| profile.followers.push(profile.followers[0].clone())),
        ),
        (
            "profile.followers[0].observed_at",
            with(|one| one.followers[0].observed_at = None),
        ),
        (
            "profile.display_name",
            with(|profile| profile.display_name = "x".repeat(201)),
        ),
        ("profile.handles[0].handle", too_long),
        (
            "reason",
            but(&story.block("ayu"), |request| request.reason.clear()),
        ),
    ]
}
