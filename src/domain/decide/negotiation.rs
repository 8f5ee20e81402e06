//! Rules of the negotiation: invitation or application, offer, counter, answer.

use std::sync::Arc;

use super::amounts::ensure_in_budget;
use super::campaign::end_of;
use super::{Case, Decided, Decision, ensure, happens, of_collaboration, refuse};
use crate::domain::limits::{MAX_CODE_HOLDERS, MAX_COLLABORATIONS_OF_CREATOR, MAX_TERMS_BYTES};
use crate::domain::rows::Rows;
use crate::domain::state::{Campaign, CodeHolders, Collaboration, Creator, OfferMade, Pair};
use crate::domain::{
    ActorKind, AgreementEvent, BriefAccepted, CampaignState, CollaborationRef, CollaborationState,
    CreatorId, Currency, Event, FollowerCount, Money, Offer, PersonalText, Refusal, TIER_SCHEME,
    Terms, Tier, Timestamp,
};

const ANSWER_RULE: &str = "only an open invitation can be answered";
const COUNTER_RULE: &str = "only a counter can be answered so";
const APPLICATION_RULE: &str = "only an application can be answered so";

impl<S: Rows> Case<'_, S> {
    pub(super) fn invite(
        &self,
        place: &CollaborationRef,
        creator: &CreatorId,
        terms: &Terms,
        expires_at: Timestamp,
    ) -> Decided<Decision, S> {
        self.only(ActorKind::Brand)?;
        self.ensure_ahead(expires_at)?;
        let campaign = self.campaign(&place.campaign_ref())?;
        self.ensure_new(place)?;
        self.ensure_may_offer(&campaign, creator)?;
        self.terms_in_currency(terms, campaign.plan.currency)?;
        let previous = self.previous(place, creator)?;
        self.ensure_fits(place, &campaign, terms, None, terms.fee.minor.into())?;
        let terms = terms.clone();
        let event = AgreementEvent::CreatorInvited {
            offer: Offer {
                version: 1,
                terms,
                expires_at,
            },
            previous: previous.last,
        };
        happens(of_collaboration(place, creator, Event::Agreement(event)))
    }

    pub(super) fn apply(
        &self,
        place: &CollaborationRef,
        creator: &CreatorId,
        message: &PersonalText,
        fee: Option<Money>,
    ) -> Decided<Decision, S> {
        self.only(ActorKind::Creator)?;
        let campaign = self.campaign(&place.campaign_ref())?;
        self.ensure_new(place)?;
        ensure_open::<S>(&campaign, "applications need an open one")?;
        self.unblocked_creator(creator)?;
        let previous = self.previous(place, creator)?;
        if let Some(fee) = fee {
            self.in_currency("fee", fee, campaign.plan.currency)?;
        }
        let event = AgreementEvent::CreatorApplied {
            message: message.clone(),
            fee,
            previous: previous.last,
        };
        happens(of_collaboration(place, creator, Event::Agreement(event)))
    }

    pub(super) fn send_offer(
        &self,
        place: &CollaborationRef,
        terms: &Terms,
        expires_at: Timestamp,
    ) -> Decided<Decision, S> {
        self.only(ActorKind::Brand)?;
        self.ensure_ahead(expires_at)?;
        let collaboration = self.application(place)?;
        let campaign = self.campaign(&place.campaign_ref())?;
        self.ensure_may_offer(&campaign, &collaboration.creator)?;
        self.terms_in_currency(terms, campaign.plan.currency)?;
        self.ensure_fits(place, &campaign, terms, None, terms.fee.minor.into())?;
        let offer = next_offer(&collaboration, terms, expires_at);
        let event = Event::Agreement(AgreementEvent::OfferSent { offer });
        happens(of_collaboration(place, &collaboration.creator, event))
    }

    pub(super) fn reject_application(
        &self,
        place: &CollaborationRef,
        reason: &PersonalText,
    ) -> Decided<Decision, S> {
        self.only(ActorKind::Brand)?;
        let collaboration = self.application(place)?;
        let reason = reason.clone();
        let event = Event::Agreement(AgreementEvent::ApplicationRejected { reason });
        happens(of_collaboration(place, &collaboration.creator, event))
    }

    pub(super) fn counter(
        &self,
        place: &CollaborationRef,
        answers: u32,
        terms: &Terms,
        expires_at: Option<Timestamp>,
        note: &PersonalText,
    ) -> Decided<Decision, S> {
        self.only(ActorKind::Creator)?;
        expires_at.map_or(Ok(()), |at| self.ensure_ahead(at))?;
        let invited = [CollaborationState::Invited];
        let collaboration = self.in_state(place, &invited, ANSWER_RULE)?;
        let offer = self.live_offer(&collaboration, answers)?;
        let campaign = self.campaign(&place.campaign_ref())?;
        self.terms_in_currency(terms, campaign.plan.currency)?;
        let expires_at = expires_at.unwrap_or(offer.expires_at);
        let event = AgreementEvent::OfferCountered {
            offer: next_offer(&collaboration, terms, expires_at),
            answers,
            note: note.clone(),
        };
        let event = Event::Agreement(event);
        happens(of_collaboration(place, &collaboration.creator, event))
    }

    pub(super) fn revise(
        &self,
        place: &CollaborationRef,
        answers: u32,
        terms: &Terms,
        expires_at: Timestamp,
    ) -> Decided<Decision, S> {
        self.only(ActorKind::Brand)?;
        self.ensure_ahead(expires_at)?;
        let collaboration = self.countered(place)?;
        self.live_offer(&collaboration, answers)?;
        let campaign = self.campaign(&place.campaign_ref())?;
        self.ensure_may_offer(&campaign, &collaboration.creator)?;
        self.terms_in_currency(terms, campaign.plan.currency)?;
        self.ensure_replaces(place, &campaign, &collaboration, terms)?;
        let offer = next_offer(&collaboration, terms, expires_at);
        let event = Event::Agreement(AgreementEvent::OfferRevised { offer, answers });
        happens(of_collaboration(place, &collaboration.creator, event))
    }

    pub(super) fn accept(
        &self,
        place: &CollaborationRef,
        offer_version: u32,
    ) -> Decided<Decision, S> {
        let invited = [CollaborationState::Invited];
        let collaboration = self.in_state(place, &invited, ANSWER_RULE)?;
        self.only(ActorKind::Creator)?;
        self.accept_offer(place, &collaboration, offer_version)
    }

    pub(super) fn accept_counter(
        &self,
        place: &CollaborationRef,
        offer_version: u32,
    ) -> Decided<Decision, S> {
        self.only(ActorKind::Brand)?;
        let collaboration = self.countered(place)?;
        self.accept_offer(place, &collaboration, offer_version)
    }

    fn accept_offer(
        &self,
        place: &CollaborationRef,
        collaboration: &Collaboration,
        offer_version: u32,
    ) -> Decided<Decision, S> {
        let campaign = self.campaign(&place.campaign_ref())?;
        ensure_open::<S>(&campaign, "acceptances need an open one")?;
        let offer = self.live_offer(collaboration, offer_version)?;
        let creator = self.unblocked_creator(&collaboration.creator)?;
        self.ensure_replaces(place, &campaign, collaboration, &offer.terms)?;
        let followers = largest_promised(&creator, &offer.terms);
        let event = Event::Agreement(AgreementEvent::BriefAccepted(BriefAccepted {
            offer_version,
            tier: Tier::of(followers.map(|count| count.followers)),
            tier_scheme: TIER_SCHEME.to_owned(),
            followers,
            terms_digest: offer.terms.digest(),
        }));
        let mut facts = vec![of_collaboration(place, &collaboration.creator, event)];
        facts.extend(self.owed_at_acceptance(place, collaboration, &offer.terms)?);
        Ok(Decision::Happens(facts))
    }

    pub(super) fn reject_counter(
        &self,
        place: &CollaborationRef,
        offer_version: u32,
        reason: &PersonalText,
    ) -> Decided<Decision, S> {
        self.only(ActorKind::Brand)?;
        let collaboration = self.countered(place)?;
        open_offer::<S>(&collaboration, offer_version)?;
        let event = Event::Agreement(AgreementEvent::CounterRejected {
            offer_version,
            reason: reason.clone(),
        });
        happens(of_collaboration(place, &collaboration.creator, event))
    }

    /// Ends the negotiation of an offer or a counter.
    pub(super) fn answer(
        &self,
        place: &CollaborationRef,
        event: AgreementEvent,
    ) -> Decided<Decision, S> {
        let collaboration = self.negotiated(place)?;
        let event = Event::Agreement(event);
        happens(of_collaboration(place, &collaboration.creator, event))
    }

    pub(super) fn expire(
        &self,
        place: &CollaborationRef,
        offer_version: u32,
    ) -> Decided<Decision, S> {
        self.only(ActorKind::System)?;
        let campaign = self.campaign(&place.campaign_ref())?;
        let is_open = self.collaboration(place)?.state.is_negotiated();
        if let (Some(why), true) = (end_of(campaign.state), is_open) {
            return happens(self.withdrawal(place, why)?);
        }
        let collaboration = self.negotiated(place)?;
        let expires_at = open_offer::<S>(&collaboration, offer_version)?.open_until;
        ensure(self.now >= expires_at, || Refusal::OfferNotExpired {
            expires_at,
        })?;
        let event = Event::Agreement(AgreementEvent::InvitationExpired { offer_version });
        happens(of_collaboration(place, &collaboration.creator, event))
    }

    fn in_state(
        &self,
        place: &CollaborationRef,
        allowed: &[CollaborationState],
        rule: &'static str,
    ) -> Decided<Arc<Collaboration>, S> {
        let collaboration = self.collaboration(place)?;
        let state = collaboration.state;
        ensure(allowed.contains(&state), || Refusal::CollaborationState {
            state,
            rule,
        })?;
        let state = self.campaign(&place.campaign_ref())?.state;
        let rule = "what was open in it ended with it";
        ensure(!state.is_ended(), || Refusal::CampaignState { state, rule })?;
        Ok(collaboration)
    }

    fn application(&self, place: &CollaborationRef) -> Decided<Arc<Collaboration>, S> {
        self.in_state(place, &[CollaborationState::Applied], APPLICATION_RULE)
    }

    fn countered(&self, place: &CollaborationRef) -> Decided<Arc<Collaboration>, S> {
        self.in_state(place, &[CollaborationState::Countered], COUNTER_RULE)
    }

    fn negotiated(&self, place: &CollaborationRef) -> Decided<Arc<Collaboration>, S> {
        let negotiated = [CollaborationState::Invited, CollaborationState::Countered];
        self.in_state(place, &negotiated, ANSWER_RULE)
    }

    /// Returns the version that waits for an answer, unless the answer came after it had expired.
    /// The time at which the answer happened decides, not the time at which it was recorded.
    fn live_offer<'c>(
        &self,
        collaboration: &'c Collaboration,
        version: u32,
    ) -> Decided<&'c Offer, S> {
        let made = open_offer::<S>(collaboration, version)?;
        let answered_at = self.happens_at();
        ensure(
            answered_at >= made.at || self.request.occurred_at.is_none(),
            || {
                let rule = format!("must not be before the offer was made, at {}", made.at);
                Refusal::field("context.occurred_at", rule)
            },
        )?;
        let expired_at = made.offer.expires_at;
        ensure(answered_at < expired_at, || Refusal::OfferExpired {
            expired_at,
        })?;
        Ok(&made.offer)
    }

    /// This is a rule about state, not about form: a retry may arrive long after the offer has
    /// expired.
    fn ensure_ahead(&self, expires_at: Timestamp) -> Decided<(), S> {
        ensure(expires_at > self.happens_at(), || {
            let rule = match self.request.occurred_at {
                Some(_) => "must be after context.occurred_at",
                None => "must be after now",
            };
            Refusal::field("expires_at", rule)
        })
    }

    fn ensure_new(&self, place: &CollaborationRef) -> Decided<(), S> {
        let taken = self
            .rows
            .get::<Collaboration>(&Collaboration::key(place))?
            .is_some();
        ensure(!taken, || Refusal::AlreadyExists {
            what: "collaboration",
            id: place.collaboration.to_string(),
        })
    }

    /// Checks that the brand may make the creator an offer.
    fn ensure_may_offer(&self, campaign: &Campaign, creator: &CreatorId) -> Decided<(), S> {
        ensure_open::<S>(campaign, "offers need an open one")?;
        let creator = self.unblocked_creator(creator)?;
        let is_vetted = creator.assessment.is_some() || !campaign.plan.policy.vetting_required;
        ensure(is_vetted, || Refusal::VettingMissing)
    }

    /// Checks that the campaign and the creator have no live collaboration; returns their latest
    /// one.
    fn previous(&self, place: &CollaborationRef, creator: &CreatorId) -> Decided<Pair, S> {
        let together = self.creator(creator)?.collaborations;
        ensure(together < MAX_COLLABORATIONS_OF_CREATOR, || {
            Refusal::LimitReached {
                collection: "collaborations with a creator",
                limit: MAX_COLLABORATIONS_OF_CREATOR as usize,
            }
        })?;
        let key = Pair::key(&place.campaign_ref(), creator);
        let pair = self.rows.get::<Pair>(&key)?;
        let pair = pair.map(|pair| (*pair).clone()).unwrap_or_default();
        match pair.live {
            Some(live) => refuse(Refusal::AlreadyActive { live }),
            None => Ok(pair),
        }
    }

    /// Checks that terms may replace the brand's open offer.
    fn ensure_replaces(
        &self,
        place: &CollaborationRef,
        campaign: &Campaign,
        collaboration: &Collaboration,
        terms: &Terms,
    ) -> Decided<(), S> {
        let held = collaboration.offer_of_brand().map(|offer| &offer.terms);
        let more_minor = i128::from(terms.fee.minor) - i128::from(collaboration.reserved_minor);
        self.ensure_fits(place, campaign, terms, held, more_minor)
    }

    /// Checks that terms fit the campaign: their codes, and the budget, which must have room for
    /// `more`. `held` are the terms that they replace.
    pub(super) fn ensure_fits(
        &self,
        place: &CollaborationRef,
        campaign: &Campaign,
        terms: &Terms,
        held: Option<&Terms>,
        more_minor: i128,
    ) -> Decided<(), S> {
        let code_of = |terms: &Terms| terms.attribution.code.as_ref().map(|code| code.digest);
        if code_of(terms) != held.and_then(code_of) {
            self.ensure_code_free(place, terms)?;
        }
        ensure_in_budget::<S>(campaign, more_minor)
    }

    /// Checks that every amount of the terms is in the campaign's reporting currency, and that the
    /// terms are not too large for a row.
    pub(super) fn terms_in_currency(&self, terms: &Terms, currency: Currency) -> Decided<(), S> {
        ensure(terms.bytes() <= MAX_TERMS_BYTES, || {
            let rule = format!("must take at most {MAX_TERMS_BYTES} bytes in all");
            Refusal::field("terms", rule)
        })?;
        self.in_currency("terms.fee", terms.fee, currency)?;
        for (index, bonus) in terms.bonuses.iter().enumerate() {
            let field = format!("terms.bonuses[{index}].amount");
            self.in_currency(&field, bonus.amount, currency)?;
        }
        Ok(())
    }

    fn ensure_code_free(&self, place: &CollaborationRef, terms: &Terms) -> Decided<(), S> {
        let Some(code) = &terms.attribution.code else {
            return Ok(());
        };
        let key = CodeHolders::key(&place.campaign_ref(), code.digest);
        let codes = self.rows.get::<CodeHolders>(&key)?;
        let holders = codes
            .as_ref()
            .map_or(&[][..], |codes| codes.holders.as_slice());
        if let Some(holder) = holders.iter().find(|holder| holder.live) {
            return refuse(Refusal::CodeTaken {
                holder: holder.collaboration.clone(),
            });
        }
        ensure(holders.len() < MAX_CODE_HOLDERS, || Refusal::LimitReached {
            collection: "collaborations of a campaign that had the code",
            limit: MAX_CODE_HOLDERS,
        })
    }
}

/// Returns the version that waits for an answer, which must have the expected version number.
fn open_offer<S: Rows>(collaboration: &Collaboration, version: u32) -> Decided<&OfferMade, S> {
    let state = collaboration.state;
    let Some(made) = collaboration.offer_made() else {
        let rule = "no offer was made";
        return refuse(Refusal::CollaborationState { state, rule });
    };
    let actual = made.offer.version;
    ensure(actual == version, || Refusal::StaleOffer {
        expected: version,
        actual,
    })?;
    Ok(made)
}

fn next_offer(collaboration: &Collaboration, terms: &Terms, expires_at: Timestamp) -> Offer {
    Offer {
        version: collaboration.last_version + 1,
        terms: terms.clone(),
        expires_at,
    }
}

fn ensure_open<S: Rows>(campaign: &Campaign, rule: &'static str) -> Decided<(), S> {
    let state = campaign.state;
    ensure(state == CampaignState::Open, || Refusal::CampaignState {
        state,
        rule,
    })
}

fn largest_promised(creator: &Creator, terms: &Terms) -> Option<FollowerCount> {
    let promised = terms.deliverables.iter();
    promised
        .filter_map(|one| creator.profile.followers.get(&one.platform).copied())
        .max_by_key(|count| count.followers)
}
