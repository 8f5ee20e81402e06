//! Rules of locked orders: commission is computed from an order's revenue after refunds and
//! adjustments. An amount that no line can take is carried to the next line.

use std::sync::Arc;

use super::accrual::line_id;
use super::amounts::{ensure_in_budget, in_reporting};
use super::conversion::ensure_total;
use super::refund::promised_minor;
use super::{
    Case, Decided, Decision, Halt, ensure, happened, of_campaign, of_collaboration, refuse,
};
use crate::domain::limits::MAX_ADJUSTMENTS;
use crate::domain::rows::Rows;
use crate::domain::state::{Campaign, Collaboration, Cost, Order, Standing};
use crate::domain::{
    ActorKind, CollaborationRef, ConversionAdjustment, CostId, CostRecorded, CostType, Credit,
    Event, Fact, Money, OrderKey, OwedFor, RefundEffect, Refusal, RevenueEvent, SettlementEvent,
    Unknown, part_of,
};

/// The change of a collaboration's commission on one order.
struct Change {
    place: CollaborationRef,
    collaboration: Arc<Collaboration>,
    delta_minor: i64,
}

/// The net revenue of an order, in minor units of the reporting currency.
#[derive(Clone, Copy)]
struct Net {
    whole_minor: i64,
    refunded_minor: i64,
}

