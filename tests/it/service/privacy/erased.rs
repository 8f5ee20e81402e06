//! After an erasure nothing shows the person, now or as of the past, and nothing else has changed.

use campaign_ledger::wire::proto::api::as_of::At;
use campaign_ledger::wire::proto::api::audit_service_client::AuditServiceClient;
use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::CostType;
use tonic::Code;

use super::super::as_of::questions::note_all;
use super::super::retries::named;
use super::marks::found_in;
use super::tale::{LAST_DAY, PEOPLE, Tale};
use crate::cli::{run, run_beside};
use crate::support::keys::copy_keys;
use crate::support::server::{Client, Server, Story, day, idr, terms};

fn at(position: u64) -> AsOf {
    AsOf {
        at: Some(At::Position(position)),
    }
}

/// Every answer that there is now, or as of a position.
async fn answers(client: &Client, tale: &Tale, as_of: Option<u64>) -> String {
    let mut said = String::new();
    for note in note_all(client).await {
        let told = match as_of {
            None => note.told,
            Some(position) => (note.again)(client.clone(), at(position)).await,
        };
        said.push_str(&told.unwrap_or_default());
        said.push('\n');
    }
    for who in PEOPLE {
        for order in ["one", "two", "three", "four"] {
            let get = GetConversionRequest {
                brand_id: tale.brand.clone(),
                order_source: String::from("shop"),
                order_id: format!("{order}-{who}"),
                as_of: as_of.map(at),
                ..GetConversionRequest::default()
            };
            // There may be no such order yet.
            said.push_str(&format!("{:?}\n", client.call(get).await.ok()));
        }
    }
    let orders = ListConversionsRequest {
        brand_id: tale.brand.clone(),
        campaign_id: tale.campaign.clone(),
        page_size: 1_000,
        as_of: as_of.map(at),
        ..ListConversionsRequest::default()
    };
    said.push_str(&format!("{:?}\n", client.call(orders).await.unwrap()));
    said
}

/// What an answer says but for the texts about Ayu, and for which of them are hidden.
fn but_for_texts(said: &str, tale: &Tale) -> String {
    let mut said = said.to_owned();
    for mark in tale.marks.of("ayu") {
        said = said.replace(&format!("https://example.com/{}", mark.text), "");
        said = said.replace(&mark.text, "");
    }
    while let Some(begin) = said.find("hidden: [HiddenField") {
        let end = said[begin..].find(" }]").unwrap();
        said.replace_range(begin..begin + end + " }]".len(), "hidden: []");
    }
    said
}

fn is_alike(now: &str, then: &str, tale: &Tale, question: &str) {
    let [now, then] = [now, then].map(|said| but_for_texts(said, tale));
    let pairs = now.split_whitespace().zip(then.split_whitespace());
    let other: Vec<_> = pairs.filter(|(now, then)| now != then).collect();
    assert!(now == then, "{question}: {other:?} in {now}");
}

async fn root_at(client: &Client, size: u64) -> String {
    let mut audit = AuditServiceClient::new(client.channel());
    let request = GetConsistencyProofRequest {
        from_size: 1,
        to_size: Some(size),
    };
    let proof = audit.get_consistency_proof(request).await.unwrap();
    format!("{:?}", proof.into_inner())
}

/// Reports, which have nothing personal, and the numbers of every other answer.
async fn figures(client: &Client, tale: &Tale) -> Vec<String> {
    let roi = GetCampaignRoiRequest {
        brand_id: tale.brand.clone(),
        campaign_id: tale.campaign.clone(),
        ..GetCampaignRoiRequest::default()
    };
    let roi = client.read(roi).await.roi.unwrap();
    let mut said = vec![format!("{:?}", roi.total)];
    for who in PEOPLE {
        let partnership = GetPartnershipRequest {
            brand_id: tale.brand.clone(),
            creator_id: who.to_owned(),
            ..GetPartnershipRequest::default()
        };
        said.push(format!("{:?}", client.read(partnership).await.partnership));
        let performance = GetCollaborationPerformanceRequest {
            brand_id: tale.brand.clone(),
            campaign_id: tale.campaign.clone(),
            collaboration_id: who.to_owned(),
            ..GetCollaborationPerformanceRequest::default()
        };
        let told = client.read(performance).await.performance;
        said.push(format!("{told:?}"));
    }
    said
}

fn shows(said: &str, tale: &Tale, who: &str) -> usize {
    let found = found_in(said.as_bytes(), &tale.marks.0);
    found.iter().filter(|mark| mark.about == who).count()
}

