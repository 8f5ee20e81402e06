//! The upper limit of the transport: a server with the same messages and settings that does
//! nothing.

use std::fs;
use std::path::Path;

use campaign_ledger::config::Config;
use campaign_ledger::grpc::edge::health::Health;
use campaign_ledger::grpc::edge::incoming::Incoming;
use campaign_ledger::metrics::Metrics;
use campaign_ledger::server::drain::{self, Limits, Stop};
use campaign_ledger::server::transport;
use campaign_ledger::wire::proto::api;
use campaign_ledger::wire::proto::api::measurement_service_server::{
    MeasurementService, MeasurementServiceServer,
};
use prost::Message as _;
use tokio_stream::Empty;
use tonic::service::Routes;
use tonic::{Request, Response, Status, Streaming};

/// The argument that makes this program run as that server.
pub const MODE: &str = "noop-server";

struct Noop {
    answer: api::RecordEngagementResponse,
}

/// Serves until it is killed. The file `answer` has an answer of the ledger, which every call gets,
/// so that both servers send the same amount.
pub fn serve(answer: &Path) {
    let answer = fs::read(answer).expect("the answer is there");
    let answer = api::RecordEngagementResponse::decode(answer.as_slice());
    let noop = Noop {
        answer: answer.expect("it is an answer"),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime starts").block_on(async {
        let config = Config {
            listen: ([127, 0, 0, 1], 0).into(),
            ..Config::default()
        };
        let limits = transport::connection_limits(&config);
        let incoming = Incoming::bind(config.listen, limits)
            .await
            .expect("a port is free");
        println!("listening {}", incoming.local_addr().expect("it is bound"));
        let health = Health::starting(&[]).await;
        let routes = Routes::new(MeasurementServiceServer::new(noop));
        let router = transport::router(&config, routes, &Metrics::default());
        let stop = Stop::new();
        let served = drain::serve_until(router, incoming, &health, &stop, Limits::of(&config));
        served.await.expect("it serves");
    });
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is not a server of the ledger, and its errors have no reasons"
)]
fn unused<T>() -> Result<Response<T>, Status> {
    Err(Status::unimplemented("only RecordEngagement is measured"))
}

#[tonic::async_trait]
impl MeasurementService for Noop {
    type IngestEngagementStream = Empty<Result<api::IngestEngagementResponse, Status>>;

    async fn record_engagement(
        &self,
        request: Request<api::RecordEngagementRequest>,
    ) -> Result<Response<api::RecordEngagementResponse>, Status> {
        // Read and dropped, as the ledger does after its decision.
        drop(request.into_inner());
        Ok(Response::new(self.answer.clone()))
    }

    async fn batch_record_engagement(
        &self,
        _: Request<api::BatchRecordEngagementRequest>,
    ) -> Result<Response<api::BatchRecordEngagementResponse>, Status> {
        unused()
    }

    async fn ingest_engagement(
        &self,
        _: Request<Streaming<api::IngestEngagementRequest>>,
    ) -> Result<Response<Self::IngestEngagementStream>, Status> {
        unused()
    }

    async fn correct_engagement(
        &self,
        _: Request<api::CorrectEngagementRequest>,
    ) -> Result<Response<api::CorrectEngagementResponse>, Status> {
        unused()
    }

    async fn void_engagement(
        &self,
        _: Request<api::VoidEngagementRequest>,
    ) -> Result<Response<api::VoidEngagementResponse>, Status> {
        unused()
    }

    async fn record_post_removed(
        &self,
        _: Request<api::RecordPostRemovedRequest>,
    ) -> Result<Response<api::RecordPostRemovedResponse>, Status> {
        unused()
    }

    async fn record_post_restored(
        &self,
        _: Request<api::RecordPostRestoredRequest>,
    ) -> Result<Response<api::RecordPostRestoredResponse>, Status> {
        unused()
    }

    async fn check_disclosure(
        &self,
        _: Request<api::CheckDisclosureRequest>,
    ) -> Result<Response<api::CheckDisclosureResponse>, Status> {
        unused()
    }

    async fn correct_publication(
        &self,
        _: Request<api::CorrectPublicationRequest>,
    ) -> Result<Response<api::CorrectPublicationResponse>, Status> {
        unused()
    }

    async fn record_conversion(
        &self,
        _: Request<api::RecordConversionRequest>,
    ) -> Result<Response<api::RecordConversionResponse>, Status> {
        unused()
    }

    async fn batch_record_conversions(
        &self,
        _: Request<api::BatchRecordConversionsRequest>,
    ) -> Result<Response<api::BatchRecordConversionsResponse>, Status> {
        unused()
    }

    async fn record_refund(
        &self,
        _: Request<api::RecordRefundRequest>,
    ) -> Result<Response<api::RecordRefundResponse>, Status> {
        unused()
    }

    async fn correct_conversion(
        &self,
        _: Request<api::CorrectConversionRequest>,
    ) -> Result<Response<api::CorrectConversionResponse>, Status> {
        unused()
    }

    async fn void_conversion(
        &self,
        _: Request<api::VoidConversionRequest>,
    ) -> Result<Response<api::VoidConversionResponse>, Status> {
        unused()
    }

    async fn reattribute_conversion(
        &self,
        _: Request<api::ReattributeConversionRequest>,
    ) -> Result<Response<api::ReattributeConversionResponse>, Status> {
        unused()
    }

    async fn void_refund(
        &self,
        _: Request<api::VoidRefundRequest>,
    ) -> Result<Response<api::VoidRefundResponse>, Status> {
        unused()
    }

    async fn supply_rate(
        &self,
        _: Request<api::SupplyRateRequest>,
    ) -> Result<Response<api::SupplyRateResponse>, Status> {
        unused()
    }

    async fn adjust_conversion(
        &self,
        _: Request<api::AdjustConversionRequest>,
    ) -> Result<Response<api::AdjustConversionResponse>, Status> {
        unused()
    }

    async fn get_publication(
        &self,
        _: Request<api::GetPublicationRequest>,
    ) -> Result<Response<api::GetPublicationResponse>, Status> {
        unused()
    }

    async fn list_publications(
        &self,
        _: Request<api::ListPublicationsRequest>,
    ) -> Result<Response<api::ListPublicationsResponse>, Status> {
        unused()
    }

    async fn get_conversion(
        &self,
        _: Request<api::GetConversionRequest>,
    ) -> Result<Response<api::GetConversionResponse>, Status> {
        unused()
    }

    async fn list_conversions(
        &self,
        _: Request<api::ListConversionsRequest>,
    ) -> Result<Response<api::ListConversionsResponse>, Status> {
        unused()
    }
}
