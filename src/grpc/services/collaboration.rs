//! Collaborations over gRPC.

mod reads;

use tonic::{Request, Response, Status};

use super::rights;
use crate::grpc::calls::Door;
use crate::grpc::{many, parse};
use crate::wire::proto::api;
use crate::wire::proto::api::collaboration_service_server;
pub use reads::{known_collaboration, shown};

/// Serves `CollaborationService`.
pub struct Collaborations {
    door: Door,
}

impl Collaborations {
    /// Serves behind this door.
    pub fn new(door: Door) -> Self {
        Self { door }
    }
}

#[tonic::async_trait]
impl collaboration_service_server::CollaborationService for Collaborations {
    async fn invite_creator(
        &self,
        request: Request<api::InviteCreatorRequest>,
    ) -> Result<Response<api::InviteCreatorResponse>, Status> {
        let written = self.door.write(request, parse::invite_creator).await?;
        Ok(Response::new(api::InviteCreatorResponse {
            collaboration: written.collaboration(),
            receipt: Some(written.receipt),
        }))
    }

    async fn accept_brief(
        &self,
        request: Request<api::AcceptBriefRequest>,
    ) -> Result<Response<api::AcceptBriefResponse>, Status> {
        let written = self.door.write(request, parse::accept_brief).await?;
        Ok(Response::new(api::AcceptBriefResponse {
            collaboration: written.collaboration(),
            receipt: Some(written.receipt),
        }))
    }

    async fn batch_invite_creators(
        &self,
        request: Request<api::BatchInviteCreatorsRequest>,
    ) -> Result<Response<api::BatchInviteCreatorsResponse>, Status> {
        let request = request.into_inner();
        let items = ("invitations", request.invitations.len());
        let written = many::write(&self.door, request, items, parse::batch_invite_creators);
        let (results, last_position) = written.await?;
        Ok(Response::new(api::BatchInviteCreatorsResponse {
            results,
            last_position,
        }))
    }

    async fn apply_to_campaign(
        &self,
        request: Request<api::ApplyToCampaignRequest>,
    ) -> Result<Response<api::ApplyToCampaignResponse>, Status> {
        let written = self.door.write(request, parse::apply_to_campaign).await?;
        Ok(Response::new(api::ApplyToCampaignResponse {
            collaboration: written.collaboration(),
            receipt: Some(written.receipt),
        }))
    }

    async fn send_offer(
        &self,
        request: Request<api::SendOfferRequest>,
    ) -> Result<Response<api::SendOfferResponse>, Status> {
        let written = self.door.write(request, parse::send_offer).await?;
        Ok(Response::new(api::SendOfferResponse {
            collaboration: written.collaboration(),
            receipt: Some(written.receipt),
        }))
    }

    async fn reject_application(
        &self,
        request: Request<api::RejectApplicationRequest>,
    ) -> Result<Response<api::RejectApplicationResponse>, Status> {
        let written = self.door.write(request, parse::reject_application).await?;
        Ok(Response::new(api::RejectApplicationResponse {
            collaboration: written.collaboration(),
            receipt: Some(written.receipt),
        }))
    }

    async fn counter_offer(
        &self,
        request: Request<api::CounterOfferRequest>,
    ) -> Result<Response<api::CounterOfferResponse>, Status> {
        let written = self.door.write(request, parse::counter_offer).await?;
        Ok(Response::new(api::CounterOfferResponse {
            collaboration: written.collaboration(),
            receipt: Some(written.receipt),
        }))
    }

    async fn revise_offer(
        &self,
        request: Request<api::ReviseOfferRequest>,
    ) -> Result<Response<api::ReviseOfferResponse>, Status> {
        let written = self.door.write(request, parse::revise_offer).await?;
        Ok(Response::new(api::ReviseOfferResponse {
            collaboration: written.collaboration(),
            receipt: Some(written.receipt),
        }))
    }

