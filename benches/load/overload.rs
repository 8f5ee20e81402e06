//! Four times as many observations as the ledger can process: what it refuses, how fast, and how it
//! recovers.
//!
//! This is an open loop: calls start on schedule, whatever the state of earlier ones. Only the
//! number of open calls is limited; calls that the client could not start count as not offered.
//! Each call is a batch, because single calls overload the transport and this client long before
//! the ledger. A refused batch is offered again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use campaign_ledger::cli::dynamic::Raw;
use campaign_ledger::wire::proto::api::measurement_service_client::MeasurementServiceClient;
use tonic::Code;
use tonic::client::Grpc;
use tonic::transport::Channel;

use crate::ingest;
use crate::support::measured::Measured;
use crate::world::World;

/// Observations per call.
pub const ITEMS: u64 = 50;
/// Open calls: more than three times the capacity of the write queue.
const OPEN_CALLS: usize = 1_024;
/// Open calls at the sustained rate.
const SUSTAINED_CALLS: usize = 16;
/// Connections that carry the calls.
pub const CONNECTIONS: usize = 8;
/// Number of consecutive calls with normal latency that count as recovered.
const IN_A_ROW: u32 = 20;
/// Longest time to watch the recovery.
const WATCHED: Duration = Duration::from_secs(10);

/// Results of the calls.
pub struct Overloaded {
    /// Answered as recorded.
    pub accepted: Measured,
    /// Refused because the queue was full.
    pub refused: Measured,
    /// Time from the end of the load to normal latencies; `None` when they did not return.
    pub recovery: Option<Duration>,
}

/// Returns the calls per second that the ledger can sustain: each caller calls again once it has an
/// answer.
pub async fn sustained(world: &World, channels: &[Channel], time: Duration) -> f64 {
    let schedule = Schedule::of(world, Duration::ZERO, time);
    let (accepted, _) = drive(channels, SUSTAINED_CALLS, &schedule).await;
    accepted.rate()
}

/// Offers `rate` calls per second for `time`. Then watches, on the separate connection `apart`,
/// until calls take no longer than `normal`.
pub async fn offer(
    world: &World,
    channels: &[Channel],
    apart: &Channel,
    (rate, time): (f64, Duration),
    normal: Duration,
) -> Overloaded {
    let gap = Duration::from_secs_f64(1.0 / rate.max(1.0));
    let schedule = Schedule::of(world, gap, time);
    let watch = async {
        tokio::time::sleep_until(schedule.until.into()).await;
        recovered(world, apart, normal).await
    };
    let ((accepted, refused), recovery) =
        tokio::join!(drive(channels, OPEN_CALLS, &schedule), watch);
    Overloaded {
        accepted,
        refused,
        recovery,
    }
}

/// Runs the callers on the schedule; returns the accepted and the refused calls.
async fn drive(
    channels: &[Channel],
    callers: usize,
    schedule: &Arc<Schedule>,
) -> (Measured, Measured) {
    let callers: Vec<_> = (0..callers)
        .map(|caller| {
            let channel = channels[caller % channels.len()].clone();
            tokio::spawn(call(channel, caller as u64, Arc::clone(schedule)))
        })
        .collect();
    let (mut accepted, mut refused) = (Measured::new(), Measured::new());
    for caller in callers {
        let (some_accepted, some_refused) = caller.await.expect("no caller fails");
        accepted.join(&some_accepted);
        refused.join(&some_refused);
    }
    let time = schedule.until - schedule.start;
    accepted.took(time);
    refused.took(time);
    (accepted, refused)
}

/// When each call starts, and which batches are new.
struct Schedule {
    start: Instant,
    gap: Duration,
    until: Instant,
    calls: AtomicU64,
    /// Number of the first observation of the next new batch.
    observations: AtomicU64,
}

impl Schedule {
    fn of(world: &World, gap: Duration, time: Duration) -> Arc<Self> {
        let start = Instant::now();
        Arc::new(Self {
            start,
            gap,
            until: start + time,
            calls: AtomicU64::new(0),
            observations: AtomicU64::new(world.first_of_a_run()),
        })
    }

    /// Returns when the next call is due; `None` when the time is over.
    fn take(&self) -> Option<Instant> {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        let due = self.start + self.gap.mul_f64(call as f64);
        (due < self.until && Instant::now() < self.until).then_some(due)
    }

    fn new_batch(&self, random: &mut fastrand::Rng) -> Bytes {
        let first = self.observations.fetch_add(ITEMS, Ordering::Relaxed);
        ingest::batch(first..first + ITEMS, random)
    }
}

async fn call(channel: Channel, seed: u64, schedule: Arc<Schedule>) -> (Measured, Measured) {
    let mut client = Grpc::new(channel);
    let mut random = fastrand::Rng::with_seed(seed);
    let (mut accepted, mut refused) = (Measured::new(), Measured::new());
    let mut offered = None;
    while let Some(due) = schedule.take() {
        tokio::time::sleep_until(due.into()).await;
        let batch = offered
            .get_or_insert_with(|| schedule.new_batch(&mut random))
            .clone();
        let begun = Instant::now();
        client.ready().await.expect("the connection is open");
        let answer = client.unary(tonic::Request::new(batch), ingest::batch_path(), Raw);
        match answer.await {
            Ok(_) => {
                accepted.record(begun.elapsed());
                offered = None;
            }
            Err(status) if status.code() == Code::ResourceExhausted => {
                refused.record(begun.elapsed());
            }
            Err(status) => panic!("neither recorded nor refused for want of room: {status}"),
        }
    }
    (accepted, refused)
}

/// Calls one by one until [`IN_A_ROW`] calls took no longer than `normal`; returns when that series
/// began.
async fn recovered(world: &World, channel: &Channel, normal: Duration) -> Option<Duration> {
    let mut client = MeasurementServiceClient::new(channel.clone());
    let mut random = fastrand::Rng::with_seed(0);
    let mut number = world.first_of_a_run();
    let start = Instant::now();
    let (mut in_a_row, mut since) = (0, Duration::ZERO);
    while start.elapsed() < WATCHED {
        let begun = Instant::now();
        let answer = client.record_engagement(World::observation(number, &mut random));
        let is_normal = answer.await.is_ok() && begun.elapsed() <= normal;
        number += 1;
        if !is_normal {
            (in_a_row, since) = (0, start.elapsed());
            continue;
        }
        in_a_row += 1;
        if in_a_row == IN_A_ROW {
            return Some(since);
        }
    }
    None
}
