//! Rules of engagement: observations are absolute values. They are corrected and voided by
//! position.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::sync::Arc;

use super::{Case, Decided, Decision, ensure, happened, happens, of_collaboration, refuse};
use crate::domain::limits::{MAX_CHANGES, MAX_DEFINITIONS};
use crate::domain::rows::{Key, Rows};
use crate::domain::state::{Axis, Collaboration, Entry, Publication, Starts, source_of};
use crate::domain::{
    ActorKind, Command, Counters, EngagementEvent, Event, MeasurementKind, Observation,
    ObservationSource, PersonalText, Position, PublicationRef, Refusal, Replaces, Request, Seen,
    Unknown,
};

/// Commands about the counters of a post.
#[derive(Clone, PartialEq, Debug)]
#[expect(
    missing_docs,
    reason = "the request message of the same name in v1 documents each field"
)]
pub enum EngagementVerb {
    Record {
        observation: Observation,
    },
    Correct {
        observation: Position,
        counters: Counters,
        followers: Option<u64>,
        reason: PersonalText,
    },
    Void {
        observation: Position,
        reason: PersonalText,
    },
}

/// An observation that is not voided, and its place.
struct Standing {
    entry: Entry,
    seen: Seen,
}

impl<S: Rows> Case<'_, S> {
    pub(super) fn engagement_verb(
        &self,
        place: &PublicationRef,
        verb: &EngagementVerb,
    ) -> Decided<Decision, S> {
        let id = place.publication.as_str();
        let key = Publication::key(place);
        let publication: Arc<Publication> = self.known(&key, Unknown::Publication, id)?;
        match verb {
            EngagementVerb::Record { observation } => {
                self.ensure_reports(&observation.seen)?;
                self.record(place, (&key, &publication), observation)
            }
            EngagementVerb::Correct {
                observation,
                counters,
                followers,
                reason,
            } => self.correct(
                place,
                &publication,
                *observation,
                (*counters, *followers),
                reason,
            ),
            EngagementVerb::Void {
                observation,
                reason,
            } => {
                let standing = self.standing(place, &publication, *observation)?;
                self.ensure_reports(&standing.seen)?;
                self.of_post(
                    place,
                    &publication,
                    Event::Engagement(EngagementEvent::EngagementVoided {
                        publication: place.publication.clone(),
                        seen: standing.seen,
                        replaces: replaces(&standing.entry),
                        timing: standing.entry.timing,
                        reason: reason.clone(),
                    }),
                )
            }
        }
    }

    fn record(
        &self,
        place: &PublicationRef,
        (key, publication): (&Key, &Publication),
        observation: &Observation,
    ) -> Decided<Decision, S> {
        let seen = &observation.seen;
        ensure(seen.observed_at >= publication.published_at, || {
            let at = publication.published_at;
            Refusal::field(
                "observed_at",
                format!("must not be before publication at {at}"),
            )
        })?;
        if let Some((axis, starts)) = axis_of(key, publication, seen)
            && let Some(same) = axis.find_same(self.rows, starts, observation)?
        {
            // If it was corrected since, the correction in force answers.
            return happened(same.latest());
        }
        ensure_few_definitions::<S>(publication, seen)?;
        let campaign = self.campaign(&place.collaboration.campaign_ref())?;
        self.of_post(
            place,
            publication,
            Event::Engagement(EngagementEvent::EngagementRecorded {
                publication: place.publication.clone(),
                observation: *observation,
                timing: campaign.plan.timing(seen.observed_at),
            }),
        )
    }

    fn correct(
        &self,
        place: &PublicationRef,
        publication: &Publication,
        observation: Position,
        (counters, followers): (Counters, Option<u64>),
        reason: &PersonalText,
    ) -> Decided<Decision, S> {
        let standing = self.standing(place, publication, observation)?;
        self.ensure_reports(&standing.seen)?;
        ensure(standing.entry.changes.len() < MAX_CHANGES, || {
            Refusal::LimitReached {
                collection: "corrections of an observation",
                limit: MAX_CHANGES,
            }
        })?;
        self.of_post(
            place,
            publication,
            Event::Engagement(EngagementEvent::EngagementCorrected {
                publication: place.publication.clone(),
                observation: Observation {
                    seen: standing.seen,
                    counters,
                    followers,
                },
                replaces: replaces(&standing.entry),
                timing: standing.entry.timing,
                reason: reason.clone(),
            }),
        )
    }

    /// Checks that the side may state an observation: the creator only what the creator reports.
    fn ensure_reports(&self, seen: &Seen) -> Decided<(), S> {
        self.brand_or_creator()?;
        let is_own =
            seen.kind == MeasurementKind::Reported && seen.source == ObservationSource::Creator;
        ensure(is_own || self.request.side() == ActorKind::Brand, || {
            Refusal::ActorNotAllowed {
                allowed: "the brand, or the creator for REPORTED counters of source CREATOR,",
            }
        })
    }

    /// Returns the observation that a position names, if the position is that of its latest
    /// version.
    fn standing(
        &self,
        place: &PublicationRef,
        publication: &Publication,
        position: Position,
    ) -> Decided<Standing, S> {
        let key = Publication::key(place);
        for audience in publication.series.keys().copied() {
            let Some(entry) = Axis::new(&key, audience).find(self.rows, position)? else {
                continue;
            };
            ensure(!entry.voided, || Refusal::ObservationVoided)?;
            let actual = entry.latest();
            ensure(actual == position, || Refusal::StaleObservation {
                expected: position,
                actual,
            })?;
            let (observed_at, source) = (entry.key.observed_at, source_of(entry.key.rank));
            let seen = Seen {
                observed_at,
                source,
                kind: audience.kind,
                scope: audience.scope,
                definition: audience.definition,
            };
            return Ok(Standing { entry, seen });
        }
        let (what, id) = (Unknown::Observation, position.to_string());
        refuse(Refusal::NotFound { what, id })
    }

    pub(super) fn of_post(
        &self,
        place: &PublicationRef,
        publication: &Publication,
        event: Event,
    ) -> Decided<Decision, S> {
        let owner = &place.collaboration;
        let mut credits = publication.credits.iter();
        let credit = credits.find(|credit| credit.collaboration == owner.collaboration);
        let creator = match credit {
            Some(credit) => credit.creator.clone(),
            None => {
                let key = Collaboration::key(owner);
                let id = owner.collaboration.as_str();
                let row: Arc<Collaboration> = self.known(&key, Unknown::Collaboration, id)?;
                row.creator.clone()
            }
        };
        happens(of_collaboration(owner, &creator, event))
    }
}

