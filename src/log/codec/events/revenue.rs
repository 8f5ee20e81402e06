//! Events of conversions and refunds, both ways.

use std::collections::BTreeSet;

use super::{Stored, Wire, stored, wire};
use crate::domain::{
    ConversionAdjustment, ConversionCorrected, ConversionRated, ConversionReattributed,
    ConversionRecorded, ConversionRejected, ConversionVoided, Credit, Event, OrderCounting,
    OrderKey, Refund, RefundEffect, RefundId, RefundVoided, RevenueEvent,
};
use crate::wire::fields::{Checked, Fields, UNIQUE_RULE};
use crate::wire::rules::{evidence, from_one, optional_amount, positive, share};
use crate::wire::spelled::{Field, given, spelled};
use crate::wire::values::{
    check_whole_here, optional_number, read_fx_rate, read_positive_amount, read_time,
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
        touches,
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
    ConversionRejected (ConversionRejected {
        order,
        why = reason,
        winner = winner_position,
        winner_campaign = winner_campaign_id,
        winner_collaborations = winner_collaboration_ids,
        claimed = claimed_collaboration_ids,
        value: optional_amount,
        ordered_at,
        kind = r#type,
        quantity: from_one,
        code,
    })
    ConversionCorrected (ConversionCorrected {
        order,
        replaces,
        kind = r#type,
        quantity: from_one,
        value: optional_amount,
        fx_rate,
        reporting_minor,
        basis,
        unattributed = unattributed_reason,
        in_force_from,
        credits: credits,
        code,
        touches,
        counting: OrderCounting { in_place, ordered_at, counts_from, timing, },
        reason,
    })
    ConversionVoided (ConversionVoided {
        order,
        replaces,
        counting: OrderCounting { in_place, ordered_at, counts_from, timing, },
        reason,
    })
    ConversionReattributed (ConversionReattributed {
        order,
        replaces,
        from: credits,
        to: credits,
        evidence: evidence,
        counting: OrderCounting { in_place, ordered_at, counts_from, timing, },
        reason,
    })
    RefundVoided (RefundVoided {
        order,
        refund = refund_id,
        in_place,
        counts_from,
        timing,
        reason,
    })
    ConversionRated (ConversionRated {
        order,
        replaces,
        fx_rate,
        reporting_minor,
        ordered_at,
    })
} by hand {
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

const WAITING_RULE: &str = "must be false where credits, timing or reporting_minor are given";

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
