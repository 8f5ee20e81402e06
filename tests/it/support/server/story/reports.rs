//! Requests about reports.

use campaign_ledger::wire::proto::api::*;

use super::super::by_brand;
use super::Story;

impl Story {
    /// Fixes the numbers as the next revision.
    pub fn finalise(&self) -> FinaliseReportRequest {
        FinaliseReportRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            revision: None,
        }
    }

    /// Returns a revision; 0 means the last one.
    pub fn report(&self, revision: u32) -> GetReportRequest {
        GetReportRequest {
            brand_id: self.brand.clone(),
            campaign_id: self.campaign.clone(),
            revision,
            min_position: 0,
            as_of: None,
        }
    }

    /// Lists the tasks of the campaign.
    pub fn worklist(&self) -> ListWorklistRequest {
        ListWorklistRequest {
            brand_id: self.brand.clone(),
            campaign_id: self.campaign.clone(),
            ..ListWorklistRequest::default()
        }
    }

    /// Compares two revisions.
    pub fn compare(&self, from_revision: u32, to_revision: u32) -> CompareReportsRequest {
        CompareReportsRequest {
            brand_id: self.brand.clone(),
            campaign_id: self.campaign.clone(),
            from_revision,
            to_revision,
            ..CompareReportsRequest::default()
        }
    }
}