/// Returns the observation that a request recorded within a span, even if it has been corrected or
/// voided since.
///
/// # Errors
/// Returns an error when rows cannot be read.
pub fn recorded_within<S: Rows>(
    rows: &S,
    request: &Request,
    span: &RangeInclusive<Position>,
) -> Result<Option<Position>, S::Error> {
    let Command::Engagement {
        publication: place,
        verb: EngagementVerb::Record { observation },
    } = &request.command
    else {
        return Ok(None);
    };
    let key = Publication::key(place);
    let Some(publication) = rows.get::<Publication>(&key)? else {
        return Ok(None);
    };
    match axis_of(&key, &publication, &observation.seen) {
        Some((axis, starts)) => axis.find_recorded(rows, starts, observation, span),
        None => Ok(None),
    }
}

/// Returns the time axis of an observation and where its last chunks begin; `None` when the
/// observation comes after all others, so that a search cannot find it.
fn axis_of<'a>(key: &Key, publication: &'a Publication, seen: &Seen) -> Option<(Axis, &'a Starts)> {
    let series = publication.series.get(&seen.audience())?;
    let reaches = !series.is_beyond(seen);
    reaches.then(|| (Axis::new(key, seen.audience()), &series.starts))
}

/// Checks that a post is not counted in ever more ways: each is a series of its own in its row.
fn ensure_few_definitions<S: Rows>(publication: &Publication, seen: &Seen) -> Decided<(), S> {
    let Some(definition) = seen.definition else {
        return Ok(());
    };
    let known = publication.series.keys();
    let mut known: BTreeSet<_> = known.filter_map(|one| one.definition).collect();
    known.insert(definition);
    ensure(known.len() <= MAX_DEFINITIONS, || Refusal::LimitReached {
        collection: "definitions of the counters of a post",
        limit: MAX_DEFINITIONS,
    })
}

fn replaces(entry: &Entry) -> Replaces {
    Replaces {
        observation: entry.key.position,
        latest: entry.latest(),
    }
}
