//! A brand as a whole: awareness by day, groups in comparison, partnerships ordered by a number.

use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::{CostType, Counters, Platform, Terms, Tier};
use tonic::Code;

use crate::support::server::{Client, Server, Story, by_brand, day, deliverable, idr, plan, terms};

fn seen(likes: u64, views: u64, reach: Option<u64>) -> Counters {
    Counters {
        likes: Some(likes),
        views: Some(views),
        reach,
        ..Counters::default()
    }
}

/// A creator who was paid, posted and sold.
struct Work {
    who: &'static str,
    followers: u64,
    niches: &'static [&'static str],
    platform: Platform,
    /// Rupiah.
    fee: i64,
    /// Rupiah.
    sold: i64,
    posted: i64,
    likes: u64,
}

/// Three micro-influencers and a larger one; the campaign looks for skincare and food.
const WORKS: [Work; 4] = [
    Work {
        who: "ayu",
        followers: 20_000,
        niches: &["skincare", "travel"],
        platform: Platform::Instagram,
        fee: 1_000,
        sold: 3_000,
        posted: 1,
        likes: 500,
    },
    Work {
        who: "budi",
        followers: 50_000,
        niches: &["food", "skincare"],
        platform: Platform::Tiktok,
        fee: 1_000,
        sold: 2_000,
        posted: 1,
        likes: 300,
    },
    Work {
        who: "citra",
        followers: 30_000,
        niches: &["travel"],
        platform: Platform::Instagram,
        fee: 2_000,
        sold: 1_000,
        posted: 4,
        likes: 200,
    },
    Work {
        who: "dewi",
        followers: 500_000,
        niches: &["food"],
        platform: Platform::Instagram,
        fee: 10_000,
        sold: 5_000,
        posted: 9,
        likes: 1_000,
    },
];

/// Invites with time to answer, and accepts the brief.
async fn agree(story: &Story, who: &str, terms: Terms) {
    let mut invite = story.invite(who, terms);
    invite.expires_at = Some(day(25));
    story.client.write(invite).await;
    story.client.write(story.accept(who)).await;
}

async fn work(story: &Story, work: &Work) {
    let client = &story.client;
    let mut profile = story.profile(work.who, work.followers);
    let known = profile.profile.as_mut().unwrap();
    let niches = work.niches.iter().map(|niche| (*niche).to_owned());
    known.niches = niches.collect();
    known.followers[0].platform = work.platform.into();
    client.write(profile).await;
    let mut offered = terms(idr(work.fee));
    offered.deliverables[0].platform = work.platform.into();
    // The first three are on time.
    offered.deliverables[0].due_at = Some(day(5));
    agree(story, work.who, offered).await;
    story.published(work.who, day(work.posted)).await;
    let views = work.likes * 10;
    let reach = (work.who != "ayu").then_some(work.likes * 5);
    let counters = seen(work.likes, views, reach);
    client
        .write(story.observe(work.who, day(10), counters))
        .await;
    let sale = story.sale(work.who, Some(idr(work.sold)), day(10), Some(work.who));
    client.write(sale).await;
    let fee = idr(work.fee);
    let line = story.cost(work.who, Some(work.who), CostType::Fee, fee, day(10));
    client.write(line).await;
}

async fn told(server: &Server) -> Story {
    let mut wanted = plan("IDR");
    wanted.niches = vec![String::from("skincare"), String::from("food")];
    let story = Story::open_with(server, "launch", wanted).await;
    server.clock().set(day(10));
    for one in &WORKS {
        work(&story, one).await;
    }
    story
}

fn awareness(story: &Story, from: &str, until: &str) -> GetBrandAwarenessRequest {
    GetBrandAwarenessRequest {
        brand_id: story.brand.clone(),
        from_day: from.to_owned(),
        until_day: until.to_owned(),
        time_zone: String::new(),
        min_position: 0,
        as_of: None,
    }
}

