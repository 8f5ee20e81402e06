//! Latencies, and the time that their calls took together.

use std::time::Duration;

use hdrhistogram::Histogram;

/// The measurements of one kind of call.
#[derive(Clone)]
pub struct Measured {
    /// In nanoseconds.
    latencies: Histogram<u64>,
    /// Duration of the measurement.
    elapsed: Duration,
}

impl Measured {
    /// Makes an empty measurement.
    pub fn new() -> Self {
        let latencies = Histogram::new(3).expect("3 digits are allowed");
        Self {
            latencies,
            elapsed: Duration::ZERO,
        }
    }

    /// Records one latency.
    pub fn record(&mut self, latency: Duration) {
        let nanos = u64::try_from(latency.as_nanos()).unwrap_or(u64::MAX);
        self.latencies
            .record(nanos)
            .expect("the histogram grows by itself");
    }

    /// Adds the measurements of another task over the same time.
    pub fn join(&mut self, other: &Self) {
        self.latencies.add(&other.latencies).expect("same shape");
    }

    /// Adds the measurements of a later time.
    pub fn extend(&mut self, other: &Self) {
        self.join(other);
        self.elapsed += other.elapsed;
    }

    /// Sets the duration.
    pub fn took(&mut self, elapsed: Duration) {
        self.elapsed = elapsed;
    }

    /// Returns the number of calls.
    pub fn calls(&self) -> u64 {
        self.latencies.len()
    }

    /// Returns calls per second; 0 when no time passed.
    pub fn rate(&self) -> f64 {
        rate(self.calls(), self.elapsed)
    }

    /// Returns a latency quantile in microseconds.
    pub fn micros(&self, quantile: f64) -> f64 {
        self.latencies.value_at_quantile(quantile) as f64 / 1_000.0
    }
}

/// Returns a count per second; 0 when no time passed.
pub fn rate(count: u64, elapsed: Duration) -> f64 {
    if elapsed.is_zero() {
        return 0.0;
    }
    count as f64 / elapsed.as_secs_f64()
}
