//! How a corrected post is folded: in place, as if it had been right from the beginning.

use super::{Fold, Folded, PublicationCorrected, PublicationRecorded};
use crate::domain::rows::{Key, RowsMut};
use crate::domain::state::{Collaboration, CreditedPost, PlatformPost, PostUrl, Publication, Told};
use crate::domain::{CollaborationRef, Effect, FactTiming, PublicationRef, Span};

impl<S: RowsMut> Fold<'_, S> {
    pub(super) fn publication_corrected(&mut self, event: &PublicationCorrected) -> Folded<(), S> {
        let place = self.collaboration_ref()?;
        let key = Publication::key(&PublicationRef {
            collaboration: place.clone(),
            publication: event.publication.clone(),
        });
        let before = self.rows.get::<Publication>(&key)?;
        match (before, &event.now) {
            (Some(before), Some(now)) => self.corrected(&place, key, &before, now),
            // In a past in which only the right time has come, the post begins as it is corrected.
            (None, Some(now)) => self.published(now),
            // A past before the right time: the post was not live yet.
            (Some(before), None) => self.taken_out(&place, &key, &before, event),
            (None, None) => Ok(()),
        }
    }

    fn corrected(
        &mut self,
        place: &CollaborationRef,
        key: Key,
        before: &Publication,
        now: &PublicationRecorded,
    ) -> Folded<(), S> {
        let position = self.record.position;
        let mut after = Publication {
            platform: now.platform.clone(),
            url: now.url.clone(),
            post_id: now.post_id.clone(),
            published_at: now.published_at,
            followers: now.followers,
            disclosed: now.disclosed,
            undisclosed: match &before.check {
                Some(_) => before.undisclosed,
                None => now.undisclosed,
            },
            told: Told {
                position,
                undisclosed: now.undisclosed,
                seconds_late: now.seconds_late,
                seconds_late_original: now.seconds_late_original,
                ..before.told.clone()
            },
            updated: position,
            ..before.clone()
        };
        self.live_again(place, &mut after)?;
        self.move_post(place, before, &after);
        self.correct_delivery(before, &after);
        self.correct_time(before, &after)?;
        self.recount_series(before, &after)?;
        self.rows.put(key, after);
        Ok(())
    }

    /// Measures the first time that a post was live anew. A post that was taken down more than once
    /// keeps its time, so there is no other one.
    fn live_again(&self, place: &CollaborationRef, post: &mut Publication) -> Folded<(), S> {
        let Some(removal) = post.removal.as_deref_mut() else {
            post.live_since = post.published_at;
            return Ok(());
        };
        if post.removals > 1 {
            return Ok(());
        }
        let owner = self.read::<Collaboration>(&Collaboration::key(place), "collaboration")?;
        let terms = owner.terms_at(post.published_at);
        let required = Span::days(terms.map_or(0, |terms| terms.min_live_days));
        post.live_seconds = removal.removed.at.since(post.published_at).whole_seconds();
        removal.early = post.live_seconds < required.whole_seconds();
        if removal.restored.is_none() {
            post.live_since = post.published_at;
        }
        Ok(())
    }

    /// Moves the post to its right id: the old one is free again.
    fn move_post(&mut self, place: &CollaborationRef, before: &Publication, after: &Publication) {
        let name = PublicationRef {
            collaboration: place.clone(),
            publication: after.told.publication.clone(),
        };
        self.rows.remove(&PostUrl::key(before.url.digest, &name));
        let key = PostUrl::key(after.url.digest, &name);
        self.rows.put(key, PostUrl { post: name });
        let of = |post: &Publication| PlatformPost::key(&place.brand, post.post_id.digest);
        let (from, to) = (of(before), of(after));
        if from == to {
            return;
        }
        self.rows.remove(&from);
        let publication = after.told.publication.clone();
        let (campaign, collaboration) = (place.campaign.clone(), place.collaboration.clone());
        let post = PlatformPost {
            campaign,
            collaboration,
            publication,
        };
        self.rows.put(to, post);
    }

    fn correct_delivery(&mut self, before: &Publication, after: &Publication) {
        let (was, is) = (before.told.delivered(-1), after.told.delivered(1));
        if before.told.delivered(1) != is {
            self.add_to_both(was);
            self.add_to_both(is);
        }
        // What a check found counts where it was not told before.
        let posts =
            i64::from(after.is_found_undisclosed()) - i64::from(before.is_found_undisclosed());
        if posts != 0 {
            self.add_to_both(Effect::FoundUndisclosed { posts });
        }
        let early = |post: &Publication| post.removal.as_deref().is_some_and(|one| one.early);
        let posts = i64::from(early(after)) - i64::from(early(before));
        if posts != 0 {
            self.add_to_both(Effect::RemovedEarly { posts });
        }
    }

    fn correct_time(&mut self, before: &Publication, after: &Publication) -> Folded<(), S> {
        let plan = &self.campaign()?.plan;
        let [was, is] = [before, after].map(|post| plan.timing(post.published_at));
        if was == is {
            return self.note_extent(is);
        }
        self.count_posted(before, was, -1);
        self.count_posted(after, is, 1);
        self.forget_timing(was);
        self.note_timing(is)
    }

    /// Counts the post once for the campaign and once for each credited collaboration.
    pub(super) fn count_posted(&mut self, post: &Publication, timing: FactTiming, posts: i64) {
        let posted = Effect::Posted { timing, posts };
        self.add_to_campaign(posted.clone());
        for credit in &post.credits {
            self.add_to_collaboration(&credit.collaboration, posted.clone());
        }
    }

    /// Takes the post out, as if nobody had recorded it.
    fn taken_out(
        &mut self,
        place: &CollaborationRef,
        key: &Key,
        post: &Publication,
        event: &PublicationCorrected,
    ) -> Folded<(), S> {
        self.rows.remove(key);
        let id = PlatformPost::key(&place.brand, post.post_id.digest);
        self.rows.remove(&id);
        let name = PublicationRef {
            collaboration: place.clone(),
            publication: event.publication.clone(),
        };
        self.rows.remove(&PostUrl::key(post.url.digest, &name));
        for credit in &post.credits {
            let credited = CollaborationRef {
                collaboration: credit.collaboration.clone(),
                ..place.clone()
            };
            let entry = CreditedPost {
                owner: place.collaboration.clone(),
                publication: event.publication.clone(),
            };
            self.rows.remove(&entry.key(&credited));
        }
        let from = post.told.from;
        self.step(&post.deliverable, from, |planned| {
            planned.publication = None
        })?;
        if from.is_open() {
            let (_, due_at) = self.due(&post.deliverable)?;
            self.add_to_both(Effect::DueOpened { due_at });
        }
        self.add_to_both(post.told.delivered(-1));
        let timing = self.campaign()?.plan.timing(event.moved_from);
        self.count_posted(post, timing, -1);
        self.forget_timing(timing);
        Ok(())
    }
}
