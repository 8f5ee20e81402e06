//! Rules of corrections of orders: what was told wrongly, fraud, another credit, a failed refund, a
//! missing rate.
//!
//! Before its lock an order changes in place. After it, counts change in place, money by a signed
//! amount of the time of the correction, and commission follows.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::conversion::ensure_total;
use super::refund::{ensure_not_voided, promised_minor};
use super::{
    Case, Claim, ConversionCorrection, Decided, Decision, OrderVerb, ensure, of_campaign, refuse,
    refused,
};
use crate::domain::limits::MAX_ORDER_CHANGES;
use crate::domain::rows::Rows;
use crate::domain::state::{Campaign, Collaboration, Order, RefundState, Standing};
use crate::domain::{
    ActorKind, ConversionCorrected, ConversionRated, ConversionReattributed, ConversionRecorded,
    ConversionVoided, Currency, Event, Evidence, Fact, FxRate, Matched, Money, OrderCounting,
    OrderKey, PersonalText, Position, RefundId, RefundVoided, Refusal, RevenueEvent, Share,
    Subject, Timestamp, Unknown,
};

/// Returns the code as it is right. One that reads the same is the same, whoever it was sealed under.
fn corrected_code(
    before: &ConversionRecorded,
    correction: &ConversionCorrection,
) -> Option<Matched> {
    let code = correction.code.of(before.code.clone());
    match (&before.code, code) {
        (Some(before), Some(now)) if now.is_same(before) => Some(before.clone()),
        (_, code) => code,
    }
}

