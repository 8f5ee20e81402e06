//! Rules of refunds: never more than the order, whether they arrive before or after it.
//!
//! A refund that arrives before its order waits for it. Each waiting refund counts from the event
//! that applies it, and is shown as waiting until then. Waiting refunds are settled before anything
//! else that is later asked of the order, so that nothing uses up the amount that they need.

use std::sync::Arc;

use super::{Case, Decided, Decision, ensure, happened, happens, of_campaign, refuse};
use crate::domain::limits::{MAX_FOLLOWING, MAX_REFUNDS, MAX_WAITING_REFUNDS};
use crate::domain::rows::Rows;
use crate::domain::state::{Campaign, Order, OrderRefund, RefundState, Standing};
use crate::domain::{
    ActorKind, CampaignId, ConversionRecorded, Credit, Event, Fact, Money, OrderKey, PersonalText,
    Refund, RefundEffect, RefundRejection, Refusal, RevenueEvent, Subject, Unknown, convert,
};

impl<S: Rows> Case<'_, S> {
    pub(super) fn record_refund(&self, refund: &Refund) -> Decided<Decision, S> {
        self.only(ActorKind::Brand)?;
        let order = self.order(&refund.order)?;
        if let Some(known) = order.as_ref().and_then(|order| order.refund(&refund.id)) {
            return if known.refund == *refund {
                let (first, last) = (known.position, known.last);
                Ok(Decision::Happened { first, last })
            } else {
                let id = refund.id.to_string();
                refuse(Refusal::AlreadyExists { what: "refund", id })
            };
        }
        if let Some(order) = &order {
            ensure_not_voided::<S>(order)?;
            ensure_room::<S>(order)?;
        }
        let standing = order
            .as_ref()
            .and_then(|order| order.conversion.as_ref().zip(Some(order)));
        let Some((standing, order)) = standing else {
            let event = Event::Revenue(RevenueEvent::RefundRecorded {
                refund: refund.clone(),
                effect: None,
            });
            let subject = Subject::default();
            return happens(Fact { subject, event });
        };
        let campaign = self.campaign_of(standing)?;
        let value = order.value();
        let refunds_minor = promised_minor(order) + i128::from(refund.amount.minor);
        match misfit(value, refund.amount, refunds_minor) {
            Some(RefundRejection::CurrencyMismatch) => refuse(Refusal::CurrencyMismatch {
                field: "amount",
                expected: value.map_or(campaign.plan.currency, |value| value.currency),
                actual: refund.amount.currency,
            }),
            Some(RefundRejection::RefundExceedsOrder | RefundRejection::OrderVoided) => {
                refuse(Refusal::RefundExceedsOrder {
                    refunds_minor,
                    order_minor: value.map_or(0, |value| value.minor),
                })
            }
            None => {
                let conversion = &standing.conversion;
                if refund.fx_rate.is_some() {
                    let (rate, currency) = (refund.fx_rate.as_ref(), campaign.plan.currency);
                    self.reporting("amount", refund.amount, rate, currency)?;
                }
                let before = order.refunded_at_its_rate_minor();
                let mut effect = effect_of(&campaign, conversion, refund, before);
                let taken_minor = order.refunded_reporting_minor();
                let fits = taken_minor.checked_add(effect.reporting_minor.unwrap_or(0));
                ensure(fits.is_some(), || Refusal::AmountOverflow {
                    field: "amount",
                })?;
                effect.credits = credits_of(order, conversion, effect.reporting_minor.unwrap_or(0));
                let after = refunded(order, refund, &effect);
                let at = refund.refunded_at.max(conversion.ordered_at);
                let commissions = self.commissions_after(&after, at)?;
                let event = Event::Revenue(RevenueEvent::RefundRecorded {
                    refund: refund.clone(),
                    effect: Some(effect),
                });
                let mut facts = vec![of_campaign(&standing.campaign, event)];
                facts.extend(commissions);
                Ok(Decision::Happens(facts))
            }
        }
    }

    /// Settles refunds that still wait although their order is known.
    pub(super) fn settle_refunds(&self, id: &OrderKey) -> Decided<Decision, S> {
        self.only(ActorKind::System)?;
        let order = self.known_order(id)?;
        match self.settled(&order)? {
            Some(facts) => Ok(Decision::Happens(facts)),
            None => happened(order.updated),
        }
    }

    /// Returns the facts that settle waiting refunds of this known order, as many as fit into one
    /// block; `None` when none waits.
    pub(super) fn settled(&self, order: &Order) -> Decided<Option<Vec<Fact>>, S> {
        let Some(standing) = &order.conversion else {
            return Ok(None);
        };
        if order.waiting().next().is_none() {
            return Ok(None);
        }
        let campaign = self.campaign_of(standing)?;
        let facts = settle(
            (&campaign, &standing.campaign),
            &standing.conversion,
            Refunded::of(order),
            order.waiting().take(MAX_FOLLOWING),
        );
        Ok(Some(facts))
    }

    pub(super) fn campaign_of(&self, standing: &Standing) -> Decided<Arc<Campaign>, S> {
        let place = self.campaign_ref(&standing.campaign);
        let id = place.campaign.as_str();
        self.known(&Campaign::key(&place), Unknown::Campaign, id)
    }
}

