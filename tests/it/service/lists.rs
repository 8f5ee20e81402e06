//! Lists, page by page.

use std::collections::BTreeSet;

use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::{CostType, Platform};
use prost::Message as _;

use crate::support::server::{Client, Read, Server, Story, day, idr, plan, terms, together};

/// Reads every page of a list; `step` returns the rows of an answer and the token of the next page.
pub async fn pages<R: Read, T>(
    client: &Client,
    request: R,
    turn: fn(&mut R, String),
    step: fn(R::Answer) -> (Vec<T>, String),
) -> Vec<Vec<T>> {
    let (mut pages, mut token) = (Vec::new(), String::new());
    loop {
        let mut request = request.clone();
        turn(&mut request, token);
        let (rows, next) = step(client.read(request).await);
        pages.push(rows);
        if next.is_empty() {
            return pages;
        }
        token = next;
    }
}

async fn collaborations(client: &Client, request: ListCollaborationsRequest) -> Vec<String> {
    let size = request.page_size as usize;
    let turn = |request: &mut ListCollaborationsRequest, token| request.page_token = token;
    let pages = pages(client, request, turn, |answer| {
        let name = |one: Collaboration| format!("{}/{}", one.campaign_id, one.collaboration_id);
        let rows = answer.collaborations.into_iter().map(name).collect();
        (rows, answer.next_page_token)
    });
    let pages = pages.await;
    assert!(pages.iter().all(|page| page.len() <= size));
    pages.concat()
}

/// Makes two campaigns of a brand and one of another; creators `c-00` to `c-29`, of whom the even
/// ones are in `launch` and every third is also in `second`; every fourth has accepted.
async fn full_house(server: &Server) -> Story {
    let [launch, second, other] = [("kopi", "launch"), ("kopi", "second"), ("teh", "launch")]
        .map(|(brand, campaign)| Story::of(brand, campaign, "IDR", server));
    for story in [&launch, &second, &other] {
        server.write(story.create(plan("IDR"))).await;
        server.write(story.start()).await;
    }
    let creators = (0..30).map(|number: u32| {
        let (launch, second, other) = (launch.clone(), second.clone(), other.clone());
        async move {
            let who = format!("c-{number:02}");
            launch.client.write(launch.profile(&who, 1_000)).await;
            for (story, is_in) in [
                (&launch, number.is_multiple_of(2)),
                (&second, number.is_multiple_of(3)),
            ] {
                if is_in {
                    story.client.write(story.invite(&who, terms(idr(1)))).await;
                }
                if is_in && number.is_multiple_of(4) {
                    story.client.write(story.accept(&who)).await;
                }
            }
            other.client.write(other.profile(&who, 1_000)).await;
            other.client.write(other.invite(&who, terms(idr(1)))).await;
        }
    });
    together(creators).await;
    launch
}

fn list(story: &Story) -> ListCollaborationsRequest {
    ListCollaborationsRequest {
        brand_id: story.brand.clone(),
        ..ListCollaborationsRequest::default()
    }
}

/// Returns who is in a campaign, as [`full_house`] makes it.
fn expected(campaign: &str, every: usize, is_in: fn(&usize) -> bool) -> Vec<String> {
    let numbers = (0..30).step_by(every).filter(is_in);
    numbers
        .map(|number| format!("{campaign}/c-{number:02}"))
        .collect()
}

