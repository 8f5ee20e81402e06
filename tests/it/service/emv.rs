//! Earned media value: what a brand's model holds the counters of posts to be worth.

use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::*;
use tonic::Code;

use crate::support::server::{Server, Story, day, deliverable, idr, money, plan, price, terms};

/// Reasons that the tests of this file expect, among others.
pub const SHOWS: &[ErrorReason] = &[ErrorReason::EmvModelDefined];

fn seen(likes: u64, views: u64) -> Counters {
    Counters {
        likes: Some(likes),
        views: Some(views),
        ..Counters::default()
    }
}

fn prices(like: i64) -> Vec<EmvPrice> {
    vec![
        price(Platform::Instagram, Counter::Likes, idr(like)),
        price(Platform::Instagram, Counter::Views, idr(20_000)),
        price(Platform::Tiktok, Counter::Views, idr(5_000)),
    ]
}

async fn posts_on(story: &Story, who: &str, platform: Platform, counters: Counters) {
    let mut terms = terms(idr(1_000));
    terms.deliverables = vec![DeliverableTerms {
        platform: platform.into(),
        ..deliverable("d1")
    }];
    story.accepted(who, terms).await;
    story.published(who, day(1)).await;
    story
        .client
        .write(story.observe(who, day(2), counters))
        .await;
}

/// A post on Instagram, and one on TikTok whose likes have no price.
async fn told(server: &Server) -> Story {
    server.clock().set(day(3));
    let story = Story::of("kopi", "launch", "IDR", server);
    server.write(story.define("v1", prices(300_000))).await;
    server.write(story.create(plan("IDR"))).await;
    server.write(story.start()).await;
    posts_on(&story, "ayu", Platform::Instagram, seen(1_500, 40_001)).await;
    posts_on(&story, "budi", Platform::Tiktok, seen(9_000, 100_000)).await;
    story
}

fn value(figures: &Figures) -> (&str, Option<u64>) {
    let metric = figures.engagement[0].emv.as_ref().unwrap();
    (metric.exact.as_str(), metric.posts_covered)
}

#[tokio::test]
async fn engagement_is_valued_by_platform_and_counter() {
    let server = Server::start().await;
    let story = told(&server).await;
    // 1,500 · 300 + 40,001 · 20 + 100,000 · 5
    let roi = story.roi().await;
    assert_eq!(value(roi.total.as_ref().unwrap()), ("1750020/1", Some(2)));
    assert_eq!(roi.emv_model_version, "v1");
    // It is in no return: nothing was sold for the fees.
    let returns = &roi.total.as_ref().unwrap().returns;
    let accrued = returns
        .iter()
        .find(|one| one.basis() == CostBasis::Committed);
    let net = accrued.unwrap().net_return.as_ref().unwrap();
    assert_eq!(net.exact, "-2000/1");
    let ayu = GetCollaborationPerformanceRequest {
        brand_id: story.brand.clone(),
        campaign_id: story.campaign.clone(),
        collaboration_id: String::from("ayu"),
        ..GetCollaborationPerformanceRequest::default()
    };
    let ayu = server.read(ayu).await.performance.unwrap();
    assert_eq!(value(ayu.total.as_ref().unwrap()), ("1250020/1", Some(1)));
    assert_eq!(ayu.emv_model_version, "v1");

    // A correction is valued too, and a past answer stays.
    let head = server.head().await;
    let again = story.observe("ayu", day(3), seen(2_500, 40_001));
    server.write(again).await;
    let server = server.restart().await;
    let story = Story::of("kopi", "launch", "IDR", &server);
    let roi = story.roi().await;
    assert_eq!(value(roi.total.as_ref().unwrap()), ("2050020/1", Some(2)));
    let before = GetCampaignRoiRequest {
        brand_id: story.brand.clone(),
        campaign_id: story.campaign.clone(),
        as_of: Some(AsOf {
            at: Some(as_of::At::Position(head)),
        }),
        ..GetCampaignRoiRequest::default()
    };
    let before = server.read(before).await.roi.unwrap();
    assert_eq!(
        value(before.total.as_ref().unwrap()),
        ("1750020/1", Some(2))
    );
}

#[tokio::test]
async fn a_campaign_keeps_the_model_it_opened_with() {
    let server = Server::start().await;
    let story = told(&server).await;
    let before = story.roi().await.total;
    let written = server.write(story.define("v2", prices(999))).await;
    let models = written.settings.unwrap().emv_models;
    let versions: Vec<_> = models.iter().map(|one| one.version.as_str()).collect();
    assert_eq!(versions, ["v1", "v2"]);
    assert_eq!(models[1].prices, prices(999));
    assert_eq!(story.roi().await.total, before);
    let next = Story::open_with(&server, "next", plan("IDR")).await;
    assert_eq!(next.roi().await.emv_model_version, "v2");
    // No model has prices in its currency.
    let dollars = Story::open_with(&server, "dollars", plan("USD")).await;
    assert_eq!(dollars.roi().await.emv_model_version, "");

    let refusal = server.refused_for_nothing(story.define("v1", prices(1)));
    let refusal = refusal.await;
    assert_eq!(refusal.reason, ErrorReason::EmvModelDefined);
    assert_eq!(refusal.metadata["version"], "v1");
}

#[tokio::test]
async fn models_that_break_a_rule_are_refused_by_field() {
    let server = Server::start().await;
    let story = Story::of("kopi", "launch", "IDR", &server);
    let like = |amount| vec![price(Platform::Instagram, Counter::Likes, amount)];
    let broken = [
        (story.define("V 1", prices(1)), "emv_model.version"),
        (
            story.define("v1", [like(idr(1)), like(idr(2))].concat()),
            "emv_model.prices[1]",
        ),
        (
            story.define("v1", like(money("USD", 1))),
            "emv_model.prices[0].price_per_thousand.currency_code",
        ),
        (
            story.define("v1", like(money("IDR", 0))),
            "emv_model.prices[0].price_per_thousand.minor_units",
        ),
        (
            story.define("v1", like(money("IDR", 1_000_000_000_001))),
            "emv_model.prices[0].price_per_thousand",
        ),
        (
            story.define("v1", vec![EmvPrice::default()]),
            "emv_model.prices[0].counter",
        ),
        (
            DefineEmvModelRequest {
                emv_model: None,
                ..story.define("v1", Vec::new())
            },
            "emv_model",
        ),
    ];
    for (request, field) in broken {
        let refusal = server.refused_for_nothing(request).await;
        assert_eq!(refusal.code, Code::InvalidArgument);
        let names = refusal.field_names();
        assert!(names.contains(&field), "{field}: {names:?}");
    }
}
