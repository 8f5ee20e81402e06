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
fn a_signal_accepts_the_clock() {
    let data = tempfile::tempdir().unwrap();
    let serving = Serving::on(data.path(), &["--accept-clock"]).ok().unwrap();
    serving.signal(Signal::USR1);
    serving.says("the clock is accepted as it is");
    serving.stop();
}