#[tokio::test]
async fn pages_make_the_whole_list_without_gaps_or_repeats() {
    let server = Server::start().await;
    let story = full_house(&server).await;
    let everyone = |_: &usize| true;
    let accepted = |number: &usize| number.is_multiple_of(4);
    let launch = || expected("launch", 2, everyone);
    let both = [launch(), expected("second", 3, everyone)].concat();
    let of_launch = ListCollaborationsRequest {
        campaign_id: String::from("launch"),
        ..list(&story)
    };
    let of_a_creator = ListCollaborationsRequest {
        creator_id: String::from("c-12"),
        ..list(&story)
    };
    let of_both = ListCollaborationsRequest {
        campaign_id: String::from("second"),
        ..of_a_creator.clone()
    };
    let who_accepted = ListCollaborationsRequest {
        states: vec![CollaborationState::Accepted.into()],
        ..list(&story)
    };
    let nobody = ListCollaborationsRequest {
        states: vec![CollaborationState::Declined.into()],
        ..list(&story)
    };
    let all_accepted = [
        expected("launch", 2, accepted),
        expected("second", 3, accepted),
    ]
    .concat();
    for page_size in [1, 2, 7, 15, 50, i32::MAX] {
        for (request, expected) in [
            (list(&story), both.clone()),
            (of_launch.clone(), launch()),
            (
                of_a_creator.clone(),
                vec!["launch/c-12".into(), "second/c-12".into()],
            ),
            (of_both.clone(), vec!["second/c-12".into()]),
            (who_accepted.clone(), all_accepted.clone()),
            (nobody.clone(), vec![]),
        ] {
            let request = ListCollaborationsRequest {
                page_size,
                ..request
            };
            assert_eq!(
                collaborations(&server, request.clone()).await,
                expected,
                "{request:?}"
            );
        }
    }
}

#[tokio::test]
async fn rows_added_between_pages_neither_repeat_nor_hide_others() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    for who in ["b", "d", "f"] {
        server.write(story.profile(who, 1)).await;
    }
    let request = ListCreatorsRequest {
        brand_id: story.brand.clone(),
        page_size: 1,
        ..ListCreatorsRequest::default()
    };
    let mut seen = Vec::new();
    let mut token = String::new();
    loop {
        let request = ListCreatorsRequest {
            page_token: token,
            ..request.clone()
        };
        let page = server.read(request).await;
        seen.extend(page.creators.into_iter().map(|creator| creator.creator_id));
        // One before and one after the current place in the list.
        let number = seen.len();
        server.write(story.profile(&format!("a{number}"), 1)).await;
        server.write(story.profile(&format!("e{number}"), 1)).await;
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    let distinct: BTreeSet<_> = seen.iter().cloned().collect();
    assert_eq!(distinct.len(), seen.len());
    assert!(seen.is_sorted());
    assert!(
        ["b", "d", "f"].iter().all(|who| distinct.contains(*who)),
        "{seen:?}"
    );
    assert!(!distinct.contains("a1"), "{seen:?}");
}

#[tokio::test]
async fn tokens_outlive_a_restart() {
    let server = Server::start().await;
    let story = full_house(&server).await;
    let first = ListCollaborationsRequest {
        page_size: 10,
        ..list(&story)
    };
    let page = server.read(first.clone()).await;
    let before = server.head().await;
    drop(story);
    let server = server.restart().await;
    let rest = ListCollaborationsRequest {
        page_size: 100,
        page_token: page.next_page_token,
        min_position: before,
        ..first
    };
    let rest = server.read(rest).await;
    assert_eq!(page.collaborations.len() + rest.collaborations.len(), 25);
    assert_eq!(rest.next_page_token, "");
}

