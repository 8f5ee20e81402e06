//! Payments that are taken back and lines that are corrected: both in place.

use campaign_ledger::domain::*;

use super::costs::*;
use super::history::*;
use super::stories::*;
use crate::support::requests::*;

const DAY_NANOS: i128 = 86_400 * 1_000_000_000;

fn pay(line: &str, payment: &str, amount: Money, paid_at: Timestamp) -> Request {
    let verb = CostVerb::Pay {
        payment: id(payment),
        amount,
        reference: id(&format!("TRF-{payment}")),
        paid_at,
    };
    cost(line, verb)
}

fn void(line: &str, payment: &str) -> Request {
    let verb = CostVerb::VoidPayment {
        payment: id(payment),
        reason: "it bounced".into(),
    };
    cost(line, verb)
}

/// Returns a correction of the line as it stands.
fn correction(history: &History, line: &str) -> CostCorrection {
    CostCorrection {
        expected: history.cost(line).updated,
        kind: None,
        amount: None,
        fx_rate: None,
        incurred_at: None,
        note: None,
        reason: "the invoice says so".into(),
    }
}

fn correct(line: &str, correction: CostCorrection) -> Request {
    cost(line, CostVerb::Correct(correction))
}

/// Returns a history with a line of Ayu of day 1, approved.
fn approved(kind: CostType, amount: Money) -> History {
    accepted(terms())
        .given(record("c-1", line_for("ayu-1", kind, amount)))
        .given(approve_cost("c-1", None))
}

#[test]
fn voided_payment_counts_as_if_it_had_not_been_recorded() {
    let unpaid = approved(CostType::Bonus, rp(1_000));
    let before = unpaid.totals();
    let history = unpaid
        .given(pay("c-1", "p-1", rp(1_000), day(3)))
        .given(void("c-1", "p-1"));
    assert_eq!(history.cost("c-1").state(), CostState::Approved);
    assert_eq!(history.cost("c-1").paid_minor, 0);
    let totals = history.totals();
    assert_eq!(totals.counted.paid(), before.counted.paid());
    assert_eq!(totals.payments, (0, 0));
    // It is due again; the id and the reference stay used.
    history
        .clone()
        .when(pay("c-1", "p-1", rp(1_000), day(3)))
        .then_refused(Refusal::AlreadyExists {
            what: "payment",
            id: "p-1".to_owned(),
        });
    let position = history.cost("c-1").updated;
    history
        .clone()
        .when(void("c-1", "p-1"))
        .then_refused(Refusal::PaymentVoided { position });
    let history = history.given(pay("c-1", "p-2", rp(1_000), day(4)));
    assert_eq!(history.cost("c-1").state(), CostState::Paid);
}

#[test]
fn unknown_payment_is_not_voided() {
    approved(CostType::Bonus, rp(1_000))
        .when(void("c-1", "p-1"))
        .then_refused(Refusal::NotFound {
            what: Unknown::Payment,
            id: "p-1".to_owned(),
        });
}

#[test]
fn voided_payment_without_rate_no_longer_blanks_paid() {
    let history = approved(CostType::Tax, money("USD", 100))
        .given(pay("c-1", "p-1", money("USD", 100), day(3)))
        .given(void("c-1", "p-1"));
    assert!(history.totals().counted.foreign_paid.is_empty());
}

#[test]
fn voided_payments_of_two_periods_leave_nothing() {
    let foreign = CostVerb::Record {
        collaboration: None,
        kind: CostType::Tax,
        amount: money("USD", 2),
        // A cent is half a minor unit: what a payment takes depends on the one before.
        fx_rate: rate("0.5"),
        incurred_at: day(1),
        note: "".into(),
    };
    let history = opened()
        .at(day(80))
        .given(record("c-1", foreign))
        .given(approve_cost("c-1", None))
        .given(pay("c-1", "p-1", money("USD", 1), day(3)))
        .given(pay("c-1", "p-2", money("USD", 1), day(70)))
        .given(void("c-1", "p-1"))
        .given(void("c-1", "p-2"));
    let totals = history.totals();
    assert_eq!((totals.on_time.paid(), totals.counted.paid()), (0, 0));
    assert!(history.cost("c-1").payments.is_empty());
}

