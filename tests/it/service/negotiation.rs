//! Negotiation and amendments over gRPC.

use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::*;
use tonic::Code;

use super::retries::named;
use crate::support::server::{
    Refusal, Server, Story, Write, by_brand, by_creator, day, deliverable, idr, terms,
};

async fn open(server: &Server) -> Story {
    let story = Story::open(server, "launch").await;
    server.write(story.profile("ayu", 20_000)).await;
    story
}

async fn collaboration(story: &Story, who: &str) -> Collaboration {
    let get = GetCollaborationRequest {
        brand_id: story.brand.clone(),
        campaign_id: story.campaign.clone(),
        collaboration_id: who.to_owned(),
        min_position: 0,
        as_of: None,
    };
    story.client.read(get).await.collaboration.unwrap()
}

async fn campaign(story: &Story) -> Campaign {
    let get = GetCampaignRequest {
        brand_id: story.brand.clone(),
        campaign_id: story.campaign.clone(),
        min_position: 0,
        as_of: None,
    };
    story.client.read(get).await.campaign.unwrap()
}

fn fee_of(terms: Option<&Terms>) -> Money {
    terms.unwrap().fee.clone().unwrap()
}

#[tokio::test]
async fn an_application_becomes_an_agreement_by_way_of_counters() {
    let server = Server::start().await;
    let story = open(&server).await;
    let mut apply = story.apply("ayu");
    apply.fee = Some(idr(900));
    let applied = server.write(apply).await.collaboration.unwrap();
    assert_eq!(applied.state(), CollaborationState::Applied);
    assert_eq!((&applied.offer, applied.invited_at), (&None, None));
    let application = applied.application.unwrap();
    assert_eq!(application.message, "we roast at home");
    assert_eq!(application.fee, Some(idr(900)));
    assert_eq!(campaign(&story).await.applications, 1);

    let sent = server.write(story.send_offer("ayu", terms(idr(500)))).await;
    let sent = sent.collaboration.unwrap();
    assert_eq!(sent.state(), CollaborationState::Invited);
    let offer = sent.offer.unwrap();
    assert_eq!((offer.version, offer.made_by()), (1, ActorKind::Brand));
    assert_eq!(sent.invited_at, Some(day(0)));

    let asked = server.write(story.counter("ayu", 1, terms(idr(800)))).await;
    let asked = asked.collaboration.unwrap();
    assert_eq!(asked.state(), CollaborationState::Countered);
    let counter = asked.offer.unwrap();
    assert_eq!(
        (counter.version, counter.made_by()),
        (2, ActorKind::Creator)
    );
    assert_eq!(counter.expires_at, Some(day(7)));
    assert_eq!(counter.note, "two posts are more work");
    let standing = campaign(&story).await;
    assert_eq!((standing.applications, standing.open_invitations), (0, 1));
    assert_eq!(standing.budget.unwrap().reserved_minor, 50_000);

    let revised = story.revise_offer("ayu", 2, terms(idr(600)));
    let revised = server.write(revised).await.collaboration.unwrap();
    assert_eq!(revised.state(), CollaborationState::Invited);
    assert_eq!(
        campaign(&story).await.budget.unwrap().reserved_minor,
        60_000
    );
    let stale = server.refused_for_nothing(story.accept("ayu")).await;
    stale
        .is(Code::Aborted, ErrorReason::StaleOffer)
        .lost_to(1, 3);

    server.write(story.counter("ayu", 3, terms(idr(700)))).await;
    let accepted = server.write(story.accept_counter("ayu", 4)).await;
    let accepted = accepted.collaboration.unwrap();
    assert_eq!(accepted.state(), CollaborationState::Accepted);
    let earlier: Vec<_> = accepted
        .earlier_offers
        .iter()
        .map(|offer| (offer.version, fee_of(offer.terms.as_ref())))
        .collect();
    assert_eq!(earlier, [(1, idr(500)), (2, idr(800)), (3, idr(600))]);
    let [pinned] = accepted.terms_versions.as_slice() else {
        panic!("one version of the terms: {accepted:?}");
    };
    assert_eq!(pinned.terms_version, 4);
    assert_eq!(fee_of(pinned.terms.as_ref()), idr(700));
    let acceptance = accepted.acceptance.unwrap();
    assert_eq!(acceptance.terms_digest, pinned.terms_digest);
    assert_eq!(acceptance.accepted_by.unwrap().kind(), ActorKind::Brand);
    let budget = campaign(&story).await.budget.unwrap();
    assert_eq!((budget.reserved_minor, budget.committed_minor), (0, 70_000));
}

