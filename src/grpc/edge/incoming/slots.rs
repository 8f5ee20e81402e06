//! The places of connections: who holds one, and who gives way to a newcomer.
//!
//! A connection is *still* when it has no call open and nothing moved for a second, or when nothing
//! moved for minutes although calls are open. When all places are taken, a newcomer gets the place
//! of the connection that is still for longest, of the peer that holds most. A peer never takes the
//! place of one that holds fewer. So idle connections block nobody, and one machine with many
//! busy ones keeps no more than its share once others come.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::grpc::edge::peer::Peer;

/// How long nothing has moved on a connection without calls that may lose its place. Longer than a
/// client that calls repeatedly pauses between two calls.
const STILL_WITHOUT_CALLS: Duration = Duration::from_secs(1);

/// The same with calls open. Longer than any wait for a first answer, and streams of events that
/// wait send heartbeats: only watches and uploads that stopped are as still as that.
const STILL_WITH_CALLS: Duration = Duration::from_secs(120);

/// The connections of one listener, to count and to cut.
#[derive(Debug, Clone)]
pub struct Connections {
    table: Arc<Mutex<Table>>,
    most: usize,
    refused: Arc<AtomicU64>,
    cut: CancellationToken,
}

#[derive(Debug, Default)]
struct Table {
    peers: HashMap<u64, Peer>,
    last: u64,
}

/// A place, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    pub peer: Peer,
    pub ended: CancellationToken,
    table: Arc<Mutex<Table>>,
}

impl Connections {
    pub(super) fn new(most: u32) -> Self {
        Self {
            table: Arc::default(),
            most: most as usize,
            refused: Arc::new(AtomicU64::new(0)),
            cut: CancellationToken::new(),
        }
    }

    /// Counts the connections served now.
    pub fn live(&self) -> usize {
        self.table.lock().peers.len()
    }

    /// Counts the connections that found no place since the start.
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// Ends every connection now, and each one accepted later.
    pub fn cut(&self) {
        self.cut.cancel();
    }

    /// Ends the connections without calls on which nothing moved for `limit`; counts them.
    pub(super) fn end_idle(&self, limit: Duration, now: Instant) -> usize {
        let table = self.table.lock();
        let idle = |peer: &&Peer| peer.open_calls() == 0 && peer.still_for(now) >= limit;
        table.peers.values().filter(idle).map(Peer::end).count()
    }

    /// Takes a place for a connection from `address`; `None` when nobody has to give way to it.
    pub(super) fn admit(&self, address: SocketAddr, now: Instant) -> Option<Place> {
        let mut table = self.table.lock();
        let connection = table.last + 1;
        let ended = self.cut.child_token();
        let peer = Peer::new(connection, address, ended.clone());
        if table.peers.len() >= self.most {
            let Some(leaving) = table.leaving(peer.owner(), now) else {
                self.refused.fetch_add(1, Ordering::Relaxed);
                return None;
            };
            if let Some(leaving) = table.peers.remove(&leaving) {
                leaving.end();
            }
        }
        table.last = connection;
        table.peers.insert(connection, peer.clone());
        Some(Place {
            peer,
            ended,
            table: Arc::clone(&self.table),
        })
    }
}

impl Table {
    /// Finds the connection that gives way to a newcomer of `owner`.
    fn leaving(&self, owner: IpAddr, now: Instant) -> Option<u64> {
        let mut held = HashMap::<IpAddr, usize>::new();
        for peer in self.peers.values() {
            *held.entry(peer.owner()).or_default() += 1;
        }
        let held_by = |owner| held.get(&owner).copied().unwrap_or(0);
        let own = held_by(owner);
        // Another owner's place is taken only if that makes the two more equal.
        let may_lose = |peer: &Peer| peer.owner() == owner || held_by(peer.owner()) > own + 1;
        let rank = |peer: &Peer| {
            let still = peer.still_for(now);
            let is_still = is_still(peer.open_calls(), still);
            // Of the busy ones, the one that loses fewest calls.
            let fewest_calls = u32::MAX - peer.open_calls();
            (is_still, held_by(peer.owner()), fewest_calls, still)
        };
        let candidates = self.peers.values().filter(|peer| may_lose(peer));
        let leaving = candidates.max_by_key(|peer| rank(peer))?;
        let is_idle = is_still(leaving.open_calls(), leaving.still_for(now));
        let gives_share = held_by(leaving.owner()) > own + 1;
        (is_idle || gives_share).then(|| leaving.connection())
    }
}

