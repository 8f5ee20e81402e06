//! Requests that break one rule each, and the field that breaks it.

use campaign_ledger::proto::api::*;
use campaign_ledger::proto::values::*;

use super::{Attempt, but};
use crate::support::server::{Story, Write, day, days_and, for_creator, idr, money, plan, terms};

/// A number no enum has.
const UNKNOWN: i32 = 99;

pub type Row = (&'static str, Attempt);

/// Everything. The campaign has `ayu`, who has published.
pub fn table(story: &Story) -> Vec<Row> {
    let mut rows = ids(story);
    rows.extend(contexts(story));
    rows.extend(plans(story));
    rows.extend(profiles(story));
    rows.extend(offers(story));
    rows.extend(work(story));
    rows.extend(measurements(story));
    rows.extend(settlement(story));
    rows.extend(reads(story));
    rows
}

fn ids(story: &Story) -> Vec<Row> {
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

fn contexts(story: &Story) -> Vec<Row> {
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
        // The ledger speaks for itself.
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

fn plans(story: &Story) -> Vec<Row> {
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
            "plan.emv_model.cpm",
            with(|plan| {
                plan.emv_model = Some(EmvModel {
                    version: String::from("v1"),
                    cpm: None,
                });
            }),
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

fn profiles(story: &Story) -> Vec<Row> {
    let record = story.profile("ayu", 10);
    let with = |change: fn(&mut CreatorProfile)| {
        but(&record, |request| change(request.profile.as_mut().unwrap()))
    };
    let handle = |handle: &str| CreatorHandle {
        platform: Platform::Tiktok.into(),
        handle: handle.to_owned(),
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
            with(|profile| profile.followers.push(profile.followers[0])),
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

fn offers(story: &Story) -> Vec<Row> {
    let invite = story.invite("dewi", terms(idr(1)));
    let with =
        |change: fn(&mut Terms)| but(&invite, |request| change(request.terms.as_mut().unwrap()));
    let attribution = |window_days, code: &str| {
        let code = code.to_owned();
        but(&invite, |request| {
            request.terms.as_mut().unwrap().attribution = Some(AttributionTerms {
                window_days,
                code,
                link: String::new(),
            });
        })
    };
    // What is true now is for the state to say, so the creator must be there.
    let abroad = but(&story.invite("ayu", terms(money("USD", 1))), |request| {
        request.collaboration_id = String::from("ayu-again");
    });
    vec![
        ("terms", but(&invite, |request| request.terms = None)),
        ("terms.fee", with(|terms| terms.fee = None)),
        ("terms.fee", abroad),
        (
            "terms.fee.minor_units",
            with(|terms| terms.fee = Some(idr(-1))),
        ),
        (
            "terms.deliverables",
            with(|terms| terms.deliverables.clear()),
        ),
        (
            "terms.deliverables",
            with(|terms| {
                let one = &terms.deliverables[0];
                terms.deliverables = (0..51)
                    .map(|number| DeliverableTerms {
                        deliverable_id: format!("d{number}"),
                        ..one.clone()
                    })
                    .collect();
            }),
        ),
        (
            "terms.deliverables[1].deliverable_id",
            with(|terms| terms.deliverables.push(terms.deliverables[0].clone())),
        ),
        (
            "terms.deliverables[0].platform",
            with(|terms| terms.deliverables[0].platform = 0),
        ),
        (
            "terms.deliverables[0].format",
            with(|terms| terms.deliverables[0].format = UNKNOWN),
        ),
        (
            "terms.deliverables[0].due_at",
            with(|terms| terms.deliverables[0].due_at = None),
        ),
        (
            "terms.max_revisions",
            with(|terms| terms.max_revisions = Some(21)),
        ),
        (
            "terms.min_live_days",
            with(|terms| terms.min_live_days = 3_651),
        ),
        ("terms.rounding", with(|terms| terms.rounding = UNKNOWN)),
        ("terms.attribution.window_days", attribution(366, "")),
        ("terms.attribution.code", attribution(0, "two words")),
        (
            "terms.kill_fee.after_approval_bp",
            with(|terms| {
                terms.kill_fee = Some(KillFeeTerms {
                    after_approval_bp: 10_001,
                    ..Default::default()
                });
            }),
        ),
        (
            "expires_at",
            but(&invite, |request| request.expires_at = None),
        ),
        (
            "expires_at",
            but(&invite, |request| request.expires_at = Some(day(2))),
        ),
        (
            "offer_version",
            but(&story.accept("ayu"), |request| request.offer_version = 0),
        ),
    ]
}

fn work(story: &Story) -> Vec<Row> {
    let publish = story.publish("ayu", "d1", day(1));
    let share = |who: &str, share_bp| Share {
        collaboration_id: who.to_owned(),
        share_bp,
    };
    let shared = |shares: &[Share]| but(&publish, |request| request.shares = shares.to_vec());
    let value = |value: Option<ProductValue>| but(&story.ship("ayu"), |one| one.value = value);
    let worth = |cost_of_goods, fair_value| {
        value(Some(ProductValue {
            cost_of_goods,
            fair_value,
        }))
    };
    vec![
        (
            "content_ref",
            but(&story.submit("ayu"), |request| request.content_ref.clear()),
        ),
        (
            "content_sha256",
            but(&story.submit("ayu"), |one| {
                one.content_sha256 = vec![0; 31].into()
            }),
        ),
        ("submission_version", but(&story.revise("ayu", 0), |_| ())),
        (
            "reasons",
            but(&story.revise("ayu", 1), |request| request.reasons.clear()),
        ),
        (
            "reasons[0]",
            but(&story.revise("ayu", 1), |request| {
                request.reasons[0].clear()
            }),
        ),
        (
            "rating",
            but(&story.approve("ayu"), |request| request.rating = Some(6)),
        ),
        (
            "rating",
            but(&story.approve("ayu"), |request| request.rating = Some(0)),
        ),
        (
            "url",
            but(&publish, |request| request.url = "u".repeat(2_001)),
        ),
        (
            "platform_post_id",
            but(&publish, |request| request.platform_post_id.clear()),
        ),
        (
            "platform_post_id",
            but(&publish, |one| one.platform_post_id = String::from("a\0b")),
        ),
        (
            "published_at",
            but(&publish, |request| request.published_at = None),
        ),
        (
            "published_at",
            but(&publish, |one| one.published_at = Some(days_and(2, 301))),
        ),
        ("shares", shared(&[share("ayu", 10_000)])),
        (
            "shares[1].collaboration_id",
            shared(&[share("ayu", 5_000), share("ayu", 5_000)]),
        ),
        (
            "due_at",
            but(&story.reschedule("ayu", day(3)), |request| {
                request.due_at = None
            }),
        ),
        (
            "reason",
            but(&story.waive("ayu"), |request| request.reason.clear()),
        ),
        ("value", value(None)),
        ("value.fair_value", worth(Some(idr(1)), None)),
        (
            "value.cost_of_goods.minor_units",
            worth(Some(idr(-1)), Some(idr(1))),
        ),
        (
            "value.cost_of_goods",
            worth(Some(money("USD", 1)), Some(idr(1))),
        ),
        (
            "product",
            but(&story.ship("ayu"), |request| request.product.clear()),
        ),
    ]
}

fn measurements(story: &Story) -> Vec<Row> {
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
        ("code", but(&sale, |request| request.code = "c".repeat(65))),
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

fn settlement(story: &Story) -> Vec<Row> {
    let fee = story.cost("c-1", Some("ayu"), CostType::Fee, idr(5), day(1));
    let pay = story.pay("boost", idr(1), day(1));
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
        // IDR is paid in whole rupiah.
        (
            "amount",
            but(&pay, |request| request.amount = Some(money("IDR", 50))),
        ),
        (
            "reason",
            but(&story.reverse("boost"), |request| request.reason.clear()),
        ),
    ]
}

fn reads(story: &Story) -> Vec<Row> {
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