#[tokio::test]
async fn awareness_is_grouped_by_the_days_on_which_posts_went_live() {
    let server = Server::start().await;
    let story = told(&server).await;
    let all = server
        .read(awareness(&story, "2026-03-01", "2026-03-31"))
        .await;
    let told: Vec<_> = all
        .days
        .iter()
        .map(|day| {
            (
                day.posts,
                day.reach_not_deduplicated,
                day.views,
                day.engagements,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            // No reach of ayu's post was observed.
            (2, Some(1_500), Some(8_000), Some(800)),
            (1, Some(1_000), Some(2_000), Some(200)),
            (1, Some(5_000), Some(10_000), Some(1_000)),
        ]
    );
    assert_eq!(all.longest_gap_days, 5);
    let [first, second, third] = &all.days[..] else {
        panic!("three days have posts");
    };
    // Both ends are included.
    let part = awareness(&story, &second.day, &third.day);
    let part = server.read(part).await;
    assert_eq!((part.days.len(), part.longest_gap_days), (2, 5));
    let one = server.read(awareness(&story, &first.day, &first.day)).await;
    assert_eq!((&one.days[..], one.longest_gap_days), (&all.days[..1], 0));
    let nothing = server.read(awareness(&story, "1969-01-01", "1970-01-01"));
    assert_eq!(nothing.await.days, []);
}

/// Reasons that the tests of this file expect, among others.
pub const SHOWS: &[ErrorReason] = &[ErrorReason::TimeZoneSet];

#[tokio::test]
async fn days_are_those_of_the_brand_where_none_are_asked_for() {
    let server = Server::start().await;
    let story = told(&server).await;
    let set = |zone: &str| SetBrandTimeZoneRequest {
        brand_id: story.brand.clone(),
        context: by_brand(""),
        time_zone: zone.to_owned(),
    };
    let all = awareness(&story, "2026-01-01", "2026-12-31");
    let utc = server.read(all.clone()).await;
    let refusal = server.refused_for_nothing(set("Asia/Atlantis")).await;
    refusal.names(&["time_zone"]);
    let zone = "Pacific/Pago_Pago";
    let written = server.write(set(zone)).await.settings.unwrap();
    assert_eq!(written.time_zone, zone);
    let head = server.head().await;
    server.write(set(zone)).await;
    assert_eq!(server.head().await, head, "the same zone is set already");
    let refusal = server.refused_for_nothing(set("Asia/Jakarta")).await;
    assert_eq!(refusal.reason, ErrorReason::TimeZoneSet);

    let server = server.restart().await;
    let settings = GetBrandSettingsRequest {
        brand_id: story.brand.clone(),
        ..GetBrandSettingsRequest::default()
    };
    assert_eq!(server.read(settings).await.settings, Some(written));
    let own = server.read(all.clone()).await;
    assert_eq!(own.time_zone, zone);
    assert_ne!(own.days, utc.days);
    let asked = GetBrandAwarenessRequest {
        time_zone: String::from("UTC"),
        ..all.clone()
    };
    assert_eq!(server.read(asked).await.days, utc.days);
    // What was told before it was set stays.
    let before = GetBrandAwarenessRequest {
        as_of: Some(AsOf {
            at: Some(as_of::At::Position(head - 1)),
        }),
        ..all
    };
    assert_eq!(server.read(before).await.days, utc.days);
}

#[tokio::test]
async fn awareness_is_by_the_days_of_a_time_zone() {
    let server = Server::start().await;
    let story = told(&server).await;
    let all = awareness(&story, "2026-01-01", "2026-12-31");
    let utc = server.read(all.clone()).await;
    assert_eq!(utc.time_zone, "UTC");
    // Far enough to the west, each of these moments is still the day before.
    let west = GetBrandAwarenessRequest {
        time_zone: String::from("Pacific/Pago_Pago"),
        ..all.clone()
    };
    let west = server.read(west).await;
    assert_eq!(west.time_zone, "Pacific/Pago_Pago");
    let posts = |answer: &GetBrandAwarenessResponse| -> u64 {
        answer.days.iter().map(|day| day.posts).sum()
    };
    assert_eq!(posts(&west), posts(&utc));
    let days = |answer: &GetBrandAwarenessResponse| -> Vec<String> {
        answer.days.iter().map(|day| day.day.clone()).collect()
    };
    let of_west = days(&west);
    assert_ne!(of_west, days(&utc));
    let first = GetBrandAwarenessRequest {
        from_day: of_west[0].clone(),
        until_day: of_west[0].clone(),
        time_zone: String::from("Pacific/Pago_Pago"),
        ..all.clone()
    };
    assert_eq!(server.read(first).await.days, west.days[..1]);
    let nowhere = GetBrandAwarenessRequest {
        time_zone: String::from("Asia/Atlantis"),
        ..all
    };
    let refusal = server.refused(nowhere).await;
    assert_eq!(refusal.field_names(), ["time_zone"]);
}

fn comparison(story: &Story, group_by: &[ComparisonKey]) -> GetComparisonRequest {
    GetComparisonRequest {
        brand_id: story.brand.clone(),
        campaign_ids: Vec::new(),
        group_by: group_by.iter().map(|key| (*key).into()).collect(),
        min_position: 0,
        as_of: None,
    }
}

/// ROI on accrued cost, in parts per million, and cost per engagement in minor units.
fn numbers(row: &ComparisonRow) -> (i64, i64) {
    let figures = row.figures.as_ref().unwrap();
    let roi = figures.returns[1].roi.as_ref().unwrap().value.unwrap();
    let cpe = figures.engagement[0].unit_costs[1].cpe.as_ref().unwrap();
    let (ratio_metric::Value::PartsPerMillion(roi), Some(money_metric::Value::MinorUnits(cpe))) =
        (roi, cpe.value)
    else {
        panic!("both are defined: {row:?}");
    };
    (roi, cpe)
}

#[tokio::test]
async fn micro_creators_engage_better_and_cost_less_on_the_brands_own_data() {
    let server = Server::start().await;
    let story = told(&server).await;
    // The tier at acceptance does not change.
    server.write(story.profile("ayu", 900_000)).await;
    let answer = server
        .read(comparison(&story, &[ComparisonKey::Tier]))
        .await;
    let [micro, macro_] = &answer.rows[..] else {
        panic!("two tiers: {answer:?}");
    };
    assert_eq!((micro.tier(), micro.collaborations), (Tier::Micro, 3));
    // Rp6,000 over Rp4,000; Rp4,000 for 1,000 likes.
    assert_eq!(numbers(micro), (500_000, 400));
    assert_eq!((macro_.tier(), macro_.collaborations), (Tier::Macro, 1));
    // Rp5,000 over Rp10,000; Rp10,000 for 1,000 likes.
    assert_eq!(numbers(macro_), (-500_000, 1_000));
}

#[tokio::test]
async fn groups_by_niche_overlap_and_those_by_platform_do_not() {
    let server = Server::start().await;
    let story = told(&server).await;
    let by_niche = server
        .read(comparison(&story, &[ComparisonKey::Niche]))
        .await;
    let told = by_niche
        .rows
        .iter()
        .map(|row| (row.niche.as_str(), row.collaborations));
    assert_eq!(
        told.collect::<Vec<_>>(),
        // The campaign does not look for travel.
        [("", 1), ("food", 2), ("skincare", 2)]
    );
    // Budi: Rp2,000 over Rp1,000; with dewi Rp7,000 over Rp11,000.
    assert_eq!(numbers(&by_niche.rows[1]).0, -363_636);

    let mut both = terms(idr(10));
    both.deliverables[0].platform = Platform::Instagram.into();
    both.deliverables.push(deliverable("d2"));
    both.deliverables[1].platform = Platform::Youtube.into();
    server.write(story.profile("eka", 20_000)).await;
    agree(&story, "eka", both).await;
    let by_platform = server
        .read(comparison(&story, &[ComparisonKey::Platform]))
        .await;
    let told = by_platform
        .rows
        .iter()
        .map(|row| (row.platform(), row.mixed_platforms, row.collaborations));
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            (Platform::Unspecified, true, 1),
            (Platform::Instagram, false, 3),
            (Platform::Tiktok, false, 1),
        ]
    );
    let keys = [ComparisonKey::Tier, ComparisonKey::Platform];
    let crossed = server.read(comparison(&story, &keys)).await;
    assert_eq!(crossed.rows.len(), 4);
}

