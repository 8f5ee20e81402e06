//! Deliverables up to approval: submit, review, reschedule, waive.

use campaign_ledger::domain::*;

use super::history::*;
use super::stories::*;
use crate::support::requests::*;

/// Returns a history for each state that a deliverable of `ayu-1` can be in.
fn in_each_state() -> Vec<(DeliverableState, History)> {
    use DeliverableState::*;
    vec![
        (Planned, accepted(terms())),
        (Submitted, submitted()),
        (
            RevisionRequested,
            submitted().given(request_revision("ayu-1", "review", 1)),
        ),
        (Approved, approved()),
        (Rejected, submitted().given(reject("ayu-1", "review", 1))),
        (Published, published()),
        (Verified, published().given(verify("ayu-1", "review"))),
        (Waived, submitted().given(waive("ayu-1", "review"))),
        (Removed, published().given(remove("ayu-1", day(16)))),
    ]
}

#[test]
fn each_verb_has_its_states() {
    use DeliverableState::*;
    let open = [Planned, Submitted, RevisionRequested, Approved];
    let unpublished = [Planned, Submitted, RevisionRequested, Approved, Rejected];
    let not_live = [
        Planned,
        Submitted,
        RevisionRequested,
        Approved,
        Rejected,
        Waived,
    ];
    let verbs: [(Request, &[DeliverableState]); 8] = [
        (submit("ayu-1", "review"), &[Planned, RevisionRequested]),
        (request_revision("ayu-1", "review", 1), &[Submitted]),
        (approve("ayu-1", "review", 1), &[Submitted]),
        (reject("ayu-1", "review", 1), &[Submitted]),
        (publish("ayu-1", "review", live("post-9")), &not_live),
        (verify("ayu-1", "review"), &[Published]),
        (reschedule("ayu-1", "review", day(30)), &open),
        (waive("ayu-1", "review"), &unpublished),
    ];
    for (state, history) in in_each_state() {
        assert_eq!(history.deliverable("ayu-1", "review").state, state);
        for (request, allowed) in &verbs {
            let outcome = history.clone().when(request.clone());
            if allowed.contains(&state) {
                outcome.then_event(|_| ());
            } else {
                outcome.then_refused(deliverable_is(state));
            }
        }
    }
}

#[test]
fn each_verb_is_of_its_side() {
    use ActorKind::{Brand, Creator, System};
    let (planned, waiting, live_post) = (accepted(terms()), submitted(), published());
    let verbs: [(&History, Request, &[ActorKind], &str); 8] = [
        (
            &planned,
            submit("ayu-1", "review"),
            &[Brand, System],
            "the creator",
        ),
        (
            &waiting,
            request_revision("ayu-1", "review", 1),
            &[Creator, System],
            "the brand",
        ),
        (
            &waiting,
            approve("ayu-1", "review", 1),
            &[Creator, System],
            "the brand",
        ),
        (
            &waiting,
            reject("ayu-1", "review", 1),
            &[Creator, System],
            "the brand",
        ),
        (
            &waiting,
            publish("ayu-1", "review", live("post-1")),
            &[System],
            "the brand or the creator",
        ),
        (
            &live_post,
            verify("ayu-1", "review"),
            &[Creator, System],
            "the brand",
        ),
        (
            &waiting,
            reschedule("ayu-1", "review", day(30)),
            &[Creator, System],
            "the brand",
        ),
        (
            &waiting,
            waive("ayu-1", "review"),
            &[Creator, System],
            "the brand",
        ),
    ];
    for (history, request, others, allowed) in verbs {
        for other in others {
            let allowed = match allowed {
                "the creator" => only("the creator"),
                "the brand" => only("the brand"),
                _ => only("the brand or the creator"),
            };
            history
                .clone()
                .when(request.clone().by(*other))
                .then_refused(allowed);
        }
    }
}

#[test]
fn unknown_deliverable_is_not_found() {
    accepted(terms())
        .when(submit("ayu-1", "reel"))
        .then_refused(Refusal::NotFound {
            what: Unknown::Deliverable,
            id: "reel".to_owned(),
        });
}

#[test]
fn deliverables_wait_for_accepted_terms() {
    invited(terms())
        .when(submit("ayu-1", "review"))
        .then_refused(collaboration_is(CollaborationState::Invited));
}

#[test]
fn submissions_are_numbered() {
    let first = |version| {
        Event::Content(ContentEvent::ContentSubmitted {
            deliverable: id("review"),
            version,
            content: content(),
            seconds_late: 0,
            review_due_at: None,
        })
    };
    let history = accepted(terms())
        .when(submit("ayu-1", "review"))
        .then_events([first(1)])
        .given(request_revision("ayu-1", "review", 1))
        .when(submit("ayu-1", "review"))
        .then_events([first(2)]);
    let deliverable = history.deliverable("ayu-1", "review");
    assert_eq!(deliverable.version(), 2);
    assert_eq!(deliverable.revisions, 1);
    let delivery = history.totals().delivery;
    assert_eq!((delivery.submissions, delivery.handed_in), (2, 1));
}

