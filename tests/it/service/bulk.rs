//! Batches: each item has its own result and is decided independently, and a retry gets the first
//! answers.

use campaign_ledger::wire::proto::api::item_result::Outcome;
use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::CostType;

use super::batches::told;
use crate::support::server::{Call, Server, Story, by_brand, day, idr, terms};

const CREATORS: [&str; 3] = ["ayu", "budi", "citra"];

/// Makes an open campaign whose creators have accepted and submitted `d1`.
async fn submitted(server: &Server) -> Story {
    let story = Story::open(server, "launch").await;
    for who in CREATORS {
        story.accepted(who, terms(idr(500))).await;
        server.write(story.submit(who)).await;
    }
    story
}

/// Returns the ids of written items and whether they were written before, or the reason of a
/// refusal.
fn outcomes(results: &[ItemResult]) -> Vec<Result<(&str, bool), ErrorReason>> {
    let results = results.iter();
    results
        .map(|result| match result.outcome.as_ref().unwrap() {
            Outcome::Written(one) => Ok((one.id.as_str(), one.written_before)),
            Outcome::Error(error) => Err(told(error).0),
        })
        .collect()
}

/// Sends a batch twice: the first time writes this many events, the second time none.
async fn twice<C: Call>(
    server: &Server,
    batch: C,
    results: fn(&C::Answer) -> &[ItemResult],
    expected: &[Result<&str, ErrorReason>],
) {
    let head = server.head().await;
    let written = expected.iter().filter(|one| one.is_ok()).count() as u64;
    for before in [false, true] {
        let answer = server.call(batch.clone()).await.unwrap();
        let expected: Vec<_> = expected
            .iter()
            .map(|one| one.map(|id| (id, before)))
            .collect();
        assert_eq!(outcomes(results(&answer)), expected);
        assert_eq!(server.head().await, head + written);
    }
}

#[tokio::test]
async fn profiles_are_recorded_at_once() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    let mut profiles: Vec<_> = CREATORS
        .map(|who| ProfileRecord {
            creator_id: who.to_owned(),
            profile: story.profile(who, 20_000).profile,
        })
        .to_vec();
    profiles[1].profile = None;
    let batch = BatchRecordCreatorProfilesRequest {
        brand_id: story.brand.clone(),
        context: by_brand("r-1"),
        profiles,
    };
    let answer = server.call(batch.clone()).await.unwrap();
    let Some(Outcome::Error(error)) = &answer.results[1].outcome else {
        panic!("refused: {answer:?}");
    };
    let missing = vec!["profiles[1].profile"];
    assert_eq!(told(error), (ErrorReason::InvalidField, missing));
    let mut again = batch;
    again.profiles[1] = again.profiles[0].clone();
    again.profiles[1].creator_id = String::from("budi");
    let head = server.head().await;
    let answer = server.call(again).await.unwrap();
    let expected = [Ok(("ayu", true)), Ok(("budi", false)), Ok(("citra", true))];
    assert_eq!(outcomes(&answer.results), expected);
    assert_eq!(server.head().await, head + 1);
}

#[tokio::test]
async fn invitations_are_withdrawn_at_once() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    for who in CREATORS {
        server.write(story.profile(who, 20_000)).await;
        server.write(story.invite(who, terms(idr(500)))).await;
    }
    server.write(story.accept("budi")).await;
    let batch = BatchWithdrawInvitationsRequest {
        brand_id: story.brand.clone(),
        context: by_brand("r-1"),
        campaign_id: story.campaign.clone(),
        collaboration_ids: CREATORS.map(str::to_owned).to_vec(),
        reason: String::from("plans changed"),
    };
    let refused = Err(ErrorReason::CollaborationState);
    let expected = [Ok("ayu"), refused, Ok("citra")];
    twice(&server, batch, |answer| &answer.results, &expected).await;
}

#[tokio::test]
async fn content_is_approved_at_once() {
    let server = Server::start().await;
    let story = submitted(&server).await;
    let approvals = CREATORS.map(|who| ContentApproval {
        collaboration_id: who.to_owned(),
        deliverable_id: String::from("d1"),
        submission_version: if who == "citra" { 2 } else { 1 },
        rating: Some(4),
    });
    let batch = BatchApproveContentRequest {
        brand_id: story.brand.clone(),
        context: by_brand("r-1"),
        campaign_id: story.campaign.clone(),
        approvals: approvals.to_vec(),
    };
    let refused = Err(ErrorReason::StaleSubmission);
    let expected = [Ok("d1"), Ok("d1"), refused];
    twice(&server, batch, |answer| &answer.results, &expected).await;
}

#[tokio::test]
async fn products_are_shipped_at_once() {
    let server = Server::start().await;
    let story = submitted(&server).await;
    let shipments = ["ayu", "nobody", "citra"].map(|who| {
        let alone = story.ship("ayu");
        ProductSent {
            collaboration_id: who.to_owned(),
            shipment_id: format!("to-{who}"),
            product: alone.product,
            value: alone.value,
            shipped_at: alone.shipped_at,
            cost_id: alone.cost_id,
        }
    });
    let batch = BatchShipProductsRequest {
        brand_id: story.brand.clone(),
        context: by_brand("r-1"),
        campaign_id: story.campaign.clone(),
        shipments: shipments.to_vec(),
    };
    let refused = Err(ErrorReason::CollaborationNotFound);
    let expected = [Ok("to-ayu"), refused, Ok("to-citra")];
    twice(&server, batch, |answer| &answer.results, &expected).await;
}

#[tokio::test]
async fn costs_are_approved_and_paid_at_once() {
    let server = Server::start().await;
    let story = submitted(&server).await;
    for who in CREATORS {
        let fee = story.cost(who, Some(who), CostType::Fee, idr(500), day(0));
        server.write(fee).await;
    }
    let approvals = ["ayu", "nothing", "citra"].map(|id| CostApproval {
        cost_id: id.to_owned(),
        approved_minor: None,
        approved: None,
    });
    let batch = BatchApproveCostsRequest {
        brand_id: story.brand.clone(),
        context: by_brand("r-1"),
        campaign_id: story.campaign.clone(),
        approvals: approvals.to_vec(),
    };
    let unknown = Err(ErrorReason::CostNotFound);
    let expected = [Ok("ayu"), unknown, Ok("citra")];
    twice(&server, batch, |answer| &answer.results, &expected).await;

    let payments = CREATORS.map(|id| PaymentMade {
        cost_id: id.to_owned(),
        payment_id: String::new(),
        amount: Some(idr(500)),
        external_reference: format!("transfer-{id}"),
        paid_at: Some(day(0)),
    });
    let batch = BatchRecordPaymentsRequest {
        brand_id: story.brand.clone(),
        context: by_brand("r-2"),
        campaign_id: story.campaign.clone(),
        payments: payments.to_vec(),
    };
    let unapproved = Err(ErrorReason::PaymentExceedsApproved);
    let expected = [Ok("ayu"), unapproved, Ok("citra")];
    twice(&server, batch, |answer| &answer.results, &expected).await;
    let paid = story.roi().await.total.unwrap().cost.unwrap().paid_minor;
    assert_eq!(paid, 100_000);
}
