//! `demo`: the stories played against a server, and against one of its own.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::{BINARY, Serving, run_beside};
use crate::support::server::Server;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_demo_changes_nothing() {
    let server = Server::start().await;
    let line = format!("demo --server http://{} cafe startup", server.address);
    let (code, said) = run_beside(Path::new("."), line.clone()).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("\nkopi-senja     menu-baru      IDR "),
        "{said}"
    );
    assert!(said.contains("\nWhat to look at next:\n"), "{said}");
    let head = server.head().await;
    let (code, said) = run_beside(Path::new("."), line).await;
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(server.head().await, head);
}

#[test]
fn a_demo_without_a_server_leaves_nothing_behind() {
    let here = TempDir::new().unwrap();
    let mut command = Command::new(BINARY);
    command.args(["demo", "cafe"]).env("TMPDIR", here.path());
    let demo =
        Serving::start(&mut command).unwrap_or_else(|(status, said)| panic!("{status}: {said}"));
    assert_eq!(fs::read_dir(here.path()).unwrap().count(), 1);
    demo.stop();
    assert_eq!(fs::read_dir(here.path()).unwrap().count(), 0);
}
