use bytes::Bytes;
use proptest::prelude::*;
use tonic_types::pb::BadRequest;
use tonic_types::pb::bad_request::FieldViolation;

use super::*;

const METHOD: &str = "/a.B/C";

fn failed(code: Code, message: &str) -> HeaderMap {
    trailers(&Status::new(code, message))
}

fn with_details(headers: HeaderMap, details: Vec<Any>) -> HeaderMap {
    let status = status_of(&headers);
    let rich = RichError {
        code: 9,
        message: status.message().to_owned(),
        details,
    };
    let details = rich.encode_to_vec().into();
    trailers(&Status::with_details(
        status.code(),
        status.message(),
        details,
    ))
}

fn status_of(headers: &HeaderMap) -> Status {
    Status::from_header_map(headers).unwrap()
}

fn message_of(headers: &HeaderMap) -> String {
    status_of(headers).message().to_owned()
}

fn violations(count: usize) -> Any {
    let violation = FieldViolation {
        field: "campaign.budget".to_owned(),
        description: "must be positive".to_owned(),
        ..FieldViolation::default()
    };
    Any {
        type_url: "type.googleapis.com/google.rpc.BadRequest".to_owned(),
        value: BadRequest {
            field_violations: vec![violation; count],
        }
        .encode_to_vec(),
    }
}

#[test]
fn a_bare_error_gets_its_reason() {
    let mut headers = failed(Code::NotFound, "service not registered");
    complete(&mut headers, METHOD);
    assert_eq!(reason_of(&headers).as_deref(), Some("NOT_FOUND"));
    assert_eq!(message_of(&headers), "service not registered");
    let info = details_of(&status_of(&headers)).remove(0);
    let info = ErrorInfo::decode(info.value.as_slice()).unwrap();
    assert_eq!(info.domain, DOMAIN);
    assert_eq!(info.metadata["method"], METHOD);
}

#[test]
fn the_errors_of_tonic_have_reasons_of_their_own() {
    let told = [
        (Code::Unimplemented, "", UNKNOWN_METHOD),
        (
            Code::Unimplemented,
            "Content is compressed with `zstd` which isn't supported",
            UNSUPPORTED_COMPRESSION,
        ),
        (
            Code::OutOfRange,
            "Error, decoded message length too large: found 9 bytes, the limit is: 4 bytes",
            MESSAGE_TOO_LARGE,
        ),
        (
            Code::OutOfRange,
            "Error, encoded message length too large: found 9 bytes, the limit is: 4 bytes",
            ANSWER_TOO_LARGE,
        ),
        (
            Code::ResourceExhausted,
            "Error decompressing: size limit, of 4 bytes, exceeded while decompressing message",
            MESSAGE_TOO_LARGE,
        ),
        (
            Code::Internal,
            "failed to decode Protobuf message: invalid varint",
            MALFORMED_MESSAGE,
        ),
        (Code::Internal, "disk on fire", "INTERNAL"),
    ];
    for (code, message, reason) in told {
        let mut headers = failed(code, message);
        complete(&mut headers, METHOD);
        assert_eq!(reason_of(&headers).as_deref(), Some(reason), "{message}");
    }
}

#[test]
fn a_malformed_message_is_bad_input() {
    let mut headers = failed(
        Code::Internal,
        "failed to decode Protobuf message: invalid tag",
    );
    complete(&mut headers, METHOD);
    assert_eq!(code_of(&headers), Some(Code::InvalidArgument));
}

#[test]
fn a_complete_error_is_not_touched() {
    let info = error_info("STALE_OFFER", METHOD);
    let before = with_details(
        failed(Code::FailedPrecondition, "stale — see details"),
        vec![violations(2), info],
    );
    let mut after = before.clone();
    complete(&mut after, METHOD);
    assert_eq!(before, after);
}

#[test]
fn an_answer_without_a_failure_is_not_touched() {
    for mut headers in [HeaderMap::new(), failed(Code::Ok, "")] {
        let before = headers.clone();
        complete(&mut headers, METHOD);
        assert_eq!(before, headers);
    }
}

#[test]
fn too_many_details_leave_the_error_info() {
    let info = error_info("INVALID_FIELD", METHOD);
    let mut headers = with_details(
        failed(Code::InvalidArgument, "no"),
        vec![violations(1), violations(500), info, violations(2)],
    );
    complete(&mut headers, METHOD);
    assert!(fits(&status_of(&headers)));
    let kept = details_of(&status_of(&headers));
    assert_eq!(kept.len(), 3);
    assert!(is_error_info(&kept[0]));
    assert_eq!(kept[2], violations(2));
}

#[test]
fn a_huge_error_info_loses_its_metadata_only() {
    let info = ErrorInfo {
        reason: "INVALID_FIELD".to_owned(),
        domain: DOMAIN.to_owned(),
        metadata: HashMap::from([("all".to_owned(), "x".repeat(MAX_DETAILS_BYTES))]),
    };
    let info = Any {
        type_url: ERROR_INFO_URL.to_owned(),
        value: info.encode_to_vec(),
    };
    let mut headers = with_details(failed(Code::InvalidArgument, "no"), vec![info]);
    complete(&mut headers, METHOD);
    assert!(fits(&status_of(&headers)));
    assert_eq!(reason_of(&headers).as_deref(), Some("INVALID_FIELD"));
}

#[test]
fn details_that_are_no_details_are_replaced() {
    let status = Status::with_details(Code::Aborted, "lost the race", Bytes::from_static(b"!"));
    let mut headers = trailers(&status);
    complete(&mut headers, METHOD);
    assert_eq!(reason_of(&headers).as_deref(), Some("ABORTED"));
}

#[test]
fn a_long_message_is_cut_between_characters() {
    assert_eq!(cut(&"a".repeat(1024)).len(), 1024);
    assert_eq!(cut(&"a".repeat(1025)), format!("{}…", "a".repeat(1015)));
}

proptest! {
    #[test]
    fn any_failure_is_completed_within_the_limits(
        code in 1..17_i32,
        message in "(\\PC|[\\x00-\\x1f%]){0,1500}",
        method in "\\PC{0,400}",
    ) {
        let mut headers = failed(Code::from(code), &message);
        complete(&mut headers, &method);
        prop_assert!(fits(&status_of(&headers)));
        prop_assert!(reason_of(&headers).is_some());
        let shown = message_of(&headers);
        let whole = shown == message || message.is_empty();
        let kept = shown.trim_end_matches(CUT_MARK);
        prop_assert!(whole || message.starts_with(kept));
        let again = headers.clone();
        complete(&mut headers, &method);
        prop_assert_eq!(again, headers);
    }
}
