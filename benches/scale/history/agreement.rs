//! Calls about campaigns, creators and agreements.

use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::*;

use super::Call;
use super::ids::{DAY_S, Place, at, by_brand, by_creator, collaboration, rupiah};
use super::plan::{Collaboration as Part, Plan};

/// The deliverable of every collaboration; its publication has the same id.
pub const POST: &str = "post";
/// A second deliverable of some collaborations.
pub const SECOND: &str = "story";
/// Budget cap of a campaign, in rupiah: more than any campaign commits.
const CAP: i64 = 1_000_000_000_000;
/// 2096-10-02: offers never expire.
const NEVER_S: i64 = 4_000_000_000;

impl Place {
    pub fn record_profile(&self, creator: u64, followers: u64) -> Call {
        let request = RecordCreatorProfileRequest {
            brand_id: self.brand(),
            context: by_brand(),
            creator_id: self.creator(creator),
            profile: Some(CreatorProfile {
                followers: vec![FollowerCount {
                    platform: Platform::Instagram.into(),
                    followers,
                    observed_at: at(0),
                    ..FollowerCount::default()
                }],
                niches: vec!["skincare".to_owned()],
                ..CreatorProfile::default()
            }),
        };
        Call::new(
            "/campaign.ledger.v1.CreatorService/RecordCreatorProfile",
            &request,
        )
    }

    pub fn amend(&self) -> Call {
        let request = AmendBudgetRequest {
            brand_id: self.brand(),
            context: by_brand(),
            campaign_id: self.campaign(),
            budget_cap: rupiah(CAP * 2),
            reason: "it goes well".to_owned(),
        };
        Call::new("/campaign.ledger.v1.CampaignService/AmendBudget", &request)
    }

    pub fn open(&self) -> Call {
        let request = OpenCampaignRequest {
            brand_id: self.brand(),
            context: by_brand(),
            campaign_id: self.campaign(),
        };
        Call::new("/campaign.ledger.v1.CampaignService/OpenCampaign", &request)
    }

    pub fn pause(&self) -> Call {
        let request = PauseCampaignRequest {
            brand_id: self.brand(),
            context: by_brand(),
            campaign_id: self.campaign(),
            reason: String::new(),
        };
        Call::new(
            "/campaign.ledger.v1.CampaignService/PauseCampaign",
            &request,
        )
    }

    pub fn resume(&self) -> Call {
        let request = ResumeCampaignRequest {
            brand_id: self.brand(),
            context: by_brand(),
            campaign_id: self.campaign(),
        };
        Call::new(
            "/campaign.ledger.v1.CampaignService/ResumeCampaign",
            &request,
        )
    }

    pub fn close(&self) -> Call {
        let request = CloseCampaignRequest {
            brand_id: self.brand(),
            context: by_brand(),
            campaign_id: self.campaign(),
            withdraw_pending: true,
        };
        Call::new(
            "/campaign.ledger.v1.CampaignService/CloseCampaign",
            &request,
        )
    }

    pub fn cancel(&self) -> Call {
        let request = CancelCampaignRequest {
            brand_id: self.brand(),
            context: by_brand(),
            campaign_id: self.campaign(),
            reason: "called off".to_owned(),
        };
        Call::new(
            "/campaign.ledger.v1.CampaignService/CancelCampaign",
            &request,
        )
    }
}

impl Plan {
    pub fn create(&self) -> Call {
        let request = CreateCampaignRequest {
            brand_id: self.place.brand(),
            context: by_brand(),
            campaign_id: self.place.campaign(),
            plan: Some(CampaignPlan {
                title: "Of many".to_owned(),
                objective: CampaignObjective::Engagement.into(),
                currency_code: "IDR".to_owned(),
                budget_cap: rupiah(CAP),
                start_at: at(self.start_s),
                end_at: at(self.start_s + 30 * DAY_S),
                measure_until: at(self.start_s + 45 * DAY_S),
                gross_margin_bp: Some(4_000),
                ..CampaignPlan::default()
            }),
        };
        Call::new(
            "/campaign.ledger.v1.CampaignService/CreateCampaign",
            &request,
        )
    }

