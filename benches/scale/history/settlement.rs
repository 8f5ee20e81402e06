//! Calls about fees.

use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::CostType;

use super::Call;
use super::ids::{DAY_S, at, by_brand, collaboration, rupiah};
use super::plan::{Collaboration as Part, Plan};

fn line(part: &Part) -> String {
    format!("fee-{}", part.number)
}

impl Plan {
    pub fn record_fee(&self, part: &Part) -> Call {
        let request = RecordCostRequest {
            brand_id: self.place.brand(),
            context: by_brand(),
            campaign_id: self.place.campaign(),
            cost_id: line(part),
            collaboration_id: collaboration(part.number),
            r#type: CostType::Fee.into(),
            amount: rupiah(part.fee),
            fx_rate: None,
            incurred_at: at(part.published_s),
            note: String::new(),
        };
        Call::new("/campaign.ledger.v1.SettlementService/RecordCost", &request)
    }

    pub fn approve_fee(&self, part: &Part) -> Call {
        let request = ApproveCostRequest {
            brand_id: self.place.brand(),
            context: by_brand(),
            campaign_id: self.place.campaign(),
            cost_id: line(part),
            approved_minor: None,
            approved: None,
        };
        Call::new(
            "/campaign.ledger.v1.SettlementService/ApproveCost",
            &request,
        )
    }

    pub fn reverse_fee(&self, part: &Part) -> Call {
        let request = ReverseCostRequest {
            brand_id: self.place.brand(),
            context: by_brand(),
            campaign_id: self.place.campaign(),
            cost_id: line(part),
            reason: "booked twice".to_owned(),
        };
        Call::new(
            "/campaign.ledger.v1.SettlementService/ReverseCost",
            &request,
        )
    }

    pub fn pay_fee(&self, part: &Part) -> Call {
        let request = RecordPaymentRequest {
            brand_id: self.place.brand(),
            context: by_brand(),
            campaign_id: self.place.campaign(),
            cost_id: line(part),
            payment_id: line(part),
            amount: rupiah(part.fee),
            external_reference: self.place.unique("transfer", u64::from(part.number)),
            paid_at: at(part.published_s + 7 * DAY_S),
        };
        Call::new(
            "/campaign.ledger.v1.SettlementService/RecordPayment",
            &request,
        )
    }
}
