//! Lines after they are recorded: adjusted, withheld, released, taxed.

use campaign_ledger::domain::*;

use super::costs::*;
use super::history::*;
use super::stories::*;
use crate::support::requests::*;

fn adjust(name: &str, delta: Money) -> Request {
    let reason = "other hours".to_owned();
    cost(
        name,
        CostVerb::Adjust {
            delta,
            reason: reason.into(),
        },
    )
}

fn withhold(name: &str) -> Request {
    let reason = "no invoice yet".to_owned();
    cost(
        name,
        CostVerb::Withhold {
            reason: reason.into(),
        },
    )
}

fn release(name: &str) -> Request {
    let reason = "the invoice came".to_owned();
    cost(
        name,
        CostVerb::Release {
            reason: reason.into(),
        },
    )
}

fn pay(payment: &str, amount: Money) -> Request {
    let verb = CostVerb::Pay {
        payment: id(payment),
        amount,
        reference: id(payment),
        paid_at: day(3),
    };
    cost("c-1", verb)
}

fn reverse(name: &str) -> Request {
    let reason = "billed twice".to_owned();
    cost(
        name,
        CostVerb::Reverse {
            reason: reason.into(),
        },
    )
}

/// Returns a history with Rp1,000 of shipping, line `c-1`.
fn shipped() -> History {
    opened().given(record("c-1", line(CostType::Shipping, rp(1_000))))
}

fn sums(history: &History) -> (i128, i64) {
    let accrued = history.totals().counted.accrued();
    (accrued, history.campaign().budget.other)
}

#[test]
fn adjustment_moves_cost_and_budget_and_leaves_the_amount() {
    let history = shipped()
        .when(adjust("c-1", rp(-300)))
        .then_events([Event::Settlement(SettlementEvent::CostAdjusted {
            cost: id("c-1"),
            delta_minor: -30_000,
            reporting_minor: Some(-30_000),
            reason: "other hours".into(),
            timing: FactTiming::OnTime,
            order: None,
            on_time_minor: None,
            counts_from: None,
        })]);
    assert_eq!(sums(&history), (70_000, 70_000));
    let row = history.cost("c-1");
    assert_eq!((row.amount, row.total_minor()), (rp(1_000), 70_000));
    let history = history.given(adjust("c-1", rp(500)));
    assert_eq!(sums(&history), (120_000, 120_000));
    // A reversal removes everything that is owed at that time.
    assert_eq!(sums(&history.given(reverse("c-1"))), (0, 0));
}

#[test]
fn line_shrinks_to_what_is_approved_and_no_further() {
    let below = |total_minor| Refusal::AdjustmentBelowApproved {
        total_minor,
        approved_minor: 60_000,
    };
    let history = shipped()
        .given(approve_cost("c-1", Some(60_000)))
        .when(adjust("c-1", money("IDR", -40_001)))
        .then_refused(below(59_999))
        .given(adjust("c-1", rp(-400)));
    assert_eq!(history.cost("c-1").state(), CostState::Approved);
    let history = history.given(pay("p-1", rp(600)));
    assert_eq!(history.cost("c-1").state(), CostState::Paid);
    let history = history
        .when(adjust("c-1", money("IDR", -1)))
        .then_refused(below(59_999));
    // It may grow again, and the rest may be approved and paid.
    let history = history
        .given(adjust("c-1", rp(100)))
        .given(approve_cost("c-1", None))
        .given(pay("p-2", rp(100)));
    assert_eq!(history.cost("c-1").state(), CostState::Paid);
    assert_eq!(history.totals().counted.paid(), 70_000);
}

#[test]
fn line_adjusted_to_nothing_is_neither_approved_nor_paid() {
    let history = shipped().given(adjust("c-1", rp(-1_000)));
    assert_eq!(history.cost("c-1").state(), CostState::Accrued);
    assert_eq!(sums(&history), (0, 0));
    history
        .when(approve_cost("c-1", None))
        .then_refused(field("approved_minor"));
}

#[test]
fn larger_line_is_booked_above_the_cap() {
    let history = opened()
        .given(record("c-1", line(CostType::Shipping, rp(10_000_000))))
        .given(adjust("c-1", rp(1)));
    assert_eq!(history.campaign().over_budget_minor(), 100);
    // A smaller recovery increases cost.
    let history = history
        .given(record("c-2", line(CostType::Recovery, rp(10))))
        .given(adjust("c-1", rp(10)))
        .given(adjust("c-2", rp(-1)));
    assert_eq!(history.campaign().over_budget_minor(), 200);
}

#[test]
fn adjusted_fee_draws_on_the_commitment_first() {
    let fee = line_for("ayu-1", CostType::Fee, rp(1_000_000));
    let history = accepted(terms()).given(record("c-1", fee));
    let committed = |history: &History| history.campaign().budget.committed;
    let history = history.given(adjust("c-1", rp(-200_000)));
    assert_eq!(committed(&history), rp(1_000_000).minor);
    let history = history.given(adjust("c-1", rp(250_000)));
    assert_eq!(committed(&history), rp(1_050_000).minor);
    assert_eq!(
        history.totals_of("ayu-1").counted.accrued(),
        i128::from(rp(1_050_000).minor)
    );
}

