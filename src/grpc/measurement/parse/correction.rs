//! Requests that correct orders.

use super::{TOUCHES_RULE, quoted, read_quantity};
use crate::domain::limits::MAX_TOUCHES;
use crate::domain::{
    Command, ConversionCorrection, Matched, OrderKey, OrderVerb, Patch, RefundId, Timestamp,
};
use crate::grpc::calls::request::context::{Call, Write};
use crate::wire::fields::{Checked, Fields, REQUIRED_RULE};
use crate::wire::proto::api;
use crate::wire::selection::read_evidence;
use crate::wire::values::{
    MAX_REASON_CHARS, read_amount, read_fx_rate, read_order, read_position, read_shares_here,
    read_touch,
};

const CLEARED_VALUE_RULE: &str = "must be absent with clear_value";
const CLEARED_TOUCHES_RULE: &str = "must be absent with clear_touches";
const REATTRIBUTED_RULE: &str = "must have 1 to 50 elements";

/// Parses `CorrectConversion`.
///
/// # Errors
/// Every violation.
pub fn correct_conversion(mut request: api::CorrectConversionRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let fields = &mut call.fields;
    let order = read_order(fields, &request.order_source, &request.order_id);
    let verb = read_correction(fields, request).map(OrderVerb::Correct);
    call.finish(command(order, verb))
}

fn read_correction(
    fields: &mut Fields,
    request: api::CorrectConversionRequest,
) -> Checked<ConversionCorrection> {
    let is_valued = request.value.is_some();
    let is_rated = request.fx_rate.is_some();
    let is_touched = !request.touches.is_empty();
    let may_value = !(request.clear_value && is_valued);
    fields.check("value", may_value, CLEARED_VALUE_RULE);
    let may_rate = !(request.clear_value && is_rated);
    fields.check("fx_rate", may_rate, CLEARED_VALUE_RULE);
    let may_touch = !(request.clear_touches && is_touched);
    fields.check("touches", may_touch, CLEARED_TOUCHES_RULE);
    let few = request.touches.len() <= MAX_TOUCHES;
    fields.limit("touches", few, TOUCHES_RULE);
    let expected = read_position(fields, "expected_position", request.expected_position);
    let value = fields.optional("value", request.value, read_amount);
    let quantity = request.quantity.map(|it| read_quantity(fields, Some(it)));
    let kind = fields.optional_one_of("type", request.r#type);
    let touches = fields.each("touches", request.touches, read_touch);
    let fx_rate = fields.optional("fx_rate", request.fx_rate, read_fx_rate);
    let reason = fields.personal_note("reason", request.reason, MAX_REASON_CHARS);
    Ok(ConversionCorrection {
        expected,
        value: patch(value?, request.clear_value),
        quantity,
        kind: kind?,
        touches: patch(Some(touches?).filter(|_| is_touched), request.clear_touches),
        code: request.code.as_deref().map_or(Patch::Keep, code),
        fx_rate: fx_rate?,
        reason,
    })
}

fn patch<T>(now: Option<T>, is_cleared: bool) -> Patch<T> {
    match now {
        _ if is_cleared => Patch::Clear,
        Some(now) => Patch::Set(now),
        None => Patch::Keep,
    }
}

/// Reads a code that is stated: an empty one means that there was none.
fn code(text: &str) -> Patch<Matched> {
    quoted(text).map_or(Patch::Clear, Patch::Set)
}

/// Parses `VoidConversion`.
///
/// # Errors
/// Every violation.
pub fn void_conversion(mut request: api::VoidConversionRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let fields = &mut call.fields;
    let order = read_order(fields, &request.order_source, &request.order_id);
    let expected = read_position(fields, "expected_position", request.expected_position);
    let reason = fields.personal_note("reason", request.reason, MAX_REASON_CHARS);
    call.finish(command(order, Ok(OrderVerb::Void { expected, reason })))
}

/// Parses `ReattributeConversion`.
///
/// # Errors
/// Every violation.
pub fn reattribute_conversion(
    mut request: api::ReattributeConversionRequest,
    now: Timestamp,
) -> Write {
    let mut call = Call::begin(&mut request, now);
    let fields = &mut call.fields;
    let order = read_order(fields, &request.order_source, &request.order_id);
    let expected = read_position(fields, "expected_position", request.expected_position);
    let some = (1..=50).contains(&request.shares.len());
    fields.limit("shares", some, REATTRIBUTED_RULE);
    let shares = request.shares;
    let shares = fields.within("shares", |fields| read_shares_here(fields, shares));
    fields.check("evidence", !request.evidence.is_empty(), REQUIRED_RULE);
    let evidence = read_evidence(fields, request.evidence);
    let reason = fields.personal_note("reason", request.reason, MAX_REASON_CHARS);
    let verb = shares.and_then(|shares| {
        Ok(OrderVerb::Reattribute {
            expected,
            shares,
            evidence: evidence?,
            reason,
        })
    });
    call.finish(command(order, verb))
}

/// Parses `VoidRefund`.
///
/// # Errors
/// Every violation.
pub fn void_refund(mut request: api::VoidRefundRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let fields = &mut call.fields;
    let order = read_order(fields, &request.order_source, &request.order_id);
    let refund = fields.parse("refund_id", &request.refund_id, RefundId::parse);
    let reason = fields.personal_note("reason", request.reason, MAX_REASON_CHARS);
    let verb = refund.map(|refund| OrderVerb::VoidRefund { refund, reason });
    call.finish(command(order, verb))
}

/// Parses `SupplyRate`.
///
/// # Errors
/// Every violation.
pub fn supply_rate(mut request: api::SupplyRateRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let fields = &mut call.fields;
    let order = read_order(fields, &request.order_source, &request.order_id);
    let fx_rate = fields.required("fx_rate", request.fx_rate, read_fx_rate);
    let verb = fx_rate.map(|fx_rate| OrderVerb::SupplyRate { fx_rate });
    call.finish(command(order, verb))
}

fn command(order: Checked<OrderKey>, verb: Checked<OrderVerb>) -> Checked<Command> {
    let order = order?;
    Ok(Command::Order { order, verb: verb? })
}
