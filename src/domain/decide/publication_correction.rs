//! Rules of correcting a post that was recorded wrongly: like the post itself a fact, in whatever
//! state the agreement is.

use super::{Case, Decided, Decision, ensure, refuse};
use crate::domain::rows::Rows;
use crate::domain::state::{Axis, Collaboration, Deliverable, PlatformPost, Publication};
use crate::domain::{
    ActorKind, DisclosureTerms, Event, Matched, NAMED_VENUE_RULE, PersonalText, PlatformName,
    Position, PublicationCorrected, PublicationEvent, PublicationRecorded, PublicationRef, Refusal,
    Share, Timestamp, Unknown, Venue,
};

/// What is right about a post; what is `None` stays as it is.
#[derive(Clone, PartialEq, Debug)]
pub struct PublicationCorrection {
    /// The recording, or the latest correction, that it is about.
    pub expected: Position,
    /// Address of the post; personal.
    pub url: Option<Matched>,
    /// Id of the post on the platform.
    pub post_id: Option<Matched>,
    /// Name of an `OTHER` platform.
    pub platform_name: Option<PlatformName>,
    /// When it went live.
    pub published_at: Option<Timestamp>,
    /// Followers at publication.
    pub followers: Option<u64>,
    /// Whether the cooperation is disclosed.
    pub disclosed: Option<bool>,
    /// Why.
    pub reason: PersonalText,
}

impl<S: Rows> Case<'_, S> {
    pub(super) fn correct_publication(
        &self,
        place: &PublicationRef,
        post: &Publication,
        correction: &PublicationCorrection,
    ) -> Decided<Decision, S> {
        self.only(ActorKind::Brand)?;
        let (expected, actual) = (correction.expected, post.told.position);
        ensure(expected == actual, || Refusal::StalePublication {
            expected,
            actual,
        })?;
        let now = self.right(place, post, correction)?;
        let is_same = now.platform == post.platform
            && now.url == post.url
            && now.post_id == post.post_id
            && now.published_at == post.published_at
            && now.followers == post.followers
            && now.disclosed == post.disclosed;
        ensure(!is_same, || Refusal::PublicationUnchanged)?;
        let event = PublicationEvent::PublicationCorrected(PublicationCorrected {
            deliverable: post.deliverable.clone(),
            publication: place.publication.clone(),
            replaces: actual,
            moved_from: post.published_at,
            now: Some(now),
            reason: correction.reason.clone(),
        });
        self.of_post(place, post, Event::Publication(event))
    }

    /// Returns the post as it is right.
    fn right(
        &self,
        place: &PublicationRef,
        post: &Publication,
        correction: &PublicationCorrection,
    ) -> Decided<PublicationRecorded, S> {
        let owner = self.collaboration(&place.collaboration)?;
        let Some(deliverable) = owner.deliverable(&post.deliverable) else {
            let (what, id) = (Unknown::Deliverable, post.deliverable.to_string());
            return refuse(Refusal::NotFound { what, id });
        };
        let platform = right_venue::<S>(post, correction)?;
        let post_id = correction.post_id.clone();
        let post_id = post_id.unwrap_or_else(|| post.post_id.clone());
        self.ensure_free(place, &post_id)?;
        let published_at = correction.published_at.unwrap_or(post.published_at);
        self.ensure_before_what_followed(place, post, published_at)?;
        let campaign = self.campaign(&place.collaboration.campaign_ref())?;
        let demanded = campaign.plan.policy.disclosure_required
            || agreed_disclosure(&owner, published_at).is_some();
        let disclosed = correction.disclosed.unwrap_or(post.disclosed);
        let [late, late_original] = lateness(deliverable, published_at);
        let shares = post.credits.iter().filter(|_| post.is_joint());
        Ok(PublicationRecorded {
            deliverable: post.deliverable.clone(),
            publication: place.publication.clone(),
            platform,
            url: correction.url.clone().unwrap_or_else(|| post.url.clone()),
            post_id,
            published_at,
            followers: correction.followers.or(post.followers),
            disclosed,
            incentivised: post.incentivised,
            shares: shares
                .map(|credit| Share {
                    collaboration: credit.collaboration.clone(),
                    share_bp: credit.share_bp,
                })
                .collect(),
            seconds_late: late,
            seconds_late_original: late_original,
            unapproved: post.told.unapproved,
            undisclosed: demanded && !disclosed,
            waived: post.told.waived,
        })
    }

    /// Checks that no other publication has the post.
    fn ensure_free(&self, place: &PublicationRef, post_id: &Matched) -> Decided<(), S> {
        let key = PlatformPost::key(&place.collaboration.brand, post_id.digest);
        let known = self.rows.get::<PlatformPost>(&key)?;
        let owner = &place.collaboration;
        let other = known.filter(|known| {
            known.publication != place.publication
                || known.collaboration != owner.collaboration
                || known.campaign != owner.campaign
        });
        match other {
            Some(known) => refuse(Refusal::PostAlreadyRecorded {
                publication: known.publication.to_string(),
            }),
            None => Ok(()),
        }
    }

    /// Checks that what happened to the post still happened to a live one. Observations, removal and
    /// check keep their own times.
    fn ensure_before_what_followed(
        &self,
        place: &PublicationRef,
        post: &Publication,
        published_at: Timestamp,
    ) -> Decided<(), S> {
        if published_at == post.published_at {
            return Ok(());
        }
        let rule = "must stay: the post was taken down more than once";
        ensure(post.removals <= 1, || Refusal::field("published_at", rule))?;
        let removed = post.removal.as_deref().map(|one| one.removed.at);
        let checked = post.check.as_deref().map(|one| one.found.checked_at);
        let mut followed = vec![
            (removed, "when it was taken down"),
            (checked, "when it was checked"),
        ];
        let key = Publication::key(place);
        for audience in post.series.keys() {
            let first = Axis::new(&key, *audience).first(self.rows)?;
            followed.push((first, "when it was first observed"));
        }
        for (at, what) in followed {
            let Some(at) = at else { continue };
            ensure(published_at <= at, || {
                Refusal::field("published_at", format!("must not be after {at}, {what}"))
            })?;
        }
        Ok(())
    }
}

