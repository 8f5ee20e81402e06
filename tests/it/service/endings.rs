//! How agreements begin and end, and what goes on afterwards.

use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::*;
use tonic::Code;

use super::bad_input::but;
use crate::support::server::{Refusal, Server, Story, day, deliverable, for_creator, idr, terms};

#[tokio::test]
async fn losers_of_a_race_get_the_current_state() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    server.write(story.profile("ayu", 20_000)).await;
    server.write(story.invite("ayu", terms(idr(1)))).await;
    let accept = tokio::spawn({
        let (client, accept) = (story.client.clone(), story.accept("ayu"));
        async move { client.call(accept).await.map(|_| "ACCEPTED") }
    });
    let withdraw = tokio::spawn({
        let (client, withdraw) = (story.client.clone(), story.withdraw("ayu"));
        async move { client.call(withdraw).await.map(|_| "WITHDRAWN") }
    });
    let (winner, loser) = match (accept.await.unwrap(), withdraw.await.unwrap()) {
        (Ok(winner), Err(loser)) | (Err(loser), Ok(winner)) => (winner, loser),
        both => panic!("one of the two wins: {both:?}"),
    };
    let refusal = Refusal::from(loser);
    let refusal = refusal.is(Code::FailedPrecondition, ErrorReason::CollaborationState);
    assert_eq!(refusal.metadata["state"], winner);
}

#[tokio::test]
async fn after_the_end_only_measurement_and_settlement_go_on() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    let mut two = terms(idr(1_000));
    two.deliverables.push(deliverable("d2"));
    story.accepted("ayu", two).await;
    server.write(story.publish("ayu", "d1", day(0))).await;
    server.write(story.verify("ayu")).await;
    let waive = WaiveDeliverableRequest {
        deliverable_id: String::from("d2"),
        ..story.waive("ayu")
    };
    server.write(waive).await;
    server.write(story.complete("ayu")).await;
    server.write(story.close(false)).await;
    let seen = Counters {
        views: Some(10),
        ..Counters::default()
    };
    server.write(story.observe("ayu", day(0), seen)).await;
    server
        .write(story.sale("o-1", Some(idr(50)), day(0), Some("ayu")))
        .await;
    server.write(story.refund("o-1", idr(5), day(0))).await;
    story_pays(&story).await;
    // A new invitation needs an open campaign.
    let again = but(&story.invite("ayu", terms(idr(1))), |request| {
        request.collaboration_id = String::from("ayu-2");
    });
    let refusal = again.refused(&server).await;
    refusal.is(Code::FailedPrecondition, ErrorReason::CampaignState);
}

async fn story_pays(story: &Story) {
    let fee = story.cost("fee", Some("ayu"), CostType::Fee, idr(1_000), day(0));
    story.client.write(fee).await;
    story.client.write(story.approve_cost("fee")).await;
    story
        .client
        .write(story.pay("fee", idr(1_000), day(0)))
        .await;
    let roi = story.roi().await;
    assert_eq!(roi.budget.unwrap().committed_minor, 100_000);
    assert_eq!(roi.total.unwrap().cost.unwrap().paid_minor, 100_000);
}

#[tokio::test]
async fn an_acceptance_for_the_creator_is_reported_as_such() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    server.write(story.profile("ayu", 20_000)).await;
    server.write(story.invite("ayu", terms(idr(1)))).await;
    let mut accept = story.accept("ayu");
    accept.context = for_creator("", "said yes on the phone");
    let accepted = server.write(accept).await.collaboration.unwrap();
    let acceptance = accepted.acceptance.unwrap();
    assert_eq!(acceptance.accepted_by.unwrap().kind(), ActorKind::Brand);
    let on_behalf_of = acceptance.on_behalf_of.unwrap();
    assert_eq!(on_behalf_of.reason, "said yes on the phone");
    assert_eq!(on_behalf_of.actor.unwrap().kind(), ActorKind::Creator);
    let performance = GetCollaborationPerformanceRequest {
        brand_id: story.brand.clone(),
        campaign_id: story.campaign.clone(),
        collaboration_id: String::from("ayu"),
        min_position: 0,
        as_of: None,
    };
    let performance = server.read(performance).await.performance.unwrap();
    assert!(performance.accepted_on_behalf);
}
