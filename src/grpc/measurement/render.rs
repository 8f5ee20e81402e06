//! Conversions and refunds as messages.

use crate::domain::state::{
    ClaimStatus, Order, OrderAdjustment, OrderChange, OrderRefund, RefundState, Resource,
};
use crate::domain::{ConversionRejected, Credit, Currency, Matched, OrderRef, Position};
use crate::grpc::calls::Shown;
use crate::grpc::calls::render::time;
use crate::ledger::Recorded;
use crate::wire::decimals::Decimals;
use crate::wire::personal::{spell, spell_matched};
use crate::wire::proto::api;
use crate::wire::proto::api::conversion_claim::Claim;
use crate::wire::proto::api::conversion_result::Outcome;
use crate::wire::selection::write_evidence;

impl Shown for api::Conversion {
    fn of(resource: &Resource) -> Option<Self> {
        let Resource::Order(name, row) = resource else {
            return None;
        };
        Some(conversion(name, row))
    }
}

/// Renders what is known of an order.
pub fn conversion(name: &OrderRef, row: &Order) -> api::Conversion {
    let mut message = api::Conversion {
        brand_id: name.brand.to_string(),
        order_source: name.order.source.to_string(),
        order_id: name.order.id.as_str().to_owned(),
        refunds: row.refunds.iter().map(refund).collect(),
        ..api::Conversion::default()
    };
    let Some(standing) = &row.conversion else {
        return message;
    };
    let recorded = &standing.conversion;
    let refunded = row.refunded_reporting_minor();
    message.campaign_id = standing.campaign.to_string();
    message.r#type = recorded.kind.number();
    message.quantity = recorded.quantity;
    message.value = recorded.value.map(Into::into);
    message.ordered_at = time(recorded.ordered_at);
    message.basis = recorded.basis.number();
    message.unattributed_reason = recorded
        .unattributed
        .map(|reason| reason.name().to_owned())
        .unwrap_or_default();
    message.in_force_from = recorded.in_force_from.and_then(time);
    let currency = Some(standing.reporting_currency);
    let credits = recorded.credits.iter();
    message.credits = credits
        .map(|one| credit(one).with_decimals(currency))
        .collect();
    message.net_minor = row.whole_reporting_minor().map(|whole| whole - refunded);
    if standing.voided.is_some() && recorded.reporting_minor.is_some() {
        message.net_minor = Some(0);
    }
    message.touches = recorded.touches.iter().map(Into::into).collect();
    message.corrected_position = standing.latest.get();
    message.voided = standing.voided.is_some();
    let changes = row.changes.iter();
    message.changes = changes.map(|one| change(one, currency)).collect();
    message.adjustments = row.adjustments.iter().map(adjustment).collect();
    message.locks_at = time(standing.lock.at);
    message.locked = row.locked;
    message.position = standing.position.get();
    message.code = code(recorded.code.as_ref());
    message.with_decimals(currency)
}

fn code(code: Option<&Matched>) -> String {
    code.map(spell_matched).unwrap_or_default()
}

/// Renders a claim that stands, with all that is known of its order.
pub fn standing_claim(
    position: Position,
    statuses: &[ClaimStatus],
    name: &OrderRef,
    row: &Order,
) -> api::ConversionClaim {
    let shown = conversion(name, row);
    api::ConversionClaim {
        position: position.get(),
        statuses: statuses.iter().map(|status| status.number()).collect(),
        reason: shown.unattributed_reason.clone(),
        claim: Some(Claim::Conversion(shown)),
    }
}

