//! Engagement: observations are absolute; the head is the latest one, whatever the order of
//! arrival.

use campaign_ledger::domain::state::{Axis, Cutoff, Head, Heads, Publication, Series};
use campaign_ledger::domain::*;

use super::history::*;
use super::stories::*;
use crate::support::requests::*;

pub const SCOPE: MeasurementScope = MeasurementScope::Total;
pub const KIND: MeasurementKind = MeasurementKind::Measured;

/// Returns counters with only likes.
pub fn likes(likes: u64) -> Counters {
    seen(&[(Counter::Likes, likes)])
}

/// Returns counters with only these values.
pub fn seen(values: &[(Counter, u64)]) -> Counters {
    let mut counters = Counters::default();
    for (counter, value) in values {
        counters.set(*counter, Some(*value));
    }
    counters
}

/// Observes Ayu's post through the platform's API.
pub fn observe(observed_at: Timestamp, counters: Counters) -> Request {
    observe_as(observation(observed_at, counters))
}

pub fn observation(observed_at: Timestamp, counters: Counters) -> Observation {
    let seen = Seen {
        observed_at,
        source: ObservationSource::Api,
        kind: KIND,
        scope: SCOPE,
        definition: None,
    };
    Observation {
        seen,
        counters,
        followers: None,
    }
}

pub fn observe_as(observation: Observation) -> Request {
    engagement(
        post("ayu-1", "post-1"),
        EngagementVerb::Record { observation },
    )
}

pub fn by_source(source: ObservationSource, at: Timestamp, count: u64) -> Request {
    let mut observation = observation(at, likes(count));
    observation.seen.source = source;
    observe_as(observation)
}

pub fn correct(observation: Position, counters: Counters) -> Request {
    let verb = EngagementVerb::Correct {
        observation,
        counters,
        followers: None,
        reason: "bots were removed".into(),
    };
    engagement(post("ayu-1", "post-1"), verb)
}

pub fn void(observation: Position) -> Request {
    let reason = "another post's numbers".to_owned();
    let verb = EngagementVerb::Void {
        observation,
        reason: reason.into(),
    };
    engagement(post("ayu-1", "post-1"), verb)
}

pub fn series(history: &History) -> Series {
    let publication = history.publication("ayu-1", "post-1");
    (*publication.series[&Audience::of(SCOPE, KIND)]).clone()
}

pub fn head(history: &History) -> Option<Head> {
    series(history).counted.get(Counter::Likes).copied()
}

pub fn head_likes(history: &History) -> Option<u64> {
    head(history).map(|head| head.value)
}

/// Returns the heads as observed until a time.
fn until(history: &History, time: Timestamp) -> Heads {
    let axis = Axis::new(
        &Publication::key(&post("ayu-1", "post-1")),
        Audience::of(SCOPE, KIND),
    );
    axis.heads(
        &history.ledger.rows,
        Cutoff::Until(time),
        state::Sought::all(),
    )
    .unwrap()
}

pub fn likes_until(history: &History, time: Timestamp) -> Option<u64> {
    until(history, time).values().get(Counter::Likes)
}

fn counted_likes(history: &History) -> i128 {
    let engagement = history.totals().counted.engagement;
    engagement[&Audience::of(SCOPE, KIND)].engagements.value / 10_000
}

/// Returns a time in tenths of a day after day 15: days 16, 17 and 18; the late observation is half
/// a day after the first.
pub fn t(tenths: i64) -> Timestamp {
    seconds_after(day(15), tenths * 8_640)
}

/// Returns a history on day 20, so that all observations lie in the past.
pub fn measured() -> History {
    published().at(day(20))
}

#[test]
fn golden_vector_of_the_domain() {
    let history = measured()
        .given(observe(t(10), likes(1_000)))
        .given(observe(t(20), likes(1_200)))
        .given(observe(t(30), likes(1_150)));
    assert_eq!(head_likes(&history), Some(1_150));
    let t3 = history.head();

    let history = history.given(observe(t(15), likes(1_100)));
    assert_eq!(head_likes(&history), Some(1_150));
    assert_eq!(likes_until(&history, t(17)), Some(1_100));
    let before_correction = history.head();

    let history = history.given(correct(t3, likes(1_250)));
    assert_eq!(head_likes(&history), Some(1_250));
    assert_eq!(head_likes(&history.as_of(before_correction)), Some(1_150));

    let correction = history.head();
    let history = history.given(void(correction));
    assert_eq!(head_likes(&history), Some(1_200));
    assert_eq!(counted_likes(&history), 1_200);
}

#[test]
fn head_does_not_depend_on_the_order_of_arrival() {
    let observations = [
        (t(10), 1_000),
        (t(20), 1_200),
        (t(30), 1_150),
        (t(15), 1_100),
    ];
    let orders = permutations(&observations);
    assert_eq!(orders.len(), 24);
    for order in orders {
        let history = order.iter().fold(measured(), |history, (at, count)| {
            history.given(observe(*at, likes(*count)))
        });
        let head = head(&history).unwrap();
        assert_eq!((head.value, head.key.observed_at), (1_150, t(30)));
        assert_eq!(head.fell_from(), Some(1_200));
        let steps = [
            (9, None),
            (10, Some(1_000)),
            (17, Some(1_100)),
            (20, Some(1_200)),
        ];
        for (tenths, expected) in steps {
            assert_eq!(likes_until(&history, t(tenths)), expected);
        }
        assert_eq!(counted_likes(&history), 1_150);

        let t3 = head.key.position;
        let corrected = history.given(correct(t3, likes(1_250)));
        assert_eq!(head_likes(&corrected), Some(1_250));
        let correction = corrected.head();
        let voided = corrected.given(void(correction));
        assert_eq!(head_likes(&voided), Some(1_200));
    }
}

