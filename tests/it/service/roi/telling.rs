//! How the facts of the story are recorded at the server.

use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::*;

use super::facts::{
    COSTS, CPM_MINOR, FEES, KILL_FEE_BP, LIKES_MINOR, MARGIN_BP, NOTHING, ORDERS, PAID_VIEWS,
    POSTS, Proof, USD_RATE,
};
use crate::support::server::{
    Server, Story, by_creator, day, deliverable, idr, money, plan, price, terms,
};

/// Records the whole story; it is then day 62.
pub async fn tell(server: &Server) -> Story {
    let mut plan = plan("IDR");
    plan.gross_margin_bp = Some(MARGIN_BP);
    plan.policy = Some(SelectionPolicy {
        vetting_required: false,
        disclosure_required: true,
    });
    let idr = |minor| money("IDR", minor);
    let prices = vec![
        price(Platform::Instagram, Counter::Impressions, idr(CPM_MINOR)),
        price(Platform::Instagram, Counter::Likes, idr(LIKES_MINOR)),
        // Nobody posts there.
        price(Platform::Tiktok, Counter::Impressions, idr(9)),
    ];
    let story = Story::of("kopi", "launch", "IDR", server);
    server.write(story.define("v1", prices)).await;
    let story = Story::open_with(server, "launch", plan).await;
    // It comes too late for this campaign.
    let later = vec![price(Platform::Instagram, Counter::Likes, idr(1))];
    server.write(story.define("v2", later)).await;
    agree(&story).await;
    server.clock().set(day(8));
    work(&story).await;
    server.clock().set(day(62));
    publish(&story).await;
    sell(&story).await;
    spend(&story).await;
    story
}

async fn agree(story: &Story) {
    let client = &story.client;
    for (who, fee) in FEES {
        let mut terms = terms(money("IDR", fee));
        match who {
            "ayu" => {
                terms.attribution = Some(AttributionTerms {
                    code: String::from("AYU"),
                    ..AttributionTerms::default()
                });
                terms.deliverables.push(DeliverableTerms {
                    format: ContentFormat::Giveaway.into(),
                    due_at: Some(day(12)),
                    ..deliverable("d2")
                });
                terms.deliverables.push(DeliverableTerms {
                    due_at: Some(day(20)),
                    ..deliverable("d3")
                });
            }
            "budi" => terms.deliverables[0].format = ContentFormat::Joint.into(),
            "fitri" => {
                terms.kill_fee = Some(KillFeeTerms {
                    before_content_bp: KILL_FEE_BP as u32,
                    ..KillFeeTerms::default()
                });
            }
            _ => {}
        }
        story.accepted(who, terms).await;
    }
    client.write(story.profile("dewi", 9_000)).await;
    client.write(story.invite("dewi", terms(idr(1)))).await;
    client.write(story.decline("dewi")).await;
    for who in ["citra", "fitri"] {
        client.write(story.ship(who)).await;
    }
}

async fn work(story: &Story) {
    let client = &story.client;
    client.write(story.submit("ayu")).await;
    client.write(story.revise("ayu", 1)).await;
    client.write(story.submit("ayu")).await;
    let second = ApproveContentRequest {
        submission_version: 2,
        rating: Some(5),
        ..story.approve("ayu")
    };
    client.write(second).await;
    let giveaway = SubmitContentRequest {
        deliverable_id: String::from("d2"),
        ..story.submit("ayu")
    };
    client.write(giveaway).await;
    let giveaway = ApproveContentRequest {
        deliverable_id: String::from("d2"),
        ..story.approve("ayu")
    };
    client.write(giveaway).await;
    client.write(story.submit("budi")).await;
    let joint = ApproveContentRequest {
        rating: Some(3),
        ..story.approve("budi")
    };
    client.write(joint).await;
    client.write(story.reschedule("citra", day(11))).await;
    client.write(story.cancel("fitri")).await;
}

