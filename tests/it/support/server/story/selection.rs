//! Requests about selection, safety and holds.

use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::*;

use super::super::{by_brand, day};
use super::Story;

/// Returns evidence with a hash.
pub fn evidence(reference: &str) -> Evidence {
    Evidence {
        reference: reference.to_owned(),
        sha256: vec![7; 32].into(),
        note: String::from("as seen"),
    }
}

/// Returns an assessment of day 0 in which everything fits.
pub fn fitting() -> Assessment {
    Assessment {
        niche_fit: Fit::Fits.into(),
        style_fit: Fit::Fits.into(),
        values_fit: Fit::Partly.into(),
        controversy: ControversyCheck::Clear.into(),
        note: String::from("kind"),
        evidence: vec![evidence("drive/feed.pdf")],
        assessed_at: Some(day(0)),
        niches: vec![String::from("skincare")],
    }
}

impl Story {
    pub fn assess(&self, who: &str) -> AssessCreatorRequest {
        AssessCreatorRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            creator_id: who.to_owned(),
            assessment: Some(fitting()),
        }
    }

    pub fn raise(&self, who: &str, flag: &str) -> RaiseSafetyFlagRequest {
        RaiseSafetyFlagRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            creator_id: who.to_owned(),
            flag_id: flag.to_owned(),
            severity: FlagSeverity::High.into(),
            category: FlagCategory::Controversy.into(),
            evidence: vec![evidence("drive/remark.png")],
            note: String::from("a rude remark"),
        }
    }

    pub fn clear(&self, who: &str, flag: &str) -> ClearSafetyFlagRequest {
        ClearSafetyFlagRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            creator_id: who.to_owned(),
            flag_id: flag.to_owned(),
            reason: String::from("apologised"),
            evidence: vec![evidence("drive/apology.png")],
        }
    }

    pub fn matching(&self, who: &str) -> MatchCreatorRequest {
        MatchCreatorRequest {
            brand_id: self.brand.clone(),
            campaign_id: self.campaign.clone(),
            creator_id: who.to_owned(),
            min_position: 0,
            as_of: None,
        }
    }

    /// On the whole collaboration, without a flag.
    pub fn place_hold(&self, who: &str, hold: &str) -> PlaceHoldRequest {
        PlaceHoldRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            collaboration_id: who.to_owned(),
            hold_id: hold.to_owned(),
            deliverable_id: String::new(),
            flag_id: String::new(),
            reason: String::from("until it is looked into"),
        }
    }

    pub fn release_hold(&self, who: &str, hold: &str) -> ReleaseHoldRequest {
        ReleaseHoldRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            collaboration_id: who.to_owned(),
            hold_id: hold.to_owned(),
            reason: String::from("looked into"),
        }
    }

    pub fn terminate(&self, who: &str, flag: &str) -> TerminateCollaborationRequest {
        TerminateCollaborationRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            collaboration_id: who.to_owned(),
            reason: String::from("the remark stands"),
            flag_id: flag.to_owned(),
            dispute_id: String::new(),
        }
    }

    /// The same, because of a ruling of a dispute.
    pub fn terminate_by_ruling(&self, who: &str, dispute: &str) -> TerminateCollaborationRequest {
        TerminateCollaborationRequest {
            dispute_id: dispute.to_owned(),
            ..self.terminate(who, "")
        }
    }
}
