//! Drives a server: a fixed number of calls in flight for a fixed time, with every latency
//! recorded.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use campaign_ledger::wire::proto::api::measurement_service_client::MeasurementServiceClient;
use tonic::transport::Channel;

use crate::support::measured::Measured;
use crate::world::World;

/// The load on a server.
#[derive(Clone, Copy)]
pub struct Load<'a> {
    /// Calls that wait for an answer at the same time.
    pub in_flight: usize,
    /// Duration of the load.
    pub time: Duration,
    /// The data that the calls are about.
    pub world: &'a World,
}

impl Load<'_> {
    /// Records one observation per call.
    pub async fn unary(&self, channels: &[Channel]) -> Measured {
        let next = Arc::new(AtomicU64::new(self.world.first_of_a_run()));
        let start = Instant::now();
        let until = start + self.time;
        let tasks: Vec<_> = (0..self.in_flight)
            .map(|task| {
                let channel = channels[task % channels.len()].clone();
                tokio::spawn(record(channel, task as u64, Arc::clone(&next), until))
            })
            .collect();
        let mut all = Measured::new();
        for task in tasks {
            all.join(&task.await.expect("no task fails"));
        }
        all.took(start.elapsed());
        all
    }
}

async fn record(channel: Channel, seed: u64, next: Arc<AtomicU64>, until: Instant) -> Measured {
    let mut client = MeasurementServiceClient::new(channel);
    let mut measured = Measured::new();
    let mut random = fastrand::Rng::with_seed(seed);
    while Instant::now() < until {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let request = World::observation(number, &mut random);
        let begun = Instant::now();
        let answer = client.record_engagement(request).await;
        answer.expect("it is recorded");
        measured.record(begun.elapsed());
    }
    measured
}
