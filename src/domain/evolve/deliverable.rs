//! Folds events of deliverables: from the first submission to the verified post.

use super::{Fold, Folded};
use crate::domain::rows::Rows;
use crate::domain::state::{
    Collaboration, CreditedPost, Deliverable, Pair, PlatformPost, PostCredit, Publication,
    Submission,
};
use crate::domain::{
    CollaborationRef, ContentRef, CreatorId, DeliverableId, DeliverableState, Effect,
    PublicationId, PublicationRecorded, PublicationRef, Timestamp, WHOLE_BP,
};

impl<S: Rows> Fold<'_, S> {
    pub(super) fn submitted(
        &mut self,
        id: &DeliverableId,
        content: &ContentRef,
        seconds_late: u64,
    ) -> Folded<(), S> {
        self.activate()?;
        let submission = Submission {
            content: content.clone(),
            submitted_at: self.record.happened_at(),
            seconds_late,
        };
        self.step(id, DeliverableState::Submitted, |deliverable| {
            deliverable.submissions.push(submission);
        })?;
        let first = self.deliverable(id)?.submissions.len() == 1;
        self.add_to_both(Effect::Submitted { first });
        Ok(())
    }

    pub(super) fn revision_requested(&mut self, id: &DeliverableId) -> Folded<(), S> {
        self.step(id, DeliverableState::RevisionRequested, |deliverable| {
            deliverable.revisions += 1;
        })?;
        self.add_to_both(Effect::RevisionRequested);
        Ok(())
    }

    pub(super) fn approved(&mut self, id: &DeliverableId, rating: Option<u8>) -> Folded<(), S> {
        self.step(id, DeliverableState::Approved, |deliverable| {
            deliverable.was_approved = true;
            deliverable.rating = rating;
        })?;
        if let Some(rating) = rating {
            self.add_to_both(Effect::Rated { rating });
        }
        Ok(())
    }

    pub(super) fn rejected(&mut self, id: &DeliverableId) -> Folded<(), S> {
        self.give_up(id, DeliverableState::Rejected)
    }

    pub(super) fn waived(&mut self, id: &DeliverableId) -> Folded<(), S> {
        self.give_up(id, DeliverableState::Waived)
    }

    fn give_up(&mut self, id: &DeliverableId, to: DeliverableState) -> Folded<(), S> {
        let (was_open, due_at) = self.due(id)?;
        self.step(id, to, |_| ())?;
        if was_open {
            self.add_to_both(Effect::DueClosed { due_at });
        }
        Ok(())
    }

    fn due(&mut self, id: &DeliverableId) -> Folded<(bool, Timestamp), S> {
        let deliverable = self.deliverable(id)?;
        Ok((deliverable.state.is_open(), deliverable.due_at))
    }

    pub(super) fn rescheduled(&mut self, id: &DeliverableId, due_at: Timestamp) -> Folded<(), S> {
        let (was_open, previous) = self.due(id)?;
        self.deliverable(id)?.due_at = due_at;
        if was_open {
            self.add_to_both(Effect::DueClosed { due_at: previous });
            self.add_to_both(Effect::DueOpened { due_at });
        }
        Ok(())
    }

    pub(super) fn published(&mut self, published: &PublicationRecorded) -> Folded<(), S> {
        let place = self.collaboration_ref()?;
        let (was_open, due_at) = self.due(&published.deliverable)?;
        let publication_id = published.publication.clone();
        let creator = self.activate()?;
        self.step(
            &published.deliverable,
            DeliverableState::Published,
            |planned| {
                planned.publication = Some(publication_id);
            },
        )?;
        if was_open {
            self.add_to_both(Effect::DueClosed { due_at });
        }
        let credits = self.credits(&place, &creator, published)?;
        self.put_publication(&place, published, credits.clone());
        let effect = Effect::Published {
            seconds_late: published.seconds_late,
            seconds_late_original: published.seconds_late_original,
            unapproved: published.unapproved,
            undisclosed: published.undisclosed,
        };
        self.add_to_both(effect);
        self.count_post(&place, &creator, published, &credits)
    }

    fn credits(
        &self,
        place: &CollaborationRef,
        creator: &CreatorId,
        published: &PublicationRecorded,
    ) -> Folded<Vec<PostCredit>, S> {
        if published.shares.is_empty() {
            return Ok(vec![PostCredit {
                collaboration: place.collaboration.clone(),
                creator: creator.clone(),
                share_bp: WHOLE_BP,
            }]);
        }
        let mut credits = Vec::with_capacity(published.shares.len());
        for share in &published.shares {
            let other = CollaborationRef {
                collaboration: share.collaboration.clone(),
                ..place.clone()
            };
            let other: std::sync::Arc<Collaboration> =
                self.read(&Collaboration::key(&other), "collaboration")?;
            credits.push(PostCredit {
                collaboration: share.collaboration.clone(),
                creator: other.creator.clone(),
                share_bp: share.share_bp,
            });
        }
        Ok(credits)
    }

    fn put_publication(
        &mut self,
        place: &CollaborationRef,
        published: &PublicationRecorded,
        credits: Vec<PostCredit>,
    ) {
        let post = PlatformPost {
            campaign: place.campaign.clone(),
            collaboration: place.collaboration.clone(),
            publication: published.publication.clone(),
        };
        let key = PlatformPost::key(&place.brand, published.platform, &published.post_id);
        self.rows.put(key, post);
        for credit in &credits {
            let credited = CollaborationRef {
                collaboration: credit.collaboration.clone(),
                ..place.clone()
            };
            let entry = CreditedPost {
                owner: place.collaboration.clone(),
                publication: published.publication.clone(),
            };
            self.rows.put(entry.key(&credited), entry);
        }
        let key = Publication::key(&PublicationRef {
            collaboration: place.clone(),
            publication: published.publication.clone(),
        });
        let publication = Publication {
            deliverable: published.deliverable.clone(),
            platform: published.platform,
            url: published.url.clone(),
            post_id: published.post_id.clone(),
            published_at: published.published_at,
            followers: published.followers,
            disclosed: published.disclosed,
            incentivised: published.incentivised,
            verified: false,
            credits,
            series: Default::default(),
            updated: self.record.position,
        };
        self.rows.put(key, publication);
    }

    /// Counts the post once for the campaign and once for each collaboration credited.
    fn count_post(
        &mut self,
        place: &CollaborationRef,
        creator: &CreatorId,
        published: &PublicationRecorded,
        credits: &[PostCredit],
    ) -> Folded<(), S> {
        let timing = self.campaign()?.plan.timing(published.published_at);
        self.note_timing(timing);
        self.add_to_campaign(Effect::Posted { timing });
        for credit in credits {
            let posted = Effect::Posted { timing };
            self.add_to_collaboration(&credit.collaboration, posted);
        }
        let key = Pair::key(&place.campaign_ref(), creator);
        let pair: &mut Pair = self.rows.upsert(&key)?;
        let first = !std::mem::replace(&mut pair.posted, true);
        if first && pair.gifted {
            self.add_to_both(Effect::GiftedPosted);
        }
        Ok(())
    }

    pub(super) fn verified(
        &mut self,
        id: &DeliverableId,
        publication: &PublicationId,
    ) -> Folded<(), S> {
        self.step(id, DeliverableState::Verified, |_| ())?;
        let key = Publication::key(&PublicationRef {
            collaboration: self.collaboration_ref()?,
            publication: publication.clone(),
        });
        let position = self.record.position;
        let publication: &mut Publication = self.row(&key, "publication")?;
        publication.verified = true;
        publication.updated = position;
        Ok(())
    }

    /// Moves a deliverable to a state and changes it.
    fn step(
        &mut self,
        id: &DeliverableId,
        to: DeliverableState,
        change: impl FnOnce(&mut Deliverable),
    ) -> Folded<(), S> {
        let deliverable = self.deliverable(id)?;
        let from = Some(std::mem::replace(&mut deliverable.state, to));
        change(deliverable);
        self.add_to_both(Effect::Deliverable { from, to });
        Ok(())
    }

    fn deliverable(&mut self, id: &DeliverableId) -> Folded<&mut Deliverable, S> {
        let dangling = self.dangling("deliverable");
        self.collaboration()?.deliverable_mut(id).ok_or(dangling)
    }
}
