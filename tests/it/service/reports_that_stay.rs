//! Final reports: later facts change no revision, but lead to another one.

use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::{CostType, Counters};
use prost::Message as _;
use sha2::{Digest, Sha256};

use crate::support::server::{Server, Story, day, idr, terms};

fn likes(likes: u64) -> Counters {
    Counters {
        likes: Some(likes),
        ..Counters::default()
    }
}

/// Makes an ended campaign: one post with 100 likes, Rp1,000,000 paid, an order of Rp3,000,000.
async fn ended(server: &Server) -> Story {
    let story = Story::open(server, "launch").await;
    story.accepted("ayu", terms(idr(1_000_000))).await;
    server.clock().set(day(2));
    story.published("ayu", day(1)).await;
    server.write(story.observe("ayu", day(2), likes(100))).await;
    let sale = story.sale("o-1", Some(idr(3_000_000)), day(2), Some("ayu"));
    server.write(sale).await;
    let ayu = Some("ayu");
    story.paid("fee", ayu, CostType::Fee, idr(1_000_000)).await;
    server.write(story.verify("ayu")).await;
    server.write(story.complete("ayu")).await;
    server.write(story.close(false)).await;
    story
}

/// Returns the numbers of a revision as bytes.
async fn numbers(story: &Story, revision: u32) -> (FinalReport, Vec<u8>) {
    let answer = story.client.read(story.report(revision)).await;
    assert!(answer.is_reproduced);
    (answer.report.unwrap(), answer.roi.unwrap().encode_to_vec())
}

/// Records facts after revision 1: a refund of Rp500,000, and 120 likes instead of 100. Returns the
/// positions of both.
async fn late_facts(server: &Server, story: &Story) -> [u64; 2] {
    let refund = story.refund("o-1", idr(500_000), day(2));
    let refunded = server.write(refund).await.receipt.unwrap();
    // An event that changes no number is not a reason.
    server.write(story.profile("ayu", 21_000)).await;
    server.write(story.observe("ayu", day(1), likes(90))).await;
    let seen = server.write(story.observe("ayu", day(3), likes(120))).await;
    [
        refunded.first_position,
        seen.receipt.unwrap().first_position,
    ]
}

#[tokio::test]
async fn a_revision_stays_as_it_was_whatever_is_recorded_later() {
    let server = Server::start().await;
    let story = ended(&server).await;
    let head = server.head().await;
    let live = story.roi().await;
    let made = server.write(story.finalise()).await.report.unwrap();
    assert_eq!((made.revision, made.as_of_position), (1, head));
    assert_eq!(made.finalised_position, head + 1);
    assert_eq!(made.definitions, "metrics-v1");
    let (report, first) = numbers(&story, 1).await;
    assert_eq!(report, made);
    assert_eq!(&Sha256::digest(&first)[..], &report.report_sha256[..]);
    // The numbers are those of the live report.
    let roi = CampaignRoi::decode(&first[..]).unwrap();
    assert_eq!((&roi.total, &roi.on_time), (&live.total, &live.on_time));
    assert_eq!(roi.state(), CampaignState::Finalised);

    server.clock().set(day(4));
    late_facts(&server, &story).await;
    let second = server.write(story.finalise()).await.report.unwrap();
    assert_eq!(second.revision, 2);
    assert_eq!(story.roi().await.report_revisions, 2);
    assert_eq!(numbers(&story, 1).await, (report.clone(), first.clone()));
    let last = numbers(&story, 0).await;
    assert_ne!(last.1, first);

    let server = server.restart().await;
    let story = Story::of("kopi", "launch", "IDR", &server);
    assert_eq!(numbers(&story, 1).await, (report.clone(), first.clone()));
    // And computed from the log alone.
    let resting = server.stop().await;
    resting.forget_folds();
    let server = resting.start().await;
    let story = Story::of("kopi", "launch", "IDR", &server);
    assert_eq!(numbers(&story, 1).await, (report, first));
    assert_eq!(numbers(&story, 2).await, last);
}

#[tokio::test]
async fn two_revisions_differ_by_named_numbers_and_the_events_behind_them() {
    let server = Server::start().await;
    let story = ended(&server).await;
    server.write(story.finalise()).await;
    server.clock().set(day(4));
    let [refunded, seen] = late_facts(&server, &story).await;
    server.write(story.finalise()).await;

    let answer = server.read(story.compare(1, 2)).await;
    assert_eq!(answer.from.unwrap().revision, 1);
    assert_eq!(answer.to.unwrap().revision, 2);
    let events: Vec<_> = answer.events.iter().collect();
    let told = |event: &ChangingEvent| (event.position, event.r#type.clone());
    assert_eq!(
        events.into_iter().map(told).collect::<Vec<_>>(),
        [
            (refunded, String::from("RefundRecorded")),
            (seen, String::from("EngagementRecorded"))
        ]
    );
    assert_eq!(answer.next_page_token, "");
    let change = |path: &str| {
        let found = answer.changes.iter().find(|change| change.path == path);
        found.map(|change| (change.before.as_str(), change.after.as_str()))
    };
    let refunds = change("total.revenue.refunds_minor");
    assert_eq!(refunds, Some(("0", "50000000")), "{:#?}", answer.changes);
    assert_eq!(change("total.cost.paid_minor"), None);
    let of_accrued = "total.returns[COST_BASIS_ACCRUED].roi.parts_per_million";
    // (3,000,000 − 1,000,000) ÷ 1,000,000, then with Rp2,500,000.
    assert_eq!(change(of_accrued), Some(("2000000", "1500000")));

    // One event per page.
    let mut asked = story.compare(1, 2);
    asked.page_size = 1;
    let first = server.read(asked.clone()).await;
    assert_eq!(first.events, answer.events[..1]);
    asked.page_token = first.next_page_token;
    let last = server.read(asked).await;
    assert_eq!(last.events, answer.events[1..]);
    assert_eq!(last.next_page_token, "");
    assert_eq!(last.changes, answer.changes);
}

#[tokio::test]
async fn revisions_are_listed_page_by_page_and_counted() {
    let server = Server::start().await;
    let story = ended(&server).await;
    let mut made = Vec::new();
    for number in 0..3 {
        let cost = story.cost(
            &format!("c-{number}"),
            None,
            CostType::Shipping,
            idr(1),
            day(1),
        );
        server.write(cost).await;
        made.push(server.write(story.finalise()).await.report.unwrap());
    }
    let mut request = ListReportsRequest {
        brand_id: story.brand.clone(),
        campaign_id: story.campaign.clone(),
        page_size: 2,
        ..ListReportsRequest::default()
    };
    let first = server.read(request.clone()).await;
    assert_eq!(first.reports, made[..2]);
    request.page_token = first.next_page_token;
    let last = server.read(request).await;
    assert_eq!(
        (last.reports, last.next_page_token),
        (made[2..].to_vec(), String::new())
    );
    let campaign = GetCampaignRequest {
        brand_id: story.brand.clone(),
        campaign_id: story.campaign.clone(),
        min_position: 0,
        as_of: None,
    };
    assert_eq!(server.read(campaign).await.campaign.unwrap().reports, 3);
}
