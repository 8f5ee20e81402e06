//! No text of a person is in any file, stream, export, page token or log line.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use campaign_ledger::log::backup::Backup;
use campaign_ledger::log::directory::{DataDirectory, ONLY_PARTITION};
use campaign_ledger::log::sled::SledLog;
use campaign_ledger::log::{Block, Log as _, Position};
use campaign_ledger::wire::proto::api::audit_service_client::AuditServiceClient;
use campaign_ledger::wire::proto::api::*;

use super::super::as_of::questions::note_all;
use super::super::audit::all;
use super::marks::{Mark, Marks, found_in, told_by_writes};
use super::tale::{PEOPLE, Tale};
use crate::cli::{Serving, run, run_beside};
use crate::support::server::{Client, Server, Story, day};

fn has_none(bytes: &[u8], marks: &Marks, place: &str) {
    let found = found_in(bytes, &marks.0);
    assert!(
        found.is_empty(),
        "{place} has {:#?}",
        &found[..found.len().min(5)]
    );
}

fn files_below(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files_below(&path, found),
            false => found.push(path),
        }
    }
}

/// Searches every file, whatever it is for.
fn files_have_none(directory: &Path, marks: &Marks) {
    let mut files = Vec::new();
    files_below(directory, &mut files);
    let names: Vec<_> = files.iter().filter_map(|path| path.file_name()).collect();
    for name in ["keyring", "checkpoint"] {
        assert!(names.contains(&name.as_ref()), "{names:?}");
    }
    for path in files {
        let bytes = fs::read(&path).unwrap();
        has_none(&bytes, marks, &path.display().to_string());
        let name = path.strip_prefix(directory).unwrap();
        has_none(name.to_str().unwrap().as_bytes(), marks, "a name of a file");
    }
}

fn block_has_none(block: &Block, marks: &Marks, place: &str) -> usize {
    let records = block.records_after(Position::START);
    records
        .map(|(position, bytes)| has_none(bytes, marks, &format!("{place} at {position}")))
        .count()
}

/// Everything that was told about people is in some answer.
async fn control(client: &Client, tale: &Tale) {
    let mut said = String::new();
    for note in note_all(client).await {
        said.push_str(&note.told.unwrap_or_default());
    }
    for who in PEOPLE {
        for order in ["one", "two", "three", "four"] {
            let get = GetConversionRequest {
                brand_id: tale.brand.clone(),
                order_source: String::from("shop"),
                order_id: format!("{order}-{who}"),
                ..GetConversionRequest::default()
            };
            said.push_str(&format!("{:?}", client.read(get).await));
        }
    }
    let of: BTreeSet<&str> = found_in(said.as_bytes(), &tale.marks.0)
        .into_iter()
        .map(|mark| mark.field.as_str())
        .collect();
    for field in [
        "campaign.ledger.v1.CreatorProfile.display_name",
        "campaign.ledger.v1.CreatorProfile.contact",
        "campaign.ledger.v1.CreatorHandle.handle",
        "campaign.ledger.type.v1.Assessment.note",
        "campaign.ledger.type.v1.AttributionTerms.code",
        "campaign.ledger.type.v1.AttributionTerms.link",
        "campaign.ledger.v1.SubmitContentRequest.content_ref",
        "campaign.ledger.v1.CorrectPublicationRequest.url",
        "campaign.ledger.v1.CorrectPublicationRequest.platform_post_id",
        "campaign.ledger.v1.CheckDisclosureRequest.evidence",
        "campaign.ledger.v1.ShipProductRequest.product",
        "campaign.ledger.v1.CorrectConversionRequest.code",
        "campaign.ledger.v1.RecordCostRequest.note",
        "campaign.ledger.v1.OpenDisputeRequest.reason",
    ] {
        assert!(of.contains(field), "no answer has {field}: {of:#?}");
    }
    assert!(of.len() > 30, "{of:#?}");
}

/// Searches what streams give, and what the tokens of lists say.
async fn streams_have_none(client: &Client, marks: &Marks) -> Vec<u8> {
    let mut audit = AuditServiceClient::new(client.channel());
    let read = ReadEventsRequest {
        scope: all(),
        ..ReadEventsRequest::default()
    };
    let mut reading = audit.read_events(read).await.unwrap().into_inner();
    let mut events = 0;
    while let Some(part) = reading.message().await.unwrap() {
        for record in part.batch.unwrap().records() {
            has_none(record, marks, "an event that is read");
            events += 1;
        }
    }
    assert_eq!(events, client.head().await);
    let take = TakeBackupRequest { after_position: 0 };
    let mut taking = audit.take_backup(take).await.unwrap().into_inner();
    let mut backup = Vec::new();
    while let Some(part) = taking.message().await.unwrap() {
        backup.extend_from_slice(&part.chunk);
    }
    has_none(&backup, marks, "a backup");
    let mut within = 0;
    for block in Backup::open(backup.as_slice()).unwrap() {
        within += block_has_none(&block.unwrap(), marks, "a backup");
    }
    assert_eq!(within as u64, events);
    backup
}

fn token_has_none(token: &str, marks: &Marks) {
    has_none(token.as_bytes(), marks, "a page token");
    let engines = [&STANDARD, &URL_SAFE, &URL_SAFE_NO_PAD];
    let read: Vec<_> = engines
        .iter()
        .filter_map(|engine| engine.decode(token).ok())
        .collect();
    assert!(!read.is_empty(), "no base64: {token}");
    for bytes in read {
        has_none(&bytes, marks, "a page token");
    }
}

