//! Events of cost lines and payments, both ways.

use super::revenue::{read_order_key, write_order_key};
use super::{Stored, Wire, wire};
use crate::domain::{
    BonusId, CostId, CostRecorded, DeliverableId, Event, FactTiming, OwedFor, PaymentId,
    PaymentRecorded, Rate, Reference, SettlementEvent, Tax, TaxId,
};
use crate::wire::fields::{Checked, Fields};
use crate::wire::observation::{read_timing, write_timing};
use crate::wire::values::{
    NOT_NEGATIVE_RULE, read_amount, read_fx_rate, read_positive_amount, read_time,
};

/// Writes an event of the track.
pub fn write(event: &SettlementEvent) -> Wire {
    match event {
        SettlementEvent::CostRecorded(cost) => write_cost(cost),
        SettlementEvent::CostApproved {
            cost,
            approved_minor,
        } => write_cost_approved(cost, *approved_minor),
        SettlementEvent::CostReversed {
            cost,
            reason,
            reporting_minor,
            timing,
        } => write_cost_reversed(cost, reason, *reporting_minor, *timing),
        SettlementEvent::PaymentRecorded(payment) => write_payment(payment),
        SettlementEvent::CostAdjusted {
            cost,
            delta_minor,
            reporting_minor,
            reason,
            timing,
            order,
        } => Wire::CostAdjusted(wire::CostAdjusted {
            cost_id: cost.to_string(),
            delta_minor: *delta_minor,
            reporting_minor: *reporting_minor,
            reason: reason.clone(),
            timing: write_timing(*timing),
            order: order.as_ref().and_then(write_order_key),
        }),
        SettlementEvent::CommissionCarried {
            order,
            amount_minor,
            timing,
        } => Wire::CommissionCarried(wire::CommissionCarried {
            order: write_order_key(order),
            amount_minor: *amount_minor,
            timing: write_timing(*timing),
        }),
        SettlementEvent::CostWithheld { cost, reason } => Wire::CostWithheld(wire::CostWithheld {
            cost_id: cost.to_string(),
            reason: reason.clone(),
        }),
        SettlementEvent::CostReleased { cost, reason } => Wire::CostReleased(wire::CostReleased {
            cost_id: cost.to_string(),
            reason: reason.clone(),
        }),
        SettlementEvent::TaxRecorded { cost, tax } => write_tax(cost, tax),
    }
}

fn read_line(fields: &mut Fields, id: &str) -> Checked<CostId> {
    fields.parse("cost_id", id, CostId::parse)
}

impl Stored for wire::CostRecorded {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let cost = read_line(fields, &self.cost_id);
        let kind = fields.one_of("type", self.r#type);
        let amount = fields.required("amount", self.amount, read_positive_amount);
        let fx_rate = fields.optional("fx_rate", self.fx_rate, read_fx_rate);
        let incurred_at = fields.required("incurred_at", self.incurred_at, read_time);
        let timing = read_timing(fields, self.timing);
        let owed_for = match self.order {
            Some(order) => fields
                .within("order", |fields| read_order_key(fields, order))
                .map(|order| Some(OwedFor::Commission { order })),
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
                note: self.note,
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
        amount: Some(cost.amount.into()),
        fx_rate: cost.fx_rate.as_ref().map(Into::into),
        reporting_minor: cost.reporting_minor,
        incurred_at: Some(cost.incurred_at.into()),
        note: cost.note.clone(),
        timing: write_timing(cost.timing),
        trigger,
        deliverable_id,
        order: match &cost.owed_for {
            Some(OwedFor::Commission { order }) => write_order_key(order),
            Some(OwedFor::FeePart { .. } | OwedFor::Bonus { .. }) | None => None,
        },
        bonus_id: match &cost.owed_for {
            Some(OwedFor::Bonus { bonus }) => bonus.to_string(),
            Some(OwedFor::FeePart { .. } | OwedFor::Commission { .. }) | None => String::new(),
        },
    })
}

impl Stored for wire::CostApproved {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let approved_minor = self.approved_minor;
        fields.check("approved_minor", approved_minor >= 0, NOT_NEGATIVE_RULE);
        let cost = read_line(fields, &self.cost_id)?;
        Ok(Event::Settlement(SettlementEvent::CostApproved {
            cost,
            approved_minor,
        }))
    }
}

fn write_cost_approved(cost: &CostId, approved_minor: i64) -> Wire {
    Wire::CostApproved(wire::CostApproved {
        cost_id: cost.to_string(),
        approved_minor,
    })
}

