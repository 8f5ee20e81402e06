//! Due work, taken from the queues of all brands in turn.
//!
//! Owns which queues have stopped and what starts them again. Work that a rule refuses, such as for
//! lack of budget or because of a hold, stays in its queue and is skipped. The queue starts again
//! when the cause may be gone. This state is in memory only: after a restart each queue is tried
//! once.

use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;

use crate::domain::rows::{Key, Rows, Scan};
use crate::domain::state::{Campaign, Due, Lane};
use crate::domain::{BrandId, CampaignRef, Position, Timestamp};
use crate::views::index::{self, Scope};

/// Most that is done for one brand in a round, so that the other brands wait only briefly.
const MAX_OF_BRAND: usize = 256;
/// Most that is done in a round; this bounds its memory.
const MAX_OF_ROUND: usize = 8_192;
/// How long a queue waits for each refusal in it: refused work takes at most a five-hundredth of
/// the writer's time.
const REST_NANOS: i64 = 2_000_000;
/// Time after which a queue is tried again in any case.
const AGAIN_NANOS: i64 = 60_000_000_000;

/// A piece of due work.
#[derive(Clone, PartialEq, Debug)]
pub struct Item {
    lane: Lane,
    key: Key,
    /// What to do.
    pub due: Due,
    seen: Cause,
}

/// Due work, by brand.
#[derive(Debug, Default)]
pub struct Round {
    /// Those of each brand, taken from its queues in turn.
    pub brands: Vec<(BrandId, Vec<Item>)>,
    /// Whether more is due than was taken.
    pub more: bool,
}

/// The state that may make a rule refuse, as far as it is compared.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Cause {
    /// What is left of the campaign's budget, in minor units.
    room_minor: i128,
    /// The campaign's last event.
    last: Position,
}

/// A queue in which something was refused.
#[derive(Debug)]
struct Stopped {
    /// The last one refused; those before it were refused too.
    after: Key,
    refused: i64,
    at: Timestamp,
    seen: Cause,
}

/// The queues that the timers know.
#[derive(Debug, Default)]
pub struct Lanes {
    stopped: HashMap<Key, Stopped>,
    /// Where the next round begins, after one that took as much as it may.
    from: Option<Key>,
}

impl Lanes {
    /// Takes due work. Reads rows, so call it on a thread that may wait for the disk.
    ///
    /// # Errors
    /// When rows cannot be read.
    pub fn round<S: Rows>(&mut self, rows: &S, now: Timestamp) -> Result<Round, S::Error> {
        let all = Key::of::<Due>();
        let mut brands: BTreeMap<BrandId, Vec<Vec<Item>>> = BTreeMap::new();
        let (mut at, mut taken, mut more) = (self.from.take(), 0, false);
        loop {
            let scan = Scan::of(&all);
            let scan = at.as_ref().map_or(scan, |at| scan.after(at));
            let first = rows.page::<Due>(scan, 1)?;
            let Some(lane) = first.first().and_then(|(key, _)| Lane::of(key)) else {
                break;
            };
            if taken >= MAX_OF_ROUND {
                (self.from, more) = (at, true);
                break;
            }
            at = Some(lane.end());
            let found = self.due_of(rows, &lane, now)?;
            taken += found.len();
            more |= found.len() == MAX_OF_BRAND;
            let brand = lane.campaign.brand;
            brands.entry(brand).or_default().push(found);
        }
        let brands = brands.into_iter();
        let brands: Vec<_> = brands
            .map(|(brand, lanes)| (brand, in_turn(lanes)))
            .collect();
        more |= brands.iter().any(|(_, items)| items.len() == MAX_OF_BRAND);
        Ok(Round { brands, more })
    }

    /// Finds due work in one queue.
    fn due_of<S: Rows>(
        &mut self,
        rows: &S,
        lane: &Lane,
        now: Timestamp,
    ) -> Result<Vec<Item>, S::Error> {
        let seen = Cause::of(rows, &lane.campaign)?;
        let stopped = self.stopped.get(&lane.prefix);
        if stopped.is_some_and(|stopped| stopped.is_over(seen, now)) {
            self.stopped.remove(&lane.prefix);
        }
        let stopped = self.stopped.get(&lane.prefix);
        let scan = Scan::of(&lane.prefix);
        let scan = stopped.map_or(scan, |stopped| scan.after(&stopped.after));
        let mut found = Vec::new();
        rows.scan::<Due>(scan, &mut |key, due| {
            let is_due = Due::time_of(key).is_some_and(|at| at <= now);
            if !is_due || found.len() == MAX_OF_BRAND {
                return ControlFlow::Break(());
            }
            found.push(Item {
                lane: lane.clone(),
                key: key.clone(),
                due: (**due).clone(),
                seen,
            });
            ControlFlow::Continue(())
        })?;
        Ok(found)
    }

    /// Notes that something due was refused. Those of a queue come in its order.
    pub fn refused(&mut self, item: Item, now: Timestamp) {
        let stopped = self.stopped.entry(item.lane.prefix);
        let stopped = stopped.or_insert_with(|| Stopped {
            after: item.key.clone(),
            refused: 0,
            at: now,
            seen: item.seen,
        });
        stopped.after = item.key;
        stopped.refused += 1;
        (stopped.at, stopped.seen) = (now, item.seen);
    }
}

