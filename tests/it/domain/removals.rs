//! Posts that are taken down: the numbers stay, an early removal is a breach, and the end of the
//! agreement is no reason to refuse.

use campaign_ledger::domain::*;

use super::history::*;
use super::stories::*;
use crate::support::requests::*;

const DAY_SECONDS: u64 = 24 * 60 * 60;

/// Returns a history in which the post of day 15 must stay up for a week; it is day 16.
fn promised_for_a_week() -> History {
    let min_live_days = 7;
    published_as(
        plan(),
        Terms {
            min_live_days,
            ..terms()
        },
    )
}

fn taken_down(removed_at: Timestamp, live_seconds: u64, early: bool) -> Event {
    Event::Publication(PublicationEvent::PostRemoved(PostRemoved {
        publication: id("post-1"),
        deliverable: id("review"),
        removed_at,
        by: Some(RemovedBy::Creator),
        reason: "a quarrel".into(),
        live_seconds,
        required_seconds: 7 * DAY_SECONDS,
        early,
    }))
}

#[test]
fn post_deleted_early_is_kept_and_breaches() {
    let week = DAY_SECONDS * 7;
    for (removed_at, live_seconds, early) in [
        (day(15), 0, true),
        (day(17), 2 * DAY_SECONDS, true),
        (later(day(22), -1), week - 1, true),
        (day(22), week, false),
        (day(30), 15 * DAY_SECONDS, false),
    ] {
        let history = promised_for_a_week()
            .at(day(31))
            .when(remove("ayu-1", removed_at))
            .then_events([taken_down(removed_at, live_seconds, early)]);
        let post = history.publication("ayu-1", "post-1");
        assert_eq!((post.removed_at(), post.removals), (Some(removed_at), 1));
        let state = history.deliverable("ayu-1", "review").state;
        assert_eq!(state, DeliverableState::Removed);
        for totals in [history.totals(), history.totals_of("ayu-1")] {
            assert_eq!(totals.delivery.removed, 1);
            assert_eq!(totals.delivery.removed_early, i64::from(early));
            assert_eq!(totals.delivery.published, 1);
            assert_eq!(totals.counted.posts, 1);
        }
    }
}

#[test]
fn numbers_of_a_removed_post_stay_and_more_are_accepted() {
    let seen = |at, likes| {
        let mut counters = Counters::default();
        counters.set(Counter::Likes, Some(likes));
        let seen = Seen {
            observed_at: at,
            source: ObservationSource::Api,
            kind: MeasurementKind::Measured,
            scope: MeasurementScope::Total,
            definition: None,
        };
        let observation = Observation {
            seen,
            counters,
            followers: None,
        };
        engagement(
            post("ayu-1", "post-1"),
            EngagementVerb::Record { observation },
        )
    };
    let audience = Audience::HEADLINE;
    let likes = |history: &History| {
        history.totals().counted.engagement[&audience]
            .engagements
            .value
            / i128::from(WHOLE_BP)
    };
    let history = promised_for_a_week()
        .given(seen(day(16), 1_000))
        .at(day(18))
        .given(remove("ayu-1", day(17)));
    assert_eq!(likes(&history), 1_000);
    let history = history.given(seen(later(day(17), -1), 1_200));
    assert_eq!(likes(&history), 1_200);
}

#[test]
fn restored_post_is_where_it_was_and_the_breach_stays() {
    use DeliverableState::{Published, Verified};
    let verified = promised_for_a_week().given(verify("ayu-1", "review"));
    for (history, before) in [(promised_for_a_week(), Published), (verified, Verified)] {
        let history = history
            .at(day(18))
            .given(remove("ayu-1", day(16)))
            .when(restore("ayu-1", day(18)))
            .then_events([Event::Publication(PublicationEvent::PostRestored {
                publication: id("post-1"),
                deliverable: id("review"),
                restored_at: day(18),
            })]);
        assert_eq!(history.deliverable("ayu-1", "review").state, before);
        assert_eq!(history.publication("ayu-1", "post-1").removed_at(), None);
        let delivery = history.totals().delivery;
        assert_eq!((delivery.removed, delivery.removed_early), (0, 1));
    }
}

