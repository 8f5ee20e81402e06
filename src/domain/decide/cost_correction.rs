//! Rules of taking back a payment, and of correcting a line that was recorded wrongly.

use std::sync::Arc;

use super::amounts::{ensure_currency, ensure_in_range};
use super::settlement::CostCorrection;
use super::{Case, Decided, Decision, ensure, happens, refuse, refused};
use crate::domain::rows::Rows;
use crate::domain::state::{Cost, Payment};
use crate::domain::{
    CampaignRef, CostCorrected, CostId, CostRated, CostType, Event, FxRate, Money, OwedFor,
    PaymentId, PaymentVoided, PersonalText, Refusal, SettlementEvent, Unknown,
};

impl<S: Rows> Case<'_, S> {
    /// Takes back a payment. It is a fact about money that moved, so neither a dispute nor a hold
    /// stops it.
    pub(super) fn void_payment(
        &self,
        place: &CampaignRef,
        id: &CostId,
        payment: &PaymentId,
        reason: &PersonalText,
    ) -> Decided<Decision, S> {
        let line = self.line(place, id)?;
        let key = Payment::key(place, payment);
        let row: Arc<Payment> = self.known(&key, Unknown::Payment, payment.as_str())?;
        ensure(row.cost == *id, || Refusal::NotFound {
            what: Unknown::Payment,
            id: payment.to_string(),
        })?;
        if let Some(position) = row.voided {
            return refuse(Refusal::PaymentVoided { position });
        }
        let currency = self.campaign(place)?.plan.currency;
        // What is left stays exact: the payment takes what it added to the sum.
        let left = line.in_reporting(line.paid_minor - row.amount.minor, currency);
        let event = SettlementEvent::PaymentVoided(PaymentVoided {
            payment: payment.clone(),
            cost: id.clone(),
            amount: row.amount,
            reporting_minor: left.map(|left| line.paid_reporting_minor - left),
            paid_at: row.paid_at,
            timing: row.timing,
            reason: reason.clone(),
        });
        happens(self.about(place, &line, Event::Settlement(event))?)
    }

    pub(super) fn correct_cost(
        &self,
        place: &CampaignRef,
        id: &CostId,
        correction: &CostCorrection,
    ) -> Decided<Decision, S> {
        let line = self.free(place, id)?;
        let (expected, actual) = (correction.expected, line.updated);
        ensure(expected == actual, || Refusal::StaleCost {
            expected,
            actual,
        })?;
        let corrected = self.corrected(place, id, &line, correction)?;
        let is_same = corrected.kind == line.kind
            && corrected.amount == line.amount
            && corrected.fx_rate == line.fx_rate
            && corrected.incurred_at == line.incurred_at
            && corrected.note == line.note;
        ensure(!is_same, || Refusal::CostUnchanged)?;
        let event = Event::Settlement(SettlementEvent::CostCorrected(corrected));
        happens(self.about(place, &line, event)?)
    }

    /// Supplies the rate that a line lacks. It changes nothing of what is disputed, so no dispute
    /// stops it.
    pub(super) fn supply_cost_rate(
        &self,
        place: &CampaignRef,
        id: &CostId,
        fx_rate: &FxRate,
    ) -> Decided<Decision, S> {
        let line = self.line(place, id)?;
        ensure(line.reporting_minor.is_none(), || Refusal::RateNotMissing)?;
        let campaign = self.campaign(place)?;
        let minor = line.total_minor();
        let whole = Money {
            minor,
            ..line.amount
        };
        let currency = campaign.plan.currency;
        let reporting_minor = self.reporting("fx_rate", whole, Some(fx_rate), currency)?;
        let more = i128::from(reporting_minor.unwrap_or(0)) * i128::from(line.kind.sign());
        ensure_in_range::<S>(&campaign, more)?;
        let event = Event::Settlement(SettlementEvent::CostRated(CostRated {
            cost: id.clone(),
            fx_rate: fx_rate.clone(),
            reporting_minor,
            incurred_at: line.incurred_at,
        }));
        happens(self.about(place, &line, event)?)
    }

    fn corrected(
        &self,
        place: &CampaignRef,
        id: &CostId,
        line: &Cost,
        correction: &CostCorrection,
    ) -> Decided<CostCorrected, S> {
        ensure_correctable::<S>(line, correction)?;
        let campaign = self.campaign(place)?;
        let kind = correction.kind.unwrap_or(line.kind);
        self.payee(place, line.collaboration.as_ref(), kind)?;
        let amount = correction.amount.unwrap_or(line.amount);
        ensure_currency::<S>(line, "amount", amount)?;
        let total_minor = i128::from(amount.minor) + i128::from(line.adjusted_minor);
        let approved_minor = line.approved_minor;
        ensure(total_minor >= i128::from(approved_minor), || {
            Refusal::AdjustmentBelowApproved {
                total_minor,
                approved_minor,
            }
        })?;
        let too_much = || refused(Refusal::AmountOverflow { field: "amount" });
        let whole = Money {
            minor: i64::try_from(total_minor).map_err(|_| too_much())?,
            ..amount
        };
        let fx_rate = correction.fx_rate.clone().or_else(|| line.fx_rate.clone());
        let currency = campaign.plan.currency;
        let reporting_minor = self.reporting("amount", whole, fx_rate.as_ref(), currency)?;
        let signed = |kind: CostType, minor: Option<i64>| {
            i128::from(minor.unwrap_or(0)) * i128::from(kind.sign())
        };
        let more = signed(kind, reporting_minor) - signed(line.kind, line.reporting_minor);
        ensure_in_range::<S>(&campaign, more)?;
        // Another type moves the whole amount to another part of the budget.
        if kind != line.kind {
            ensure_in_range::<S>(&campaign, signed(kind, reporting_minor))?;
        }
        let incurred_at = correction.incurred_at.unwrap_or(line.incurred_at);
        let timing = campaign.plan.timing(incurred_at);
        // Payments count with their line, each at its own time: in another period they would move.
        ensure(line.payments.is_empty() || timing == line.timing, || {
            Refusal::CostState {
                state: line.state(),
                rule: "it is paid: void its payments before it moves to another period",
            }
        })?;
        Ok(CostCorrected {
            cost: id.clone(),
            replaces: line.updated,
            kind,
            amount,
            fx_rate,
            reporting_minor,
            incurred_at,
            moved_from: line.incurred_at,
            note: correction.note.clone().unwrap_or_else(|| line.note.clone()),
            timing,
            reason: correction.reason.clone(),
        })
    }
}

/// Checks that a line says what a person told: what the terms make owed follows them.
fn ensure_correctable<S: Rows>(line: &Cost, correction: &CostCorrection) -> Decided<(), S> {
    let rule = match &line.owed_for {
        None => return Ok(()),
        Some(OwedFor::Commission { .. }) => "commission follows its order: adjust that",
        Some(OwedFor::FeePart { .. } | OwedFor::Bonus { .. }) => {
            let only_note = correction.kind.is_none()
                && correction.amount.is_none()
                && correction.fx_rate.is_none()
                && correction.incurred_at.is_none();
            if only_note {
                return Ok(());
            }
            "it is owed by the terms: only its note can be corrected"
        }
    };
    let state = line.state();
    refuse(Refusal::CostState { state, rule })
}
