//! Attribution: a code takes precedence over the last link touch, under the terms in force at the
//! time of the order.

use campaign_ledger::domain::*;

use super::conversions::recorded;
use super::history::*;
use super::stories::*;
use crate::support::requests::*;

/// Returns who is credited with an order of day 16, and why or why not.
#[track_caller]
fn credited(history: History, claim: Claim) -> (AttributionBasis, Vec<String>) {
    let history = history.when(convert_order(claim)).then_event(|event| {
        let conversion = recorded(event);
        let is_none = conversion.basis == AttributionBasis::None;
        assert_eq!(conversion.unattributed.is_some(), is_none);
    });
    let conversion = recorded(history.last_event());
    let credits = conversion.credits.iter();
    let names = credits.map(|credit| credit.collaboration.to_string());
    (conversion.basis, names.collect())
}

#[track_caller]
fn uncredited(history: History, claim: Claim) -> UnattributedReason {
    let history = history.given(convert_order(claim));
    let conversion = recorded(history.last_event());
    assert_eq!(conversion.basis, AttributionBasis::None);
    assert!(conversion.credits.is_empty());
    conversion.unattributed.expect("there is a reason")
}

fn to(basis: AttributionBasis, name: &str) -> (AttributionBasis, Vec<String>) {
    (basis, vec![name.to_owned()])
}

/// Returns a history in which Ayu holds the code KOPI10 and Bima works too; it is day 16.
fn two_at_work() -> History {
    with_bima(accepted(terms_with_code("KOPI10")), terms()).at(day(16))
}

fn with_code(code: &str) -> Claim {
    Claim {
        code: Some(id(code)),
        ..sale("o-1", rp(50_000))
    }
}

fn touched(touches: &[(&str, Timestamp)]) -> Claim {
    let touches = touches.iter().map(|(name, at)| touch(name, *at));
    Claim {
        touches: touches.collect(),
        ..sale("o-1", rp(50_000))
    }
}

#[test]
fn code_beats_the_last_touch() {
    let claim = Claim {
        touches: vec![touch("bima-1", day(15))],
        ..with_code("kopi10")
    };
    assert_eq!(
        credited(two_at_work(), claim),
        to(AttributionBasis::Code, "ayu-1")
    );
}

#[test]
fn unknown_code_falls_back_to_the_touch() {
    let claim = Claim {
        touches: vec![touch("bima-1", day(15))],
        ..with_code("TEH5")
    };
    assert_eq!(
        credited(two_at_work(), claim),
        to(AttributionBasis::Link, "bima-1")
    );
    assert_eq!(
        uncredited(two_at_work(), with_code("TEH5")),
        UnattributedReason::UnknownCode
    );
}

#[test]
fn last_touch_before_the_order_wins() {
    let claim = touched(&[
        ("ayu-1", day(14)),
        ("bima-1", day(15)),
        ("ayu-1", later(day(16), 1)),
    ]);
    assert_eq!(
        credited(two_at_work(), claim),
        to(AttributionBasis::Link, "bima-1")
    );
}

#[test]
fn touch_at_the_time_of_the_order_counts() {
    let claim = touched(&[("ayu-1", day(16))]);
    assert_eq!(
        credited(two_at_work(), claim),
        to(AttributionBasis::Link, "ayu-1")
    );
}

#[test]
fn nothing_but_the_order_is_no_evidence() {
    assert_eq!(
        uncredited(two_at_work(), sale("o-1", rp(50_000))),
        UnattributedReason::NoEvidence
    );
}

#[test]
fn touches_after_the_order_are_outside_every_window() {
    assert_eq!(
        uncredited(two_at_work(), touched(&[("ayu-1", later(day(16), 1))])),
        UnattributedReason::OutsideWindow
    );
}

