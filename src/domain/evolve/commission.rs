//! How commission on orders is folded: what each order promises, and how much each collaboration
//! earned on it.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::{Fold, Folded};
use crate::domain::rows::{RowsMut, Scan};
use crate::domain::state::{
    Campaign, Collaboration, Cost, Due, Lock, Order, OrderCommission, Promise, Sides, pinned,
};
use crate::domain::{
    ActorKind, CampaignRef, CollaborationId, CollaborationRef, ConversionRecorded, CostId,
    CostType, DisputeRuling, Effect, FactTiming, OrderKey, OwedFor, Timestamp,
};

impl<S: RowsMut> Fold<'_, S> {
    /// Sets when an order is locked, and a timer for it if commission is owed then. Also returns
    /// the commissions that the terms promise on it.
    pub(super) fn pin_lock(
        &mut self,
        campaign: &CampaignRef,
        conversion: &ConversionRecorded,
    ) -> Folded<(Lock, Vec<OrderCommission>), S> {
        let credits = conversion.credits.iter();
        let rows = credits.map(|credit| self.credited(campaign, &credit.collaboration));
        let rows = rows.collect::<Result<Vec<_>, _>>()?;
        let (lock, commissions) = pinned(conversion, &rows);
        let commissions = commissions.into_iter().map(|(one, _)| one).collect();
        if lock.is_awaited {
            let due = Due::Lock {
                campaign: campaign.clone(),
                order: conversion.order.clone(),
            };
            self.rows.put(due.key(lock.at), due);
        }
        Ok((lock, commissions))
    }

    pub(super) fn credited(
        &self,
        campaign: &CampaignRef,
        collaboration: &CollaborationId,
    ) -> Folded<std::sync::Arc<Collaboration>, S> {
        let key = Collaboration::key(&CollaborationRef {
            brand: campaign.brand.clone(),
            campaign: campaign.campaign.clone(),
            collaboration: collaboration.clone(),
        });
        self.read(&key, "collaboration")
    }

    /// Replaces what an order promised by what it promises now, after something about it changed.
    pub(super) fn promise(&mut self, key: &OrderKey) -> Folded<(), S> {
        let campaign = self.campaign_ref()?;
        let plan = self.read::<Campaign>(&Campaign::key(&campaign), "campaign")?;
        let currency = plan.plan.currency;
        let row = self.order(key)?;
        if row.commissions.is_empty() {
            return Ok(());
        }
        let owed = row.owed(currency);
        let Some(standing) = &row.conversion else {
            return Ok(());
        };
        let (lock, timing, locked) = (standing.lock, standing.conversion.timing, row.locked);
        let mut moved = Vec::new();
        for (one, owed) in row.commissions.iter_mut().zip(owed) {
            let change = owed - one.promised;
            if change != Sides::default() {
                one.promised = owed;
                moved.push((one.clone(), change));
            }
        }
        for (one, change) in moved {
            let id = &one.collaboration;
            let promised = one.promised;
            if !locked {
                let row = Promise { timing, promised };
                self.rows.put(Promise::key(&campaign, id, lock, key), row);
            }
            let collaboration = self.credited(&campaign, id)?;
            if !one.is_taken(locked, lock, &collaboration) {
                self.commit(id, timing, change);
            }
        }
        Ok(())
    }

    /// Adds to what is committed in both periods.
    pub(super) fn commit(&mut self, to: &CollaborationId, timing: FactTiming, more: Sides) {
        for (timing, minor) in more.by_timing(timing) {
            let effect = Effect::Committed { timing, minor };
            self.add_to_campaign(effect.clone());
            self.add_to_collaboration(to, effect);
        }
    }

    /// Records that the collaboration of the event was terminated for cause. What orders promise
    /// that are locked later is taken.
    pub(super) fn terminated(&mut self) -> Folded<(), S> {
        let ended: Timestamp = self.record.happened_at();
        self.collaboration()?.terminated_at = Some(ended);
        let (campaign, place) = (self.campaign_ref()?, self.collaboration_ref()?);
        let id = place.collaboration;
        let prefix = Promise::of_collaboration(&campaign, &id);
        let before = Promise::locked_by(&campaign, &id, ended);
        let mut taken = BTreeMap::<FactTiming, Sides>::new();
        let scan = Scan::of(&prefix).after(&before);
        self.rows.scan::<Promise>(scan, &mut |_, promise| {
            let sum = taken.entry(promise.timing).or_default();
            *sum = *sum + promise.promised;
            ControlFlow::Continue(())
        })?;
        for (timing, all) in taken {
            self.commit(&id, timing, Sides::default() - all);
        }
        Ok(())
    }

    pub(super) fn order_locked(&mut self, order: &OrderKey) -> Folded<(), S> {
        let dangling = self.dangling("order");
        let place = self.campaign_ref()?;
        let row = self.order(order)?;
        let standing = row.conversion.as_ref().ok_or(dangling)?;
        let (campaign, lock) = (standing.campaign.clone(), standing.lock);
        let campaign = CampaignRef { campaign, ..place };
        let mut commissions = std::mem::take(&mut row.commissions);
        for one in &mut commissions {
            let collaboration = self.credited(&campaign, &one.collaboration)?;
            one.taken = one.is_taken(false, lock, &collaboration);
            let key = Promise::key(&campaign, &one.collaboration, lock, order);
            self.rows.remove(&key);
        }
        let row = self.order(order)?;
        row.commissions = commissions;
        row.locked = true;
        let order = order.clone();
        let due = Due::Lock { campaign, order };
        self.rows.remove(&due.key(lock.at));
        Ok(())
    }

    /// Records what the collaboration of the event additionally earned on an order, and the line
    /// that took it. It was committed since the order.
    pub(super) fn commissioned(
        &mut self,
        order: &OrderKey,
        more: Sides,
        line: Option<&CostId>,
        timing: FactTiming,
    ) -> Folded<(), S> {
        let dangling = self.dangling("commission");
        let collaboration = self.collaboration_ref()?.collaboration;
        self.collaboration()?.commission.earned_minor += more.counted_minor;
        let position = self.record.position;
        let row: &mut Order = self.order(order)?;
        row.goes_on(position);
        let mut known = row.commissions.iter_mut();
        let known = known.find(|one| one.collaboration == collaboration);
        let one = known.ok_or(dangling)?;
        one.earned = one.earned + more;
        one.lines += u32::from(line.is_some());
        one.line = line.cloned().or(one.line.take());
        for (timing, minor) in more.by_timing(timing) {
            let kind = CostType::Commission;
            self.add_to_both(Effect::Cost {
                kind,
                timing,
                minor,
            });
        }
        self.campaign()?.budget.other += more.counted_minor;
        Ok(())
    }

    /// Applies a ruling on a line of commission to what its order promises from then on.
    pub(super) fn ruled(
        &mut self,
        line: &CostId,
        opened_by: ActorKind,
        ruling: DisputeRuling,
    ) -> Folded<(), S> {
        let place = self.campaign_ref()?;
        let line = self.read::<Cost>(&Cost::key(&place, line), "cost line")?;
        let Some(OwedFor::Commission { order, .. }) = &line.owed_for else {
            return Ok(());
        };
        let campaign = self.read::<Campaign>(&Campaign::key(&place), "campaign")?;
        let collaboration = self.collaboration_ref()?.collaboration;
        let to_minor = line.ruled_minor(opened_by, ruling);
        self.order(order)?.rule(
            &collaboration,
            (line.total_minor(), to_minor),
            campaign.plan.currency,
        );
        self.promise(order)
    }
}
