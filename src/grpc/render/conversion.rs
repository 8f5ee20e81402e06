//! Conversions and refunds as messages.

use super::time;
use crate::domain::state::{Order, OrderAdjustment, OrderRefund, RefundState};
use crate::domain::{Credit, OrderRef, Position};
use crate::proto::{api, values};

/// Renders what is known of an order.
pub fn conversion(name: &OrderRef, row: &Order) -> api::Conversion {
    let shown = row
        .refunds
        .iter()
        .filter(|known| known.state != RefundState::Rejected);
    let mut message = api::Conversion {
        brand_id: name.brand.to_string(),
        order_source: name.order.source.to_string(),
        order_id: name.order.id.as_str().to_owned(),
        refunds: shown.map(refund).collect(),
        ..api::Conversion::default()
    };
    let Some(standing) = &row.conversion else {
        return message;
    };
    let recorded = &standing.conversion;
    let refunded = row.refunded_reporting_minor();
    message.campaign_id = standing.campaign.to_string();
    message.r#type = values::ConversionType::from(recorded.kind) as i32;
    message.value = recorded.value.map(Into::into);
    message.ordered_at = time(recorded.ordered_at);
    message.basis = values::AttributionBasis::from(recorded.basis) as i32;
    message.unattributed_reason = recorded
        .unattributed
        .map(|reason| reason.name().to_owned())
        .unwrap_or_default();
    message.credits = recorded.credits.iter().map(credit).collect();
    message.net_minor = row.whole_reporting_minor().map(|whole| whole - refunded);
    message.adjustments = row.adjustments.iter().map(adjustment).collect();
    message.locks_at = time(standing.lock.at);
    message.locked = row.locked;
    message.position = standing.position.get();
    message
}

/// Tells what became of a claim, from where it stands in the log.
pub fn outcome(row: &Order, first: Position) -> api::ConversionOutcome {
    let Some(standing) = &row.conversion else {
        return api::ConversionOutcome::Rejected;
    };
    match (standing.position == first, standing.conversion.unattributed) {
        (false, _) => api::ConversionOutcome::Rejected,
        (true, Some(_)) => api::ConversionOutcome::Unattributed,
        (true, None) => api::ConversionOutcome::Attributed,
    }
}

fn credit(credit: &Credit) -> api::Credit {
    api::Credit {
        collaboration_id: credit.collaboration.to_string(),
        share_bp: credit.share_bp,
        amount_minor: credit.amount_minor,
    }
}

fn adjustment(known: &OrderAdjustment) -> api::ConversionAdjustment {
    let adjustment = &known.adjustment;
    api::ConversionAdjustment {
        adjustment_id: adjustment.id.to_string(),
        delta: Some(adjustment.delta.into()),
        reason: adjustment.reason.clone(),
    }
}

fn refund(known: &OrderRefund) -> api::Refund {
    api::Refund {
        refund_id: known.refund.id.to_string(),
        amount: Some(known.refund.amount.into()),
        refunded_at: time(known.refund.refunded_at),
        waiting: known.state == RefundState::Waiting,
    }
}
