//! Calls about observations of posts, and about orders.

use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::*;
use prost_types::Timestamp;

use super::Call;
use super::agreement::POST;
use super::ids::{DAY_S, Place, at, by_brand, collaboration, rupiah};
use super::plan::{Collaboration as Part, Plan};

/// The system that orders come from.
const SHOP: &str = "shop";

impl Plan {
    /// Returns observations of a post in random order, some after the window and some after the end
    /// of measurement.
    pub fn seen(&self, part: &Part, count: u32, random: &mut fastrand::Rng) -> Vec<EngagementItem> {
        (0..count).map(|_| self.seen_once(part, random)).collect()
    }

    fn seen_once(&self, part: &Part, random: &mut fastrand::Rng) -> EngagementItem {
        let after_s = random.i64(60..50 * DAY_S);
        let observed_at = at(part.published_s + after_s).map(|time| Timestamp {
            // The nanoseconds make each of them unique.
            nanos: random.i32(0..1_000_000_000),
            ..time
        });
        let (source, kind) = match random.u32(0..20) {
            0 => (ObservationSource::Creator, MeasurementKind::Reported),
            1 => (ObservationSource::Estimate, MeasurementKind::Estimated),
            2 => (ObservationSource::Brand, MeasurementKind::Measured),
            _ => (ObservationSource::Api, MeasurementKind::Measured),
        };
        EngagementItem {
            campaign_id: self.place.campaign(),
            collaboration_id: collaboration(part.number),
            publication_id: POST.to_owned(),
            observed_at,
            source: source.into(),
            kind: kind.into(),
            scope: MeasurementScope::Total.into(),
            counters: Some(counters(after_s, random)),
            followers: None,
            definition: String::new(),
        }
    }

    /// Returns an order with the code of a collaboration.
    pub fn order(&self, number: u32, of: &Part, value: i64) -> Call {
        let request = RecordConversionRequest {
            brand_id: self.place.brand(),
            context: by_brand(),
            campaign_id: self.place.campaign(),
            order_source: SHOP.to_owned(),
            order_id: self.place.unique("order", u64::from(number)),
            r#type: ConversionType::Sale.into(),
            quantity: None,
            value: rupiah(value),
            fx_rate: None,
            ordered_at: at(of.published_s + DAY_S),
            code: format!("CODE{}", of.number),
            touches: Vec::new(),
            joint_shares: Vec::new(),
        };
        Call::new(
            "/campaign.ledger.v1.MeasurementService/RecordConversion",
            &request,
        )
    }

    pub fn refund(&self, number: u32, of: &Part, amount: i64) -> Call {
        let request = RecordRefundRequest {
            brand_id: self.place.brand(),
            context: by_brand(),
            order_source: SHOP.to_owned(),
            order_id: self.place.unique("order", u64::from(number)),
            refund_id: "first".to_owned(),
            amount: rupiah(amount),
            refunded_at: at(of.published_s + 5 * DAY_S),
            fx_rate: None,
        };
        Call::new(
            "/campaign.ledger.v1.MeasurementService/RecordRefund",
            &request,
        )
    }
}

impl Place {
    /// Returns the observations as one call.
    pub fn batch(&self, observations: Vec<EngagementItem>) -> Call {
        let request = BatchRecordEngagementRequest {
            brand_id: self.brand(),
            context: by_brand(),
            observations,
        };
        Call::new(
            "/campaign.ledger.v1.MeasurementService/BatchRecordEngagement",
            &request,
        )
    }

    /// Returns one observation as a call of its own.
    pub fn observe(&self, item: EngagementItem) -> Call {
        let request = RecordEngagementRequest {
            brand_id: self.brand(),
            context: by_brand(),
            campaign_id: item.campaign_id,
            collaboration_id: item.collaboration_id,
            publication_id: item.publication_id,
            observed_at: item.observed_at,
            source: item.source,
            kind: item.kind,
            scope: item.scope,
            counters: item.counters,
            followers: item.followers,
            definition: item.definition,
        };
        Call::new(
            "/campaign.ledger.v1.MeasurementService/RecordEngagement",
            &request,
        )
    }

    /// Corrects an observation.
    pub fn correct(&self, of: u32, position: u64, random: &mut fastrand::Rng) -> Call {
        let request = CorrectEngagementRequest {
            brand_id: self.brand(),
            context: by_brand(),
            campaign_id: self.campaign(),
            collaboration_id: collaboration(of),
            publication_id: POST.to_owned(),
            observation_position: position,
            counters: Some(counters(DAY_S, random)),
            followers: None,
            reason: "misread".to_owned(),
        };
        Call::new(
            "/campaign.ledger.v1.MeasurementService/CorrectEngagement",
            &request,
        )
    }

    /// Voids an observation.
    pub fn void(&self, of: u32, position: u64) -> Call {
        let request = VoidEngagementRequest {
            brand_id: self.brand(),
            context: by_brand(),
            campaign_id: self.campaign(),
            collaboration_id: collaboration(of),
            publication_id: POST.to_owned(),
            observation_position: position,
            reason: "another post".to_owned(),
        };
        Call::new(
            "/campaign.ledger.v1.MeasurementService/VoidEngagement",
            &request,
        )
    }
}

/// Returns counters that grow with the age of the post.
fn counters(after_s: i64, random: &mut fastrand::Rng) -> Counters {
    let views = after_s.unsigned_abs() / 60 + random.u64(0..1_000);
    Counters {
        likes: Some(views / 20),
        comments: Some(views / 200),
        shares: Some(views / 400),
        saves: views.is_multiple_of(3).then_some(views / 100),
        views: Some(views),
        reach: Some(views / 2),
        ..Counters::default()
    }
}