/// Returns how late a post is, by the due time in force and by the first one.
pub(super) fn lateness(deliverable: &Deliverable, published_at: Timestamp) -> [u64; 2] {
    [deliverable.due_at, deliverable.terms.due_at]
        .map(|due_at| published_at.since(due_at).seconds_late())
}

/// Checks that the id of a post comes with the site it is unique in. The ledger keeps neither in clear,
/// so it can't put an old id into a new site.
fn ensure_site_is_told<S: Rows>(
    post: &Publication,
    correction: &PublicationCorrection,
) -> Decided<(), S> {
    let (has_url, has_id) = (correction.url.is_some(), correction.post_id.is_some());
    let by_address = post.platform.platform.takes_name()
        && post.platform.name.is_none()
        && correction.platform_name.is_none();
    let is_told = match by_address {
        true => has_url == has_id,
        false => has_id || correction.platform_name.is_none(),
    };
    ensure(is_told, || {
        let rule =
            "must be given with the platform_name, and on a platform without a name with the url";
        Refusal::field("platform_post_id", rule)
    })
}

/// Returns where the post lives: only an `OTHER` platform takes another name.
fn right_venue<S: Rows>(
    post: &Publication,
    correction: &PublicationCorrection,
) -> Decided<Venue, S> {
    let takes_name = post.platform.platform.takes_name();
    ensure(correction.platform_name.is_none() || takes_name, || {
        Refusal::field("platform_name", NAMED_VENUE_RULE)
    })?;
    ensure_site_is_told::<S>(post, correction)?;
    let Some(name) = &correction.platform_name else {
        return Ok(post.platform.clone());
    };
    Ok(Venue {
        platform: post.platform.platform,
        name: Some(name.clone()),
    })
}

/// Returns what the terms in force at a time require about disclosure.
pub(super) fn agreed_disclosure(
    collaboration: &Collaboration,
    at: Timestamp,
) -> Option<&DisclosureTerms> {
    collaboration.terms_at(at)?.disclosure.as_ref()
}
