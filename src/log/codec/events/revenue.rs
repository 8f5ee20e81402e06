//! Events of conversions and refunds, both ways.

use std::collections::BTreeSet;

use super::{Stored, Wire, stored, wire};
use crate::domain::{
    CampaignId, ConversionAdjustment, ConversionRecorded, ConversionRejected, Credit, Event,
    OrderKey, Quoted, Refund, RefundEffect, RefundId, RevenueEvent,
};
use crate::wire::fields::{Checked, Fields, UNIQUE_RULE};
use crate::wire::rules::{from_one, optional_amount, positive, share};
use crate::wire::spelled::{Field, given, plain, spelled};
use crate::wire::values::{
    check_whole_here, optional_number, read_amount, read_fx_rate, read_position,
    read_positive_amount, read_time,
};

stored! { Revenue(RevenueEvent) {
    ConversionRecorded (ConversionRecorded {
        order,
        kind = r#type,
        quantity: from_one,
        value: optional_amount,
        fx_rate,
        reporting_minor,
        ordered_at,
        basis,
        unattributed = unattributed_reason,
        in_force_from,
        credits: credits,
        timing,
        claim_digest,
        code,
    })
    RefundApplied {
        refund: Refund { order, id = refund_id, amount: positive, refunded_at, fx_rate, },
        effect: RefundEffect { reporting_minor, credits: credits, timing, },
    }
    RefundRejected {
        refund: Refund { order, id = refund_id, amount: positive, refunded_at, fx_rate, },
        rejection = reason,
    }
    ConversionAdjusted {
        adjustment: ConversionAdjustment { order, id = adjustment_id, delta, reason, },
        effect: RefundEffect { reporting_minor, credits: credits, timing, },
    }
    OrderLocked { order, }
} by hand {
    RevenueEvent::ConversionRejected(rejected) => write_conversion_rejected(rejected),
    RevenueEvent::RefundRecorded { refund, effect } => write_refund(refund, effect.as_ref()),
}}

spelled! {
    OrderKey => wire::OrderKey {
        source = order_source,
        id = order_id,
    }
    Credit => wire::Credit {
        collaboration = collaboration_id,
        creator = creator_id,
        share_bp: share,
        amount_minor,
        after_termination,
    }
}

given! {
    OrderKey: wire::OrderKey = (OrderKey::read, wire::OrderKey::from);
}

/// Credits that make a whole, each collaboration once.
mod credits {
    use super::*;

    pub fn read(fields: &mut Fields, credits: Vec<wire::Credit>) -> Checked<Vec<Credit>> {
        check_whole_here(fields, credits.iter().map(|credit| credit.share_bp));
        let mut seen = BTreeSet::new();
        fields.each_here(credits, |fields, message| {
            let credit = Credit::read(fields, message)?;
            let new = seen.insert(credit.collaboration.clone());
            fields.check("collaboration_id", new, UNIQUE_RULE);
            Ok(credit)
        })
    }

    pub fn write(credits: &[Credit]) -> Vec<wire::Credit> {
        credits.iter().map(Field::write).collect()
    }
}

const DUPLICATE_ORDER: &str = "DUPLICATE_ORDER";
const DUPLICATE_RULE: &str = "must be DUPLICATE_ORDER";
const WAITING_RULE: &str = "must be false where credits, timing or reporting_minor are given";

// Its reason is a constant.
impl Stored for wire::ConversionRejected {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        fields.check("reason", self.reason == DUPLICATE_ORDER, DUPLICATE_RULE);
        let (value, winners) = (self.value, self.winner_collaboration_ids);
        let order = fields.required("order", self.order, OrderKey::read);
        let winner = read_position(fields, "winner_position", self.winner_position);
        let winner_campaign = fields.parse(
            "winner_campaign_id",
            &self.winner_campaign_id,
            CampaignId::parse,
        );
        let winner_collaborations = fields.within("winner_collaboration_ids", |fields| {
            plain::read(fields, winners)
        });
        let claimed = fields.within("claimed_collaboration_ids", |fields| {
            plain::read(fields, self.claimed_collaboration_ids)
        });
        let value = fields.optional("value", value, read_amount);
        let ordered_at = fields.required("ordered_at", self.ordered_at, read_time);
        let kind = fields.one_of("type", self.r#type);
        let quantity = fields.within("quantity", |fields| from_one::read(fields, self.quantity));
        let code = Quoted::new(&self.code);
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
                quantity: quantity?,
                code,
            },
        )))
    }
}

fn write_conversion_rejected(rejected: &ConversionRejected) -> Wire {
    Wire::ConversionRejected(wire::ConversionRejected {
        order: rejected.order.write(),
        reason: DUPLICATE_ORDER.to_owned(),
        winner_position: rejected.winner.write(),
        winner_campaign_id: rejected.winner_campaign.write(),
        winner_collaboration_ids: rejected.winner_collaborations.write(),
        claimed_collaboration_ids: rejected.claimed.write(),
        value: rejected.value.write(),
        ordered_at: rejected.ordered_at.write(),
        r#type: rejected.kind.write(),
        quantity: rejected.quantity,
        code: rejected.code.write(),
    })
}

// A refund that waits for its order has no effect yet.
impl Stored for wire::RefundRecorded {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let order = fields.required("order", self.order, OrderKey::read);
        let id = fields.parse("refund_id", &self.refund_id, RefundId::parse);
        let amount = fields.required("amount", self.amount, read_positive_amount);
        let refunded_at = fields.required("refunded_at", self.refunded_at, read_time);
        let fx_rate = fields.optional("fx_rate", self.fx_rate, read_fx_rate);
        let effect = if self.waiting {
            let nothing =
                self.timing == 0 && self.reporting_minor.is_none() && self.credits.is_empty();
            fields.check("waiting", nothing, WAITING_RULE);
            None
        } else {
            let credits = fields.within("credits", |fields| credits::read(fields, self.credits));
            let timing = fields.one_of("timing", self.timing);
            Some(RefundEffect {
                reporting_minor: self.reporting_minor,
                credits: credits?,
                timing: timing?,
            })
        };
        let refund = Refund {
            order: order?,
            id: id?,
            amount: amount?,
            refunded_at: refunded_at?,
            fx_rate: fx_rate?,
        };
        Ok(Event::Revenue(RevenueEvent::RefundRecorded {
            refund,
            effect,
        }))
    }
}

fn write_refund(refund: &Refund, effect: Option<&RefundEffect>) -> Wire {
    Wire::RefundRecorded(wire::RefundRecorded {
        order: refund.order.write(),
        refund_id: refund.id.write(),
        amount: refund.amount.write(),
        refunded_at: refund.refunded_at.write(),
        fx_rate: refund.fx_rate.write(),
        waiting: effect.is_none(),
        reporting_minor: effect.and_then(|effect| effect.reporting_minor),
        credits: effect.map_or_else(Vec::new, |effect| effect.credits.write()),
        timing: optional_number(effect.map(|effect| effect.timing)),
    })
}
