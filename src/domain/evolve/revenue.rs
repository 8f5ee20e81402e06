//! Events of conversions and refunds, and how conversions are folded.

use serde::{Deserialize, Serialize};

use super::{
    ConversionCorrected, ConversionRated, ConversionReattributed, ConversionVoided, Fold, Folded,
    RefundVoided,
};
use crate::domain::rows::RowsMut;
use crate::domain::state::{Campaign, Claimed, Due, Order, OrderAdjustment, OrderShares, Standing};
use crate::domain::{
    AdjustmentId, AttributionBasis, CampaignId, CampaignRef, ClaimRejection, CollaborationId,
    ConversionType, Credit, Effect, FactTiming, FxRate, LinkTouch, Matched, Money, OrderKey,
    OrderRef, PersonalText, Position, RefundId, RefundRejection, Timestamp, UnattributedReason,
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
    ConversionCorrected(ConversionCorrected),
    ConversionVoided(ConversionVoided),
    ConversionReattributed(ConversionReattributed),
    RefundVoided(RefundVoided),
    ConversionRated(ConversionRated),
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
            Self::ConversionCorrected(corrected) => Some(corrected.counting.counts_from),
            Self::ConversionVoided(voided) => Some(voided.counting.counts_from),
            Self::ConversionReattributed(moved) => Some(moved.counting.counts_from),
            Self::RefundVoided(voided) => Some(voided.counts_from),
            Self::ConversionRated(rated) => Some(rated.ordered_at),
            Self::ConversionAdjusted { .. } | Self::OrderLocked { .. } => None,
        }
    }

    /// Returns the order whose revenue the event changes, if it changes any.
    fn earning_order(&self) -> Option<&OrderKey> {
        match self {
            Self::ConversionRecorded(conversion) => Some(&conversion.order),
            Self::RefundRecorded { refund, .. } | Self::RefundApplied { refund, .. } => {
                Some(&refund.order)
            }
            Self::ConversionAdjusted { adjustment, .. } => Some(&adjustment.order),
            Self::ConversionCorrected(corrected) => Some(&corrected.order),
            Self::ConversionVoided(voided) => Some(&voided.order),
            Self::ConversionReattributed(moved) => Some(&moved.order),
            Self::RefundVoided(voided) => Some(&voided.order),
            Self::ConversionRated(rated) => Some(&rated.order),
            Self::ConversionRejected(_)
            | Self::RefundRejected { .. }
            | Self::OrderLocked { .. } => None,
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
    pub reason: PersonalText,
}

/// An order was credited, or found to be unattributed.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ConversionRecorded {
    /// The order.
    pub order: OrderKey,
    /// What it is.
    pub kind: ConversionType,
    /// How many conversions it stands for, 1 or more.
    pub quantity: u32,
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
    /// Start of the terms that it came too early for.
    pub in_force_from: Option<Timestamp>,
    /// Who is credited.
    pub credits: Vec<Credit>,
    /// Against the window of the campaign.
    pub timing: FactTiming,
    /// First 16 bytes of the SHA-256 of the claim.
    pub claim_digest: [u8; 16],
    /// Code quoted, as it was quoted.
    pub code: Option<Matched>,
    /// Link touches before it, as claimed.
    pub touches: Vec<LinkTouch>,
}

/// A second claim of an order, kept as evidence.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ConversionRejected {
    /// The order.
    pub order: OrderKey,
    /// Why.
    pub why: ClaimRejection,
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
    /// How many conversions were claimed, 1 or more.
    pub quantity: u32,
    /// Code quoted, as it was quoted.
    pub code: Option<Matched>,
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
    /// Its own rate; `None` when it has the rate of its order.
    pub fx_rate: Option<FxRate>,
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
pub(super) fn settling(campaign: CampaignRef, order: &OrderKey) -> Due {
    Due::Refunds {
        campaign,
        order: order.clone(),
    }
}

/// Splits an amount among the credits of an order.
pub(super) fn split(credits: &[Credit], parts: &[i64]) -> Vec<Credit> {
    let parts = credits.iter().zip(parts);
    let credits = parts.map(|(credit, part)| Credit {
        amount_minor: *part,
        ..credit.clone()
    });
    credits.collect()
}

