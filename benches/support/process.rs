//! Server processes: started on a free port, observed through `/proc`, stopped or killed.

use std::fs;
use std::io::{BufRead as _, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tonic::transport::{Channel, Endpoint};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

const LEDGER: &str = env!("CARGO_BIN_EXE_campaign-ledger");

/// Time between two looks at a process or its health: a thousandth of the times that are measured.
const LOOK: Duration = Duration::from_millis(2);

/// The clock tick of `/proc`, in microseconds: `USER_HZ` is 100 on every Linux.
const TICK_US: u64 = 10_000;

/// Window that a client gives the server: large enough that no replay waits for it.
const WINDOW_BYTES: u32 = 16 << 20;

/// A running server.
pub struct Server {
    child: Child,
    address: String,
    started: Instant,
    /// Kept open, so that the server can continue to print.
    _out: Lines<BufReader<ChildStdout>>,
}

/// Resources that a process used.
#[derive(Clone, Copy, Debug, Default)]
pub struct Usage {
    /// Processor time, in microseconds.
    pub cpu_us: u64,
    /// Peak resident memory, in bytes.
    pub peak_bytes: u64,
    /// Resident memory now, in bytes.
    pub resident_bytes: u64,
}

impl Usage {
    /// Reads what a process has used so far; zeros when it has ended.
    fn of(pid: u32) -> Self {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        // Starts after the name in brackets, so that field 14 of proc(5) is the word at index 11.
        let words: Vec<&str> = stat
            .rsplit(')')
            .next()
            .unwrap_or("")
            .split_whitespace()
            .collect();
        let ticks = |index: usize| words.get(index).and_then(|word| word.parse::<u64>().ok());
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let bytes = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let kib = line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
            kib.unwrap_or(0) << 10
        };
        Self {
            cpu_us: (ticks(11).unwrap_or(0) + ticks(12).unwrap_or(0)) * TICK_US,
            peak_bytes: bytes("VmHWM:"),
            resident_bytes: bytes("VmRSS:"),
        }
    }

    /// Returns what was used since `before`.
    pub fn since(&self, before: &Usage) -> Usage {
        Usage {
            cpu_us: self.cpu_us.saturating_sub(before.cpu_us),
            ..*self
        }
    }
}

impl Server {
    /// Starts the ledger on a directory, with its default settings.
    pub fn ledger(data_dir: &Path) -> Self {
        let mut command = Command::new(LEDGER);
        command.args(["serve", "--listen", "127.0.0.1:0", "--log-filter", "warn"]);
        command.arg("--admin-listen=");
        command.arg("--data-dir").arg(data_dir);
        Self::start(command)
    }

    /// Starts this program as a server: the argument `mode`, then the file it uses.
    pub fn own(mode: &str, file: &Path) -> Self {
        let mut command = Command::new(std::env::current_exe().expect("this program has a path"));
        command.arg(mode).arg(file);
        Self::start(command)
    }

    fn start(mut command: Command) -> Self {
        let started = Instant::now();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let out = child.stdout.take().expect("stdout is piped");
        let mut lines = BufReader::new(out).lines();
        let address = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| {
                let told = line.trim().strip_prefix("listening")?;
                Some(told.split_whitespace().next()?.to_owned())
            })
            .expect("the server says where it listens");
        Self {
            child,
            address,
            started,
            _out: lines,
        }
    }

    /// Returns the address it listens on.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Opens connections.
    pub async fn connect(&self, connections: usize) -> Vec<Channel> {
        let mut channels = Vec::with_capacity(connections);
        for _ in 0..connections {
            channels.push(connect(&self.address).await);
        }
        channels
    }

    /// Waits until it serves; returns how long that was after its start.
    pub async fn ready(&self) -> Duration {
        let channel = self.connect(1).await.swap_remove(0);
        let mut health = HealthClient::new(channel);
        loop {
            let answer = health.check(HealthCheckRequest::default()).await;
            let serving = ServingStatus::Serving;
            if answer.is_ok_and(|answer| answer.into_inner().status() == serving) {
                return self.started.elapsed();
            }
            assert!(
                self.started.elapsed() < Duration::from_secs(600),
                "it serves"
            );
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Reads what the process has used so far.
    pub fn usage(&self) -> Usage {
        Usage::of(self.child.id())
    }

    /// Asks it to end, and waits for that; returns what it had used.
    pub fn terminate(mut self) -> Usage {
        let pid = self.child.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(
            asked.expect("kill runs").success(),
            "the server takes a signal"
        );
        let usage = watch(&mut self.child);
        assert!(self.child.wait().expect("it ended").success(), "it drains");
        usage
    }

    /// Kills it.
    pub fn kill(mut self) {
        self.child.kill().expect("it is alive");
        self.child.wait().expect("it is gone");
    }
}

/// Opens a connection.
pub async fn connect(address: &str) -> Channel {
    let endpoint = Endpoint::from_shared(format!("http://{address}"))
        .expect("an address is a URI")
        .tcp_nodelay(true)
        .initial_stream_window_size(WINDOW_BYTES)
        .initial_connection_window_size(WINDOW_BYTES);
    endpoint.connect().await.expect("the server accepts")
}

impl Drop for Server {
    fn drop(&mut self) {
        // The process has already ended after `terminate` or `kill`.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs an offline command on a directory; returns how long it took and what it used.
///
/// If the command reports damaged data, the bench ends.
pub fn offline(command: &str, data_dir: &Path) -> (Duration, Usage) {
    let start = Instant::now();
    let mut child = Command::new(LEDGER)
        .arg(command)
        .arg("--data-dir")
        .arg(data_dir)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .expect("the command starts");
    let usage = watch(&mut child);
    assert!(
        child.wait().expect("it ended").success(),
        "{command} succeeds"
    );
    (start.elapsed(), usage)
}

/// Watches a process until it ends; returns the last usage that was read.
fn watch(child: &mut Child) -> Usage {
    let mut last = Usage::default();
    while child.try_wait().expect("it is our child").is_none() {
        let seen = Usage::of(child.id());
        if seen.peak_bytes > 0 {
            last = seen;
        }
        thread::sleep(LOOK);
    }
    last
}

/// Returns what this process has used so far.
pub fn own_usage() -> Usage {
    Usage::of(std::process::id())
}
