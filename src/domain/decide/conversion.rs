//! Rules of conversions: one order is credited once.

use std::sync::Arc;

use super::refund::{Refunded, settle};
use super::{Case, Decided, Decision, ensure, happens, of_campaign};
use crate::domain::limits::MAX_AT_ONCE;
use crate::domain::rows::Rows;
use crate::domain::state::{Campaign, Collaboration, Order, Standing};
use crate::domain::{
    ActorKind, CampaignId, CampaignRef, ClaimRejection, CollaborationId, ConversionRecorded,
    ConversionRejected, ConversionType, Credit, Currency, Event, FxRate, LinkTouch, Matched, Money,
    OrderKey, OrderRef, Refusal, RevenueEvent, Share, Timestamp, allocate,
};

/// A claim that an order should be credited.
#[derive(Clone, PartialEq, Debug)]
pub struct Claim {
    /// The order.
    pub order: OrderKey,
    /// Kind of conversion.
    pub kind: ConversionType,
    /// How many conversions it stands for, 1 or more.
    pub quantity: u32,
    /// What the customer paid.
    pub value: Option<Money>,
    /// Exchange rate of a foreign value.
    pub fx_rate: Option<FxRate>,
    /// When it happened.
    pub ordered_at: Timestamp,
    /// Code that the customer quoted.
    pub code: Option<Matched>,
    /// Link touches before the order.
    pub touches: Vec<LinkTouch>,
    /// Stated shares of a joint credit; empty for a credit by code or touch.
    pub joint_shares: Vec<Share>,
    /// First 16 bytes of the SHA-256 of the claim.
    pub digest: [u8; 16],
}

impl<S: Rows> Case<'_, S> {
    pub(super) fn record_conversion(&self, id: &CampaignId, claim: &Claim) -> Decided<Decision, S> {
        self.only(ActorKind::Brand)?;
        let place = self.campaign_ref(id);
        let campaign = self.campaign(&place)?;
        let order = self.order(&claim.order)?;
        self.ensure_known(id, claim)?;
        if let Some(order) = &order
            && let Some(winner) = &order.conversion
        {
            return second_claim(id, claim, winner);
        }
        let attribution = self.attribute(&place, &campaign.plan, claim)?;
        let currency = campaign.plan.currency;
        let reporting_minor = match claim.value {
            Some(value) => self.reporting("value", value, claim.fx_rate.as_ref(), currency)?,
            None => None,
        };
        ensure_total::<S>(&campaign, "value", reporting_minor)?;
        let credits = self.credits(
            &place,
            &attribution.shares,
            (reporting_minor, currency),
            claim.ordered_at,
        )?;
        let conversion = ConversionRecorded {
            order: claim.order.clone(),
            kind: claim.kind,
            quantity: claim.quantity,
            value: claim.value,
            fx_rate: claim.fx_rate.clone(),
            reporting_minor,
            ordered_at: claim.ordered_at,
            basis: attribution.basis,
            unattributed: attribution.unattributed,
            in_force_from: attribution.in_force_from,
            credits,
            timing: campaign.plan.timing(claim.ordered_at),
            claim_digest: claim.digest,
            code: claim.code.clone(),
            touches: claim.touches.clone(),
        };
        let waiting = order.iter().flat_map(|order| order.waiting());
        let refunds = settle(
            (&campaign, id),
            &conversion,
            Refunded::nothing(conversion.value),
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
    pub(super) fn ensure_known(&self, campaign: &CampaignId, claim: &Claim) -> Decided<(), S> {
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

    pub(super) fn credits(
        &self,
        campaign: &CampaignRef,
        shares: &[Share],
        (reporting_minor, currency): (Option<i64>, Currency),
        ordered_at: Timestamp,
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
                after_termination: collaboration.is_terminated_before(ordered_at),
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
        why: match winner.voided {
            None => ClaimRejection::DuplicateOrder,
            Some(_) => ClaimRejection::OrderVoided,
        },
        winner: winner.position,
        winner_campaign: winner.campaign.clone(),
        winner_collaborations: credits.map(|credit| credit.collaboration.clone()).collect(),
        claimed: touched.chain(shared).collect(),
        value: claim.value,
        ordered_at: claim.ordered_at,
        kind: claim.kind,
        quantity: claim.quantity,
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
