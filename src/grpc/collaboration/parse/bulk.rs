//! Requests of the same call for many collaborations: each item is read as a call of its own.

use super::{approve_content, invite_creator, ship_product, withdraw_invitation};
use crate::domain::Timestamp;
use crate::grpc::calls::request::Read;
use crate::grpc::calls::request::items::{Batch, Envelope};
use crate::wire::proto::api;
use crate::wire::terms::read_terms;
use crate::wire::values::{MAX_REASON_CHARS, read_time};

/// Parses `BatchInviteCreators`.
///
/// # Errors
/// Every violation of the batch itself; those of its items are in the batch.
pub fn batch_invite_creators(
    mut request: api::BatchInviteCreatorsRequest,
    now: Timestamp,
) -> Read<Batch> {
    let mut batch = Envelope::begin(&mut request, now);
    let _ = batch.call.campaign(&request.campaign_id);
    // An error in a field that all items share is reported once, not for each item.
    let fields = &mut batch.call.fields;
    let _ = fields.optional("terms", request.terms.clone(), read_terms);
    let _ = fields.optional("expires_at", request.expires_at, read_time);
    let (brand_id, campaign_id) = (request.brand_id, request.campaign_id);
    let (terms, expires_at) = (request.terms, request.expires_at);
    batch.read(
        "invitations",
        request.invitations,
        invite_creator,
        |item, context| api::InviteCreatorRequest {
            brand_id: brand_id.clone(),
            context: Some(context),
            campaign_id: campaign_id.clone(),
            collaboration_id: item.collaboration_id,
            creator_id: item.creator_id,
            terms: item.terms.or_else(|| terms.clone()),
            expires_at: item.expires_at.or(expires_at),
        },
    )
}

/// Parses `BatchWithdrawInvitations`.
///
/// # Errors
/// Every violation of the batch itself; those of its items are in the batch.
pub fn batch_withdraw_invitations(
    mut request: api::BatchWithdrawInvitationsRequest,
    now: Timestamp,
) -> Read<Batch> {
    let mut batch = Envelope::begin(&mut request, now);
    let _ = batch.call.campaign(&request.campaign_id);
    let reason = request.reason.clone();
    let fields = &mut batch.call.fields;
    let _ = fields.optional_note("reason", reason, MAX_REASON_CHARS);
    let (brand_id, campaign_id) = (request.brand_id, request.campaign_id);
    let reason = request.reason;
    batch.read(
        "collaboration_ids",
        request.collaboration_ids,
        withdraw_invitation,
        |item, context| api::WithdrawInvitationRequest {
            brand_id: brand_id.clone(),
            context: Some(context),
            campaign_id: campaign_id.clone(),
            collaboration_id: item,
            reason: reason.clone(),
        },
    )
}

/// Parses `BatchApproveContent`.
///
/// # Errors
/// Every violation of the batch itself; those of its items are in the batch.
pub fn batch_approve_content(
    mut request: api::BatchApproveContentRequest,
    now: Timestamp,
) -> Read<Batch> {
    let mut batch = Envelope::begin(&mut request, now);
    let _ = batch.call.campaign(&request.campaign_id);
    let (brand_id, campaign_id) = (request.brand_id, request.campaign_id);
    batch.read(
        "approvals",
        request.approvals,
        approve_content,
        |item, context| api::ApproveContentRequest {
            brand_id: brand_id.clone(),
            context: Some(context),
            campaign_id: campaign_id.clone(),
            collaboration_id: item.collaboration_id,
            deliverable_id: item.deliverable_id,
            submission_version: item.submission_version,
            rating: item.rating,
        },
    )
}

/// Parses `BatchShipProducts`.
///
/// # Errors
/// Every violation of the batch itself; those of its items are in the batch.
pub fn batch_ship_products(
    mut request: api::BatchShipProductsRequest,
    now: Timestamp,
) -> Read<Batch> {
    let mut batch = Envelope::begin(&mut request, now);
    let _ = batch.call.campaign(&request.campaign_id);
    let (brand_id, campaign_id) = (request.brand_id, request.campaign_id);
    batch.read(
        "shipments",
        request.shipments,
        ship_product,
        |item, context| api::ShipProductRequest {
            brand_id: brand_id.clone(),
            context: Some(context),
            campaign_id: campaign_id.clone(),
            collaboration_id: item.collaboration_id,
            shipment_id: item.shipment_id,
            product: item.product,
            value: item.value,
            shipped_at: item.shipped_at,
            cost_id: item.cost_id,
        },
    )
}