#[tokio::test]
async fn every_other_list_is_whole_too() {
    let server = Server::start().await;
    let story = full_house(&server).await;
    server.write(story.block("c-07")).await;
    for number in 0..9 {
        let who = (number % 2 == 0).then_some("c-00");
        let cost = story.cost(
            &format!("x{number}"),
            who,
            CostType::Shipping,
            idr(1),
            day(0),
        );
        server.write(cost).await;
    }
    let brand_id = story.brand.clone();

    let campaigns = ListCampaignsRequest {
        brand_id: brand_id.clone(),
        page_size: 1,
        ..ListCampaignsRequest::default()
    };
    let turn = |request: &mut ListCampaignsRequest, token| request.page_token = token;
    let found = pages(&server, campaigns.clone(), turn, |answer| {
        (answer.campaigns, answer.next_page_token)
    });
    let found = found.await.concat();
    let names: Vec<_> = found.iter().map(|one| one.campaign_id.as_str()).collect();
    assert_eq!(names, ["launch", "second"]);
    let drafts = ListCampaignsRequest {
        states: vec![CampaignState::Draft.into()],
        ..campaigns
    };
    assert!(server.read(drafts).await.campaigns.is_empty());

    let creators = |blocked| ListCreatorsRequest {
        brand_id: brand_id.clone(),
        blocked,
        page_size: 4,
        ..ListCreatorsRequest::default()
    };
    for (blocked, expected) in [(None, 30), (Some(true), 1), (Some(false), 29)] {
        let turn = |request: &mut ListCreatorsRequest, token| request.page_token = token;
        let found = pages(&server, creators(blocked), turn, |answer| {
            (answer.creators, answer.next_page_token)
        });
        assert_eq!(found.await.concat().len(), expected, "{blocked:?}");
    }

    let costs = |collaboration: &str| ListCostsRequest {
        brand_id: brand_id.clone(),
        campaign_id: String::from("launch"),
        collaboration_id: collaboration.to_owned(),
        page_size: 2,
        ..ListCostsRequest::default()
    };
    for (collaboration, expected) in [("", 9), ("c-00", 5), ("c-02", 0)] {
        let turn = |request: &mut ListCostsRequest, token| request.page_token = token;
        let found = pages(&server, costs(collaboration), turn, |answer| {
            (answer.costs, answer.next_page_token)
        });
        assert_eq!(found.await.concat().len(), expected, "{collaboration}");
    }

    let partnerships = ListPartnershipsRequest {
        brand_id,
        page_size: 6,
        ..ListPartnershipsRequest::default()
    };
    let turn = |request: &mut ListPartnershipsRequest, token| request.page_token = token;
    let found = pages(&server, partnerships, turn, |answer| {
        (answer.partnerships, answer.next_page_token)
    });
    let found = found.await.concat();
    // The ones in one campaign or in both.
    assert_eq!(found.len(), 20);
    for partnership in found {
        let get = GetPartnershipRequest {
            brand_id: partnership.brand_id.clone(),
            creator_id: partnership.creator_id.clone(),
            min_position: 0,
            as_of: None,
        };
        assert_eq!(server.read(get).await.partnership, Some(partnership));
    }
}

#[tokio::test]
async fn pages_of_large_rows_are_short_enough_for_every_client() {
    const CREATORS: usize = 1_000;
    let server = Server::start().await;
    let story = Story::of("kopi", "launch", "IDR", &server);
    let wordy = |number: usize| {
        let mut record = story.profile(&format!("c-{number:03}"), 1);
        let profile = record.profile.as_mut().unwrap();
        profile.niches = (0..20).map(|niche| format!("{niche:064}")).collect();
        profile.locality = "🌋".repeat(200);
        profile.display_name = "🌋".repeat(200);
        let handle = |platform: Platform| CreatorHandle {
            platform: platform.into(),
            handle: "🌋".repeat(100),
            platform_name: String::new(),
        };
        profile.handles = [Platform::Instagram, Platform::Tiktok, Platform::Youtube]
            .map(handle)
            .to_vec();
        record
    };
    let recording = (0..CREATORS).map(|number| {
        let (client, record) = (story.client.clone(), wordy(number));
        async move { client.write(record).await }
    });
    together(recording).await;
    let list = ListCreatorsRequest {
        brand_id: story.brand.clone(),
        page_size: CREATORS as i32,
        ..ListCreatorsRequest::default()
    };
    let turn = |request: &mut ListCreatorsRequest, token| request.page_token = token;
    let pages = pages(&server, list, turn, |answer| {
        (answer.creators, answer.next_page_token)
    });
    let pages = pages.await;
    assert!(pages.len() > 1);
    let sizes = pages
        .iter()
        .map(|page| page.iter().map(Creator::encoded_len).sum());
    assert!(sizes.max() < Some(2 << 20_usize));
    let names: Vec<_> = pages
        .concat()
        .into_iter()
        .map(|one| one.creator_id)
        .collect();
    assert_eq!(names.len(), CREATORS);
    assert!(names.is_sorted());
}
