//! Events of posts, and how they are folded.

use serde::{Deserialize, Serialize};

use super::{Fold, Folded};
use crate::domain::rows::RowsMut;
use crate::domain::state::{
    Collaboration, CreditedPost, DisclosureCheck, Pair, PlatformPost, PostCredit, PostUrl,
    Publication, Removal, Told,
};
use crate::domain::words;
use crate::domain::{
    CollaborationRef, CreatorId, DeliverableId, DeliverableState, DisclosureTerms, Effect, Matched,
    PersonalText, Position, PublicationId, PublicationRef, Share, Timestamp, Venue, WHOLE_BP,
};

/// Events of a post.
#[derive(Clone, PartialEq, Debug)]
#[expect(
    missing_docs,
    reason = "the message of the same name in event/v1 documents each field"
)]
pub enum PublicationEvent {
    PublicationRecorded(PublicationRecorded),
    PublicationCorrected(PublicationCorrected),
    PublicationVerified {
        deliverable: DeliverableId,
        publication: PublicationId,
    },
    PostRemoved(PostRemoved),
    PostRestored {
        publication: PublicationId,
        deliverable: DeliverableId,
        restored_at: Timestamp,
    },
    DisclosureChecked(DisclosureChecked),
}

impl PublicationEvent {
    /// Returns when a post went live, was taken down, was restored or was checked.
    pub fn happened_at(&self) -> Option<Timestamp> {
        match self {
            Self::PublicationRecorded(post) => Some(post.published_at),
            Self::PublicationCorrected(event) => {
                let now = event.now.as_ref();
                Some(now.map_or(event.moved_from, |now| now.published_at))
            }
            Self::PostRemoved(removal) => Some(removal.removed_at),
            Self::PostRestored { restored_at, .. } => Some(*restored_at),
            Self::DisclosureChecked(check) => Some(check.found.checked_at),
            Self::PublicationVerified { .. } => None,
        }
    }
}

/// A post went live.
#[derive(Clone, PartialEq, Debug)]
pub struct PublicationRecorded {
    /// The deliverable.
    pub deliverable: DeliverableId,
    /// The publication.
    pub publication: PublicationId,
    /// Where.
    pub platform: Venue,
    /// Address of the post; personal.
    pub url: Matched,
    /// Id of the post on the platform.
    pub post_id: Matched,
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
    /// Breach: not disclosed where the campaign or the terms demand it.
    pub undisclosed: bool,
    /// Breach: the brand had waived the deliverable.
    pub waived: bool,
}

/// A post was recorded wrongly, and stands as this now. Its deliverable and its shares stay.
#[derive(Clone, PartialEq, Debug)]
pub struct PublicationCorrected {
    /// The deliverable.
    pub deliverable: DeliverableId,
    /// The publication.
    pub publication: PublicationId,
    /// The recording, or its latest correction.
    pub replaces: Position,
    /// When it was said to have gone live before.
    pub moved_from: Timestamp,
    /// All of it as it is right; `None` only in a past before the right time, where it was not live.
    pub now: Option<PublicationRecorded>,
    /// Why.
    pub reason: PersonalText,
}

/// A post was taken down; its numbers stay.
#[derive(Clone, PartialEq, Debug)]
pub struct PostRemoved {
    /// The publication.
    pub publication: PublicationId,
    /// Its deliverable.
    pub deliverable: DeliverableId,
    /// When.
    pub removed_at: Timestamp,
    /// Who took it down; `None` when not known.
    pub by: Option<RemovedBy>,
    /// Why.
    pub reason: PersonalText,
    /// Whole seconds it was live, all times taken together.
    pub live_seconds: u64,
    /// Seconds the terms in force at publication demand.
    pub required_seconds: u64,
    /// Breach: live for less than demanded.
    pub early: bool,
}

words! {
    /// Who took a post down.
    pub enum RemovedBy: "campaign.ledger.type.v1.RemovedBy" {
        /// The creator.
        Creator = 1 => "CREATOR",
        /// The platform.
        Platform = 2 => "PLATFORM",
        /// The brand had it taken down.
        Brand = 3 => "BRAND",
    }
}

/// The brand looked how a post discloses the cooperation.
#[derive(Clone, PartialEq, Debug)]
pub struct DisclosureChecked {
    /// The publication.
    pub publication: PublicationId,
    /// Its deliverable.
    pub deliverable: DeliverableId,
    /// What was found.
    pub found: DisclosureFound,
    /// Whether the campaign or the terms demand disclosure.
    pub required: bool,
    /// What the terms say about it.
    pub terms: Option<DisclosureTerms>,
}

/// How a post was found to disclose the cooperation.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DisclosureFound {
    /// When the post was looked at.
    pub checked_at: Timestamp,
    /// The label found, if any; personal.
    pub label: Option<PersonalText>,
    /// Whether the post discloses as it must.
    pub sufficient: bool,
    /// Where the proof lies; personal.
    pub evidence: PersonalText,
}