impl<S: Rows> Case<'_, S> {
    /// Locks an order once its lock time has come. Commission on it is then owed.
    pub(super) fn lock_order(&self, id: &OrderKey) -> Decided<Decision, S> {
        self.only(ActorKind::System)?;
        let order = self.known_order(id)?;
        let Some(standing) = &order.conversion else {
            return refuse(unknown(id));
        };
        if order.locked {
            return happened(order.updated);
        }
        self.ensure_locked(standing)?;
        if let Some(facts) = self.settled(&order)? {
            // Waiting refunds are settled first; the order is locked once none waits.
            return Ok(Decision::Happens(facts));
        }
        let event = Event::Revenue(RevenueEvent::OrderLocked { order: id.clone() });
        let mut facts = vec![of_campaign(&standing.campaign, event)];
        let net = Net {
            whole_minor: order.whole_reporting_minor().unwrap_or(0),
            refunded_minor: order.refunded_reporting_minor(),
        };
        let changes = self.changes(&order, standing, net)?;
        self.ensure_affordable_changes(standing, &changes)?;
        facts.extend(self.commission_facts(&order, standing, &changes)?);
        Ok(Decision::Happens(facts))
    }

    /// Corrects the value of a locked order.
    pub(super) fn adjust_conversion(
        &self,
        adjustment: &ConversionAdjustment,
    ) -> Decided<Decision, S> {
        self.only(ActorKind::Brand)?;
        let order = self.known_order(&adjustment.order)?;
        let Some(standing) = &order.conversion else {
            return refuse(unknown(&adjustment.order));
        };
        if let Some(known) = order.adjustment(&adjustment.id) {
            let (first, last) = (known.position, known.last);
            let (what, id) = ("adjustment", adjustment.id.to_string());
            ensure(known.adjustment == *adjustment, || Refusal::AlreadyExists {
                what,
                id,
            })?;
            return Ok(Decision::Happened { first, last });
        }
        ensure(order.adjustments.len() < MAX_ADJUSTMENTS, || {
            Refusal::LimitReached {
                collection: "adjustments of an order",
                limit: MAX_ADJUSTMENTS,
            }
        })?;
        self.ensure_locked(standing)?;
        let after = adjusted_value::<S>(&order, adjustment.delta)?;
        let campaign = self.campaign(&self.campaign_ref(&standing.campaign))?;
        let effect = effect_of::<S>(&campaign, standing, &order, after)?;
        ensure_total::<S>(&campaign, "delta", effect.reporting_minor)?;

        let more_minor = effect.reporting_minor.unwrap_or(0);
        let event = Event::Revenue(RevenueEvent::ConversionAdjusted {
            adjustment: adjustment.clone(),
            effect,
        });
        let mut facts = vec![of_campaign(&standing.campaign, event)];
        if order.locked {
            let net = Net {
                whole_minor: order.whole_reporting_minor().unwrap_or(0) + more_minor,
                refunded_minor: order.refunded_reporting_minor(),
            };
            let changes = self.changes(&order, standing, net)?;
            self.ensure_affordable_changes(standing, &changes)?;
            facts.extend(self.commission_facts(&order, standing, &changes)?);
        }
        Ok(Decision::Happens(facts))
    }

    /// Returns the facts about commission that a refund of a locked order causes. A refund is never
    /// refused for lack of budget: if rounding gives a collaboration more, its increase waits for
    /// the next change.
    pub(super) fn commissions_after_refund(
        &self,
        order: &Order,
        standing: &Standing,
        taken_minor: i64,
    ) -> Decided<Vec<Fact>, S> {
        if !order.locked {
            return Ok(Vec::new());
        }
        let net = Net {
            whole_minor: order.whole_reporting_minor().unwrap_or(0),
            refunded_minor: order.refunded_reporting_minor() + taken_minor,
        };
        let mut changes = self.changes(order, standing, net)?;
        match self.ensure_affordable_changes(standing, &changes) {
            Ok(()) => {}
            Err(Halt::Refused(_)) => changes.retain(|change| change.delta_minor < 0),
            Err(rows) => return Err(rows),
        }
        self.commission_facts(order, standing, &changes)
    }

    pub(super) fn known_order(&self, id: &OrderKey) -> Decided<Arc<Order>, S> {
        match self.order(id)? {
            Some(order) => Ok(order),
            None => refuse(unknown(id)),
        }
    }

    fn ensure_locked(&self, standing: &Standing) -> Decided<(), S> {
        let locks_at = standing.lock.at;
        ensure(self.now >= locks_at, || Refusal::OrderNotLocked {
            locks_at,
        })
    }

    /// Returns whose commission changes when an order has this net revenue. Decreases come first,
    /// so that the budget holds after each change.
    fn changes(&self, order: &Order, standing: &Standing, net: Net) -> Decided<Vec<Change>, S> {
        let conversion = &standing.conversion;
        if conversion.reporting_minor.is_none() {
            return Ok(Vec::new());
        }
        let campaign = self.campaign(&self.campaign_ref(&standing.campaign))?;
        let increment = campaign.plan.currency.settlement_increment();
        let nets = order.shares.left_of(net.whole_minor, net.refunded_minor);
        let mut changes = Vec::new();
        for (credit, net_minor) in conversion.credits.iter().zip(nets) {
            let place = self.place(&standing.campaign, &credit.collaboration);
            let collaboration = self.collaboration(&place)?;
            let terms = collaboration.terms_in_force_at(conversion.ordered_at);
            let Some(commission) = terms.and_then(|terms| terms.commission) else {
                continue;
            };
            let owed_minor = part_of(net_minor.max(0), commission.rate_bp, increment);
            let known = order.commission(&credit.collaboration);
            let delta_minor = owed_minor - known.map_or(0, |known| known.earned_minor);
            if delta_minor != 0 {
                changes.push(Change {
                    place,
                    collaboration,
                    delta_minor,
                });
            }
        }
        changes.sort_by_key(|change| change.delta_minor > 0);
        Ok(changes)
    }

    fn ensure_affordable_changes(&self, standing: &Standing, changes: &[Change]) -> Decided<(), S> {
        let campaign = self.campaign(&self.campaign_ref(&standing.campaign))?;
        let more = changes.iter().map(|change| i128::from(change.delta_minor));
        ensure_in_budget::<S>(&campaign, more.sum())
    }

    fn commission_facts(
        &self,
        order: &Order,
        standing: &Standing,
        changes: &[Change],
    ) -> Decided<Vec<Fact>, S> {
        let mut facts = Vec::new();
        for change in changes {
            let events = if change.delta_minor > 0 {
                self.earned(order, standing, change)?
            } else {
                self.given_back(order, standing, change)?
            };
            let creator = &change.collaboration.creator;
            let events = events.into_iter().flatten();
            facts.extend(events.map(|event| of_collaboration(&change.place, creator, event)));
        }
        Ok(facts)
    }

    /// Higher commission first reduces the carried amount; the rest goes to a line.
    fn earned(
        &self,
        order: &Order,
        standing: &Standing,
        change: &Change,
    ) -> Decided<[Option<Event>; 2], S> {
        let debt_minor = (-change.collaboration.commission.carried_minor).max(0);
        let used_minor = change.delta_minor.min(debt_minor);
        let rest_minor = change.delta_minor - used_minor;
        let used = (used_minor > 0).then(|| carried(standing, used_minor));
        if rest_minor == 0 {
            return Ok([used, None]);
        }
        let rest = match self.open_line(order, change)? {
            Some((id, line)) => adjusted(&id, &line, rest_minor, standing),
            None => self.commission_line(order, standing, change, rest_minor)?,
        };
        Ok([used, Some(rest)])
    }

    /// Lower commission reduces the line down to its approved amount; the rest is carried.
    fn given_back(
        &self,
        order: &Order,
        standing: &Standing,
        change: &Change,
    ) -> Decided<[Option<Event>; 2], S> {
        let taken_minor = -change.delta_minor;
        let line = self.open_line(order, change)?;
        let open = line
            .as_ref()
            .map(|(_, line)| line.total_minor() - line.approved_minor);
        let cut_minor = taken_minor.min(open.unwrap_or(0));
        let rest_minor = taken_minor - cut_minor;
        let cut = line
            .filter(|_| cut_minor > 0)
            .map(|(id, line)| adjusted(&id, &line, -cut_minor, standing));
        let rest = (rest_minor > 0).then(|| carried(standing, -rest_minor));
        Ok([cut, rest])
    }

    /// Returns the line of an order's commission, if it may be adjusted.
    fn open_line(&self, order: &Order, change: &Change) -> Decided<Option<(CostId, Arc<Cost>)>, S> {
        let known = order.commission(&change.place.collaboration);
        let Some(id) = known.and_then(|known| known.line.as_ref()) else {
            return Ok(None);
        };
        let key = Cost::key(&change.place.campaign_ref(), id);
        let line = self.rows.get::<Cost>(&key)?;
        let line = line.filter(|line| line.dispute.is_none() && !line.reversed);
        Ok(line.map(|line| (id.clone(), line)))
    }

    fn commission_line(
        &self,
        order: &Order,
        standing: &Standing,
        change: &Change,
        minor: i64,
    ) -> Decided<Event, S> {
        let conversion = &standing.conversion;
        let known = order.commission(&change.place.collaboration);
        let number = known.map_or(0, |known| known.lines).to_string();
        let parts = [
            change.place.collaboration.as_str(),
            number.as_str(),
            conversion.order.source.as_str(),
            // The only part that may contain a slash, so it comes last.
            conversion.order.id.as_str(),
        ];
        let cost = line_id("commission", &parts);
        let place = change.place.campaign_ref();
        self.ensure_new_line(&place, &cost)?;
        let currency = self.campaign(&place)?.plan.currency;
        Ok(Event::Settlement(SettlementEvent::CostRecorded(
            CostRecorded {
                cost,
                kind: CostType::Commission,
                amount: Money { currency, minor },
                fx_rate: None,
                reporting_minor: Some(minor),
                incurred_at: standing.lock.at,
                note: "commission by the terms".to_owned(),
                timing: conversion.timing,
                owed_for: Some(OwedFor::Commission {
                    order: conversion.order.clone(),
                }),
            },
        )))
    }
}

