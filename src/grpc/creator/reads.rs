//! How creators are found, listed and matched.

use std::sync::Arc;

use tonic::{Request, Response, Status};

use super::{parse, render};
use crate::domain::rows::{Key, Rows};
use crate::domain::state::{Campaign, Creator, HandleHolder, Pair, RaisedFlag};
use crate::domain::{
    BrandId, CampaignId, CampaignRef, CreatorId, CreatorRef, CriterionMatch, DigestKind, Venue,
    criteria_of,
};
use crate::grpc::calls::{
    Calls, Listed, Load, Lookup, Part, Reading, id_at, joined_page, page, parsed,
};
use crate::grpc::campaign::reads::known_campaign;
use crate::grpc::edge::deadline::Deadline;
use crate::store::{self, Snapshot};
use crate::views::Slice;
use crate::wire::proto::api;

/// Answers `GetCreator`.
pub(super) fn found(rows: &Snapshot, query: &parse::CreatorQuery) -> Result<api::Creator, Lookup> {
    let row = known_creator(rows, &query.creator)?;
    Ok(shown(rows, &query.creator, &row)?)
}

/// Returns the slice of events that make a list, with those of campaigns if creators are matched
/// with one.
pub(super) fn slice_of(query: &parse::CreatorsQuery) -> Slice {
    match &query.matches {
        Some(_) => Slice::Brand(query.brand.clone()),
        None => Slice::Creators(query.brand.clone()),
    }
}

/// Answers a page of `ListCreators`.
pub(super) fn listed(
    rows: &Snapshot,
    query: &parse::CreatorsQuery,
    part: &Part,
) -> Result<Listed<api::Creator>, Lookup> {
    let prefix = Creator::of_brand(&query.brand);
    let sought = match &query.matches {
        Some(campaign) => Some(Sought::find(rows, &query.brand, campaign)?),
        None => None,
    };
    let keep = |creator: CreatorId, row: &Creator| {
        let brand = query.brand.clone();
        let name = CreatorRef { brand, creator };
        let is_sought = match &sought {
            Some(sought) if is_wanted(query, row) => sought.is_met_by(rows, &name, row)?,
            Some(_) | None => is_wanted(query, row),
        };
        is_sought.then(|| shown(rows, &name, row)).transpose()
    };
    if let Some((_, handle)) = &query.handle {
        let holders = HandleHolder::of(&query.brand, handle.digest);
        let keep = |_: &Key, entry: &HandleHolder| {
            let key = Creator::key(&CreatorRef {
                brand: query.brand.clone(),
                creator: entry.creator.clone(),
            });
            let row = rows.get::<Creator>(&key)?;
            row.map_or(Ok(None), |row| keep(entry.creator.clone(), &row))
        };
        return Ok(joined_page(rows, &holders, part, keep)?);
    }
    let keep = |key: &Key, row: &Creator| match id_at(key, 1, CreatorId::parse) {
        Some(creator) => keep(creator, row),
        None => Ok(None),
    };
    Ok(joined_page(rows, &prefix, part, keep)?)
}

/// Gives the handle of a query its digest.
pub(super) fn by_handle(
    calls: &Calls,
    mut query: parse::CreatorsQuery,
) -> Result<parse::CreatorsQuery, Status> {
    if let Some((venue, handle)) = &mut query.handle {
        calls.recognise(handle, &query.brand, DigestKind::Handle(venue))?;
    }
    Ok(query)
}

/// Answers a page of `ListSafetyFlags`.
pub(super) fn flags(
    rows: &Snapshot,
    query: &parse::FlagsQuery,
    part: &Part,
) -> Result<Listed<api::SafetyFlag>, Lookup> {
    known_creator(rows, &query.creator)?;
    let keep = |_: &Key, row: &RaisedFlag| {
        let is_open = row.cleared.is_none();
        let wanted = query.open.is_none_or(|open| open == is_open);
        wanted.then(|| render::safety_flag(row))
    };
    let prefix = RaisedFlag::of_creator(&query.creator);
    Ok(page(rows, &prefix, part, keep)?)
}

/// Answers `MatchCreator`.
pub(super) async fn match_creator(
    calls: &Calls,
    request: Request<api::MatchCreatorRequest>,
) -> Result<Response<api::MatchCreatorResponse>, Status> {
    let deadline = Deadline::of(&request);
    let query = parsed(parse::match_creator(&request.into_inner()))?;
    let reading = Reading {
        load: Load::Few,
        when: query.when,
        slice: Slice::Pair(query.campaign.clone(), query.creator.clone()),
        deadline,
    };
    let find = move |rows: &Snapshot| {
        let (brand, campaign) = (&query.campaign.brand, &query.campaign.campaign);
        let sought = Sought::find(rows, brand, campaign)?;
        let creator = known_creator(rows, &query.creator)?;
        Ok(sought.criteria(rows, &query.creator, &creator)?)
    };
    let (found, position) = calls.read(reading, find).await?;
    Ok(Response::new(api::MatchCreatorResponse {
        matches: found.iter().all(|one| one.met),
        criteria: render::criteria(&found),
        position,
    }))
}

/// The campaign with which creators are matched.
struct Sought {
    name: CampaignRef,
    campaign: Arc<Campaign>,
}

impl Sought {
    fn find(rows: &Snapshot, brand: &BrandId, campaign: &CampaignId) -> Result<Self, Lookup> {
        let name = CampaignRef {
            brand: brand.clone(),
            campaign: campaign.clone(),
        };
        let campaign = known_campaign(rows, &name)?;
        Ok(Self { name, campaign })
    }

    fn criteria(
        &self,
        rows: &Snapshot,
        name: &CreatorRef,
        creator: &Creator,
    ) -> Result<[CriterionMatch; 6], store::Error> {
        let pair = rows.get::<Pair>(&Pair::key(&self.name, &name.creator))?;
        let pair = pair.map(|pair| (*pair).clone()).unwrap_or_default();
        Ok(criteria_of(&self.campaign, creator, &pair))
    }

    fn is_met_by(
        &self,
        rows: &Snapshot,
        name: &CreatorRef,
        creator: &Creator,
    ) -> Result<bool, store::Error> {
        let criteria = self.criteria(rows, name, creator)?;
        Ok(criteria.iter().all(|one| one.met))
    }
}

/// Renders a creator with what lies in other rows.
fn shown(rows: &Snapshot, name: &CreatorRef, row: &Creator) -> Result<api::Creator, store::Error> {
    let flags = row.shown_flags(rows, name)?;
    Ok(render::creator(name, row, &flags))
}

pub(super) fn known_creator(rows: &Snapshot, name: &CreatorRef) -> Result<Arc<Creator>, Lookup> {
    let row = rows.get::<Creator>(&Creator::key(name))?;
    let reason = api::ErrorReason::CreatorNotFound;
    row.ok_or_else(|| Lookup::missing(reason, "creator", name.creator.as_str()))
}

fn is_wanted(query: &parse::CreatorsQuery, row: &Creator) -> bool {
    let (profile, is_blocked) = (&row.profile, row.blocked.is_some());
    let is_flagged = !row.open_flags.is_empty();
    let has_niche = |niche| profile.niches.contains(niche);
    let is_on = |venue: &Venue| profile.followers.keys().any(|known| venue.covers(known));
    query.blocked.is_none_or(|blocked| blocked == is_blocked)
        && query.niche.as_ref().is_none_or(has_niche)
        && (query.tiers.is_empty() || query.tiers.contains(&row.tier()))
        && query.platform.as_ref().is_none_or(is_on)
        && query
            .has_open_flag
            .is_none_or(|flagged| flagged == is_flagged)
}
