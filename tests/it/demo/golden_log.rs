//! A log that this project once wrote stays readable forever: restored, it has the same blocks and
//! gives the same answers.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::dynamic::Dynamic;
use super::expect::differences;
use super::{Run, play_through, run, served};
use crate::support::server::Server;
use campaign_ledger::cli::demo::story::{Step, Story};

/// The backup, and the queries with their answers.
const BACKUP: &str = "tests/golden/log-2.clbu";
const ANSWERS: &str = "tests/golden/log-2.json";
/// The keys of its personal texts, and the master key that wraps them. They guard nothing: the people of
/// the stories are made up.
const KEYS: &str = "tests/golden/log-2.clkb";
const MASTER_KEY: &str = "tests/golden/log-2.master-key";

/// Plays all stories and keeps their log and the answers.
async fn keep() {
    let server = served().await;
    let client = Dynamic::new(server.channel());
    let mut questions = vec![("AuditService/GetHead".to_owned(), json!({}))];
    for name in ["skincare", "cafe", "fashion", "startup"] {
        let story = Story::named(name).unwrap();
        play_through(&client, &story, Run::First).await;
        questions.extend(story.steps.into_iter().filter_map(|step| match step {
            Step::Ask { method, request } => Some((method, request)),
            Step::Write { .. } | Step::Await { .. } => None,
        }));
    }
    let mut kept = Vec::new();
    for (method, request) in questions {
        let answer = client.call(&method, &request).await.unwrap();
        let line = json!({"ask": method, "request": request, "answer": answer});
        kept.push(line.to_string());
    }
    fs::write(ANSWERS, format!("[\n{}\n]\n", kept.join(",\n"))).unwrap();
    let address = server.address;
    run(format!("backup create {BACKUP} --server http://{address}")).await;
    let data = server.directory().to_owned();
    run(format!("keys backup {KEYS} --data-dir {}", data.display())).await;
    fs::copy(data.join("master-key"), MASTER_KEY).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn golden_log_says_what_it_said() {
    if std::env::var("GOLDEN").is_ok_and(|golden| golden == "write") && !Path::new(BACKUP).exists()
    {
        keep().await;
    }
    let here = TempDir::new().unwrap();
    let data = here.path().join("data");
    run(format!("restore {BACKUP} --data-dir {}", data.display())).await;
    fs::copy(MASTER_KEY, data.join("master-key")).unwrap();
    run(format!("keys restore {KEYS} --data-dir {}", data.display())).await;
    let mut resting = Server::resting(|config| config.data_dir = data);
    // Before the history, so that no timer adds events to it.
    resting.accept_clock = true;
    let server = resting.start().await;
    let client = Dynamic::new(server.channel());
    let kept: Vec<Value> = serde_json::from_slice(&fs::read(ANSWERS).unwrap()).unwrap();
    assert!(kept.len() > 4, "there is something to ask");
    for one in kept {
        let method = one["ask"].as_str().unwrap();
        let answer = client.call(method, &one["request"]).await.unwrap();
        let found = differences(&one["answer"], Some(&answer), method);
        assert!(found.is_empty(), "{}", found.join("\n"));
    }
}