    async fn accept_counter(
        &self,
        request: Request<api::AcceptCounterRequest>,
    ) -> Result<Response<api::AcceptCounterResponse>, Status> {
        let written = self.door.write(request, parse::accept_counter).await?;
        Ok(Response::new(api::AcceptCounterResponse {
            collaboration: written.collaboration(),
            receipt: Some(written.receipt),
        }))
    }

    async fn reject_counter(
        &self,
        request: Request<api::RejectCounterRequest>,
    ) -> Result<Response<api::RejectCounterResponse>, Status> {
        let written = self.door.write(request, parse::reject_counter).await?;
        Ok(Response::new(api::RejectCounterResponse {
            collaboration: written.collaboration(),
            receipt: Some(written.receipt),
        }))
    }

    async fn decline_invitation(
        &self,
        request: Request<api::DeclineInvitationRequest>,
    ) -> Result<Response<api::DeclineInvitationResponse>, Status> {
        let written = self.door.write(request, parse::decline_invitation).await?;
        Ok(Response::new(api::DeclineInvitationResponse {
            collaboration: written.collaboration(),
            receipt: Some(written.receipt),
        }))
    }

    async fn withdraw_invitation(
        &self,
        request: Request<api::WithdrawInvitationRequest>,
    ) -> Result<Response<api::WithdrawInvitationResponse>, Status> {
        let written = self.door.write(request, parse::withdraw_invitation).await?;
        Ok(Response::new(api::WithdrawInvitationResponse {
            collaboration: written.collaboration(),
            receipt: Some(written.receipt),
        }))
    }

    async fn batch_withdraw_invitations(
        &self,
        request: Request<api::BatchWithdrawInvitationsRequest>,
    ) -> Result<Response<api::BatchWithdrawInvitationsResponse>, Status> {
        let request = request.into_inner();
        let items = ("collaboration_ids", request.collaboration_ids.len());
        let written = many::write(
            &self.door,
            request,
            items,
            parse::batch_withdraw_invitations,
        );
        let (results, last_position) = written.await?;
        Ok(Response::new(api::BatchWithdrawInvitationsResponse {
            results,
            last_position,
        }))
    }

    async fn amend_terms(
        &self,
        request: Request<api::AmendTermsRequest>,
    ) -> Result<Response<api::AmendTermsResponse>, Status> {
        let written = self.door.write(request, parse::amend_terms).await?;
        Ok(Response::new(api::AmendTermsResponse {
            collaboration: written.collaboration(),
            receipt: Some(written.receipt),
        }))
    }

    async fn accept_amendment(
        &self,
        request: Request<api::AcceptAmendmentRequest>,
    ) -> Result<Response<api::AcceptAmendmentResponse>, Status> {
        let written = self.door.write(request, parse::accept_amendment).await?;
        Ok(Response::new(api::AcceptAmendmentResponse {
            collaboration: written.collaboration(),
            receipt: Some(written.receipt),
        }))
    }

    async fn reject_amendment(
        &self,
        request: Request<api::RejectAmendmentRequest>,
    ) -> Result<Response<api::RejectAmendmentResponse>, Status> {
        let written = self.door.write(request, parse::reject_amendment).await?;
        Ok(Response::new(api::RejectAmendmentResponse {
            collaboration: written.collaboration(),
            receipt: Some(written.receipt),
        }))
    }

    async fn withdraw_from_campaign(
        &self,
        request: Request<api::WithdrawFromCampaignRequest>,
    ) -> Result<Response<api::WithdrawFromCampaignResponse>, Status> {
        let written = self
            .door
            .write(request, parse::withdraw_from_campaign)
            .await?;
        Ok(Response::new(api::WithdrawFromCampaignResponse {
            collaboration: written.collaboration(),
            receipt: Some(written.receipt),
        }))
    }

    async fn submit_content(
        &self,
        request: Request<api::SubmitContentRequest>,
    ) -> Result<Response<api::SubmitContentResponse>, Status> {
        let written = self.door.write(request, parse::submit_content).await?;
        Ok(Response::new(api::SubmitContentResponse {
            collaboration: written.collaboration(),
            receipt: Some(written.receipt),
        }))
    }

