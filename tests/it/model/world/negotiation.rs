//! Invitations and applications, offers and counters, amendments: numbered versions, each answered
//! by its number.

use campaign_ledger::wire::proto::api::{
    CampaignState, CollaborationState, DeliverableState, ErrorReason,
};

use super::super::ops::Offer;
use super::{Acceptance, Against, Campaign, DAY, Deal, Deliverable, Judged, World};

impl World {
    pub fn invite(&mut self, campaign: u8, id: u8, creator: u8, offer: &Offer) -> Judged {
        let mut against = self.against_beginning(campaign, id, creator);
        self.campaign(campaign).fits(None, offer, &mut against);
        if !against.0.is_empty() {
            return Judged::Refused(against.0);
        }
        self.begin(campaign, id, creator);
        self.deal((campaign, id)).began_at = 0;
        self.offered((campaign, id), offer);
        self.happens(1)
    }

    pub fn apply(&mut self, campaign: u8, id: u8, creator: u8) -> Judged {
        let against = self.against_beginning(campaign, id, creator);
        if !against.0.is_empty() {
            return Judged::Refused(against.0);
        }
        self.begin(campaign, id, creator);
        self.campaign(campaign).deals.get_mut(&id).unwrap().applied = true;
        self.happens(1)
    }

    fn against_beginning(&mut self, campaign: u8, id: u8, creator: u8) -> Against {
        let mut against = self.against_agreeing(campaign, creator);
        let place = self.campaign(campaign);
        against.unless(!place.deals.contains_key(&id), ErrorReason::AlreadyExists);
        let mut of_pair = place.deals.values().filter(|deal| deal.creator == creator);
        let live = of_pair.any(Deal::is_live);
        against.unless(!live, ErrorReason::AlreadyActive);
        against
    }

    /// Returns the reasons against any offer and any acceptance.
    fn against_agreeing(&mut self, campaign: u8, creator: u8) -> Against {
        let mut against = Against::default();
        let known = self.creators.get(&creator);
        against.unless(known.is_some(), ErrorReason::CreatorNotFound);
        let blocked = known.is_some_and(|creator| creator.blocked);
        against.unless(!blocked, ErrorReason::CreatorBlocked);
        let open = self.campaign(campaign).state == CampaignState::Open;
        against.unless(open, ErrorReason::CampaignState);
        against
    }

    fn begin(&mut self, campaign: u8, id: u8, creator: u8) {
        let now = self.now;
        let place = self.campaign(campaign);
        let mut of_pair: Vec<_> = place.deals.iter().collect();
        of_pair.retain(|(_, deal)| deal.creator == creator);
        of_pair.sort_by_key(|(_, deal)| deal.number);
        let deal = Deal {
            creator,
            previous: of_pair.last().map(|(id, _)| **id),
            offer: Offer::default(),
            versions: Vec::new(),
            last_version: 0,
            amendment: None,
            state: CollaborationState::Applied,
            began_at: now,
            invited_at: None,
            applied: false,
            number: place.deals.len(),
            code_number: 0,
            acceptance: None,
            deliverables: Vec::new(),
            shipment: None,
            holds: Default::default(),
        };
        place.deals.insert(id, deal);
    }

    /// The brand makes an offer, which reserves its code.
    fn offered(&mut self, place: (u8, u8), offer: &Offer) {
        self.agrees_on(place, offer.clone());
        let deal = self.deal(place);
        // Offers are said to be made on the first day, before any answer.
        deal.invited_at.get_or_insert(0);
        deal.next_version(offer, CollaborationState::Invited);
    }

    fn agrees_on(&mut self, place: (u8, u8), offer: Offer) {
        let campaign = self.campaign(place.0);
        let deal = campaign.deals.get_mut(&place.1).unwrap();
        if deal.offer.code != offer.code {
            campaign.codes += 1;
            deal.code_number = campaign.codes;
        }
        deal.offer = offer;
    }

    pub(super) fn send_offer(&mut self, place: (u8, u8), offer: &Offer) -> Judged {
        let creator = self.deal(place).creator;
        let mut against = self.against_agreeing(place.0, creator);
        let applied = self.deal(place).state == CollaborationState::Applied;
        against.unless(applied, ErrorReason::CollaborationState);
        self.campaign(place.0)
            .fits(Some(place.1), offer, &mut against);
        if !against.0.is_empty() {
            return Judged::Refused(against.0);
        }
        self.offered(place, offer);
        self.happens(1)
    }

    pub(super) fn reject_application(&mut self, place: (u8, u8)) -> Judged {
        let deal = self.deal(place);
        if deal.state != CollaborationState::Applied {
            return Judged::Refused(vec![ErrorReason::CollaborationState]);
        }
        deal.ends(CollaborationState::Rejected);
        self.happens(1)
    }

    /// A counter reserves nothing.
    pub(super) fn counter(&mut self, place: (u8, u8), offer: &Offer, stale: bool) -> Judged {
        let deal = self.deal(place);
        let against = deal.against_answering(CollaborationState::Invited, stale);
        if !against.0.is_empty() {
            return Judged::Refused(against.0);
        }
        deal.next_version(offer, CollaborationState::Countered);
        self.happens(1)
    }

    pub(super) fn revise(&mut self, place: (u8, u8), offer: &Offer, stale: bool) -> Judged {
        let deal = self.deal(place);
        let creator = deal.creator;
        let mut against = deal.against_answering(CollaborationState::Countered, stale);
        against.0.extend(self.against_agreeing(place.0, creator).0);
        self.campaign(place.0)
            .fits(Some(place.1), offer, &mut against);
        if !against.0.is_empty() {
            return Judged::Refused(against.0);
        }
        self.offered(place, offer);
        self.happens(1)
    }

