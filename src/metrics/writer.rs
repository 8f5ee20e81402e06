//! The metrics of the path of a write: from the queue to the disk.

use std::sync::Arc;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

use super::brands::OfBrand;
use super::{BrandEvents, Histogram};

/// What the writer, the committer and the log measure.
#[derive(Debug)]
pub struct Writer {
    /// How long a command waited before it was decided.
    pub queue_wait: Histogram,
    /// Commands with events in one durable write.
    pub group_commands: Histogram,
    /// Making the block of a group.
    pub seal: Histogram,
    /// Appending it to the log, until it is durable.
    pub append: Histogram,
    /// The part of an append that is the sync of the disk.
    pub sync: Histogram,
    /// Writing a checkpoint of the rows.
    pub checkpoint: Histogram,
    /// Repeated writes that got their first answer.
    pub request_id_hits: Counter,
    brand_events: Family<OfBrand, Counter>,
    brands: usize,
}

impl Default for Writer {
    /// Makes metrics that nobody looks at.
    fn default() -> Self {
        Self::register(&mut Registry::default(), 0)
    }
}

impl Writer {
    pub(super) fn register(own: &mut Registry, brands: usize) -> Self {
        let new = Self {
            queue_wait: Histogram::of_seconds(),
            group_commands: Histogram::of_counts(),
            seal: Histogram::of_seconds(),
            append: Histogram::of_seconds(),
            sync: Histogram::of_seconds(),
            checkpoint: Histogram::of_seconds(),
            request_id_hits: Counter::default(),
            brand_events: Family::default(),
            brands,
        };
        let histograms = [
            (
                "write_queue_wait_seconds",
                "Time that a command waited for the writer",
                &new.queue_wait,
            ),
            (
                "group_commands",
                "Commands that were made durable in one write",
                &new.group_commands,
            ),
            (
                "seal_seconds",
                "Time to make the block of a group",
                &new.seal,
            ),
            (
                "append_seconds",
                "Time to append a block to the log, until it is durable",
                &new.append,
            ),
            ("sync_seconds", "Time of the sync in an append", &new.sync),
            (
                "checkpoint_seconds",
                "Time to write a checkpoint of the views",
                &new.checkpoint,
            ),
        ];
        for (name, help, histogram) in histograms {
            own.register(name, help, histogram.clone());
        }
        own.register(
            "request_id_hits",
            "Repeated writes that were recognised by their request_id",
            new.request_id_hits.clone(),
        );
        own.register(
            "brand_events",
            "Events recorded, by brand; brands beyond metrics_brands are other",
            new.brand_events.clone(),
        );
        new
    }

    /// Returns the counters by brand, for the one thread that writes.
    pub fn brand_events(self: &Arc<Self>) -> BrandEvents {
        BrandEvents::of(self.brand_events.clone(), self.brands)
    }
}
