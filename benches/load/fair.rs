//! A quiet brand beside one that floods: single calls of both while hundreds of the second wait.

use std::time::{Duration, Instant};

use campaign_ledger::wire::proto::api;
use campaign_ledger::wire::proto::api::creator_service_client::CreatorServiceClient;
use tonic::transport::Channel;

use crate::drive::Load;
use crate::support::measured::Measured;
use crate::world::{World, brand, by_brand};

/// Calls of the flood that wait at the same time.
pub const FLOOD: usize = 512;
/// Share of the time in which the flood begins.
const BEGINNING: u32 = 5;

/// Latencies of single calls.
pub struct Beside {
    /// Of the quiet brand, without a flood.
    pub alone: Measured,
    /// Of the quiet brand, beside the flood.
    pub quiet: Measured,
    /// Of the brand that floods.
    pub flooding: Measured,
}

/// Measures the quiet brand alone and beside the flood.
pub async fn measure(world: &World, channels: &[Channel], own: &Channel, time: Duration) -> Beside {
    let alone = single(own, "quiet-brand", time).await;
    let flood = Load {
        in_flight: FLOOD,
        time: time * 2 + time / BEGINNING,
        world,
    };
    let singles = async {
        tokio::time::sleep(time / BEGINNING).await;
        let quiet = single(own, "quiet-brand", time).await;
        (quiet, single(own, &brand(), time).await)
    };
    let (_, (quiet, flooding)) = tokio::join!(flood.unary(channels), singles);
    Beside {
        alone,
        quiet,
        flooding,
    }
}

/// Records profiles of a brand, one call after the other.
async fn single(channel: &Channel, brand: &str, time: Duration) -> Measured {
    let mut client = CreatorServiceClient::new(channel.clone());
    let mut measured = Measured::new();
    let start = Instant::now();
    while start.elapsed() < time {
        let request = api::RecordCreatorProfileRequest {
            brand_id: brand.to_owned(),
            context: by_brand(),
            creator_id: String::from("somebody"),
            profile: Some(api::CreatorProfile {
                niches: vec![format!("niche-{}", measured.calls())],
                ..api::CreatorProfile::default()
            }),
        };
        let begun = Instant::now();
        let answer = client.record_creator_profile(request).await;
        answer.expect("it is recorded");
        measured.record(begun.elapsed());
    }
    measured.took(start.elapsed());
    measured
}
