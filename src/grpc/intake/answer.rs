//! The body of an answer, counted while it is on its way to a client that may not read it.
//!
//! hyper takes a frame before the client has room for it, and HTTP/2 queues it. So each large frame
//! carries its hold with it and gives it back when its last byte has been sent.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use super::budget::{Full, Hold};
use super::{Call, OfAnswers};
use crate::grpc::status;

/// Frames up to this size are not counted: a call in flight costs that much anyway.
const UNCOUNTED_BYTES: usize = 4 << 10;

/// How long a frame may lie unsent before others may have the connection ended for its memory.
const UNSENT_SAFE: Duration = Duration::from_secs(10);

pin_project! {
    /// The body of an answer; `None` where the call was refused or the answer was cut short.
    #[derive(Debug)]
    pub struct Answer<B> {
        #[pin]
        inner: Option<B>,
        // Counted until the answer is dropped.
        call: Option<Arc<Call>>,
    }
}

impl<B> Answer<B> {
    pub(super) fn new(inner: B, call: Option<Arc<Call>>) -> Self {
        Self {
            inner: Some(inner),
            call,
        }
    }

    /// Makes the body of a refusal, which has none.
    pub(super) fn none() -> Self {
        Self {
            inner: None,
            call: None,
        }
    }
}

/// Bytes with the hold that counts them.
struct Held {
    bytes: Bytes,
    _hold: Hold<OfAnswers>,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Counts a frame of data; gives trailers with the refusal where there is no room for it.
fn counted(bytes: Bytes, call: &Call) -> Result<Bytes, HeaderMap> {
    if bytes.len() <= UNCOUNTED_BYTES {
        return Ok(bytes);
    }
    let hold = call.hold_of_answer();
    match hold.take(bytes.len(), UNSENT_SAFE) {
        Ok(()) => Ok(Bytes::from_owner(Held { bytes, _hold: hold })),
        Err(Full) => Err(status::trailers(&status::no_room_for_answer())),
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
        let Some(inner) = this.inner.as_mut().as_pin_mut() else {
            return Poll::Ready(None);
        };
        let frame = match ready!(inner.poll_frame(cx)) {
            Some(Ok(frame)) => frame,
            none_or_error => return Poll::Ready(none_or_error),
        };
        let (bytes, call) = match (frame.into_data(), this.call.as_ref()) {
            (Ok(bytes), Some(call)) => (bytes, call),
            (Ok(bytes), None) => return Poll::Ready(Some(Ok(Frame::data(bytes)))),
            (Err(trailers), _) => return Poll::Ready(Some(Ok(trailers))),
        };
        let frame = match counted(bytes, call) {
            Ok(bytes) => Frame::data(bytes),
            Err(refusal) => {
                this.inner.set(None);
                Frame::trailers(refusal)
            }
        };
        Poll::Ready(Some(Ok(frame)))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        match &self.inner {
            Some(inner) => inner.size_hint(),
            None => SizeHint::with_exact(0),
        }
    }
}
