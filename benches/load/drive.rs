//! Drives a server: so many calls in flight for so long, every latency kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use campaign_ledger::proto::api::measurement_service_client::MeasurementServiceClient;
use hdrhistogram::Histogram;
use tonic::transport::Channel;

use crate::world::World;

/// Latencies and the time they took together.
pub struct Measured {
    /// In nanoseconds.
    pub latencies: Histogram<u64>,
    /// How long was measured.
    pub elapsed: Duration,
}

impl Measured {
    /// Nothing yet.
    pub fn new() -> Self {
        let latencies = Histogram::new(3).expect("3 digits are allowed");
        Self {
            latencies,
            elapsed: Duration::ZERO,
        }
    }

    /// Keeps one latency.
    pub fn record(&mut self, latency: Duration) {
        let nanos = u64::try_from(latency.as_nanos()).unwrap_or(u64::MAX);
        self.latencies
            .record(nanos)
            .expect("the histogram grows by itself");
    }

    /// Ends the measurement.
    pub fn end(&mut self, elapsed: Duration) {
        self.elapsed = elapsed;
    }

    /// Events a second.
    pub fn rate(&self) -> f64 {
        self.latencies.len() as f64 / self.elapsed.as_secs_f64()
    }
}

/// What to drive with.
pub struct Load<'a> {
    /// Calls waiting for an answer at a time.
    pub in_flight: usize,
    /// How long.
    pub time: Duration,
    /// What the calls are about.
    pub world: &'a World,
}

impl Load<'_> {
    /// Records one observation a call.
    pub async fn unary(&self, channels: &[Channel]) -> Measured {
        let next = Arc::new(AtomicU64::new(self.world.first_of_a_run()));
        let start = Instant::now();
        let tasks: Vec<_> = (0..self.in_flight)
            .map(|task| {
                let channel = channels[task % channels.len()].clone();
                let (next, until) = (Arc::clone(&next), start + self.time);
                tokio::spawn(async move {
                    let mut client = MeasurementServiceClient::new(channel);
                    let mut measured = Measured::new();
                    let mut random = fastrand::Rng::with_seed(task as u64);
                    while Instant::now() < until {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        let request = World::observation(number, &mut random);
                        let begun = Instant::now();
                        client
                            .record_engagement(request)
                            .await
                            .expect("it is recorded");
                        measured.record(begun.elapsed());
                    }
                    measured
                })
            })
            .collect();
        let mut all = Measured::new();
        for task in tasks {
            let measured = task.await.expect("no task fails");
            all.latencies.add(measured.latencies).expect("same shape");
        }
        all.end(start.elapsed());
        all
    }
}
