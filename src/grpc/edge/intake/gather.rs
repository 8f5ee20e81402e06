//! The body of a request, passed on message by message, each complete.
//!
//! tonic reserves the length that a message states before its bytes arrive. Here a message that
//! comes in parts is gathered first, in counted memory that grows with the bytes that arrived; one
//! that arrives whole passes without a copy. A message that is too large is refused by its header
//! alone; one with too many elements is refused before it is decoded. Compressed messages are
//! inflated here, so that both rules hold for them too. A client that goes away cancels its call;
//! that is not reported as a fault of the server.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf as _, Bytes};
use http_body::{Body, Frame};
use tokio::time::{Sleep, sleep};
use tonic::Status;

use super::Call;
use super::inflate::{self, gunzip};
use super::shapes::{Broken, NEEDS_NO_COUNT};
use crate::grpc::edge::status;

/// Flag and length before each message.
pub(super) const HEADER_BYTES: usize = 5;

/// Memory of a message whose first part has arrived.
const FIRST_PART_BYTES: usize = 1 << 10;

/// Messages up to this size that arrive whole are not counted: a call in flight costs that much anyway.
const UNCOUNTED_BYTES: usize = 4 << 10;

/// The estimated memory of a decoded element, beside its bytes.
const ELEMENT_BYTES: usize = 128;

/// How many times its size a compressed message may inflate to. Lists of similar items reach about
/// thirty; a thousand, which gzip can do, costs a client nothing and the server much.
const MAX_RATIO: usize = 100;

/// A compressed message may always inflate to this much, however small it is.
const ANY_RATIO_BYTES: usize = 64 << 10;

/// How long a message may make no progress before others may take its memory.
const ARRIVING_SAFE: Duration = Duration::from_secs(1);

/// The same for a message that has arrived and whose call is not answered yet.
const ARRIVED_SAFE: Duration = Duration::from_secs(10);

/// One request as it arrives.
pub(super) struct Gather<B> {
    inner: B,
    call: Arc<Call>,
    /// Bytes of the network that are not parsed yet.
    rest: Bytes,
    /// The beginning of a message that comes in parts, with its header.
    begun: Vec<u8>,
    /// How many messages were passed on.
    passed: u64,
    stall: Option<Pin<Box<Sleep>>>,
    is_over: bool,
}

impl<B> Gather<B> {
    pub fn new(inner: B, call: Arc<Call>) -> Self {
        Self {
            inner,
            call,
            rest: Bytes::new(),
            begun: Vec::new(),
            passed: 0,
            stall: None,
            is_over: false,
        }
    }

    /// Takes the next message out of the bytes that arrived, if all of it is there.
    fn next_whole(&mut self) -> Result<Option<Bytes>, Status> {
        if self.begun.is_empty() {
            if self.rest.len() >= HEADER_BYTES {
                let length = HEADER_BYTES + self.stated(&self.rest)?;
                if self.rest.len() >= length {
                    let message = self.rest.split_to(length);
                    return self.pass(message).map(Some);
                }
            }
            if self.rest.is_empty() {
                return Ok(None);
            }
        }
        let wanted = match self.begun.len() {
            0..HEADER_BYTES => HEADER_BYTES,
            _ => HEADER_BYTES + self.stated(&self.begun)?,
        };
        if !self.gather(wanted)? {
            return Ok(None);
        }
        if wanted == HEADER_BYTES && HEADER_BYTES + self.stated(&self.begun)? > wanted {
            return self.next_whole();
        }
        self.stall = None;
        let message = Bytes::from(std::mem::take(&mut self.begun));
        self.pass(message).map(Some)
    }

    /// Appends bytes to the begun message until it has `wanted`. Returns whether it has.
    fn gather(&mut self, wanted: usize) -> Result<bool, Status> {
        let part = self.rest.len().min(wanted - self.begun.len());
        if part > 0 {
            let needed = self.begun.len() + part;
            let capacity = match self.begun.capacity() {
                enough if enough >= needed => enough,
                less => needed
                    .max(2 * less)
                    .max(FIRST_PART_BYTES)
                    .min(wanted.max(FIRST_PART_BYTES)),
            };
            let taken = self.call.hold.take(capacity, ARRIVING_SAFE);
            taken.map_err(|_| status::no_room_for_message())?;
            self.begun.reserve_exact(capacity - self.begun.len());
            self.begun.extend_from_slice(&self.rest[..part]);
            self.rest.advance(part);
            self.stall = None;
        }
        Ok(self.begun.len() == wanted)
    }

    /// Reads the length in a header, and refuses a header that is not allowed.
    fn stated(&self, header: &[u8]) -> Result<usize, Status> {
        if self.passed > 0 && !self.call.method.is_stream {
            return Err(status::second_message());
        }
        let length = header[1..HEADER_BYTES].iter();
        let length = length.fold(0, |length, byte| length << 8 | usize::from(*byte));
        if length > self.call.method.max_bytes {
            return Err(status::message_too_large(
                length,
                self.call.method.max_bytes,
            ));
        }
        match header[0] {
            0 => Ok(length),
            1 if self.call.is_gzip => Ok(length),
            _ => Err(status::malformed_message("its compression flag is wrong")),
        }
    }

