//! The connections tonic serves, and what keeps them from harming the server.
//!
//! `serve_with_incoming` ignores tonic's TCP options, knows no limit of connections, spins when
//! the process is out of file descriptors and lets a silent peer hang for good. This stream sets
//! `TCP_NODELAY`, backs off, keeps a cap, drops a peer that does not start to speak HTTP/2 and ends
//! connections that are idle for long. It also can cut every connection, for the hard end of a
//! drain. With TLS, the handshake is part of the connection: accepting never waits for one, and one
//! holds a place like any connection.
//!
//! Over the cap, if no other connection has to give way, a connection is accepted and closed at
//! once: its client sees the failure now and tries elsewhere. Left in the backlog it would connect
//! and then hang until its deadline.

mod connection;
mod slots;
mod stream;

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, Interval, MissedTickBehavior, Sleep, interval, sleep};
use tokio_stream::Stream;
use tokio_util::sync::{CancellationToken, DropGuard};
use tracing::{debug, warn};

use super::seldom::Seldom;
use crate::identity::Tls;
pub use connection::Connection;
pub use slots::Connections;

/// First pause after a failed accept; doubles up to [`LONGEST_PAUSE`].
const SHORTEST_PAUSE: Duration = Duration::from_millis(5);

/// Long enough not to spin, short enough to notice freed descriptors.
const LONGEST_PAUSE: Duration = Duration::from_millis(250);

/// How late an idle connection may be found, in parts of the limit.
const IDLE_CHECKS: u32 = 10;

/// The limits of connections.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections served at a time.
    pub max_connections: u32,
    /// Time a new connection has for the HTTP/2 preface.
    pub preface_timeout: Duration,
    /// Time a new connection has for the TLS handshake.
    pub handshake_timeout: Duration,
    /// Time after which a connection without calls ends.
    pub idle_timeout: Option<Duration>,
}

/// A listening socket as a stream of connections; it never ends and never fails.
#[derive(Debug)]
pub struct Incoming {
    listener: TcpListener,
    limits: Limits,
    tls: Option<Tls>,
    connections: Connections,
    /// Pause after failed accepts.
    pause: Option<Pin<Box<Sleep>>>,
    failures: u32,
    idle_checks: Option<Interval>,
    warned_of_cap: Seldom,
    warned_of_failures: Seldom,
    accepting: CancellationToken,
    /// Notifies connections that have not spoken yet that nothing is accepted any more.
    _stops_accepting: DropGuard,
}

impl Incoming {
    /// Listens on `address`; port 0 lets the system choose.
    ///
    /// # Errors
    /// The address cannot be bound.
    pub async fn bind(address: SocketAddr, limits: Limits) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let accepting = CancellationToken::new();
        Ok(Self {
            listener,
            limits,
            tls: None,
            connections: Connections::new(limits.max_connections),
            pause: None,
            failures: 0,
            idle_checks: limits.idle_timeout.map(idle_checks),
            warned_of_cap: Seldom::new(1),
            warned_of_failures: Seldom::new(1),
            accepting: accepting.clone(),
            _stops_accepting: accepting.drop_guard(),
        })
    }

    /// The same, with TLS on all connections from now on.
    #[must_use]
    pub fn encrypted(mut self, tls: Option<Tls>) -> Self {
        self.tls = tls;
        self
    }

    /// Returns the bound address.
    ///
    /// # Errors
    /// The system does not say.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Returns the handle to watch and to cut the connections. It outlives the stream.
    pub fn connections(&self) -> Connections {
        self.connections.clone()
    }

    fn admit(&mut self, stream: TcpStream, peer: SocketAddr) -> Option<Connection> {
        let Some(place) = self.connections.admit(peer, Instant::now()) else {
            if let Some(left_out) = self.warned_of_cap.due() {
                warn!(
                    max_connections = self.limits.max_connections,
                    %peer,
                    left_out,
                    "too many busy connections: new ones are closed"
                );
            }
            return None;
        };
        if let Err(error) = stream.set_nodelay(true) {
            // The peer is gone already, which the first read will report.
            debug!(%error, %peer, "no TCP_NODELAY");
        }
        let accepting = self.accepting.clone();
        let tls = self.tls.as_ref();
        Some(Connection::new(stream, place, accepting, tls, self.limits))
    }

    fn pause_after(&mut self, error: &io::Error) {
        let Some(pause) = pause_after(error, self.failures) else {
            debug!(%error, "a connection was gone before it was accepted");
            return;
        };
        if let Some(left_out) = self.warned_of_failures.due() {
            let live = self.connections.live();
            warn!(%error, live, left_out, "cannot accept connections: waiting");
        }
        self.failures = self.failures.saturating_add(1);
        self.pause = Some(Box::pin(sleep(pause)));
    }

    /// Ends idle connections when it is time to look for them.
    fn poll_idle(&mut self, cx: &mut Context<'_>) {
        let (Some(checks), Some(limit)) = (&mut self.idle_checks, self.limits.idle_timeout) else {
            return;
        };
        while checks.poll_tick(cx).is_ready() {
            let ended = self.connections.end_idle(limit, Instant::now());
            if ended > 0 {
                debug!(ended, "idle connections ended");
            }
        }
    }
}

impl Stream for Incoming {
    type Item = Result<Connection, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_idle(cx);
        loop {
            if let Some(pause) = &mut self.pause {
                ready!(pause.as_mut().poll(cx));
                self.pause = None;
            }
            match ready!(self.listener.poll_accept(cx)) {
                Ok((stream, peer)) => {
                    self.failures = 0;
                    if let Some(connection) = self.admit(stream, peer) {
                        return Poll::Ready(Some(Ok(connection)));
                    }
                }
                Err(error) => self.pause_after(&error),
            }
        }
    }
}

fn idle_checks(limit: Duration) -> Interval {
    let mut checks = interval(limit / IDLE_CHECKS);
    checks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    checks
}

/// Returns how long to wait after this error, the `failures + 1`st in a row; `None` when only the
/// one connection was lost.
fn pause_after(error: &io::Error, failures: u32) -> Option<Duration> {
    match error.kind() {
        io::ErrorKind::ConnectionAborted
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionRefused
        | io::ErrorKind::Interrupted => None,
        // EMFILE, ENFILE, ENOBUFS, ENOMEM and unknown errors: they stay until someone
        // frees something.
        _ => Some(
            SHORTEST_PAUSE
                .saturating_mul(2_u32.saturating_pow(failures))
                .min(LONGEST_PAUSE),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn being_out_of_descriptors_is_waited_for_ever_longer() {
        // EMFILE and ENFILE on Linux.
        for number in [24, 23] {
            let error = io::Error::from_raw_os_error(number);
            assert_eq!(pause_after(&error, 0), Some(SHORTEST_PAUSE));
            assert_eq!(pause_after(&error, 1), Some(SHORTEST_PAUSE * 2));
            assert_eq!(pause_after(&error, 60), Some(LONGEST_PAUSE));
        }
    }

    #[test]
    fn a_lost_connection_is_not_waited_for() {
        let error = io::Error::from(io::ErrorKind::ConnectionAborted);
        assert_eq!(pause_after(&error, 0), None);
    }
}
