//! The body of an answer, counted while it is on its way to a client that may not read it.
//!
//! hyper takes a frame before the client has room for it, and HTTP/2 queues it. So each frame carries
//! its call with it, which is in flight until the last byte has been sent, and a large one its hold.

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
use crate::grpc::edge::status;

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

/// Bytes with what counts them.
struct Held {
    bytes: Bytes,
    _call: Arc<Call>,
    _hold: Option<Hold<OfAnswers>>,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Counts a frame of data; gives trailers with the refusal where there is no room for it.
fn counted(bytes: Bytes, call: &Arc<Call>) -> Result<Bytes, HeaderMap> {
    let mut hold = None;
    if bytes.len() > UNCOUNTED_BYTES {
        let large = call.hold_of_answer();
        let taken = large.take(bytes.len(), UNSENT_SAFE);
        taken.map_err(|Full| status::trailers(&status::no_room_for_answer()))?;
        hold = Some(large);
    }
    call.moved();
    Ok(Bytes::from_owner(Held {
        bytes,
        _call: Arc::clone(call),
        _hold: hold,
    }))
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

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::convert::Infallible;
    use std::task::Waker;

    use http::Request;
    use tonic::Code;

    use super::super::IntakeLayer;
    use super::super::budget::{Budget, Limits};
    use super::*;
    use crate::grpc::edge::failure;
    use crate::wire::proto::DESCRIPTORS;

    const LARGE: usize = 64 << 10;

    struct Chunks(VecDeque<Bytes>);

    impl Body for Chunks {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            Poll::Ready(self.0.pop_front().map(|chunk| Ok(Frame::data(chunk))))
        }
    }

    fn layer() -> IntakeLayer {
        let mut layer = IntakeLayer::new(DESCRIPTORS, 4 << 20);
        Arc::get_mut(&mut layer.shared).unwrap().answers = Budget::new(Limits {
            process_bytes: 100 << 10,
            connection_bytes: 100 << 10,
        });
        layer
    }

    fn answer(layer: &IntakeLayer, chunks: &[usize]) -> Answer<Chunks> {
        let call = Call::begin(&layer.shared, &Request::new(())).unwrap();
        let chunks = chunks.iter().map(|length| Bytes::from(vec![7; *length]));
        Answer::new(Chunks(chunks.collect()), Some(call))
    }

    fn next(answer: &mut Answer<Chunks>) -> Frame<Bytes> {
        let mut cx = Context::from_waker(Waker::noop());
        match Pin::new(answer).poll_frame(&mut cx) {
            Poll::Ready(Some(Ok(frame))) => frame,
            other => panic!("no frame: {other:?}"),
        }
    }

    #[test]
    fn what_is_sent_is_held_until_it_is_gone() {
        let layer = layer();
        let mut answer = answer(&layer, &[LARGE, UNCOUNTED_BYTES]);
        let large = next(&mut answer).into_data().unwrap();
        assert_eq!(large, vec![7; LARGE]);
        assert_eq!(layer.shared.answers.held(), LARGE);
        let small = next(&mut answer);
        assert_eq!(layer.shared.answers.held(), LARGE);
        drop((answer, small));
        assert_eq!(layer.shared.answers.held(), LARGE, "HTTP/2 has it still");
        drop(large);
        assert_eq!(layer.shared.answers.held(), 0);
    }

    #[test]
    fn an_answer_without_room_ends_with_its_refusal() {
        let layer = layer();
        let mut unread = answer(&layer, &[LARGE]);
        let _unread = next(&mut unread);
        let mut next_one = answer(&layer, &[LARGE, LARGE]);
        let refusal = next(&mut next_one).into_trailers().unwrap();
        assert_eq!(failure::code_of(&refusal), Some(Code::ResourceExhausted));
        let reason = failure::reason_of(&refusal);
        assert_eq!(reason.as_deref(), Some("NO_ROOM_FOR_ANSWER"));
        assert!(next_one.is_end_stream());
    }
}
