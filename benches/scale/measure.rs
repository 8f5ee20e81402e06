//! The measurements, in order: the history while it grows, then the ledger it leaves.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;
use tonic::transport::Channel;

use crate::history::{DESKS, Desk};
use crate::ledger::{Ledger, Progress};
use crate::options::Options;
use crate::support::files::{self, LogBytes};
use crate::support::measured::{Measured, rate};
use crate::support::process::{self, Server, Usage, offline};
use crate::support::report::{Row, Target};
use crate::support::{head, replay};
use crate::{probe, proofs};

/// Events at the beginning and at the end whose rates are compared; at most a quarter of the
/// history.
const WINDOW: u64 = 100_000;
/// Connections that all desks share.
const CONNECTIONS: usize = 4;
/// How long the server writes before it is killed.
const BEFORE_KILL: Duration = Duration::from_secs(3);
const MIB: f64 = (1 << 20) as f64;

/// The results.
#[derive(Default)]
pub struct Found {
    /// The measurements.
    pub rows: Vec<Row>,
    /// The targets.
    pub targets: Vec<Target>,
    /// Processor time of the server per event, over the whole history.
    write_us: f64,
}

/// Takes all measurements, in a directory that is temporary or kept.
pub async fn all(options: &Options) -> Found {
    let folder = match &options.keep {
        Some(_) => None,
        None => Some(files::temporary()),
    };
    let temporary = folder.as_ref().map(|folder| folder.path().join("data"));
    let data: PathBuf = options.keep.clone().or(temporary).expect("one of both is");
    let mut found = Found::default();
    let progress = Progress::new();
    let (server, desks) = found.grow(options, &data, &progress).await;
    found.read(&server).await;
    let entities = entities(&progress);
    desks.iter().for_each(JoinHandle::abort);
    server.terminate();
    found.weigh(&data, entities);
    found.offline(&data, progress.events());
    found.prove(&data);
    found.restart(options, &data, progress.events()).await;
    found
}

/// Returns the number of campaigns, collaborations and creators.
fn entities(progress: &Progress) -> u64 {
    let made = ["CreateCampaign", "InviteCreator", "RecordCreatorProfile"];
    let made = made.map(|method| (method, progress.calls_of(method)));
    for (method, count) in made {
        eprintln!("{method}: {count}");
    }
    made.iter().map(|(_, count)| count).sum()
}

/// Starts the desks from this one on, each with its first campaign.
fn start_desks(
    first: u32,
    seed: u64,
    progress: &Arc<Progress>,
    channels: &[Channel],
) -> Vec<JoinHandle<()>> {
    (first..first + DESKS)
        .zip(channels.iter().cycle())
        .map(|(desk, channel)| {
            let ledger = Ledger::new(channel.clone(), progress);
            tokio::spawn(Desk::new(seed, desk).work(ledger))
        })
        .collect()
}

impl Found {
    /// Plays the history; measures its first and its last part, and single writes after each.
    async fn grow(
        &mut self,
        options: &Options,
        data: &Path,
        progress: &Arc<Progress>,
    ) -> (Server, Vec<JoinHandle<()>>) {
        let server = Server::ledger(data);
        server.ready().await;
        let channels = server.connect(CONNECTIONS).await;
        let desks = start_desks(0, options.seed, progress, &channels);
        let window = WINDOW.min(options.events / 4);
        let begun = Instant::now();
        let first = self.phase("the first", progress, window).await;
        let plain_first = self.probe("early", options, progress, &channels).await;
        let before_last = options.events.saturating_sub(window);
        self.phase("the middle", progress, before_last).await;
        let last = self.phase("the last", progress, options.events).await;
        let plain_last = self.probe("late", options, progress, &channels).await;
        let used = server.usage();
        let all = rate(progress.events(), begun.elapsed());
        self.write_us = used.cpu_us as f64 / progress.events() as f64;
        self.rows.push(Row {
            rate: Some(all),
            ..Row::named("the whole history, events").with_usage(progress.events(), used)
        });
        let peak_mib = used.peak_bytes as f64 / MIB;
        let generator_mib = process::own_usage().peak_bytes as f64 / MIB;
        let plain = plain_last.rate() / plain_first.rate();
        self.targets.extend([
            Target::at_most("memory while it grows, peak MiB", 512.0, peak_mib),
            Target::reported("memory of the generator, peak MiB", generator_mib),
            Target::at_least("mixed work, last rate ÷ first", 0.85, last / first),
            Target::at_least("plain RecordEngagement, late rate ÷ early", 0.85, plain),
        ]);
        (server, desks)
    }

    async fn phase(&mut self, name: &str, progress: &Progress, goal: u64) -> f64 {
        progress.at_rest().await;
        let (before, start) = (progress.events(), Instant::now());
        progress.ask(goal);
        progress.reached(goal).await;
        let events = progress.events() - before;
        let found = rate(events, start.elapsed());
        eprintln!("{} events", progress.events());
        self.rows.push(Row {
            rate: Some(found),
            ..Row::named(format!("mixed work, {name} {events} events"))
        });
        found
    }

