//! Events of cost lines and payments, and how they are folded.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{CostRated, Fold, Folded};
use crate::domain::rows::RowsMut;
use crate::domain::state::{Balance, BudgetUse, Collaboration, Cost, Sides};
use crate::domain::{
    BonusId, CostId, CostType, Currency, DeliverableId, Effect, FactTiming, FxRate, Matched, Money,
    OrderKey, PaymentId, PersonalText, Position, Rate, SettlementTrigger, TaxId, Timestamp,
};

/// Events of cost lines and their payments.
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
        reason: PersonalText,
        reporting_minor: Option<i64>,
        timing: FactTiming,
    },
    PaymentRecorded(PaymentRecorded),
    PaymentVoided(PaymentVoided),
    CostCorrected(CostCorrected),
    CostRated(CostRated),
    CostAdjusted {
        cost: CostId,
        delta_minor: i64,
        reporting_minor: Option<i64>,
        reason: PersonalText,
        timing: FactTiming,
        /// The order whose commission changed; `None` when another line was adjusted.
        order: Option<OrderKey>,
        on_time_minor: Option<i64>,
        counts_from: Option<Timestamp>,
    },
    CommissionCarried {
        order: OrderKey,
        amount_minor: i64,
        timing: FactTiming,
        on_time_minor: i64,
        counts_from: Timestamp,
    },
    CostWithheld {
        cost: CostId,
        reason: PersonalText,
    },
    CostReleased {
        cost: CostId,
        reason: PersonalText,
    },
    TaxRecorded {
        cost: CostId,
        tax: Tax,
    },
}

impl SettlementEvent {
    /// Returns when a cost was incurred or paid, or when what changed a commission happened.
    pub fn happened_at(&self) -> Option<Timestamp> {
        match self {
            Self::CostRecorded(cost) => Some(cost.incurred_at),
            Self::PaymentRecorded(payment) => Some(payment.paid_at),
            Self::CostAdjusted { counts_from, .. } => *counts_from,
            Self::CommissionCarried { counts_from, .. } => Some(*counts_from),
            Self::PaymentVoided(voided) => Some(voided.paid_at),
            Self::CostCorrected(corrected) => Some(corrected.incurred_at),
            Self::CostRated(rated) => Some(rated.incurred_at),
            Self::CostApproved { .. }
            | Self::CostReversed { .. }
            | Self::CostWithheld { .. }
            | Self::CostReleased { .. }
            | Self::TaxRecorded { .. } => None,
        }
    }
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
    pub note: PersonalText,
    /// Against the window of the campaign.
    pub timing: FactTiming,
    /// What made it owed by the terms; `None` when it was recorded by hand.
    pub owed_for: Option<OwedFor>,
}

/// What makes a line owed by the terms.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum OwedFor {
    /// The trigger of a part of the fee.
    FeePart {
        /// Which.
        trigger: SettlementTrigger,
        /// The deliverable it is about, if one.
        deliverable: Option<DeliverableId>,
    },
    /// A bonus that was reached.
    Bonus {
        /// Which, of the terms.
        bonus: BonusId,
    },
    /// Commission on a locked order.
    Commission {
        /// Which.
        order: OrderKey,
        /// The commission on the facts on time alone that the line adds, in minor units of the
        /// reporting currency.
        on_time_minor: i64,
    },
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
    pub reference: Matched,
    /// When.
    pub paid_at: Timestamp,
    /// Minor units of the reporting currency; `None` without a rate.
    pub reporting_minor: Option<i64>,
    /// Against the window of the campaign.
    pub timing: FactTiming,
}

/// What is to be known of the tax on a line. All amounts are in the currency of the line.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Tax {
    /// Unique within the line.
    pub id: TaxId,
    /// Before tax.
    pub gross: Money,
    /// What the rate applies to.
    pub base: Money,
    /// Percent of the base.
    pub rate_percent: Rate,
    /// Tax.
    pub amount: Money,
    /// Article of the law.
    pub article: String,
    /// Number of the certificate; may be empty.
    pub certificate: PersonalText,
    /// Period it is declared for; may be empty.
    pub period: String,
}

