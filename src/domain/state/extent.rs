//! Which times of a campaign's window recorded facts depend on.
//!
//! Each fact keeps the timing that it got when it was recorded. A change of the window must
//! therefore not move a recorded fact from one side of an end to the other.

use serde::{Deserialize, Serialize};

use crate::domain::{CampaignPlan, FactTiming, Timestamp};

/// The outermost facts on each side of the ends of a campaign. `None` means no fact there.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Extent {
    /// The last fact up to the end, of those recorded in the draft.
    pub last_on_time: Option<Timestamp>,
    /// The first fact after the end that counts.
    pub first_late: Option<Timestamp>,
    /// The last fact after the end that counts, of those recorded in the draft.
    pub last_late: Option<Timestamp>,
    /// The first fact after the end of measurement.
    pub first_after: Option<Timestamp>,
}

impl Extent {
    /// Adds a fact, with the timing that it has and the one of its own time. The two differ for a fact
    /// that follows another one: a refund its order, a payment its line. The last ones matter in a
    /// draft only: once it is open, both ends only move later.
    pub fn note(&mut self, at: Timestamp, (timing, own): (FactTiming, FactTiming), in_draft: bool) {
        if own < timing {
            return; // It is where the fact is that it follows, which is noted itself.
        }
        let first = |before: Option<Timestamp>| Some(before.map_or(at, |before| before.min(at)));
        let last = |before: Option<Timestamp>| match in_draft {
            true => before.max(Some(at)),
            false => before,
        };
        match timing {
            FactTiming::OnTime => self.last_on_time = last(self.last_on_time),
            FactTiming::Late => {
                self.first_late = first(self.first_late);
                if own == timing {
                    self.last_late = last(self.last_late);
                }
            }
            FactTiming::AfterMeasurement => self.first_after = first(self.first_after),
        }
    }

    /// Returns a recorded fact that the window of a plan would move, and its timing now.
    pub fn moved_by(&self, plan: &CampaignPlan) -> Option<(Timestamp, FactTiming)> {
        use FactTiming::{AfterMeasurement, Late, OnTime};
        // A late fact that follows one on time stays late after the end of measurement, too.
        if let Some(at) = self.first_late.filter(|at| plan.timing(*at) == OnTime) {
            return Some((at, Late));
        }
        let outermost = [
            (self.last_on_time, OnTime),
            (self.last_late, Late),
            (self.first_after, AfterMeasurement),
        ];
        outermost.into_iter().find_map(|(at, timing)| {
            let at = at?;
            (plan.timing(at) != timing).then_some((at, timing))
        })
    }
}
