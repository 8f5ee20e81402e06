//! Rules of conversions and refunds: code beats last link touch beats none; one order, one winner.

use std::sync::Arc;

use super::{Case, Decided, Decision, ensure, happens, of_campaign, refuse};
use crate::domain::rows::Rows;
use crate::domain::state::{
    Campaign, CodeHolders, Collaboration, Order, OrderRefund, RefundState, Standing,
};
use crate::domain::{
    AttributionBasis, CampaignId, CampaignRef, Code, CollaborationId, ConversionRecorded,
    ConversionRejected, ConversionType, Credit, Currency, Event, Fact, FxRate, LinkTouch, Money,
    OrderKey, OrderRef, Refund, RefundEffect, RefundRejection, Refusal, RevenueEvent, Share,
    Subject, Timestamp, UnattributedReason, Unknown, WHOLE_BP, allocate, convert,
};

/// A claim that an order is to be credited.
#[derive(Clone, PartialEq, Debug)]
pub struct Claim {
    /// The order.
    pub order: OrderKey,
    /// What it is.
    pub kind: ConversionType,
    /// What the customer paid.
    pub value: Option<Money>,
    /// Rate of a foreign value.
    pub fx_rate: Option<FxRate>,
    /// When it happened.
    pub ordered_at: Timestamp,
    /// Code quoted.
    pub code: Option<Code>,
    /// Link touches before the order.
    pub touches: Vec<LinkTouch>,
    /// Credit in stated shares; empty for by code or touch.
    pub joint_shares: Vec<Share>,
    /// First 16 bytes of the SHA-256 of the claim.
    pub digest: [u8; 16],
}

/// Who is to be credited, and why.
struct Attribution {
    basis: AttributionBasis,
    unattributed: Option<UnattributedReason>,
    shares: Vec<Share>,
}

impl Attribution {
    fn whole(basis: AttributionBasis, collaboration: CollaborationId) -> Self {
        let share_bp = WHOLE_BP;
        let shares = vec![Share {
            collaboration,
            share_bp,
        }];
        Self {
            basis,
            unattributed: None,
            shares,
        }
    }

    fn none(reason: UnattributedReason) -> Self {
        let (basis, shares) = (AttributionBasis::None, Vec::new());
        Self {
            basis,
            unattributed: Some(reason),
            shares,
        }
    }
}

