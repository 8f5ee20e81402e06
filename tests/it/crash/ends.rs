//! The process ends when asked, whatever it is doing.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

use tempfile::tempdir;

use super::process::{Launch, Server};

/// Longer than any end takes, and much shorter than what the process would otherwise wait for.
const PATIENCE: Duration = Duration::from_secs(30);
/// What the process would otherwise wait for.
const FAR_MS: &str = "600000";

/// Waits for its end; panics when it does not end.
fn end_of(server: &mut Server) -> ExitStatus {
    let begun = Instant::now();
    loop {
        if let Some(status) = server.try_wait() {
            return status;
        }
        let stderr = server.stderr();
        assert!(begun.elapsed() < PATIENCE, "it does not end: {stderr}");
        std::thread::yield_now();
    }
}

/// Replaces a file by a pipe. Opening it for reading blocks until somebody writes.
fn make_pipe(path: &Path) {
    fs::remove_file(path).unwrap();
    let made = Command::new("mkfifo").arg(path).status().unwrap();
    assert!(made.success());
}

/// Makes a directory in which a start hangs, because it reads a file that never ends.
async fn where_a_start_hangs() -> (tempfile::TempDir, Launch) {
    let directory = tempdir().unwrap();
    let launch = Launch::on(directory.path()).set("drain-timeout-ms", FAR_MS);
    let (mut server, _) = launch.start().await;
    assert!(server.stop().success());
    let checkpoint = directory.path().join("checkpoint");
    if !checkpoint.exists() {
        File::create(&checkpoint).unwrap();
    }
    make_pipe(&checkpoint);
    (directory, launch)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_that_hangs_ends_with_the_first_signal() {
    let (directory, launch) = where_a_start_hangs().await;
    let mut server = launch.spawn();
    let checkpoint = directory.path().join("checkpoint");
    // Returns once the start has opened the file, and keeps it open.
    let writer = tokio::task::spawn_blocking(|| File::options().write(true).open(checkpoint));
    let writer = writer.await.unwrap().unwrap();
    server.terminate();
    assert!(end_of(&mut server).success(), "{}", server.stderr());
    drop(writer);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_a_drain_at_once() {
    let directory = tempdir().unwrap();
    let launch = Launch::on(directory.path())
        .set("drain-delay-ms", "500000")
        .set("drain-timeout-ms", FAR_MS)
        .set("log-filter", "info");
    let (mut server, _channel) = launch.start().await;
    server.terminate();
    while !server.stderr().contains("a second signal ends at once") {
        assert_eq!(server.try_wait(), None, "{}", server.stderr());
        tokio::task::yield_now().await;
    }
    server.terminate();
    assert!(end_of(&mut server).success(), "{}", server.stderr());
}
