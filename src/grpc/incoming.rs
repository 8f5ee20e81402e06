//! The connections tonic serves, and what keeps them from harming the server.
//!
//! `serve_with_incoming` ignores tonic's TCP options, knows no limit of connections, spins when
//! the process is out of file descriptors and lets a silent peer hang for good. This stream sets
//! `TCP_NODELAY`, backs off, keeps a cap, and drops a peer that does not start to speak HTTP/2.
//! It also can cut every connection, for the hard end of a drain. Does not know TLS.
//!
//! Over the cap a connection is accepted and closed at once: its client sees the failure now and
//! tries elsewhere. Left in the backlog it would connect and then hang until its deadline.

mod connection;

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep, sleep};
use tokio_stream::Stream;
use tokio_util::sync::{CancellationToken, DropGuard};
use tracing::{debug, warn};

pub use connection::Connection;

/// First pause after a failed accept; doubles up to [`LONGEST_PAUSE`].
const SHORTEST_PAUSE: Duration = Duration::from_millis(5);

/// Long enough not to spin, short enough to notice freed descriptors.
const LONGEST_PAUSE: Duration = Duration::from_millis(250);

/// Least time between two warnings of a kind, however often connections come and go.
const WARNING_INTERVAL: Duration = Duration::from_secs(10);

/// What connections are held to.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections served at a time.
    pub max_connections: u32,
    /// Time a new connection has for the HTTP/2 preface.
    pub preface_timeout: Duration,
}

/// A listening socket as a stream of connections; it never ends and never fails.
#[derive(Debug)]
pub struct Incoming {
    listener: TcpListener,
    limits: Limits,
    connections: Connections,
    /// Pause after failed accepts.
    pause: Option<Pin<Box<Sleep>>>,
    failures: u32,
    warned_of_cap: Seldom,
    warned_of_failures: Seldom,
    accepting: CancellationToken,
    /// Tells connections that have not spoken yet that nobody accepts any more.
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
            connections: Connections::new(limits.max_connections),
            pause: None,
            failures: 0,
            warned_of_cap: Seldom::default(),
            warned_of_failures: Seldom::default(),
            accepting: accepting.clone(),
            _stops_accepting: accepting.drop_guard(),
        })
    }

    /// Tells the address bound.
    ///
    /// # Errors
    /// The system does not say.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Hands out the means to watch and to cut the connections, which outlives the stream.
    pub fn connections(&self) -> Connections {
        self.connections.clone()
    }

    fn admit(&mut self, stream: TcpStream, peer: SocketAddr) -> Option<Connection> {
        let Some(permit) = self.connections.admit() else {
            if self.warned_of_cap.is_due() {
                warn!(
                    max_connections = self.limits.max_connections,
                    %peer,
                    "too many connections: new ones are closed"
                );
            }
            return None;
        };
        if let Err(error) = stream.set_nodelay(true) {
            // The peer is gone already, which the first read tells as well.
            debug!(%error, %peer, "no TCP_NODELAY");
        }
        let timeout = self.limits.preface_timeout;
        let cut = self.connections.cut.clone();
        let accepting = self.accepting.clone();
        Some(Connection::new(stream, permit, cut, accepting, timeout))
    }

    fn pause_after(&mut self, error: &io::Error) {
        let Some(pause) = pause_after(error, self.failures) else {
            debug!(%error, "a connection was gone before it was accepted");
            return;
        };
        if self.warned_of_failures.is_due() {
            warn!(%error, live = self.connections.live(), "cannot accept connections: waiting");
        }
        self.failures = self.failures.saturating_add(1);
        self.pause = Some(Box::pin(sleep(pause)));
    }
}

impl Stream for Incoming {
    type Item = Result<Connection, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
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

/// Something to be said once in a while.
#[derive(Debug, Default)]
struct Seldom {
    said: Option<Instant>,
}

impl Seldom {
    /// Tells whether to say it now, and takes it as said.
    fn is_due(&mut self) -> bool {
        let due = self
            .said
            .is_none_or(|said| said.elapsed() >= WARNING_INTERVAL);
        if due {
            self.said = Some(Instant::now());
        }
        due
    }
}

/// Tells how long to wait after this error, the `failures + 1`st in a row; `None` when only the
/// one connection was lost.
fn pause_after(error: &io::Error, failures: u32) -> Option<Duration> {
    match error.kind() {
        io::ErrorKind::ConnectionAborted
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionRefused
        | io::ErrorKind::Interrupted => None,
        // EMFILE, ENFILE, ENOBUFS, ENOMEM and what we have never seen: they stay until someone
        // frees something.
        _ => Some(
            SHORTEST_PAUSE
                .saturating_mul(2_u32.saturating_pow(failures))
                .min(LONGEST_PAUSE),
        ),
    }
}

/// The connections of one [`Incoming`], to count and to cut.
#[derive(Debug, Clone)]
pub struct Connections {
    free: Arc<Semaphore>,
    most: u32,
    refused: Arc<AtomicU64>,
    cut: CancellationToken,
}

impl Connections {
    fn new(most: u32) -> Self {
        Self {
            free: Arc::new(Semaphore::new(most as usize)),
            most,
            refused: Arc::new(AtomicU64::new(0)),
            cut: CancellationToken::new(),
        }
    }

    /// Counts the connections served now.
    pub fn live(&self) -> usize {
        (self.most as usize).saturating_sub(self.free.available_permits())
    }

    /// Counts the connections refused over the cap since the start.
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// Ends every connection now, and each one accepted later.
    pub fn cut(&self) {
        self.cut.cancel();
    }

    /// Takes a place, given back when the permit is dropped.
    fn admit(&self) -> Option<OwnedSemaphorePermit> {
        let permit = Arc::clone(&self.free).try_acquire_owned().ok();
        if permit.is_none() {
            self.refused.fetch_add(1, Ordering::Relaxed);
        }
        permit
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

    #[test]
    fn the_same_warning_does_not_fill_the_log() {
        let mut warning = Seldom::default();
        assert!(warning.is_due());
        assert!(!warning.is_due());
    }

    #[test]
    fn places_come_back() {
        let connections = Connections::new(1);
        let permit = connections.admit();
        assert_eq!(connections.live(), 1);
        assert!(connections.admit().is_none());
        assert_eq!(connections.refused(), 1);
        drop(permit);
        assert_eq!(connections.live(), 0);
        assert!(connections.admit().is_some());
    }
}
