//! Events of the agreement, from the invitation to its end, and how the end is folded.

use serde::{Deserialize, Serialize};

use super::{Fold, Folded};
use crate::domain::rows::RowsMut;
use crate::domain::state::RightsEnd;
use crate::domain::{
    CollaborationId, CollaborationState, CreatorId, DeliverableId, DisputeId, Effect, FlagId,
    FollowerCount, Money, PersonalText, Position, Terms, Tier, Timestamp, UsageRights,
};

/// Events of an agreement, from the invitation to its end.
#[derive(Clone, PartialEq, Debug)]
#[expect(
    missing_docs,
    reason = "the message of the same name in event/v1 documents each field"
)]
pub enum AgreementEvent {
    CreatorInvited {
        offer: Offer,
        previous: Option<CollaborationId>,
    },
    CreatorApplied {
        message: PersonalText,
        fee: Option<Money>,
        previous: Option<CollaborationId>,
    },
    OfferSent {
        offer: Offer,
    },
    ApplicationRejected {
        reason: PersonalText,
    },
    OfferCountered {
        offer: Offer,
        answers: u32,
        note: PersonalText,
    },
    OfferRevised {
        offer: Offer,
        answers: u32,
    },
    CounterRejected {
        offer_version: u32,
        reason: PersonalText,
    },
    BriefAccepted(BriefAccepted),
    InvitationDeclined {
        reason: PersonalText,
    },
    InvitationWithdrawn {
        reason: PersonalText,
    },
    InvitationExpired {
        offer_version: u32,
    },
    CollaborationCompleted,
    CollaborationCancelled {
        reason: PersonalText,
        kill_fee: Money,
    },
    CollaborationTerminated {
        reason: PersonalText,
        ground: Ground,
    },
    AmendmentProposed {
        version: u32,
        terms: Terms,
        reason: PersonalText,
    },
    TermsAmended {
        version: u32,
        terms: Terms,
        digest: [u8; 32],
        proposed: Position,
    },
    AmendmentRejected {
        version: u32,
        reason: PersonalText,
    },
    CreatorWithdrew {
        reason: PersonalText,
    },
}

/// What a brand may terminate a collaboration for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Ground {
    /// A safety flag of the creator that was open then.
    Flag(FlagId),
    /// The ruling of a dispute of the collaboration.
    Dispute(DisputeId),
}

/// A numbered version of terms: an offer of the brand, or a counter of the creator.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Offer {
    /// From 1.
    pub version: u32,
    /// The terms.
    pub terms: Terms,
    /// From this time on it cannot be accepted.
    pub expires_at: Timestamp,
}

/// The creator accepted; the terms are pinned.
#[derive(Clone, PartialEq, Debug)]
pub struct BriefAccepted {
    /// The version accepted.
    pub offer_version: u32,
    /// Tier at acceptance, frozen.
    pub tier: Tier,
    /// Scheme of the tier.
    pub tier_scheme: String,
    /// The largest count over the platforms promised.
    pub followers: Option<FollowerCount>,
    /// SHA-256 of the accepted terms.
    pub terms_digest: [u8; 32],
}

