//! Corrections of orders that are refused, and change nothing.

use campaign_ledger::domain::*;

use super::history::*;
use super::order_corrections::*;
use super::stories::*;
use crate::support::requests::*;

fn unknown_order() -> Refusal {
    Refusal::NotFound {
        what: Unknown::Order,
        id: "o-1".to_owned(),
    }
}

#[test]
fn nothing_is_corrected_that_is_not_there() {
    let history = sold(1_000);
    let requests = [
        to_value(&history, rp(2_000)),
        void(&history),
        reattribute(&history, &[("bima-1", 10_000)]),
        void_refund("r-1"),
        supply("15000"),
    ];
    for request in requests {
        both().when(request.clone()).then_refused(unknown_order());
        // The order of another brand.
        let other = request.in_brand("other");
        history.clone().when(other).then_refused(unknown_order());
    }
    history
        .clone()
        .when(void_refund("r-1"))
        .then_refused(Refusal::NotFound {
            what: Unknown::Refund,
            id: "r-1".to_owned(),
        });
    // Only refunds are known of it.
    let history = both().given(refund(refunded("o-1", "r-1", rp(1))));
    history.when(supply("15000")).then_refused(unknown_order());
}

#[test]
fn only_the_brand_corrects() {
    let history = sold(1_000);
    let requests = [
        to_value(&history, rp(2_000)),
        void(&history),
        reattribute(&history, &[("bima-1", 10_000)]),
        void_refund("r-1"),
        supply("15000"),
    ];
    for request in requests {
        for side in [ActorKind::Creator, ActorKind::System] {
            let request = request.clone().by(side);
            history.clone().when(request).then_not_theirs();
        }
    }
}

#[test]
fn second_correction_of_the_same_state_is_stale() {
    let history = sold(1_000);
    let expected = latest(&history);
    let stale = [
        to_value(&history, rp(3_000)),
        void(&history),
        reattribute(&history, &[("bima-1", 10_000)]),
    ];
    let history = history.clone().given(to_value(&history, rp(2_000)));
    let actual = latest(&history);
    for request in stale {
        let refusal = Refusal::StaleCorrection { expected, actual };
        history.clone().when(request).then_refused(refusal);
    }
}

#[test]
fn voided_order_is_corrected_no_more() {
    let history = sold(1_000).given(refund(refunded("o-1", "r-1", rp(1))));
    let history = history.clone().given(void(&history));
    let position = history.head();
    let requests = [
        to_value(&history, rp(2_000)),
        void(&history),
        reattribute(&history, &[("bima-1", 10_000)]),
        void_refund("r-1"),
        supply("15000"),
        adjust_order(order("o-1"), "a-1", rp(1)),
    ];
    for request in requests {
        let refusal = Refusal::OrderVoided { position };
        history.clone().when(request).then_refused(refusal);
    }
}

#[test]
fn correction_that_changes_nothing_is_refused() {
    let history = sold(1_000);
    for request in [
        correct(correction(&history)),
        to_value(&history, rp(1_000)),
        reattribute(&history, &[("ayu-1", 10_000)]),
    ] {
        history
            .clone()
            .when(request)
            .then_refused(Refusal::OrderUnchanged);
    }
}

#[test]
fn value_covers_what_was_refunded() {
    let history = sold(1_000).given(refund(refunded("o-1", "r-1", rp(400))));
    let refused = |order_minor| Refusal::RefundExceedsOrder {
        refunds_minor: 40_000,
        order_minor,
    };
    let low = to_value(&history, rp(399));
    history.clone().when(low).then_refused(refused(39_900));
    let clear = ConversionCorrection {
        value: Patch::Clear,
        ..correction(&history)
    };
    history
        .clone()
        .when(correct(clear))
        .then_refused(refused(0));
    let foreign = to_value(&history, money("USD", 1_000));
    history
        .clone()
        .when(foreign)
        .then_refused(Refusal::CurrencyMismatch {
            field: "value",
            expected: id("IDR"),
            actual: id("USD"),
        });
    history.clone().given(to_value(&history, rp(400)));
}

