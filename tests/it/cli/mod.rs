//! The program as a user at a terminal sees it.

mod backups;
mod calls;
mod demos;
mod health;
mod keys;
mod manual;
mod notify;
mod pipes;
mod texts;
mod warnings;

use std::fs::{self, OpenOptions};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::Instant;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::NamedTempFile;

use crate::support::server::FAR;

pub const BINARY: &str = env!("CARGO_BIN_EXE_campaign-ledger");

/// Runs a command line in a directory; returns how it ended and what it printed.
pub fn run(within: &Path, line: &str) -> (Option<i32>, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = Command::new(BINARY)
        .args(line.split(' '))
        .current_dir(within)
        .output()
        .unwrap();
    let said = [stdout, stderr].concat();
    (status.code(), String::from_utf8(said).unwrap())
}

/// The same, on a thread that may wait for a server in this process.
pub async fn run_beside(within: &Path, line: String) -> (Option<i32>, String) {
    let within = within.to_owned();
    let ran = tokio::task::spawn_blocking(move || run(&within, &line));
    ran.await.unwrap()
}

/// A running server process.
pub struct Serving {
    child: Child,
    /// `http://` and the address, for clients.
    pub url: String,
    stderr: NamedTempFile,
}

impl Serving {
    /// Starts it and waits until it says that it is ready; returns how it ended if it never is.
    pub fn start(command: &mut Command) -> Result<Self, (ExitStatus, String)> {
        let stderr = NamedTempFile::new().unwrap();
        let writing = OpenOptions::new().append(true).open(stderr.path());
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(writing.unwrap())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let is_last = |line: &String| line.starts_with("Try:") || line.starts_with("Ctrl-C");
        let last = lines.by_ref().map_while(Result::ok).find(is_last);
        match last {
            Some(last) => {
                let mut words = last.split_whitespace();
                let url = words.find(|word| word.starts_with("http://"));
                let url = url.unwrap_or_default().to_owned();
                Ok(Self { child, url, stderr })
            }
            None => Err((child.wait().unwrap(), text_of(&stderr))),
        }
    }

    /// Starts on a data directory, with these flags.
    pub fn on(data: &Path, flags: &[&str]) -> Result<Self, (ExitStatus, String)> {
        let mut command = Command::new(BINARY);
        command.arg("serve").arg("--data-dir").arg(data);
        command.args(["--listen", "127.0.0.1:0", "--drain-delay-ms", "0"]);
        command.arg("--admin-listen=");
        Self::start(command.args(flags))
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
    }

    /// Waits until it prints this on standard error.
    pub fn says(&self, words: &str) {
        let begun = Instant::now();
        while !text_of(&self.stderr).contains(words) {
            assert!(begun.elapsed() < FAR, "{}", text_of(&self.stderr));
            std::thread::yield_now();
        }
    }

    /// Stops it in order; returns what it printed on standard error.
    pub fn stop(mut self) -> String {
        self.signal(Signal::TERM);
        let status = self.child.wait().unwrap();
        let said = text_of(&self.stderr);
        assert!(status.success(), "{status}: {said}");
        said
    }
}

fn text_of(file: &NamedTempFile) -> String {
    fs::read_to_string(file.path()).unwrap()
}

impl Drop for Serving {
    fn drop(&mut self) {
        // The process has already ended after `stop`.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
