//! Latencies and the time they took together.

use std::time::Duration;

use hdrhistogram::Histogram;

/// What was measured of one kind of call.
#[derive(Clone)]
pub struct Measured {
    /// In nanoseconds.
    latencies: Histogram<u64>,
    /// How long was measured.
    elapsed: Duration,
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

    /// Takes in what another task measured in the same time.
    pub fn join(&mut self, other: &Self) {
        self.latencies.add(&other.latencies).expect("same shape");
    }

    /// Takes in what was measured after.
    pub fn extend(&mut self, other: &Self) {
        self.join(other);
        self.elapsed += other.elapsed;
    }

    /// Says how long it took.
    pub fn took(&mut self, elapsed: Duration) {
        self.elapsed = elapsed;
    }

    /// Calls measured.
    pub fn calls(&self) -> u64 {
        self.latencies.len()
    }

    /// Calls a second; 0 when no time passed.
    pub fn rate(&self) -> f64 {
        rate(self.calls(), self.elapsed)
    }

    /// A latency in microseconds: the one that this part of the calls did not exceed.
    pub fn micros(&self, quantile: f64) -> f64 {
        self.latencies.value_at_quantile(quantile) as f64 / 1_000.0
    }
}

/// So many in so long, per second; 0 when no time passed.
pub fn rate(count: u64, elapsed: Duration) -> f64 {
    if elapsed.is_zero() {
        return 0.0;
    }
    count as f64 / elapsed.as_secs_f64()
}
