//! One run: every measurement once, in an order in which each finds the ledger in the state it
//! needs.

use std::path::PathBuf;
use std::time::Duration;

use campaign_ledger::wire::proto::api::measurement_service_client::MeasurementServiceClient;
use prost::Message as _;
use tempfile::TempDir;
use tonic::transport::Channel;

use crate::drive::Load;
use crate::support::measured::{Measured, rate};
use crate::support::process::{Server, Usage, offline};
use crate::support::report::{Row, Target};
use crate::support::{files, head, replay};
use crate::world::World;
use crate::{fair, h2load, ingest, noop, overload, queries, raw};

/// Connections per client.
const CONNECTIONS: usize = 4;
/// Numbers of calls in flight that are measured.
const IN_FLIGHT: [usize; 3] = [1, 16, 128];
/// Number of parts of a measurement of two servers. They alternate, so that drift affects both.
const TURNS: u32 = 4;
/// Offered load as a multiple of the sustained load.
const OVERLOAD: f64 = 4.0;

/// Size of all measurements.
pub struct Extent {
    /// Time of one measurement.
    pub time: Duration,
    /// Time of the overload.
    pub overload: Duration,
    /// Number of messages with many observations.
    pub messages: u64,
    /// Number of calls of `h2load`.
    pub calls: u64,
    /// Stage after which a run ends early.
    pub last: Option<Stage>,
}

/// Stages after which a run can end.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// One observation per call.
    Unary,
    /// A quiet brand beside one that floods.
    Fair,
    /// Many observations per call.
    Ingest,
}

impl Extent {
    fn stops_at(&self, stage: Stage) -> bool {
        self.last == Some(stage)
    }
}

/// Results of one run.
#[derive(Default)]
pub struct Run {
    /// The measurements.
    pub rows: Vec<Row>,
    /// The targets.
    pub targets: Vec<Target>,
}

/// The ledger of a run, and the no-op server.
struct Site {
    data: PathBuf,
    ledger: Server,
    channels: Vec<Channel>,
    noop: Server,
    noop_channels: Vec<Channel>,
    world: World,
}

impl Site {
    async fn start(folder: &TempDir) -> Self {
        let data = folder.path().join("data");
        let ledger = Server::ledger(&data);
        ledger.ready().await;
        let channels = ledger.connect(CONNECTIONS).await;
        let world = World::new();
        world.make(&channels).await;
        let answer = folder.path().join("answer");
        std::fs::write(&answer, an_answer(&world, &channels[0]).await).expect("there is room");
        let noop = Server::own(noop::MODE, &answer);
        let noop_channels = noop.connect(CONNECTIONS).await;
        Self {
            data,
            ledger,
            channels,
            noop,
            noop_channels,
            world,
        }
    }

    fn load(&self, in_flight: usize, time: Duration) -> Load<'_> {
        let world = &self.world;
        Load {
            in_flight,
            time,
            world,
        }
    }
}

/// Returns the ledger's answer to an observation.
async fn an_answer(world: &World, channel: &Channel) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(0);
    let request = World::observation(world.first_of_a_run(), &mut random);
    let mut client = MeasurementServiceClient::new(channel.clone());
    let answer = client.record_engagement(request).await;
    answer.expect("it is recorded").into_inner().encode_to_vec()
}

/// Takes all measurements once.
pub async fn measure(extent: &Extent) -> Run {
    let folder = files::temporary();
    let mut run = Run::default();
    let floor = raw::append_and_sync(extent.time);
    run.rows
        .push(Row::of_calls("raw append + fdatasync", &floor, None));
    let site = Site::start(&folder).await;
    let normal = run.unary(&site, extent, &floor).await;
    if extent.stops_at(Stage::Unary) {
        return run;
    }
    run.fair(&site, extent).await;
    if extent.stops_at(Stage::Fair) {
        return run;
    }
    run.h2load(&site, extent);
    run.ingest(&site, extent).await;
    if extent.stops_at(Stage::Ingest) {
        return run;
    }
    eprintln!("  queries");
    run.queries(&site, extent).await;
    eprintln!("  replay");
    run.replay(&site).await;
    eprintln!("  overload");
    run.overload(&site, extent, normal).await;
    eprintln!("  rebuild");
    run.rebuild(site).await;
    run
}

