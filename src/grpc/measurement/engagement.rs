//! Observations over gRPC: many at once, and a stream of them.

use tonic::{Request, Response, Status, Streaming};

use super::ingest::{Acks, Ingest};
use super::parse;
use crate::grpc::calls::streams::refused;
use crate::grpc::calls::streams::shares::{Stamp, Who};
use crate::grpc::calls::{Calls, Written, many};
use crate::grpc::collaboration::render::recorded;
use crate::grpc::edge::status;
use crate::wire::proto::api;

/// Returns the position of the observation that a write recorded; 0 when it is only validated.
pub(super) fn observation_position(written: &Written) -> u64 {
    written.receipt.first_position
}

/// Records observations, each separately.
pub(super) async fn record_many(
    calls: &Calls,
    request: Request<api::BatchRecordEngagementRequest>,
) -> Result<Response<api::BatchRecordEngagementResponse>, Status> {
    let request = request.into_inner();
    let items = ("observations", request.observations.len());
    let decided = many::decide(calls, request, items, parse::batch_record_engagement);
    let (outcomes, _) = decided.await?;
    Ok(Response::new(api::BatchRecordEngagementResponse {
        results: outcomes.each.into_iter().map(recorded).collect(),
        last_position: outcomes.last.get(),
    }))
}

/// Takes a stream of observations.
pub(super) async fn ingest(
    calls: &Calls,
    request: Request<Streaming<api::IngestEngagementRequest>>,
) -> Result<Response<Acks>, Status> {
    if calls.ending.is_cancelled() {
        return Err(status::draining_after_chunk(0));
    }
    let (who, idle) = (Who::of(&request), Stamp::default());
    let place = calls.streams.ingests.enter(&who, &idle);
    let place = place.map_err(refused::no_place)?;
    let ingest = Ingest::new(calls.clone(), request.into_inner(), (who, idle, place));
    Ok(Response::new(ingest.start()))
}
