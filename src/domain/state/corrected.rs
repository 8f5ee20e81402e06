//! An order as corrections leave it: which version of it counts in each period, what it added to
//! totals so far, and what it adds by its facts.
//!
//! To correct an order is to take out what it added and to put in what it adds then. Owns how both
//! are computed. Does not know which corrections are allowed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Order, OrderRefund, OrderShares, RefundState, Side, Sides, Standing};
use crate::domain::{
    CollaborationId, ConversionRecorded, Credit, Currency, FactTiming, FxRate, Money, WHOLE_BP,
    convert,
};

/// What the money of an order is computed from.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Version {
    /// What the customer paid; `None` also of an order that was taken back.
    pub value: Option<Money>,
    /// Pinned rate of a foreign value.
    pub fx_rate: Option<FxRate>,
    /// Who is credited. Only their shares matter here; their amounts are 0.
    pub credits: Vec<Credit>,
}

/// The version that counts in each period. They differ where a correction came after the end.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Versions {
    /// With late corrections.
    pub counted: Version,
    /// Without them.
    pub on_time: Version,
}

impl Version {
    /// Returns what a conversion says.
    pub fn of(conversion: &ConversionRecorded) -> Self {
        Self {
            value: conversion.value,
            fx_rate: conversion.fx_rate.clone(),
            credits: without_amounts(&conversion.credits),
        }
    }

    fn seen(&self) -> Seen<'_> {
        Seen {
            value: self.value,
            fx_rate: self.fx_rate.as_ref(),
            credits: &self.credits,
        }
    }
}

/// Returns credits without their amounts.
pub(super) fn without_amounts(credits: &[Credit]) -> Vec<Credit> {
    let credits = credits.iter().map(|credit| Credit {
        amount_minor: 0,
        ..credit.clone()
    });
    credits.collect()
}

/// A version, wherever it is kept.
#[derive(Clone, Copy)]
pub(super) struct Seen<'a> {
    pub value: Option<Money>,
    pub fx_rate: Option<&'a FxRate>,
    pub credits: &'a [Credit],
}

impl Seen<'_> {
    fn is_rated(&self, currency: Currency) -> bool {
        self.value
            .is_some_and(|value| value.currency == currency || self.fx_rate.is_some())
    }

    /// Converts a part of the value into the reporting currency; `None` without a rate, and when the
    /// result does not fit int64.
    pub fn in_reporting(&self, minor: i64, currency: Currency) -> Option<i64> {
        let value = self.value?;
        if value.currency == currency {
            return Some(minor);
        }
        convert(Money { minor, ..value }, &self.fx_rate?.rate, currency)
    }

    /// Returns the currency that the version counts in: its own one if it has no rate.
    fn unit(&self, currency: Currency) -> Option<Currency> {
        let value = self.value?;
        Some(match self.is_rated(currency) {
            true => currency,
            false => value.currency,
        })
    }

    fn in_unit(&self, minor: i64, currency: Currency) -> Option<i64> {
        match self.is_rated(currency) {
            true => self.in_reporting(minor, currency),
            false => Some(minor),
        }
    }

    /// Returns whether its value is foreign, has no rate and is somebody's: an amount that is left out.
    fn is_left_out(&self, currency: Currency) -> bool {
        self.value.is_some() && !self.is_rated(currency) && !self.credits.is_empty()
    }
}

impl Standing {
    pub(super) fn seen(&self, side: Side) -> Seen<'_> {
        match (&self.versions, side) {
            (Some(versions), Side::Counted) => versions.counted.seen(),
            (Some(versions), Side::OnTime) => versions.on_time.seen(),
            (None, _) => Seen {
                value: self.conversion.value,
                fx_rate: self.conversion.fx_rate.as_ref(),
                credits: &self.conversion.credits,
            },
        }
    }

    /// Returns the side, if the order itself counts on it.
    fn counts_on(&self, side: Side) -> bool {
        side == Side::Counted || self.conversion.timing == FactTiming::OnTime
    }
}