impl<S: Rows> Case<'_, S> {
    pub(super) fn record_conversion(&self, id: &CampaignId, claim: &Claim) -> Decided<Decision, S> {
        let place = self.campaign_ref(id);
        let campaign = self.campaign(&place)?;
        let order = self.order(&claim.order)?;
        self.ensure_known(id, claim)?;
        if let Some(order) = &order
            && let Some(winner) = &order.conversion
        {
            return second_claim(id, claim, order, winner);
        }
        let attribution = self.attribute(&place, claim)?;
        let currency = campaign.plan.currency;
        let reporting_minor = match claim.value {
            Some(value) => self.reporting("value", value, claim.fx_rate.as_ref(), currency)?,
            None => None,
        };
        ensure_total::<S>(&campaign, "value", reporting_minor)?;
        let credits = self.credits(&place, &attribution.shares, reporting_minor, currency)?;
        let conversion = ConversionRecorded {
            order: claim.order.clone(),
            kind: claim.kind,
            value: claim.value,
            fx_rate: claim.fx_rate.clone(),
            reporting_minor,
            ordered_at: claim.ordered_at,
            basis: attribution.basis,
            unattributed: attribution.unattributed,
            credits,
            timing: campaign.plan.timing(claim.ordered_at),
            claim_digest: claim.digest,
            code: claim.code.clone(),
        };
        let waiting = order.iter().flat_map(|order| &order.refunds);
        let refunds = settle_waiting(&campaign, id, &conversion, waiting);
        let mut facts = vec![of_campaign(
            id,
            Event::Revenue(RevenueEvent::ConversionRecorded(conversion)),
        )];
        facts.extend(refunds);
        Ok(Decision::Happens(facts))
    }

    pub(super) fn order(&self, order: &crate::domain::OrderKey) -> Decided<Option<Arc<Order>>, S> {
        let key = Order::key(&OrderRef {
            brand: self.request.brand.clone(),
            order: order.clone(),
        });
        Ok(self.rows.get(&key)?)
    }

    /// Checks that every collaboration a claim names has, or had, accepted terms.
    fn ensure_known(&self, campaign: &CampaignId, claim: &Claim) -> Decided<(), S> {
        let touched = claim.touches.iter().map(|touch| &touch.collaboration);
        let shared = claim.joint_shares.iter().map(|share| &share.collaboration);
        touched
            .chain(shared)
            .try_for_each(|id| self.agreed(campaign, id).map(|_| ()))
    }

    /// Finds a collaboration with accepted terms, ended or not.
    pub(super) fn agreed(
        &self,
        campaign: &CampaignId,
        id: &CollaborationId,
    ) -> Decided<Arc<Collaboration>, S> {
        let collaboration = self.collaboration(&self.place(campaign, id))?;
        let collaboration_id = id.clone();
        ensure(collaboration.acceptance.is_some(), || {
            Refusal::NotAccepted {
                collaboration: collaboration_id,
            }
        })?;
        Ok(collaboration)
    }

    fn attribute(&self, campaign: &CampaignRef, claim: &Claim) -> Decided<Attribution, S> {
        if !claim.joint_shares.is_empty() {
            return Ok(Attribution {
                basis: AttributionBasis::Joint,
                unattributed: None,
                shares: claim.joint_shares.clone(),
            });
        }
        if let Some(code) = &claim.code {
            let codes = self
                .rows
                .get::<CodeHolders>(&CodeHolders::key(campaign, code))?;
            let holder = codes
                .as_ref()
                .and_then(|codes| codes.holder_at(claim.ordered_at));
            if let Some(holder) = holder {
                return Ok(Attribution::whole(AttributionBasis::Code, holder.clone()));
            }
        }
        self.by_touch(campaign, claim)
    }

    /// Credits the last touch before the order, if the order lies in its window.
    fn by_touch(&self, campaign: &CampaignRef, claim: &Claim) -> Decided<Attribution, S> {
        let before = claim
            .touches
            .iter()
            .filter(|touch| touch.touched_at <= claim.ordered_at);
        let Some(last) = before.max_by_key(|touch| touch.touched_at) else {
            let reason = match (&claim.code, claim.touches.is_empty()) {
                (_, false) => UnattributedReason::OutsideWindow,
                (Some(_), true) => UnattributedReason::UnknownCode,
                (None, true) => UnattributedReason::NoEvidence,
            };
            return Ok(Attribution::none(reason));
        };
        let collaboration = self.agreed(&campaign.campaign, &last.collaboration)?;
        let covered = collaboration
            .terms_at(claim.ordered_at)
            .is_some_and(|terms| terms.attribution.covers(last.touched_at, claim.ordered_at));
        Ok(if covered {
            Attribution::whole(AttributionBasis::Link, last.collaboration.clone())
        } else {
            Attribution::none(UnattributedReason::OutsideWindow)
        })
    }

    fn credits(
        &self,
        campaign: &CampaignRef,
        shares: &[Share],
        reporting_minor: Option<i64>,
        currency: Currency,
    ) -> Decided<Vec<Credit>, S> {
        let shares_bp: Vec<u32> = shares.iter().map(|share| share.share_bp).collect();
        let increment = currency.settlement_increment();
        let parts = allocate(reporting_minor.unwrap_or(0), &shares_bp, increment);
        let mut credits = Vec::with_capacity(shares.len());
        for (share, amount_minor) in shares.iter().zip(parts) {
            let collaboration = self.agreed(&campaign.campaign, &share.collaboration)?;
            credits.push(Credit {
                collaboration: share.collaboration.clone(),
                creator: collaboration.creator.clone(),
                share_bp: share.share_bp,
                amount_minor,
            });
        }
        Ok(credits)
    }

    pub(super) fn record_refund(&self, refund: &Refund) -> Decided<Decision, S> {
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
        let place = self.campaign_ref(&standing.campaign);
        let campaign: Arc<Campaign> = self.known(
            &Campaign::key(&place),
            Unknown::Campaign,
            place.campaign.as_str(),
        )?;
        let conversion = &standing.conversion;
        let refunds_minor = order.refunded_minor() + i128::from(refund.amount.minor);
        let value = order.value();
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
                let effect = effect_of(&campaign, conversion, refund, order.refunded_minor());
                let taken_minor = effect.reporting_minor.unwrap_or(0);
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
}

