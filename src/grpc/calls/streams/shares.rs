//! The places for one kind of stream, and who holds how many of them.
//!
//! Owns the places: a number in all, and a part of them for one connection and for one brand, so
//! that neither blocks the others. When all are taken, the holder that has been idle for longest
//! gives its place to the newcomer. Does not know how a place is used: its holder records since
//! when it has been idle, with a [`Stamp`], and leaves when [`Place::gives_way`] says so.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use crate::domain::BrandId;
use crate::grpc::edge::peer::Peer;

/// One connection gets at most this part of all places.
const CONNECTION_PART: (usize, usize) = (1, 4);
/// One brand gets at most this part of all places: most of a ledger may be of one brand.
const BRAND_PART: (usize, usize) = (3, 4);

/// The uses of places.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Readings of the log.
    Reads,
    /// Streams that follow the log.
    Follows,
    /// Streams that send observations.
    Ingests,
    /// Backups.
    Backups,
}

/// Whose part of the places is used up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Whose {
    /// That of everybody.
    All,
    /// That of the connection.
    Connection,
    /// That of the brand.
    Brand,
}

/// There is no place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Refused {
    /// The use of the place.
    pub kind: Kind,
    /// Whose part is used up.
    pub whose: Whose,
    /// How many places that part has.
    pub most: usize,
}

/// A connection, by its number; `None` where no connection of ours brought the call.
type Connection = Option<u64>;

/// Who asks for a place.
#[derive(Clone, Debug, Default)]
pub struct Who {
    peer: Option<Peer>,
    brand: Option<BrandId>,
}

impl Who {
    /// Returns the connection of a call.
    pub fn of<T>(request: &tonic::Request<T>) -> Self {
        Self {
            peer: Peer::of(request).cloned(),
            brand: None,
        }
    }

    /// Returns the owner that takes turns with others.
    pub fn owner(&self) -> String {
        let connection = self.connection();
        connection.map_or_else(String::new, |connection| connection.to_string())
    }

    /// Ends the connection.
    pub fn end_connection(&self) {
        if let Some(peer) = &self.peer {
            peer.end();
        }
    }

    fn connection(&self) -> Connection {
        self.peer.as_ref().map(Peer::connection)
    }

    /// Adds the brand.
    pub fn about(mut self, brand: Option<&BrandId>) -> Self {
        self.brand = brand.cloned();
        self
    }
}

/// Since when the client of a stream has been idle; shared by the code that records it and the code
/// that reads it.
#[derive(Clone, Default)]
pub struct Stamp(Arc<Mutex<Option<Instant>>>);

impl Stamp {
    /// Records that the client is idle from now on.
    pub fn idle_from_now(&self) {
        *self.0.lock() = Some(Instant::now());
    }

    /// Records that the client is idle, from now on unless it was before. Returns since when.
    pub fn begin(&self) -> Instant {
        *self.0.lock().get_or_insert_with(Instant::now)
    }

    /// Records that the client is not idle.
    pub fn busy(&self) {
        *self.0.lock() = None;
    }

    /// Returns since when the client has been idle; `None` when it is not.
    pub fn idle_since(&self) -> Option<Instant> {
        *self.0.lock()
    }
}

/// The places for one kind of stream. Clones share them.
#[derive(Clone)]
pub struct Shares(Arc<Inner>);

struct Inner {
    kind: Kind,
    most: usize,
    /// Only a holder that has been idle for this long gives way.
    give_way: Duration,
    free: Arc<Semaphore>,
    table: Mutex<Table>,
}

#[derive(Default)]
struct Table {
    next: u64,
    holders: HashMap<u64, Holder>,
    of_connection: HashMap<Connection, usize>,
    of_brand: HashMap<BrandId, usize>,
}

struct Holder {
    who: Who,
    idle: Stamp,
    leave: CancellationToken,
    _permit: OwnedSemaphorePermit,
}

/// A place, given back when it is dropped.
pub struct Place {
    shares: Shares,
    id: u64,
    leave: CancellationToken,
}

impl Place {
    /// Waits until the place has been given to another holder.
    pub async fn gives_way(&self) {
        self.leave.cancelled().await;
    }

    /// Counts the place for a brand too, which was not known before.
    ///
    /// # Errors
    /// When the brand has its part.
    pub fn about(&self, brand: &BrandId) -> Result<(), Refused> {
        let mut table = self.shares.0.table.lock();
        self.shares.brand_has_room(&table, Some(brand))?;
        table.add_brand(self.id, brand);
        Ok(())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.shares.0.table.lock().remove(self.id);
    }
}