impl OrderRefund {
    /// Returns whether it counts on a side.
    pub fn counts_on(&self, side: Side) -> bool {
        let is_on_time = self.timing == FactTiming::OnTime;
        match (self.state, side) {
            (RefundState::Applied, Side::Counted) => true,
            (RefundState::Applied, Side::OnTime) => is_on_time,
            // A refund that was voided after the end still counts on time.
            (RefundState::Voided { on_time, .. }, Side::OnTime) => is_on_time && !on_time,
            (RefundState::Voided { .. }, Side::Counted)
            | (RefundState::Waiting | RefundState::Rejected(_), _) => false,
        }
    }
}

/// What an order added to the revenue of one of its credits, in minor units of the reporting
/// currency, or of the order's own currency where it has no rate.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Booked {
    /// The collaboration; `None` while nobody is credited.
    pub collaboration: Option<CollaborationId>,
    /// Value with adjustments.
    pub revenue: Sides,
    /// Refunds.
    pub refunds: Sides,
}

/// A sum of a campaign, or of a collaboration, that orders add to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Account {
    /// Revenue before refunds.
    Revenue,
    /// Refunds.
    Refunds,
    /// Revenue that is nobody's.
    Unattributed,
    /// Revenue net of refunds that has no rate.
    Foreign(Currency),
}

/// What an order adds to a sum: an amount, and how many orders have one without a rate.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct OrderSum {
    /// The amount, in minor units.
    pub minor: Sides,
    /// Orders without a rate.
    pub facts: Sides,
}

impl OrderSum {
    /// Returns what to add to totals, for an order of this timing: amounts and numbers of orders.
    pub fn by_timing(self, order: FactTiming) -> impl Iterator<Item = (FactTiming, i64, i64)> {
        let (on_time, late) = match order {
            FactTiming::OnTime | FactTiming::Late => (
                (self.minor.on_time_minor, self.facts.on_time_minor),
                FactTiming::Late,
            ),
            FactTiming::AfterMeasurement => ((0, 0), FactTiming::AfterMeasurement),
        };
        let (minor, facts) = on_time;
        let rest = (
            late,
            self.minor.counted_minor - minor,
            self.facts.counted_minor - facts,
        );
        let all = [(FactTiming::OnTime, minor, facts), rest];
        all.into_iter()
            .filter(|(_, minor, facts)| (*minor, *facts) != (0, 0))
    }
}

impl std::ops::Sub for OrderSum {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self {
            minor: self.minor - other.minor,
            facts: self.facts - other.facts,
        }
    }
}

/// What an order adds, by sum. `None` means the campaign.
pub type OrderSums = BTreeMap<(Option<CollaborationId>, Account), OrderSum>;

/// What the facts of one side come to.
struct Counted {
    whole: i64,
    refunded: i64,
    shares: OrderShares,
    adjustments: Vec<i64>,
    refunds: Vec<i64>,
}

impl Order {
    /// Returns what the customer kept of the order on a side, and never less than nothing, in minor
    /// units of the order's currency.
    pub(super) fn net(&self, seen: &Seen<'_>, side: Side) -> Option<i64> {
        let value = seen.value?;
        let counts = |timing| side == Side::Counted || timing == FactTiming::OnTime;
        let adjusted = self.adjustments.iter().filter(|one| counts(one.timing));
        let adjusted = adjusted.map(|one| i128::from(one.adjustment.delta.minor));
        let refunds = self.refunds.iter().filter(|one| one.counts_on(side));
        let refunded = refunds.map(|one| i128::from(one.refund.amount.minor));
        let net = i128::from(value.minor) + adjusted.sum::<i128>() - refunded.sum::<i128>();
        i64::try_from(net.max(0)).ok()
    }