#[test]
fn window_includes_its_last_nanosecond_and_no_more() {
    let mut short = terms();
    short.attribution.window_days = 7;
    let history = accepted(short).at(day(16));
    assert_eq!(
        credited(history.clone(), touched(&[("ayu-1", day(9))])),
        to(AttributionBasis::Link, "ayu-1")
    );
    assert_eq!(
        uncredited(history, touched(&[("ayu-1", later(day(9), -1))])),
        UnattributedReason::OutsideWindow
    );
}

#[test]
fn last_touch_within_its_own_window_wins() {
    let mut none = terms();
    none.attribution.window_days = 0;
    let history = with_bima(accepted(terms()), none).at(day(16));
    // Bima's touch is the last one, but not within its own window.
    let claim = touched(&[("ayu-1", day(14)), ("bima-1", day(15))]);
    assert_eq!(
        credited(history.clone(), claim),
        to(AttributionBasis::Link, "ayu-1")
    );
    assert_eq!(
        uncredited(history, touched(&[("bima-1", day(15))])),
        UnattributedReason::OutsideWindow
    );
}

#[test]
fn window_is_tested_by_the_order_not_by_its_receipt() {
    let claim = touched(&[("ayu-1", day(2))]);
    assert_eq!(
        credited(two_at_work().at(day(55)), claim),
        to(AttributionBasis::Link, "ayu-1")
    );
}

#[test]
fn code_counts_from_its_acceptance_on() {
    let accepted_at = day(5);
    let history = invited(terms_with_code("KOPI10"))
        .at(accepted_at)
        .given(accept("ayu-1"))
        .at(day(16));
    let ordered = |ordered_at| Claim {
        ordered_at,
        ..with_code("KOPI10")
    };
    assert_eq!(
        credited(history.clone(), ordered(accepted_at)),
        to(AttributionBasis::Code, "ayu-1")
    );
    assert_eq!(
        uncredited(history.clone(), ordered(later(accepted_at, -1))),
        UnattributedReason::CodeNotYetInForce
    );
    // Both times are named: that of the order, and the one from which the code counts.
    let early = history.given(convert_order(ordered(day(4))));
    let recorded = recorded(early.last_event());
    assert_eq!(
        (recorded.ordered_at, recorded.in_force_from),
        (day(4), Some(accepted_at))
    );
}

#[test]
fn code_that_was_only_offered_credits_no_collaboration() {
    let offered = invited(terms_with_code("KOPI10")).at(day(16));
    let declined = offered.clone().given(decline("ayu-1"));
    for history in [offered, declined] {
        assert_eq!(
            uncredited(history, with_code("KOPI10")),
            UnattributedReason::UnknownCode
        );
    }
}

#[test]
fn code_stays_with_its_holder_after_the_end_until_somebody_else_accepts_it() {
    let bimas = invite("bima-1", "bima", terms_with_code("KOPI10"));
    let history = accepted(terms_with_code("KOPI10"))
        .at(day(3))
        .given(cancel("ayu-1"))
        .at(day(8))
        .given(bimas)
        .at(day(9))
        .given(accept("bima-1"))
        .at(day(16));
    for (ordered_at, holder) in [
        (day(1), "ayu-1"),
        (day(5), "ayu-1"),
        (later(day(9), -1), "ayu-1"),
        (day(9), "bima-1"),
        (day(15), "bima-1"),
    ] {
        let claim = Claim {
            ordered_at,
            ..with_code("KOPI10")
        };
        assert_eq!(
            credited(history.clone(), claim),
            to(AttributionBasis::Code, holder)
        );
    }
}

#[test]
fn code_is_of_one_campaign() {
    let second = |request: Request| request.in_campaign("second");
    let history = two_at_work().given(second(campaign(CampaignVerb::Create { plan: plan() })));
    let history = history
        .when(second(convert_order(with_code("KOPI10"))))
        .then_event(|event| assert_eq!(recorded(event).basis, AttributionBasis::None));
    drop(history);
}