/// Checks that an order was not taken back.
pub(super) fn ensure_not_voided<S: Rows>(order: &Order) -> Decided<(), S> {
    match order.voided() {
        Some(position) => refuse(Refusal::OrderVoided { position }),
        None => Ok(()),
    }
}

/// Checks that an order may have one more refund.
fn ensure_room<S: Rows>(order: &Order) -> Decided<(), S> {
    let waits = order.conversion.is_none();
    ensure(
        !waits || order.waiting().count() < MAX_WAITING_REFUNDS,
        || Refusal::LimitReached {
            collection: "refunds of an order that wait for it",
            limit: MAX_WAITING_REFUNDS,
        },
    )?;
    let standing = order.refunds.iter().filter(|known| !known.is_rejected());
    ensure(standing.count() < MAX_REFUNDS, || Refusal::LimitReached {
        collection: "refunds of an order",
        limit: MAX_REFUNDS,
    })
}

/// Sums the refunds that reduce a known order and the waiting ones that will, in minor units of the
/// order's currency.
pub(super) fn promised_minor(order: &Order) -> i128 {
    let value = order.value();
    order.waiting().fold(order.refunded_minor(), |sum, known| {
        let amount = known.refund.amount;
        let after = sum + i128::from(amount.minor);
        match misfit(value, amount, after) {
            Some(_) => sum,
            None => after,
        }
    })
}

/// Returns why a refund does not fit its order, if it does not.
fn misfit(value: Option<Money>, amount: Money, refunds_minor: i128) -> Option<RefundRejection> {
    let Some(value) = value else {
        return Some(RefundRejection::RefundExceedsOrder);
    };
    if amount.currency != value.currency {
        return Some(RefundRejection::CurrencyMismatch);
    }
    (refunds_minor > i128::from(value.minor)).then_some(RefundRejection::RefundExceedsOrder)
}

/// What was refunded of an order so far.
pub(super) struct Refunded {
    /// The value of the order.
    value: Option<Money>,
    /// The refunds, in minor units of the order's currency.
    all_minor: i128,
    /// Of those, the refunds at the rate of the order.
    at_its_rate_minor: i128,
    /// What they took from revenue, in minor units of the reporting currency.
    taken_minor: i64,
    /// Whether the order was taken back.
    is_voided: bool,
}

impl Refunded {
    /// Returns the sums of an order that nothing was refunded of.
    pub(super) fn nothing(value: Option<Money>) -> Self {
        Self {
            value,
            all_minor: 0,
            at_its_rate_minor: 0,
            taken_minor: 0,
            is_voided: false,
        }
    }

    fn of(order: &Order) -> Self {
        Self {
            value: order.value(),
            all_minor: order.refunded_minor(),
            at_its_rate_minor: order.refunded_at_its_rate_minor(),
            taken_minor: order.refunded_reporting_minor(),
            is_voided: order.voided().is_some(),
        }
    }
}

