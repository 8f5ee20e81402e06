//! Who a call comes from: its connection, and the peer at its other end.
//!
//! Every request carries a [`Peer`] in its extensions. It is the key for whatever is shared out
//! between connections or peers, and it counts the calls of its connection, so that a connection
//! that does nothing can be distinguished from one that waits. Does not know sockets.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::identity::Certificate;

/// The connection a call came by; cheap to clone.
#[derive(Debug, Clone)]
pub struct Peer(Arc<Seat>);

#[derive(Debug)]
struct Seat {
    connection: u64,
    address: SocketAddr,
    since: Instant,
    open_calls: AtomicU32,
    /// When a call last began, ended or moved a message, in milliseconds after `since`.
    moved_ms: AtomicU64,
    ending: CancellationToken,
    /// Of the peer, once the handshake has verified it.
    certificate: OnceLock<Certificate>,
}

impl Peer {
    /// Makes the state that calls of a new connection share; `ending` ends the connection.
    pub fn new(connection: u64, address: SocketAddr, ending: CancellationToken) -> Self {
        Self(Arc::new(Seat {
            connection,
            address,
            since: Instant::now(),
            open_calls: AtomicU32::new(0),
            moved_ms: AtomicU64::new(0),
            ending,
            certificate: OnceLock::new(),
        }))
    }

    /// Finds the peer that sent a request; `None` if it did not come by a connection of ours.
    pub fn of<T>(request: &tonic::Request<T>) -> Option<&Self> {
        request.extensions().get()
    }

    /// Returns the number of the connection, unique in this process.
    pub fn connection(&self) -> u64 {
        self.0.connection
    }

    /// Returns where the connection comes from.
    pub fn address(&self) -> SocketAddr {
        self.0.address
    }

    /// Returns the owner for whom shares of the server are counted: the address without its port.
    /// For IPv6 it is the network of 64 bits, which one machine may have to itself.
    pub fn owner(&self) -> IpAddr {
        match self.0.address.ip().to_canonical() {
            IpAddr::V4(address) => IpAddr::V4(address),
            IpAddr::V6(address) => {
                let network = address.to_bits() & (u128::MAX << 64);
                IpAddr::V6(Ipv6Addr::from_bits(network))
            }
        }
    }

    /// Returns the verified certificate of the peer, if it presented one.
    pub fn certificate(&self) -> Option<&Certificate> {
        self.0.certificate.get()
    }

    /// Keeps the certificate that the handshake verified.
    pub(super) fn present(&self, certificate: Certificate) {
        // A connection has one handshake.
        let _ = self.0.certificate.set(certificate);
    }

    /// Marks that a call begins, until the answer is dropped.
    pub fn begin_call(&self) -> OpenCall {
        self.0.open_calls.fetch_add(1, Ordering::Relaxed);
        self.moved();
        OpenCall(self.clone())
    }

    /// Marks that a message was received or sent.
    pub fn moved(&self) {
        self.moved_at(Instant::now());
    }

    fn moved_at(&self, now: Instant) {
        let after = now.saturating_duration_since(self.0.since).as_millis();
        let after = u64::try_from(after).unwrap_or(u64::MAX);
        self.0.moved_ms.store(after, Ordering::Relaxed);
    }

    /// Counts the calls that have not ended.
    pub fn open_calls(&self) -> u32 {
        self.0.open_calls.load(Ordering::Relaxed)
    }

    /// Says how long no call began, ended or moved a message.
    pub fn still_for(&self, now: Instant) -> Duration {
        let moved = Duration::from_millis(self.0.moved_ms.load(Ordering::Relaxed));
        now.saturating_duration_since(self.0.since + moved)
    }

    /// Ends the connection and all of its calls.
    pub fn end(&self) {
        self.0.ending.cancel();
    }
}

/// A call under way; counted until it is dropped.
#[derive(Debug)]
pub struct OpenCall(Peer);

impl OpenCall {
    /// Returns the peer of the call.
    pub fn peer(&self) -> &Peer {
        &self.0
    }
}

impl Drop for OpenCall {
    fn drop(&mut self) {
        self.0.moved();
        self.0.0.open_calls.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(address: &str) -> Peer {
        Peer::new(1, address.parse().unwrap(), CancellationToken::new())
    }

    #[test]
    fn the_owner_is_the_machine() {
        let owner = |address| peer(address).owner().to_string();
        assert_eq!(owner("192.0.2.1:5"), "192.0.2.1");
        assert_eq!(owner("[::ffff:192.0.2.1]:5"), "192.0.2.1");
        assert_eq!(owner("[2001:db8:1:2:3:4:5:6]:7"), "2001:db8:1:2::");
    }

    #[test]
    fn calls_are_counted_until_they_end() {
        let peer = peer("127.0.0.1:1");
        let calls = [peer.begin_call(), peer.begin_call()];
        assert_eq!(peer.open_calls(), 2);
        drop(calls);
        assert_eq!(peer.open_calls(), 0);
    }

    #[test]
    fn a_connection_is_still_since_something_last_moved() {
        let peer = peer("127.0.0.1:1");
        let (begun, second) = (peer.0.since, Duration::from_secs(1));
        assert_eq!(peer.still_for(begun + second), second);
        peer.moved_at(begun + second);
        assert_eq!(peer.still_for(begun + second), Duration::ZERO);
        assert_eq!(peer.still_for(begun + 3 * second), 2 * second);
    }
}
