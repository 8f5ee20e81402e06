//! Creators over gRPC.

use std::sync::Arc;

use tonic::{Request, Response, Status};

use super::campaign::id_at;
use crate::domain::rows::{Key, Rows};
use crate::domain::state::{Campaign, Creator, Pair, RaisedFlag};
use crate::domain::{
    BrandId, CampaignId, CampaignRef, CreatorId, CreatorRef, CriterionMatch, criteria_of,
};
use crate::grpc::calls::{Door, Lookup, joined_page, page, parsed};
use crate::grpc::edge::deadline::Deadline;
use crate::grpc::page_token::Query;
use crate::grpc::{many, parse, render};
use crate::store::{self, Snapshot};
use crate::views::Slice;
use crate::wire::proto::api;
use crate::wire::proto::api::creator_service_server;

/// Serves `CreatorService`.
pub struct Creators {
    door: Door,
}

impl Creators {
    /// Serves behind this door.
    pub fn new(door: Door) -> Self {
        Self { door }
    }
}

#[tonic::async_trait]
impl creator_service_server::CreatorService for Creators {
    async fn record_creator_profile(
        &self,
        request: Request<api::RecordCreatorProfileRequest>,
    ) -> Result<Response<api::RecordCreatorProfileResponse>, Status> {
        let written = self
            .door
            .write(request, parse::record_creator_profile)
            .await?;
        Ok(Response::new(api::RecordCreatorProfileResponse {
            creator: written.creator(),
            receipt: Some(written.receipt),
        }))
    }

    async fn batch_record_creator_profiles(
        &self,
        request: Request<api::BatchRecordCreatorProfilesRequest>,
    ) -> Result<Response<api::BatchRecordCreatorProfilesResponse>, Status> {
        let request = request.into_inner();
        let items = ("profiles", request.profiles.len());
        let written = many::write(
            &self.door,
            request,
            items,
            parse::batch_record_creator_profiles,
        );
        let (results, last_position) = written.await?;
        Ok(Response::new(api::BatchRecordCreatorProfilesResponse {
            results,
            last_position,
        }))
    }

    async fn block_creator(
        &self,
        request: Request<api::BlockCreatorRequest>,
    ) -> Result<Response<api::BlockCreatorResponse>, Status> {
        let written = self.door.write(request, parse::block_creator).await?;
        Ok(Response::new(api::BlockCreatorResponse {
            creator: written.creator(),
            receipt: Some(written.receipt),
        }))
    }

    async fn unblock_creator(
        &self,
        request: Request<api::UnblockCreatorRequest>,
    ) -> Result<Response<api::UnblockCreatorResponse>, Status> {
        let written = self.door.write(request, parse::unblock_creator).await?;
        Ok(Response::new(api::UnblockCreatorResponse {
            creator: written.creator(),
            receipt: Some(written.receipt),
        }))
    }

    async fn assess_creator(
        &self,
        request: Request<api::AssessCreatorRequest>,
    ) -> Result<Response<api::AssessCreatorResponse>, Status> {
        let written = self.door.write(request, parse::assess_creator).await?;
        Ok(Response::new(api::AssessCreatorResponse {
            creator: written.creator(),
            receipt: Some(written.receipt),
        }))
    }

    async fn raise_safety_flag(
        &self,
        request: Request<api::RaiseSafetyFlagRequest>,
    ) -> Result<Response<api::RaiseSafetyFlagResponse>, Status> {
        let written = self.door.write(request, parse::raise_safety_flag).await?;
        Ok(Response::new(api::RaiseSafetyFlagResponse {
            creator: written.creator(),
            receipt: Some(written.receipt),
        }))
    }

    async fn clear_safety_flag(
        &self,
        request: Request<api::ClearSafetyFlagRequest>,
    ) -> Result<Response<api::ClearSafetyFlagResponse>, Status> {
        let written = self.door.write(request, parse::clear_safety_flag).await?;
        Ok(Response::new(api::ClearSafetyFlagResponse {
            creator: written.creator(),
            receipt: Some(written.receipt),
        }))
    }

    async fn get_creator(
        &self,
        request: Request<api::GetCreatorRequest>,
    ) -> Result<Response<api::GetCreatorResponse>, Status> {
        let calls = self.door.enter()?;
        let deadline = Deadline::of(&request);
        let query = parsed(parse::get_creator(&request.into_inner()))?;
        let (when, slice) = (query.when, Slice::Creator(query.creator.clone()));
        let find = move |rows: &Snapshot| {
            let row = known_creator(rows, &query.creator)?;
            Ok(shown(rows, &query.creator, &row)?)
        };
        let (creator, position) = calls.read(when, slice, deadline, find).await?;
        Ok(Response::new(api::GetCreatorResponse {
            creator: Some(creator),
            position,
        }))
    }

