//! What the ledger counts and measures of itself, for `/metrics`.
//!
//! One [`Metrics`] is made at the start and handed down; nothing here is global. Owns the names, the
//! units and the labels; `docs/observability.md` lists them. Values that change with every call or
//! command are atomics, because those who set them must not wait. Values that are looked up, such as the
//! free disk space, are set just before the text is made, by whoever can look them up. No label has more
//! values than the code or the configuration lists.
//!
//! Does not know what it measures: no gRPC, no log, no rows.

mod brands;
mod calls;
mod histogram;
mod state;
mod trust;
mod writer;

use std::sync::Arc;

use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;

use calls::{Refused, Standard};
use state::Process;

pub use brands::{BrandEvents, MOST_BRANDS};
pub use calls::{Calls, Kind, Method, MethodName, OK};
pub use histogram::Histogram;
pub use state::State;
pub use trust::Trust;
pub use writer::Writer;

/// How every name of the ledger's own begins.
const PREFIX: &str = "campaign_ledger";

/// All metrics of a server. Clones share them.
#[derive(Clone, Debug)]
pub struct Metrics(Arc<All>);

#[derive(Debug)]
struct All {
    registry: Registry,
    calls: Arc<Calls>,
    writer: Arc<Writer>,
    state: State,
    trust: Trust,
}

impl Default for Metrics {
    /// Makes metrics that nobody looks at.
    fn default() -> Self {
        Self::new([], [], 0)
    }
}

impl Metrics {
    /// Makes the metrics of a server that has these methods, refuses for these reasons, and names this
    /// many brands.
    pub fn new(
        methods: impl IntoIterator<Item = MethodName>,
        reasons: impl IntoIterator<Item = String>,
        brands: usize,
    ) -> Self {
        let mut registry = Registry::default();
        let calls = Standard::register(&mut registry);
        let process = Process::register(&mut registry);
        let own = registry.sub_registry_with_prefix(PREFIX);
        let refused = Refused::register(own, reasons);
        let writer = Writer::register(own, brands);
        let trust = Trust::register(own);
        let state = State::register(own, process);
        Self(Arc::new(All {
            calls: Arc::new(Calls::of(methods, calls, refused)),
            writer: Arc::new(writer),
            state,
            trust,
            registry,
        }))
    }

    /// Returns those of gRPC calls.
    pub fn calls(&self) -> &Arc<Calls> {
        &self.0.calls
    }

    /// Returns those of the writer.
    pub fn writer(&self) -> &Arc<Writer> {
        &self.0.writer
    }

    /// Returns those that are looked up before the text is made.
    pub fn state(&self) -> &State {
        &self.0.state
    }

    /// Returns those of certificates, policy and quotas.
    pub fn trust(&self) -> &Trust {
        &self.0.trust
    }

    /// Writes all of them as OpenMetrics text.
    pub fn text(&self) -> String {
        let mut text = String::new();
        encode(&mut text, &self.0.registry).expect("a String takes every text");
        // The library writes infinity in a way that OpenMetrics does not have.
        text.replace(" inf\n", " +Inf\n")
    }
}

/// The media type of [`Metrics::text`].
pub const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

#[cfg(test)]
mod tests;
