//! Reports over gRPC: every answer says the position it reflects.

use std::ops::ControlFlow;

use tonic::{Request, Response, Status};

use super::campaign::known_campaign;
use super::collaboration::known_collaboration;
use super::finals;
use super::insights;
use super::partnerships;
use super::statement;
use super::worklist;
use crate::domain::rows::{Rows, Scan};
use crate::domain::state::Creator;
use crate::domain::{CreatorRef, Timestamp};
use crate::grpc::calls::{Door, Lookup, parsed};
use crate::grpc::edge::deadline::Deadline;
use crate::grpc::{parse, render};
use crate::store::Snapshot;
use crate::views::{CollaborationTotals, LastRecorded, Partnership, Slice};
use crate::wire::proto::api;
use crate::wire::proto::api::report_service_server;

/// Serves `ReportService`.
pub struct Reports {
    door: Door,
}

impl Reports {
    /// Serves behind this door.
    pub fn new(door: Door) -> Self {
        Self { door }
    }
}

#[tonic::async_trait]
impl report_service_server::ReportService for Reports {
    type GetStatementStream = statement::Chunks;

    async fn get_statement(
        &self,
        request: Request<api::GetStatementRequest>,
    ) -> Result<Response<Self::GetStatementStream>, Status> {
        statement::get(self.door.enter()?, request).await
    }

    async fn get_campaign_roi(
        &self,
        request: Request<api::GetCampaignRoiRequest>,
    ) -> Result<Response<api::GetCampaignRoiResponse>, Status> {
        let calls = self.door.enter()?;
        let deadline = Deadline::of(&request);
        let query = parsed(parse::get_campaign_roi(&request.into_inner()))?;
        let (when, slice) = (query.when, Slice::Campaign(query.campaign.clone()));
        let find = move |rows: &Snapshot| {
            let name = &query.campaign;
            let campaign = known_campaign(rows, name)?;
            Ok(render::read_roi(rows, name, &campaign)?)
        };
        let (roi, position) = calls.read_many(when, slice, deadline, find).await?;
        Ok(Response::new(api::GetCampaignRoiResponse {
            roi: Some(roi),
            position,
        }))
    }

    async fn get_collaboration_performance(
        &self,
        request: Request<api::GetCollaborationPerformanceRequest>,
    ) -> Result<Response<api::GetCollaborationPerformanceResponse>, Status> {
        let calls = self.door.enter()?;
        let deadline = Deadline::of(&request);
        let query = parsed(parse::get_collaboration_performance(&request.into_inner()))?;
        let (when, slice) = (
            query.when,
            Slice::Collaboration(query.collaboration.clone()),
        );
        let find = move |rows: &Snapshot| performance(rows, &query.collaboration);
        let (found, position) = calls.read_many(when, slice, deadline, find).await?;
        let performance = Some(found);
        Ok(Response::new(api::GetCollaborationPerformanceResponse {
            performance,
            position,
        }))
    }

    async fn get_partnership(
        &self,
        request: Request<api::GetPartnershipRequest>,
    ) -> Result<Response<api::GetPartnershipResponse>, Status> {
        let calls = self.door.enter()?;
        let deadline = Deadline::of(&request);
        let query = parsed(parse::get_partnership(&request.into_inner()))?;
        let (when, slice) = (query.when, Slice::Partnership(query.creator.clone()));
        let find = move |rows: &Snapshot| {
            let row = rows.get::<Partnership>(&Partnership::key(&query.creator))?;
            let id = query.creator.creator.as_str();
            let missing =
                || Lookup::missing(api::ErrorReason::PartnershipNotFound, "partnership", id);
            Ok(render::read_partnership(
                rows,
                &query.creator,
                &*row.ok_or_else(missing)?,
            )?)
        };
        let (found, position) = calls.read_many(when, slice, deadline, find).await?;
        Ok(Response::new(api::GetPartnershipResponse {
            partnership: Some(found),
            position,
        }))
    }

