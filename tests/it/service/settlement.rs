//! Changes of recorded cost lines, and disputes about them, for callers.

use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::dispute_subject::Subject;
use campaign_ledger::wire::proto::values::{
    ActorKind, BonusTier, CommissionTerms, CostType, Counter, Counters, DisputeRuling,
    DisputedNumber, FeePart, SettlementTrigger,
};

use super::retries::named;
use crate::support::server::{Server, Story, by_creator, day, idr, terms};

#[tokio::test]
async fn line_is_adjusted_withheld_released_taxed_and_paid() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    server.clock().set(day(2));
    let line = story.cost("c-1", None, CostType::Shipping, idr(1_000), day(1));
    server.write(line).await;

    let adjust = named(story.adjust("c-1", idr(-200)), "adjusted");
    let adjusted = server.write(adjust.clone()).await;
    let shown = adjusted.cost.clone().unwrap();
    assert_eq!(shown.amount, Some(idr(1_000)));
    assert_eq!(
        (shown.adjusted_minor, shown.reporting_minor),
        (-20_000, Some(80_000))
    );

    let withheld = server.write(story.withhold("c-1")).await.cost.unwrap();
    assert_eq!(
        (withheld.state(), withheld.withheld),
        (CostState::Withheld, true)
    );
    let refusal = server.refused_for_nothing(story.approve_cost("c-1")).await;
    assert_eq!(refusal.reason, ErrorReason::CostState);
    let released = server.write(story.release("c-1")).await.cost.unwrap();
    assert_eq!(
        (released.state(), released.withheld),
        (CostState::Accrued, false)
    );

    let taxed = server.write(story.tax("c-1", idr(800))).await.cost.unwrap();
    let [tax] = &taxed.taxes[..] else {
        panic!("one tax record was expected, not {:?}", taxed.taxes);
    };
    assert_eq!(
        (tax.base.clone(), tax.amount.clone()),
        (Some(idr(400)), Some(idr(20)))
    );
    assert_eq!(tax.rate_percent, "5");

    server.write(story.approve_cost("c-1")).await;
    let paid = server.write(story.pay("c-1", idr(800), day(1))).await;
    assert_eq!(paid.cost.unwrap().state(), CostState::Paid);
    // A retry gets the answer of that time, also after a restart.
    assert_eq!(server.write(adjust.clone()).await, adjusted);
    let server = server.restart().await;
    assert_eq!(server.write(adjust).await, adjusted);
}

fn disputes(story: &Story, open: Option<bool>) -> ListDisputesRequest {
    ListDisputesRequest {
        brand_id: story.brand.clone(),
        campaign_id: story.campaign.clone(),
        open,
        ..ListDisputesRequest::default()
    }
}

#[tokio::test]
async fn disputes_are_opened_listed_counted_and_resolved() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    story.accepted("ayu", terms(idr(1_000_000))).await;
    server.clock().set(day(2));
    let bonus = story.cost("c-1", Some("ayu"), CostType::Bonus, idr(1_000), day(1));
    server.write(bonus).await;

    let mut about_line = story.dispute("d-1", "ayu", Subject::CostId(String::from("c-1")));
    about_line.context = by_creator("");
    let about_line = named(about_line, "opened");
    let opened = server.write(about_line.clone()).await;
    let shown = opened.dispute.clone().unwrap();
    assert_eq!(shown.opened_by(), ActorKind::Creator);
    assert_eq!(shown.ruling(), DisputeRuling::Unspecified);
    let reach = DisputedNumber {
        metric: String::from("reach"),
        ..DisputedNumber::default()
    };
    let about_reach = story.dispute("d-2", "ayu", Subject::Number(reach));
    server.write(about_reach).await;

    let refusal = server.refused_for_nothing(story.approve_cost("c-1")).await;
    assert_eq!(refusal.reason, ErrorReason::Disputed);
    assert_eq!(refusal.metadata["dispute_id"], "d-1");
    let costs = ListCostsRequest {
        brand_id: story.brand.clone(),
        campaign_id: story.campaign.clone(),
        ..ListCostsRequest::default()
    };
    assert_eq!(server.read(costs.clone()).await.costs[0].dispute_id, "d-1");
    let roi = GetCampaignRoiRequest {
        brand_id: story.brand.clone(),
        campaign_id: story.campaign.clone(),
        ..GetCampaignRoiRequest::default()
    };
    let counted = server.read(roi.clone()).await.roi.unwrap();
    assert_eq!((counted.open_disputes, counted.disputed_numbers), (2, 1));

    let split = story.resolve("d-1", "ayu", DisputeRuling::Split);
    let resolved = server
        .write(named(split, "resolved"))
        .await
        .dispute
        .unwrap();
    assert_eq!(
        (resolved.ruling(), resolved.share_bp),
        (DisputeRuling::Split, Some(5_000))
    );
    assert_eq!(resolved.arbiter.unwrap().name, "Ibu Ratna");
    let line = server.read(costs).await.costs.remove(0);
    assert_eq!(
        (line.adjusted_minor, line.dispute_id.as_str()),
        (-50_000, "")
    );

    let ids = |answer: ListDisputesResponse| -> Vec<String> {
        let disputes = answer.disputes.into_iter();
        disputes.map(|dispute| dispute.dispute_id).collect()
    };
    assert_eq!(
        ids(server.read(disputes(&story, None)).await),
        ["d-1", "d-2"]
    );
    assert_eq!(
        ids(server.read(disputes(&story, Some(true))).await),
        ["d-2"]
    );
    let one = ListDisputesRequest {
        page_size: 1,
        ..disputes(&story, None)
    };
    let first = server.read(one.clone()).await;
    let second = server
        .read(ListDisputesRequest {
            page_token: first.next_page_token.clone(),
            ..one
        })
        .await;
    assert_eq!(
        (ids(first), ids(second)),
        (vec![String::from("d-1")], vec![String::from("d-2")])
    );
    let partnership = GetPartnershipRequest {
        brand_id: story.brand.clone(),
        creator_id: String::from("ayu"),
        min_position: 0,
        as_of: None,
    };
    let partnership = server.read(partnership).await.partnership.unwrap();
    assert_eq!((partnership.disputes, partnership.open_disputes), (2, 1));
    // A retry gets the answer that it is open, also after a restart.
    assert_eq!(server.write(about_line.clone()).await, opened);
    let server = server.restart().await;
    assert_eq!(server.write(about_line).await, opened);
    assert_eq!(server.read(roi).await.roi.unwrap().open_disputes, 1);
}