/// A payment did not reach its payee.
#[derive(Clone, PartialEq, Debug)]
pub struct PaymentVoided {
    /// The payment.
    pub payment: PaymentId,
    /// The line.
    pub cost: CostId,
    /// What it was, in the currency of the line.
    pub amount: Money,
    /// What leaves the totals, in minor units of the reporting currency; `None` without a rate.
    pub reporting_minor: Option<i64>,
    /// When it was said to have happened.
    pub paid_at: Timestamp,
    /// Of that, against the window of the campaign.
    pub timing: FactTiming,
    /// Why.
    pub reason: PersonalText,
}

/// A line was recorded wrongly, and stands as this now.
#[derive(Clone, PartialEq, Debug)]
pub struct CostCorrected {
    /// The line.
    pub cost: CostId,
    /// The last event that changed it before.
    pub replaces: Position,
    /// What for.
    pub kind: CostType,
    /// How much, before adjustments.
    pub amount: Money,
    /// Pinned rate of a foreign amount.
    pub fx_rate: Option<FxRate>,
    /// Amount and adjustments in minor units of the reporting currency; `None` without a rate.
    pub reporting_minor: Option<i64>,
    /// When.
    pub incurred_at: Timestamp,
    /// When it was said to have happened before.
    pub moved_from: Timestamp,
    /// Free text.
    pub note: PersonalText,
    /// Against the window of the campaign.
    pub timing: FactTiming,
    /// Why.
    pub reason: PersonalText,
}

impl SettlementEvent {
    /// Returns the line that it is about, if there is one.
    pub fn cost(&self) -> Option<&CostId> {
        match self {
            Self::CostRecorded(recorded) => Some(&recorded.cost),
            Self::PaymentRecorded(payment) => Some(&payment.cost),
            Self::PaymentVoided(voided) => Some(&voided.cost),
            Self::CostCorrected(corrected) => Some(&corrected.cost),
            Self::CostRated(rated) => Some(&rated.cost),
            Self::CostApproved { cost, .. }
            | Self::CostReversed { cost, .. }
            | Self::CostAdjusted { cost, .. }
            | Self::CostWithheld { cost, .. }
            | Self::CostReleased { cost, .. }
            | Self::TaxRecorded { cost, .. } => Some(cost),
            Self::CommissionCarried { .. } => None,
        }
    }
}

