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

    /// Adds what is left out of totals for want of a rate when a sum goes from one amount to
    /// another: the parts of the one less those of the other, split like the credits, so that
    /// nothing of a fully refunded order remains.
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
