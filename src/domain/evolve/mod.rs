//! Evolve: folds one event into rows and says what it contributes to totals.
//!
//! The writer, the views, replays and as-of answers all run this and nothing else, which is why
//! they agree. It never refuses: an event that does not fit the rows means the log is not the one
//! the rows were folded from, or is damaged.

mod agreement;
mod campaign;
mod conversion;
mod creator;
mod deliverable;
mod engagement;
mod settlement;

use std::sync::Arc;

use super::rows::{Key, Row, Rows};
use super::state::{Campaign, Collaboration};
use super::{
    CampaignRef, CampaignState, CollaborationId, CollaborationRef, CollaborationState,
    Contribution, CreatorRef, Effect, Event, FactTiming, Position, Record, Target,
};

/// Why an event could not be folded.
#[derive(Debug, thiserror::Error)]
pub enum EvolveError<E> {
    /// The event refers to something the rows do not have.
    #[error("event {position} refers to a {what} that no earlier event made")]
    Dangling {
        /// The event.
        position: Position,
        /// What it refers to.
        what: &'static str,
    },
    /// The rows could not be read.
    #[error("rows could not be read")]
    Rows(#[from] E),
}

/// Folds an event into rows; returns what it adds to totals.
///
/// # Errors
/// `Dangling` when the event does not fit the rows, `Rows` when they cannot be read. The rows may
/// then hold part of the event and must be dropped.
pub fn evolve<S: Rows>(
    rows: &mut S,
    record: &Record,
) -> Result<Vec<Contribution>, EvolveError<S::Error>> {
    let mut fold = Fold {
        rows,
        record,
        contributions: Some(Vec::new()),
    };
    fold.event()?;
    Ok(fold.contributions.unwrap_or_default())
}

/// Folds an event into rows, for those who have no totals to add to.
///
/// # Errors
/// As [`evolve`].
pub fn evolve_rows<S: Rows>(rows: &mut S, record: &Record) -> Result<(), EvolveError<S::Error>> {
    Fold {
        rows,
        record,
        contributions: None,
    }
    .event()
}

/// One event on its way into the rows.
struct Fold<'a, S> {
    rows: &'a mut S,
    record: &'a Record,
    /// What was added so far; `None` when nobody asks.
    contributions: Option<Vec<Contribution>>,
}

type Folded<T, S> = Result<T, EvolveError<<S as Rows>::Error>>;