    pub fn invite(&self, part: &Part, creator: u64) -> Call {
        let second = part.has_second.then_some(SECOND);
        let promised = std::iter::once(POST).chain(second);
        let request = InviteCreatorRequest {
            brand_id: self.place.brand(),
            context: by_brand(),
            campaign_id: self.place.campaign(),
            collaboration_id: collaboration(part.number),
            creator_id: self.place.creator(creator),
            terms: Some(Terms {
                fee: rupiah(part.fee),
                deliverables: promised.map(|id| self.promise(id)).collect(),
                attribution: Some(AttributionTerms {
                    code: format!("CODE{}", part.number),
                    ..AttributionTerms::default()
                }),
                kill_fee: Some(KillFeeTerms {
                    after_submission_bp: 5_000,
                    ..KillFeeTerms::default()
                }),
                ..Terms::default()
            }),
            expires_at: Some(prost_types::Timestamp {
                seconds: NEVER_S,
                nanos: 0,
            }),
        };
        Call::new(
            "/campaign.ledger.v1.CollaborationService/InviteCreator",
            &request,
        )
    }

    fn promise(&self, id: &str) -> DeliverableTerms {
        DeliverableTerms {
            deliverable_id: id.to_owned(),
            platform: Platform::Instagram.into(),
            format: ContentFormat::Review.into(),
            due_at: at(self.start_s + 14 * DAY_S),
            ..DeliverableTerms::default()
        }
    }

    pub fn accept(&self, part: &Part) -> Call {
        let request = AcceptBriefRequest {
            brand_id: self.place.brand(),
            context: by_creator(),
            campaign_id: self.place.campaign(),
            collaboration_id: collaboration(part.number),
            offer_version: 1,
        };
        Call::new(
            "/campaign.ledger.v1.CollaborationService/AcceptBrief",
            &request,
        )
    }

    pub fn decline(&self, part: &Part) -> Call {
        let request = DeclineInvitationRequest {
            brand_id: self.place.brand(),
            context: by_creator(),
            campaign_id: self.place.campaign(),
            collaboration_id: collaboration(part.number),
            reason: "no time".to_owned(),
        };
        Call::new(
            "/campaign.ledger.v1.CollaborationService/DeclineInvitation",
            &request,
        )
    }

    pub fn withdraw(&self, part: &Part) -> Call {
        let request = WithdrawInvitationRequest {
            brand_id: self.place.brand(),
            context: by_brand(),
            campaign_id: self.place.campaign(),
            collaboration_id: collaboration(part.number),
            reason: String::new(),
        };
        Call::new(
            "/campaign.ledger.v1.CollaborationService/WithdrawInvitation",
            &request,
        )
    }

    pub fn ship(&self, part: &Part) -> Call {
        let request = ShipProductRequest {
            brand_id: self.place.brand(),
            context: by_brand(),
            campaign_id: self.place.campaign(),
            collaboration_id: collaboration(part.number),
            shipment_id: "box".to_owned(),
            product: "a box".to_owned(),
            value: Some(ProductValue {
                cost_of_goods: rupiah(40_000),
                fair_value: rupiah(120_000),
            }),
            shipped_at: at(self.start_s),
            cost_id: String::new(),
        };
        Call::new(
            "/campaign.ledger.v1.CollaborationService/ShipProduct",
            &request,
        )
    }

    pub fn complete(&self, part: &Part) -> Call {
        let request = CompleteCollaborationRequest {
            brand_id: self.place.brand(),
            context: by_brand(),
            campaign_id: self.place.campaign(),
            collaboration_id: collaboration(part.number),
        };
        Call::new(
            "/campaign.ledger.v1.CollaborationService/CompleteCollaboration",
            &request,
        )
    }

    pub fn cancel(&self, part: &Part) -> Call {
        let request = CancelCollaborationRequest {
            brand_id: self.place.brand(),
            context: by_brand(),
            campaign_id: self.place.campaign(),
            collaboration_id: collaboration(part.number),
            reason: "plans changed".to_owned(),
        };
        Call::new(
            "/campaign.ledger.v1.CollaborationService/CancelCollaboration",
            &request,
        )
    }
}
