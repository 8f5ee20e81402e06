use std::convert::Infallible;
use std::future::{pending, poll_fn};
use std::pin::Pin;

use http::{HeaderMap, HeaderValue, header};
use http_body::Frame;
use tonic::Code;
use tower::service_fn;

use super::*;
use crate::grpc::edge::status::{code_of, reason_of};
use crate::metrics::Metrics;

const SOON: &str = "2m";

fn layer(answer_timeout: Option<Duration>) -> EdgeLayer {
    let watch = Watch {
        metrics: Metrics::default(),
        access_log: false,
    };
    EdgeLayer::new(answer_timeout, 4 << 20, watch)
}

fn request(timeout: Option<&str>) -> Request<TonicBody> {
    let request = Request::post("http://x/a.B/C").header(header::CONTENT_TYPE, "application/grpc");
    let request = match timeout {
        Some(timeout) => request.header("grpc-timeout", timeout),
        None => request,
    };
    request.body(TonicBody::empty()).unwrap()
}

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

async fn call<F>(answer: impl Fn() -> F + Clone + Send + 'static) -> (HeaderMap, Vec<Frame<Bytes>>)
where
    F: Future<Output = Response<TonicBody>>,
{
    let handler = service_fn(move |_: Request<TonicBody>| {
        let answer = answer();
        async { Ok::<_, Infallible>(answer.await) }
    });
    let answer = layer(None).layer(handler).call(request(None)).await;
    let (parts, body) = answer.unwrap().into_parts();
    let mut body = Box::pin(body);
    let mut frames = Vec::new();
    for _ in 0..3 {
        let next = poll_fn(|cx| body.as_mut().poll_frame(cx)).await;
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
        let mut response = Response::new(TonicBody::empty());
        *response.headers_mut() = failed("12");
        response
    })
    .await;
    assert_eq!(reason_of(&headers).as_deref(), Some("UNKNOWN_METHOD"));
    assert!(frames.is_empty());
}

#[tokio::test]
async fn an_error_in_the_trailers_is_completed() {
    let (headers, frames) = call(async || {
        let data = Frame::data(Bytes::from_static(b"x"));
        let frames = vec![data, Frame::trailers(failed("15"))];
        Response::new(TonicBody::new(Frames(frames)))
    })
    .await;
    assert!(headers.is_empty());
    let trailers = frames[1].trailers_ref().unwrap();
    assert_eq!(reason_of(trailers).as_deref(), Some("DATA_LOSS"));
}

#[tokio::test]
async fn a_panic_is_an_error() {
    let (headers, frames) = call(async || panic!("on purpose")).await;
    assert_eq!(code_of(&headers), Some(Code::Internal));
    assert_eq!(reason_of(&headers).as_deref(), Some("INTERNAL"));
    assert!(frames.is_empty());
}

#[tokio::test]
async fn a_panic_within_a_stream_ends_it_with_an_error() {
    let (_, frames) = call(async || {
        let frames = vec![Frame::data(Bytes::from_static(b"x"))];
        Response::new(TonicBody::new(Frames(frames)))
    })
    .await;
    assert_eq!(frames.len(), 2);
    let trailers = frames[1].trailers_ref().unwrap();
    assert_eq!(reason_of(trailers).as_deref(), Some("INTERNAL"));
}

#[tokio::test]
async fn a_call_without_an_answer_ends_at_its_deadline() {
    for (client, server) in [
        (Some(SOON), None),
        (None, Some(Duration::from_millis(2))),
        (Some("9H"), Some(Duration::from_millis(2))),
    ] {
        let never = service_fn(|_| pending::<Result<Response<TonicBody>, Infallible>>());
        let answer = layer(server).layer(never).call(request(client)).await;
        let answer = answer.unwrap();
        assert_eq!(code_of(answer.headers()), Some(Code::DeadlineExceeded));
        let reason = reason_of(answer.headers());
        assert_eq!(reason.as_deref(), Some("DEADLINE_EXCEEDED"));
        assert!(answer.body().is_end_stream());
    }
}

/// A body that never has anything.
struct Silence;

impl Body for Silence {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Pending
    }
}

#[tokio::test]
async fn a_stream_ends_at_the_deadline_of_its_client() {
    let silent = service_fn(|_| async { Ok::<_, Infallible>(Response::new(Silence)) });
    let answer = layer(None).layer(silent).call(request(Some(SOON))).await;
    let mut body = Box::pin(answer.unwrap().into_body());
    let mut next = async || poll_fn(|cx| body.as_mut().poll_frame(cx)).await;
    let trailers = next().await.unwrap().unwrap().into_trailers().unwrap();
    assert_eq!(code_of(&trailers), Some(Code::DeadlineExceeded));
    assert!(next().await.is_none());
}

#[tokio::test]
async fn a_handler_learns_the_deadline_of_its_client_only() {
    let told = service_fn(|request: Request<TonicBody>| async {
        let known = tonic::Request::from_http(request);
        let found = Deadline::of(&known).is_some().to_string();
        Ok::<_, Infallible>(Response::new(found))
    });
    let mut service = layer(Some(Duration::from_secs(9))).layer(told);
    for (client, known) in [(Some("1S"), "true"), (None, "false")] {
        let answer = service.call(request(client)).await;
        let mut body = Box::pin(answer.unwrap().into_body());
        let frame = poll_fn(|cx| body.as_mut().poll_frame(cx)).await;
        let told = frame.unwrap().unwrap().into_data().unwrap();
        assert_eq!(told, known);
    }
}