/// Renders a second claim of an order.
pub fn rejected_claim(
    position: Position,
    statuses: &[ClaimStatus],
    rejected: &ConversionRejected,
) -> api::ConversionClaim {
    let ids = |ids: &[_]| ids.iter().map(ToString::to_string).collect();
    api::ConversionClaim {
        position: position.get(),
        statuses: statuses.iter().map(|status| status.number()).collect(),
        reason: rejected.why.name().to_owned(),
        claim: Some(Claim::Rejected(api::RejectedClaim {
            order_source: rejected.order.source.to_string(),
            order_id: rejected.order.id.as_str().to_owned(),
            r#type: rejected.kind.number(),
            quantity: rejected.quantity,
            value: rejected.value.map(Into::into),
            ordered_at: time(rejected.ordered_at),
            code: code(rejected.code.as_ref()),
            claimed_collaboration_ids: ids(&rejected.claimed),
            winner_position: rejected.winner.get(),
            winner_campaign_id: rejected.winner_campaign.to_string(),
            winner_collaboration_ids: ids(&rejected.winner_collaborations),
        })),
    }
}

/// Renders what a claim of many came to; `claim` as it stands in the log, if it does.
pub fn recorded_claim(
    recorded: &Recorded,
    claim: Option<api::ConversionClaim>,
) -> api::ConversionResult {
    let claim = claim.unwrap_or_default();
    let outcome = match claim.claim {
        Some(Claim::Conversion(_)) if claim.reason.is_empty() => api::ConversionOutcome::Attributed,
        Some(Claim::Conversion(_)) => api::ConversionOutcome::Unattributed,
        Some(Claim::Rejected(_)) => api::ConversionOutcome::Rejected,
        None => api::ConversionOutcome::Unspecified,
    };
    let recorded = api::RecordedConversion {
        outcome: outcome as i32,
        reason: claim.reason,
        position: claim.position,
        recorded_before: !recorded.new,
    };
    api::ConversionResult {
        outcome: Some(Outcome::Recorded(recorded)),
    }
}

/// Renders why a claim of many was refused.
pub fn refused_claim(error: api::ItemError) -> api::ConversionResult {
    api::ConversionResult {
        outcome: Some(Outcome::Error(error)),
    }
}

/// Returns the outcome of a claim, from its place in the log.
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
        after_termination: credit.after_termination,
        ..api::Credit::default()
    }
}

fn adjustment(known: &OrderAdjustment) -> api::ConversionAdjustment {
    let adjustment = &known.adjustment;
    api::ConversionAdjustment {
        adjustment_id: adjustment.id.to_string(),
        delta: Some(adjustment.delta.into()),
        reason: spell(&adjustment.reason),
    }
}

fn change(change: &OrderChange, currency: Option<Currency>) -> api::ConversionChange {
    let shown = |one: &Credit| credit(one).with_decimals(currency);
    let credits = |credits: &[Credit]| credits.iter().map(shown).collect();
    api::ConversionChange {
        position: change.position.get(),
        kind: change.kind.number(),
        reason: spell(&change.reason),
        in_place: change.in_place,
        counts_from: time(change.counts_from),
        value_before: change.value_before.map(Into::into),
        type_before: change.kind_before.number(),
        quantity_before: change.quantity_before,
        credits_before: credits(&change.credits_before),
        credits_after: credits(&change.credits_after),
        evidence: write_evidence(&change.evidence),
    }
}

fn refund(known: &OrderRefund) -> api::Refund {
    api::Refund {
        refund_id: known.refund.id.to_string(),
        amount: Some(known.refund.amount.into()),
        refunded_at: time(known.refund.refunded_at),
        waiting: known.state == RefundState::Waiting,
        rejected_reason: match known.state {
            RefundState::Waiting | RefundState::Applied | RefundState::Voided { .. } => {
                String::new()
            }
            RefundState::Rejected(why) => why.name().to_owned(),
        },
        voided_position: match known.state {
            RefundState::Voided { position, .. } => position.get(),
            RefundState::Waiting | RefundState::Applied | RefundState::Rejected(_) => 0,
        },
        voided_reason: spell(&known.voided_because),
        fx_rate: known.refund.fx_rate.as_ref().map(Into::into),
    }
}
