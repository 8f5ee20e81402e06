//! Collaborations over gRPC.

use std::sync::Arc;

use tonic::{Request, Response, Status};

use super::campaign::id_at;
use super::rights;
use crate::domain::rows::{Key, Rows};
use crate::domain::state::{Collaboration, CreatorCollaboration};
use crate::domain::{CampaignId, CampaignRef, CollaborationId, CollaborationRef};
use crate::grpc::calls::{Door, Lookup, page, parsed};
use crate::grpc::deadline::Deadline;
use crate::grpc::page_token::Query;
use crate::grpc::{parse, render};
use crate::proto::api;
use crate::proto::api::collaboration_service_server;
use crate::store::Store;

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

    async fn get_collaboration(
        &self,
        request: Request<api::GetCollaborationRequest>,
    ) -> Result<Response<api::GetCollaborationResponse>, Status> {
        let calls = self.door.enter()?;
        let deadline = Deadline::of(&request);
        let query = parsed(parse::get_collaboration(&request.into_inner()))?;
        let find = move |rows: &Store| {
            let row = known_collaboration(rows, &query.collaboration)?;
            Ok(render::collaboration(&query.collaboration, &row))
        };
        let (found, position) = calls.read(query.min_position, deadline, find).await?;
        Ok(Response::new(api::GetCollaborationResponse {
            collaboration: Some(found),
            position,
        }))
    }

    async fn list_collaborations(
        &self,
        request: Request<api::ListCollaborationsRequest>,
    ) -> Result<Response<api::ListCollaborationsResponse>, Status> {
        let calls = self.door.enter()?;
        let deadline = Deadline::of(&request);
        let request = request.into_inner();
        let same_query = Query::new(
            "ListCollaborations",
            &api::ListCollaborationsRequest {
                page_size: 0,
                page_token: String::new(),
                min_position: 0,
                ..request.clone()
            },
        );
        let query = parsed(parse::list_collaborations(request))?;
        let start = calls.page_start(same_query, &query.page)?;
        let min_position = query.min_position;
        let find = move |rows: &Store| {
            let size = query.page.size;
            let listed = match &query.creator {
                Some(creator) => {
                    let mut prefix = CreatorCollaboration::of_creator(&query.brand, creator);
                    if let Some(campaign) = &query.campaign {
                        prefix = prefix.text(campaign.as_str());
                    }
                    let mut failed = None;
                    let listed = page(rows, &prefix, start.as_ref(), size, |_, entry| {
                        let name = named(&query, entry);
                        let row = rows.get::<Collaboration>(&Collaboration::key(&name));
                        let row = row.unwrap_or_else(|error| {
                            failed = Some(error);
                            None
                        })?;
                        shown(&query, &name, &row)
                    })?;
                    match failed {
                        Some(error) => return Err(error.into()),
                        None => listed,
                    }
                }
                None => {
                    let prefix = prefix_of(&query);
                    page(
                        rows,
                        &prefix,
                        start.as_ref(),
                        size,
                        |key, row: &Collaboration| {
                            let name = CollaborationRef {
                                brand: query.brand.clone(),
                                campaign: id_at(key, 1, CampaignId::parse)?,
                                collaboration: id_at(key, 2, CollaborationId::parse)?,
                            };
                            shown(&query, &name, row)
                        },
                    )?
                }
            };
            Ok(listed)
        };
        let ((collaborations, next), position) = calls.read(min_position, deadline, find).await?;
        let next_page_token = calls.next_page(same_query, next);
        Ok(Response::new(api::ListCollaborationsResponse {
            collaborations,
            next_page_token,
            position,
        }))
    }

    async fn list_usage_rights(
        &self,
        request: Request<api::ListUsageRightsRequest>,
    ) -> Result<Response<api::ListUsageRightsResponse>, Status> {
        rights::list(&self.door, request).await
    }
}

fn prefix_of(query: &parse::CollaborationsQuery) -> Key {
    let brand = query.brand.clone();
    match &query.campaign {
        Some(campaign) => Collaboration::of_campaign(&CampaignRef {
            brand,
            campaign: campaign.clone(),
        }),
        None => Collaboration::of_brand(&brand),
    }
}

fn named(query: &parse::CollaborationsQuery, entry: &CreatorCollaboration) -> CollaborationRef {
    CollaborationRef {
        brand: query.brand.clone(),
        campaign: entry.campaign.clone(),
        collaboration: entry.collaboration.clone(),
    }
}

fn shown(
    query: &parse::CollaborationsQuery,
    name: &CollaborationRef,
    row: &Collaboration,
) -> Option<api::Collaboration> {
    let wanted = query.states.is_empty() || query.states.contains(&row.state);
    wanted.then(|| render::collaboration(name, row))
}

/// Finds a collaboration.
///
/// # Errors
/// `COLLABORATION_NOT_FOUND`, or rows that cannot be read.
pub fn known_collaboration(
    rows: &Store,
    name: &CollaborationRef,
) -> Result<Arc<Collaboration>, Lookup> {
    let row = rows.get::<Collaboration>(&Collaboration::key(name))?;
    row.ok_or_else(|| {
        let reason = api::ErrorReason::CollaborationNotFound;
        Lookup::missing(reason, "collaboration", name.collaboration.as_str())
    })
}
