//! Who reads what: personal texts by role, pages by principal, the log by brand.

use campaign_ledger::log::codec::decode;
use campaign_ledger::wire::proto::api::audit_service_client::AuditServiceClient;
use campaign_ledger::wire::proto::api::*;
use tonic::{Code, Request};

use super::Guarded;
use crate::support::server::{Client, Refusal};

/// Reads the log, of a brand or whole: the brand of each event, and the principal behind it.
pub async fn events(client: &Client, brand: Option<&str>) -> Vec<(String, String)> {
    use log_scope::Scope;
    let scope = brand.map_or(Scope::All(WholeLog {}), |brand| {
        Scope::BrandId(brand.to_owned())
    });
    let mut request = Request::new(ReadEventsRequest {
        scope: Some(LogScope { scope: Some(scope) }),
        ..ReadEventsRequest::default()
    });
    client.present(&mut request);
    let mut service = AuditServiceClient::new(client.channel());
    let mut answer = service.read_events(request).await.unwrap().into_inner();
    let mut found = Vec::new();
    while let Some(message) = answer.message().await.unwrap() {
        let batch = message.batch.unwrap_or_default();
        for record in batch.records() {
            let record = decode(record).unwrap();
            let by = String::from_utf8(record.principal.as_bytes().to_vec()).unwrap();
            found.push((record.brand.to_string(), by));
        }
    }
    found
}

#[tokio::test]
async fn an_auditor_of_some_brands_reads_their_part_of_the_log() {
    let guarded = Guarded::start().await;
    for brand in ["kopi", "teh"] {
        guarded.story(brand).await;
    }
    let all = events(&guarded.client("everything"), None).await;
    assert!(all.iter().any(|(brand, _)| brand == "teh"));
    let own = events(&guarded.client("auditor"), None).await;
    assert!(!own.is_empty() && own.iter().all(|(brand, _)| brand == "kopi"));
    assert_eq!(own, events(&guarded.client("auditor"), Some("kopi")).await);
}

#[tokio::test]
async fn personal_texts_are_shown_to_who_may_write_them_and_to_privacy() {
    let guarded = Guarded::start().await;
    let story = guarded.story("kopi").await;
    let mut profile = story.profile("ayu", 20_000);
    profile.profile.as_mut().unwrap().display_name = String::from("Ayu Lestari");
    guarded.client("manager").write(profile).await;
    let get = GetCreatorRequest {
        brand_id: String::from("kopi"),
        creator_id: String::from("ayu"),
        ..GetCreatorRequest::default()
    };
    for (role, is_shown) in [
        ("manager", true),
        ("privacy", true),
        ("admin", true),
        ("reader", false),
        ("settler", false),
        ("measurer", false),
        ("auditor", false),
    ] {
        let answer = guarded.client(role).read(get.clone()).await;
        let name = answer.creator.unwrap().profile.unwrap().display_name;
        let hidden = answer
            .hidden
            .iter()
            .find(|one| one.path.ends_with("display_name"));
        match is_shown {
            true => assert_eq!((name.as_str(), hidden), ("Ayu Lestari", None), "{role}"),
            false => {
                assert_eq!(name, "", "{role}");
                assert_eq!(hidden.unwrap().reason(), HiddenReason::NoRole, "{role}");
            }
        }
    }
}

#[tokio::test]
async fn nobody_goes_on_with_the_pages_of_another() {
    let guarded = Guarded::start().await;
    let story = guarded.story("kopi").await;
    for who in ["ayu", "budi"] {
        story.client.write(story.profile(who, 20_000)).await;
    }
    let list = |token: &str| ListCreatorsRequest {
        brand_id: String::from("kopi"),
        page_size: 1,
        page_token: token.to_owned(),
        ..ListCreatorsRequest::default()
    };
    let first = guarded.client("reader").read(list("")).await;
    let next = list(&first.next_page_token);
    let stolen = guarded.client("settler").call(next.clone()).await;
    let refusal = Refusal::from(stolen.unwrap_err());
    assert_eq!(refusal.code, Code::InvalidArgument);
    let second = guarded.client("reader").read(next).await;
    assert_eq!(second.creators.len(), 1);
}
