//! Rules of the agreement: invitation, answer, work, end.

use super::accrual::line_id;
use super::{Case, Decided, Decision, ensure, happens, of_collaboration, refuse};
use crate::domain::rows::Rows;
use crate::domain::state::{Campaign, CodeHolders, Collaboration, Creator, Pair};
use crate::domain::{
    ActorKind, AgreementEvent, BriefAccepted, CampaignState, CollaborationRef, CollaborationState,
    CostId, CostRecorded, CostType, CreatorId, Currency, Event, Fact, FlagId, FollowerCount,
    HoldId, HoldPlaced, Money, Offer, ProductValue, Refusal, SettlementEvent, ShipmentId,
    TIER_SCHEME, Terms, Tier, Timestamp, part_of,
};

/// What can be asked of the agreement.
#[derive(Clone, PartialEq, Debug)]
#[expect(
    missing_docs,
    reason = "the request message of the same name in v1 documents each field"
)]
pub enum CollaborationVerb {
    Invite {
        creator: CreatorId,
        terms: Terms,
        expires_at: Timestamp,
    },
    Accept {
        offer_version: u32,
    },
    Decline {
        reason: String,
    },
    Withdraw {
        reason: String,
    },
    /// Only the ledger's own timer asks this.
    Expire {
        offer_version: u32,
    },
    ShipProduct {
        shipment: ShipmentId,
        product: String,
        value: ProductValue,
        shipped_at: Timestamp,
        /// Line over the cost of goods to record with it.
        cost: Option<CostId>,
    },
    Receive {
        shipment: ShipmentId,
        received_at: Timestamp,
    },
    Return {
        shipment: ShipmentId,
        returned_at: Timestamp,
        reason: String,
    },
    Complete,
    Cancel {
        reason: String,
    },
    Terminate {
        reason: String,
        flag: FlagId,
    },
    PlaceHold(HoldPlaced),
    ReleaseHold {
        hold: HoldId,
        reason: String,
    },
}