fn second_claim<E>(
    campaign: &CampaignId,
    claim: &Claim,
    order: &Order,
    winner: &Standing,
) -> Result<Decision, super::Halt<E>> {
    if winner.campaign == *campaign && winner.conversion.claim_digest == claim.digest {
        let (first, last) = (winner.position, order.settled_with(winner));
        return Ok(Decision::Happened { first, last });
    }
    let touched = claim
        .touches
        .iter()
        .map(|touch| touch.collaboration.clone());
    let shared = claim
        .joint_shares
        .iter()
        .map(|share| share.collaboration.clone());
    let credits = winner.conversion.credits.iter();
    let event = Event::Revenue(RevenueEvent::ConversionRejected(ConversionRejected {
        order: claim.order.clone(),
        winner: winner.position,
        winner_campaign: winner.campaign.clone(),
        winner_collaborations: credits.map(|credit| credit.collaboration.clone()).collect(),
        claimed: touched.chain(shared).collect(),
        value: claim.value,
        ordered_at: claim.ordered_at,
        kind: Some(claim.kind),
        code: claim.code.clone(),
    }));
    happens(of_campaign(campaign, event))
}

pub(super) fn ensure_total<S: Rows>(
    campaign: &Campaign,
    field: &'static str,
    more: Option<i64>,
) -> Decided<(), S> {
    let total = campaign.gross_revenue_minor.checked_add(more.unwrap_or(0));
    ensure(total.is_some(), || Refusal::AmountOverflow { field })
}

/// Why a refund does not fit an order, if it does not.
fn misfit(value: Option<Money>, amount: Money, refunds_minor: i128) -> Option<RefundRejection> {
    let Some(value) = value else {
        return Some(RefundRejection::RefundExceedsOrder);
    };
    if amount.currency != value.currency {
        return Some(RefundRejection::CurrencyMismatch);
    }
    (refunds_minor > i128::from(value.minor)).then_some(RefundRejection::RefundExceedsOrder)
}

/// Applies the refunds that came before their order, as far as they fit it.
fn settle_waiting<'r>(
    campaign: &Campaign,
    id: &CampaignId,
    conversion: &ConversionRecorded,
    waiting: impl Iterator<Item = &'r OrderRefund>,
) -> Vec<Fact> {
    let mut refunded_minor = 0;
    let mut facts = Vec::new();
    for known in waiting.filter(|known| known.state == RefundState::Waiting) {
        let refund = known.refund.clone();
        let total_minor = refunded_minor + i128::from(refund.amount.minor);
        let event = match misfit(conversion.value, refund.amount, total_minor) {
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

/// What a refund takes from revenue: what the refunded part of its order grows by, at the pinned
/// rate and split like the order's credits.
///
/// Refunds rounded one by one could take more than the order brought; parts of a growing whole
/// cannot, and of a fully refunded order nothing remains. A refund counts nowhere its order does
/// not, whatever time it claims.
fn effect_of(
    campaign: &Campaign,
    conversion: &ConversionRecorded,
    refund: &Refund,
    refunded_minor: i128,
) -> RefundEffect {
    let reporting = |minor: i128| {
        let minor = i64::try_from(minor).ok()?;
        let currency = refund.amount.currency;
        in_reporting(campaign, conversion, Money { currency, minor })
    };
    let total_minor = refunded_minor + i128::from(refund.amount.minor);
    let grows = reporting(refunded_minor).zip(reporting(total_minor));
    let (before, after) = grows.unwrap_or_default();
    let credits = conversion.credits.iter();
    let shares: Vec<u32> = credits.clone().map(|credit| credit.share_bp).collect();
    let increment = campaign.plan.currency.settlement_increment();
    let split = |minor| allocate(minor, &shares, increment);
    let parts = split(after).into_iter().zip(split(before));
    let credits = credits.zip(parts).map(|(credit, (after, before))| Credit {
        amount_minor: after - before,
        ..credit.clone()
    });
    RefundEffect {
        reporting_minor: grows.map(|(before, after)| after - before),
        credits: credits.collect(),
        timing: campaign
            .plan
            .timing(refund.refunded_at)
            .max(conversion.timing),
    }
}

/// States a part of an order's value in the reporting currency; `None` without a rate.
pub(super) fn in_reporting(
    campaign: &Campaign,
    conversion: &ConversionRecorded,
    part: Money,
) -> Option<i64> {
    conversion.reporting_minor?;
    match &conversion.fx_rate {
        None => Some(part.minor),
        Some(rate) => convert(part, &rate.rate, campaign.plan.currency),
    }
}
