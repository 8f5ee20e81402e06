//! Invitations, their answers, and the ends of what was agreed.

use campaign_ledger::proto::api::{
    CampaignState, CollaborationState, DeliverableState, ErrorReason,
};
use campaign_ledger::proto::values::CostType;
use num_rational::Ratio;

use super::super::ops::{DealVerb, Offer};
use super::{Acceptance, Against, Cost, CostKey, DAY, Deal, Deliverable, Judged, World};
use crate::service::numbers::half_even;

impl World {
    pub fn invite(&mut self, campaign: u8, id: u8, creator: u8, offer: &Offer) -> Judged {
        let mut against = Against::default();
        let known = self.creators.get(&creator);
        against.unless(known.is_some(), ErrorReason::CreatorNotFound);
        let blocked = known.is_some_and(|creator| creator.blocked);
        against.unless(!blocked, ErrorReason::CreatorBlocked);
        let now = self.now;
        let place = self.campaign(campaign);
        against.unless(
            place.state == CampaignState::Open,
            ErrorReason::CampaignState,
        );
        against.unless(!place.deals.contains_key(&id), ErrorReason::AlreadyExists);
        let mut of_pair: Vec<_> = place.deals.iter().collect();
        of_pair.retain(|(_, deal)| deal.creator == creator);
        of_pair.sort_by_key(|(_, deal)| deal.number);
        let live = of_pair.iter().any(|(_, deal)| deal.is_live());
        against.unless(!live, ErrorReason::AlreadyActive);
        let mut deals = place.deals.values().filter(|deal| deal.is_live());
        let taken = deals.any(|deal| deal.offer.code.is_some() && deal.offer.code == offer.code);
        against.unless(!taken, ErrorReason::CodeTaken);
        against.unless(place.affords(offer.fee_minor), ErrorReason::BudgetExceeded);
        if !against.0.is_empty() {
            return Judged::Refused(against.0);
        }
        let deliverables = offer.deliverables.iter().map(|promise| Deliverable {
            state: DeliverableState::Planned,
            due: promise.due_day * DAY,
            first_due: promise.due_day * DAY,
            giveaway: promise.giveaway,
            submissions: Vec::new(),
            revisions: 0,
            was_approved: false,
            rating: None,
            post: None,
        });
        let deal = Deal {
            creator,
            previous: of_pair.last().map(|(id, _)| **id),
            offer: offer.clone(),
            state: CollaborationState::Invited,
            invited_at: now,
            number: place.deals.len(),
            acceptance: None,
            deliverables: deliverables.collect(),
            shipped: false,
        };
        place.deals.insert(id, deal);
        self.happens(1)
    }

    pub fn deal_verb(&mut self, place: (u8, u8), verb: &DealVerb) -> Judged {
        match verb {
            DealVerb::Accept(day) => self.accept(place, *day),
            DealVerb::Decline => self.answer(place, CollaborationState::Declined),
            DealVerb::Withdraw => self.answer(place, CollaborationState::Withdrawn),
            DealVerb::Ship => self.ship(place),
            DealVerb::Complete => self.complete(place),
            DealVerb::Cancel => self.cancel(place),
        }
    }

    fn accept(&mut self, place: (u8, u8), day: i64) -> Judged {
        let mut against = Against::default();
        let open = self.campaign(place.0).state == CampaignState::Open;
        against.unless(open, ErrorReason::CampaignState);
        let invited = self.deal(place).state == CollaborationState::Invited;
        against.unless(invited, ErrorReason::CollaborationState);
        let creator = self.deal(place).creator;
        let creator = self.creators[&creator].clone();
        against.unless(!creator.blocked, ErrorReason::CreatorBlocked);
        if !against.0.is_empty() {
            return Judged::Refused(against.0);
        }
        let deal = self.deal(place);
        deal.state = CollaborationState::Accepted;
        deal.acceptance = Some(Acceptance {
            at: day * DAY,
            followers: creator.followers,
        });
        self.happens(1)
    }

    fn answer(&mut self, place: (u8, u8), to: CollaborationState) -> Judged {
        let deal = self.deal(place);
        if deal.state != CollaborationState::Invited {
            return Judged::Refused(vec![ErrorReason::CollaborationState]);
        }
        deal.state = to;
        self.happens(1)
    }

    fn ship(&mut self, place: (u8, u8)) -> Judged {
        let mut against = Against::default();
        let deal = self.deal(place);
        against.unless(deal.is_working(), ErrorReason::CollaborationState);
        against.unless(!deal.shipped, ErrorReason::AlreadyExists);
        if !against.0.is_empty() {
            return Judged::Refused(against.0);
        }
        deal.shipped = true;
        deal.begins();
        self.happens(1)
    }

    fn complete(&mut self, place: (u8, u8)) -> Judged {
        use DeliverableState::{Verified, Waived};
        let mut against = Against::default();
        let deal = self.deal(place);
        let active = deal.state == CollaborationState::Active;
        against.unless(active, ErrorReason::CollaborationState);
        let mut works = deal.deliverables.iter();
        let done = works.all(|work| matches!(work.state, Verified | Waived));
        against.unless(done, ErrorReason::DeliverablesOpen);
        if !against.0.is_empty() {
            return Judged::Refused(against.0);
        }
        deal.state = CollaborationState::Completed;
        self.happens(1)
    }

    /// The kill fee takes the place of the fee, but for what of it is billed.
    fn cancel(&mut self, place: (u8, u8)) -> Judged {
        let mut against = Against::default();
        let now = self.now;
        let campaign = self.campaign(place.0);
        let deal = &campaign.deals[&place.1];
        against.unless(deal.is_working(), ErrorReason::CollaborationState);
        let published = deal.deliverables.iter().any(|work| work.post.is_some());
        against.unless(!published, ErrorReason::AlreadyPublished);
        let kill_fee = kill_fee(deal, campaign.spec.currency);
        let freed = campaign.committed(place.1) - campaign.fee_lines(place.1);
        let affords = campaign.affords(kill_fee - freed) || kill_fee == 0;
        against.unless(affords, ErrorReason::BudgetExceeded);
        if !against.0.is_empty() {
            return Judged::Refused(against.0);
        }
        self.deal(place).state = CollaborationState::Cancelled;
        if kill_fee == 0 {
            return self.happens(1);
        }
        let line = Cost {
            deal: Some(place.1),
            kind: CostType::KillFee,
            minor: kill_fee,
            incurred_at: now,
            approved_minor: 0,
            paid_minor: 0,
            reversed: false,
        };
        let costs = &mut self.campaign(place.0).costs;
        costs.insert(CostKey::KillFee(place.1), line);
        self.happens(2)
    }
}

/// By the stage it is cancelled at, to what can be paid.
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
    let increment = if currency == "IDR" { 100 } else { 1 };
    let part = i128::from(deal.offer.fee_minor) * i128::from(part_bp);
    let part = Ratio::new(part.into(), (10_000 * increment).into());
    i64::try_from(half_even(&part)).unwrap() * increment
}
