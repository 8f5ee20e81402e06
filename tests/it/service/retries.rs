//! A request sent twice happens once, and both calls get the same answer.

use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::{CostType, Counters};
use tonic::Code;

use crate::support::server::{
    Server, Story, Write, by_brand, by_creator, day, deliverable, idr, plan, rehearsal, terms,
    together,
};

/// Reasons that the tests of this file expect, among others.
pub const SHOWS: &[ErrorReason] = &[ErrorReason::RequestIdReused];

/// Gives a request an id, for any sender.
pub fn named<W: Write>(mut request: W, id: &str) -> W {
    W::context(&mut request).as_mut().unwrap().request_id = id.to_owned();
    request
}

fn rehearsed<W: Write>(mut request: W) -> W {
    let context = W::context(&mut request);
    *context = rehearsal(context.take());
    request
}

fn views(views: u64) -> Counters {
    Counters {
        views: Some(views),
        ..Counters::default()
    }
}

#[tokio::test]
async fn other_content_under_the_same_id_is_refused() {
    let server = Server::start().await;
    let story = Story::of("kopi", "launch", "IDR", &server);
    let first = server.write(named(story.create(plan("IDR")), "r-1")).await;
    let position = first.receipt.unwrap().first_position;

    let mut other_plan = plan("IDR");
    other_plan.title = String::from("Relaunch");
    let mut other_actor = named(story.create(plan("IDR")), "r-1");
    other_actor.context = by_creator("r-1");
    let mut other_time = named(story.create(plan("IDR")), "r-1");
    other_time.context.as_mut().unwrap().occurred_at = Some(day(0));
    let refusals = [
        server
            .refused_for_nothing(named(story.create(other_plan), "r-1"))
            .await,
        server.refused_for_nothing(other_actor).await,
        server.refused_for_nothing(other_time).await,
        server
            .refused_for_nothing(named(story.start(), "r-1"))
            .await,
    ];
    for refusal in refusals {
        let refusal = refusal.is(Code::FailedPrecondition, ErrorReason::RequestIdReused);
        assert_eq!(refusal.metadata["position"], position.to_string());
        assert_eq!(refusal.metadata["request_id"], "r-1");
    }
    // Another brand has its own request ids.
    let elsewhere = Story::of("teh", "launch", "IDR", &server);
    server
        .write(named(elsewhere.create(plan("IDR")), "r-1"))
        .await;
}

#[tokio::test]
async fn a_refused_request_leaves_its_id_free() {
    let server = Server::start().await;
    let story = Story::of("kopi", "launch", "IDR", &server);
    server
        .refused_for_nothing(named(story.start(), "r-1"))
        .await;
    server.write(named(story.create(plan("IDR")), "r-1")).await;
}

#[tokio::test]
async fn ids_beyond_those_remembered_are_forgotten_and_natural_keys_are_not() {
    let server = Server::with(|config| config.request_ids_remembered = 2).await;
    let story = Story::open(&server, "launch").await;
    let profile = |who, id| named(story.profile(who, 1_000), id);
    let first = server.write(profile("ayu", "r-1")).await;
    server.write(profile("budi", "r-2")).await;
    assert_eq!(server.write(profile("ayu", "r-1")).await, first);
    server.write(profile("citra", "r-3")).await;
    let again = server.write(profile("ayu", "r-1")).await;
    assert_ne!(again.receipt, first.receipt);

    let sale = named(story.sale("o-1", Some(idr(10)), day(0), None), "r-4");
    let sold = server.write(sale.clone()).await;
    for (id, who) in [("r-5", "dewi"), ("r-6", "eka"), ("r-7", "fitri")] {
        server.write(profile(who, id)).await;
    }
    let head = server.head().await;
    assert_eq!(server.write(sale).await, sold);
    assert_eq!(server.head().await, head);
}

