//! Fields of offers and of the work under them.

use campaign_ledger::wire::proto::values::*;

use super::super::but;
use super::{Row, UNKNOWN};
use crate::support::server::{Story, day, days_and, idr, money, terms};

pub fn offers(story: &Story) -> Vec<Row> {
    let invite = story.invite("dewi", terms(idr(1)));
    let with =
        |change: fn(&mut Terms)| but(&invite, |request| change(request.terms.as_mut().unwrap()));
    let attribution = |window_days, code: &str| {
        let code = code.to_owned();
        but(&invite, |request| {
            request.terms.as_mut().unwrap().attribution = Some(AttributionTerms {
                window_days,
                code,
                ..AttributionTerms::default()
            });
        })
    };
    // Currency depends on the state, so the creator must exist.
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

pub fn work(story: &Story) -> Vec<Row> {
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
