//! Numbers of reports: which period a cost counts in, what lacks a rate, what is undefined and why.

use campaign_ledger::domain::metrics::{
    Absent, CostBasis, Entry, Facts, Known, Metric, Value, exact, money, partnership,
};
use campaign_ledger::domain::*;

use super::costs::*;
use super::history::*;
use super::stories::*;
use crate::support::requests::*;

const BASES: [CostBasis; 3] = [CostBasis::Committed, CostBasis::Accrued, CostBasis::Paid];

/// Returns a line of Ayu's collaboration, incurred at a time.
fn fee_of(amount: Money, incurred_at: Timestamp) -> CostVerb {
    CostVerb::Record {
        collaboration: Some(id("ayu-1")),
        kind: CostType::Fee,
        amount,
        fx_rate: None,
        incurred_at,
        note: "".into(),
    }
}

fn pay(line: &str, amount: Money, reference: &str, paid_at: Timestamp) -> Request {
    let verb = CostVerb::Pay {
        payment: id(&reference.to_lowercase()),
        amount,
        reference: id(reference),
        paid_at,
    };
    cost(line, verb)
}

/// Computes a number of all facts on a basis.
fn on(history: &History, basis: CostBasis, metric: &Metric) -> Value {
    let (totals, known) = (history.totals(), Known::default());
    metric.value(&Facts::of(&totals, false, &known).at(Entry::Basis(basis)))
}

fn committed(history: &History) -> (i128, i128) {
    let totals = history.totals();
    (totals.on_time.committed, totals.counted.committed)
}

#[test]
fn committed_counts_each_fee_line_by_its_own_time() {
    let terms = Terms {
        fee: rp(1_000),
        ..terms()
    };
    let history = accepted(terms).at(day(100));
    let rupiah = |amount: i64| i128::from(rp(amount).minor);
    assert_eq!(committed(&history), (rupiah(1_000), rupiah(1_000)));
    // A late line is more than the fee: only in total.
    let history = history.given(record("late", fee_of(rp(1_500), day(70))));
    assert_eq!(committed(&history), (rupiah(1_000), rupiah(1_500)));
    // One after measurement counts in neither, and uses the budget.
    let history = history.given(record("after", fee_of(rp(4_000), day(95))));
    assert_eq!(committed(&history), (rupiah(1_000), rupiah(1_500)));
    assert_eq!(history.campaign().budget.committed, rp(5_500).minor);
    // One on time draws on the fee first.
    let history = history.given(record("early", fee_of(rp(600), day(5))));
    assert_eq!(committed(&history), (rupiah(1_000), rupiah(2_100)));
    let history = history.given(record("more", fee_of(rp(600), day(6))));
    assert_eq!(committed(&history), (rupiah(1_200), rupiah(2_700)));
    // What the agreement no longer promises is gone in each period.
    let history = history.given(cancel("ayu-1"));
    assert_eq!(committed(&history), (rupiah(1_200), rupiah(2_700)));
}

#[test]
fn return_on_less_than_no_cost_is_absent() {
    let history = opened()
        .given(record("c-1", line(CostType::Tax, rp(100))))
        .given(record("c-2", line(CostType::Recovery, rp(150))));
    for metric in [&money::ROI, &money::ROAS] {
        let value = on(&history, CostBasis::Accrued, metric);
        assert_eq!(value, Err(Absent::NegativeCost));
    }
    let net = on(&history, CostBasis::Accrued, &money::NET_RETURN);
    assert_eq!(net, Ok(exact(5_000)));
    let unpaid = on(&history, CostBasis::Paid, &money::ROI);
    assert_eq!(unpaid, Err(Absent::ZeroCost));
}

#[test]
fn unpaid_line_without_rate_leaves_paid_alone() {
    let history = opened()
        .given(record("c-1", line(CostType::Tax, rp(100))))
        .given(approve_cost("c-1", None))
        .given(pay("c-1", rp(100), "TRF-1", day(3)))
        .given(record("c-2", line(CostType::Tax, money("USD", 300))));
    let missing = [true, true, false];
    for (basis, is_missing) in BASES.into_iter().zip(missing) {
        for metric in [&money::COST, &money::NET_RETURN, &money::ROI, &money::ROAS] {
            let value = on(&history, basis, metric);
            assert_eq!(value == Err(Absent::MissingFx), is_missing, "{basis:?}");
        }
    }
}

#[test]
fn payment_without_rate_makes_paid_absent_in_its_own_period() {
    let line = CostVerb::Record {
        collaboration: None,
        kind: CostType::Tax,
        amount: money("USD", 300),
        fx_rate: None,
        incurred_at: day(20),
        note: "".into(),
    };
    let history = opened()
        .at(day(100))
        .given(record("c-1", line))
        .given(approve_cost("c-1", None))
        .given(pay("c-1", money("USD", 300), "TRF-1", day(70)));
    let (totals, known) = (history.totals(), Known::default());
    let of = |on_time, basis| {
        let facts = Facts::of(&totals, on_time, &known).at(Entry::Basis(basis));
        money::COST.value(&facts)
    };
    assert_eq!(of(false, CostBasis::Paid), Err(Absent::MissingFx));
    assert_eq!(of(true, CostBasis::Paid), Ok(exact(0)));
    assert_eq!(of(true, CostBasis::Accrued), Err(Absent::MissingFx));
}

#[test]
fn amounts_without_rate_that_add_up_to_zero_are_still_missing() {
    let history = opened()
        .given(record("c-1", line(CostType::Tax, money("USD", 10))))
        .given(record("c-2", line(CostType::Recovery, money("USD", 10))));
    let left_out = history.totals().counted.foreign_costs;
    assert_eq!(left_out, [(id("USD"), unrated(0, 2))].into());
    let value = on(&history, CostBasis::Accrued, &money::COST);
    assert_eq!(value, Err(Absent::MissingFx));
}

#[test]
fn refunded_order_without_rate_is_still_missing() {
    let history = accepted(terms())
        .given(convert_order(sale_by("o-1", money("USD", 10), "ayu-1")))
        .given(refund(refunded("o-1", "r-1", money("USD", 10))));
    for totals in [history.totals(), history.totals_of("ayu-1")] {
        let left_out = totals.counted.foreign_revenue;
        assert_eq!(left_out, [(id("USD"), unrated(0, 1))].into());
    }
    let value = on(&history, CostBasis::Accrued, &money::NET_RETURN);
    assert_eq!(value, Err(Absent::MissingFx));
    // Revenue is no side of cost.
    assert!(on(&history, CostBasis::Accrued, &money::COST).is_ok());
}

#[test]
fn days_until_paid_are_exact_and_may_be_negative() {
    let history = accepted(terms())
        .given(record("c-1", fee_of(rp(100), later(day(5), 1))))
        .given(record("c-2", fee_of(money("USD", 10), day(5))))
        .given(approve_cost("c-1", None))
        .given(approve_cost("c-2", None))
        .given(pay("c-1", rp(100), "TRF-1", day(3)))
        .given(pay("c-2", money("USD", 10), "TRF-2", day(4)));
    let day_nanos = 86_400 * 1_000_000_000_i128;
    let sum = -3 * day_nanos - 1;
    assert_eq!(history.totals_of("ayu-1").payments, (2, sum));
    let value = on(&history, CostBasis::Paid, &partnership::DAYS_UNTIL_PAID);
    assert_eq!(value, Ok(exact(sum) / exact(2 * day_nanos)));
}
