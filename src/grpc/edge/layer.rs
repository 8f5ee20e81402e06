//! The layer around every call: a span, a deadline, bounds of memory, and complete errors.
//!
//! ```text
//! span ─▶ panics caught ─▶ deadline ─▶ intake ─▶ tonic and the handler
//!   ◀── the end, logged ◀── errors made whole ◀── the answer, or what ended it
//! ```
//!
//! The order matters. The span sees the error as it is sent. A passed deadline and a panic become
//! errors that are completed like all others. A call that the intake refuses has a span and an end
//! too.
//! One future ([`Answering`]) and one body ([`Answer`]) do all of it.

mod answer;
mod answering;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use tokio::time::Instant;
use tonic::body::Body as TonicBody;
use tower::{Layer, Service};

use super::deadline::Deadline;
use super::intake::Intake;
use super::span::{CallSpan, Watch};
use crate::wire::proto::DESCRIPTORS;
pub use answer::Answer;
pub use answering::Answering;

/// Wraps services in [`Edge`].
#[derive(Debug, Clone)]
pub struct EdgeLayer {
    answer_timeout: Option<Duration>,
    intake: Intake,
    watch: Watch,
}

impl EdgeLayer {
    /// Takes the longest time until an answer begins, whatever the client allows, the largest
    /// message of methods that take many items, and what is kept of calls.
    pub fn new(answer_timeout: Option<Duration>, max_message_bytes: usize, watch: Watch) -> Self {
        Self {
            answer_timeout,
            intake: Intake::new(DESCRIPTORS, max_message_bytes),
            watch,
        }
    }
}

impl<S> Layer<S> for EdgeLayer {
    type Service = Edge<S>;

    fn layer(&self, inner: S) -> Edge<S> {
        let layer = self.clone();
        Edge { inner, layer }
    }
}

/// The inner service, with everything that the edge does for its calls.
#[derive(Debug, Clone)]
pub struct Edge<S> {
    inner: S,
    layer: EdgeLayer,
}

impl<S, RequestBody, ResponseBody> Service<Request<RequestBody>> for Edge<S>
where
    S: Service<Request<TonicBody>, Response = Response<ResponseBody>>,
    RequestBody: Body<Data = Bytes> + Unpin + Send + 'static,
    ResponseBody: Body<Data = Bytes>,
{
    type Response = Response<Answer<ResponseBody>>;
    type Error = S::Error;
    type Future = Answering<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<RequestBody>) -> Self::Future {
        let now = Instant::now();
        let span = CallSpan::begin(&self.layer.watch, &request, now);
        let client = Deadline::of_headers(request.headers(), now);
        if let Some(client) = client {
            request.extensions_mut().insert(client);
        }
        let server = self.layer.answer_timeout;
        let server = server.and_then(|timeout| now.checked_add(timeout));
        let client = client.map(Deadline::instant);
        let admitted = span.in_scope(|| {
            let (request, call) = self.layer.intake.admit(request, span.metrics())?;
            Ok((self.inner.call(request), call))
        });
        Answering::new(admitted, client, server, span)
    }
}

/// Runs one poll and stops a panic there.
///
/// The caller drops the future that panicked and never polls it again, so its half-done state is
/// never seen.
fn catching<T>(poll: impl FnOnce() -> T) -> Result<T, Box<dyn Any + Send>> {
    catch_unwind(AssertUnwindSafe(poll))
}

#[cfg(test)]
mod tests;
