//! `CampaignService`, a row for each call.

use super::parse;
use super::reads::{found, listed, settings};
use crate::grpc::calls::service::service;
use crate::views::Slice;
use crate::wire::proto::api::*;

service! {
    /// Serves `CampaignService`.
    Campaigns: campaign_service_server::CampaignService {
        write set_brand_time_zone(SetBrandTimeZoneRequest) -> SetBrandTimeZoneResponse { settings }
        write define_emv_model(DefineEmvModelRequest) -> DefineEmvModelResponse { settings }
        get[Few] get_brand_settings(GetBrandSettingsRequest) -> GetBrandSettingsResponse {
            settings: |query| Slice::Brand(query.brand.clone()), settings
        }
        write create_campaign(CreateCampaignRequest) -> CreateCampaignResponse { campaign }
        write open_campaign(OpenCampaignRequest) -> OpenCampaignResponse { campaign }
        write pause_campaign(PauseCampaignRequest) -> PauseCampaignResponse { campaign }
        write resume_campaign(ResumeCampaignRequest) -> ResumeCampaignResponse { campaign }
        write amend_campaign(AmendCampaignRequest) -> AmendCampaignResponse { campaign }
        write amend_budget(AmendBudgetRequest) -> AmendBudgetResponse { campaign }
        write close_campaign(CloseCampaignRequest) -> CloseCampaignResponse { campaign }
        write cancel_campaign(CancelCampaignRequest) -> CancelCampaignResponse { campaign }
        get[Few] get_campaign(GetCampaignRequest) -> GetCampaignResponse {
            campaign: |query| Slice::Campaign(query.campaign.clone()), found
        }
        list[Many] list_campaigns(ListCampaignsRequest) -> ListCampaignsResponse {
            campaigns: |query| Slice::Brand(query.brand.clone()), listed
        }
    }
}
