//! `ReportService`, a row for each call.

use super::{finals, insights, parse, partnerships, reads, statement, worklist};
use crate::grpc::calls::service::service;
use crate::views::Slice;
use crate::wire::proto::api::*;

service! {
    /// Serves `ReportService`.
    Reports: report_service_server::ReportService [GetStatementStream = statement::Chunks] {
        call get_statement(GetStatementRequest) -> Self::GetStatementStream { statement::get }
        get[Many] get_campaign_roi(GetCampaignRoiRequest) -> GetCampaignRoiResponse {
            roi: |query| Slice::Campaign(query.campaign.clone()), reads::roi
        }
        get[Many] get_collaboration_performance(GetCollaborationPerformanceRequest)
            -> GetCollaborationPerformanceResponse {
                performance: |query| Slice::Collaboration(query.collaboration.clone()),
                reads::found_performance
            }
        get[Many] get_partnership(GetPartnershipRequest) -> GetPartnershipResponse {
            partnership: |query| Slice::Partnership(query.creator.clone()), partnerships::found
        }
        list[Many] list_partnerships(ListPartnershipsRequest) -> ListPartnershipsResponse {
            partnerships: |query| Slice::Brand(query.brand.clone()), partnerships::listed
        }
        call get_creator_retention(GetCreatorRetentionRequest)
            -> GetCreatorRetentionResponse { partnerships::retention }
        call finalise_report(FinaliseReportRequest) -> FinaliseReportResponse { finals::finalise }
        call get_report(GetReportRequest) -> GetReportResponse { finals::get }
        list[Many] list_reports(ListReportsRequest) -> ListReportsResponse {
            reports: |query| Slice::Campaign(query.campaign.clone()), finals::listed
        }
        call compare_reports(CompareReportsRequest) -> CompareReportsResponse { finals::compare }
        list[Many] list_worklist(ListWorklistRequest) -> ListWorklistResponse {
            tasks: |query| worklist::slice_of(&query), worklist::listed
        }
        call get_brand_awareness(GetBrandAwarenessRequest)
            -> GetBrandAwarenessResponse { insights::awareness }
        call get_comparison(GetComparisonRequest) -> GetComparisonResponse { insights::comparison }
    }
}
