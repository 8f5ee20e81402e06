//! The health service, `grpc.health.v1`, with the server's real state, in parts.
//!
//! tonic-health reports SERVING from the start; this handle begins with NOT_SERVING, so that a
//! balancer sends nothing before the views have caught up, and never goes back to SERVING once a
//! drain has begun.
//!
//! | name | SERVING while |
//! |---|---|
//! | `""`, `reads`, services that record nothing | queries are answered |
//! | `writes`, services that record | commands are taken too |
//!
//! When only writes have stopped, the server as a whole goes on: a balancer that took it away would end
//! the reads too.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tonic_health::ServingStatus as Serving;
use tonic_health::pb::health_server::HealthServer;
use tonic_health::server::{HealthReporter, HealthService};

/// A request holds a service name; no more is read.
const MAX_REQUEST_BYTES: usize = 4 << 10;

/// The name of the server as a whole.
const WHOLE_SERVER: &str = "";
/// The name of all that reads.
const READS: &str = "reads";
/// The name of all that writes.
const WRITES: &str = "writes";

/// A name that clients may ask for.
#[derive(Debug, Clone, Copy)]
pub struct Served {
    name: &'static str,
    writes: bool,
}

impl Served {
    /// Names a service whose calls record nothing that matters when they are refused.
    pub const fn reading(name: &'static str) -> Self {
        Self {
            name,
            writes: false,
        }
    }

    /// Names a service whose calls record.
    pub const fn writing(name: &'static str) -> Self {
        Self { name, writes: true }
    }
}

/// Says whether the server serves.
#[derive(Debug, Clone)]
pub struct Health {
    reporter: HealthReporter,
    names: Arc<[Served]>,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The views have caught up.
    is_up: AtomicBool,
    is_draining: AtomicBool,
    /// The writer has ended, for good.
    is_stopped: AtomicBool,
    /// The clock may be wrong.
    is_doubted: AtomicBool,
    /// Counts changes, so that none is overtaken by an older one.
    changes: AtomicU64,
}

impl Health {
    /// Starts as NOT_SERVING, for the server, for its parts and for each of `services` (full names).
    pub async fn starting(services: &[Served]) -> Self {
        let parts = [
            Served::reading(WHOLE_SERVER),
            Served::reading(READS),
            Served::writing(WRITES),
        ];
        let health = Self {
            reporter: HealthReporter::new(),
            names: parts.iter().chain(services).copied().collect(),
            state: Arc::default(),
        };
        health.report().await;
        health
    }

    /// Makes the service to be added to the routes.
    pub fn service(&self) -> HealthServer<HealthService> {
        let service = HealthService::from_health_reporter(self.reporter.clone());
        HealthServer::new(service).max_decoding_message_size(MAX_REQUEST_BYTES)
    }

    /// Says SERVING from now on, unless a drain has begun.
    pub async fn serving(&self) {
        self.change(&self.state.is_up, true).await;
    }

    /// Says whether the clock may be wrong: then nothing is recorded.
    pub async fn doubted(&self, is_doubted: bool) {
        self.change(&self.state.is_doubted, is_doubted).await;
    }

    /// Says that nothing will be recorded any more.
    pub async fn writes_stopped(&self) {
        self.change(&self.state.is_stopped, true).await;
    }

    /// Says NOT_SERVING from now on, for good.
    pub async fn draining(&self) {
        self.change(&self.state.is_draining, true).await;
    }

    /// Returns whether queries are answered: the views have caught up, and no drain has begun.
    pub fn reads(&self) -> bool {
        let is = |state: &AtomicBool| state.load(Ordering::SeqCst);
        is(&self.state.is_up) && !is(&self.state.is_draining)
    }

    /// Returns whether a drain has begun.
    pub fn is_draining(&self) -> bool {
        self.state.is_draining.load(Ordering::SeqCst)
    }

    fn writes(&self) -> bool {
        let is = |state: &AtomicBool| state.load(Ordering::SeqCst);
        self.reads() && !is(&self.state.is_stopped) && !is(&self.state.is_doubted)
    }

    /// Ends the streams of all watchers, after they have got the last state.
    pub async fn end_watches(&self) {
        let mut reporter = self.reporter.clone();
        for served in self.names.iter() {
            reporter.clear_service_status(served.name).await;
        }
        // A check on an open connection still gets an answer.
        self.report().await;
    }

    async fn change(&self, part: &AtomicBool, to: bool) {
        part.store(to, Ordering::SeqCst);
        self.state.changes.fetch_add(1, Ordering::SeqCst);
        self.report().await;
    }

    /// Reports the state, again if it changed meanwhile.
    async fn report(&self) {
        loop {
            let before = self.state.changes.load(Ordering::SeqCst);
            let (reads, writes) = (self.reads(), self.writes());
            for served in self.names.iter() {
                let state = match if served.writes { writes } else { reads } {
                    true => Serving::Serving,
                    false => Serving::NotServing,
                };
                self.reporter.set_service_status(served.name, state).await;
            }
            if self.state.changes.load(Ordering::SeqCst) == before {
                return;
            }
        }
    }
}
