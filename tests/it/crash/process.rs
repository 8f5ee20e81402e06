//! The binary as a process: started, awaited, killed.

use std::ffi::OsStr;
use std::fs::{self, OpenOptions};
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio};
use std::thread;

use tempfile::NamedTempFile;
use tokio::sync::oneshot;
use tonic::transport::{Channel, Endpoint};

const BINARY: &str = env!("CARGO_BIN_EXE_campaign-ledger");
const SIGKILL: i32 = 9;

/// How to start the server.
#[derive(Clone)]
pub struct Launch {
    data_dir: PathBuf,
    settings: Vec<String>,
    /// A program and its arguments that start the binary; it must keep the process id.
    wrapper: Vec<String>,
    /// File for standard error, when the test does not read it.
    stderr: Option<PathBuf>,
}

impl Launch {
    /// Uses its own port, no delays, and as many checkpoints as possible.
    pub fn on(data_dir: &Path) -> Self {
        let launch = Self {
            data_dir: data_dir.to_owned(),
            settings: Vec::new(),
            wrapper: Vec::new(),
            stderr: None,
        };
        launch
            .set("listen", "127.0.0.1:0")
            .set("admin-listen", "")
            .set("drain-delay-ms", "0")
            .set("checkpoint-interval-ms", "10")
            .set("checkpoint-bytes", "1048576")
            .set("log-filter", "warn")
    }

    /// Sets a setting; the last value of a name counts.
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.settings
            .retain(|set| !set.starts_with(&format!("--{name}=")));
        self.settings.push(format!("--{name}={value}"));
        self
    }

    /// Sets a flag that is not a setting.
    pub fn flag(mut self, name: &str) -> Self {
        self.settings.push(format!("--{name}"));
        self
    }

    /// Starts it through another program.
    pub fn through(mut self, wrapper: &[&str]) -> Self {
        self.wrapper = wrapper.iter().map(|&word| word.to_owned()).collect();
        self
    }

    /// Sends standard error elsewhere; [`Server::stderr`] is empty then.
    pub fn stderr_to(mut self, path: &str) -> Self {
        self.stderr = Some(PathBuf::from(path));
        self
    }

    /// Starts the server and does not wait for it.
    pub fn spawn(&self) -> Server {
        // Not beside the data, because that disk may be full.
        let stderr = NamedTempFile::new().unwrap();
        let stderr_path = self.stderr.as_deref().unwrap_or(stderr.path());
        let writing = OpenOptions::new().append(true).open(stderr_path).unwrap();
        let mut child = through(&self.wrapper)
            .arg("serve")
            .arg("--data-dir")
            .arg(&self.data_dir)
            .args(&self.settings)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(writing)
            .spawn()
            .unwrap();
        let (found, address) = oneshot::channel();
        let stdout = child.stdout.take().unwrap();
        thread::spawn(move || watch_for_address(stdout, found));
        Server {
            child,
            address: Some(address),
            serving: None,
            admin: None,
            stderr,
        }
    }

    /// Starts the server and waits until it serves.
    pub async fn start(&self) -> (Server, Channel) {
        let mut server = self.spawn();
        let channel = server.ready().await;
        let channel = channel.unwrap_or_else(|| panic!("{}", server.obituary()));
        (server, channel)
    }
}

/// Where a server listens, and its admin server.
type Addresses = (SocketAddr, Option<SocketAddr>);

fn watch_for_address(stdout: ChildStdout, found: oneshot::Sender<Addresses>) {
    let mut found = Some(found);
    let (mut address, mut admin) = (None, None);
    // Read to the end, so that the server never writes into a closed pipe.
    for line in BufReader::new(stdout).lines().map_while(Result::ok) {
        let mut words = line.split_whitespace();
        match (words.next(), words.next()) {
            (Some("listening"), Some(told)) => address = told.parse().ok(),
            (Some("admin"), Some(told)) => {
                admin = told
                    .strip_prefix("http://")
                    .and_then(|told| told.parse().ok())
            }
            (Some("data"), _) => {
                if let (Some(address), Some(found)) = (address, found.take()) {
                    let _ = found.send((address, admin));
                }
            }
            _ => {}
        }
    }
}

