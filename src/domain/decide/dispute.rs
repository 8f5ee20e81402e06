//! Rules of disputes: either side may open one. A dispute freezes its subject until it is resolved.

use std::sync::Arc;

use super::{Case, Decided, Decision, ensure, of_collaboration, refuse};
use crate::domain::limits::MAX_OPEN_DISPUTES;
use crate::domain::rows::Rows;
use crate::domain::state::{Collaboration, Dispute, Publication};
use crate::domain::{
    CollaborationRef, DisputeEvent, DisputeId, DisputeOpened, DisputeRuling, DisputeSubject, Event,
    Fact, PersonalText, PublicationRef, Refusal, Resolution, Unknown,
};

/// Commands about a dispute.
#[derive(Clone, PartialEq, Debug)]
#[expect(
    missing_docs,
    reason = "the request message of the same name in v1 documents each field"
)]
pub enum DisputeVerb {
    Open {
        subject: DisputeSubject,
        reason: PersonalText,
        evidence: Vec<PersonalText>,
    },
    Resolve(Resolution),
}

impl<S: Rows> Case<'_, S> {
    pub(super) fn dispute_verb(
        &self,
        place: &CollaborationRef,
        id: &DisputeId,
        verb: &DisputeVerb,
    ) -> Decided<Decision, S> {
        self.brand_or_creator()?;
        match verb {
            DisputeVerb::Open {
                subject,
                reason,
                evidence,
            } => {
                let opened = DisputeOpened {
                    dispute: id.clone(),
                    subject: subject.clone(),
                    reason: reason.clone(),
                    evidence: evidence.clone(),
                };
                self.open_dispute(place, opened)
            }
            DisputeVerb::Resolve(resolution) => self.resolve_dispute(place, id, resolution),
        }
    }

    fn open_dispute(
        &self,
        place: &CollaborationRef,
        opened: DisputeOpened,
    ) -> Decided<Decision, S> {
        let collaboration = self.agreed(&place.campaign, &place.collaboration)?;
        let key = Dispute::key(&place.campaign_ref(), &opened.dispute);
        let taken = self.rows.get::<Dispute>(&key)?.is_some();
        ensure(!taken, || Refusal::AlreadyExists {
            what: "dispute",
            id: opened.dispute.to_string(),
        })?;
        self.ensure_disputable(place, &collaboration, &opened.subject)?;
        ensure_undisputed::<S>(&collaboration, &opened.subject)?;
        ensure(
            collaboration.open_disputes.len() < MAX_OPEN_DISPUTES,
            || Refusal::LimitReached {
                collection: "open disputes of a collaboration",
                limit: MAX_OPEN_DISPUTES,
            },
        )?;
        let event = Event::Dispute(DisputeEvent::DisputeOpened(opened));
        let fact = of_collaboration(place, &collaboration.creator, event);
        Ok(Decision::Happens(vec![fact]))
    }

    /// Checks that the subject of the dispute exists and belongs to the collaboration.
    fn ensure_disputable(
        &self,
        place: &CollaborationRef,
        collaboration: &Collaboration,
        subject: &DisputeSubject,
    ) -> Decided<(), S> {
        match subject {
            DisputeSubject::Cost(id) => {
                let line = self.line(&place.campaign_ref(), id)?;
                let is_its = line.collaboration.as_ref() == Some(&place.collaboration);
                let rule = "must be a line of the collaboration";
                ensure(is_its, || Refusal::field("subject.cost_id", rule))
            }
            DisputeSubject::Deliverable(id) => {
                let known = collaboration.deliverable(id).is_some();
                ensure(known, || Refusal::NotFound {
                    what: Unknown::Deliverable,
                    id: id.to_string(),
                })
            }
            DisputeSubject::Number {
                publication: Some(id),
                ..
            } => {
                let key = Publication::key(&PublicationRef {
                    collaboration: place.clone(),
                    publication: id.clone(),
                });
                self.known::<Publication>(&key, Unknown::Publication, id.as_str())?;
                Ok(())
            }
            DisputeSubject::Number {
                publication: None, ..
            } => Ok(()),
        }
    }

    /// Returns a dispute of a collaboration.
    pub(super) fn dispute(
        &self,
        place: &CollaborationRef,
        id: &DisputeId,
    ) -> Decided<Arc<Dispute>, S> {
        let key = Dispute::key(&place.campaign_ref(), id);
        let dispute: Arc<Dispute> = self.known(&key, Unknown::Dispute, id.as_str())?;
        let is_its = dispute.collaboration == place.collaboration;
        ensure(is_its, || Refusal::NotFound {
            what: Unknown::Dispute,
            id: id.to_string(),
        })?;
        Ok(dispute)
    }

    fn resolve_dispute(
        &self,
        place: &CollaborationRef,
        id: &DisputeId,
        resolution: &Resolution,
    ) -> Decided<Decision, S> {
        let collaboration = self.collaboration(place)?;
        let dispute = self.dispute(place, id)?;
        ensure(dispute.resolved.is_none(), || Refusal::DisputeResolved)?;
        let taken_back = resolution.ruling == DisputeRuling::Withdrawn;
        let may = !taken_back || self.request.side() == dispute.opened_by;
        let allowed = "the side that opened it";
        ensure(may, || Refusal::ActorNotAllowed { allowed })?;

        let event = Event::Dispute(DisputeEvent::DisputeResolved {
            dispute: id.clone(),
            resolution: resolution.clone(),
        });
        let mut facts = vec![of_collaboration(place, &collaboration.creator, event)];
        facts.extend(self.consequence(place, &dispute, resolution)?);
        Ok(Decision::Happens(facts))
    }

    /// Returns the facts by which a ruling changes the disputed line, if it does.
    fn consequence(
        &self,
        place: &CollaborationRef,
        dispute: &Dispute,
        resolution: &Resolution,
    ) -> Decided<Vec<Fact>, S> {
        let is_split = matches!(resolution.ruling, DisputeRuling::Split { .. });
        let DisputeSubject::Cost(id) = &dispute.subject else {
            let rule = "must be SPLIT only for a cost line";
            ensure(!is_split, || Refusal::field("ruling", rule))?;
            return Ok(Vec::new());
        };
        let campaign = place.campaign_ref();
        let line = self.line(&campaign, id)?;
        let ruled_minor = line.ruled_minor(dispute.opened_by, resolution.ruling);
        let delta_minor = ruled_minor - line.total_minor();
        if delta_minor == 0 {
            return Ok(Vec::new());
        }
        if line.is_commission() {
            return self.commissions_after_ruling(place, (id, &line), ruled_minor);
        }
        let fact = self.adjustment(&campaign, id, &line, delta_minor, &resolution.reason)?;
        Ok(vec![fact])
    }
}

/// Checks that no open dispute freezes the subject.
pub(super) fn ensure_undisputed<S: Rows>(
    collaboration: &Collaboration,
    subject: &DisputeSubject,
) -> Decided<(), S> {
    match collaboration.dispute_of(subject) {
        Some(dispute) => refuse(Refusal::Disputed {
            dispute: dispute.clone(),
        }),
        None => Ok(()),
    }
}