impl<S: Rows> Fold<'_, S> {
    fn event(&mut self) -> Folded<(), S> {
        let record = self.record;
        match &record.event {
            Event::CampaignCreated { plan } => self.campaign_created(plan),
            Event::CampaignOpened | Event::CampaignResumed => {
                self.campaign_moved(CampaignState::Open)
            }
            Event::CampaignPaused { .. } => self.campaign_moved(CampaignState::Paused),
            Event::CampaignClosed => self.campaign_moved(CampaignState::Closed),
            Event::CampaignCancelled { .. } => self.campaign_moved(CampaignState::Cancelled),
            Event::BudgetAmended { cap, .. } => self.budget_amended(cap.minor),
            Event::CreatorProfileRecorded { profile } => self.profile_recorded(profile),
            Event::CreatorBlocked { reason } => self.creator_blocked(reason),
            Event::CreatorUnblocked { .. } => self.creator_unblocked(),
            Event::CreatorInvited { offer, previous } => self.invited(offer, previous.clone()),
            Event::BriefAccepted(accepted) => self.accepted(accepted),
            Event::InvitationDeclined { .. } => self.invitation_ended(CollaborationState::Declined),
            Event::InvitationWithdrawn { .. } => {
                self.invitation_ended(CollaborationState::Withdrawn)
            }
            Event::InvitationExpired { .. } => self.invitation_ended(CollaborationState::Expired),
            Event::CollaborationCompleted => {
                self.collaboration_ended(CollaborationState::Completed)
            }
            Event::CollaborationCancelled { .. } => {
                self.collaboration_ended(CollaborationState::Cancelled)
            }
            Event::ContentSubmitted {
                deliverable,
                content,
                seconds_late,
                ..
            } => self.submitted(deliverable, content, *seconds_late),
            Event::RevisionRequested { deliverable, .. } => self.revision_requested(deliverable),
            Event::ContentApproved {
                deliverable,
                rating,
                ..
            } => self.approved(deliverable, *rating),
            Event::ContentRejected { deliverable, .. } => self.rejected(deliverable),
            Event::PublicationRecorded(published) => self.published(published),
            Event::PublicationVerified {
                deliverable,
                publication,
            } => self.verified(deliverable, publication),
            Event::DeadlineRescheduled {
                deliverable,
                due_at,
                ..
            } => self.rescheduled(deliverable, *due_at),
            Event::DeliverableWaived { deliverable, .. } => self.waived(deliverable),
            Event::ProductShipped {
                shipment,
                product,
                value,
                shipped_at,
            } => self.shipped(shipment, product, *value, *shipped_at),
            Event::EngagementRecorded {
                publication,
                observation,
                timing,
            } => self.engagement_recorded(publication, observation, *timing),
            Event::EngagementCorrected {
                publication,
                observation,
                replaces,
                ..
            } => {
                self.engagement_changed(publication, &observation.seen, replaces, Some(observation))
            }
            Event::EngagementVoided {
                publication,
                seen,
                replaces,
                ..
            } => self.engagement_changed(publication, seen, replaces, None),
            Event::ConversionRecorded(conversion) => self.conversion_recorded(conversion),
            Event::ConversionRejected(_) => {
                self.add_to_campaign(Effect::ClaimRejected);
                Ok(())
            }
            Event::RefundRecorded { refund, effect } => {
                self.refund_recorded(refund, effect.as_ref())
            }
            Event::RefundApplied { refund, effect } => self.refund_applied(refund, effect),
            Event::RefundRejected { refund, .. } => self.refund_rejected(refund),
            Event::CostRecorded(cost) => self.cost_recorded(cost),
            Event::CostApproved {
                cost,
                approved_minor,
            } => self.cost_approved(cost, *approved_minor),
            Event::CostReversed { cost, .. } => self.cost_reversed(cost),
            Event::PaymentRecorded(payment) => self.payment_recorded(payment),
        }
    }

    fn campaign_ref(&self) -> Folded<CampaignRef, S> {
        let campaign = self.record.subject.campaign.clone();
        Ok(CampaignRef {
            brand: self.record.brand.clone(),
            campaign: campaign.ok_or_else(|| self.dangling("campaign"))?,
        })
    }

    fn collaboration_ref(&self) -> Folded<CollaborationRef, S> {
        let CampaignRef { brand, campaign } = self.campaign_ref()?;
        let collaboration = self.record.subject.collaboration.clone();
        let collaboration = collaboration.ok_or_else(|| self.dangling("collaboration"))?;
        Ok(CollaborationRef {
            brand,
            campaign,
            collaboration,
        })
    }

    fn creator_ref(&self) -> Folded<CreatorRef, S> {
        let creator = self.record.subject.creator.clone();
        Ok(CreatorRef {
            brand: self.record.brand.clone(),
            creator: creator.ok_or_else(|| self.dangling("creator"))?,
        })
    }

    /// Opens the campaign of the event and marks it as changed.
    fn campaign(&mut self) -> Folded<&mut Campaign, S> {
        let key = Campaign::key(&self.campaign_ref()?);
        let position = self.record.position;
        let campaign: &mut Campaign = self.row(&key, "campaign")?;
        campaign.updated = position;
        Ok(campaign)
    }

    /// Opens the collaboration of the event and marks it as changed.
    fn collaboration(&mut self) -> Folded<&mut Collaboration, S> {
        let key = Collaboration::key(&self.collaboration_ref()?);
        let position = self.record.position;
        let collaboration: &mut Collaboration = self.row(&key, "collaboration")?;
        collaboration.updated = position;
        Ok(collaboration)
    }

    fn row<R: Row>(&mut self, key: &Key, what: &'static str) -> Folded<&mut R, S> {
        let dangling = self.dangling(what);
        self.rows.get_mut(key)?.ok_or(dangling)
    }

    fn read<R: Row>(&self, key: &Key, what: &'static str) -> Folded<Arc<R>, S> {
        self.rows.get(key)?.ok_or_else(|| self.dangling(what))
    }

    fn dangling(&self, what: &'static str) -> EvolveError<S::Error> {
        EvolveError::Dangling {
            position: self.record.position,
            what,
        }
    }

    fn add_to_campaign(&mut self, effect: Effect) {
        self.add(Target::Campaign, effect);
    }

    fn add_to_collaboration(&mut self, collaboration: &CollaborationId, effect: Effect) {
        self.add(Target::Collaboration(collaboration.clone()), effect);
    }

    fn add(&mut self, target: Target, effect: Effect) {
        if let Some(contributions) = &mut self.contributions {
            contributions.push(Contribution { target, effect });
        }
    }

    /// Adds the same to the campaign and to the collaboration of the event.
    fn add_to_both(&mut self, effect: Effect) {
        if let Some(collaboration) = self.record.subject.collaboration.clone() {
            self.add_to_collaboration(&collaboration, effect.clone());
        }
        self.add_to_campaign(effect);
    }

    fn note_timing(&mut self, timing: FactTiming) {
        if timing == FactTiming::AfterMeasurement {
            self.add_to_campaign(Effect::AfterMeasurement);
        }
    }
}
