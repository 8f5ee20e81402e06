//! Publications: breaches are recorded and not refused, because they happened.

use campaign_ledger::domain::*;

use super::history::*;
use super::stories::*;
use crate::support::requests::*;

#[track_caller]
fn recorded(event: &Event) -> &PublicationRecorded {
    match event {
        Event::Publication(PublicationEvent::PublicationRecorded(recorded)) => recorded,
        other => panic!("{other:?}"),
    }
}

#[test]
fn approved_post_in_time_breaches_nothing() {
    approved()
        .at(day(16))
        .when(publish("ayu-1", "review", live("post-1")))
        .then_events([Event::Publication(PublicationEvent::PublicationRecorded(
            PublicationRecorded {
                deliverable: id("review"),
                publication: id("post-1"),
                platform: Platform::Instagram.into(),
                url: told("https://instagram.example/post-1"),
                post_id: told("ig-post-1"),
                published_at: day(15),
                followers: Some(25_000),
                disclosed: true,
                incentivised: false,
                shares: Vec::new(),
                seconds_late: 0,
                seconds_late_original: 0,
                unapproved: false,
                undisclosed: false,
                waived: false,
            },
        ))]);
}

#[test]
fn unapproved_post_is_recorded_as_a_breach() {
    let histories = [
        accepted(terms()),
        submitted(),
        submitted().given(request_revision("ayu-1", "review", 1)),
        submitted().given(reject("ayu-1", "review", 1)),
    ];
    for history in histories {
        let history = history
            .at(day(16))
            .when(publish("ayu-1", "review", live("post-1")))
            .then_event(|event| assert!(recorded(event).unapproved));
        assert_eq!(history.totals().delivery.unapproved, 1);
        assert_eq!(history.totals().counted.posts, 1);
        let state = history.collaboration("ayu-1").state;
        assert_eq!(state, CollaborationState::Active);
        assert!(history.totals().delivery.open_dues.is_empty());
    }
}

#[test]
fn late_post_is_counted_against_both_deadlines() {
    let at = |published_at| Publish {
        published_at,
        ..live("post-1")
    };
    let history = approved().given(reschedule("ayu-1", "review", day(25)));
    for (published_at, late, late_original) in [
        (day(20), 0, 0),
        (later(day(20), 1), 0, 1),
        (day(25), 0, 5 * 86_400),
        (day(26), 86_400, 6 * 86_400),
    ] {
        let history = history
            .clone()
            .at(day(30))
            .when(publish("ayu-1", "review", at(published_at)))
            .then_event(|event| {
                assert_eq!(recorded(event).seconds_late, late);
                assert_eq!(recorded(event).seconds_late_original, late_original);
            });
        let delivery = history.totals().delivery;
        assert_eq!(delivery.published, 1);
        assert_eq!(delivery.on_time, i64::from(late == 0));
        assert_eq!(delivery.on_time_original, i64::from(late_original == 0));
    }
}

#[test]
fn missing_disclosure_is_a_breach_where_the_policy_demands_it() {
    let secret = Publish {
        disclosed: false,
        ..live("post-1")
    };
    let policy = SelectionPolicy {
        vetting_required: false,
        disclosure_required: true,
    };
    for (policy, breach) in [(SelectionPolicy::default(), false), (policy, true)] {
        opened_as(CampaignPlan { policy, ..plan() })
            .given(invite("ayu-1", "ayu", terms()))
            .given(accept("ayu-1"))
            .at(day(16))
            .when(publish("ayu-1", "review", secret.clone()))
            .then_event(|event| assert_eq!(recorded(event).undisclosed, breach));
    }
}

#[test]
fn stated_followers_take_precedence_over_the_profile() {
    let told = Publish {
        followers: Some(26_111),
        ..live("post-1")
    };
    approved()
        .at(day(16))
        .when(publish("ayu-1", "review", told))
        .then_event(|event| assert_eq!(recorded(event).followers, Some(26_111)));
}

#[test]
fn giveaway_is_incentivised() {
    let terms = Terms {
        deliverables: vec![promised("prize", ContentFormat::Giveaway)],
        ..terms()
    };
    let history = published_as(plan(), terms);
    assert!(recorded(history.last_event()).incentivised);
    assert!(history.publication("ayu-1", "post-1").incentivised);
}

