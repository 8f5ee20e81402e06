//! Folds one event into every view.

use serde::{Deserialize, Serialize};

use super::index::{self, Scope};
use super::table;
use super::{CampaignTotals, CollaborationTotals, Partnership};
use crate::domain::rows::{Key, Row, Rows};
use crate::domain::state::Campaign;
use crate::domain::{
    CampaignRef, CollaborationRef, Contribution, CreatorRef, EvolveError, Record, Target,
    Timestamp, evolve,
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
    index::file(
        rows,
        &Scope::of(&record.brand, &record.subject),
        record.position,
    )?;
    rows.put(
        Key::of::<LastRecorded>(),
        LastRecorded {
            at: record.recorded_at,
        },
    );
    let Some(campaign) = record.subject.campaign.clone() else {
        return Ok(());
    };
    let campaign = CampaignRef {
        brand: record.brand.clone(),
        campaign,
    };
    note_partnership(rows, record, &campaign)?;
    for contribution in &contributions {
        add(rows, &campaign, contribution)?;
    }
    Ok(())
}

fn note_partnership<S: Rows>(
    rows: &mut S,
    record: &Record,
    campaign: &CampaignRef,
) -> Result<(), S::Error> {
    let (Some(creator), Some(_)) = (&record.subject.creator, &record.subject.collaboration) else {
        return Ok(());
    };
    let Some(row) = rows.get::<Campaign>(&Campaign::key(campaign))? else {
        return Ok(());
    };
    let key = Partnership::key(&CreatorRef {
        brand: campaign.brand.clone(),
        creator: creator.clone(),
    });
    let partnership: &mut Partnership = rows.upsert(&key)?;
    partnership.note(record, &campaign.campaign, row.plan.currency);
    Ok(())
}

fn add<S: Rows>(
    rows: &mut S,
    campaign: &CampaignRef,
    contribution: &Contribution,
) -> Result<(), S::Error> {
    let effect = &contribution.effect;
    match &contribution.target {
        Target::Campaign => {
            rows.upsert::<CampaignTotals>(&CampaignTotals::key(campaign))?
                .apply(effect);
        }
        Target::Collaboration(collaboration, creator) => {
            let place = CollaborationRef {
                brand: campaign.brand.clone(),
                campaign: campaign.campaign.clone(),
                collaboration: collaboration.clone(),
            };
            let key = CollaborationTotals::key(&place);
            rows.upsert::<CollaborationTotals>(&key)?.apply(effect);
            let key = Partnership::key(&CreatorRef {
                brand: campaign.brand.clone(),
                creator: creator.clone(),
            });
            rows.upsert::<Partnership>(&key)?
                .apply(&campaign.campaign, effect);
        }
    }
    Ok(())
}
