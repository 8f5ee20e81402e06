//! Published examples, played through the server: the numbers must be ours, not the printed ones.

mod inputs;
mod played;

use std::collections::BTreeMap;

use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::Tier;
use serde::Deserialize;
use tonic::Code;

use super::numbers::{BASES, Number, decimal, fraction, of_figures};
use crate::support::server::{Server, Story, day, idr, plan, terms, together};

/// One example; what it does not state is absent, not 0.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Case {
    id: String,
    url: String,
    cur: Option<String>,
    cost: Option<i64>,
    revenue: Option<i64>,
    followers: Option<u64>,
    likes: Option<u64>,
    comments: Option<u64>,
    shares: Option<u64>,
    engagements: Option<u64>,
    views: Option<u64>,
    impressions: Option<u64>,
    reach: Option<u64>,
    clicks: Option<u64>,
    conversions: Option<u64>,
    gifted: Option<u64>,
    posted: Option<u64>,
    emv_cpm: Option<i64>,
    prev: Option<u64>,
    kept: Option<u64>,
    expect: BTreeMap<String, String>,
    page_prints: BTreeMap<String, f64>,
}

impl Case {
    fn is_about_a_campaign(&self) -> bool {
        self.id != "TIER" && self.prev.is_none()
    }
}

fn cases() -> Vec<Case> {
    let cases: Vec<Case> = serde_json::from_str(include_str!("worked_cases.json")).unwrap();
    assert_eq!(cases.len(), 12);
    cases
}

fn case(id: &str) -> Case {
    cases().into_iter().find(|case| case.id == id).unwrap()
}

/// Returns the numbers of a campaign on one cost basis.
fn numbers_of(report: &CampaignRoi, basis: CostBasis) -> BTreeMap<&'static str, Number> {
    let mut numbers = of_figures(report.total.as_ref().unwrap(), basis);
    let post_rate = report.post_rate.clone().unwrap();
    numbers.insert("post_rate", Number::Ratio(post_rate));
    numbers
}

/// Returns our name for a number that the page prints.
fn our_name(printed: &str) -> &str {
    match printed {
        "cpm" => "cpm_impressions",
        other => other,
    }
}

#[tokio::test]
async fn every_published_example_comes_out_of_the_server() {
    let server = Server::start().await;
    server.clock().set(day(2));
    let reports = cases()
        .into_iter()
        .filter(Case::is_about_a_campaign)
        .map(|case| {
            let client = (*server).clone();
            async move {
                let report = played::play(&client, &case).await.roi().await;
                (case, report)
            }
        });
    for (case, report) in together(reports).await {
        let mut own = inputs::of_inputs(&case);
        own.insert("post_rate", inputs::post_rate(&case));
        for basis in BASES {
            let numbers = numbers_of(&report, basis);
            assert_eq!(numbers.len(), own.len());
            for (name, number) in &numbers {
                // Absent with the reason, when an input is missing.
                assert_eq!(number.exact(), own[name], "{} {name} {basis:?}", case.id);
                number.is_published_rounded_half_even();
            }
            for (name, expected) in &case.expect {
                let value = numbers[name.as_str()].exact().unwrap();
                assert_eq!(value, fraction(expected), "{} {name}", case.id);
                assert_eq!(
                    numbers[name.as_str()].text(),
                    expected,
                    "{} {name}",
                    case.id
                );
            }
            for (name, printed) in &case.page_prints {
                let ours = numbers[our_name(name)].exact().unwrap();
                assert_ne!(
                    ours,
                    decimal(*printed),
                    "{} {name} at {}",
                    case.id,
                    case.url
                );
            }
        }
    }
}

