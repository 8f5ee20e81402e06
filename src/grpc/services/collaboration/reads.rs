//! How collaborations are found and listed.

use std::sync::Arc;

use crate::domain::rows::{Key, Rows};
use crate::domain::state::{Collaboration, CreatorCollaboration};
use crate::domain::{CampaignId, CampaignRef, CollaborationId, CollaborationRef};
use crate::grpc::calls::{Lookup, page};
use crate::grpc::services::campaign::id_at;
use crate::grpc::{parse, render};
use crate::proto::api;
use crate::store::Store;

/// Lists a page of collaborations, with the key to go on after, if there may be more.
///
/// # Errors
/// Rows that cannot be read.
pub fn listed(
    rows: &Store,
    query: &parse::CollaborationsQuery,
    start: Option<&Key>,
) -> Result<(Vec<api::Collaboration>, Option<Key>), Lookup> {
    let size = query.page.size;
    let listed = match &query.creator {
        Some(creator) => {
            let mut prefix = CreatorCollaboration::of_creator(&query.brand, creator);
            if let Some(campaign) = &query.campaign {
                prefix = prefix.text(campaign.as_str());
            }
            let mut failed = None;
            let listed = page(rows, &prefix, start, size, |_, entry| {
                let name = named(query, entry);
                let row = rows.get::<Collaboration>(&Collaboration::key(&name));
                let row = row.unwrap_or_else(|error| {
                    failed = Some(error);
                    None
                })?;
                shown(query, &name, &row)
            })?;
            match failed {
                Some(error) => return Err(error.into()),
                None => listed,
            }
        }
        None => {
            let prefix = prefix_of(query);
            page(rows, &prefix, start, size, |key, row: &Collaboration| {
                let name = CollaborationRef {
                    brand: query.brand.clone(),
                    campaign: id_at(key, 1, CampaignId::parse)?,
                    collaboration: id_at(key, 2, CollaborationId::parse)?,
                };
                shown(query, &name, row)
            })?
        }
    };
    Ok(listed)
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

fn shown(
    query: &parse::CollaborationsQuery,
    name: &CollaborationRef,
    row: &Collaboration,
) -> Option<api::Collaboration> {
    let wanted = query.states.is_empty() || query.states.contains(&row.state);
    wanted.then(|| render::collaboration(name, row))
}

/// Finds a collaboration.
///
/// # Errors
/// `COLLABORATION_NOT_FOUND`, or rows that cannot be read.
pub fn known_collaboration(
    rows: &Store,
    name: &CollaborationRef,
) -> Result<Arc<Collaboration>, Lookup> {
    let row = rows.get::<Collaboration>(&Collaboration::key(name))?;
    row.ok_or_else(|| {
        let reason = api::ErrorReason::CollaborationNotFound;
        Lookup::missing(reason, "collaboration", name.collaboration.as_str())
    })
}
