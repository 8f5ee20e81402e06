//! Evolve: folds one event into rows and returns its contributions to totals.
//!
//! The writer, the views, replays and as-of answers all use this code and nothing else, so they
//! always agree. It never refuses an event. An event that does not fit the rows means that the log
//! is damaged, or is not the log that the rows were folded from.

mod agreement;
mod amendment;
mod booked;
mod brand;
mod campaign;
mod commission;
mod content;
mod cost_correction;
mod creator;
mod dispute;
mod engagement;
mod erasure;
mod hold;
mod negotiation;
mod order_correction;
mod payment;
mod publication;
mod publication_correction;
mod refund;
mod revenue;
mod seeding;
mod settlement;

pub use agreement::*;
pub use brand::*;
pub use campaign::*;
pub use content::*;
pub use cost_correction::CostRated;
pub use creator::*;
pub use dispute::*;
pub use engagement::*;
pub use hold::*;
pub use order_correction::*;
pub use publication::*;
pub use revenue::*;
pub use seeding::*;
pub use settlement::*;

use std::sync::Arc;

use super::rows::{Key, Row, Rows, RowsMut};
use super::state::{Campaign, Collaboration, Occurrence};
use super::{
    CampaignRef, CampaignState, CollaborationId, CollaborationRef, Contribution, CreatorRef,
    Effect, Event, FactTiming, Position, Record, Target, Timestamp,
};

/// Why an event could not be folded.
#[derive(Debug, thiserror::Error)]
pub enum EvolveError<E> {
    /// The event refers to a thing that the rows do not have.
    #[error("event {position} refers to a {what} that no earlier event made")]
    Dangling {
        /// The event.
        position: Position,
        /// The kind of thing.
        what: &'static str,
    },
    /// The rows could not be read.
    #[error("rows could not be read")]
    Rows(#[from] E),
}

/// Folds an event into rows; returns what it adds to totals.
///
/// # Errors
/// Returns `Dangling` when the event does not fit the rows, and `Rows` when they cannot be read.
/// The rows may then contain a part of the event, so the caller must drop them.
pub fn evolve<S: RowsMut>(
    rows: &mut S,
    record: &Record,
) -> Result<Vec<Contribution>, EvolveError<S::Error>> {
    let mut fold = Fold {
        rows,
        record,
        later_margin_bp: None,
        contributions: Some(Vec::new()),
    };
    fold.event()?;
    Ok(fold.contributions.unwrap_or_default())
}

/// Folds an event into rows, for callers without totals.
///
/// # Errors
/// The same as [`evolve`].
pub fn evolve_rows<S: RowsMut>(rows: &mut S, record: &Record) -> Result<(), EvolveError<S::Error>> {
    Fold {
        rows,
        record,
        later_margin_bp: None,
        contributions: None,
    }
    .event()
}

/// Appends the latest one, and drops the oldest one when there are more than `most`.
fn push_kept<T>(kept: &mut Vec<T>, latest: T, most: usize) {
    kept.push(latest);
    if kept.len() > most {
        kept.remove(0);
    }
}

/// One event that is being folded into the rows.
struct Fold<'a, S> {
    rows: &'a mut S,
    record: &'a Record,
    /// The margin of the order of the event, where it is a later one than the first.
    later_margin_bp: Option<u32>,
    /// Contributions so far; `None` when the caller does not want them.
    contributions: Option<Vec<Contribution>>,
}

type Folded<T, S> = Result<T, EvolveError<<S as Rows>::Error>>;

