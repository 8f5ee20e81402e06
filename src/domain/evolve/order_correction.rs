//! Corrections of orders, and how they are folded: what the order added is taken out, and what it
//! adds by its corrected facts is put in.

use serde::{Deserialize, Serialize};

use super::{Fold, Folded, RevenueEvent};
use crate::domain::rows::RowsMut;
use crate::domain::state::{
    Account, Campaign, Due, Order, OrderSum, OrderSums, Promise, RefundState, Sides,
};
use crate::domain::{
    AttributionBasis, CampaignRef, ConversionRecorded, ConversionType, Credit, Currency, Effect,
    Evidence, FactTiming, FxRate, LinkTouch, Matched, Money, OrderKey, PersonalText, Position,
    RefundId, Timestamp, UnattributedReason,
};

/// How a correction of an order counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OrderCounting {
    /// Whether it acts in place, as if it had been told right.
    pub in_place: bool,
    /// When the order was made.
    pub ordered_at: Timestamp,
    /// From when the change of money counts.
    pub counts_from: Timestamp,
    /// Timing of the change of money: it follows its order.
    pub timing: FactTiming,
}

/// An order was recorded wrongly, and stands as this now.
#[derive(Clone, PartialEq, Debug)]
pub struct ConversionCorrected {
    /// The order.
    pub order: OrderKey,
    /// The event that recorded it, or its latest correction.
    pub replaces: Position,
    /// What it is.
    pub kind: ConversionType,
    /// How many conversions it stands for, 1 or more.
    pub quantity: u32,
    /// What the customer paid, before adjustments.
    pub value: Option<Money>,
    /// Pinned rate of a foreign value.
    pub fx_rate: Option<FxRate>,
    /// Value in minor units of the reporting currency.
    pub reporting_minor: Option<i64>,
    /// Why it is credited so.
    pub basis: AttributionBasis,
    /// Why it is not.
    pub unattributed: Option<UnattributedReason>,
    /// Start of the terms that it came too early for.
    pub in_force_from: Option<Timestamp>,
    /// Who is credited.
    pub credits: Vec<Credit>,
    /// Code quoted, as it was quoted.
    pub code: Option<Matched>,
    /// Link touches before it.
    pub touches: Vec<LinkTouch>,
    /// How the correction counts.
    pub counting: OrderCounting,
    /// Why.
    pub reason: PersonalText,
}

/// An order was taken back.
#[derive(Clone, PartialEq, Debug)]
pub struct ConversionVoided {
    /// The order.
    pub order: OrderKey,
    /// The event that recorded it, or its latest correction.
    pub replaces: Position,
    /// How the correction counts.
    pub counting: OrderCounting,
    /// Why.
    pub reason: PersonalText,
}

/// An order is credited to somebody else.
#[derive(Clone, PartialEq, Debug)]
pub struct ConversionReattributed {
    /// The order.
    pub order: OrderKey,
    /// The event that recorded it, or its latest correction.
    pub replaces: Position,
    /// Who was credited.
    pub from: Vec<Credit>,
    /// Who is credited now.
    pub to: Vec<Credit>,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
    /// How the correction counts.
    pub counting: OrderCounting,
    /// Why.
    pub reason: PersonalText,
}

/// A refund failed.
#[derive(Clone, PartialEq, Debug)]
pub struct RefundVoided {
    /// The order.
    pub order: OrderKey,
    /// The refund.
    pub refund: RefundId,
    /// Whether it counts as if there had been no refund.
    pub in_place: bool,
    /// From when that counts.
    pub counts_from: Timestamp,
    /// Timing of that: it follows the order.
    pub timing: FactTiming,
    /// Why.
    pub reason: PersonalText,
}

/// The rate that an order lacked.
#[derive(Clone, PartialEq, Debug)]
pub struct ConversionRated {
    /// The order.
    pub order: OrderKey,
    /// The event that recorded it, or its latest correction.
    pub replaces: Position,
    /// Pinned rate.
    pub fx_rate: FxRate,
    /// Value before adjustments in minor units of the reporting currency.
    pub reporting_minor: Option<i64>,
    /// When the order was made.
    pub ordered_at: Timestamp,
}

impl OrderCounting {
    /// Returns how it counts in a past up to a time that the order has reached and the change of money
    /// has not: in no period.
    fn before_money(self, time: Timestamp) -> Option<Self> {
        let is_between = self.ordered_at <= time && time < self.counts_from;
        is_between.then_some(Self {
            timing: FactTiming::AfterMeasurement,
            ..self
        })
    }
}

impl RevenueEvent {
    /// Returns whether it says that something else about an order was told wrongly.
    pub fn is_correction(&self) -> bool {
        match self {
            Self::ConversionCorrected(_)
            | Self::ConversionVoided(_)
            | Self::ConversionReattributed(_)
            | Self::RefundVoided(_)
            | Self::ConversionRated(_) => true,
            Self::ConversionRecorded(_)
            | Self::ConversionRejected(_)
            | Self::RefundRecorded { .. }
            | Self::RefundApplied { .. }
            | Self::RefundRejected { .. }
            | Self::ConversionAdjusted { .. }
            | Self::OrderLocked { .. } => false,
        }
    }

