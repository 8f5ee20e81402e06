//! Calls about deliverables and posts.

use campaign_ledger::wire::proto::api::*;

use super::Call;
use super::agreement::{POST, SECOND};
use super::ids::{at, by_brand, by_creator, collaboration};
use super::plan::{Collaboration as Part, Plan};

impl Plan {
    pub fn submit(&self, part: &Part) -> Call {
        let request = SubmitContentRequest {
            brand_id: self.place.brand(),
            context: by_creator(),
            campaign_id: self.place.campaign(),
            collaboration_id: collaboration(part.number),
            deliverable_id: POST.to_owned(),
            content_ref: "drive/draft".to_owned(),
            content_sha256: vec![7; 32].into(),
        };
        Call::new(
            "/campaign.ledger.v1.CollaborationService/SubmitContent",
            &request,
        )
    }

    pub fn request_revision(&self, part: &Part) -> Call {
        let request = RequestRevisionRequest {
            brand_id: self.place.brand(),
            context: by_brand(),
            campaign_id: self.place.campaign(),
            collaboration_id: collaboration(part.number),
            deliverable_id: POST.to_owned(),
            submission_version: 1,
            reasons: vec!["brighter".to_owned()],
        };
        Call::new(
            "/campaign.ledger.v1.CollaborationService/RequestRevision",
            &request,
        )
    }

    pub fn approve(&self, part: &Part, version: u32) -> Call {
        let request = ApproveContentRequest {
            brand_id: self.place.brand(),
            context: by_brand(),
            campaign_id: self.place.campaign(),
            collaboration_id: collaboration(part.number),
            deliverable_id: POST.to_owned(),
            submission_version: version,
            rating: Some(4),
        };
        Call::new(
            "/campaign.ledger.v1.CollaborationService/ApproveContent",
            &request,
        )
    }

    pub fn reject(&self, part: &Part, version: u32) -> Call {
        let request = RejectContentRequest {
            brand_id: self.place.brand(),
            context: by_brand(),
            campaign_id: self.place.campaign(),
            collaboration_id: collaboration(part.number),
            deliverable_id: POST.to_owned(),
            submission_version: version,
            reason: "off brand".to_owned(),
        };
        Call::new(
            "/campaign.ledger.v1.CollaborationService/RejectContent",
            &request,
        )
    }

    pub fn publish(&self, part: &Part) -> Call {
        let post = self.place.unique("post", u64::from(part.number));
        let request = RecordPublicationRequest {
            brand_id: self.place.brand(),
            context: by_creator(),
            campaign_id: self.place.campaign(),
            collaboration_id: collaboration(part.number),
            deliverable_id: POST.to_owned(),
            publication_id: POST.to_owned(),
            url: format!("https://example.test/{post}"),
            platform_post_id: post,
            published_at: at(part.published_s),
            followers: None,
            disclosed: true,
            shares: Vec::new(),
            platform_name: String::new(),
        };
        Call::new(
            "/campaign.ledger.v1.CollaborationService/RecordPublication",
            &request,
        )
    }

    pub fn verify(&self, part: &Part) -> Call {
        let request = VerifyPublicationRequest {
            brand_id: self.place.brand(),
            context: by_brand(),
            campaign_id: self.place.campaign(),
            collaboration_id: collaboration(part.number),
            deliverable_id: POST.to_owned(),
        };
        Call::new(
            "/campaign.ledger.v1.CollaborationService/VerifyPublication",
            &request,
        )
    }

    pub fn waive_second(&self, part: &Part) -> Call {
        let request = WaiveDeliverableRequest {
            brand_id: self.place.brand(),
            context: by_brand(),
            campaign_id: self.place.campaign(),
            collaboration_id: collaboration(part.number),
            deliverable_id: SECOND.to_owned(),
            reason: "one is enough".to_owned(),
        };
        Call::new(
            "/campaign.ledger.v1.CollaborationService/WaiveDeliverable",
            &request,
        )
    }
}
