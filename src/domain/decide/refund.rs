//! Rules of refunds: never more than the order, whether they arrive before or after it.
//!
//! A refund that arrives before its order waits for it. Each waiting refund counts from the event
//! that applies it, and is shown as waiting until then. Waiting refunds are settled before anything
//! else that is later asked of the order, so that nothing uses up the amount that they need.

use std::sync::Arc;

use super::amounts::in_reporting;
use super::{Case, Decided, Decision, ensure, happened, happens, of_campaign, refuse};
use crate::domain::limits::{MAX_FOLLOWING, MAX_REFUNDS, MAX_WAITING_REFUNDS};
use crate::domain::rows::Rows;
use crate::domain::state::{Campaign, Order, OrderRefund, Standing};
use crate::domain::{
    ActorKind, CampaignId, ConversionRecorded, Credit, Event, Fact, Money, OrderKey, Refund,
    RefundEffect, RefundRejection, Refusal, RevenueEvent, Subject, Unknown,
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
            Some(RefundRejection::RefundExceedsOrder) => refuse(Refusal::RefundExceedsOrder {
                refunds_minor,
                order_minor: value.map_or(0, |value| value.minor),
            }),
            None => {
                let conversion = &standing.conversion;
                let mut effect = effect_of(&campaign, conversion, refund, order.refunded_minor());
                let taken_minor = effect.reporting_minor.unwrap_or(0);
                effect.credits = credits_of(order, conversion, taken_minor);
                let commissions = self.commissions_after_refund(order, standing, taken_minor)?;
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
            (order.value(), order.refunded_minor()),
            order.waiting().take(MAX_FOLLOWING),
        );
        Ok(Some(facts))
    }

    fn campaign_of(&self, standing: &Standing) -> Decided<Arc<Campaign>, S> {
        let place = self.campaign_ref(&standing.campaign);
        let id = place.campaign.as_str();
        self.known(&Campaign::key(&place), Unknown::Campaign, id)
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

/// Applies refunds that arrived before their order, as far as they fit it. `refunded_minor` is the
/// sum that was refunded so far.
pub(super) fn settle<'r>(
    (campaign, id): (&Campaign, &CampaignId),
    conversion: &ConversionRecorded,
    (value, mut refunded_minor): (Option<Money>, i128),
    waiting: impl Iterator<Item = &'r OrderRefund>,
) -> Vec<Fact> {
    let mut facts = Vec::new();
    for known in waiting {
        let refund = known.refund.clone();
        let total_minor = refunded_minor + i128::from(refund.amount.minor);
        let event = match misfit(value, refund.amount, total_minor) {
            Some(rejection) => Event::Revenue(RevenueEvent::RefundRejected { refund, rejection }),
            None => {
                let effect = effect_of(campaign, conversion, &refund, refunded_minor);
                refunded_minor = total_minor;
                Event::Revenue(RevenueEvent::RefundApplied { refund, effect })
            }
        };
        facts.push(of_campaign(id, event));
    }
    facts
}

/// Returns what a refund takes from revenue: the growth of the refunded part of its order, at the
/// pinned rate. The credits of the order split it.
///
/// Refunds that are rounded one by one could take more than the order brought. Differences of a
/// growing sum cannot, and after a full refund nothing remains. A refund counts only in the window
/// of its order, whatever time it states.
fn effect_of(
    campaign: &Campaign,
    conversion: &ConversionRecorded,
    refund: &Refund,
    refunded_minor: i128,
) -> RefundEffect {
    let grows = growth(campaign, conversion, refund, refunded_minor);
    RefundEffect {
        reporting_minor: grows.map(|(before, after)| after - before),
        credits: Vec::new(),
        timing: campaign
            .plan
            .timing(refund.refunded_at)
            .max(conversion.timing),
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

/// Returns what all refunds of an order take from revenue, before and after this one; `None`
/// without a rate.
fn growth(
    campaign: &Campaign,
    conversion: &ConversionRecorded,
    refund: &Refund,
    refunded_minor: i128,
) -> Option<(i64, i64)> {
    let reporting = |minor: i128| {
        let minor = i64::try_from(minor).ok()?;
        let currency = refund.amount.currency;
        in_reporting(campaign, conversion, Money { currency, minor })
    };
    let total_minor = refunded_minor + i128::from(refund.amount.minor);
    reporting(refunded_minor).zip(reporting(total_minor))
}
