//! Requests of the measurement service, except those of engagement.

mod correction;
mod engagement;
mod publication;

pub use correction::*;
pub use engagement::*;
pub use publication::*;

use crate::domain::limits::{MAX_QUANTITY, MAX_TOUCHES};
use crate::domain::state::ClaimStatus;
use crate::domain::{
    AdjustmentId, CampaignRef, Claim, Code, CollaborationId, Command, ConversionAdjustment,
    ConversionType, MAX_QUOTED_CHARS, Matched, OrderRef, Position, PublicationId, PublicationRef,
    Refund, RefundId, Timestamp,
};
use crate::grpc::calls::request::Read;
use crate::grpc::calls::request::context::{Call, Write};
use crate::grpc::calls::request::digest;
use crate::grpc::calls::request::items::{Batch, Envelope};
use crate::grpc::calls::request::page::{
    Page, When, read_brand, read_campaign, read_collaboration, read_page, read_when,
};
use crate::text::escaped;
use crate::views::AsOf;
use crate::wire::fields::{Checked, Fields, Origin};
use crate::wire::proto::api;
use crate::wire::values::{
    MAX_REASON_CHARS, check_share_count, read_amount, read_delta, read_fx_rate, read_order,
    read_positive_amount, read_shares, read_time, read_touch,
};

const TOUCHES_RULE: &str = "must have at most 50 elements";
const QUANTITY_RULE: &str = "must be 1 to 1,000,000";
const NOT_JOINT_RULE: &str = "must be absent with joint_shares";
const ONE_PAST_RULE: &str = "must be absent with as_of";
const NO_VALUE_RULE: &str = "must be absent without value";

/// Parses `RecordConversion`.
///
/// # Errors
/// Every violation.
pub fn record_conversion(mut request: api::RecordConversionRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let campaign = call.campaign(&request.campaign_id);
    let claim = read_claim(&mut call, request);
    let command = campaign.and_then(|campaign| {
        Ok(Command::RecordConversion {
            campaign,
            claim: claim?,
        })
    });
    call.finish(command)
}

/// Parses `BatchRecordConversions`.
///
/// # Errors
/// Every violation of the batch itself; those of its items are in the batch.
pub fn batch_record_conversions(
    mut request: api::BatchRecordConversionsRequest,
    now: Timestamp,
) -> Read<Batch> {
    let mut batch = Envelope::begin(&mut request, now);
    let _ = batch.call.campaign(&request.campaign_id);
    let (brand_id, campaign_id) = (request.brand_id, request.campaign_id);
    batch.read(
        "conversions",
        request.conversions,
        record_conversion,
        |item, context| api::RecordConversionRequest {
            brand_id: brand_id.clone(),
            context: Some(context),
            campaign_id: campaign_id.clone(),
            order_source: item.order_source,
            order_id: item.order_id,
            r#type: item.r#type,
            quantity: item.quantity,
            value: item.value,
            fx_rate: item.fx_rate,
            ordered_at: item.ordered_at,
            code: item.code,
            touches: item.touches,
            joint_shares: item.joint_shares,
        },
    )
}

