//! Events of conversions and refunds, both ways.

use std::collections::BTreeSet;

use super::{Stored, Wire, wire};
use crate::domain::{
    AdjustmentId, CampaignId, Code, CollaborationId, ConversionAdjustment, ConversionRecorded,
    ConversionRejected, CreatorId, Credit, Event, OrderKey, Refund, RefundEffect, RefundId,
    RefundRejection, RevenueEvent, WHOLE_BP, Word,
};
use crate::wire::fields::{Checked, Fields, UNIQUE_RULE};
use crate::wire::observation::{read_timing, write_timing};
use crate::wire::proto::values;
use crate::wire::values::{
    SHARE_RULE, check_whole, read_amount, read_fx_rate, read_money, read_order, read_position,
    read_positive_amount, read_time, write_digest,
};

/// Writes an event of the track.
pub fn write(event: &RevenueEvent) -> Wire {
    match event {
        RevenueEvent::ConversionRecorded(conversion) => write_conversion(conversion),
        RevenueEvent::ConversionRejected(rejected) => write_conversion_rejected(rejected),
        RevenueEvent::RefundRecorded { refund, effect } => write_refund(refund, effect.as_ref()),
        RevenueEvent::RefundApplied { refund, effect } => write_refund_applied(refund, effect),
        RevenueEvent::ConversionAdjusted { adjustment, effect } => {
            write_adjusted(adjustment, effect)
        }
        RevenueEvent::OrderLocked { order } => Wire::OrderLocked(wire::OrderLocked {
            order: write_order_key(order),
        }),
        RevenueEvent::RefundRejected { refund, rejection } => {
            write_refund_rejected(refund, *rejection)
        }
    }
}

const DUPLICATE_ORDER: &str = "DUPLICATE_ORDER";
const DUPLICATE_RULE: &str = "must be DUPLICATE_ORDER";
const WAITING_RULE: &str = "must be false where credits, timing or reporting_minor are given";

/// Reads a word that messages store by its name.
fn read_word<T: Word>(fields: &mut Fields, field: &'static str, name: &str) -> Checked<T> {
    T::from_name(name).ok_or_else(|| {
        let names: Vec<_> = T::ALL.iter().map(|word| word.name()).collect();
        fields.refuse(field, format!("must be one of {}", names.join(", ")))
    })
}

/// Reads the name of an order.
pub fn read_order_key(fields: &mut Fields, message: wire::OrderKey) -> Checked<OrderKey> {
    read_order(fields, &message.order_source, &message.order_id)
}

/// Writes the name of an order.
pub fn write_order_key(order: &OrderKey) -> Option<wire::OrderKey> {
    Some(wire::OrderKey {
        order_source: order.source.to_string(),
        order_id: order.id.as_str().to_owned(),
    })
}

fn read_credits(fields: &mut Fields, credits: Vec<wire::Credit>) -> Checked<Vec<Credit>> {
    check_whole(
        fields,
        "credits",
        credits.iter().map(|credit| credit.share_bp),
    );
    let mut seen = BTreeSet::new();
    fields.each("credits", credits, |fields, message| {
        let credit = read_credit(fields, &message)?;
        let new = seen.insert(credit.collaboration.clone());
        fields.check("collaboration_id", new, UNIQUE_RULE);
        Ok(credit)
    })
}

fn read_credit(fields: &mut Fields, message: &wire::Credit) -> Checked<Credit> {
    let collaboration = fields.parse(
        "collaboration_id",
        &message.collaboration_id,
        CollaborationId::parse,
    );
    let creator = fields.parse("creator_id", &message.creator_id, CreatorId::parse);
    let range = 1..=WHOLE_BP;
    fields.check("share_bp", range.contains(&message.share_bp), SHARE_RULE);
    Ok(Credit {
        collaboration: collaboration?,
        creator: creator?,
        share_bp: message.share_bp,
        amount_minor: message.amount_minor,
    })
}

fn write_credits(credits: &[Credit]) -> Vec<wire::Credit> {
    let write = |credit: &Credit| wire::Credit {
        collaboration_id: credit.collaboration.to_string(),
        creator_id: credit.creator.to_string(),
        share_bp: credit.share_bp,
        amount_minor: credit.amount_minor,
    };
    credits.iter().map(write).collect()
}

