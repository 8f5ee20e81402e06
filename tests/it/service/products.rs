//! Products sent to creators, and their values.

use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::CostType;

use crate::support::server::{Server, Story, day, idr, terms};

#[tokio::test]
async fn products_are_shown_where_they_are_and_what_they_are_worth() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    story.accepted("ayu", terms(idr(0))).await;
    server.write(story.ship("ayu")).await;
    let second = ShipProductRequest {
        shipment_id: String::from("s2"),
        ..story.ship("ayu")
    };
    server.write(second).await;
    server.clock().set(day(3));
    let received = server.write(story.receive("ayu", day(1))).await;
    let shipment = received.collaboration.unwrap().shipments.remove(0);
    assert_eq!(shipment.received_at, Some(day(1)));
    assert_eq!(shipment.returned_at, None);
    let returned = server.write(story.take_back("ayu", day(2))).await;
    let shipments = returned.collaboration.unwrap().shipments;
    assert_eq!(shipments[0].returned_at, Some(day(2)));
    assert_eq!(shipments[1].received_at, None);

    let expected = ProductFigures {
        currency_code: String::from("IDR"),
        shipped: 2,
        received: 1,
        returned: 1,
        cost_of_goods_minor: 200,
        fair_value_minor: 600,
        returned_cost_of_goods_minor: 100,
        returned_fair_value_minor: 300,
        cost_of_goods_decimal: String::from("2.00"),
        fair_value_decimal: String::from("6.00"),
        returned_cost_of_goods_decimal: String::from("1.00"),
        returned_fair_value_decimal: String::from("3.00"),
    };
    let report = story.roi().await;
    assert_eq!(report.products, Some(expected.clone()));
    // They are in no cost, except for lines with a given id.
    let cost = report.total.unwrap().cost.unwrap();
    assert_eq!(cost.accrued_minor, 0);
    let performance = GetCollaborationPerformanceRequest {
        brand_id: story.brand.clone(),
        campaign_id: story.campaign.clone(),
        collaboration_id: String::from("ayu"),
        min_position: 0,
        as_of: None,
    };
    let performance = server.read(performance).await.performance.unwrap();
    assert_eq!(performance.products, Some(expected.clone()));
    let partnership = GetPartnershipRequest {
        brand_id: story.brand.clone(),
        creator_id: String::from("ayu"),
        min_position: 0,
        as_of: None,
    };
    let partnership = server.read(partnership).await.partnership.unwrap();
    assert_eq!(partnership.products, [expected]);
}

#[tokio::test]
async fn a_line_over_the_cost_of_goods_is_recorded_on_request() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    story.accepted("ayu", terms(idr(0))).await;
    let ship = ShipProductRequest {
        cost_id: String::from("box"),
        ..story.ship("ayu")
    };
    let receipt = server.write(ship).await.receipt.unwrap();
    assert_eq!(receipt.last_position, receipt.first_position + 1);
    let list = ListCostsRequest {
        brand_id: story.brand.clone(),
        campaign_id: story.campaign.clone(),
        ..ListCostsRequest::default()
    };
    let line = server.read(list).await.costs.remove(0);
    assert_eq!(
        (line.cost_id.as_str(), line.r#type()),
        ("box", CostType::Product)
    );
    let cost = story.roi().await.total.unwrap().cost.unwrap();
    assert_eq!(cost.accrued_minor, 100);
}
