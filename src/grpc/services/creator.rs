//! Creators over gRPC.

use tonic::{Request, Response, Status};

use super::campaign::id_at;
use crate::domain::rows::Rows;
use crate::domain::state::Creator;
use crate::domain::{CreatorId, CreatorRef};
use crate::grpc::calls::{Door, Lookup, page, parsed};
use crate::grpc::deadline::Deadline;
use crate::grpc::page_token::Query;
use crate::grpc::{many, parse, render};
use crate::proto::api;
use crate::proto::api::creator_service_server;
use crate::store::Store;

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

    async fn get_creator(
        &self,
        request: Request<api::GetCreatorRequest>,
    ) -> Result<Response<api::GetCreatorResponse>, Status> {
        let calls = self.door.enter()?;
        let deadline = Deadline::of(&request);
        let query = parsed(parse::get_creator(&request.into_inner()))?;
        let find = move |rows: &Store| {
            let row = rows.get::<Creator>(&Creator::key(&query.creator))?;
            let id = query.creator.creator.as_str();
            let missing = || Lookup::missing(api::ErrorReason::CreatorNotFound, "creator", id);
            Ok(render::creator(&query.creator, &*row.ok_or_else(missing)?))
        };
        let (creator, position) = calls.read(query.min_position, deadline, find).await?;
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
        let min_position = query.min_position;
        let find = move |rows: &Store| {
            let prefix = Creator::of_brand(&query.brand);
            let listed = page(
                rows,
                &prefix,
                start.as_ref(),
                query.page.size,
                |key, row: &Creator| {
                    let wanted = query
                        .blocked
                        .is_none_or(|blocked| blocked == row.blocked.is_some());
                    let name = CreatorRef {
                        brand: query.brand.clone(),
                        creator: id_at(key, 1, CreatorId::parse)?,
                    };
                    wanted.then(|| render::creator(&name, row))
                },
            )?;
            Ok(listed)
        };
        let ((creators, next), position) = calls.read(min_position, deadline, find).await?;
        let next_page_token = calls.next_page(same_query, next);
        Ok(Response::new(api::ListCreatorsResponse {
            creators,
            next_page_token,
            position,
        }))
    }
}
