//! Events of posts, and how they are folded.

use super::{Fold, Folded};
use crate::domain::rows::Rows;
use crate::domain::state::{
    Collaboration, CreditedPost, Pair, PlatformPost, PostCredit, Publication,
};
use crate::domain::{
    CollaborationRef, CreatorId, DeliverableId, DeliverableState, Effect, Platform, PublicationId,
    PublicationRef, Share, Timestamp, WHOLE_BP,
};

/// What happened to a post.
#[derive(Clone, PartialEq, Debug)]
#[expect(
    missing_docs,
    reason = "the message of the same name in event/v1 documents each field"
)]
pub enum PublicationEvent {
    PublicationRecorded(PublicationRecorded),
    PublicationVerified {
        deliverable: DeliverableId,
        publication: PublicationId,
    },
}

/// A post went live.
#[derive(Clone, PartialEq, Debug)]
pub struct PublicationRecorded {
    /// The deliverable.
    pub deliverable: DeliverableId,
    /// The publication.
    pub publication: PublicationId,
    /// Where.
    pub platform: Platform,
    /// Address of the post; personal.
    pub url: String,
    /// Id of the post on the platform.
    pub post_id: String,
    /// When it went live.
    pub published_at: Timestamp,
    /// Followers at publication.
    pub followers: Option<u64>,
    /// Whether the cooperation is disclosed.
    pub disclosed: bool,
    /// Giveaway: left out of engagement-rate baselines.
    pub incentivised: bool,
    /// Shares of a JOINT post; empty when the post is the collaboration's alone.
    pub shares: Vec<Share>,
    /// Against the due time in force.
    pub seconds_late: u64,
    /// Against the first due time.
    pub seconds_late_original: u64,
    /// Breach: published without approval.
    pub unapproved: bool,
    /// Breach: not disclosed where the campaign demands it.
    pub undisclosed: bool,
}

impl<S: Rows> Fold<'_, S> {
    pub(super) fn publication_event(&mut self, event: &PublicationEvent) -> Folded<(), S> {
        match event {
            PublicationEvent::PublicationRecorded(published) => self.published(published),
            PublicationEvent::PublicationVerified {
                deliverable,
                publication,
            } => self.verified(deliverable, publication),
        }
    }

    fn published(&mut self, published: &PublicationRecorded) -> Folded<(), S> {
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

    fn verified(&mut self, id: &DeliverableId, publication: &PublicationId) -> Folded<(), S> {
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
}