    async fn probe(
        &mut self,
        name: &str,
        options: &Options,
        progress: &Arc<Progress>,
        channels: &[Channel],
    ) -> Measured {
        progress.at_rest().await;
        head::views_caught_up(&channels[0]).await;
        let before = head::of(&channels[0]).await;
        let measured = probe::observe(options, progress, channels).await;
        let after = head::of(&channels[0]).await;
        let name = format!("plain RecordEngagement, {name}, 128 in flight");
        self.rows.push(Row {
            group: head::group(&before, &after),
            ..Row::of_calls(name, &measured, None)
        });
        measured
    }

    async fn read(&mut self, server: &Server) {
        let channel = server.connect(1).await.swap_remove(0);
        let behind = head::views_caught_up(&channel).await;
        let behind_ms = behind.as_secs_f64() * 1e3;
        let told = "ms until the views had the last event";
        self.targets.push(Target::reported(told, behind_ms));
        let before = server.usage();
        let read = replay::read_all(&channel).await;
        let used = server.usage().since(&before);
        let found = rate(read.events, read.elapsed);
        let name = "ReadEvents of the whole log, events";
        self.row(name, found, read.events, used);
        let name = "ReadEvents, events a second";
        self.targets
            .push(Target::at_least(name, 1_000_000.0, found));
    }

    fn row(&mut self, name: &str, rate: f64, events: u64, used: Usage) {
        self.rows.push(Row {
            rate: Some(rate),
            ..Row::named(name).with_usage(events, used)
        });
    }

    /// Measures the size of the stopped ledger on disk.
    fn weigh(&mut self, data: &Path, entities: u64) {
        let log = LogBytes::of(data);
        let ratio = |part: u64, whole: u64| part as f64 / whole.max(1) as f64;
        let beside_log = files::below(data) - log.files;
        self.targets.extend([
            Target::at_most("log files ÷ blocks", 1.5, ratio(log.files, log.blocks)),
            Target::at_most("blocks ÷ records", 0.5, ratio(log.blocks, log.records)),
            Target::reported("log files, MiB", log.files as f64 / MIB),
            Target::reported("blocks", log.block_count as f64),
            Target::reported("views, MiB", beside_log as f64 / MIB),
            Target::reported(
                "views, bytes per campaign, collaboration and creator",
                ratio(beside_log, entities),
            ),
        ]);
    }

    fn offline(&mut self, data: &Path, events: u64) {
        let (elapsed, used) = offline("rebuild-views", data);
        let found = rate(events, elapsed);
        self.row("rebuild-views, events", found, events, used);
        let peak_mib = used.peak_bytes as f64 / MIB;
        self.targets.extend([
            Target::at_most("memory of a rebuild, peak MiB", 1_024.0, peak_mib),
            Target::at_least("rebuild, events a second", 500_000.0, found),
        ]);
        let (elapsed, used) = offline("verify", data);
        let found = rate(events, elapsed);
        self.row("verify, events", found, events, used);
        self.targets
            .push(Target::reported("verify, events a second", found));
    }

    /// Rebuilds the tree, and proves events all over it.
    fn prove(&mut self, data: &Path) {
        let cost = proofs::cost(data);
        self.targets.extend([
            Target::reported("tree, events folded a second", cost.rate),
            Target::at_most(
                "processor time, tree ÷ all of a write",
                0.1,
                cost.fold_us / self.write_us,
            ),
            Target::reported("proof of an event, bytes of hashes", cost.proof_bytes),
            Target::reported("proof of an event, signed, µs", cost.proof_us),
            Target::reported("proof of growth, µs", cost.consistency_us),
        ]);
    }

    /// Starts after the clean stop, writes, is killed, and starts again.
    async fn restart(&mut self, options: &Options, data: &Path, events: u64) {
        let server = Server::ledger(data);
        let clean = server.ready().await;
        let channels = server.connect(CONNECTIONS).await;
        assert_eq!(
            head::of(&channels[0]).await.position,
            events,
            "all is there"
        );
        let acknowledged = self.write_and_kill(options, server, &channels).await;
        let server = Server::ledger(data);
        let killed = server.ready().await;
        let channel = server.connect(1).await.swap_remove(0);
        let position = head::of(&channel).await.position;
        assert!(position >= events + acknowledged, "nothing is lost");
        server.terminate();
        self.targets.extend([
            Target::at_most("s until ready after a stop", 2.0, clean.as_secs_f64()),
            Target::at_most("s until ready after SIGKILL", 5.0, killed.as_secs_f64()),
        ]);
    }

    /// Starts more desks beside the first ones until the server is killed; returns how many of
    /// their events were acknowledged.
    async fn write_and_kill(&self, options: &Options, server: Server, channels: &[Channel]) -> u64 {
        let progress = Progress::new();
        let desks = start_desks(DESKS, options.seed, &progress, channels);
        progress.ask(u64::MAX);
        tokio::time::sleep(BEFORE_KILL).await;
        progress.end();
        server.kill();
        desks.iter().for_each(JoinHandle::abort);
        progress.events()
    }
}
