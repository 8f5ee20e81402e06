//! How long a call may take: the `grpc-timeout` of its client and the server's own limit.
//!
//! tonic reports a passed deadline as `CANCELLED`, without details, and only watches it until the
//! answer begins. The edge ends the call just ahead of tonic with `DEADLINE_EXCEEDED`, ends a
//! stream at its client's deadline too, and hands the [`Deadline`] to handlers that wait. The
//! server's own limit holds until the answer begins and never cuts a stream.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http::HeaderMap;
use tokio::time::{Instant, Sleep};

/// The part of its timeout that [`Deadline::answer_by`] keeps back, so that an answer that says more
/// than `DEADLINE_EXCEEDED` gets out in time. A busy machine needs more of it than an idle one.
const ANSWER_PART: u32 = 10;

/// The least that it keeps back.
const MIN_ANSWER_MARGIN: Duration = Duration::from_millis(5);

/// The most: more would only shorten the wait.
const MAX_ANSWER_MARGIN: Duration = Duration::from_millis(500);

/// The gRPC specification allows this many digits.
const MAX_TIMEOUT_DIGITS: usize = 8;

/// When the client of a call stops waiting; found in the request's extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    instant: Instant,
    answer_margin: Duration,
}

impl Deadline {
    /// Finds the deadline of a call; `None` when its client set none.
    pub fn of<T>(request: &tonic::Request<T>) -> Option<Self> {
        request.extensions().get().copied()
    }

    /// Reads the deadline that a client sent; its time runs from `now`.
    pub(super) fn of_headers(headers: &HeaderMap, now: Instant) -> Option<Self> {
        Self::after(parse_timeout(headers)?, now)
    }

    fn after(timeout: Duration, now: Instant) -> Option<Self> {
        Some(Self {
            instant: now.checked_add(timeout)?,
            answer_margin: (timeout / ANSWER_PART).clamp(MIN_ANSWER_MARGIN, MAX_ANSWER_MARGIN),
        })
    }

    /// Returns when the client stops waiting.
    pub fn instant(self) -> Instant {
        self.instant
    }

    /// Returns when a handler that waits should give up, so that it can still say what it knows.
    pub fn answer_by(self) -> Instant {
        self.instant
            .checked_sub(self.answer_margin)
            .unwrap_or(self.instant)
    }
}

/// The error of a wait that took too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the wait took too long")]
pub struct Expired;

/// Waits for `event` until the deadline of the call, and `at_most` this long in any case.
///
/// # Errors
/// [`Expired`] just before the client's deadline, in time for an answer, or after `at_most`.
pub async fn wait<F: Future>(
    event: F,
    deadline: Option<Deadline>,
    at_most: Duration,
) -> Result<F::Output, Expired> {
    let limit = Instant::now() + at_most;
    let until = deadline.map_or(limit, |deadline| deadline.answer_by().min(limit));
    tokio::time::timeout_at(until, event)
        .await
        .map_err(|_| Expired)
}

/// Reads the `grpc-timeout` of a call; `None` when it is absent or malformed. tonic's own reader is
/// private.
fn parse_timeout(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get("grpc-timeout")?.to_str().ok()?;
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number || digits.len() > MAX_TIMEOUT_DIGITS {
        return None;
    }
    let number: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(number * 3_600)),
        "M" => Some(Duration::from_secs(number * 60)),
        "S" => Some(Duration::from_secs(number)),
        "m" => Some(Duration::from_millis(number)),
        "u" => Some(Duration::from_micros(number)),
        "n" => Some(Duration::from_nanos(number)),
        _ => None,
    }
}

/// Polls a timer, and looks at the clock as well: tonic's timer for the same deadline may have
/// woken this task within the same millisecond, before ours fires.
pub(super) fn poll_passed(timer: Pin<&mut Sleep>, cx: &mut Context<'_>) -> Poll<()> {
    let deadline = timer.deadline();
    if timer.poll(cx).is_ready() || Instant::now() >= deadline {
        return Poll::Ready(());
    }
    Poll::Pending
}

#[cfg(test)]
mod tests;
