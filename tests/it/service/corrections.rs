//! Facts that were recorded wrongly are corrected, over gRPC: costs, payments, the plan.

use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::*;

use crate::support::server::{Server, Story, by_brand, day, idr, terms};

/// Reasons that the tests of this file expect, among others.
pub const SHOWS: &[ErrorReason] = &[
    ErrorReason::FactsWouldMove,
    ErrorReason::AccrualEnded,
    ErrorReason::StaleCost,
    ErrorReason::PaymentNotFound,
    ErrorReason::PaymentVoided,
    ErrorReason::CostUnchanged,
    ErrorReason::StalePublication,
    ErrorReason::PublicationUnchanged,
];

fn void_payment(story: &Story, payment: &str) -> VoidPaymentRequest {
    VoidPaymentRequest {
        brand_id: story.brand.clone(),
        context: by_brand(""),
        campaign_id: story.campaign.clone(),
        cost_id: String::from("ads"),
        payment_id: payment.to_owned(),
        reason: String::from("the transfer bounced"),
    }
}

fn correct_cost(story: &Story, expected: u64, amount: Money) -> CorrectCostRequest {
    CorrectCostRequest {
        brand_id: story.brand.clone(),
        context: by_brand(""),
        campaign_id: story.campaign.clone(),
        cost_id: String::from("ads"),
        expected_position: expected,
        amount: Some(amount),
        reason: String::from("the invoice says so"),
        ..CorrectCostRequest::default()
    }
}

fn amend(story: &Story, plan: CampaignPlan) -> AmendCampaignRequest {
    AmendCampaignRequest {
        brand_id: story.brand.clone(),
        context: by_brand(""),
        campaign_id: story.campaign.clone(),
        plan: Some(plan),
        clear: Vec::new(),
        reason: String::from("sales go on"),
    }
}

#[tokio::test]
async fn a_payment_that_bounced_is_taken_back_and_a_line_corrected() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    server.clock().set(day(50));
    let ads = CostType::PaidAmplification;
    server
        .write(story.cost("ads", None, ads, idr(1_000), day(1)))
        .await;
    server.write(story.approve_cost("ads")).await;
    let paid = server.write(story.pay("ads", idr(600), day(2))).await;
    let position = paid.cost.unwrap().updated_position;

    let refusal = server
        .refused_for_nothing(void_payment(&story, "other"))
        .await;
    assert_eq!(refusal.reason, ErrorReason::PaymentNotFound);
    let voided = server.write(void_payment(&story, "ads")).await;
    assert_eq!(voided.cost.unwrap().paid_minor, 0);
    let refusal = server
        .refused_for_nothing(void_payment(&story, "ads"))
        .await;
    assert_eq!(refusal.reason, ErrorReason::PaymentVoided);

    let refusal = server
        .refused_for_nothing(correct_cost(&story, position, idr(1_200)))
        .await;
    assert_eq!(refusal.reason, ErrorReason::StaleCost);
    let latest = voided.receipt.unwrap().last_position;
    let refusal = server
        .refused_for_nothing(correct_cost(&story, latest, idr(1_000)))
        .await;
    assert_eq!(refusal.reason, ErrorReason::CostUnchanged);
    let corrected = server.write(correct_cost(&story, latest, idr(1_200))).await;
    assert_eq!(corrected.cost.unwrap().amount, Some(idr(1_200)));

    let cost = story.roi().await.total.unwrap().cost.unwrap();
    assert_eq!((cost.accrued_minor, cost.paid_minor), (120_000, 0));
    let server = server.restart().await;
    let before = server
        .read(GetCampaignRoiRequest {
            brand_id: story.brand.clone(),
            campaign_id: story.campaign.clone(),
            as_of: Some(AsOf {
                at: Some(as_of::At::Position(position)),
            }),
            ..GetCampaignRoiRequest::default()
        })
        .await;
    let cost = before.roi.unwrap().total.unwrap().cost.unwrap();
    assert_eq!((cost.accrued_minor, cost.paid_minor), (100_000, 60_000));
}

