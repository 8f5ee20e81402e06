//! Explains a number of a report: the events behind it, and what each adds to it.
//!
//! A number is exactly the sum of what its events add. Events that were superseded, rejected,
//! voided or left out are also listed, with the reason, and add nothing. Owns how the events behind
//! a number are found and what each adds; the formulas of numbers are in `domain::metrics`.

mod engagement;
mod gather;
mod near;
mod number;
mod path;
mod rates;
mod reasons;

use std::collections::BTreeMap;

use crate::domain::metrics::{Earned, Formula, Known, Plan, Sides, Standing};
use crate::domain::rows::Rows;
use crate::domain::state::Campaign;
use crate::domain::{CampaignRef, Position, Totals};
use crate::report;
use crate::store;
use crate::views::LastRecorded;
use crate::wire::proto::api::WithoutContribution as Reason;

pub use gather::{Behind, Gathering, Subject};
pub use near::near;
pub use number::{Number, Part};

use engagement::as_totals;
use rates::OfPosts;

/// What one event adds to a number.
#[derive(Clone, PartialEq, Debug)]
pub struct Added {
    /// What it adds to each side.
    pub sides: Sides,
    /// Why it adds nothing, and the event that causes that, if there is one.
    pub reason: Option<(Reason, Option<Position>)>,
}

/// The parts of a number.
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

    fn add(&mut self, position: Position, sides: &Sides) {
        if sides.is_nothing() {
            return;
        }
        self.sum.add(sides);
        let zero = self.sum.zero();
        let added = self.added.entry(position).or_insert(Added {
            sides: zero,
            reason: None,
        });
        added.sides.add(sides);
        added.reason = None;
    }

    /// Lists an event with a reason, if it adds nothing.
    fn leave_out(&mut self, position: Position, reason: Reason, by: Option<Position>) {
        let sides = self.sum.zero();
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
    pub fn shown(&self, number: &Number) -> Shown {
        let value = |leaf: &str| {
            let path = format!("{}{leaf}", number.path);
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
    pub fn explain(&self, number: &Number) -> Result<Explanation, store::Error> {
        match number.metric.formula {
            Formula::Whole(_)
            | Formula::Shares(_)
            | Formula::Counter(_)
            | Formula::Priced(_)
            | Formula::Ratio(_) => self.sum(number),
            Formula::Row(_) | Formula::RowRatio(_) => Ok(self.row(number)),
            Formula::Mean(pick) => self.rates(number, OfPosts::Mean, pick),
            Formula::Median(pick) => self.rates(number, OfPosts::Median, pick),
            Formula::Times(times) => Ok(self.times(times)),
        }
    }

    fn sum(&self, number: &Number) -> Result<Explanation, store::Error> {
        let mut of_steps = Vec::new();
        let mut known = self.known()?;
        for step in &self.steps {
            let campaign = self.campaign_of(step);
            if !self.is_in(&number.part, &campaign)? {
                continue;
            }
            let mut totals = Totals::default();
            step.effects.iter().for_each(|effect| totals.apply(effect));
            for (all, of_one) in known.ratings.iter_mut().zip(totals.ratings) {
                *all += of_one;
            }
            of_steps.push((step, totals));
        }
        let sides = |totals: &Totals| number.sides(totals, &known);
        let mut explanation = Explanation::of(sides(&Totals::default()));
        for (step, totals) in &of_steps {
            let sides = self.sides_of(number, step, totals, &known)?;
            explanation.add(step.position, &sides);
        }
        if let Some(key) = number.audience() {
            self.standing(number, key, &sides, &mut explanation)?;
        }
        // Reasons come last: an event that adds something has none.
        for (step, _) in &of_steps {
            let margin_bp = self.margin_of(step)?;
            let sides = |totals: &Totals| match known.plan {
                Some(_) => number.sides(totals, &known),
                None => number.sides(totals, &earning(totals, margin_bp, known)),
            };
            if let Some((reason, by)) = reasons::of_step(step, &sides) {
                explanation.leave_out(step.position, reason, by);
            }
        }
        Ok(explanation)
    }

    /// Adds the observations that count, and lists the others.
    fn standing(
        &self,
        number: &Number,
        key: crate::domain::Audience,
        sides: &dyn Fn(&Totals) -> Sides,
        explanation: &mut Explanation,
    ) -> Result<(), store::Error> {
        let posts = self.credited(&number.part)?;
        for credited in &posts {
            if let Some(heads) = engagement::heads(number, credited, key) {
                for (position, sums) in self.pieces(credited, heads, credited.share_bp) {
                    explanation.add(position, &sides(&as_totals(key, sums)));
                }
            }
        }
        for credited in &posts {
            self.list_others(number, key, credited, sides, explanation)?;
        }
        Ok(())
    }

    fn row(&self, number: &Number) -> Explanation {
        let nothing = Totals::default();
        let sides = |standing| {
            let known = Known {
                standing,
                ..Known::default()
            };
            number.sides(&nothing, &known)
        };
        let mut before = sides(Standing::default());
        let mut explanation = Explanation::of(before.clone());
        for (position, standing) in &self.standings {
            let after = sides(*standing);
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

    /// Takes both sides of what a step adds: over several campaigns, each earns by its own margin.
    fn sides_of(
        &self,
        number: &Number,
        step: &gather::Step,
        totals: &Totals,
        known: &Known,
    ) -> Result<Sides, store::Error> {
        if known.plan.is_some() {
            return Ok(number.sides(totals, known));
        }
        let margin_bp = self.margin_of(step)?;
        Ok(number.sides(totals, &earning(totals, margin_bp, *known)))
    }

    fn margin_of(&self, step: &gather::Step) -> Result<Option<u32>, store::Error> {
        let name = self.campaign_of(step);
        let row = self.rows.get::<Campaign>(&Campaign::key(&name))?;
        Ok(row.and_then(|row| row.plan.gross_margin_bp))
    }

    fn known(&self) -> Result<Known, store::Error> {
        let mut known = Known {
            now: LastRecorded::of(&self.rows)?,
            ..Known::default()
        };
        if let Subject::Campaign(name) = &self.subject
            && let Some(row) = self.rows.get::<Campaign>(&Campaign::key(name))?
        {
            known.plan = Some(Plan::of(&row));
        }
        Ok(known)
    }
}

/// Returns what is known with what totals of one campaign earned.
fn earning(totals: &Totals, margin_bp: Option<u32>, known: Known) -> Known {
    let mut earned = Earned::default();
    earned.add(margin_bp, &totals.counted);
    Known {
        earned: Some(earned),
        ..known
    }
}
