//! Events of the agreement, both ways.

mod amendment;
mod negotiation;

use super::{Stored, Wire, wire};
use crate::domain::{
    AgreementEvent, BriefAccepted, CollaborationId, DisputeId, Event, FlagId, FollowerCount,
    Ground, Money, Offer,
};
use crate::wire::fields::{Checked, Fields};
use crate::wire::terms::read_terms;
use crate::wire::values::{read_amount, read_time, read_version, write_digest};

const ONE_GROUND_RULE: &str = "must be absent with dispute_id";

/// Writes an event of the track.
pub fn write(event: &AgreementEvent) -> Wire {
    match event {
        AgreementEvent::CreatorInvited { offer, previous } => {
            write_invited(offer, previous.as_ref())
        }
        AgreementEvent::CreatorApplied {
            message,
            fee,
            previous,
        } => negotiation::write_applied(message, *fee, previous.as_ref()),
        AgreementEvent::OfferSent { offer } => negotiation::write_sent(offer),
        AgreementEvent::ApplicationRejected { reason } => {
            let reason = reason.clone();
            Wire::ApplicationRejected(wire::ApplicationRejected { reason })
        }
        AgreementEvent::OfferCountered {
            offer,
            answers,
            note,
        } => negotiation::write_countered(offer, *answers, note),
        AgreementEvent::OfferRevised { offer, answers } => {
            negotiation::write_revised(offer, *answers)
        }
        AgreementEvent::CounterRejected {
            offer_version,
            reason,
        } => negotiation::write_counter_rejected(*offer_version, reason),
        AgreementEvent::BriefAccepted(accepted) => write_accepted(accepted),
        AgreementEvent::InvitationDeclined { reason } => write_declined(reason),
        AgreementEvent::InvitationWithdrawn { reason } => write_withdrawn(reason),
        AgreementEvent::InvitationExpired { offer_version } => write_expired(*offer_version),
        AgreementEvent::CollaborationCompleted => {
            Wire::CollaborationCompleted(wire::CollaborationCompleted {})
        }
        AgreementEvent::CollaborationCancelled { reason, kill_fee } => {
            write_cancelled(reason, *kill_fee)
        }
        AgreementEvent::CollaborationTerminated { reason, ground } => {
            write_terminated(reason, ground)
        }
        AgreementEvent::AmendmentProposed {
            version,
            terms,
            reason,
        } => amendment::write_proposed(*version, terms, reason),
        AgreementEvent::TermsAmended {
            version,
            terms,
            digest,
            proposed,
        } => amendment::write_amended(*version, terms, digest, *proposed),
        AgreementEvent::AmendmentRejected { version, reason } => {
            amendment::write_rejected(*version, reason)
        }
        AgreementEvent::CreatorWithdrew { reason } => {
            let reason = reason.clone();
            Wire::CreatorWithdrew(wire::CreatorWithdrew { reason })
        }
    }
}

const SEEN_RULE: &str = "must be given with followers, and only then";

impl Stored for wire::CreatorInvited {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let version = read_version(fields, "offer_version", self.offer_version);
        let terms = fields.required("terms", self.terms, read_terms);
        let expires_at = fields.required("expires_at", self.expires_at, read_time);
        let previous = fields.parse_optional(
            "previous_collaboration_id",
            &self.previous_collaboration_id,
            CollaborationId::parse,
        );
        Ok(Event::Agreement(AgreementEvent::CreatorInvited {
            offer: Offer {
                version,
                terms: terms?,
                expires_at: expires_at?,
            },
            previous: previous?,
        }))
    }
}

fn write_invited(offer: &Offer, previous: Option<&CollaborationId>) -> Wire {
    Wire::CreatorInvited(wire::CreatorInvited {
        offer_version: offer.version,
        terms: Some((&offer.terms).into()),
        expires_at: Some(offer.expires_at.into()),
        previous_collaboration_id: previous.map(ToString::to_string).unwrap_or_default(),
    })
}

impl Stored for wire::BriefAccepted {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let offer_version = read_version(fields, "offer_version", self.offer_version);
        let tier = fields.one_of("tier", self.tier);
        let seen_at = fields.optional(
            "followers_observed_at",
            self.followers_observed_at,
            read_time,
        );
        let terms_digest = fields.bytes("terms_digest", &self.terms_digest);
        let followers = match (self.followers, seen_at?) {
            (Some(followers), Some(observed_at)) => Some(FollowerCount {
                followers,
                observed_at,
            }),
            (None, None) => None,
            (Some(_), None) | (None, Some(_)) => {
                return Err(fields.refuse("followers_observed_at", SEEN_RULE));
            }
        };
        Ok(Event::Agreement(AgreementEvent::BriefAccepted(
            BriefAccepted {
                offer_version,
                tier: tier?,
                tier_scheme: self.tier_scheme,
                followers,
                terms_digest: terms_digest?,
            },
        )))
    }
}