#[tokio::test]
async fn applications_and_counters_can_be_turned_down() {
    let server = Server::start().await;
    let story = open(&server).await;
    server.write(story.apply("ayu")).await;
    let rejected = server.write(story.reject_application("ayu")).await;
    let rejected = rejected.collaboration.unwrap();
    assert_eq!(rejected.state(), CollaborationState::Rejected);

    let mut again = story.invite("ayu", terms(idr(500)));
    again.collaboration_id = String::from("ayu-2");
    let again = server.write(again).await.collaboration.unwrap();
    assert_eq!(again.previous_collaboration_id, "ayu");
    let counter = story.counter("ayu-2", 1, terms(idr(800)));
    server.write(counter).await;
    let rejected = server.write(story.reject_counter("ayu-2", 2)).await;
    let rejected = rejected.collaboration.unwrap();
    assert_eq!(rejected.state(), CollaborationState::Rejected);
    let standing = campaign(&story).await;
    assert_eq!(standing.budget.unwrap().reserved_minor, 0);
    assert_eq!(standing.open_invitations, 0);
    let roi = story.roi().await;
    let counts: Vec<_> = roi
        .agreements
        .iter()
        .map(|one| (one.state.as_str(), one.count))
        .collect();
    assert_eq!(counts, [("REJECTED", 2)]);
}

#[tokio::test]
async fn a_counter_expires_by_itself() {
    let server = Server::start().await;
    let story = open(&server).await;
    server.write(story.invite("ayu", terms(idr(500)))).await;
    let mut counter = story.counter("ayu", 1, terms(idr(800)));
    counter.expires_at = Some(day(3));
    server.write(counter).await;
    let head = server.head().await;
    server.clock().set(day(3));
    let get = GetCollaborationRequest {
        brand_id: story.brand.clone(),
        campaign_id: story.campaign.clone(),
        collaboration_id: String::from("ayu"),
        min_position: head + 1,
        as_of: None,
    };
    let expired = server.read(get).await.collaboration.unwrap();
    assert_eq!(expired.state(), CollaborationState::Expired);
    assert_eq!(campaign(&story).await.budget.unwrap().reserved_minor, 0);
}

#[tokio::test]
async fn both_sides_answer_a_counter_and_one_of_them_wins() {
    let server = Server::start().await;
    let story = open(&server).await;
    server.write(story.invite("ayu", terms(idr(500)))).await;
    server.write(story.counter("ayu", 1, terms(idr(800)))).await;
    let (brand, creator) = (server.connect().await, server.connect().await);
    let (accept, decline) = (story.accept_counter("ayu", 2), story.decline("ayu"));
    let accept = tokio::spawn(async move { brand.call(accept).await.map(|_| "ACCEPTED") });
    let decline = tokio::spawn(async move { creator.call(decline).await.map(|_| "DECLINED") });
    let (winner, loser) = match (accept.await.unwrap(), decline.await.unwrap()) {
        (Ok(winner), Err(loser)) | (Err(loser), Ok(winner)) => (winner, loser),
        both => panic!("one of the two wins: {both:?}"),
    };
    let refusal = Refusal::from(loser);
    let refusal = refusal.is(Code::FailedPrecondition, ErrorReason::CollaborationState);
    assert_eq!(refusal.metadata["state"], winner);
}

#[tokio::test]
async fn terms_change_when_both_sides_agree() {
    let server = Server::start().await;
    let story = open(&server).await;
    story.accepted("ayu", terms(idr(500))).await;
    let mut more = terms(idr(900));
    more.deliverables.push(deliverable("d2"));
    let proposed = server.write(story.amend_terms("ayu", more.clone())).await;
    let proposed = proposed.collaboration.unwrap();
    let pending = proposed.pending_amendment.unwrap();
    assert_eq!(pending.terms_version, 2);
    assert_eq!(pending.proposed_by(), ActorKind::Brand);
    assert_eq!(proposed.deliverables.len(), 1);
    let rejected = server.write(story.reject_amendment("ayu", 2)).await;
    assert_eq!(rejected.collaboration.unwrap().pending_amendment, None);

    server.write(story.amend_terms("ayu", more)).await;
    server.clock().set(day(1));
    let amended = server.write(story.accept_amendment("ayu", 3)).await;
    let amended = amended.collaboration.unwrap();
    assert_eq!(amended.pending_amendment, None);
    assert_eq!(amended.deliverables.len(), 2);
    let versions: Vec<_> = amended
        .terms_versions
        .iter()
        .map(|one| {
            (
                one.terms_version,
                fee_of(one.terms.as_ref()),
                one.in_force_from,
            )
        })
        .collect();
    let expected = [(1, idr(500), Some(day(0))), (3, idr(900), Some(day(1)))];
    assert_eq!(versions, expected);
    let roi = story.roi().await;
    assert_eq!(roi.budget.unwrap().committed_minor, 90_000);
    assert_eq!(roi.delivery.unwrap().accepted_deliverables, 2);
}