impl<S: Rows> Case<'_, S> {
    pub(super) fn order_verb(&self, id: &OrderKey, verb: &OrderVerb) -> Decided<Decision, S> {
        self.only(ActorKind::Brand)?;
        let order = self.known_order(id)?;
        if let OrderVerb::VoidRefund { refund, reason } = verb {
            return self.void_refund(&order, id, refund, reason);
        }
        let Some(standing) = &order.conversion else {
            return refuse(Refusal::NotFound {
                what: Unknown::Order,
                id: id.id.as_str().to_owned(),
            });
        };
        ensure_not_voided::<S>(&order)?;
        let limit = MAX_ORDER_CHANGES;
        ensure(order.changes.len() < limit, || Refusal::LimitReached {
            collection: "corrections of an order",
            limit,
        })?;
        match verb {
            OrderVerb::Correct(correction) => {
                ensure_latest::<S>(standing, correction.expected)?;
                self.correct_conversion(&order, standing, correction)
            }
            OrderVerb::Void { expected, reason } => {
                ensure_latest::<S>(standing, *expected)?;
                self.void_conversion(&order, standing, reason)
            }
            OrderVerb::Reattribute {
                expected,
                shares,
                evidence,
                reason,
            } => {
                ensure_latest::<S>(standing, *expected)?;
                self.reattribute(&order, standing, shares, (evidence, reason))
            }
            OrderVerb::SupplyRate { fx_rate } => self.supply_rate(&order, standing, fx_rate),
            OrderVerb::VoidRefund { refund, reason } => {
                self.void_refund(&order, id, refund, reason)
            }
        }
    }

    fn correct_conversion(
        &self,
        order: &Order,
        standing: &Standing,
        correction: &ConversionCorrection,
    ) -> Decided<Decision, S> {
        let campaign = self.campaign_of(standing)?;
        let now = self.corrected_conversion(order, standing, &campaign, correction)?;
        let before = &standing.conversion;
        let is_same = before.is_shared_like(&now.credits)
            && ConversionRecorded {
                credits: before.credits.clone(),
                ..now.clone()
            } == *before;
        ensure(!is_same, || Refusal::OrderUnchanged)?;
        let event = ConversionCorrected {
            order: now.order.clone(),
            replaces: standing.latest,
            kind: now.kind,
            quantity: now.quantity,
            value: now.value,
            fx_rate: now.fx_rate,
            reporting_minor: now.reporting_minor,
            basis: now.basis,
            unattributed: now.unattributed,
            in_force_from: now.in_force_from,
            credits: now.credits,
            code: now.code,
            touches: now.touches,
            counting: self.counting(order, standing, &campaign),
            reason: correction.reason.clone(),
        };
        self.changed(
            (order, standing, &campaign),
            event.counting,
            |order, at, currency| order.correct(&event, at, currency),
            RevenueEvent::ConversionCorrected(event.clone()),
        )
    }

    fn void_conversion(
        &self,
        order: &Order,
        standing: &Standing,
        reason: &PersonalText,
    ) -> Decided<Decision, S> {
        let campaign = self.campaign_of(standing)?;
        let event = ConversionVoided {
            order: standing.conversion.order.clone(),
            replaces: standing.latest,
            counting: self.counting(order, standing, &campaign),
            reason: reason.clone(),
        };
        self.changed(
            (order, standing, &campaign),
            event.counting,
            |order, at, currency| order.void(&event, at, currency),
            RevenueEvent::ConversionVoided(event.clone()),
        )
    }

    fn reattribute(
        &self,
        order: &Order,
        standing: &Standing,
        shares: &[Share],
        (evidence, reason): (&[Evidence], &PersonalText),
    ) -> Decided<Decision, S> {
        let campaign = self.campaign_of(standing)?;
        let before = &standing.conversion;
        let ordered_at = before.ordered_at;
        for share in shares {
            let row = self.agreed(&standing.campaign, &share.collaboration)?;
            ensure(row.terms_in_force_at(ordered_at).is_some(), || {
                Refusal::TermsNotInForce {
                    collaboration: share.collaboration.clone(),
                    ordered_at,
                    from: first_terms(&row),
                }
            })?;
        }
        let place = self.campaign_ref(&standing.campaign);
        let money = (before.reporting_minor, campaign.plan.currency);
        let to = self.credits(&place, shares, money, ordered_at)?;
        ensure(!before.is_shared_like(&to), || Refusal::OrderUnchanged)?;
        let event = ConversionReattributed {
            order: before.order.clone(),
            replaces: standing.latest,
            from: before.credits.clone(),
            to,
            evidence: evidence.to_vec(),
            counting: self.counting(order, standing, &campaign),
            reason: reason.clone(),
        };
        self.changed(
            (order, standing, &campaign),
            event.counting,
            |order, at, currency| order.reattribute(&event, at, currency),
            RevenueEvent::ConversionReattributed(event.clone()),
        )
    }

    /// Supplies a rate in place, whenever it comes: missing is not wrong.
    fn supply_rate(
        &self,
        order: &Order,
        standing: &Standing,
        fx_rate: &FxRate,
    ) -> Decided<Decision, S> {
        let campaign = self.campaign_of(standing)?;
        let conversion = &standing.conversion;
        let value = conversion.value;
        let value = value.filter(|_| conversion.reporting_minor.is_none());
        let Some(value) = value else {
            return refuse(Refusal::RateNotMissing);
        };
        let currency = campaign.plan.currency;
        let event = ConversionRated {
            order: conversion.order.clone(),
            replaces: standing.latest,
            fx_rate: fx_rate.clone(),
            reporting_minor: self.reporting("fx_rate", value, Some(fx_rate), currency)?,
            ordered_at: conversion.ordered_at,
        };
        let counting = OrderCounting {
            in_place: true,
            ordered_at: conversion.ordered_at,
            counts_from: conversion.ordered_at,
            timing: conversion.timing,
        };
        self.changed(
            (order, standing, &campaign),
            counting,
            |order, at, currency| order.rate(&event, at, currency),
            RevenueEvent::ConversionRated(event.clone()),
        )
    }

    fn void_refund(
        &self,
        order: &Order,
        id: &OrderKey,
        refund: &RefundId,
        reason: &PersonalText,
    ) -> Decided<Decision, S> {
        let Some(known) = order.refund(refund) else {
            return refuse(Refusal::NotFound {
                what: Unknown::Refund,
                id: refund.to_string(),
            });
        };
        if let RefundState::Voided { position, .. } = known.state {
            return refuse(Refusal::RefundVoided { position });
        }
        ensure_not_voided::<S>(order)?;
        let mut event = RefundVoided {
            order: id.clone(),
            refund: refund.clone(),
            in_place: true,
            counts_from: known.refund.refunded_at,
            timing: known.timing,
            reason: reason.clone(),
        };
        let Some(standing) = &order.conversion else {
            let event = Event::Revenue(RevenueEvent::RefundVoided(event));
            let subject = Subject::default();
            return Ok(Decision::Happens(vec![Fact { subject, event }]));
        };
        if known.state == RefundState::Waiting {
            let event = Event::Revenue(RevenueEvent::RefundVoided(event));
            return Ok(Decision::Happens(vec![of_campaign(
                &standing.campaign,
                event,
            )]));
        }
        let campaign = self.campaign_of(standing)?;
        let mut counting = self.counting(order, standing, &campaign);
        // It counts no earlier than the refund itself.
        counting.counts_from = counting.counts_from.max(known.refund.refunded_at);
        event.in_place = counting.in_place;
        event.counts_from = counting.counts_from;
        if !counting.in_place {
            event.timing = counting.timing;
        }
        self.changed(
            (order, standing, &campaign),
            counting,
            |order, at, currency| {
                order.void_refund(&event, at);
                order.recount(currency)
            },
            RevenueEvent::RefundVoided(event.clone()),
        )
    }

    /// Returns how a correction counts that happens now: from the order on before its lock, and from
    /// its own time on after it.
    fn counting(&self, order: &Order, standing: &Standing, campaign: &Campaign) -> OrderCounting {
        let conversion = &standing.conversion;
        let ordered_at = conversion.ordered_at;
        if self.now < standing.lock.at && !order.locked {
            return OrderCounting {
                in_place: true,
                ordered_at,
                counts_from: ordered_at,
                timing: conversion.timing,
            };
        }
        let at = self.happens_at().max(ordered_at);
        OrderCounting {
            in_place: false,
            ordered_at,
            counts_from: at,
            timing: conversion.timing.followed_by(campaign.plan.timing(at)),
        }
    }

    /// Returns the facts of a correction: the event, and what follows for commission.
    fn changed(
        &self,
        (order, standing, campaign): (&Order, &Standing, &Campaign),
        counting: OrderCounting,
        change: impl FnOnce(&mut Order, Position, Currency) -> Option<()>,
        event: RevenueEvent,
    ) -> Decided<Decision, S> {
        let too_much = || refused(Refusal::AmountOverflow { field: "value" });
        let mut after = order.clone();
        change(&mut after, order.updated, campaign.plan.currency).ok_or_else(too_much)?;
        let credits = after.conversion.iter();
        let credits = credits.flat_map(|standing| &standing.conversion.credits);
        let rows = credits.map(|credit| self.agreed(&standing.campaign, &credit.collaboration));
        let rows: Vec<Arc<Collaboration>> = rows.collect::<Result<_, _>>()?;
        after.repin(&rows, counting.in_place);
        let gross = |order: &Order| order.whole_reporting_minor().unwrap_or(0);
        let more = gross(&after)
            .checked_sub(gross(order))
            .ok_or_else(too_much)?;
        ensure_total::<S>(campaign, "value", Some(more))?;
        let mut facts = vec![of_campaign(&standing.campaign, Event::Revenue(event))];
        facts.extend(self.commissions_after(&after, counting.counts_from)?);
        Ok(Decision::Happens(facts))
    }

    /// Returns the conversion as a correction makes it.
    fn corrected_conversion(
        &self,
        order: &Order,
        standing: &Standing,
        campaign: &Campaign,
        correction: &ConversionCorrection,
    ) -> Decided<ConversionRecorded, S> {
        let before = &standing.conversion;
        let value = correction.value.of(before.value);
        let fx_rate = self.corrected_rate(before, value, correction)?;
        ensure_value::<S>(order, value)?;
        let currency = campaign.plan.currency;
        let reporting_minor = match value {
            Some(value) => self.reporting("value", value, fx_rate.as_ref(), currency)?,
            None => None,
        };
        let touches = correction.touches.of(Some(before.touches.clone()));
        let mut now = ConversionRecorded {
            kind: correction.kind.unwrap_or(before.kind),
            quantity: correction.quantity.unwrap_or(before.quantity),
            value,
            fx_rate,
            reporting_minor,
            code: corrected_code(before, correction),
            touches: touches.unwrap_or_default(),
            ..before.clone()
        };
        let place = self.campaign_ref(&standing.campaign);
        let credits = before.credits.iter();
        let mut shares: Vec<Share> = credits
            .map(|credit| Share {
                collaboration: credit.collaboration.clone(),
                share_bp: credit.share_bp,
            })
            .collect();
        if correction.touches.is_said() || correction.code.is_said() {
            let claim = claim_of(&now);
            self.ensure_known(&standing.campaign, &claim)?;
            let attribution = self.attribute(&place, &campaign.plan, &claim)?;
            now.basis = attribution.basis;
            now.unattributed = attribution.unattributed;
            now.in_force_from = attribution.in_force_from;
            shares = attribution.shares;
        }
        let money = (reporting_minor, currency);
        now.credits = self.credits(&place, &shares, money, before.ordered_at)?;
        Ok(now)
    }

    /// Returns the rate of a corrected value: a stated one, or the one that it had in its currency.
    fn corrected_rate(
        &self,
        before: &ConversionRecorded,
        value: Option<Money>,
        correction: &ConversionCorrection,
    ) -> Decided<Option<FxRate>, S> {
        let currency = |value: Option<Money>| value.map(|value| value.currency);
        match (&correction.fx_rate, value) {
            (Some(_), None) => refuse(Refusal::field("fx_rate", "must be absent without a value")),
            (Some(rate), Some(_)) => Ok(Some(rate.clone())),
            (None, value) if currency(value) == currency(before.value) => {
                Ok(before.fx_rate.clone())
            }
            (None, _) => Ok(None),
        }
    }
}

