//! Corrections of an order, as its row keeps and applies them.
//!
//! `decide` asks what an order would become, and `evolve` makes it that: both by these functions.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::corrected::{Version, Versions, without_amounts};
use super::{
    Collaboration, Lock, Order, OrderCommission, OrderRefund, RefundState, Side, Standing,
};
use crate::domain::words;
use crate::domain::{
    AttributionBasis, ConversionCorrected, ConversionRated, ConversionReattributed,
    ConversionRecorded, ConversionType, ConversionVoided, Credit, Currency, Evidence, FactTiming,
    Money, OrderCounting, PersonalText, Position, RefundVoided, Timestamp,
};

words! {
    /// How an order was corrected.
    pub enum ChangeKind: "campaign.ledger.v1.ConversionChangeKind" {
        /// What was told of it was wrong.
        Corrected = 1 => "CORRECTED",
        /// It was taken back.
        Voided = 2 => "VOIDED",
        /// It is credited to somebody else.
        Reattributed = 3 => "REATTRIBUTED",
        /// It got the rate that it lacked.
        Rated = 4 => "RATED",
    }
}

/// A correction of an order.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct OrderChange {
    /// Position of the event.
    pub position: Position,
    /// What it was.
    pub kind: ChangeKind,
    /// Why; empty for a supplied rate.
    pub reason: PersonalText,
    /// Whether it acted in place.
    pub in_place: bool,
    /// From when the change of money counts.
    pub counts_from: Timestamp,
    /// Value before it, without adjustments.
    pub value_before: Option<Money>,
    /// What the order was before it.
    pub kind_before: ConversionType,
    /// How many conversions it stood for.
    pub quantity_before: u32,
    /// Who was credited.
    pub credits_before: Vec<Credit>,
    /// Who is credited.
    pub credits_after: Vec<Credit>,
    /// What a re-attribution rests on.
    pub evidence: Vec<Evidence>,
}

/// In which periods the money of an order changes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    Both,
    Counted,
    /// Not yet, in a past up to a time of happening.
    Neither,
}

impl Reach {
    fn of(counting: &OrderCounting, order: FactTiming) -> Self {
        match counting.timing {
            _ if counting.in_place => Self::Both,
            FactTiming::OnTime => Self::Both,
            FactTiming::AfterMeasurement if order != FactTiming::AfterMeasurement => Self::Neither,
            FactTiming::Late | FactTiming::AfterMeasurement => Self::Counted,
        }
    }
}

impl Standing {
    /// Replaces the conversion, and what is said of its money in the periods that the change reaches.
    fn change(&mut self, now: ConversionRecorded, reach: Reach, patch: impl Fn(&mut Version)) {
        let current = || Version::of(&self.conversion);
        let mut versions = match self.versions.take() {
            Some(versions) => *versions,
            None => Versions {
                counted: current(),
                on_time: current(),
            },
        };
        if reach != Reach::Neither {
            patch(&mut versions.counted);
        }
        if reach == Reach::Both {
            patch(&mut versions.on_time);
        }
        self.conversion = match reach {
            Reach::Both | Reach::Counted => now,
            Reach::Neither => ConversionRecorded {
                value: self.conversion.value,
                fx_rate: self.conversion.fx_rate.clone(),
                reporting_minor: self.conversion.reporting_minor,
                ..now
            },
        };
        let now = Version::of(&self.conversion);
        if versions.counted != now || versions.on_time != now {
            self.versions = Some(Box::new(versions));
        }
    }
}

impl Order {
    /// Makes the order what a correction says.
    #[must_use]
    pub fn correct(
        &mut self,
        event: &ConversionCorrected,
        position: Position,
        currency: Currency,
    ) -> Option<()> {
        let standing = self.conversion.as_mut()?;
        let before = standing.conversion.clone();
        let now = ConversionRecorded {
            kind: event.kind,
            quantity: event.quantity,
            value: event.value,
            fx_rate: event.fx_rate.clone(),
            reporting_minor: event.reporting_minor,
            basis: event.basis,
            unattributed: event.unattributed,
            in_force_from: event.in_force_from,
            credits: event.credits.clone(),
            code: event.code.clone(),
            touches: event.touches.clone(),
            ..before.clone()
        };
        let is_paid_else = before.value != now.value || before.fx_rate != now.fx_rate;
        let is_shared_else = !before.is_shared_like(&now.credits);
        let (money, credits) = (Version::of(&now), without_amounts(&now.credits));
        let reach = Reach::of(&event.counting, before.timing);
        standing.change(now, reach, |version| {
            if is_paid_else {
                version.value = money.value;
                version.fx_rate = money.fx_rate.clone();
            }
            if is_shared_else {
                version.credits = credits.clone();
            }
        });
        let (kind, reason) = (ChangeKind::Corrected, &event.reason);
        self.note((position, kind, reason), &event.counting, before, &[]);
        self.recount(currency)
    }

    /// Takes the order back.
    #[must_use]
    pub fn void(
        &mut self,
        event: &ConversionVoided,
        position: Position,
        currency: Currency,
    ) -> Option<()> {
        let standing = self.conversion.as_mut()?;
        let before = standing.conversion.clone();
        let reach = Reach::of(&event.counting, before.timing);
        standing.change(before.clone(), reach, |version| version.value = None);
        standing.voided = Some(position);
        let (kind, reason) = (ChangeKind::Voided, &event.reason);
        self.note((position, kind, reason), &event.counting, before, &[]);
        self.recount(currency)
    }

