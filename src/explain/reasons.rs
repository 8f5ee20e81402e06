//! Why an event adds nothing: compares it with what it would add without the obstacle.

use std::slice::from_ref;

use super::engagement::{Credited, as_if_standing, as_totals, heads};
use super::gather::{Behind, Evidence, Step};
use super::number::Number;
use super::{Explanation, Reason};
use crate::domain::metrics::Sides;
use crate::domain::state::{Entry, Heads};
use crate::domain::{
    Audience, ConversionType, CostType, Counter, Effect, FactTiming, Position, Totals, WHOLE_BP,
};
use crate::store;

/// Says why an event adds nothing to a number to which it would otherwise add.
pub fn of_step(
    step: &Step,
    sides: &dyn Fn(&Totals) -> Sides,
) -> Option<(Reason, Option<Position>)> {
    let concerns = |effects: &[Effect]| {
        let mut totals = Totals::default();
        effects.iter().for_each(|effect| totals.apply(effect));
        !sides(&totals).is_nothing()
    };
    let refund = Effect::Refund {
        timing: FactTiming::OnTime,
        minor: 1,
    };
    match step.evidence {
        Some(Evidence::DuplicateOrder(winner)) if is_about_orders(&concerns) => {
            return Some((Reason::DuplicateOrder, Some(winner)));
        }
        Some(Evidence::RefundWaited(by)) if concerns(from_ref(&refund)) => {
            return Some((Reason::RefundWaited, Some(by)));
        }
        Some(Evidence::RefundRejected) if concerns(from_ref(&refund)) => {
            return Some((Reason::RefundRejected, None));
        }
        Some(
            Evidence::DuplicateOrder(_) | Evidence::RefundWaited(_) | Evidence::RefundRejected,
        )
        | None => {}
    }
    let mut effects = step.effects.iter().filter_map(otherwise);
    let found = effects.find(|(_, otherwise)| concerns(from_ref(otherwise)));
    found.map(|(reason, _)| (reason, None))
}

fn is_about_orders(concerns: &impl Fn(&[Effect]) -> bool) -> bool {
    use ConversionType::{Install, Lead, Sale, Signup, Visit};
    let timing = FactTiming::OnTime;
    let revenue = Effect::Revenue { timing, minor: 1 };
    let conversion = |kind| Effect::Conversion {
        kind,
        timing,
        attributed_bp: i64::from(WHOLE_BP),
        unattributed: 1,
    };
    concerns(&[revenue])
        || [Sale, Install, Signup, Lead, Visit]
            .into_iter()
            .any(|kind| concerns(&[conversion(kind)]))
}

/// What an effect would be without the obstacle, and the obstacle.
fn otherwise(effect: &Effect) -> Option<(Reason, Effect)> {
    let timing = FactTiming::OnTime;
    match effect {
        Effect::ForeignCost { minor, .. } => {
            let kind = CostType::Fee;
            let minor = *minor;
            let local = Effect::Cost {
                kind,
                timing,
                minor,
            };
            Some((Reason::MissingFx, local))
        }
        Effect::ForeignPaid { minor, .. } => {
            let kind = CostType::Fee;
            let minor = *minor;
            let local = Effect::Paid {
                kind,
                timing,
                minor,
            };
            Some((Reason::MissingFx, local))
        }
        Effect::ForeignRevenue { minor, .. } => {
            let minor = *minor;
            Some((Reason::MissingFx, Effect::Revenue { timing, minor }))
        }
        Effect::Unattributed { minor, .. } => {
            let minor = *minor;
            Some((Reason::Unattributed, Effect::Revenue { timing, minor }))
        }
        Effect::Conversion {
            kind, unattributed, ..
        } if *unattributed > 0 => {
            let credited = Effect::Conversion {
                kind: *kind,
                timing,
                attributed_bp: unattributed.saturating_mul(i64::from(WHOLE_BP)),
                unattributed: 0,
            };
            Some((Reason::Unattributed, credited))
        }
        other => {
            let (when, in_time) = other.in_time()?;
            Some((late(when)?, in_time))
        }
    }
}

fn late(timing: FactTiming) -> Option<Reason> {
    match timing {
        FactTiming::OnTime => None,
        FactTiming::Late => Some(Reason::Late),
        FactTiming::AfterMeasurement => Some(Reason::AfterMeasurement),
    }
}

impl Behind {
    /// Lists the observations of a post that add nothing.
    pub(super) fn list_others(
        &self,
        number: &Number,
        key: Audience,
        credited: &Credited,
        sides: &dyn Fn(&Totals) -> Sides,
        explanation: &mut Explanation,
    ) -> Result<(), store::Error> {
        let heads = heads(number, credited, key);
        self.observations(credited, key, &mut |entry| {
            let sums = as_if_standing(credited, &entry.counters, credited.share_bp);
            if sides(&as_totals(key, sums)).is_nothing() {
                return;
            }
            leave_out(number, entry, heads, explanation);
        })
    }
}

/// Lists an observation and its corrections that add nothing, with the reason.
pub(super) fn leave_out(
    number: &Number,
    entry: &Entry,
    heads: Option<&Heads>,
    explanation: &mut Explanation,
) {
    let latest = entry.latest();
    let earlier = std::iter::once(entry.key.position).chain(entry.changes.iter().copied());
    let (replaced, last) = match entry.voided {
        true => (Reason::Voided, (Reason::Voids, Some(entry.key.position))),
        false => (Reason::Corrected, standing(number, entry, heads)),
    };
    for position in earlier.filter(|position| *position != latest) {
        explanation.leave_out(position, replaced, Some(latest));
    }
    explanation.leave_out(latest, last.0, last.1);
}

/// Why an observation that was not voided does not count.
fn standing(number: &Number, entry: &Entry, heads: Option<&Heads>) -> (Reason, Option<Position>) {
    match (entry.timing, number.on_time) {
        (FactTiming::AfterMeasurement, _) => return (Reason::AfterMeasurement, None),
        (FactTiming::Late, true) => return (Reason::Late, None),
        (FactTiming::Late, false) | (FactTiming::OnTime, _) => {}
    }
    let seen = Counter::ALL
        .into_iter()
        .filter(|counter| entry.counters.get(*counter).is_some());
    let by = heads.and_then(|heads| {
        seen.filter_map(|counter| heads.get(counter))
            .map(|head| head.latest)
            .filter(|latest| *latest != entry.latest())
            .max()
    });
    (Reason::Superseded, by)
}
