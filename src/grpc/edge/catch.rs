//! The layer that makes every error of a call a whole one, and a panic an error.
//!
//! Handlers render complete errors; tonic does not (unknown method, undecodable or oversized
//! message), and a handler that panics would just lose its stream. Errors come either in the
//! headers of an answer without a body or in the trailers, and are completed in both places. A
//! call that succeeds pays for one look at its headers and one at each frame's kind.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::uri::PathAndQuery;
use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use tonic::Code;
use tower::{Layer, Service};

use super::failure::{self, Failure};

const AFTER_PANIC: Failure = Failure {
    code: Code::Internal,
    message: "the server failed at this call; its log says why",
};

/// Wraps services in [`Catch`].
#[derive(Debug, Clone, Copy, Default)]
pub struct CatchLayer;

impl<S> Layer<S> for CatchLayer {
    type Service = Catch<S>;

    fn layer(&self, inner: S) -> Catch<S> {
        Catch { inner }
    }
}

/// Completes the errors of the service within.
#[derive(Debug, Clone)]
pub struct Catch<S> {
    inner: S,
}

impl<S, RequestBody, ResponseBody> Service<Request<RequestBody>> for Catch<S>
where
    S: Service<Request<RequestBody>, Response = Response<ResponseBody>>,
    ResponseBody: Body,
{
    type Response = Response<CatchBody<ResponseBody>>;
    type Error = S::Error;
    type Future = CatchFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<RequestBody>) -> Self::Future {
        CatchFuture {
            method: Method::of(&request),
            inner: self.inner.call(request),
        }
    }
}

/// The path of a call; cheap to clone.
#[derive(Debug, Clone)]
struct Method(Option<PathAndQuery>);

impl Method {
    fn of<B>(request: &Request<B>) -> Self {
        Self(request.uri().path_and_query().cloned())
    }

    fn as_str(&self) -> &str {
        self.0.as_ref().map_or("", PathAndQuery::path)
    }
}

pin_project! {
    /// The answer to come.
    #[derive(Debug)]
    pub struct CatchFuture<F> {
        #[pin]
        inner: F,
        method: Method,
    }
}

impl<F, ResponseBody, E> Future for CatchFuture<F>
where
    F: Future<Output = Result<Response<ResponseBody>, E>>,
    ResponseBody: Body,
{
    type Output = Result<Response<CatchBody<ResponseBody>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let inner = this.inner;
        let mut response = match catching(|| inner.poll(cx)) {
            Ok(polled) => ready!(polled)?.map(Some),
            Err(_panic) => AFTER_PANIC.answer(None),
        };
        failure::complete(response.headers_mut(), this.method.as_str());
        let method = this.method.clone();
        Poll::Ready(Ok(response.map(|inner| CatchBody { inner, method })))
    }
}

pin_project! {
    /// The body of an answer, whose trailers may hold an error; `None` after a panic.
    #[derive(Debug)]
    pub struct CatchBody<B> {
        #[pin]
        inner: Option<B>,
        method: Method,
    }
}

impl<B: Body> Body for CatchBody<B> {
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
        let Ok(polled) = catching(|| inner.poll_frame(cx)) else {
            this.inner.set(None);
            return Poll::Ready(Some(Ok(completed(AFTER_PANIC.trailers(), this.method))));
        };
        let frame = ready!(polled);
        Poll::Ready(frame.map(|frame| frame.map(|frame| completed(frame, this.method))))
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

/// Runs one poll and stops a panic there.
///
/// What panicked is dropped, never polled again, so that no one meets what it left half done.
fn catching<T>(poll: impl FnOnce() -> T) -> Result<T, Box<dyn Any + Send>> {
    catch_unwind(AssertUnwindSafe(poll))
}

fn completed<D>(mut frame: Frame<D>, method: &Method) -> Frame<D> {
    if let Some(trailers) = frame.trailers_mut() {
        failure::complete(trailers, method.as_str());
    }
    frame
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderMap, HeaderValue, header};
    use tonic::body::Body as Answer;

    use super::*;

    /// Frames as they come; an empty list panics.
    struct Frames(Vec<Frame<Bytes>>);

    impl Body for Frames {
        type Data = Bytes;
        type Error = tonic::Status;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, tonic::Status>>> {
            Poll::Ready(Some(Ok(self.0.remove(0))))
        }
    }

    async fn call<F>(answer: impl FnOnce() -> F) -> (HeaderMap, Vec<Frame<Bytes>>)
    where
        F: Future<Output = Response<Answer>>,
    {
        let answer = CatchFuture {
            method: Method::of(&Request::builder().uri("http://x/a.B/C").body(()).unwrap()),
            inner: async { Ok::<_, std::convert::Infallible>(answer().await) },
        };
        let (parts, body) = answer.await.unwrap().into_parts();
        let mut body = Box::pin(body);
        let mut frames = Vec::new();
        for _ in 0..3 {
            let next = std::future::poll_fn(|cx| body.as_mut().poll_frame(cx)).await;
            frames.extend(next.map(Result::unwrap));
            if body.is_end_stream() {
                break;
            }
        }
        (parts.headers, frames)
    }

    fn failed(code: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(
            header::HeaderName::from_static("grpc-status"),
            HeaderValue::from_static(code),
        )])
    }

    #[tokio::test]
    async fn an_error_in_the_headers_is_completed() {
        let (headers, frames) = call(async || {
            let mut response = Response::new(Answer::empty());
            *response.headers_mut() = failed("12");
            response
        })
        .await;
        assert_eq!(
            failure::reason_of(&headers).as_deref(),
            Some("UNKNOWN_METHOD")
        );
        assert!(frames.is_empty());
    }

    #[tokio::test]
    async fn an_error_in_the_trailers_is_completed() {
        let data = Frame::data(Bytes::from_static(b"x"));
        let frames = vec![data, Frame::trailers(failed("15"))];
        let (headers, frames) = call(async || Response::new(Answer::new(Frames(frames)))).await;
        assert!(headers.is_empty());
        let trailers = frames[1].trailers_ref().unwrap();
        assert_eq!(failure::reason_of(trailers).as_deref(), Some("DATA_LOSS"));
    }

    #[tokio::test]
    async fn a_panic_is_an_error() {
        let (headers, frames) = call(async || panic!("on purpose")).await;
        assert_eq!(failure::code_of(&headers), Some(Code::Internal));
        assert_eq!(failure::reason_of(&headers).as_deref(), Some("INTERNAL"));
        assert!(frames.is_empty());
    }

    #[tokio::test]
    async fn a_panic_within_a_stream_ends_it_with_an_error() {
        let frames = vec![Frame::data(Bytes::from_static(b"x"))];
        let (_, frames) = call(async || Response::new(Answer::new(Frames(frames)))).await;
        assert_eq!(frames.len(), 2);
        let trailers = frames[1].trailers_ref().unwrap();
        assert_eq!(failure::reason_of(trailers).as_deref(), Some("INTERNAL"));
    }
}
