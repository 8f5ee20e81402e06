//! Rules of locked orders: commission is computed from an order's revenue after refunds and
//! adjustments. An amount that no line can take is carried to the next line.

use std::sync::Arc;

use super::accrual::line_id;
use super::conversion::ensure_total;
use super::refund::{ensure_not_voided, promised_minor};
use super::{Case, Decided, Decision, ensure, happened, of_campaign, of_collaboration, refuse};
use crate::domain::limits::MAX_ADJUSTMENTS;
use crate::domain::rows::Rows;
use crate::domain::state::{
    Campaign, Collaboration, Cost, Order, OrderAdjustment, Sides, Standing,
};
use crate::domain::{
    ActorKind, CollaborationRef, ConversionAdjustment, CostId, CostRecorded, CostType, Credit,
    Event, Fact, FactTiming, Money, OrderKey, OwedFor, OwnWords, PersonalText, RefundEffect,
    Refusal, RevenueEvent, SettlementEvent, Timestamp, Unknown,
};

/// The change of a collaboration's commission on one order.
struct Change {
    place: CollaborationRef,
    collaboration: Arc<Collaboration>,
    delta: Sides,
}

/// What changes commission.
struct Cause<'a> {
    /// When it happened; a commission never changes before its lock.
    at: Timestamp,
    /// The disputed line that it frees, by a ruling.
    freed: Option<&'a CostId>,
}

/// Where a part of a change goes.
enum Part {
    /// To what is carried.
    Carried(i64),
    /// To the line that the order has.
    Line(CostId, i64),
    /// To a new line.
    NewLine(i64),
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
        let at = standing.lock.at;
        facts.extend(self.commissions(&order, standing, &Cause { at, freed: None })?);
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
        ensure_not_voided::<S>(&order)?;
        ensure(order.adjustments.len() < MAX_ADJUSTMENTS, || {
            Refusal::LimitReached {
                collection: "adjustments of an order",
                limit: MAX_ADJUSTMENTS,
            }
        })?;
        self.ensure_locked(standing)?;
        let after = adjusted_value::<S>(&order, adjustment.delta)?;
        let campaign = self.campaign(&self.campaign_ref(&standing.campaign))?;
        let at = self.happens_at();
        let timing = standing.conversion.timing;
        let timing = timing.followed_by(campaign.plan.timing(at));
        let effect = effect_of::<S>(&campaign, standing, &order, (after, timing))?;
        ensure_total::<S>(&campaign, "delta", effect.reporting_minor)?;

