//! Events of engagement, and how they are folded into series and heads.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Fold, Folded};
use crate::domain::rows::{Key, RowsMut};
use crate::domain::state::{Axis, Campaign, Cutoff, Entry, OrderKey, Publication, Series};
use crate::domain::{
    Audience, Contribution, CounterPrices, Counters, Definition, Effect, EngagementChange,
    FactTiming, MeasurementKind, MeasurementScope, ObservationSource, PersonalText, Platform,
    Position, PublicationId, PublicationRef, Target, Timestamp, WHOLE_BP,
};

/// Events of the counters of a post.
#[derive(Clone, PartialEq, Debug)]
#[expect(
    missing_docs,
    reason = "the message of the same name in event/v1 documents each field"
)]
pub enum EngagementEvent {
    EngagementRecorded {
        publication: PublicationId,
        observation: Observation,
        timing: FactTiming,
    },
    EngagementCorrected {
        publication: PublicationId,
        observation: Observation,
        replaces: Replaces,
        timing: FactTiming,
        reason: PersonalText,
    },
    EngagementVoided {
        publication: PublicationId,
        seen: Seen,
        replaces: Replaces,
        timing: FactTiming,
        reason: PersonalText,
    },
}

impl EngagementEvent {
    /// Returns when its counters were observed.
    pub fn observed_at(&self) -> Timestamp {
        match self {
            Self::EngagementRecorded { observation, .. }
            | Self::EngagementCorrected { observation, .. } => observation.seen.observed_at,
            Self::EngagementVoided { seen, .. } => seen.observed_at,
        }
    }
}

/// Where on the axes of time and origin an observation lies.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Seen {
    /// When the counters were seen.
    pub observed_at: Timestamp,
    /// Where they come from.
    pub source: ObservationSource,
    /// How they came about.
    pub kind: MeasurementKind,
    /// Which audience they cover.
    pub scope: MeasurementScope,
    /// What the platform counted; `None` where nobody said.
    pub definition: Option<Definition>,
}

impl Seen {
    /// Returns what the counters may be added to.
    pub const fn audience(&self) -> Audience {
        Audience {
            scope: self.scope,
            kind: self.kind,
            definition: self.definition,
        }
    }
}

/// Counters of a post as seen at one time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Observation {
    /// When, by whom, how, of whom.
    pub seen: Seen,
    /// What was seen.
    pub counters: Counters,
    /// Followers at the time.
    pub followers: Option<u64>,
}

/// Which observation a correction or a void is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Replaces {
    /// The recording that made the observation.
    pub observation: Position,
    /// The recording, or its latest correction.
    pub latest: Position,
}

