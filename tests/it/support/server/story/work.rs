//! Requests about deliverables, posts and products.

use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::*;
use prost_types::Timestamp;

use super::super::{by_brand, by_creator, day, money};
use super::Story;

impl Story {
    pub fn submit(&self, who: &str) -> SubmitContentRequest {
        SubmitContentRequest {
            brand_id: self.brand.clone(),
            context: by_creator(""),
            campaign_id: self.campaign.clone(),
            collaboration_id: who.to_owned(),
            deliverable_id: String::from("d1"),
            content_ref: String::from("drive/draft"),
            content_sha256: vec![7; 32].into(),
        }
    }

    pub fn revise(&self, who: &str, version: u32) -> RequestRevisionRequest {
        RequestRevisionRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            collaboration_id: who.to_owned(),
            deliverable_id: String::from("d1"),
            submission_version: version,
            reasons: vec![String::from("brighter")],
        }
    }

    pub fn approve(&self, who: &str) -> ApproveContentRequest {
        ApproveContentRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            collaboration_id: who.to_owned(),
            deliverable_id: String::from("d1"),
            submission_version: 1,
            rating: None,
        }
    }

    pub fn reject(&self, who: &str) -> RejectContentRequest {
        RejectContentRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            collaboration_id: who.to_owned(),
            deliverable_id: String::from("d1"),
            submission_version: 1,
            reason: String::from("off brand"),
        }
    }

    pub fn publish(&self, who: &str, deliverable: &str, at: Timestamp) -> RecordPublicationRequest {
        let post = format!("{}-{who}-{deliverable}", self.campaign);
        RecordPublicationRequest {
            brand_id: self.brand.clone(),
            context: by_creator(""),
            campaign_id: self.campaign.clone(),
            collaboration_id: who.to_owned(),
            deliverable_id: deliverable.to_owned(),
            publication_id: deliverable.to_owned(),
            url: format!("https://example.com/{post}"),
            platform_post_id: post,
            published_at: Some(at),
            followers: None,
            disclosed: true,
            shares: Vec::new(),
            platform_name: String::new(),
        }
    }

    pub fn verify(&self, who: &str) -> VerifyPublicationRequest {
        VerifyPublicationRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            collaboration_id: who.to_owned(),
            deliverable_id: String::from("d1"),
        }
    }

    pub fn waive(&self, who: &str) -> WaiveDeliverableRequest {
        WaiveDeliverableRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            collaboration_id: who.to_owned(),
            deliverable_id: String::from("d1"),
            reason: String::from("no time left"),
        }
    }

    pub fn reschedule(&self, who: &str, due_at: Timestamp) -> RescheduleDeadlineRequest {
        RescheduleDeadlineRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            collaboration_id: who.to_owned(),
            deliverable_id: String::from("d1"),
            due_at: Some(due_at),
            reason: String::new(),
        }
    }

    pub fn ship(&self, who: &str) -> ShipProductRequest {
        ShipProductRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            collaboration_id: who.to_owned(),
            shipment_id: String::from("s1"),
            product: String::from("a box"),
            value: Some(ProductValue {
                cost_of_goods: Some(money(&self.currency, 100)),
                fair_value: Some(money(&self.currency, 300)),
            }),
            shipped_at: Some(day(0)),
            cost_id: String::new(),
        }
    }
}
