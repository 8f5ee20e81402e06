//! Requests about published posts, and about products.

use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::*;
use prost_types::Timestamp;

use super::super::{by_brand, by_creator};
use super::Story;

impl Story {
    pub fn remove(&self, who: &str, at: Timestamp) -> RecordPostRemovedRequest {
        RecordPostRemovedRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            collaboration_id: who.to_owned(),
            publication_id: String::from("d1"),
            removed_at: Some(at),
            removed_by: RemovedBy::Creator.into(),
            reason: String::from("a quarrel"),
        }
    }

    pub fn restore(&self, who: &str, at: Timestamp) -> RecordPostRestoredRequest {
        RecordPostRestoredRequest {
            brand_id: self.brand.clone(),
            context: by_creator(""),
            campaign_id: self.campaign.clone(),
            collaboration_id: who.to_owned(),
            publication_id: String::from("d1"),
            restored_at: Some(at),
        }
    }

    pub fn check(&self, who: &str, at: Timestamp, sufficient: bool) -> CheckDisclosureRequest {
        CheckDisclosureRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            collaboration_id: who.to_owned(),
            publication_id: String::from("d1"),
            checked_at: Some(at),
            label_found: String::from("#iklan"),
            sufficient,
            evidence: String::from("drive/shot.png"),
        }
    }

    /// Corrects the time at which the post went live.
    pub fn correct_post(
        &self,
        who: &str,
        expected: u64,
        published_at: Timestamp,
    ) -> CorrectPublicationRequest {
        CorrectPublicationRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            collaboration_id: who.to_owned(),
            publication_id: String::from("d1"),
            expected_position: expected,
            published_at: Some(published_at),
            reason: String::from("the hour was wrong"),
            ..CorrectPublicationRequest::default()
        }
    }

    pub fn receive(&self, who: &str, at: Timestamp) -> ConfirmProductReceivedRequest {
        ConfirmProductReceivedRequest {
            brand_id: self.brand.clone(),
            context: by_creator(""),
            campaign_id: self.campaign.clone(),
            collaboration_id: who.to_owned(),
            shipment_id: String::from("s1"),
            received_at: Some(at),
        }
    }

    pub fn take_back(&self, who: &str, at: Timestamp) -> RecordProductReturnedRequest {
        RecordProductReturnedRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            collaboration_id: who.to_owned(),
            shipment_id: String::from("s1"),
            returned_at: Some(at),
            reason: String::from("the wrong shade"),
        }
    }

    pub fn posts(&self) -> ListPublicationsRequest {
        ListPublicationsRequest {
            brand_id: self.brand.clone(),
            ..ListPublicationsRequest::default()
        }
    }

    pub fn rights(&self) -> ListUsageRightsRequest {
        ListUsageRightsRequest {
            brand_id: self.brand.clone(),
            ..ListUsageRightsRequest::default()
        }
    }
}