impl<S: RowsMut> Fold<'_, S> {
    pub(super) fn engagement_event(&mut self, event: &EngagementEvent) -> Folded<(), S> {
        match event {
            EngagementEvent::EngagementRecorded {
                publication,
                observation,
                timing,
            } => self.engagement_recorded(publication, observation, *timing),
            EngagementEvent::EngagementCorrected {
                publication,
                observation,
                replaces,
                ..
            } => {
                self.engagement_changed(publication, &observation.seen, replaces, Some(observation))
            }
            EngagementEvent::EngagementVoided {
                publication,
                seen,
                replaces,
                ..
            } => self.engagement_changed(publication, seen, replaces, None),
        }
    }

    fn engagement_recorded(
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
        let key = Publication::key(&place);
        let axis = Axis::new(&key, seen.audience());
        let post: &mut Publication = self.row(&key, "publication")?;
        let series = post.series.get_mut(&seen.audience());
        let mut starts = series
            .map(|series| std::mem::take(&mut series.starts))
            .unwrap_or_default();
        axis.insert(self.rows, &mut starts, &entry)?;
        self.note_timing(timing)?;
        self.change_series(&key, seen, |series| {
            series.starts = starts;
            series.admit(&entry);
        })
    }

    /// Replaces an observation in place, or voids it when there is no replacement.
    fn engagement_changed(
        &mut self,
        publication: &PublicationId,
        seen: &Seen,
        replaces: &Replaces,
        by: Option<&Observation>,
    ) -> Folded<(), S> {
        let place = self.publication_ref(publication)?;
        let (position, key) = (self.record.position, Publication::key(&place));
        let axis = Axis::new(&key, seen.audience());
        let place = OrderKey::new(seen, replaces.observation);
        let counters = by.map(|observation| &observation.counters);
        let post = self.read::<Publication>(&key, "publication")?;
        let series = post.series.get(&seen.audience());
        let series = series.ok_or_else(|| self.dangling("observation"))?;
        let on_time = series.on_time().sought_without(place, counters);
        let counted = series.counted.sought_without(place, counters);
        drop(post);
        let changed = axis.change(self.rows, place, |entry| {
            entry.changes.push(position);
            match by {
                Some(observation) => {
                    entry.correct(observation.counters, observation.followers);
                }
                None => entry.voided = true,
            }
        })?;
        changed.ok_or_else(|| self.dangling("observation"))?;

        let on_time = axis.heads(self.rows, Cutoff::OnTime, on_time)?;
        let counted = axis.heads(self.rows, Cutoff::Counted, counted)?;
        self.change_series(&key, seen, |series| {
            series.standing -= u64::from(by.is_none());
            series.replace(on_time, counted);
        })
    }

    fn publication_ref(&self, publication: &PublicationId) -> Folded<PublicationRef, S> {
        Ok(PublicationRef {
            collaboration: self.collaboration_ref()?,
            publication: publication.clone(),
        })
    }

    /// Changes a series, and adds the resulting change of the post's counters to totals.
    fn change_series(
        &mut self,
        key: &Key,
        seen: &Seen,
        change: impl FnOnce(&mut Series),
    ) -> Folded<(), S> {
        let prices = match self.contributions {
            Some(_) => {
                let post = self.read::<Publication>(key, "publication")?;
                self.emv_prices(post.platform.platform)?
            }
            None => CounterPrices::default(),
        };
        let dangling = self.dangling("publication");
        let post: &mut Publication = self.rows.get_mut(key)?.ok_or(dangling)?;
        post.updated = self.record.position;
        let series = post.series.entry(seen.audience()).or_default();
        let Some(contributions) = &mut self.contributions else {
            change(series);
            return Ok(());
        };
        let before = Standing::of(series);
        change(series);
        let after = Standing::of(series);
        contribute(
            contributions,
            (post, prices),
            seen.audience(),
            &before,
            &after,
        );
        Ok(())
    }

    /// Returns what counters of a post are worth to its campaign.
    fn emv_prices(&self, platform: Platform) -> Folded<CounterPrices, S> {
        let campaign = Campaign::key(&self.campaign_ref()?);
        let campaign = self.rows.get::<Campaign>(&campaign)?;
        Ok(campaign.map_or_else(CounterPrices::default, |one| one.emv_prices(platform)))
    }

    /// Counts the counters of a post again, because it is told to have had other followers.
    pub(super) fn recount_series(
        &mut self,
        before: &Publication,
        after: &Publication,
    ) -> Folded<(), S> {
        if before.followers == after.followers || self.contributions.is_none() {
            return Ok(());
        }
        let prices = self.emv_prices(before.platform.platform)?;
        let contributions = self.contributions.get_or_insert_default();
        for (audience, series) in &before.series {
            let standing = Standing::of(series);
            let nothing = Standing {
                counted: Counters::default(),
                on_time: standing.on_time.map(|_| Counters::default()),
            };
            contribute(
                contributions,
                (before, prices),
                *audience,
                &standing,
                &nothing,
            );
            contribute(
                contributions,
                (after, prices),
                *audience,
                &nothing,
                &standing,
            );
        }
        Ok(())
    }
}

/// The current counters of a series.
struct Standing {
    counted: Counters,
    /// Without late observations, if there are any.
    on_time: Option<Counters>,
}

impl Standing {
    fn of(series: &Series) -> Self {
        Self {
            counted: series.counted.values(),
            on_time: series.has_late().then(|| series.on_time().values()),
        }
    }

    fn on_time(&self) -> &Counters {
        self.on_time.as_ref().unwrap_or(&self.counted)
    }
}

fn contribute(
    to: &mut Vec<Contribution>,
    post: (&Publication, CounterPrices),
    audience: Audience,
    before: &Standing,
    after: &Standing,
) {
    let counted = (&before.counted, &after.counted);
    if before.on_time.is_none() && after.on_time.is_none() {
        contribute_to(to, post, audience, counted, (true, true));
    } else {
        let on_time = (before.on_time(), after.on_time());
        contribute_to(to, post, audience, on_time, (true, false));
        contribute_to(to, post, audience, counted, (false, true));
    }
}

/// Adds a change of current counters to the tally without late facts, to the one with them, or to
/// both.
fn contribute_to(
    to: &mut Vec<Contribution>,
    (post, prices): (&Publication, CounterPrices),
    audience: Audience,
    (before, after): (&Counters, &Counters),
    (on_time, counted): (bool, bool),
) {
    if before == after {
        return;
    }
    let effect = |share_bp| Effect::Engagement {
        audience,
        on_time,
        counted,
        change: Arc::new(EngagementChange {
            before: *before,
            after: *after,
            followers: post.followers,
            incentivised: post.incentivised,
            share_bp,
            prices,
        }),
    };
    let whole = effect(WHOLE_BP);
    for credit in &post.credits {
        let part = match credit.share_bp {
            WHOLE_BP => whole.clone(),
            share_bp => effect(share_bp),
        };
        to.push(Contribution {
            target: Target::Collaboration(credit.collaboration.clone()),
            effect: part,
        });
    }
    to.push(Contribution {
        target: Target::Campaign,
        effect: whole,
    });
}
