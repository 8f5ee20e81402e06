//! Texts that control a terminal or run in a spreadsheet: calls refuse them, and old ones from the
//! log are made harmless in output.

use std::path::Path;

use campaign_ledger::config::Config;
use campaign_ledger::log::directory::{DataDirectory, ONLY_PARTITION};
use campaign_ledger::log::sled::SledLog;
use campaign_ledger::log::{Block, Head, Log as _, Position};
use campaign_ledger::text::{LINE_RULE, NOTE_RULE, is_line};
use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::event::Record;
use campaign_ledger::wire::proto::event::record::Event;
use campaign_ledger::wire::proto::values::CostType;
use prost::Message as _;
use tonic::Code;

use super::{run, run_beside};
use crate::support::server::{Refusal, Server, Story, day, idr, plan};

fn breaks(refusal: Refusal, field: &str, rule: &str) {
    let refusal = refusal
        .is(Code::InvalidArgument, ErrorReason::InvalidField)
        .names(&[field]);
    let broken = refusal.details.bad_request().unwrap();
    assert_eq!(broken.field_violations[0].description, rule);
}

#[tokio::test]
async fn names_and_titles_have_one_line_and_nothing_hidden() {
    let server = Server::start().await;
    let story = Story::of("kopi", "launch", "IDR", &server);
    for hidden in [
        "\u{1b}[2J",
        "\n",
        "\t",
        "\u{9b}",
        "\u{202e}",
        "\u{200f}",
        "\u{2028}",
        "\0",
    ] {
        let mut plan = plan("IDR");
        plan.title = format!("Kopi{hidden}Senja");
        let refusal = server.refused_for_nothing(story.create(plan)).await;
        breaks(refusal, "plan.title", LINE_RULE);
        let mut profile = story.profile("ayu", 10);
        profile.profile.as_mut().unwrap().display_name = format!("Ayu{hidden}");
        let refusal = server.refused_for_nothing(profile).await;
        breaks(refusal, "profile.display_name", LINE_RULE);
    }
    let mut plan = plan("IDR");
    plan.title = String::from("Kopi 👩‍🍳 أيو");
    server.write(story.create(plan)).await;
}

#[tokio::test]
async fn reasons_have_lines_and_nothing_hidden() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    let mut pause = story.pause();
    for hidden in ["\u{1b}[2J", "\r", "\u{202e}"] {
        pause.reason = format!("sold{hidden}out");
        let refusal = server.refused_for_nothing(pause.clone()).await;
        breaks(refusal, "reason", NOTE_RULE);
    }
    pause.reason = String::from("sold out:\r\n\t- in Solo\n\t- in Ubud");
    server.write(pause).await;
}

/// Copies the log of a server into another data directory, and changes the title of its campaign to
/// one that no call accepts today.
fn with_title(from: &Path, to: &Path, title: &str) {
    let open = |root: &Path| {
        let directory = DataDirectory::open_or_create(root).unwrap();
        let log = SledLog::open(&directory.log_path(), ONLY_PARTITION).unwrap();
        (directory, log)
    };
    let (_from, from) = open(from);
    let (_to, to) = open(to);
    let mut head = Head::EMPTY;
    for block in from.read(Position::START).unwrap() {
        let block = block.unwrap();
        let records = block.records_after(Position::START).map(|(_, bytes)| {
            let mut record = Record::decode(bytes.clone()).unwrap();
            if let Some(Event::CampaignCreated(created)) = &mut record.event {
                created.plan.as_mut().unwrap().title = title.to_owned();
            }
            record.encode_to_vec().into()
        });
        let block = Block::seal(ONLY_PARTITION, &head, records.collect()).unwrap();
        head = to.append(&head, &block).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn old_texts_are_served_and_reach_no_terminal() {
    let title = "=Kopi\u{9b}2J\u{202e}\u{1b}]0;x\u{7}\nSenja";
    let server = Server::start().await;
    Story::open(&server, "launch").await;
    let here = tempfile::tempdir().unwrap();
    let data = here.path().join("data");
    let resting = server.stop().await;
    with_title(resting.directory(), &data, title);

    let (code, said) = run(here.path(), "replay --data-dir data");
    assert_eq!(code, Some(0), "{said}");
    assert!(said.lines().all(is_line), "{said:?}");
    let first: serde_json::Value = serde_json::from_str(said.lines().next().unwrap()).unwrap();
    assert_eq!(first["campaignCreated"]["plan"]["title"], title);
    let (code, said) = run(here.path(), "verify --data-dir data");
    assert_eq!(code, Some(0), "{said}");

    // It is another log than the one whose keys there are.
    let settings = |config: &mut Config| {
        config.data_dir = data;
        config.without_keys = true;
    };
    let server = Server::with(settings).await;
    let of = format!("--brand kopi --server http://{}", server.address);
    let (code, said) = run_beside(here.path(), format!("export events {of}")).await;
    assert!(code == Some(0) && said.lines().all(is_line), "{said:?}");
    let (code, said) = run_beside(here.path(), format!("export campaigns {of}")).await;
    assert!(code == Some(0) && said.lines().all(is_line), "{said:?}");
    let shown = "'=Kopi\\u009b2J\\u202e\\u001b]0;x\\u0007\nSenja";
    assert!(said.contains(shown), "{said:?}");
    let (_, raw) = run_beside(here.path(), format!("export campaigns --raw {of}")).await;
    assert!(raw.contains(title), "{raw:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn formulas_are_cells_and_numbers_are_numbers() {
    let server = Server::start().await;
    let story = Story::of("kopi", "launch", "IDR", &server);
    let mut plan = plan("IDR");
    plan.title = String::from("=HYPERLINK(\"http://x\",\"y\")");
    server.write(story.create(plan)).await;
    server.write(story.start()).await;
    server.clock().set(day(2));
    story
        .paid("shoot", None, CostType::Production, idr(1_500))
        .await;
    let here = tempfile::tempdir().unwrap();
    let of = format!("--brand kopi --server http://{}", server.address);
    let (_, said) = run_beside(here.path(), format!("export campaigns {of}")).await;
    assert!(said.contains("\"'=HYPERLINK(\"\"http://x"), "{said}");
    // Money was spent and there was no revenue: a return of -1, and a profit below zero.
    for line in [
        format!("export roi {of}"),
        format!("statement --campaign launch --format csv {of}"),
    ] {
        let (code, said) = run_beside(here.path(), line).await;
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains(",-") && !said.contains("'-"), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_that_repeat_a_text_are_harmless() {
    let server = Server::start().await;
    Story::open(&server, "launch").await;
    let here = tempfile::tempdir().unwrap();
    let metric = "total.\u{1b}[31m\u{202e}revenue";
    let server = format!("--server http://{}", server.address);
    for line in [
        format!("explain --brand kopi --campaign launch --metric {metric} {server}"),
        format!("explain --brand kopi\u{1b}[2J --campaign launch --metric roi {server}"),
        String::from("backup verify no\u{1b}[2J\u{202e}such.clbu"),
    ] {
        let (code, said) = run_beside(here.path(), line).await;
        assert_eq!(code, Some(1), "{said}");
        assert!(said.lines().all(is_line), "{said:?}");
    }
}