/// Checks that a correction names what it corrects.
fn ensure_latest<S: Rows>(standing: &Standing, expected: Position) -> Decided<(), S> {
    let actual = standing.latest;
    ensure(expected == actual, || Refusal::StaleCorrection {
        expected,
        actual,
    })
}

/// Checks that a corrected value covers what was refunded, with the adjustments and in their
/// currency.
fn ensure_value<S: Rows>(order: &Order, value: Option<Money>) -> Decided<(), S> {
    let promised_minor = promised_minor(order);
    let is_adjusted = !order.adjustments.is_empty();
    let Some(value) = value else {
        ensure(promised_minor == 0, || Refusal::RefundExceedsOrder {
            refunds_minor: promised_minor,
            order_minor: 0,
        })?;
        return ensure(!is_adjusted, || {
            Refusal::field("clear_value", "must not be set of an adjusted order")
        });
    };
    if let Some(before) = order.value() {
        let (expected, actual) = (before.currency, value.currency);
        let is_free = promised_minor == 0 && !is_adjusted;
        ensure(expected == actual || is_free, || {
            Refusal::CurrencyMismatch {
                field: "value",
                expected,
                actual,
            }
        })?;
    }
    let adjusted = order.adjustments.iter();
    let adjusted = adjusted.map(|known| i128::from(known.adjustment.delta.minor));
    let whole_minor = i128::from(value.minor) + adjusted.sum::<i128>();
    let order_minor = i64::try_from(whole_minor)
        .map_err(|_| refused(Refusal::AmountOverflow { field: "value" }))?;
    ensure(whole_minor >= promised_minor, || {
        Refusal::RefundExceedsOrder {
            refunds_minor: promised_minor,
            order_minor,
        }
    })
}

/// Returns when the first terms of an accepted collaboration came into force.
fn first_terms(row: &Collaboration) -> Timestamp {
    let pinned: BTreeSet<Timestamp> = row.pinned.iter().map(|pinned| pinned.from).collect();
    pinned.first().copied().unwrap_or_default()
}

/// Returns the claim that a conversion would be now, but for stated shares.
fn claim_of(now: &ConversionRecorded) -> Claim {
    Claim {
        order: now.order.clone(),
        kind: now.kind,
        quantity: now.quantity,
        value: now.value,
        fx_rate: now.fx_rate.clone(),
        ordered_at: now.ordered_at,
        code: now.code.clone(),
        touches: now.touches.clone(),
        joint_shares: Vec::new(),
        digest: now.claim_digest,
    }
}
