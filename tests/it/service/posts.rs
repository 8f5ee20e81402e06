//! Posts after publication: taken down, restored, checked, listed.

use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::*;

use super::lists::pages;
use crate::support::server::{Server, Story, day, idr, plan, terms};

fn policy(disclosure_required: bool) -> CampaignPlan {
    CampaignPlan {
        policy: Some(SelectionPolicy {
            vetting_required: false,
            disclosure_required,
        }),
        ..plan("IDR")
    }
}

async fn delivery(story: &Story) -> Delivery {
    story.roi().await.delivery.unwrap()
}

#[tokio::test]
async fn a_post_deleted_early_keeps_its_numbers_and_is_a_breach() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    let week = Terms {
        min_live_days: 7,
        ..terms(idr(100))
    };
    story.accepted("ayu", week).await;
    server.clock().set(day(5));
    story.published("ayu", day(1)).await;
    let views = Counters {
        views: Some(900),
        ..Counters::default()
    };
    server.write(story.observe("ayu", day(2), views)).await;
    server.write(story.verify("ayu")).await;
    server.write(story.complete("ayu")).await;

    let removed = server.write(story.remove("ayu", day(3))).await;
    let removed = removed.publication.unwrap();
    assert_eq!((removed.removed_at, removed.removals), (Some(day(3)), 1));
    let told = delivery(&story).await;
    assert_eq!((told.removed, told.breaches_removed_early), (1, 1));
    assert_eq!((told.verified_deliverables, told.published), (1, 1));
    let seen = views_of(&story).await;
    assert_eq!(seen, Some(900));

    let restored = server.write(story.restore("ayu", day(4))).await;
    let restored = restored.publication.unwrap();
    assert_eq!((restored.removed_at, restored.removals), (None, 1));
    let told = delivery(&story).await;
    assert_eq!((told.removed, told.breaches_removed_early), (0, 1));
}

async fn views_of(story: &Story) -> Option<u64> {
    let figures = story.roi().await.total.unwrap();
    let measured = figures.engagement.into_iter().next()?;
    measured.counters?.views
}

#[tokio::test]
async fn a_removed_deliverable_says_so() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    story.accepted("ayu", terms(idr(100))).await;
    story.published("ayu", day(0)).await;
    server.write(story.remove("ayu", day(0))).await;
    let get = GetCollaborationRequest {
        brand_id: story.brand.clone(),
        campaign_id: story.campaign.clone(),
        collaboration_id: String::from("ayu"),
        min_position: 0,
        as_of: None,
    };
    let found = server.read(get).await.collaboration.unwrap();
    assert_eq!(found.deliverables[0].state(), DeliverableState::Removed);
    assert_eq!(found.deliverables[0].publication_id, "d1");
}

#[tokio::test]
async fn a_check_says_what_was_demanded_and_who_looked() {
    let server = Server::start().await;
    let story = Story::open_with(&server, "launch", policy(false)).await;
    let labelled = Terms {
        disclosure: Some(DisclosureTerms {
            connection: ConnectionType::Gifted.into(),
            required_label: String::from("#iklan"),
        }),
        ..terms(idr(100))
    };
    story.accepted("ayu", labelled).await;
    story.published("ayu", day(0)).await;
    let checked = server.write(story.check("ayu", day(0), false)).await;
    let checked = checked.publication.unwrap();
    assert!(checked.undisclosed);
    let check = checked.disclosure_check.unwrap();
    assert!(check.required && !check.sufficient);
    assert_eq!(check.connection(), ConnectionType::Gifted);
    assert_eq!(
        (check.required_label, check.label_found),
        ("#iklan".into(), "#iklan".into())
    );
    assert_eq!(check.checked_by.unwrap().id, "desk");
    assert_eq!(delivery(&story).await.breaches_undisclosed, 1);
}

