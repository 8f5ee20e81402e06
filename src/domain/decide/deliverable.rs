//! Rules of deliverables: submit, review, publish, verify.

use std::sync::Arc;

use super::dispute::ensure_undisputed;
use super::publication_correction::{agreed_disclosure, lateness};
use super::{Case, Decided, Decision, ensure, happens, of_collaboration, refuse};
use crate::domain::limits::MAX_CONTENT_BYTES;
use crate::domain::rows::Rows;
use crate::domain::state::{Collaboration, Creator, Deliverable, PlatformPost, Publication};
use crate::domain::{
    ActorKind, CollaborationRef, ContentEvent, ContentFormat, ContentRef, CreatorRef,
    DEFAULT_MAX_REVISIONS, DeliverableId, DeliverableState, DisputeSubject, Event, Matched,
    NAMED_VENUE_RULE, PersonalText, PlatformName, PublicationEvent, PublicationId,
    PublicationRecorded, PublicationRef, Refusal, SettlementTrigger, Share, Span, Timestamp,
    Unknown, Venue,
};

/// Commands about a deliverable.
#[derive(Clone, PartialEq, Debug)]
#[expect(
    missing_docs,
    reason = "the request message of the same name in v1 documents each field"
)]
pub enum DeliverableVerb {
    Submit {
        content: ContentRef,
    },
    RequestRevision {
        version: u32,
        reasons: Vec<PersonalText>,
    },
    Approve {
        version: u32,
        rating: Option<u8>,
    },
    Reject {
        version: u32,
        reason: PersonalText,
    },
    Publish(Publish),
    Verify,
    Reschedule {
        due_at: Timestamp,
        reason: PersonalText,
    },
    Waive {
        reason: PersonalText,
    },
}

/// A post that went live, as reported by the caller.
#[derive(Clone, PartialEq, Debug)]
pub struct Publish {
    /// The publication.
    pub publication: PublicationId,
    /// Address of the post; personal.
    pub url: Matched,
    /// Id of the post on the platform.
    pub post_id: Matched,
    /// When it went live.
    pub published_at: Timestamp,
    /// Followers at publication; `None` takes the profile's count for the platform.
    pub followers: Option<u64>,
    /// Whether the cooperation is disclosed.
    pub disclosed: bool,
    /// Shares of a JOINT post, adding to 10,000; empty otherwise.
    pub shares: Vec<Share>,
    /// Name of an `OTHER` platform; `None` takes the promised one, or the host of the address.
    pub platform_name: Option<PlatformName>,
}

/// The rows that a command about a deliverable is decided on.
struct Work<'a> {
    place: &'a CollaborationRef,
    collaboration: Arc<Collaboration>,
    deliverable: Deliverable,
}

impl Work<'_> {
    fn happens<E>(&self, event: Event) -> Result<Decision, super::Halt<E>> {
        happens(of_collaboration(
            self.place,
            &self.collaboration.creator,
            event,
        ))
    }

    fn id(&self) -> DeliverableId {
        self.deliverable.terms.id.clone()
    }
}

