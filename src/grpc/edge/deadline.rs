//! How long a call may take: the `grpc-timeout` of its client and the server's own limit.
//!
//! tonic reports a passed deadline as `CANCELLED`, without details, and only watches it until the
//! answer begins. This layer ends the call just ahead of tonic with `DEADLINE_EXCEEDED`, ends a
//! stream at its client's deadline too, and hands the [`Deadline`] to handlers that wait. The
//! server's own limit holds until the answer begins and never cuts a stream.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use http::{HeaderMap, Request, Response};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use tokio::time::{Instant, Sleep, sleep_until};
use tonic::Code;
use tower::{Layer, Service};

use super::failure::Failure;

const PASSED: Failure = Failure {
    code: Code::DeadlineExceeded,
    message: "the time allowed for this call has passed; a write may still have happened: \
              ask again with the same request_id",
};

/// Kept back by [`Deadline::answer_by`], so that an answer that says more than
/// `DEADLINE_EXCEEDED` gets out in time.
const ANSWER_MARGIN: Duration = Duration::from_millis(5);

/// The gRPC specification allows this many digits.
const MAX_TIMEOUT_DIGITS: usize = 8;

/// When the client of a call stops waiting; found in the request's extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline(Instant);

impl Deadline {
    /// Finds the deadline of a call; `None` when its client set none.
    pub fn of<T>(request: &tonic::Request<T>) -> Option<Self> {
        request.extensions().get().copied()
    }

    /// Tells when the client stops waiting.
    pub fn instant(self) -> Instant {
        self.0
    }

    /// Tells when a handler that waits should give up, so that it can still say what it knows.
    pub fn answer_by(self) -> Instant {
        self.0.checked_sub(ANSWER_MARGIN).unwrap_or(self.0)
    }
}

/// A wait that took too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the wait took too long")]
pub struct Expired;

/// Waits for `event` until the deadline of the call, and `at_most` this long in any case.
///
/// # Errors
/// [`Expired`] just before the client's deadline, in time for an answer, or after `at_most`.
pub async fn wait<F: Future>(
    event: F,
    deadline: Option<Deadline>,
    at_most: Duration,
) -> Result<F::Output, Expired> {
    let limit = Instant::now() + at_most;
    let until = deadline.map_or(limit, |deadline| deadline.answer_by().min(limit));
    tokio::time::timeout_at(until, event)
        .await
        .map_err(|_| Expired)
}

/// Reads the `grpc-timeout` of a call; `None` when it is absent or not well formed.
pub fn parse_timeout(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get("grpc-timeout")?.to_str().ok()?;
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number || digits.len() > MAX_TIMEOUT_DIGITS {
        return None;
    }
    let number: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(number * 3_600)),
        "M" => Some(Duration::from_secs(number * 60)),
        "S" => Some(Duration::from_secs(number)),
        "m" => Some(Duration::from_millis(number)),
        "u" => Some(Duration::from_micros(number)),
        "n" => Some(Duration::from_nanos(number)),
        _ => None,
    }
}

/// Wraps services in [`Deadlines`].
#[derive(Debug, Clone, Copy)]
pub struct DeadlineLayer {
    answer_timeout: Option<Duration>,
}

impl DeadlineLayer {
    /// Takes the longest time until an answer begins, whatever the client allows.
    pub fn new(answer_timeout: Option<Duration>) -> Self {
        Self { answer_timeout }
    }
}

impl<S> Layer<S> for DeadlineLayer {
    type Service = Deadlines<S>;

    fn layer(&self, inner: S) -> Deadlines<S> {
        Deadlines {
            inner,
            answer_timeout: self.answer_timeout,
        }
    }
}

/// Ends calls of the service within at their deadline.
#[derive(Debug, Clone)]
pub struct Deadlines<S> {
    inner: S,
    answer_timeout: Option<Duration>,
}

impl<S, RequestBody, ResponseBody> Service<Request<RequestBody>> for Deadlines<S>
where
    S: Service<Request<RequestBody>, Response = Response<ResponseBody>>,
    ResponseBody: Body,
{
    type Response = Response<DeadlineBody<ResponseBody>>;
    type Error = S::Error;
    type Future = DeadlineFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<RequestBody>) -> Self::Future {
        let from_now = |timeout| Instant::now().checked_add(timeout);
        let client = parse_timeout(request.headers()).and_then(from_now);
        let server = self.answer_timeout.and_then(from_now);
        if let Some(deadline) = client {
            request.extensions_mut().insert(Deadline(deadline));
        }
        let answer_by = [client, server].into_iter().flatten().min();
        DeadlineFuture {
            inner: self.inner.call(request),
            answer_by: answer_by.map(sleep_until),
            client,
        }
    }
}

pin_project! {
    /// The answer to come, until the deadline.
    #[derive(Debug)]
    pub struct DeadlineFuture<F> {
        #[pin]
        inner: F,
        #[pin]
        answer_by: Option<Sleep>,
        client: Option<Instant>,
    }
}

impl<F, ResponseBody, E> Future for DeadlineFuture<F>
where
    F: Future<Output = Result<Response<ResponseBody>, E>>,
    ResponseBody: Body,
{
    type Output = Result<Response<DeadlineBody<ResponseBody>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        if let Poll::Ready(answer) = this.inner.poll(cx) {
            let client = *this.client;
            return Poll::Ready(answer.map(|response| {
                response.map(|body| DeadlineBody {
                    inner: Some(body),
                    client,
                    timer: None,
                })
            }));
        }
        match this.answer_by.as_pin_mut() {
            Some(timer) => ready!(poll_passed(timer, cx)),
            None => return Poll::Pending,
        }
        Poll::Ready(Ok(PASSED.answer(DeadlineBody {
            inner: None,
            client: None,
            timer: None,
        })))
    }
}

pin_project! {
    /// The body of an answer, until the client's deadline; `None` after it.
    #[derive(Debug)]
    pub struct DeadlineBody<B> {
        #[pin]
        inner: Option<B>,
        client: Option<Instant>,
        // Made when a stream first waits: an answer that is there needs no timer.
        timer: Option<Pin<Box<Sleep>>>,
    }
}

impl<B: Body> Body for DeadlineBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let mut this = self.project();
        let Some(inner) = this.inner.as_mut().as_pin_mut() else {
            return Poll::Ready(None);
        };
        if let Poll::Ready(frame) = inner.poll_frame(cx) {
            return Poll::Ready(frame);
        }
        let Some(client) = *this.client else {
            return Poll::Pending;
        };
        let timer = this
            .timer
            .get_or_insert_with(|| Box::pin(sleep_until(client)));
        ready!(poll_passed(timer.as_mut(), cx));
        this.inner.set(None);
        Poll::Ready(Some(Ok(PASSED.trailers())))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.inner
            .as_ref()
            .map_or_else(|| SizeHint::with_exact(0), Body::size_hint)
    }
}

/// Polls a timer, and looks at the clock as well: tonic's timer for the same deadline may have
/// woken this task within the same millisecond, before ours fires.
fn poll_passed(timer: Pin<&mut Sleep>, cx: &mut Context<'_>) -> Poll<()> {
    let deadline = timer.deadline();
    if timer.poll(cx).is_ready() || Instant::now() >= deadline {
        return Poll::Ready(());
    }
    Poll::Pending
}

#[cfg(test)]
mod tests;
