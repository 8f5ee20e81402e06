//! Point queries while the ledger writes at full speed.

use std::time::{Duration, Instant};

use campaign_ledger::wire::proto::api::report_service_client::ReportServiceClient;
use campaign_ledger::wire::proto::api::{GetCampaignRoiRequest, GetPartnershipRequest};
use tonic::transport::Channel;

use crate::drive::Load;
use crate::support::measured::Measured;
use crate::support::process::{Server, connect};
use crate::world;

/// Writers in flight during the queries.
const WRITERS: usize = 128;

/// Latencies of the queries, and of the writes beside them.
pub struct Queried {
    /// Campaign ROI.
    pub roi: Measured,
    /// Partnership.
    pub partnership: Measured,
    /// The writes.
    pub writes: Measured,
}

/// Sends one query after the other, on its own thread and connection, so that the figures do not
/// include what the writers of this process wait for.
pub async fn under_load(load: Load<'_>, channels: &[Channel], server: &Server) -> Queried {
    let load = Load {
        in_flight: WRITERS,
        ..load
    };
    let (address, time) = (server.address().to_owned(), load.time);
    let asking = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.expect("a runtime starts").block_on(async {
            let channel = connect(&address).await;
            ask(channel, time).await
        })
    });
    let writes = load.unary(channels).await;
    let (roi, partnership) = asking.join().expect("every query is answered");
    Queried {
        roi,
        partnership,
        writes,
    }
}

async fn ask(channel: Channel, time: Duration) -> (Measured, Measured) {
    let mut reports = ReportServiceClient::new(channel);
    let (mut roi, mut partnership) = (Measured::new(), Measured::new());
    let mut random = fastrand::Rng::with_seed(1);
    let start = Instant::now();
    while start.elapsed() < time {
        let request = GetCampaignRoiRequest {
            brand_id: world::brand(),
            campaign_id: world::campaign(world::draw(&mut random)),
            min_position: 0,
            as_of: None,
        };
        let begun = Instant::now();
        let answer = reports.get_campaign_roi(request).await;
        answer.expect("the campaign is there");
        roi.record(begun.elapsed());
        let request = GetPartnershipRequest {
            brand_id: world::brand(),
            creator_id: world::creator(world::draw(&mut random)),
            min_position: 0,
            as_of: None,
        };
        let begun = Instant::now();
        let answer = reports.get_partnership(request).await;
        answer.expect("the creator is there");
        partnership.record(begun.elapsed());
    }
    roi.took(start.elapsed());
    partnership.took(start.elapsed());
    (roi, partnership)
}
