//! A row of the table of metrics: everything about one number.

use super::given::{Example, Given};
use super::sides::Sides;
use super::{
    Absent, Exact, Facts, Mean, Rate, Standing, Times, Value, exact, in_wholes, mean, median,
    publish,
};
use crate::domain::{Counter, EngagementSums, Paired, Timestamp};

/// A number of a report.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    /// Path of its field below that of its section; `[…]` says what identifies an entry of a list.
    pub path: &'static str,
    /// What it counts in.
    pub unit: Unit,
    /// What it is, in words.
    pub says: &'static str,
    /// What it is, as an expression; empty for a plain sum.
    pub definition: &'static str,
    /// What it is, as code.
    pub formula: Formula,
    /// When it is undefined, the first that holds.
    pub undefined: &'static [Check],
    /// Why it is undefined where it is divided by 0.
    pub zero: Absent,
    /// How it is computed, once; a plain sum needs none.
    pub example: Option<Example>,
    /// How many posts it is made of, where it is made of posts.
    pub covers: Option<fn(&Facts<'_>) -> i64>,
}

/// What a number counts in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    /// How many.
    Count,
    /// Minor units of the reporting currency.
    Minor,
    /// Minor units of another currency.
    ForeignMinor,
    /// A part of a whole.
    Ratio,
    /// Points of a rating, 1 to 5.
    Points,
    /// Seconds.
    Seconds,
    /// Days.
    Days,
}