/// Takes one of each queue, then another of each, up to what is done for a brand in a round.
fn in_turn(lanes: Vec<Vec<Item>>) -> Vec<Item> {
    let lanes = lanes.into_iter().map(|lane| lane.into_iter().enumerate());
    let mut items: Vec<_> = lanes.flatten().collect();
    items.sort_by_key(|(turn, _)| *turn);
    let items = items.into_iter().map(|(_, item)| item);
    items.take(MAX_OF_BRAND).collect()
}

impl Cause {
    fn of<S: Rows>(rows: &S, campaign: &CampaignRef) -> Result<Self, S::Error> {
        let row = rows.get::<Campaign>(&Campaign::key(campaign))?;
        let room_minor = row.map_or(0, |row| {
            let cap = row.plan.budget_cap_minor.unwrap_or(i64::MAX);
            i128::from(cap) - row.budget.total()
        });
        let scope = Scope::Campaign(campaign.clone());
        let (start, end) = (Position::START, Position::new(u64::MAX));
        let last = index::positions_back(rows, &scope, start, end, 1)?;
        Ok(Self {
            room_minor,
            last: last.first().copied().unwrap_or_default(),
        })
    }
}

impl Stopped {
    /// Returns whether refused work should be tried again.
    fn is_over(&self, now_is: Cause, now: Timestamp) -> bool {
        let rested = now.nanos().saturating_sub(self.at.nanos());
        let rest = self.refused.saturating_mul(REST_NANOS);
        let has_more_room = now_is.room_minor > self.seen.room_minor;
        let has_changed = now_is.last != self.seen.last && rested >= rest;
        has_more_room || has_changed || rested >= rest.max(AGAIN_NANOS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rows::{MemoryRows, RowsMut};
    use crate::domain::{CampaignId, OrderKey, OrderSource, Reference};

    const MANY: usize = 3 * MAX_OF_BRAND;

    fn campaign(brand: &str) -> CampaignRef {
        CampaignRef {
            brand: BrandId::parse(brand).unwrap(),
            campaign: CampaignId::parse("launch").unwrap(),
        }
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_nanos(seconds * 1_000_000_000)
    }

    fn put(rows: &mut MemoryRows, brand: &str, order: usize) {
        let order = OrderKey {
            source: OrderSource::parse("shop").unwrap(),
            id: Reference::parse(&format!("{order:06}")).unwrap(),
        };
        let campaign = campaign(brand);
        let due = Due::Lock { campaign, order };
        rows.put(due.key(at(1)), due);
    }

    fn many(brand: &str) -> MemoryRows {
        let mut rows = MemoryRows::new();
        (0..MANY).for_each(|order| put(&mut rows, brand, order));
        rows
    }

    fn refuse_all(lanes: &mut Lanes, round: Round, now: Timestamp) -> usize {
        let items: Vec<_> = round
            .brands
            .into_iter()
            .flat_map(|(_, items)| items)
            .collect();
        let refused = items.len();
        items.into_iter().for_each(|item| lanes.refused(item, now));
        refused
    }

    #[test]
    fn one_brand_with_much_to_do_leaves_room_for_another() {
        let mut rows = many("kopi");
        put(&mut rows, "teh", 0);
        let Ok(round) = Lanes::default().round(&rows, at(1));
        let counts: Vec<_> = round.brands.iter().map(|(_, items)| items.len()).collect();
        assert_eq!(counts, [MAX_OF_BRAND, 1]);
        assert!(round.more);
    }

    #[test]
    fn nothing_is_done_before_its_time() {
        let rows = many("kopi");
        let Ok(round) = Lanes::default().round(&rows, at(0));
        assert!(round.brands.iter().all(|(_, items)| items.is_empty()));
    }

    #[test]
    fn what_is_refused_is_passed_over_until_something_happens_in_its_campaign() {
        let (mut rows, mut lanes) = (many("kopi"), Lanes::default());
        let mut tried = 0;
        loop {
            let Ok(round) = lanes.round(&rows, at(2));
            match refuse_all(&mut lanes, round, at(2)) {
                0 => break,
                some => tried += some,
            }
        }
        assert_eq!(tried, MANY);
        // Later work does not wait for refused work before it.
        put(&mut rows, "kopi", MANY);
        let Ok(round) = lanes.round(&rows, at(2));
        assert_eq!(refuse_all(&mut lanes, round, at(2)), 1);
        // Something changed that may have been the cause: all are tried again, after a pause.
        let scope = Scope::Campaign(campaign("kopi"));
        let Ok(()) = index::file(&mut rows, &scope, &[Position::new(7)]);
        let Ok(round) = lanes.round(&rows, at(2));
        assert_eq!(refuse_all(&mut lanes, round, at(2)), 0);
        let Ok(round) = lanes.round(&rows, at(4));
        assert_eq!(refuse_all(&mut lanes, round, at(4)), MAX_OF_BRAND);
    }

    #[test]
    fn all_are_tried_again_in_the_end() {
        let (rows, mut lanes) = (many("kopi"), Lanes::default());
        let Ok(round) = lanes.round(&rows, at(2));
        refuse_all(&mut lanes, round, at(2));
        let Ok(round) = lanes.round(&rows, at(63));
        let first = round.brands[0].1.first().unwrap();
        assert!(matches!(&first.due, Due::Lock { order, .. } if order.id.as_str() == "000000"));
    }
}