#[test]
fn rate_needs_a_foreign_value() {
    let history = sold(1_000);
    let rated = ConversionCorrection {
        fx_rate: rate("15000"),
        ..correction(&history)
    };
    history
        .clone()
        .when(correct(rated))
        .then_refused(field("fx_rate"));
    history
        .clone()
        .when(supply("15000"))
        .then_refused(Refusal::RateNotMissing);
    let history = both().given(convert_order(Claim {
        value: None,
        ..sale_by("o-1", rp(1), "ayu-1")
    }));
    let rated = ConversionCorrection {
        fx_rate: rate("15000"),
        ..correction(&history)
    };
    history
        .clone()
        .when(correct(rated))
        .then_refused(field("fx_rate"));
    history
        .when(supply("15000"))
        .then_refused(Refusal::RateNotMissing);
}

#[test]
fn order_is_credited_only_to_accepted_collaborations_of_its_campaign() {
    let history = sold(1_000);
    let nobody = reattribute(&history, &[("nobody-1", 10_000)]);
    history
        .clone()
        .when(nobody)
        .then_refused(Refusal::NotFound {
            what: Unknown::Collaboration,
            id: "nobody-1".to_owned(),
        });
    let history =
        history
            .given(profile("citra", 30_000))
            .given(invite("citra-1", "citra", terms()));
    let invited = reattribute(&history, &[("citra-1", 10_000)]);
    let refusal = Refusal::NotAccepted {
        collaboration: id("citra-1"),
    };
    history.clone().when(invited).then_refused(refusal.clone());
    let touched = ConversionCorrection {
        touches: Patch::Set(vec![touch("citra-1", day(15))]),
        ..correction(&history)
    };
    history.when(correct(touched)).then_refused(refusal);
}

#[test]
fn corrections_of_one_order_are_limited() {
    let mut history = sold(1_000);
    for more in 1..=20 {
        let request = to_value(&history, rp(1_000 + more));
        history = history.given(request);
    }
    let request = to_value(&history, rp(5));
    history.when(request).then_refused(Refusal::LimitReached {
        collection: "corrections of an order",
        limit: 20,
    });
}

#[test]
fn missing_rate_of_a_line_is_supplied_once() {
    let line = CostVerb::Record {
        collaboration: None,
        kind: CostType::Tax,
        amount: money("USD", 100),
        fx_rate: None,
        incurred_at: day(1),
        note: "".into(),
    };
    let supply = |line: &str| {
        let fx_rate = rate("15000").unwrap();
        cost(line, CostVerb::SupplyRate { fx_rate })
    };
    let history = opened()
        .given(cost("c-1", line))
        .given(super::costs::approve_cost("c-1", None));
    let pay = CostVerb::Pay {
        payment: id("p-1"),
        amount: money("USD", 40),
        reference: id("TRF-1"),
        paid_at: day(1),
    };
    let history = history.given(cost("c-1", pay)).given(supply("c-1"));
    let totals = history.totals();
    let tally = totals.counted;
    let amounts = (tally.accrued(), tally.paid(), tally.committed);
    assert_eq!(amounts, (1_500_000, 600_000, 1_500_000));
    let is_left_out = |sums: &std::collections::BTreeMap<Currency, Unrated>| {
        sums.values().any(|one| one.facts != 0 || one.minor != 0)
    };
    assert!(!is_left_out(&tally.foreign_costs) && !is_left_out(&tally.foreign_paid));
    assert!(history.campaign().budget.unconverted.is_empty());
    let history = history
        .when(supply("c-1"))
        .then_refused(Refusal::RateNotMissing);
    history.when(supply("c-2")).then_refused(Refusal::NotFound {
        what: Unknown::Cost,
        id: "c-2".to_owned(),
    });
}
