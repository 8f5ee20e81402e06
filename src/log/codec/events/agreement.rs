//! Events of the agreement, both ways.

use super::{Stored, Wire, stored, wire};
use crate::domain::{
    AgreementEvent, BriefAccepted, DisputeId, Event, FlagId, FollowerCount, Ground, Offer,
    PersonalText,
};
use crate::wire::fields::{Checked, Fields};
use crate::wire::personal::spell;
use crate::wire::rules::{amount, from_one, optional_amount};
use crate::wire::values::{read_time, read_version, write_digest};

stored! { Agreement(AgreementEvent) {
    CreatorInvited {
        offer: Offer { version = offer_version: from_one, terms, expires_at, },
        previous = previous_collaboration_id,
    }
    CreatorApplied {
        message,
        fee: optional_amount,
        previous = previous_collaboration_id,
    }
    OfferSent {
        offer: Offer { version = offer_version: from_one, terms, expires_at, },
    }
    ApplicationRejected { reason, }
    OfferCountered {
        offer: Offer { version = offer_version: from_one, terms, expires_at, },
        answers = answers_version: from_one,
        note,
    }
    OfferRevised {
        offer: Offer { version = offer_version: from_one, terms, expires_at, },
        answers = answers_version: from_one,
    }
    CounterRejected {
        offer_version: from_one,
        reason,
    }
    InvitationDeclined { reason, }
    InvitationWithdrawn { reason, }
    InvitationExpired { offer_version: from_one, }
    CollaborationCompleted {}
    CollaborationCancelled {
        reason,
        kill_fee: amount,
    }
    AmendmentProposed {
        version = terms_version: from_one,
        terms,
        reason,
    }
    TermsAmended {
        version = terms_version: from_one,
        terms,
        digest = terms_digest,
        proposed = proposed_position,
    }
    AmendmentRejected {
        version = terms_version: from_one,
        reason,
    }
    CreatorWithdrew { reason, }
} by hand {
    AgreementEvent::BriefAccepted(accepted) => write_accepted(accepted),
    AgreementEvent::CollaborationTerminated { reason, ground } => write_terminated(reason, ground),
}}

const ONE_GROUND_RULE: &str = "must be absent with dispute_id";
const SEEN_RULE: &str = "must be given with followers, and only then";

// Followers and when they were seen are one value.
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

// The ground is one value of two fields.
impl Stored for wire::CollaborationTerminated {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let ground = read_ground(fields, &self.flag_id, &self.dispute_id)?;
        let reason = fields.personal(self.reason);
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

fn write_terminated(reason: &PersonalText, ground: &Ground) -> Wire {
    let (flag_id, dispute_id) = match ground {
        Ground::Flag(flag) => (flag.to_string(), String::new()),
        Ground::Dispute(dispute) => (String::new(), dispute.to_string()),
    };
    Wire::CollaborationTerminated(wire::CollaborationTerminated {
        reason: spell(reason),
        flag_id,
        dispute_id,
    })
}