fn read_claim(call: &mut Call, request: api::RecordConversionRequest) -> Checked<Claim> {
    check_evidence(&mut call.fields, &request);
    let digest = digest::of_claim(&request);
    let fields = &mut call.fields;
    let order = read_order(fields, &request.order_source, &request.order_id);
    let kind = fields.one_of("type", request.r#type);
    let value = fields.optional("value", request.value, read_amount);
    let fx_rate = fields.optional("fx_rate", request.fx_rate, read_fx_rate);
    let ordered_at = call.past("ordered_at", request.ordered_at);
    let fields = &mut call.fields;
    let quantity = read_quantity(fields, request.quantity);
    let code = quoted(&request.code);
    let touches = fields.each("touches", request.touches, read_touch);
    let joint_shares = read_shares(fields, "joint_shares", request.joint_shares);
    Ok(Claim {
        order: order?,
        kind: kind?,
        quantity,
        value: value?,
        fx_rate: fx_rate?,
        ordered_at: ordered_at?,
        code,
        touches: touches?,
        joint_shares: joint_shares?,
        digest,
    })
}

/// Reads how many conversions a claim stands for.
fn read_quantity(fields: &mut Fields, quantity: Option<u32>) -> u32 {
    let quantity = quantity.unwrap_or(1);
    let holds = (1..=MAX_QUANTITY).contains(&quantity);
    fields.check("quantity", holds, QUANTITY_RULE);
    quantity
}

/// Keeps a quoted code: a text that can be a code is the same code in any case. In any other text, what
/// cannot be shown is escaped, as no order is refused for it.
fn quoted(text: &str) -> Option<Matched> {
    let kept = match Code::parse(text) {
        Ok(code) => code.as_str().to_owned(),
        Err(_) => escaped(text, "").chars().take(MAX_QUOTED_CHARS).collect(),
    };
    (!kept.is_empty()).then(|| Matched::told(kept))
}

/// Checks which kinds of evidence a claim combines, and how much of each.
fn check_evidence(fields: &mut Fields, request: &api::RecordConversionRequest) {
    let is_joint = !request.joint_shares.is_empty();
    let by_code = !request.code.is_empty();
    let by_touch = !request.touches.is_empty();
    let rate_of_nothing = request.fx_rate.is_some() && request.value.is_none();
    fields.check("fx_rate", !rate_of_nothing, NO_VALUE_RULE);
    fields.check("code", !(is_joint && by_code), NOT_JOINT_RULE);
    fields.check("touches", !(is_joint && by_touch), NOT_JOINT_RULE);
    fields.limit(
        "touches",
        request.touches.len() <= MAX_TOUCHES,
        TOUCHES_RULE,
    );
    check_share_count(fields, "joint_shares", &request.joint_shares);
}

/// Parses `RecordRefund`.
///
/// # Errors
/// Every violation.
pub fn record_refund(mut request: api::RecordRefundRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let fields = &mut call.fields;
    let order = read_order(fields, &request.order_source, &request.order_id);
    let id = fields.parse("refund_id", &request.refund_id, RefundId::parse);
    let amount = fields.required("amount", request.amount, read_positive_amount);
    let fx_rate = fields.optional("fx_rate", request.fx_rate, read_fx_rate);
    let refunded_at = call.past("refunded_at", request.refunded_at);
    let command = order.and_then(|order| {
        let refund = Refund {
            order,
            id: id?,
            amount: amount?,
            refunded_at: refunded_at?,
            fx_rate: fx_rate?,
        };
        Ok(Command::RecordRefund { refund })
    });
    call.finish(command)
}

/// Parses `AdjustConversion`.
///
/// # Errors
/// Every violation.
pub fn adjust_conversion(mut request: api::AdjustConversionRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let fields = &mut call.fields;
    let order = read_order(fields, &request.order_source, &request.order_id);
    let id = fields.parse("adjustment_id", &request.adjustment_id, AdjustmentId::parse);
    let delta = fields.required("delta", request.delta, read_delta);
    let reason = fields.personal_note("reason", request.reason, MAX_REASON_CHARS);
    let command = order.and_then(|order| {
        let adjustment = ConversionAdjustment {
            order,
            id: id?,
            delta: delta?,
            reason,
        };
        Ok(Command::AdjustConversion { adjustment })
    });
    call.finish(command)
}

/// Asks for one publication, now or as it once was.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PublicationQuery {
    /// Which.
    pub publication: PublicationRef,
    /// Only observations up to this time; `None` for all that count.
    pub observed_until: Option<Timestamp>,
    /// As of when.
    pub when: When,
}

