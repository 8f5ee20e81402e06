use std::future::pending;

use proptest::prelude::*;

use super::*;

fn timeout(text: &str) -> Option<Duration> {
    let mut headers = HeaderMap::new();
    headers.insert("grpc-timeout", text.parse().unwrap());
    parse_timeout(&headers)
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
async fn a_wait_gives_up_ahead_of_the_deadline() {
    let began = Instant::now();
    let deadline = Deadline::after(Duration::from_millis(100), began).unwrap();
    assert_eq!(deadline.answer_by() - began, Duration::from_millis(90));
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

#[test]
fn an_answer_keeps_a_tenth_of_its_time_within_limits() {
    let now = Instant::now();
    let kept = |timeout: Duration| {
        let deadline = Deadline::after(timeout, now).unwrap();
        deadline.instant() - deadline.answer_by()
    };
    assert_eq!(kept(Duration::from_millis(10)), MIN_ANSWER_MARGIN);
    assert_eq!(kept(Duration::from_secs(2)), Duration::from_millis(200));
    assert_eq!(kept(Duration::from_secs(60)), MAX_ANSWER_MARGIN);
}
