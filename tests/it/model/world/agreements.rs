//! Agreements in the world: holds, and how agreements end.

use campaign_ledger::wire::proto::api::{CollaborationState, ErrorReason};
use campaign_ledger::wire::proto::values::CostType;
use num_rational::Ratio;

use super::super::ops::DealVerb;
use super::{Against, Cost, CostKey, DAY, Deal, Hold, Judged, World};
use crate::service::numbers::half_even;

impl World {
    pub fn deal_verb(&mut self, place: (u8, u8), verb: &DealVerb) -> Judged {
        use CollaborationState::{Declined, Withdrawn};
        match verb {
            DealVerb::SendOffer(offer) => self.send_offer(place, offer),
            DealVerb::RejectApplication => self.reject_application(place),
            DealVerb::Counter { offer, stale } => self.counter(place, offer, *stale),
            DealVerb::Revise { offer, stale } => self.revise(place, offer, *stale),
            DealVerb::Accept { day, stale } => {
                self.accept(place, CollaborationState::Invited, *day, *stale)
            }
            DealVerb::AcceptCounter { day, stale } => {
                self.accept(place, CollaborationState::Countered, *day, *stale)
            }
            DealVerb::RejectCounter { stale } => self.reject_counter(place, *stale),
            DealVerb::Decline => self.answer(place, Declined),
            DealVerb::Withdraw => self.answer(place, Withdrawn),
            DealVerb::Amend(fee_minor) => self.amend(place, *fee_minor),
            DealVerb::AcceptAmendment { stale } => self.answer_amendment(place, true, *stale),
            DealVerb::RejectAmendment { stale } => self.answer_amendment(place, false, *stale),
            DealVerb::Ship => self.ship(place),
            DealVerb::Receive(day) => self.receive(place, day * DAY),
            DealVerb::Return(day) => self.take_back(place, day * DAY),
            DealVerb::Hold { id, work } => self.hold(place, *id, *work),
            DealVerb::Release(id) => self.release_hold(place, *id),
            DealVerb::Accrue => self.accrue(place),
            DealVerb::Complete => self.complete(place),
            DealVerb::Leave => self.leave(place),
            DealVerb::Cancel => self.cancel(place),
            DealVerb::Terminate(flag) => self.terminate(place, *flag),
        }
    }

    fn hold(&mut self, place: (u8, u8), id: u8, work: Option<u8>) -> Judged {
        let mut against = Against::default();
        let deal = self.deal(place);
        against.unless(deal.is_working(), ErrorReason::CollaborationState);
        against.unless(!deal.holds.contains_key(&id), ErrorReason::AlreadyExists);
        let work = work.map(usize::from);
        let known = work.is_none_or(|work| work < deal.deliverables.len());
        against.unless(known, ErrorReason::DeliverableNotFound);
        if !against.0.is_empty() {
            return Judged::Refused(against.0);
        }
        deal.holds.insert(id, Hold { work, open: true });
        self.happens(1)
    }

    fn release_hold(&mut self, place: (u8, u8), id: u8) -> Judged {
        match self.deal(place).holds.get_mut(&id) {
            None => Judged::Refused(vec![ErrorReason::HoldNotFound]),
            Some(hold) if !hold.open => Judged::Refused(vec![ErrorReason::HoldReleased]),
            Some(hold) => {
                hold.open = false;
                self.happens(1)
            }
        }
    }

    fn accrue(&mut self, place: (u8, u8)) -> Judged {
        let mut against = Against::default();
        let now = self.now;
        let campaign = self.campaign(place.0);
        let until = campaign.spec.measure_until_day * DAY;
        let deal = &campaign.deals[&place.1];
        against.unless(deal.acceptance.is_some(), ErrorReason::NotAccepted);
        let goes_on = deal.state != CollaborationState::Terminated;
        against.unless(goes_on, ErrorReason::AccrualEnded);
        let Some(bonus) = deal.offer.bonus.clone() else {
            against.unless(false, ErrorReason::InvalidField);
            return Judged::Refused(against.0);
        };
        let key = CostKey::Bonus(place.1);
        let fresh = !campaign.costs.contains_key(&key);
        against.unless(fresh, ErrorReason::AlreadyExists);
        let posts = deal
            .deliverables
            .iter()
            .filter_map(|work| work.post.as_ref());
        let likes: u64 = posts.filter_map(|post| post.standing(until).likes).sum();
        let reached = likes >= bonus.at_least;
        against.unless(reached, ErrorReason::BonusNotReached);
        if !against.0.is_empty() {
            return Judged::Refused(against.0);
        }
        let line = Cost {
            deal: Some(place.1),
            kind: CostType::Bonus,
            minor: bonus.minor,
            incurred_at: now,
            ..Cost::default()
        };
        campaign.costs.insert(key, line);
        self.happens(1)
    }

