//! Metrics that are looked up just before the text is made.

use std::sync::atomic::AtomicU64;

use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

type Seconds = Gauge<f64, AtomicU64>;
type Whole = Gauge<u64, AtomicU64>;

/// The metrics of the process that every program has.
#[derive(Debug)]
pub(super) struct Process {
    start_time_seconds: Seconds,
    resident_memory_bytes: Whole,
    open_fds: Whole,
}

impl Process {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let new = Self {
            start_time_seconds: Seconds::default(),
            resident_memory_bytes: Whole::default(),
            open_fds: Whole::default(),
        };
        registry.register(
            "process_start_time_seconds",
            "When the server started, in seconds after 1970",
            new.start_time_seconds.clone(),
        );
        registry.register(
            "process_resident_memory_bytes",
            "Memory of the process",
            new.resident_memory_bytes.clone(),
        );
        registry.register(
            "process_open_fds",
            "Open file descriptors",
            new.open_fds.clone(),
        );
        new
    }
}

/// What is looked up of the ledger.
#[derive(Debug)]
pub struct State {
    process: Process,
    /// Places in the queue of the writer that are taken.
    pub write_queue_commands: Whole,
    /// The last event that was decided.
    pub head_position: Whole,
    /// The last event that is durable.
    pub durable_position: Whole,
    /// Durable events that the rows lack.
    pub view_lag_events: Whole,
    /// For how long the rows have lacked events.
    pub view_lag_seconds: Seconds,
    /// Streams that follow the log.
    pub followers: Whole,
    /// Events that the slowest of them has yet to take.
    pub slowest_follower_lag_events: Whole,
    /// Folds of the past that wait for a thread.
    pub past_folds_waiting: Whole,
    /// Room on the disk of the data directory.
    pub disk_free_bytes: Whole,
    /// Time since the last complete backup.
    pub backup_age_seconds: Seconds,
    /// Whether the writer has stopped: 0 or 1.
    pub writes_stopped: Whole,
}

impl State {
    pub(super) fn register(own: &mut Registry, process: Process) -> Self {
        let new = Self {
            process,
            write_queue_commands: Whole::default(),
            head_position: Whole::default(),
            durable_position: Whole::default(),
            view_lag_events: Whole::default(),
            view_lag_seconds: Seconds::default(),
            followers: Whole::default(),
            slowest_follower_lag_events: Whole::default(),
            past_folds_waiting: Whole::default(),
            disk_free_bytes: Whole::default(),
            backup_age_seconds: Seconds::default(),
            writes_stopped: Whole::default(),
        };
        new.backup_age_seconds.set(f64::INFINITY);
        new.register_whole(own);
        own.register(
            "view_lag_seconds",
            "For how long the views have lacked durable events",
            new.view_lag_seconds.clone(),
        );
        own.register(
            "backup_age_seconds",
            "Time since the last complete backup that this ledger gave; +Inf if it gave none",
            new.backup_age_seconds.clone(),
        );
        register_build(own);
        new
    }

    fn register_whole(&self, own: &mut Registry) {
        let gauges = [
            (
                "write_queue_commands",
                "Places in the queue before the writer that are taken",
                &self.write_queue_commands,
            ),
            (
                "head_position",
                "Position of the last event that was decided",
                &self.head_position,
            ),
            (
                "durable_position",
                "Position of the last event that is durable",
                &self.durable_position,
            ),
            (
                "view_lag_events",
                "Durable events that the views lack",
                &self.view_lag_events,
            ),
            ("followers", "Streams that follow the log", &self.followers),
            (
                "slowest_follower_lag_events",
                "Events that the slowest follower has yet to take",
                &self.slowest_follower_lag_events,
            ),
            (
                "past_folds_waiting",
                "Folds of the past that wait for a thread",
                &self.past_folds_waiting,
            ),
            (
                "disk_free_bytes",
                "Free bytes on the disk of the data directory",
                &self.disk_free_bytes,
            ),
            (
                "writes_stopped",
                "1 once the writer has stopped, else 0",
                &self.writes_stopped,
            ),
        ];
        for (name, help, gauge) in gauges {
            own.register(name, help, gauge.clone());
        }
    }

    /// Sets when the server started, in seconds after 1970.
    pub fn started_at(&self, seconds: f64) {
        self.process.start_time_seconds.set(seconds);
    }

    /// Sets what the process has taken of the system.
    pub fn process(&self, resident_bytes: u64, open_fds: u64) {
        self.process.resident_memory_bytes.set(resident_bytes);
        self.process.open_fds.set(open_fds);
    }
}

fn register_build(own: &mut Registry) {
    let revision = option_env!("CAMPAIGN_LEDGER_REVISION");
    let version = Some(env!("CARGO_PKG_VERSION"));
    let labels = [("version", version), ("revision", revision)];
    let labels = labels
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())));
    let build = Family::<Vec<(String, String)>, Whole>::default();
    build.get_or_create(&labels.collect()).set(1);
    own.register("build_info", "The program that runs; always 1", build);
}
