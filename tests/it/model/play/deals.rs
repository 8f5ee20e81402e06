//! Requests about one creator in one campaign.

use super::super::ops::{DealVerb, Offer, Pick};
use super::super::world::Deal;
use super::*;
use crate::support::server::deliverable;

/// The only bonus of an offer.
const BONUS: &str = "b1";

/// Returns the terms of an offer.
pub fn terms_of(story: &Story, offer: &Offer) -> Terms {
    let mut terms = Terms {
        fee: Some(money(&story.currency, offer.fee_minor)),
        max_revisions: Some(offer.max_revisions),
        attribution: Some(AttributionTerms {
            window_days: offer.window_days,
            code: offer.code.map(code).unwrap_or_default().to_lowercase(),
            ..AttributionTerms::default()
        }),
        kill_fee: Some(KillFeeTerms {
            before_content_bp: offer.kill_fee_bp[0],
            after_submission_bp: offer.kill_fee_bp[1],
            after_approval_bp: offer.kill_fee_bp[2],
        }),
        min_live_days: offer.min_live_days,
        bonuses: Vec::from_iter(offer.bonus.as_ref().map(|bonus| BonusTier {
            bonus_id: BONUS.to_owned(),
            counter: Counter::Likes.into(),
            at_least: bonus.at_least,
            amount: Some(money(&story.currency, bonus.minor)),
        })),
        ..Terms::default()
    };
    for (promise, number) in offer.deliverables.iter().zip(0..) {
        let mut promised = deliverable(&work_id(number));
        promised.due_at = Some(days_and(promise.due_day, 0));
        if promise.giveaway {
            promised.format = ContentFormat::Giveaway.into();
        }
        terms.deliverables.push(promised);
    }
    terms
}

/// Returns whether an operation makes sense for a deal.
fn fits(deal: &Deal, verb: &DealVerb) -> bool {
    use CollaborationState::{Active, Applied, Countered, Invited};
    match verb {
        DealVerb::SendOffer(_) | DealVerb::RejectApplication => deal.state == Applied,
        DealVerb::Counter { .. } | DealVerb::Accept { .. } => deal.state == Invited,
        DealVerb::Revise { .. }
        | DealVerb::AcceptCounter { .. }
        | DealVerb::RejectCounter { .. } => deal.state == Countered,
        DealVerb::Decline | DealVerb::Withdraw => deal.is_negotiated(),
        DealVerb::AcceptAmendment { .. } | DealVerb::RejectAmendment { .. } => {
            deal.amendment.is_some()
        }
        DealVerb::Receive(_) | DealVerb::Return(_) => deal.shipment.is_some(),
        DealVerb::Release(id) => deal.holds.get(id).is_some_and(|hold| hold.open),
        DealVerb::Terminate(_) => deal.state == Active,
        DealVerb::Accrue => deal.acceptance.is_some() && deal.offer.bonus.is_some(),
        DealVerb::Amend(_)
        | DealVerb::Ship
        | DealVerb::Hold { .. }
        | DealVerb::Complete
        | DealVerb::Leave
        | DealVerb::Cancel => deal.is_working(),
    }
}

impl Play {
    pub(super) async fn deal_verb(&mut self, picked: Pick, verb: &DealVerb) {
        let all: Vec<_> = self.world.places().map(|(place, _)| place).collect();
        let deals = &self.world.campaigns;
        let creators = &self.world.creators;
        let sensible = |place: &(u8, u8)| {
            let deal = &deals[usize::from(place.0)].deals[&place.1];
            let is_flagged = !creators[&deal.creator].flags.is_empty();
            fits(deal, verb) && (is_flagged || !matches!(verb, DealVerb::Terminate(_)))
        };
        let Some(place) = pick(picked, &all, sensible) else {
            return;
        };
        let verb = match verb {
            DealVerb::Terminate(flag) => {
                let creator = deals[usize::from(place.0)].deals[&place.1].creator;
                let mut known = creators[&creator].flags.keys().cycle();
                DealVerb::Terminate(known.nth((*flag).into()).copied().unwrap_or(*flag))
            }
            other => other.clone(),
        };
        self.of_deal(place, &verb).await;
    }

