//! How payments are folded, and how one that bounced is taken back: in place, as if it had never
//! been made.

use super::{Fold, Folded, PaymentRecorded, PaymentVoided};
use crate::domain::rows::RowsMut;
use crate::domain::state::{Cost, PaidSums, Payment, PaymentReference};
use crate::domain::{Effect, FactTiming};

impl<S: RowsMut> Fold<'_, S> {
    pub(super) fn payment_recorded(&mut self, paid: &PaymentRecorded) -> Folded<(), S> {
        let campaign = self.campaign_ref()?;
        let position = self.record.position;
        let row = Payment {
            cost: paid.cost.clone(),
            amount: paid.amount,
            paid_at: paid.paid_at,
            timing: paid.timing,
            voided: None,
        };
        self.rows.put(Payment::key(&campaign, &paid.payment), row);
        let key = PaymentReference::key(&campaign.brand, paid.reference.digest);
        self.rows.put(key, PaymentReference { position });

        let cost = self.cost(&paid.cost)?;
        cost.paid_minor += paid.amount.minor;
        cost.paid_reporting_minor += paid.reporting_minor.unwrap_or(0);
        let sums = cost.payments.entry(paid.timing).or_default();
        sums.payments += 1;
        sums.minor += paid.amount.minor;
        sums.reporting_minor += paid.reporting_minor.unwrap_or(0);
        let (kind, incurred_at) = (cost.kind, cost.incurred_at);
        self.note_timing(paid.timing)?;
        self.spread(Effect::PaymentTimed {
            payments: 1,
            nanos: paid.paid_at.since(incurred_at).nanos(),
        })?;
        let timing = paid.timing;
        self.spread(match paid.reporting_minor {
            Some(minor) => Effect::Paid {
                kind,
                timing,
                minor,
            },
            None => Effect::ForeignPaid {
                currency: paid.amount.currency,
                timing,
                minor: paid.amount.minor * kind.sign(),
                facts: 1,
            },
        })
    }

    pub(super) fn payment_voided(&mut self, voided: &PaymentVoided) -> Folded<(), S> {
        let key = Payment::key(&self.campaign_ref()?, &voided.payment);
        let position = self.record.position;
        let payment: &mut Payment = self.row(&key, "payment")?;
        payment.voided = Some(position);

        let currency = self.campaign()?.plan.currency;
        let cost = self.cost(&voided.cost)?;
        let before = cost.clone();
        cost.paid_minor -= voided.amount.minor;
        let sums = cost.payments.entry(voided.timing).or_default();
        sums.payments -= 1;
        sums.minor -= voided.amount.minor;
        if sums.payments == 0 {
            cost.payments.remove(&voided.timing);
        }
        cost.convert_payments(currency);
        let after = cost.clone();
        let nanos = voided.paid_at.since(after.incurred_at).nanos();
        self.forget_timing(voided.timing);
        self.spread(Effect::PaymentTimed {
            payments: -1,
            nanos: -nanos,
        })?;
        self.recount_payments(&before, &after)
    }

    /// Counts the payments of a line as they are now instead of as they were: each timing takes the
    /// growth of the converted sum, so that nothing is left of a payment that is gone.
    pub(super) fn recount_payments(&mut self, before: &Cost, after: &Cost) -> Folded<(), S> {
        let is_rated = |line: &Cost| line.reporting_minor.is_some();
        let is_same = before.kind == after.kind
            && before.payments == after.payments
            && is_rated(before) == is_rated(after);
        if is_same {
            return Ok(());
        }
        for (timing, sums) in &before.payments {
            let less = PaidSums {
                payments: -sums.payments,
                minor: -sums.minor,
                reporting_minor: -sums.reporting_minor,
            };
            self.add_paid(before, *timing, less)?;
        }
        for (timing, sums) in &after.payments {
            self.add_paid(after, *timing, *sums)?;
        }
        Ok(())
    }

    /// Adds payments to the totals, or to the amounts that have no rate.
    fn add_paid(&mut self, line: &Cost, timing: FactTiming, more: PaidSums) -> Folded<(), S> {
        let kind = line.kind;
        self.spread(match line.reporting_minor {
            Some(_) => Effect::Paid {
                kind,
                timing,
                minor: more.reporting_minor,
            },
            None => Effect::ForeignPaid {
                currency: line.amount.currency,
                timing,
                minor: more.minor * kind.sign(),
                facts: more.payments,
            },
        })
    }

    pub(super) fn forget_timing(&mut self, timing: FactTiming) {
        if timing == FactTiming::AfterMeasurement {
            self.add_to_campaign(Effect::NoLongerAfterMeasurement);
        }
    }
}