/// One write for each kind of resource in an answer.
struct Writes {
    created: (CreateCampaignRequest, CreateCampaignResponse),
    recorded: (RecordCreatorProfileRequest, RecordCreatorProfileResponse),
    invited: (InviteCreatorRequest, InviteCreatorResponse),
    assessed: (AssessCreatorRequest, AssessCreatorResponse),
    flagged: (RaiseSafetyFlagRequest, RaiseSafetyFlagResponse),
    cleared: (ClearSafetyFlagRequest, ClearSafetyFlagResponse),
    accepted: (AcceptBriefRequest, AcceptBriefResponse),
    held: (PlaceHoldRequest, PlaceHoldResponse),
    released: (ReleaseHoldRequest, ReleaseHoldResponse),
    published: (RecordPublicationRequest, RecordPublicationResponse),
    observed: (RecordEngagementRequest, RecordEngagementResponse),
    received: (
        ConfirmProductReceivedRequest,
        ConfirmProductReceivedResponse,
    ),
    removed: (RecordPostRemovedRequest, RecordPostRemovedResponse),
    checked: (CheckDisclosureRequest, CheckDisclosureResponse),
    sold: (RecordConversionRequest, RecordConversionResponse),
    claimed_again: (RecordConversionRequest, RecordConversionResponse),
    refunded_early: (RecordRefundRequest, RecordRefundResponse),
    refunded: (RecordRefundRequest, RecordRefundResponse),
    spent: (RecordCostRequest, RecordCostResponse),
    paid: (RecordPaymentRequest, RecordPaymentResponse),
    closed: (CloseCampaignRequest, CloseCampaignResponse),
    finalised: (FinaliseReportRequest, FinaliseReportResponse),
}

pub async fn written<W: Write>(server: &Server, request: W, id: &str) -> (W, W::Answer) {
    let request = named(request, id);
    (request.clone(), server.write(request).await)
}

/// Makes every write under its own id, and then changes its resource again.
async fn write_everything(server: &Server) -> Writes {
    let story = Story::of("kopi", "launch", "IDR", server);
    let created = written(server, story.create(plan("IDR")), "created").await;
    server.write(story.start()).await;
    let recorded = written(server, story.profile("ayu", 20_000), "recorded").await;
    server.write(story.profile("ayu", 30_000)).await;
    let assessed = written(server, story.assess("ayu"), "assessed").await;
    let flagged = written(server, story.raise("ayu", "f"), "flagged").await;
    let cleared = written(server, story.clear("ayu", "f"), "cleared").await;
    server.write(story.assess("ayu")).await;
    let mut two = terms(idr(1_000_000));
    two.deliverables.push(deliverable("d2"));
    let invited = written(server, story.invite("ayu", two), "invited").await;
    let accepted = written(server, story.accept("ayu"), "accepted").await;
    server.write(story.submit("ayu")).await;
    let held = written(server, story.place_hold("ayu", "h"), "held").await;
    let released = written(server, story.release_hold("ayu", "h"), "released").await;
    let published = written(server, story.publish("ayu", "d1", day(0)), "published").await;
    let observed = written(server, story.observe("ayu", day(0), views(10)), "observed").await;
    server.write(story.observe("ayu", day(1), views(20))).await;
    server.write(story.verify("ayu")).await;
    server.write(story.ship("ayu")).await;
    let received = written(server, story.receive("ayu", day(0)), "received").await;
    server.write(story.take_back("ayu", day(1))).await;
    let removed = written(server, story.remove("ayu", day(1)), "removed").await;
    let checked = written(server, story.check("ayu", day(1), false), "checked").await;
    server.write(story.restore("ayu", day(2))).await;

    let mut early = story.refund("o-1", idr(10), day(0));
    early.refund_id = String::from("early");
    let refunded_early = written(server, early, "refunded-early").await;
    let sale = story.sale("o-1", Some(idr(100)), day(1), Some("ayu"));
    let sold = written(server, sale.clone(), "sold").await;
    let mut again = sale;
    again.value = Some(idr(90));
    let claimed_again = written(server, again, "claimed-again").await;
    let refunded = written(server, story.refund("o-1", idr(20), day(1)), "refunded").await;
    let mut more = story.refund("o-1", idr(70), day(1));
    more.refund_id = String::from("r2");
    server.write(more).await;

    let cost = story.cost("fee", Some("ayu"), CostType::Fee, idr(900), day(0));
    let spent = written(server, cost, "spent").await;
    server.write(story.approve_cost("fee")).await;
    let paid = written(server, story.pay("fee", idr(400), day(1)), "paid").await;
    let mut rest = story.pay("fee", idr(500), day(1));
    (rest.payment_id, rest.external_reference) = (String::from("rest"), String::from("rest"));
    server.write(rest).await;

    let mut waive = story.waive("ayu");
    waive.deliverable_id = String::from("d2");
    server.write(waive).await;
    server.write(story.complete("ayu")).await;
    let closed = written(server, story.close(false), "closed").await;
    // Fees beyond the commitment change the campaign again.
    let cost = story.cost("boost", None, CostType::PaidAmplification, idr(5), day(1));
    server.write(cost).await;
    let finalised = written(server, story.finalise(), "finalised").await;
    let cost = story.cost("late", None, CostType::Shipping, idr(5), day(1));
    server.write(cost).await;
    server.write(story.finalise()).await;
    Writes {
        created,
        recorded,
        invited,
        assessed,
        flagged,
        cleared,
        accepted,
        held,
        released,
        published,
        observed,
        received,
        removed,
        checked,
        sold,
        claimed_again,
        refunded_early,
        refunded,
        spent,
        paid,
        closed,
        finalised,
    }
}

