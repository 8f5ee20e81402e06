//! Errors before they are sent: each gets an `ErrorInfo` and a bounded size.
//!
//! Owns the limits on the size of an error, and the reasons of errors that tonic makes by
//! itself. Works on headers, because that is all a layer sees. The domain's errors have their
//! details already and are only measured here. tonic reads and writes the headers.

use std::borrow::Cow;
use std::collections::HashMap;

use http::{HeaderMap, HeaderName};
use prost::Message as _;
use prost_types::Any;
use tonic::{Code, Status};
use tonic_types::pb::{ErrorInfo, Status as RichError};

use crate::text::escaped;

/// The `domain` of every `ErrorInfo`.
pub const DOMAIN: &str = "campaign-ledger";

/// Longest message, counted by [`weight`]. Messages ride in headers or trailers, and clients hang or
/// refuse above some 16 KiB of them.
pub const MAX_MESSAGE_BYTES: usize = 1024;

/// Largest details, before base64; for the same reason.
pub const MAX_DETAILS_BYTES: usize = 4096;

/// No such service or method.
pub const UNKNOWN_METHOD: &str = "UNKNOWN_METHOD";
/// The request is not the message the method takes. tonic calls that `INTERNAL`; here it is
/// `INVALID_ARGUMENT` like all bad input, so that a bad client cannot cause an alert.
pub const MALFORMED_MESSAGE: &str = "MALFORMED_MESSAGE";
/// The request is larger than the server takes.
pub const MESSAGE_TOO_LARGE: &str = "MESSAGE_TOO_LARGE";
/// The answer is larger than may be sent.
pub const ANSWER_TOO_LARGE: &str = "ANSWER_TOO_LARGE";
/// The request is compressed in a way the server does not read.
pub const UNSUPPORTED_COMPRESSION: &str = "UNSUPPORTED_COMPRESSION";
/// The time allowed for the call ran out.
pub const DEADLINE_EXCEEDED: &str = "DEADLINE_EXCEEDED";
/// The server is at fault; its log says why.
pub const INTERNAL: &str = "INTERNAL";

const STATUS: HeaderName = HeaderName::from_static("grpc-status");

const ERROR_INFO_URL: &str = "type.googleapis.com/google.rpc.ErrorInfo";

/// Longest method name repeated in an error; ours are shorter, others may have any length.
const MAX_METHOD_CHARS: usize = 200;

/// Ends a message that was cut.
const CUT_MARK: char = '…';

/// Returns the code of headers or trailers; `None` when they carry no `grpc-status`.
pub fn code_of(headers: &HeaderMap) -> Option<Code> {
    headers
        .get(STATUS)
        .map(|code| Code::from_bytes(code.as_bytes()))
}

/// Returns the reason in the first `ErrorInfo`, if there is one.
pub fn reason_of(headers: &HeaderMap) -> Option<String> {
    let details = details_of(&Status::from_header_map(headers)?);
    let info = details.into_iter().find(is_error_info)?;
    Some(ErrorInfo::decode(info.value.as_slice()).ok()?.reason)
}

/// Gives a failed call what every failed call has: an `ErrorInfo`, and a bounded size.
///
/// Details are kept in their order while they fit; an `ErrorInfo` always fits. Leaves headers
/// alone that carry no failure.
pub fn complete(headers: &mut HeaderMap, method: &str) {
    if code_of(headers).is_none_or(|code| code == Code::Ok) {
        return;
    }
    let Some(status) = Status::from_header_map(headers) else {
        return;
    };
    let (mut code, mut message) = (status.code(), Cow::Borrowed(status.message()));
    let mut details = details_of(&status);
    if !details.iter().any(is_error_info) {
        let reason = reason_for(code, &message);
        if reason == MALFORMED_MESSAGE {
            code = Code::InvalidArgument;
        }
        if reason == UNKNOWN_METHOD && message.is_empty() {
            message = format!("this server has no method {}", shortened(method)).into();
        }
        details.insert(0, error_info(reason, method));
    } else if fits(&status) {
        return;
    }
    write(&within_limits(code, cut(&message), details), headers);
}

/// Writes a status as the trailers of an answer that has begun.
pub fn trailers(status: &Status) -> HeaderMap {
    let mut headers = HeaderMap::new();
    write(status, &mut headers);
    headers
}

fn write(status: &Status, headers: &mut HeaderMap) {
    if let Err(unwritable) = status.add_header(headers) {
        tracing::debug!(%unwritable, "a status has no form as headers");
    }
}

