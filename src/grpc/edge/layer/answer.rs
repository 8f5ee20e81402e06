//! The body of an answer: it ends by itself, at the client's deadline, or when there is no room for
//! it.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use tokio::time::{Instant, Sleep, sleep_until};
use tonic::Status;

use super::catching;
use crate::grpc::edge::deadline::poll_passed;
use crate::grpc::edge::identify::Watch;
use crate::grpc::edge::intake::{Call, counted};
use crate::grpc::edge::span::CallSpan;
use crate::grpc::edge::status;

pin_project! {
    /// The body of an answer.
    #[derive(Debug)]
    pub struct Answer<B> {
        // None if there is an error instead of an answer, and after an error that cut it short.
        #[pin]
        inner: Option<B>,
        // In flight until the answer is dropped.
        call: Option<Arc<Call>>,
        client: Option<Instant>,
        // Made when a stream first waits: a ready answer needs no timer.
        timer: Option<Pin<Box<Sleep>>>,
        // Ends a stream whose caller is no longer who it was.
        watch: Option<Watch>,
        span: Option<CallSpan>,
    }
}

impl<B> Answer<B> {
    /// Takes the body of the handler's answer, if it gave one, and the client's deadline.
    pub(super) fn new(
        inner: Option<B>,
        call: Option<Arc<Call>>,
        client: Option<Instant>,
        watch: Option<Watch>,
        span: Option<CallSpan>,
    ) -> Self {
        Self {
            call: call.filter(|_| inner.is_some()),
            inner,
            client,
            timer: None,
            watch,
            span,
        }
    }
}

impl<B> Body for Answer<B>
where
    B: Body<Data = Bytes>,
{
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let mut this = self.project();
        let (Some(inner), Some(span)) = (this.inner.as_mut().as_pin_mut(), this.span.as_mut())
        else {
            return Poll::Ready(None);
        };
        let (call, client) = (this.call.as_ref(), *this.client);
        let polled = span
            .in_scope(|| {
                let watch = this.watch.as_mut();
                catching(|| poll_next(inner, call, client, this.timer, watch, cx))
            })
            .unwrap_or_else(|_panic| Poll::Ready(Err(status::panicked())));
        let mut frame = match ready!(polled) {
            Ok(Some(Ok(frame))) => frame,
            Ok(none_or_error) => return Poll::Ready(none_or_error),
            Err(ended) => {
                this.inner.set(None);
                *this.call = None;
                Frame::trailers(status::trailers(&ended))
            }
        };
        if let Some(trailers) = frame.trailers_mut() {
            status::complete(trailers, span.method());
            span.finish(trailers);
        }
        Poll::Ready(Some(Ok(frame)))
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

/// The next frame of a body; the inner `Result` is the body's own.
type Next<E> = Option<Result<Frame<Bytes>, E>>;

/// Asks whether the caller is still who it was, then the handler's body, then the clock. `Err` says what cuts the answer short.
fn poll_next<B>(
    inner: Pin<&mut B>,
    call: Option<&Arc<Call>>,
    client: Option<Instant>,
    timer: &mut Option<Pin<Box<Sleep>>>,
    mut watch: Option<&mut Watch>,
    cx: &mut Context<'_>,
) -> Poll<Result<Next<B::Error>, Status>>
where
    B: Body<Data = Bytes>,
{
    if let Some(watch) = watch.as_deref_mut()
        && let Poll::Ready(ended) = watch.poll_next(cx)
    {
        return Poll::Ready(Err(ended));
    }
    if let Poll::Ready(next) = inner.poll_frame(cx) {
        return Poll::Ready(match (next, call) {
            (Some(Ok(frame)), Some(call)) => counted(frame, call).map(|frame| Some(Ok(frame))),
            (next, _) => Ok(next),
        });
    }
    if let Some(watch) = watch
        && let Poll::Ready(ended) = watch.poll_ended(cx)
    {
        return Poll::Ready(Err(ended));
    }
    let Some(client) = client else {
        return Poll::Pending;
    };
    let timer = timer.get_or_insert_with(|| Box::pin(sleep_until(client)));
    poll_passed(timer.as_mut(), cx).map(|()| Err(status::time_is_up()))
}