    pub(super) async fn of_deal(&mut self, place: (u8, u8), verb: &DealVerb) {
        let (story, who) = (self.story(place.0), deal_id(place.1));
        let deal = self.world.deal(place);
        if deal.versions.is_empty() && matches!(verb, DealVerb::Amend(_)) {
            return; // There are no terms to ask for others than.
        }
        let amended = deal.amendment.map_or(deal.last_version, |one| one.0);
        let (latest, offer) = (deal.last_version, deal.offer.clone());
        let named = |stale: &bool, latest: u32| (latest + u32::from(*stale)).max(1);
        let judged = self.world.deal_verb(place, verb);
        match verb {
            DealVerb::SendOffer(offer) => {
                let mut request = story.send_offer(&who, terms_of(&story, offer));
                request.expires_at = Some(days_and(FAR_DAY, 0));
                occurred(&mut request, 0);
                self.write(request, judged).await;
            }
            DealVerb::RejectApplication => {
                self.write(story.reject_application(&who), judged).await;
            }
            DealVerb::Counter { offer, stale } => {
                let terms = terms_of(&story, offer);
                let mut request = story.counter(&who, named(stale, latest), terms);
                occurred(&mut request, 0);
                self.write(request, judged).await;
            }
            DealVerb::Revise { offer, stale } => {
                let terms = terms_of(&story, offer);
                let mut request = story.revise_offer(&who, named(stale, latest), terms);
                request.expires_at = Some(days_and(FAR_DAY, 0));
                occurred(&mut request, 0);
                self.write(request, judged).await;
            }
            DealVerb::Accept { day, stale } => {
                let mut request = story.accept(&who);
                request.offer_version = named(stale, latest);
                occurred(&mut request, *day);
                self.write(request, judged).await;
            }
            DealVerb::AcceptCounter { day, stale } => {
                let mut request = story.accept_counter(&who, named(stale, latest));
                occurred(&mut request, *day);
                self.write(request, judged).await;
            }
            DealVerb::RejectCounter { stale } => {
                let request = story.reject_counter(&who, named(stale, latest));
                self.write(request, judged).await;
            }
            DealVerb::Decline => self.write(story.decline(&who), judged).await,
            DealVerb::Withdraw => self.write(story.withdraw(&who), judged).await,
            DealVerb::Amend(fee_minor) => {
                let fee_minor = *fee_minor;
                let terms = terms_of(&story, &Offer { fee_minor, ..offer });
                self.write(story.amend_terms(&who, terms), judged).await;
            }
            DealVerb::AcceptAmendment { stale } => {
                let request = story.accept_amendment(&who, named(stale, amended));
                self.write(request, judged).await;
            }
            DealVerb::RejectAmendment { stale } => {
                let request = story.reject_amendment(&who, named(stale, amended));
                self.write(request, judged).await;
            }
            DealVerb::Ship => self.write(story.ship(&who), judged).await,
            DealVerb::Receive(day) => {
                let request = story.receive(&who, days_and(*day, 0));
                self.write(request, judged).await;
            }
            DealVerb::Return(day) => {
                let request = story.take_back(&who, days_and(*day, 0));
                self.write(request, judged).await;
            }
            DealVerb::Hold { id, work } => {
                let mut request = story.place_hold(&who, &hold_id(*id));
                let work = work.map(|work| work_id(work.into()));
                request.deliverable_id = work.unwrap_or_default();
                self.write(request, judged).await;
            }
            DealVerb::Release(id) => {
                let request = story.release_hold(&who, &hold_id(*id));
                self.write(request, judged).await;
            }
            DealVerb::Accrue => self.write(story.accrue_bonus(&who, BONUS), judged).await,
            DealVerb::Complete => self.write(story.complete(&who), judged).await,
            DealVerb::Leave => self.write(story.leave(&who), judged).await,
            DealVerb::Cancel => self.write(story.cancel(&who), judged).await,
            DealVerb::Terminate(flag) => {
                let request = story.terminate(&who, &flag_id(*flag));
                self.write(request, judged).await;
            }
        }
    }
}

pub fn hold_id(hold: u8) -> String {
    format!("h{hold}")
}