    async fn request_revision(
        &self,
        request: Request<api::RequestRevisionRequest>,
    ) -> Result<Response<api::RequestRevisionResponse>, Status> {
        let written = self.door.write(request, parse::request_revision).await?;
        Ok(Response::new(api::RequestRevisionResponse {
            collaboration: written.collaboration(),
            receipt: Some(written.receipt),
        }))
    }

    async fn approve_content(
        &self,
        request: Request<api::ApproveContentRequest>,
    ) -> Result<Response<api::ApproveContentResponse>, Status> {
        let written = self.door.write(request, parse::approve_content).await?;
        Ok(Response::new(api::ApproveContentResponse {
            collaboration: written.collaboration(),
            receipt: Some(written.receipt),
        }))
    }

    async fn batch_approve_content(
        &self,
        request: Request<api::BatchApproveContentRequest>,
    ) -> Result<Response<api::BatchApproveContentResponse>, Status> {
        let request = request.into_inner();
        let items = ("approvals", request.approvals.len());
        let written = many::write(&self.door, request, items, parse::batch_approve_content);
        let (results, last_position) = written.await?;
        Ok(Response::new(api::BatchApproveContentResponse {
            results,
            last_position,
        }))
    }

    async fn reject_content(
        &self,
        request: Request<api::RejectContentRequest>,
    ) -> Result<Response<api::RejectContentResponse>, Status> {
        let written = self.door.write(request, parse::reject_content).await?;
        Ok(Response::new(api::RejectContentResponse {
            collaboration: written.collaboration(),
            receipt: Some(written.receipt),
        }))
    }

    async fn record_publication(
        &self,
        request: Request<api::RecordPublicationRequest>,
    ) -> Result<Response<api::RecordPublicationResponse>, Status> {
        let written = self.door.write(request, parse::record_publication).await?;
        Ok(Response::new(api::RecordPublicationResponse {
            collaboration: written.collaboration(),
            publication: written.publication(),
            receipt: Some(written.receipt),
        }))
    }

    async fn verify_publication(
        &self,
        request: Request<api::VerifyPublicationRequest>,
    ) -> Result<Response<api::VerifyPublicationResponse>, Status> {
        let written = self.door.write(request, parse::verify_publication).await?;
        Ok(Response::new(api::VerifyPublicationResponse {
            collaboration: written.collaboration(),
            receipt: Some(written.receipt),
        }))
    }

    async fn reschedule_deadline(
        &self,
        request: Request<api::RescheduleDeadlineRequest>,
    ) -> Result<Response<api::RescheduleDeadlineResponse>, Status> {
        let written = self.door.write(request, parse::reschedule_deadline).await?;
        Ok(Response::new(api::RescheduleDeadlineResponse {
            collaboration: written.collaboration(),
            receipt: Some(written.receipt),
        }))
    }

    async fn waive_deliverable(
        &self,
        request: Request<api::WaiveDeliverableRequest>,
    ) -> Result<Response<api::WaiveDeliverableResponse>, Status> {
        let written = self.door.write(request, parse::waive_deliverable).await?;
        Ok(Response::new(api::WaiveDeliverableResponse {
            collaboration: written.collaboration(),
            receipt: Some(written.receipt),
        }))
    }

    async fn ship_product(
        &self,
        request: Request<api::ShipProductRequest>,
    ) -> Result<Response<api::ShipProductResponse>, Status> {
        let written = self.door.write(request, parse::ship_product).await?;
        Ok(Response::new(api::ShipProductResponse {
            collaboration: written.collaboration(),
            receipt: Some(written.receipt),
        }))
    }

    async fn confirm_product_received(
        &self,
        request: Request<api::ConfirmProductReceivedRequest>,
    ) -> Result<Response<api::ConfirmProductReceivedResponse>, Status> {
        let written = self.door.write(request, parse::confirm_product_received);
        let written = written.await?;
        Ok(Response::new(api::ConfirmProductReceivedResponse {
            collaboration: written.collaboration(),
            receipt: Some(written.receipt),
        }))
    }

