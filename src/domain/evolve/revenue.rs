//! Events of conversions and refunds, and how they are folded.

use serde::{Deserialize, Serialize};

use super::{Fold, Folded};
use crate::domain::rows::RowsMut;
use crate::domain::state::{
    Campaign, Claimed, Due, Order, OrderAdjustment, OrderRefund, RefundState, Standing,
};
use crate::domain::{
    ActorKind, AdjustmentId, AttributionBasis, CampaignId, CampaignRef, Code, CollaborationId,
    ConversionType, Credit, Effect, FactTiming, FxRate, Money, OrderKey, OrderRef, Position,
    RefundId, RefundRejection, Timestamp, UnattributedReason,
};

/// Events of orders and their refunds.
#[derive(Clone, PartialEq, Debug)]
#[expect(
    missing_docs,
    reason = "the message of the same name in event/v1 documents each field"
)]
pub enum RevenueEvent {
    ConversionRecorded(ConversionRecorded),
    ConversionRejected(ConversionRejected),
    RefundRecorded {
        refund: Refund,
        effect: Option<RefundEffect>,
    },
    RefundApplied {
        refund: Refund,
        effect: RefundEffect,
    },
    RefundRejected {
        refund: Refund,
        rejection: RefundRejection,
    },
    ConversionAdjusted {
        adjustment: ConversionAdjustment,
        effect: RefundEffect,
    },
    OrderLocked {
        order: OrderKey,
    },
}

impl RevenueEvent {
    /// Returns when an order was made, or when it was refunded.
    pub fn happened_at(&self) -> Option<Timestamp> {
        match self {
            Self::ConversionRecorded(conversion) => Some(conversion.ordered_at),
            Self::ConversionRejected(claim) => Some(claim.ordered_at),
            Self::RefundRecorded { refund, .. }
            | Self::RefundApplied { refund, .. }
            | Self::RefundRejected { refund, .. } => Some(refund.refunded_at),
            Self::ConversionAdjusted { .. } | Self::OrderLocked { .. } => None,
        }
    }
}

/// A correction of the value of a locked order.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ConversionAdjustment {
    /// The order.
    pub order: OrderKey,
    /// Unique within the order.
    pub id: AdjustmentId,
    /// Added to the value; may be negative.
    pub delta: Money,
    /// Why.
    pub reason: String,
}

/// An order was credited, or found to be unattributed.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ConversionRecorded {
    /// The order.
    pub order: OrderKey,
    /// What it is.
    pub kind: ConversionType,
    /// What the customer paid.
    pub value: Option<Money>,
    /// Pinned rate of a foreign value.
    pub fx_rate: Option<FxRate>,
    /// Value in minor units of the reporting currency.
    pub reporting_minor: Option<i64>,
    /// When it happened.
    pub ordered_at: Timestamp,
    /// Why it is credited so.
    pub basis: AttributionBasis,
    /// Why it is not.
    pub unattributed: Option<UnattributedReason>,
    /// Who is credited.
    pub credits: Vec<Credit>,
    /// Against the window of the campaign.
    pub timing: FactTiming,
    /// First 16 bytes of the SHA-256 of the claim.
    pub claim_digest: [u8; 16],
    /// Code quoted.
    pub code: Option<Code>,
}

/// A second claim of an order, kept as evidence.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ConversionRejected {
    /// The order.
    pub order: OrderKey,
    /// Position of the conversion that stands.
    pub winner: Position,
    /// Its campaign.
    pub winner_campaign: CampaignId,
    /// The collaborations it credits.
    pub winner_collaborations: Vec<CollaborationId>,
    /// The collaborations this claim named.
    pub claimed: Vec<CollaborationId>,
    /// Value claimed.
    pub value: Option<Money>,
    /// Order time claimed.
    pub ordered_at: Timestamp,
    /// What was claimed.
    pub kind: ConversionType,
    /// Code quoted.
    pub code: Option<Code>,
}

