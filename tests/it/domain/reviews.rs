//! The review period: the ledger approves what nobody reviews in time.

use campaign_ledger::domain::rows::{Key, Rows, Scan};
use campaign_ledger::domain::state::Due;
use campaign_ledger::domain::*;

use super::history::*;
use super::stories::*;
use crate::support::requests::*;

/// Returns terms with two days for a review.
fn reviewed_within_two_days() -> Terms {
    let review_hours = Some(48);
    Terms {
        review_hours,
        ..terms()
    }
}

/// Returns a history in which version 1 was submitted on day 2.
fn waiting() -> History {
    accepted(reviewed_within_two_days())
        .at(day(2))
        .given(submit("ayu-1", "review"))
}

/// Returns what is due, and when.
fn reviews_due(history: &History) -> Vec<(Timestamp, u32)> {
    let prefix = Key::of::<Due>();
    let page = history.ledger.rows.page::<Due>(Scan::of(&prefix), 99);
    let due = page.unwrap().into_iter().filter_map(|(key, due)| {
        let at = Due::time_of(&key).unwrap();
        match &*due {
            Due::Review { version, .. } => Some((at, *version)),
            Due::Offer { .. } | Due::Lock { .. } | Due::Ending { .. } | Due::Refunds { .. } => None,
        }
    });
    due.collect()
}

#[test]
fn version_is_approved_by_itself_when_the_period_is_over() {
    let history = waiting();
    let submission = &history.deliverable("ayu-1", "review").submissions[0];
    assert_eq!(submission.review_due_at, Some(day(4)));
    assert_eq!(reviews_due(&history), [(day(4), 1)]);
    let history = history
        .at(day(4))
        .when(approve_by_timer("ayu-1", "review", 1))
        .then_events([Event::Content(ContentEvent::ContentApproved {
            deliverable: id("review"),
            version: 1,
            rating: None,
        })]);
    assert_eq!(reviews_due(&history), []);
    assert!(history.deliverable("ayu-1", "review").was_approved);
}

#[test]
fn period_counts_from_when_the_ledger_got_the_version() {
    let history = accepted(reviewed_within_two_days())
        .at(day(10))
        .given(submit("ayu-1", "review").occurred(day(3)));
    assert_eq!(reviews_due(&history), [(day(12), 1)]);
}

#[test]
fn ledger_does_not_approve_before_its_time() {
    let due_at = day(4);
    waiting()
        .at(later(due_at, -1))
        .when(approve_by_timer("ayu-1", "review", 1))
        .then_refused(Refusal::ReviewNotDue { due_at });
}

#[test]
fn ledger_never_approves_without_a_period() {
    submitted()
        .at(day(30))
        .when(approve_by_timer("ayu-1", "review", 1))
        .then_refused(only("the brand"));
}

#[test]
fn brand_reviews_before_and_after_the_period() {
    waiting().given(approve("ayu-1", "review", 1));
    waiting()
        .at(day(30))
        .given(request_revision("ayu-1", "review", 1));
}

#[test]
fn revision_ends_the_period_and_the_next_version_has_its_own() {
    let history = waiting()
        .at(day(3))
        .given(request_revision("ayu-1", "review", 1));
    assert_eq!(reviews_due(&history), []);
    let history = history
        .at(day(5))
        .when(approve_by_timer("ayu-1", "review", 1))
        .then_refused(deliverable_is(DeliverableState::RevisionRequested))
        .given(submit("ayu-1", "review"));
    assert_eq!(reviews_due(&history), [(day(7), 2)]);
    history
        .at(day(7))
        .when(approve_by_timer("ayu-1", "review", 1))
        .then_refused(Refusal::StaleSubmission {
            expected: 1,
            actual: 2,
        })
        .given(approve_by_timer("ayu-1", "review", 2));
}

#[test]
fn whatever_ends_the_wait_ends_the_period() {
    for ends in [
        approve("ayu-1", "review", 1),
        reject("ayu-1", "review", 1),
        waive("ayu-1", "review"),
        cancel("ayu-1"),
        publish(
            "ayu-1",
            "review",
            Publish {
                published_at: day(2),
                ..live("post-1")
            },
        ),
    ] {
        let history = waiting().given(ends);
        assert_eq!(reviews_due(&history), []);
    }
}
