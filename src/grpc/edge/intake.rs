//! Bounds of the memory that calls may hold, whatever their clients send or do not read.
//!
//! ```text
//! frames ─▶ gather: whole messages, counted and within a budget ─▶ tonic ─▶ handler
//!                                                                              │
//! client ◀── frames that carry what they hold ◀── answer: within a budget ◀────┘
//! ```
//!
//! Owns the number of calls in flight and two budgets, of messages that are not answered and of
//! answers that are not read. Refuses requests that are not gRPC. Does not know what a message
//! says.

mod answer;
mod budget;
mod gather;
mod inflate;
mod methods;
mod shapes;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Waker;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode, header};
use http_body::Body;
use tonic::Status;
use tonic::body::Body as TonicBody;

use super::peer::{OpenCall, Peer};
use super::status;
use crate::metrics;
pub use answer::counted;
use budget::{Budget, Hold};
use gather::Gather;
use methods::{Method, Methods};

/// Calls in flight in the whole process, beside the light ones. Each costs up to its headers and some
/// 12 KiB, so all of them some 80 MiB.
const MAX_CALLS: usize = 3_072;

/// This many calls of a connection are always accepted, however many calls other connections have.
const LIGHT_CALLS: usize = 2;

/// Further calls of a connection may take this part of the free ones: the first connections get all
/// that they ask for, and under heavy load there are some left for another connection.
const PART_OF_FREE_CALLS: usize = 8;

/// Reflection streams: for people and their tools. Each may have three unsent answers, a hundred
/// times as large as their questions.
const MAX_REFLECTIONS: usize = 64;

/// How the paths of reflection begin.
const REFLECTION: &str = "/grpc.reflection.";

/// Memory for messages that are not answered yet. What a handler decodes is counted roughly.
const MESSAGES_BYTES: usize = 48 << 20;

/// Memory for answers that are not sent yet: more, as clients ask for many long lists at once.
const ANSWERS_BYTES: usize = 64 << 20;

/// A connection may have this part of each memory.
const CONNECTION_PART: usize = 2;

/// How many messages of the largest size a budget has room for at least, if the configuration makes
/// them larger than the default: for a connection, one that is gathered and one that is decoded.
const LARGEST_AT_ONCE: usize = 8;

/// How long a message that has begun may make no progress: longer than usual network outages.
const STALL: Duration = Duration::from_secs(30);

/// Bounds the memory that all calls of a server may hold. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Intake {
    shared: Arc<Shared>,
}

/// The state that all calls of a server share.
#[derive(Debug)]
struct Shared {
    methods: Methods,
    stall: Duration,
    messages: Budget,
    answers: Budget,
    calls: AtomicUsize,
    reflections: AtomicUsize,
}

impl Intake {
    /// Takes the methods from an encoded `FileDescriptorSet` and the largest message of those that take
    /// many items.
    pub fn new(descriptors: &[u8], max_message_bytes: usize) -> Self {
        let limits = |bytes: usize| {
            let process_bytes = bytes.max(LARGEST_AT_ONCE * max_message_bytes);
            budget::Limits {
                process_bytes,
                connection_bytes: process_bytes / CONNECTION_PART,
            }
        };
        Self {
            shared: Arc::new(Shared {
                methods: Methods::new(descriptors, max_message_bytes),
                stall: STALL,
                messages: Budget::new(limits(MESSAGES_BYTES)),
                answers: Budget::new(limits(ANSWERS_BYTES)),
                calls: AtomicUsize::new(0),
                reflections: AtomicUsize::new(0),
            }),
        }
    }

    /// Accepts a call: counts it, and has its messages gathered.
    ///
    /// # Errors
    /// The request is not gRPC, or too many calls are in flight.
    pub(super) fn admit<B>(
        &self,
        request: Request<B>,
        metrics: &Arc<metrics::Method>,
    ) -> Result<(Request<TonicBody>, Arc<Call>), Refusal>
    where
        B: Body<Data = Bytes> + Unpin + Send + 'static,
    {
        if !is_grpc(request.headers()) {
            return Err(Refusal::NotGrpc);
        }
        let call = Call::begin(&self.shared, metrics, &request).map_err(Refusal::TooMany)?;
        let request = request.map(|body| TonicBody::new(Gather::new(body, Arc::clone(&call))));
        Ok((request, call))
    }
}

/// Why a call is not accepted.
#[derive(Debug)]
pub enum Refusal {
    /// It is not a gRPC call.
    NotGrpc,
    /// There are too many.
    TooMany(Status),
    /// Nobody knows who calls.
    NoCaller(Status),
}

impl Refusal {
    /// Makes the answer. A request that is not gRPC gets the answer of the specification, so that
    /// HTTP clients see their mistake.
    pub(super) fn into_http<B: Default>(self) -> Response<B> {
        match self {
            Self::NotGrpc => {
                let mut response = Response::new(B::default());
                *response.status_mut() = StatusCode::UNSUPPORTED_MEDIA_TYPE;
                response
            }
            Self::TooMany(status) | Self::NoCaller(status) => status.into_http(),
        }
    }
}

/// One call in flight, and the memory of its messages; counted until it is dropped.
#[derive(Debug)]
pub struct Call {
    hold: Hold<OfMessages>,
    /// Counts the call for its connection.
    open: Option<OpenCall>,
    method: Method,
    metrics: Arc<metrics::Method>,
    is_gzip: bool,
    is_reflection: bool,
}

/// Leads to the budget of messages.
#[derive(Debug)]
struct OfMessages(Arc<Shared>);

