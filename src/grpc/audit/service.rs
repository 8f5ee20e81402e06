//! `AuditService`, a row for each call.

use super::{backup, explain, follow, proofs, read, subscriptions};
use crate::grpc::calls::service::service;
use crate::grpc::calls::streams::outlet::Messages;
use crate::wire::proto::api::*;

service! {
    /// Serves `AuditService`.
    Audits: audit_service_server::AuditService [
        ReadEventsStream = Messages<ReadEventsResponse>,
        FollowEventsStream = Messages<FollowEventsResponse>,
        SubscribeStream = Messages<SubscribeResponse>,
        TakeBackupStream = Messages<TakeBackupResponse>,
        ExplainMetricStream = explain::Parts,
    ] {
        call read_events(ReadEventsRequest) -> Self::ReadEventsStream { read::read_events }
        call follow_events(FollowEventsRequest)
            -> Self::FollowEventsStream { follow::follow_events }
        call subscribe(SubscribeRequest) -> Self::SubscribeStream { follow::subscribe }
        call acknowledge(AcknowledgeRequest) -> AcknowledgeResponse { subscriptions::acknowledge }
        call list_subscriptions(ListSubscriptionsRequest)
            -> ListSubscriptionsResponse { subscriptions::list }
        call delete_subscription(DeleteSubscriptionRequest)
            -> DeleteSubscriptionResponse { subscriptions::delete }
        call take_backup(TakeBackupRequest) -> Self::TakeBackupStream { backup::take }
        call explain_metric(ExplainMetricRequest) -> Self::ExplainMetricStream { explain::explain }
        call get_head(GetHeadRequest) -> GetHeadResponse { read::head }
        call get_checkpoint(GetCheckpointRequest)
            -> GetCheckpointResponse { proofs::get_checkpoint }
        call get_inclusion_proof(GetInclusionProofRequest)
            -> GetInclusionProofResponse { proofs::get_inclusion_proof }
        call get_consistency_proof(GetConsistencyProofRequest)
            -> GetConsistencyProofResponse { proofs::get_consistency_proof }
        call add_cosignature(AddCosignatureRequest)
            -> AddCosignatureResponse { proofs::add_cosignature }
        call list_keys(ListKeysRequest) -> ListKeysResponse { proofs::list_keys }
    }
}