    async fn list_creators(
        &self,
        request: Request<api::ListCreatorsRequest>,
    ) -> Result<Response<api::ListCreatorsResponse>, Status> {
        let calls = self.door.enter()?;
        let deadline = Deadline::of(&request);
        let request = request.into_inner();
        let same_query = Query::new(
            "ListCreators",
            &api::ListCreatorsRequest {
                page_size: 0,
                page_token: String::new(),
                min_position: 0,
                ..request.clone()
            },
        );
        let query = parsed(parse::list_creators(request))?;
        let start = calls.page_start(same_query, &query.page)?;
        let (when, slice) = (
            query.when,
            match &query.matches {
                Some(_) => Slice::Brand(query.brand.clone()),
                None => Slice::Creators(query.brand.clone()),
            },
        );
        let find = move |rows: &Snapshot| {
            let prefix = Creator::of_brand(&query.brand);
            let sought = match &query.matches {
                Some(campaign) => Some(Sought::find(rows, &query.brand, campaign)?),
                None => None,
            };
            let keep = |key: &Key, row: &Creator| {
                let Some(creator) = id_at(key, 1, CreatorId::parse) else {
                    return Ok(None);
                };
                let brand = query.brand.clone();
                let name = CreatorRef { brand, creator };
                let is_sought = match &sought {
                    Some(sought) if is_wanted(&query, row) => sought.is_met_by(rows, &name, row)?,
                    Some(_) | None => is_wanted(&query, row),
                };
                is_sought.then(|| shown(rows, &name, row)).transpose()
            };
            let (start, size) = (start.as_ref(), query.page.size);
            Ok(joined_page(rows, &prefix, start, size, keep)?)
        };
        let ((creators, next), position) = calls.read_many(when, slice, deadline, find).await?;
        let next_page_token = calls.next_page(same_query, next);
        Ok(Response::new(api::ListCreatorsResponse {
            creators,
            next_page_token,
            position,
        }))
    }

    async fn list_safety_flags(
        &self,
        request: Request<api::ListSafetyFlagsRequest>,
    ) -> Result<Response<api::ListSafetyFlagsResponse>, Status> {
        let calls = self.door.enter()?;
        let deadline = Deadline::of(&request);
        let request = request.into_inner();
        let same_query = Query::new(
            "ListSafetyFlags",
            &api::ListSafetyFlagsRequest {
                page_size: 0,
                page_token: String::new(),
                min_position: 0,
                ..request.clone()
            },
        );
        let query = parsed(parse::list_safety_flags(request))?;
        let start = calls.page_start(same_query, &query.page)?;
        let (when, slice) = (query.when, Slice::Creator(query.creator.clone()));
        let find = move |rows: &Snapshot| {
            known_creator(rows, &query.creator)?;
            let keep = |_: &Key, row: &RaisedFlag| {
                let is_open = row.cleared.is_none();
                let wanted = query.open.is_none_or(|open| open == is_open);
                wanted.then(|| render::safety_flag(row))
            };
            let prefix = RaisedFlag::of_creator(&query.creator);
            Ok(page(rows, &prefix, start.as_ref(), query.page.size, keep)?)
        };
        let ((flags, next), position) = calls.read(when, slice, deadline, find).await?;
        let next_page_token = calls.next_page(same_query, next);
        Ok(Response::new(api::ListSafetyFlagsResponse {
            flags,
            next_page_token,
            position,
        }))
    }

    async fn match_creator(
        &self,
        request: Request<api::MatchCreatorRequest>,
    ) -> Result<Response<api::MatchCreatorResponse>, Status> {
        let calls = self.door.enter()?;
        let deadline = Deadline::of(&request);
        let query = parsed(parse::match_creator(&request.into_inner()))?;
        let (when, slice) = (
            query.when,
            Slice::Pair(query.campaign.clone(), query.creator.clone()),
        );
        let find = move |rows: &Snapshot| {
            let (brand, campaign) = (&query.campaign.brand, &query.campaign.campaign);
            let sought = Sought::find(rows, brand, campaign)?;
            let creator = known_creator(rows, &query.creator)?;
            Ok(sought.criteria(rows, &query.creator, &creator)?)
        };
        let (found, position) = calls.read(when, slice, deadline, find).await?;
        Ok(Response::new(api::MatchCreatorResponse {
            matches: found.iter().all(|one| one.met),
            criteria: render::criteria(&found),
            position,
        }))
    }
}

/// The campaign creators are held against.
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
        let row = rows.get::<Campaign>(&Campaign::key(&name))?;
        let reason = api::ErrorReason::CampaignNotFound;
        let missing = || Lookup::missing(reason, "campaign", campaign.as_str());
        let campaign = row.ok_or_else(missing)?;
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

fn known_creator(rows: &Snapshot, name: &CreatorRef) -> Result<Arc<Creator>, Lookup> {
    let row = rows.get::<Creator>(&Creator::key(name))?;
    let reason = api::ErrorReason::CreatorNotFound;
    row.ok_or_else(|| Lookup::missing(reason, "creator", name.creator.as_str()))
}

fn is_wanted(query: &parse::CreatorsQuery, row: &Creator) -> bool {
    let (profile, is_blocked) = (&row.profile, row.blocked.is_some());
    let is_flagged = !row.open_flags.is_empty();
    let has_niche = |niche| profile.niches.contains(niche);
    let is_on = |platform| profile.followers.contains_key(platform);
    query.blocked.is_none_or(|blocked| blocked == is_blocked)
        && query.niche.as_ref().is_none_or(has_niche)
        && (query.tiers.is_empty() || query.tiers.contains(&row.tier()))
        && query.platform.as_ref().is_none_or(is_on)
        && query
            .has_open_flag
            .is_none_or(|flagged| flagged == is_flagged)
}
