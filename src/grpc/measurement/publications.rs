//! Publications over gRPC: one as it is or was, and lists of them.

use tonic::{Request, Response, Status};

use super::parse;
use crate::domain::rows::{Key, Rows};
use crate::domain::state::{
    Axis, Campaign, Collaboration, Creator, Cutoff, PlatformPost, PostUrl, Publication,
};
use crate::domain::{
    CampaignId, CollaborationId, CollaborationRef, CreatorRef, DigestKind, PersonalText, Position,
    PublicationId, PublicationRef, Timestamp,
};
use crate::grpc::calls::{Calls, Listed, Load, Lookup, Part, Reading, id_at, joined_page, parsed};
use crate::grpc::collaboration::render::{heads, mark, publication};
use crate::grpc::edge::deadline::Deadline;
use crate::grpc::edge::status;
use crate::store::{self, Snapshot};
use crate::views::Slice;
use crate::wire::proto::api;

/// Names the events that make a list: those of creators too, whose flags mark posts.
pub(super) fn slice_of(query: &parse::PublicationsQuery) -> Slice {
    let brand = query.brand.clone();
    match query.campaign.clone() {
        Some(campaign) => Slice::Campaigns(brand, vec![campaign]),
        None => Slice::Brand(brand),
    }
}

/// Answers a page of `ListPublications`.
pub(super) fn listed(
    rows: &Snapshot,
    query: &parse::PublicationsQuery,
    part: &Part,
) -> Result<Listed<api::Publication>, Lookup> {
    if let Some(id) = &query.post_id {
        let prefix = PlatformPost::key(&query.brand, id.digest);
        let keep = |_: &Key, entry: &PlatformPost| indexed(rows, query, &entry.of(&query.brand));
        return Ok(joined_page(rows, &prefix, part, keep)?);
    }
    if let Some(url) = &query.url {
        let prefix = PostUrl::of(&query.brand, url.digest);
        let keep = |_: &Key, entry: &PostUrl| indexed(rows, query, &entry.post);
        return Ok(joined_page(rows, &prefix, part, keep)?);
    }
    let keep = |key: &Key, row: &Publication| {
        let name = is_meant(query, row).then(|| named(query, key));
        let name = name.flatten();
        name.map(|name| marked(rows, &name, row)).transpose()
    };
    Ok(joined_page(rows, &prefix_of(query), part, keep)?)
}

/// Renders a post that an index entry names, if it is meant.
fn indexed(
    rows: &Snapshot,
    query: &parse::PublicationsQuery,
    name: &PublicationRef,
) -> Result<Option<api::Publication>, store::Error> {
    let place = &name.collaboration;
    let is_there = query
        .campaign
        .as_ref()
        .is_none_or(|one| *one == place.campaign)
        && (query.collaboration.as_ref()).is_none_or(|one| *one == place.collaboration);
    let row = rows.get::<Publication>(&Publication::key(name))?;
    let has_url = |row: &Publication| query.url.as_ref().is_none_or(|url| url.is_same(&row.url));
    let row = row.filter(|row| is_there && has_url(row) && is_meant(query, row));
    row.map(|row| marked(rows, name, &row)).transpose()
}

/// Gives the texts of a query their digests.
pub(super) fn by_text(
    calls: &Calls,
    mut query: parse::PublicationsQuery,
) -> Result<parse::PublicationsQuery, Status> {
    let (url, id) = (query.url.as_mut(), query.post_id.as_mut());
    if let (Some(id), Some(platform)) = (id, &query.platform) {
        let venue = match url.as_ref().map(|url| &url.text) {
            Some(PersonalText::Clear(url)) => platform.of_post_ids(None, url),
            Some(PersonalText::Sealed(_) | PersonalText::Own(_)) | None => platform.clone(),
        };
        calls.recognise(id, &query.brand, DigestKind::Post(&venue))?;
    }
    if let Some(url) = url {
        calls.recognise(url, &query.brand, DigestKind::Url)?;
    }
    Ok(query)
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
        && query
            .platform
            .as_ref()
            .is_none_or(|wanted| wanted.covers(&row.platform))
}

/// Renders a publication, marked with where its agreement and its campaign stand.
fn marked<S: Rows>(
    rows: &S,
    name: &PublicationRef,
    row: &Publication,
) -> Result<api::Publication, S::Error> {
    let mut message = publication(name, row);
    let owner = rows.get::<Collaboration>(&Collaboration::key(&name.collaboration))?;
    let campaign = Campaign::key(&name.collaboration.campaign_ref());
    let campaign = rows.get::<Campaign>(&campaign)?;
    if let (Some(owner), Some(campaign)) = (owner, campaign) {
        let creator = Creator::key(&CreatorRef {
            brand: name.collaboration.brand.clone(),
            creator: owner.creator.clone(),
        });
        let creator = rows.get::<Creator>(&creator)?;
        mark(&mut message, (row, &owner), &campaign, creator.as_deref());
    }
    Ok(message)
}

/// Answers `GetPublication`.
pub(super) async fn get(
    calls: &Calls,
    request: Request<api::GetPublicationRequest>,
) -> Result<Response<api::GetPublicationResponse>, Status> {
    let deadline = Deadline::of(&request);
    let request = request.into_inner();
    let query = parsed(parse::get_publication(&request))?;
    let (asked, head) = (
        Position::new(request.as_of_position),
        calls.log.head().position,
    );
    if asked > head {
        return Err(status::ahead("as_of_position", asked, head));
    }
    let reading = Reading {
        load: Load::Few,
        when: query.when,
        slice: Slice::Collaboration(query.publication.collaboration.clone()),
        deadline,
    };
    let find = move |rows: &Snapshot| found(rows, &query.publication, query.observed_until);
    let (publication, position) = calls.read(reading, find).await?;
    Ok(Response::new(api::GetPublicationResponse {
        publication: Some(publication),
        position,
        hidden: Vec::new(),
    }))
}

/// Finds a publication with its counters, as observed up to a time if one is given.
fn found<S: Rows>(
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
    for (audience, series) in &row.series {
        let (axis, sought) = (Axis::new(&key, *audience), series.counted.sought());
        let standing = axis.heads(rows, Cutoff::Until(until), sought)?;
        message.engagement.push(heads(*audience, &standing));
    }
    Ok(message)
}
