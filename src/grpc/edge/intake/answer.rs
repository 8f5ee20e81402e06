//! The frames of an answer, counted until they are sent, because a client may not read them.
//!
//! hyper takes a frame before the client has room for it, and HTTP/2 queues it. So each frame carries
//! its call, which is in flight until the last byte has been sent, and a large frame its hold.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body::Frame;
use tonic::Status;

use super::budget::{Full, Hold};
use super::gather::HEADER_BYTES;
use super::{Call, OfAnswers};
use crate::grpc::edge::status;

/// Frames up to this size are not counted: a call in flight costs that much anyway.
const UNCOUNTED_BYTES: usize = 4 << 10;

/// How long a frame may be unsent before others may end the connection for its memory.
const UNSENT_SAFE: Duration = Duration::from_secs(10);

/// Bytes with the call and the hold that count them.
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

/// Counts a frame of data; trailers are not counted.
///
/// # Errors
/// There is no room for the frame.
pub fn counted(frame: Frame<Bytes>, call: &Arc<Call>) -> Result<Frame<Bytes>, Status> {
    let bytes = match frame.into_data() {
        Ok(bytes) => bytes,
        Err(trailers) => return Ok(trailers),
    };
    let mut hold = None;
    if bytes.len() > UNCOUNTED_BYTES {
        let large = call.hold_of_answer();
        let taken = large.take(bytes.len(), UNSENT_SAFE);
        taken.map_err(|Full| status::no_room_for_answer())?;
        hold = Some(large);
    }
    call.sent(messages_in(&bytes));
    Ok(Frame::data(Bytes::from_owner(Held {
        bytes,
        _call: Arc::clone(call),
        _hold: hold,
    })))
}

/// Counts the messages in a frame: tonic puts whole ones into it, each with its header.
fn messages_in(frame: &[u8]) -> u64 {
    let (mut rest, mut messages) = (frame, 0);
    while let Some((header, behind)) = rest.split_at_checked(HEADER_BYTES) {
        let length = header[1..].iter();
        let length = length.fold(0, |length, byte| length << 8 | usize::from(*byte));
        messages += 1;
        rest = behind.get(length..).unwrap_or_default();
    }
    messages
}

#[cfg(test)]
mod tests {
    use http::Request;
    use tonic::Code;
    use tonic_types::StatusExt as _;

    use super::super::Intake;
    use super::super::budget::{Budget, Limits};
    use super::*;
    use crate::metrics::Metrics;
    use crate::wire::proto::DESCRIPTORS;

    const LARGE: usize = 64 << 10;

    fn intake() -> Intake {
        let mut intake = Intake::new(DESCRIPTORS, 4 << 20);
        Arc::get_mut(&mut intake.shared).unwrap().answers = Budget::new(Limits {
            process_bytes: 100 << 10,
            connection_bytes: 100 << 10,
        });
        intake
    }

    fn call(intake: &Intake) -> Arc<Call> {
        let metrics = Metrics::default();
        let metrics = metrics.calls().method("/a.B/C");
        Call::begin(&intake.shared, metrics, &Request::new(())).unwrap()
    }

    fn send(call: &Arc<Call>, length: usize) -> Result<Bytes, Status> {
        let frame = counted(Frame::data(Bytes::from(vec![7; length])), call);
        frame.map(|frame| frame.into_data().unwrap())
    }

    #[test]
    fn what_is_sent_is_held_until_it_is_gone() {
        let intake = intake();
        let call = call(&intake);
        let large = send(&call, LARGE).unwrap();
        assert_eq!(large, vec![7; LARGE]);
        assert_eq!(intake.shared.answers.held(), LARGE);
        let small = send(&call, UNCOUNTED_BYTES).unwrap();
        assert_eq!(intake.shared.answers.held(), LARGE);
        drop((call, small));
        assert_eq!(intake.shared.answers.held(), LARGE, "HTTP/2 has it still");
        drop(large);
        assert_eq!(intake.shared.answers.held(), 0);
    }

    #[test]
    fn messages_in_a_frame_are_counted() {
        let message = |length: u8| [&[0, 0, 0, 0, length][..], &vec![7; length.into()]].concat();
        assert_eq!(messages_in(&message(0)), 1);
        assert_eq!(
            messages_in(&[message(3), message(0), message(200)].concat()),
            3
        );
        assert_eq!(messages_in(&[]), 0);
    }

    #[test]
    fn an_answer_without_room_ends_with_its_refusal() {
        let intake = intake();
        let _unread = send(&call(&intake), LARGE).unwrap();
        let refusal = send(&call(&intake), LARGE).unwrap_err();
        assert_eq!(refusal.code(), Code::ResourceExhausted);
        let details = refusal.get_error_details();
        let reason = details.error_info().map(|info| info.reason.as_str());
        assert_eq!(reason, Some("NO_ROOM_FOR_ANSWER"));
    }
}
