//! Publications over gRPC: one as it is or was, and lists of them.

use tonic::{Request, Response, Status};

use super::campaign::id_at;
use crate::domain::rows::{Key, Rows};
use crate::domain::state::{Axis, Campaign, Collaboration, Cutoff, Publication};
use crate::domain::{
    CampaignId, CollaborationId, CollaborationRef, PublicationId, PublicationRef, Timestamp,
};
use crate::grpc::calls::{Door, Lookup, joined_page, parsed};
use crate::grpc::edge::deadline::Deadline;
use crate::grpc::page_token::Query;
use crate::grpc::{parse, render};
use crate::store::Snapshot;
use crate::views::Slice;
use crate::wire::proto::api;

/// Lists posts.
pub(super) async fn list(
    door: &Door,
    request: Request<api::ListPublicationsRequest>,
) -> Result<Response<api::ListPublicationsResponse>, Status> {
    let calls = door.enter()?;
    let deadline = Deadline::of(&request);
    let request = request.into_inner();
    let same_query = Query::new(
        "ListPublications",
        &api::ListPublicationsRequest {
            page_size: 0,
            page_token: String::new(),
            min_position: 0,
            ..request.clone()
        },
    );
    let query = parsed(parse::list_publications(request))?;
    let start = calls.page_start(same_query, &query.page)?;
    let (when, slice) = (query.when, Slice::of(&query.brand, query.campaign.as_ref()));
    let find = move |rows: &Snapshot| {
        let (prefix, size) = (prefix_of(&query), query.page.size);
        let keep = |key: &Key, row: &Publication| {
            let name = is_meant(&query, row).then(|| named(&query, key));
            let name = name.flatten();
            name.map(|name| marked(rows, &name, row)).transpose()
        };
        Ok(joined_page(rows, &prefix, start.as_ref(), size, keep)?)
    };
    let ((publications, next), position) = calls.read_many(when, slice, deadline, find).await?;
    let next_page_token = calls.next_page(same_query, next);
    Ok(Response::new(api::ListPublicationsResponse {
        publications,
        next_page_token,
        position,
    }))
}

fn prefix_of(query: &parse::PublicationsQuery) -> Key {
    let parts = [
        query.campaign.as_ref().map(CampaignId::as_str),
        query.collaboration.as_ref().map(CollaborationId::as_str),
    ];
    let brand = Publication::of_brand(&query.brand);
    parts.into_iter().flatten().fold(brand, Key::text)
}

fn named(query: &parse::PublicationsQuery, key: &Key) -> Option<PublicationRef> {
    Some(PublicationRef {
        collaboration: CollaborationRef {
            brand: query.brand.clone(),
            campaign: id_at(key, 1, CampaignId::parse)?,
            collaboration: id_at(key, 2, CollaborationId::parse)?,
        },
        publication: id_at(key, 3, PublicationId::parse)?,
    })
}

fn is_meant(query: &parse::PublicationsQuery, row: &Publication) -> bool {
    let removed = row.removed_at().is_some();
    query
        .undisclosed
        .is_none_or(|wanted| wanted == row.undisclosed)
        && query.removed.is_none_or(|wanted| wanted == removed)
        && query.platform.is_none_or(|wanted| wanted == row.platform)
}

/// Renders a publication, marked with where its agreement and its campaign stand.
fn marked<S: Rows>(
    rows: &S,
    name: &PublicationRef,
    row: &Publication,
) -> Result<api::Publication, S::Error> {
    let mut message = render::publication(name, row);
    let owner = rows.get::<Collaboration>(&Collaboration::key(&name.collaboration))?;
    let campaign = Campaign::key(&name.collaboration.campaign_ref());
    let campaign = rows.get::<Campaign>(&campaign)?;
    if let (Some(owner), Some(campaign)) = (owner, campaign) {
        render::mark(&mut message, &owner, &campaign);
    }
    Ok(message)
}

/// Finds a publication with its counters, as observed up to a time if one is given.
pub(super) fn found<S: Rows>(
    rows: &S,
    name: &PublicationRef,
    until: Option<Timestamp>,
) -> Result<api::Publication, Lookup>
where
    Lookup: From<S::Error>,
{
    let key = Publication::key(name);
    let Some(row) = rows.get::<Publication>(&key)? else {
        let (reason, id) = (
            api::ErrorReason::PublicationNotFound,
            name.publication.as_str(),
        );
        return Err(Lookup::missing(reason, "publication", id));
    };
    let mut message = marked(rows, name, &row)?;
    let Some(until) = until else {
        return Ok(message);
    };
    message.engagement.clear();
    for ((scope, kind), series) in &row.series {
        let (axis, sought) = (Axis::new(&key, *scope, *kind), series.counted.sought());
        let heads = axis.heads(rows, Cutoff::Until(until), sought)?;
        message
            .engagement
            .push(render::heads(*scope, *kind, &heads));
    }
    Ok(message)
}
