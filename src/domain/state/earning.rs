//! Commission of an order, as a pure function of its standing: what it makes each collaboration
//! earn, whatever the order in which refunds, adjustments and the lock arrived. To change an order
//! is to take out what it added and to put in what it adds then.

use std::ops::{Add, Sub};

use num_rational::Ratio;
use serde::{Deserialize, Serialize};

use super::campaign::within;
use super::{Collaboration, Lock, Order, Standing, table};
use crate::domain::rows::{Key, Row};
use crate::domain::{
    CampaignRef, CollaborationId, ConversionRecorded, CostId, Currency, FactTiming, Money,
    OrderKey, Timestamp, allocate, convert, half_even, part_of,
};

/// The facts that a sum counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// With late facts.
    Counted,
    /// Without late facts.
    OnTime,
}

/// An amount in both periods, in minor units of the reporting currency. Rounding makes the two
/// differ by more than the late facts alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Sides {
    /// With late facts.
    pub counted_minor: i64,
    /// Without late facts.
    pub on_time_minor: i64,
}

impl Sides {
    /// Returns what to add to totals, for an amount that follows a fact of this timing: the part on
    /// time counts in both periods, and the rest only with the late facts.
    pub fn by_timing(self, timing: FactTiming) -> impl Iterator<Item = (FactTiming, i64)> {
        let (on_time, late) = match timing {
            FactTiming::OnTime | FactTiming::Late => (self.on_time_minor, FactTiming::Late),
            FactTiming::AfterMeasurement => (0, FactTiming::AfterMeasurement),
        };
        let rest = (late, self.counted_minor - on_time);
        let all = [(FactTiming::OnTime, on_time), rest];
        all.into_iter().filter(|(_, minor)| *minor != 0)
    }
}

impl Add for Sides {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            counted_minor: self.counted_minor + other.counted_minor,
            on_time_minor: self.on_time_minor + other.on_time_minor,
        }
    }
}

impl Sub for Sides {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self {
            counted_minor: self.counted_minor - other.counted_minor,
            on_time_minor: self.on_time_minor - other.on_time_minor,
        }
    }
}

/// Commission that the terms promise one collaboration on an order, and what it earned so far.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct OrderCommission {
    /// The collaboration.
    pub collaboration: CollaborationId,
    /// Rate of the terms in force at the time of the order.
    pub rate_bp: u32,
    /// What the order promises by its standing.
    pub promised: Sides,
    /// What was accrued so far.
    pub earned: Sides,
    /// Whether a termination took it before the order was locked.
    pub taken: bool,
    /// The part that rulings left of it; `None` for all of it.
    pub ruled: Option<Ruled>,
    /// The cost line that took the latest part.
    pub line: Option<CostId>,
    /// Number of cost lines that took a part.
    pub lines: u32,
}

/// The part of a commission that rulings left: `to_minor` of every `of_minor`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Ruled {
    /// What is left.
    pub to_minor: i64,
    /// Of this; more than 0.
    pub of_minor: i64,
}

impl OrderCommission {
    /// Makes a commission that nothing was accrued of.
    pub fn at_rate(collaboration: CollaborationId, rate_bp: u32) -> Self {
        Self {
            collaboration,
            rate_bp,
            promised: Sides::default(),
            earned: Sides::default(),
            taken: false,
            ruled: None,
            line: None,
            lines: 0,
        }
    }

    /// Returns whether nothing is owed because a termination for cause came before the lock.
    pub fn is_taken(&self, locked: bool, lock: Lock, collaboration: &Collaboration) -> bool {
        if locked {
            return self.taken;
        }
        collaboration.is_terminated_before(lock.at)
    }

    /// Applies a ruling that leaves `to_minor` of a line's `of_minor`. The same part of whatever
    /// the order earns later is owed, so that a refund does not bring back what the ruling took.
    /// `whole_minor` is what the order would earn without rulings.
    fn rule(&mut self, of_minor: i64, to_minor: i64, whole_minor: i64) {
        let of = of_minor.max(self.earned.counted_minor);
        if of <= 0 || to_minor >= of_minor {
            return;
        }
        let to = of - (of_minor - to_minor);
        let now = part(self.earned.counted_minor, to, of, 1);
        self.ruled = Some(match self.ruled {
            Some(before) if whole_minor <= 0 => before,
            Some(_) => Ruled {
                to_minor: now,
                of_minor: whole_minor,
            },
            None => Ruled {
                to_minor: to,
                of_minor: of,
            },
        });
    }

    fn left(&self, minor: i64, increment: i64) -> i64 {
        match self.ruled {
            Some(ruled) => part(minor, ruled.to_minor, ruled.of_minor, increment),
            None => minor,
        }
    }
}