/// Applies refunds that arrived before their order, as far as they fit it.
pub(super) fn settle<'r>(
    (campaign, id): (&Campaign, &CampaignId),
    conversion: &ConversionRecorded,
    mut refunded: Refunded,
    waiting: impl Iterator<Item = &'r OrderRefund>,
) -> Vec<Fact> {
    let mut facts = Vec::new();
    for known in waiting {
        let refund = known.refund.clone();
        let minor = i128::from(refund.amount.minor);
        let effect = effect_of(campaign, conversion, &refund, refunded.at_its_rate_minor);
        let more_minor = effect.reporting_minor.unwrap_or(0);
        let taken_minor = refunded.taken_minor.checked_add(more_minor);
        // With a rate of its own it may be more than can be counted.
        let is_lost = conversion.reporting_minor.is_some() && effect.reporting_minor.is_none();
        let lost = is_lost.then_some(RefundRejection::RefundExceedsOrder);
        let voided = refunded.is_voided.then_some(RefundRejection::OrderVoided);
        let unfit = misfit(refunded.value, refund.amount, refunded.all_minor + minor);
        let rejection = voided.or(unfit).or(lost);
        let event = match (rejection, taken_minor) {
            (Some(rejection), _) => {
                Event::Revenue(RevenueEvent::RefundRejected { refund, rejection })
            }
            (None, None) => {
                let rejection = RefundRejection::RefundExceedsOrder;
                Event::Revenue(RevenueEvent::RefundRejected { refund, rejection })
            }
            (None, Some(taken_minor)) => {
                refunded.all_minor += minor;
                if refund.fx_rate.is_none() {
                    refunded.at_its_rate_minor += minor;
                }
                refunded.taken_minor = taken_minor;
                Event::Revenue(RevenueEvent::RefundApplied { refund, effect })
            }
        };
        facts.push(of_campaign(id, event));
    }
    facts
}

/// Returns the order with one more refund.
fn refunded(order: &Order, refund: &Refund, effect: &RefundEffect) -> Order {
    let mut after = order.clone();
    after.refunds.push(OrderRefund {
        refund: refund.clone(),
        reporting_minor: effect.reporting_minor,
        timing: effect.timing,
        position: order.updated,
        last: order.updated,
        state: RefundState::Applied,
        voided_because: PersonalText::EMPTY,
    });
    after
}

/// Returns what a refund takes from revenue: the growth of the refunded part of its order, at the
/// pinned rate, or the amount at the refund's own rate. The credits of the order split it.
///
/// Refunds that are rounded one by one could take more than the order brought. Differences of a
/// growing sum cannot, and after a full refund nothing remains. A refund follows its order: it
/// counts with it, however late it comes, and is late if one of both is.
fn effect_of(
    campaign: &Campaign,
    conversion: &ConversionRecorded,
    refund: &Refund,
    before_minor: i128,
) -> RefundEffect {
    let own = campaign.plan.timing(refund.refunded_at);
    let currency = campaign.plan.currency;
    let reporting = |minor: i128| {
        let minor = i64::try_from(minor).ok()?;
        let part = Money {
            minor,
            ..refund.amount
        };
        conversion.in_reporting(part, currency)
    };
    let own_rate = refund.fx_rate.as_ref();
    let own_rate = own_rate.filter(|_| refund.amount.currency != currency);
    let reporting_minor = match (conversion.reporting_minor, own_rate) {
        (None, _) => None,
        (Some(_), Some(rate)) => convert(refund.amount, &rate.rate, currency),
        (Some(_), None) => {
            let after = reporting(before_minor + i128::from(refund.amount.minor));
            let before = reporting(before_minor);
            before.zip(after).map(|(before, after)| after - before)
        }
    };
    RefundEffect {
        reporting_minor,
        credits: Vec::new(),
        timing: conversion.timing.followed_by(own),
    }
}

/// Returns whose revenue a refund reduces, and by how much each: it is split by what the shares of
/// the order have left.
fn credits_of(order: &Order, conversion: &ConversionRecorded, taken_minor: i64) -> Vec<Credit> {
    let parts = order.shares.of_refund(taken_minor);
    let credits = conversion.credits.iter().zip(parts);
    let credits = credits.map(|(credit, amount_minor)| Credit {
        amount_minor,
        ..credit.clone()
    });
    credits.collect()
}
