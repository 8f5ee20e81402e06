//! `CollaborationService`, a row for each call.

use super::reads::{found, holds, listed, slice_of};
use super::{parse, rights};
use crate::grpc::calls::service::service;
use crate::views::Slice;
use crate::wire::proto::api::*;

service! {
    /// Serves `CollaborationService`.
    Collaborations: collaboration_service_server::CollaborationService {
        write invite_creator(InviteCreatorRequest) -> InviteCreatorResponse { collaboration }
        write accept_brief(AcceptBriefRequest) -> AcceptBriefResponse { collaboration }
        batch batch_invite_creators(BatchInviteCreatorsRequest)
            -> BatchInviteCreatorsResponse { invitations }
        write apply_to_campaign(ApplyToCampaignRequest) -> ApplyToCampaignResponse { collaboration }
        write send_offer(SendOfferRequest) -> SendOfferResponse { collaboration }
        write reject_application(RejectApplicationRequest)
            -> RejectApplicationResponse { collaboration }
        write counter_offer(CounterOfferRequest) -> CounterOfferResponse { collaboration }
        write revise_offer(ReviseOfferRequest) -> ReviseOfferResponse { collaboration }
        write accept_counter(AcceptCounterRequest) -> AcceptCounterResponse { collaboration }
        write reject_counter(RejectCounterRequest) -> RejectCounterResponse { collaboration }
        write decline_invitation(DeclineInvitationRequest)
            -> DeclineInvitationResponse { collaboration }
        write withdraw_invitation(WithdrawInvitationRequest)
            -> WithdrawInvitationResponse { collaboration }
        batch batch_withdraw_invitations(BatchWithdrawInvitationsRequest)
            -> BatchWithdrawInvitationsResponse { collaboration_ids }
        write amend_terms(AmendTermsRequest) -> AmendTermsResponse { collaboration }
        write accept_amendment(AcceptAmendmentRequest) -> AcceptAmendmentResponse { collaboration }
        write reject_amendment(RejectAmendmentRequest) -> RejectAmendmentResponse { collaboration }
        write withdraw_from_campaign(WithdrawFromCampaignRequest)
            -> WithdrawFromCampaignResponse { collaboration }
        write submit_content(SubmitContentRequest) -> SubmitContentResponse { collaboration }
        write request_revision(RequestRevisionRequest) -> RequestRevisionResponse { collaboration }
        write approve_content(ApproveContentRequest) -> ApproveContentResponse { collaboration }
        batch batch_approve_content(BatchApproveContentRequest)
            -> BatchApproveContentResponse { approvals }
        write reject_content(RejectContentRequest) -> RejectContentResponse { collaboration }
        write record_publication(RecordPublicationRequest)
            -> RecordPublicationResponse { collaboration, publication }
        write verify_publication(VerifyPublicationRequest)
            -> VerifyPublicationResponse { collaboration }
        write reschedule_deadline(RescheduleDeadlineRequest)
            -> RescheduleDeadlineResponse { collaboration }
        write waive_deliverable(WaiveDeliverableRequest)
            -> WaiveDeliverableResponse { collaboration }
        write ship_product(ShipProductRequest) -> ShipProductResponse { collaboration }
        write confirm_product_received(ConfirmProductReceivedRequest)
            -> ConfirmProductReceivedResponse { collaboration }
        write record_product_returned(RecordProductReturnedRequest)
            -> RecordProductReturnedResponse { collaboration }
        batch batch_ship_products(BatchShipProductsRequest)
            -> BatchShipProductsResponse { shipments }
        write complete_collaboration(CompleteCollaborationRequest)
            -> CompleteCollaborationResponse { collaboration }
        write cancel_collaboration(CancelCollaborationRequest)
            -> CancelCollaborationResponse { collaboration }
        write terminate_collaboration(TerminateCollaborationRequest)
            -> TerminateCollaborationResponse { collaboration }
        write place_hold(PlaceHoldRequest) -> PlaceHoldResponse { collaboration }
        write release_hold(ReleaseHoldRequest) -> ReleaseHoldResponse { collaboration }
        list[Few] list_holds(ListHoldsRequest) -> ListHoldsResponse {
            holds: |query| Slice::Campaign(query.collaboration.campaign_ref()), holds
        }
        get[Few] get_collaboration(GetCollaborationRequest) -> GetCollaborationResponse {
            collaboration: |query| Slice::Campaign(query.collaboration.campaign_ref()), found
        }
        list[Many] list_collaborations(ListCollaborationsRequest)
            -> ListCollaborationsResponse { collaborations: |query| slice_of(&query), listed }
        list[Many] list_usage_rights(ListUsageRightsRequest) -> ListUsageRightsResponse {
            rights: |query| Slice::of(&query.brand, query.campaign.as_ref()), rights::listed
        }
    }
}
