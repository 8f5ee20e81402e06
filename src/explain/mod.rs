//! Explains a number of a report: the events behind it, and what each adds to it.
//!
//! A number is exactly what its events add: what was superseded, rejected, voided or left out is
//! listed beside, with the reason, and adds nothing. See [`metric`] for how a field is found.

mod engagement;
mod figures;
mod gather;
pub mod metric;
mod near;
mod path;
mod rates;
mod reasons;

use std::collections::BTreeMap;

use crate::domain::metrics::exact;
use crate::domain::rows::Rows;
use crate::domain::state::Campaign;
use crate::domain::{CampaignRef, Position, Totals};
use crate::report;
use crate::store;
use crate::views::LastRecorded;
use crate::wire::proto::api::WithoutContribution as Reason;

pub use gather::{Behind, Gathering, Subject};
pub use near::near;

use engagement::as_totals;
use metric::{Figure, Known, Metric, Sides, Sum, Taken};

/// What one event adds to a number.
#[derive(Clone, PartialEq, Debug)]
pub struct Added {
    /// What it adds to each side.
    pub sides: Sides,
    /// Why it adds nothing, and the event that is to blame, if one is.
    pub reason: Option<(Reason, Option<Position>)>,
}

/// A number taken apart.
#[derive(Clone, PartialEq, Debug)]
pub struct Explanation {
    /// What all events add.
    pub sum: Sides,
    /// What each adds, in log order.
    pub added: BTreeMap<Position, Added>,
}

impl Explanation {
    fn of(zero: Sides) -> Self {
        Self {
            sum: zero,
            added: BTreeMap::new(),
        }
    }

    fn zero(&self) -> Sides {
        Sides {
            numerator: exact(0),
            denominator: self.sum.denominator.as_ref().map(|_| exact(0)),
        }
    }

    fn add(&mut self, position: Position, sides: &Sides) {
        if sides.is_nothing() {
            return;
        }
        self.sum.add(sides);
        let zero = self.zero();
        let added = self.added.entry(position).or_insert(Added {
            sides: zero,
            reason: None,
        });
        added.sides.add(sides);
        added.reason = None;
    }

    /// Lists an event that adds nothing, unless it does.
    fn leave_out(&mut self, position: Position, reason: Reason, by: Option<Position>) {
        let sides = self.zero();
        let reason = Some((reason, by));
        self.added
            .entry(position)
            .or_insert(Added { sides, reason });
    }
}

/// A number as its report shows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shown {
    /// The number; empty when there is none.
    pub published: String,
    /// Why there is none.
    pub absent: String,
    /// In which parts of a whole.
    pub scale: u64,
}

impl Behind {
    /// Says how the report shows a number.
    pub fn shown(&self, metric: &Metric) -> Shown {
        let value = |leaf: &str| {
            let path = format!("{}{leaf}", metric.path);
            let found = self.report.iter().find(|(field, _)| *field == path);
            found.map(|(_, value)| value.clone())
        };
        let ppm = value(".parts_per_million");
        let absent = value(".absent").unwrap_or_default();
        Shown {
            scale: if ppm.is_some() { report::PPM as u64 } else { 1 },
            published: ppm
                .or_else(|| value(".minor_units"))
                .or_else(|| value(""))
                .unwrap_or_default(),
            absent: absent.trim_start_matches("ABSENT_REASON_").to_owned(),
        }
    }

    /// Takes a number apart.
    ///
    /// # Errors
    /// When rows cannot be read.
    pub fn explain(&self, metric: &Metric) -> Result<Explanation, store::Error> {
        match &metric.figure {
            Figure::Sum(sum) => self.sum(metric, sum),
            Figure::Row(of) => Ok(self.row(*of)),
            Figure::Posts(how, pick) => self.rates(metric, *how, *pick),
            Figure::Times(of) => Ok(self.times(*of)),
        }
    }

    fn sum(&self, metric: &Metric, sum: &Sum) -> Result<Explanation, store::Error> {
        let mut of_steps = Vec::new();
        let mut known = self.known()?;
        for step in &self.steps {
            let campaign = self.campaign_of(step);
            if !self.is_in(&metric.part, &campaign)? {
                continue;
            }
            let mut totals = Totals::default();
            step.effects.iter().for_each(|effect| totals.apply(effect));
            for (all, of_one) in known.ratings.iter_mut().zip(totals.ratings) {
                *all += of_one;
            }
            of_steps.push((step, totals));
        }
        let sides = |totals: &Totals| take(metric, sum, &known, totals);
        let mut explanation = Explanation::of(sides(&Totals::default()));
        for (step, totals) in &of_steps {
            explanation.add(step.position, &sides(totals));
        }
        if let Some(key) = metric.engagement {
            self.standing(metric, key, &sides, &mut explanation)?;
        }
        // Reasons come last: whoever adds something has none.
        for (step, _) in &of_steps {
            if let Some((reason, by)) = reasons::of_step(step, &sides) {
                explanation.leave_out(step.position, reason, by);
            }
        }
        Ok(explanation)
    }

    /// Adds what stands of the observations, and lists the others.
    fn standing(
        &self,
        metric: &Metric,
        key: (
            crate::domain::MeasurementScope,
            crate::domain::MeasurementKind,
        ),
        sides: &dyn Fn(&Totals) -> Sides,
        explanation: &mut Explanation,
    ) -> Result<(), store::Error> {
        let posts = self.credited(&metric.part)?;
        for credited in &posts {
            if let Some(heads) = rates::heads(metric, credited, key) {
                for (position, sums) in self.pieces(credited, heads, credited.share_bp) {
                    explanation.add(position, &sides(&as_totals(key, sums)));
                }
            }
        }
        for credited in &posts {
            self.list_others(metric, key, credited, sides, explanation)?;
        }
        Ok(())
    }

    fn row(&self, of: fn(&metric::RowNumbers) -> Sides) -> Explanation {
        let mut before = of(&[0; 6]);
        let mut explanation = Explanation::of(before.clone());
        for (position, numbers) in &self.numbers {
            let after = of(numbers);
            explanation.add(*position, &after.since(&before));
            before = after;
        }
        explanation
    }

    fn campaign_of(&self, step: &gather::Step) -> CampaignRef {
        let brand = match &self.subject {
            Subject::Campaign(name) => &name.brand,
            Subject::Partnership(name) => &name.brand,
        };
        CampaignRef {
            brand: brand.clone(),
            campaign: step.campaign.clone(),
        }
    }

    fn known(&self) -> Result<Known, store::Error> {
        let mut known = Known {
            now: LastRecorded::of(&self.rows)?,
            ..Known::default()
        };
        if let Subject::Campaign(name) = &self.subject
            && let Some(row) = self.rows.get::<Campaign>(&Campaign::key(name))?
        {
            known.margin_bp = row.plan.gross_margin_bp;
            let model = row.plan.emv_model.as_ref();
            known.emv_cpm_minor = model.map(|model| model.cpm.minor);
        }
        Ok(known)
    }
}

fn take(metric: &Metric, sum: &Sum, known: &Known, totals: &Totals) -> Sides {
    let tally = if metric.on_time {
        &totals.on_time
    } else {
        &totals.counted
    };
    sum(&Taken {
        totals,
        tally,
        known,
    })
}