fn write_accepted(accepted: &BriefAccepted) -> Wire {
    Wire::BriefAccepted(wire::BriefAccepted {
        offer_version: accepted.offer_version,
        tier: accepted.tier.number(),
        tier_scheme: accepted.tier_scheme.clone(),
        followers: accepted.followers.map(|count| count.followers),
        followers_observed_at: accepted.followers.map(|count| count.observed_at.into()),
        terms_digest: write_digest(&accepted.terms_digest),
    })
}

fn write_declined(reason: &str) -> Wire {
    Wire::InvitationDeclined(wire::InvitationDeclined {
        reason: reason.to_owned(),
    })
}

fn write_withdrawn(reason: &str) -> Wire {
    Wire::InvitationWithdrawn(wire::InvitationWithdrawn {
        reason: reason.to_owned(),
    })
}

impl Stored for wire::InvitationExpired {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let offer_version = read_version(fields, "offer_version", self.offer_version);
        Ok(Event::Agreement(AgreementEvent::InvitationExpired {
            offer_version,
        }))
    }
}

fn write_expired(offer_version: u32) -> Wire {
    Wire::InvitationExpired(wire::InvitationExpired { offer_version })
}

impl Stored for wire::CollaborationCancelled {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let kill_fee = fields.required("kill_fee", self.kill_fee, read_amount)?;
        Ok(Event::Agreement(AgreementEvent::CollaborationCancelled {
            reason: self.reason,
            kill_fee,
        }))
    }
}

fn write_cancelled(reason: &str, kill_fee: Money) -> Wire {
    Wire::CollaborationCancelled(wire::CollaborationCancelled {
        reason: reason.to_owned(),
        kill_fee: Some(kill_fee.into()),
    })
}

impl Stored for wire::InvitationDeclined {
    fn read(self, _: &mut Fields) -> Checked<Event> {
        let reason = self.reason;
        Ok(Event::Agreement(AgreementEvent::InvitationDeclined {
            reason,
        }))
    }
}

impl Stored for wire::InvitationWithdrawn {
    fn read(self, _: &mut Fields) -> Checked<Event> {
        let reason = self.reason;
        Ok(Event::Agreement(AgreementEvent::InvitationWithdrawn {
            reason,
        }))
    }
}

impl Stored for wire::CollaborationCompleted {
    fn read(self, _: &mut Fields) -> Checked<Event> {
        Ok(Event::Agreement(AgreementEvent::CollaborationCompleted))
    }
}

impl Stored for wire::CollaborationTerminated {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let ground = read_ground(fields, &self.flag_id, &self.dispute_id)?;
        let reason = self.reason;
        Ok(Event::Agreement(AgreementEvent::CollaborationTerminated {
            reason,
            ground,
        }))
    }
}

/// Reads what a collaboration is terminated for: a flag or a dispute.
pub fn read_ground(fields: &mut Fields, flag_id: &str, dispute_id: &str) -> Checked<Ground> {
    if dispute_id.is_empty() {
        return Ok(Ground::Flag(fields.parse(
            "flag_id",
            flag_id,
            FlagId::parse,
        )?));
    }
    fields.check("flag_id", flag_id.is_empty(), ONE_GROUND_RULE);
    let dispute = fields.parse("dispute_id", dispute_id, DisputeId::parse)?;
    Ok(Ground::Dispute(dispute))
}

fn write_terminated(reason: &str, ground: &Ground) -> Wire {
    let (flag_id, dispute_id) = match ground {
        Ground::Flag(flag) => (flag.to_string(), String::new()),
        Ground::Dispute(dispute) => (String::new(), dispute.to_string()),
    };
    Wire::CollaborationTerminated(wire::CollaborationTerminated {
        reason: reason.to_owned(),
        flag_id,
        dispute_id,
    })
}

impl Stored for wire::CreatorWithdrew {
    fn read(self, _: &mut Fields) -> Checked<Event> {
        let reason = self.reason;
        Ok(Event::Agreement(AgreementEvent::CreatorWithdrew { reason }))
    }
}
