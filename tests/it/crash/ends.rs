//! The process ends when asked, whatever it is doing.

use std::fs::File;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use rustix::fs::{CWD, FileType, Mode, mknodat};
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

#[tokio::test(flavor = "multi_thread")]
async fn a_start_that_hangs_ends_with_the_first_signal() {
    let directory = tempdir().unwrap();
    // A start that reads its keys from a pipe waits until somebody writes them.
    let pipe = directory.path().join("pipe");
    mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    let data = directory.path().join("data");
    let launch = Launch::on(&data)
        .set("drain-timeout-ms", FAR_MS)
        .set("signing-key", pipe.to_str().unwrap());
    let mut server = launch.spawn();
    // Returns once the start has opened the pipe, and keeps it open.
    let writer = tokio::task::spawn_blocking(|| File::options().write(true).open(pipe));
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
