//! How a corrected line is folded: in place, as if it had been right from the beginning.

use super::{CostCorrected, CostRecorded, Fold, Folded};
use crate::domain::rows::RowsMut;
use crate::domain::state::Cost;
use crate::domain::{CostId, Currency, Effect, FxRate, Money, Timestamp, convert};

/// The rate that a line lacked.
#[derive(Clone, PartialEq, Debug)]
pub struct CostRated {
    /// The line.
    pub cost: CostId,
    /// Pinned rate.
    pub fx_rate: FxRate,
    /// Amount and adjustments in minor units of the reporting currency.
    pub reporting_minor: Option<i64>,
    /// When the cost was incurred.
    pub incurred_at: Timestamp,
}

impl<S: RowsMut> Fold<'_, S> {
    pub(super) fn cost_corrected(&mut self, corrected: &CostCorrected) -> Folded<(), S> {
        let key = Cost::key(&self.campaign_ref()?, &corrected.cost);
        let Some(before) = self.rows.get::<Cost>(&key)? else {
            // In a past in which only the right time has come, the line begins as it is corrected.
            let currency = self.campaign()?.plan.currency;
            return self.cost_recorded(&begun(corrected, currency));
        };
        let before = (*before).clone();
        let after = Cost {
            kind: corrected.kind,
            amount: corrected.amount,
            fx_rate: corrected.fx_rate.clone(),
            reporting_minor: corrected.reporting_minor,
            incurred_at: corrected.incurred_at,
            timing: corrected.timing,
            note: corrected.note.clone(),
            // A past may have taken it out, because an earlier correction moved it beyond.
            reversed: false,
            updated: self.record.position,
            ..before.clone()
        };
        self.replace_line(&corrected.cost, before, after)
    }

    pub(super) fn cost_rated(&mut self, rated: &CostRated) -> Folded<(), S> {
        let key = Cost::key(&self.campaign_ref()?, &rated.cost);
        let before = (*self.read::<Cost>(&key, "cost line")?).clone();
        let after = Cost {
            fx_rate: Some(rated.fx_rate.clone()),
            reporting_minor: rated.reporting_minor,
            updated: self.record.position,
            ..before.clone()
        };
        self.replace_line(&rated.cost, before, after)
    }

    /// Counts a line as it is corrected instead of as it was.
    fn replace_line(&mut self, id: &CostId, before: Cost, mut after: Cost) -> Folded<(), S> {
        let key = Cost::key(&self.campaign_ref()?, id);
        let currency = self.campaign()?.plan.currency;
        // A past by happening may lack adjustments that the event counts.
        if after.reporting_minor.is_some() {
            after.reporting_minor = after.in_reporting(after.total_minor(), currency);
        }
        after.convert_payments(currency);
        self.rows.put(key, after.clone());
        if before.timing == after.timing {
            self.note_extent(after.timing)?;
        } else {
            self.forget_timing(before.timing);
            self.note_timing(after.timing)?;
        }
        if !before.reversed {
            self.add_line(&before, -1)?;
        }
        if !after.reversed {
            self.add_line(&after, 1)?;
        }
        self.move_payments(&before, &after)
    }

    /// Adds a whole line to the totals, or takes it out of them.
    fn add_line(&mut self, line: &Cost, sign: i64) -> Folded<(), S> {
        let whole = Money {
            minor: sign * line.total_minor(),
            ..line.amount
        };
        let reporting_minor = line.reporting_minor.map(|minor| sign * minor);
        if reporting_minor.is_none() {
            let (currency, minor) = (line.amount.currency, line.total_minor() * line.kind.sign());
            let budget = &mut self.campaign()?.budget;
            match sign {
                1 => budget.add_unconverted(currency, minor),
                _ => budget.take_unconverted(currency, minor),
            }
        }
        self.accrue(line.kind, line.timing, whole, reporting_minor, sign)
    }

    /// Counts the payments of a line under its corrected type, rate and time.
    fn move_payments(&mut self, before: &Cost, after: &Cost) -> Folded<(), S> {
        let payments = after
            .payments
            .values()
            .map(|sums| sums.payments)
            .sum::<i64>();
        let earlier = before.incurred_at.since(after.incurred_at).nanos();
        if payments != 0 && earlier != 0 {
            let nanos = i128::from(payments) * earlier;
            self.spread(Effect::PaymentTimed { payments: 0, nanos })?;
        }
        self.recount_payments(before, after)
    }
}

fn begun(corrected: &CostCorrected, currency: Currency) -> CostRecorded {
    let rate = corrected.fx_rate.as_ref();
    let converted = || match rate {
        None => Some(corrected.amount.minor),
        Some(rate) => convert(corrected.amount, &rate.rate, currency),
    };
    CostRecorded {
        cost: corrected.cost.clone(),
        kind: corrected.kind,
        amount: corrected.amount,
        fx_rate: corrected.fx_rate.clone(),
        reporting_minor: corrected.reporting_minor.and_then(|_| converted()),
        incurred_at: corrected.incurred_at,
        note: corrected.note.clone(),
        timing: corrected.timing,
        owed_for: None,
    }
}
