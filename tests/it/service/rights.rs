//! Usage rights, ordered by their end.

use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::*;

use super::lists::pages;
use crate::support::server::{Server, Story, day, idr, terms};

fn right(id: &str, ends: Option<i64>) -> UsageRights {
    UsageRights {
        rights_id: id.to_owned(),
        scope: UsageScope::Paid.into(),
        channels: vec![String::from("instagram")],
        territories: vec![String::from("ID")],
        starts_at: Some(day(0)),
        ends_at: ends.map(day),
    }
}

fn giving(usage_rights: Vec<UsageRights>) -> Terms {
    Terms {
        usage_rights,
        ..terms(idr(1))
    }
}

async fn listed(story: &Story, request: ListUsageRightsRequest) -> Vec<String> {
    let turn = |request: &mut ListUsageRightsRequest, token| request.page_token = token;
    let pages = pages(&story.client, request, turn, |answer| {
        let name = |one: AgreedRights| {
            let id = one.rights.unwrap().rights_id;
            format!("{}/{}/{id}", one.campaign_id, one.collaboration_id)
        };
        let rows = answer.rights.into_iter().map(name).collect();
        (rows, answer.next_page_token)
    });
    pages.await.concat()
}

#[tokio::test]
async fn rights_that_end_soon_come_first() {
    let server = Server::start().await;
    let launch = Story::open(&server, "launch").await;
    let second = Story::open(&server, "second").await;
    let ayus = vec![right("ads", Some(90)), right("blog", None)];
    launch.accepted("ayu", giving(ayus)).await;
    launch
        .accepted("bima", giving(vec![right("ads", Some(30))]))
        .await;
    second
        .accepted("ayu", giving(vec![right("ads", Some(60))]))
        .await;
    // Offered, but not accepted.
    server.write(launch.profile("cici", 1)).await;
    let offered = giving(vec![right("ads", Some(1))]);
    server.write(launch.invite("cici", offered)).await;
    server.write(launch.cancel("bima")).await;

    let (bimas, later) = ("launch/bima/ads", "second/ayu/ads");
    let (last, endless) = ("launch/ayu/ads", "launch/ayu/blog");
    let rights = |change: fn(&mut ListUsageRightsRequest)| {
        let mut request = launch.rights();
        change(&mut request);
        request
    };
    for size in [1, 2, 50] {
        for (mut request, expected) in [
            (rights(|_| ()), vec![bimas, later, last, endless]),
            (
                rights(|one| one.ends_before = Some(day(90))),
                vec![bimas, later],
            ),
            (
                rights(|one| one.ends_from = Some(day(60))),
                vec![later, last, endless],
            ),
            (
                rights(|one| {
                    one.ends_from = Some(day(31));
                    one.ends_before = Some(day(91));
                }),
                vec![later, last],
            ),
            (
                rights(|one| one.campaign_id = "launch".into()),
                vec![bimas, last, endless],
            ),
            (
                rights(|one| one.creator_id = "ayu".into()),
                vec![later, last, endless],
            ),
        ] {
            request.page_size = size;
            assert_eq!(
                listed(&launch, request.clone()).await,
                expected,
                "{request:?}"
            );
        }
    }
    let first = server.read(launch.rights()).await.rights.remove(0);
    assert_eq!(first.creator_id, "bima");
    assert_eq!(first.rights, Some(right("ads", Some(30))));
}
