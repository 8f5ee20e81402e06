//! What the server says to a service manager, on a socket that the test listens on.

use std::os::unix::net::UnixDatagram;
use std::process::Command;

use super::{BINARY, Serving};
use crate::support::server::FAR;

/// Reads messages until one has this line; returns all that came.
fn until(manager: &UnixDatagram, line: &str) -> Vec<String> {
    let mut messages = Vec::new();
    loop {
        let mut bytes = [0; 4096];
        let length = manager
            .recv(&mut bytes)
            .unwrap_or_else(|error| panic!("no {line} after {messages:?}: {error}"));
        let message = String::from_utf8(bytes[..length].to_vec()).unwrap();
        let is_last = message.lines().any(|said| said == line);
        messages.push(message);
        if is_last {
            return messages;
        }
    }
}

#[test]
fn the_manager_hears_of_start_life_and_end() {
    let here = tempfile::tempdir().unwrap();
    let path = here.path().join("notify");
    let manager = UnixDatagram::bind(&path).unwrap();
    manager.set_read_timeout(Some(FAR)).unwrap();
    let mut command = Command::new(BINARY);
    command
        .arg("serve")
        .arg("--data-dir")
        .arg(here.path().join("data"));
    command.args(["--listen", "127.0.0.1:0", "--drain-delay-ms", "0"]);
    command
        .env("NOTIFY_SOCKET", &path)
        .env("WATCHDOG_USEC", "100000");
    let serving = Serving::start(&mut command).ok().unwrap();
    let begun = until(&manager, "READY=1");
    assert_eq!(begun[0].trim_end(), "STATUS=reading the log");
    let address = serving.url.strip_prefix("http://").unwrap();
    let status = format!("STATUS=serving on {address}, began with 0 events");
    assert!(begun.last().unwrap().contains(&status), "{begun:?}");
    until(&manager, "WATCHDOG=1");
    until(&manager, "WATCHDOG=1");
    serving.stop();
    until(&manager, "STOPPING=1");
}

#[test]
fn without_a_watchdog_nothing_is_said_of_life() {
    let here = tempfile::tempdir().unwrap();
    let path = here.path().join("notify");
    let manager = UnixDatagram::bind(&path).unwrap();
    manager.set_read_timeout(Some(FAR)).unwrap();
    let mut command = Command::new(BINARY);
    command
        .arg("serve")
        .arg("--data-dir")
        .arg(here.path().join("data"));
    command.args(["--listen", "127.0.0.1:0", "--drain-delay-ms", "0"]);
    command
        .env("NOTIFY_SOCKET", &path)
        .env_remove("WATCHDOG_USEC");
    Serving::start(&mut command).ok().unwrap().stop();
    let all = until(&manager, "STOPPING=1");
    assert!(!all.iter().any(|said| said.contains("WATCHDOG")), "{all:?}");
}
