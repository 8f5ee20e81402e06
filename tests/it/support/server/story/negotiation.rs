//! Requests of the negotiation and of amendments.

use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::*;

use super::super::{by_brand, by_creator, day};
use super::Story;

impl Story {
    /// Invites all of them in one call with the same terms; the offers expire on day 7.
    pub fn invite_all(
        &self,
        request_id: &str,
        creators: &[&str],
        terms: Terms,
    ) -> BatchInviteCreatorsRequest {
        let invitations = creators.iter().map(|who| Invitation {
            collaboration_id: (*who).to_owned(),
            creator_id: (*who).to_owned(),
            ..Invitation::default()
        });
        BatchInviteCreatorsRequest {
            brand_id: self.brand.clone(),
            context: by_brand(request_id),
            campaign_id: self.campaign.clone(),
            invitations: invitations.collect(),
            terms: Some(terms),
            expires_at: Some(day(7)),
        }
    }

    pub fn apply(&self, who: &str) -> ApplyToCampaignRequest {
        ApplyToCampaignRequest {
            brand_id: self.brand.clone(),
            context: by_creator(""),
            campaign_id: self.campaign.clone(),
            collaboration_id: who.to_owned(),
            creator_id: who.to_owned(),
            message: String::from("we roast at home"),
            fee: None,
        }
    }

    /// Expires on day 7.
    pub fn send_offer(&self, who: &str, terms: Terms) -> SendOfferRequest {
        SendOfferRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            collaboration_id: who.to_owned(),
            terms: Some(terms),
            expires_at: Some(day(7)),
        }
    }

    pub fn reject_application(&self, who: &str) -> RejectApplicationRequest {
        RejectApplicationRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            collaboration_id: who.to_owned(),
            reason: String::from("another niche"),
        }
    }

    /// Expires when the offer would have.
    pub fn counter(&self, who: &str, offer_version: u32, terms: Terms) -> CounterOfferRequest {
        CounterOfferRequest {
            brand_id: self.brand.clone(),
            context: by_creator(""),
            campaign_id: self.campaign.clone(),
            collaboration_id: who.to_owned(),
            offer_version,
            terms: Some(terms),
            expires_at: None,
            note: String::from("two posts are more work"),
        }
    }

    /// Expires on day 7.
    pub fn revise_offer(&self, who: &str, offer_version: u32, terms: Terms) -> ReviseOfferRequest {
        ReviseOfferRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            collaboration_id: who.to_owned(),
            offer_version,
            terms: Some(terms),
            expires_at: Some(day(7)),
        }
    }

    pub fn accept_counter(&self, who: &str, offer_version: u32) -> AcceptCounterRequest {
        AcceptCounterRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            collaboration_id: who.to_owned(),
            offer_version,
        }
    }

    pub fn reject_counter(&self, who: &str, offer_version: u32) -> RejectCounterRequest {
        RejectCounterRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            collaboration_id: who.to_owned(),
            offer_version,
            reason: String::from("over the budget"),
        }
    }

    /// By the brand.
    pub fn amend_terms(&self, who: &str, terms: Terms) -> AmendTermsRequest {
        AmendTermsRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            collaboration_id: who.to_owned(),
            terms: Some(terms),
            reason: String::from("one more post"),
        }
    }

    /// By the creator.
    pub fn accept_amendment(&self, who: &str, terms_version: u32) -> AcceptAmendmentRequest {
        AcceptAmendmentRequest {
            brand_id: self.brand.clone(),
            context: by_creator(""),
            campaign_id: self.campaign.clone(),
            collaboration_id: who.to_owned(),
            terms_version,
        }
    }

    /// By the creator.
    pub fn reject_amendment(&self, who: &str, terms_version: u32) -> RejectAmendmentRequest {
        RejectAmendmentRequest {
            brand_id: self.brand.clone(),
            context: by_creator(""),
            campaign_id: self.campaign.clone(),
            collaboration_id: who.to_owned(),
            terms_version,
            reason: String::from("as agreed first"),
        }
    }

    pub fn leave(&self, who: &str) -> WithdrawFromCampaignRequest {
        WithdrawFromCampaignRequest {
            brand_id: self.brand.clone(),
            context: by_creator(""),
            campaign_id: self.campaign.clone(),
            collaboration_id: who.to_owned(),
            reason: String::from("no time after all"),
        }
    }
}