fn permutations<T: Copy>(items: &[T]) -> Vec<Vec<T>> {
    let [_, ..] = items else {
        return vec![Vec::new()];
    };
    let mut orders = Vec::new();
    for first in 0..items.len() {
        let mut rest = items.to_vec();
        let item = rest.remove(first);
        for mut order in permutations(&rest) {
            order.insert(0, item);
            orders.push(order);
        }
    }
    orders
}

#[test]
fn better_source_wins_at_the_same_time() {
    use ObservationSource::{Api, Brand, Creator, Estimate};
    let sources = [(Api, 4), (Brand, 3), (Creator, 2), (Estimate, 1)];
    for order in permutations(&sources) {
        let mut history = measured();
        let mut best = 0;
        for (source, count) in order {
            history = history.given(by_source(source, t(10), count));
            best = best.max(count);
            assert_eq!(head_likes(&history), Some(best));
        }
    }
}

#[test]
fn later_time_beats_a_better_source() {
    let history = measured()
        .given(by_source(ObservationSource::Estimate, later(t(10), 1), 7))
        .given(by_source(ObservationSource::Api, t(10), 9));
    assert_eq!(head_likes(&history), Some(7));
}

#[test]
fn later_position_wins_at_the_same_time_and_source() {
    let history = measured()
        .given(observe(t(10), likes(5)))
        .given(observe(t(10), likes(4)));
    assert_eq!(head_likes(&history), Some(4));
}

#[test]
fn fall_is_marked() {
    let history = measured()
        .given(observe(t(10), likes(10)))
        .given(observe(t(20), likes(9)));
    assert_eq!(head(&history).unwrap().fell_from(), Some(10));
    let history = history.given(observe(t(30), likes(9)));
    assert_eq!(head(&history).unwrap().fell_from(), None);
}

#[test]
fn absent_counter_is_not_zero() {
    let history = measured()
        .given(observe(
            t(10),
            seen(&[(Counter::Likes, 10), (Counter::Saves, 3)]),
        ))
        .given(observe(t(20), seen(&[(Counter::Likes, 0)])));
    let values = series(&history).counted.values();
    assert_eq!(values.get(Counter::Likes), Some(0));
    assert_eq!(values.get(Counter::Saves), Some(3));
    assert_eq!(values.get(Counter::Comments), None);
    assert_eq!(engagements(&values), Some(3));
}

#[test]
fn scopes_and_kinds_never_mix() {
    let mut paid = observation(t(10), likes(7));
    paid.seen.scope = MeasurementScope::Paid;
    let mut reported = observation(t(10), likes(8));
    reported.seen.kind = MeasurementKind::Reported;
    let history = measured()
        .given(observe(t(10), likes(9)))
        .given(observe_as(paid))
        .given(observe_as(reported));
    let sums = history.totals().counted.engagement;
    let value = |scope, kind| sums[&Audience::of(scope, kind)].engagements.value / 10_000;
    assert_eq!(value(SCOPE, KIND), 9);
    assert_eq!(value(MeasurementScope::Paid, KIND), 7);
    assert_eq!(value(SCOPE, MeasurementKind::Reported), 8);
}

#[test]
fn observation_that_moves_no_number_contributes_nothing() {
    let history = measured()
        .given(observe(t(20), likes(20)))
        .given(observe(t(10), likes(10)))
        .given(observe(t(30), likes(20)));
    let contributions = &history.ledger.contributions;
    let [first, older, same] = contributions.last_chunk().unwrap();
    assert_eq!(first.len(), 2, "to campaign and collaboration");
    assert!(older.is_empty() && same.is_empty());
    assert_eq!(counted_likes(&history), 20);
}

#[test]
fn rates_pair_numbers_of_the_same_post_and_leave_giveaways_out() {
    let counters = seen(&[
        (Counter::Likes, 90),
        (Counter::Comments, 10),
        (Counter::Reach, 1_000),
        (Counter::Views, 2_000),
    ]);
    let giveaway = Terms {
        deliverables: vec![promised("prize", ContentFormat::Giveaway)],
        ..terms()
    };
    let pair = |numerator: i128, denominator: i128| Paired {
        numerator: numerator * 10_000,
        denominator: denominator * 10_000,
        posts: 1,
    };
    for (terms, incentivised) in [(terms(), false), (giveaway, true)] {
        let history = published_as(plan(), terms)
            .at(day(20))
            .given(observe(t(10), counters));
        let sums = history.totals().counted.engagement[&Audience::of(SCOPE, KIND)].clone();
        assert_eq!(sums.engagements.value, 100 * 10_000);
        let expected = |denominator| match incentivised {
            true => Paired::default(),
            false => pair(100, denominator),
        };
        assert_eq!(sums.by_followers, expected(25_000));
        assert_eq!(sums.by_reach, expected(1_000));
        assert_eq!(sums.by_views, expected(2_000));
    }
}