    async fn record_product_returned(
        &self,
        request: Request<api::RecordProductReturnedRequest>,
    ) -> Result<Response<api::RecordProductReturnedResponse>, Status> {
        let written = self.door.write(request, parse::record_product_returned);
        let written = written.await?;
        Ok(Response::new(api::RecordProductReturnedResponse {
            collaboration: written.collaboration(),
            receipt: Some(written.receipt),
        }))
    }

    async fn batch_ship_products(
        &self,
        request: Request<api::BatchShipProductsRequest>,
    ) -> Result<Response<api::BatchShipProductsResponse>, Status> {
        let request = request.into_inner();
        let items = ("shipments", request.shipments.len());
        let written = many::write(&self.door, request, items, parse::batch_ship_products);
        let (results, last_position) = written.await?;
        Ok(Response::new(api::BatchShipProductsResponse {
            results,
            last_position,
        }))
    }

    async fn complete_collaboration(
        &self,
        request: Request<api::CompleteCollaborationRequest>,
    ) -> Result<Response<api::CompleteCollaborationResponse>, Status> {
        let written = self
            .door
            .write(request, parse::complete_collaboration)
            .await?;
        Ok(Response::new(api::CompleteCollaborationResponse {
            collaboration: written.collaboration(),
            receipt: Some(written.receipt),
        }))
    }

    async fn cancel_collaboration(
        &self,
        request: Request<api::CancelCollaborationRequest>,
    ) -> Result<Response<api::CancelCollaborationResponse>, Status> {
        let written = self
            .door
            .write(request, parse::cancel_collaboration)
            .await?;
        Ok(Response::new(api::CancelCollaborationResponse {
            collaboration: written.collaboration(),
            receipt: Some(written.receipt),
        }))
    }

    async fn terminate_collaboration(
        &self,
        request: Request<api::TerminateCollaborationRequest>,
    ) -> Result<Response<api::TerminateCollaborationResponse>, Status> {
        let written = self
            .door
            .write(request, parse::terminate_collaboration)
            .await?;
        Ok(Response::new(api::TerminateCollaborationResponse {
            collaboration: written.collaboration(),
            receipt: Some(written.receipt),
        }))
    }

    async fn place_hold(
        &self,
        request: Request<api::PlaceHoldRequest>,
    ) -> Result<Response<api::PlaceHoldResponse>, Status> {
        let written = self.door.write(request, parse::place_hold).await?;
        Ok(Response::new(api::PlaceHoldResponse {
            collaboration: written.collaboration(),
            receipt: Some(written.receipt),
        }))
    }

    async fn release_hold(
        &self,
        request: Request<api::ReleaseHoldRequest>,
    ) -> Result<Response<api::ReleaseHoldResponse>, Status> {
        let written = self.door.write(request, parse::release_hold).await?;
        Ok(Response::new(api::ReleaseHoldResponse {
            collaboration: written.collaboration(),
            receipt: Some(written.receipt),
        }))
    }

    async fn list_holds(
        &self,
        request: Request<api::ListHoldsRequest>,
    ) -> Result<Response<api::ListHoldsResponse>, Status> {
        reads::list_holds(&self.door, request).await
    }

    async fn get_collaboration(
        &self,
        request: Request<api::GetCollaborationRequest>,
    ) -> Result<Response<api::GetCollaborationResponse>, Status> {
        reads::get(&self.door, request).await
    }

    async fn list_collaborations(
        &self,
        request: Request<api::ListCollaborationsRequest>,
    ) -> Result<Response<api::ListCollaborationsResponse>, Status> {
        reads::list(&self.door, request).await
    }

    async fn list_usage_rights(
        &self,
        request: Request<api::ListUsageRightsRequest>,
    ) -> Result<Response<api::ListUsageRightsResponse>, Status> {
        rights::list(&self.door, request).await
    }
}