impl Run {
    /// Measures calls of one observation; returns the worst latency of a single call without load.
    async fn unary(&mut self, site: &Site, extent: &Extent, floor: &Measured) -> Duration {
        let mut normal = Duration::ZERO;
        for in_flight in IN_FLIGHT {
            eprintln!("  unary, {in_flight} in flight");
            let load = site.load(in_flight, extent.time / TURNS);
            let (mut noop, mut ledger) = (Measured::new(), Measured::new());
            let before = (site.noop.usage(), site.ledger.usage());
            let head_before = head::of(&site.channels[0]).await;
            for _ in 0..TURNS {
                noop.extend(&load.unary(&site.noop_channels).await);
                ledger.extend(&load.unary(&site.channels).await);
            }
            let head_after = head::of(&site.channels[0]).await;
            let used = site.noop.usage().since(&before.0);
            let name = format!("no-op, unary, {in_flight} in flight");
            self.rows.push(Row::of_calls(name, &noop, Some(used)));
            let used = site.ledger.usage().since(&before.1);
            let name = format!("ledger, unary, {in_flight} in flight");
            self.rows.push(Row {
                group: head::group(&head_before, &head_after),
                ..Row::of_calls(name, &ledger, Some(used))
            });
            if in_flight == 1 {
                let ratio = |quantile| ledger.micros(quantile) / floor.micros(quantile);
                let p50 = Target::at_most("1 in flight, p50 ÷ raw", 2.0, ratio(0.5));
                let p99 = Target::at_most("1 in flight, p99 ÷ raw", 4.0, ratio(0.99));
                self.targets.extend([p50, p99]);
                normal = Duration::from_secs_f64(ledger.micros(0.99) / 1e6);
            }
            let name = format!("{in_flight} in flight, rate ÷ no-op");
            let ratio = ledger.rate() / noop.rate();
            self.targets.push(match in_flight {
                128 => Target::at_least(&name, 0.6, ratio),
                _ => Target::reported(&name, ratio),
            });
        }
        normal
    }

    async fn fair(&mut self, site: &Site, extent: &Extent) {
        eprintln!("  a quiet brand beside a flood");
        let own = site.ledger.connect(1).await.remove(0);
        let beside = fair::measure(&site.world, &site.channels, &own, extent.time).await;
        for (name, measured) in [
            ("quiet brand, alone", &beside.alone),
            ("quiet brand, beside a flood", &beside.quiet),
            ("one call of the flooding brand", &beside.flooding),
        ] {
            self.rows.push(Row::of_calls(name, measured, None));
        }
        let p99 = |of: &Measured| of.micros(0.99) / beside.alone.micros(0.99);
        let name = "quiet brand, p99 beside a flood ÷ alone";
        self.targets
            .push(Target::at_most(name, 2.0, p99(&beside.quiet)));
        let name = "flooding brand, p99 ÷ quiet brand alone";
        self.targets
            .push(Target::reported(name, p99(&beside.flooding)));
    }

    fn h2load(&mut self, site: &Site, extent: &Extent) {
        let mut random = fastrand::Rng::with_seed(0);
        let request = World::observation(site.world.first_of_a_run(), &mut random);
        let rate = |server: &Server| h2load::rate(server.address(), &request, extent.calls);
        let (noop, ledger) = (rate(&site.noop), rate(&site.ledger));
        for (name, rate) in [
            ("h2load, no-op", noop),
            ("h2load, ledger, one body repeated", ledger),
        ] {
            let skipped = if rate.is_none() {
                " (no h2load: skipped)"
            } else {
                ""
            };
            self.rows.push(Row {
                rate,
                ..Row::named(format!("{name}{skipped}"))
            });
        }
        let ratio = ledger.zip(noop).map(|(ledger, noop)| ledger / noop);
        let name = "h2load, one body repeated, rate ÷ no-op";
        self.targets.push(Target::reported(name, ratio));
    }

    async fn ingest(&mut self, site: &Site, extent: &Extent) {
        for (name, is_stream) in [
            ("BatchRecordEngagement of 1,000", false),
            ("IngestEngagement", true),
        ] {
            eprintln!("  {name}");
            let before = (site.ledger.usage(), head::of(&site.channels[0]).await);
            let (world, channels) = (&site.world, &site.channels);
            let ingested = if is_stream {
                ingest::streams(world, channels, extent.messages, extent.time).await
            } else {
                ingest::batches(world, channels, extent.messages, extent.time).await
            };
            let ingest::Ingested { events, elapsed } = ingested;
            let behind = head::views_caught_up(&site.channels[0]).await;
            let used = site.ledger.usage().since(&before.0);
            let after = head::of(&site.channels[0]).await;
            let found = rate(events, elapsed);
            self.rows.push(Row {
                rate: Some(found),
                group: head::group(&before.1, &after),
                ..Row::named(format!("{name}, durable events")).with_usage(events, used)
            });
            let with_views = rate(events, elapsed + behind);
            self.rows.push(Row {
                rate: Some(with_views),
                ..Row::named(format!("{name}, until the views had them"))
            });
            let target = format!("{name}, durable events a second");
            self.targets
                .push(Target::at_least(&target, 350_000.0, found));
            let told = format!("{name}, ms until the views had them");
            self.targets
                .push(Target::reported(&told, behind.as_secs_f64() * 1e3));
        }
    }