impl<S: RowsMut> Fold<'_, S> {
    pub(super) fn settlement_event(&mut self, event: &SettlementEvent) -> Folded<(), S> {
        let Some(cost) = event.cost() else {
            return self.settled(event);
        };
        let key = Cost::key(&self.campaign_ref()?, cost);
        let before = self.rows.get::<Cost>(&key)?;
        let before = before.map_or_else(Balance::default, |line| line.balance());
        self.settled(event)?;
        let line = self.read::<Cost>(&key, "cost line")?;
        self.add_to_balance(line.amount.currency, line.balance() - before)
    }

    /// Adds to what the brand owes the creator of the event, in the campaign and in total.
    fn add_to_balance(&mut self, currency: Currency, more: Balance) -> Folded<(), S> {
        if more == Balance::default() {
            return Ok(());
        }
        let (campaign, creator) = (self.campaign_ref()?, self.creator_ref()?.creator);
        for key in Balance::keys(&campaign, &creator, currency) {
            *self.rows.upsert::<Balance>(&key)? += more;
        }
        Ok(())
    }

    fn settled(&mut self, event: &SettlementEvent) -> Folded<(), S> {
        match event {
            SettlementEvent::CostRecorded(cost) => self.cost_recorded(cost),
            SettlementEvent::CostApproved {
                cost,
                approved_minor,
            } => self.cost_approved(cost, *approved_minor),
            SettlementEvent::CostReversed { cost, .. } => self.cost_reversed(cost),
            SettlementEvent::PaymentRecorded(payment) => self.payment_recorded(payment),
            SettlementEvent::PaymentVoided(voided) => self.payment_voided(voided),
            SettlementEvent::CostCorrected(corrected) => self.cost_corrected(corrected),
            SettlementEvent::CostRated(rated) => self.cost_rated(rated),
            SettlementEvent::CostAdjusted {
                cost,
                delta_minor,
                reporting_minor,
                timing,
                order,
                on_time_minor,
                ..
            } => {
                let (kind, delta) = self.cost_adjusted(cost, *delta_minor, *reporting_minor)?;
                let Some(order) = order else {
                    return self.accrue(kind, *timing, delta, *reporting_minor, 0);
                };
                let more = Sides {
                    counted_minor: *delta_minor,
                    on_time_minor: on_time_minor.unwrap_or(0),
                };
                self.commissioned(order, more, None, *timing)
            }
            SettlementEvent::CommissionCarried {
                order,
                amount_minor,
                timing,
                on_time_minor,
                ..
            } => {
                let more = Sides {
                    counted_minor: *amount_minor,
                    on_time_minor: *on_time_minor,
                };
                self.commissioned(order, more, None, *timing)?;
                self.collaboration()?.commission.carried_minor += amount_minor;
                let currency = self.campaign()?.plan.currency;
                let carried = Balance {
                    carried_minor: (*amount_minor).into(),
                    ..Balance::default()
                };
                self.add_to_balance(currency, carried)
            }
            SettlementEvent::CostWithheld { cost, .. } => {
                self.cost(cost)?.withheld = true;
                Ok(())
            }
            SettlementEvent::CostReleased { cost, .. } => {
                self.cost(cost)?.withheld = false;
                Ok(())
            }
            SettlementEvent::TaxRecorded { cost, tax } => {
                self.cost(cost)?.taxes.push(tax.clone());
                Ok(())
            }
        }
    }

    pub(super) fn cost_recorded(&mut self, recorded: &CostRecorded) -> Folded<(), S> {
        let campaign = self.campaign_ref()?;
        let collaboration = self.record.subject.collaboration.clone();
        let reporting_currency = self.campaign()?.plan.currency;
        let cost = Cost {
            collaboration: collaboration.clone(),
            kind: recorded.kind,
            amount: recorded.amount,
            fx_rate: recorded.fx_rate.clone(),
            reporting_currency,
            reporting_minor: recorded.reporting_minor,
            adjusted_minor: 0,
            approved_minor: 0,
            paid_minor: 0,
            paid_reporting_minor: 0,
            payments: BTreeMap::new(),
            reversed: false,
            withheld: false,
            taxes: Vec::new(),
            dispute: None,
            owed_for: recorded.owed_for.clone(),
            incurred_at: recorded.incurred_at,
            timing: recorded.timing,
            note: recorded.note.clone(),
            updated: self.record.position,
        };
        self.rows.put(Cost::key(&campaign, &recorded.cost), cost);
        self.note_timing(recorded.timing)?;
        let (kind, timing, amount) = (recorded.kind, recorded.timing, recorded.amount);
        let budget = self.budget_with_money()?;
        if recorded.reporting_minor.is_none() {
            budget.add_unconverted(amount.currency, amount.minor * kind.sign());
        }
        if let Some(OwedFor::Commission {
            order,
            on_time_minor,
        }) = &recorded.owed_for
        {
            let more = Sides {
                counted_minor: recorded.amount.minor,
                on_time_minor: *on_time_minor,
            };
            return self.commissioned(order, more, Some(&recorded.cost), timing);
        }
        self.accrue(kind, timing, amount, recorded.reporting_minor, 1)
    }

    /// Opens the budget of the campaign, which has a line from now on.
    fn budget_with_money(&mut self) -> Folded<&mut BudgetUse, S> {
        let campaign = self.campaign()?;
        campaign.has_money = true;
        Ok(&mut campaign.budget)
    }

    /// Changes a line; returns its type and by how much it changes.
    fn cost_adjusted(
        &mut self,
        id: &CostId,
        delta_minor: i64,
        reporting_minor: Option<i64>,
    ) -> Folded<(CostType, Money), S> {
        let cost = self.cost(id)?;
        cost.adjusted_minor += delta_minor;
        let whole = cost.reporting_minor.zip(reporting_minor);
        cost.reporting_minor = whole.map(|(before, more)| before + more);
        let (kind, minor) = (cost.kind, delta_minor);
        let delta = Money {
            minor,
            ..cost.amount
        };
        if reporting_minor.is_none() {
            let budget = &mut self.campaign()?.budget;
            budget.grow_unconverted(delta.currency, delta.minor * kind.sign());
        }
        Ok((kind, delta))
    }

    /// Adds the growth of a line to the totals, or to the amounts that are left out because they
    /// have no rate. `lines` says how many lines more there are.
    pub(super) fn accrue(
        &mut self,
        kind: CostType,
        timing: FactTiming,
        more: Money,
        reporting_minor: Option<i64>,
        lines: i64,
    ) -> Folded<(), S> {
        match reporting_minor {
            Some(minor) => self.add_cost(kind, timing, minor),
            None => self.spread(Effect::ForeignCost {
                currency: more.currency,
                timing,
                minor: more.minor * kind.sign(),
                facts: lines,
            }),
        }
    }

    fn cost_approved(&mut self, cost: &CostId, approved_minor: i64) -> Folded<(), S> {
        self.cost(cost)?.approved_minor = approved_minor;
        Ok(())
    }

    fn cost_reversed(&mut self, id: &CostId) -> Folded<(), S> {
        let cost = self.cost(id)?;
        if cost.reversed {
            return Ok(()); // A past took it out already, because a correction moved it beyond.
        }
        cost.reversed = true;
        let (kind, timing) = (cost.kind, cost.timing);
        let less = Money {
            minor: -cost.total_minor(),
            ..cost.amount
        };
        let reporting_minor = cost.reporting_minor.map(|minor| -minor);
        if reporting_minor.is_none() {
            let budget = &mut self.campaign()?.budget;
            budget.take_unconverted(less.currency, -less.minor * kind.sign());
        }
        self.accrue(kind, timing, less, reporting_minor, -1)
    }

    pub(super) fn cost(&mut self, id: &CostId) -> Folded<&mut Cost, S> {
        let key = Cost::key(&self.campaign_ref()?, id);
        let position = self.record.position;
        let cost: &mut Cost = self.row(&key, "cost line")?;
        cost.updated = position;
        Ok(cost)
    }

    /// Adds a line to cost and to the budget in use. A fee line draws on its commitment first, in
    /// each period by its own time.
    fn add_cost(&mut self, kind: CostType, timing: FactTiming, minor: i64) -> Folded<(), S> {
        self.spread(Effect::Cost {
            kind,
            timing,
            minor,
        })?;
        if kind == CostType::Fee {
            let collaboration = self.collaboration()?;
            let before = collaboration.committed_by_period();
            collaboration.add_fee_line(timing, minor);
            let after = collaboration.committed_by_period();
            return self.committed_more(before, after);
        }
        let minor = minor * kind.sign();
        if minor == 0 {
            return Ok(());
        }
        self.campaign()?.budget.other += minor;
        self.spread(Effect::Committed { timing, minor })
    }

    /// Adds to the campaign and, if the line has one, to its collaboration.
    pub(super) fn spread(&mut self, effect: Effect) -> Folded<(), S> {
        if self.record.subject.collaboration.is_some() {
            let key = Collaboration::key(&self.collaboration_ref()?);
            self.read::<Collaboration>(&key, "collaboration")?;
        }
        self.add_to_both(effect);
        Ok(())
    }
}
