//! Events of the agreement, both ways.

use super::{Wire, wire};
use crate::domain::{
    BriefAccepted, CollaborationId, Event, FollowerCount, Money, Offer, ProductValue, ShipmentId,
    Tier, Timestamp,
};
use crate::log::codec::fields::{Checked, Fields};
use crate::log::codec::terms::read_terms;
use crate::log::codec::values::{
    read_amount, read_product_value, read_time, read_version, write_digest,
};
use crate::log::codec::vocabulary;
use crate::proto::values;

const SEEN_RULE: &str = "must be given with followers, and only then";

pub fn read_invited(fields: &mut Fields, message: wire::CreatorInvited) -> Checked<Event> {
    let version = read_version(fields, "offer_version", message.offer_version);
    let terms = fields.required("terms", message.terms, read_terms);
    let expires_at = fields.required("expires_at", message.expires_at, read_time);
    let previous = fields.parse_optional(
        "previous_collaboration_id",
        &message.previous_collaboration_id,
        CollaborationId::parse,
    );
    Ok(Event::CreatorInvited {
        offer: Offer {
            version,
            terms: terms?,
            expires_at: expires_at?,
        },
        previous: previous?,
    })
}

pub fn write_invited(offer: &Offer, previous: Option<&CollaborationId>) -> Wire {
    Wire::CreatorInvited(wire::CreatorInvited {
        offer_version: offer.version,
        terms: Some((&offer.terms).into()),
        expires_at: Some(offer.expires_at.into()),
        previous_collaboration_id: previous.map(ToString::to_string).unwrap_or_default(),
    })
}

pub fn read_accepted(fields: &mut Fields, message: wire::BriefAccepted) -> Checked<Event> {
    let offer_version = read_version(fields, "offer_version", message.offer_version);
    let tier = fields.one_of("tier", message.tier, vocabulary::tier, Tier::name);
    let seen_at = fields.optional(
        "followers_observed_at",
        message.followers_observed_at,
        read_time,
    );
    let terms_digest = fields.bytes("terms_digest", &message.terms_digest);
    let followers = match (message.followers, seen_at?) {
        (Some(followers), Some(observed_at)) => Some(FollowerCount {
            followers,
            observed_at,
        }),
        (None, None) => None,
        (Some(_), None) | (None, Some(_)) => {
            return Err(fields.refuse("followers_observed_at", SEEN_RULE));
        }
    };
    Ok(Event::BriefAccepted(BriefAccepted {
        offer_version,
        tier: tier?,
        tier_scheme: message.tier_scheme,
        followers,
        terms_digest: terms_digest?,
    }))
}

pub fn write_accepted(accepted: &BriefAccepted) -> Wire {
    Wire::BriefAccepted(wire::BriefAccepted {
        offer_version: accepted.offer_version,
        tier: values::Tier::from(accepted.tier).into(),
        tier_scheme: accepted.tier_scheme.clone(),
        followers: accepted.followers.map(|count| count.followers),
        followers_observed_at: accepted.followers.map(|count| count.observed_at.into()),
        terms_digest: write_digest(&accepted.terms_digest),
    })
}

pub fn write_declined(reason: &str) -> Wire {
    Wire::InvitationDeclined(wire::InvitationDeclined {
        reason: reason.to_owned(),
    })
}

pub fn write_withdrawn(reason: &str) -> Wire {
    Wire::InvitationWithdrawn(wire::InvitationWithdrawn {
        reason: reason.to_owned(),
    })
}

pub fn read_expired(fields: &mut Fields, message: &wire::InvitationExpired) -> Event {
    let offer_version = read_version(fields, "offer_version", message.offer_version);
    Event::InvitationExpired { offer_version }
}

pub fn write_expired(offer_version: u32) -> Wire {
    Wire::InvitationExpired(wire::InvitationExpired { offer_version })
}

pub fn read_cancelled(
    fields: &mut Fields,
    message: wire::CollaborationCancelled,
) -> Checked<Event> {
    let kill_fee = fields.required("kill_fee", message.kill_fee, read_amount)?;
    Ok(Event::CollaborationCancelled {
        reason: message.reason,
        kill_fee,
    })
}

pub fn write_cancelled(reason: &str, kill_fee: Money) -> Wire {
    Wire::CollaborationCancelled(wire::CollaborationCancelled {
        reason: reason.to_owned(),
        kill_fee: Some(kill_fee.into()),
    })
}

pub fn read_shipped(fields: &mut Fields, message: wire::ProductShipped) -> Checked<Event> {
    let shipment = fields.parse("shipment_id", &message.shipment_id, ShipmentId::parse);
    let value = fields.required("value", message.value, read_product_value);
    let shipped_at = fields.required("shipped_at", message.shipped_at, read_time);
    Ok(Event::ProductShipped {
        shipment: shipment?,
        product: message.product,
        value: value?,
        shipped_at: shipped_at?,
    })
}

pub fn write_shipped(
    shipment: &ShipmentId,
    product: &str,
    value: ProductValue,
    shipped_at: Timestamp,
) -> Wire {
    Wire::ProductShipped(wire::ProductShipped {
        shipment_id: shipment.to_string(),
        product: product.to_owned(),
        value: Some(value.into()),
        shipped_at: Some(shipped_at.into()),
    })
}
