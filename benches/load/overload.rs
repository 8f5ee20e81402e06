//! Four times as many calls as the ledger can take: what it refuses, how fast, and how it recovers.
//!
//! An open loop: calls start when their time has come, whatever became of those before. Only the
//! number of open calls is bounded; what the client could not start counts as not offered.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use campaign_ledger::proto::api::measurement_service_client::MeasurementServiceClient;
use tonic::Code;
use tonic::transport::Channel;

use crate::support::measured::Measured;
use crate::world::World;

/// Calls open at a time: twice the write queue, and 256 streams on each of 32 connections.
const OPEN_CALLS: usize = 8_192;
/// Connections they are spread over.
pub const CONNECTIONS: usize = 32;
/// Calls in a row that must be as fast as before for the ledger to count as recovered.
const IN_A_ROW: u32 = 20;
/// The longest that recovery is watched.
const WATCHED: Duration = Duration::from_secs(10);

/// What became of the calls.
pub struct Overloaded {
    /// Answered as recorded.
    pub accepted: Measured,
    /// Refused for want of room.
    pub refused: Measured,
    /// From the end of the load to latencies as before; absent when it was not seen.
    pub recovery: Option<Duration>,
}

/// Offers `rate` calls a second for `time`, then watches, on a connection `apart`, until calls take
/// no longer than `normal`.
pub async fn offer(
    world: &World,
    channels: &[Channel],
    apart: &Channel,
    (rate, time): (f64, Duration),
    normal: Duration,
) -> Overloaded {
    let schedule = Arc::new(Schedule {
        start: Instant::now(),
        gap: Duration::from_secs_f64(1.0 / rate.max(1.0)),
        until: Instant::now() + time,
        first: world.first_of_a_run(),
        next: AtomicU64::new(0),
    });
    let callers: Vec<_> = (0..OPEN_CALLS)
        .map(|caller| {
            let channel = channels[caller % channels.len()].clone();
            tokio::spawn(call(channel, caller as u64, Arc::clone(&schedule)))
        })
        .collect();
    tokio::time::sleep_until(schedule.until.into()).await;
    let recovery = recovered(world, apart, normal).await;
    let (mut accepted, mut refused) = (Measured::new(), Measured::new());
    for caller in callers {
        let (some_accepted, some_refused) = caller.await.expect("no caller fails");
        accepted.join(&some_accepted);
        refused.join(&some_refused);
    }
    accepted.took(time);
    refused.took(time);
    Overloaded {
        accepted,
        refused,
        recovery,
    }
}

/// When which call starts.
struct Schedule {
    start: Instant,
    gap: Duration,
    until: Instant,
    first: u64,
    next: AtomicU64,
}

impl Schedule {
    /// The next call and its time; none when the time is over.
    fn take(&self) -> Option<(u64, Instant)> {
        let call = self.next.fetch_add(1, Ordering::Relaxed);
        let due = self.start + self.gap.mul_f64(call as f64);
        (due < self.until && Instant::now() < self.until).then_some((self.first + call, due))
    }
}

async fn call(channel: Channel, seed: u64, schedule: Arc<Schedule>) -> (Measured, Measured) {
    let mut client = MeasurementServiceClient::new(channel);
    let mut random = fastrand::Rng::with_seed(seed);
    let (mut accepted, mut refused) = (Measured::new(), Measured::new());
    while let Some((number, due)) = schedule.take() {
        tokio::time::sleep_until(due.into()).await;
        let request = World::observation(number, &mut random);
        let begun = Instant::now();
        match client.record_engagement(request).await {
            Ok(_) => accepted.record(begun.elapsed()),
            Err(status) if status.code() == Code::ResourceExhausted => {
                refused.record(begun.elapsed());
            }
            Err(status) => panic!("neither recorded nor refused for want of room: {status}"),
        }
    }
    (accepted, refused)
}

/// Calls one by one until [`IN_A_ROW`] took no longer than `normal`; answers when that began.
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