    /// Checks a whole message before it is passed on.
    fn pass(&mut self, message: Bytes) -> Result<Bytes, Status> {
        let message = match message[0] {
            0 => message,
            _ => self.inflated(&message[HEADER_BYTES..])?,
        };
        let length = message.len() - HEADER_BYTES;
        let mut elements = 0;
        if length > NEEDS_NO_COUNT {
            let methods = &self.call.shared().methods;
            let counted = methods.count(self.call.method, &message[HEADER_BYTES..]);
            elements = counted.map_err(broken)?;
        }
        if length > UNCOUNTED_BYTES {
            let bytes = length + elements * ELEMENT_BYTES;
            let taken = self.call.hold.take(bytes, ARRIVED_SAFE);
            taken.map_err(|_| status::no_room_for_message())?;
        } else {
            self.call.hold.release();
        }
        self.passed += 1;
        self.call.received();
        Ok(message)
    }

    fn inflated(&self, compressed: &[u8]) -> Result<Bytes, Status> {
        let max_bytes = self.call.method.max_bytes;
        let worth = ANY_RATIO_BYTES + MAX_RATIO * compressed.len();
        let most = max_bytes.min(worth);
        let mut message = vec![0; HEADER_BYTES];
        let look = |beginning: &[u8]| {
            let counted = self
                .call
                .shared()
                .methods
                .count(self.call.method, beginning);
            // Not all of it is there yet.
            let broken_already = counted.err().filter(|broken| !broken.may_be_cut());
            let held = compressed.len() + 2 * beginning.len();
            let taken = self.call.hold.take(held, ARRIVING_SAFE);
            match broken_already {
                Some(why) => Err(broken(why)),
                None => taken.map_err(|_| status::no_room_for_message()),
            }
        };
        gunzip(compressed, &mut message, most, look).map_err(|error| match error {
            inflate::Error::TooLarge if worth < max_bytes => status::inflates_too_much(MAX_RATIO),
            inflate::Error::TooLarge => status::message_too_large(most + 1, most),
            inflate::Error::Malformed => status::malformed_message("it is not gzip"),
            inflate::Error::Refused(status) => status,
        })?;
        let length = u32::try_from(message.len() - HEADER_BYTES).unwrap_or(u32::MAX);
        message[1..HEADER_BYTES].copy_from_slice(&length.to_be_bytes());
        Ok(Bytes::from(message))
    }

    /// Says why not to wait any longer for the rest of a message, if there is a reason.
    fn poll_given_up(&mut self, cx: &mut Context<'_>) -> Option<Status> {
        if self.call.hold.poll_lost(cx.waker()) {
            return Some(status::no_room_for_message());
        }
        if self.begun.is_empty() {
            return None;
        }
        let stall = self.call.shared().stall;
        let timer = self.stall.get_or_insert_with(|| Box::pin(sleep(stall)));
        let is_over = timer.as_mut().poll(cx).is_ready();
        is_over.then(|| status::message_stalled(stall))
    }
}

impl Broken {
    /// Returns whether more bytes may complete it.
    fn may_be_cut(&self) -> bool {
        match self {
            Self::TooMany { .. } | Self::TooManyFields { .. } => false,
            Self::Malformed | Self::Truncated => true,
        }
    }
}

fn broken(why: Broken) -> Status {
    match why {
        Broken::TooMany { field, limit } => status::too_many_elements(field, limit),
        Broken::TooManyFields { field, limit } => status::too_many_fields(field, limit),
        Broken::Malformed | Broken::Truncated => {
            status::malformed_message("it is not the message that the method takes")
        }
    }
}

impl<B> Body for Gather<B>
where
    B: Body<Data = Bytes> + Unpin,
{
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let this = &mut *self;
        if this.is_over {
            return Poll::Ready(None);
        }
        let frame = ready!(this.poll_message(cx));
        this.is_over = !matches!(&frame, Some(Ok(frame)) if frame.is_data());
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.is_over || self.rest.is_empty() && self.begun.is_empty() && self.inner.is_end_stream()
    }
}

impl<B> Gather<B>
where
    B: Body<Data = Bytes> + Unpin,
{
    fn poll_message(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if self.call.method.is_stream && self.begun.is_empty() {
            // A handler that asks for the next message is done with the last one.
            self.call.hold.release();
        }
        loop {
            match self.next_whole() {
                Ok(Some(message)) => return Poll::Ready(Some(Ok(Frame::data(message)))),
                Ok(None) => {}
                Err(status) => return Poll::Ready(Some(Err(status))),
            }
            let Poll::Ready(frame) = Pin::new(&mut self.inner).poll_frame(cx) else {
                return match self.poll_given_up(cx) {
                    Some(status) => Poll::Ready(Some(Err(status))),
                    None => Poll::Pending,
                };
            };
            match frame {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => self.rest = data,
                    Err(trailers) => return Poll::Ready(Some(self.end(trailers))),
                },
                Some(Err(_)) => return Poll::Ready(Some(Err(status::client_gone()))),
                None if self.begun.is_empty() => return Poll::Ready(None),
                None => return Poll::Ready(Some(Err(cut_off()))),
            }
        }
    }

    fn end(&self, trailers: Frame<Bytes>) -> Result<Frame<Bytes>, Status> {
        match self.begun.is_empty() {
            true => Ok(trailers),
            false => Err(cut_off()),
        }
    }
}

impl<B> Drop for Gather<B> {
    fn drop(&mut self) {
        // Of a single message the call itself holds what is decoded, until it is answered.
        if self.call.method.is_stream {
            self.call.hold.release();
        }
    }
}

fn cut_off() -> Status {
    status::malformed_message("it ends before its stated length")
}

#[cfg(test)]
mod tests;
