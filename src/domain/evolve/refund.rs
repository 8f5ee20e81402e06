//! How refunds are folded, whether they come before or after their order.

use super::revenue::{Refund, RefundEffect, amounts, settling, split};
use super::{Fold, Folded};
use crate::domain::rows::RowsMut;
use crate::domain::state::{OrderRefund, RefundState};
use crate::domain::{
    ActorKind, CampaignRef, Credit, Effect, FactTiming, Money, OrderKey, PersonalText,
    RefundRejection,
};

impl<S: RowsMut> Fold<'_, S> {
    pub(super) fn refund_recorded(
        &mut self,
        refund: &Refund,
        effect: Option<&RefundEffect>,
    ) -> Folded<(), S> {
        let position = self.record.position;
        let dangling = self.dangling("conversion");
        let state = if effect.is_some() {
            RefundState::Applied
        } else {
            RefundState::Waiting
        };
        let order = self.order(&refund.order)?;
        if effect.is_some() && order.conversion.is_none() {
            // In a past in which the order had not happened yet, its refund counts nothing.
            return Err(dangling);
        }
        order.refunds.push(OrderRefund {
            refund: refund.clone(),
            reporting_minor: effect.and_then(|effect| effect.reporting_minor),
            timing: effect.map_or(FactTiming::OnTime, |effect| effect.timing),
            position,
            last: position,
            state,
            voided_because: PersonalText::EMPTY,
        });
        match effect {
            Some(effect) => {
                self.add_refund(refund, effect)?;
                self.promise(&refund.order)
            }
            None => Ok(()),
        }
    }

    pub(super) fn refund_applied(
        &mut self,
        refund: &Refund,
        effect: &RefundEffect,
    ) -> Folded<(), S> {
        // In a past in which the order had not happened yet, its refund counts nothing.
        let dangling = self.dangling("conversion");
        if self.order(&refund.order)?.conversion.is_none() {
            return Err(dangling);
        }
        let known = self.known_refund(refund)?;
        known.state = RefundState::Applied;
        known.reporting_minor = effect.reporting_minor;
        known.timing = effect.timing;
        self.refund_settled(&refund.order)?;
        self.promise(&refund.order)?;
        self.add_refund(refund, effect)
    }

    /// Returns whose revenue a refund reduces: as its event says, or split by what the credits of
    /// the order have left.
    fn parts_of_refund(
        &mut self,
        refund: &Refund,
        effect: &RefundEffect,
    ) -> Folded<Vec<Credit>, S> {
        let order = self.order(&refund.order)?;
        let is_split = effect.reporting_minor.is_some() && !effect.credits.is_empty();
        let credits = if is_split {
            effect.credits.clone()
        } else {
            let minor = effect.reporting_minor.unwrap_or(refund.amount.minor);
            let standing = order.conversion.as_ref();
            let credits = standing.map(|standing| standing.conversion.credits.as_slice());
            split(credits.unwrap_or_default(), &order.shares.of_refund(minor))
        };
        order.shares.refund(&amounts(&credits));
        let parts: Vec<_> = match (effect.reporting_minor, credits.is_empty()) {
            (Some(minor), true) => vec![(None, minor)],
            (None, true) => Vec::new(),
            (_, false) => {
                let parts = credits.iter();
                parts.map(|one| (Some(one), one.amount_minor)).collect()
            }
        };
        order.book(effect.timing, true, &parts);
        Ok(credits)
    }

    pub(super) fn refund_rejected(
        &mut self,
        refund: &Refund,
        why: RefundRejection,
    ) -> Folded<(), S> {
        self.known_refund(refund)?.state = RefundState::Rejected(why);
        self.refund_settled(&refund.order)
    }

    /// Records that a refund no longer waits: the claim settled it, or the ledger did so later.
    fn refund_settled(&mut self, order: &OrderKey) -> Folded<(), S> {
        let (position, by) = (self.record.position, self.record.actor.kind);
        let row = self.order(order)?;
        if let Some(standing) = &mut row.conversion
            && by != ActorKind::System
        {
            standing.last = position;
        }
        self.no_longer_waits(order)
    }

    /// Takes the timer of waiting refunds away once none waits.
    pub(super) fn no_longer_waits(&mut self, order: &OrderKey) -> Folded<(), S> {
        let brand = self.record.brand.clone();
        let row = self.order(order)?;
        let is_waiting = row.waiting().next().is_some();
        let Some(standing) = &row.conversion else {
            return Ok(());
        };
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
        self.note_timing(timing)?;
        if self.recounted(&refund.order)? {
            return Ok(());
        }
        let credits = self.parts_of_refund(refund, effect)?;
        match effect.reporting_minor {
            Some(minor) if credits.is_empty() => {
                self.add_to_campaign(Effect::Unattributed {
                    timing,
                    minor: -minor,
                });
            }
            Some(minor) => {
                self.add_to_campaign(Effect::Refund { timing, minor });
                for credit in &credits {
                    let effect = Effect::Refund {
                        timing,
                        minor: credit.amount_minor,
                    };
                    self.add_to_collaboration(&credit.collaboration, effect);
                }
            }
            None if credits.is_empty() => {}
            None => {
                let taken: Vec<i64> = amounts(&credits).iter().map(|part| -part).collect();
                let minor = -refund.amount.minor;
                let whole = Money {
                    minor,
                    ..refund.amount
                };
                self.add_foreign(timing, &credits, (whole, 0), &taken);
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
            // A refund of the same id may have been rejected before.
            .find(|known| known.refund.id == refund.id && !known.is_rejected())
            .ok_or(dangling)
    }
}