#[test]
fn stated_shares_beat_nothing_else_being_given() {
    let claim = Claim {
        joint_shares: shares(&[("ayu-1", 1), ("bima-1", 9_999)]),
        ..sale("o-1", rp(50_000))
    };
    let (basis, names) = credited(two_at_work(), claim);
    assert_eq!(basis, AttributionBasis::Joint);
    assert_eq!(names, ["ayu-1", "bima-1"]);
}

fn ordered(at: Timestamp, code: &str) -> Claim {
    Claim {
        ordered_at: at,
        ..with_code(code)
    }
}

#[test]
fn touch_credits_only_while_terms_are_in_force() {
    let accepted_at = day(5);
    let history = invited(terms()).at(accepted_at).given(accept("ayu-1"));
    let history = history.at(day(16));
    let early = |ordered_at| Claim {
        ordered_at,
        touches: vec![touch("ayu-1", day(4))],
        ..sale("o-1", rp(50_000))
    };
    assert_eq!(
        uncredited(history.clone(), early(later(accepted_at, -1))),
        UnattributedReason::CodeNotYetInForce
    );
    // The order counts, not the touch.
    assert_eq!(
        credited(history, early(accepted_at)),
        to(AttributionBasis::Link, "ayu-1")
    );
}

#[test]
fn code_and_link_end_with_measurement_and_the_window() {
    // Measured until day 90; the window is 30 days.
    let history = accepted(terms_with_code("KOPI10")).at(day(130));
    let end = day(120);
    assert_eq!(
        credited(history.clone(), ordered(end, "KOPI10")),
        to(AttributionBasis::Code, "ayu-1")
    );
    assert_eq!(
        uncredited(history.clone(), ordered(later(end, 1), "KOPI10")),
        UnattributedReason::CodeExpired
    );
    let by_link = |ordered_at| Claim {
        ordered_at,
        ..touched(&[("ayu-1", day(115))])
    };
    assert_eq!(
        credited(history.clone(), by_link(end)),
        to(AttributionBasis::Link, "ayu-1")
    );
    assert_eq!(
        uncredited(history, by_link(later(end, 1))),
        UnattributedReason::CodeExpired
    );
}

#[test]
fn terms_can_state_when_code_and_link_end() {
    let mut short = terms_with_code("KOPI10");
    short.attribution.ends_at = Some(day(10));
    let history = accepted(short).at(day(16));
    assert_eq!(
        credited(history.clone(), ordered(day(10), "KOPI10")),
        to(AttributionBasis::Code, "ayu-1")
    );
    assert_eq!(
        uncredited(history, ordered(later(day(10), 1), "KOPI10")),
        UnattributedReason::CodeExpired
    );
}

#[test]
fn code_that_an_amendment_drops_credits_only_orders_before() {
    let history = accepted(terms_with_code("KOPI10"))
        .at(day(10))
        .given(amend("ayu-1", terms()))
        .given(accept_amendment("ayu-1", 2))
        .at(day(16));
    assert_eq!(
        credited(history.clone(), ordered(later(day(10), -1), "KOPI10")),
        to(AttributionBasis::Code, "ayu-1")
    );
    assert_eq!(
        uncredited(history, ordered(day(10), "KOPI10")),
        UnattributedReason::CodeExpired
    );
}

#[test]
fn mistyped_code_is_kept_as_quoted_and_says_more_than_a_stale_touch() {
    for text in ["SARI 10", "SARI\u{ff11}\u{ff10}", "kopi\u{2615}"] {
        let claim = Claim {
            touches: vec![touch("bima-1", later(day(16), 1))],
            ..with_code(text)
        };
        let history = two_at_work().given(convert_order(claim));
        let recorded = recorded(history.last_event());
        assert_eq!(recorded.unattributed, Some(UnattributedReason::UnknownCode));
        let code = recorded.code.as_ref().map(|code| &code.text);
        assert_eq!(code, Some(&PersonalText::from(text)));
    }
}