/// Money of an order that went back.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Refund {
    /// The order.
    pub order: OrderKey,
    /// Unique within the order.
    pub id: RefundId,
    /// How much.
    pub amount: Money,
    /// When.
    pub refunded_at: Timestamp,
}

/// What a refund takes from revenue, or an adjustment adds to it.
#[derive(Clone, PartialEq, Debug)]
pub struct RefundEffect {
    /// Minor units of the reporting currency; `None` without a rate.
    pub reporting_minor: Option<i64>,
    /// Whose revenue falls; empty when the order is unattributed, and of a refund that waited: its
    /// order's credits split it.
    pub credits: Vec<Credit>,
    /// Against the window of the campaign.
    pub timing: FactTiming,
}

/// Returns the timer's work that settles the refunds that waited for an order.
fn settling(campaign: CampaignRef, order: &OrderKey) -> Due {
    Due::Refunds {
        campaign,
        order: order.clone(),
    }
}

impl<S: RowsMut> Fold<'_, S> {
    pub(super) fn revenue_event(&mut self, event: &RevenueEvent) -> Folded<(), S> {
        match event {
            RevenueEvent::ConversionRecorded(conversion) => self.conversion_recorded(conversion),
            RevenueEvent::ConversionRejected(rejected) => {
                self.add_to_campaign(Effect::ClaimRejected);
                self.claimed(Claimed::Rejected(Box::new(rejected.clone())))
            }
            RevenueEvent::RefundRecorded { refund, effect } => {
                self.refund_recorded(refund, effect.as_ref())
            }
            RevenueEvent::RefundApplied { refund, effect } => self.refund_applied(refund, effect),
            RevenueEvent::RefundRejected { refund, .. } => self.refund_rejected(refund),
            RevenueEvent::ConversionAdjusted { adjustment, effect } => {
                self.conversion_adjusted(adjustment, effect)
            }
            RevenueEvent::OrderLocked { order } => self.order_locked(order),
        }
    }

    fn conversion_recorded(&mut self, conversion: &ConversionRecorded) -> Folded<(), S> {
        let place = self.campaign_ref()?;
        let position = self.record.position;
        let lock = self.pin_lock(&place, conversion)?;
        let order = self.order(&conversion.order)?;
        order.conversion = Some(Standing {
            campaign: place.campaign,
            position,
            last: position,
            lock,
            conversion: conversion.clone(),
        });
        if order.waiting().next().is_some() {
            let campaign = self.campaign_ref()?;
            let due = settling(campaign, &conversion.order);
            self.rows.put(due.key_at_once(), due);
        }
        if let Some(minor) = conversion.reporting_minor {
            let campaign = self.campaign()?;
            campaign.gross_revenue_minor = campaign.gross_revenue_minor.saturating_add(minor);
        }
        self.note_timing(conversion.timing);
        self.add_conversion(conversion);
        self.claimed(Claimed::Standing(conversion.order.clone()))
    }

    /// Adds a claim to the list of its campaign.
    fn claimed(&mut self, claim: Claimed) -> Folded<(), S> {
        let key = Claimed::key(&self.campaign_ref()?, self.record.position);
        self.rows.put(key, claim);
        Ok(())
    }

    fn add_conversion(&mut self, conversion: &ConversionRecorded) {
        let (kind, timing) = (conversion.kind, conversion.timing);
        let attributed = conversion.unattributed.is_none();
        self.add_to_campaign(Effect::Conversion {
            kind,
            timing,
            attributed_bp: conversion
                .credits
                .iter()
                .map(|credit| credit.share_bp)
                .sum(),
            unattributed: u32::from(!attributed),
        });
        for credit in &conversion.credits {
            let attributed_bp = credit.share_bp;
            let effect = Effect::Conversion {
                kind,
                timing,
                attributed_bp,
                unattributed: 0,
            };
            self.add_to_collaboration(&credit.collaboration, effect);
        }
        match (conversion.value, conversion.reporting_minor) {
            (_, Some(minor)) if attributed => {
                self.add_to_campaign(Effect::Revenue { timing, minor });
                for credit in &conversion.credits {
                    let effect = Effect::Revenue {
                        timing,
                        minor: credit.amount_minor,
                    };
                    self.add_to_collaboration(&credit.collaboration, effect);
                }
            }
            (_, Some(minor)) => self.add_to_campaign(Effect::Unattributed { timing, minor }),
            (Some(value), None) if attributed => {
                let nothing = Money { minor: 0, ..value };
                self.add_foreign(timing, &conversion.credits, nothing, value);
            }
            (Some(_) | None, None) => {}
        }
    }

    /// Adds the change of the amounts that are left out of totals because they have no rate: the
    /// parts of the new sum less the parts of the old one, split like the credits. After a full
    /// refund of an order nothing remains.
    fn add_foreign(&mut self, timing: FactTiming, credits: &[Credit], from: Money, to: Money) {
        let currency = to.currency;
        let effect = |minor| Effect::ForeignRevenue {
            currency,
            timing,
            minor,
        };
        self.add_to_campaign(effect(to.minor - from.minor));
        let shares: Vec<u32> = credits.iter().map(|credit| credit.share_bp).collect();
        let parts = |sum: Money| crate::domain::allocate(sum.minor, &shares, 1);
        let changes = parts(to).into_iter().zip(parts(from));
        for (credit, (to, from)) in credits.iter().zip(changes) {
            self.add_to_collaboration(&credit.collaboration, effect(to - from));
        }
    }

    fn refund_recorded(&mut self, refund: &Refund, effect: Option<&RefundEffect>) -> Folded<(), S> {
        let position = self.record.position;
        let state = if effect.is_some() {
            RefundState::Applied
        } else {
            RefundState::Waiting
        };
        self.order(&refund.order)?.refunds.push(OrderRefund {
            refund: refund.clone(),
            reporting_minor: effect.and_then(|effect| effect.reporting_minor),
            position,
            last: position,
            state,
        });
        match effect {
            Some(effect) => self.add_refund(refund, effect),
            None => Ok(()),
        }
    }

    fn refund_applied(&mut self, refund: &Refund, effect: &RefundEffect) -> Folded<(), S> {
        // In a past in which the order had not happened yet, its refund counts nothing.
        let dangling = self.dangling("conversion");
        if self.order(&refund.order)?.conversion.is_none() {
            return Err(dangling);
        }
        let known = self.known_refund(refund)?;
        known.state = RefundState::Applied;
        known.reporting_minor = effect.reporting_minor;
        self.refund_settled(&refund.order)?;
        if !effect.credits.is_empty() {
            return self.add_refund(refund, effect);
        }
        let credits = self.parts_of_refund(&refund.order, effect.reporting_minor)?;
        self.add_refund(
            refund,
            &RefundEffect {
                credits,
                ..effect.clone()
            },
        )
    }

    /// Splits what a refund takes from revenue like the order's credits: each part is the growth of
    /// that part of all refunds.
    fn parts_of_refund(
        &mut self,
        order: &OrderKey,
        reporting_minor: Option<i64>,
    ) -> Folded<Vec<Credit>, S> {
        let campaign = Campaign::key(&self.campaign_ref()?);
        let campaign = self.read::<Campaign>(&campaign, "campaign")?;
        let increment = campaign.plan.currency.settlement_increment();
        let order = self.order(order)?;
        let after = order.refunded_reporting_minor();
        let before = after - reporting_minor.unwrap_or(0);
        let standing = order.conversion.as_ref();
        let credits = standing.map_or(&[][..], |standing| standing.conversion.credits.as_slice());
        let shares: Vec<u32> = credits.iter().map(|credit| credit.share_bp).collect();
        let parts = |minor| crate::domain::allocate(minor, &shares, increment);
        let changes = parts(after).into_iter().zip(parts(before));
        let credits = credits.iter().zip(changes);
        Ok(credits
            .map(|(credit, (after, before))| Credit {
                amount_minor: after - before,
                ..credit.clone()
            })
            .collect())
    }

    fn refund_rejected(&mut self, refund: &Refund) -> Folded<(), S> {
        self.known_refund(refund)?.state = RefundState::Rejected;
        self.refund_settled(&refund.order)
    }

    /// Records that a refund no longer waits: the claim settled it, or the ledger did so later.
    fn refund_settled(&mut self, order: &OrderKey) -> Folded<(), S> {
        let (position, by) = (self.record.position, self.record.actor.kind);
        let brand = self.record.brand.clone();
        let row = self.order(order)?;
        let is_waiting = row.waiting().next().is_some();
        let Some(standing) = &mut row.conversion else {
            return Ok(());
        };
        if by != ActorKind::System {
            standing.last = position;
        }
        if !is_waiting {
            let campaign = CampaignRef {
                brand,
                campaign: standing.campaign.clone(),
            };
            self.rows.remove(&settling(campaign, order).key_at_once());
        }
        Ok(())
    }

    fn add_refund(&mut self, refund: &Refund, effect: &RefundEffect) -> Folded<(), S> {
        let timing = effect.timing;
        self.note_timing(timing);
        match effect.reporting_minor {
            Some(minor) if effect.credits.is_empty() => {
                self.add_to_campaign(Effect::Unattributed {
                    timing,
                    minor: -minor,
                });
            }
            Some(minor) => {
                self.add_to_campaign(Effect::Refund { timing, minor });
                for credit in &effect.credits {
                    let effect = Effect::Refund {
                        timing,
                        minor: credit.amount_minor,
                    };
                    self.add_to_collaboration(&credit.collaboration, effect);
                }
            }
            None if effect.credits.is_empty() => {}
            None => {
                let refunded = self.order(&refund.order)?.refunded_minor();
                let after = i64::try_from(refunded).unwrap_or(i64::MAX);
                let before = after - refund.amount.minor;
                let sum = |minor| Money {
                    minor,
                    ..refund.amount
                };
                self.add_foreign(timing, &effect.credits, sum(after), sum(before));
            }
        }
        Ok(())
    }

    fn conversion_adjusted(
        &mut self,
        adjustment: &ConversionAdjustment,
        effect: &RefundEffect,
    ) -> Folded<(), S> {
        let position = self.record.position;
        let order = self.order(&adjustment.order)?;
        let before = order.value();
        order.adjustments.push(OrderAdjustment {
            adjustment: adjustment.clone(),
            reporting_minor: effect.reporting_minor,
            position,
            last: position,
        });
        let after = order.value();
        if let Some(minor) = effect.reporting_minor {
            let campaign = self.campaign()?;
            campaign.gross_revenue_minor = campaign.gross_revenue_minor.saturating_add(minor);
        }
        let timing = effect.timing;
        match (effect.reporting_minor, before.zip(after)) {
            (Some(minor), _) if effect.credits.is_empty() => {
                self.add_to_campaign(Effect::Unattributed { timing, minor });
            }
            (Some(minor), _) => {
                self.add_to_campaign(Effect::Revenue { timing, minor });
                for credit in &effect.credits {
                    let minor = credit.amount_minor;
                    let effect = Effect::Revenue { timing, minor };
                    self.add_to_collaboration(&credit.collaboration, effect);
                }
            }
            (None, Some((before, after))) if !effect.credits.is_empty() => {
                self.add_foreign(timing, &effect.credits, before, after);
            }
            (None, _) => {}
        }
        Ok(())
    }

    fn known_refund(&mut self, refund: &Refund) -> Folded<&mut OrderRefund, S> {
        let dangling = self.dangling("refund");
        let order = self.order(&refund.order)?;
        order
            .refunds
            .iter_mut()
            .find(|known| known.refund.id == refund.id)
            .ok_or(dangling)
    }

    pub(super) fn order(&mut self, order: &crate::domain::OrderKey) -> Folded<&mut Order, S> {
        let key = Order::key(&OrderRef {
            brand: self.record.brand.clone(),
            order: order.clone(),
        });
        let order: &mut Order = self.rows.upsert(&key)?;
        order.updated = self.record.position;
        Ok(order)
    }
}
