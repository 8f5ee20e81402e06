//! Folds observations of engagement into series and heads.

use super::{Fold, Folded};
use crate::domain::rows::Rows;
use crate::domain::state::{Axis, Cutoff, Entry, Heads, OrderKey, Publication, Series};
use crate::domain::{
    Effect, EngagementSums, FactTiming, Observation, PublicationId, PublicationRef, Replaces, Seen,
};

impl<S: Rows> Fold<'_, S> {
    pub(super) fn engagement_recorded(
        &mut self,
        publication: &PublicationId,
        observation: &Observation,
        timing: FactTiming,
    ) -> Folded<(), S> {
        let place = self.publication_ref(publication)?;
        let position = self.record.position;
        let seen = &observation.seen;
        let axis = Axis::new(&place, seen.scope, seen.kind);
        let entry = Entry {
            key: OrderKey::new(seen, position),
            changes: Vec::new(),
            timing,
            counters: observation.counters,
            followers: observation.followers,
            voided: false,
        };
        let key = Publication::key(&place);
        let before = self.series_of(&place, seen)?;
        let mut after = before.clone();
        after.standing += 1;
        if timing != FactTiming::AfterMeasurement {
            after.counted.admit(&entry);
        }
        if timing == FactTiming::OnTime {
            after.on_time.admit(&entry);
        }
        after.tail = Some(axis.insert(self.rows, before.tail, entry)?);
        self.note_timing(timing);
        self.replace_series(&key, seen, &before, after)
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
                        entry.counters = observation.counters;
                        entry.followers = observation.followers;
                    }
                    None => entry.voided = true,
                }
            },
        )?;
        changed.ok_or_else(|| self.dangling("observation"))?;

        let before = self.series_of(&place, seen)?;
        let after = Series {
            tail: before.tail,
            standing: before.standing - u64::from(by.is_none()),
            on_time: axis.heads(self.rows, Cutoff::OnTime)?,
            counted: axis.heads(self.rows, Cutoff::Counted)?,
        };
        self.replace_series(&Publication::key(&place), seen, &before, after)
    }

    fn publication_ref(&self, publication: &PublicationId) -> Folded<PublicationRef, S> {
        Ok(PublicationRef {
            collaboration: self.collaboration_ref()?,
            publication: publication.clone(),
        })
    }

    fn series_of(&self, place: &PublicationRef, seen: &Seen) -> Folded<Series, S> {
        let publication = self.read::<Publication>(&Publication::key(place), "publication")?;
        let series = publication.series.get(&(seen.scope, seen.kind));
        Ok(series.cloned().unwrap_or_default())
    }

    fn replace_series(
        &mut self,
        key: &crate::domain::rows::Key,
        seen: &Seen,
        before: &Series,
        after: Series,
    ) -> Folded<(), S> {
        let position = self.record.position;
        let heads = [
            (true, before.on_time, after.on_time),
            (false, before.counted, after.counted),
        ];
        let publication: &mut Publication = self.row(key, "publication")?;
        publication.updated = position;
        publication.series.insert((seen.scope, seen.kind), after);
        let post = publication.clone();
        for (on_time, before, after) in heads {
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
        before: &Heads,
        after: &Heads,
    ) {
        let earlier = EngagementSums::of_post(post, &before.values());
        let change = EngagementSums::of_post(post, &after.values()).minus(&earlier);
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
