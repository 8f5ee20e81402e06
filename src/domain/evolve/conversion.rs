//! Folds conversions and refunds.

use super::{Fold, Folded};
use crate::domain::rows::Rows;
use crate::domain::state::{Order, OrderRefund, RefundState, Standing};
use crate::domain::{
    ConversionRecorded, Credit, Effect, FactTiming, Money, OrderRef, Refund, RefundEffect,
};

impl<S: Rows> Fold<'_, S> {
    pub(super) fn conversion_recorded(&mut self, conversion: &ConversionRecorded) -> Folded<(), S> {
        let place = self.campaign_ref()?;
        let position = self.record.position;
        let order = self.order(&conversion.order)?;
        order.conversion = Some(Standing {
            campaign: place.campaign,
            position,
            conversion: conversion.clone(),
        });
        if let Some(minor) = conversion.reporting_minor {
            let campaign = self.campaign()?;
            campaign.gross_revenue_minor = campaign.gross_revenue_minor.saturating_add(minor);
        }
        self.note_timing(conversion.timing);
        self.add_conversion(conversion);
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
            self.add_to_collaboration(&credit.collaboration, &credit.creator, effect);
        }
        match (conversion.value, conversion.reporting_minor) {
            (_, Some(minor)) if attributed => {
                self.add_to_campaign(Effect::Revenue { timing, minor });
                for credit in &conversion.credits {
                    let effect = Effect::Revenue {
                        timing,
                        minor: credit.amount_minor,
                    };
                    self.add_to_collaboration(&credit.collaboration, &credit.creator, effect);
                }
            }
            (_, Some(minor)) => self.add_to_campaign(Effect::Unattributed { timing, minor }),
            (Some(value), None) if attributed => {
                self.add_foreign(value, timing, &conversion.credits, 1);
            }
            (Some(_) | None, None) => {}
        }
    }

    /// Adds what is left out of totals for want of a rate, split like the credits.
    fn add_foreign(&mut self, value: Money, timing: FactTiming, credits: &[Credit], sign: i64) {
        let currency = value.currency;
        let effect = |minor: i64| Effect::ForeignRevenue {
            currency,
            timing,
            minor: sign * minor,
        };
        self.add_to_campaign(effect(value.minor));
        let shares: Vec<u32> = credits.iter().map(|credit| credit.share_bp).collect();
        let parts = crate::domain::allocate(value.minor, &shares, 1);
        for (credit, part) in credits.iter().zip(parts) {
            self.add_to_collaboration(&credit.collaboration, &credit.creator, effect(part));
        }
    }

    pub(super) fn refund_recorded(
        &mut self,
        refund: &Refund,
        effect: Option<&RefundEffect>,
    ) -> Folded<(), S> {
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
            state,
        });
        match effect {
            Some(effect) => self.add_refund(refund, effect),
            None => Ok(()),
        }
    }

    pub(super) fn refund_applied(
        &mut self,
        refund: &Refund,
        effect: &RefundEffect,
    ) -> Folded<(), S> {
        let known = self.known_refund(refund)?;
        known.state = RefundState::Applied;
        known.reporting_minor = effect.reporting_minor;
        self.add_refund(refund, effect)
    }

    pub(super) fn refund_rejected(&mut self, refund: &Refund) -> Folded<(), S> {
        self.known_refund(refund)?.state = RefundState::Rejected;
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
                    self.add_to_collaboration(&credit.collaboration, &credit.creator, effect);
                }
            }
            None if effect.credits.is_empty() => {}
            None => self.add_foreign(refund.amount, timing, &effect.credits, -1),
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

    fn order(&mut self, order: &crate::domain::OrderKey) -> Folded<&mut Order, S> {
        let key = Order::key(&OrderRef {
            brand: self.record.brand.clone(),
            order: order.clone(),
        });
        let order: &mut Order = self.rows.upsert(&key)?;
        order.updated = self.record.position;
        Ok(order)
    }
}
