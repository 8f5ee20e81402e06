//! What a command reads and changes does not grow with the history of its subject.

use std::cell::Cell;
use std::convert::Infallible;
use std::ops::ControlFlow;
use std::sync::Arc;

use campaign_ledger::domain::rows::{Key, MemoryRows, Row, Rows, RowsMut, Scan};
use campaign_ledger::domain::state::Publication;
use campaign_ledger::domain::*;

use super::engagement::{likes, observe};
use super::stories::*;
use crate::support::requests::*;

/// Rows that count in how many chunks of observations a command looks.
struct Counting {
    rows: MemoryRows,
    chunks: Cell<usize>,
}

impl Rows for Counting {
    type Error = Infallible;

    fn get<R: Row>(&self, key: &Key) -> Result<Option<Arc<R>>, Infallible> {
        self.count::<R>();
        self.rows.get(key)
    }

    fn scan<R: Row>(
        &self,
        scan: Scan<'_>,
        visit: &mut dyn FnMut(&Key, &Arc<R>) -> ControlFlow<()>,
    ) -> Result<(), Infallible> {
        self.rows.scan::<R>(scan, &mut |key, row| {
            self.count::<R>();
            visit(key, row)
        })
    }
}

impl RowsMut for Counting {
    fn get_mut<R: Row>(&mut self, key: &Key) -> Result<Option<&mut R>, Infallible> {
        self.count::<R>();
        self.rows.get_mut(key)
    }

    fn put<R: Row>(&mut self, key: Key, row: R) {
        self.rows.put(key, row);
    }

    fn remove(&mut self, key: &Key) {
        self.rows.remove(key);
    }
}

impl Counting {
    fn count<R: Row>(&self) {
        if R::TABLE == state::table::SERIES_CHUNK {
            self.chunks.set(self.chunks.get() + 1);
        }
    }
}

#[test]
fn a_correction_looks_at_few_of_many_observations() {
    const OBSERVATIONS: i64 = 2_000;
    let mut history = published_as(plan(), terms()).at(day(30));
    for number in 0..OBSERVATIONS {
        let at = seconds_after(day(16), number * 60);
        history = history.given(observe(at, likes(number as u64)));
    }
    let correct = |observation| EngagementVerb::Correct {
        observation,
        counters: likes(7),
        followers: None,
        reason: "miscounted".into(),
    };
    let void = |observation| EngagementVerb::Void {
        observation,
        reason: "not ours".into(),
    };
    let latest = history.head();
    for verb in [correct(latest), void(latest)] {
        let request = engagement(post("ayu-1", "post-1"), verb);
        let mut record = history.ledger.records.last().unwrap().clone();
        let Ok(Decision::Happens(facts)) = history.ledger.decide(&request, day(30)) else {
            panic!("{request:?}");
        };
        record.position = latest.next();
        record.event = facts[0].event.clone();
        let mut rows = Counting {
            rows: history.ledger.rows.clone(),
            chunks: Cell::default(),
        };
        let decided = decide(&rows, &request, day(30));
        assert!(matches!(decided, Ok(Decision::Happens(_))));
        evolve_rows(&mut rows, &record).unwrap();
        let looked_at = rows.chunks.get();
        assert!(
            looked_at < 10,
            "{looked_at} of {} chunks",
            OBSERVATIONS / 64
        );
        let key = Publication::key(&post("ayu-1", "post-1"));
        assert!(rows.rows.get::<Publication>(&key).unwrap().is_some());
    }
}