fn unknown(order: &OrderKey) -> Refusal {
    Refusal::NotFound {
        what: Unknown::Order,
        id: order.id.as_str().to_owned(),
    }
}

/// Adds to the value of an order. The value less its refunds never falls below zero.
fn adjusted_value<S: Rows>(order: &Order, delta: Money) -> Decided<Money, S> {
    let Some(value) = order.value() else {
        let rule = "must be of an order with a value";
        return refuse(Refusal::field("delta", rule));
    };
    let (expected, actual) = (value.currency, delta.currency);
    ensure(expected == actual, || Refusal::CurrencyMismatch {
        field: "delta",
        expected,
        actual,
    })?;
    let after_minor = i128::from(value.minor) + i128::from(delta.minor);
    let left_minor = after_minor - promised_minor(order);
    ensure(left_minor >= 0, || Refusal::AdjustmentExceedsOrder {
        left_minor,
    })?;
    match i64::try_from(after_minor) {
        Ok(minor) => Ok(Money { minor, ..value }),
        Err(_) => refuse(Refusal::AmountOverflow { field: "delta" }),
    }
}

/// Returns what an adjustment adds to revenue: the growth of the whole order, split like its
/// credits, none of which falls below zero. It counts in the same window as its order.
fn effect_of<S: Rows>(
    campaign: &Campaign,
    standing: &Standing,
    order: &Order,
    after: Money,
) -> Decided<RefundEffect, S> {
    let conversion = &standing.conversion;
    let before = order.whole_reporting_minor();
    let grown = match before {
        None => None,
        Some(before) => match in_reporting(campaign, conversion, after) {
            Some(after) => Some((before, after)),
            None => return refuse(Refusal::AmountOverflow { field: "delta" }),
        },
    };
    let delta_minor = grown.map(|(before, after)| after - before);
    let parts = order.shares.of_adjustment(delta_minor.unwrap_or(0));
    let credits = conversion.credits.iter().zip(parts);
    Ok(RefundEffect {
        reporting_minor: delta_minor,
        credits: credits
            .map(|(credit, amount_minor)| Credit {
                amount_minor,
                ..credit.clone()
            })
            .collect(),
        timing: conversion.timing,
    })
}

fn carried(standing: &Standing, amount_minor: i64) -> Event {
    Event::Settlement(SettlementEvent::CommissionCarried {
        order: standing.conversion.order.clone(),
        amount_minor,
        timing: standing.conversion.timing,
    })
}

fn adjusted(id: &CostId, line: &Cost, delta_minor: i64, standing: &Standing) -> Event {
    Event::Settlement(SettlementEvent::CostAdjusted {
        cost: id.clone(),
        delta_minor,
        reporting_minor: Some(delta_minor),
        reason: "commission follows its order".to_owned(),
        timing: line.timing,
        order: Some(standing.conversion.order.clone()),
    })
}
