//! The span of each call, its metrics, and the one line that says how it ended.
//!
//! The span is of level `debug`, so that at the default level `info` a call costs none. The line of
//! a failed call carries method and peer itself. Faults of the server are warnings. All else is
//! `debug`, because overload and bad requests must not fill the log. Whoever wants a line for each call
//! gets the access log (`access`). No payloads.

mod access;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::uri::PathAndQuery;
use http::{HeaderMap, Request};
use tokio::time::Instant;
use tonic::Code;
use tracing::{Level, Span, debug, debug_span, enabled, trace, warn};

use super::intake::is_grpc;
use super::named::code_name;
use super::peer::Peer;
use super::seldom::Seldom;
use super::status;
use crate::metrics::{Method, Metrics};
use access::Access;

/// Lines about failed calls in ten seconds: enough to see what fails, few enough that a client that
/// fails on purpose does not fill the disk.
static FAILURES: Seldom = Seldom::new(20);

/// What is kept of calls.
#[derive(Clone, Debug)]
pub struct Watch {
    /// Counts them.
    pub metrics: Metrics,
    /// Whether each is a line in the log.
    pub access_log: bool,
}

/// A call under way. If it is dropped unfinished, its client gave up or it was cut.
#[derive(Debug)]
pub struct CallSpan {
    span: Span,
    path: Option<PathAndQuery>,
    peer: Option<SocketAddr>,
    begun: Instant,
    finished: bool,
    metrics: Metrics,
    method: Arc<Method>,
    access: Option<Access>,
}

impl CallSpan {
    /// Opens the span of a call that begins now.
    pub(super) fn begin<B>(watch: &Watch, request: &Request<B>, now: Instant) -> Self {
        let peer = request.extensions().get().map(Peer::address);
        let path = request.uri().path();
        let span = debug_span!(
            "call",
            method = path,
            peer = peer.map(tracing::field::display)
        );
        let method = Arc::clone(watch.metrics.calls().method(path));
        // What is not gRPC is no call.
        let is_call = is_grpc(request.headers());
        if is_call {
            method.begun();
        }
        let access = watch.access_log && is_call && Access::is_wanted();
        Self {
            span,
            path: request.uri().path_and_query().cloned(),
            peer,
            begun: now,
            finished: !is_call,
            metrics: watch.metrics.clone(),
            method,
            access: access.then(|| Access::begin(request.headers())),
        }
    }

    /// Runs a part of the call within its span.
    pub(super) fn in_scope<T>(&self, part: impl FnOnce() -> T) -> T {
        let part = || self.span.in_scope(part);
        match &self.access {
            Some(access) => access.notes.in_scope(part),
            None => part(),
        }
    }

    /// Returns the metrics of the method.
    pub(super) fn metrics(&self) -> &Arc<Method> {
        &self.method
    }

    /// Counts and logs the end of the call when `headers` (or trailers) carry its status.
    pub(super) fn finish(&mut self, headers: &HeaderMap) {
        let Some(code) = status::code_of(headers) else {
            return;
        };
        if std::mem::replace(&mut self.finished, true) {
            return;
        }
        let took = self.begun.elapsed();
        self.method.ended(code_name(code), took);
        self.log_access(code, took);
        if code == Code::Ok {
            trace!(parent: &self.span, elapsed_us = self.elapsed_us(), "call answered");
            return;
        }
        let reason = status::reason_of(headers);
        if let Some(reason) = &reason {
            let calls = self.metrics.calls();
            calls.refused(reason, code == Code::Aborted);
        }
        self.log_failure(code, reason.as_deref().unwrap_or_default());
    }

    fn log_failure(&self, code: Code, reason: &str) {
        if is_fault_of_server(code) {
            let Some(left_out) = FAILURES.due() else {
                return;
            };
            warn!(
                parent: &self.span,
                method = self.method(),
                peer = self.peer.map(tracing::field::display),
                ?code,
                reason,
                elapsed_us = self.elapsed_us(),
                left_out,
                "call failed"
            );
        } else if enabled!(Level::DEBUG) {
            debug!(parent: &self.span, ?code, reason, elapsed_us = self.elapsed_us(), "call failed");
        }
    }

    fn log_access(&self, code: Code, took: Duration) {
        if let Some(access) = &self.access {
            access.log(self.method(), code_name(code), took, self.peer);
        }
    }

    /// Returns the name of the method as the client gave it.
    pub(super) fn method(&self) -> &str {
        self.path.as_ref().map_or("", PathAndQuery::path)
    }

    fn elapsed_us(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}

impl Drop for CallSpan {
    fn drop(&mut self) {
        if !self.finished {
            let took = self.begun.elapsed();
            self.method.ended(code_name(Code::Cancelled), took);
            self.log_access(Code::Cancelled, took);
            debug!(parent: &self.span, elapsed_us = self.elapsed_us(), "call abandoned");
        }
    }
}

fn is_fault_of_server(code: Code) -> bool {
    match code {
        Code::Unknown | Code::Internal | Code::DataLoss => true,
        Code::Ok
        | Code::Cancelled
        | Code::InvalidArgument
        | Code::DeadlineExceeded
        | Code::NotFound
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::ResourceExhausted
        | Code::FailedPrecondition
        | Code::Aborted
        | Code::OutOfRange
        | Code::Unimplemented
        | Code::Unavailable
        | Code::Unauthenticated => false,
    }
}
