//! The health service, `grpc.health.v1`, with the server's real state.
//!
//! tonic-health reports SERVING from the start; this handle begins with NOT_SERVING, so that a
//! balancer sends nothing before the views have caught up, and never goes back to SERVING once a
//! drain has begun. One state for the whole server, under `""` and under each service's name.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tonic_health::ServingStatus as Serving;
use tonic_health::pb::health_server::HealthServer;
use tonic_health::server::{HealthReporter, HealthService};

/// A request holds a service name; no more is read.
const MAX_REQUEST_BYTES: usize = 4 << 10;

/// The name of the server as a whole.
const WHOLE_SERVER: &str = "";

/// Says whether the server serves.
#[derive(Debug, Clone)]
pub struct Health {
    reporter: HealthReporter,
    services: Arc<[&'static str]>,
    draining: Arc<AtomicBool>,
}

impl Health {
    /// Starts as NOT_SERVING, for the server and for each of `services` (full names).
    pub async fn starting(services: &[&'static str]) -> Self {
        let names = std::iter::once(WHOLE_SERVER).chain(services.iter().copied());
        let health = Self {
            reporter: HealthReporter::new(),
            services: names.collect(),
            draining: Arc::new(AtomicBool::new(false)),
        };
        health.set_all(Serving::NotServing).await;
        health
    }

    /// Makes the service to be added to the routes.
    pub fn service(&self) -> HealthServer<HealthService> {
        let service = HealthService::from_health_reporter(self.reporter.clone());
        HealthServer::new(service).max_decoding_message_size(MAX_REQUEST_BYTES)
    }

    /// Says SERVING from now on, unless a drain has begun.
    pub async fn serving(&self) {
        if self.is_draining() {
            return;
        }
        self.set_all(Serving::Serving).await;
        // A drain may have begun in between, and it takes precedence.
        if self.is_draining() {
            self.set_all(Serving::NotServing).await;
        }
    }

    /// Says NOT_SERVING until it is serving again.
    pub async fn not_serving(&self) {
        self.set_all(Serving::NotServing).await;
    }

    /// Says NOT_SERVING from now on, for good.
    pub async fn draining(&self) {
        self.draining.store(true, Ordering::SeqCst);
        self.set_all(Serving::NotServing).await;
    }

    /// Ends the streams of all watchers, after they have got the last state.
    pub async fn end_watches(&self) {
        let mut reporter = self.reporter.clone();
        for service in self.services.iter() {
            reporter.clear_service_status(service).await;
        }
        // A check on an open connection still gets an answer.
        self.set_all(Serving::NotServing).await;
    }

    fn is_draining(&self) -> bool {
        self.draining.load(Ordering::SeqCst)
    }

    async fn set_all(&self, state: Serving) {
        for service in self.services.iter() {
            self.reporter.set_service_status(service, state).await;
        }
    }
}
