//! How the oracle collects what happened, track by track.

use campaign_ledger::domain::*;

use super::{Dispute, Line, Seeing, Story};

impl Story {
    pub(super) fn hear_campaign(&mut self, event: &CampaignEvent) {
        // The state and the cap of a campaign are in no total.
        match event {
            CampaignEvent::CampaignCreated { plan } => self.plan = Some(plan.clone()),
            CampaignEvent::CampaignOpened { emv_model } => {
                let prices = emv_model.iter().flat_map(|model| model.prices.clone());
                self.prices = prices.collect();
            }
            _ => {}
        }
    }

    pub(super) fn hear_agreement(
        &mut self,
        record: &Record,
        owner: &Option<CollaborationId>,
        event: &AgreementEvent,
    ) {
        match event {
            AgreementEvent::CreatorInvited { offer, .. } => {
                let creator = record.subject.creator.clone().unwrap();
                let id = owner.clone().unwrap();
                self.begun(id, creator, CollaborationState::Invited);
                self.agreement(owner).offers(&offer.terms);
            }
            AgreementEvent::CreatorApplied { .. } => {
                let creator = record.subject.creator.clone().unwrap();
                let id = owner.clone().unwrap();
                self.begun(id, creator, CollaborationState::Applied);
            }
            AgreementEvent::OfferSent { offer } | AgreementEvent::OfferRevised { offer, .. } => {
                self.moves(owner, CollaborationState::Invited);
                self.agreement(owner).offers(&offer.terms);
            }
            AgreementEvent::OfferCountered { offer, .. } => {
                self.moves(owner, CollaborationState::Countered);
                self.agreement(owner).promises(&offer.terms);
            }
            AgreementEvent::ApplicationRejected { .. } | AgreementEvent::CounterRejected { .. } => {
                self.moves(owner, CollaborationState::Rejected)
            }
            AgreementEvent::TermsAmended { terms, .. } => {
                self.agreement(owner).amends(record.happened_at(), terms);
            }
            // Proposals are in no total.
            AgreementEvent::AmendmentProposed { .. } | AgreementEvent::AmendmentRejected { .. } => {
            }
            AgreementEvent::BriefAccepted(_) => {
                self.agreement(owner).accepts(record.happened_at());
                self.moves(owner, CollaborationState::Accepted);
            }
            AgreementEvent::InvitationDeclined { .. } => {
                self.moves(owner, CollaborationState::Declined)
            }
            AgreementEvent::InvitationWithdrawn { .. } => {
                self.moves(owner, CollaborationState::Withdrawn)
            }
            AgreementEvent::InvitationExpired { .. } => {
                self.moves(owner, CollaborationState::Expired)
            }
            AgreementEvent::CollaborationCompleted => {
                self.moves(owner, CollaborationState::Completed)
            }
            AgreementEvent::CollaborationCancelled { .. }
            | AgreementEvent::CreatorWithdrew { .. } => {
                self.moves(owner, CollaborationState::Cancelled);
            }
            AgreementEvent::CollaborationTerminated { .. } => {
                self.moves(owner, CollaborationState::Terminated);
                self.agreement(owner).terminated_at = Some(record.happened_at());
            }
        }
    }

    pub(super) fn hear_content(&mut self, owner: &Option<CollaborationId>, event: &ContentEvent) {
        match event {
            ContentEvent::ContentSubmitted { deliverable, .. } => {
                self.begins(owner);
                let work = self.work(owner, deliverable);
                work.submissions += 1;
                work.state = DeliverableState::Submitted;
            }
            ContentEvent::RevisionRequested { deliverable, .. } => {
                let work = self.work(owner, deliverable);
                work.revisions += 1;
                work.state = DeliverableState::RevisionRequested;
            }
            ContentEvent::ContentApproved {
                deliverable,
                rating,
                ..
            } => {
                let work = self.work(owner, deliverable);
                work.ratings.extend(*rating);
                work.was_approved = true;
                work.state = DeliverableState::Approved;
            }
            ContentEvent::ContentRejected { deliverable, .. } => {
                self.work(owner, deliverable).state = DeliverableState::Rejected;
            }
            ContentEvent::DeliverableWaived { deliverable, .. } => {
                let work = self.work(owner, deliverable);
                work.state = DeliverableState::Waived;
                work.was_waived = true;
            }
            ContentEvent::DeadlineRescheduled {
                deliverable,
                due_at,
                ..
            } => self.work(owner, deliverable).due_at = *due_at,
        }
    }