/// Returns `to / of` of an amount, rounded half-even to the increment.
fn part(minor: i64, to: i64, of: i64, increment: i64) -> i64 {
    let whole = i128::from(of) * i128::from(increment);
    let exact = Ratio::new(i128::from(minor) * i128::from(to), whole);
    let rounded = half_even(exact) * i128::from(increment);
    i64::try_from(rounded).unwrap_or(minor)
}

impl ConversionRecorded {
    /// States a part of the order's value in the reporting currency; `None` without a rate, and
    /// when the result does not fit int64.
    pub fn in_reporting(&self, part: Money, currency: Currency) -> Option<i64> {
        self.reporting_minor?;
        match &self.fx_rate {
            None => Some(part.minor),
            Some(rate) => convert(part, &rate.rate, currency),
        }
    }
}

impl Order {
    /// Returns what each of the order's commissions owes by the standing of the order: the rate of
    /// its share of what the customer kept, at the order's own rate.
    pub fn owed(&self, currency: Currency) -> Vec<Sides> {
        let increment = currency.settlement_increment();
        let whole = self.unruled(currency);
        let left = self.commissions.iter().zip(whole);
        left.map(|(one, whole)| Sides {
            counted_minor: one.left(whole.counted_minor, increment),
            on_time_minor: one.left(whole.on_time_minor, increment),
        })
        .collect()
    }

    /// Returns the same as if there had been no rulings.
    pub fn unruled(&self, currency: Currency) -> Vec<Sides> {
        let Some(standing) = &self.conversion else {
            return Vec::new();
        };
        let is_on_time = standing.conversion.timing == FactTiming::OnTime;
        let counted = self.earns(standing, currency, Side::Counted);
        let on_time = self.earns(standing, currency, Side::OnTime);
        let sides = counted.into_iter().zip(on_time);
        sides
            .map(|(counted_minor, on_time_minor)| Sides {
                counted_minor,
                on_time_minor: if is_on_time { on_time_minor } else { 0 },
            })
            .collect()
    }

    fn earns(&self, standing: &Standing, currency: Currency, side: Side) -> Vec<i64> {
        let seen = standing.seen(side);
        let increment = currency.settlement_increment();
        let net = self.net(&seen, side);
        let net = net.and_then(|minor| seen.in_reporting(minor, currency));
        let shares: Vec<u32> = seen.credits.iter().map(|one| one.share_bp).collect();
        let parts = allocate(net.unwrap_or(0), &shares, increment);
        let share_of = |id: &CollaborationId| {
            let mut credits = seen.credits.iter().zip(&parts);
            let found = credits.find(|(credit, _)| credit.collaboration == *id);
            found.map_or(0, |(_, minor)| *minor)
        };
        let all = self.commissions.iter();
        all.map(|one| part_of(share_of(&one.collaboration).max(0), one.rate_bp, increment))
            .collect()
    }

    /// Applies a ruling that leaves a part of a line's amount: of the first, the second.
    pub fn rule(
        &mut self,
        collaboration: &CollaborationId,
        (of_minor, to_minor): (i64, i64),
        currency: Currency,
    ) {
        let whole = self.unruled(currency);
        let all = self.commissions.iter_mut().zip(whole);
        for (one, whole) in all.filter(|(one, _)| one.collaboration == *collaboration) {
            one.rule(of_minor, to_minor, whole.counted_minor);
        }
    }
}

/// Commission that an order promises a collaboration and that is not accrued yet. The key holds
/// when the order is locked, so that a termination finds what it takes.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Promise {
    /// Timing of the order.
    pub timing: FactTiming,
    /// How much.
    pub promised: Sides,
}

impl Row for Promise {
    const TABLE: u8 = table::PROMISE;
}

impl Promise {
    /// Returns the key of what an order promises.
    pub fn key(
        campaign: &CampaignRef,
        collaboration: &CollaborationId,
        lock: Lock,
        order: &OrderKey,
    ) -> Key {
        let prefix = Self::of_collaboration(campaign, collaboration);
        let at = prefix.number(lock.at.nanos().cast_unsigned());
        at.text(order.source.as_str()).text(order.id.as_str())
    }

    /// Returns the prefix of what orders promise a collaboration, ordered by their locks.
    pub fn of_collaboration(campaign: &CampaignRef, collaboration: &CollaborationId) -> Key {
        within::<Self>(campaign).text(collaboration.as_str())
    }

    /// Returns the key after all promises of a collaboration that are locked at or before a time.
    pub fn locked_by(
        campaign: &CampaignRef,
        collaboration: &CollaborationId,
        at: Timestamp,
    ) -> Key {
        let prefix = Self::of_collaboration(campaign, collaboration);
        prefix.number(at.nanos().saturating_add(1).cast_unsigned())
    }
}
