use std::convert::Infallible;
use std::future::pending;

use proptest::prelude::*;
use tonic::body::Body as Answer;
use tower::service_fn;

use super::*;
use crate::grpc::edge::failure::code_of;

const SOON: &str = "2m";

fn timeout(text: &str) -> Option<Duration> {
    let mut headers = HeaderMap::new();
    headers.insert("grpc-timeout", text.parse().unwrap());
    parse_timeout(&headers)
}

fn request(timeout: Option<&str>) -> Request<()> {
    let mut request = Request::new(());
    if let Some(timeout) = timeout {
        let timeout = timeout.parse().unwrap();
        request.headers_mut().insert("grpc-timeout", timeout);
    }
    request
}

#[test]
fn every_unit_is_read() {
    let read = [
        ("3H", Duration::from_secs(10_800)),
        ("2M", Duration::from_secs(120)),
        ("42S", Duration::from_secs(42)),
        ("13m", Duration::from_millis(13)),
        ("7u", Duration::from_micros(7)),
        ("99999999n", Duration::from_nanos(99_999_999)),
        ("0m", Duration::ZERO),
    ];
    for (text, duration) in read {
        assert_eq!(timeout(text), Some(duration), "{text}");
    }
}

#[test]
fn what_is_not_well_formed_is_no_deadline() {
    for text in [
        "",
        "S",
        "1",
        "1s",
        "+1S",
        "-1S",
        " 1S",
        "1.5S",
        "123456789S",
        "1é",
    ] {
        let mut headers = HeaderMap::new();
        let value = http::HeaderValue::from_bytes(text.as_bytes()).unwrap();
        headers.insert("grpc-timeout", value);
        assert_eq!(parse_timeout(&headers), None, "{text}");
    }
    assert_eq!(parse_timeout(&HeaderMap::new()), None);
}

#[tokio::test]
async fn a_call_without_an_answer_ends_at_its_deadline() {
    for (client, server) in [
        (Some(SOON), None),
        (None, Some(Duration::from_millis(2))),
        (Some("9H"), Some(Duration::from_millis(2))),
    ] {
        let never = service_fn(|_| pending::<Result<Response<Answer>, Infallible>>());
        let answer = DeadlineLayer::new(server)
            .layer(never)
            .call(request(client))
            .await
            .unwrap();
        assert_eq!(code_of(answer.headers()), Some(Code::DeadlineExceeded));
        assert!(answer.body().is_end_stream());
    }
}

/// A body that never has anything.
struct Silence;

impl Body for Silence {
    type Data = bytes::Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<bytes::Bytes>, Infallible>>> {
        Poll::Pending
    }
}

#[tokio::test]
async fn a_stream_ends_at_the_deadline_of_its_client() {
    let silent = service_fn(|_| async { Ok::<_, Infallible>(Response::new(Silence)) });
    let answer = DeadlineLayer::new(None)
        .layer(silent)
        .call(request(Some(SOON)))
        .await
        .unwrap();
    let mut body = Box::pin(answer.into_body());
    let mut next = async || std::future::poll_fn(|cx| body.as_mut().poll_frame(cx)).await;
    let trailers = next().await.unwrap().unwrap().into_trailers().unwrap();
    assert_eq!(code_of(&trailers), Some(Code::DeadlineExceeded));
    assert!(next().await.is_none());
}

#[tokio::test]
async fn a_handler_learns_the_deadline_of_its_client_only() {
    let told = service_fn(|request: Request<()>| async {
        let known = tonic::Request::from_http(request);
        let found = Deadline::of(&known).is_some().to_string();
        Ok::<_, Infallible>(Response::new(found))
    });
    let mut service = DeadlineLayer::new(Some(Duration::from_secs(9))).layer(told);
    for (client, known) in [(Some("1S"), "true"), (None, "false")] {
        let answer = service.call(request(client)).await.unwrap();
        assert_eq!(answer.into_body().inner.as_deref(), Some(known));
    }
}

#[tokio::test]
async fn a_wait_gives_up_ahead_of_the_deadline() {
    let deadline = Deadline(Instant::now() + ANSWER_MARGIN + Duration::from_millis(2));
    let hour = Duration::from_secs(3_600);
    let waited = wait(pending::<()>(), Some(deadline), hour).await;
    assert_eq!(waited, Err(Expired));
    assert!(Instant::now() < deadline.instant() + hour);
    assert_eq!(
        wait(pending::<()>(), None, Duration::ZERO).await,
        Err(Expired)
    );
    assert_eq!(wait(async { 7 }, Some(deadline), hour).await, Ok(7));
}

proptest! {
    #[test]
    fn reading_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..12)) {
        if let Ok(value) = http::HeaderValue::from_bytes(&bytes) {
            let mut headers = HeaderMap::new();
            headers.insert("grpc-timeout", value);
            let _ = parse_timeout(&headers);
        }
    }
}