impl Shares {
    /// Makes this many places. When all are taken, a holder that has been idle for `give_way` loses
    /// its place.
    pub fn new(kind: Kind, most: usize, give_way: Duration) -> Self {
        Self(Arc::new(Inner {
            kind,
            most,
            give_way,
            free: Arc::new(Semaphore::new(most)),
            table: Mutex::default(),
        }))
    }

    /// Takes a place at once, if necessary that of the holder that has been idle for longest.
    ///
    /// # Errors
    /// When the connection or the brand has its part, or all places are taken and no holder is
    /// idle.
    pub fn enter(&self, who: &Who, idle: &Stamp) -> Result<Place, Refused> {
        let mut table = self.0.table.lock();
        self.within(
            Whose::Connection,
            count(&table.of_connection, &who.connection()),
        )?;
        self.brand_has_room(&table, who.brand.as_ref())?;
        let free = || Arc::clone(&self.0.free).try_acquire_owned().ok();
        let permit = free().or_else(|| table.free_the_longest_idle(self.0.give_way).then(free)?);
        let permit = permit.ok_or_else(|| self.refused(Whose::All))?;
        Ok(self.place(&mut table, who, idle, permit))
    }

    /// Waits for a place. Takes that of the holder that has been idle for longest, once one is
    /// idle. A caller that waits has a place of another kind, so the parts are not checked.
    pub async fn wait(&self, who: &Who, idle: &Stamp) -> Place {
        let permit = loop {
            if self.0.free.available_permits() == 0 {
                self.0.table.lock().free_the_longest_idle(self.0.give_way);
            }
            let free = Arc::clone(&self.0.free).acquire_owned();
            tokio::select! {
                permit = free => break permit.expect("the semaphore is never closed"),
                () = sleep(self.0.give_way) => {}
            }
        };
        self.place(&mut self.0.table.lock(), who, idle, permit)
    }

    /// Counts the places that are taken.
    pub fn held(&self) -> usize {
        self.0.most - self.0.free.available_permits()
    }

    fn place(
        &self,
        table: &mut Table,
        who: &Who,
        idle: &Stamp,
        permit: OwnedSemaphorePermit,
    ) -> Place {
        let leave = CancellationToken::new();
        let id = table.add(Holder {
            who: who.clone(),
            idle: idle.clone(),
            leave: leave.clone(),
            _permit: permit,
        });
        Place {
            shares: self.clone(),
            id,
            leave,
        }
    }

    fn brand_has_room(&self, table: &Table, brand: Option<&BrandId>) -> Result<(), Refused> {
        let held = brand.map_or(0, |brand| count(&table.of_brand, brand));
        self.within(Whose::Brand, held)
    }

    fn within(&self, whose: Whose, held: usize) -> Result<(), Refused> {
        let refused = self.refused(whose);
        if held < refused.most {
            Ok(())
        } else {
            Err(refused)
        }
    }

    fn refused(&self, whose: Whose) -> Refused {
        let most = self.0.most;
        let part = |(parts, of): (usize, usize)| (most * parts).div_ceil(of);
        Refused {
            kind: self.0.kind,
            whose,
            most: match whose {
                Whose::All => most,
                Whose::Connection => part(CONNECTION_PART),
                Whose::Brand => part(BRAND_PART),
            },
        }
    }
}

impl Table {
    fn add(&mut self, mut holder: Holder) -> u64 {
        self.next += 1;
        let brand = holder.who.brand.take();
        *self
            .of_connection
            .entry(holder.who.connection())
            .or_default() += 1;
        self.holders.insert(self.next, holder);
        if let Some(brand) = brand {
            self.add_brand(self.next, &brand);
        }
        self.next
    }

    /// Counts a place for a brand, unless it was lost or is counted already.
    fn add_brand(&mut self, id: u64, brand: &BrandId) {
        if let Some(holder) = self.holders.get_mut(&id)
            && holder.who.brand.is_none()
        {
            holder.who.brand = Some(brand.clone());
            *self.of_brand.entry(brand.clone()).or_default() += 1;
        }
    }

    /// Removes a holder, if it has not lost its place already.
    fn remove(&mut self, id: u64) {
        let Some(holder) = self.holders.remove(&id) else {
            return;
        };
        one_less(&mut self.of_connection, &holder.who.connection());
        if let Some(brand) = &holder.who.brand {
            one_less(&mut self.of_brand, brand);
        }
    }

