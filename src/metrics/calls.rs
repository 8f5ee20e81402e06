//! The metrics of gRPC calls, with the names and labels that stock dashboards know.
//!
//! Each method has its counters ready before its first call, so that a rate over them misses nothing.
//! Histograms and counters of failures come with the first value: there would be thousands of lines
//! of zeros otherwise. Methods that the server does not have share one set.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

use super::Histogram;

/// The code of a call that succeeded.
pub const OK: &str = "OK";

/// Service and method of calls to what does not exist.
const UNKNOWN: &str = "unknown";

/// The reason of errors whose reason is not listed.
const OTHER: &str = "OTHER";

/// What a method and its clients send.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// One message each way.
    Unary,
    /// Many messages of the client.
    ClientStream,
    /// Many messages of the server.
    ServerStream,
    /// Many messages both ways.
    BidiStream,
}

impl Kind {
    fn label(self) -> &'static str {
        match self {
            Self::Unary => "unary",
            Self::ClientStream => "client_stream",
            Self::ServerStream => "server_stream",
            Self::BidiStream => "bidi_stream",
        }
    }
}

/// The name of a method.
#[derive(Clone, Debug)]
pub struct MethodName {
    /// Its service, with the package.
    pub service: String,
    /// Its own name.
    pub method: String,
    /// What is sent.
    pub kind: Kind,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfMethod {
    grpc_type: &'static str,
    grpc_service: Arc<str>,
    grpc_method: Arc<str>,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfOutcome {
    grpc_type: &'static str,
    grpc_service: Arc<str>,
    grpc_method: Arc<str>,
    grpc_code: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfReason {
    reason: String,
}

/// The standard metrics of all methods.
#[derive(Clone, Debug)]
pub(super) struct Standard {
    started: Family<OfMethod, Counter>,
    handled: Family<OfOutcome, Counter>,
    seconds: Family<OfMethod, Histogram, fn() -> Histogram>,
    received: Family<OfMethod, Counter>,
    sent: Family<OfMethod, Counter>,
}

impl Standard {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let new = Self {
            started: Family::default(),
            handled: Family::default(),
            seconds: Family::new_with_constructor(Histogram::of_seconds),
            received: Family::default(),
            sent: Family::default(),
        };
        registry.register(
            "grpc_server_started",
            "Calls that began",
            new.started.clone(),
        );
        registry.register(
            "grpc_server_handled",
            "Calls that ended, by their code",
            new.handled.clone(),
        );
        registry.register(
            "grpc_server_handling_seconds",
            "Time from the beginning of a call to its end",
            new.seconds.clone(),
        );
        registry.register(
            "grpc_server_msg_received",
            "Messages received from clients",
            new.received.clone(),
        );
        registry.register(
            "grpc_server_msg_sent",
            "Messages sent to clients",
            new.sent.clone(),
        );
        new
    }
}

/// Calls that were refused, of all methods.
#[derive(Debug)]
pub(super) struct Refused {
    /// By reason.
    refusals: HashMap<String, Counter>,
    other: Counter,
    conflicts: Counter,
}

impl Refused {
    pub(super) fn register(own: &mut Registry, reasons: impl IntoIterator<Item = String>) -> Self {
        let family = Family::<OfReason, Counter>::default();
        let counter = |reason: &str| {
            let reason = reason.to_owned();
            family.get_or_create_owned(&OfReason { reason })
        };
        let reasons = reasons.into_iter().map(|reason| {
            let counter = counter(&reason);
            (reason, counter)
        });
        let new = Self {
            refusals: reasons.collect(),
            other: counter(OTHER),
            conflicts: Counter::default(),
        };
        own.register(
            "refusals",
            "Calls, and items of batches, that ended with an error, by its reason",
            family.clone(),
        );
        own.register(
            "conflicts",
            "Writes that expected another state than they met (ABORTED)",
            new.conflicts.clone(),
        );
        new
    }
}

/// The metrics of all calls of a server.
#[derive(Debug)]
pub struct Calls {
    /// By path.
    methods: HashMap<String, Arc<Method>>,
    unknown: Arc<Method>,
    refused: Refused,
}

impl Calls {
    pub(super) fn of(
        methods: impl IntoIterator<Item = MethodName>,
        standard: Standard,
        refused: Refused,
    ) -> Self {
        let method = |name: MethodName| {
            let path = format!("/{}/{}", name.service, name.method);
            (path, Arc::new(Method::of(&name, &standard)))
        };
        let unknown = MethodName {
            service: UNKNOWN.to_owned(),
            method: UNKNOWN.to_owned(),
            kind: Kind::Unary,
        };
        let unknown = Method::of(&unknown, &standard);
        // So that the family is there before the first call.
        unknown.seconds();
        Self {
            unknown: Arc::new(unknown),
            methods: methods.into_iter().map(method).collect(),
            refused,
        }
    }

    /// Finds the metrics of a method by the path of its calls.
    pub fn method(&self, path: &str) -> &Arc<Method> {
        self.methods.get(path).unwrap_or(&self.unknown)
    }

    /// Counts a call, or an item of a batch, that ended with an error.
    pub fn refused(&self, reason: &str, is_conflict: bool) {
        let Refused {
            refusals, other, ..
        } = &self.refused;
        refusals.get(reason).unwrap_or(other).inc();
        if is_conflict {
            self.refused.conflicts.inc();
        }
    }
}

/// The metrics of one method.
#[derive(Debug)]
pub struct Method {
    labels: OfMethod,
    standard: Standard,
    started: Counter,
    succeeded: Counter,
    seconds: OnceLock<Histogram>,
    received: Counter,
    sent: Counter,
}

impl Method {
    fn of(name: &MethodName, standard: &Standard) -> Self {
        let labels = OfMethod {
            grpc_type: name.kind.label(),
            grpc_service: name.service.as_str().into(),
            grpc_method: name.method.as_str().into(),
        };
        let succeeded = outcome(&labels, OK);
        Self {
            started: standard.started.get_or_create_owned(&labels),
            succeeded: standard.handled.get_or_create_owned(&succeeded),
            seconds: OnceLock::new(),
            received: standard.received.get_or_create_owned(&labels),
            sent: standard.sent.get_or_create_owned(&labels),
            standard: standard.clone(),
            labels,
        }
    }

    /// Counts a call that begins.
    pub fn begun(&self) {
        self.started.inc();
    }

    /// Counts a call that ended with a code after a time.
    pub fn ended(&self, code: &'static str, took: Duration) {
        if code == OK {
            self.succeeded.inc();
        } else {
            let outcome = outcome(&self.labels, code);
            self.standard.handled.get_or_create(&outcome).inc();
        }
        self.seconds().took(took);
    }

    fn seconds(&self) -> &Histogram {
        let family = &self.standard.seconds;
        self.seconds
            .get_or_init(|| family.get_or_create_owned(&self.labels))
    }

    /// Counts a message of the client.
    pub fn received(&self) {
        self.received.inc();
    }

    /// Counts messages of the server.
    pub fn sent(&self, messages: u64) {
        self.sent.inc_by(messages);
    }
}

fn outcome(labels: &OfMethod, grpc_code: &'static str) -> OfOutcome {
    let OfMethod {
        grpc_type,
        grpc_service,
        grpc_method,
    } = labels.clone();
    OfOutcome {
        grpc_type,
        grpc_service,
        grpc_method,
        grpc_code,
    }
}