impl<S: Rows> Case<'_, S> {
    pub(super) fn deliverable_verb(
        &self,
        place: &CollaborationRef,
        id: &DeliverableId,
        verb: &DeliverableVerb,
    ) -> Decided<Decision, S> {
        let work = self.work(place, id)?;
        if is_frozen_by_disputes(verb) {
            let subject = DisputeSubject::Deliverable(id.clone());
            ensure_undisputed::<S>(&work.collaboration, &subject)?;
        }
        match verb {
            DeliverableVerb::Submit { content } => self.submit(&work, content),
            DeliverableVerb::RequestRevision { version, reasons } => {
                self.request_revision(&work, *version, reasons)
            }
            DeliverableVerb::Approve { version, rating } => {
                self.brand_or_system()?;
                review::<S>(&work, *version)?;
                self.ensure_review_over(&work)?;
                self.ensure_not_held(&work.collaboration, Some(id))?;
                let (deliverable, version) = (work.id(), *version);
                let event = Event::Content(ContentEvent::ContentApproved {
                    deliverable,
                    version,
                    rating: *rating,
                });
                self.makes_owed(&work, event, SettlementTrigger::Approval)
            }
            DeliverableVerb::Reject { version, reason } => {
                self.only(ActorKind::Brand)?;
                review::<S>(&work, *version)?;
                let (deliverable, version, reason) = (work.id(), *version, reason.clone());
                work.happens(Event::Content(ContentEvent::ContentRejected {
                    deliverable,
                    version,
                    reason,
                }))
            }
            DeliverableVerb::Publish(publish) => self.publish(&work, publish),
            DeliverableVerb::Verify => self.verify(&work),
            DeliverableVerb::Reschedule { due_at, reason } => {
                self.only(ActorKind::Brand)?;
                ensure_open::<S>(&work, "only an open one can be rescheduled")?;
                let (deliverable, previous) = (work.id(), work.deliverable.due_at);
                let (due_at, reason) = (*due_at, reason.clone());
                work.happens(Event::Content(ContentEvent::DeadlineRescheduled {
                    deliverable,
                    due_at,
                    previous,
                    reason,
                }))
            }
            DeliverableVerb::Waive { reason } => {
                self.only(ActorKind::Brand)?;
                let state = work.deliverable.state;
                let waivable = state.is_open() || state == DeliverableState::Rejected;
                let rule = "only one that is not published can be waived";
                ensure(waivable, || Refusal::DeliverableState { state, rule })?;
                let (deliverable, reason) = (work.id(), reason.clone());
                work.happens(Event::Content(ContentEvent::DeliverableWaived {
                    deliverable,
                    reason,
                }))
            }
        }
    }

    fn work<'p>(&self, place: &'p CollaborationRef, id: &DeliverableId) -> Decided<Work<'p>, S> {
        let collaboration = self.working(place)?;
        let Some(deliverable) = collaboration.deliverable(id).cloned() else {
            let (what, id) = (Unknown::Deliverable, id.to_string());
            return refuse(Refusal::NotFound { what, id });
        };
        Ok(Work {
            place,
            collaboration,
            deliverable,
        })
    }

    fn submit(&self, work: &Work<'_>, content: &ContentRef) -> Decided<Decision, S> {
        self.only(ActorKind::Creator)?;
        let state = work.deliverable.state;
        let expected = matches!(
            state,
            DeliverableState::Planned | DeliverableState::RevisionRequested
        );
        let rule = "content is handed in when planned or after a revision request";
        ensure(expected, || Refusal::DeliverableState { state, rule })?;
        let bytes = work.collaboration.content_bytes() + content.reference.bytes();
        ensure(bytes <= MAX_CONTENT_BYTES, || Refusal::LimitReached {
            collection: "bytes of the content references of a collaboration",
            limit: MAX_CONTENT_BYTES,
        })?;
        let submitted_at = self.happens_at();
        work.happens(Event::Content(ContentEvent::ContentSubmitted {
            deliverable: work.id(),
            version: work.deliverable.version() + 1,
            content: content.clone(),
            seconds_late: submitted_at.since(work.deliverable.due_at).seconds_late(),
            review_due_at: review_due_at(&work.collaboration, self.now),
        }))
    }

    /// Checks that the ledger does not approve before the review period is over.
    fn ensure_review_over(&self, work: &Work<'_>) -> Decided<(), S> {
        if self.request.side() != ActorKind::System {
            return Ok(());
        }
        let submission = work.deliverable.submissions.last();
        match submission.and_then(|submission| submission.review_due_at) {
            Some(due_at) => ensure(self.now >= due_at, || Refusal::ReviewNotDue { due_at }),
            None => self.only(ActorKind::Brand),
        }
    }

    fn request_revision(
        &self,
        work: &Work<'_>,
        version: u32,
        reasons: &[PersonalText],
    ) -> Decided<Decision, S> {
        self.only(ActorKind::Brand)?;
        review::<S>(work, version)?;
        let submitted_at = work
            .deliverable
            .submissions
            .last()
            .map(|one| one.submitted_at);
        let terms = work
            .collaboration
            .terms_at(submitted_at.unwrap_or(self.now));
        let limit = terms.map_or(DEFAULT_MAX_REVISIONS, |terms| terms.max_revisions);
        ensure(work.deliverable.revisions < limit, || {
            Refusal::RevisionLimitReached { limit }
        })?;
        let (deliverable, reasons) = (work.id(), reasons.to_vec());
        work.happens(Event::Content(ContentEvent::RevisionRequested {
            deliverable,
            version,
            reasons,
        }))
    }

    /// Records that a post is live. A post that is late, unapproved, undisclosed or of a waived
    /// deliverable is a breach and is not refused. A hold only defers the record: the post keeps its own time.
    fn publish(&self, work: &Work<'_>, publish: &Publish) -> Decided<Decision, S> {
        self.brand_or_creator()?;
        ensure_unpublished::<S>(work)?;
        let deliverable = &work.deliverable;
        self.ensure_not_held(&work.collaboration, Some(&deliverable.terms.id))?;
        let venue = venue_of::<S>(work, publish)?;
        self.ensure_new_publication(work, publish)?;
        self.ensure_shares(work, publish)?;
        let campaign = self.campaign(&work.place.campaign_ref())?;
        let demanded = campaign.plan.policy.disclosure_required
            || agreed_disclosure(&work.collaboration, publish.published_at).is_some();
        let [late, late_original] = lateness(deliverable, publish.published_at);
        let waived = deliverable.state == DeliverableState::Waived;
        let followers = match publish.followers {
            Some(followers) => Some(followers),
            None => self.profile_followers(work, &venue)?,
        };
        work.happens(Event::Publication(PublicationEvent::PublicationRecorded(
            PublicationRecorded {
                deliverable: work.id(),
                publication: publish.publication.clone(),
                platform: venue,
                url: publish.url.clone(),
                post_id: publish.post_id.clone(),
                published_at: publish.published_at,
                followers,
                disclosed: publish.disclosed,
                incentivised: deliverable.terms.format == ContentFormat::Giveaway,
                shares: publish.shares.clone(),
                seconds_late: late,
                seconds_late_original: late_original,
                unapproved: match waived {
                    true => !deliverable.was_approved,
                    false => deliverable.state != DeliverableState::Approved,
                },
                undisclosed: demanded && !publish.disclosed,
                waived,
            },
        )))
    }

    fn ensure_new_publication(&self, work: &Work<'_>, publish: &Publish) -> Decided<(), S> {
        let key = Publication::key(&PublicationRef {
            collaboration: work.place.clone(),
            publication: publish.publication.clone(),
        });
        let taken = self.rows.get::<Publication>(&key)?.is_some();
        ensure(!taken, || Refusal::AlreadyExists {
            what: "publication",
            id: publish.publication.to_string(),
        })?;
        let key = PlatformPost::key(&work.place.brand, publish.post_id.digest);
        match self.rows.get::<PlatformPost>(&key)? {
            Some(known) => refuse(Refusal::PostAlreadyRecorded {
                publication: known.publication.to_string(),
            }),
            None => Ok(()),
        }
    }

    fn ensure_shares(&self, work: &Work<'_>, publish: &Publish) -> Decided<(), S> {
        let is_joint = work.deliverable.terms.format == ContentFormat::Joint;
        if is_joint == publish.shares.is_empty() {
            let rule = "must be given for a JOINT post, and for no other";
            return refuse(Refusal::field("shares", rule));
        }
        let mut shares = publish.shares.iter();
        let is_among = shares.any(|share| share.collaboration == work.place.collaboration);
        ensure(!is_joint || is_among, || {
            Refusal::field("shares", "must name the collaboration that publishes")
        })?;
        publish.shares.iter().try_for_each(|share| {
            self.agreed(&work.place.campaign, &share.collaboration)
                .map(|_| ())
        })
    }

    /// Returns the count of the profile where the post lives, or else where it was promised.
    fn profile_followers(&self, work: &Work<'_>, venue: &Venue) -> Decided<Option<u64>, S> {
        let key = Creator::key(&CreatorRef {
            brand: work.place.brand.clone(),
            creator: work.collaboration.creator.clone(),
        });
        let creator = self.rows.get::<Creator>(&key)?;
        let count = creator.and_then(|creator| {
            let known = &creator.profile.followers;
            let promised = &work.deliverable.terms.platform;
            known.get(venue).or_else(|| known.get(promised)).copied()
        });
        Ok(count.map(|count| count.followers))
    }

    fn verify(&self, work: &Work<'_>) -> Decided<Decision, S> {
        self.only(ActorKind::Brand)?;
        let state = work.deliverable.state;
        let rule = "only a published one can be verified";
        let (Some(publication), DeliverableState::Published) =
            (&work.deliverable.publication, state)
        else {
            return refuse(Refusal::DeliverableState { state, rule });
        };
        let (deliverable, publication) = (work.id(), publication.clone());
        let event = Event::Publication(PublicationEvent::PublicationVerified {
            deliverable,
            publication,
        });
        self.makes_owed(work, event, SettlementTrigger::Verification)
    }

    /// Returns the event, followed by what the terms make owed because of it.
    fn makes_owed(
        &self,
        work: &Work<'_>,
        event: Event,
        trigger: SettlementTrigger,
    ) -> Decided<Decision, S> {
        let (place, collaboration) = (work.place, &work.collaboration);
        let owed = self.owed_for_deliverable(place, collaboration, &work.id(), trigger)?;
        let mut facts = vec![of_collaboration(place, &collaboration.creator, event)];
        facts.extend(owed);
        Ok(Decision::Happens(facts))
    }
}

