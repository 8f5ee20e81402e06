//! How commission on orders is folded: how much each collaboration earned on each order.

use super::{Fold, Folded};
use crate::domain::rows::RowsMut;
use crate::domain::state::{Collaboration, Due, Lock, Order, OrderCommission};
use crate::domain::{CampaignRef, CollaborationRef, ConversionRecorded, CostId, OrderKey};

impl<S: RowsMut> Fold<'_, S> {
    /// Sets when an order is locked, and a timer for it if commission is owed then.
    pub(super) fn pin_lock(
        &mut self,
        campaign: &CampaignRef,
        conversion: &ConversionRecorded,
    ) -> Folded<Lock, S> {
        let mut lock = Lock::without_terms(conversion);
        for credit in &conversion.credits {
            let key = Collaboration::key(&CollaborationRef {
                brand: campaign.brand.clone(),
                campaign: campaign.campaign.clone(),
                collaboration: credit.collaboration.clone(),
            });
            let row = self.read::<Collaboration>(&key, "collaboration")?;
            lock.apply_terms(row.terms_in_force_at(conversion.ordered_at), conversion);
        }
        if lock.is_awaited {
            let due = Due::Lock {
                campaign: campaign.clone(),
                order: conversion.order.clone(),
            };
            self.rows.put(due.key(lock.at), due);
        }
        Ok(lock)
    }

    pub(super) fn order_locked(&mut self, order: &OrderKey) -> Folded<(), S> {
        let dangling = self.dangling("order");
        let brand = self.record.brand.clone();
        let row = self.order(order)?;
        row.locked = true;
        let standing = row.conversion.as_ref().ok_or(dangling)?;
        let due = Due::Lock {
            campaign: CampaignRef {
                brand,
                campaign: standing.campaign.clone(),
            },
            order: order.clone(),
        };
        let key = due.key(standing.lock.at);
        self.rows.remove(&key);
        Ok(())
    }

    /// Records what the collaboration of the event additionally earned on an order, and the line
    /// that took it.
    pub(super) fn commissioned(
        &mut self,
        order: &OrderKey,
        more_minor: i64,
        line: Option<&CostId>,
    ) -> Folded<(), S> {
        let collaboration = self.collaboration_ref()?.collaboration;
        self.collaboration()?.commission.earned_minor += more_minor;
        let position = self.record.position;
        let row: &mut Order = self.order(order)?;
        row.goes_on(position);
        let mut known = row.commissions.iter_mut();
        let known = known.find(|one| one.collaboration == collaboration);
        if let Some(one) = known {
            one.earned_minor += more_minor;
            one.lines += u32::from(line.is_some());
            one.line = line.cloned().or(one.line.take());
            return Ok(());
        }
        row.commissions.push(OrderCommission {
            collaboration,
            earned_minor: more_minor,
            line: line.cloned(),
            lines: u32::from(line.is_some()),
        });
        Ok(())
    }
}
