//! Events of disputes, and how they are folded.

use serde::{Deserialize, Serialize};

use super::{Fold, Folded};
use crate::domain::rows::RowsMut;
use crate::domain::state::{Dispute, OpenDispute, Resolved};
use crate::domain::words;
use crate::domain::{
    Conduct, CostId, DeliverableId, DisputeId, Effect, PersonalText, PublicationId,
};

/// Events of a dispute.
#[derive(Clone, PartialEq, Debug)]
#[expect(
    missing_docs,
    reason = "the message of the same name in event/v1 documents each field"
)]
pub enum DisputeEvent {
    DisputeOpened(DisputeOpened),
    DisputeResolved {
        dispute: DisputeId,
        resolution: Resolution,
    },
}

/// A side disputes a line, a deliverable or a number.
#[derive(Clone, PartialEq, Debug)]
pub struct DisputeOpened {
    /// The dispute.
    pub dispute: DisputeId,
    /// What it is about.
    pub subject: DisputeSubject,
    /// Why; personal.
    pub reason: PersonalText,
    /// Where evidence lies; personal.
    pub evidence: Vec<PersonalText>,
}

/// What a dispute is about.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum DisputeSubject {
    /// A cost line: it is frozen.
    Cost(CostId),
    /// A deliverable: its review is frozen.
    Deliverable(DeliverableId),
    /// A number of a report: nothing is frozen.
    Number {
        /// Of this publication; `None` for the collaboration as a whole.
        publication: Option<PublicationId>,
        /// Name of the metric.
        metric: String,
    },
}

impl DisputeSubject {
    fn is_number(&self) -> bool {
        match self {
            Self::Cost(_) | Self::Deliverable(_) => false,
            Self::Number { .. } => true,
        }
    }
}

/// How a dispute ended.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Resolution {
    /// For whom.
    pub ruling: DisputeRuling,
    /// Who ruled; `None` only when it was withdrawn.
    pub arbiter: Option<Arbiter>,
    /// Why; personal.
    pub reason: PersonalText,
}

/// For whom a dispute ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum DisputeRuling {
    /// The side that opened it is right.
    Upheld,
    /// The side that opened it is not right.
    Overturned,
    /// Both are in part.
    Split {
        /// The creator's part of the line, in basis points.
        share_bp: u32,
    },
    /// The side that opened it took it back.
    Withdrawn,
}

words! {
    /// For whom a dispute ended, without the part of a split.
    pub enum RulingKind: "campaign.ledger.type.v1.DisputeRuling" {
        /// The side that opened it is right.
        Upheld = 1 => "UPHELD",
        /// The side that opened it is not right.
        Overturned = 2 => "OVERTURNED",
        /// Both are in part.
        Split = 3 => "SPLIT",
        /// The side that opened it took it back.
        Withdrawn = 4 => "WITHDRAWN",
    }
}

impl DisputeRuling {
    /// Returns the ruling without the part of a split.
    pub const fn kind(self) -> RulingKind {
        match self {
            Self::Upheld => RulingKind::Upheld,
            Self::Overturned => RulingKind::Overturned,
            Self::Split { .. } => RulingKind::Split,
            Self::Withdrawn => RulingKind::Withdrawn,
        }
    }
}

/// Who ruled on a dispute.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Arbiter {
    /// Name; personal.
    pub name: PersonalText,
    /// In which role; may be empty.
    pub role: String,
}

impl<S: RowsMut> Fold<'_, S> {
    pub(super) fn dispute_event(&mut self, event: &DisputeEvent) -> Folded<(), S> {
        match event {
            DisputeEvent::DisputeOpened(opened) => self.dispute_opened(opened),
            DisputeEvent::DisputeResolved {
                dispute,
                resolution,
            } => self.dispute_resolved(dispute, resolution),
        }
    }

    fn dispute_opened(&mut self, opened: &DisputeOpened) -> Folded<(), S> {
        let collaboration = self.collaboration_ref()?;
        let row = Dispute {
            collaboration: collaboration.collaboration.clone(),
            subject: opened.subject.clone(),
            opened_by: self.record.side(),
            opened_at: self.record.happened_at(),
            reason: opened.reason.clone(),
            evidence: opened.evidence.clone(),
            resolved: None,
            updated: self.record.position,
        };
        let key = Dispute::key(&collaboration.campaign_ref(), &opened.dispute);
        self.rows.put(key, row);
        self.collaboration()?.open_disputes.push(OpenDispute {
            id: opened.dispute.clone(),
            subject: opened.subject.clone(),
        });
        self.freeze(&opened.subject, Some(&opened.dispute))?;
        let about_number = opened.subject.is_number();
        self.add_to_both(Effect::Conduct(Conduct::DisputeOpened { about_number }));
        Ok(())
    }

    fn dispute_resolved(&mut self, id: &DisputeId, resolution: &Resolution) -> Folded<(), S> {
        let key = Dispute::key(&self.campaign_ref()?, id);
        let resolved = Resolved {
            resolution: resolution.clone(),
            at: self.record.happened_at(),
        };
        let position = self.record.position;
        let dispute: &mut Dispute = self.row(&key, "dispute")?;
        dispute.resolved = Some(resolved);
        dispute.updated = position;
        let (subject, opened_by) = (dispute.subject.clone(), dispute.opened_by);
        let open = &mut self.collaboration()?.open_disputes;
        open.retain(|one| one.id != *id);
        if let DisputeSubject::Cost(line) = &subject {
            self.ruled(line, opened_by, resolution.ruling)?;
        }
        self.freeze(&subject, None)?;
        let about_number = subject.is_number();
        self.add_to_both(Effect::Conduct(Conduct::DisputeResolved { about_number }));
        Ok(())
    }

    /// Records on a line which dispute freezes it. Disputes of deliverables are in the
    /// collaboration.
    fn freeze(&mut self, subject: &DisputeSubject, by: Option<&DisputeId>) -> Folded<(), S> {
        if let DisputeSubject::Cost(cost) = subject {
            self.cost(cost)?.dispute = by.cloned();
        }
        Ok(())
    }
}
