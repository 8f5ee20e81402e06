//! Answers at a position: reads wait for it, and return the position that they reflect.

use std::time::Duration;

use campaign_ledger::wire::proto::api::*;
use prost::Message as _;
use tonic::Code;

use crate::support::server::{RawCalls, Refusal, Server, Story};

/// Reasons that the tests of this file expect, among others.
pub const SHOWS: &[ErrorReason] = &[ErrorReason::PositionNotReached];

fn campaign_at(story: &Story, min_position: u64) -> GetCampaignRequest {
    GetCampaignRequest {
        brand_id: story.brand.clone(),
        campaign_id: story.campaign.clone(),
        min_position,
        as_of: None,
    }
}

#[tokio::test]
async fn a_position_not_reached_in_time_is_named() {
    const PATH: &str = "/campaign.ledger.v1.CampaignService/GetCampaign";
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    server.read(campaign_at(&story, 2)).await;
    let raw = RawCalls::to(server.address).await;
    let message = campaign_at(&story, 3).encode_to_vec();
    let begun = std::time::Instant::now();
    let answer = raw.call(PATH, &message, &[("grpc-timeout", "100m")]).await;
    let waited = begun.elapsed();
    let refusal = Refusal::from(answer.unwrap_err());
    let refusal = refusal.is(Code::DeadlineExceeded, ErrorReason::PositionNotReached);
    assert_eq!(refusal.metadata["wanted"], "3");
    assert_eq!(refusal.metadata["reached"], "2");
    // The caller's deadline, not the server's five seconds, and not immediately.
    assert!(
        waited > Duration::from_millis(80) && waited < Duration::from_secs(4),
        "{waited:?}"
    );
}

#[tokio::test]
async fn a_read_waits_for_its_position() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    let waiting = tokio::spawn({
        let (client, request) = (story.client.clone(), campaign_at(&story, 3));
        async move { client.call(request).await }
    });
    // Whether the read or the write is sent first, the read sees the write.
    server.write(story.pause()).await;
    let answer = waiting.await.unwrap().unwrap();
    assert_eq!(answer.campaign.unwrap().state(), CampaignState::Paused);
    assert_eq!(answer.position, 3);
}

#[tokio::test]
async fn a_write_is_read_at_the_position_of_its_receipt() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    for round in 0..40 {
        let paused = round % 2 == 0;
        let receipt = if paused {
            server.write(story.pause()).await.receipt
        } else {
            server.write(story.resume()).await.receipt
        };
        let position = receipt.unwrap().last_position;
        let answer = server.call(campaign_at(&story, position)).await.unwrap();
        let state = if paused {
            CampaignState::Paused
        } else {
            CampaignState::Open
        };
        let campaign = answer.campaign.unwrap();
        assert_eq!(
            (campaign.state(), campaign.updated_position),
            (state, position)
        );
        assert_eq!(answer.position, position);
    }
}