fn is_still(open_calls: u32, still: Duration) -> bool {
    match open_calls {
        0 => still >= STILL_WITHOUT_CALLS,
        _ => still >= STILL_WITH_CALLS,
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.table.lock().peers.remove(&self.peer.connection());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(machine: u8) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, machine], 1))
    }

    fn at(seconds: u64) -> Instant {
        Instant::now() + Duration::from_secs(seconds)
    }

    fn full(machines: &[u8]) -> (Connections, Vec<Place>) {
        let connections = Connections::new(u32::try_from(machines.len()).unwrap());
        let admit = |machine: &u8| connections.admit(address(*machine), at(0)).unwrap();
        let places = machines.iter().map(admit).collect();
        (connections, places)
    }

    fn ended(places: &[Place]) -> Vec<usize> {
        let ended = |(at, place): (usize, &Place)| place.ended.is_cancelled().then_some(at);
        places.iter().enumerate().filter_map(ended).collect()
    }

    #[test]
    fn places_come_back() {
        let (connections, places) = full(&[1]);
        assert_eq!(connections.live(), 1);
        assert!(connections.admit(address(1), at(0)).is_none());
        assert_eq!(connections.refused(), 1);
        drop(places);
        assert_eq!(connections.live(), 0);
        assert!(connections.admit(address(1), at(0)).is_some());
    }

    #[test]
    fn an_idle_connection_gives_way() {
        let (connections, places) = full(&[1, 1, 1]);
        let _calls = [0, 2].map(|busy: usize| places[busy].peer.begin_call());
        let newcomer = connections.admit(address(1), at(2));
        assert!(newcomer.is_some());
        assert_eq!(ended(&places), [1]);
        assert_eq!(connections.live(), 3);
        drop(places);
        assert_eq!(
            connections.live(),
            1,
            "who gave way gives nothing back twice"
        );
    }

    #[test]
    fn a_call_that_does_not_move_for_minutes_gives_way() {
        let (connections, places) = full(&[1, 1]);
        let _watches = [0, 1].map(|busy: usize| places[busy].peer.begin_call());
        assert!(connections.admit(address(1), at(60)).is_none());
        assert!(connections.admit(address(1), at(200)).is_some());
    }

    #[test]
    fn whoever_holds_most_gives_way_first() {
        let (connections, places) = full(&[2, 1, 1, 1]);
        let newcomer = connections.admit(address(3), at(2));
        assert!(newcomer.is_some());
        assert!(!places[0].ended.is_cancelled());
    }

    #[test]
    fn a_machine_with_busy_connections_keeps_its_share_only() {
        let (connections, places) = full(&[1, 1, 1, 1]);
        let calls: Vec<_> = places.iter().map(|place| place.peer.begin_call()).collect();
        // Its own newcomers change nothing.
        assert!(connections.admit(address(1), at(2)).is_none());
        let _second = [(), ()].map(|()| {
            let place = connections.admit(address(2), at(2)).unwrap();
            let call = place.peer.begin_call();
            (place, call)
        });
        assert_eq!(ended(&places).len(), 2);
        // Two each: neither takes from the other.
        assert!(connections.admit(address(2), at(2)).is_none());
        assert!(connections.admit(address(1), at(2)).is_none());
        drop(calls);
    }

    #[test]
    fn a_flood_takes_no_place_of_those_who_hold_fewer() {
        let (connections, places) = full(&[1, 1, 1, 2]);
        let _calls: Vec<_> = places[..3]
            .iter()
            .map(|place| place.peer.begin_call())
            .collect();
        assert!(connections.admit(address(1), at(90)).is_none());
        assert!(!places[3].ended.is_cancelled());
    }

    #[test]
    fn idle_connections_end_at_their_limit() {
        let (connections, places) = full(&[1, 2]);
        let _call = places[0].peer.begin_call();
        let limit = Duration::from_secs(300);
        assert_eq!(connections.end_idle(limit, at(200)), 0);
        assert_eq!(connections.end_idle(limit, at(301)), 1);
        assert_eq!(ended(&places), [1]);
    }

    #[test]
    fn to_cut_ends_all() {
        let (connections, places) = full(&[1, 2]);
        connections.cut();
        assert_eq!(ended(&places), [0, 1]);
    }
}