    /// Either side accepts the other's latest version.
    pub(super) fn accept(
        &mut self,
        place: (u8, u8),
        from: CollaborationState,
        day: i64,
        stale: bool,
    ) -> Judged {
        let deal = self.deal(place);
        let creator = deal.creator;
        let mut against = deal.against_answering(from, stale);
        let offer = deal.versions.last().cloned().unwrap_or_default();
        against.0.extend(self.against_agreeing(place.0, creator).0);
        self.campaign(place.0)
            .fits(Some(place.1), &offer, &mut against);
        if !against.0.is_empty() {
            return Judged::Refused(against.0);
        }
        self.agrees_on(place, offer);
        let followers = self.creators[&creator].followers;
        let deal = self.deal(place);
        deal.state = CollaborationState::Accepted;
        deal.acceptance = Some(Acceptance {
            at: day * DAY,
            version: deal.last_version,
            followers,
        });
        self.happens(1)
    }

    pub(super) fn reject_counter(&mut self, place: (u8, u8), stale: bool) -> Judged {
        let deal = self.deal(place);
        let against = deal.against_answering(CollaborationState::Countered, stale);
        if !against.0.is_empty() {
            return Judged::Refused(against.0);
        }
        deal.ends(CollaborationState::Rejected);
        self.happens(1)
    }

    pub(super) fn answer(&mut self, place: (u8, u8), to: CollaborationState) -> Judged {
        let deal = self.deal(place);
        if !deal.is_negotiated() {
            return Judged::Refused(vec![ErrorReason::CollaborationState]);
        }
        deal.ends(to);
        self.happens(1)
    }

    pub(super) fn amend(&mut self, place: (u8, u8), fee_minor: i64) -> Judged {
        let mut against = Against::default();
        let campaign = self.campaign(place.0);
        let deal = &campaign.deals[&place.1];
        against.unless(deal.is_working(), ErrorReason::CollaborationState);
        let pending = deal.amendment.is_some();
        against.unless(!pending, ErrorReason::AmendmentPending);
        let keeps = campaign.keeps_disputed(place.1, fee_minor);
        against.unless(keeps, ErrorReason::Disputed);
        let deal = self.deal(place);
        if !against.0.is_empty() {
            return Judged::Refused(against.0);
        }
        deal.last_version += 1;
        deal.amendment = Some((deal.last_version, fee_minor));
        self.happens(1)
    }

    pub(super) fn answer_amendment(
        &mut self,
        place: (u8, u8),
        accepts: bool,
        stale: bool,
    ) -> Judged {
        let mut against = Against::default();
        let campaign = self.campaign(place.0);
        let deal = &campaign.deals[&place.1];
        against.unless(deal.is_working(), ErrorReason::CollaborationState);
        against.unless(deal.amendment.is_some(), ErrorReason::NoAmendment);
        against.unless(!stale, ErrorReason::StaleAmendment);
        let fee_minor = deal.amendment.map_or(0, |(_, fee_minor)| fee_minor);
        let committed = fee_minor.max(campaign.fee_lines(place.1));
        let affords = campaign.affords(committed - campaign.committed(place.1));
        against.unless(!accepts || affords, ErrorReason::BudgetExceeded);
        let keeps = campaign.keeps_disputed(place.1, fee_minor);
        against.unless(!accepts || keeps, ErrorReason::Disputed);
        if !against.0.is_empty() {
            return Judged::Refused(against.0);
        }
        let deal = self.deal(place);
        deal.amendment = None;
        if accepts {
            deal.offer.fee_minor = fee_minor;
        }
        self.happens(1)
    }
}

impl Deal {
    fn next_version(&mut self, offer: &Offer, state: CollaborationState) {
        self.versions.push(offer.clone());
        self.last_version += 1;
        self.state = state;
        let promised = offer.deliverables.iter().map(|promise| Deliverable {
            state: DeliverableState::Planned,
            due: promise.due_day * DAY,
            first_due: promise.due_day * DAY,
            giveaway: promise.giveaway,
            submissions: Vec::new(),
            revisions: 0,
            was_approved: false,
            was_verified: false,
            was_waived: false,
            rating: None,
            post: None,
        });
        self.deliverables = promised.collect();
    }

    fn against_answering(&self, from: CollaborationState, stale: bool) -> Against {
        let mut against = Against::default();
        against.unless(self.state == from, ErrorReason::CollaborationState);
        against.unless(!stale, ErrorReason::StaleOffer);
        against
    }
}

impl Campaign {
    /// Checks that an offer may replace what the deal has reserved: its code, its fee.
    fn fits(&self, own: Option<u8>, offer: &Offer, against: &mut Against) {
        let own = own.map(|own| &self.deals[&own]);
        let is_held = |deal: &Deal| deal.is_live() && deal.offer.code == offer.code;
        let keeps = offer.code.is_none() || own.is_some_and(|own| own.offer.code == offer.code);
        let taken = self.deals.values().any(is_held);
        against.unless(keeps || !taken, ErrorReason::CodeTaken);
        let reserved = own.filter(|own| own.is_negotiated());
        let reserved = reserved.map_or(0, |own| own.offer.fee_minor);
        let affords = self.affords(offer.fee_minor - reserved);
        against.unless(affords, ErrorReason::BudgetExceeded);
    }
}
