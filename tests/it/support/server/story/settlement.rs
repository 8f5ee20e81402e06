//! Requests about changes of cost lines, and about disputes.

use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::dispute_subject::Subject;
use campaign_ledger::wire::proto::values::{
    Arbiter, DisputeRuling, DisputeSubject, Evidence, FxRate, Money, Share,
};

use super::super::by_brand;
use super::{Story, money};

impl Story {
    pub fn adjust(&self, id: &str, delta: Money) -> AdjustCostRequest {
        AdjustCostRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            cost_id: id.to_owned(),
            delta: Some(delta),
            reason: String::from("other hours"),
        }
    }

    pub fn withhold(&self, id: &str) -> WithholdCostRequest {
        WithholdCostRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            cost_id: id.to_owned(),
            reason: String::from("no invoice yet"),
        }
    }

    pub fn release(&self, id: &str) -> ReleaseCostRequest {
        ReleaseCostRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            cost_id: id.to_owned(),
            reason: String::from("the invoice came"),
        }
    }

    /// Half of the gross is taxed at 5 %.
    pub fn tax(&self, id: &str, gross: Money) -> RecordTaxRequest {
        let part = |divisor| money(&gross.currency_code, gross.minor_units() / divisor);
        RecordTaxRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            cost_id: id.to_owned(),
            tax_id: id.to_owned(),
            base: Some(part(2)),
            rate_percent: String::from("5"),
            amount: Some(part(40)),
            gross: Some(gross),
            article: String::from("PPh 21"),
            certificate: String::new(),
            period: String::from("2025-10"),
        }
    }

    /// Disputed by the brand.
    pub fn dispute(&self, id: &str, who: &str, subject: Subject) -> OpenDisputeRequest {
        OpenDisputeRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            collaboration_id: who.to_owned(),
            dispute_id: id.to_owned(),
            subject: Some(DisputeSubject {
                subject: Some(subject),
            }),
            reason: String::from("not as agreed"),
            evidence: vec![String::from("https://drive.example/chat")],
        }
    }

    pub fn resolve(&self, id: &str, who: &str, ruling: DisputeRuling) -> ResolveDisputeRequest {
        ResolveDisputeRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            collaboration_id: who.to_owned(),
            dispute_id: id.to_owned(),
            ruling: ruling.into(),
            share_bp: (ruling == DisputeRuling::Split).then_some(5_000),
            arbiter: Some(Arbiter {
                name: String::from("Ibu Ratna"),
                role: String::from("agency"),
            }),
            reason: String::from("both were heard"),
        }
    }

    pub fn adjust_order(&self, order_id: &str, delta: Money) -> AdjustConversionRequest {
        AdjustConversionRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            order_source: String::from("shop"),
            order_id: order_id.to_owned(),
            adjustment_id: String::from("a1"),
            delta: Some(delta),
            reason: String::from("counted again"),
        }
    }

    pub fn correct_order(&self, order_id: &str, expected: u64) -> CorrectConversionRequest {
        CorrectConversionRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            order_source: String::from("shop"),
            order_id: order_id.to_owned(),
            expected_position: expected,
            reason: String::from("read wrongly"),
            ..CorrectConversionRequest::default()
        }
    }

    pub fn void_order(&self, order_id: &str, expected: u64) -> VoidConversionRequest {
        VoidConversionRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            order_source: String::from("shop"),
            order_id: order_id.to_owned(),
            expected_position: expected,
            reason: String::from("never paid"),
        }
    }

    pub fn reattribute_order(
        &self,
        order_id: &str,
        expected: u64,
        to: &str,
    ) -> ReattributeConversionRequest {
        ReattributeConversionRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            order_source: String::from("shop"),
            order_id: order_id.to_owned(),
            expected_position: expected,
            shares: vec![Share {
                collaboration_id: to.to_owned(),
                share_bp: 10_000,
            }],
            evidence: vec![Evidence {
                reference: String::from("https://drive.example/chat"),
                ..Evidence::default()
            }],
            reason: String::from("the customer says so"),
        }
    }

    pub fn void_refund(&self, order_id: &str, refund: &str) -> VoidRefundRequest {
        VoidRefundRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            order_source: String::from("shop"),
            order_id: order_id.to_owned(),
            refund_id: refund.to_owned(),
            reason: String::from("the transfer failed"),
        }
    }

    pub fn supply_rate(&self, order_id: &str, fx_rate: FxRate) -> SupplyRateRequest {
        SupplyRateRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            order_source: String::from("shop"),
            order_id: order_id.to_owned(),
            fx_rate: Some(fx_rate),
        }
    }

    pub fn supply_cost_rate(&self, id: &str, fx_rate: FxRate) -> SupplyCostRateRequest {
        SupplyCostRateRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            cost_id: id.to_owned(),
            fx_rate: Some(fx_rate),
        }
    }

    pub fn accrue_bonus(&self, who: &str, bonus_id: &str) -> AccrueBonusRequest {
        AccrueBonusRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            collaboration_id: who.to_owned(),
            bonus_id: bonus_id.to_owned(),
        }
    }
}