/// A running server. Dropping it kills it.
pub struct Server {
    child: Child,
    address: Option<oneshot::Receiver<Addresses>>,
    serving: Option<SocketAddr>,
    admin: Option<SocketAddr>,
    stderr: NamedTempFile,
}

impl Server {
    /// Waits until the server serves; `None` when it ends before.
    pub async fn ready(&mut self) -> Option<Channel> {
        let (address, admin) = self.address.take()?.await.ok()?;
        (self.serving, self.admin) = (Some(address), admin);
        Some(self.connect())
    }

    /// Opens another connection, once it serves.
    pub fn connect(&self) -> Channel {
        let address = self.serving.expect("the server serves");
        let endpoint = Endpoint::from_shared(format!("http://{address}")).unwrap();
        endpoint.connect_lazy()
    }

    /// Returns where its admin server listens, once it serves.
    pub fn admin(&self) -> Option<SocketAddr> {
        self.admin
    }

    /// Kills it immediately. Returns whether it was alive until then.
    pub fn kill(&mut self) -> bool {
        self.child.kill().unwrap();
        self.child.wait().unwrap().signal() == Some(SIGKILL)
    }

    /// Asks it to drain, and does not wait.
    pub fn terminate(&self) {
        let id = self.child.id();
        let sent = Command::new("sh")
            .args(["-c", &format!("kill -TERM {id}")])
            .status();
        assert!(sent.unwrap().success());
    }

    /// Asks it to drain, and waits for its end.
    pub fn stop(&mut self) -> ExitStatus {
        self.terminate();
        self.child.wait().unwrap()
    }

    /// Returns its URL, once it was ready.
    pub fn url(&self) -> String {
        format!("http://{}", self.serving.expect("the server serves"))
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for its end.
    pub fn wait(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    /// Returns how it ended, if it has.
    pub fn try_wait(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap()
    }

    /// Returns what it wrote to standard error.
    pub fn stderr(&self) -> String {
        fs::read_to_string(self.stderr.path()).unwrap()
    }

    /// Describes how it ended, for a test that did not expect it.
    pub fn obituary(&mut self) -> String {
        let status = self.child.wait().unwrap();
        format!("the server ended with {status}: {}", self.stderr())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs the binary with these words.
pub fn run<'a>(words: impl IntoIterator<Item = &'a str>) -> Output {
    run_through(&[], words)
}

/// Runs the binary with these words, started by another program.
pub fn run_through<'a>(wrapper: &[&str], words: impl IntoIterator<Item = &'a str>) -> Output {
    through(wrapper).args(words).output().unwrap()
}

/// Returns the command for the binary, started by another program if one is given.
fn through<S: AsRef<OsStr>>(wrapper: &[S]) -> Command {
    match wrapper.split_first() {
        None => Command::new(BINARY),
        Some((program, arguments)) => {
            let mut command = Command::new(program);
            command.args(arguments).arg(BINARY);
            command
        }
    }
}

/// Starts the binary with these words and does not wait for it.
pub fn spawn<'a>(words: impl IntoIterator<Item = &'a str>) -> Child {
    Command::new(BINARY)
        .args(words)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Runs a command that works on the files of a server that is not running.
pub fn offline(command: &str, data_dir: &Path) -> Output {
    offline_command(command, data_dir).output().unwrap()
}

/// Starts one and does not wait for it.
pub fn spawn_offline(command: &str, data_dir: &Path) -> Child {
    offline_command(command, data_dir)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn offline_command(command: &str, data_dir: &Path) -> Command {
    let mut process = Command::new(BINARY);
    process.arg(command).arg("--data-dir").arg(data_dir);
    process
}