/// Names the reason of an error that came without one: one of tonic's own.
fn reason_for(code: Code, message: &str) -> &'static str {
    // The texts are those of tonic 0.14 and prost 0.14; a test compares them with a running server.
    match code {
        Code::Unimplemented if message.starts_with("Content is compressed") => {
            UNSUPPORTED_COMPRESSION
        }
        Code::Unimplemented => UNKNOWN_METHOD,
        Code::OutOfRange if message.contains("decoded message length too large") => {
            MESSAGE_TOO_LARGE
        }
        Code::OutOfRange if message.contains("encoded message length too large") => {
            ANSWER_TOO_LARGE
        }
        Code::ResourceExhausted if message.starts_with("Error decompressing") => MESSAGE_TOO_LARGE,
        Code::Internal if is_about_the_request(message) => MALFORMED_MESSAGE,
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => DEADLINE_EXCEEDED,
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Internal => INTERNAL,
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}

/// Returns whether an `INTERNAL` of tonic blames the request, as the gRPC specification has it.
fn is_about_the_request(message: &str) -> bool {
    const BEGINNINGS: [&str; 5] = [
        "failed to decode Protobuf message",
        "Missing request message",
        "Unexpected EOF decoding stream",
        "protocol error: received message",
        "Error decompressing",
    ];
    BEGINNINGS
        .iter()
        .any(|beginning| message.starts_with(beginning))
}

fn error_info(reason: &str, method: &str) -> Any {
    let info = ErrorInfo {
        reason: reason.to_owned(),
        domain: DOMAIN.to_owned(),
        metadata: HashMap::from([(String::from("method"), shortened(method))]),
    };
    Any {
        type_url: ERROR_INFO_URL.to_owned(),
        value: info.encode_to_vec(),
    }
}

fn is_error_info(detail: &Any) -> bool {
    detail.type_url == ERROR_INFO_URL
}

fn shortened(method: &str) -> String {
    let begins: String = method.chars().take(MAX_METHOD_CHARS).collect();
    escaped(&begins, "").into_owned()
}

/// Returns whether an error is within the limits as it is.
fn fits(status: &Status) -> bool {
    let weight: usize = status.message().chars().map(weight).sum();
    weight <= MAX_MESSAGE_BYTES && status.details().len() <= MAX_DETAILS_BYTES
}

fn details_of(status: &Status) -> Vec<Any> {
    RichError::decode(status.details()).map_or_else(|_| Vec::new(), |rich| rich.details)
}

/// Makes a status whose details repeat code and message, as `google.rpc.Status` asks.
fn within_limits(code: Code, message: String, details: Vec<Any>) -> Status {
    let mut rich = RichError {
        code: code as i32,
        message,
        details: Vec::new(),
    };
    keep_what_fits(&mut rich, details);
    let encoded = rich.encode_to_vec();
    Status::with_details(code, rich.message, encoded.into())
}

/// Adds details while they fit, the first `ErrorInfo` before all others.
fn keep_what_fits(status: &mut RichError, mut details: Vec<Any>) {
    if let Some(at) = details.iter().position(is_error_info) {
        let info = details.remove(at);
        details.insert(0, info);
    }
    for detail in details {
        status.details.push(detail);
        if status.encoded_len() > MAX_DETAILS_BYTES {
            let refused = status.details.pop();
            if status.details.is_empty() {
                status
                    .details
                    .extend(refused.as_ref().and_then(without_metadata));
            }
        }
    }
}

/// Keeps reason and domain of an `ErrorInfo` that is too large as a whole.
fn without_metadata(detail: &Any) -> Option<Any> {
    let info = ErrorInfo::decode(detail.value.as_slice()).ok()?;
    let bare = ErrorInfo {
        reason: info.reason.chars().take(MAX_METHOD_CHARS).collect(),
        domain: DOMAIN.to_owned(),
        metadata: HashMap::new(),
    };
    is_error_info(detail).then(|| Any {
        type_url: ERROR_INFO_URL.to_owned(),
        value: bare.encode_to_vec(),
    })
}

/// Cuts a message between characters so that it fits.
fn cut(message: &str) -> String {
    let mut length = 0;
    let mut end_with_mark = 0;
    for (at, char) in message.char_indices() {
        length += weight(char);
        if length > MAX_MESSAGE_BYTES {
            let kept = &message[..end_with_mark];
            return format!("{kept}{CUT_MARK}");
        }
        if length + weight(CUT_MARK) <= MAX_MESSAGE_BYTES {
            end_with_mark = at + char.len_utf8();
        }
    }
    message.to_owned()
}

/// How many bytes a character takes when it is sent: percent-encoded ones count three times.
/// tonic also encodes a few that need not be, such as the space, which are counted once.
fn weight(char: char) -> usize {
    match char {
        '%' => 3,
        ' '..='~' => 1,
        _ => 3 * char.len_utf8(),
    }
}

#[cfg(test)]
mod tests;