#[test]
fn late_submission_is_recorded_with_seconds_late() {
    let seconds = |late| {
        move |event: &Event| match event {
            Event::Content(ContentEvent::ContentSubmitted { seconds_late, .. }) => {
                assert_eq!(*seconds_late, late)
            }
            other => panic!("{other:?}"),
        }
    };
    let due = day(20);
    let history = accepted(terms());
    for (now, late) in [
        (due, 0),
        (later(due, 1), 1),
        (seconds_after(due, 1), 1),
        (later(seconds_after(due, 1), 1), 2),
        (day(21), 86_400),
    ] {
        history
            .clone()
            .at(now)
            .when(submit("ayu-1", "review"))
            .then_event(seconds(late));
    }
}

#[test]
fn lateness_follows_the_time_claimed() {
    let claimed = submit("ayu-1", "review").occurred(day(20));
    let history = accepted(terms()).at(day(25)).given(claimed);
    let submission = &history.deliverable("ayu-1", "review").submissions[0];
    assert_eq!(submission.submitted_at, day(20));
    assert_eq!(submission.seconds_late, 0);
    let record = history.ledger.records.last().unwrap();
    assert_eq!(record.recorded_at, day(25));
}

#[test]
fn review_names_the_version() {
    let stale = Refusal::StaleSubmission {
        expected: 1,
        actual: 2,
    };
    let history = submitted()
        .given(request_revision("ayu-1", "review", 1))
        .given(submit("ayu-1", "review"));
    let reviews = [
        request_revision("ayu-1", "review", 1),
        approve("ayu-1", "review", 1),
        reject("ayu-1", "review", 1),
    ];
    for review in reviews {
        history.clone().when(review).then_refused(stale.clone());
    }
}

#[test]
fn revisions_have_a_limit() {
    let rounds = |history: History, version| {
        history
            .given(request_revision("ayu-1", "review", version))
            .given(submit("ayu-1", "review"))
    };
    let twice = rounds(rounds(submitted(), 1), 2);
    twice
        .when(request_revision("ayu-1", "review", 3))
        .then_refused(Refusal::RevisionLimitReached { limit: 2 })
        .given(approve("ayu-1", "review", 3));
    let none = Terms {
        max_revisions: 0,
        ..terms()
    };
    accepted(none)
        .given(submit("ayu-1", "review"))
        .when(request_revision("ayu-1", "review", 1))
        .then_refused(Refusal::RevisionLimitReached { limit: 0 });
}

#[test]
fn approval_may_carry_a_rating() {
    let rated = DeliverableVerb::Approve {
        version: 1,
        rating: Some(4),
    };
    let history = submitted()
        .when(deliverable("ayu-1", "review", rated))
        .then_events([Event::Content(ContentEvent::ContentApproved {
            deliverable: id("review"),
            version: 1,
            rating: Some(4),
        })]);
    assert_eq!(history.deliverable("ayu-1", "review").rating, Some(4));
    assert_eq!(history.totals().ratings, [0, 0, 0, 1, 0]);
}

#[test]
fn rescheduling_keeps_the_first_deadline() {
    let history = accepted(terms())
        .when(reschedule("ayu-1", "review", day(25)))
        .then_events([Event::Content(ContentEvent::DeadlineRescheduled {
            deliverable: id("review"),
            due_at: day(25),
            previous: day(20),
            reason: "rain".into(),
        })])
        .when(reschedule("ayu-1", "review", day(28)))
        .then_event(|event| match event {
            Event::Content(ContentEvent::DeadlineRescheduled { previous, .. }) => {
                assert_eq!(*previous, day(25))
            }
            other => panic!("{other:?}"),
        });
    let deliverable = history.deliverable("ayu-1", "review");
    assert_eq!(
        (deliverable.due_at, deliverable.terms.due_at),
        (day(28), day(20))
    );
    assert_eq!(history.totals().delivery.open_dues, [(day(28), 1)].into());
}

#[test]
fn rejection_and_waiver_close_what_was_due_once() {
    let rejected = submitted().given(reject("ayu-1", "review", 1));
    assert!(rejected.totals().delivery.open_dues.is_empty());
    let waived = rejected.given(waive("ayu-1", "review"));
    assert!(waived.totals().delivery.open_dues.is_empty());
    let counts = waived.totals().deliverables;
    assert_eq!(counts, [(DeliverableState::Waived, 1)].into());
}

#[test]
fn deliverables_move_independently() {
    let terms = Terms {
        deliverables: vec![
            promised("review", ContentFormat::Review),
            promised("story", ContentFormat::Story),
        ],
        ..terms()
    };
    let history = accepted(terms)
        .given(submit("ayu-1", "story"))
        .given(approve("ayu-1", "story", 1));
    let state = |deliverable| history.deliverable("ayu-1", deliverable).state;
    assert_eq!(state("review"), DeliverableState::Planned);
    assert_eq!(state("story"), DeliverableState::Approved);
}