    /// Credits the order to somebody else.
    #[must_use]
    pub fn reattribute(
        &mut self,
        event: &ConversionReattributed,
        position: Position,
        currency: Currency,
    ) -> Option<()> {
        let standing = self.conversion.as_mut()?;
        let before = standing.conversion.clone();
        let now = ConversionRecorded {
            basis: AttributionBasis::Corrected,
            unattributed: None,
            in_force_from: None,
            credits: event.to.clone(),
            ..before.clone()
        };
        let credits = without_amounts(&event.to);
        let reach = Reach::of(&event.counting, before.timing);
        standing.change(now, reach, |version| version.credits = credits.clone());
        let (kind, reason) = (ChangeKind::Reattributed, &event.reason);
        self.note(
            (position, kind, reason),
            &event.counting,
            before,
            &event.evidence,
        );
        self.recount(currency)
    }

    /// Gives the order the rate that it lacked.
    #[must_use]
    pub fn rate(
        &mut self,
        event: &ConversionRated,
        position: Position,
        currency: Currency,
    ) -> Option<()> {
        let standing = self.conversion.as_mut()?;
        let before = standing.conversion.clone();
        let counting = OrderCounting {
            in_place: true,
            ordered_at: before.ordered_at,
            counts_from: before.ordered_at,
            timing: before.timing,
        };
        let now = ConversionRecorded {
            fx_rate: Some(event.fx_rate.clone()),
            reporting_minor: event.reporting_minor,
            ..before.clone()
        };
        standing.change(now, Reach::Both, |version| {
            version.fx_rate = Some(event.fx_rate.clone());
        });
        let reason = PersonalText::EMPTY;
        let (kind, reason) = (ChangeKind::Rated, &reason);
        self.note((position, kind, reason), &counting, before, &[]);
        self.recount(currency)
    }

    /// Takes a refund back.
    pub fn void_refund(&mut self, event: &RefundVoided, position: Position) {
        let mut refunds = self.refunds.iter_mut();
        let is_meant =
            |known: &&mut OrderRefund| known.refund.id == event.refund && !known.is_rejected();
        let Some(known) = refunds.find(is_meant) else {
            return;
        };
        known.state = RefundState::Voided {
            position,
            on_time: event.in_place || event.timing == FactTiming::OnTime,
        };
        known.voided_because = event.reason.clone();
    }

    /// Pins when the order is locked, and the commissions on it, by the terms of those whom it
    /// credits. After its lock, the time stays.
    pub fn repin(&mut self, credited: &[Arc<Collaboration>], in_place: bool) {
        let Some(standing) = &mut self.conversion else {
            return;
        };
        let (lock, pinned) = pinned(&standing.conversion, credited);
        let is_voided = standing.voided.is_some();
        if in_place && !self.locked {
            standing.lock = Lock {
                is_awaited: lock.is_awaited && !is_voided,
                ..lock
            };
        } else {
            standing.lock.is_awaited |= lock.is_awaited && !is_voided;
        }
        let at = standing.lock.at;
        for (one, row) in pinned {
            if self
                .commissions
                .iter()
                .all(|known| known.collaboration != one.collaboration)
            {
                let taken = self.locked && row.is_terminated_before(at);
                self.commissions.push(OrderCommission { taken, ..one });
            }
        }
        let sides = [Side::Counted, Side::OnTime].map(|side| standing.seen(side).credits);
        let credits = sides.into_iter().flatten();
        let credited: Vec<_> = credits.chain(&standing.conversion.credits).collect();
        self.commissions.retain(|one| {
            let mut credited = credited.iter();
            let is_credited = credited.any(|credit| credit.collaboration == one.collaboration);
            is_credited || one.lines > 0 || one.earned != Default::default() || one.ruled.is_some()
        });
    }

    fn note(
        &mut self,
        (position, kind, reason): (Position, ChangeKind, &PersonalText),
        counting: &OrderCounting,
        before: ConversionRecorded,
        evidence: &[Evidence],
    ) {
        let Some(standing) = &mut self.conversion else {
            return;
        };
        standing.latest = position;
        self.changes.push(OrderChange {
            position,
            kind,
            reason: reason.clone(),
            in_place: counting.in_place,
            counts_from: counting.counts_from,
            value_before: before.value,
            kind_before: before.kind,
            quantity_before: before.quantity,
            credits_before: before.credits,
            credits_after: match kind {
                ChangeKind::Voided => Vec::new(),
                ChangeKind::Corrected | ChangeKind::Reattributed | ChangeKind::Rated => {
                    standing.conversion.credits.clone()
                }
            },
            evidence: evidence.to_vec(),
        });
    }
}

/// Returns when an order is locked, and the commissions that the terms in force at it promise. The
/// collaborations are those of its credits, in their order.
pub fn pinned<'c>(
    conversion: &ConversionRecorded,
    credited: &'c [Arc<Collaboration>],
) -> (Lock, Vec<(OrderCommission, &'c Collaboration)>) {
    let mut lock = Lock::without_terms(conversion);
    let mut commissions = Vec::new();
    for (credit, row) in conversion.credits.iter().zip(credited) {
        let terms = row.terms_in_force_at(conversion.ordered_at);
        lock.apply_terms(terms, conversion);
        if let Some(commission) = terms.and_then(|terms| terms.commission) {
            let collaboration = credit.collaboration.clone();
            let one = OrderCommission::at_rate(collaboration, commission.rate_bp);
            commissions.push((one, &**row));
        }
    }
    (lock, commissions)
}
