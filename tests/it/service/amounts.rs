//! Amounts told as decimal text, and shown in minor units and as decimal text.

use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::CostType;

use crate::support::server::{Server, Story, day, idr, told};

#[tokio::test]
async fn amount_told_as_decimal_text_is_shown_both_ways() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    server.clock().set(day(2));
    let amount = told("IDR", "2500000");
    let line = story.cost("c-1", None, CostType::Shipping, amount, day(1));
    let cost = server.write(line).await.cost.unwrap();
    assert_eq!(cost.amount, Some(idr(2_500_000)));
    assert_eq!(cost.amount.unwrap().minor_units, Some(250_000_000));
    assert_eq!(cost.reporting_decimal, "2500000.00");
    assert_eq!(cost.approved_decimal, "0.00");

    let approve = ApproveCostRequest {
        approved: Some(told("IDR", "1500000.00")),
        ..story.approve_cost("c-1")
    };
    let cost = server.write(approve).await.cost.unwrap();
    assert_eq!(cost.approved_minor, 150_000_000);
    assert_eq!(cost.approved_decimal, "1500000.00");

    let figures = story.roi().await.total.unwrap();
    assert_eq!(figures.cost.unwrap().accrued_decimal, "2500000.00");
    let returns = figures.returns[1].cost.clone().unwrap();
    assert_eq!(returns.decimal, "2500000.00");
}

#[tokio::test]
async fn amount_told_wrongly_is_refused_with_its_field() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    server.clock().set(day(2));
    let mut both = idr(5);
    both.decimal = String::from("6");
    for (amount, field) in [
        (told("IDR", "0.001"), "amount.decimal"),
        (told("IDR", "1e3"), "amount.decimal"),
        (told("IDR", "２"), "amount.decimal"),
        (told("IDR", "-5"), "amount.decimal"),
        (told("IDR", ""), "amount.minor_units"),
        (both, "amount.decimal"),
    ] {
        let line = story.cost("c-1", None, CostType::Shipping, amount, day(1));
        let refusal = server.refused_for_nothing(line).await;
        assert_eq!(refusal.reason, ErrorReason::InvalidField);
        refusal.names(&[field]);
    }
}
