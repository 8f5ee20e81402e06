//! Refused requests about erasure and legal holds.

use campaign_ledger::wire::proto::api::*;

use super::super::bad_input::{Attempt, but};
use super::{Row, row};
use crate::support::server::{Story, by_creator, idr, terms};

/// `erased` is erased; `kept` has a legal hold, `case`, and a released one, `lifted`.
pub fn rules(story: &Story) -> Vec<Row> {
    use ErrorReason::{
        ActorNotAllowed, AgreementLive, AlreadyExists, CreatorErased, HoldReleased, LegalHold,
    };
    let own = but(&story.erase("stranger"), |request| {
        request.context = by_creator("");
    });
    let own_hold = but(&story.place_legal_hold("stranger", "h"), |request| {
        request.context = by_creator("");
    });
    let own_release = but(&story.release_legal_hold("kept", "case"), |request| {
        request.context = by_creator("");
    });
    let live = |who: &'static str, says| row(AgreementLive, says, Attempt::of(story.erase(who)));
    vec![
        live(
            "accepted",
            &[("campaign_id", "launch"), ("collaboration_id", "accepted")],
        ),
        live("invited", &[("collaboration_id", "invited")]),
        live("published", &[("collaboration_id", "published")]),
        live("applied", &[("campaign_id", "talks")]),
        live("countered", &[("campaign_id", "talks")]),
        row(
            LegalHold,
            &[("hold_id", "case")],
            Attempt::of(story.erase("kept")),
        ),
        row(
            CreatorErased,
            &[],
            Attempt::of(story.invite("erased", terms(idr(1)))),
        ),
        row(CreatorErased, &[], Attempt::of(story.apply("erased"))),
        row(
            CreatorErased,
            &[],
            Attempt::of(story.place_legal_hold("erased", "h")),
        ),
        row(
            AlreadyExists,
            &[("id", "case")],
            Attempt::of(story.place_legal_hold("kept", "case")),
        ),
        row(
            AlreadyExists,
            &[("id", "lifted")],
            Attempt::of(story.place_legal_hold("kept", "lifted")),
        ),
        row(
            HoldReleased,
            &[],
            Attempt::of(story.release_legal_hold("kept", "lifted")),
        ),
        row(ActorNotAllowed, &[("allowed", "the brand")], own),
        row(ActorNotAllowed, &[("allowed", "the brand")], own_hold),
        row(ActorNotAllowed, &[("allowed", "the brand")], own_release),
    ]
}