    /// Frees the place of the longest idle holder. Returns whether one has been idle for long
    /// enough.
    fn free_the_longest_idle(&mut self, at_least: Duration) -> bool {
        let idle = |(id, holder): (&u64, &Holder)| Some((holder.idle.idle_since()?, *id));
        let Some((since, id)) = self.holders.iter().filter_map(idle).min() else {
            return false;
        };
        if since.elapsed() < at_least {
            return false;
        }
        if let Some(holder) = self.holders.get(&id) {
            holder.leave.cancel();
        }
        self.remove(id);
        true
    }
}

fn count<K: Eq + Hash>(counts: &HashMap<K, usize>, key: &K) -> usize {
    counts.get(key).copied().unwrap_or(0)
}

fn one_less<K: Eq + Hash>(counts: &mut HashMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {

    use std::net::SocketAddr;

    use super::*;

    /// Longer than any test.
    const LONG: Duration = Duration::from_secs(3_600);

    fn shares(most: usize) -> Shares {
        Shares::new(Kind::Reads, most, LONG)
    }

    fn from(connection: u64) -> Who {
        let address = SocketAddr::from(([127, 0, 0, 1], 1));
        let peer = Peer::new(connection, address, CancellationToken::new());
        Who {
            peer: Some(peer),
            brand: None,
        }
    }

    fn refusal(entered: Result<Place, Refused>) -> (Whose, usize) {
        entered
            .err()
            .map(|refused| (refused.whose, refused.most))
            .unwrap()
    }

    #[tokio::test]
    async fn a_connection_and_a_brand_have_a_part() {
        let (shares, idle) = (shares(8), Stamp::default());
        let kopi = BrandId::parse("kopi").unwrap();
        let about_kopi = |port| from(port).about(Some(&kopi));
        let _two = [1, 1].map(|port| shares.enter(&about_kopi(port), &idle).unwrap());
        assert_eq!(
            refusal(shares.enter(&from(1), &idle)),
            (Whose::Connection, 2)
        );
        let _four = [2, 2, 3, 3].map(|port| shares.enter(&about_kopi(port), &idle).unwrap());
        assert_eq!(
            refusal(shares.enter(&about_kopi(4), &idle)),
            (Whose::Brand, 6)
        );
        let _eight = [4, 5].map(|port| shares.enter(&from(port), &idle).unwrap());
        assert_eq!(refusal(shares.enter(&from(6), &idle)), (Whose::All, 8));
    }

    #[tokio::test]
    async fn a_place_comes_back() {
        let (shares, idle) = (shares(1), Stamp::default());
        let place = shares.enter(&from(1), &idle).unwrap();
        assert!(shares.enter(&from(2), &idle).is_err());
        drop(place);
        assert!(shares.enter(&from(2), &idle).is_ok());
        let table = shares.0.table.lock();
        assert!(table.of_connection.is_empty() && table.holders.is_empty());
    }

    #[tokio::test]
    async fn the_longest_idle_gives_way_and_nobody_else() {
        let shares = shares(8);
        let mut held = Vec::new();
        let now = Instant::now();
        for (port, longer) in (1..=8).zip([0, 3, 0, 2, 0, -2, 0, -3_i32]) {
            let idle = Stamp::default();
            *idle.0.lock() = match longer {
                0 => None,
                1.. => Some(now - LONG * longer.unsigned_abs()),
                _ => Some(now - LONG / longer.unsigned_abs()),
            };
            held.push(shares.enter(&from(port), &idle).unwrap());
        }
        let busy = Stamp::default();
        let first = shares.enter(&from(9), &busy).unwrap();
        held[1].gives_way().await;
        let second = shares.enter(&from(10), &busy).unwrap();
        held[3].gives_way().await;
        assert!(shares.enter(&from(11), &busy).is_err(), "not idle for long");
        let leaving = held.iter().filter(|place| place.leave.is_cancelled());
        assert_eq!(leaving.count(), 2);
        // A holder that lost its place gives none back.
        held.clear();
        drop((first, second));
        assert_eq!(shares.0.free.available_permits(), 8);
    }

    #[tokio::test]
    async fn who_waits_gets_the_place_of_who_has_become_idle() {
        let shares = Shares::new(Kind::Reads, 1, Duration::from_millis(1));
        let idle = Stamp::default();
        let place = shares.enter(&from(1), &idle).unwrap();
        let waiting = tokio::spawn({
            let shares = shares.clone();
            async move { shares.wait(&from(2), &Stamp::default()).await }
        });
        tokio::task::yield_now().await;
        idle.idle_from_now();
        let _theirs = waiting.await.unwrap();
        place.gives_way().await;
    }
}
