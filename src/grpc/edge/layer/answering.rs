//! A pending answer: until the handler has it, its time is up, or its memory is needed elsewhere.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::Response;
use http_body::Body;
use pin_project_lite::pin_project;
use tokio::time::{Instant, Sleep, sleep_until};
use tonic::Status;

use super::answer::Answer;
use super::catching;
use crate::grpc::edge::deadline::poll_passed;
use crate::grpc::edge::identify::Watch;
use crate::grpc::edge::intake::{Call, Refusal};
use crate::grpc::edge::span::CallSpan;
use crate::grpc::edge::status;

/// A call whose handler runs.
pub(super) struct Admitted<F> {
    pub handler: F,
    pub call: Arc<Call>,
    pub watch: Option<Watch>,
}

/// What a call became once its caller was known, or could not be.
type Settled<F, E> = Result<Result<Admitted<F>, Refusal>, E>;

/// A call whose caller is not known yet.
pub(super) type Later<F, E> = Pin<Box<dyn Future<Output = Settled<F, E>> + Send>>;

pin_project! {
    /// The pending answer.
    pub struct Answering<F, E> {
        later: Option<Later<F, E>>,
        // None if the call was refused, and once it is answered.
        #[pin]
        handler: Option<F>,
        refusal: Option<Refusal>,
        call: Option<Arc<Call>>,
        watch: Option<Watch>,
        #[pin]
        answer_by: Option<Sleep>,
        client: Option<Instant>,
        // None once the call is answered.
        span: Option<CallSpan>,
    }
}

impl<F, E> Answering<F, E> {
    /// Takes the running handler, the refusal, or what is waited for, and the deadlines of client and
    /// server.
    pub(super) fn new(
        begun: Result<Result<Admitted<F>, Refusal>, Later<F, E>>,
        client: Option<Instant>,
        server: Option<Instant>,
        span: CallSpan,
    ) -> Self {
        let (admitted, refusal, later) = match begun {
            Ok(Ok(admitted)) => (Some(admitted), None, None),
            Ok(Err(refusal)) => (None, Some(refusal), None),
            Err(later) => (None, None, Some(later)),
        };
        let (handler, call, watch) = match admitted {
            Some(admitted) => (Some(admitted.handler), Some(admitted.call), admitted.watch),
            None => (None, None, None),
        };
        let answer_by = [client, server].into_iter().flatten().min();
        Self {
            later,
            handler,
            refusal,
            call,
            watch,
            answer_by: answer_by.map(sleep_until),
            client,
            span: Some(span),
        }
    }
}

impl<F, B, E> Future for Answering<F, E>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: Body<Data = Bytes>,
{
    type Output = Result<Response<Answer<B>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let Some(span) = this.span.as_mut() else {
            return Poll::Pending;
        };
        let mut late = None;
        if let Some(later) = this.later.as_mut() {
            let polled = span.in_scope(|| poll_later(later, this.answer_by.as_mut(), cx));
            match ready!(polled) {
                Ok(admitted) => match admitted? {
                    Ok(admitted) => {
                        this.handler.set(Some(admitted.handler));
                        *this.call = Some(admitted.call);
                        *this.watch = admitted.watch;
                    }
                    Err(refusal) => *this.refusal = Some(refusal),
                },
                Err(status) => late = Some(status),
            }
            *this.later = None;
        }
        let mut response = if let Some(status) = late {
            status.into_http()
        } else if let Some(refusal) = this.refusal.take() {
            refusal.into_http()
        } else {
            let (handler, call) = (this.handler.as_mut(), this.call.as_deref());
            let polled = span
                .in_scope(|| catching(|| poll_handler(handler, call, this.answer_by, cx)))
                .unwrap_or_else(|_panic| Poll::Ready(Err(status::panicked())));
            match ready!(polled) {
                Ok(answer) => answer?.map(Some),
                Err(ended) => ended.into_http(),
            }
        };
        status::complete(response.headers_mut(), span.method());
        span.finish(response.headers());
        // Drops a handler that has no answer, with everything that it holds.
        this.handler.set(None);
        let call = this.call.take();
        let span = this.span.take();
        Poll::Ready(Ok(response.map(|body| {
            Answer::new(body, call, *this.client, this.watch.take(), span)
        })))
    }
}

/// Asks who calls first, then the clock.
fn poll_later<F, E>(
    later: &mut Later<F, E>,
    answer_by: Pin<&mut Option<Sleep>>,
    cx: &mut Context<'_>,
) -> Poll<Result<Settled<F, E>, Status>> {
    if let Poll::Ready(admitted) = later.as_mut().poll(cx) {
        return Poll::Ready(Ok(admitted));
    }
    match answer_by.as_pin_mut() {
        Some(timer) => poll_passed(timer, cx).map(|()| Err(status::time_is_up())),
        None => Poll::Pending,
    }
}

/// Asks the handler first, then the memory of the call, then the clock. `Err` says what ended the
/// call before its handler did.
fn poll_handler<F, B, E>(
    handler: Pin<&mut Option<F>>,
    call: Option<&Call>,
    answer_by: Pin<&mut Option<Sleep>>,
    cx: &mut Context<'_>,
) -> Poll<Result<F::Output, Status>>
where
    F: Future<Output = Result<Response<B>, E>>,
{
    let (Some(handler), Some(call)) = (handler.as_pin_mut(), call) else {
        return Poll::Pending;
    };
    if let Poll::Ready(answer) = handler.poll(cx) {
        call.answered();
        return Poll::Ready(Ok(answer));
    }
    if call.poll_lost(cx.waker()) {
        return Poll::Ready(Err(status::no_room_for_message()));
    }
    match answer_by.as_pin_mut() {
        Some(timer) => poll_passed(timer, cx).map(|()| Err(status::time_is_up())),
        None => Poll::Pending,
    }
}