impl Stored for wire::CostReversed {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let cost = read_line(fields, &self.cost_id);
        let timing = read_timing(fields, self.timing);
        Ok(Event::Settlement(SettlementEvent::CostReversed {
            cost: cost?,
            reason: self.reason,
            reporting_minor: self.reporting_minor,
            timing: timing?,
        }))
    }
}

fn write_cost_reversed(
    cost: &CostId,
    reason: &str,
    reporting_minor: Option<i64>,
    timing: FactTiming,
) -> Wire {
    Wire::CostReversed(wire::CostReversed {
        cost_id: cost.to_string(),
        reason: reason.to_owned(),
        reporting_minor,
        timing: write_timing(timing),
    })
}

impl Stored for wire::PaymentRecorded {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let payment = fields.parse("payment_id", &self.payment_id, PaymentId::parse);
        let cost = read_line(fields, &self.cost_id);
        let amount = fields.required("amount", self.amount, read_positive_amount);
        let reference = fields.parse(
            "external_reference",
            &self.external_reference,
            Reference::parse,
        );
        let paid_at = fields.required("paid_at", self.paid_at, read_time);
        let timing = read_timing(fields, self.timing);
        Ok(Event::Settlement(SettlementEvent::PaymentRecorded(
            PaymentRecorded {
                payment: payment?,
                cost: cost?,
                amount: amount?,
                reference: reference?,
                paid_at: paid_at?,
                reporting_minor: self.reporting_minor,
                timing: timing?,
            },
        )))
    }
}

fn write_payment(payment: &PaymentRecorded) -> Wire {
    Wire::PaymentRecorded(wire::PaymentRecorded {
        payment_id: payment.payment.to_string(),
        cost_id: payment.cost.to_string(),
        amount: Some(payment.amount.into()),
        external_reference: payment.reference.as_str().to_owned(),
        paid_at: Some(payment.paid_at.into()),
        reporting_minor: payment.reporting_minor,
        timing: write_timing(payment.timing),
    })
}

impl Stored for wire::CostAdjusted {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let cost = read_line(fields, &self.cost_id);
        let timing = read_timing(fields, self.timing);
        let order = fields.optional("order", self.order, read_order_key);
        Ok(Event::Settlement(SettlementEvent::CostAdjusted {
            cost: cost?,
            delta_minor: self.delta_minor,
            reporting_minor: self.reporting_minor,
            reason: self.reason,
            timing: timing?,
            order: order?,
        }))
    }
}

impl Stored for wire::CommissionCarried {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let order = fields.required("order", self.order, read_order_key);
        let timing = read_timing(fields, self.timing);
        Ok(Event::Settlement(SettlementEvent::CommissionCarried {
            order: order?,
            amount_minor: self.amount_minor,
            timing: timing?,
        }))
    }
}

impl Stored for wire::CostWithheld {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let (cost, reason) = (read_line(fields, &self.cost_id)?, self.reason);
        Ok(Event::Settlement(SettlementEvent::CostWithheld {
            cost,
            reason,
        }))
    }
}

impl Stored for wire::CostReleased {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let (cost, reason) = (read_line(fields, &self.cost_id)?, self.reason);
        Ok(Event::Settlement(SettlementEvent::CostReleased {
            cost,
            reason,
        }))
    }
}

impl Stored for wire::TaxRecorded {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let cost = read_line(fields, &self.cost_id);
        let id = fields.parse("tax_id", &self.tax_id, TaxId::parse);
        let gross = fields.required("gross", self.gross, read_amount);
        let base = fields.required("base", self.base, read_amount);
        let rate_percent = fields.parse("rate_percent", &self.rate_percent, Rate::parse);
        let amount = fields.required("amount", self.amount, read_amount);
        let tax = Tax {
            id: id?,
            gross: gross?,
            base: base?,
            rate_percent: rate_percent?,
            amount: amount?,
            article: self.article,
            certificate: self.certificate,
            period: self.period,
        };
        Ok(Event::Settlement(SettlementEvent::TaxRecorded {
            cost: cost?,
            tax,
        }))
    }
}

fn write_tax(cost: &CostId, tax: &Tax) -> Wire {
    Wire::TaxRecorded(wire::TaxRecorded {
        cost_id: cost.to_string(),
        tax_id: tax.id.to_string(),
        gross: Some(tax.gross.into()),
        base: Some(tax.base.into()),
        rate_percent: tax.rate_percent.as_str().to_owned(),
        amount: Some(tax.amount.into()),
        article: tax.article.clone(),
        certificate: tax.certificate.clone(),
        period: tax.period.clone(),
    })
}
