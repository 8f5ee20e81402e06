//! Rules of the agreement: who may do what with it, and how it ends.

use super::accrual::line_id;
use super::amounts::ensure_in_range;
use super::{Case, Decided, Decision, ensure, happens, of_collaboration};
use crate::domain::rows::Rows;
use crate::domain::state::Collaboration;
use crate::domain::{
    ActorKind, AgreementEvent, CollaborationRef, CollaborationState, CostId, CostRecorded,
    CostType, CreatorId, Event, Fact, Ground, HoldId, HoldPlaced, Money, OwnWords, PersonalText,
    ProductValue, Refusal, SettlementEvent, ShipmentId, Terms, Timestamp, part_of,
};

/// Commands about an agreement.
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
    Apply {
        creator: CreatorId,
        message: PersonalText,
        fee: Option<Money>,
    },
    SendOffer {
        terms: Terms,
        expires_at: Timestamp,
    },
    RejectApplication {
        reason: PersonalText,
    },
    Counter {
        offer_version: u32,
        terms: Terms,
        expires_at: Option<Timestamp>,
        note: PersonalText,
    },
    Revise {
        offer_version: u32,
        terms: Terms,
        expires_at: Timestamp,
    },
    AcceptCounter {
        offer_version: u32,
    },
    RejectCounter {
        offer_version: u32,
        reason: PersonalText,
    },
    Accept {
        offer_version: u32,
    },
    Decline {
        reason: PersonalText,
    },
    Withdraw {
        reason: PersonalText,
    },
    /// Only the timer of the ledger sends this.
    Expire {
        offer_version: u32,
    },
    Amend {
        terms: Terms,
        reason: PersonalText,
    },
    AcceptAmendment {
        terms_version: u32,
    },
    RejectAmendment {
        terms_version: u32,
        reason: PersonalText,
    },
    ShipProduct {
        shipment: ShipmentId,
        product: PersonalText,
        value: ProductValue,
        shipped_at: Timestamp,
        /// Cost line to record for the cost of goods, if any.
        cost: Option<CostId>,
    },
    Receive {
        shipment: ShipmentId,
        received_at: Timestamp,
    },
    Return {
        shipment: ShipmentId,
        returned_at: Timestamp,
        reason: PersonalText,
    },
    Complete,
    Cancel {
        reason: PersonalText,
    },
    Terminate {
        reason: PersonalText,
        ground: Ground,
    },
    PlaceHold(HoldPlaced),
    ReleaseHold {
        hold: HoldId,
        reason: PersonalText,
    },
    Leave {
        reason: PersonalText,
    },
}

impl<S: Rows> Case<'_, S> {
    #[expect(clippy::too_many_lines, reason = "an arm for each verb")]
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
            CollaborationVerb::Apply {
                creator,
                message,
                fee,
            } => self.apply(place, creator, message, *fee),
            CollaborationVerb::SendOffer { terms, expires_at } => {
                self.send_offer(place, terms, *expires_at)
            }
            CollaborationVerb::RejectApplication { reason } => {
                self.reject_application(place, reason)
            }
            CollaborationVerb::Counter {
                offer_version,
                terms,
                expires_at,
                note,
            } => self.counter(place, *offer_version, terms, *expires_at, note),
            CollaborationVerb::Revise {
                offer_version,
                terms,
                expires_at,
            } => self.revise(place, *offer_version, terms, *expires_at),
            CollaborationVerb::AcceptCounter { offer_version } => {
                self.accept_counter(place, *offer_version)
            }
            CollaborationVerb::RejectCounter {
                offer_version,
                reason,
            } => self.reject_counter(place, *offer_version, reason),
            CollaborationVerb::Accept { offer_version } => self.accept(place, *offer_version),
            CollaborationVerb::Decline { reason } => {
                self.only(ActorKind::Creator)?;
                let reason = reason.clone();
                self.answer(place, AgreementEvent::InvitationDeclined { reason })
            }
            CollaborationVerb::Withdraw { reason } => {
                self.only(ActorKind::Brand)?;
                let reason = reason.clone();
                self.answer(place, AgreementEvent::InvitationWithdrawn { reason })
            }
            CollaborationVerb::Expire { offer_version } => self.expire(place, *offer_version),
            CollaborationVerb::Amend { terms, reason } => self.amend(place, terms, reason),
            CollaborationVerb::AcceptAmendment { terms_version } => {
                self.accept_amendment(place, *terms_version)
            }
            CollaborationVerb::RejectAmendment {
                terms_version,
                reason,
            } => self.reject_amendment(place, *terms_version, reason),
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
            CollaborationVerb::Terminate { reason, ground } => {
                self.terminate(place, reason, ground)
            }
            CollaborationVerb::PlaceHold(placed) => self.place_hold(place, placed),
            CollaborationVerb::ReleaseHold { hold, reason } => {
                self.release_hold(place, hold, reason)
            }
            CollaborationVerb::Leave { reason } => self.leave(place, reason),
        }
    }

    /// Returns a collaboration that is accepted or active.
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

    fn cancel(&self, place: &CollaborationRef, reason: &PersonalText) -> Decided<Decision, S> {
        self.only(ActorKind::Brand)?;
        let collaboration = self.working(place)?;
        ensure_unpublished::<S>(&collaboration)?;
        let currency = self.campaign(&place.campaign_ref())?.plan.currency;
        let nothing = Money { currency, minor: 0 };
        let terms = collaboration.terms();
        let kill_fee = terms.map_or(nothing, |terms| kill_fee(terms, &collaboration));
        let reason = reason.clone();
        let cancelled =
            Event::Agreement(AgreementEvent::CollaborationCancelled { reason, kill_fee });
        let mut facts = vec![of_collaboration(place, &collaboration.creator, cancelled)];
        if kill_fee.minor > 0 {
            facts.push(self.kill_fee_line(place, &collaboration, kill_fee)?);
        }
        Ok(Decision::Happens(facts))
    }

    fn leave(&self, place: &CollaborationRef, reason: &PersonalText) -> Decided<Decision, S> {
        self.only(ActorKind::Creator)?;
        let collaboration = self.working(place)?;
        ensure_unpublished::<S>(&collaboration)?;
        let reason = reason.clone();
        let event = Event::Agreement(AgreementEvent::CreatorWithdrew { reason });
        happens(of_collaboration(place, &collaboration.creator, event))
    }

    /// Returns the line of a kill fee. In the budget it replaces the commitment, except for fee
    /// lines that are already recorded.
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
        ensure_in_range::<S>(&campaign, i128::from(kill_fee.minor) - released)?;
        let event = Event::Settlement(SettlementEvent::CostRecorded(CostRecorded {
            cost,
            kind: CostType::KillFee,
            amount: kill_fee,
            fx_rate: None,
            reporting_minor: Some(kill_fee.minor),
            incurred_at: self.now,
            note: PersonalText::Own(OwnWords::KillFee),
            timing: campaign.plan.timing(self.now),
            owed_for: None,
        }));
        Ok(of_collaboration(place, &collaboration.creator, event))
    }
}

fn ensure_unpublished<S: Rows>(collaboration: &Collaboration) -> Decided<(), S> {
    let mut deliverables = collaboration.deliverables.iter();
    let published = deliverables.any(|one| one.publication.is_some());
    ensure(!published, || Refusal::AlreadyPublished)
}

/// Returns what the brand owes under the terms in force when it cancels at this stage, rounded to
/// the increment.
fn kill_fee(terms: &Terms, collaboration: &Collaboration) -> Money {
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
