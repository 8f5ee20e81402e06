//! Requests about erasure and legal holds.

use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::*;

use super::super::by_brand;
use super::Story;

impl Story {
    pub fn erase(&self, who: &str) -> EraseCreatorRequest {
        EraseCreatorRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            creator_id: who.to_owned(),
            ground: ErasureGround::ConsentWithdrawn.into(),
            reference: String::from("ticket 17"),
        }
    }

    pub fn place_legal_hold(&self, who: &str, hold: &str) -> PlaceLegalHoldRequest {
        PlaceLegalHoldRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            creator_id: who.to_owned(),
            hold_id: hold.to_owned(),
            ground: LegalHoldGround::Litigation.into(),
            reference: String::from("case 4"),
        }
    }

    pub fn release_legal_hold(&self, who: &str, hold: &str) -> ReleaseLegalHoldRequest {
        ReleaseLegalHoldRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            creator_id: who.to_owned(),
            hold_id: hold.to_owned(),
            ground: LegalHoldEnd::CaseClosed.into(),
            reference: String::from("case 4, settled"),
        }
    }

    pub fn export(&self, who: &str) -> ExportCreatorDataRequest {
        ExportCreatorDataRequest {
            brand_id: self.brand.clone(),
            creator_id: who.to_owned(),
            after_position: 0,
            min_position: 0,
        }
    }
}