#[test]
fn corrected_line_counts_as_if_it_had_been_told_right() {
    let history = approved(CostType::Bonus, rp(1_000)).given(pay("c-1", "p-1", rp(400), day(3)));
    let fix = CostCorrection {
        kind: Some(CostType::Shipping),
        amount: Some(rp(1_200)),
        incurred_at: Some(day(2)),
        ..correction(&history, "c-1")
    };
    let history = history.given(correct("c-1", fix));
    let totals = history.totals_of("ayu-1");
    let sums = CostSums {
        accrued: 120_000,
        paid: 40_000,
    };
    assert_eq!(totals.counted.costs[&CostType::Shipping], sums);
    assert_eq!(totals.counted.costs[&CostType::Bonus], CostSums::default());
    assert_eq!(totals.payments, (1, DAY_NANOS));
    let fee = accepted(terms()).totals().counted.committed;
    assert_eq!(totals.counted.committed - 120_000, fee);
}

#[test]
fn line_is_moved_out_of_the_window_and_back() {
    let history = accepted(terms())
        .at(day(100))
        .given(record("c-1", line(CostType::Tax, rp(100))));
    let moved = |history: &History, to: Timestamp| CostCorrection {
        incurred_at: Some(to),
        ..correction(history, "c-1")
    };
    let fix = moved(&history, day(70));
    let history = history.given(correct("c-1", fix));
    let accrued = |history: &History| {
        let totals = history.totals();
        (totals.on_time.accrued(), totals.counted.accrued())
    };
    assert_eq!(accrued(&history), (0, 10_000));
    let fix = moved(&history, day(95));
    let history = history.given(correct("c-1", fix));
    assert_eq!(accrued(&history), (0, 0));
    assert_eq!(history.totals().after_measurement, 1);
    let fix = moved(&history, day(5));
    let history = history.given(correct("c-1", fix));
    assert_eq!(accrued(&history), (10_000, 10_000));
    assert_eq!(history.totals().after_measurement, 0);
}

#[test]
fn wrong_rate_is_corrected_for_the_line_and_its_payments() {
    let told = at_rate(line(CostType::Tax, money("USD", 100)), "15000");
    let history = accepted(terms())
        .given(record("c-1", told))
        .given(approve_cost("c-1", None))
        .given(pay("c-1", "p-1", money("USD", 40), day(3)));
    let fix = CostCorrection {
        fx_rate: rate("16000"),
        ..correction(&history, "c-1")
    };
    let history = history.given(correct("c-1", fix));
    let totals = history.totals().counted;
    assert_eq!((totals.accrued(), totals.paid()), (1_600_000, 640_000));
    // What is paid later fills the line exactly.
    let history = history.given(pay("c-1", "p-2", money("USD", 60), day(4)));
    assert_eq!(history.totals().counted.paid(), 1_600_000);
    let history = history.given(void("c-1", "p-1"));
    assert_eq!(history.totals().counted.paid(), 960_000);
}

#[test]
fn supplied_rate_takes_line_and_payment_into_the_totals() {
    let history = approved(CostType::Tax, money("USD", 100)).given(pay(
        "c-1",
        "p-1",
        money("USD", 100),
        day(3),
    ));
    let fix = CostCorrection {
        fx_rate: rate("16000"),
        ..correction(&history, "c-1")
    };
    let totals = history.given(correct("c-1", fix)).totals().counted;
    assert!(totals.foreign_costs.is_empty() && totals.foreign_paid.is_empty());
    assert_eq!((totals.accrued(), totals.paid()), (1_600_000, 1_600_000));
}

#[test]
fn correction_keeps_the_rules_of_a_line() {
    let history = approved(CostType::Bonus, rp(1_000));
    let fix = || correction(&history, "c-1");
    let expected = fix().expected;
    let refusals = [
        (fix(), Refusal::CostUnchanged),
        (
            CostCorrection {
                amount: Some(rp(999)),
                ..fix()
            },
            Refusal::AdjustmentBelowApproved {
                total_minor: 99_900,
                approved_minor: 100_000,
            },
        ),
        (
            CostCorrection {
                amount: Some(money("USD", 5)),
                ..fix()
            },
            Refusal::CurrencyMismatch {
                field: "amount",
                expected: id("IDR"),
                actual: id("USD"),
            },
        ),
        (
            CostCorrection {
                expected: Position::new(1),
                note: Some("other".into()),
                ..fix()
            },
            Refusal::StaleCost {
                expected: Position::new(1),
                actual: expected,
            },
        ),
    ];
    for (correction, refusal) in refusals {
        let history = history.clone();
        history
            .when(correct("c-1", correction))
            .then_refused(refusal);
    }
}