    /// Returns what the order added to totals so far.
    pub fn entries(&self, currency: Currency) -> OrderSums {
        let mut entries = OrderSums::new();
        let Some(standing) = &self.conversion else {
            return entries;
        };
        for side in [Side::Counted, Side::OnTime] {
            if !standing.counts_on(side) {
                continue;
            }
            let seen = standing.seen(side);
            let is_left_out = seen.is_left_out(currency);
            let mut add = |key, minor: i64, facts: i64| {
                let entry: &mut OrderSum = entries.entry(key).or_default();
                *entry.minor.of(side) += minor;
                *entry.facts.of(side) += facts;
            };
            if let Some(value) = seen.value.filter(|_| is_left_out) {
                let account = Account::Foreign(value.currency);
                add((None, account), 0, 1);
                for credit in seen.credits {
                    add((Some(credit.collaboration.clone()), account), 0, 1);
                }
            }
            for one in &self.booked {
                let (revenue, refunds) = (one.revenue.on(side), one.refunds.on(side));
                let whom = &one.collaboration;
                match (whom, seen.value) {
                    (None, _) => add((None, Account::Unattributed), revenue - refunds, 0),
                    (Some(_), Some(value)) if is_left_out => {
                        let account = Account::Foreign(value.currency);
                        add((None, account), revenue - refunds, 0);
                        add((whom.clone(), account), revenue - refunds, 0);
                    }
                    (Some(_), _) => {
                        for whom in [None, whom.clone()] {
                            add((whom.clone(), Account::Revenue), revenue, 0);
                            add((whom, Account::Refunds), refunds, 0);
                        }
                    }
                }
            }
        }
        entries
    }

    /// Counts the order by its facts as they are now. Returns `None`, and changes nothing, when a sum
    /// leaves the range of int64.
    #[must_use]
    pub fn recount(&mut self, currency: Currency) -> Option<()> {
        let standing = self.conversion.as_ref()?;
        let mut booked: Vec<Booked> = Vec::new();
        let mut all = None;
        for side in [Side::Counted, Side::OnTime] {
            if !standing.counts_on(side) {
                continue;
            }
            let seen = standing.seen(side);
            let counted = match seen.unit(currency) {
                Some(unit) => Some(self.counted(&seen, side, (unit, currency))?),
                None => None,
            };
            if let Some(counted) = &counted {
                counted.book(&seen, side, currency, &mut booked);
            }
            if side == Side::Counted {
                all = counted;
            }
        }
        self.booked = booked;
        self.keep(all, currency);
        Some(())
    }

    fn counted(
        &self,
        seen: &Seen<'_>,
        side: Side,
        (unit, currency): (Currency, Currency),
    ) -> Option<Counted> {
        let value = seen.value?;
        let mut sum = value.minor;
        let minor = seen.in_unit(sum, currency)?;
        let whole = Money {
            currency: unit,
            minor,
        };
        let mut counted = Counted {
            whole: minor,
            refunded: 0,
            shares: OrderShares::of(seen.credits, whole),
            adjustments: Vec::new(),
            refunds: Vec::new(),
        };
        let on_side = |timing| side == Side::Counted || timing == FactTiming::OnTime;
        for known in self.adjustments.iter().filter(|one| on_side(one.timing)) {
            sum = sum.checked_add(known.adjustment.delta.minor)?;
            let more = seen.in_unit(sum, currency)? - counted.whole;
            counted.adjust(more)?;
        }
        let mut at_its_rate = 0_i64;
        for known in self.refunds.iter().filter(|one| one.counts_on(side)) {
            let refund = &known.refund;
            let own = refund.fx_rate.as_ref();
            let own = own.filter(|_| seen.is_rated(currency) && refund.amount.currency != currency);
            let minor = if let Some(rate) = own {
                convert(refund.amount, &rate.rate, currency)?
            } else {
                let before = seen.in_unit(at_its_rate, currency)?;
                // A refund with a rate of its own never counts at the rate of the order.
                if refund.fx_rate.is_none() || !seen.is_rated(currency) {
                    at_its_rate = at_its_rate.checked_add(refund.amount.minor)?;
                }
                seen.in_unit(at_its_rate, currency)? - before
            };
            counted.refund(minor)?;
        }
        Some(counted)
    }

