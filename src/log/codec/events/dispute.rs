//! Events of disputes, both ways.

use super::{Stored, Wire, wire};
use crate::domain::{DisputeEvent, DisputeId, DisputeOpened, Event, Resolution};
use crate::wire::dispute::{read_arbiter, read_ruling, read_subject, write_ruling};
use crate::wire::fields::{Checked, Fields};

/// Writes an event of the track.
pub fn write(event: &DisputeEvent) -> Wire {
    match event {
        DisputeEvent::DisputeOpened(opened) => Wire::DisputeOpened(wire::DisputeOpened {
            dispute_id: opened.dispute.to_string(),
            subject: Some((&opened.subject).into()),
            reason: opened.reason.clone(),
            evidence: opened.evidence.clone(),
        }),
        DisputeEvent::DisputeResolved {
            dispute,
            resolution,
        } => {
            let (ruling, share_bp) = write_ruling(resolution.ruling);
            Wire::DisputeResolved(wire::DisputeResolved {
                dispute_id: dispute.to_string(),
                ruling,
                share_bp,
                arbiter: resolution.arbiter.as_ref().map(Into::into),
                reason: resolution.reason.clone(),
            })
        }
    }
}

impl Stored for wire::DisputeOpened {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let dispute = fields.parse("dispute_id", &self.dispute_id, DisputeId::parse);
        let subject = fields.required("subject", self.subject, read_subject);
        Ok(Event::Dispute(DisputeEvent::DisputeOpened(DisputeOpened {
            dispute: dispute?,
            subject: subject?,
            reason: self.reason,
            evidence: self.evidence,
        })))
    }
}

impl Stored for wire::DisputeResolved {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let dispute = fields.parse("dispute_id", &self.dispute_id, DisputeId::parse);
        let ruling = read_ruling(fields, self.ruling, self.share_bp);
        let arbiter = fields.optional("arbiter", self.arbiter, read_arbiter);
        let resolution = Resolution {
            ruling: ruling?,
            arbiter: arbiter?,
            reason: self.reason,
        };
        Ok(Event::Dispute(DisputeEvent::DisputeResolved {
            dispute: dispute?,
            resolution,
        }))
    }
}