#[tokio::test]
async fn a_creator_may_leave() {
    let server = Server::start().await;
    let story = open(&server).await;
    story.accepted("ayu", terms(idr(500))).await;
    let left = server
        .write(story.leave("ayu"))
        .await
        .collaboration
        .unwrap();
    assert_eq!(left.state(), CollaborationState::Cancelled);
    let budget = campaign(&story).await.budget.unwrap();
    assert_eq!((budget.reserved_minor, budget.committed_minor), (0, 0));
}

#[tokio::test]
async fn an_applicant_is_part_of_the_partnership() {
    let server = Server::start().await;
    let story = open(&server).await;
    server.write(story.apply("ayu")).await;
    let get = GetPartnershipRequest {
        brand_id: story.brand.clone(),
        creator_id: String::from("ayu"),
        min_position: 0,
        as_of: None,
    };
    let partnership = server.read(get).await.partnership.unwrap();
    assert_eq!(partnership.first_invited_at, Some(day(0)));
    let counts = partnership.collaborations.iter();
    let counts: Vec<_> = counts.map(|one| (one.state.as_str(), one.count)).collect();
    assert_eq!(counts, [("APPLIED", 1)]);
    let list = ListCollaborationsRequest {
        brand_id: story.brand.clone(),
        states: vec![CollaborationState::Applied.into()],
        ..ListCollaborationsRequest::default()
    };
    assert_eq!(server.read(list).await.collaborations.len(), 1);
}

async fn written<W: Write>(server: &Server, request: W, id: &str) -> (W, W::Answer) {
    let request = named(request, id);
    (request.clone(), server.write(request).await)
}

/// Sends writes one after the other, each under its own id, and returns the answers.
macro_rules! told {
    ($server:ident: $($name:ident = $request:expr;)+) => {{
        $(let $name = written(&$server, $request, stringify!($name)).await;)+
        ($($name,)+)
    }};
}

macro_rules! are_repeated {
    ($server:ident: $writes:ident: $($place:tt)+) => {
        $(assert_eq!($server.write($writes.$place.0.clone()).await, $writes.$place.1);)+
    };
}

#[tokio::test]
async fn a_retry_of_each_answer_gets_the_first_one() {
    let server = Server::start().await;
    let story = open(&server).await;
    server.write(story.profile("budi", 20_000)).await;
    let writes = told! { server:
        applied = story.apply("ayu");
        sent = story.send_offer("ayu", terms(idr(500)));
        countered = story.counter("ayu", 1, terms(idr(800)));
        revised = story.revise_offer("ayu", 2, terms(idr(600)));
        again = story.counter("ayu", 3, terms(idr(700)));
        accepted = story.accept_counter("ayu", 4);
        proposed = story.amend_terms("ayu", terms(idr(750)));
        amended = story.accept_amendment("ayu", 5);
        more = story.amend_terms("ayu", terms(idr(850)));
        taken_back = RejectAmendmentRequest {
            context: by_brand(""),
            ..story.reject_amendment("ayu", 6)
        };
        left = story.leave("ayu");
        budi = story.apply("budi");
        rejected = story.reject_application("budi");
    };
    let head = server.head().await;
    are_repeated! { server: writes: 0 1 2 3 4 5 6 7 8 9 10 11 12 }
    let server = server.restart().await;
    are_repeated! { server: writes: 0 1 2 3 4 5 6 7 8 9 10 11 12 }
    assert_eq!(server.head().await, head);
    let found = collaboration(&Story::of("kopi", "launch", "IDR", &server), "ayu").await;
    assert_eq!(found.terms_versions.len(), 2);
}

#[tokio::test]
async fn only_the_other_side_agrees_to_an_amendment() {
    let server = Server::start().await;
    let story = open(&server).await;
    story.accepted("ayu", terms(idr(500))).await;
    let proposed = AmendTermsRequest {
        context: by_creator(""),
        ..story.amend_terms("ayu", terms(idr(900)))
    };
    server.write(proposed).await;
    let refusal = server
        .refused_for_nothing(story.accept_amendment("ayu", 2))
        .await;
    let refusal = refusal.is(Code::FailedPrecondition, ErrorReason::ActorNotAllowed);
    assert_eq!(refusal.metadata["allowed"], "the brand");
    let agreed = AcceptAmendmentRequest {
        context: by_brand(""),
        ..story.accept_amendment("ayu", 2)
    };
    server.write(agreed).await;
}