/// How a number is made.
#[derive(Clone, Copy, Debug)]
pub enum Formula {
    /// A sum.
    Whole(fn(&Facts<'_>) -> i128),
    /// A sum in ten-thousandths, so that shares of joint posts stay exact.
    Shares(fn(&Facts<'_>) -> i128),
    /// The sum of a counter over the posts of the entry.
    Counter(Counter),
    /// A sum with a price.
    Priced(fn(&Facts<'_>) -> Exact),
    /// One sum over another.
    Ratio(fn(&Facts<'_>) -> [Exact; 2]),
    /// A number that a row keeps.
    Row(fn(&Standing) -> i128),
    /// One number that a row keeps over another.
    RowRatio(fn(&Standing) -> [i128; 2]),
    /// The mean of the rates of single posts.
    Mean(Pick),
    /// The median of the rates of single posts.
    Median(Pick),
    /// Made of times.
    Times(Times),
}

/// The two sums of a rate.
pub type Pick = fn(&EngagementSums) -> Paired;

/// A case in which a number is undefined.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// The reason given.
    pub reason: Absent,
    /// The case, in words.
    pub when: &'static str,
    /// The case, as code.
    pub holds: fn(&Facts<'_>) -> bool,
}

impl Metric {
    /// Takes both sides of facts; `None` where the number is not a sum of what events add.
    pub fn sides(&self, facts: &Facts<'_>) -> Option<Sides> {
        Some(match self.formula {
            Formula::Whole(of) => Sides::whole(exact(of(facts))),
            Formula::Shares(of) => Sides::whole(in_wholes(of(facts))),
            Formula::Counter(counter) => {
                Sides::whole(in_wholes(facts.engagement.counters[counter as usize].value))
            }
            Formula::Priced(of) => Sides::whole(of(facts)),
            Formula::Ratio(of) => {
                let [numerator, denominator] = of(facts);
                Sides::ratio(numerator, denominator)
            }
            Formula::Row(of) => Sides::whole(exact(of(&facts.known.standing))),
            Formula::RowRatio(of) => {
                let [numerator, denominator] = of(&facts.known.standing);
                Sides::ratio(exact(numerator), exact(denominator))
            }
            Formula::Mean(_) | Formula::Median(_) | Formula::Times(_) => return None,
        })
    }

    /// Computes the number of facts, exactly.
    ///
    /// # Errors
    /// Why it is undefined.
    pub fn value(&self, facts: &Facts<'_>) -> Value {
        self.defined(facts)?;
        let sides = self.sides(facts).ok_or(Absent::NoObservation)?;
        sides.value(self.zero)
    }

    /// Computes a number that is a plain sum; a share is rounded half-even.
    ///
    /// # Errors
    /// Why it is undefined.
    pub fn whole(&self, facts: &Facts<'_>) -> Result<i128, Absent> {
        self.defined(facts)?;
        match self.formula {
            Formula::Whole(of) => Ok(of(facts)),
            Formula::Row(of) => Ok(of(&facts.known.standing)),
            Formula::Shares(_)
            | Formula::Counter(_)
            | Formula::Priced(_)
            | Formula::Ratio(_)
            | Formula::RowRatio(_)
            | Formula::Mean(_)
            | Formula::Median(_)
            | Formula::Times(_) => Ok(publish(&self.value(facts)?, 1)?.into()),
        }
    }

    /// Computes the mean or the median of the rates of posts. `zero` counts the posts that have no
    /// rate, because their denominator is 0.
    ///
    /// # Errors
    /// `NoObservation` where there are no posts, `ZeroDenominator` where none of them has a rate,
    /// `OutOfRange` when it does not fit int64.
    pub fn of_rates(&self, rates: &[Rate], zero: usize, scale: i64) -> Result<Mean, Absent> {
        if rates.is_empty() {
            return Err(match zero {
                0 => Absent::NoObservation,
                _ => Absent::ZeroDenominator,
            });
        }
        let Formula::Median(_) = self.formula else {
            return mean(rates, scale);
        };
        let middle = median(rates.to_vec())?;
        Ok(Mean {
            published: publish(&middle, scale)?,
            exact: Some(middle),
        })
    }

    /// Computes a number of times, in seconds.
    ///
    /// # Errors
    /// Why it is undefined.
    pub fn of_times(&self, accepted: &[Timestamp], last: Option<Timestamp>) -> Value {
        let Formula::Times(times) = self.formula else {
            return Err(Absent::NoObservation);
        };
        let mut sides = times.zero();
        for (from, to) in times.spans(accepted, last, |at| *at) {
            let nanos = i128::from(to.nanos()) - i128::from(from.nanos());
            sides.add(&Sides::ratio(exact(nanos) / exact(NANOS), exact(1)));
        }
        sides.value(self.zero)
    }

    /// Computes the example; `None` where there is none.
    pub fn of_example(&self) -> Option<Value> {
        let sample = self.example?.sample();
        Some(match self.formula {
            Formula::Mean(_) | Formula::Median(_) => {
                let mean = self.of_rates(&sample.rates, 0, 1);
                mean.and_then(|mean| mean.exact.ok_or(Absent::OutOfRange))
            }
            Formula::Times(_) => self.of_times(&sample.accepted, sample.last_activity),
            Formula::Whole(_)
            | Formula::Shares(_)
            | Formula::Counter(_)
            | Formula::Priced(_)
            | Formula::Ratio(_)
            | Formula::Row(_)
            | Formula::RowRatio(_) => self.value(&sample.facts()),
        })
    }

    /// Counts the posts that it is made of; `None` where it is not made of posts.
    pub fn posts_covered(&self, facts: &Facts<'_>) -> Option<u64> {
        self.covers.map(|of| u64::try_from(of(facts)).unwrap_or(0))
    }

    fn defined(&self, facts: &Facts<'_>) -> Result<(), Absent> {
        let mut checks = self.undefined.iter();
        match checks.find(|check| (check.holds)(facts)) {
            Some(check) => Err(check.reason),
            None => Ok(()),
        }
    }

    const fn of(path: &'static str, unit: Unit, formula: Formula) -> Self {
        Self {
            path,
            unit,
            says: "",
            definition: "",
            formula,
            undefined: &[],
            zero: Absent::ZeroDenominator,
            example: None,
            covers: None,
        }
    }

    /// Says how many posts it is made of.
    pub(super) const fn covers(self, posts: fn(&Facts<'_>) -> i64) -> Self {
        let covers = Some(posts);
        Self { covers, ..self }
    }

    pub(super) const fn says(self, says: &'static str) -> Self {
        Self { says, ..self }
    }

    pub(super) const fn unit(self, unit: Unit) -> Self {
        Self { unit, ..self }
    }

    /// Says when it is undefined.
    pub(super) const fn unless(self, undefined: &'static [Check]) -> Self {
        Self { undefined, ..self }
    }

    /// Says why it is undefined where it is divided by 0.
    pub(super) const fn zero(self, zero: Absent) -> Self {
        Self { zero, ..self }
    }

    pub(super) const fn example(self, given: &'static [Given], result: &'static str) -> Self {
        let example = Some(Example { given, result });
        Self { example, ..self }
    }

    const fn defined_as(self, definition: &'static str) -> Self {
        Self { definition, ..self }
    }
}

const NANOS: i64 = 1_000_000_000;

/// A count.
pub(super) const fn count(path: &'static str, of: fn(&Facts<'_>) -> i128) -> Metric {
    Metric::of(path, Unit::Count, Formula::Whole(of))
}

/// An amount in minor units that is a plain sum.
pub(super) const fn minor(path: &'static str, of: fn(&Facts<'_>) -> i128) -> Metric {
    Metric::of(path, Unit::Minor, Formula::Whole(of))
}

/// A count of shares.
pub(super) const fn shares(path: &'static str, of: fn(&Facts<'_>) -> i128) -> Metric {
    Metric::of(path, Unit::Count, Formula::Shares(of))
}

/// A counter.
pub(super) const fn counter(path: &'static str, counter: Counter) -> Metric {
    Metric::of(path, Unit::Count, Formula::Counter(counter))
}

/// One sum over another.
pub(super) const fn ratio(
    path: &'static str,
    definition: &'static str,
    of: fn(&Facts<'_>) -> [Exact; 2],
) -> Metric {
    Metric::of(path, Unit::Ratio, Formula::Ratio(of)).defined_as(definition)
}

/// A sum with a price.
pub(super) const fn priced(
    path: &'static str,
    definition: &'static str,
    of: fn(&Facts<'_>) -> Exact,
) -> Metric {
    Metric::of(path, Unit::Minor, Formula::Priced(of)).defined_as(definition)
}

/// A number that a row keeps.
pub(super) const fn row(path: &'static str, unit: Unit, of: fn(&Standing) -> i128) -> Metric {
    Metric::of(path, unit, Formula::Row(of))
}

/// One number that a row keeps over another.
pub(super) const fn row_ratio(
    path: &'static str,
    definition: &'static str,
    of: fn(&Standing) -> [i128; 2],
) -> Metric {
    Metric::of(path, Unit::Ratio, Formula::RowRatio(of)).defined_as(definition)
}

/// A rate of many posts.
pub(super) const fn posts(
    path: &'static str,
    definition: &'static str,
    formula: Formula,
) -> Metric {
    Metric::of(path, Unit::Ratio, formula).defined_as(definition)
}

/// A number of times.
pub(super) const fn times(path: &'static str, definition: &'static str, times: Times) -> Metric {
    Metric::of(path, Unit::Seconds, Formula::Times(times)).defined_as(definition)
}

/// Makes a static of each row, and the list of them. The comment of a row is its description.
macro_rules! rows {
    ($( $(#[doc = $says:literal])+ $name:ident = $row:expr; )+) => {
        $(
            $(#[doc = $says])+
            pub static $name: $crate::domain::metrics::Metric = $row.says(concat!($($says),+));
        )+

        /// The rows, in the order of the fields.
        pub static ROWS: &[&$crate::domain::metrics::Metric] = &[$(&$name),+];
    };
}

pub(super) use rows;
