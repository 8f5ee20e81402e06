//! Orders that were told wrongly are corrected, over gRPC.

use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::*;

use crate::support::server::{Server, Story, day, idr, money, terms};

/// Reasons that the tests of this file expect, among others.
pub const SHOWS: &[ErrorReason] = &[
    ErrorReason::StaleCorrection,
    ErrorReason::OrderVoided,
    ErrorReason::RefundNotFound,
    ErrorReason::RefundVoided,
    ErrorReason::TermsNotInForce,
    ErrorReason::OrderUnchanged,
    ErrorReason::RateNotMissing,
];

/// Ayu has sold `o1` for Rp1,000 on day 1; Budi accepts on day 2.
async fn shop(server: &Server) -> (Story, u64) {
    let story = Story::open(server, "launch").await;
    story.accepted("ayu", terms(idr(500))).await;
    server.clock().set(day(2));
    let sold = server
        .write(story.sale("o1", Some(idr(1_000)), day(1), Some("ayu")))
        .await;
    let position = sold.conversion.unwrap().corrected_position;
    (story, position)
}

fn get(story: &Story, as_of: Option<u64>) -> GetConversionRequest {
    GetConversionRequest {
        brand_id: story.brand.clone(),
        order_source: String::from("shop"),
        order_id: String::from("o1"),
        as_of: as_of.map(|position| AsOf {
            at: Some(as_of::At::Position(position)),
        }),
        ..GetConversionRequest::default()
    }
}

fn rate(text: &str) -> FxRate {
    FxRate {
        rate: text.to_owned(),
        source: String::from("Bank Indonesia"),
        rated_at: Some(day(0)),
    }
}

#[tokio::test]
async fn a_value_is_corrected_and_the_past_stays() {
    let server = Server::start().await;
    let (story, first) = shop(&server).await;
    let mut request = story.correct_order("o1", first);
    request.value = Some(idr(2_000));
    request.quantity = Some(2);
    let corrected = server.write(request.clone()).await.conversion.unwrap();
    assert_eq!(corrected.net_minor, Some(200_000));
    assert_eq!((corrected.quantity, corrected.position), (2, first));
    let [change] = &corrected.changes[..] else {
        panic!("{:?}", corrected.changes);
    };
    assert_eq!(change.kind(), ConversionChangeKind::Corrected);
    assert!(change.in_place);
    assert_eq!(change.value_before, Some(idr(1_000)));
    assert_eq!(change.position, corrected.corrected_position);

    let refusal = server.refused_for_nothing(request).await;
    assert_eq!(refusal.reason, ErrorReason::StaleCorrection);
    let mut same = story.correct_order("o1", corrected.corrected_position);
    same.value = Some(idr(2_000));
    let refusal = server.refused_for_nothing(same).await;
    assert_eq!(refusal.reason, ErrorReason::OrderUnchanged);

    let revenue = story.roi().await.total.unwrap().revenue.unwrap();
    assert_eq!(revenue.net_minor, 200_000);
    let server = server.restart().await;
    let before = server.read(get(&story, Some(first))).await;
    let before = before.conversion.unwrap();
    assert_eq!((before.net_minor, before.quantity), (Some(100_000), 1));
    assert!(before.changes.is_empty());
    let now = server.read(get(&story, None)).await.conversion.unwrap();
    assert_eq!(now, corrected);
}

#[tokio::test]
async fn a_voided_order_counts_nowhere_and_keeps_its_key() {
    let server = Server::start().await;
    let (story, first) = shop(&server).await;
    let voided = server.write(story.void_order("o1", first)).await;
    let voided = voided.conversion.unwrap();
    assert!(voided.voided);
    assert_eq!(voided.net_minor, Some(0));
    let latest = voided.corrected_position;
    let refusal = server
        .refused_for_nothing(story.void_order("o1", latest))
        .await;
    assert_eq!(refusal.reason, ErrorReason::OrderVoided);

    // The same file again writes nothing; another claim is kept as evidence.
    let again = story.sale("o1", Some(idr(1_000)), day(1), Some("ayu"));
    let again = server.write(again).await;
    assert_eq!(again.receipt.unwrap().first_position, first);
    let other = story.sale("o1", Some(idr(3_000)), day(1), Some("ayu"));
    let other = server.write(other).await;
    assert_eq!(other.outcome(), ConversionOutcome::Rejected);
    let claims = server
        .read(ListConversionsRequest {
            brand_id: story.brand.clone(),
            campaign_id: story.campaign.clone(),
            ..ListConversionsRequest::default()
        })
        .await
        .claims;
    let statuses = &claims[0].statuses;
    assert!(statuses.contains(&ConversionStatus::Voided.into()));
    assert_eq!(claims[1].reason, "ORDER_VOIDED");
    let totals = story.roi().await.total.unwrap();
    assert_eq!(totals.revenue.unwrap().net_minor, 0);
}