impl<S: RowsMut> Fold<'_, S> {
    pub(super) fn agreement_event(&mut self, event: &AgreementEvent) -> Folded<(), S> {
        match event {
            AgreementEvent::CreatorInvited { offer, previous } => {
                self.invited(offer, previous.clone())
            }
            AgreementEvent::CreatorApplied {
                message,
                fee,
                previous,
            } => self.applied(message, *fee, previous.clone()),
            AgreementEvent::OfferSent { offer } | AgreementEvent::OfferRevised { offer, .. } => {
                self.offered(offer)
            }
            AgreementEvent::OfferCountered { offer, note, .. } => self.countered(offer, note),
            AgreementEvent::ApplicationRejected { .. } | AgreementEvent::CounterRejected { .. } => {
                self.negotiation_ended(CollaborationState::Rejected)
            }
            AgreementEvent::BriefAccepted(accepted) => self.accepted(accepted),
            AgreementEvent::InvitationDeclined { .. } => {
                self.negotiation_ended(CollaborationState::Declined)
            }
            AgreementEvent::InvitationWithdrawn { .. } => {
                self.negotiation_ended(CollaborationState::Withdrawn)
            }
            AgreementEvent::InvitationExpired { .. } => {
                self.negotiation_ended(CollaborationState::Expired)
            }
            AgreementEvent::CollaborationCompleted => {
                self.collaboration_ended(CollaborationState::Completed)
            }
            AgreementEvent::CollaborationCancelled { .. }
            | AgreementEvent::CreatorWithdrew { .. } => {
                self.collaboration_ended(CollaborationState::Cancelled)
            }
            AgreementEvent::CollaborationTerminated { .. } => {
                self.collaboration_ended(CollaborationState::Terminated)?;
                self.terminated()
            }
            AgreementEvent::AmendmentProposed {
                version,
                terms,
                reason,
            } => self.amendment_proposed(*version, terms, reason),
            AgreementEvent::TermsAmended {
                version,
                terms,
                digest,
                ..
            } => self.amended(*version, terms, *digest),
            AgreementEvent::AmendmentRejected { .. } => self.amendment_rejected(),
        }
    }

    /// Adds the usage rights of terms to the list ordered by end.
    pub(super) fn list_rights(&mut self, terms: &Terms) -> Folded<(), S> {
        for entry in self.rights_of(terms)? {
            self.rows.put(entry.key(), entry);
        }
        Ok(())
    }

    /// Removes the usage rights of replaced terms from the list.
    pub(super) fn unlist_rights(&mut self, terms: &Terms) -> Folded<(), S> {
        for entry in self.rights_of(terms)? {
            self.rows.remove(&entry.key());
        }
        Ok(())
    }

    fn rights_of(&self, terms: &Terms) -> Folded<Vec<RightsEnd>, S> {
        let (collaboration, creator) = (self.collaboration_ref()?, self.creator_ref()?.creator);
        let entry = |rights: &UsageRights| RightsEnd {
            collaboration: collaboration.clone(),
            creator: creator.clone(),
            rights: rights.clone(),
        };
        Ok(terms.usage_rights.iter().map(entry).collect())
    }

    fn collaboration_ended(&mut self, to: CollaborationState) -> Folded<(), S> {
        let collaboration = self.collaboration()?;
        let from = collaboration.state;
        let committed_before = collaboration.committed_by_period();
        collaboration.state = to;
        collaboration.amendment = None;
        if to != CollaborationState::Completed {
            collaboration.commitment_minor = 0;
        }
        let committed = collaboration.committed_by_period();
        let creator = collaboration.creator.clone();
        let code = collaboration
            .terms()
            .and_then(|terms| terms.attribution.code.clone());
        let open: Vec<(DeliverableId, Timestamp)> = collaboration
            .deliverables
            .iter()
            .filter(|deliverable| deliverable.state.is_open())
            .map(|deliverable| (deliverable.terms.id.clone(), deliverable.due_at))
            .collect();
        self.end_live(&creator, code.as_ref())?;

        let campaign = self.campaign()?;
        campaign.live_collaborations = campaign.live_collaborations.saturating_sub(1);
        self.add_to_both(Effect::Agreement {
            from: Some(from),
            to,
        });
        self.committed_more(committed_before, committed)?;
        for (deliverable, due_at) in open {
            self.end_review(&deliverable)?;
            self.add_to_both(Effect::DueClosed { due_at });
        }
        Ok(())
    }

    /// Makes an accepted collaboration active, because work has begun. Returns its creator.
    pub(super) fn activate(&mut self) -> Folded<CreatorId, S> {
        let collaboration = self.collaboration()?;
        let creator = collaboration.creator.clone();
        if collaboration.state == CollaborationState::Accepted {
            collaboration.state = CollaborationState::Active;
            let (from, to) = (
                Some(CollaborationState::Accepted),
                CollaborationState::Active,
            );
            self.add_to_both(Effect::Agreement { from, to });
        }
        Ok(creator)
    }
}
