//! Events of disputes, both ways.

use super::{Stored, Wire, stored, wire};
use crate::domain::{DisputeEvent, DisputeId, DisputeOpened, Event, Resolution};
use crate::wire::dispute::{read_arbiter, read_ruling, write_ruling};
use crate::wire::fields::{Checked, Fields};
use crate::wire::personal::spell;

stored! { Dispute(DisputeEvent) {
    DisputeOpened (DisputeOpened {
        dispute = dispute_id,
        subject,
        reason,
        evidence,
    })
} by hand {
    DisputeEvent::DisputeResolved { dispute, resolution } => {
        let (ruling, share_bp) = write_ruling(resolution.ruling);
        Wire::DisputeResolved(wire::DisputeResolved {
            dispute_id: dispute.to_string(),
            ruling,
            share_bp,
            arbiter: resolution.arbiter.as_ref().map(Into::into),
            reason: spell(&resolution.reason),
        })
    }
}}

// A ruling is a word and the share that goes with it.
impl Stored for wire::DisputeResolved {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let dispute = fields.parse("dispute_id", &self.dispute_id, DisputeId::parse);
        let ruling = read_ruling(fields, self.ruling, self.share_bp);
        let arbiter = fields.optional("arbiter", self.arbiter, read_arbiter);
        let resolution = Resolution {
            ruling: ruling?,
            arbiter: arbiter?,
            reason: fields.personal(self.reason),
        };
        Ok(Event::Dispute(DisputeEvent::DisputeResolved {
            dispute: dispute?,
            resolution,
        }))
    }
}