    /// Returns the part of a correction that changes in place, in a past up to a time at which its
    /// money does not count yet; `None` for other events, and before the order.
    pub fn before_money_counts(&self, time: Timestamp) -> Option<Self> {
        let mut event = self.clone();
        let counting = match &mut event {
            Self::ConversionCorrected(corrected) => &mut corrected.counting,
            Self::ConversionVoided(voided) => &mut voided.counting,
            Self::ConversionReattributed(moved) => &mut moved.counting,
            Self::ConversionRecorded(_)
            | Self::ConversionRejected(_)
            | Self::RefundRecorded { .. }
            | Self::RefundApplied { .. }
            | Self::RefundRejected { .. }
            | Self::RefundVoided(_)
            | Self::ConversionAdjusted { .. }
            | Self::ConversionRated(_)
            | Self::OrderLocked { .. } => return None,
        };
        *counting = counting.before_money(time)?;
        Some(event)
    }
}

impl<S: RowsMut> Fold<'_, S> {
    pub(super) fn conversion_corrected(
        &mut self,
        corrected: &ConversionCorrected,
    ) -> Folded<(), S> {
        let counting = corrected.counting;
        self.correct(&corrected.order, counting, |order, at, currency| {
            order.correct(corrected, at, currency)
        })
    }

    pub(super) fn conversion_voided(&mut self, voided: &ConversionVoided) -> Folded<(), S> {
        let order = self.known_order(&voided.order)?;
        let refunds = order.refunds.iter();
        let refunds = refunds.filter(|known| known.state == RefundState::Applied);
        let mut facts: Vec<FactTiming> = refunds.map(|known| known.timing).collect();
        facts.extend(order.conversion.iter().map(|one| one.conversion.timing));
        for timing in facts {
            self.forget_timing(timing);
        }
        self.correct(&voided.order, voided.counting, |order, at, currency| {
            order.void(voided, at, currency)
        })
    }

    pub(super) fn conversion_reattributed(
        &mut self,
        moved: &ConversionReattributed,
    ) -> Folded<(), S> {
        self.correct(&moved.order, moved.counting, |order, at, currency| {
            order.reattribute(moved, at, currency)
        })
    }

    pub(super) fn conversion_rated(&mut self, rated: &ConversionRated) -> Folded<(), S> {
        let order = self.known_order(&rated.order)?;
        let standing = order.conversion.as_ref();
        let timing = standing.map_or(FactTiming::OnTime, |one| one.conversion.timing);
        let counting = OrderCounting {
            in_place: true,
            ordered_at: rated.ordered_at,
            counts_from: rated.ordered_at,
            timing,
        };
        self.correct(&rated.order, counting, |order, at, currency| {
            order.rate(rated, at, currency)
        })
    }

    pub(super) fn refund_voided(&mut self, voided: &RefundVoided) -> Folded<(), S> {
        let dangling = self.dangling("refund");
        let position = self.record.position;
        let row = self.order(&voided.order)?;
        let Some(known) = row.refund(&voided.refund) else {
            return Err(dangling);
        };
        let timing = known.timing;
        match known.state {
            RefundState::Applied => {}
            RefundState::Waiting | RefundState::Rejected(_) | RefundState::Voided { .. } => {
                row.void_refund(voided, position);
                return self.no_longer_waits(&voided.order);
            }
        }
        self.forget_timing(timing);
        let counting = OrderCounting {
            in_place: voided.in_place,
            ordered_at: voided.counts_from,
            counts_from: voided.counts_from,
            timing: voided.timing,
        };
        self.correct(&voided.order, counting, |order, at, currency| {
            order.void_refund(voided, at);
            order.recount(currency)
        })
    }

    fn known_order(&mut self, key: &OrderKey) -> Folded<Order, S> {
        let dangling = self.dangling("conversion");
        let order = self.order(key)?;
        match &order.conversion {
            Some(_) => Ok(order.clone()),
            None => Err(dangling),
        }
    }

    /// Changes an order, and adds by how much what it adds changes.
    fn correct(
        &mut self,
        key: &OrderKey,
        counting: OrderCounting,
        change: impl FnOnce(&mut Order, Position, Currency) -> Option<()>,
    ) -> Folded<(), S> {
        let (campaign, position) = (self.campaign_ref()?, self.record.position);
        let plan = self.read::<Campaign>(&Campaign::key(&campaign), "campaign")?;
        let currency = plan.plan.currency;
        let before = self.known_order(key)?;
        self.take_promises(&campaign, key, &before)?;
        let mut after = self.order(key)?.clone();
        // `decide` saw that no sum leaves its range.
        let _ = change(&mut after, position, currency);
        self.pin_again(&campaign, (&before, &mut after), counting.in_place)?;
        *self.order(key)? = after.clone();
        self.recount_conversion(&before, &after);
        self.recount_money(&before, &after, currency);
        let gross = |order: &Order| order.whole_reporting_minor().unwrap_or(0);
        let more = gross(&after).saturating_sub(gross(&before));
        let has_value = after.value().is_some();
        let row = self.campaign()?;
        row.gross_revenue_minor = row.gross_revenue_minor.saturating_add(more);
        row.has_money |= has_value;
        // What changes in place depends on no end of its own.
        if !counting.in_place && before.booked != after.booked {
            self.note_extent(counting.timing)?;
        }
        self.promise(key)
    }

    /// Counts an order again after another fact of it, where another version of it counts on time;
    /// returns whether it did. Else the event says what it adds.
    pub(super) fn recounted(&mut self, key: &OrderKey) -> Folded<bool, S> {
        let standing = self.order(key)?.conversion.as_ref();
        if standing.is_none_or(|standing| standing.versions.is_none()) {
            return Ok(false);
        }
        let before = self.known_order(key)?;
        let campaign = self.campaign_ref()?;
        let plan = self.read::<Campaign>(&Campaign::key(&campaign), "campaign")?;
        let currency = plan.plan.currency;
        let mut after = before.clone();
        // `decide` saw that no sum leaves its range.
        let _ = after.recount(currency);
        self.recount_money(&before, &after, currency);
        *self.order(key)? = after;
        Ok(true)
    }

    /// Takes back what an order promises, before its lock or its credits change.
    fn take_promises(
        &mut self,
        campaign: &CampaignRef,
        key: &OrderKey,
        before: &Order,
    ) -> Folded<(), S> {
        let Some(standing) = before.conversion.as_ref().filter(|_| !before.locked) else {
            return Ok(());
        };
        let (lock, timing) = (standing.lock, standing.conversion.timing);
        for one in &before.commissions {
            let id = &one.collaboration;
            self.rows.remove(&Promise::key(campaign, id, lock, key));
            let collaboration = self.credited(campaign, id)?;
            if !one.is_taken(false, lock, &collaboration) {
                self.commit(id, timing, Sides::default() - one.promised);
            }
        }
        for one in &mut self.order(key)?.commissions {
            one.promised = Default::default();
        }
        Ok(())
    }

    /// Pins the lock and the commissions of an order again, and the timer with them.
    fn pin_again(
        &mut self,
        campaign: &CampaignRef,
        (before, after): (&Order, &mut Order),
        in_place: bool,
    ) -> Folded<(), S> {
        let Some(standing) = &after.conversion else {
            return Ok(());
        };
        let due = Due::Lock {
            campaign: campaign.clone(),
            order: standing.conversion.order.clone(),
        };
        let credits = standing.conversion.credits.iter();
        let rows = credits.map(|credit| self.credited(campaign, &credit.collaboration));
        let rows = rows.collect::<Result<Vec<_>, _>>()?;
        after.repin(&rows, in_place);
        if after.locked {
            return Ok(());
        }
        let lock = |order: &Order| order.conversion.as_ref().map(|one| one.lock);
        if let Some(lock) = lock(before).filter(|lock| lock.is_awaited) {
            self.rows.remove(&due.key(lock.at));
        }
        if let Some(lock) = lock(after).filter(|lock| lock.is_awaited) {
            self.rows.put(due.key(lock.at), due);
        }
        Ok(())
    }

    /// Counts the conversions of an order as it is now instead of as it was: always in place.
    fn recount_conversion(&mut self, before: &Order, after: &Order) {
        let standing = |order: &Order| -> Option<ConversionRecorded> {
            let standing = order.conversion.as_ref()?;
            let is_voided = standing.voided.is_some();
            (!is_voided).then(|| standing.conversion.clone())
        };
        let (before, after) = (standing(before), standing(after));
        let is_same = match (&before, &after) {
            (Some(before), Some(after)) => {
                before.kind == after.kind
                    && before.quantity == after.quantity
                    && before.is_shared_like(&after.credits)
            }
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        if is_same {
            return;
        }
        if let Some(before) = before {
            self.count_conversion(&before, -1);
        }
        if let Some(after) = after {
            self.count_conversion(&after, 1);
        }
    }

    /// Adds by how much the money of an order changes, in each period.
    fn recount_money(&mut self, before: &Order, after: &Order, currency: Currency) {
        let Some(standing) = &after.conversion else {
            return;
        };
        let order_timing = standing.conversion.timing;
        for (key, entry) in difference(before.entries(currency), after.entries(currency)) {
            let (whom, account) = key;
            for (timing, minor, facts) in entry.by_timing(order_timing) {
                let effect = match account {
                    Account::Revenue => Effect::Revenue { timing, minor },
                    Account::Refunds => Effect::Refund { timing, minor },
                    Account::Unattributed => Effect::Unattributed { timing, minor },
                    Account::Foreign(currency) => Effect::ForeignRevenue {
                        currency,
                        timing,
                        minor,
                        facts,
                    },
                };
                match &whom {
                    Some(id) => self.add_to_collaboration(id, effect),
                    None => self.add_to_campaign(effect),
                }
            }
        }
    }
}

fn difference(before: OrderSums, after: OrderSums) -> OrderSums {
    let mut changes = after;
    for (key, entry) in before {
        let change = changes.entry(key).or_default();
        *change = *change - entry;
    }
    changes.retain(|_, change| *change != OrderSum::default());
    changes
}
