//! How collaborations are found and listed.

use std::sync::Arc;

use tonic::{Request, Response, Status};

use crate::domain::rows::{Key, Rows};
use crate::domain::state::{Campaign, Collaboration, CreatorCollaboration, Hold};
use crate::domain::{
    CampaignId, CampaignRef, CollaborationId, CollaborationRef, CollaborationState, CreatorRef,
};
use crate::grpc::calls::{Door, Lookup, joined_page, page, parsed};
use crate::grpc::edge::deadline::Deadline;
use crate::grpc::page_token::Query;
use crate::grpc::services::campaign::id_at;
use crate::grpc::{parse, render};
use crate::store::{self, Snapshot};
use crate::views::Slice;
use crate::wire::proto::api;

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
    let find = move |rows: &Snapshot| {
        let row = known_collaboration(rows, &query.collaboration)?;
        Ok(shown(rows, &query.collaboration, &row)?)
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
    let find = move |rows: &Snapshot| listed(rows, &query, start.as_ref());
    let ((collaborations, next), position) = calls.read_many(when, slice, deadline, find).await?;
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
    rows: &Snapshot,
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
            joined_page(rows, &prefix, start, size, |_, entry| {
                let name = named(query, entry);
                match rows.get::<Collaboration>(&Collaboration::key(&name))? {
                    Some(row) => if_wanted(rows, query, &name, &row),
                    None => Ok(None),
                }
            })?
        }
        None => {
            let prefix = prefix_of(query);
            joined_page(rows, &prefix, start, size, |key, row: &Collaboration| {
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

/// Tells where an agreement stands: what is open ends with its campaign.
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

/// Serves `ListHolds`.
///
/// # Errors
/// Those of the call.
pub async fn list_holds(
    door: &Door,
    request: Request<api::ListHoldsRequest>,
) -> Result<Response<api::ListHoldsResponse>, Status> {
    let calls = door.enter()?;
    let deadline = Deadline::of(&request);
    let request = request.into_inner();
    let same_query = Query::new(
        "ListHolds",
        &api::ListHoldsRequest {
            page_size: 0,
            page_token: String::new(),
            min_position: 0,
            ..request.clone()
        },
    );
    let query = parsed(parse::list_holds(request))?;
    let start = calls.page_start(same_query, &query.page)?;
    let place = query.collaboration;
    let (when, slice) = (query.when, Slice::Campaign(place.campaign_ref()));
    let find = move |rows: &Snapshot| {
        known_collaboration(rows, &place)?;
        let keep = |_: &Key, row: &Hold| {
            let is_on = row.released_at.is_none();
            let wanted = query.open.is_none_or(|open| open == is_on);
            wanted.then(|| render::hold(row))
        };
        let prefix = Hold::of_collaboration(&place);
        Ok(page(rows, &prefix, start.as_ref(), query.page.size, keep)?)
    };
    let ((holds, next), position) = calls.read(when, slice, deadline, find).await?;
    let next_page_token = calls.next_page(same_query, next);
    Ok(Response::new(api::ListHoldsResponse {
        holds,
        next_page_token,
        position,
    }))
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