    pub(super) fn hear_publication(
        &mut self,
        owner: &Option<CollaborationId>,
        event: &PublicationEvent,
    ) {
        match event {
            PublicationEvent::PublicationVerified { deliverable, .. } => {
                let work = self.work(owner, deliverable);
                work.state = DeliverableState::Verified;
                work.was_verified = true;
            }
            PublicationEvent::PostRemoved(removed) => {
                let work = self.work(owner, &removed.deliverable);
                work.before_removal = Some(work.state);
                work.state = DeliverableState::Removed;
                let published_at = self.post(owner, &removed.publication).recorded.published_at;
                let terms = self.agreement(owner).terms_at(published_at);
                let days = terms.map_or(0, |terms| terms.min_live_days);
                let post = self.post(owner, &removed.publication);
                post.lives.push(removed.removed_at);
                post.promised_days.push(days);
            }
            PublicationEvent::PostRestored {
                publication,
                deliverable,
                restored_at,
            } => {
                let work = self.work(owner, deliverable);
                work.state = work.before_removal.take().unwrap();
                self.post(owner, publication).lives.push(*restored_at);
            }
            PublicationEvent::DisclosureChecked(checked) => {
                let published_at = self.post(owner, &checked.publication).recorded.published_at;
                let terms = self.agreement(owner).terms_at(published_at);
                let is_agreed = terms.is_some_and(|terms| terms.disclosure.is_some());
                let post = self.post(owner, &checked.publication);
                post.was_insufficient.0 |= !checked.found.sufficient;
                post.was_insufficient.1 |= !checked.found.sufficient && is_agreed;
            }
            PublicationEvent::PublicationRecorded(recorded) => self.published(owner, recorded),
            PublicationEvent::PublicationCorrected(corrected) => {
                let now = corrected.now.as_ref().unwrap();
                let agreed = self.agreement(owner).terms_at(now.published_at);
                let days = agreed.map_or(0, |terms| terms.min_live_days);
                let was_agreed = agreed.is_some_and(|terms| terms.disclosure.is_some());
                let post = self.post(owner, &corrected.publication);
                let before = post.recorded.published_at;
                post.was_agreed = was_agreed;
                post.recorded = now.clone();
                if now.published_at != before {
                    post.promised_days.fill(days);
                }
                let fact = self.late_facts.iter().position(|at| *at == before);
                self.late_facts[fact.unwrap()] = now.published_at;
            }
        }
    }

    pub(super) fn hear_seeding(&mut self, owner: &Option<CollaborationId>, event: &SeedingEvent) {
        match event {
            SeedingEvent::ProductShipped { value, .. } => {
                self.begins(owner);
                self.shipped.push(*value);
                self.agreement(owner).gifted = true;
            }
            SeedingEvent::ProductReceived { .. } => self.received += 1,
            SeedingEvent::ProductReturned { value, .. } => self.returned.push(*value),
        }
    }

    pub(super) fn hear_engagement(
        &mut self,
        record: &Record,
        owner: &Option<CollaborationId>,
        event: &EngagementEvent,
    ) {
        match event {
            EngagementEvent::EngagementRecorded {
                publication,
                observation,
                ..
            } => {
                self.late_facts.push(observation.seen.observed_at);
                self.post(owner, publication).observations.push(Seeing {
                    position: record.position,
                    observation: *observation,
                    is_void: false,
                });
            }
            EngagementEvent::EngagementCorrected {
                publication,
                observation,
                replaces,
                ..
            } => {
                let seeing = self.seeing(owner, publication, replaces.observation);
                seeing.observation.counters = observation.counters;
            }
            EngagementEvent::EngagementVoided {
                publication,
                replaces,
                ..
            } => {
                self.seeing(owner, publication, replaces.observation)
                    .is_void = true
            }
        }
    }

    pub(super) fn hear_revenue(&mut self, record: &Record, event: &RevenueEvent) {
        match event {
            RevenueEvent::ConversionRecorded(conversion) => {
                self.late_facts.push(conversion.ordered_at);
                self.pin_rates(conversion, |_| true);
                self.pin_lock(conversion);
                self.orders.push(conversion.clone());
            }
            RevenueEvent::ConversionRejected(_) => self.rejected_claims += 1,
            RevenueEvent::RefundRecorded { refund, .. }
            | RevenueEvent::RefundApplied { refund, .. } => {
                self.refunds.push(refund.clone());
            }
            RevenueEvent::ConversionAdjusted { adjustment, .. } => {
                let at = record.happened_at();
                self.adjustments.push((adjustment.clone(), at));
            }
            RevenueEvent::OrderLocked { order } => {
                let taken = self.taken_now(order);
                self.locked.insert(order.clone(), taken);
            }
            RevenueEvent::RefundRejected { .. } => {}
            RevenueEvent::ConversionCorrected(_)
            | RevenueEvent::ConversionVoided(_)
            | RevenueEvent::ConversionReattributed(_)
            | RevenueEvent::RefundVoided(_)
            | RevenueEvent::ConversionRated(_) => self.hear_correction(event),
        }
    }