pub(super) fn amounts(credits: &[Credit]) -> Vec<i64> {
    credits.iter().map(|credit| credit.amount_minor).collect()
}

impl<S: RowsMut> Fold<'_, S> {
    /// Finds the margin of the order of an event, where it is a later one than the first.
    fn find_later_margin(&mut self, event: &RevenueEvent) -> Folded<(), S> {
        let Some(order) = event.earning_order() else {
            return Ok(());
        };
        if self.record.subject.campaign.is_none() {
            return Ok(()); // A refund that waits for its order.
        }
        let campaign = Campaign::key(&self.campaign_ref()?);
        let campaign = self.rows.get::<Campaign>(&campaign)?;
        let Some(campaign) = campaign.filter(|campaign| campaign.margins.len() > 1) else {
            return Ok(());
        };
        let ordered_at = if let RevenueEvent::ConversionRecorded(conversion) = event {
            Some(conversion.ordered_at)
        } else {
            let standing = self.order(order)?.conversion.as_ref();
            standing.map(|standing| standing.conversion.ordered_at)
        };
        self.later_margin_bp = ordered_at.and_then(|at| campaign.later_margin_at(at));
        Ok(())
    }

    pub(super) fn revenue_event(&mut self, event: &RevenueEvent) -> Folded<(), S> {
        self.find_later_margin(event)?;
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
            RevenueEvent::RefundRejected { refund, rejection } => {
                self.refund_rejected(refund, *rejection)
            }
            RevenueEvent::ConversionAdjusted { adjustment, effect } => {
                self.conversion_adjusted(adjustment, effect)
            }
            RevenueEvent::OrderLocked { order } => self.order_locked(order),
            RevenueEvent::ConversionCorrected(corrected) => self.conversion_corrected(corrected),
            RevenueEvent::ConversionVoided(voided) => self.conversion_voided(voided),
            RevenueEvent::ConversionReattributed(moved) => self.conversion_reattributed(moved),
            RevenueEvent::RefundVoided(voided) => self.refund_voided(voided),
            RevenueEvent::ConversionRated(rated) => self.conversion_rated(rated),
        }
    }

    fn conversion_recorded(&mut self, conversion: &ConversionRecorded) -> Folded<(), S> {
        let place = self.campaign_ref()?;
        let position = self.record.position;
        let (lock, commissions) = self.pin_lock(&place, conversion)?;
        let shares = self.shares_of(conversion)?;
        let reporting_currency = self.campaign()?.plan.currency;
        let order = self.order(&conversion.order)?;
        order.shares = shares;
        order.conversion = Some(Standing {
            campaign: place.campaign,
            reporting_currency,
            position,
            last: position,
            lock,
            conversion: conversion.clone(),
            latest: position,
            voided: None,
            versions: None,
        });
        order.commissions = commissions;
        if order.waiting().next().is_some() {
            let campaign = self.campaign_ref()?;
            let due = settling(campaign, &conversion.order);
            self.rows.put(due.key_at_once(), due);
        }
        self.note_order(conversion)?;
        self.note_timing(conversion.timing)?;
        self.count_conversion(conversion, 1);
        self.add_conversion(conversion)?;
        self.promise(&conversion.order)?;
        self.claimed(Claimed::Standing(conversion.order.clone()))
    }

    /// Adds an order to what its campaign keeps of orders.
    fn note_order(&mut self, conversion: &ConversionRecorded) -> Folded<(), S> {
        let ordered_at = Some(conversion.ordered_at);
        let campaign = self.campaign()?;
        campaign.last_ordered_at = campaign.last_ordered_at.max(ordered_at);
        campaign.has_money |= conversion.value.is_some();
        if let Some(minor) = conversion.reporting_minor {
            campaign.gross_revenue_minor = campaign.gross_revenue_minor.saturating_add(minor);
        }
        Ok(())
    }

    /// Adds a claim to the list of its campaign.
    fn claimed(&mut self, claim: Claimed) -> Folded<(), S> {
        let key = Claimed::key(&self.campaign_ref()?, self.record.position);
        self.rows.put(key, claim);
        Ok(())
    }

    /// Adds the conversions that an order stands for, or takes them out.
    pub(super) fn count_conversion(&mut self, conversion: &ConversionRecorded, sign: i64) {
        let (kind, timing) = (conversion.kind, conversion.timing);
        let attributed = conversion.unattributed.is_none();
        let quantity = sign * i64::from(conversion.quantity);
        self.add_to_campaign(Effect::Conversion {
            kind,
            timing,
            attributed_bp: conversion
                .credits
                .iter()
                .map(|credit| quantity * i64::from(credit.share_bp))
                .sum(),
            unattributed: if attributed { 0 } else { quantity },
        });
        for credit in &conversion.credits {
            let attributed_bp = quantity * i64::from(credit.share_bp);
            let effect = Effect::Conversion {
                kind,
                timing,
                attributed_bp,
                unattributed: 0,
            };
            self.add_to_collaboration(&credit.collaboration, effect);
        }
    }

    fn add_conversion(&mut self, conversion: &ConversionRecorded) -> Folded<(), S> {
        let timing = conversion.timing;
        let attributed = conversion.unattributed.is_none();
        self.book_conversion(conversion)?;
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
                let shares = OrderShares::of(&conversion.credits, value);
                self.add_foreign(timing, &conversion.credits, (value, 1), shares.whole());
            }
            (Some(_) | None, None) => {}
        }
        Ok(())
    }

    /// Splits the value of an order like its credits: at its rate, or in its own currency where it
    /// has none.
    fn shares_of(&self, conversion: &ConversionRecorded) -> Folded<OrderShares, S> {
        let campaign = Campaign::key(&self.campaign_ref()?);
        let campaign = self.read::<Campaign>(&campaign, "campaign")?;
        let in_reporting = |minor| Money {
            currency: campaign.plan.currency,
            minor,
        };
        let value = conversion.reporting_minor.map(in_reporting);
        let value = value.or(conversion.value);
        let value = value.unwrap_or_else(|| in_reporting(0));
        Ok(OrderShares::of(&conversion.credits, value))
    }

    /// Adds the change of an amount that is left out of totals because it has no rate, and of the
    /// parts of the credits.
    ///
    /// An order is one fact: what later happens to it does not make it less unconverted.
    pub(super) fn add_foreign(
        &mut self,
        timing: FactTiming,
        credits: &[Credit],
        (whole, facts): (Money, i64),
        parts: &[i64],
    ) {
        let effect = |minor| Effect::ForeignRevenue {
            currency: whole.currency,
            timing,
            minor,
            facts,
        };
        self.add_to_campaign(effect(whole.minor));
        for (credit, part) in credits.iter().zip(parts) {
            self.add_to_collaboration(&credit.collaboration, effect(*part));
        }
    }

    fn conversion_adjusted(
        &mut self,
        adjustment: &ConversionAdjustment,
        effect: &RefundEffect,
    ) -> Folded<(), S> {
        let position = self.record.position;
        let dangling = self.dangling("conversion");
        let order = self.order(&adjustment.order)?;
        if order.conversion.is_none() {
            return Err(dangling);
        }
        order.adjustments.push(OrderAdjustment {
            adjustment: adjustment.clone(),
            reporting_minor: effect.reporting_minor,
            timing: effect.timing,
            position,
            last: position,
        });
        self.note_extent(effect.timing)?;
        self.promise(&adjustment.order)?;
        if let Some(minor) = effect.reporting_minor {
            let campaign = self.campaign()?;
            campaign.gross_revenue_minor = campaign.gross_revenue_minor.saturating_add(minor);
        }
        if self.recounted(&adjustment.order)? {
            return Ok(());
        }
        let parts = self.book_adjustment(adjustment, effect)?;
        let timing = effect.timing;
        match effect.reporting_minor {
            Some(minor) if effect.credits.is_empty() => {
                self.add_to_campaign(Effect::Unattributed { timing, minor });
            }
            Some(minor) => {
                self.add_to_campaign(Effect::Revenue { timing, minor });
                for credit in &effect.credits {
                    let minor = credit.amount_minor;
                    let effect = Effect::Revenue { timing, minor };
                    self.add_to_collaboration(&credit.collaboration, effect);
                }
            }
            None if effect.credits.is_empty() => {}
            None => self.add_foreign(timing, &effect.credits, (adjustment.delta, 0), &parts),
        }
        Ok(())
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