impl Stored for wire::ConversionRecorded {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let order = fields.required("order", self.order, read_order_key);
        let kind = fields.one_of("type", self.r#type);
        let value = fields.optional("value", self.value, read_amount);
        let fx_rate = fields.optional("fx_rate", self.fx_rate, read_fx_rate);
        let ordered_at = fields.required("ordered_at", self.ordered_at, read_time);
        let basis = fields.one_of("basis", self.basis);
        let unattributed = match self.unattributed_reason.as_str() {
            "" => Ok(None),
            reason => read_word(fields, "unattributed_reason", reason).map(Some),
        };
        let credits = read_credits(fields, self.credits);
        let timing = read_timing(fields, self.timing);
        let claim_digest = fields.bytes("claim_digest", &self.claim_digest);
        let code = fields.parse_optional("code", &self.code, Code::parse);
        Ok(Event::Revenue(RevenueEvent::ConversionRecorded(
            ConversionRecorded {
                order: order?,
                kind: kind?,
                value: value?,
                fx_rate: fx_rate?,
                reporting_minor: self.reporting_minor,
                ordered_at: ordered_at?,
                basis: basis?,
                unattributed: unattributed?,
                credits: credits?,
                timing: timing?,
                claim_digest: claim_digest?,
                code: code?,
            },
        )))
    }
}

fn write_conversion(conversion: &ConversionRecorded) -> Wire {
    let reason = conversion.unattributed;
    Wire::ConversionRecorded(wire::ConversionRecorded {
        order: write_order_key(&conversion.order),
        r#type: conversion.kind.number(),
        value: conversion.value.map(Into::into),
        fx_rate: conversion.fx_rate.as_ref().map(Into::into),
        reporting_minor: conversion.reporting_minor,
        ordered_at: Some(conversion.ordered_at.into()),
        basis: conversion.basis.number(),
        unattributed_reason: reason.map(|why| why.name().to_owned()).unwrap_or_default(),
        credits: write_credits(&conversion.credits),
        timing: write_timing(conversion.timing),
        claim_digest: write_digest(&conversion.claim_digest),
        code: write_code(conversion.code.as_ref()),
    })
}

impl Stored for wire::ConversionRejected {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        fields.check("reason", self.reason == DUPLICATE_ORDER, DUPLICATE_RULE);
        let order = fields.required("order", self.order, read_order_key);
        let winner = read_position(fields, "winner_position", self.winner_position);
        let winner_campaign = fields.parse(
            "winner_campaign_id",
            &self.winner_campaign_id,
            CampaignId::parse,
        );
        let winner_collaborations = read_collaborations(
            fields,
            "winner_collaboration_ids",
            self.winner_collaboration_ids,
        );
        let claimed = read_collaborations(
            fields,
            "claimed_collaboration_ids",
            self.claimed_collaboration_ids,
        );
        let value = fields.optional("value", self.value, read_amount);
        let ordered_at = fields.required("ordered_at", self.ordered_at, read_time);
        let kind = fields.optional_one_of("type", self.r#type);
        let code = fields.parse_optional("code", &self.code, Code::parse);
        Ok(Event::Revenue(RevenueEvent::ConversionRejected(
            ConversionRejected {
                order: order?,
                winner,
                winner_campaign: winner_campaign?,
                winner_collaborations: winner_collaborations?,
                claimed: claimed?,
                value: value?,
                ordered_at: ordered_at?,
                kind: kind?,
                code: code?,
            },
        )))
    }
}

fn write_code(code: Option<&Code>) -> String {
    code.map_or("", Code::as_str).to_owned()
}

fn read_collaborations(
    fields: &mut Fields,
    field: &'static str,
    ids: Vec<String>,
) -> Checked<Vec<CollaborationId>> {
    fields.each(field, ids, |fields, id| {
        CollaborationId::parse(&id).map_err(|rule| fields.refuse_here(rule))
    })
}

fn write_conversion_rejected(rejected: &ConversionRejected) -> Wire {
    let write_ids = |ids: &[CollaborationId]| ids.iter().map(ToString::to_string).collect();
    Wire::ConversionRejected(wire::ConversionRejected {
        order: write_order_key(&rejected.order),
        reason: DUPLICATE_ORDER.to_owned(),
        winner_position: rejected.winner.get(),
        winner_campaign_id: rejected.winner_campaign.to_string(),
        winner_collaboration_ids: write_ids(&rejected.winner_collaborations),
        claimed_collaboration_ids: write_ids(&rejected.claimed),
        value: rejected.value.map(Into::into),
        ordered_at: Some(rejected.ordered_at.into()),
        r#type: rejected.kind.map(|kind| kind.number()).unwrap_or_default(),
        code: write_code(rejected.code.as_ref()),
    })
}

/// The fields that say what went back, as the messages of events and calls spell them.
struct WireRefund {
    order: Option<wire::OrderKey>,
    refund_id: String,
    amount: Option<values::Money>,
    refunded_at: Option<prost_types::Timestamp>,
}

fn read_refund_fields(fields: &mut Fields, message: WireRefund) -> Checked<Refund> {
    let order = fields.required("order", message.order, read_order_key);
    let id = fields.parse("refund_id", &message.refund_id, RefundId::parse);
    let amount = fields.required("amount", message.amount, read_positive_amount);
    let refunded_at = fields.required("refunded_at", message.refunded_at, read_time);
    Ok(Refund {
        order: order?,
        id: id?,
        amount: amount?,
        refunded_at: refunded_at?,
    })
}