#[tokio::test]
async fn amounts_of_different_currencies_are_rows_of_their_own() {
    let server = Server::start().await;
    let story = told(&server).await;
    let abroad = Story::of("kopi", "abroad", "USD", &server);
    server.write(abroad.create(plan("USD"))).await;
    server.write(abroad.start()).await;
    let mut offered = terms(idr(1));
    offered.fee.as_mut().unwrap().currency_code = String::from("USD");
    agree(&abroad, "ayu", offered).await;
    let all = server
        .read(comparison(&story, &[ComparisonKey::Tier]))
        .await;
    assert_eq!(all.rows.len(), 3);
    let mut one = comparison(&story, &[ComparisonKey::Tier]);
    one.campaign_ids = vec![String::from("abroad")];
    let rows = server.read(one).await.rows;
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].figures.as_ref().unwrap().currency_code, "USD");
}

async fn ranked(client: &Client, request: &ListPartnershipsRequest) -> Vec<String> {
    let (mut creators, mut token) = (Vec::new(), String::new());
    loop {
        let request = ListPartnershipsRequest {
            page_token: token,
            ..request.clone()
        };
        let answer = client.read(request).await;
        let names = answer.partnerships.into_iter().map(|one| one.creator_id);
        creators.extend(names);
        token = answer.next_page_token;
        if token.is_empty() {
            return creators;
        }
    }
}

