//! Rules of conversions: a code takes precedence over the last link touch. One order is credited
//! once.

use std::sync::Arc;

use super::refund::settle;
use super::{Case, Decided, Decision, ensure, happens, of_campaign};
use crate::domain::limits::MAX_AT_ONCE;
use crate::domain::rows::Rows;
use crate::domain::state::{Campaign, CodeHolders, Collaboration, Order, Standing};
use crate::domain::{
    AttributionBasis, CampaignId, CampaignRef, Code, CollaborationId, ConversionRecorded,
    ConversionRejected, ConversionType, Credit, Currency, Event, FxRate, LinkTouch, Money,
    OrderKey, OrderRef, Refusal, RevenueEvent, Share, Timestamp, UnattributedReason, WHOLE_BP,
    allocate,
};

/// A claim that an order should be credited.
#[derive(Clone, PartialEq, Debug)]
pub struct Claim {
    /// The order.
    pub order: OrderKey,
    /// Kind of conversion.
    pub kind: ConversionType,
    /// What the customer paid.
    pub value: Option<Money>,
    /// Exchange rate of a foreign value.
    pub fx_rate: Option<FxRate>,
    /// When it happened.
    pub ordered_at: Timestamp,
    /// Code that the customer used.
    pub code: Option<Code>,
    /// Link touches before the order.
    pub touches: Vec<LinkTouch>,
    /// Stated shares of a joint credit; empty for a credit by code or touch.
    pub joint_shares: Vec<Share>,
    /// First 16 bytes of the SHA-256 of the claim.
    pub digest: [u8; 16],
}

/// Who is credited, and why.
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
            return second_claim(id, claim, winner);
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
        let waiting = order.iter().flat_map(|order| order.waiting());
        let refunds = settle(
            (&campaign, id),
            &conversion,
            (conversion.value, 0),
            waiting.take(MAX_AT_ONCE),
        );
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

    /// Checks that every collaboration of a claim has, or had, accepted terms.
    fn ensure_known(&self, campaign: &CampaignId, claim: &Claim) -> Decided<(), S> {
        let touched = claim.touches.iter().map(|touch| &touch.collaboration);
        let shared = claim.joint_shares.iter().map(|share| &share.collaboration);
        touched
            .chain(shared)
            .try_for_each(|id| self.agreed(campaign, id).map(|_| ()))
    }

    /// Returns a collaboration with accepted terms, even if it has ended.
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

    /// Credits the last touch before the order, if the order is within its window.
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
}

fn second_claim<E>(
    campaign: &CampaignId,
    claim: &Claim,
    winner: &Standing,
) -> Result<Decision, super::Halt<E>> {
    if winner.campaign == *campaign && winner.conversion.claim_digest == claim.digest {
        let (first, last) = (winner.position, winner.last);
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
        kind: claim.kind,
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