impl<S: Rows> Case<'_, S> {
    pub(super) fn collaboration_verb(
        &self,
        place: &CollaborationRef,
        verb: &CollaborationVerb,
    ) -> Decided<Decision, S> {
        match verb {
            CollaborationVerb::Invite {
                creator,
                terms,
                expires_at,
            } => self.invite(place, creator, terms, *expires_at),
            CollaborationVerb::Accept { offer_version } => self.accept(place, *offer_version),
            CollaborationVerb::Decline { reason } => {
                self.only(ActorKind::Creator)?;
                let reason = reason.clone();
                self.answer(
                    place,
                    Event::Agreement(AgreementEvent::InvitationDeclined { reason }),
                )
            }
            CollaborationVerb::Withdraw { reason } => {
                self.only(ActorKind::Brand)?;
                let reason = reason.clone();
                self.answer(
                    place,
                    Event::Agreement(AgreementEvent::InvitationWithdrawn { reason }),
                )
            }
            CollaborationVerb::Expire { offer_version } => self.expire(place, *offer_version),
            CollaborationVerb::ShipProduct {
                shipment,
                product,
                value,
                shipped_at,
                cost,
            } => {
                let shipped = self.ship(place, shipment, product, *value, *shipped_at)?;
                self.with_product_line(place, shipped, cost.as_ref(), (*value, *shipped_at))
            }
            CollaborationVerb::Receive {
                shipment,
                received_at,
            } => self.receive(place, shipment, *received_at),
            CollaborationVerb::Return {
                shipment,
                returned_at,
                reason,
            } => self.take_back(place, shipment, *returned_at, reason),
            CollaborationVerb::Complete => self.complete(place),
            CollaborationVerb::Cancel { reason } => self.cancel(place, reason),
            CollaborationVerb::Terminate { reason, flag } => self.terminate(place, reason, flag),
            CollaborationVerb::PlaceHold(placed) => self.place_hold(place, placed),
            CollaborationVerb::ReleaseHold { hold, reason } => {
                self.release_hold(place, hold, reason)
            }
        }
    }

    fn invite(
        &self,
        place: &CollaborationRef,
        creator_id: &CreatorId,
        terms: &Terms,
        expires_at: Timestamp,
    ) -> Decided<Decision, S> {
        self.only(ActorKind::Brand)?;
        // A rule of state, not of form: a retry may come when the offer is long over.
        ensure(expires_at > self.now, || {
            Refusal::field("expires_at", "must be after now")
        })?;
        let campaign = self.campaign(&place.campaign_ref())?;
        let taken = self
            .rows
            .get::<Collaboration>(&Collaboration::key(place))?
            .is_some();
        ensure(!taken, || Refusal::AlreadyExists {
            what: "collaboration",
            id: place.collaboration.to_string(),
        })?;
        ensure_open::<S>(&campaign, "invitations need an open one")?;
        let creator = self.unblocked_creator(creator_id)?;
        let is_vetted = creator.assessment.is_some() || !campaign.plan.policy.vetting_required;
        ensure(is_vetted, || Refusal::VettingMissing)?;
        self.terms_in_currency(terms, campaign.plan.currency)?;
        let pair = self.pair(place, creator_id)?;
        if let Some(live) = pair.live {
            return refuse(Refusal::AlreadyActive { live });
        }
        self.ensure_code_free(place, terms)?;
        ensure_in_budget::<S>(&campaign, i128::from(terms.fee.minor))?;
        let offer = Offer {
            version: 1,
            terms: terms.clone(),
            expires_at,
        };
        let event = Event::Agreement(AgreementEvent::CreatorInvited {
            offer,
            previous: pair.last,
        });
        happens(of_collaboration(place, creator_id, event))
    }

    /// Checks that every amount of the terms is in the campaign's reporting currency.
    fn terms_in_currency(&self, terms: &Terms, currency: Currency) -> Decided<(), S> {
        self.in_currency("terms.fee", terms.fee, currency)?;
        for (index, bonus) in terms.bonuses.iter().enumerate() {
            let field = format!("terms.bonuses[{index}].amount");
            self.in_currency(&field, bonus.amount, currency)?;
        }
        Ok(())
    }

    fn pair(&self, place: &CollaborationRef, creator: &CreatorId) -> Decided<Pair, S> {
        let pair = self
            .rows
            .get::<Pair>(&Pair::key(&place.campaign_ref(), creator))?;
        Ok(pair.map(|pair| (*pair).clone()).unwrap_or_default())
    }

    fn ensure_code_free(&self, place: &CollaborationRef, terms: &Terms) -> Decided<(), S> {
        let Some(code) = &terms.attribution.code else {
            return Ok(());
        };
        let key = CodeHolders::key(&place.campaign_ref(), code);
        let codes = self.rows.get::<CodeHolders>(&key)?;
        let live = codes
            .iter()
            .flat_map(|codes| &codes.holders)
            .find(|holder| holder.live);
        match live {
            Some(holder) => refuse(Refusal::CodeTaken {
                holder: holder.collaboration.clone(),
            }),
            None => Ok(()),
        }
    }

    fn accept(&self, place: &CollaborationRef, offer_version: u32) -> Decided<Decision, S> {
        let collaboration = self.invited(place)?;
        self.only(ActorKind::Creator)?;
        let campaign = self.campaign(&place.campaign_ref())?;
        ensure_open::<S>(&campaign, "acceptances need an open one")?;
        let offer = &collaboration.offer;
        ensure(offer.version == offer_version, || Refusal::StaleOffer {
            expected: offer_version,
            actual: offer.version,
        })?;
        let expired_at = offer.expires_at;
        ensure(self.now < expired_at, || Refusal::OfferExpired {
            expired_at,
        })?;
        let creator = self.unblocked_creator(&collaboration.creator)?;
        let followers = largest_promised(&creator, &offer.terms);
        let event = Event::Agreement(AgreementEvent::BriefAccepted(BriefAccepted {
            offer_version,
            tier: Tier::of(followers.map(|count| count.followers)),
            tier_scheme: TIER_SCHEME.to_owned(),
            followers,
            terms_digest: offer.terms.digest(),
        }));
        let mut facts = vec![of_collaboration(place, &collaboration.creator, event)];
        facts.extend(self.owed_at_acceptance(place, &collaboration, &offer.terms)?);
        Ok(Decision::Happens(facts))
    }

    fn invited(&self, place: &CollaborationRef) -> Decided<std::sync::Arc<Collaboration>, S> {
        let collaboration = self.collaboration(place)?;
        let state = collaboration.state;
        ensure(state == CollaborationState::Invited, || {
            Refusal::CollaborationState {
                state,
                rule: "only an open invitation can be answered",
            }
        })?;
        Ok(collaboration)
    }

    fn answer(&self, place: &CollaborationRef, event: Event) -> Decided<Decision, S> {
        let collaboration = self.invited(place)?;
        happens(of_collaboration(place, &collaboration.creator, event))
    }

    fn expire(&self, place: &CollaborationRef, offer_version: u32) -> Decided<Decision, S> {
        self.only(ActorKind::System)?;
        let collaboration = self.invited(place)?;
        let offer = &collaboration.offer;
        ensure(offer.version == offer_version, || Refusal::StaleOffer {
            expected: offer_version,
            actual: offer.version,
        })?;
        let expires_at = offer.expires_at;
        ensure(self.now >= expires_at, || Refusal::OfferNotExpired {
            expires_at,
        })?;
        let event = Event::Agreement(AgreementEvent::InvitationExpired { offer_version });
        happens(of_collaboration(place, &collaboration.creator, event))
    }

    /// Finds a collaboration that is accepted or active.
    pub(super) fn working(
        &self,
        place: &CollaborationRef,
    ) -> Decided<std::sync::Arc<Collaboration>, S> {
        let collaboration = self.collaboration(place)?;
        let state = collaboration.state;
        ensure(state.is_working(), || Refusal::CollaborationState {
            state,
            rule: "work needs an accepted or active one",
        })?;
        Ok(collaboration)
    }

    fn complete(&self, place: &CollaborationRef) -> Decided<Decision, S> {
        self.brand_or_system()?;
        let collaboration = self.collaboration(place)?;
        let state = collaboration.state;
        ensure(state == CollaborationState::Active, || {
            Refusal::CollaborationState {
                state,
                rule: "only an active one can be completed",
            }
        })?;
        let deliverables = collaboration.deliverables.iter();
        let open = deliverables.filter(|one| !one.is_done()).count();
        ensure(open == 0, || Refusal::DeliverablesOpen { open })?;
        let open = u32::try_from(collaboration.open_disputes.len()).unwrap_or(u32::MAX);
        ensure(open == 0, || Refusal::DisputeOpen { open })?;
        let event = Event::Agreement(AgreementEvent::CollaborationCompleted);
        happens(of_collaboration(place, &collaboration.creator, event))
    }

    fn cancel(&self, place: &CollaborationRef, reason: &str) -> Decided<Decision, S> {
        self.only(ActorKind::Brand)?;
        let collaboration = self.working(place)?;
        let published = collaboration
            .deliverables
            .iter()
            .any(|one| one.publication.is_some());
        ensure(!published, || Refusal::AlreadyPublished)?;
        let kill_fee = kill_fee(&collaboration);
        let reason = reason.to_owned();
        let cancelled =
            Event::Agreement(AgreementEvent::CollaborationCancelled { reason, kill_fee });
        let mut facts = vec![of_collaboration(place, &collaboration.creator, cancelled)];
        if kill_fee.minor > 0 {
            facts.push(self.kill_fee_line(place, &collaboration, kill_fee)?);
        }
        Ok(Decision::Happens(facts))
    }

    /// Makes the line of a kill fee. It takes the place of the commitment in the budget, but for
    /// fees recorded already, which stay.
    fn kill_fee_line(
        &self,
        place: &CollaborationRef,
        collaboration: &Collaboration,
        kill_fee: Money,
    ) -> Decided<Fact, S> {
        let campaign = self.campaign(&place.campaign_ref())?;
        let cost = line_id("kill-fee", &[place.collaboration.as_str()]);
        self.ensure_new_line(&place.campaign_ref(), &cost)?;
        let released =
            i128::from(collaboration.committed_minor()) - i128::from(collaboration.fee_lines_minor);
        ensure_in_budget::<S>(&campaign, i128::from(kill_fee.minor) - released)?;
        let event = Event::Settlement(SettlementEvent::CostRecorded(CostRecorded {
            cost,
            kind: CostType::KillFee,
            amount: kill_fee,
            fx_rate: None,
            reporting_minor: Some(kill_fee.minor),
            incurred_at: self.now,
            note: "kill fee by the terms".to_owned(),
            timing: campaign.plan.timing(self.now),
            owed_for: None,
        }));
        Ok(of_collaboration(place, &collaboration.creator, event))
    }
}

