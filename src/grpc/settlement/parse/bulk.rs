//! Requests that ask the same of many costs: each item is read as the call it stands for.

use super::{approve_cost, record_payment};
use crate::domain::Timestamp;
use crate::grpc::calls::request::Read;
use crate::grpc::calls::request::items::{Batch, Envelope};
use crate::wire::proto::api;

/// Parses `BatchApproveCosts`.
///
/// # Errors
/// Every violation of the batch itself; those of its items are in the batch.
pub fn batch_approve_costs(
    mut request: api::BatchApproveCostsRequest,
    now: Timestamp,
) -> Read<Batch> {
    let mut batch = Envelope::begin(&mut request, now);
    let _ = batch.call.campaign(&request.campaign_id);
    let (brand_id, campaign_id) = (request.brand_id, request.campaign_id);
    batch.read(
        "approvals",
        request.approvals,
        approve_cost,
        |item, context| api::ApproveCostRequest {
            brand_id: brand_id.clone(),
            context: Some(context),
            campaign_id: campaign_id.clone(),
            cost_id: item.cost_id,
            approved_minor: item.approved_minor,
            approved: item.approved,
        },
    )
}

/// Parses `BatchRecordPayments`.
///
/// # Errors
/// Every violation of the batch itself; those of its items are in the batch.
pub fn batch_record_payments(
    mut request: api::BatchRecordPaymentsRequest,
    now: Timestamp,
) -> Read<Batch> {
    let mut batch = Envelope::begin(&mut request, now);
    let _ = batch.call.campaign(&request.campaign_id);
    let (brand_id, campaign_id) = (request.brand_id, request.campaign_id);
    batch.read(
        "payments",
        request.payments,
        record_payment,
        |item, context| api::RecordPaymentRequest {
            brand_id: brand_id.clone(),
            context: Some(context),
            campaign_id: campaign_id.clone(),
            cost_id: item.cost_id,
            payment_id: item.payment_id,
            amount: item.amount,
            external_reference: item.external_reference,
            paid_at: item.paid_at,
        },
    )
}
