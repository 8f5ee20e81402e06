//! How collaborations are found and listed.

use std::sync::Arc;

use tonic::{Request, Response, Status};

use crate::domain::rows::{Key, Rows};
use crate::domain::state::{Collaboration, CreatorCollaboration};
use crate::domain::{CampaignId, CampaignRef, CollaborationId, CollaborationRef, CreatorRef};
use crate::grpc::calls::{Door, Lookup, page, parsed};
use crate::grpc::deadline::Deadline;
use crate::grpc::page_token::Query;
use crate::grpc::services::campaign::id_at;
use crate::grpc::{parse, render};
use crate::proto::api;
use crate::store::Store;
use crate::views::Slice;

/// Serves `GetCollaboration`.
///
/// # Errors
/// Those of the call.
pub async fn get(
    door: &Door,
    request: Request<api::GetCollaborationRequest>,
) -> Result<Response<api::GetCollaborationResponse>, Status> {
    let calls = door.enter()?;
    let deadline = Deadline::of(&request);
    let query = parsed(parse::get_collaboration(&request.into_inner()))?;
    let (when, slice) = (
        query.when,
        Slice::Campaign(query.collaboration.campaign_ref()),
    );
    let find = move |rows: &Store| {
        let row = known_collaboration(rows, &query.collaboration)?;
        Ok(render::collaboration(&query.collaboration, &row))
    };
    let (found, position) = calls.read(when, slice, deadline, find).await?;
    Ok(Response::new(api::GetCollaborationResponse {
        collaboration: Some(found),
        position,
    }))
}

/// Serves `ListCollaborations`.
///
/// # Errors
/// Those of the call.
pub async fn list(
    door: &Door,
    request: Request<api::ListCollaborationsRequest>,
) -> Result<Response<api::ListCollaborationsResponse>, Status> {
    let calls = door.enter()?;
    let deadline = Deadline::of(&request);
    let request = request.into_inner();
    let same_query = Query::new(
        "ListCollaborations",
        &api::ListCollaborationsRequest {
            page_size: 0,
            page_token: String::new(),
            min_position: 0,
            ..request.clone()
        },
    );
    let query = parsed(parse::list_collaborations(request))?;
    let start = calls.page_start(same_query, &query.page)?;
    let (when, slice) = (query.when, slice_of(&query));
    let find = move |rows: &Store| listed(rows, &query, start.as_ref());
    let ((collaborations, next), position) = calls.read(when, slice, deadline, find).await?;
    let next_page_token = calls.next_page(same_query, next);
    Ok(Response::new(api::ListCollaborationsResponse {
        collaborations,
        next_page_token,
        position,
    }))
}

/// Lists a page of collaborations, with the key to go on after, if there may be more.
///
/// # Errors
/// Rows that cannot be read.
fn listed(
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

fn slice_of(query: &parse::CollaborationsQuery) -> Slice {
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
