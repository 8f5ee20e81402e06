//! Events of the negotiation, both ways.

use prost_types::Timestamp as WireTime;

use crate::domain::{AgreementEvent, CollaborationId, Event, Money, Offer};
use crate::log::codec::events::{Stored, Wire, wire};
use crate::wire::fields::{Checked, Fields};
use crate::wire::proto::values;
use crate::wire::terms::read_terms;
use crate::wire::values::{read_amount, read_time, read_version};

fn read_offer(
    fields: &mut Fields,
    version: u32,
    terms: Option<values::Terms>,
    expires_at: Option<WireTime>,
) -> Checked<Offer> {
    let version = read_version(fields, "offer_version", version);
    let terms = fields.required("terms", terms, read_terms);
    let expires_at = fields.required("expires_at", expires_at, read_time);
    Ok(Offer {
        version,
        terms: terms?,
        expires_at: expires_at?,
    })
}

impl Stored for wire::CreatorApplied {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let fee = fields.optional("fee", self.fee, read_amount);
        let previous = fields.parse_optional(
            "previous_collaboration_id",
            &self.previous_collaboration_id,
            CollaborationId::parse,
        );
        Ok(Event::Agreement(AgreementEvent::CreatorApplied {
            message: self.message,
            fee: fee?,
            previous: previous?,
        }))
    }
}

pub(super) fn write_applied(
    message: &str,
    fee: Option<Money>,
    previous: Option<&CollaborationId>,
) -> Wire {
    Wire::CreatorApplied(wire::CreatorApplied {
        message: message.to_owned(),
        fee: fee.map(Into::into),
        previous_collaboration_id: previous.map(ToString::to_string).unwrap_or_default(),
    })
}

impl Stored for wire::OfferSent {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let offer = read_offer(fields, self.offer_version, self.terms, self.expires_at)?;
        Ok(Event::Agreement(AgreementEvent::OfferSent { offer }))
    }
}

pub(super) fn write_sent(offer: &Offer) -> Wire {
    Wire::OfferSent(wire::OfferSent {
        offer_version: offer.version,
        terms: Some((&offer.terms).into()),
        expires_at: Some(offer.expires_at.into()),
    })
}

impl Stored for wire::ApplicationRejected {
    fn read(self, _: &mut Fields) -> Checked<Event> {
        let reason = self.reason;
        Ok(Event::Agreement(AgreementEvent::ApplicationRejected {
            reason,
        }))
    }
}

impl Stored for wire::OfferCountered {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let offer = read_offer(fields, self.offer_version, self.terms, self.expires_at);
        let answers = read_version(fields, "answers_version", self.answers_version);
        Ok(Event::Agreement(AgreementEvent::OfferCountered {
            offer: offer?,
            answers,
            note: self.note,
        }))
    }
}

pub(super) fn write_countered(offer: &Offer, answers: u32, note: &str) -> Wire {
    Wire::OfferCountered(wire::OfferCountered {
        offer_version: offer.version,
        answers_version: answers,
        terms: Some((&offer.terms).into()),
        expires_at: Some(offer.expires_at.into()),
        note: note.to_owned(),
    })
}

impl Stored for wire::OfferRevised {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let offer = read_offer(fields, self.offer_version, self.terms, self.expires_at);
        let answers = read_version(fields, "answers_version", self.answers_version);
        let offer = offer?;
        Ok(Event::Agreement(AgreementEvent::OfferRevised {
            offer,
            answers,
        }))
    }
}

pub(super) fn write_revised(offer: &Offer, answers: u32) -> Wire {
    Wire::OfferRevised(wire::OfferRevised {
        offer_version: offer.version,
        answers_version: answers,
        terms: Some((&offer.terms).into()),
        expires_at: Some(offer.expires_at.into()),
    })
}

impl Stored for wire::CounterRejected {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let offer_version = read_version(fields, "offer_version", self.offer_version);
        let reason = self.reason;
        Ok(Event::Agreement(AgreementEvent::CounterRejected {
            offer_version,
            reason,
        }))
    }
}

pub(super) fn write_counter_rejected(offer_version: u32, reason: &str) -> Wire {
    Wire::CounterRejected(wire::CounterRejected {
        offer_version,
        reason: reason.to_owned(),
    })
}
