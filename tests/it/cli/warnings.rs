//! Warnings at a start, and reasons to refuse a start.

use std::fs;

use rustix::process::Signal;

use super::{Serving, run};

#[test]
fn serving_without_protection_warns() {
    let data = tempfile::tempdir().unwrap();
    let said = Serving::on(data.path(), &["--insecure"])
        .ok()
        .unwrap()
        .stop();
    assert!(said.contains("WARN") && said.contains("insecure"), "{said}");
    let said = Serving::on(data.path(), &[]).ok().unwrap().stop();
    assert!(!said.contains("WARN"), "{said}");
}

#[test]
fn a_new_key_beside_an_old_checkpoint_warns() {
    let data = tempfile::tempdir().unwrap();
    Serving::on(data.path(), &[]).ok().unwrap().stop();
    assert!(data.path().join("checkpoint").exists());
    fs::remove_file(data.path().join("signing-key")).unwrap();
    let said = Serving::on(data.path(), &[]).ok().unwrap().stop();
    assert!(said.contains("signed by another key"), "{said}");

    fs::remove_file(data.path().join("signing-key")).unwrap();
    let (code, said) = run(data.path(), "keys new --data-dir .");
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("signed by another key"), "{said}");
}

#[test]
fn an_answer_about_the_past_is_no_fault_of_the_server() {
    let data = tempfile::tempdir().unwrap();
    let serving = Serving::on(data.path(), &[]).ok().unwrap();
    let call = |method: &str, request: &str| {
        let line = format!("call --server {} {method} {request}", serving.url);
        run(data.path(), &line)
    };
    let context = r#"{"request_id":"r","actor":{"kind":"ACTOR_KIND_BRAND","id":"nina"}}"#;
    let record = format!(
        r#"{{"brand_id":"kopi","creator_id":"ayu","profile":{{"display_name":"Ayu"}},"context":{context}}}"#
    );
    let (code, said) = call("CreatorService/RecordCreatorProfile", &record);
    assert_eq!(code, Some(0), "{said}");
    let past = r#"{"brand_id":"kopi","creator_id":"ayu","as_of":{"position":1}}"#;
    let (code, said) = call("CreatorService/GetCreator", past);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("Ayu"), "{said}");
    let said = serving.stop();
    assert!(!said.contains("ERROR"), "{said}");
}

#[test]
fn a_signal_accepts_the_clock() {
    let data = tempfile::tempdir().unwrap();
    let serving = Serving::on(data.path(), &["--accept-clock"]).ok().unwrap();
    serving.signal(Signal::USR1);
    serving.says("the clock is accepted as it is");
    serving.stop();
}