impl<S: RowsMut> Fold<'_, S> {
    fn event(&mut self) -> Folded<(), S> {
        match &self.record.event {
            Event::Campaign(event) => {
                self.campaign_event(event)?;
                self.note_over_budget()
            }
            Event::Creator(event) => self.creator_event(event),
            Event::Agreement(event) => {
                self.agreement_event(event)?;
                self.note_over_budget()
            }
            Event::Content(event) => self.content_event(event),
            Event::Publication(event) => self.publication_event(event),
            Event::Seeding(event) => self.seeding_event(event),
            Event::Engagement(event) => self.engagement_event(event),
            Event::Revenue(event) => self.revenue_event(event),
            Event::Settlement(event) => {
                self.settlement_event(event)?;
                self.note_over_budget()
            }
            Event::Dispute(event) => self.dispute_event(event),
            Event::Hold(event) => self.hold_event(event),
            Event::Brand(event) => self.brand_event(event),
        }
    }

    fn campaign_ref(&self) -> Folded<CampaignRef, S> {
        let campaign = self.record.subject.campaign.clone();
        Ok(CampaignRef {
            brand: self.record.brand.clone(),
            campaign: campaign.ok_or_else(|| self.dangling("campaign"))?,
        })
    }

    fn collaboration_ref(&self) -> Folded<CollaborationRef, S> {
        let CampaignRef { brand, campaign } = self.campaign_ref()?;
        let collaboration = self.record.subject.collaboration.clone();
        let collaboration = collaboration.ok_or_else(|| self.dangling("collaboration"))?;
        Ok(CollaborationRef {
            brand,
            campaign,
            collaboration,
        })
    }

    fn creator_ref(&self) -> Folded<CreatorRef, S> {
        let creator = self.record.subject.creator.clone();
        Ok(CreatorRef {
            brand: self.record.brand.clone(),
            creator: creator.ok_or_else(|| self.dangling("creator"))?,
        })
    }

    /// Opens the campaign of the event and marks it as changed.
    fn campaign(&mut self) -> Folded<&mut Campaign, S> {
        let key = Campaign::key(&self.campaign_ref()?);
        let position = self.record.position;
        let campaign: &mut Campaign = self.row(&key, "campaign")?;
        campaign.updated = position;
        Ok(campaign)
    }

    /// Opens the collaboration of the event and marks it as changed.
    fn collaboration(&mut self) -> Folded<&mut Collaboration, S> {
        let key = Collaboration::key(&self.collaboration_ref()?);
        let position = self.record.position;
        let collaboration: &mut Collaboration = self.row(&key, "collaboration")?;
        collaboration.updated = position;
        Ok(collaboration)
    }

    fn row<R: Row>(&mut self, key: &Key, what: &'static str) -> Folded<&mut R, S> {
        let dangling = self.dangling(what);
        self.rows.get_mut(key)?.ok_or(dangling)
    }

    fn read<R: Row>(&self, key: &Key, what: &'static str) -> Folded<Arc<R>, S> {
        self.rows.get(key)?.ok_or_else(|| self.dangling(what))
    }

    fn dangling(&self, what: &'static str) -> EvolveError<S::Error> {
        EvolveError::Dangling {
            position: self.record.position,
            what,
        }
    }

    fn add_to_campaign(&mut self, effect: Effect) {
        self.add(Target::Campaign, effect);
    }

    fn add_to_collaboration(&mut self, collaboration: &CollaborationId, effect: Effect) {
        self.add(Target::Collaboration(collaboration.clone()), effect);
    }

    fn add(&mut self, target: Target, effect: Effect) {
        let Some(contributions) = &mut self.contributions else {
            return;
        };
        let margin = self.later_margin_bp;
        if let Some(effect) = margin.and_then(|margin_bp| effect.at_later_margin(margin_bp)) {
            let target = target.clone();
            contributions.push(Contribution { target, effect });
        }
        contributions.push(Contribution { target, effect });
    }

    /// Adds the same effect to the campaign and to the collaboration of the event.
    fn add_to_both(&mut self, effect: Effect) {
        if let Some(collaboration) = self.record.subject.collaboration.clone() {
            self.add_to_collaboration(&collaboration, effect.clone());
        }
        self.add_to_campaign(effect);
    }

    /// Adds what the collaboration of the event commits more than before, in each period, and books
    /// it in the budget. A later line commits nothing in an earlier period.
    fn committed_more(&mut self, before: [i64; 3], after: [i64; 3]) -> Folded<(), S> {
        let [on_time, counted, all] = [0, 1, 2].map(|period: usize| after[period] - before[period]);
        self.campaign()?.budget.committed += all;
        let parts = [
            (FactTiming::OnTime, on_time),
            (FactTiming::Late, counted - on_time),
            (FactTiming::AfterMeasurement, all - counted),
        ];
        for (timing, minor) in parts.into_iter().filter(|(_, minor)| *minor != 0) {
            self.add_to_both(Effect::Committed { timing, minor });
        }
        Ok(())
    }

    /// Returns the occurrence of something at a time, reported by this event.
    fn occurrence(&self, at: Timestamp) -> Occurrence {
        let position = self.record.position;
        Occurrence { at, position }
    }

    /// Notes on which side of the ends of the campaign the fact of the event lies.
    fn note_timing(&mut self, timing: FactTiming) -> Folded<(), S> {
        if timing == FactTiming::AfterMeasurement {
            self.add_to_campaign(Effect::AfterMeasurement);
        }
        self.note_extent(timing)
    }

    /// Notes which times of the window the fact of the event depends on.
    fn note_extent(&mut self, timing: FactTiming) -> Folded<(), S> {
        let at = self.record.fact_at();
        let key = Campaign::key(&self.campaign_ref()?);
        let campaign = self.read::<Campaign>(&key, "campaign")?;
        let mut extent = campaign.extent;
        let own = campaign.plan.timing(at);
        extent.note(at, (timing, own), campaign.state == CampaignState::Draft);
        if extent != campaign.extent {
            self.row::<Campaign>(&key, "campaign")?.extent = extent;
        }
        Ok(())
    }
}
