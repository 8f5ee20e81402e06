//! Folds one event into every view.

use serde::{Deserialize, Serialize};

use super::index::{self, Scope};
use super::table;
use super::{CampaignTotals, CollaborationTotals, Partnership};
use crate::domain::rows::{Key, Row, Rows};
use crate::domain::state::Campaign;
use crate::domain::{
    CampaignRef, CollaborationId, CollaborationRef, Contribution, CreatorRef, EvolveError, Record,
    Target, Timestamp, evolve,
};

/// When the last event applied was recorded: "now" for answers at this position.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct LastRecorded {
    at: Timestamp,
}

impl Row for LastRecorded {
    const TABLE: u8 = table::LAST_RECORDED;
}

impl LastRecorded {
    /// Reads when the last event was recorded.
    ///
    /// # Errors
    /// When rows cannot be read.
    pub fn of<S: Rows>(rows: &S) -> Result<Timestamp, S::Error> {
        let row = rows.get::<Self>(&Key::of::<Self>())?;
        Ok(row.map(|row| row.at).unwrap_or_default())
    }
}

/// Applies an event to the rows of all views.
///
/// # Errors
/// When the event does not fit the rows, or they cannot be read.
pub fn apply<S: Rows>(rows: &mut S, record: &Record) -> Result<(), EvolveError<S::Error>> {
    let contributions = evolve(rows, record)?;
    let scope = Scope::of(&record.brand, &record.subject);
    index::file(rows, &scope, record.position)?;
    rows.upsert::<LastRecorded>(&Key::of::<LastRecorded>())?.at = record.recorded_at;
    let Some(campaign) = &record.subject.campaign else {
        return Ok(());
    };
    let campaign = CampaignRef {
        brand: record.brand.clone(),
        campaign: campaign.clone(),
    };
    note(rows, record, &campaign)?;
    // Neighbours mostly have the same target: its rows are opened once for all of them.
    for together in contributions.chunk_by(|one, next| one.target == next.target) {
        add(rows, &campaign, together)?;
    }
    Ok(())
}

/// Notes what an event of a collaboration says besides what it adds.
fn note<S: Rows>(rows: &mut S, record: &Record, campaign: &CampaignRef) -> Result<(), S::Error> {
    let subject = &record.subject;
    let (Some(creator), Some(collaboration)) = (&subject.creator, &subject.collaboration) else {
        return Ok(());
    };
    totals_of(rows, campaign, collaboration)?.note(record);
    if !Partnership::is_noted(&record.event) {
        return Ok(());
    }
    let Some(row) = rows.get::<Campaign>(&Campaign::key(campaign))? else {
        return Ok(());
    };
    let key = Partnership::key(&CreatorRef {
        brand: campaign.brand.clone(),
        creator: creator.clone(),
    });
    let partnership: &mut Partnership = rows.upsert(&key)?;
    partnership.note(record, campaign, row.plan.currency);
    Ok(())
}

/// Adds what an event contributes to one target.
fn add<S: Rows>(
    rows: &mut S,
    campaign: &CampaignRef,
    contributions: &[Contribution],
) -> Result<(), S::Error> {
    let effects = contributions
        .iter()
        .map(|contribution| &contribution.effect);
    match contributions
        .first()
        .map(|contribution| &contribution.target)
    {
        None => {}
        Some(Target::Campaign) => {
            let row: &mut CampaignTotals = rows.upsert(&CampaignTotals::key(campaign))?;
            effects.for_each(|effect| row.apply(effect));
        }
        Some(Target::Collaboration(collaboration, _)) => {
            let row = totals_of(rows, campaign, collaboration)?;
            effects.for_each(|effect| row.apply(effect));
        }
    }
    Ok(())
}

fn totals_of<'a, S: Rows>(
    rows: &'a mut S,
    campaign: &CampaignRef,
    collaboration: &CollaborationId,
) -> Result<&'a mut CollaborationTotals, S::Error> {
    rows.upsert(&CollaborationTotals::key(&CollaborationRef {
        brand: campaign.brand.clone(),
        campaign: campaign.campaign.clone(),
        collaboration: collaboration.clone(),
    }))
}
