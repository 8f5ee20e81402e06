//! A failed call as it travels: `grpc-status`, `grpc-message` and `grpc-status-details-bin`.
//!
//! Owns the limits on what an error may weigh, and the reasons of errors that tonic makes by
//! itself. Works on headers, because that is all a layer sees; the domain's errors are rendered
//! elsewhere and only measured here.

use std::collections::HashMap;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use http::{HeaderMap, HeaderName, HeaderValue, Response, header};
use http_body::Frame;
use percent_encoding::{AsciiSet, CONTROLS, percent_decode, utf8_percent_encode};
use prost::Message as _;
use prost_types::Any;
use tonic::Code;
use tonic_types::pb::{ErrorInfo, Status as RichError};

use crate::text::escaped;

/// The `domain` of every `ErrorInfo`.
pub const DOMAIN: &str = "campaign-ledger";

/// Longest `grpc-message` as it travels, percent-encoded. Messages ride in headers or trailers,
/// and clients hang or refuse above some 16 KiB of them.
pub const MAX_MESSAGE_BYTES: usize = 1024;

/// Largest details, before base64; for the same reason.
pub const MAX_DETAILS_BYTES: usize = 4096;

/// No such service or method.
pub const UNKNOWN_METHOD: &str = "UNKNOWN_METHOD";
/// The request is not the message the method takes. tonic calls that `INTERNAL`; here it is
/// `INVALID_ARGUMENT` like all bad input, so that no stranger can raise an alarm.
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

const GRPC: HeaderValue = HeaderValue::from_static("application/grpc");

const STATUS: HeaderName = HeaderName::from_static("grpc-status");
const MESSAGE: HeaderName = HeaderName::from_static("grpc-message");
const DETAILS: HeaderName = HeaderName::from_static("grpc-status-details-bin");

const ERROR_INFO_URL: &str = "type.googleapis.com/google.rpc.ErrorInfo";

/// Longest method name repeated in an error; ours are shorter, a stranger's may be anything.
const MAX_METHOD_CHARS: usize = 200;

/// Ends a message that was cut.
const CUT_MARK: char = '…';

/// What must not travel bare in `grpc-message`; everything beyond ASCII is encoded anyway.
const ENCODED: &AsciiSet = &CONTROLS.add(b'%');

/// Unpadded when written, either when read, as the gRPC specification asks.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// An error of the edge itself, before it is completed.
#[derive(Debug, Clone, Copy)]
pub struct Failure {
    /// The gRPC code.
    pub code: Code,
    /// For people; printable ASCII without `%`.
    pub message: &'static str,
}

impl Failure {
    /// Writes code and message; [`complete`] adds the rest on the way out.
    pub fn write(self, headers: &mut HeaderMap) {
        headers.insert(STATUS, HeaderValue::from(self.code as i32));
        headers.insert(MESSAGE, HeaderValue::from_static(self.message));
    }

    /// Makes the answer to a call that fails before it has one.
    pub fn answer<B>(self, empty: B) -> Response<B> {
        let mut response = Response::new(empty);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, GRPC);
        self.write(headers);
        response
    }

    /// Makes the trailers of a call that fails after its answer has begun.
    pub fn trailers<D>(self) -> Frame<D> {
        let mut trailers = HeaderMap::new();
        self.write(&mut trailers);
        Frame::trailers(trailers)
    }
}

/// Tells the code of headers or trailers; `None` when they carry no `grpc-status`.
pub fn code_of(headers: &HeaderMap) -> Option<Code> {
    headers
        .get(STATUS)
        .map(|code| Code::from_bytes(code.as_bytes()))
}

/// Tells the reason in the first `ErrorInfo`, if there is one.
pub fn reason_of(headers: &HeaderMap) -> Option<String> {
    let info = details_of(headers).into_iter().find(is_error_info)?;
    Some(ErrorInfo::decode(info.value.as_slice()).ok()?.reason)
}

/// Gives a failed call what every failed call has: an `ErrorInfo`, and a bearable size.
///
/// Details are kept in their order while they fit; an `ErrorInfo` always fits. Leaves headers
/// alone that carry no failure.
pub fn complete(headers: &mut HeaderMap, method: &str) {
    let Some(mut code) = code_of(headers).filter(|code| *code != Code::Ok) else {
        return;
    };
    let mut message = message_of(headers);
    let mut details = details_of(headers);
    if !details.iter().any(is_error_info) {
        let reason = reason_for(code, &message);
        if reason == MALFORMED_MESSAGE {
            code = Code::InvalidArgument;
        }
        if reason == UNKNOWN_METHOD && message.is_empty() {
            message = format!("this server has no method {}", shortened(method));
        }
        details.insert(0, error_info(reason, method));
    } else if fits(headers) {
        return;
    }
    write(headers, code, &message, details);
}

/// Names the reason of an error that came without one: one of tonic's own.
fn reason_for(code: Code, message: &str) -> &'static str {
    // The texts are those of tonic 0.14 and prost 0.14; a test holds them to a running server.
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

/// Tells whether an `INTERNAL` of tonic blames the request, as the gRPC specification has it.
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

/// Tells whether the headers are within the limits as they stand.
fn fits(headers: &HeaderMap) -> bool {
    let length = |name| headers.get(name).map_or(0, HeaderValue::len);
    length(MESSAGE) <= MAX_MESSAGE_BYTES && length(DETAILS) <= MAX_DETAILS_BYTES.div_ceil(3) * 4
}

fn message_of(headers: &HeaderMap) -> String {
    headers.get(MESSAGE).map_or_else(String::new, |message| {
        percent_decode(message.as_bytes())
            .decode_utf8_lossy()
            .into_owned()
    })
}

fn details_of(headers: &HeaderMap) -> Vec<Any> {
    let decoded = headers
        .get(DETAILS)
        .and_then(|details| BASE64.decode(details.as_bytes()).ok())
        .and_then(|bytes| RichError::decode(bytes.as_slice()).ok());
    decoded.map_or_else(Vec::new, |status| status.details)
}

fn write(headers: &mut HeaderMap, code: Code, message: &str, details: Vec<Any>) {
    let message = cut(message);
    let encoded = utf8_percent_encode(&message, ENCODED).to_string();
    let mut status = RichError {
        code: code as i32,
        message,
        details: Vec::new(),
    };
    keep_what_fits(&mut status, details);
    let details = BASE64.encode(status.encode_to_vec());

    let code = HeaderValue::from(code as i32);
    headers.insert(STATUS, code);
    headers.insert(MESSAGE, plain(encoded));
    headers.insert(DETAILS, plain(details));
}

fn plain(text: String) -> HeaderValue {
    HeaderValue::try_from(text).expect("base64 and percent-encoding leave printable ASCII only")
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

/// Cuts a message between characters so that it fits when percent-encoded.
fn cut(message: &str) -> String {
    let mut length = 0;
    let mut end_with_mark = 0;
    for (at, char) in message.char_indices() {
        length += encoded_len(char);
        if length > MAX_MESSAGE_BYTES {
            let kept = &message[..end_with_mark];
            return format!("{kept}{CUT_MARK}");
        }
        if length + encoded_len(CUT_MARK) <= MAX_MESSAGE_BYTES {
            end_with_mark = at + char.len_utf8();
        }
    }
    message.to_owned()
}

fn encoded_len(char: char) -> usize {
    let mut bytes = [0; 4];
    utf8_percent_encode(char.encode_utf8(&mut bytes), ENCODED)
        .map(str::len)
        .sum()
}

#[cfg(test)]
mod tests;
