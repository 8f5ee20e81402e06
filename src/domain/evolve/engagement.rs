//! Folds observations of engagement into series and heads.

use super::{Fold, Folded};
use crate::domain::rows::{Key, Rows};
use crate::domain::state::{Axis, Cutoff, Entry, OrderKey, Publication, Series};
use crate::domain::{
    Counters, Effect, EngagementSums, FactTiming, Observation, PublicationId, PublicationRef,
    Replaces, Seen,
};

impl<S: Rows> Fold<'_, S> {
    pub(super) fn engagement_recorded(
        &mut self,
        publication: &PublicationId,
        observation: &Observation,
        timing: FactTiming,
    ) -> Folded<(), S> {
        let place = self.publication_ref(publication)?;
        let seen = &observation.seen;
        let entry = Entry {
            key: OrderKey::new(seen, self.record.position),
            changes: Vec::new(),
            timing,
            counters: observation.counters,
            followers: observation.followers,
            recorded: None,
            voided: false,
        };
        let axis = Axis::new(&place, seen.scope, seen.kind);
        let key = Publication::key(&place);
        let tail = self.series(&key, seen)?.tail;
        let heads_take = entry.clone();
        let tail = axis.insert(self.rows, tail, entry)?;
        self.note_timing(timing);
        self.change_series(&key, seen, |series| {
            series.tail = Some(tail);
            series.standing += 1;
            if timing != FactTiming::AfterMeasurement {
                series.counted.admit(&heads_take);
            }
            if timing == FactTiming::OnTime {
                series.on_time.admit(&heads_take);
            }
        })
    }

    /// Replaces an observation in place, or takes it out when nothing replaces it.
    pub(super) fn engagement_changed(
        &mut self,
        publication: &PublicationId,
        seen: &Seen,
        replaces: &Replaces,
        by: Option<&Observation>,
    ) -> Folded<(), S> {
        let place = self.publication_ref(publication)?;
        let position = self.record.position;
        let axis = Axis::new(&place, seen.scope, seen.kind);
        let changed = axis.change(
            self.rows,
            OrderKey::new(seen, replaces.observation),
            |entry| {
                entry.changes.push(position);
                match by {
                    Some(observation) => {
                        entry.correct(observation.counters, observation.followers);
                    }
                    None => entry.voided = true,
                }
            },
        )?;
        changed.ok_or_else(|| self.dangling("observation"))?;

        let on_time = axis.heads(self.rows, Cutoff::OnTime)?;
        let counted = axis.heads(self.rows, Cutoff::Counted)?;
        self.change_series(&Publication::key(&place), seen, |series| {
            series.standing -= u64::from(by.is_none());
            series.on_time = on_time;
            series.counted = counted;
        })
    }

    fn publication_ref(&self, publication: &PublicationId) -> Folded<PublicationRef, S> {
        Ok(PublicationRef {
            collaboration: self.collaboration_ref()?,
            publication: publication.clone(),
        })
    }

    fn series(&mut self, key: &Key, seen: &Seen) -> Folded<&mut Series, S> {
        let position = self.record.position;
        let publication: &mut Publication = self.row(key, "publication")?;
        publication.updated = position;
        let series = publication.series.entry((seen.scope, seen.kind));
        Ok(series.or_default())
    }

    /// Changes a series, and adds what that makes of the post to totals.
    fn change_series(
        &mut self,
        key: &Key,
        seen: &Seen,
        change: impl FnOnce(&mut Series),
    ) -> Folded<(), S> {
        if self.contributions.is_none() {
            change(self.series(key, seen)?);
            return Ok(());
        }
        let series = self.series(key, seen)?;
        let before = [series.on_time.values(), series.counted.values()];
        change(series);
        let after = [series.on_time.values(), series.counted.values()];
        let post = self.read::<Publication>(key, "publication")?;
        for ((on_time, before), after) in [true, false].into_iter().zip(before).zip(after) {
            if before != after {
                self.contribute(&post, seen, on_time, &before, &after);
            }
        }
        Ok(())
    }

    fn contribute(
        &mut self,
        post: &Publication,
        seen: &Seen,
        on_time: bool,
        before: &Counters,
        after: &Counters,
    ) {
        let earlier = EngagementSums::of_post(post, before);
        let change = EngagementSums::of_post(post, after).minus(&earlier);
        let effect = |change| Effect::Engagement {
            scope: seen.scope,
            kind: seen.kind,
            on_time,
            change: Box::new(change),
        };
        for credit in &post.credits {
            let part = effect(change.share(credit.share_bp));
            self.add_to_collaboration(&credit.collaboration, &credit.creator, part);
        }
        self.add_to_campaign(effect(change));
    }
}
