//! Refused requests of the negotiation and of amendments.

use campaign_ledger::wire::proto::api::*;

use super::super::bad_input::{Attempt, but};
use super::places::{Places, offered};
use super::{Row, row};
use crate::support::server::{by_brand, idr, money, terms};

pub fn rules(places: &Places) -> Vec<Row> {
    let mut rows = offers(places);
    rows.extend(amendments(places));
    rows
}

fn offers(places: &Places) -> Vec<Row> {
    use ErrorReason::{
        ActorNotAllowed, AlreadyActive, AlreadyExists, BudgetExceeded, CampaignState, CodeTaken,
        CollaborationState, CreatorBlocked, StaleOffer,
    };
    let story = &places.talks;
    let again = but(&story.apply("applied"), |request| {
        request.collaboration_id = String::from("applied-2");
    });
    let by_brand = but(&story.apply("stranger"), |one| one.context = by_brand(""));
    let dear = || terms(money("IDR", 10_000_000_100));
    vec![
        row(ActorNotAllowed, &[("allowed", "the creator")], by_brand),
        row(AlreadyActive, &[("collaboration_id", "applied")], again),
        row(
            AlreadyExists,
            &[("id", "asked")],
            Attempt::of(story.apply("asked")),
        ),
        row(CreatorBlocked, &[], Attempt::of(story.apply("blocked"))),
        row(
            CampaignState,
            &[("state", "PAUSED")],
            Attempt::of(places.paused.apply("stranger")),
        ),
        row(
            BudgetExceeded,
            &[("cap_minor", "10000000000")],
            Attempt::of(story.send_offer("applied", dear())),
        ),
        row(
            CodeTaken,
            &[("collaboration_id", "settled")],
            Attempt::of(story.send_offer("applied", offered("settled"))),
        ),
        row(
            CollaborationState,
            &[("state", "INVITED")],
            Attempt::of(story.send_offer("asked", terms(idr(1)))),
        ),
        row(
            CollaborationState,
            &[("state", "INVITED")],
            Attempt::of(story.reject_application("asked")),
        ),
        row(
            CollaborationState,
            &[("state", "APPLIED")],
            Attempt::of(story.accept("applied")),
        ),
        row(
            CollaborationState,
            &[("state", "COUNTERED")],
            Attempt::of(story.counter("countered", 2, terms(idr(1)))),
        ),
        row(
            StaleOffer,
            &[("expected", "2"), ("actual", "1")],
            Attempt::of(story.counter("asked", 2, terms(idr(1)))),
        ),
        row(
            StaleOffer,
            &[("expected", "1"), ("actual", "2")],
            Attempt::of(story.revise_offer("countered", 1, terms(idr(1)))),
        ),
        row(
            BudgetExceeded,
            &[("cap_minor", "10000000000")],
            Attempt::of(story.revise_offer("countered", 2, dear())),
        ),
        row(
            StaleOffer,
            &[("expected", "1"), ("actual", "2")],
            Attempt::of(story.accept_counter("countered", 1)),
        ),
        row(
            StaleOffer,
            &[("expected", "3"), ("actual", "2")],
            Attempt::of(story.reject_counter("countered", 3)),
        ),
        row(
            CollaborationState,
            &[("state", "INVITED")],
            Attempt::of(story.leave("asked")),
        ),
    ]
}

fn amendments(places: &Places) -> Vec<Row> {
    use ErrorReason::{
        ActorNotAllowed, AlreadyPublished, AmendmentPending, CollaborationState, DeliverableState,
        NoAmendment, StaleAmendment,
    };
    let story = &places.talks;
    let mut other = offered("settled");
    other.deliverables[0].deliverable_id = String::from("d9");
    let own = but(&story.accept_amendment("amending", 2), |one| {
        one.context = by_brand("");
    });
    vec![
        row(
            AmendmentPending,
            &[("terms_version", "2")],
            Attempt::of(story.amend_terms("amending", offered("amending"))),
        ),
        row(
            NoAmendment,
            &[],
            Attempt::of(story.accept_amendment("settled", 2)),
        ),
        row(
            NoAmendment,
            &[],
            Attempt::of(story.reject_amendment("settled", 2)),
        ),
        row(
            StaleAmendment,
            &[("expected", "3"), ("actual", "2")],
            Attempt::of(story.accept_amendment("amending", 3)),
        ),
        row(
            StaleAmendment,
            &[("expected", "1"), ("actual", "2")],
            Attempt::of(story.reject_amendment("amending", 1)),
        ),
        row(ActorNotAllowed, &[("allowed", "the creator")], own),
        row(
            CollaborationState,
            &[("state", "INVITED")],
            Attempt::of(story.amend_terms("asked", offered("asked"))),
        ),
        row(
            DeliverableState,
            &[("state", "SUBMITTED")],
            Attempt::of(places.open.amend_terms("submitted", other)),
        ),
        row(
            AlreadyPublished,
            &[],
            Attempt::of(places.open.leave("published")),
        ),
    ]
}
