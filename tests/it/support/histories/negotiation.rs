//! Moves of the negotiation and of amendments.

use campaign_ledger::domain::state::Collaboration;
use campaign_ledger::domain::*;

use super::{Dice, HOUR_NANOS, Teller};
use crate::support::requests::*;

impl Teller {
    /// Answers an application, an offer or a counter; sometimes with another version.
    pub(super) fn negotiation(&self, dice: &mut Dice, name: &str, row: &Collaboration) -> Request {
        let reason = "plans changed".to_owned();
        let offer_version = row.last_version + u32::from(dice.chance(3));
        let expires_at = later(self.now, (1 + dice.roll(8) as i64) * 24 * HOUR_NANOS);
        let is_over = row
            .offer()
            .is_some_and(|offer| offer.expires_at <= self.now);
        if is_over && dice.chance(85) {
            return self.here(collaboration(
                name,
                CollaborationVerb::Expire { offer_version },
            ));
        }
        let verb = match (row.state, dice.roll(100)) {
            (CollaborationState::Applied, 0..=79) => {
                let terms = self.some_terms(dice);
                CollaborationVerb::SendOffer { terms, expires_at }
            }
            (CollaborationState::Applied, _) => CollaborationVerb::RejectApplication {
                reason: reason.into(),
            },
            (CollaborationState::Invited, 0..=49) => CollaborationVerb::Accept { offer_version },
            (CollaborationState::Invited, 50..=74) => CollaborationVerb::Counter {
                offer_version,
                terms: self.next_terms(dice, row),
                expires_at: dice.chance(50).then_some(expires_at),
                note: "two posts are more work".into(),
            },
            (CollaborationState::Countered, 0..=29) => {
                CollaborationVerb::AcceptCounter { offer_version }
            }
            (CollaborationState::Countered, 30..=54) => CollaborationVerb::Revise {
                offer_version,
                terms: self.next_terms(dice, row),
                expires_at,
            },
            (CollaborationState::Countered, 55..=74) => CollaborationVerb::RejectCounter {
                offer_version,
                reason: reason.into(),
            },
            (_, 0..=85) => CollaborationVerb::Decline {
                reason: reason.into(),
            },
            (_, 86..=97) => CollaborationVerb::Withdraw {
                reason: reason.into(),
            },
            _ => CollaborationVerb::Expire { offer_version },
        };
        self.here(collaboration(name, verb))
    }

    /// Returns other terms, mostly with the code that is already held.
    fn next_terms(&self, dice: &mut Dice, row: &Collaboration) -> Terms {
        let mut terms = self.some_terms(dice);
        if let (Some(offer), true) = (row.offer_of_brand(), dice.chance(80)) {
            terms.attribution.code = offer.terms.attribution.code.clone();
        }
        terms
    }

    /// Proposes new terms, or answers a proposal.
    pub(super) fn amendment(&self, dice: &mut Dice) -> Request {
        let mut working = self.agreed();
        working.retain(|(_, row)| row.state.is_working());
        let Some((name, row)) = dice.pick_any(&working) else {
            return self.work(dice);
        };
        let Some(pending) = &row.amendment else {
            let side = *dice.pick(&[ActorKind::Brand, ActorKind::Creator]);
            return self.here(amend(name, self.other_terms(dice, row)).by(side));
        };
        let version = pending.version + u32::from(dice.chance(3));
        let other = match pending.by {
            ActorKind::Brand => ActorKind::Creator,
            ActorKind::Creator | ActorKind::System => ActorKind::Brand,
        };
        self.here(match dice.roll(10) {
            0..=6 => accept_amendment(name, version).by(other),
            7 => reject_amendment(name, version).by(pending.by),
            _ => reject_amendment(name, version).by(other),
        })
    }

    /// Returns the terms in force with one change.
    fn other_terms(&self, dice: &mut Dice, row: &Collaboration) -> Terms {
        let in_force = row.terms().cloned();
        let mut terms = in_force.unwrap_or_else(|| self.some_terms(dice));
        let due_at = later(self.now, (1 + dice.roll(10) as i64) * 24 * HOUR_NANOS);
        if dice.chance(70) {
            terms.fee = money("IDR", dice.roll(120_000_000) as i64);
        }
        if dice.chance(15) {
            terms.attribution.code = Some(id(&format!("code{}", dice.roll(5))));
        }
        if dice.chance(30)
            && let Some(first) = terms.deliverables.first_mut()
        {
            first.due_at = due_at;
        }
        let last = row.deliverables.last();
        let is_planned = last.is_some_and(|one| one.state == DeliverableState::Planned);
        if dice.chance(if is_planned { 40 } else { 4 }) && terms.deliverables.len() > 1 {
            terms.deliverables.pop();
        }
        if dice.chance(30) {
            let mut more = promised(&format!("more-{}", row.last_version), ContentFormat::Story);
            more.due_at = due_at;
            terms.deliverables.push(more);
        }
        terms
    }
}