    async fn list_partnerships(
        &self,
        request: Request<api::ListPartnershipsRequest>,
    ) -> Result<Response<api::ListPartnershipsResponse>, Status> {
        partnerships::list(self.door.enter()?, request).await
    }

    async fn get_creator_retention(
        &self,
        request: Request<api::GetCreatorRetentionRequest>,
    ) -> Result<Response<api::GetCreatorRetentionResponse>, Status> {
        let calls = self.door.enter()?;
        let deadline = Deadline::of(&request);
        let query = parsed(parse::get_creator_retention(&request.into_inner()))?;
        let (when, slice) = (query.when, Slice::Brand(query.brand.clone()));
        let find = move |rows: &Snapshot| {
            let (mut first, mut kept) = (0, 0);
            let prefix = Partnership::of_brand(&query.brand);
            rows.scan::<Partnership>(Scan::of(&prefix), &mut |_, row| {
                let was_in = |period: &parse::Period| {
                    let within = |at: &Timestamp| (period.from..period.until).contains(at);
                    row.accepted_at.iter().any(within)
                };
                let in_first = was_in(&query.first);
                first += u64::from(in_first);
                kept += u64::from(in_first && was_in(&query.second));
                ControlFlow::Continue(())
            })?;
            Ok((first, kept))
        };
        let ((creators_first, creators_kept), position) =
            calls.read_many(when, slice, deadline, find).await?;
        Ok(Response::new(api::GetCreatorRetentionResponse {
            creators_first,
            creators_kept,
            retention: render::ratio_of(creators_kept as i64, creators_first as i64),
            position,
        }))
    }

    async fn finalise_report(
        &self,
        request: Request<api::FinaliseReportRequest>,
    ) -> Result<Response<api::FinaliseReportResponse>, Status> {
        finals::finalise(self.door.enter()?, request).await
    }

    async fn get_report(
        &self,
        request: Request<api::GetReportRequest>,
    ) -> Result<Response<api::GetReportResponse>, Status> {
        finals::get(self.door.enter()?, request).await
    }

    async fn list_reports(
        &self,
        request: Request<api::ListReportsRequest>,
    ) -> Result<Response<api::ListReportsResponse>, Status> {
        finals::list(self.door.enter()?, request).await
    }

    async fn compare_reports(
        &self,
        request: Request<api::CompareReportsRequest>,
    ) -> Result<Response<api::CompareReportsResponse>, Status> {
        finals::compare(self.door.enter()?, request).await
    }

    async fn list_worklist(
        &self,
        request: Request<api::ListWorklistRequest>,
    ) -> Result<Response<api::ListWorklistResponse>, Status> {
        worklist::list(self.door.enter()?, request).await
    }

    async fn get_brand_awareness(
        &self,
        request: Request<api::GetBrandAwarenessRequest>,
    ) -> Result<Response<api::GetBrandAwarenessResponse>, Status> {
        insights::awareness(self.door.enter()?, request).await
    }

    async fn get_comparison(
        &self,
        request: Request<api::GetComparisonRequest>,
    ) -> Result<Response<api::GetComparisonResponse>, Status> {
        insights::comparison(self.door.enter()?, request).await
    }
}

pub(super) fn performance(
    rows: &Snapshot,
    name: &crate::domain::CollaborationRef,
) -> Result<api::CollaborationPerformance, Lookup> {
    let collaboration = known_collaboration(rows, name)?;
    let campaign = known_campaign(rows, &name.campaign_ref())?;
    let creator = CreatorRef {
        brand: name.brand.clone(),
        creator: collaboration.creator.clone(),
    };
    let creator = rows.get::<Creator>(&Creator::key(&creator))?;
    let totals = rows.get::<CollaborationTotals>(&CollaborationTotals::key(name))?;
    let rates = render::Rates::of_collaboration(rows, name)?;
    let now = LastRecorded::of(rows)?;
    Ok(render::performance(
        name,
        &campaign,
        &collaboration,
        creator.as_deref(),
        &totals.unwrap_or_default(),
        &rates,
        now,
    ))
}
