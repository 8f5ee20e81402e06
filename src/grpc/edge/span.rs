//! The span of each call, and the one line that says why it failed.
//!
//! The span is of level `debug`, so that at the default level `info` a call costs none. The line of
//! a failed call carries method and peer itself. Faults of the server are warnings. All else is
//! `debug`, because overload and bad requests must not fill the log. No payloads.

use std::net::SocketAddr;

use http::uri::PathAndQuery;
use http::{HeaderMap, Request};
use tokio::time::Instant;
use tonic::Code;
use tracing::{Level, Span, debug, debug_span, enabled, trace, warn};

use super::peer::Peer;
use super::seldom::Seldom;
use super::status;

/// Lines about failed calls in ten seconds: enough to see what fails, few enough that a client that
/// fails on purpose does not fill the disk.
static FAILURES: Seldom = Seldom::new(20);

/// A call under way. If it is dropped unfinished, its client gave up or it was cut.
#[derive(Debug)]
pub struct CallSpan {
    span: Span,
    method: Option<PathAndQuery>,
    peer: Option<SocketAddr>,
    begun: Instant,
    finished: bool,
}

impl CallSpan {
    /// Opens the span of a call that begins now.
    pub(super) fn begin<B>(request: &Request<B>, now: Instant) -> Self {
        let peer = request.extensions().get().map(Peer::address);
        let path = request.uri().path();
        let span = debug_span!(
            "call",
            method = path,
            peer = peer.map(tracing::field::display)
        );
        Self {
            span,
            method: request.uri().path_and_query().cloned(),
            peer,
            begun: now,
            finished: false,
        }
    }

    /// Runs a part of the call within its span.
    pub(super) fn in_scope<T>(&self, part: impl FnOnce() -> T) -> T {
        self.span.in_scope(part)
    }

    /// Logs the end of the call when `headers` (or trailers) carry its status.
    pub(super) fn finish(&mut self, headers: &HeaderMap) {
        let Some(code) = status::code_of(headers) else {
            return;
        };
        self.finished = true;
        if code == Code::Ok {
            trace!(parent: &self.span, elapsed_us = self.elapsed_us(), "call answered");
            return;
        }
        if !enabled!(Level::DEBUG) && !is_fault_of_server(code) {
            return;
        }
        let reason = status::reason_of(headers);
        let reason = reason.as_deref().unwrap_or_default();
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
        } else {
            debug!(parent: &self.span, ?code, reason, elapsed_us = self.elapsed_us(), "call failed");
        }
    }

    /// Returns the name of the method as the client gave it.
    pub(super) fn method(&self) -> &str {
        self.method.as_ref().map_or("", PathAndQuery::path)
    }

    fn elapsed_us(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}

impl Drop for CallSpan {
    fn drop(&mut self) {
        if !self.finished {
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
