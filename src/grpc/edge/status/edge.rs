//! Refusals of the edge, before a handler sees a call: messages, answers and calls that are too
//! many or too large.

use std::time::Duration;

use tonic::{Code, Status};

use super::{invalid, status, too_many};
use crate::domain::Violation;
use crate::wire::proto::api::ErrorReason;

/// Refuses another call.
pub fn too_many_calls(limit: usize) -> Status {
    let message = format!(
        "too many calls are in flight: beside two of each connection there are {limit}, and a \
         connection has an eighth of those that are left"
    );
    too_many(ErrorReason::TooManyCalls, "calls", message)
}

/// Refuses another reflection stream.
pub fn too_many_reflections(limit: usize) -> Status {
    let message = format!("{limit} reflection streams are open already");
    too_many(ErrorReason::TooManyCalls, "reflections", message)
}

/// Refuses or ends a call whose messages have no room.
pub fn no_room_for_message() -> Status {
    let message = "messages on their way hold all the memory there is for them; a write may still \
                   have happened: ask again with the same request_id";
    too_many(
        ErrorReason::NoRoomForMessage,
        "messages",
        message.to_owned(),
    )
}

/// Refuses an answer that has no room.
pub fn no_room_for_answer() -> Status {
    let message = "answers that are not read yet hold all the memory there is for them; a write may \
                   still have happened: ask again with the same request_id";
    too_many(ErrorReason::NoRoomForAnswer, "answers", message.to_owned())
}

/// Refuses a message by its size, stated or inflated.
pub fn message_too_large(bytes: usize, limit: usize) -> Status {
    let message = format!("the message has {bytes} bytes or more; this method takes {limit}");
    let metadata = vec![("bytes", bytes.to_string()), ("limit", limit.to_string())];
    status(
        Code::OutOfRange,
        ErrorReason::MessageTooLarge,
        message,
        metadata,
    )
}

/// Refuses a message with too many elements, before it is decoded.
pub fn too_many_elements(field: String, limit: usize) -> Status {
    let rule = format!("must have at most {limit} elements");
    invalid(vec![Violation::new(field, rule)])
}

/// Refuses a message with too many single or unknown fields, before it is decoded.
pub fn too_many_fields(field: String, limit: usize) -> Status {
    let rule = format!("is too much: its message has at most {limit} fields beside its lists");
    invalid(vec![Violation::new(field, rule)])
}

/// Refuses a compressed message that is much larger than what came.
pub fn inflates_too_much(ratio: usize) -> Status {
    malformed_message(&format!("it inflates to more than {ratio} times its size"))
}

/// Refuses bytes that are not the message they should be.
pub fn malformed_message(why: &str) -> Status {
    let message = format!("the message cannot be read: {why}");
    let reason = ErrorReason::MalformedMessage;
    status(Code::InvalidArgument, reason, message, Vec::new())
}

/// Refuses a second message where only one is allowed.
pub fn second_message() -> Status {
    let message = "this method takes one message, and a second one came";
    let reason = ErrorReason::SecondMessage;
    status(Code::InvalidArgument, reason, message, Vec::new())
}

/// Ends a call whose message stopped arriving.
pub fn message_stalled(limit: Duration) -> Status {
    let message = format!("no part of the message came for {} s", limit.as_secs());
    let reason = ErrorReason::MessageStalled;
    status(Code::DeadlineExceeded, reason, message, Vec::new())
}

/// Ends a call at its deadline. Its details are added before it is sent.
pub fn time_is_up() -> Status {
    Status::deadline_exceeded(
        "the time allowed for this call has passed; a write may still have happened: \
         ask again with the same request_id",
    )
}

/// Ends a call that panicked. Its details are added before it is sent.
pub fn panicked() -> Status {
    Status::internal("the server failed at this call; its log says why")
}