#[test]
fn publication_id_is_taken_within_the_collaboration() {
    let two = Terms {
        deliverables: vec![
            promised("review", ContentFormat::Review),
            promised("story", ContentFormat::Story),
        ],
        ..terms()
    };
    let other_post = Publish {
        post_id: told("ig-77"),
        ..live("post-1")
    };
    let history = with_bima(published_as(plan(), two), terms());
    history
        .clone()
        .when(publish("ayu-1", "story", other_post.clone()))
        .then_refused(Refusal::AlreadyExists {
            what: "publication",
            id: "post-1".to_owned(),
        });
    history.given(publish("bima-1", "review", other_post));
}

#[test]
fn post_of_a_platform_is_recorded_once_in_a_brand() {
    let same_post = Publish {
        post_id: told("ig-post-1"),
        ..live("post-2")
    };
    let taken = Refusal::PostAlreadyRecorded {
        publication: "post-1".to_owned(),
    };
    with_bima(published(), terms())
        .when(publish("bima-1", "review", same_post.clone()))
        .then_refused(taken.clone());

    let other_campaign = |request: Request| request.in_campaign("second");
    published()
        .given(other_campaign(campaign(CampaignVerb::Create {
            plan: plan(),
        })))
        .given(other_campaign(campaign(CampaignVerb::Open)))
        .given(other_campaign(invite("ayu-1", "ayu", terms())))
        .given(other_campaign(accept("ayu-1")))
        .when(other_campaign(publish("ayu-1", "review", same_post)))
        .then_refused(taken);
}

#[test]
fn same_post_id_on_another_platform_is_another_post() {
    let mut video = promised("video", ContentFormat::Tutorial);
    video.platform = Platform::Youtube.into();
    let terms = Terms {
        deliverables: vec![promised("review", ContentFormat::Review), video],
        ..terms()
    };
    let same_id = Publish {
        post_id: told("ig-post-1"),
        ..live("post-2")
    };
    published_as(plan(), terms).given(publish("ayu-1", "video", same_id));
}

#[test]
fn posts_of_other_platforms_are_told_apart_by_name() {
    let elsewhere = |name: &str| {
        let mut promised = promised(name, ContentFormat::Review);
        promised.platform = Platform::Other.into();
        promised
    };
    let terms = Terms {
        deliverables: vec![elsewhere("one"), elsewhere("two")],
        ..terms()
    };
    let post = |publication: &str, url: &str, name: Option<&str>| Publish {
        url: told(url),
        post_id: told("12345"),
        platform_name: name.map(|name| PlatformName::parse(name).unwrap()),
        ..live(publication)
    };
    let x = post("x", "https://User@Forum.example:8080/t/1", None);
    let one = accepted(terms).given(publish("ayu-1", "one", x));
    let venue = |publication: &str, history: &History| -> String {
        let row = history.publication("ayu-1", publication);
        row.platform.name().to_owned()
    };
    // The name of a site may be that of a person: it is compared, and not kept.
    assert_eq!(venue("x", &one), "");
    let same = post("y", "https://forum.example/12345", None);
    let named = post("y", "https://mirror.example/12345", Some("FORUM.example"));
    for taken in [same, named] {
        one.clone()
            .when(publish("ayu-1", "two", taken))
            .then_refused(Refusal::PostAlreadyRecorded {
                publication: "x".to_owned(),
            });
    }
    let other = post("y", "https://board.example/12345", None);
    let two = one.given(publish("ayu-1", "two", other));
    assert_eq!(venue("y", &two), "");
}

#[test]
fn only_another_platform_takes_a_name() {
    let named = Publish {
        platform_name: Some(PlatformName::parse("forum").unwrap()),
        ..live("post-1")
    };
    approved()
        .when(publish("ayu-1", "review", named))
        .then_refused(Refusal::field("platform_name", NAMED_VENUE_RULE));
}

#[test]
fn verification_marks_the_post() {
    let history = published()
        .when(verify("ayu-1", "review"))
        .then_events([Event::Publication(PublicationEvent::PublicationVerified {
            deliverable: id("review"),
            publication: id("post-1"),
        })]);
    assert!(history.publication("ayu-1", "post-1").verified);
    let counts = history.totals().deliverables;
    assert_eq!(counts, [(DeliverableState::Verified, 1)].into());
}

#[test]
fn published_deliverables_are_not_published_again() {
    published()
        .when(publish("ayu-1", "review", live("post-2")))
        .then_refused(deliverable_is(DeliverableState::Published));
}
