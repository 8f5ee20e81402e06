//! One data directory through many lives of the server.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use campaign_ledger::log::Log as _;
use campaign_ledger::log::directory::{DataDirectory, ONLY_PARTITION};
use campaign_ledger::log::sled::SledLog;
use campaign_ledger::store::{Options, Pace};
use campaign_ledger::views::{Live, SCHEMA};
use tempfile::TempDir;
use tokio::task::JoinSet;
use tonic::Status;
use tonic::transport::Channel;

use super::chance::Chance;
use super::history::History;
use super::load::{Client, Halt};
use super::process::{Launch, Server, offline};

/// Clients that write at the same time: enough for groups of several commands.
const CLIENTS: usize = 12;

/// A data directory, and what the clients know about it.
pub struct Scene {
    dir: TempDir,
    pub clients: Vec<Client>,
    history: History,
    /// Time of the last start, until the server served.
    pub opening: Duration,
}

impl Scene {
    pub fn new() -> Self {
        Self::of(tempfile::tempdir().unwrap())
    }

    /// Makes one whose data directory exists.
    pub async fn made() -> Self {
        let mut scene = Self::new();
        let (mut server, channel) = scene.launch().start().await;
        scene.write_some(&channel).await;
        drop(channel);
        assert!(server.stop().success(), "{}", server.obituary());
        scene
    }

    /// Makes one whose log grows quickly.
    pub fn bulky() -> Self {
        let mut scene = Self::new();
        for (client, number) in scene.clients.iter_mut().zip(0..) {
            *client = Client::bulky(&format!("c{number}"));
        }
        scene
    }

    /// Returns the size of the log's file with the blocks, in bytes.
    pub fn log_bytes(&self) -> u64 {
        let pages = self.data_dir().join("log/db");
        fs::metadata(pages).map_or(0, |metadata| metadata.len())
    }

    /// Makes one whose data directory is on a separate disk.
    pub fn within(disk: &Path) -> Self {
        Self::of(tempfile::tempdir_in(disk).unwrap())
    }

    fn of(dir: TempDir) -> Self {
        Self {
            dir,
            clients: (0..CLIENTS)
                .map(|n| Client::new(&format!("c{n}")))
                .collect(),
            history: History::default(),
            opening: Duration::from_millis(100),
        }
    }

    /// Returns the directory of everything.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    pub fn data_dir(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    pub fn launch(&self) -> Launch {
        Launch::on(&self.data_dir())
    }

    /// Starts the server and compares it with what the clients know.
    pub async fn revive(&mut self, chance: &mut Chance) -> (Server, Channel) {
        let begun = Instant::now();
        let (server, channel) = self.launch().start().await;
        self.opening = begun.elapsed();
        self.check(&channel).await;
        for client in &self.clients {
            client.names_are_as_told(&channel).await;
        }
        self.repeat_some(&channel, chance).await;
        (server, channel)
    }

    /// Compares a running server with what the clients know.
    pub async fn check(&mut self, channel: &Channel) {
        let history = History::read(channel).await;
        history.continues(&self.history);
        history.holds(&self.clients);
        self.history = history;
    }

    /// Lets each client make one call.
    pub async fn write_some(&mut self, channel: &Channel) {
        for client in &mut self.clients {
            client.write_one(channel).await.unwrap();
        }
    }

    /// Lets each client make this many calls, all clients at the same time.
    pub async fn write_at_once(&mut self, channel: &Channel, calls: u64) {
        let told = self.try_to_write_at_once(channel, calls).await;
        assert!(told.is_empty(), "{told:?}");
    }

    /// The same; a client stops when the ledger accepts no writes. Returns the errors of those
    /// clients.
    pub async fn try_to_write_at_once(&mut self, channel: &Channel, calls: u64) -> Vec<Status> {
        let mut at_work = JoinSet::new();
        for mut client in std::mem::take(&mut self.clients) {
            let channel = channel.clone();
            at_work.spawn(async move {
                for _ in 0..calls {
                    match client.write_one(&channel).await {
                        Ok(()) => {}
                        Err(Halt::Gone(status)) => return (client, Some(status)),
                        Err(wrong) => panic!("{wrong:?}"),
                    }
                }
                (client, None)
            });
        }
        let (clients, told): (Vec<_>, Vec<_>) = at_work.join_all().await.into_iter().unzip();
        self.clients = clients;
        told.into_iter().flatten().collect()
    }

    /// Repeats acknowledged calls: each gets its first answer.
    async fn repeat_some(&self, channel: &Channel, chance: &mut Chance) {
        for client in &self.clients {
            let again = chance.one_of(&client.acknowledged);
            let latest = client.acknowledged.last();
            for acknowledged in again.into_iter().chain(latest) {
                acknowledged.repeat(channel).await.unwrap();
            }
        }
    }

    /// Repeats the calls without an answer: each then has one outcome.
    pub async fn settle(&mut self, channel: &Channel) {
        for client in &mut self.clients {
            if client.unsure.is_some() {
                client.write_one(channel).await.unwrap();
            }
        }
        self.check(channel).await;
    }

    /// Checks the files of a stopped server: the log verifies, and state and views equal a fold
    /// from the first event.
    pub fn audit(&self) {
        self.verify();
        views_equal_a_fold_from_zero(&self.data_dir());
        let rebuilt = offline("rebuild-views", &self.data_dir());
        let said = String::from_utf8(rebuilt.stdout).unwrap();
        assert!(rebuilt.status.success(), "{said}");
        assert!(said.contains("equal to the views before"), "{said}");
    }

    /// Checks every block of the files of a stopped server.
    pub fn verify(&self) {
        let verified = offline("verify", &self.data_dir());
        let said = String::from_utf8(verified.stderr).unwrap();
        assert!(verified.status.success(), "{said}");
    }

    pub fn events(&self) -> u64 {
        self.history.head()
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        if thread::panicking() {
            self.dir.disable_cleanup(true);
            eprintln!("left for a look: {}", self.dir.path().display());
        }
    }
}

fn views_equal_a_fold_from_zero(data_dir: &Path) {
    let directory = DataDirectory::open(data_dir).unwrap();
    let log = SledLog::open_for_reading(&directory.log_path(), ONLY_PARTITION).unwrap();
    let options = Options {
        cache_bytes: 1 << 20,
        redb_cache_bytes: 1 << 20,
        schema: SCHEMA,
        log_id: directory.log_id().to_string(),
    };
    let fold = |path: &Path| {
        let mut replayed = 0;
        let pace = Pace {
            dirty_bytes: usize::MAX,
            positions: u64::MAX,
            interval: Duration::from_secs(3_600),
        };
        let (_live, views) = Live::open(path, &options, pace, &log, |_| replayed += 1).unwrap();
        (views.digest().unwrap().1, replayed)
    };
    let beside = data_dir.with_extension("anew");
    let (kept, replayed) = fold(&directory.views_path());
    assert_eq!(replayed, 0, "a clean end leaves nothing to replay");
    assert_eq!(kept, fold(&beside).0, "at {}", log.head());
    fs::remove_file(&beside).unwrap();
}
