//! Rules of posts after they were live: taken down, restored, checked for disclosure. All of these
//! are measurements: they happened, whatever the state of the agreement is.

use std::sync::Arc;

use super::publication_correction::{PublicationCorrection, agreed_disclosure};
use super::{Case, Decided, Decision, ensure, happened, refuse};
use crate::domain::rows::Rows;
use crate::domain::state::{DisclosureCheck, Publication};
use crate::domain::{
    ActorKind, DisclosureChecked, DisclosureFound, Event, PersonalText, PostRemoved,
    PublicationEvent, PublicationRef, Refusal, RemovedBy, Span, Timestamp, Unknown,
};

/// Commands about a post.
#[derive(Clone, PartialEq, Debug)]
#[expect(
    missing_docs,
    reason = "the request message of the same name in v1 documents each field"
)]
pub enum PublicationVerb {
    Remove {
        removed_at: Timestamp,
        by: Option<RemovedBy>,
        reason: PersonalText,
    },
    Restore {
        restored_at: Timestamp,
    },
    CheckDisclosure {
        found: DisclosureFound,
    },
    Correct(PublicationCorrection),
}

impl<S: Rows> Case<'_, S> {
    pub(super) fn publication_verb(
        &self,
        place: &PublicationRef,
        verb: &PublicationVerb,
    ) -> Decided<Decision, S> {
        let id = place.publication.as_str();
        let publication: Arc<Publication> =
            self.known(&Publication::key(place), Unknown::Publication, id)?;
        match verb {
            PublicationVerb::Remove {
                removed_at,
                by,
                reason,
            } => self.remove(place, &publication, *removed_at, *by, reason),
            PublicationVerb::Restore { restored_at } => {
                self.restore(place, &publication, *restored_at)
            }
            PublicationVerb::CheckDisclosure { found } => {
                self.check_disclosure(place, &publication, found)
            }
            PublicationVerb::Correct(correction) => {
                self.correct_publication(place, &publication, correction)
            }
        }
    }

    fn remove(
        &self,
        place: &PublicationRef,
        publication: &Publication,
        removed_at: Timestamp,
        by: Option<RemovedBy>,
        reason: &PersonalText,
    ) -> Decided<Decision, S> {
        self.brand_or_creator()?;
        if let Some(removal) = publication.removal.as_deref()
            && removal.restored.is_none()
        {
            let same = removal.removed.at == removed_at;
            ensure(same, || Refusal::PostRemoved)?;
            return happened(removal.removed.position);
        }
        let since = publication.live_since;
        ensure(removed_at >= since, || {
            Refusal::field(
                "removed_at",
                format!("must not be before {since}, when it went live"),
            )
        })?;
        let collaboration = self.collaboration(&place.collaboration)?;
        let terms = collaboration.terms_at(publication.published_at);
        let required = Span::days(terms.map_or(0, |terms| terms.min_live_days)).whole_seconds();
        let lived = removed_at.since(since).whole_seconds();
        let live_seconds = publication.live_seconds.saturating_add(lived);
        let event = PublicationEvent::PostRemoved(PostRemoved {
            publication: place.publication.clone(),
            deliverable: publication.deliverable.clone(),
            removed_at,
            by,
            reason: reason.clone(),
            live_seconds,
            required_seconds: required,
            early: live_seconds < required,
        });
        self.of_post(place, publication, Event::Publication(event))
    }

    fn restore(
        &self,
        place: &PublicationRef,
        publication: &Publication,
        restored_at: Timestamp,
    ) -> Decided<Decision, S> {
        self.brand_or_creator()?;
        let Some(removal) = publication.removal.as_deref() else {
            return refuse(Refusal::PostNotRemoved);
        };
        if let Some(restored) = removal.restored {
            ensure(restored.at == restored_at, || Refusal::PostNotRemoved)?;
            return happened(restored.position);
        }
        let removed_at = removal.removed.at;
        ensure(restored_at >= removed_at, || {
            let rule = format!("must not be before {removed_at}, when it was taken down");
            Refusal::field("restored_at", rule)
        })?;
        let event = PublicationEvent::PostRestored {
            publication: place.publication.clone(),
            deliverable: publication.deliverable.clone(),
            restored_at,
        };
        self.of_post(place, publication, Event::Publication(event))
    }

    fn check_disclosure(
        &self,
        place: &PublicationRef,
        publication: &Publication,
        found: &DisclosureFound,
    ) -> Decided<Decision, S> {
        self.only(ActorKind::Brand)?;
        let known = publication.check.as_deref();
        if let Some(DisclosureCheck { position, .. }) = known.filter(|one| one.found == *found) {
            return happened(*position);
        }
        let published_at = publication.published_at;
        ensure(found.checked_at >= published_at, || {
            let rule = format!("must not be before publication at {published_at}");
            Refusal::field("checked_at", rule)
        })?;
        let collaboration = self.collaboration(&place.collaboration)?;
        let campaign = self.campaign(&place.collaboration.campaign_ref())?;
        let terms = agreed_disclosure(&collaboration, published_at);
        let event = PublicationEvent::DisclosureChecked(DisclosureChecked {
            publication: place.publication.clone(),
            deliverable: publication.deliverable.clone(),
            found: found.clone(),
            required: campaign.plan.policy.disclosure_required || terms.is_some(),
            terms: terms.cloned(),
        });
        self.of_post(place, publication, Event::Publication(event))
    }
}
