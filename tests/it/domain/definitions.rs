//! What a platform counts changes: counters of different definitions never mix.

use campaign_ledger::domain::limits::MAX_DEFINITIONS;
use campaign_ledger::domain::metrics::{Absent, CostBasis, Entry, Facts, Known, engagement};
use campaign_ledger::domain::*;

use super::engagement::{correct, observation, observe, observe_as, void};
use super::history::*;
use super::stories::*;
use crate::support::requests::*;

fn views(count: u64) -> Counters {
    let mut counters = Counters::default();
    counters.set(Counter::Views, Some(count));
    counters
}

fn defined(at: Timestamp, counters: Counters, name: &str) -> Request {
    let mut seen = observation(at, counters);
    seen.seen.definition = Some(Definition::parse(name).unwrap());
    observe_as(seen)
}

fn audience(name: Option<&str>) -> Audience {
    Audience {
        definition: name.map(|name| Definition::parse(name).unwrap()),
        ..Audience::HEADLINE
    }
}

fn head(history: &History, name: Option<&str>) -> Option<u64> {
    let post = history.publication("ayu-1", "post-1");
    let series = post.series.get(&audience(name))?;
    series.counted.values().get(Counter::Views)
}

#[test]
fn a_new_measure_is_no_growth_of_the_old_one() {
    let history = published()
        .given(observe(day(16), views(1_000)))
        .given(defined(day(17), views(5_000), "view-2025"));
    let second = history.ledger.head();
    assert_eq!(head(&history, None), Some(1_000));
    assert_eq!(head(&history, Some("view-2025")), Some(5_000));
    // A correction keeps the definition, and so does a void.
    let history = history.given(correct(second, views(5_500)));
    assert_eq!(head(&history, None), Some(1_000));
    assert_eq!(head(&history, Some("view-2025")), Some(5_500));
    let latest = history.ledger.head();
    let history = history.given(void(latest));
    assert_eq!(head(&history, None), Some(1_000));
    assert_eq!(head(&history, Some("view-2025")), None);
}

#[test]
fn what_all_posts_cost_is_not_divided_by_the_views_of_some() {
    let engaged = |totals: &mut Totals, name, count| {
        let change = EngagementChange {
            before: Counters::default(),
            after: views(count),
            followers: None,
            incentivised: false,
            share_bp: WHOLE_BP,
            prices: CounterPrices::default(),
        };
        let sums = totals.counted.engagement.entry(audience(name));
        sums.or_default().apply(&change);
    };
    let mut totals = Totals::default();
    let known = Known::default();
    engaged(&mut totals, None, 1_000);
    let value = |totals: &Totals, name| {
        let facts = Facts::of(totals, false, &known).at(Entry::Basis(CostBasis::Accrued));
        engagement::CPV.value(&facts.at(Entry::Audience(audience(name))))
    };
    assert!(value(&totals, None).is_ok());
    engaged(&mut totals, Some("view-2025"), 5_000);
    for name in [None, Some("view-2025")] {
        assert_eq!(value(&totals, name), Err(Absent::MixedDefinitions));
    }
}

#[test]
fn a_post_is_counted_in_a_limited_number_of_ways() {
    let mut history = published();
    for number in 0..MAX_DEFINITIONS {
        let name = format!("d-{number}");
        history = history.given(defined(day(16), views(1), &name));
    }
    history
        .clone()
        .given(defined(day(17), views(2), "d-0"))
        .given(observe(day(17), views(2)))
        .when(defined(day(17), views(2), "one-more"))
        .then_refused(Refusal::LimitReached {
            collection: "definitions of the counters of a post",
            limit: MAX_DEFINITIONS,
        });
}

#[test]
fn definitions_keep_their_rule() {
    for name in ["v", "view-2025_b", &"v".repeat(32)] {
        assert_eq!(Definition::parse(name).unwrap().as_str(), name);
    }
    for name in ["", "View", "a b", &"v".repeat(33)] {
        assert_eq!(Definition::parse(name), Err(DEFINITION_RULE));
    }
}
