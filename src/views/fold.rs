//! Folds events into every view.

use hashbrown::{HashMap, HashSet};
use serde::{Deserialize, Serialize};

use super::index::{self, Scope};
use super::table;
use super::worklist::{self, Owner};
use super::{CampaignTotals, CollaborationTotals, Partnership, PostDay};
use crate::domain::rows::{Key, Row, Rows, RowsMut};
use crate::domain::state::Campaign;
use crate::domain::{
    CampaignRef, CollaborationId, CollaborationRef, Contribution, CreatorRef, Effect, EvolveError,
    Position, Record, Target, Timestamp, evolve,
};

/// When the last applied event was recorded: "now" for answers at this position.
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

    /// Writes when the last event was recorded.
    ///
    /// # Errors
    /// When rows cannot be read.
    pub fn note<S: RowsMut>(rows: &mut S, at: Timestamp) -> Result<(), S::Error> {
        rows.upsert::<Self>(&Key::of::<Self>())?.at = at;
        Ok(())
    }
}

/// Folds events into the rows of all views.
///
/// Rows on which commands are decided change with each event. Changes to rows that only queries
/// read are gathered first: neighbouring events add to the same few totals, and sums do not depend
/// on the order of addition, so each row is changed once for all of them. Readers see rows only
/// after [`Fold::settle`].
#[derive(Default, Debug)]
pub struct Fold {
    campaigns: HashMap<CampaignRef, OfCampaign>,
    last_recorded: Option<Timestamp>,
}

/// The gathered changes of a campaign.
#[derive(Default, Debug)]
struct OfCampaign {
    positions: Vec<Position>,
    effects: Vec<Effect>,
    collaborations: HashMap<CollaborationId, OfCollaboration>,
    /// Owners whose tasks may have changed.
    owners: HashSet<Owner>,
}

/// The gathered changes of a collaboration.
#[derive(Default, Debug)]
struct OfCollaboration {
    last_activity_at: Option<Timestamp>,
    effects: Vec<Effect>,
}

impl Fold {
    /// Folds an event; changes to rows that only queries read are gathered. Returns whether the
    /// event adds to the totals of its campaign.
    ///
    /// # Errors
    /// When the event does not fit the rows, or they cannot be read. The rows may then hold part of
    /// the event and must be dropped.
    pub fn apply<S: RowsMut>(
        &mut self,
        rows: &mut S,
        record: &Record,
    ) -> Result<bool, EvolveError<S::Error>> {
        self.apply_telling(rows, record, &mut |_| ())
    }

    /// Folds an event as [`apply`](Self::apply) does, and calls `tell` with its contributions to
    /// totals.
    ///
    /// # Errors
    /// As [`apply`](Self::apply).
    pub fn apply_telling<S: RowsMut>(
        &mut self,
        rows: &mut S,
        record: &Record,
        tell: &mut dyn FnMut(&[Contribution]),
    ) -> Result<bool, EvolveError<S::Error>> {
        let contributions = evolve(rows, record)?;
        tell(&contributions);
        self.last_recorded = Some(record.recorded_at);
        let Some(id) = &record.subject.campaign else {
            let scope = Scope::of(&record.brand, &record.subject);
            index::file(rows, &scope, &[record.position])?;
            return Ok(false);
        };
        let campaign = CampaignRef {
            brand: record.brand.clone(),
            campaign: id.clone(),
        };
        if Partnership::is_noted(&record.event) {
            note(rows, record, &campaign)?;
        }
        let [from, to] = PostDay::of(record);
        if let Some(from) = from {
            rows.remove(&from.key(&record.brand));
        }
        if let Some(to) = to {
            rows.put(to.key(&record.brand), to);
        }
        let disputed = Owner::disputed(rows, &campaign, record)?;
        let gathered = self.campaigns.entry(campaign).or_default();
        gathered.positions.push(record.position);
        gathered.owners.extend(Owner::of(record));
        gathered.owners.extend(disputed);
        if Owner::is_about_budget(record) {
            gathered.owners.insert(Owner::Campaign);
        }
        if let (Some(_), Some(id)) = (&record.subject.creator, &record.subject.collaboration) {
            let of = gathered.collaborations.entry_ref(id).or_default();
            of.last_activity_at = of.last_activity_at.max(Some(record.happened_at()));
        }
        let before = gathered.effects.len();
        for Contribution { target, effect } in contributions {
            match target {
                Target::Campaign => gathered.effects.push(effect),
                Target::Collaboration(id) => {
                    let of = gathered.collaborations.entry(id).or_default();
                    of.effects.push(effect);
                }
            }
        }
        Ok(gathered.effects.len() > before)
    }

    /// Adds the gathered changes to the rows.
    ///
    /// # Errors
    /// When rows cannot be read. The rows must then be dropped.
    pub fn settle<S: RowsMut>(&mut self, rows: &mut S) -> Result<(), S::Error> {
        if let Some(at) = self.last_recorded.take() {
            LastRecorded::note(rows, at)?;
        }
        for (campaign, gathered) in self.campaigns.drain() {
            let row: &mut CampaignTotals = rows.upsert(&CampaignTotals::key(&campaign))?;
            gathered.effects.iter().for_each(|effect| row.apply(effect));
            for (collaboration, of) in gathered.collaborations {
                let key = CollaborationTotals::key(&CollaborationRef {
                    brand: campaign.brand.clone(),
                    campaign: campaign.campaign.clone(),
                    collaboration,
                });
                let row: &mut CollaborationTotals = rows.upsert(&key)?;
                row.last_activity_at = row.last_activity_at.max(of.last_activity_at);
                of.effects.iter().for_each(|effect| row.apply(effect));
            }
            for owner in &gathered.owners {
                worklist::settle(rows, &campaign, owner)?;
            }
            index::file(rows, &Scope::Campaign(campaign), &gathered.positions)?;
        }
        Ok(())
    }
}

/// Updates the partnership to which an event belongs.
fn note<S: RowsMut>(rows: &mut S, record: &Record, campaign: &CampaignRef) -> Result<(), S::Error> {
    let (Some(creator), Some(row)) = (
        &record.subject.creator,
        rows.get::<Campaign>(&Campaign::key(campaign))?,
    ) else {
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