/// Returns whether a command must wait until a dispute about the deliverable ends. Work goes on
/// meanwhile, and a post that went live is still recorded.
const fn is_frozen_by_disputes(verb: &DeliverableVerb) -> bool {
    match verb {
        DeliverableVerb::Approve { .. }
        | DeliverableVerb::Reject { .. }
        | DeliverableVerb::Verify
        | DeliverableVerb::Reschedule { .. }
        | DeliverableVerb::Waive { .. } => true,
        DeliverableVerb::Submit { .. }
        | DeliverableVerb::RequestRevision { .. }
        | DeliverableVerb::Publish(_) => false,
    }
}

/// Returns when the ledger approves a version that is submitted now, if the terms have a review
/// period.
fn review_due_at(collaboration: &Collaboration, now: Timestamp) -> Option<Timestamp> {
    let hours = collaboration.terms_at(now)?.review_hours?;
    Some(now.after(Span::hours(hours)))
}

/// Returns where a post lives; only an `OTHER` platform takes a name.
fn venue_of<S: Rows>(work: &Work<'_>, publish: &Publish) -> Decided<Venue, S> {
    let promised = &work.deliverable.terms.platform;
    let given = publish.platform_name.as_ref();
    ensure(given.is_none() || promised.platform.takes_name(), || {
        Refusal::field("platform_name", NAMED_VENUE_RULE)
    })?;
    Ok(promised.named(given))
}

/// Checks that a version waits for review, and that it is the expected one.
fn review<S: Rows>(work: &Work<'_>, expected: u32) -> Decided<(), S> {
    let state = work.deliverable.state;
    let rule = "only a submitted one can be reviewed";
    ensure(state == DeliverableState::Submitted, || {
        Refusal::DeliverableState { state, rule }
    })?;
    let actual = work.deliverable.version();
    ensure(actual == expected, || Refusal::StaleSubmission {
        expected,
        actual,
    })
}

fn ensure_open<S: Rows>(work: &Work<'_>, rule: &'static str) -> Decided<(), S> {
    let state = work.deliverable.state;
    ensure(state.is_open(), || Refusal::DeliverableState {
        state,
        rule,
    })
}

fn ensure_unpublished<S: Rows>(work: &Work<'_>) -> Decided<(), S> {
    let state = work.deliverable.state;
    let given_up = [DeliverableState::Rejected, DeliverableState::Waived];
    let publishable = state.is_open() || given_up.contains(&state);
    let rule = "it is published already";
    ensure(publishable, || Refusal::DeliverableState { state, rule })
}