async fn publish(story: &Story) {
    for post in &POSTS {
        let mut publish = story.publish(post.who, post.deliverable, day(post.published));
        publish.followers = Some(post.followers);
        publish.disclosed = post.who != "citra";
        if post.credits.len() > 1 {
            publish.shares = shares(post.credits);
        }
        story.client.write(publish).await;
        for (at, counters) in post.seen {
            let observe = RecordEngagementRequest {
                publication_id: post.deliverable.to_owned(),
                ..story.observe(post.who, day(*at), *counters)
            };
            story.client.write(observe).await;
        }
    }
    for who in ["ayu", "budi"] {
        story.client.write(story.verify(who)).await;
    }
    let views = Counters {
        views: Some(PAID_VIEWS),
        ..NOTHING
    };
    let advertised = RecordEngagementRequest {
        scope: MeasurementScope::Paid.into(),
        kind: MeasurementKind::Estimated.into(),
        source: ObservationSource::Estimate.into(),
        ..story.observe("ayu", day(22), views)
    };
    story.client.write(advertised).await;
}

fn shares(credits: &[(&str, u32)]) -> Vec<Share> {
    let share = |(who, share_bp): &(&str, u32)| Share {
        collaboration_id: (*who).to_owned(),
        share_bp: *share_bp,
    };
    credits.iter().map(share).collect()
}

fn rate(currency: &str) -> Option<FxRate> {
    (currency != "IDR").then(|| FxRate {
        rate: USD_RATE.to_string(),
        source: String::from("bank"),
        rated_at: Some(day(0)),
    })
}

async fn sell(story: &Story) {
    for order in &ORDERS {
        let mut claim = story.sale(order.id, None, day(order.ordered), None);
        claim.value = order.minor.map(|minor| money(order.currency, minor));
        claim.fx_rate = order.minor.and_then(|_| rate(order.currency));
        if order.minor.is_none() {
            claim.r#type = ConversionType::Install.into();
        }
        match order.proof {
            Proof::Code => claim.code = String::from("ayu"),
            Proof::Joint => claim.joint_shares = shares(order.credits),
            Proof::Touch(who, before) => {
                claim.touches = vec![LinkTouch {
                    collaboration_id: who.to_owned(),
                    touched_at: Some(day(order.ordered - before)),
                }];
            }
            Proof::None => {}
        }
        let refunds = order
            .refunds
            .iter()
            .map(|(id, minor, at)| RecordRefundRequest {
                refund_id: (*id).to_owned(),
                ..story.refund(order.id, money(order.currency, *minor), day(*at))
            });
        let (early, later): (Vec<_>, Vec<_>) = refunds.partition(|one| one.refund_id == "early");
        for refund in early {
            story.client.write(refund).await;
        }
        let outcome = story.client.write(claim).await.outcome();
        assert_eq!(
            outcome == ConversionOutcome::Unattributed,
            order.credits.is_empty()
        );
        for refund in later {
            story.client.write(refund).await;
        }
    }
    // Another collaboration claims the first order too.
    let second = story.sale("o-1", Some(idr(1)), day(12), Some("budi"));
    let second = story.client.write(second).await;
    assert_eq!(second.outcome(), ConversionOutcome::Rejected);
}

async fn spend(story: &Story) {
    for fact in &COSTS {
        let amount = money(fact.currency, fact.minor);
        let mut cost = story.cost(fact.id, fact.who, fact.kind, amount, day(fact.incurred));
        cost.fx_rate = rate(fact.currency);
        story.client.write(cost).await;
        story.client.write(story.approve_cost(fact.id)).await;
        for (number, (minor, at)) in fact.paid.iter().enumerate() {
            let id = format!("{}-{number}", fact.id);
            let pay = RecordPaymentRequest {
                payment_id: id.clone(),
                external_reference: id,
                ..story.pay(fact.id, money(fact.currency, *minor), day(*at))
            };
            story.client.write(pay).await;
        }
    }
    // Recorded by mistake.
    let cost = story.cost("oops", Some("ayu"), CostType::TravelMeal, idr(123), day(4));
    story.client.write(cost).await;
    story.client.write(story.reverse("oops")).await;
    let mut forbidden = story.cost("no", None, CostType::Shipping, idr(1), day(4));
    forbidden.context = by_creator("");
    story.client.refused_for_nothing(forbidden).await;
}