pub async fn is_repeated<W: Write>(server: &Server, (request, first): &(W, W::Answer)) {
    assert_eq!(&server.write(request.clone()).await, first);
}

async fn all_are_repeated(server: &Server, writes: &Writes) {
    let head = server.head().await;
    is_repeated(server, &writes.created).await;
    is_repeated(server, &writes.recorded).await;
    is_repeated(server, &writes.invited).await;
    is_repeated(server, &writes.assessed).await;
    is_repeated(server, &writes.flagged).await;
    is_repeated(server, &writes.cleared).await;
    is_repeated(server, &writes.accepted).await;
    is_repeated(server, &writes.held).await;
    is_repeated(server, &writes.released).await;
    is_repeated(server, &writes.published).await;
    is_repeated(server, &writes.observed).await;
    is_repeated(server, &writes.received).await;
    is_repeated(server, &writes.removed).await;
    is_repeated(server, &writes.checked).await;
    is_repeated(server, &writes.sold).await;
    is_repeated(server, &writes.claimed_again).await;
    is_repeated(server, &writes.refunded_early).await;
    is_repeated(server, &writes.refunded).await;
    is_repeated(server, &writes.spent).await;
    is_repeated(server, &writes.paid).await;
    is_repeated(server, &writes.closed).await;
    is_repeated(server, &writes.finalised).await;
    assert_eq!(server.head().await, head);
}

#[tokio::test]
async fn retry_returns_first_answer_after_all_has_changed_and_after_a_restart() {
    let server = Server::start().await;
    server.clock().set(day(2));
    let writes = write_everything(&server).await;
    assert_eq!(
        writes.claimed_again.1.outcome(),
        ConversionOutcome::Rejected
    );
    all_are_repeated(&server, &writes).await;
    server.clock().set(day(90));
    all_are_repeated(&server, &writes).await;
    let server = server.restart().await;
    all_are_repeated(&server, &writes).await;
}

#[tokio::test]
async fn natural_keys_answer_like_the_first_time() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    story.accepted("ayu", terms(idr(10))).await;
    // One refund waits, so that the sale writes two events.
    let refund = story.refund("o-1", idr(10), day(0));
    let refunded = server.write(refund.clone()).await;
    let sale = story.sale("o-1", Some(idr(100)), day(0), Some("ayu"));
    let sold = server.write(sale.clone()).await;
    let receipt = sold.receipt.clone().unwrap();
    assert_eq!(receipt.last_position, receipt.first_position + 1);
    let head = server.head().await;
    assert_eq!(server.write(refund).await, refunded);
    assert_eq!(server.write(sale).await, sold);
    assert_eq!(server.head().await, head);

    let other = story.refund("o-1", idr(11), day(0));
    let refusal = server.refused_for_nothing(other).await;
    refusal.is(Code::AlreadyExists, ErrorReason::AlreadyExists);
}

