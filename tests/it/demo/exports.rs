//! Exports of the stories: tables equal the API's answers, field by field; events equal the stored
//! ones.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use campaign_ledger::log::codec::json::record_descriptor;
use campaign_ledger::text::cell as safe;
use campaign_ledger::wire::proto::api::audit_service_client::AuditServiceClient;
use campaign_ledger::wire::proto::api::*;
use prost_reflect::DynamicMessage;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::dynamic::Dynamic;
use super::{Run, play_through, run, served};
use crate::support::server::Server;
use campaign_ledger::cli::demo::story::Story;

const BRAND: &str = "sari-kulit";

/// Every table, the call that returns its rows, and what the call is made for each of.
const TABLES: [(&str, &str, Option<&str>); 13] = [
    ("campaigns", "CampaignService/ListCampaigns", None),
    ("creators", "CreatorService/ListCreators", None),
    ("partnerships", "ReportService/ListPartnerships", None),
    (
        "collaborations",
        "CollaborationService/ListCollaborations",
        None,
    ),
    ("publications", "MeasurementService/ListPublications", None),
    (
        "conversions",
        "MeasurementService/ListConversions",
        Some("campaigns"),
    ),
    ("rights", "CollaborationService/ListUsageRights", None),
    ("tasks", "ReportService/ListWorklist", None),
    ("costs", "SettlementService/ListCosts", Some("campaigns")),
    (
        "disputes",
        "SettlementService/ListDisputes",
        Some("campaigns"),
    ),
    ("reports", "ReportService/ListReports", Some("campaigns")),
    ("roi", "ReportService/GetCampaignRoi", Some("campaigns")),
    (
        "performance",
        "ReportService/GetCollaborationPerformance",
        Some("collaborations"),
    ),
];

/// A server on which the story of a brand was played.
async fn played() -> (Server, Dynamic) {
    let server = served().await;
    let story = Story::named("skincare").unwrap();
    let client = Dynamic::new(server.channel());
    play_through(&client, &story, Run::First).await;
    (server, client)
}

/// Runs `campaign-ledger export` and reads what it wrote.
async fn exported(words: String) -> String {
    let directory = TempDir::new().unwrap();
    let out = directory.path().join("out");
    run(format!("export {words} --out {}", out.display())).await;
    fs::read_to_string(out).unwrap()
}

async fn table(server: &Server, words: &str) -> String {
    let address = server.address;
    exported(format!(
        "{words} --open --brand {BRAND} --server http://{address}"
    ))
    .await
}

/// Returns the API's answers for the rows of a table.
async fn rows(client: &Dynamic, name: &str) -> Vec<Value> {
    let (_, method, each) = TABLES.into_iter().find(|table| table.0 == name).unwrap();
    let mut requests = vec![json!({"brand_id": BRAND})];
    if let Some(each) = each {
        requests.clear();
        for parent in Box::pin(rows(client, each)).await {
            let mut request = json!({"brand_id": BRAND, "campaign_id": parent["campaignId"]});
            if each == "collaborations" {
                request["collaboration_id"] = parent["collaborationId"].clone();
            }
            requests.push(request);
        }
    }
    let mut rows = Vec::new();
    for request in requests {
        let answer = client.call(method, &request).await.unwrap();
        assert_eq!(answer.get("nextPageToken"), None, "one page is enough");
        for value in answer.as_object().unwrap().values() {
            match value {
                Value::Array(entries) => rows.extend(entries.iter().cloned()),
                Value::Object(_) => rows.push(value.clone()),
                _ => {}
            }
        }
    }
    rows
}

/// Returns the value that a column names; `None` where the API's JSON has none.
fn resolved<'a>(row: &'a Value, column: &str) -> Option<&'a Value> {
    column.split('.').try_fold(row, |value, step| {
        let (name, words) = match step.split_once('[') {
            Some((name, words)) => (name, words.strip_suffix(']')),
            None => (step, None),
        };
        let value = value.get(camel_case(name))?;
        let Some(words) = words else {
            return Some(value);
        };
        let is_named = |entry: &&Value| {
            let object = entry.as_object().unwrap();
            let texts: BTreeSet<_> = object.values().filter_map(Value::as_str).collect();
            words.split(',').all(|word| texts.contains(word))
        };
        value.as_array()?.iter().find(is_named)
    })
}

fn camel_case(name: &str) -> String {
    let mut parts = name.split('_');
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |name, part| {
        let (initial, rest) = part.split_at(1);
        name + &initial.to_uppercase() + rest
    })
}

/// Counts the values; a list that is a column counts as one.
fn values(value: &Value, at: &str, columns: &BTreeSet<String>) -> usize {
    match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| values(value, &format!("{at}.{name}"), columns))
            .sum(),
        Value::Array(entries) if !columns.contains(at) => {
            entries.iter().map(|entry| values(entry, at, columns)).sum()
        }
        _ => 1,
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