        let mut adjusted = (*order).clone();
        adjusted.adjustments.push(OrderAdjustment {
            adjustment: adjustment.clone(),
            reporting_minor: effect.reporting_minor,
            timing,
            position: order.updated,
            last: order.updated,
        });
        let event = Event::Revenue(RevenueEvent::ConversionAdjusted {
            adjustment: adjustment.clone(),
            effect,
        });
        let mut facts = vec![of_campaign(&standing.campaign, event)];
        facts.extend(self.commissions_after(&adjusted, at)?);
        Ok(Decision::Happens(facts))
    }

    /// Returns the facts about commission that a change of an order causes, if it is locked.
    /// `order` is the order after the change, which happened at `at`.
    pub(super) fn commissions_after(&self, order: &Order, at: Timestamp) -> Decided<Vec<Fact>, S> {
        match &order.conversion {
            Some(standing) if order.locked => {
                self.commissions(order, standing, &Cause { at, freed: None })
            }
            Some(_) | None => Ok(Vec::new()),
        }
    }

    /// Returns the facts by which a ruling changes a line of commission: it falls like by any other
    /// change of what its order earns, and so it stays when the order changes later.
    pub(super) fn commissions_after_ruling(
        &self,
        place: &CollaborationRef,
        (id, line): (&CostId, &Cost),
        to_minor: i64,
    ) -> Decided<Vec<Fact>, S> {
        let Some(OwedFor::Commission { order, .. }) = &line.owed_for else {
            return Ok(Vec::new());
        };
        let mut order = (*self.known_order(order)?).clone();
        let Some(standing) = order.conversion.clone() else {
            return Ok(Vec::new());
        };
        let campaign = self.campaign(&place.campaign_ref())?;
        let amounts = (line.total_minor(), to_minor);
        order.rule(&place.collaboration, amounts, campaign.plan.currency);
        let cause = Cause {
            at: self.happens_at(),
            freed: Some(id),
        };
        self.commissions(&order, &standing, &cause)
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

    fn commissions(
        &self,
        order: &Order,
        standing: &Standing,
        cause: &Cause<'_>,
    ) -> Decided<Vec<Fact>, S> {
        let mut facts = Vec::new();
        for change in self.changes(order, standing)? {
            let creator = &change.collaboration.creator;
            let events = self.change_events(order, standing, &change, cause)?;
            let events = events.into_iter();
            facts.extend(events.map(|event| of_collaboration(&change.place, creator, event)));
        }
        Ok(facts)
    }

    /// Returns whose commission changes: what the order earns as it stands, less what was accrued.
    /// What is owed is booked whatever the budget; it only must stay a number. Decreases come
    /// first.
    fn changes(&self, order: &Order, standing: &Standing) -> Decided<Vec<Change>, S> {
        if order.commissions.is_empty() {
            return Ok(Vec::new());
        }
        let campaign = self.campaign(&self.campaign_ref(&standing.campaign))?;
        let owed = order.owed(campaign.plan.currency);
        let mut changes = Vec::new();
        for (one, owed) in order.commissions.iter().zip(owed) {
            let place = self.place(&standing.campaign, &one.collaboration);
            let collaboration = self.collaboration(&place)?;
            let delta = owed - one.earned;
            let is_taken = one.is_taken(order.locked, standing.lock, &collaboration);
            if !is_taken && delta != Sides::default() {
                changes.push(Change {
                    place,
                    collaboration,
                    delta,
                });
            }
        }
        changes.sort_by_key(|change| change.delta.counted_minor > 0);
        let all = changes.iter();
        let more: i128 = all.map(|one| i128::from(one.delta.counted_minor)).sum();
        let sum = i128::from(campaign.budget.other) + more;
        ensure(i64::try_from(sum).is_ok(), || Refusal::AmountOverflow {
            field: "amount",
        })?;
        Ok(changes)
    }

    /// Returns the events of one change. The last one has the change of the commission on time.
    fn change_events(
        &self,
        order: &Order,
        standing: &Standing,
        change: &Change,
        cause: &Cause<'_>,
    ) -> Decided<Vec<Event>, S> {
        let line = self.open_line(order, change, cause)?;
        let parts = if change.delta.counted_minor > 0 {
            earned(change, line)
        } else {
            given_back(change, line)
        };
        let last = parts.len().saturating_sub(1);
        let mut events = Vec::with_capacity(parts.len());
        for (number, part) in parts.into_iter().enumerate() {
            let on_time_minor = match number == last {
                true => change.delta.on_time_minor,
                false => 0,
            };
            let counts_from = cause.at.max(standing.lock.at);
            events.push(match part {
                Part::Carried(minor) => carried(standing, minor, on_time_minor, counts_from),
                Part::Line(id, minor) => adjusted(&id, minor, standing, on_time_minor, counts_from),
                Part::NewLine(counted_minor) => {
                    let amount = Sides {
                        counted_minor,
                        on_time_minor,
                    };
                    self.commission_line(order, standing, change, (amount, counts_from))?
                }
            });
        }
        Ok(events)
    }

    /// Returns the line of an order's commission, if it may be adjusted.
    fn open_line(
        &self,
        order: &Order,
        change: &Change,
        cause: &Cause<'_>,
    ) -> Decided<Option<(CostId, Arc<Cost>)>, S> {
        let campaign = change.place.campaign_ref();
        let payee = Some(&change.place.collaboration);
        let known = order.commission(&change.place.collaboration);
        let latest = known.and_then(|known| known.line.as_ref());
        let find = |id: &CostId| self.rows.get::<Cost>(&Cost::key(&campaign, id));
        // A ruling changes the line that it is about, even if a later one took the latest part.
        let ruled = cause.freed.map(find).transpose()?.flatten();
        let ruled = ruled.filter(|line| line.collaboration.as_ref() == payee);
        let (id, line) = match (cause.freed.zip(ruled), latest) {
            (Some((id, line)), _) => (id, Some(line)),
            (None, Some(id)) => (id, find(id)?),
            (None, None) => return Ok(None),
        };
        let is_free = |line: &Arc<Cost>| line.dispute.is_none() || cause.freed == Some(id);
        let line = line.filter(|line| is_free(line) && !line.reversed);
        Ok(line.map(|line| (id.clone(), line)))
    }

    fn commission_line(
        &self,
        order: &Order,
        standing: &Standing,
        change: &Change,
        (amount, incurred_at): (Sides, Timestamp),
    ) -> Decided<Event, S> {
        let minor = amount.counted_minor;
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
                incurred_at,
                note: PersonalText::Own(OwnWords::Commission),
                timing: conversion.timing,
                owed_for: Some(OwedFor::Commission {
                    order: conversion.order.clone(),
                    on_time_minor: amount.on_time_minor,
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
/// credits, none of which falls below zero.
fn effect_of<S: Rows>(
    campaign: &Campaign,
    standing: &Standing,
    order: &Order,
    (after, timing): (Money, FactTiming),
) -> Decided<RefundEffect, S> {
    let conversion = &standing.conversion;
    let before = order.whole_reporting_minor();
    let grown = match before {
        None => None,
        Some(before) => match conversion.in_reporting(after, campaign.plan.currency) {
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
        timing,
    })
}

/// Higher commission first reduces what is carried; the rest goes to a line. A change of nothing
/// but the commission on time is carried too, as no line has an amount of 0.
fn earned(change: &Change, line: Option<(CostId, Arc<Cost>)>) -> Vec<Part> {
    let more_minor = change.delta.counted_minor;
    let debt_minor = (-change.collaboration.commission.carried_minor).max(0);
    let used_minor = more_minor.min(debt_minor);
    let rest_minor = more_minor - used_minor;
    let used = (used_minor > 0).then_some(Part::Carried(used_minor));
    let rest = (rest_minor > 0).then_some(match line {
        Some((id, _)) => Part::Line(id, rest_minor),
        None => Part::NewLine(rest_minor),
    });
    used.into_iter().chain(rest).collect()
}

/// Lower commission reduces the line down to its approved amount; the rest is carried.
fn given_back(change: &Change, line: Option<(CostId, Arc<Cost>)>) -> Vec<Part> {
    let taken_minor = -change.delta.counted_minor;
    let open = line
        .as_ref()
        .map(|(_, line)| line.total_minor() - line.approved_minor);
    let cut_minor = taken_minor.min(open.unwrap_or(0));
    let rest_minor = taken_minor - cut_minor;
    let cut = line
        .filter(|_| cut_minor > 0)
        .map(|(id, _)| Part::Line(id, -cut_minor));
    let rest = (rest_minor > 0 || cut.is_none()).then_some(Part::Carried(-rest_minor));
    cut.into_iter().chain(rest).collect()
}

fn carried(
    standing: &Standing,
    amount_minor: i64,
    on_time_minor: i64,
    counts_from: Timestamp,
) -> Event {
    Event::Settlement(SettlementEvent::CommissionCarried {
        order: standing.conversion.order.clone(),
        amount_minor,
        timing: standing.conversion.timing,
        on_time_minor,
        counts_from,
    })
}

fn adjusted(
    id: &CostId,
    delta_minor: i64,
    standing: &Standing,
    on_time_minor: i64,
    counts_from: Timestamp,
) -> Event {
    Event::Settlement(SettlementEvent::CostAdjusted {
        cost: id.clone(),
        delta_minor,
        reporting_minor: Some(delta_minor),
        reason: PersonalText::Own(OwnWords::CommissionFollows),
        timing: standing.conversion.timing,
        order: Some(standing.conversion.order.clone()),
        on_time_minor: Some(on_time_minor),
        counts_from: Some(counts_from),
    })
}
