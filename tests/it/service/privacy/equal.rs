//! Texts are recognised though they are sealed.

use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::*;

use super::super::retries::named;
use crate::support::server::{Server, Story, day, deliverable, idr, terms};

fn with_code(code: &str) -> Terms {
    Terms {
        attribution: Some(AttributionTerms {
            code: code.to_owned(),
            ..AttributionTerms::default()
        }),
        ..terms(idr(500))
    }
}

#[tokio::test]
async fn what_is_told_again_is_recognised() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    let mut profile = story.profile("ayu", 20_000);
    let told = profile.profile.as_mut().unwrap();
    told.display_name = String::from("Ayu Pagi");
    told.contact = String::from("+62 812");
    told.handles = vec![CreatorHandle {
        platform: Platform::Instagram.into(),
        handle: String::from("ayu.pagi"),
        ..CreatorHandle::default()
    }];
    let profile = named(profile, "r-1");
    let first = server.write(profile.clone()).await;
    let head = server.head().await;
    assert_eq!(server.write(profile.clone()).await, first);
    assert_eq!(server.head().await, head);
    let mut other = profile;
    other.profile.as_mut().unwrap().contact = String::from("+62 813");
    let refusal = server.refused_for_nothing(other).await;
    assert_eq!(refusal.reason, ErrorReason::RequestIdReused);

    story.accepted("ayu", terms(idr(500))).await;
    story.published("ayu", day(0)).await;
    let check = story.check("ayu", day(0), true);
    let first = server.write(check.clone()).await;
    let head = server.head().await;
    let again = server.write(check.clone()).await;
    assert_eq!(again.receipt.unwrap().first_position, head);
    assert_eq!(again.publication, first.publication);
    assert_eq!(server.head().await, head);
    let mut other = check;
    other.label_found = String::from("#ad");
    // Another finding of the same moment is new, or refused; it is not taken for the first.
    if let Ok(answer) = server.call(other).await {
        assert!(answer.receipt.unwrap().first_position > head);
    }
    let likes = Counters {
        likes: Some(10),
        ..Counters::default()
    };
    let observe = story.observe("ayu", day(0), likes);
    let first = server.write(observe.clone()).await;
    let again = server.write(observe).await;
    let positions = [first, again].map(|one| one.receipt.unwrap().first_position);
    assert_eq!(positions[0], positions[1]);
}

#[tokio::test]
async fn a_post_is_known_by_its_id_and_elsewhere_by_its_host_too() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    let mut promised = terms(idr(500));
    promised.deliverables = ["d1", "d2", "d3", "d4"].map(deliverable).to_vec();
    for blog in &mut promised.deliverables[1..] {
        blog.platform = Platform::Other.into();
    }
    for who in ["ayu", "bima"] {
        story.accepted(who, promised.clone()).await;
    }
    for id in ["d1", "d2", "d3", "d4"] {
        for who in ["ayu", "bima"] {
            let mut submit = story.submit(who);
            submit.deliverable_id = id.to_owned();
            server.write(submit).await;
            let mut approve = story.approve(who);
            approve.deliverable_id = id.to_owned();
            server.write(approve).await;
        }
    }
    let post = |who: &str, id: &str, url: &str| {
        let mut post = story.publish(who, id, day(0));
        post.url = url.to_owned();
        post.platform_post_id = String::from("p-1");
        post
    };
    server
        .write(post("ayu", "d1", "https://example.com/1"))
        .await;
    let twice = post("bima", "d1", "https://example.com/2");
    let refusal = server.refused_for_nothing(twice).await;
    assert_eq!(refusal.reason, ErrorReason::PostAlreadyRecorded);
    server
        .write(post("ayu", "d2", "https://one.example/1"))
        .await;
    server
        .write(post("ayu", "d3", "https://two.example/1"))
        .await;
    let twice = post("bima", "d2", "https://one.example/2");
    let refusal = server.refused_for_nothing(twice).await;
    assert_eq!(refusal.reason, ErrorReason::PostAlreadyRecorded);
    let server = server.restart().await;
    let story = Story::of("kopi", "launch", "IDR", &server);
    let mut twice = story.publish("bima", "d1", day(0));
    twice.platform_post_id = String::from("p-1");
    let refusal = server.refused_for_nothing(twice).await;
    assert_eq!(refusal.reason, ErrorReason::PostAlreadyRecorded);
}

#[tokio::test]
async fn a_code_credits_its_holder_in_any_case_and_is_found_by_it() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    story.accepted("ayu", with_code("Ayu10")).await;
    server.write(story.profile("bima", 1)).await;
    let taken = story.invite("bima", with_code("aYU10"));
    let refusal = server.refused_for_nothing(taken).await;
    assert_eq!(refusal.reason, ErrorReason::CodeTaken);
    server.clock().set(day(2));
    for (order, code) in [("o-1", "ayu10"), ("o-2", "AYU10"), ("o-3", "AYU1O")] {
        let mut sale = story.sale(order, Some(idr(100)), day(1), None);
        sale.code = code.to_owned();
        let sold = server.write(sale).await.conversion.unwrap();
        let credited = usize::from(order != "o-3");
        assert_eq!(sold.credits.len(), credited, "{order}");
        assert_eq!(sold.code, code.to_uppercase());
    }
    for (code, orders) in [
        ("AyU10", &["o-1", "o-2"][..]),
        ("ayu1o", &["o-3"]),
        ("nobody", &[]),
    ] {
        let list = ListConversionsRequest {
            brand_id: story.brand.clone(),
            campaign_id: story.campaign.clone(),
            code: code.to_owned(),
            ..ListConversionsRequest::default()
        };
        let claims = server.read(list).await.claims;
        let said = format!("{claims:?}");
        assert_eq!(claims.len(), orders.len(), "{code}: {said}");
        assert!(orders.iter().all(|order| said.contains(order)), "{said}");
    }
}

#[tokio::test]
async fn a_transfer_pays_once() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    story.accepted("ayu", terms(idr(500))).await;
    server.clock().set(day(2));
    for (id, who) in [("one", Some("ayu")), ("two", None)] {
        let cost = story.cost(id, who, CostType::Production, idr(10), day(1));
        server.write(cost).await;
        server.write(story.approve_cost(id)).await;
    }
    let mut first = story.pay("one", idr(10), day(1));
    first.external_reference = String::from("transfer 7");
    let first = named(first, "r-1");
    let paid = server.write(first.clone()).await;
    assert_eq!(server.write(first.clone()).await, paid);
    // About nobody, so it is sealed with another key, and still the same transfer.
    let mut second = story.pay("two", idr(10), day(1));
    second.external_reference = first.external_reference;
    let refusal = server.refused_for_nothing(second).await;
    assert_eq!(refusal.reason, ErrorReason::PaymentReferenceUsed);
}