impl Stored for wire::RefundRecorded {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let refund = WireRefund {
            order: self.order,
            refund_id: self.refund_id,
            amount: self.amount,
            refunded_at: self.refunded_at,
        };
        let refund = read_refund_fields(fields, refund);
        if self.waiting {
            let unknown = self.timing == 0;
            let nothing = unknown && self.reporting_minor.is_none() && self.credits.is_empty();
            fields.check("waiting", nothing, WAITING_RULE);
            return Ok(Event::Revenue(RevenueEvent::RefundRecorded {
                refund: refund?,
                effect: None,
            }));
        }
        let credits = read_credits(fields, self.credits);
        let timing = read_timing(fields, self.timing);
        let effect = RefundEffect {
            reporting_minor: self.reporting_minor,
            credits: credits?,
            timing: timing?,
        };
        Ok(Event::Revenue(RevenueEvent::RefundRecorded {
            refund: refund?,
            effect: Some(effect),
        }))
    }
}

fn write_refund(refund: &Refund, effect: Option<&RefundEffect>) -> Wire {
    let unknown = 0;
    Wire::RefundRecorded(wire::RefundRecorded {
        order: write_order_key(&refund.order),
        refund_id: refund.id.to_string(),
        amount: Some(refund.amount.into()),
        refunded_at: Some(refund.refunded_at.into()),
        waiting: effect.is_none(),
        reporting_minor: effect.and_then(|effect| effect.reporting_minor),
        credits: effect.map_or_else(Vec::new, |effect| write_credits(&effect.credits)),
        timing: effect.map_or(unknown, |effect| write_timing(effect.timing)),
    })
}

impl Stored for wire::RefundApplied {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let refund = WireRefund {
            order: self.order,
            refund_id: self.refund_id,
            amount: self.amount,
            refunded_at: self.refunded_at,
        };
        let refund = read_refund_fields(fields, refund);
        let credits = read_credits(fields, self.credits);
        let timing = read_timing(fields, self.timing);
        Ok(Event::Revenue(RevenueEvent::RefundApplied {
            refund: refund?,
            effect: RefundEffect {
                reporting_minor: self.reporting_minor,
                credits: credits?,
                timing: timing?,
            },
        }))
    }
}

fn write_refund_applied(refund: &Refund, effect: &RefundEffect) -> Wire {
    Wire::RefundApplied(wire::RefundApplied {
        order: write_order_key(&refund.order),
        refund_id: refund.id.to_string(),
        amount: Some(refund.amount.into()),
        refunded_at: Some(refund.refunded_at.into()),
        reporting_minor: effect.reporting_minor,
        credits: write_credits(&effect.credits),
        timing: write_timing(effect.timing),
    })
}

impl Stored for wire::RefundRejected {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let refund = WireRefund {
            order: self.order,
            refund_id: self.refund_id,
            amount: self.amount,
            refunded_at: self.refunded_at,
        };
        let refund = read_refund_fields(fields, refund);
        let rejection = read_word(fields, "reason", &self.reason);
        Ok(Event::Revenue(RevenueEvent::RefundRejected {
            refund: refund?,
            rejection: rejection?,
        }))
    }
}

fn write_refund_rejected(refund: &Refund, rejection: RefundRejection) -> Wire {
    Wire::RefundRejected(wire::RefundRejected {
        order: write_order_key(&refund.order),
        refund_id: refund.id.to_string(),
        amount: Some(refund.amount.into()),
        refunded_at: Some(refund.refunded_at.into()),
        reason: rejection.name().to_owned(),
    })
}

impl Stored for wire::ConversionAdjusted {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let order = fields.required("order", self.order, read_order_key);
        let id = fields.parse("adjustment_id", &self.adjustment_id, AdjustmentId::parse);
        let delta = fields.required("delta", self.delta, read_money);
        let credits = read_credits(fields, self.credits);
        let timing = read_timing(fields, self.timing);
        Ok(Event::Revenue(RevenueEvent::ConversionAdjusted {
            adjustment: ConversionAdjustment {
                order: order?,
                id: id?,
                delta: delta?,
                reason: self.reason,
            },
            effect: RefundEffect {
                reporting_minor: self.reporting_minor,
                credits: credits?,
                timing: timing?,
            },
        }))
    }
}

fn write_adjusted(adjustment: &ConversionAdjustment, effect: &RefundEffect) -> Wire {
    Wire::ConversionAdjusted(wire::ConversionAdjusted {
        order: write_order_key(&adjustment.order),
        adjustment_id: adjustment.id.to_string(),
        delta: Some(adjustment.delta.into()),
        reporting_minor: effect.reporting_minor,
        credits: write_credits(&effect.credits),
        reason: adjustment.reason.clone(),
        timing: write_timing(effect.timing),
    })
}

impl Stored for wire::OrderLocked {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let order = fields.required("order", self.order, read_order_key)?;
        Ok(Event::Revenue(RevenueEvent::OrderLocked { order }))
    }
}
