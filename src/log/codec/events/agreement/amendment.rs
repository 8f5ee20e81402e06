//! Events of amendments, both ways.

use crate::domain::{AgreementEvent, Event, Position, Terms};
use crate::log::codec::events::{Stored, Wire, wire};
use crate::wire::fields::{Checked, Fields};
use crate::wire::terms::read_terms;
use crate::wire::values::{read_position, read_version, write_digest};

impl Stored for wire::AmendmentProposed {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let version = read_version(fields, "terms_version", self.terms_version);
        let terms = fields.required("terms", self.terms, read_terms)?;
        Ok(Event::Agreement(AgreementEvent::AmendmentProposed {
            version,
            terms,
            reason: self.reason,
        }))
    }
}

pub(super) fn write_proposed(version: u32, terms: &Terms, reason: &str) -> Wire {
    Wire::AmendmentProposed(wire::AmendmentProposed {
        terms_version: version,
        terms: Some(terms.into()),
        reason: reason.to_owned(),
    })
}

impl Stored for wire::TermsAmended {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let version = read_version(fields, "terms_version", self.terms_version);
        let terms = fields.required("terms", self.terms, read_terms);
        let digest = fields.bytes("terms_digest", &self.terms_digest);
        let proposed = read_position(fields, "proposed_position", self.proposed_position);
        Ok(Event::Agreement(AgreementEvent::TermsAmended {
            version,
            terms: terms?,
            digest: digest?,
            proposed,
        }))
    }
}

pub(super) fn write_amended(
    version: u32,
    terms: &Terms,
    digest: &[u8; 32],
    proposed: Position,
) -> Wire {
    Wire::TermsAmended(wire::TermsAmended {
        terms_version: version,
        terms: Some(terms.into()),
        terms_digest: write_digest(digest),
        proposed_position: proposed.get(),
    })
}

impl Stored for wire::AmendmentRejected {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let version = read_version(fields, "terms_version", self.terms_version);
        let reason = self.reason;
        Ok(Event::Agreement(AgreementEvent::AmendmentRejected {
            version,
            reason,
        }))
    }
}

pub(super) fn write_rejected(version: u32, reason: &str) -> Wire {
    Wire::AmendmentRejected(wire::AmendmentRejected {
        terms_version: version,
        reason: reason.to_owned(),
    })
}
