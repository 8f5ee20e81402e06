//! Posts that were recorded wrongly: corrected in place, as if they had been right from the beginning.

use campaign_ledger::domain::*;

use super::engagement::{likes, observe};
use super::history::*;
use super::stories::*;
use crate::support::ledger::Ledger;
use crate::support::requests::*;

fn correction(history: &History) -> PublicationCorrection {
    PublicationCorrection {
        expected: history.publication("ayu-1", "post-1").told.position,
        url: None,
        post_id: None,
        platform_name: None,
        published_at: None,
        followers: None,
        disclosed: None,
        reason: PersonalText::Clear("the link was of another post".to_owned()),
    }
}

fn correct(correction: PublicationCorrection) -> Request {
    publication(
        post("ayu-1", "post-1"),
        PublicationVerb::Correct(correction),
    )
}

/// Corrects the post in one way.
fn corrected(history: History, change: impl FnOnce(&mut PublicationCorrection)) -> History {
    let mut right = correction(&history);
    change(&mut right);
    history.given(correct(right))
}

/// Returns a history in which disclosure is demanded, the post was promised for a week, and was
/// published as told.
fn told(post: Publish) -> History {
    let plan = CampaignPlan {
        policy: SelectionPolicy {
            vetting_required: false,
            disclosure_required: true,
        },
        ..plan()
    };
    let terms = Terms {
        min_live_days: 7,
        ..terms()
    };
    opened_as(plan)
        .given(invite("ayu-1", "ayu", terms))
        .given(accept("ayu-1"))
        .given(invite("bima-1", "bima", crate::support::requests::terms()))
        .given(accept("bima-1"))
        .given(submit("ayu-1", "review"))
        .given(approve("ayu-1", "review", 1))
        .at(day(100))
        .given(publish("ayu-1", "review", post))
}

/// Compares all that is summed, and the post itself but for the positions of its events.
#[track_caller]
fn are_alike(one: &History, other: &History) {
    assert_eq!(one.totals(), other.totals());
    assert_eq!(one.totals_of("ayu-1"), other.totals_of("ayu-1"));
    let [mut one, mut other] =
        [one, other].map(|history| (*history.publication("ayu-1", "post-1")).clone());
    for post in [&mut one, &mut other] {
        post.updated = Position::START;
        post.told.position = Position::START;
        post.series.clear();
        if let Some(removal) = &mut post.removal {
            removal.removed.position = Position::START;
        }
        if let Some(check) = &mut post.check {
            check.position = Position::START;
        }
    }
    assert_eq!(one, other);
}

fn right() -> Publish {
    Publish {
        followers: Some(20_000),
        ..live("post-1")
    }
}

#[test]
fn corrected_post_counts_as_if_it_had_been_recorded_so() {
    type Wrong = (fn(&mut Publish), fn(&mut PublicationCorrection));
    let wrong: [Wrong; 6] = [
        (
            |post| post.published_at = day(40),
            |right| right.published_at = Some(day(15)),
        ),
        (
            |post| post.published_at = day(99),
            |right| right.published_at = Some(day(15)),
        ),
        (
            |post| post.followers = Some(1),
            |right| right.followers = Some(20_000),
        ),
        (
            |post| post.followers = None,
            |right| right.followers = Some(20_000),
        ),
        (
            |post| post.disclosed = false,
            |right| right.disclosed = Some(true),
        ),
        (
            |post| {
                post.url = id("https://instagram.example/other");
                post.post_id = id("ig-other");
            },
            |right| {
                right.url = Some(id("https://instagram.example/post-1"));
                right.post_id = Some(id("ig-post-1"));
            },
        ),
    ];
    for (spoil, repair) in wrong {
        let mut post = right();
        spoil(&mut post);
        are_alike(&corrected(told(post), repair), &told(right()));
    }
}

#[test]
fn what_was_seen_and_done_since_follows() {
    let since = |history: History| {
        history
            .given(observe(day(17), likes(300)))
            .given(observe(day(70), likes(500)))
            .given(check_disclosure("ayu-1", found(17, false)))
            .given(remove("ayu-1", day(20)))
    };
    let wrong = Publish {
        followers: Some(5),
        disclosed: false,
        published_at: day(10),
        ..right()
    };
    let history = corrected(since(told(wrong)), |right| {
        right.followers = Some(20_000);
        right.disclosed = Some(true);
        right.published_at = Some(day(15));
    });
    let expected = since(told(right()));
    are_alike(&history, &expected);
    assert_eq!(history.totals().delivery.removed_early, 1);
    assert_eq!(history.totals().delivery.undisclosed, 1);
}