    /// Keeps what the facts come to, for those that come later.
    fn keep(&mut self, counted: Option<Counted>, currency: Currency) {
        let Some(standing) = &self.conversion else {
            return;
        };
        let seen = standing.seen(Side::Counted);
        let is_rated = seen.is_rated(currency);
        let nothing = Money { currency, minor: 0 };
        let Some(counted) = counted else {
            self.shares = OrderShares::of(seen.credits, nothing);
            return;
        };
        let adjustments = self.adjustments.iter_mut().zip(counted.adjustments);
        for (known, minor) in adjustments {
            known.reporting_minor = is_rated.then_some(minor);
        }
        let refunds = self.refunds.iter_mut();
        let refunds = refunds.filter(|one| one.counts_on(Side::Counted));
        for (known, minor) in refunds.zip(counted.refunds) {
            known.reporting_minor = is_rated.then_some(minor);
        }
        self.shares = counted.shares;
    }

    /// Notes what an event added to revenue, or took from it.
    pub fn book(&mut self, timing: FactTiming, is_refund: bool, parts: &[(Option<&Credit>, i64)]) {
        for (credit, minor) in parts {
            let whom = credit.map(|credit| &credit.collaboration);
            let one = booked_of(&mut self.booked, whom);
            let sides = match is_refund {
                true => &mut one.refunds,
                false => &mut one.revenue,
            };
            sides.counted_minor += minor;
            if timing == FactTiming::OnTime {
                sides.on_time_minor += minor;
            }
        }
    }
}

fn booked_of<'b>(booked: &'b mut Vec<Booked>, whom: Option<&CollaborationId>) -> &'b mut Booked {
    let found = booked
        .iter()
        .position(|one| one.collaboration.as_ref() == whom);
    let index = found.unwrap_or(booked.len());
    if index == booked.len() {
        booked.push(Booked {
            collaboration: whom.cloned(),
            ..Booked::default()
        });
    }
    &mut booked[index]
}

impl Counted {
    fn adjust(&mut self, more: i64) -> Option<()> {
        self.whole = self.whole.checked_add(more)?;
        let parts = self.shares.of_adjustment(more);
        self.shares.adjust(&parts);
        self.adjustments.push(more);
        Some(())
    }

    fn refund(&mut self, minor: i64) -> Option<()> {
        self.refunded = self.refunded.checked_add(minor)?;
        let parts = self.shares.of_refund(minor);
        self.shares.refund(&parts);
        self.refunds.push(minor);
        Some(())
    }

    fn book(&self, seen: &Seen<'_>, side: Side, currency: Currency, booked: &mut Vec<Booked>) {
        if seen.credits.is_empty() {
            // What is nobody's and has no rate is in no total.
            if seen.is_rated(currency) {
                let one = booked_of(booked, None);
                *one.revenue.of(side) += self.whole;
                *one.refunds.of(side) += self.refunded;
            }
            return;
        }
        let parts = self.shares.whole().iter().zip(self.shares.refunded());
        for (credit, (whole, refunded)) in seen.credits.iter().zip(parts) {
            let one = booked_of(booked, Some(&credit.collaboration));
            *one.revenue.of(side) += whole;
            *one.refunds.of(side) += refunded;
        }
    }
}

impl Sides {
    fn of(&mut self, side: Side) -> &mut i64 {
        match side {
            Side::Counted => &mut self.counted_minor,
            Side::OnTime => &mut self.on_time_minor,
        }
    }

    fn on(&self, side: Side) -> i64 {
        match side {
            Side::Counted => self.counted_minor,
            Side::OnTime => self.on_time_minor,
        }
    }
}

impl ConversionRecorded {
    /// Returns whether the same collaborations have the same shares of it.
    pub fn is_shared_like(&self, credits: &[Credit]) -> bool {
        let shares = |credits: &[Credit]| {
            let all = credits.iter();
            let all = all.map(|one| (one.collaboration.clone(), one.share_bp.min(WHOLE_BP)));
            all.collect::<BTreeMap<_, _>>()
        };
        shares(&self.credits) == shares(credits)
    }
}
