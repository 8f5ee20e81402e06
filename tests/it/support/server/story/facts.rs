//! Requests about measurements and costs.

use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::*;
use prost_types::Timestamp;

use super::super::by_brand;
use super::Story;

impl Story {
    /// Observes the post of `d1`: scope TOTAL, kind MEASURED, source API.
    pub fn observe(&self, who: &str, at: Timestamp, counters: Counters) -> RecordEngagementRequest {
        RecordEngagementRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            collaboration_id: who.to_owned(),
            publication_id: String::from("d1"),
            observed_at: Some(at),
            source: ObservationSource::Api.into(),
            kind: MeasurementKind::Measured.into(),
            scope: MeasurementScope::Total.into(),
            counters: Some(counters),
            followers: None,
            definition: String::new(),
        }
    }

    /// Returns the same as an item of a batch.
    pub fn seen(&self, who: &str, at: Timestamp, counters: Counters) -> EngagementItem {
        let alone = self.observe(who, at, counters);
        EngagementItem {
            campaign_id: alone.campaign_id,
            collaboration_id: alone.collaboration_id,
            publication_id: alone.publication_id,
            observed_at: alone.observed_at,
            source: alone.source,
            kind: alone.kind,
            scope: alone.scope,
            counters: alone.counters,
            followers: alone.followers,
            definition: alone.definition,
        }
    }

    /// Returns a batch.
    pub fn batch(
        &self,
        request_id: &str,
        observations: Vec<EngagementItem>,
    ) -> BatchRecordEngagementRequest {
        BatchRecordEngagementRequest {
            brand_id: self.brand.clone(),
            context: by_brand(request_id),
            observations,
        }
    }

    pub fn correct(
        &self,
        who: &str,
        observation_position: u64,
        counters: Counters,
    ) -> CorrectEngagementRequest {
        CorrectEngagementRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            collaboration_id: who.to_owned(),
            publication_id: String::from("d1"),
            observation_position,
            counters: Some(counters),
            followers: None,
            reason: String::from("misread"),
        }
    }

    pub fn void(&self, who: &str, observation_position: u64) -> VoidEngagementRequest {
        VoidEngagementRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            collaboration_id: who.to_owned(),
            publication_id: String::from("d1"),
            observation_position,
            reason: String::from("another post"),
        }
    }

    /// Returns a sale in the shop, credited to the collaboration whose link was clicked just
    /// before.
    pub fn sale(
        &self,
        order_id: &str,
        value: Option<Money>,
        at: Timestamp,
        touched: Option<&str>,
    ) -> RecordConversionRequest {
        let touch = |who: &str| LinkTouch {
            collaboration_id: who.to_owned(),
            touched_at: Some(at),
        };
        RecordConversionRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            order_source: String::from("shop"),
            order_id: order_id.to_owned(),
            r#type: ConversionType::Sale.into(),
            quantity: None,
            value,
            fx_rate: None,
            ordered_at: Some(at),
            code: String::new(),
            touches: touched.map(touch).into_iter().collect(),
            joint_shares: Vec::new(),
        }
    }

    pub fn refund(&self, order_id: &str, amount: Money, at: Timestamp) -> RecordRefundRequest {
        RecordRefundRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            order_source: String::from("shop"),
            order_id: order_id.to_owned(),
            refund_id: String::from("r1"),
            amount: Some(amount),
            refunded_at: Some(at),
            fx_rate: None,
        }
    }

    pub fn cost(
        &self,
        id: &str,
        who: Option<&str>,
        kind: CostType,
        amount: Money,
        at: Timestamp,
    ) -> RecordCostRequest {
        RecordCostRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            cost_id: id.to_owned(),
            collaboration_id: who.unwrap_or_default().to_owned(),
            r#type: kind.into(),
            amount: Some(amount),
            fx_rate: None,
            incurred_at: Some(at),
            note: String::new(),
        }
    }

    pub fn approve_cost(&self, id: &str) -> ApproveCostRequest {
        ApproveCostRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            cost_id: id.to_owned(),
            approved_minor: None,
            approved: None,
        }
    }

    pub fn reverse(&self, id: &str) -> ReverseCostRequest {
        ReverseCostRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            cost_id: id.to_owned(),
            reason: String::from("booked twice"),
        }
    }

    pub fn pay(&self, id: &str, amount: Money, at: Timestamp) -> RecordPaymentRequest {
        RecordPaymentRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            cost_id: id.to_owned(),
            payment_id: id.to_owned(),
            amount: Some(amount),
            external_reference: format!("transfer-{}-{id}", self.campaign),
            paid_at: Some(at),
        }
    }
}
