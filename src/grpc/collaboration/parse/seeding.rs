//! Requests of the collaboration service about products sent to creators.

use super::Place;
use crate::domain::{CollaborationVerb, CostId, ShipmentId, Timestamp};
use crate::grpc::calls::request::context::{Call, Write};
use crate::wire::proto::api;
use crate::wire::values::{MAX_NAME_CHARS, MAX_REASON_CHARS, read_product_value};

/// Parses `ShipProduct`.
///
/// # Errors
/// Every violation.
pub fn ship_product(mut request: api::ShipProductRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let place = Place::read(&mut call, &request.campaign_id, &request.collaboration_id);
    let shipment = call.id_or_made("shipment_id", &request.shipment_id, ShipmentId::parse);
    let product = call
        .fields
        .personal_line("product", request.product, MAX_NAME_CHARS);
    let value = call
        .fields
        .required("value", request.value, read_product_value);
    let shipped_at = call.past("shipped_at", request.shipped_at);
    let cost = call
        .fields
        .parse_optional("cost_id", &request.cost_id, CostId::parse);
    let verb = shipment.and_then(|shipment| {
        Ok(CollaborationVerb::ShipProduct {
            shipment,
            product,
            value: value?,
            shipped_at: shipped_at?,
            cost: cost?,
        })
    });
    call.finish(place.command(verb))
}

/// Parses `ConfirmProductReceived`.
///
/// # Errors
/// Every violation.
pub fn confirm_product_received(
    mut request: api::ConfirmProductReceivedRequest,
    now: Timestamp,
) -> Write {
    let mut call = Call::begin(&mut request, now);
    let place = Place::read(&mut call, &request.campaign_id, &request.collaboration_id);
    let id = &request.shipment_id;
    let shipment = call.fields.parse("shipment_id", id, ShipmentId::parse);
    let received_at = call.past("received_at", request.received_at);
    let verb = shipment.and_then(|shipment| {
        Ok(CollaborationVerb::Receive {
            shipment,
            received_at: received_at?,
        })
    });
    call.finish(place.command(verb))
}

/// Parses `RecordProductReturned`.
///
/// # Errors
/// Every violation.
pub fn record_product_returned(
    mut request: api::RecordProductReturnedRequest,
    now: Timestamp,
) -> Write {
    let mut call = Call::begin(&mut request, now);
    let place = Place::read(&mut call, &request.campaign_id, &request.collaboration_id);
    let id = &request.shipment_id;
    let shipment = call.fields.parse("shipment_id", id, ShipmentId::parse);
    let returned_at = call.past("returned_at", request.returned_at);
    let reason = call
        .fields
        .personal_optional_note("reason", request.reason, MAX_REASON_CHARS);
    let verb = shipment.and_then(|shipment| {
        Ok(CollaborationVerb::Return {
            shipment,
            returned_at: returned_at?,
            reason,
        })
    });
    call.finish(place.command(verb))
}
