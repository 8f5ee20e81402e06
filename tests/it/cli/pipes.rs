//! A reader of a command's output may stop reading: the command then ends without an error message.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{BINARY, Serving, run_beside};
use crate::support::server::{Server, Story};

/// Runs a command line whose output nobody reads: the pipe is closed before the command starts.
fn unread(within: &Path, line: &str) {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = Command::new(BINARY)
        .args(line.split(' '))
        .current_dir(within)
        .stdin(Stdio::null())
        .stdout(writer)
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        (output.status.code(), said.as_str()),
        (Some(0), ""),
        "{line}"
    );
}

#[test]
fn offline_commands_are_quiet_on_a_closed_pipe() {
    let here = tempfile::tempdir().unwrap();
    Serving::on(&here.path().join("data"), &[])
        .ok()
        .unwrap()
        .stop();
    for line in [
        "help",
        "--help",
        "--version",
        "serve --help",
        "serve --print-config",
        "completions bash",
        "completions zsh",
        "replay --data-dir data",
        "export events --data-dir data",
        "verify --data-dir data",
        "rebuild-views --data-dir data",
        "keys show --data-dir data",
        "keys rotate --data-dir data",
        "backup create one.clbu --data-dir data",
        "backup verify one.clbu",
        "restore one.clbu --data-dir other",
        "import one.clbu --data-dir other",
        "keys new --data-dir other",
    ] {
        unread(here.path(), line);
    }
    assert!(here.path().join("one.clbu").exists());
    assert!(fs::exists(here.path().join("other/signing-key")).unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_of_a_server_are_quiet_on_a_closed_pipe() {
    let server = Server::start().await;
    Story::open(&server, "launch").await;
    let here = tempfile::tempdir().unwrap();
    let of = format!("--brand kopi --server http://{}", server.address);
    for line in [
        format!("export campaigns {of}"),
        format!("export events {of}"),
        format!("statement --campaign launch {of}"),
        format!("explain --campaign launch --metric budget.cap_minor {of}"),
        format!("backup create two.clbu --server http://{}", server.address),
        format!("healthcheck --server http://{}", server.address),
    ] {
        let within = here.path().to_owned();
        let ran = tokio::task::spawn_blocking(move || unread(&within, &line));
        ran.await.unwrap();
    }
    let (code, said) = run_beside(here.path(), String::from("backup verify two.clbu")).await;
    assert_eq!(code, Some(0), "{said}");
}