#[tokio::test]
async fn parts_of_the_fee_are_owed_by_themselves() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    let part = |trigger: SettlementTrigger, part_bp| FeePart {
        trigger: trigger.into(),
        part_bp,
    };
    let mut in_parts = terms(idr(1_000));
    in_parts.fee_parts = vec![
        part(SettlementTrigger::Acceptance, 4_000),
        part(SettlementTrigger::Approval, 6_000),
    ];
    story.accepted("ayu", in_parts).await;
    server.write(story.submit("ayu")).await;
    let approve = named(story.approve("ayu"), "approved");
    let approved = server.write(approve.clone()).await;
    let receipt = approved.receipt.clone().unwrap();
    assert_eq!(receipt.last_position, receipt.first_position + 1);
    let costs = ListCostsRequest {
        brand_id: story.brand.clone(),
        campaign_id: story.campaign.clone(),
        ..ListCostsRequest::default()
    };
    let mut lines: Vec<_> = server
        .read(costs.clone())
        .await
        .costs
        .into_iter()
        .map(|line| (line.trigger(), line.deliverable_id, line.amount.unwrap()))
        .collect();
    lines.sort_by_key(|(trigger, ..)| *trigger as i32);
    let expected = [
        (SettlementTrigger::Acceptance, String::new(), idr(400)),
        (SettlementTrigger::Approval, String::from("d1"), idr(600)),
    ];
    assert_eq!(lines, expected);
    // A retry makes no second line.
    assert_eq!(server.write(approve).await, approved);
    assert_eq!(server.read(costs).await.costs.len(), 2);
}

#[tokio::test]
async fn commission_is_accrued_by_the_timer_and_follows_corrections() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    let mut paid_by_sales = terms(idr(1_000));
    paid_by_sales.commission = Some(CommissionTerms { rate_bp: 1_000 });
    story.accepted("ayu", paid_by_sales).await;
    let sale = story.sale("o-1", Some(idr(500_000)), day(0), Some("ayu"));
    let sold = server.write(sale).await;
    let shown = sold.conversion.unwrap();
    assert_eq!((shown.locks_at, shown.locked), (Some(day(30)), false));

    server.clock().set(day(30));
    let costs = ListCostsRequest {
        brand_id: story.brand.clone(),
        campaign_id: story.campaign.clone(),
        // The order is locked, and its commission accrued.
        min_position: sold.receipt.unwrap().last_position + 2,
        ..ListCostsRequest::default()
    };
    let line = server.read(costs.clone()).await.costs.remove(0);
    assert_eq!(
        (line.r#type(), line.amount),
        (CostType::Commission, Some(idr(50_000)))
    );
    assert_eq!(
        (line.order_source.as_str(), line.order_id.as_str()),
        ("shop", "o-1")
    );

    let adjust = named(story.adjust_order("o-1", idr(-100_000)), "adjusted");
    let adjusted = server.write(adjust.clone()).await;
    let shown = adjusted.conversion.clone().unwrap();
    assert_eq!((shown.net_minor, shown.locked), (Some(40_000_000), true));
    assert_eq!(shown.adjustments.len(), 1);
    let line = server.read(costs).await.costs.remove(0);
    assert_eq!(line.adjusted_minor, -1_000_000);

    server.write(story.approve_cost(&line.cost_id)).await;
    server
        .write(story.refund("o-1", idr(400_000), day(30)))
        .await;
    let performance = GetCollaborationPerformanceRequest {
        brand_id: story.brand.clone(),
        campaign_id: story.campaign.clone(),
        collaboration_id: String::from("ayu"),
        ..GetCollaborationPerformanceRequest::default()
    };
    let performance = server.read(performance).await.performance.unwrap();
    let commission = performance.commission.unwrap();
    assert_eq!(
        (commission.earned_minor, commission.carried_minor),
        (0, -4_000_000)
    );
    // A retry gets the answer of that time, under its request id and under its own id.
    assert_eq!(server.write(adjust.clone()).await, adjusted);
    let again = server.write(story.adjust_order("o-1", idr(-100_000))).await;
    assert_eq!(again, adjusted);
    let server = server.restart().await;
    assert_eq!(server.write(adjust).await, adjusted);
}

#[tokio::test]
async fn bonus_is_accrued_when_it_is_reached() {
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
    let accrue = named(story.accrue_bonus("ayu", "views"), "accrued");
    let accrued = server.write(accrue.clone()).await;
    let line = accrued.cost.clone().unwrap();
    assert_eq!(
        (line.r#type(), line.amount),
        (CostType::Bonus, Some(idr(50)))
    );
    assert_eq!(line.bonus_id, "views");
    assert_eq!(server.write(accrue).await, accrued);
    let again = server
        .refused_for_nothing(story.accrue_bonus("ayu", "views"))
        .await;
    assert_eq!(again.reason, ErrorReason::AlreadyExists);
}