async fn tokens_have_none(tale: &Tale) {
    let client = &tale.client;
    let creators = ListCreatorsRequest {
        brand_id: tale.brand.clone(),
        page_size: 1,
        ..ListCreatorsRequest::default()
    };
    let posts = ListPublicationsRequest {
        page_size: 1,
        ..tale.posts()
    };
    let rights = ListUsageRightsRequest {
        page_size: 1,
        ..tale.rights()
    };
    let orders = ListConversionsRequest {
        brand_id: tale.brand.clone(),
        campaign_id: tale.campaign.clone(),
        code: tale.code_of("ayu").await,
        page_size: 1,
        ..ListConversionsRequest::default()
    };
    let costs = ListCostsRequest {
        brand_id: tale.brand.clone(),
        campaign_id: tale.campaign.clone(),
        page_size: 1,
        ..ListCostsRequest::default()
    };
    for token in [
        client.read(creators).await.next_page_token,
        client.read(posts).await.next_page_token,
        client.read(rights).await.next_page_token,
        client.read(orders).await.next_page_token,
        client.read(costs).await.next_page_token,
    ] {
        assert!(!token.is_empty());
        token_has_none(&token, &tale.marks);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_about_people_are_told_back_and_are_nowhere_else() {
    let server = Server::start().await;
    let tale = Tale::play(&server).await;
    let filled = tale.marks.fields();
    let lacks: Vec<_> = told_by_writes().difference(&filled).cloned().collect();
    assert!(lacks.is_empty(), "the tale does not tell {lacks:#?}");
    control(&server, &tale).await;
    streams_have_none(&server, &tale.marks).await;
    tokens_have_none(&tale).await;

    let here = tempfile::tempdir().unwrap();
    let to = format!("--server http://{}", server.address);
    let events = format!("export events --brand kopi {to}");
    let (code, said) = run_beside(here.path(), events).await;
    assert_eq!(code, Some(0), "{said}");
    has_none(said.as_bytes(), &tale.marks, "an export of events");

    let resting = server.stop().await;
    files_have_none(resting.directory(), &tale.marks);
    let data = resting.directory().display();
    for line in [
        format!("replay --data-dir {data}"),
        format!("export events --data-dir {data}"),
        format!("verify --data-dir {data}"),
    ] {
        let (code, said) = run(here.path(), &line);
        assert_eq!(code, Some(0), "{line}: {said}");
        has_none(said.as_bytes(), &tale.marks, &line);
    }
    // The same line shows them, once they are opened.
    let (code, said) = run(here.path(), &format!("replay --open --data-dir {data}"));
    assert_eq!(code, Some(0), "{said}");
    let opened = found_in(said.as_bytes(), &tale.marks.0);
    let opened: BTreeSet<&str> = opened.iter().map(|mark| mark.text.as_str()).collect();
    let is_hidden = |mark: &&Mark| !opened.contains(mark.text.as_str());
    let hidden: Vec<_> = tale.marks.0.iter().filter(is_hidden).collect();
    // Codes of orders that quoted another one, and a waiver that was refused, were never told.
    assert!(hidden.len() < 12, "{hidden:#?}");
    let directory = DataDirectory::open(resting.directory()).unwrap();
    let log = SledLog::open(&directory.log_path(), ONLY_PARTITION).unwrap();
    for block in log.read(Position::START).unwrap() {
        block_has_none(&block.unwrap(), &tale.marks, "the log");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn log_lines_have_no_texts_about_people() {
    let here = tempfile::tempdir().unwrap();
    let flags = ["--log-filter", "trace"];
    let serving = Serving::on(&here.path().join("data"), &flags).ok().unwrap();
    let address = serving.url.strip_prefix("http://").unwrap();
    let client = Client::to(address.parse().unwrap()).await;
    let story = Story::of("kopi", "launch", "IDR", &client);
    let mut marks = Marks::default();
    let mut profile = story.profile("ayu", 1);
    let told = profile.profile.as_mut().unwrap();
    told.followers.clear();
    let profile = marks.fill("ayu", &profile);
    client.write(profile.clone()).await;
    let block = marks.fill("ayu", &story.block("ayu"));
    client.write(block.clone()).await;
    // Refused by a rule, and at the door.
    client.refused(block).await;
    client
        .refused(marks.fill("ayu", &story.clear("ayu", "f-1")))
        .await;
    let mut long = profile;
    let told = long.profile.as_mut().unwrap();
    told.display_name = told.display_name.repeat(100);
    client.refused(long).await;
    let publish = story.publish("ayu", "d1", day(0));
    client.refused(marks.fill("ayu", &publish)).await;
    let orders = ListConversionsRequest {
        brand_id: story.brand.clone(),
        campaign_id: story.campaign.clone(),
        code: marks.0[0].text.clone(),
        ..ListConversionsRequest::default()
    };
    let _ = client.call(orders).await;
    client.write(story.erase("ayu")).await;
    drop((story, client));
    let said = serving.stop();
    assert!(said.contains("TRACE") || said.contains("DEBUG"), "{said}");
    has_none(said.as_bytes(), &marks, "standard error");
}