#[tokio::test]
async fn an_order_is_credited_to_somebody_else_if_the_terms_covered_it() {
    let server = Server::start().await;
    let (story, first) = shop(&server).await;
    story.accepted("budi", terms(idr(500))).await;
    let request = story.reattribute_order("o1", first, "budi");
    let refusal = server.refused_for_nothing(request).await;
    assert_eq!(refusal.reason, ErrorReason::TermsNotInForce);
    assert_eq!(refusal.metadata["collaboration_id"], "budi");

    let late = story.sale("o2", Some(idr(300)), day(2), Some("ayu"));
    let late = server.write(late).await.conversion.unwrap();
    let moved = story.reattribute_order("o2", late.corrected_position, "budi");
    let moved = server.write(moved).await.conversion.unwrap();
    assert_eq!(moved.basis(), AttributionBasis::Corrected);
    assert_eq!(moved.credits[0].collaboration_id, "budi");
    let [change] = &moved.changes[..] else {
        panic!("{:?}", moved.changes);
    };
    assert_eq!(change.credits_before[0].collaboration_id, "ayu");
    assert_eq!(change.credits_after, moved.credits);
    assert_eq!(change.evidence[0].reference, "https://drive.example/chat");
}

#[tokio::test]
async fn a_failed_refund_is_taken_back() {
    let server = Server::start().await;
    let (story, _) = shop(&server).await;
    let refusal = server
        .refused_for_nothing(story.void_refund("o1", "r1"))
        .await;
    assert_eq!(refusal.reason, ErrorReason::RefundNotFound);
    server.write(story.refund("o1", idr(400), day(2))).await;
    let voided = server.write(story.void_refund("o1", "r1")).await;
    let voided = voided.conversion.unwrap();
    assert_eq!(voided.net_minor, Some(100_000));
    assert_eq!(voided.refunds[0].voided_reason, "the transfer failed");
    assert!(voided.refunds[0].voided_position > 0);
    let refusal = server
        .refused_for_nothing(story.void_refund("o1", "r1"))
        .await;
    assert_eq!(refusal.reason, ErrorReason::RefundVoided);
}

#[tokio::test]
async fn a_missing_rate_is_supplied_once() {
    let server = Server::start().await;
    let (story, _) = shop(&server).await;
    let refusal = server
        .refused_for_nothing(story.supply_rate("o1", rate("15000")))
        .await;
    assert_eq!(refusal.reason, ErrorReason::RateNotMissing);
    let dollars = story.sale("o2", Some(money("USD", 100)), day(2), Some("ayu"));
    server.write(dollars).await;
    let rated = server.write(story.supply_rate("o2", rate("15000"))).await;
    assert_eq!(rated.conversion.unwrap().net_minor, Some(1_500_000));
    let revenue = story.roi().await.total.unwrap().revenue.unwrap();
    assert_eq!(revenue.net_minor, 1_600_000);

    let mut line = story.cost("ads", None, CostType::PaidAmplification, idr(1), day(1));
    line.amount = Some(money("USD", 100));
    server.write(line).await;
    let supply = story.supply_cost_rate("ads", rate("15000"));
    let rated = server.write(supply.clone()).await.cost.unwrap();
    assert_eq!(rated.reporting_minor, Some(1_500_000));
    let refusal = server.refused_for_nothing(supply).await;
    assert_eq!(refusal.reason, ErrorReason::RateNotMissing);
}

#[tokio::test]
async fn what_breaks_a_rule_of_a_field_is_named() {
    let server = Server::start().await;
    let (story, first) = shop(&server).await;
    let mut request = story.correct_order("o1", first);
    request.value = Some(idr(1));
    request.clear_value = true;
    request.quantity = Some(0);
    request.reason = String::new();
    let refusal = server.refused_for_nothing(request).await;
    assert_eq!(refusal.reason, ErrorReason::InvalidField);
    refusal.names(&["value", "quantity", "reason"]);
    let mut request = story.reattribute_order("o1", first, "ayu");
    request.evidence = Vec::new();
    request.shares[0].share_bp = 9_999;
    let refusal = server.refused_for_nothing(request).await;
    refusal.names(&["shares", "evidence"]);
    // A code that was told wrongly: nobody holds this one.
    let mut request = story.correct_order("o1", first);
    request.code = Some(String::from("WRONG"));
    request.clear_touches = true;
    let corrected = server.write(request).await.conversion.unwrap();
    assert_eq!(corrected.unattributed_reason, "UNKNOWN_CODE");
    assert!(corrected.touches.is_empty());
}