/// Leads to the budget of answers.
#[derive(Debug)]
struct OfAnswers(Arc<Shared>);

impl AsRef<Budget> for OfMessages {
    fn as_ref(&self) -> &Budget {
        &self.0.messages
    }
}

impl AsRef<Budget> for OfAnswers {
    fn as_ref(&self) -> &Budget {
        &self.0.answers
    }
}

impl Call {
    /// Counts a call, unless there are too many.
    ///
    /// # Errors
    /// The refusal.
    fn begin<B>(
        shared: &Arc<Shared>,
        metrics: &Arc<metrics::Method>,
        request: &Request<B>,
    ) -> Result<Arc<Self>, Status> {
        let path = request.uri().path();
        let before = shared.calls.fetch_add(1, Ordering::Relaxed);
        let peer = request.extensions().get::<Peer>().cloned();
        // From here on, a drop decreases the count.
        let mut call = Self {
            open: peer.as_ref().map(Peer::begin_call),
            hold: Hold::of_request(OfMessages(Arc::clone(shared)), peer),
            method: shared.methods.find(path),
            metrics: Arc::clone(metrics),
            is_gzip: is_gzip(request.headers()),
            is_reflection: false,
        };
        let free = MAX_CALLS.saturating_sub(before);
        let own = call
            .open
            .as_ref()
            .map_or(0, |open| open.peer().open_calls() as usize);
        if own > LIGHT_CALLS && own > free / PART_OF_FREE_CALLS {
            return Err(status::too_many_calls(MAX_CALLS));
        }
        if path.starts_with(REFLECTION) {
            call.is_reflection = true;
            let before = shared.reflections.fetch_add(1, Ordering::Relaxed);
            if before >= MAX_REFLECTIONS {
                return Err(status::too_many_reflections(MAX_REFLECTIONS));
            }
        }
        Ok(Arc::new(call))
    }

    fn shared(&self) -> &Arc<Shared> {
        &self.hold.budget().0
    }

    /// Marks that a message of the client was passed on.
    fn received(&self) {
        self.metrics.received();
        self.moved();
    }

    /// Marks that messages were sent.
    fn sent(&self, messages: u64) {
        self.metrics.sent(messages);
        self.moved();
    }

    /// Marks that something was sent or received.
    fn moved(&self) {
        if let Some(open) = &self.open {
            open.peer().moved();
        }
    }

    /// Makes an empty hold for the answer.
    fn hold_of_answer(&self) -> Hold<OfAnswers> {
        let budget = OfAnswers(Arc::clone(self.shared()));
        Hold::of_answer(budget, self.hold.peer().cloned())
    }

    /// Gives back the memory of the messages once the call is answered. A stream gives back the
    /// memory of each message when it is done with it.
    pub(super) fn answered(&self) {
        if !self.method.is_stream {
            self.hold.release();
        }
    }

    /// Returns whether another call got the memory of this one; wakes `waker` once that happens.
    pub(super) fn poll_lost(&self, waker: &Waker) -> bool {
        self.hold.poll_lost(waker)
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        let shared = self.shared();
        shared.calls.fetch_sub(1, Ordering::Relaxed);
        if self.is_reflection {
            shared.reflections.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// Returns whether a request is a gRPC request with protobuf messages.
pub(super) fn is_grpc(headers: &HeaderMap) -> bool {
    let of_request = headers.get(header::CONTENT_TYPE);
    let Some(of_request) = of_request.and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let essence = of_request.split(';').next().unwrap_or_default().trim_end();
    ["application/grpc", "application/grpc+proto"]
        .iter()
        .any(|ours| essence.eq_ignore_ascii_case(ours))
}

fn is_gzip(headers: &HeaderMap) -> bool {
    headers
        .get("grpc-encoding")
        .is_some_and(|encoding| encoding == "gzip")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_grpc_is_grpc() {
        let is = |value: &str| {
            let value = value.parse().unwrap();
            is_grpc(&HeaderMap::from_iter([(header::CONTENT_TYPE, value)]))
        };
        assert!(is("application/grpc"));
        assert!(is("application/grpc+proto"));
        assert!(is("Application/gRPC ; charset=utf-8"));
        assert!(!is("application/grpc-web"));
        assert!(!is("application/grpc+json"));
        assert!(!is("application/json"));
        assert!(!is(""));
        assert!(!is_grpc(&HeaderMap::new()));
    }

    fn peer(connection: u64) -> Peer {
        Peer::new(connection, ([127, 0, 0, 1], 1).into(), Default::default())
    }

    #[test]
    fn a_few_connections_do_not_take_all_calls() {
        let layer = Intake::new(crate::wire::proto::DESCRIPTORS, 4 << 20);
        let metrics = metrics::Metrics::default();
        let begin = |peer: &Peer| {
            let mut request = Request::new(());
            request.extensions_mut().insert(peer.clone());
            Call::begin(&layer.shared, metrics.calls().method(""), &request)
        };
        let mut open = Vec::new();
        for connection in 0..100 {
            let peer = peer(connection);
            while let Ok(call) = begin(&peer) {
                open.push(call);
            }
        }
        assert!(open.len() > MAX_CALLS / 2);
        assert!(open.len() <= MAX_CALLS + 100 * LIGHT_CALLS);
        let newcomer = begin(&peer(1_000));
        assert!(newcomer.is_ok());
        drop((open, newcomer));
        assert_eq!(layer.shared.calls.load(Ordering::Relaxed), 0);
    }
}
