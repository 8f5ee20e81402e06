//! Engagement: refusals, repetitions, corrections and voids.

use campaign_ledger::domain::*;

use super::engagement::*;
use super::history::*;
use super::stories::*;
use crate::support::requests::*;

#[test]
fn observation_before_publication_is_refused() {
    let published_at = day(15);
    measured()
        .when(observe(later(published_at, -1), likes(1)))
        .then_refused(field("observed_at"))
        .given(observe(published_at, likes(1)));
}

#[test]
fn unknown_publication_is_not_found() {
    approved()
        .when(observe(t(10), likes(1)))
        .then_refused(Refusal::NotFound {
            what: Unknown::Publication,
            id: "post-1".to_owned(),
        });
}

#[test]
fn same_observation_again_is_no_new_event() {
    let history = measured().given(observe(t(10), likes(5)));
    let first = history.head();
    let history = history
        .when(observe(t(10), likes(5)))
        .then_happened_at(first)
        .given(observe(t(20), likes(6)))
        .given(observe(t(5), likes(4)))
        .when(observe(t(10), likes(5)))
        .then_happened_at(first);
    let second = Position::new(first.get() + 1);
    history
        .when(observe(t(20), likes(6)))
        .then_happened_at(second);
}

#[test]
fn observation_that_differs_in_anything_is_a_new_event() {
    let first = observation(t(10), likes(5));
    let mut others = [first; 6];
    others[0].seen.observed_at = later(t(10), 1);
    others[1].seen.source = ObservationSource::Brand;
    others[2].seen.kind = MeasurementKind::Reported;
    others[3].seen.scope = MeasurementScope::Organic;
    others[4].counters = likes(6);
    others[5].followers = Some(25_000);
    for other in others {
        measured()
            .given(observe_as(first))
            .when(observe_as(other))
            .then_event(|_| ());
    }
}

#[test]
fn same_observation_after_its_correction_does_not_undo_it() {
    let history = measured().given(observe(t(10), likes(5)));
    let first = history.head();
    let history = history.given(correct(first, likes(4)));
    let corrected = history.head();
    let history = history.given(correct(corrected, likes(3)));
    let latest = history.head();
    let history = history
        .when(observe(t(10), likes(5)))
        .then_happened_at(latest)
        .when(observe(t(10), likes(3)))
        .then_happened_at(latest);
    assert_eq!(head_likes(&history), Some(3));
}

#[test]
fn voided_observation_can_be_recorded_again() {
    let history = measured().given(observe(t(10), likes(5)));
    let first = history.head();
    let history = history.given(void(first)).given(observe(t(10), likes(5)));
    assert_eq!(head_likes(&history), Some(5));
    assert_eq!(series(&history).standing, 1);
}

#[test]
fn changes_name_the_latest_of_an_observation() {
    let history = measured().given(observe(t(10), likes(5)));
    let first = history.head();
    let history = history.given(correct(first, likes(6)));
    let second = history.head();
    let stale = Refusal::StaleObservation {
        expected: first,
        actual: second,
    };
    let history = history
        .when(correct(first, likes(7)))
        .then_refused(stale.clone())
        .when(void(first))
        .then_refused(stale)
        .given(correct(second, likes(7)));
    let third = history.head();
    assert_eq!(head(&history).unwrap().latest, third);
    let history = history.given(void(third));
    let voiding = history.head();
    for position in [first, second, third, voiding] {
        for request in [correct(position, likes(8)), void(position)] {
            history
                .clone()
                .when(request)
                .then_refused(Refusal::ObservationVoided);
        }
    }
}

#[test]
fn changes_of_what_is_no_observation_are_not_found() {
    let history = measured().given(observe(t(10), likes(5)));
    for position in [1, history.head().get() + 1] {
        let position = Position::new(position);
        history
            .clone()
            .when(void(position))
            .then_refused(Refusal::NotFound {
                what: Unknown::Observation,
                id: position.to_string(),
            });
    }
}

#[test]
fn correction_replaces_all_counters_in_place() {
    let both = seen(&[(Counter::Likes, 5), (Counter::Views, 50)]);
    let history = measured()
        .given(observe(t(10), both))
        .given(observe(t(20), likes(6)));
    let first = Position::new(history.head().get() - 1);
    let history = history.given(correct(first, likes(4)));
    let values = series(&history).counted.values();
    assert_eq!(values, likes(6));
    assert_eq!(likes_until(&history, t(10)), Some(4));
}

#[test]
fn late_arrival_lands_in_place_and_can_be_corrected_there() {
    let history = measured()
        .given(observe(t(30), likes(30)))
        .given(observe(t(50), likes(50)));
    let fifty = history.head();
    let history = history
        .given(observe(t(10), likes(10)))
        .given(observe(t(40), likes(40)))
        .when(observe(t(50), likes(50)))
        .then_happened_at(fifty)
        .given(correct(fifty, likes(45)));
    assert_eq!(head_likes(&history), Some(45));
    assert_eq!(likes_until(&history, t(49)), Some(40));
}

#[test]
fn voiding_everything_leaves_no_number() {
    let history = measured().given(observe(t(10), likes(5)));
    let only = history.head();
    let history = history.given(void(only));
    assert_eq!(head_likes(&history), None);
    assert_eq!(series(&history).standing, 0);
    let sums = &history.totals().counted.engagement[&Audience::of(SCOPE, KIND)];
    assert_eq!(**sums, EngagementSums::default());
}

#[test]
fn observation_repeated_after_a_correction_answers_with_the_correction() {
    let history = measured().given(observe(t(10), likes(5)));
    let first = history.head();
    let history = history.given(correct(first, likes(7)));
    let corrected = history.head();
    history
        .when(observe(t(10), likes(5)))
        .then_happened_at(corrected)
        .when(observe(t(10), likes(7)))
        .then_happened_at(corrected);
}

#[test]
fn creator_reports_only_what_the_creator_counted() {
    let refused = || Refusal::ActorNotAllowed {
        allowed: "the brand, or the creator for REPORTED counters of source CREATOR,",
    };
    let mut reported = observation(t(10), likes(5));
    reported.seen.source = ObservationSource::Creator;
    let measured_by_creator = reported;
    reported.seen.kind = MeasurementKind::Reported;
    let mut of_api = reported;
    of_api.seen.source = ObservationSource::Api;
    let history = measured().given(observe(t(20), likes(6)));
    let brands = history.head();
    let history = history
        .when(observe_as(measured_by_creator).by(ActorKind::Creator))
        .then_refused(refused())
        .when(observe_as(of_api).by(ActorKind::Creator))
        .then_refused(refused())
        .when(correct(brands, likes(9)).by(ActorKind::Creator))
        .then_refused(refused())
        .given(observe_as(reported).by(ActorKind::Creator));
    let own = history.head();
    drop(history.given(correct(own, likes(6)).by(ActorKind::Creator)));
}