    async fn queries(&mut self, site: &Site, extent: &Extent) {
        let load = site.load(0, extent.time);
        let found = queries::under_load(load, &site.channels, &site.ledger).await;
        for (name, measured) in [
            ("GetCampaignRoi under full load", &found.roi),
            ("GetPartnership under full load", &found.partnership),
        ] {
            self.rows.push(Row::of_calls(name, measured, None));
            let target = format!("{name}, p99 ms");
            let p99_ms = measured.micros(0.99) / 1e3;
            self.targets.push(Target::at_most(&target, 5.0, p99_ms));
        }
        let row = Row::of_calls("the writes meanwhile", &found.writes, None);
        self.rows.push(row);
    }

    async fn overload(&mut self, site: &Site, extent: &Extent, normal: Duration) {
        let channels = site.ledger.connect(overload::CONNECTIONS).await;
        let apart = site.ledger.connect(1).await.swap_remove(0);
        let world = &site.world;
        let sustained = overload::sustained(world, &channels, extent.time).await;
        let before = site.ledger.usage();
        let offered = (sustained * OVERLOAD, extent.overload);
        // Twice the worst latency of a single call, so that one slow sync does not count as load.
        let found = overload::offer(world, &channels, &apart, offered, normal * 2).await;
        let used: Usage = site.ledger.usage().since(&before);
        let grown = used.peak_bytes.saturating_sub(before.peak_bytes);
        let calls = found.accepted.calls() + found.refused.calls();
        self.rows.push(Row {
            rate: Some(sustained),
            ..Row::named(format!(
                "batches of {}, as many as it takes",
                overload::ITEMS
            ))
        });
        let accepted = Row::of_calls("four times as many, accepted", &found.accepted, None);
        self.rows.push(accepted.with_usage(calls, used));
        let refused = Row::of_calls("four times as many, refused", &found.refused, None);
        self.rows.push(refused);
        let recovery_s = found.recovery.map(|recovery| recovery.as_secs_f64());
        let offered = rate(calls, extent.overload) / sustained;
        let refused_p99_ms = found.refused.micros(0.99) / 1e3;
        let accepted_p99_s = found.accepted.micros(0.99) / 1e6;
        self.targets.extend([
            Target::reported("overload, calls answered ÷ sustained", offered),
            Target::reported(
                "overload, accepted ÷ sustained",
                found.accepted.rate() / sustained,
            ),
            Target::reported("overload, refused p99 ms", refused_p99_ms),
            Target::at_most("overload, accepted p99 s", 1.0, accepted_p99_s),
            Target::reported("overload, peak memory grew by MiB", (grown >> 20) as f64),
            Target::at_most("overload, s until as fast as before", 1.0, recovery_s),
        ]);
    }

    async fn replay(&mut self, site: &Site) {
        head::views_caught_up(&site.channels[0]).await;
        let before = site.ledger.usage();
        let read = replay::read_all(&site.channels[0]).await;
        let used = site.ledger.usage().since(&before);
        let found = rate(read.events, read.elapsed);
        self.rows.push(Row {
            rate: Some(found),
            ..Row::named("ReadEvents of the whole log, events").with_usage(read.events, used)
        });
        let name = "ReadEvents, events a second";
        self.targets
            .push(Target::at_least(name, 1_000_000.0, found));
    }

    async fn rebuild(&mut self, site: Site) {
        let events = head::of(&site.channels[0]).await.position;
        drop((site.channels, site.noop_channels, site.noop));
        site.ledger.terminate();
        let (elapsed, used) = offline("rebuild-views", &site.data);
        let found = rate(events, elapsed);
        self.rows.push(Row {
            rate: Some(found),
            ..Row::named("rebuild of all views, events").with_usage(events, used)
        });
        let name = "rebuild of all views, events a second";
        self.targets.push(Target::at_least(name, 500_000.0, found));
    }
}