    pub(super) fn hear_settlement(
        &mut self,
        owner: &Option<CollaborationId>,
        event: &SettlementEvent,
    ) {
        match event {
            SettlementEvent::CostRecorded(recorded) => {
                if let Some(OwedFor::Commission {
                    order,
                    on_time_minor,
                }) = &recorded.owed_for
                {
                    self.told_on_time.push((order.clone(), *on_time_minor));
                }
                let counts_from = match &recorded.owed_for {
                    Some(OwedFor::Commission { order, .. }) => self.ordered_at(order),
                    Some(OwedFor::FeePart { .. } | OwedFor::Bonus { .. }) | None => {
                        recorded.incurred_at
                    }
                };
                self.late_facts.push(counts_from);
                let (recorded, is_reversed) = (recorded.clone(), false);
                let id = recorded.cost.clone();
                let line = Line {
                    recorded,
                    owner: owner.clone(),
                    is_reversed,
                    adjusted_minor: 0,
                    counts_from,
                };
                assert!(
                    self.lines.insert(id, line).is_none(),
                    "a line is recorded once"
                );
            }
            SettlementEvent::CostReversed { cost, .. } => {
                self.lines.get_mut(cost).unwrap().is_reversed = true;
            }
            SettlementEvent::PaymentRecorded(payment) => {
                let line = &self.lines[&payment.cost];
                self.late_facts.push(line.counts_from);
                self.payments.push(payment.clone());
            }
            SettlementEvent::PaymentVoided(voided) => {
                let at = self
                    .payments
                    .iter()
                    .position(|paid| paid.payment == voided.payment);
                let paid = self.payments.remove(at.unwrap());
                let fact = self.late_facts.iter().position(|at| *at == paid.paid_at);
                self.late_facts.remove(fact.unwrap());
            }
            SettlementEvent::CostCorrected(corrected) => {
                let line = self.lines.get_mut(&corrected.cost).unwrap();
                let before = line.recorded.incurred_at;
                line.recorded.kind = corrected.kind;
                line.recorded.amount = corrected.amount;
                line.recorded.fx_rate = corrected.fx_rate.clone();
                line.recorded.incurred_at = corrected.incurred_at;
                line.counts_from = corrected.incurred_at;
                let fact = self.late_facts.iter().position(|at| *at == before);
                self.late_facts[fact.unwrap()] = corrected.incurred_at;
            }
            SettlementEvent::CostRated(rated) => {
                let line = self.lines.get_mut(&rated.cost).unwrap();
                line.recorded.fx_rate = Some(rated.fx_rate.clone());
            }
            SettlementEvent::CostAdjusted {
                cost,
                delta_minor,
                order,
                on_time_minor,
                ..
            } => {
                self.lines.get_mut(cost).unwrap().adjusted_minor += delta_minor;
                let told = order.clone().zip(*on_time_minor);
                self.told_on_time.extend(told);
            }
            SettlementEvent::CommissionCarried {
                order,
                amount_minor,
                on_time_minor,
                ..
            } => {
                self.carried.push((order.clone(), *amount_minor));
                self.told_on_time.push((order.clone(), *on_time_minor));
            }
            // The state of a line and its tax are in no total.
            SettlementEvent::CostApproved { .. }
            | SettlementEvent::CostWithheld { .. }
            | SettlementEvent::CostReleased { .. }
            | SettlementEvent::TaxRecorded { .. } => {}
        }
    }

    pub(super) fn hear_dispute(&mut self, event: &DisputeEvent) {
        match event {
            DisputeEvent::DisputeOpened(opened) => {
                let dispute = Dispute {
                    about_number: matches!(opened.subject, DisputeSubject::Number { .. }),
                    line: match &opened.subject {
                        DisputeSubject::Cost(line) => Some(line.clone()),
                        DisputeSubject::Deliverable(_) | DisputeSubject::Number { .. } => None,
                    },
                    is_open: true,
                };
                self.disputes.insert(opened.dispute.clone(), dispute);
            }
            DisputeEvent::DisputeResolved { dispute, .. } => {
                let dispute = self.disputes.get_mut(dispute).unwrap();
                dispute.is_open = false;
                let line = dispute.line.as_ref().map(|line| &self.lines[line]);
                if let Some(OwedFor::Commission { order, .. }) =
                    line.and_then(|line| line.recorded.owed_for.as_ref())
                {
                    self.ruled.insert(order.clone());
                }
            }
        }
    }

    pub(super) fn hear_hold(&mut self, owner: &Option<CollaborationId>, event: &HoldEvent) {
        let owner = owner.clone().unwrap();
        match event {
            HoldEvent::HoldPlaced(placed) => {
                self.holds.insert((owner, placed.hold.clone()), true);
            }
            HoldEvent::HoldReleased { hold, .. } => {
                self.holds.insert((owner, hold.clone()), false);
            }
        }
    }
}
