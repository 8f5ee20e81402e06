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
use crate::grpc::edge::intake::{Call, Refusal};
use crate::grpc::edge::span::CallSpan;
use crate::grpc::edge::status;

pin_project! {
    /// The pending answer.
    #[derive(Debug)]
    pub struct Answering<F> {
        // None if the intake refused the call, and once it is answered.
        #[pin]
        handler: Option<F>,
        refusal: Option<Refusal>,
        call: Option<Arc<Call>>,
        #[pin]
        answer_by: Option<Sleep>,
        client: Option<Instant>,
        // None once the call is answered.
        span: Option<CallSpan>,
    }
}

impl<F> Answering<F> {
    /// Takes the running handler or the refusal, and the deadlines of client and server.
    pub(super) fn new(
        admitted: Result<(F, Arc<Call>), Refusal>,
        client: Option<Instant>,
        server: Option<Instant>,
        span: CallSpan,
    ) -> Self {
        let (handler, call, refusal) = match admitted {
            Ok((handler, call)) => (Some(handler), Some(call), None),
            Err(refusal) => (None, None, Some(refusal)),
        };
        let answer_by = [client, server].into_iter().flatten().min();
        Self {
            handler,
            refusal,
            call,
            answer_by: answer_by.map(sleep_until),
            client,
            span: Some(span),
        }
    }
}

impl<F, B, E> Future for Answering<F>
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
        let mut response = if let Some(refusal) = this.refusal.take() {
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
        Poll::Ready(Ok(
            response.map(|body| Answer::new(body, call, *this.client, span))
        ))
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
