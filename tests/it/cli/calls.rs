//! `call`: any method with JSON, and what there is to call.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::{BINARY, run};
use crate::support::server::{Server, Story};

/// Calls with these arguments and this standard input; returns how it ended, what it answered, and
/// what it complained about.
async fn call(server: &Server, words: &[&str], input: &str) -> (Option<i32>, String, String) {
    let mut command = Command::new(BINARY);
    command
        .arg("call")
        .args(["--server", &format!("http://{}", server.address)])
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let input = input.to_owned();
    let ran = tokio::task::spawn_blocking(move || {
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(input.as_bytes()).unwrap();
        drop(stdin);
        child.wait_with_output().unwrap()
    });
    let output = ran.await.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

/// The profile of a creator, as JSON.
fn profile(creator: &str) -> String {
    json!({
        "brand_id": "brand",
        "context": {"request_id": creator, "actor": {"kind": "ACTOR_KIND_BRAND", "id": "nina"}},
        "creator_id": creator,
        "profile": {"display_name": "Ayu", "followers": [{
            "platform": "PLATFORM_TIKTOK", "followers": "10", "observed_at": "2020-01-01T00:00:00Z",
        }]},
    })
    .to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_and_its_answer_are_json() {
    let server = Server::start().await;
    let record = "CreatorService/RecordCreatorProfile";
    let (code, answer, said) = call(&server, &[record, &profile("ayu")], "").await;
    assert_eq!(code, Some(0), "{said}");
    let answer: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(answer["receipt"]["lastPosition"], "1");
    assert_eq!(answer["creator"]["creatorId"], "ayu");

    let (code, answer, said) = call(&server, &[record, "-"], &profile("bima")).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(answer.contains("  \"creatorId\": \"bima\""), "{answer}");

    let (code, answer, _) = call(&server, &["AuditService/GetHead"], "").await;
    assert_eq!(code, Some(0));
    let answer: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(answer["position"], "2");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_is_a_line_for_each_message() {
    let server = Server::start().await;
    let story = Story::of("brand", "campaign", "IDR", &server);
    server.write(story.profile("ayu", 1_000)).await;
    let read = r#"{"scope": {"all": {}}}"#;
    let (code, lines, said) = call(&server, &["AuditService/ReadEvents", read], "").await;
    assert_eq!(code, Some(0), "{said}");
    let lines: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines[0]["batch"]["records"][0]["position"], "1");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_says_all_that_is_wrong() {
    let server = Server::start().await;
    let bad = r#"{"brand_id": "brand", "creator_id": "Sri W."}"#;
    let record = "CreatorService/RecordCreatorProfile";
    let (code, answer, said) = call(&server, &[record, bad], "").await;
    assert_eq!((code, answer.as_str()), (Some(1), ""));
    assert_eq!(
        said,
        "error: InvalidArgument: context is required (and 2 more)\n  \
           reason: INVALID_FIELD\n  \
           context is required\n  \
           creator_id must be 1 to 64 characters of a-z 0-9 - _\n  \
           profile is required\n"
    );
    let nobody = r#"{"brand_id": "brand", "creator_id": "nobody"}"#;
    let (code, _, said) = call(&server, &["CreatorService/GetCreator", nobody], "").await;
    assert_eq!(code, Some(1));
    assert!(said.contains("\n  reason: CREATOR_NOT_FOUND\n"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_sent_is_a_mistake_of_the_caller() {
    let server = Server::start().await;
    for (words, complaint) in [
        (
            &["CampaignService/GetCampain"][..],
            "; is it CampaignService/GetCampaign?",
        ),
        (
            &["CampaignService/GetCampaign", r#"{"brand": 1}"#],
            "the request is not GetCampaignRequest: ",
        ),
        (
            &["CampaignService/GetCampaign", "{} {}"],
            "GetCampaign takes one request, not 2",
        ),
    ] {
        let (code, answer, said) = call(&server, words, "").await;
        assert_eq!((code, answer.as_str()), (Some(2), ""), "{said}");
        assert!(said.contains(complaint), "{said}");
    }
}

#[test]
fn what_there_is_to_call_needs_no_server() {
    let (code, all) = run(Path::new("."), "call");
    assert_eq!(code, Some(0));
    assert!(
        all.contains("MeasurementService/IngestEngagement\n"),
        "{all}"
    );
    for name in all.lines() {
        let (code, text) = run(Path::new("."), &format!("call --describe {name}"));
        assert_eq!(code, Some(0), "{text}");
        assert!(text.starts_with("// "), "{text}");
    }
    let (_, text) = run(Path::new("."), "call --describe CampaignPlan");
    assert!(text.contains("\n  Money budget_cap\n"), "{text}");
    let (_, text) = run(Path::new("."), "call --describe CampaignState");
    assert!(text.contains("\n  CAMPAIGN_STATE_OPEN\n"), "{text}");
}