#[test]
fn times_a_post_was_live_are_added_up() {
    // Live on days 15 and 16, and again from day 20.
    let again = promised_for_a_week()
        .at(day(40))
        .given(remove("ayu-1", day(17)))
        .given(restore("ayu-1", day(20)));
    again
        .clone()
        .when(remove("ayu-1", later(day(25), -1)))
        .then_events([taken_down(later(day(25), -1), 7 * DAY_SECONDS - 1, true)]);
    let history = again
        .when(remove("ayu-1", day(25)))
        .then_events([taken_down(day(25), 7 * DAY_SECONDS, false)]);
    let delivery = history.totals().delivery;
    assert_eq!((delivery.removed, delivery.removed_early), (1, 1));
    assert_eq!(history.publication("ayu-1", "post-1").removals, 2);
}

#[test]
fn completion_does_not_fall_when_a_verified_post_is_removed() {
    let history = completed().at(day(30)).given(remove("ayu-1", day(29)));
    let totals = history.totals();
    assert_eq!((totals.delivery.verified, totals.delivery.accepted), (1, 1));
    let states = totals.deliverables;
    assert_eq!(states, [(DeliverableState::Removed, 1)].into());
    let history = history.given(restore("ayu-1", day(30)));
    assert_eq!(history.totals().delivery.verified, 1);
}

#[test]
fn removal_after_verification_does_not_keep_the_agreement_open() {
    let complete = || collaboration("ayu-1", CollaborationVerb::Complete);
    published()
        .given(verify("ayu-1", "review"))
        .given(remove("ayu-1", day(16)))
        .given(complete());
    published()
        .given(remove("ayu-1", day(16)))
        .when(complete())
        .then_refused(Refusal::DeliverablesOpen { open: 1 });
}

#[test]
fn the_same_fact_is_no_new_event_and_a_different_one_is_refused() {
    let history = published().at(day(20)).given(remove("ayu-1", day(17)));
    let removed = history.head();
    let history = history
        .when(remove("ayu-1", day(17)))
        .then_happened_at(removed)
        .when(remove("ayu-1", day(18)))
        .then_refused(Refusal::PostRemoved)
        .given(restore("ayu-1", day(19)));
    let restored = history.head();
    history
        .when(restore("ayu-1", day(19)))
        .then_happened_at(restored)
        .when(restore("ayu-1", day(20)))
        .then_refused(Refusal::PostNotRemoved);
    published()
        .when(restore("ayu-1", day(16)))
        .then_refused(Refusal::PostNotRemoved);
}

#[test]
fn removal_lies_within_the_life_of_the_post() {
    let history = published().at(day(30));
    let history = history
        .when(remove("ayu-1", later(day(15), -1)))
        .then_refused(field("removed_at"))
        .given(remove("ayu-1", day(20)))
        .when(restore("ayu-1", later(day(20), -1)))
        .then_refused(field("restored_at"))
        .given(restore("ayu-1", day(25)));
    history
        .when(remove("ayu-1", later(day(25), -1)))
        .then_refused(field("removed_at"));
}

#[test]
fn either_side_tells_of_a_removal_and_no_timer() {
    for side in [ActorKind::Brand, ActorKind::Creator] {
        published()
            .given(remove("ayu-1", day(16)).by(side))
            .given(restore("ayu-1", day(16)).by(side));
    }
    let others = only("the brand or the creator");
    published()
        .when(remove("ayu-1", day(16)).by(ActorKind::System))
        .then_refused(others);
}

#[test]
fn removal_of_what_was_never_published_is_not_found() {
    approved()
        .when(remove("ayu-1", day(1)))
        .then_refused(Refusal::NotFound {
            what: Unknown::Publication,
            id: "post-1".to_owned(),
        });
}
