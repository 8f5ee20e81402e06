//! A histogram of atomics.
//!
//! The library's histogram takes a lock for each value. The writer measures every command, so it gets
//! one that costs two additions. Readers may see a value in its bucket and not yet in the sum.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use prometheus_client::encoding::{EncodeMetric, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::{MetricType, TypedMetric};

/// Seconds from a tenth of a millisecond, which a good disk takes to sync, to what nobody waits for.
const SECONDS: &[f64] = &[
    0.0001, 0.000_25, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5,
    5.0, 10.0,
];

/// Numbers of things in one group, up to the most that the configuration allows.
const COUNTS: &[f64] = &[
    1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 1_024.0, 4_096.0, 65_536.0,
];

/// Nanoseconds in a second.
const NANOS: f64 = 1e9;

/// A histogram. Clones share it.
#[derive(Clone, Debug)]
pub struct Histogram(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    bounds: &'static [f64],
    /// How many of the counted unit are one of the shown unit.
    scale: f64,
    /// One for each bound, and the last for what is beyond all of them.
    counts: Box<[AtomicU64]>,
    /// In the counted unit.
    sum: AtomicU64,
}

impl Histogram {
    /// Makes one of durations, shown in seconds.
    pub fn of_seconds() -> Self {
        Self::new(SECONDS, NANOS)
    }

    /// Makes one of numbers of things.
    pub fn of_counts() -> Self {
        Self::new(COUNTS, 1.0)
    }

    fn new(bounds: &'static [f64], scale: f64) -> Self {
        let counts = (0..=bounds.len()).map(|_| AtomicU64::new(0));
        Self(Arc::new(Shared {
            bounds,
            scale,
            counts: counts.collect(),
            sum: AtomicU64::new(0),
        }))
    }

    /// Counts a duration.
    pub fn took(&self, duration: Duration) {
        self.add(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX));
    }

    /// Counts a number of things.
    pub fn counted(&self, things: usize) {
        self.add(things as u64);
    }

    fn add(&self, value: u64) {
        let shared = &*self.0;
        let shown = value as f64 / shared.scale;
        let bucket = shared.bounds.partition_point(|bound| *bound < shown);
        shared.counts[bucket].fetch_add(1, Ordering::Relaxed);
        shared.sum.fetch_add(value, Ordering::Relaxed);
    }
}

impl TypedMetric for Histogram {
    const TYPE: MetricType = MetricType::Histogram;
}

impl EncodeMetric for Histogram {
    fn encode(&self, mut encoder: MetricEncoder) -> std::fmt::Result {
        let shared = &*self.0;
        let bounds = shared.bounds.iter().copied().chain([f64::INFINITY]);
        let counts = shared
            .counts
            .iter()
            .map(|count| count.load(Ordering::Relaxed));
        let buckets: Vec<(f64, u64)> = bounds.zip(counts).collect();
        let count = buckets.iter().map(|(_, count)| count).sum();
        let sum = shared.sum.load(Ordering::Relaxed) as f64 / shared.scale;
        encoder.encode_histogram::<NoLabelSet>(sum, count, &buckets, None)
    }

    fn metric_type(&self) -> MetricType {
        Self::TYPE
    }
}
