//! Keys are made for what is recorded only; without keys, all goes on that needs none.

use std::fs;

use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::Counters;
use tonic::Code;

use crate::support::server::{Server, Story, day, idr, rehearsal, terms};

fn named_profile(story: &Story, who: &str) -> RecordCreatorProfileRequest {
    let mut profile = story.profile(who, 20_000);
    profile.profile.as_mut().unwrap().display_name = format!("{who} Pagi");
    profile
}

#[tokio::test]
async fn what_is_refused_or_rehearsed_makes_no_key() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    server.write(named_profile(&story, "ayu")).await;
    let keyring = || fs::read(server.directory().join("keyring")).unwrap();
    let before = keyring();

    let mut rehearsed = named_profile(&story, "bima");
    rehearsed.context = rehearsal(rehearsed.context);
    let answer = server.call(rehearsed).await.unwrap();
    let profile = answer.creator.unwrap().profile.unwrap();
    assert_eq!(profile.display_name, "bima Pagi");
    assert!(answer.hidden.is_empty(), "{:?}", answer.hidden);
    let batch = BatchRecordCreatorProfilesRequest {
        brand_id: story.brand.clone(),
        context: rehearsal(story.block("ayu").context),
        profiles: vec![ProfileRecord {
            creator_id: String::from("bima"),
            profile: named_profile(&story, "bima").profile,
        }],
    };
    server.call(batch).await.unwrap();
    for refusal in [
        server.refused_for_nothing(story.block("nobody")).await,
        server.refused_for_nothing(story.clear("cici", "f-1")).await,
    ] {
        assert_eq!(refusal.reason, ErrorReason::CreatorNotFound);
    }
    let mut of_another = named_profile(&story, "dodi");
    of_another.context = story.accept("ayu").context;
    server.refused_for_nothing(of_another).await;
    assert!(keyring() == before, "a key was made");

    // The control: what is recorded makes one.
    server.write(named_profile(&story, "bima")).await;
    assert!(keyring() != before);
    let before = keyring();
    server.write(story.block("bima")).await;
    assert!(keyring() == before, "one key is enough for a person");
    let server = server.restart().await;
    let get = GetCreatorRequest {
        brand_id: String::from("kopi"),
        creator_id: String::from("bima"),
        ..GetCreatorRequest::default()
    };
    let creator = server.read(get).await.creator.unwrap();
    assert_eq!(creator.profile.unwrap().display_name, "bima Pagi");
}

#[tokio::test]
async fn without_keys_texts_are_hidden_and_the_rest_goes_on() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    server.write(named_profile(&story, "ayu")).await;
    story.accepted("ayu", terms(idr(500))).await;
    story.published("ayu", day(0)).await;
    server.write(story.block("ayu")).await;
    let mut resting = server.stop().await;
    resting.config.without_keys = true;
    let server = resting.start().await;
    let story = Story::of("kopi", "launch", "IDR", &server);

    let get = GetCreatorRequest {
        brand_id: story.brand.clone(),
        creator_id: String::from("ayu"),
        ..GetCreatorRequest::default()
    };
    let answer = server.read(get).await;
    assert_eq!(answer.creator.unwrap().block_reason, "");
    let hidden: Vec<_> = answer
        .hidden
        .iter()
        .map(|one| (one.path.as_str(), one.reason()))
        .collect();
    assert!(
        hidden.contains(&("creator.block_reason", HiddenReason::NoKey)),
        "{hidden:?}"
    );
    for _ in 0..2 {
        for refusal in [
            server
                .refused_for_nothing(named_profile(&story, "bima"))
                .await,
            server.refused_for_nothing(story.unblock("ayu")).await,
        ] {
            refusal.is(Code::FailedPrecondition, ErrorReason::NoKeyring);
        }
        let orders = ListConversionsRequest {
            brand_id: story.brand.clone(),
            campaign_id: story.campaign.clone(),
            code: String::from("AYU10"),
            ..ListConversionsRequest::default()
        };
        let refusal = server.refused(orders).await;
        assert_eq!(refusal.reason, ErrorReason::NoKeyring);
    }
    // The writer goes on.
    let likes = Counters {
        likes: Some(10),
        ..Counters::default()
    };
    let head = server.head().await;
    server.write(story.observe("ayu", day(0), likes)).await;
    server.write(story.verify("ayu")).await;
    assert_eq!(server.head().await, head + 2);
    let mut resting = server.stop().await;
    resting.config.without_keys = false;
    let server = resting.start().await;
    let story = Story::of("kopi", "launch", "IDR", &server);
    server.write(story.unblock("ayu")).await;
}
