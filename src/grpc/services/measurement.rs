//! Measurement over gRPC: engagement, conversions, refunds.

use tonic::{Request, Response, Status, Streaming};

use super::{conversions, publications};
use crate::domain::Position;
use crate::domain::rows::Rows;
use crate::domain::state::Order;
use crate::grpc::calls::{Door, Lookup, parsed};
use crate::grpc::edge::deadline::Deadline;
use crate::grpc::edge::status;
use crate::grpc::ingest::{Acks, Ingest};
use crate::grpc::streams::shares::{Stamp, Who};
use crate::grpc::{many, parse, render};
use crate::store::Snapshot;
use crate::views::Slice;
use crate::wire::proto::api;
use crate::wire::proto::api::measurement_service_server;

/// Serves `MeasurementService`.
pub struct Measurements {
    door: Door,
}

impl Measurements {
    /// Serves behind this door.
    pub fn new(door: Door) -> Self {
        Self { door }
    }
}

#[tonic::async_trait]
impl measurement_service_server::MeasurementService for Measurements {
    type IngestEngagementStream = Acks;

    async fn record_engagement(
        &self,
        request: Request<api::RecordEngagementRequest>,
    ) -> Result<Response<api::RecordEngagementResponse>, Status> {
        let written = self.door.write(request, parse::record_engagement).await?;
        Ok(Response::new(api::RecordEngagementResponse {
            publication: written.publication(),
            observation_position: written.receipt.first_position,
            receipt: Some(written.receipt),
        }))
    }

    async fn batch_record_engagement(
        &self,
        request: Request<api::BatchRecordEngagementRequest>,
    ) -> Result<Response<api::BatchRecordEngagementResponse>, Status> {
        let request = request.into_inner();
        let items = ("observations", request.observations.len());
        let decided = many::decide(&self.door, request, items, parse::batch_record_engagement);
        let (outcomes, _) = decided.await?;
        Ok(Response::new(api::BatchRecordEngagementResponse {
            results: outcomes.each.into_iter().map(render::recorded).collect(),
            last_position: outcomes.last.get(),
        }))
    }

    async fn ingest_engagement(
        &self,
        request: Request<Streaming<api::IngestEngagementRequest>>,
    ) -> Result<Response<Self::IngestEngagementStream>, Status> {
        let calls = self.door.enter()?;
        if calls.ending.is_cancelled() {
            return Err(status::draining_after_chunk(0));
        }
        let (who, idle) = (Who::of(&request), Stamp::default());
        let place = calls.streams.ingests.enter(&who, &idle);
        let place = place.map_err(status::no_place)?;
        let ingest = Ingest::new(calls.clone(), request.into_inner(), (who, idle, place));
        Ok(Response::new(ingest.start()))
    }

    async fn correct_engagement(
        &self,
        request: Request<api::CorrectEngagementRequest>,
    ) -> Result<Response<api::CorrectEngagementResponse>, Status> {
        let written = self.door.write(request, parse::correct_engagement).await?;
        Ok(Response::new(api::CorrectEngagementResponse {
            publication: written.publication(),
            observation_position: written.receipt.first_position,
            receipt: Some(written.receipt),
        }))
    }

    async fn void_engagement(
        &self,
        request: Request<api::VoidEngagementRequest>,
    ) -> Result<Response<api::VoidEngagementResponse>, Status> {
        let written = self.door.write(request, parse::void_engagement).await?;
        Ok(Response::new(api::VoidEngagementResponse {
            publication: written.publication(),
            receipt: Some(written.receipt),
        }))
    }

    async fn record_post_removed(
        &self,
        request: Request<api::RecordPostRemovedRequest>,
    ) -> Result<Response<api::RecordPostRemovedResponse>, Status> {
        let written = self.door.write(request, parse::record_post_removed).await?;
        Ok(Response::new(api::RecordPostRemovedResponse {
            publication: written.publication(),
            receipt: Some(written.receipt),
        }))
    }

    async fn record_post_restored(
        &self,
        request: Request<api::RecordPostRestoredRequest>,
    ) -> Result<Response<api::RecordPostRestoredResponse>, Status> {
        let written = self
            .door
            .write(request, parse::record_post_restored)
            .await?;
        Ok(Response::new(api::RecordPostRestoredResponse {
            publication: written.publication(),
            receipt: Some(written.receipt),
        }))
    }

