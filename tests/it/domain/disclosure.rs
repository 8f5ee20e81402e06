//! Disclosure: required by the campaign or the terms, checked by the brand, counted as a breach
//! once.

use campaign_ledger::domain::*;

use super::history::*;
use super::stories::*;
use crate::support::requests::*;

fn labelled() -> DisclosureTerms {
    DisclosureTerms {
        connection: ConnectionType::Gifted,
        required_label: Some("#iklan".into()),
    }
}

/// Returns a history in which the post is live and its terms require a label.
fn agreed() -> History {
    let disclosure = Some(labelled());
    published_as(
        plan(),
        Terms {
            disclosure,
            ..terms()
        },
    )
}

fn undisclosed(history: &History) -> (bool, i64) {
    let breaches = history.totals().delivery.undisclosed;
    assert_eq!(history.totals_of("ayu-1").delivery.undisclosed, breaches);
    let post = history.publication("ayu-1", "post-1");
    (post.undisclosed, breaches)
}

#[test]
fn check_says_what_was_demanded_and_what_was_found() {
    let history = agreed()
        .when(check_disclosure("ayu-1", found(16, true)))
        .then_events([Event::Publication(PublicationEvent::DisclosureChecked(
            DisclosureChecked {
                publication: id("post-1"),
                deliverable: id("review"),
                found: found(16, true),
                required: true,
                terms: Some(labelled()),
            },
        ))]);
    let post = history.publication("ayu-1", "post-1");
    let check = post.check.as_ref().unwrap();
    assert_eq!(check.by, actor(ActorKind::Brand));
    assert_eq!(undisclosed(&history), (false, 0));
}

#[test]
fn terms_demand_disclosure_like_the_policy_does() {
    let secret = Publish {
        disclosed: false,
        ..live("post-1")
    };
    let disclosure = Some(labelled());
    let history = accepted(Terms {
        disclosure,
        ..terms()
    })
    .at(day(16))
    .given(publish("ayu-1", "review", secret));
    assert_eq!(undisclosed(&history), (true, 1));
    // A later check finds it sufficient: it is not undisclosed now, but it was.
    let history = history.given(check_disclosure("ayu-1", found(16, true)));
    assert_eq!(undisclosed(&history), (false, 1));
}

#[test]
fn insufficient_disclosure_is_a_breach_once() {
    let history = agreed().given(check_disclosure("ayu-1", found(15, false)));
    assert_eq!(undisclosed(&history), (true, 1));
    let history = history
        .at(day(20))
        .given(check_disclosure("ayu-1", found(17, true)))
        .given(check_disclosure("ayu-1", found(18, false)));
    assert_eq!(undisclosed(&history), (true, 1));
    assert!(history.publication("ayu-1", "post-1").was_undisclosed());
}

#[test]
fn nothing_is_a_breach_where_nothing_is_demanded() {
    let history = published().given(check_disclosure("ayu-1", found(16, false)));
    assert_eq!(undisclosed(&history), (false, 0));
}

#[test]
fn latest_check_counts_whatever_is_recorded_last() {
    let history = agreed()
        .at(day(20))
        .given(check_disclosure("ayu-1", found(18, true)))
        .given(check_disclosure("ayu-1", found(17, false)));
    assert_eq!(undisclosed(&history), (false, 1));
    let post = history.publication("ayu-1", "post-1");
    assert_eq!(post.check.as_ref().unwrap().found, found(18, true));
}

#[test]
fn same_check_again_is_no_new_event() {
    let history = agreed().given(check_disclosure("ayu-1", found(16, true)));
    let checked = history.head();
    history
        .when(check_disclosure("ayu-1", found(16, true)))
        .then_happened_at(checked);
}

#[test]
fn only_the_brand_checks_also_after_the_end_and_not_before_publication() {
    for side in [ActorKind::Creator, ActorKind::System] {
        agreed()
            .when(check_disclosure("ayu-1", found(16, true)).by(side))
            .then_refused(only("the brand"));
    }
    agreed()
        .when(check_disclosure("ayu-1", found(14, true)))
        .then_refused(field("checked_at"));
    completed().given(check_disclosure("ayu-1", found(16, true)));
}
