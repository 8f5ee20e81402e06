//! Events of cost lines and payments, and how they are folded.

use super::{Fold, Folded};
use crate::domain::rows::Rows;
use crate::domain::state::{Collaboration, Cost, Payment, PaymentReference};
use crate::domain::{
    CostId, CostType, Effect, FactTiming, FxRate, Money, PaymentId, Reference, Timestamp,
};

/// What happened to cost lines and their payments.
#[derive(Clone, PartialEq, Debug)]
#[expect(
    missing_docs,
    reason = "the message of the same name in event/v1 documents each field"
)]
pub enum SettlementEvent {
    CostRecorded(CostRecorded),
    CostApproved {
        cost: CostId,
        approved_minor: i64,
    },
    CostReversed {
        cost: CostId,
        reason: String,
        reporting_minor: Option<i64>,
        timing: FactTiming,
    },
    PaymentRecorded(PaymentRecorded),
}

/// Money was spent or is owed.
#[derive(Clone, PartialEq, Debug)]
pub struct CostRecorded {
    /// The line.
    pub cost: CostId,
    /// What for.
    pub kind: CostType,
    /// How much.
    pub amount: Money,
    /// Pinned rate of a foreign amount.
    pub fx_rate: Option<FxRate>,
    /// Minor units of the reporting currency; `None` without a rate.
    pub reporting_minor: Option<i64>,
    /// When.
    pub incurred_at: Timestamp,
    /// Free text.
    pub note: String,
    /// Against the window of the campaign.
    pub timing: FactTiming,
}

/// A line, or part of it, was paid.
#[derive(Clone, PartialEq, Debug)]
pub struct PaymentRecorded {
    /// The payment.
    pub payment: PaymentId,
    /// The line.
    pub cost: CostId,
    /// How much, in the currency of the line.
    pub amount: Money,
    /// Reference of the transfer.
    pub reference: Reference,
    /// When.
    pub paid_at: Timestamp,
    /// Minor units of the reporting currency; `None` without a rate.
    pub reporting_minor: Option<i64>,
    /// Against the window of the campaign.
    pub timing: FactTiming,
}

impl<S: Rows> Fold<'_, S> {
    pub(super) fn settlement_event(&mut self, event: &SettlementEvent) -> Folded<(), S> {
        match event {
            SettlementEvent::CostRecorded(cost) => self.cost_recorded(cost),
            SettlementEvent::CostApproved {
                cost,
                approved_minor,
            } => self.cost_approved(cost, *approved_minor),
            SettlementEvent::CostReversed { cost, .. } => self.cost_reversed(cost),
            SettlementEvent::PaymentRecorded(payment) => self.payment_recorded(payment),
        }
    }

    fn cost_recorded(&mut self, recorded: &CostRecorded) -> Folded<(), S> {
        let campaign = self.campaign_ref()?;
        let collaboration = self.record.subject.collaboration.clone();
        let cost = Cost {
            collaboration: collaboration.clone(),
            kind: recorded.kind,
            amount: recorded.amount,
            reporting_minor: recorded.reporting_minor,
            approved_minor: 0,
            paid_minor: 0,
            paid_reporting_minor: 0,
            reversed: false,
            incurred_at: recorded.incurred_at,
            timing: recorded.timing,
            note: recorded.note.clone(),
            updated: self.record.position,
        };
        self.rows.put(Cost::key(&campaign, &recorded.cost), cost);
        self.note_timing(recorded.timing);
        let timing = recorded.timing;
        match recorded.reporting_minor {
            Some(minor) => self.add_cost(recorded.kind, timing, minor),
            None => self.spread(Effect::ForeignCost {
                currency: recorded.amount.currency,
                timing,
                minor: recorded.amount.minor * recorded.kind.sign(),
            }),
        }
    }

    fn cost_approved(&mut self, cost: &CostId, approved_minor: i64) -> Folded<(), S> {
        self.cost(cost)?.approved_minor = approved_minor;
        Ok(())
    }

    fn cost_reversed(&mut self, id: &CostId) -> Folded<(), S> {
        let cost = self.cost(id)?;
        cost.reversed = true;
        let (kind, timing, amount) = (cost.kind, cost.timing, cost.amount);
        match cost.reporting_minor {
            Some(minor) => self.add_cost(kind, timing, -minor),
            None => self.spread(Effect::ForeignCost {
                currency: amount.currency,
                timing,
                minor: -amount.minor * kind.sign(),
            }),
        }
    }

    fn payment_recorded(&mut self, paid: &PaymentRecorded) -> Folded<(), S> {
        let campaign = self.campaign_ref()?;
        let position = self.record.position;
        let row = Payment {
            cost: paid.cost.clone(),
        };
        self.rows.put(Payment::key(&campaign, &paid.payment), row);
        let key = PaymentReference::key(&campaign.brand, &paid.reference);
        self.rows.put(key, PaymentReference { position });

        let cost = self.cost(&paid.cost)?;
        cost.paid_minor += paid.amount.minor;
        cost.paid_reporting_minor += paid.reporting_minor.unwrap_or(0);
        let (kind, incurred_at) = (cost.kind, cost.incurred_at);
        self.note_timing(paid.timing);
        let Some(minor) = paid.reporting_minor else {
            return Ok(());
        };
        let seconds = paid.paid_at.since(incurred_at).seconds_late();
        self.spread(Effect::Paid {
            kind,
            timing: paid.timing,
            minor,
            seconds,
        })
    }

    fn cost(&mut self, id: &CostId) -> Folded<&mut Cost, S> {
        let key = Cost::key(&self.campaign_ref()?, id);
        let position = self.record.position;
        let cost: &mut Cost = self.row(&key, "cost line")?;
        cost.updated = position;
        Ok(cost)
    }

    /// Adds a line to cost and to the budget in use; a fee line draws on its commitment first.
    fn add_cost(&mut self, kind: CostType, timing: FactTiming, minor: i64) -> Folded<(), S> {
        self.spread(Effect::Cost {
            kind,
            timing,
            minor,
        })?;
        let (committed, other) = if kind == CostType::Fee {
            let collaboration = self.collaboration()?;
            let before = collaboration.committed_minor();
            collaboration.fee_lines_minor += minor;
            (collaboration.committed_minor() - before, 0)
        } else {
            (0, minor * kind.sign())
        };
        let campaign = self.campaign()?;
        campaign.budget.committed += committed;
        campaign.budget.other += other;
        match committed + other {
            0 => Ok(()),
            minor if kind == CostType::Fee => self.spread(Effect::Committed {
                timing: FactTiming::OnTime,
                minor,
            }),
            minor => self.spread(Effect::Committed { timing, minor }),
        }
    }

    /// Adds to the campaign and, when the line has one, to its collaboration.
    fn spread(&mut self, effect: Effect) -> Folded<(), S> {
        if self.record.subject.collaboration.is_some() {
            let key = Collaboration::key(&self.collaboration_ref()?);
            self.read::<Collaboration>(&key, "collaboration")?;
        }
        self.add_to_both(effect);
        Ok(())
    }
}
