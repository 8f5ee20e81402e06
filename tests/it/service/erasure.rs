//! Erasure and legal holds for callers.

use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::{CostType, Counters, ErasureGround, LegalHoldGround};
use tonic::Code;

use super::retries::named;
use crate::support::server::{Server, Story, day, idr, rehearsal, terms};

async fn creator_at(story: &Story, who: &str, position: u64) -> Creator {
    let request = GetCreatorRequest {
        brand_id: story.brand.clone(),
        creator_id: who.to_owned(),
        min_position: 0,
        as_of: Some(AsOf {
            at: Some(as_of::At::Position(position)),
        }),
    };
    let answer = story.client.call(request).await.unwrap();
    answer.creator.unwrap()
}

async fn creator(story: &Story, who: &str) -> Creator {
    let request = GetCreatorRequest {
        brand_id: story.brand.clone(),
        creator_id: who.to_owned(),
        ..GetCreatorRequest::default()
    };
    story.client.read(request).await.creator.unwrap()
}

#[tokio::test]
async fn erasing_again_gets_the_first_answer_whatever_has_changed() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    server.write(story.profile("ayu", 20_000)).await;
    server.clock().set(day(1));
    let erase = named(story.erase("ayu"), "erase");
    let first = server.write(erase.clone()).await;
    let position = first.receipt.as_ref().unwrap().first_position;
    let expected = Erasure {
        erased_at: Some(day(1)),
        erased_position: position,
        ground: ErasureGround::ConsentWithdrawn.into(),
        reference: String::from("ticket 17"),
    };
    let erased = first.creator.as_ref().unwrap();
    assert_eq!(erased.erasure, Some(expected));
    assert_eq!(erased.updated_position, position);

    server.clock().set(day(2));
    server.write(story.profile("ayu", 30_000)).await;
    let mut other = named(story.erase("ayu"), "other");
    other.ground = ErasureGround::Unlawful.into();
    other.reference = String::from("ticket 18");
    let mut rehearsed = other.clone();
    rehearsed.context = rehearsal(rehearsed.context);
    let head = server.head().await;
    for again in [erase.clone(), other.clone(), rehearsed] {
        assert_eq!(server.write(again).await, first);
    }
    assert_eq!(server.head().await, head);
    let server = server.restart().await;
    for again in [erase, other] {
        assert_eq!(server.write(again).await, first);
    }
    assert_eq!(server.head().await, head);
    let story = Story::of("kopi", "launch", "IDR", &server);
    let now = creator(&story, "ayu").await;
    assert_eq!(now.erasure, first.creator.unwrap().erasure);
    assert_eq!(creator_at(&story, "ayu", position - 1).await.erasure, None);
}

#[tokio::test]
async fn rehearsed_erasure_erases_nobody() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    server.write(story.profile("ayu", 20_000)).await;
    let mut rehearsed = story.erase("ayu");
    rehearsed.context = rehearsal(rehearsed.context);
    let head = server.head().await;
    let answer = server.call(rehearsed).await.unwrap();
    assert!(answer.creator.unwrap().erasure.is_some());
    assert_eq!(server.head().await, head);
    assert_eq!(creator(&story, "ayu").await.erasure, None);
    server.write(story.invite("ayu", terms(idr(1)))).await;
}

#[tokio::test]
async fn erased_creator_is_not_invited_and_the_rest_goes_on() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    story.accepted("ayu", terms(idr(500))).await;
    story.published("ayu", day(0)).await;
    server.write(story.verify("ayu")).await;
    let live = server.refused_for_nothing(story.erase("ayu")).await;
    let live = live.is(Code::FailedPrecondition, ErrorReason::AgreementLive);
    assert_eq!(live.metadata["campaign_id"], "launch");
    assert_eq!(live.metadata["collaboration_id"], "ayu");
    server.write(story.complete("ayu")).await;
    let erased = server.write(story.erase("ayu")).await;
    let position = erased.receipt.unwrap().first_position;

    let invite = InviteCreatorRequest {
        collaboration_id: String::from("ayu-2"),
        ..story.invite("ayu", terms(idr(1)))
    };
    let apply = ApplyToCampaignRequest {
        collaboration_id: String::from("ayu-2"),
        ..story.apply("ayu")
    };
    for refusal in [
        server.refused_for_nothing(invite).await,
        server.refused_for_nothing(apply).await,
    ] {
        let refusal = refusal.is(Code::FailedPrecondition, ErrorReason::CreatorErased);
        assert_eq!(refusal.metadata["position"], position.to_string());
    }
    let seen = Counters {
        likes: Some(10),
        ..Counters::default()
    };
    server.write(story.observe("ayu", day(0), seen)).await;
    let sale = story.sale("o-1", Some(idr(100)), day(0), Some("ayu"));
    server.write(sale).await;
    let fee = story.cost("fee", Some("ayu"), CostType::Fee, idr(1), day(0));
    server.write(fee).await;
    server.write(story.approve_cost("fee")).await;
    server.write(story.pay("fee", idr(1), day(0))).await;
    for answer in [
        server.write(story.assess("ayu")).await.creator,
        server.write(story.block("ayu")).await.creator,
        server.write(story.raise("ayu", "f-1")).await.creator,
    ] {
        assert_eq!(answer.unwrap().erasure.unwrap().erased_position, position);
    }
}

#[tokio::test]
async fn legal_hold_keeps_a_creator_until_it_is_released() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    server.write(story.profile("ayu", 20_000)).await;
    let place = named(story.place_legal_hold("ayu", ""), "place");
    let placed = server.write(place.clone()).await;
    assert_eq!(server.write(place).await, placed);
    let position = placed.receipt.unwrap().first_position;
    let [hold] = &placed.creator.unwrap().legal_holds[..] else {
        panic!("one hold is on");
    };
    assert!(!hold.hold_id.is_empty());
    let expected = LegalHold {
        hold_id: hold.hold_id.clone(),
        ground: LegalHoldGround::Litigation.into(),
        reference: String::from("case 4"),
        placed_at: Some(day(0)),
        placed_position: position,
    };
    assert_eq!(*hold, expected);

    let refusal = server.refused_for_nothing(story.erase("ayu")).await;
    let refusal = refusal.is(Code::FailedPrecondition, ErrorReason::LegalHold);
    assert_eq!(refusal.metadata["hold_id"], hold.hold_id);
    let release = story.release_legal_hold("ayu", "another");
    let refusal = server.refused_for_nothing(release).await;
    refusal.is(Code::NotFound, ErrorReason::HoldNotFound);
    let release = named(story.release_legal_hold("ayu", &hold.hold_id), "release");
    let released = server.write(release.clone()).await;
    assert_eq!(server.write(release).await, released);
    assert!(released.creator.unwrap().legal_holds.is_empty());
    server.write(story.erase("ayu")).await;
}

#[tokio::test]
async fn nobody_unknown_is_erased() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    let refusal = server.refused_for_nothing(story.erase("nobody")).await;
    refusal.is(Code::NotFound, ErrorReason::CreatorNotFound);
}