/// Parses `GetPublication`.
///
/// # Errors
/// Every violation.
pub fn get_publication(request: &api::GetPublicationRequest) -> Read<PublicationQuery> {
    let mut fields = Fields::new(Origin::Call);
    let when = read_when(&mut fields, request.min_position, request.as_of);
    let collaboration = read_collaboration(
        &mut fields,
        &request.brand_id,
        &request.campaign_id,
        &request.collaboration_id,
    );
    let id = &request.publication_id;
    let publication = fields.parse("publication_id", id, PublicationId::parse);
    let observed_until = fields.optional("observed_until", request.observed_until, read_time);
    let as_of = Some(request.as_of_position).filter(|position| *position > 0);
    let is_one = as_of.is_none() || request.as_of.is_none();
    fields.check("as_of_position", is_one, ONE_PAST_RULE);
    let query = collaboration.and_then(|collaboration| {
        let publication = PublicationRef {
            collaboration,
            publication: publication?,
        };
        Ok(PublicationQuery {
            publication,
            observed_until: observed_until?,
            when: match as_of {
                Some(position) => When {
                    as_of: Some(AsOf::Position(Position::new(position))),
                    ..when?
                },
                None => when?,
            },
        })
    });
    fields.finish(query)
}

/// Asks for one conversion.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConversionQuery {
    /// Which.
    pub order: OrderRef,
    /// As of when.
    pub when: When,
}

/// Parses `GetConversion`.
///
/// # Errors
/// Every violation.
pub fn get_conversion(request: &api::GetConversionRequest) -> Read<ConversionQuery> {
    let mut fields = Fields::new(Origin::Call);
    let when = read_when(&mut fields, request.min_position, request.as_of);
    let brand = read_brand(&mut fields, &request.brand_id);
    let order = read_order(&mut fields, &request.order_source, &request.order_id);
    let query = brand.and_then(|brand| {
        Ok(ConversionQuery {
            order: OrderRef {
                brand,
                order: order?,
            },
            when: when?,
        })
    });
    fields.finish(query)
}

/// Asks for the claims of orders in a campaign.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConversionsQuery {
    /// Where.
    pub campaign: CampaignRef,
    /// Only those of this collaboration.
    pub collaboration: Option<CollaborationId>,
    /// Only those of which one of these holds; empty for all.
    pub statuses: Vec<ClaimStatus>,
    /// Only those that quote this code.
    pub code: Option<Matched>,
    /// Only these; empty for all.
    pub kinds: Vec<ConversionType>,
    /// Only orders of this time or later.
    pub ordered_from: Option<Timestamp>,
    /// Only orders before this time.
    pub ordered_before: Option<Timestamp>,
    /// Which part.
    pub page: Page,
    /// As of when.
    pub when: When,
}

/// Parses `ListConversions`.
///
/// # Errors
/// Every violation.
pub fn list_conversions(request: api::ListConversionsRequest) -> Read<ConversionsQuery> {
    let mut fields = Fields::new(Origin::Call);
    let when = read_when(&mut fields, request.min_position, request.as_of);
    let campaign = read_campaign(&mut fields, &request.brand_id, &request.campaign_id);
    let collaboration = fields.parse_optional(
        "collaboration_id",
        &request.collaboration_id,
        CollaborationId::parse,
    );
    let statuses = fields.each("statuses", request.statuses, |fields, number| {
        fields.one_of_here(number)
    });
    let code = quoted(&request.code);
    let kinds = fields.each("types", request.types, |fields, number| {
        fields.one_of_here(number)
    });
    let ordered_from = fields.optional("ordered_from", request.ordered_from, read_time);
    let ordered_before = fields.optional("ordered_before", request.ordered_before, read_time);
    let page = read_page(&mut fields, request.page_size, request.page_token);
    let query = campaign.and_then(|campaign| {
        Ok(ConversionsQuery {
            campaign,
            collaboration: collaboration?,
            statuses: statuses?,
            code,
            kinds: kinds?,
            ordered_from: ordered_from?,
            ordered_before: ordered_before?,
            page: page?,
            when: when?,
        })
    });
    fields.finish(query)
}
