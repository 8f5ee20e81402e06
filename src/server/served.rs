//! What the server serves, by name: for health and for metrics.

use crate::config::Config;
use crate::grpc::edge::health::Served;
use crate::grpc::edge::named;
use crate::metrics::Metrics;
use crate::wire::proto::api::{
    audit_service_server, campaign_service_server, collaboration_service_server,
    creator_service_server, measurement_service_server, report_service_server,
    settlement_service_server,
};

/// Names of the services, for health. Reports and audits go on without the writer: of their calls only
/// those that keep a report need it.
pub(super) const SERVICES: [Served; 7] = [
    Served::reading(audit_service_server::SERVICE_NAME),
    Served::writing(campaign_service_server::SERVICE_NAME),
    Served::writing(collaboration_service_server::SERVICE_NAME),
    Served::writing(creator_service_server::SERVICE_NAME),
    Served::writing(measurement_service_server::SERVICE_NAME),
    Served::reading(report_service_server::SERVICE_NAME),
    Served::writing(settlement_service_server::SERVICE_NAME),
];

/// Makes the metrics of a server.
pub fn metrics(config: &Config) -> Metrics {
    Metrics::new(named::methods(), named::reasons(), config.metrics_brands)
}