/// Returns the ids of the posts, page by page.
async fn listed(story: &Story, request: ListPublicationsRequest) -> Vec<String> {
    let turn = |request: &mut ListPublicationsRequest, token| request.page_token = token;
    let pages = pages(&story.client, request, turn, |answer| {
        let name = |one: Publication| format!("{}/{}", one.campaign_id, one.collaboration_id);
        let rows = answer.publications.into_iter().map(name).collect();
        (rows, answer.next_page_token)
    });
    pages.await.concat()
}

#[tokio::test]
async fn posts_are_listed_by_what_is_wrong_with_them() {
    let server = Server::start().await;
    let strict = Story::open_with(&server, "strict", policy(true)).await;
    let easy = Story::open_with(&server, "easy", policy(false)).await;
    for story in [&strict, &easy] {
        for who in ["ayu", "bima", "cici", "dodi"] {
            story.accepted(who, terms(idr(1))).await;
            let mut post = story.publish(who, "d1", day(0));
            post.disclosed = who != "bima";
            server.write(post).await;
        }
        server.write(story.check("cici", day(0), false)).await;
        server.write(story.remove("dodi", day(0))).await;
    }
    let posts = |change: fn(&mut ListPublicationsRequest)| {
        let mut request = strict.posts();
        change(&mut request);
        request
    };
    let all = ["ayu", "bima", "cici", "dodi"];
    let of = |campaign: &str, who: &[&str]| -> Vec<String> {
        who.iter().map(|who| format!("{campaign}/{who}")).collect()
    };
    for size in [1, 3, 50] {
        for (mut request, expected) in [
            (
                posts(|_| ()),
                [of("easy", &all), of("strict", &all)].concat(),
            ),
            (
                posts(|one| one.campaign_id = "easy".into()),
                of("easy", &all),
            ),
            (
                posts(|one| {
                    one.campaign_id = "easy".into();
                    one.collaboration_id = "ayu".into();
                }),
                of("easy", &["ayu"]),
            ),
            (
                posts(|one| one.undisclosed = Some(true)),
                of("strict", &["bima", "cici"]),
            ),
            (
                posts(|one| {
                    one.undisclosed = Some(false);
                    one.campaign_id = "strict".into();
                }),
                of("strict", &["ayu", "dodi"]),
            ),
            (
                posts(|one| one.removed = Some(true)),
                [of("easy", &["dodi"]), of("strict", &["dodi"])].concat(),
            ),
            (
                posts(|one| {
                    one.removed = Some(false);
                    one.undisclosed = Some(true);
                }),
                of("strict", &["bima", "cici"]),
            ),
            (posts(|one| one.platform = Platform::Tiktok.into()), vec![]),
        ] {
            request.page_size = size;
            assert_eq!(
                listed(&strict, request.clone()).await,
                expected,
                "{request:?}"
            );
        }
    }
}

#[tokio::test]
async fn posts_are_marked_with_where_agreement_and_campaign_stand() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    story.accepted("ayu", terms(idr(1))).await;
    story.published("ayu", day(0)).await;
    server.write(story.verify("ayu")).await;
    server.write(story.complete("ayu")).await;
    server.write(story.close(false)).await;
    let post = server.read(story.posts()).await.publications.remove(0);
    assert_eq!(post.collaboration_state(), CollaborationState::Completed);
    assert_eq!(post.campaign_state(), CampaignState::Closed);
    let get = GetPublicationRequest {
        brand_id: story.brand.clone(),
        campaign_id: story.campaign.clone(),
        collaboration_id: String::from("ayu"),
        publication_id: String::from("d1"),
        ..GetPublicationRequest::default()
    };
    let found = server.call(get.clone()).await.unwrap().publication;
    assert_eq!(found, Some(post));
    // The state before.
    let then = GetPublicationRequest {
        as_of_position: server.head().await - 1,
        ..get
    };
    let found = server.call(then).await.unwrap().publication.unwrap();
    assert_eq!(found.campaign_state(), CampaignState::Open);
}
