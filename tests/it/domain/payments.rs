//! Payments: paid ≤ approved ≤ accrued; a transfer reference is used once.

use campaign_ledger::domain::*;

use super::costs::*;
use super::history::*;
use super::stories::*;
use crate::support::requests::*;

fn pay(payment: &str, amount: Money, reference: &str) -> Request {
    pay_line("c-1", payment, amount, reference)
}

fn pay_line(line: &str, payment: &str, amount: Money, reference: &str) -> Request {
    let verb = CostVerb::Pay {
        payment: id(payment),
        amount,
        reference: id(reference),
        paid_at: day(3),
    };
    cost(line, verb)
}

/// Returns a history with Ayu's fee of Rp1,000,000 of day 1, fully approved.
fn approved_fee() -> History {
    accepted(terms())
        .given(record(
            "c-1",
            line_for("ayu-1", CostType::Fee, rp(1_000_000)),
        ))
        .given(approve_cost("c-1", None))
}

#[test]
fn payment_names_line_transfer_and_time() {
    let history = approved_fee()
        .when(pay("p-1", rp(400_000), "TRF-1"))
        .then_events([Event::Settlement(SettlementEvent::PaymentRecorded(
            PaymentRecorded {
                payment: id("p-1"),
                cost: id("c-1"),
                amount: rp(400_000),
                reference: id("TRF-1"),
                paid_at: day(3),
                reporting_minor: Some(40_000_000),
                timing: FactTiming::OnTime,
            },
        ))]);
    assert_eq!(history.cost("c-1").paid_minor, 40_000_000);
    for totals in [history.totals(), history.totals_of("ayu-1")] {
        assert_eq!(totals.counted.paid(), 40_000_000);
        assert_eq!(totals.payments, (1, 2 * 86_400 * 1_000_000_000));
    }
}

#[test]
fn line_is_paid_when_all_of_it_is() {
    let history = approved_fee().given(pay("p-1", rp(400_000), "TRF-1"));
    assert_eq!(history.cost("c-1").state(), CostState::Approved);
    let history = history.given(pay("p-2", rp(600_000), "TRF-2"));
    assert_eq!(history.cost("c-1").state(), CostState::Paid);
    history
        .when(pay("p-3", rp(1), "TRF-3"))
        .then_refused(Refusal::PaymentExceedsApproved {
            paid_minor: 100_000_100,
            approved_minor: 100_000_000,
        });
}

#[test]
fn payment_is_never_more_than_approved() {
    let accrued = accepted(terms()).given(record(
        "c-1",
        line_for("ayu-1", CostType::Fee, rp(1_000_000)),
    ));
    accrued
        .when(pay("p-1", rp(1), "TRF-1"))
        .then_refused(Refusal::PaymentExceedsApproved {
            paid_minor: 100,
            approved_minor: 0,
        })
        .given(approve_cost("c-1", Some(rp(500).minor)))
        .when(pay("p-1", rp(501), "TRF-1"))
        .then_refused(Refusal::PaymentExceedsApproved {
            paid_minor: 50_100,
            approved_minor: 50_000,
        })
        .given(pay("p-1", rp(500), "TRF-1"));
}

#[test]
fn line_with_a_payment_is_not_reversed() {
    let reason = "billed twice".to_owned();
    approved_fee()
        .given(pay("p-1", rp(1), "TRF-1"))
        .when(cost(
            "c-1",
            CostVerb::Reverse {
                reason: reason.into(),
            },
        ))
        .then_refused(cost_is(CostState::Approved));
}

#[test]
fn reference_of_a_transfer_is_used_once_in_a_brand() {
    let history = approved_fee().given(pay("p-1", rp(1), "TRF-1"));
    let position = history.head();
    let second = |request: Request| request.in_campaign("second");
    history
        .clone()
        .when(pay("p-2", rp(1), "TRF-1"))
        .then_refused(Refusal::PaymentReferenceUsed { position });
    history
        .given(second(campaign(CampaignVerb::Create { plan: plan() })))
        .given(second(record("c-1", line(CostType::Tax, rp(1)))))
        .given(second(approve_cost("c-1", None)))
        .when(second(pay("p-1", rp(1), "TRF-1")))
        .then_refused(Refusal::PaymentReferenceUsed { position })
        .given(second(pay("p-1", rp(1), "TRF-2")));
}