#[test]
fn correction_names_what_it_replaces_and_changes_something() {
    let history = told(right());
    let first = correction(&history);
    let (followers, expected) = (Some(30_000), first.expected);
    let more = PublicationCorrection { followers, ..first };
    let history = history
        .when(correct(more.clone()))
        .then_event(|event| match event {
            Event::Publication(PublicationEvent::PublicationCorrected(corrected)) => {
                assert_eq!(corrected.replaces, expected);
                assert_eq!(corrected.moved_from, day(15));
                assert_eq!(corrected.now.as_ref().unwrap().followers, Some(30_000));
            }
            other => panic!("{other:?}"),
        });
    let actual = history.publication("ayu-1", "post-1").told.position;
    let history = history
        .when(correct(more.clone()))
        .then_refused(Refusal::StalePublication { expected, actual });
    let same = PublicationCorrection {
        expected: actual,
        ..more
    };
    history
        .given(observe(day(17), likes(300)))
        .when(correct(same))
        .then_refused(Refusal::PublicationUnchanged);
}

#[test]
fn id_of_another_post_is_refused_and_the_old_one_is_free_again() {
    let other = Publish {
        publication: id("post-2"),
        post_id: id("ig-other"),
        ..right()
    };
    let both = told(right()).given(publish("bima-1", "review", other.clone()));
    let taken = PublicationCorrection {
        post_id: Some(id("ig-other")),
        ..correction(&both)
    };
    both.when(correct(taken))
        .then_refused(Refusal::PostAlreadyRecorded {
            publication: "post-2".to_owned(),
        });
    corrected(told(right()), |right| {
        right.post_id = Some(id("ig-new"));
    })
    .given(publish(
        "bima-1",
        "review",
        Publish {
            post_id: id("ig-post-1"),
            ..other
        },
    ));
}

#[test]
fn post_went_live_before_what_followed() {
    let at = |published_at| {
        move |right: &PublicationCorrection| PublicationCorrection {
            published_at: Some(published_at),
            ..right.clone()
        }
    };
    let refused = |history: History, published_at| {
        let right = at(published_at)(&correction(&history));
        let rule = "";
        history
            .when(correct(right))
            .then_refused(Refusal::field("published_at", rule))
    };
    let seen = told(right()).given(observe(day(17), likes(300)));
    let seen = refused(seen, later(day(17), 1));
    corrected(seen, |right| right.published_at = Some(day(17)));
    let checked = told(right()).given(check_disclosure("ayu-1", found(18, true)));
    refused(checked, day(19));
    let removed = told(right()).given(remove("ayu-1", day(20)));
    let removed = refused(removed, day(21));
    // Its lives can't be told apart any more.
    let again = removed
        .given(restore("ayu-1", day(22)))
        .given(remove("ayu-1", day(24)));
    let again = refused(again, day(14));
    corrected(again, |right| right.followers = Some(1));
}

#[test]
fn only_the_brand_corrects_and_only_an_other_platform_has_another_name() {
    let history = told(right());
    let by_creator = PublicationCorrection {
        followers: Some(1),
        ..correction(&history)
    };
    let named = PublicationCorrection {
        platform_name: Some(PlatformName::parse("kaskus").unwrap()),
        ..correction(&history)
    };
    history
        .when(correct(by_creator).by(ActorKind::Creator))
        .then_refused(only("the brand"))
        .when(correct(named))
        .then_refused(Refusal::field("platform_name", NAMED_VENUE_RULE));
}

#[test]
fn past_before_the_right_time_knows_no_such_post() {
    let history = corrected(told(right()), |right| right.published_at = Some(day(18)));
    let seen = |time: Timestamp| {
        let mut ledger = Ledger::default();
        for record in history.records() {
            if let Some(seen) = record.up_to(time) {
                ledger.fold(seen.into_owned());
            }
        }
        ledger.totals(&campaign_ref(CAMPAIGN))
    };
    for (time, posts) in [(day(16), 0), (day(18), 1)] {
        let totals = seen(time);
        assert_eq!(totals.counted.posts, posts, "{time}");
        assert_eq!(totals.delivery.published, posts);
        // Bima's is open anyway.
        let open: i64 = totals.delivery.open_dues.values().sum();
        assert_eq!(open, 1 + i64::from(posts == 0));
    }
}

#[test]
fn waived_post_that_is_published_all_the_same_is_a_breach() {
    let history = accepted(terms())
        .given(submit("ayu-1", "review"))
        .given(approve("ayu-1", "review", 1))
        .given(waive("ayu-1", "review"))
        .at(day(16))
        .given(publish("ayu-1", "review", live("post-1")));
    for totals in [history.totals(), history.totals_of("ayu-1")] {
        assert_eq!(totals.delivery.waived, 1);
        assert_eq!(totals.delivery.unapproved, 0);
        assert_eq!(totals.delivery.published, 1);
        assert!(totals.delivery.open_dues.is_empty());
    }
    let state = history.deliverable("ayu-1", "review").state;
    assert_eq!(state, DeliverableState::Published);
    // The brand did without it, so the agreement may end.
    history.given(collaboration("ayu-1", CollaborationVerb::Complete));
}