#[tokio::test]
async fn a_campaign_without_facts_has_no_numbers_but_reasons() {
    let server = Server::start().await;
    let report = Story::open(&server, "launch").await.roi().await;
    let mut own = inputs::of_inputs(&Case::default());
    own.insert("post_rate", inputs::post_rate(&Case::default()));
    for basis in BASES {
        let numbers = numbers_of(&report, basis);
        for (name, number) in &numbers {
            assert_eq!(number.exact(), own[name], "{name}");
        }
        let present: Vec<_> = numbers
            .iter()
            .filter(|(_, number)| number.exact().is_ok())
            .map(|(name, _)| *name)
            .collect();
        assert_eq!(present, ["cost", "net_return"]);
    }
}

#[tokio::test]
async fn tiers_follow_the_raw_count() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    for (followers, tier) in case("TIER").expect {
        let count: u64 = followers.parse().unwrap();
        let tier = Tier::from_str_name(&format!("TIER_{tier}")).unwrap();
        let who = format!("of-{followers}");
        let creator = server
            .write(story.profile(&who, count))
            .await
            .creator
            .unwrap();
        assert_eq!(creator.tier(), tier, "{followers}");
        server.write(story.invite(&who, terms(idr(1)))).await;
        let accepted = server
            .write(story.accept(&who))
            .await
            .collaboration
            .unwrap();
        let acceptance = accepted.acceptance.unwrap();
        assert_eq!(acceptance.tier(), tier, "{followers}");
        assert_eq!(acceptance.followers, Some(count));
        assert_eq!(acceptance.tier_scheme, "seed-v1");
    }
    let mut stranger = story.profile("stranger", 0);
    stranger.profile = Some(CreatorProfile::default());
    let creator = server.write(stranger).await.creator.unwrap();
    assert_eq!(creator.tier(), Tier::Unknown);
}

/// Every creator of the example accepts a brief of this campaign.
async fn all_accept(story: &Story, creators: u64) {
    let accepting = (0..creators).map(|number| {
        let story = story.clone();
        let who = format!("creator-{number:04}");
        async move {
            story.client.write(story.invite(&who, terms(idr(0)))).await;
            story.client.write(story.accept(&who)).await;
        }
    });
    together(accepting).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn retention_counts_who_came_back() {
    let case = case("W21");
    let (prev, kept) = (case.prev.unwrap(), case.kept.unwrap());
    let server = Server::start().await;
    let first = Story::open(&server, "first").await;
    together((0..prev).map(|number| {
        let story = first.clone();
        let request = story.profile(&format!("creator-{number:04}"), 20_000);
        async move { story.client.write(request).await }
    }))
    .await;
    all_accept(&first, prev).await;
    let mut later = plan("IDR");
    later.end_at = Some(day(59));
    let second = Story::open_with(&server, "second", later).await;
    server.clock().set(day(6));
    all_accept(&second, kept).await;

    let request = GetCreatorRetentionRequest {
        brand_id: String::from("kopi"),
        first_from: Some(day(0)),
        first_until: Some(day(3)),
        second_from: Some(day(3)),
        second_until: Some(day(60)),
        min_position: 0,
        as_of: None,
    };
    let answer = server.read(request.clone()).await;
    assert_eq!((answer.creators_first, answer.creators_kept), (prev, kept));
    let retention = answer.retention.unwrap();
    assert_eq!(retention.exact, case.expect["retention"]);
    assert_eq!(
        retention.value,
        Some(ratio_metric::Value::PartsPerMillion(500_000))
    );

    let nobody = GetCreatorRetentionRequest {
        brand_id: String::from("teh"),
        ..request.clone()
    };
    let answer = server.read(nobody).await;
    let absent = ratio_metric::Value::Absent(AbsentReason::ZeroDenominator.into());
    assert_eq!(answer.retention.unwrap().value, Some(absent));

    let overlapping = GetCreatorRetentionRequest {
        second_from: Some(day(2)),
        ..request
    };
    let refusal = server.refused(overlapping).await;
    refusal
        .is(Code::InvalidArgument, ErrorReason::InvalidField)
        .names(&["second_from"]);
}
