//! The metrics of certificates, of the policy and of quotas.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use parking_lot::Mutex;
use prometheus_client::encoding::{EncodeLabelSet, EncodeMetric, MetricEncoder};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfCertificate {
    certificate: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfKind {
    kind: &'static str,
}

/// The quotas, each of which is shown before it first refuses.
const QUOTAS: [&str; 4] = ["calls", "events", "streams", "folds"];

/// A family that is described even while it has no values.
#[derive(Debug)]
struct AlwaysShown<M>(M);

impl<M: EncodeMetric> EncodeMetric for AlwaysShown<M> {
    fn encode(&self, encoder: MetricEncoder) -> std::fmt::Result {
        self.0.encode(encoder)
    }

    fn metric_type(&self) -> MetricType {
        self.0.metric_type()
    }
}

/// What those who check identities and quotas measure.
#[derive(Debug)]
pub struct Trust {
    expiry_days: Family<OfCertificate, Gauge<f64, AtomicU64>>,
    /// The same, for those who ask whether all are valid.
    days: Arc<Mutex<BTreeMap<String, f64>>>,
    /// Changed certificates that were not taken.
    pub certificate_reload_failures: Counter,
    /// Changed policies that were not taken.
    pub policy_reload_failures: Counter,
    quota_refusals: Family<OfKind, Counter>,
}

impl Trust {
    pub(super) fn register(own: &mut Registry) -> Self {
        let new = Self {
            expiry_days: Family::default(),
            days: Arc::default(),
            certificate_reload_failures: Counter::default(),
            policy_reload_failures: Counter::default(),
            quota_refusals: Family::default(),
        };
        own.register(
            "certificate_expiry_days",
            "Days until a certificate expires; negative once it has",
            AlwaysShown(new.expiry_days.clone()),
        );
        for kind in QUOTAS {
            drop(new.quota_refusals.get_or_create(&OfKind { kind }));
        }
        own.register(
            "certificate_reload_failures",
            "Changed certificates that were refused; the old ones stay",
            new.certificate_reload_failures.clone(),
        );
        own.register(
            "policy_reload_failures",
            "Changed policy files that were refused; the old one stays",
            new.policy_reload_failures.clone(),
        );
        own.register(
            "quota_refusals",
            "Calls refused because a quota was used up, by its kind",
            new.quota_refusals.clone(),
        );
        new
    }

    /// Sets how long a certificate is still valid. Its name is one of those in the configuration.
    pub fn certificate(&self, name: &str, days: f64) {
        let certificate = name.to_owned();
        self.expiry_days
            .get_or_create(&OfCertificate { certificate })
            .set(days);
        self.days.lock().insert(name.to_owned(), days);
    }

    /// Returns the certificates that have expired.
    pub fn expired(&self) -> Vec<String> {
        let days = self.days.lock();
        let expired = days.iter().filter(|(_, days)| **days < 0.0);
        expired.map(|(name, _)| name.clone()).collect()
    }

    /// Counts a call that a quota refused.
    pub fn quota_refusal(&self, kind: &'static str) {
        self.quota_refusals.get_or_create(&OfKind { kind }).inc();
    }
}