    fn complete(&mut self, place: (u8, u8)) -> Judged {
        let mut against = Against::default();
        let deal = self.deal(place);
        let active = deal.state == CollaborationState::Active;
        against.unless(active, ErrorReason::CollaborationState);
        let mut works = deal.deliverables.iter();
        let done = works.all(|work| work.was_verified || work.was_waived);
        against.unless(done, ErrorReason::DeliverablesOpen);
        let disputed = self.campaign(place.0).disputes_of(place.1).count() > 0;
        against.unless(!disputed, ErrorReason::DisputeOpen);
        if !against.0.is_empty() {
            return Judged::Refused(against.0);
        }
        self.deal(place).ends(CollaborationState::Completed);
        self.happens(1)
    }

    fn leave(&mut self, place: (u8, u8)) -> Judged {
        let mut against = Against::default();
        let deal = self.deal(place);
        against.unless(deal.is_working(), ErrorReason::CollaborationState);
        against.unless(!deal.has_published(), ErrorReason::AlreadyPublished);
        if !against.0.is_empty() {
            return Judged::Refused(against.0);
        }
        deal.ends(CollaborationState::Cancelled);
        self.happens(1)
    }

    /// Billed amounts stay; the rest of the fee is free.
    fn terminate(&mut self, place: (u8, u8), flag: u8) -> Judged {
        let mut against = Against::default();
        let deal = self.deal(place);
        let active = deal.state == CollaborationState::Active;
        against.unless(active, ErrorReason::CollaborationState);
        let creator = deal.creator;
        match self.creators[&creator].flags.get(&flag) {
            None => against.unless(false, ErrorReason::FlagNotFound),
            Some(open) => against.unless(*open, ErrorReason::NoGroundToTerminate),
        }
        if !against.0.is_empty() {
            return Judged::Refused(against.0);
        }
        self.deal(place).ends(CollaborationState::Terminated);
        self.happens(1)
    }

    /// The kill fee replaces the fee, except for the part that is billed.
    fn cancel(&mut self, place: (u8, u8)) -> Judged {
        let mut against = Against::default();
        let now = self.now;
        let campaign = self.campaign(place.0);
        let deal = &campaign.deals[&place.1];
        against.unless(deal.is_working(), ErrorReason::CollaborationState);
        against.unless(!deal.has_published(), ErrorReason::AlreadyPublished);
        let kill_fee = kill_fee(deal, campaign.spec.currency);
        if !against.0.is_empty() {
            return Judged::Refused(against.0);
        }
        self.deal(place).ends(CollaborationState::Cancelled);
        if kill_fee == 0 {
            return self.happens(1);
        }
        let line = Cost {
            deal: Some(place.1),
            kind: CostType::KillFee,
            minor: kill_fee,
            incurred_at: now,
            ..Cost::default()
        };
        let costs = &mut self.campaign(place.0).costs;
        costs.insert(CostKey::KillFee(place.1), line);
        self.happens(2)
    }
}

impl Deal {
    fn has_published(&self) -> bool {
        self.deliverables.iter().any(|work| work.post.is_some())
    }
}

/// By the stage of the cancellation, rounded to a payable amount.
fn kill_fee(deal: &Deal, currency: &str) -> i64 {
    let [before_content, after_submission, after_approval] = deal.offer.kill_fee_bp;
    let mut works = deal.deliverables.iter();
    let part_bp = if works.clone().any(|work| work.was_approved) {
        after_approval
    } else if works.any(|work| !work.submissions.is_empty()) {
        after_submission
    } else {
        before_content
    };
    part(deal.offer.fee_minor, part_bp, currency)
}

/// Returns a part of an amount, rounded to a payable amount.
pub fn part(minor: i64, part_bp: u32, currency: &str) -> i64 {
    let increment = if currency == "IDR" { 100 } else { 1 };
    let part = i128::from(minor) * i128::from(part_bp);
    let part = Ratio::new(part.into(), (10_000 * increment).into());
    i64::try_from(half_even(&part)).unwrap() * increment
}