/// Returns whether a cell has the default that the API's JSON omits.
fn is_nothing(cell: &str) -> bool {
    ["", "0", "false"].contains(&cell) || cell.ends_with("_UNSPECIFIED")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tables_leave_people_out_unless_told_otherwise() {
    let (server, client) = played().await;
    let creators = rows(&client, "creators").await;
    let names = creators.iter().map(|one| &one["profile"]["displayName"]);
    let names: Vec<_> = names.filter_map(Value::as_str).collect();
    assert!(names.len() > 1, "{creators:?}");
    let address = server.address;
    let closed = format!("creators --brand {BRAND} --server http://{address}");
    let closed = exported(closed).await;
    let opened = table(&server, "creators").await;
    for name in names {
        assert!(opened.contains(name), "{opened}");
        assert!(!closed.contains(name), "{closed}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tables_say_what_the_api_says() {
    let (server, client) = played().await;
    let mut filled = 0;
    for (name, ..) in TABLES {
        let written = table(&server, name).await;
        let mut reader = csv::Reader::from_reader(written.as_bytes());
        let columns: Vec<_> = reader
            .headers()
            .unwrap()
            .iter()
            .map(str::to_owned)
            .collect();
        // The names that `values` uses.
        let names: BTreeSet<_> = columns
            .iter()
            .map(|column| {
                let plain = column
                    .split('.')
                    .map(|step| step.split('[').next().unwrap());
                plain.map(|name| format!(".{}", camel_case(name))).collect()
            })
            .collect();
        let found: Vec<_> = reader.records().map(Result::unwrap).collect();
        let expected = rows(&client, name).await;
        assert_eq!(found.len(), expected.len(), "{name}");
        for (row, answer) in found.iter().zip(&expected) {
            let mut told = 0;
            for (column, cell) in columns.iter().zip(row) {
                match resolved(answer, column) {
                    Some(list @ Value::Array(_)) => {
                        // Lists use the API's field names.
                        let cell: Value = serde_json::from_str(cell).unwrap();
                        let count = |value: &Value| value.as_array().unwrap().len();
                        assert_eq!(count(&cell), count(list), "{name}: {column}");
                        told += 1;
                    }
                    Some(value) => {
                        assert_eq!(cell, safe(&text(value)), "{name}: {column}");
                        told += 1;
                    }
                    None => assert!(is_nothing(cell), "{name}: {column} is {cell}"),
                }
            }
            assert_eq!(told, values(answer, "", &names), "{name}: {answer:#}");
        }
        filled += usize::from(!expected.is_empty());
    }
    assert!(filled >= 8, "the story fills most tables, not {filled}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tables_of_the_past_are_those_of_then() {
    let server = served().await;
    let client = Dynamic::new(server.channel());
    let mut story = Story::named("skincare").unwrap();
    story.steps.truncate(story.steps.len() / 2);
    play_through(&client, &story, Run::First).await;
    let then = server.head().await;
    let (costs, roi) = (table(&server, "costs").await, table(&server, "roi").await);
    // A file that was written is not written again.
    let whole = Story::named("skincare").unwrap();
    play_through(&client, &whole, Run::Later).await;
    let at = |name: &str| format!("{name} --position {then}");
    assert_eq!(table(&server, &at("costs")).await, costs);
    assert_eq!(table(&server, &at("roi")).await, roi);
    assert_ne!(table(&server, "roi").await, roi);
}

/// Returns what the server has stored, read over gRPC.
async fn stored(server: &Server) -> Vec<DynamicMessage> {
    let request = ReadEventsRequest {
        scope: Some(LogScope {
            scope: Some(log_scope::Scope::All(WholeLog {})),
        }),
        ..ReadEventsRequest::default()
    };
    let mut client = AuditServiceClient::new(server.channel());
    let mut batches = client.read_events(request).await.unwrap().into_inner();
    let mut records = Vec::new();
    while let Some(message) = batches.message().await.unwrap() {
        let read = |bytes: &[u8]| DynamicMessage::decode(record_descriptor(), bytes).unwrap();
        let batch = message.batch.unwrap_or_default();
        records.extend(batch.records().map(read));
    }
    records
}

fn read(lines: &str) -> Vec<DynamicMessage> {
    let read = |line: &str| {
        let mut json = serde_json::Deserializer::from_str(line);
        DynamicMessage::deserialize(record_descriptor(), &mut json).unwrap()
    };
    lines.lines().map(read).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_are_those_that_are_stored() {
    let (server, _) = played().await;
    let stored = stored(&server).await;
    let of_server = |words: &str| exported(format!("events {words}"));
    let address = format!("--server http://{}", server.address);
    let all = of_server(&address).await;
    assert!(stored.len() > 50);
    assert_eq!(read(&all), stored);
    let campaign = "--brand sari-kulit --campaign serum-pagi --after 3 --limit 20";
    let some = of_server(&format!("{campaign} {address}")).await;
    assert_eq!(some.lines().count(), 20);
    assert!(
        some.lines()
            .all(|line| line.contains(r#""campaignId":"serum-pagi""#))
    );
    let nothing = of_server(&format!("--brand nobody {address}")).await;
    assert_eq!(nothing, "");

    // A stopped ledger exports the same.
    let rest = server.stop().await;
    let offline = |words: String, data: &Path| {
        exported(format!("events {words} --data-dir {}", data.display()))
    };
    let data = rest.config.data_dir.clone();
    assert_eq!(offline(String::from("--after 0"), &data).await, all);
    assert_eq!(offline(campaign.to_owned(), &data).await, some);
}
