//! Fields of the negotiation and of amendments.

use super::super::but;
use super::Row;
use crate::support::server::{Story, idr, terms};

pub fn offers(story: &Story) -> Vec<Row> {
    let apply = story.apply("dewi");
    let send = story.send_offer("dewi", terms(idr(1)));
    let counter = story.counter("dewi", 1, terms(idr(1)));
    let revise = story.revise_offer("dewi", 2, terms(idr(1)));
    let accept = story.accept_counter("dewi", 2);
    let reject = story.reject_counter("dewi", 2);
    let no_thanks = story.reject_application("dewi");
    vec![
        ("creator_id", but(&apply, |one| one.creator_id.clear())),
        (
            "message",
            but(&apply, |one| one.message = "x".repeat(2_001)),
        ),
        (
            "fee.minor_units",
            but(&apply, |one| one.fee = Some(idr(-1))),
        ),
        ("terms", but(&send, |one| one.terms = None)),
        ("expires_at", but(&send, |one| one.expires_at = None)),
        (
            "reason",
            but(&no_thanks, |one| one.reason = "x".repeat(501)),
        ),
        ("offer_version", but(&counter, |one| one.offer_version = 0)),
        ("terms", but(&counter, |one| one.terms = None)),
        ("note", but(&counter, |one| one.note = "x".repeat(2_001))),
        ("offer_version", but(&revise, |one| one.offer_version = 0)),
        ("expires_at", but(&revise, |one| one.expires_at = None)),
        ("offer_version", but(&accept, |one| one.offer_version = 0)),
        ("offer_version", but(&reject, |one| one.offer_version = 0)),
        ("reason", but(&reject, |one| one.reason = "x".repeat(501))),
    ]
}

pub fn amendments(story: &Story) -> Vec<Row> {
    let amend = story.amend_terms("ayu", terms(idr(1)));
    let accept = story.accept_amendment("ayu", 2);
    let reject = story.reject_amendment("ayu", 2);
    let leave = story.leave("ayu");
    vec![
        ("terms", but(&amend, |one| one.terms = None)),
        ("reason", but(&amend, |one| one.reason.clear())),
        ("terms_version", but(&accept, |one| one.terms_version = 0)),
        ("terms_version", but(&reject, |one| one.terms_version = 0)),
        ("reason", but(&reject, |one| one.reason = "x".repeat(501))),
        ("reason", but(&leave, |one| one.reason.clear())),
    ]
}