#[tokio::test]
async fn a_post_recorded_at_the_wrong_time_is_corrected() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    story.accepted("ayu", terms(idr(1_000))).await;
    server.clock().set(day(20));
    story.published("ayu", day(12)).await;
    let shown = |delivery: Delivery| (delivery.breaches_late, delivery.seconds_late);
    let before = story.roi().await.delivery.unwrap();
    assert_eq!(shown(before.clone()), (1, 2 * 86_400));
    let head = server.head().await;

    let refusal = server
        .refused_for_nothing(story.correct_post("ayu", head + 1, day(9)))
        .await;
    assert_eq!(refusal.reason, ErrorReason::StalePublication);
    let refusal = server
        .refused_for_nothing(story.correct_post("ayu", head, day(12)))
        .await;
    assert_eq!(refusal.reason, ErrorReason::PublicationUnchanged);
    let corrected = server.write(story.correct_post("ayu", head, day(9))).await;
    let post = corrected.publication.unwrap();
    assert_eq!(post.published_at, Some(day(9)));
    assert_eq!(post.told_position, head + 1);
    assert_eq!(shown(story.roi().await.delivery.unwrap()), (0, 0));
    // Its day is the right one.
    let date = |at: prost_types::Timestamp| at.to_string()[..10].to_owned();
    let awareness = GetBrandAwarenessRequest {
        brand_id: story.brand.clone(),
        from_day: date(day(0)),
        until_day: date(day(20)),
        ..GetBrandAwarenessRequest::default()
    };
    let found = server.read(awareness).await.days;
    let days: Vec<(String, u64)> = found.into_iter().map(|day| (day.day, day.posts)).collect();
    assert_eq!(days, [(date(day(9)), 1)]);

    // What was told before stays, and the post was live from the right time on.
    let server = server.restart().await;
    let at = |at| GetCampaignRoiRequest {
        brand_id: story.brand.clone(),
        campaign_id: story.campaign.clone(),
        as_of: Some(AsOf { at: Some(at) }),
        ..GetCampaignRoiRequest::default()
    };
    let told = server
        .read(at(as_of::At::Position(head)))
        .await
        .roi
        .unwrap();
    assert_eq!(told.delivery, Some(before));
    for (when, posts) in [(8, 0), (10, 1)] {
        let past = server.read(at(as_of::At::OccurredAt(day(when)))).await;
        let figures = past.roi.unwrap().total.unwrap();
        assert_eq!(figures.posts_published, posts, "day {when}");
    }
}

#[tokio::test]
async fn an_end_moves_only_as_far_as_no_recorded_fact_does() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    server.clock().set(day(50));
    let ads = CostType::PaidAmplification;
    server
        .write(story.cost("ads", None, ads, idr(1_000), day(40)))
        .await;
    let later = |days| CampaignPlan {
        end_at: Some(day(days)),
        ..CampaignPlan::default()
    };
    let refusal = server.refused_for_nothing(amend(&story, later(45))).await;
    assert_eq!(refusal.reason, ErrorReason::FactsWouldMove);
    let amended = server.write(amend(&story, later(35))).await;
    let plan = amended.campaign.unwrap().plan.unwrap();
    assert_eq!(
        (plan.end_at, plan.title.as_str()),
        (Some(day(35)), "Launch")
    );
}

#[tokio::test]
async fn nothing_is_owed_for_what_happens_after_a_termination() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    let mut with_bonus = terms(idr(1_000));
    with_bonus.bonuses = vec![BonusTier {
        bonus_id: String::from("views"),
        counter: Counter::Views.into(),
        at_least: 1_000,
        amount: Some(idr(50)),
    }];
    story.accepted("ayu", with_bonus).await;
    server.clock().set(day(2));
    story.published("ayu", day(1)).await;
    let views = Counters {
        views: Some(1_000),
        ..Counters::default()
    };
    server.write(story.observe("ayu", day(2), views)).await;
    server.write(story.raise("ayu", "remark")).await;
    server.write(story.terminate("ayu", "remark")).await;
    server.clock().set(day(3));
    let refusal = server
        .refused_for_nothing(story.accrue_bonus("ayu", "views"))
        .await;
    assert_eq!(refusal.reason, ErrorReason::AccrualEnded);
}
