//! Events of the agreement, from the invitation to its end, and how they are folded.

use serde::{Deserialize, Serialize};

use super::{Fold, Folded};
use crate::domain::rows::Rows;
use crate::domain::state::{
    Acceptance, CodeHolder, CodeHolders, Collaboration, CommissionAccount, CreatorCollaboration,
    Deliverable, Due, OpenInvitation, Pair, PinnedTerms, RightsEnd,
};
use crate::domain::{
    Code, CollaborationId, CollaborationState, CreatorId, DeliverableId, DeliverableState, Effect,
    FactTiming, FlagId, FollowerCount, Money, Terms, Tier, Timestamp,
};

/// What happened to an agreement, from the invitation to its end.
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
    BriefAccepted(BriefAccepted),
    InvitationDeclined {
        reason: String,
    },
    InvitationWithdrawn {
        reason: String,
    },
    InvitationExpired {
        offer_version: u32,
    },
    CollaborationCompleted,
    CollaborationCancelled {
        reason: String,
        kill_fee: Money,
    },
    CollaborationTerminated {
        reason: String,
        flag: FlagId,
    },
}

/// A numbered version of terms offered.
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

impl<S: Rows> Fold<'_, S> {
    pub(super) fn agreement_event(&mut self, event: &AgreementEvent) -> Folded<(), S> {
        match event {
            AgreementEvent::CreatorInvited { offer, previous } => {
                self.invited(offer, previous.clone())
            }
            AgreementEvent::BriefAccepted(accepted) => self.accepted(accepted),
            AgreementEvent::InvitationDeclined { .. } => {
                self.invitation_ended(CollaborationState::Declined)
            }
            AgreementEvent::InvitationWithdrawn { .. } => {
                self.invitation_ended(CollaborationState::Withdrawn)
            }
            AgreementEvent::InvitationExpired { .. } => {
                self.invitation_ended(CollaborationState::Expired)
            }
            AgreementEvent::CollaborationCompleted => {
                self.collaboration_ended(CollaborationState::Completed)
            }
            AgreementEvent::CollaborationCancelled { .. } => {
                self.collaboration_ended(CollaborationState::Cancelled)
            }
            AgreementEvent::CollaborationTerminated { .. } => {
                self.collaboration_ended(CollaborationState::Terminated)
            }
        }
    }

    fn invited(&mut self, offer: &Offer, previous: Option<CollaborationId>) -> Folded<(), S> {
        let place = self.collaboration_ref()?;
        let creator = self.creator_ref()?.creator;
        let collaboration = Collaboration {
            creator: creator.clone(),
            previous,
            state: CollaborationState::Invited,
            offer: offer.clone(),
            acceptance: None,
            pinned: Vec::new(),
            deliverables: offer
                .terms
                .deliverables
                .iter()
                .map(Deliverable::planned)
                .collect(),
            shipments: Vec::new(),
            holds: Vec::new(),
            commitment_minor: 0,
            fee_lines_minor: 0,
            commission: CommissionAccount::default(),
            open_disputes: Vec::new(),
            invited_at: self.record.recorded_at,
            updated: self.record.position,
        };
        self.rows.put(Collaboration::key(&place), collaboration);
        let index = CreatorCollaboration {
            campaign: place.campaign.clone(),
            collaboration: place.collaboration.clone(),
        };
        self.rows.put(index.key(&place.brand, &creator), index);

        let pair: &mut Pair = self
            .rows
            .upsert(&Pair::key(&place.campaign_ref(), &creator))?;
        pair.live = Some(place.collaboration.clone());
        pair.last = Some(place.collaboration.clone());

        let open = OpenInvitation {
            expires_at: offer.expires_at,
        };
        self.rows.put(OpenInvitation::key(&place), open);
        let due = Due::Offer {
            collaboration: place.clone(),
            version: offer.version,
        };
        self.rows.put(due.key(offer.expires_at), due);
        if let Some(code) = &offer.terms.attribution.code {
            let held = CodeHolder {
                collaboration: place.collaboration.clone(),
                accepted_at: None,
                live: true,
            };
            let key = CodeHolders::key(&place.campaign_ref(), code);
            self.rows.upsert::<CodeHolders>(&key)?.holders.push(held);
        }

        let campaign = self.campaign()?;
        campaign.budget.reserved += offer.terms.fee.minor;
        campaign.open_invitations += 1;
        let agreed = Effect::Agreement {
            from: None,
            to: CollaborationState::Invited,
        };
        self.add_to_both(agreed);
        Ok(())
    }

    fn accepted(&mut self, accepted: &BriefAccepted) -> Folded<(), S> {
        let record = self.record;
        let collaboration = self.collaboration()?;
        let offer = collaboration.offer.clone();
        let terms = &offer.terms;
        collaboration.state = CollaborationState::Accepted;
        collaboration.commitment_minor = terms.fee.minor;
        collaboration.pinned.push(PinnedTerms {
            version: accepted.offer_version,
            terms: terms.clone(),
            digest: accepted.terms_digest,
            // Orders are told of with their own times, so the claimed time of the acceptance counts.
            from: record.happened_at(),
        });
        collaboration.acceptance = Some(Acceptance {
            offer_version: accepted.offer_version,
            at: record.recorded_at,
            tier: accepted.tier,
            tier_scheme: accepted.tier_scheme.clone(),
            followers: accepted.followers,
            by: record.actor.clone(),
            on_behalf_of: record.on_behalf_of.clone(),
        });
        self.answer(&offer)?;
        if let Some(code) = &terms.attribution.code {
            let at = record.happened_at();
            self.change_holder(code, |holder| holder.accepted_at = Some(at))?;
        }

        let campaign = self.campaign()?;
        campaign.budget.reserved -= terms.fee.minor;
        campaign.budget.committed += terms.fee.minor;
        campaign.live_collaborations += 1;
        self.list_rights(terms)?;
        self.add_accepted(terms);
        Ok(())
    }

    /// Lists the rights of use that terms give, by when they end.
    fn list_rights(&mut self, terms: &Terms) -> Folded<(), S> {
        let (collaboration, creator) = (self.collaboration_ref()?, self.creator_ref()?.creator);
        for rights in &terms.usage_rights {
            let entry = RightsEnd {
                collaboration: collaboration.clone(),
                creator: creator.clone(),
                rights: rights.clone(),
            };
            self.rows.put(entry.key(), entry);
        }
        Ok(())
    }

    fn add_accepted(&mut self, terms: &Terms) {
        let (from, to) = (
            Some(CollaborationState::Invited),
            CollaborationState::Accepted,
        );
        self.add_to_both(Effect::Agreement { from, to });
        let timing = FactTiming::OnTime;
        self.add_to_both(Effect::Committed {
            timing,
            minor: terms.fee.minor,
        });
        let count = u32::try_from(terms.deliverables.len()).unwrap_or(u32::MAX);
        self.add_to_both(Effect::DeliverablesAccepted { count });
        for promised in &terms.deliverables {
            let planned = Effect::Deliverable {
                from: None,
                to: DeliverableState::Planned,
            };
            self.add_to_both(planned);
            self.add_to_both(Effect::DueOpened {
                due_at: promised.due_at,
            });
        }
    }

    fn invitation_ended(&mut self, to: CollaborationState) -> Folded<(), S> {
        let collaboration = self.collaboration()?;
        collaboration.state = to;
        let creator = collaboration.creator.clone();
        let offer = collaboration.offer.clone();
        self.answer(&offer)?;
        self.end_live(&creator, offer.terms.attribution.code.as_ref())?;
        self.campaign()?.budget.reserved -= offer.terms.fee.minor;
        let from = Some(CollaborationState::Invited);
        self.add_to_both(Effect::Agreement { from, to });
        Ok(())
    }

    /// Takes the offer off the lists of open ones.
    fn answer(&mut self, offer: &Offer) -> Folded<(), S> {
        let place = self.collaboration_ref()?;
        self.rows.remove(&OpenInvitation::key(&place));
        let due = Due::Offer {
            collaboration: place,
            version: offer.version,
        };
        self.rows.remove(&due.key(offer.expires_at));
        let campaign = self.campaign()?;
        campaign.open_invitations = campaign.open_invitations.saturating_sub(1);
        Ok(())
    }

    fn end_live(&mut self, creator: &CreatorId, code: Option<&Code>) -> Folded<(), S> {
        let key = Pair::key(&self.campaign_ref()?, creator);
        self.rows.upsert::<Pair>(&key)?.live = None;
        match code {
            Some(code) => self.change_holder(code, |holder| holder.live = false),
            None => Ok(()),
        }
    }

    fn change_holder(
        &mut self,
        code: &Code,
        change: impl FnOnce(&mut CodeHolder),
    ) -> Folded<(), S> {
        let place = self.collaboration_ref()?;
        let key = CodeHolders::key(&place.campaign_ref(), code);
        let codes: &mut CodeHolders = self.rows.upsert(&key)?;
        let mut holders = codes.holders.iter_mut();
        if let Some(holder) = holders.find(|held| held.collaboration == place.collaboration) {
            change(holder);
        }
        codes
            .holders
            .retain(|held| held.live || held.accepted_at.is_some());
        Ok(())
    }

    fn collaboration_ended(&mut self, to: CollaborationState) -> Folded<(), S> {
        let collaboration = self.collaboration()?;
        let from = collaboration.state;
        let committed_before = collaboration.committed_minor();
        collaboration.state = to;
        if to != CollaborationState::Completed {
            collaboration.commitment_minor = 0;
        }
        let released = committed_before - collaboration.committed_minor();
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
        campaign.budget.committed -= released;
        self.add_to_both(Effect::Agreement {
            from: Some(from),
            to,
        });
        if released != 0 {
            let timing = FactTiming::OnTime;
            self.add_to_both(Effect::Committed {
                timing,
                minor: -released,
            });
        }
        for (deliverable, due_at) in open {
            self.end_review(&deliverable)?;
            self.add_to_both(Effect::DueClosed { due_at });
        }
        Ok(())
    }

    /// Makes an accepted collaboration active: work has begun. Returns its creator.
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