#[test]
fn payment_id_is_taken_within_the_campaign() {
    approved_fee()
        .given(record("c-2", line(CostType::Tax, rp(1))))
        .given(approve_cost("c-2", None))
        .given(pay("p-1", rp(1), "TRF-1"))
        .when(pay_line("c-2", "p-1", rp(1), "TRF-2"))
        .then_refused(Refusal::AlreadyExists {
            what: "payment",
            id: "p-1".to_owned(),
        });
}

#[test]
fn payment_is_in_the_currency_of_the_line() {
    approved_fee()
        .when(pay("p-1", money("USD", 1), "TRF-1"))
        .then_refused(Refusal::CurrencyMismatch {
            field: "amount",
            expected: id("IDR"),
            actual: id("USD"),
        });
}

#[test]
fn rupiah_are_paid_whole() {
    approved_fee()
        .when(pay("p-1", money("IDR", 150), "TRF-1"))
        .then_refused(field("amount"));
    let yen = line(CostType::Tax, money("JPY", 7));
    opened()
        .given(record("c-1", at_rate(yen, "105")))
        .given(approve_cost("c-1", None))
        .given(pay("p-1", money("JPY", 3), "TRF-1"));
}

#[test]
fn foreign_line_paid_in_parts_is_paid_exactly() {
    // At 0.5, one cent is 0.5 minor units, half-even 0; two are 1; three are 1.5, half-even 2.
    let cents = line(CostType::Tax, money("USD", 3));
    let mut history = opened()
        .given(record("c-1", at_rate(cents, "0.5")))
        .given(approve_cost("c-1", None));
    let mut paid = Vec::new();
    for (payment, reference) in [("p-1", "TRF-1"), ("p-2", "TRF-2"), ("p-3", "TRF-3")] {
        history = history.given(pay(payment, money("USD", 1), reference));
        paid.push(history.totals().counted.paid());
    }
    assert_eq!(paid, [0, 1, 2]);
    assert_eq!(history.totals().counted.accrued(), 2);
}

#[test]
fn foreign_line_without_rate_is_paid_outside_the_totals() {
    let history = opened()
        .given(record("c-1", line(CostType::Tax, money("USD", 300))))
        .given(approve_cost("c-1", None))
        .given(pay("p-1", money("USD", 300), "TRF-1"));
    assert_eq!(history.cost("c-1").state(), CostState::Paid);
    assert_eq!(history.totals().counted.paid(), 0);
    let totals = history.totals();
    let one = [(id("USD"), unrated(300, 1))];
    assert_eq!(totals.counted.foreign_costs, one.into());
    assert_eq!(totals.counted.foreign_paid, one.into());
    assert_eq!(totals.payments, (1, 2 * 86_400 * 1_000_000_000));
}

#[test]
fn recovered_money_lowers_what_is_paid() {
    let history = opened()
        .given(record("c-1", line(CostType::Tax, rp(100))))
        .given(approve_cost("c-1", None))
        .given(pay("p-1", rp(100), "TRF-1"))
        .given(record("c-2", line(CostType::Recovery, rp(30))))
        .given(approve_cost("c-2", None))
        .given(pay_line("c-2", "p-2", rp(30), "TRF-2"));
    assert_eq!(history.totals().counted.paid(), 7_000);
}

#[test]
fn settlement_goes_on_after_every_end() {
    let withdraw_pending = false;
    completed()
        .given(campaign(CampaignVerb::Close { withdraw_pending }))
        .given(record(
            "c-1",
            line_for("ayu-1", CostType::Fee, rp(1_000_000)),
        ))
        .given(approve_cost("c-1", None))
        .given(pay("p-1", rp(1_000_000), "TRF-1"));
    accepted(terms())
        .given(cancel("ayu-1"))
        .given(record("c-1", line_for("ayu-1", CostType::Bonus, rp(1))))
        .given(approve_cost("c-1", None))
        .given(pay("p-1", rp(1), "TRF-1"));
}
