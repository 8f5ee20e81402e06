//! Serving until a stop, and stopping in order.
//!
//! ```text
//! signal ─▶ health NOT_SERVING ─ delay ─▶ stop accepting, GOAWAY, streams end ─▶ wait for calls ─▶ done
//!    └───────────────── hard deadline, or a second signal ────────▶ cut what is open ────────────▶ done
//! ```
//!
//! tonic alone would wait for ever: for a peer that never speaks, for a follower that never
//! leaves. Owns the order and the deadline. Does not own what has to be flushed afterwards, nor
//! the source of the signals: any code that has a [`Stop`] can begin the drain.

use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_stream::{Stream, StreamExt as _};
use tokio_util::sync::CancellationToken;
use tonic::body::Body;
use tonic::service::Routes;
use tonic::transport::server::Router;
use tower::{Layer, Service};
use tracing::{info, warn};

use super::notify;
use crate::config::Config;
use crate::grpc::edge::health::Health;
use crate::grpc::edge::incoming::Incoming;

/// Time that cut connections get to end: they end at their next poll.
const CUT_GRACE: Duration = Duration::from_millis(250);
/// The part of the drain that is kept for the writer: it answers what is queued and takes a last
/// checkpoint, without which the next start would fold a little more.
const WRITERS_PART: u32 = 10;
/// How long the process may run beyond the deadline, even if something does not end.
const LAST_GRACE: Duration = Duration::from_millis(500);

/// Stops the server and everything in it. Clones stop the same server.
#[derive(Debug, Clone, Default)]
pub struct Stop {
    /// Somebody asked for it, so it is not a failure.
    asked: CancellationToken,
    draining: CancellationToken,
    streams: CancellationToken,
    at_once: CancellationToken,
}

impl Stop {
    /// Makes a handle that has not stopped anything yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins the drain.
    pub fn drain(&self) {
        self.asked.cancel();
        self.draining.cancel();
    }

    /// Ends the drain, or skips it: open calls are cut.
    pub fn at_once(&self) {
        self.at_once.cancel();
        self.draining.cancel();
    }

    /// Hands out the token that is cancelled when long-lived streams must end: followers then
    /// send where to resume. Look at it before a stream begins, too.
    pub fn streams(&self) -> CancellationToken {
        self.streams.clone()
    }

    /// Waits for the drain to begin.
    pub async fn draining(&self) {
        self.draining.cancelled().await;
    }

    /// Waits until the latest end of a drain that was asked for, even if something does not end by
    /// itself. Nothing that was answered is lost when the process ends there.
    pub async fn overdue(&self, limits: Limits) {
        self.asked.cancelled().await;
        // The end of the drain or the signal that ends it, the earlier of the two.
        let _ = timeout(limits.timeout, self.at_once.cancelled()).await;
        sleep(LAST_GRACE).await;
    }
}

/// SIGTERM and SIGINT as a stream of their names.
#[derive(Debug)]
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Installs handlers for both signals. From then on neither ends the process by itself.
    ///
    /// # Errors
    /// The system refuses the handler.
    pub fn register() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }
}

impl Stream for Signals {
    type Item = &'static str;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Poll::Ready(received) = self.terminate.poll_recv(cx) {
            return Poll::Ready(received.map(|()| "SIGTERM"));
        }
        let received = self.interrupt.poll_recv(cx);
        received.map(|received| received.map(|()| "SIGINT"))
    }
}

/// Passes signals on: the first one begins the drain, the second one ends it.
pub async fn relay(signals: impl Stream<Item = &'static str>, stop: Stop) {
    let mut signals = pin!(signals);
    if let Some(signal) = signals.next().await {
        info!(signal, "draining; a second signal ends at once");
        stop.drain();
    }
    if let Some(signal) = signals.next().await {
        warn!(signal, "ending at once");
        stop.at_once();
    }
}

/// How long a drain may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Time between NOT_SERVING and the end of accepting.
    pub delay: Duration,
    /// Hard end, counted from the signal.
    pub timeout: Duration,
}

impl Limits {
    /// Takes the limits of the configuration.
    pub fn of(config: &Config) -> Self {
        Self {
            delay: Duration::from_millis(config.drain_delay_ms),
            timeout: Duration::from_millis(config.drain_timeout_ms),
        }
    }
}

/// How serving ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Every call had its answer.
    Drained,
    /// The hard deadline passed, or a second signal came. This many connections were cut.
    Cut {
        /// Connections still open then.
        connections: usize,
    },
}

/// Why serving ended without a stop.
#[derive(Debug, thiserror::Error)]
#[error("the gRPC server failed")]
pub struct Error(#[from] tonic::transport::Error);

/// Serves `router` on `incoming` until the stop, then drains.
///
/// Returns when every connection is gone. The latest time is a quarter of a second after the point
/// at which a tenth of the time is left.
///
/// # Errors
/// tonic cannot serve; it is not known to happen.
pub async fn serve_until<L, ResponseBody>(
    router: Router<L>,
    incoming: Incoming,
    health: &Health,
    stop: &Stop,
    limits: Limits,
) -> Result<Outcome, Error>
where
    L: Layer<Routes>,
    L::Service: Service<Request<Body>, Response = Response<ResponseBody>> + Clone + Send + 'static,
    <L::Service as Service<Request<Body>>>::Future: Send,
    <L::Service as Service<Request<Body>>>::Error:
        Into<Box<dyn std::error::Error + Send + Sync>> + Send,
    ResponseBody: http_body::Body<Data = Bytes> + Send + 'static,
    ResponseBody::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let connections = incoming.connections();
    let accepting_ends = CancellationToken::new();
    let mut serving = pin!(
        router.serve_with_incoming_shutdown(incoming, accepting_ends.clone().cancelled_owned())
    );

    tokio::select! {
        biased;
        ended = &mut serving => return Ok(ended.map(|()| Outcome::Drained)?),
        () = stop.draining() => {}
    }
    let deadline = Instant::now() + (limits.timeout - limits.timeout / WRITERS_PART);
    health.draining().await;
    notify::stopping();
    tokio::select! {
        biased;
        ended = &mut serving => return Ok(ended.map(|()| Outcome::Drained)?),
        () = sleep(limits.delay) => {}
        () = stop.at_once.cancelled() => {}
    }

    accepting_ends.cancel();
    stop.streams.cancel();
    health.end_watches().await;
    tokio::select! {
        biased;
        ended = &mut serving => return Ok(ended.map(|()| Outcome::Drained)?),
        () = sleep_until(deadline) => {}
        () = stop.at_once.cancelled() => {}
    }

    let open = connections.live();
    warn!(connections = open, "cutting open connections");
    connections.cut();
    // The result is the same if some are still open then.
    let _ = timeout(CUT_GRACE, serving).await;
    Ok(Outcome::Cut { connections: open })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_first_signal_drains() {
        let stop = Stop::new();
        relay(tokio_stream::iter(["SIGTERM"]), stop.clone()).await;
        assert!(stop.draining.is_cancelled());
        assert!(!stop.at_once.is_cancelled());
    }

    #[tokio::test]
    async fn the_second_signal_ends_at_once() {
        let stop = Stop::new();
        relay(tokio_stream::iter(["SIGINT", "SIGTERM"]), stop.clone()).await;
        assert!(stop.at_once.is_cancelled());
    }
}
