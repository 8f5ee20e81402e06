//! The layer around every call: a span, a deadline, bounds of memory, and complete errors.
//!
//! ```text
//! span ─▶ panics caught ─▶ deadline ─▶ identity ─▶ intake ─▶ tonic and the handler
//!   ◀── the end, logged ◀── errors made whole ◀── the answer, or what ended it
//! ```
//!
//! The order matters. The span sees the error as it is sent. A passed deadline and a panic become
//! errors that are completed like all others. A call that is refused has a span and an end too. Who
//! calls is known before anything is counted for the call.
//! One future ([`Answering`]) and one body ([`Answer`]) do all of it.

mod answer;
mod answering;

use std::any::Any;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use tokio::time::Instant;
use tonic::body::Body as TonicBody;
use tower::{Layer, Service};

use super::deadline::Deadline;
use super::identify::{Identifier, Open, Unidentified};
use super::intake::{Intake, Refusal};
use super::span::{CallSpan, Watch};
use crate::identity::tokens::Wait;
use crate::identity::{Caller, Identity};
use crate::metrics::Method;
use crate::wire::proto::DESCRIPTORS;
pub use answer::Answer;
pub use answering::Answering;
use answering::{Admitted, Later};

/// Wraps services in [`Edge`].
#[derive(Debug, Clone)]
pub struct EdgeLayer {
    answer_timeout: Option<Duration>,
    intake: Intake,
    watch: Watch,
    identifier: Identifier,
}

impl EdgeLayer {
    /// Takes the longest time until an answer begins, whatever the client allows, the largest
    /// message of methods that take many items, and what is kept of calls.
    pub fn new(answer_timeout: Option<Duration>, max_message_bytes: usize, watch: Watch) -> Self {
        Self {
            answer_timeout,
            intake: Intake::new(DESCRIPTORS, max_message_bytes),
            watch,
            identifier: Identifier::new(Identity::unasked(), Open::default()),
        }
    }

    /// The same, with callers that are asked who they are.
    #[must_use]
    pub fn asking(mut self, identifier: Identifier) -> Self {
        self.identifier = identifier;
        self
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
    S: Service<Request<TonicBody>, Response = Response<ResponseBody>> + Clone + Send + 'static,
    RequestBody: Body<Data = Bytes> + Unpin + Send + 'static,
    ResponseBody: Body<Data = Bytes>,
{
    type Response = Response<Answer<ResponseBody>>;
    type Error = S::Error;
    type Future = Answering<S::Future, S::Error>;

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
        let metrics = span.metrics().clone();
        let begun = span.in_scope(|| match self.layer.identifier.identify(&request) {
            Ok(caller) => Ok(self.admit(request, caller, &metrics)),
            Err(Unidentified::Refused(status)) => Ok(Err(Refusal::NoCaller(status))),
            Err(Unidentified::NotYet(wait)) => Err(self.later(wait, request, metrics.clone())),
        });
        Answering::new(begun, client, server, span)
    }
}

impl<S> Edge<S> {
    /// Hands a request of a known caller on.
    fn admit<RequestBody>(
        &mut self,
        mut request: Request<RequestBody>,
        caller: Arc<Caller>,
        metrics: &Arc<Method>,
    ) -> Result<Admitted<S::Future>, Refusal>
    where
        S: Service<Request<TonicBody>>,
        RequestBody: Body<Data = Bytes> + Unpin + Send + 'static,
    {
        let watch = self.layer.identifier.watch(&caller);
        request.extensions_mut().insert(caller);
        let (request, call) = self.layer.intake.admit(request, metrics)?;
        Ok(Admitted {
            handler: self.inner.call(request),
            call,
            watch,
        })
    }

    /// Hands a request on once its caller may be known. That is rare, and costs an allocation.
    fn later<RequestBody>(
        &self,
        wait: Wait,
        request: Request<RequestBody>,
        metrics: Arc<Method>,
    ) -> Later<S::Future, S::Error>
    where
        S: Service<Request<TonicBody>> + Clone + Send + 'static,
        RequestBody: Body<Data = Bytes> + Unpin + Send + 'static,
    {
        let mut edge = Self {
            inner: self.inner.clone(),
            layer: self.layer.clone(),
        };
        Box::pin(async move {
            wait.over().await;
            let caller = match edge.layer.identifier.settle(&request) {
                Ok(caller) => caller,
                Err(status) => return Ok(Err(Refusal::NoCaller(status))),
            };
            poll_fn(|cx| edge.inner.poll_ready(cx)).await?;
            Ok(edge.admit(request, caller, &metrics))
        })
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