#[tokio::test]
async fn partnerships_are_listed_by_a_number_best_first_and_without_one_last() {
    let server = Server::start().await;
    let story = told(&server).await;
    // Invited only: no cost, nothing due.
    server.write(story.profile("abi", 20_000)).await;
    let mut invite = story.invite("abi", terms(idr(1)));
    invite.expires_at = Some(day(25));
    server.write(invite).await;
    let by = |order: PartnershipOrder| ListPartnershipsRequest {
        brand_id: story.brand.clone(),
        page_size: 2,
        order_by: order.into(),
        ..ListPartnershipsRequest::default()
    };
    let by_creator = by(PartnershipOrder::Creator);
    let names = ["abi", "ayu", "budi", "citra", "dewi"];
    assert_eq!(ranked(&server, &by_creator).await, names);
    let mut by_roi = by(PartnershipOrder::LifetimeRoi);
    by_roi.currency_code = String::from("IDR");
    // 2, 1, −1/2 and −1/2; equals by name.
    let names = ["ayu", "budi", "citra", "dewi", "abi"];
    assert_eq!(ranked(&server, &by_roi).await, names);
    // Nothing is paid, so there is no ROI on the basis PAID.
    by_roi.basis = CostBasis::Paid.into();
    let names = ["abi", "ayu", "budi", "citra", "dewi"];
    assert_eq!(ranked(&server, &by_roi).await, names);
    let names = ["ayu", "budi", "citra", "dewi", "abi"];
    let on_time = by(PartnershipOrder::OnTime);
    assert_eq!(ranked(&server, &on_time).await, names);
    server.clock().set(day(11));
    server.write(story.verify("citra")).await;
    let last_contact = by(PartnershipOrder::LastContact);
    assert_eq!(ranked(&server, &last_contact).await[0], "citra");

    let refusal = server.refused(by(PartnershipOrder::LifetimeRoi)).await;
    assert_eq!(refusal.code, Code::InvalidArgument);
    assert_eq!(refusal.field_names(), ["currency_code"]);
    let mut other = by(PartnershipOrder::OnTime);
    other.currency_code = String::from("IDR");
    let refusal = server.refused(other).await;
    assert_eq!(refusal.field_names(), ["order_by"]);
}
