//! The head of a running ledger, and how long its views take to reach it.

use std::time::{Duration, Instant};

use campaign_ledger::wire::proto::api::audit_service_client::AuditServiceClient;
use campaign_ledger::wire::proto::api::{GetHeadRequest, GetHeadResponse};
use tonic::transport::Channel;

/// Time between two requests for the head.
const LOOK: Duration = Duration::from_millis(2);

/// The longest wait for the views.
const PATIENCE: Duration = Duration::from_secs(600);

/// Returns the head of the log.
pub async fn of(channel: &Channel) -> GetHeadResponse {
    let mut audit = AuditServiceClient::new(channel.clone());
    let head = audit.get_head(GetHeadRequest {}).await;
    head.expect("there is a head").into_inner()
}

/// Returns the average number of events per block between two heads; `None` without a block.
pub fn group(before: &GetHeadResponse, after: &GetHeadResponse) -> Option<f64> {
    let blocks = after.block - before.block;
    let events = after.position - before.position;
    (blocks > 0).then(|| events as f64 / blocks as f64)
}

/// Waits until the views have reached what is durable now; returns how long that took.
pub async fn views_caught_up(channel: &Channel) -> Duration {
    let start = Instant::now();
    let goal = of(channel).await.position;
    while of(channel).await.view_position < goal {
        assert!(start.elapsed() < PATIENCE, "the views follow the log");
        tokio::time::sleep(LOOK).await;
    }
    start.elapsed()
}
