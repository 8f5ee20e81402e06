//! How collaborations are found and listed.

use std::sync::Arc;

use super::{parse, render};
use crate::domain::rows::{Key, Rows};
use crate::domain::state::{Campaign, Collaboration, CreatorCollaboration, Hold};
use crate::domain::{
    CampaignId, CampaignRef, CollaborationId, CollaborationRef, CollaborationState, CreatorRef,
};
use crate::grpc::calls::{Listed, Lookup, Part, id_at, joined_page, page};
use crate::store::{self, Snapshot};
use crate::views::Slice;
use crate::wire::proto::api;

/// Answers `GetCollaboration`.
pub(super) fn found(
    rows: &Snapshot,
    query: &parse::CollaborationQuery,
) -> Result<api::Collaboration, Lookup> {
    let row = known_collaboration(rows, &query.collaboration)?;
    Ok(shown(rows, &query.collaboration, &row)?)
}

/// Answers a page of `ListCollaborations`.
pub(super) fn listed(
    rows: &Snapshot,
    query: &parse::CollaborationsQuery,
    part: &Part,
) -> Result<Listed<api::Collaboration>, Lookup> {
    let listed = match &query.creator {
        Some(creator) => {
            let mut prefix = CreatorCollaboration::of_creator(&query.brand, creator);
            if let Some(campaign) = &query.campaign {
                prefix = prefix.text(campaign.as_str());
            }
            joined_page(rows, &prefix, part, |_, entry| {
                let name = named(query, entry);
                match rows.get::<Collaboration>(&Collaboration::key(&name))? {
                    Some(row) => if_wanted(rows, query, &name, &row),
                    None => Ok(None),
                }
            })?
        }
        None => {
            let prefix = prefix_of(query);
            joined_page(rows, &prefix, part, |key, row: &Collaboration| {
                let ids =
                    id_at(key, 1, CampaignId::parse).zip(id_at(key, 2, CollaborationId::parse));
                let Some((campaign, collaboration)) = ids else {
                    return Ok(None);
                };
                let name = CollaborationRef {
                    brand: query.brand.clone(),
                    campaign,
                    collaboration,
                };
                if_wanted(rows, query, &name, row)
            })?
        }
    };
    Ok(listed)
}

/// Returns the slice of events that make a list.
pub(super) fn slice_of(query: &parse::CollaborationsQuery) -> Slice {
    let brand = query.brand.clone();
    match (&query.campaign, &query.creator) {
        (None, Some(creator)) => Slice::Partnership(CreatorRef {
            brand,
            creator: creator.clone(),
        }),
        (campaign, _) => Slice::of(&brand, campaign.as_ref()),
    }
}

fn prefix_of(query: &parse::CollaborationsQuery) -> Key {
    let brand = query.brand.clone();
    match &query.campaign {
        Some(campaign) => Collaboration::of_campaign(&CampaignRef {
            brand,
            campaign: campaign.clone(),
        }),
        None => Collaboration::of_brand(&brand),
    }
}

fn named(query: &parse::CollaborationsQuery, entry: &CreatorCollaboration) -> CollaborationRef {
    CollaborationRef {
        brand: query.brand.clone(),
        campaign: entry.campaign.clone(),
        collaboration: entry.collaboration.clone(),
    }
}

fn if_wanted(
    rows: &Snapshot,
    query: &parse::CollaborationsQuery,
    name: &CollaborationRef,
    row: &Collaboration,
) -> Result<Option<api::Collaboration>, store::Error> {
    let is_asked = |state| Ok(query.states.is_empty() || query.states.contains(&state));
    let wanted = state_of(rows, name, row).and_then(is_asked)?;
    wanted.then(|| shown(rows, name, row)).transpose()
}

/// Renders a collaboration with what lies in other rows.
///
/// # Errors
/// When rows cannot be read.
pub fn shown(
    rows: &Snapshot,
    name: &CollaborationRef,
    row: &Collaboration,
) -> Result<api::Collaboration, store::Error> {
    let holds = row.shown_holds(rows, name)?;
    let state = state_of(rows, name, row)?.number();
    Ok(api::Collaboration {
        state,
        ..render::collaboration(name, row, &holds)
    })
}

/// Returns the state of an agreement: an open one ends with its campaign.
fn state_of(
    rows: &Snapshot,
    name: &CollaborationRef,
    row: &Collaboration,
) -> Result<CollaborationState, store::Error> {
    if row.state.is_ended() || row.state.is_working() {
        return Ok(row.state);
    }
    let campaign = rows.get::<Campaign>(&Campaign::key(&name.campaign_ref()))?;
    Ok(campaign.map_or(row.state, |campaign| row.state.within(campaign.state)))
}

/// Answers a page of `ListHolds`.
pub(super) fn holds(
    rows: &Snapshot,
    query: &parse::HoldsQuery,
    part: &Part,
) -> Result<Listed<api::Hold>, Lookup> {
    known_collaboration(rows, &query.collaboration)?;
    let keep = |_: &Key, row: &Hold| {
        let is_on = row.released_at.is_none();
        let wanted = query.open.is_none_or(|open| open == is_on);
        wanted.then(|| render::hold(row))
    };
    let prefix = Hold::of_collaboration(&query.collaboration);
    Ok(page(rows, &prefix, part, keep)?)
}

/// Finds a collaboration.
///
/// # Errors
/// `COLLABORATION_NOT_FOUND`, or rows that cannot be read.
pub fn known_collaboration(
    rows: &Snapshot,
    name: &CollaborationRef,
) -> Result<Arc<Collaboration>, Lookup> {
    let row = rows.get::<Collaboration>(&Collaboration::key(name))?;
    row.ok_or_else(|| {
        let reason = api::ErrorReason::CollaborationNotFound;
        Lookup::missing(reason, "collaboration", name.collaboration.as_str())
    })
}
