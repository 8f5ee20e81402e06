//! Events of cost lines and payments, both ways.

use super::{Stored, Wire, stored, wire};
use crate::domain::{
    BonusId, CostCorrected, CostId, CostRated, CostRecorded, DeliverableId, Event, OrderKey,
    OwedFor, PaymentRecorded, PaymentVoided, SettlementEvent, Tax,
};
use crate::wire::fields::{Checked, Fields};
use crate::wire::personal::spell;
use crate::wire::rules::{amount, not_negative, positive};
use crate::wire::spelled::Field;
use crate::wire::values::{read_fx_rate, read_positive_amount, read_time};

stored! { Settlement(SettlementEvent) {
    CostApproved {
        approved_minor: not_negative,
        cost = cost_id,
    }
    CostReversed {
        cost = cost_id,
        reason,
        reporting_minor,
        timing,
    }
    PaymentRecorded (PaymentRecorded {
        payment = payment_id,
        cost = cost_id,
        amount: positive,
        reference = external_reference,
        paid_at,
        reporting_minor,
        timing,
    })
    CostAdjusted {
        cost = cost_id,
        delta_minor,
        reporting_minor,
        reason,
        timing,
        order,
        on_time_minor,
        counts_from,
    }
    PaymentVoided (PaymentVoided {
        payment = payment_id,
        cost = cost_id,
        amount: positive,
        reporting_minor,
        paid_at,
        timing,
        reason,
    })
    CostCorrected (CostCorrected {
        cost = cost_id,
        replaces,
        kind = r#type,
        amount: positive,
        fx_rate,
        reporting_minor,
        incurred_at,
        moved_from,
        note,
        timing,
        reason,
    })
    CostRated (CostRated {
        cost = cost_id,
        fx_rate,
        reporting_minor,
        incurred_at,
    })
    CommissionCarried {
        order,
        amount_minor,
        timing,
        on_time_minor,
        counts_from,
    }
    CostWithheld {
        cost = cost_id,
        reason,
    }
    CostReleased {
        cost = cost_id,
        reason,
    }
    TaxRecorded {
        cost = cost_id,
        tax: Tax {
            id = tax_id,
            gross: amount,
            base: amount,
            rate_percent,
            amount: amount,
            article,
            certificate,
            period,
        },
    }
} by hand {
    SettlementEvent::CostRecorded(cost) => write_cost(cost),
}}

// What made a line owed is one value of four fields.
impl Stored for wire::CostRecorded {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let cost = fields.parse("cost_id", &self.cost_id, CostId::parse);
        let kind = fields.one_of("type", self.r#type);
        let amount = fields.required("amount", self.amount, read_positive_amount);
        let fx_rate = fields.optional("fx_rate", self.fx_rate, read_fx_rate);
        let incurred_at = fields.required("incurred_at", self.incurred_at, read_time);
        let timing = fields.one_of("timing", self.timing);
        let owed_for = match self.order {
            Some(order) => fields
                .within("order", |fields| OrderKey::read(fields, order))
                .map(|order| {
                    Some(OwedFor::Commission {
                        order,
                        on_time_minor: self.on_time_minor,
                    })
                }),
            None if !self.bonus_id.is_empty() => fields
                .parse("bonus_id", &self.bonus_id, BonusId::parse)
                .map(|bonus| Some(OwedFor::Bonus { bonus })),
            None => read_owed_for(fields, self.trigger, &self.deliverable_id),
        };
        Ok(Event::Settlement(SettlementEvent::CostRecorded(
            CostRecorded {
                cost: cost?,
                kind: kind?,
                amount: amount?,
                fx_rate: fx_rate?,
                reporting_minor: self.reporting_minor,
                incurred_at: incurred_at?,
                note: fields.personal(self.note),
                timing: timing?,
                owed_for: owed_for?,
            },
        )))
    }
}

/// Reads what made a line owed: no trigger means that it was recorded by hand.
fn read_owed_for(fields: &mut Fields, trigger: i32, deliverable: &str) -> Checked<Option<OwedFor>> {
    if trigger == 0 {
        return Ok(None);
    }
    let trigger = fields.one_of("trigger", trigger);
    let deliverable = fields.parse_optional("deliverable_id", deliverable, DeliverableId::parse);
    Ok(Some(OwedFor::FeePart {
        trigger: trigger?,
        deliverable: deliverable?,
    }))
}

/// Writes what made a line owed: the trigger of a part of the fee, and the deliverable it is about.
pub fn write_owed_for(owed_for: Option<&OwedFor>) -> (i32, String) {
    match owed_for {
        Some(OwedFor::FeePart {
            trigger,
            deliverable,
        }) => {
            let deliverable = deliverable.as_ref().map(ToString::to_string);
            (trigger.number(), deliverable.unwrap_or_default())
        }
        Some(OwedFor::Bonus { .. } | OwedFor::Commission { .. }) | None => Default::default(),
    }
}

fn write_cost(cost: &CostRecorded) -> Wire {
    let (trigger, deliverable_id) = write_owed_for(cost.owed_for.as_ref());
    Wire::CostRecorded(wire::CostRecorded {
        cost_id: cost.cost.to_string(),
        r#type: cost.kind.number(),
        amount: cost.amount.write(),
        fx_rate: cost.fx_rate.as_ref().map(Into::into),
        reporting_minor: cost.reporting_minor,
        incurred_at: Some(cost.incurred_at.into()),
        note: spell(&cost.note),
        timing: cost.timing.number(),
        trigger,
        deliverable_id,
        order: match &cost.owed_for {
            Some(OwedFor::Commission { order, .. }) => order.write(),
            Some(OwedFor::FeePart { .. } | OwedFor::Bonus { .. }) | None => None,
        },
        on_time_minor: match cost.owed_for {
            Some(OwedFor::Commission { on_time_minor, .. }) => on_time_minor,
            Some(OwedFor::FeePart { .. } | OwedFor::Bonus { .. }) | None => 0,
        },
        bonus_id: match &cost.owed_for {
            Some(OwedFor::Bonus { bonus }) => bonus.to_string(),
            Some(OwedFor::FeePart { .. } | OwedFor::Commission { .. }) | None => String::new(),
        },
    })
}
