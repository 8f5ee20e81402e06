//! Cost lines after they were recorded, as callers see them.

use campaign_ledger::proto::api::*;
use campaign_ledger::proto::values::CostType;

use super::retries::named;
use crate::support::server::{Server, Story, day, idr};

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
    // A retry is told what was true then, also after a restart.
    assert_eq!(server.write(adjust.clone()).await, adjusted);
    let server = server.restart().await;
    assert_eq!(server.write(adjust).await, adjusted);
}
