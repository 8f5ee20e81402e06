//! Observations: absolute values on an axis of time, corrected in place and voided.

use campaign_ledger::wire::proto::api::ErrorReason;
use campaign_ledger::wire::proto::values::Counters;

use super::{Judged, Observation, Post, World};

/// A post: its deal and the number of its deliverable.
pub type PostPlace = ((u8, u8), usize);

impl World {
    pub fn post(&mut self, (place, number): PostPlace) -> &mut Post {
        let work = &mut self.deal(place).deliverables[number];
        work.post.as_mut().unwrap()
    }

    /// Returns the observation that was recorded within a span of positions, even if it has been
    /// corrected or voided since.
    pub fn recorded(
        &mut self,
        place: PostPlace,
        observed_at: i64,
        source: u8,
        counters: &Counters,
        (first, last): (u64, u64),
    ) -> Option<u64> {
        let seen = self.post(place).observations.iter();
        let same = seen.filter(|seen| {
            (first..=last).contains(&seen.position)
                && (seen.observed_at, seen.source) == (observed_at, source)
                && (seen.counters == *counters || seen.first_said == *counters)
        });
        same.map(|seen| seen.position).min()
    }

    pub fn observe(
        &mut self,
        place: PostPlace,
        observed_at: i64,
        source: u8,
        counters: &Counters,
    ) -> Judged {
        let position = self.head + 1;
        let post = self.post(place);
        if observed_at < post.published_at {
            return Judged::Refused(vec![ErrorReason::InvalidField]);
        }
        let says_the_same = |seen: &&Observation| {
            !seen.voided
                && (seen.observed_at, seen.source) == (observed_at, source)
                && (seen.counters == *counters || seen.first_said == *counters)
        };
        let mut by_age: Vec<_> = post.observations.iter().filter(says_the_same).collect();
        by_age.sort_by_key(|seen| seen.position);
        if let Some(same) = by_age.first() {
            return Judged::Old(same.latest, same.latest);
        }
        post.observations.push(Observation {
            position,
            latest: position,
            observed_at,
            source,
            first_said: *counters,
            counters: *counters,
            voided: false,
        });
        self.happens(1)
    }

    /// Corrects or voids an observation. `named` is the position in the request.
    pub fn change(
        &mut self,
        place: PostPlace,
        index: usize,
        named: u64,
        to: Option<&Counters>,
    ) -> Judged {
        let position = self.head + 1;
        let seen = &mut self.post(place).observations[index];
        if seen.voided {
            return Judged::Refused(vec![ErrorReason::ObservationVoided]);
        }
        if seen.latest != named {
            return Judged::Refused(vec![ErrorReason::StaleObservation]);
        }
        seen.latest = position;
        match to {
            Some(counters) => seen.counters = *counters,
            None => seen.voided = true,
        }
        self.happens(1)
    }
}

impl Post {
    /// Returns, for each counter, the latest value observed until then; at equal times the better
    /// source wins, then the later recording. `None` when no observation counts.
    pub fn standing(&self, until: i64) -> Counters {
        let mut seen: Vec<_> = self.observations.iter().collect();
        seen.retain(|seen| !seen.voided && seen.observed_at <= until);
        // The best source first.
        seen.sort_by_key(|seen| (seen.observed_at, u8::MAX - seen.source, seen.position));
        let mut standing = Counters::default();
        for Observation { counters, .. } in seen {
            standing.likes = counters.likes.or(standing.likes);
            standing.comments = counters.comments.or(standing.comments);
            standing.shares = counters.shares.or(standing.shares);
            standing.saves = counters.saves.or(standing.saves);
            standing.views = counters.views.or(standing.views);
            standing.impressions = counters.impressions.or(standing.impressions);
            standing.reach = counters.reach.or(standing.reach);
            standing.clicks = counters.clicks.or(standing.clicks);
        }
        standing
    }
}