#[test]
fn foreign_line_is_adjusted_at_its_own_rate() {
    // 3 cents at 0.5 are 1.5 minor units, half-even 2; 5 cents are 2.5, half-even 2; 7 are 3.5,
    // half-even 4.
    let cents = line(CostType::Tax, money("USD", 3));
    let history = opened()
        .given(record("c-1", at_rate(cents, "0.5")))
        .given(adjust("c-1", money("USD", 2)));
    assert_eq!(sums(&history), (2, 2));
    let history = history.given(adjust("c-1", money("USD", 2)));
    assert_eq!(sums(&history), (4, 4));
    let history = history
        .given(approve_cost("c-1", None))
        .given(pay("p-1", money("USD", 6)))
        .given(pay("p-2", money("USD", 1)));
    assert_eq!(history.totals().counted.paid(), 4);
    history
        .when(adjust("c-1", rp(1)))
        .then_refused(Refusal::CurrencyMismatch {
            field: "delta",
            expected: id("USD"),
            actual: id("IDR"),
        });
}

#[test]
fn foreign_line_without_rate_is_adjusted_outside_the_totals() {
    let history = opened()
        .given(record("c-1", line(CostType::Tax, money("USD", 300))))
        .given(adjust("c-1", money("USD", -100)));
    assert_eq!(sums(&history), (0, 0));
    let left_out = history.totals().counted.foreign_costs;
    assert_eq!(left_out, [(id("USD"), unrated(200, 1))].into());
}

#[test]
fn adjustment_beyond_int64_is_refused() {
    shipped()
        .when(adjust("c-1", money("IDR", i64::MAX)))
        .then_refused(Refusal::AmountOverflow { field: "delta" });
}

#[test]
fn withheld_line_is_neither_approved_nor_paid_until_released() {
    let history = shipped()
        .given(approve_cost("c-1", Some(50_000)))
        .given(withhold("c-1"));
    assert_eq!(history.cost("c-1").state(), CostState::Withheld);
    for request in [
        approve_cost("c-1", None),
        pay("p-1", rp(500)),
        withhold("c-1"),
    ] {
        let history = history.clone();
        history
            .when(request)
            .then_refused(cost_is(CostState::Withheld));
    }
    // The owed amount can still change.
    history
        .given(adjust("c-1", rp(-500)))
        .given(release("c-1"))
        .given(pay("p-1", rp(500)))
        .when(withhold("c-1"))
        .then_refused(cost_is(CostState::Paid))
        .when(release("c-1"))
        .then_refused(cost_is(CostState::Paid));
}

fn tax(name: &str, amount: Money) -> Tax {
    Tax {
        id: id(name),
        gross: rp(1_000),
        base: rp(500),
        rate_percent: id("5"),
        amount,
        article: "PPh 21".to_owned(),
        certificate: "".into(),
        period: "2025-10".to_owned(),
    }
}

fn record_tax(tax: Tax) -> Request {
    cost("c-1", CostVerb::RecordTax(tax))
}

#[test]
fn tax_is_recorded_and_changes_no_total() {
    let history = shipped();
    let before = history.totals();
    let facts = tax("t-1", rp(25));
    let history = history
        .when(record_tax(facts.clone()))
        .then_events([Event::Settlement(SettlementEvent::TaxRecorded {
            cost: id("c-1"),
            tax: facts.clone(),
        })]);
    assert_eq!(history.totals(), before);
    assert_eq!(history.cost("c-1").taxes, [facts]);
    let history = history
        .when(record_tax(tax("t-1", rp(30))))
        .then_refused(Refusal::AlreadyExists {
            what: "tax record",
            id: "t-1".to_owned(),
        })
        .when(record_tax(tax("t-2", money("USD", 1))))
        .then_refused(Refusal::CurrencyMismatch {
            field: "amount",
            expected: id("IDR"),
            actual: id("USD"),
        });
    let full = (2..=20).fold(history, |history, number| {
        history.given(record_tax(tax(&format!("t-{number}"), rp(1))))
    });
    full.when(record_tax(tax("t-21", rp(1))))
        .then_refused(Refusal::LimitReached {
            collection: "taxes of a cost line",
            limit: limits::MAX_TAXES,
        });
}

#[test]
fn nothing_more_happens_to_a_reversed_line() {
    let history = shipped().given(reverse("c-1"));
    for request in [
        adjust("c-1", rp(1)),
        withhold("c-1"),
        release("c-1"),
        record_tax(tax("t-1", rp(25))),
    ] {
        let history = history.clone();
        history
            .when(request)
            .then_refused(cost_is(CostState::Reversed));
    }
}

#[test]
fn only_the_brand_settles() {
    for request in [
        adjust("c-1", rp(1)),
        withhold("c-1"),
        release("c-1"),
        record_tax(tax("t-1", rp(25))),
    ] {
        shipped()
            .when(request.by(ActorKind::Creator))
            .then_refused(only("the brand"));
    }
}

#[test]
fn approval_in_another_currency_than_the_line_is_refused() {
    let approve = |currency| {
        let verb = CostVerb::Approve {
            approved_minor: Some(60_000),
            currency: Some(id(currency)),
        };
        cost("c-1", verb)
    };
    let history = shipped()
        .when(approve("USD"))
        .then_refused(Refusal::field("approved.currency_code", "must be IDR"))
        .given(approve("IDR"));
    assert_eq!(history.cost("c-1").approved_minor, 60_000);
}