/// What the brand owes by the pinned terms when it cancels at this stage, to the increment.
fn kill_fee(collaboration: &Collaboration) -> Money {
    let terms = collaboration.terms().unwrap_or(&collaboration.offer.terms);
    let approved = collaboration
        .deliverables
        .iter()
        .any(|one| one.was_approved);
    let submitted = collaboration
        .deliverables
        .iter()
        .any(|one| !one.submissions.is_empty());
    let part_bp = match (approved, submitted) {
        (true, _) => terms.kill_fee.after_approval_bp,
        (false, true) => terms.kill_fee.after_submission_bp,
        (false, false) => terms.kill_fee.before_content_bp,
    };
    let increment = terms.fee.currency.settlement_increment();
    Money {
        minor: part_of(terms.fee.minor, part_bp, increment),
        ..terms.fee
    }
}

fn ensure_open<S: Rows>(campaign: &Campaign, rule: &'static str) -> Decided<(), S> {
    let state = campaign.state;
    ensure(state == CampaignState::Open, || Refusal::CampaignState {
        state,
        rule,
    })
}

/// Checks that so much more fits under the cap, and that every part of the sum stays in int64; a
/// draft without a cap is bounded by int64 alone.
pub(super) fn ensure_in_budget<S: Rows>(campaign: &Campaign, more_minor: i128) -> Decided<(), S> {
    let cap_minor = campaign.plan.budget_cap_minor.unwrap_or(i64::MAX);
    let budget = &campaign.budget;
    let needed_minor = budget.total() + more_minor;
    let fits = more_minor <= 0 || needed_minor <= i128::from(cap_minor);
    ensure(fits, || Refusal::BudgetExceeded {
        needed_minor,
        cap_minor,
    })?;
    // Recoveries make room for fees beyond int64, and may themselves sum up to less than int64.
    let fees = i128::from(budget.reserved) + i128::from(budget.committed) + more_minor.max(0);
    let others = i128::from(budget.other) + more_minor;
    let in_range = fees <= i128::from(i64::MAX) && others >= i128::from(i64::MIN);
    ensure(in_range, || Refusal::AmountOverflow { field: "amount" })
}

fn largest_promised(creator: &Creator, terms: &Terms) -> Option<FollowerCount> {
    let promised = terms.deliverables.iter();
    promised
        .filter_map(|one| creator.profile.followers.get(&one.platform).copied())
        .max_by_key(|count| count.followers)
}