    async fn check_disclosure(
        &self,
        request: Request<api::CheckDisclosureRequest>,
    ) -> Result<Response<api::CheckDisclosureResponse>, Status> {
        let written = self.door.write(request, parse::check_disclosure).await?;
        Ok(Response::new(api::CheckDisclosureResponse {
            publication: written.publication(),
            receipt: Some(written.receipt),
        }))
    }

    async fn record_conversion(
        &self,
        request: Request<api::RecordConversionRequest>,
    ) -> Result<Response<api::RecordConversionResponse>, Status> {
        let written = self.door.write(request, parse::record_conversion).await?;
        Ok(Response::new(api::RecordConversionResponse {
            outcome: written.outcome() as i32,
            conversion: written.conversion(),
            receipt: Some(written.receipt),
        }))
    }

    async fn batch_record_conversions(
        &self,
        request: Request<api::BatchRecordConversionsRequest>,
    ) -> Result<Response<api::BatchRecordConversionsResponse>, Status> {
        conversions::record_many(&self.door, request).await
    }

    async fn record_refund(
        &self,
        request: Request<api::RecordRefundRequest>,
    ) -> Result<Response<api::RecordRefundResponse>, Status> {
        let written = self.door.write(request, parse::record_refund).await?;
        Ok(Response::new(api::RecordRefundResponse {
            conversion: written.conversion(),
            receipt: Some(written.receipt),
        }))
    }

    async fn adjust_conversion(
        &self,
        request: Request<api::AdjustConversionRequest>,
    ) -> Result<Response<api::AdjustConversionResponse>, Status> {
        let written = self.door.write(request, parse::adjust_conversion).await?;
        Ok(Response::new(api::AdjustConversionResponse {
            conversion: written.conversion(),
            receipt: Some(written.receipt),
        }))
    }

    async fn get_publication(
        &self,
        request: Request<api::GetPublicationRequest>,
    ) -> Result<Response<api::GetPublicationResponse>, Status> {
        let calls = self.door.enter()?;
        let deadline = Deadline::of(&request);
        let request = request.into_inner();
        let query = parsed(parse::get_publication(&request))?;
        let (asked, head) = (
            Position::new(request.as_of_position),
            calls.log.head().position,
        );
        if asked > head {
            return Err(status::ahead("as_of_position", asked, head));
        }
        let until = query.observed_until;
        let slice = Slice::Campaign(query.publication.collaboration.campaign_ref());
        let when = query.when;
        let find = move |rows: &Snapshot| publications::found(rows, &query.publication, until);
        let (publication, position) = calls.read(when, slice, deadline, find).await?;
        Ok(Response::new(api::GetPublicationResponse {
            publication: Some(publication),
            position,
        }))
    }

    async fn list_publications(
        &self,
        request: Request<api::ListPublicationsRequest>,
    ) -> Result<Response<api::ListPublicationsResponse>, Status> {
        publications::list(&self.door, request).await
    }

    async fn get_conversion(
        &self,
        request: Request<api::GetConversionRequest>,
    ) -> Result<Response<api::GetConversionResponse>, Status> {
        let calls = self.door.enter()?;
        let deadline = Deadline::of(&request);
        let query = parsed(parse::get_conversion(&request.into_inner()))?;
        let (when, slice) = (query.when, Slice::Order(query.order.clone()));
        let find = move |rows: &Snapshot| {
            let row = rows.get::<Order>(&Order::key(&query.order))?;
            let id = query.order.order.id.as_str();
            let missing = || Lookup::missing(api::ErrorReason::OrderNotFound, "order", id);
            Ok(render::conversion(&query.order, &*row.ok_or_else(missing)?))
        };
        let (conversion, position) = calls.read(when, slice, deadline, find).await?;
        Ok(Response::new(api::GetConversionResponse {
            conversion: Some(conversion),
            position,
        }))
    }

    async fn list_conversions(
        &self,
        request: Request<api::ListConversionsRequest>,
    ) -> Result<Response<api::ListConversionsResponse>, Status> {
        conversions::list(&self.door, request).await
    }
}
