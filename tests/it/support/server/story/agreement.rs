//! Requests about campaigns, creators and agreements.

use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::*;

use super::super::{by_brand, by_creator, day};
use super::Story;

impl Story {
    pub fn create(&self, plan: CampaignPlan) -> CreateCampaignRequest {
        CreateCampaignRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            plan: Some(plan),
        }
    }

    /// Defines a version of the brand's model of earned media value.
    pub fn define(&self, version: &str, prices: Vec<EmvPrice>) -> DefineEmvModelRequest {
        DefineEmvModelRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            emv_model: Some(EmvModel {
                version: version.to_owned(),
                currency_code: self.currency.clone(),
                prices,
            }),
        }
    }

    pub fn start(&self) -> OpenCampaignRequest {
        OpenCampaignRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
        }
    }

    pub fn pause(&self) -> PauseCampaignRequest {
        PauseCampaignRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            reason: String::new(),
        }
    }

    pub fn resume(&self) -> ResumeCampaignRequest {
        ResumeCampaignRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
        }
    }

    pub fn amend(&self, cap: Money) -> AmendBudgetRequest {
        AmendBudgetRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            budget_cap: Some(cap),
            reason: String::from("as agreed"),
        }
    }

    pub fn close(&self, withdraw_pending: bool) -> CloseCampaignRequest {
        CloseCampaignRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            withdraw_pending,
        }
    }

    pub fn cancel_campaign(&self) -> CancelCampaignRequest {
        CancelCampaignRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            reason: String::from("called off"),
        }
    }

    /// Followers are those on Instagram.
    pub fn profile(&self, who: &str, followers: u64) -> RecordCreatorProfileRequest {
        let count = FollowerCount {
            platform: Platform::Instagram.into(),
            followers,
            observed_at: Some(day(0)),
            platform_name: String::new(),
        };
        RecordCreatorProfileRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            creator_id: who.to_owned(),
            profile: Some(CreatorProfile {
                followers: vec![count],
                ..CreatorProfile::default()
            }),
        }
    }

    pub fn block(&self, who: &str) -> BlockCreatorRequest {
        BlockCreatorRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            creator_id: who.to_owned(),
            reason: String::from("a controversy"),
        }
    }

    pub fn unblock(&self, who: &str) -> UnblockCreatorRequest {
        UnblockCreatorRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            creator_id: who.to_owned(),
            reason: String::from("cleared"),
        }
    }

    /// Expires on day 7.
    pub fn invite(&self, who: &str, terms: Terms) -> InviteCreatorRequest {
        InviteCreatorRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            collaboration_id: who.to_owned(),
            creator_id: who.to_owned(),
            terms: Some(terms),
            expires_at: Some(day(7)),
        }
    }

    pub fn accept(&self, who: &str) -> AcceptBriefRequest {
        AcceptBriefRequest {
            brand_id: self.brand.clone(),
            context: by_creator(""),
            campaign_id: self.campaign.clone(),
            collaboration_id: who.to_owned(),
            offer_version: 1,
        }
    }

    pub fn decline(&self, who: &str) -> DeclineInvitationRequest {
        DeclineInvitationRequest {
            brand_id: self.brand.clone(),
            context: by_creator(""),
            campaign_id: self.campaign.clone(),
            collaboration_id: who.to_owned(),
            reason: String::new(),
        }
    }

    pub fn withdraw(&self, who: &str) -> WithdrawInvitationRequest {
        WithdrawInvitationRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            collaboration_id: who.to_owned(),
            reason: String::new(),
        }
    }

    pub fn complete(&self, who: &str) -> CompleteCollaborationRequest {
        CompleteCollaborationRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            collaboration_id: who.to_owned(),
        }
    }

    pub fn cancel(&self, who: &str) -> CancelCollaborationRequest {
        CancelCollaborationRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            collaboration_id: who.to_owned(),
            reason: String::from("plans changed"),
        }
    }
}