#[tokio::test]
async fn many_senders_of_one_request_get_one_event() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    let before = server.head().await;
    let request = named(story.profile("ayu", 20_000), "r-1");
    let answers = together((0..50).map(|_| {
        let (client, request) = (story.client.clone(), request.clone());
        async move { client.write(request).await }
    }));
    let answers = answers.await;
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(server.head().await, before + 1);
}

#[tokio::test]
async fn a_rehearsal_shows_the_state_after_and_changes_nothing() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    server.write(story.profile("ayu", 20_000)).await;
    let head = server.head().await;

    let invite = named(story.invite("ayu", terms(idr(1_000))), "r-1");
    let shown = server.write(rehearsed(invite.clone())).await;
    let receipt = shown.receipt.unwrap();
    assert_eq!((receipt.first_position, receipt.last_position), (0, 0));
    assert_eq!(receipt.recorded_at, Some(day(0)));
    let shown = shown.collaboration.unwrap();
    assert_eq!(shown.state(), CollaborationState::Invited);
    assert_eq!(server.head().await, head);
    let missing = server.refused(story.accept("ayu")).await;
    missing.is(Code::NotFound, ErrorReason::CollaborationNotFound);
    // A refusal is the same in a rehearsal.
    let refusal = server
        .refused_for_nothing(rehearsed(story.accept("ayu")))
        .await;
    refusal.is(Code::NotFound, ErrorReason::CollaborationNotFound);

    // A rehearsal does not use up the id.
    let invited = server.write(invite).await.collaboration.unwrap();
    assert_eq!(invited, shown);
}

#[tokio::test]
async fn a_rehearsal_of_what_happened_gets_the_first_answer() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    let profile = named(story.profile("ayu", 20_000), "r-1");
    let first = server.write(profile.clone()).await;
    server.write(story.profile("ayu", 30_000)).await;
    let head = server.head().await;
    assert_eq!(server.write(rehearsed(profile)).await, first);
    let other = rehearsed(named(story.profile("ayu", 40_000), "r-1"));
    let refusal = server.refused(other).await;
    refusal.is(Code::FailedPrecondition, ErrorReason::RequestIdReused);
    assert_eq!(server.head().await, head);
}

#[tokio::test]
async fn a_rehearsed_claim_gets_its_outcome() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    story.accepted("ayu", terms(idr(10))).await;
    let sale = |value| story.sale("o-1", Some(idr(value)), day(0), Some("ayu"));
    let shown = server.write(rehearsed(sale(100))).await;
    assert_eq!(shown.outcome(), ConversionOutcome::Attributed);
    server.write(sale(100)).await;
    let shown = server.write(rehearsed(sale(200))).await;
    assert_eq!(shown.outcome(), ConversionOutcome::Rejected);
    let standing = shown.conversion.unwrap();
    assert_eq!(standing.value, Some(idr(100)));
    let done = server.write(sale(200)).await;
    assert_eq!(done.outcome(), ConversionOutcome::Rejected);
    assert_eq!(done.conversion, Some(standing));
}

#[tokio::test]
async fn an_id_that_is_made_is_made_again_by_a_retry() {
    let server = Server::start().await;
    let story = Story::of("kopi", "", "IDR", &server);
    let request = |id| {
        let mut request = story.create(plan("IDR"));
        request.context = by_brand(id);
        request
    };
    let first = server.write(request("r-1")).await;
    assert_eq!(server.write(request("r-1")).await, first);
    let id = |answer: CreateCampaignResponse| answer.campaign.unwrap().campaign_id;
    let first = id(first);
    assert_eq!(first.len(), 36);
    assert_ne!(id(server.write(request("r-2")).await), first);
    assert_ne!(
        id(server.write(request("")).await),
        id(server.write(request("")).await)
    );
}
