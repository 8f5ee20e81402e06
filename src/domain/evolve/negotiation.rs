//! How the negotiation is folded: invitation or application, offer, counter, answer.

use super::{Fold, Folded, push_kept};
use crate::domain::limits::KEPT_OFFERS;
use crate::domain::rows::RowsMut;
use crate::domain::state::{
    Acceptance, Application, CodeHolder, CodeHolders, Collaboration, CommissionAccount, Creator,
    CreatorCollaboration, Deliverable, Due, LiveCollaboration, OfferMade, OpenInvitation, Pair,
    PinnedTerms,
};
use crate::domain::{
    ActorKind, BriefAccepted, CLOCK_TOLERANCE, CollaborationId, CollaborationState, CreatorId,
    CreatorRef, DeliverableState, DeliverableTerms, Effect, FactTiming, Matched, Money, Offer,
    PersonalText, Record, Span, Terms, Timestamp,
};

/// How long an offer that was entered late stays open after it was recorded.
const ENTERED_LATE: Span = Span::seconds(24 * 60 * 60);

/// Returns until when an offer can be answered: until it expires, but if it was entered late, for a
/// day after it was recorded. Only answers that happened before it expired are accepted then.
fn open_until(record: &Record, expires_at: Timestamp) -> Timestamp {
    match record.occurred_at {
        Some(at) if record.recorded_at.since(at) > CLOCK_TOLERANCE => {
            expires_at.max(record.recorded_at.after(ENTERED_LATE))
        }
        Some(_) | None => expires_at,
    }
}

