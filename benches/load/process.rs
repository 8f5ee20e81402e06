//! Server processes: started on a free port, watched through `/proc`, stopped.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;
use tonic::transport::{Channel, Endpoint};

/// A running server.
pub struct Server {
    child: Child,
    address: String,
    /// Kept open, so that the server can go on printing.
    _out: std::io::Lines<BufReader<std::process::ChildStdout>>,
    _data: Option<TempDir>,
}

/// What a process used.
#[derive(Clone, Copy, Debug, Default)]
pub struct Usage {
    /// Processor time, in microseconds.
    pub cpu_us: u64,
    /// Peak resident memory, in bytes.
    pub peak_bytes: u64,
}

impl Usage {
    /// What was used since.
    pub fn since(&self, before: &Usage) -> Usage {
        Usage {
            cpu_us: self.cpu_us - before.cpu_us,
            peak_bytes: self.peak_bytes,
        }
    }
}

impl Server {
    /// Starts the ledger on a new directory.
    pub fn ledger() -> Self {
        let data = TempDir::new_in(".").expect("the working folder takes a directory");
        let mut command = Command::new(env!("CARGO_BIN_EXE_campaign-ledger"));
        command.args([
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--log-filter",
            "warn",
            "--data-dir",
        ]);
        command.arg(data.path().join("data"));
        Self::start(command, Some(data))
    }

    /// Starts a server that answers the same messages and does nothing.
    pub fn noop() -> Self {
        let mut command = Command::new(std::env::current_exe().expect("this program has a path"));
        command.arg("noop-server");
        Self::start(command, None)
    }

    fn start(mut command: Command, data: Option<TempDir>) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let out = child.stdout.take().expect("stdout is piped");
        let mut lines = BufReader::new(out).lines();
        let address = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| Some(line.trim().strip_prefix("listening")?.trim().to_owned()))
            .expect("the server says where it listens");
        let address = address
            .split_whitespace()
            .next()
            .expect("an address")
            .to_owned();
        Self {
            child,
            address,
            _out: lines,
            _data: data,
        }
    }

    /// Opens so many connections.
    pub async fn connect(&self, connections: usize) -> Vec<Channel> {
        let mut channels = Vec::new();
        for _ in 0..connections {
            let endpoint = Endpoint::from_shared(format!("http://{}", self.address));
            let endpoint = endpoint.expect("an address is a URI").tcp_nodelay(true);
            channels.push(endpoint.connect().await.expect("the server accepts"));
        }
        channels
    }

    /// Reads what the process used so far.
    pub fn usage(&self) -> Usage {
        let pid = self.child.id();
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let fields: Vec<&str> = stat
            .rsplit(')')
            .next()
            .unwrap_or("")
            .split_whitespace()
            .collect();
        let ticks = |index: usize| {
            fields
                .get(index)
                .and_then(|text| text.parse().ok())
                .unwrap_or(0)
        };
        // Fields 14 and 15 of proc(5), in clock ticks of 10 ms.
        let cpu_us = (ticks(11) + ticks(12)) * 10_000_u64;
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak_kib = peak.and_then(|text| text.split_whitespace().next()?.parse::<u64>().ok());
        Usage {
            cpu_us,
            peak_bytes: peak_kib.unwrap_or(0) * 1_024,
        }
    }

    /// Ends the process.
    pub fn stop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
