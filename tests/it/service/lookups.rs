//! People and posts are found by what platforms call them: handles, ids of posts, addresses.

use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::Platform;
use tonic::Code;

use crate::support::server::{Server, Story, day, idr, terms};

fn handle(platform: Platform, text: &str) -> CreatorHandle {
    CreatorHandle {
        platform: platform.into(),
        handle: text.to_owned(),
        ..CreatorHandle::default()
    }
}

async fn holders(story: &Story, asked: CreatorHandle) -> Vec<String> {
    let request = ListCreatorsRequest {
        brand_id: story.brand.clone(),
        handle: Some(asked),
        ..ListCreatorsRequest::default()
    };
    let found = story.client.read(request).await.creators;
    found.into_iter().map(|one| one.creator_id).collect()
}

async fn posts(story: &Story, change: impl FnOnce(&mut ListPublicationsRequest)) -> Vec<String> {
    let mut request = ListPublicationsRequest {
        brand_id: story.brand.clone(),
        ..ListPublicationsRequest::default()
    };
    change(&mut request);
    let found = story.client.read(request).await.publications;
    found.into_iter().map(|one| one.publication_id).collect()
}

#[tokio::test]
async fn creators_are_found_by_a_handle_that_they_have_now() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    let tell = |who: &str, handles: Vec<CreatorHandle>| {
        let mut request = story.profile(who, 20_000);
        request.profile.as_mut().unwrap().handles = handles;
        request
    };
    let (instagram, tiktok) = (Platform::Instagram, Platform::Tiktok);
    assert_eq!(holders(&story, handle(instagram, "sari")).await, [""; 0]);
    server
        .write(tell("sari", vec![handle(instagram, "@Sari.Eats")]))
        .await;
    server
        .write(tell("twin", vec![handle(instagram, "sari.eats")]))
        .await;
    server
        .write(tell("budi", vec![handle(tiktok, "sari.eats")]))
        .await;
    for same in ["@Sari.Eats", "sari.eats", "SARI.EATS"] {
        assert_eq!(
            holders(&story, handle(instagram, same)).await,
            ["sari", "twin"]
        );
    }
    assert_eq!(holders(&story, handle(tiktok, "sari.eats")).await, ["budi"]);
    assert_eq!(holders(&story, handle(instagram, "sari")).await, [""; 0]);

    server
        .write(tell("twin", vec![handle(instagram, "@twin")]))
        .await;
    assert_eq!(
        holders(&story, handle(instagram, "sari.eats")).await,
        ["sari"]
    );
    server.write(story.erase("sari")).await;
    assert_eq!(
        holders(&story, handle(instagram, "sari.eats")).await,
        [""; 0]
    );
    // Not even by what is told of them after that.
    server
        .write(tell("sari", vec![handle(instagram, "@sari.again")]))
        .await;
    for told in ["sari.eats", "sari.again"] {
        assert_eq!(holders(&story, handle(instagram, told)).await, [""; 0]);
    }
    let server = server.restart().await;
    let story = Story::of("kopi", "launch", "IDR", &server);
    assert_eq!(holders(&story, handle(instagram, "twin")).await, ["twin"]);
}

#[tokio::test]
async fn posts_are_found_by_their_id_and_by_their_address() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    story.accepted("ayu", terms(idr(100))).await;
    server.clock().set(day(3));
    let told = story.publish("ayu", "d1", day(2));
    let (id, url) = (told.platform_post_id.clone(), told.url.clone());
    let publication = story.published("ayu", day(2)).await.publication_id;
    let by_id = |id: &str| {
        let id = id.to_owned();
        move |request: &mut ListPublicationsRequest| {
            request.platform = Platform::Instagram.into();
            request.platform_post_id = id;
        }
    };
    assert_eq!(posts(&story, by_id(&id)).await, [publication.as_str()]);
    assert_eq!(posts(&story, by_id("another")).await, [""; 0]);
    let found = posts(&story, |request| request.url = url.clone()).await;
    assert_eq!(found, [publication.as_str()]);
    let found = posts(&story, |request| {
        request.url = url.clone();
        request.campaign_id = "another".to_owned();
    });
    assert_eq!(found.await, [""; 0]);
    let nowhere = ListPublicationsRequest {
        brand_id: story.brand.clone(),
        platform_post_id: id,
        ..ListPublicationsRequest::default()
    };
    let refusal = story.client.refused(nowhere).await;
    let refusal = refusal.is(Code::InvalidArgument, ErrorReason::InvalidField);
    refusal.names(&["platform"]);
}