impl<S: RowsMut> Fold<'_, S> {
    pub(super) fn invited(
        &mut self,
        offer: &Offer,
        previous: Option<CollaborationId>,
    ) -> Folded<(), S> {
        self.begin(previous, None)?;
        self.offered(offer)
    }

    pub(super) fn applied(
        &mut self,
        message: &PersonalText,
        fee: Option<Money>,
        previous: Option<CollaborationId>,
    ) -> Folded<(), S> {
        let application = Application {
            at: self.record.recorded_at,
            message: message.clone(),
            fee,
        };
        self.begin(previous, Some(application))?;
        let place = self.collaboration_ref()?;
        let open = OpenInvitation { open_until: None };
        self.rows.put(OpenInvitation::key(&place), open);
        self.campaign()?.applications += 1;
        let to = CollaborationState::Applied;
        self.add_to_both(Effect::Agreement { from: None, to });
        Ok(())
    }

    /// Creates the row of a collaboration without offers or accepted terms.
    fn begin(
        &mut self,
        previous: Option<CollaborationId>,
        application: Option<Application>,
    ) -> Folded<(), S> {
        let place = self.collaboration_ref()?;
        let creator = self.creator_ref()?.creator;
        let collaboration = Collaboration {
            creator: creator.clone(),
            previous,
            state: CollaborationState::Applied,
            application,
            offers: Vec::new(),
            last_version: 0,
            reserved_minor: 0,
            acceptance: None,
            pinned: Vec::new(),
            amendment: None,
            deliverables: Vec::new(),
            shipments: Vec::new(),
            holds: 0,
            open_holds: Vec::new(),
            latest_holds: Vec::new(),
            commitment_minor: 0,
            fee_lines_minor: 0,
            terminated_at: None,
            fee_lines_on_time_minor: 0,
            fee_lines_counted_minor: 0,
            commission: CommissionAccount::default(),
            open_disputes: Vec::new(),
            invited_at: None,
            updated: self.record.position,
        };
        self.rows.put(Collaboration::key(&place), collaboration);
        let index = CreatorCollaboration {
            campaign: place.campaign.clone(),
            collaboration: place.collaboration.clone(),
        };
        self.rows.put(index.key(&place.brand, &creator), index);
        let name = self.creator_ref()?;
        let live = LiveCollaboration {
            collaboration: place.clone(),
        };
        self.rows.put(LiveCollaboration::key(&name, &place), live);
        // The fold of a single campaign has no creators.
        let known = Creator::key(&name);
        if let Some(known) = self.rows.get_mut::<Creator>(&known)? {
            known.collaborations += 1;
        }

        let pair: &mut Pair = self
            .rows
            .upsert(&Pair::key(&place.campaign_ref(), &creator))?;
        pair.live = Some(place.collaboration.clone());
        pair.last = Some(place.collaboration);
        Ok(())
    }

    /// Folds an offer of the brand, either the first one or one after a counter. It replaces the
    /// previous offer in the budget, and reserves its code.
    pub(super) fn offered(&mut self, offer: &Offer) -> Folded<(), S> {
        let invited_at = self.record.happened_at();
        let collaboration = self.collaboration()?;
        collaboration.invited_at.get_or_insert(invited_at);
        let before = collaboration.offer_of_brand();
        let held = before.and_then(|offer| offer.terms.attribution.code.clone());
        let fee_minor = offer.terms.fee.minor;
        let reserved = std::mem::replace(&mut collaboration.reserved_minor, fee_minor);
        self.campaign()?.budget.reserved += fee_minor - reserved;
        self.move_code(held.as_ref(), offer.terms.attribution.code.as_ref())?;
        self.next_version(offer, ActorKind::Brand, &PersonalText::EMPTY)
    }

    pub(super) fn countered(&mut self, offer: &Offer, note: &PersonalText) -> Folded<(), S> {
        self.next_version(offer, ActorKind::Creator, note)
    }

    /// Makes a version the one that waits for an answer.
    fn next_version(&mut self, offer: &Offer, by: ActorKind, note: &PersonalText) -> Folded<(), S> {
        let to = match by {
            ActorKind::Brand | ActorKind::System => CollaborationState::Invited,
            ActorKind::Creator => CollaborationState::Countered,
        };
        let made = OfferMade {
            offer: offer.clone(),
            by,
            at: self.record.happened_at(),
            recorded_at: self.record.recorded_at,
            open_until: open_until(self.record, offer.expires_at),
            note: note.clone(),
        };
        let open_until = made.open_until;
        let collaboration = self.collaboration()?;
        let before = collaboration.offer_made().map(OfferMade::due);
        let applied = collaboration.application.is_some();
        let from = std::mem::replace(&mut collaboration.state, to);
        collaboration.last_version = offer.version;
        push_kept(&mut collaboration.offers, made, KEPT_OFFERS);
        let promised = offer.terms.deliverables.iter();
        collaboration.deliverables = promised.map(Deliverable::planned).collect();

        let place = self.collaboration_ref()?;
        let due = |version| Due::Offer {
            collaboration: place.clone(),
            version,
        };
        let open = OpenInvitation {
            open_until: Some(open_until),
        };
        self.rows.put(OpenInvitation::key(&place), open);
        if let Some((version, open_until)) = before {
            self.rows.remove(&due(version).key(open_until));
        }
        let row = due(offer.version);
        self.rows.put(row.key(open_until), row);
        let is_first = before.is_none();
        let campaign = self.campaign()?;
        if is_first {
            campaign.open_invitations += 1;
        }
        if is_first && applied {
            campaign.applications = campaign.applications.saturating_sub(1);
        }
        let from = Some(from).filter(|_| applied || !is_first);
        self.add_to_both(Effect::Agreement { from, to });
        Ok(())
    }

    pub(super) fn accepted(&mut self, accepted: &BriefAccepted) -> Folded<(), S> {
        let record = self.record;
        let dangling = self.dangling("offer");
        let collaboration = self.collaboration()?;
        let made = collaboration.offer_made().cloned().ok_or(dangling)?;
        let offer = &made.offer;
        let held = collaboration.offer_of_brand();
        let held = held.and_then(|offer| offer.terms.attribution.code.clone());
        let terms = &offer.terms;
        let from = std::mem::replace(&mut collaboration.state, CollaborationState::Accepted);
        let reserved = std::mem::take(&mut collaboration.reserved_minor);
        collaboration.commitment_minor = terms.fee.minor;
        collaboration.pinned.push(PinnedTerms {
            version: accepted.offer_version,
            terms: terms.clone(),
            digest: accepted.terms_digest,
            // Orders state their own times, so the stated time of the acceptance counts.
            from: record.happened_at(),
        });
        collaboration.acceptance = Some(Acceptance {
            offer_version: accepted.offer_version,
            at: record.happened_at(),
            recorded_at: record.recorded_at,
            tier: accepted.tier,
            tier_scheme: accepted.tier_scheme.clone(),
            followers: accepted.followers,
            by: record.actor.clone(),
            on_behalf_of: record.on_behalf_of.clone(),
        });
        self.close(Some(made.due()))?;
        let code = terms.attribution.code.as_ref();
        self.move_code(held.as_ref(), code)?;
        self.pin_code(code)?;

        let campaign = self.campaign()?;
        campaign.budget.reserved -= reserved;
        campaign.budget.committed += terms.fee.minor;
        campaign.live_collaborations += 1;
        self.list_rights(terms)?;
        self.add_accepted(from, terms);
        Ok(())
    }

    fn add_accepted(&mut self, from: CollaborationState, terms: &Terms) {
        let (from, to) = (Some(from), CollaborationState::Accepted);
        self.add_to_both(Effect::Agreement { from, to });
        let timing = FactTiming::OnTime;
        self.add_to_both(Effect::Committed {
            timing,
            minor: terms.fee.minor,
        });
        self.add_promised(&terms.deliverables);
    }

    /// Adds deliverables that were agreed on and have not begun.
    pub(super) fn add_promised(&mut self, promised: &[DeliverableTerms]) {
        let count = u32::try_from(promised.len()).unwrap_or(u32::MAX);
        self.add_to_both(Effect::DeliverablesAccepted { count });
        for promised in promised {
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

    /// Ends a negotiation without an agreement.
    pub(super) fn negotiation_ended(&mut self, to: CollaborationState) -> Folded<(), S> {
        let collaboration = self.collaboration()?;
        let from = std::mem::replace(&mut collaboration.state, to);
        let reserved = std::mem::take(&mut collaboration.reserved_minor);
        let creator = collaboration.creator.clone();
        let offer = collaboration.offer_made().map(OfferMade::due);
        let held = collaboration.offer_of_brand();
        let code = held.and_then(|offer| offer.terms.attribution.code.clone());
        self.close(offer)?;
        self.end_live(&creator, code.as_ref())?;
        let campaign = self.campaign()?;
        if !campaign.state.is_ended() {
            campaign.budget.reserved -= reserved;
        }
        let from = Some(from);
        self.add_to_both(Effect::Agreement { from, to });
        Ok(())
    }

    /// Removes the version, or the application, from the lists of what waits for an answer.
    fn close(&mut self, offer: Option<(u32, Timestamp)>) -> Folded<(), S> {
        let place = self.collaboration_ref()?;
        self.rows.remove(&OpenInvitation::key(&place));
        if let Some((version, open_until)) = offer {
            let due = Due::Offer {
                collaboration: place,
                version,
            };
            self.rows.remove(&due.key(open_until));
        }
        let campaign = self.campaign()?;
        if campaign.state.is_ended() {
            return self.ending_recorded();
        }
        let counted = match offer {
            Some(_) => &mut campaign.open_invitations,
            None => &mut campaign.applications,
        };
        *counted = counted.saturating_sub(1);
        Ok(())
    }

    pub(super) fn end_live(
        &mut self,
        creator: &CreatorId,
        code: Option<&Matched>,
    ) -> Folded<(), S> {
        let place = self.collaboration_ref()?;
        let key = Pair::key(&place.campaign_ref(), creator);
        self.rows.upsert::<Pair>(&key)?.live = None;
        let name = CreatorRef {
            brand: place.brand.clone(),
            creator: creator.clone(),
        };
        self.rows.remove(&LiveCollaboration::key(&name, &place));
        self.change_holder(code, |holder| holder.live = false)
    }

    /// Releases one code and reserves another, unless they are the same.
    pub(super) fn move_code(
        &mut self,
        from: Option<&Matched>,
        to: Option<&Matched>,
    ) -> Folded<(), S> {
        if from.map(|code| code.digest) == to.map(|code| code.digest) {
            return Ok(());
        }
        self.change_holder(from, |holder| holder.live = false)?;
        let Some(code) = to else { return Ok(()) };
        let place = self.collaboration_ref()?;
        let key = CodeHolders::key(&place.campaign_ref(), code.digest);
        let held = CodeHolder {
            collaboration: place.collaboration,
            accepted_at: None,
            live: true,
        };
        self.rows.upsert::<CodeHolders>(&key)?.holders.push(held);
        Ok(())
    }

    /// Records that terms with a code are in force. A collaboration that already had the code keeps
    /// its earlier time.
    pub(super) fn pin_code(&mut self, code: Option<&Matched>) -> Folded<(), S> {
        let at = self.record.happened_at();
        self.change_holder(code, |holder| {
            holder.accepted_at.get_or_insert(at);
        })
    }

    fn change_holder(
        &mut self,
        code: Option<&Matched>,
        change: impl FnOnce(&mut CodeHolder),
    ) -> Folded<(), S> {
        let Some(code) = code else { return Ok(()) };
        let place = self.collaboration_ref()?;
        let key = CodeHolders::key(&place.campaign_ref(), code.digest);
        let codes: &mut CodeHolders = self.rows.upsert(&key)?;
        let mut holders = codes.holders.iter_mut();
        let is_own =
            |held: &&mut CodeHolder| held.live && held.collaboration == place.collaboration;
        if let Some(holder) = holders.find(is_own) {
            change(holder);
        }
        codes
            .holders
            .retain(|held| held.live || held.accepted_at.is_some());
        Ok(())
    }
}
