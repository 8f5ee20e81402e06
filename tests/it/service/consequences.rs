//! Commands with many consequences, and entities with a long history, through the real server.

use std::collections::BTreeMap;

use campaign_ledger::wire::proto::api::log_scope::Scope;
use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::event::Record;
use campaign_ledger::wire::proto::event::record::Event;
use campaign_ledger::wire::proto::values::*;
use prost::Message as _;
use tonic::Code;

use crate::service::lists::pages;
use crate::support::batch::decoded;
use crate::support::server::{
    Client, FAR, Server, Story, day, evidence, for_creator, idr, terms, together,
};

/// Reasons that the tests of this file expect, among others.
pub const SHOWS: &[ErrorReason] = &[ErrorReason::LimitReached];

/// Returns a reason of maximum length, in characters of four bytes.
fn long_reason() -> String {
    "𝒽".repeat(500)
}

fn conversion_of(story: &Story, order: &str) -> GetConversionRequest {
    GetConversionRequest {
        brand_id: story.brand.clone(),
        order_source: String::from("shop"),
        order_id: order.to_owned(),
        ..GetConversionRequest::default()
    }
}

/// Repeats a query until the answer is as wanted.
async fn until<T, F: Future<Output = T>>(ask: impl Fn() -> F, is_wanted: impl Fn(&T) -> bool) -> T {
    let asking = async {
        loop {
            let answer = ask().await;
            if is_wanted(&answer) {
                return answer;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(FAR, asking).await.unwrap()
}

async fn campaign(story: &Story) -> Campaign {
    let request = GetCampaignRequest {
        brand_id: story.brand.clone(),
        campaign_id: story.campaign.clone(),
        min_position: 0,
        as_of: None,
    };
    story.client.read(request).await.campaign.unwrap()
}

#[tokio::test]
async fn an_order_comes_after_a_hundred_refunds_with_long_reasons() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    story.accepted("ayu", terms(idr(1))).await;
    for number in 0..100 {
        let mut refund = story.refund("o-1", idr(1), day(0));
        refund.refund_id = format!("r-{number}");
        server.write(refund).await;
    }
    let mut one_more = story.refund("o-1", idr(1), day(0));
    one_more.refund_id = String::from("one-more");
    let refusal = server.refused_for_nothing(one_more).await;
    let refusal = refusal.is(Code::FailedPrecondition, ErrorReason::LimitReached);
    assert_eq!(refusal.metadata["limit"], "100");

    let mut sale = story.sale("o-1", Some(idr(1_000)), day(0), Some("ayu"));
    sale.context = for_creator("sale", &long_reason());
    let context = sale.context.as_mut().unwrap();
    context.actor.as_mut().unwrap().kind = ActorKind::Creator.into();
    let other = context.on_behalf_of.as_mut().unwrap();
    other.actor.as_mut().unwrap().kind = ActorKind::Brand.into();
    let told = server.write(sale.clone()).await;
    let receipt = told.receipt.clone().unwrap();
    assert_eq!(receipt.last_position - receipt.first_position, 20);
    let is_settled = |answer: &GetConversionResponse| {
        let refunds = &answer.conversion.as_ref().unwrap().refunds;
        refunds.iter().all(|refund| !refund.waiting)
    };
    let ask = || server.read(conversion_of(&story, "o-1"));
    let found = until(ask, is_settled).await.conversion.unwrap();
    assert_eq!((found.refunds.len(), found.net_minor), (100, Some(90_000)));
    let roi = story.roi().await.total.unwrap().revenue.unwrap();
    assert_eq!((roi.gross_minor, roi.refunds_minor), (100_000, 10_000));
    // A repeated claim gets the claim's answer, without what the ledger did since.
    let again = server.write(sale).await.receipt.unwrap();
    assert_eq!(
        (again.first_position, again.last_position),
        (receipt.first_position, receipt.last_position)
    );
}

/// Opens a campaign with this many open invitations.
async fn with_invitations(client: &Client, count: usize) -> (Story, Vec<String>) {
    let story = Story::open(client, "launch").await;
    let names: Vec<String> = (0..count).map(|number| format!("c-{number:04}")).collect();
    let profiles = names.iter().map(|who| {
        let (client, profile) = (client.clone(), story.profile(who, 1_000));
        async move { client.write(profile).await }
    });
    together(profiles).await;
    for some in names.chunks(500) {
        let some: Vec<&str> = some.iter().map(String::as_str).collect();
        let batch = story.invite_all("", &some, terms(idr(1)));
        client.call(batch).await.unwrap();
    }
    (story, names)
}

/// Returns every event after a position.
async fn events_after(client: &Client, position: u64) -> Vec<Record> {
    let mut audit = audit_service_client::AuditServiceClient::new(client.channel());
    let request = ReadEventsRequest {
        scope: Some(LogScope {
            scope: Some(Scope::All(WholeLog {})),
        }),
        after_position: position,
        ..ReadEventsRequest::default()
    };
    let mut events = audit.read_events(request).await.unwrap().into_inner();
    let mut records = Vec::new();
    while let Some(message) = events.message().await.unwrap() {
        records.extend(message.batch.iter().flat_map(decoded));
    }
    records
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_campaign_with_many_open_invitations_closes() {
    const INVITED: usize = 400;
    let server = Server::start().await;
    let (story, names) = with_invitations(&server, INVITED).await;
    let head = server.head().await;
    let closed = server.write(story.close(true)).await.campaign.unwrap();
    assert_eq!(closed.state(), CampaignState::Closed);
    assert_eq!((closed.open_invitations, closed.applications), (0, 0));
    assert_eq!(closed.budget.unwrap().reserved_minor, 0);

    // From then on all of them have ended, whether an event records it yet or not.
    let last = names.last().unwrap();
    let refusal = server.refused(story.accept(last)).await;
    let expected = [ErrorReason::CampaignState, ErrorReason::CollaborationState];
    assert!(expected.contains(&refusal.reason), "{refusal}");
    let request = ListCollaborationsRequest {
        brand_id: story.brand.clone(),
        campaign_id: story.campaign.clone(),
        states: vec![CollaborationState::Withdrawn.into()],
        page_size: 1_000,
        ..ListCollaborationsRequest::default()
    };
    assert_eq!(server.read(request).await.collaborations.len(), INVITED);
    assert_eq!(server.read(story.worklist()).await.tasks, []);

    until(|| campaign(&story), |found| found.ending == 0).await;
    check_ends(&server, head, INVITED).await;
}

/// One event closed the campaign, and one event per invitation records its end.
async fn check_ends(client: &Client, head: u64, invited: usize) {
    let records = events_after(client, head).await;
    assert!(matches!(records[0].event, Some(Event::CampaignClosed(_))));
    let mut ends: BTreeMap<String, u32> = BTreeMap::new();
    for record in &records[1..] {
        assert!(matches!(record.event, Some(Event::InvitationWithdrawn(_))));
        *ends.entry(record.collaboration_id.clone()).or_default() += 1;
    }
    assert_eq!(ends.len(), invited);
    assert!(ends.values().all(|ends| *ends == 1), "each ends once");
    let by_ledger = records
        .iter()
        .filter(|record| record.actor.as_ref().unwrap().kind() == ActorKind::System);
    assert_eq!(by_ledger.count(), invited - 20);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_close_comes_to_goes_on_after_a_restart() {
    const INVITED: usize = 1_000;
    let server = Server::start().await;
    let (story, _) = with_invitations(&server, INVITED).await;
    let head = server.head().await;
    server.write(story.close(true)).await;
    let left = |found: &Campaign| found.ending < INVITED as u32 - 20;
    until(|| campaign(&story), left).await;
    let resting = server.stop().await;
    resting.forget_folds();
    let server = resting.start().await;
    let story = Story::of("kopi", "launch", "IDR", &server);
    until(|| campaign(&story), |found| found.ending == 0).await;
    check_ends(&server, head, INVITED).await;
}

#[tokio::test]
async fn a_creator_with_seventy_long_flags_is_read_and_listed() {
    const FLAGS: usize = 70;
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    server.write(story.profile("ayu", 20_000)).await;
    server.write(story.profile("bima", 20_000)).await;
    for number in 0..FLAGS {
        let mut raise = story.raise("ayu", &format!("f-{number:02}"));
        raise.evidence = vec![evidence(&"𝒽".repeat(2_000)); 10];
        let answer = server.write(raise).await.creator.unwrap();
        assert!(answer.encoded_len() < 300 << 10, "no history in answers");
        assert_eq!(answer.flags_raised as usize, number + 1);
    }
    let get = GetCreatorRequest {
        brand_id: story.brand.clone(),
        creator_id: String::from("ayu"),
        min_position: 0,
        as_of: None,
    };
    let ayu = server.read(get).await.creator.unwrap();
    assert_eq!(
        (ayu.open_flags as usize, ayu.flags_raised as usize),
        (FLAGS, FLAGS)
    );
    assert_eq!(ayu.flags.last().unwrap().flag_id, "f-69", "the latest");
    let list = ListCreatorsRequest {
        brand_id: story.brand.clone(),
        ..ListCreatorsRequest::default()
    };
    assert_eq!(server.read(list).await.creators.len(), 2);

    let list = ListSafetyFlagsRequest {
        brand_id: story.brand.clone(),
        creator_id: String::from("ayu"),
        ..ListSafetyFlagsRequest::default()
    };
    let turn = |request: &mut ListSafetyFlagsRequest, token| request.page_token = token;
    let flags = pages(&server, list, turn, |answer| {
        assert!(answer.encoded_len() < 4 << 20);
        (answer.flags, answer.next_page_token)
    });
    let flags = flags.await.concat();
    let ids: Vec<&str> = flags.iter().map(|flag| flag.flag_id.as_str()).collect();
    let expected: Vec<String> = (0..FLAGS).map(|number| format!("f-{number:02}")).collect();
    assert_eq!(ids, expected);
}

#[tokio::test]
async fn answers_about_an_agreement_do_not_grow_with_its_holds() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    story.accepted("ayu", terms(idr(1))).await;
    let mut sizes = Vec::new();
    for number in 0..100 {
        let hold = format!("h-{number:03}");
        server.write(story.place_hold("ayu", &hold)).await;
        let released = server.write(story.release_hold("ayu", &hold)).await;
        let released = released.collaboration.unwrap();
        assert_eq!(released.holds_placed, number + 1);
        assert_eq!(released.open_holds, 0);
        sizes.push(released.encoded_len());
    }
    assert!(sizes[99] < sizes[30] + 50, "{sizes:?}");

    let list = |open| ListHoldsRequest {
        brand_id: story.brand.clone(),
        campaign_id: story.campaign.clone(),
        collaboration_id: String::from("ayu"),
        open,
        page_size: 30,
        ..ListHoldsRequest::default()
    };
    let turn = |request: &mut ListHoldsRequest, token| request.page_token = token;
    for (open, expected) in [(None, 100), (Some(false), 100), (Some(true), 0)] {
        let holds = pages(&server, list(open), turn, |answer| {
            (answer.holds, answer.next_page_token)
        });
        let holds = holds.await.concat();
        assert_eq!(holds.len(), expected);
        assert!(holds.is_sorted_by_key(|hold| hold.hold_id.clone()));
    }
    let mut then = list(Some(true));
    let head = server.head().await;
    then.as_of = Some(AsOf {
        at: Some(as_of::At::Position(head - 1)),
    });
    let then = server.call(then).await.unwrap().holds;
    assert_eq!(then.len(), 1, "the last one was on");
    assert_eq!(then[0].hold_id, "h-099");
}

/// Returns terms of about 30 KiB.
fn long_terms() -> Terms {
    let right = |number: usize| UsageRights {
        rights_id: format!("u-{number}"),
        scope: UsageScope::All.into(),
        channels: (0..20).map(|channel| format!("{channel:064}")).collect(),
        starts_at: Some(day(0)),
        ..UsageRights::default()
    };
    Terms {
        usage_rights: (0..15).map(right).collect(),
        ..terms(idr(1))
    }
}

#[tokio::test]
async fn a_collaboration_whose_terms_changed_fifty_times_is_read_and_listed() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    story.accepted("ayu", long_terms()).await;
    for version in 2..=50 {
        server.write(story.amend_terms("ayu", long_terms())).await;
        let answer = server.write(story.accept_amendment("ayu", version)).await;
        assert!(answer.encoded_len() < 1 << 20, "no history in answers");
    }
    let refusal = server.refused_for_nothing(story.amend_terms("ayu", long_terms()));
    let refusal = refusal.await;
    let refusal = refusal.is(Code::FailedPrecondition, ErrorReason::LimitReached);
    assert_eq!(refusal.metadata["limit"], "50");
    let request = ListCollaborationsRequest {
        brand_id: story.brand.clone(),
        ..ListCollaborationsRequest::default()
    };
    let listed = server.read(request).await.collaborations;
    let versions = listed[0].terms_versions.iter();
    let versions: Vec<u32> = versions.map(|one| one.terms_version).collect();
    assert_eq!(versions.last(), Some(&50));
    assert!(versions.len() > 10 && versions.is_sorted(), "{versions:?}");
}
