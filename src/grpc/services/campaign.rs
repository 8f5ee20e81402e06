//! Campaigns over gRPC.

use std::sync::Arc;

use tonic::{Request, Response, Status};

use crate::domain::rows::{Key, Rows};
use crate::domain::state::Campaign;
use crate::domain::{CampaignId, CampaignRef};
use crate::grpc::calls::{Door, Lookup, page, parsed};
use crate::grpc::edge::deadline::Deadline;
use crate::grpc::page_token::Query;
use crate::grpc::{parse, render};
use crate::store::Snapshot;
use crate::views::Slice;
use crate::wire::proto::api;
use crate::wire::proto::api::campaign_service_server;

/// Serves `CampaignService`.
pub struct Campaigns {
    door: Door,
}

impl Campaigns {
    /// Serves behind this door.
    pub fn new(door: Door) -> Self {
        Self { door }
    }
}

#[tonic::async_trait]
impl campaign_service_server::CampaignService for Campaigns {
    async fn create_campaign(
        &self,
        request: Request<api::CreateCampaignRequest>,
    ) -> Result<Response<api::CreateCampaignResponse>, Status> {
        let written = self.door.write(request, parse::create_campaign).await?;
        Ok(Response::new(api::CreateCampaignResponse {
            campaign: written.campaign(),
            receipt: Some(written.receipt),
        }))
    }

    async fn open_campaign(
        &self,
        request: Request<api::OpenCampaignRequest>,
    ) -> Result<Response<api::OpenCampaignResponse>, Status> {
        let written = self.door.write(request, parse::open_campaign).await?;
        Ok(Response::new(api::OpenCampaignResponse {
            campaign: written.campaign(),
            receipt: Some(written.receipt),
        }))
    }

    async fn pause_campaign(
        &self,
        request: Request<api::PauseCampaignRequest>,
    ) -> Result<Response<api::PauseCampaignResponse>, Status> {
        let written = self.door.write(request, parse::pause_campaign).await?;
        Ok(Response::new(api::PauseCampaignResponse {
            campaign: written.campaign(),
            receipt: Some(written.receipt),
        }))
    }

    async fn resume_campaign(
        &self,
        request: Request<api::ResumeCampaignRequest>,
    ) -> Result<Response<api::ResumeCampaignResponse>, Status> {
        let written = self.door.write(request, parse::resume_campaign).await?;
        Ok(Response::new(api::ResumeCampaignResponse {
            campaign: written.campaign(),
            receipt: Some(written.receipt),
        }))
    }

    async fn amend_budget(
        &self,
        request: Request<api::AmendBudgetRequest>,
    ) -> Result<Response<api::AmendBudgetResponse>, Status> {
        let written = self.door.write(request, parse::amend_budget).await?;
        Ok(Response::new(api::AmendBudgetResponse {
            campaign: written.campaign(),
            receipt: Some(written.receipt),
        }))
    }

    async fn close_campaign(
        &self,
        request: Request<api::CloseCampaignRequest>,
    ) -> Result<Response<api::CloseCampaignResponse>, Status> {
        let written = self.door.write(request, parse::close_campaign).await?;
        Ok(Response::new(api::CloseCampaignResponse {
            campaign: written.campaign(),
            receipt: Some(written.receipt),
        }))
    }

    async fn cancel_campaign(
        &self,
        request: Request<api::CancelCampaignRequest>,
    ) -> Result<Response<api::CancelCampaignResponse>, Status> {
        let written = self.door.write(request, parse::cancel_campaign).await?;
        Ok(Response::new(api::CancelCampaignResponse {
            campaign: written.campaign(),
            receipt: Some(written.receipt),
        }))
    }

    async fn get_campaign(
        &self,
        request: Request<api::GetCampaignRequest>,
    ) -> Result<Response<api::GetCampaignResponse>, Status> {
        let calls = self.door.enter()?;
        let deadline = Deadline::of(&request);
        let query = parsed(parse::get_campaign(&request.into_inner()))?;
        let (when, slice) = (query.when, Slice::Campaign(query.campaign.clone()));
        let find = move |rows: &Snapshot| {
            let row = known_campaign(rows, &query.campaign)?;
            Ok(render::campaign(&query.campaign, &row))
        };
        let (campaign, position) = calls.read(when, slice, deadline, find).await?;
        Ok(Response::new(api::GetCampaignResponse {
            campaign: Some(campaign),
            position,
        }))
    }

    async fn list_campaigns(
        &self,
        request: Request<api::ListCampaignsRequest>,
    ) -> Result<Response<api::ListCampaignsResponse>, Status> {
        let calls = self.door.enter()?;
        let deadline = Deadline::of(&request);
        let request = request.into_inner();
        let same_query = Query::new(
            "ListCampaigns",
            &api::ListCampaignsRequest {
                page_size: 0,
                page_token: String::new(),
                min_position: 0,
                ..request.clone()
            },
        );
        let query = parsed(parse::list_campaigns(request))?;
        let start = calls.page_start(same_query, &query.page)?;
        let (when, slice) = (query.when, Slice::Brand(query.brand.clone()));
        let find = move |rows: &Snapshot| {
            let prefix = Campaign::of_brand(&query.brand);
            let listed = page(
                rows,
                &prefix,
                start.as_ref(),
                query.page.size,
                |key, row: &Campaign| {
                    let name = CampaignRef {
                        brand: query.brand.clone(),
                        campaign: id_at(key, 1, CampaignId::parse)?,
                    };
                    is_meant(&query, row).then(|| render::campaign(&name, row))
                },
            )?;
            Ok(listed)
        };
        let ((campaigns, next), position) = calls.read_many(when, slice, deadline, find).await?;
        let next_page_token = calls.next_page(same_query, next);
        Ok(Response::new(api::ListCampaignsResponse {
            campaigns,
            next_page_token,
            position,
        }))
    }
}

fn is_meant(query: &parse::CampaignsQuery, row: &Campaign) -> bool {
    let plan = &row.plan;
    let ends_late = |from| plan.end_at.is_some_and(|end_at| end_at >= from);
    let starts_early = |before| plan.start_at.is_some_and(|start_at| start_at < before);
    (query.states.is_empty() || query.states.contains(&row.state))
        && (query.objectives.is_empty() || query.objectives.contains(&plan.objective))
        && query.currency.is_none_or(|only| only == plan.currency)
        && query.ends_from.is_none_or(ends_late)
        && query.starts_before.is_none_or(starts_early)
}

/// Finds a campaign.
///
/// # Errors
/// `CAMPAIGN_NOT_FOUND`, or rows that cannot be read.
pub fn known_campaign(rows: &Snapshot, name: &CampaignRef) -> Result<Arc<Campaign>, Lookup> {
    let row = rows.get::<Campaign>(&Campaign::key(name))?;
    row.ok_or_else(|| {
        let reason = api::ErrorReason::CampaignNotFound;
        Lookup::missing(reason, "campaign", name.campaign.as_str())
    })
}

/// Reads an id back from the text part of a key; `None` when the key is not of this shape.
pub fn id_at<T>(
    key: &Key,
    part: usize,
    parse: impl FnOnce(&str) -> Result<T, &'static str>,
) -> Option<T> {
    let mut parts = key.parts();
    for _ in 0..part {
        parts.text()?;
    }
    parse(parts.text()?).ok()
}
