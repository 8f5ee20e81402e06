//! The four stories of `deploy/demo`, played through the real server; every number was computed by
//! hand.

mod dynamic;
mod examples;
mod expect;
mod exports;
mod golden_log;

use std::collections::BTreeMap;
use std::path::PathBuf;

use campaign_ledger::cli::{Arguments, Command, backup, export, keys};
use campaign_ledger::domain::Timestamp;
use clap::Parser;
use serde_json::Value;

use crate::support::server::Server;
use campaign_ledger::cli::demo::story::{self, STORIES, Step, Story};
use dynamic::Dynamic;
use expect::differences;

/// 2026-11-01T00:00:00Z: any time that a ledger accepts works.
const NOW_S: i64 = 1_793_491_200;
/// 2020-02-01T00:00:00Z and 2249-06-01T00:00:00Z: hardly any clock is outside of them.
const EDGES_S: [i64; 2] = [1_580_515_200, 8_817_724_800];

fn stories() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("deploy/demo/stories")
}

async fn served() -> Server {
    served_at(NOW_S).await
}

async fn served_at(seconds: i64) -> Server {
    let server = Server::start().await;
    server
        .clock()
        .set(Timestamp::new(seconds, 0).unwrap().into());
    server
}

/// Runs a command line, which must succeed.
async fn run(words: String) {
    let ran = tokio::task::spawn_blocking(move || {
        let line = format!("campaign-ledger {words}");
        match Arguments::try_parse_from(line.split(' ')).unwrap().command {
            Command::Export(command) => export::export(&command).unwrap(),
            Command::Backup(command) => backup::backup(&command).unwrap(),
            Command::Restore(arguments) => backup::restore(&arguments).unwrap(),
            Command::Keys(command) => keys::run(&command).unwrap(),
            other => panic!("nothing here runs {other:?}"),
        }
    });
    ran.await.unwrap();
}

/// What must come out of a story.
fn expected(name: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(stories().join(format!("{name}.expected.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

async fn play(name: &str) {
    let server = served().await;
    let story = Story::named(name).unwrap();
    let expected = expected(name);
    let client = Dynamic::new(server.channel());

    let answers = play_through(&client, &story, Run::First).await;
    let head = server.head().await;
    compare(name, &expected, &answers);
    let again = play_through(&client, &story, Run::Later).await;
    assert_eq!(server.head().await, head, "a second run wrote something");
    assert_eq!(again, answers, "a second run was answered in another way");
}

/// Whether a story is played for the first time.
#[derive(Clone, Copy)]
enum Run {
    First,
    Later,
}

/// Plays every step; returns the method and answer of each ask.
async fn play_through(client: &Dynamic, story: &Story, run: Run) -> Vec<(String, Value)> {
    let mut answers = Vec::new();
    let mut saved = BTreeMap::new();
    let mut position = 0;
    for step in &story.steps {
        match step {
            Step::Write {
                method,
                request,
                refused,
                save,
            } => {
                let request = story::fill(request, &saved);
                let answer = client.call(method, &request).await;
                let refused = refused.as_ref().map(|refused| match run {
                    Run::First => &refused.first,
                    Run::Later => &refused.later,
                });
                match (answer, refused) {
                    (Ok(answer), None) => {
                        shows_decimals(method, &answer);
                        position = last_position(&answer);
                        if let Some((name, field)) = save {
                            saved.insert(name.clone(), answer[field].as_str().unwrap().to_owned());
                        }
                    }
                    (Err(reason), Some(expected)) => assert_eq!(&reason, expected, "{method}"),
                    (Ok(_), Some(expected)) => panic!("{method}: expected {expected}: {request}"),
                    (Err(reason), None) => panic!("{method}: {reason}: {request}"),
                }
            }
            Step::Ask { method, request } => {
                let answer = reach(client, method, request, position).await;
                shows_decimals(method, &answer);
                answers.push((method.clone(), answer));
            }
            Step::Await {
                method,
                request,
                until,
            } => loop {
                let answer = reach(client, method, request, position + 1).await;
                position = answer["position"].as_str().unwrap().parse().unwrap();
                if answer.pointer(until) == Some(&true.into()) {
                    break;
                }
            },
        }
    }
    answers
}

/// Every amount of an answer is there as decimal text too.
fn shows_decimals(path: &str, answer: &Value) {
    match answer {
        Value::Object(fields) => {
            for (name, value) in fields {
                let twin = match name.strip_suffix("Minor") {
                    Some(sum) => format!("{sum}Decimal"),
                    None if name == "minorUnits" => String::from("decimal"),
                    None => {
                        shows_decimals(&format!("{path}.{name}"), value);
                        continue;
                    }
                };
                let digits = |value: &Value| {
                    let text = value.as_str().unwrap_or_default().replace('.', "");
                    text.parse::<i64>().ok()
                };
                let told = fields.get(&twin).unwrap_or(&Value::Null);
                assert_eq!(digits(told), digits(value), "{path}.{twin}");
            }
        }
        Value::Array(values) => values.iter().for_each(|one| shows_decimals(path, one)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Reads once the ledger has reached a position.
async fn reach(client: &Dynamic, method: &str, request: &Value, position: u64) -> Value {
    let mut request = request.clone();
    request["min_position"] = position.to_string().into();
    client.call(method, &request).await.unwrap()
}

fn last_position(answer: &Value) -> u64 {
    let written = answer.get("receipt").unwrap_or(answer);
    written["lastPosition"].as_str().unwrap().parse().unwrap()
}

fn compare(story: &str, expected: &[Value], answers: &[(String, Value)]) {
    let asked: Vec<&str> = answers.iter().map(|(method, _)| method.as_str()).collect();
    let named: Vec<&str> = expected
        .iter()
        .map(|one| one["ask"].as_str().unwrap())
        .collect();
    assert_eq!(asked, named, "{story}");
    for ((method, answer), one) in answers.iter().zip(expected) {
        let found = differences(&one["expect"], Some(answer), method);
        assert!(found.is_empty(), "{story}:\n{}", found.join("\n"));
        let order = misplaced(one, answer);
        assert!(order.is_empty(), "{story}: {method}:\n{}", order.join("\n"));
    }
}

/// Lists the elements that are out of place, for the list whose order matters, if there is one.
fn misplaced(one: &Value, answer: &Value) -> Vec<String> {
    let Some(list) = one["in_order"].as_str() else {
        return Vec::new();
    };
    let elements = |of: &Value| of[list].as_array().unwrap().clone();
    let pairs = elements(&one["expect"]).into_iter().zip(elements(answer));
    pairs
        .enumerate()
        .flat_map(|(at, (expected, actual))| {
            differences(&expected, Some(&actual), &format!("{list}[{at}]"))
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn skincare_adds_up() {
    play("skincare").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cafe_adds_up() {
    play("cafe").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fashion_adds_up() {
    play("fashion").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn startup_adds_up() {
    play("startup").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_clock_does_not_matter() {
    for seconds in EDGES_S {
        let server = served_at(seconds).await;
        let client = Dynamic::new(server.channel());
        for (name, _) in STORIES {
            let story = Story::named(name).unwrap();
            let answers = play_through(&client, &story, Run::First).await;
            compare(name, &expected(name), &answers);
        }
    }
}