/// Nothing shows Ayu, and Bima is as he was.
async fn is_erased(client: &Client, tale: &Tale, as_of: Option<u64>) {
    let said = answers(client, tale, as_of).await;
    let found = found_in(said.as_bytes(), &tale.marks.0);
    let of_ayu: Vec<_> = found.iter().filter(|mark| mark.about == "ayu").collect();
    assert!(of_ayu.is_empty(), "as of {as_of:?}: {of_ayu:#?}");
    assert!(shows(&said, tale, "bima") > 10);
    assert!(said.contains("reason: Erased"), "{said}");
    assert!(!said.contains("reason: NoKey"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_shows_an_erased_person_and_nothing_else_changes() {
    let server = Server::start().await;
    let mut tale = Tale::play(&server).await;
    let block = named(tale.block("ayu"), "earlier");
    let first = tale.marks.fill("ayu", &block);
    let first_answer = server.write(first.clone()).await;
    let head = server.head().await;
    let before = answers(&server, &tale, None).await;
    assert!(shows(&before, &tale, "ayu") > 40);
    let notes = note_all(&server).await;
    let told = figures(&server, &tale).await;
    let here = tempfile::tempdir().unwrap();
    let backup = format!("backup create old.clbu --server http://{}", server.address);
    let (code, said) = run_beside(here.path(), backup).await;
    assert_eq!(code, Some(0), "{said}");
    let proof = root_at(&server, head).await;

    server.write(tale.erase("ayu")).await;
    for as_of in [None, Some(head), Some(head / 2)] {
        is_erased(&server, &tale, as_of).await;
    }
    for (now, then) in figures(&server, &tale).await.iter().zip(&told) {
        is_alike(now, then, &tale, "figures");
    }
    assert_eq!(root_at(&server, head).await, proof);
    for note in &notes {
        let again = (note.again)(Client::clone(&server), at(head)).await;
        let [now, then] = [&again, &note.told].map(|told| format!("{told:?}").replace('\\', ""));
        is_alike(&now, &then, &tale, &note.question);
    }
    server.write(later_texts(&tale)).await;
    retried(&server, first.clone(), &first_answer).await;
    let server = server.restart().await;
    for as_of in [None, Some(head)] {
        is_erased(&server, &tale, as_of).await;
    }
    retried(&server, first, &first_answer).await;
    assert_eq!(root_at(&server, head).await, proof);
    let resting = server.stop().await;
    let data = resting.directory().display();
    let (code, said) = run(here.path(), &format!("verify --data-dir {data}"));
    assert_eq!(code, Some(0), "{said}");
    let (_, opened) = run(here.path(), &format!("replay --open --data-dir {data}"));
    assert_eq!(shows(&opened, &tale, "ayu"), 0);
    assert!(shows(&opened, &tale, "bima") > 40);

    // A backup from before the erasure, beside the keyring of today.
    let old = here.path().join("old");
    copy_keys(resting.directory(), &old);
    let (code, said) = run(here.path(), "restore old.clbu --data-dir old");
    assert_eq!(code, Some(0), "{said}");
    let mut restored = Server::resting(|config| config.data_dir = old.clone());
    restored.clock.set(day(LAST_DAY));
    restored.accept_clock = true;
    let restored = restored.start().await;
    assert_eq!(restored.head().await, head);
    is_erased(&restored, &tale, None).await;
}

/// A text that is told of the erased.
fn later_texts(tale: &Tale) -> RecordCostRequest {
    let mut cost = tale.cost("later", Some("ayu"), CostType::Bonus, idr(3), day(1));
    cost.note = tale.marks.of("ayu")[0].text.clone();
    cost
}

/// A request from before the erasure gets its receipt, without texts.
async fn retried(server: &Server, request: BlockCreatorRequest, first: &BlockCreatorResponse) {
    let head = server.head().await;
    let again = server.write(request).await;
    assert_eq!(again.receipt, first.receipt);
    assert_eq!(server.head().await, head);
    let creator = again.creator.unwrap();
    assert_eq!(creator.block_reason, "");
    let paths: Vec<_> = again.hidden.iter().map(|one| one.path.as_str()).collect();
    assert!(paths.contains(&"creator.block_reason"), "{paths:?}");
    let is_erased = |one: &HiddenField| one.reason() == HiddenReason::Erased;
    assert!(again.hidden.iter().all(is_erased), "{:?}", again.hidden);
}

#[tokio::test]
async fn texts_about_an_erased_person_are_accepted_and_dropped() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    let mut profile = story.profile("ayu", 1);
    profile.profile.as_mut().unwrap().display_name = String::from("Ayu Pagi");
    server.write(profile.clone()).await;
    server.write(story.erase("ayu")).await;
    profile.profile.as_mut().unwrap().display_name = String::from("Ayu Senja");
    let told = named(profile, "told");
    let answer = server.write(told.clone()).await;
    let creator = answer.creator.as_ref().unwrap();
    assert_eq!(creator.profile.as_ref().unwrap().display_name, "");
    let paths: Vec<_> = answer.hidden.iter().map(|one| one.path.as_str()).collect();
    assert_eq!(paths, ["creator.profile.display_name"]);
    assert_eq!(answer.hidden[0].reason(), HiddenReason::Erased);
    assert_eq!(server.write(told.clone()).await, answer);
    let invite = story.invite("ayu", terms(idr(1)));
    let refusal = server.refused_for_nothing(invite).await;
    refusal.is(Code::FailedPrecondition, ErrorReason::CreatorErased);
    let server = server.restart().await;
    assert_eq!(server.write(told).await.receipt, answer.receipt);
}
