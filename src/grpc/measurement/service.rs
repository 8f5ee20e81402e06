//! `MeasurementService`, a row for each call.

use tonic::Streaming;

use super::conversions::{self, outcome};
use super::engagement::{self, observation_position};
use super::ingest::Acks;
use super::{parse, publications};
use crate::grpc::calls::service::service;
use crate::views::Slice;
use crate::wire::proto::api::*;

service! {
    /// Serves `MeasurementService`.
    Measurements: measurement_service_server::MeasurementService [IngestEngagementStream = Acks] {
        write record_engagement(RecordEngagementRequest)
            -> RecordEngagementResponse { publication, observation_position = observation_position }
        call batch_record_engagement(BatchRecordEngagementRequest)
            -> BatchRecordEngagementResponse { engagement::record_many }
        call ingest_engagement(Streaming<IngestEngagementRequest>)
            -> Self::IngestEngagementStream { engagement::ingest }
        write correct_engagement(CorrectEngagementRequest)
            -> CorrectEngagementResponse { publication, observation_position = observation_position }
        write void_engagement(VoidEngagementRequest) -> VoidEngagementResponse { publication }
        write record_post_removed(RecordPostRemovedRequest)
            -> RecordPostRemovedResponse { publication }
        write record_post_restored(RecordPostRestoredRequest)
            -> RecordPostRestoredResponse { publication }
        write check_disclosure(CheckDisclosureRequest) -> CheckDisclosureResponse { publication }
        write correct_publication(CorrectPublicationRequest)
            -> CorrectPublicationResponse { publication }
        write record_conversion(RecordConversionRequest)
            -> RecordConversionResponse { outcome = outcome, conversion }
        call batch_record_conversions(BatchRecordConversionsRequest)
            -> BatchRecordConversionsResponse { conversions::record_many }
        write record_refund(RecordRefundRequest) -> RecordRefundResponse { conversion }
        write adjust_conversion(AdjustConversionRequest) -> AdjustConversionResponse { conversion }
        write correct_conversion(CorrectConversionRequest)
            -> CorrectConversionResponse { conversion }
        write void_conversion(VoidConversionRequest) -> VoidConversionResponse { conversion }
        write reattribute_conversion(ReattributeConversionRequest)
            -> ReattributeConversionResponse { conversion }
        write void_refund(VoidRefundRequest) -> VoidRefundResponse { conversion }
        write supply_rate(SupplyRateRequest) -> SupplyRateResponse { conversion }
        call get_publication(GetPublicationRequest) -> GetPublicationResponse { publications::get }
        list[Many] list_publications(ListPublicationsRequest) -> ListPublicationsResponse {
            publications: |query| publications::slice_of(&query),
            publications::listed,
            by publications::by_text
        }
        get[Few] get_conversion(GetConversionRequest) -> GetConversionResponse {
            conversion: |query| Slice::Order(query.order.clone()), conversions::found
        }
        list[Many] list_conversions(ListConversionsRequest) -> ListConversionsResponse {
            claims: |query| Slice::Campaign(query.campaign.clone()), conversions::listed,
            by conversions::by_code
        }
    }
}