impl<S: RowsMut> Fold<'_, S> {
    pub(super) fn publication_event(&mut self, event: &PublicationEvent) -> Folded<(), S> {
        match event {
            PublicationEvent::PublicationRecorded(published) => self.published(published),
            PublicationEvent::PublicationCorrected(event) => self.publication_corrected(event),
            PublicationEvent::PublicationVerified {
                deliverable,
                publication,
            } => self.verified(deliverable, publication),
            PublicationEvent::PostRemoved(removed) => self.removed(removed),
            PublicationEvent::PostRestored {
                publication,
                deliverable,
                restored_at,
            } => self.restored(publication, deliverable, *restored_at),
            PublicationEvent::DisclosureChecked(checked) => self.disclosure_checked(checked),
        }
    }

    pub(super) fn published(&mut self, published: &PublicationRecorded) -> Folded<(), S> {
        let place = self.collaboration_ref()?;
        let from = self.deliverable(&published.deliverable)?.state;
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
        let post = self.put_publication(&place, published, credits, from);
        self.add_to_both(post.told.delivered(1));
        self.count_post(&place, &creator, &post)
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
        from: DeliverableState,
    ) -> Publication {
        let post = PlatformPost {
            campaign: place.campaign.clone(),
            collaboration: place.collaboration.clone(),
            publication: published.publication.clone(),
        };
        let key = PlatformPost::key(&place.brand, published.post_id.digest);
        self.rows.put(key, post);
        let name = PublicationRef {
            collaboration: place.clone(),
            publication: published.publication.clone(),
        };
        let key = PostUrl::key(published.url.digest, &name);
        self.rows.put(key, PostUrl { post: name });
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
            platform: published.platform.clone(),
            url: published.url.clone(),
            post_id: published.post_id.clone(),
            published_at: published.published_at,
            followers: published.followers,
            disclosed: published.disclosed,
            incentivised: published.incentivised,
            verified: false,
            credits,
            undisclosed: published.undisclosed,
            found_undisclosed: false,
            told: Told {
                position: self.record.position,
                publication: published.publication.clone(),
                from,
                seconds_late: published.seconds_late,
                seconds_late_original: published.seconds_late_original,
                unapproved: published.unapproved,
                undisclosed: published.undisclosed,
                waived: published.waived,
            },
            check: None,
            live_since: published.published_at,
            live_seconds: 0,
            removals: 0,
            removal: None,
            series: Default::default(),
            updated: self.record.position,
        };
        self.rows.put(key, publication.clone());
        publication
    }

    /// Counts the post, and its creator among those who were given a product and posted.
    fn count_post(
        &mut self,
        place: &CollaborationRef,
        creator: &CreatorId,
        post: &Publication,
    ) -> Folded<(), S> {
        let timing = self.campaign()?.plan.timing(post.published_at);
        self.note_timing(timing)?;
        self.count_posted(post, timing, 1);
        let key = Pair::key(&place.campaign_ref(), creator);
        let pair: &mut Pair = self.rows.upsert(&key)?;
        let first = !std::mem::replace(&mut pair.posted, true);
        if first && pair.gifted {
            self.add_to_both(Effect::GiftedPosted);
        }
        Ok(())
    }

    fn verified(&mut self, id: &DeliverableId, publication: &PublicationId) -> Folded<(), S> {
        self.step(id, DeliverableState::Verified, |deliverable| {
            deliverable.was_verified = true;
        })?;
        self.publication(publication)?.verified = true;
        self.add_to_both(Effect::Verified);
        Ok(())
    }

    fn removed(&mut self, event: &PostRemoved) -> Folded<(), S> {
        self.step(&event.deliverable, DeliverableState::Removed, |_| ())?;
        let removed = self.occurrence(event.removed_at);
        let publication = self.publication(&event.publication)?;
        publication.live_seconds = event.live_seconds;
        publication.removals += 1;
        publication.removal = Some(Box::new(Removal {
            removed,
            restored: None,
            early: event.early,
        }));
        self.add_to_both(Effect::PostRemoved { early: event.early });
        Ok(())
    }

    /// Makes a post live again. Its deliverable returns to the state it had before.
    fn restored(
        &mut self,
        publication: &PublicationId,
        deliverable: &DeliverableId,
        at: Timestamp,
    ) -> Folded<(), S> {
        let before = match self.deliverable(deliverable)?.was_verified {
            true => DeliverableState::Verified,
            false => DeliverableState::Published,
        };
        self.step(deliverable, before, |_| ())?;
        let restored = self.occurrence(at);
        let publication = self.publication(publication)?;
        publication.live_since = at;
        if let Some(removal) = &mut publication.removal {
            removal.restored = Some(restored);
        }
        self.add_to_both(Effect::PostRestored);
        Ok(())
    }

    fn disclosure_checked(&mut self, checked: &DisclosureChecked) -> Folded<(), S> {
        let (by, position) = (self.record.actor.clone(), self.record.position);
        let undisclosed = checked.required && !checked.found.sufficient;
        let publication = self.publication(&checked.publication)?;
        let latest = publication
            .check
            .as_deref()
            .map(|check| check.found.checked_at);
        if latest.is_none_or(|latest| checked.found.checked_at >= latest) {
            publication.check = Some(Box::new(DisclosureCheck {
                found: checked.found.clone(),
                required: checked.required,
                terms: checked.terms.clone(),
                by,
                position,
            }));
            publication.undisclosed = undisclosed;
        }
        let first = undisclosed && !publication.was_undisclosed();
        publication.found_undisclosed |= undisclosed;
        if first {
            self.add_to_both(Effect::FoundUndisclosed { posts: 1 });
        }
        Ok(())
    }

    /// Opens a publication of the collaboration of the event and marks it as changed.
    fn publication(&mut self, id: &PublicationId) -> Folded<&mut Publication, S> {
        let key = Publication::key(&PublicationRef {
            collaboration: self.collaboration_ref()?,
            publication: id.clone(),
        });
        let position = self.record.position;
        let publication: &mut Publication = self.row(&key, "publication")?;
        publication.updated = position;
        Ok(publication)
    }
}
