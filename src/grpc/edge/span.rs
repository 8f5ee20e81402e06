//! The layer that opens a span for each call and says once why it failed.
//!
//! The span is of level `debug`, so that at the default level `info` a call costs none; the line
//! of a failed call carries method and peer itself. Faults of the server are warnings, all else is
//! `debug`: overload and bad requests must not fill the log, metrics count them. No payloads.

use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use http::uri::PathAndQuery;
use http::{HeaderMap, Request, Response};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use tonic::Code;
use tower::{Layer, Service};
use tracing::{Level, Span, debug, debug_span, enabled, trace, warn};

use super::failure;
use super::peer::Peer;
use super::seldom::Seldom;

/// Lines about failed calls in ten seconds: enough to see what fails, few enough that a client that
/// fails on purpose does not fill the disk.
static FAILURES: Seldom = Seldom::new(20);

/// Wraps services in [`Spans`].
#[derive(Debug, Clone, Copy, Default)]
pub struct SpanLayer;

impl<S> Layer<S> for SpanLayer {
    type Service = Spans<S>;

    fn layer(&self, inner: S) -> Spans<S> {
        Spans { inner }
    }
}

/// Runs each call of the service within in a span of its own.
#[derive(Debug, Clone)]
pub struct Spans<S> {
    inner: S,
}

impl<S, RequestBody, ResponseBody> Service<Request<RequestBody>> for Spans<S>
where
    S: Service<Request<RequestBody>, Response = Response<ResponseBody>>,
    ResponseBody: Body,
{
    type Response = Response<SpanBody<ResponseBody>>;
    type Error = S::Error;
    type Future = SpanFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<RequestBody>) -> Self::Future {
        let call = Call::begin(&request);
        let inner = call.span.in_scope(|| self.inner.call(request));
        SpanFuture {
            inner,
            call: Some(call),
        }
    }
}

/// A call under way; one that is dropped unfinished was given up by its client or cut.
#[derive(Debug)]
struct Call {
    span: Span,
    method: Option<PathAndQuery>,
    peer: Option<SocketAddr>,
    begun: Instant,
    finished: bool,
}

impl Call {
    fn begin<B>(request: &Request<B>) -> Self {
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
            begun: Instant::now(),
            finished: false,
        }
    }

    /// Logs the end of the call when `headers` (or trailers) carry its status.
    fn finish(&mut self, headers: &HeaderMap) {
        let Some(code) = failure::code_of(headers) else {
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
        let reason = failure::reason_of(headers);
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

    fn method(&self) -> &str {
        self.method.as_ref().map_or("", PathAndQuery::path)
    }

    fn elapsed_us(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}

impl Drop for Call {
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

pin_project! {
    /// The answer to come, in its span.
    #[derive(Debug)]
    pub struct SpanFuture<F> {
        #[pin]
        inner: F,
        call: Option<Call>,
    }
}

impl<F, ResponseBody, E> Future for SpanFuture<F>
where
    F: Future<Output = Result<Response<ResponseBody>, E>>,
    ResponseBody: Body,
{
    type Output = Result<Response<SpanBody<ResponseBody>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let Some(call) = this.call.as_mut() else {
            return Poll::Pending;
        };
        let inner = this.inner;
        let response = ready!(call.span.in_scope(|| inner.poll(cx)))?;
        call.finish(response.headers());
        let call = this.call.take();
        Poll::Ready(Ok(response.map(|inner| SpanBody { inner, call })))
    }
}

pin_project! {
    /// The body of an answer, in the span of its call.
    #[derive(Debug)]
    pub struct SpanBody<B> {
        #[pin]
        inner: B,
        call: Option<Call>,
    }
}

impl<B: Body> Body for SpanBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let this = self.project();
        let inner = this.inner;
        let Some(call) = this.call else {
            return inner.poll_frame(cx);
        };
        let frame = ready!(call.span.in_scope(|| inner.poll_frame(cx)));
        if let Some(Ok(frame)) = &frame
            && let Some(trailers) = frame.trailers_ref()
        {
            call.finish(trailers);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
