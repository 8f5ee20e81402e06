//! Cost lines: their use of the budget, approval, reversal.

use campaign_ledger::domain::*;

use super::history::*;
use super::stories::*;
use crate::support::requests::*;

/// Returns a line of the campaign as a whole, of day 1.
pub fn line(kind: CostType, amount: Money) -> CostVerb {
    CostVerb::Record {
        collaboration: None,
        kind,
        amount,
        fx_rate: None,
        incurred_at: day(1),
        note: "".into(),
    }
}

/// Returns a line of a collaboration, of day 1.
pub fn line_for(name: &str, kind: CostType, amount: Money) -> CostVerb {
    match line(kind, amount) {
        CostVerb::Record {
            kind,
            amount,
            fx_rate,
            incurred_at,
            note,
            ..
        } => CostVerb::Record {
            collaboration: Some(id(name)),
            kind,
            amount,
            fx_rate,
            incurred_at,
            note,
        },
        other => other,
    }
}

/// Returns the same line with a rate.
pub fn at_rate(verb: CostVerb, text: &str) -> CostVerb {
    match verb {
        CostVerb::Record {
            collaboration,
            kind,
            amount,
            incurred_at,
            note,
            ..
        } => CostVerb::Record {
            collaboration,
            kind,
            amount,
            fx_rate: rate(text),
            incurred_at,
            note,
        },
        other => other,
    }
}

/// Returns amounts without a rate, and how many there are.
pub fn unrated(minor: i128, facts: i64) -> Unrated {
    Unrated { minor, facts }
}

/// Records a line.
pub fn record(name: &str, verb: CostVerb) -> Request {
    cost(name, verb)
}

/// Approves this much of a line, or all of it.
pub fn approve_cost(name: &str, approved_minor: Option<i64>) -> Request {
    let verb = CostVerb::Approve {
        approved_minor,
        currency: None,
    };
    cost(name, verb)
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

const BODY: [CostType; 8] = [
    CostType::Product,
    CostType::Shipping,
    CostType::TravelMeal,
    CostType::Production,
    CostType::PaidAmplification,
    CostType::PlatformFee,
    CostType::Tax,
    CostType::Recovery,
];
const COMPENSATION: [CostType; 4] = [
    CostType::Fee,
    CostType::Bonus,
    CostType::Commission,
    CostType::KillFee,
];

fn committed(history: &History) -> i64 {
    history.campaign().budget.committed
}

#[test]
fn fee_lines_draw_on_the_commitment_first() {
    let fee = |rupiah| line_for("ayu-1", CostType::Fee, rp(rupiah));
    let history = accepted(terms()).given(record("c-1", fee(600_000)));
    assert_eq!(committed(&history), rp(1_000_000).minor);
    let history = history.given(record("c-2", fee(400_000)));
    assert_eq!(committed(&history), rp(1_000_000).minor);
    let history = history.given(record("c-3", fee(50_000)));
    assert_eq!(committed(&history), rp(1_050_000).minor);
    let totals = history.totals().counted;
    assert_eq!(totals.committed, i128::from(rp(1_050_000).minor));
    assert_eq!(totals.accrued(), i128::from(rp(1_050_000).minor));

    let history = history.given(reverse("c-1"));
    assert_eq!(committed(&history), rp(1_000_000).minor);
    assert_eq!(
        history.totals().counted.accrued(),
        i128::from(rp(450_000).minor)
    );
}

#[test]
fn fee_lines_survive_a_cancellation() {
    let history = accepted(terms())
        .given(record("c-1", line_for("ayu-1", CostType::Fee, rp(300_000))))
        .given(cancel("ayu-1"));
    assert_eq!(committed(&history), rp(300_000).minor);
    let history = history.given(reverse("c-1"));
    assert_eq!(history.campaign().budget.total(), 0);
}

#[test]
fn other_lines_take_from_the_budget_and_recoveries_give_back() {
    let history = accepted(terms())
        .given(record("c-1", line(CostType::Production, rp(200_000))))
        .given(record(
            "c-2",
            line_for("ayu-1", CostType::Bonus, rp(50_000)),
        ));
    assert_eq!(history.campaign().budget.other, rp(250_000).minor);
    let history = history.given(record("c-3", line(CostType::Recovery, rp(100_000))));
    assert_eq!(history.campaign().budget.other, rp(150_000).minor);
    let totals = history.totals().counted;
    assert_eq!(totals.accrued(), i128::from(rp(150_000).minor));
    assert_eq!(totals.committed, i128::from(rp(1_150_000).minor));
    let ayus = history.totals_of("ayu-1").counted;
    assert_eq!(ayus.accrued(), i128::from(rp(50_000).minor));
}

#[test]
fn line_beyond_the_budget_is_booked() {
    let small = CampaignPlan {
        budget_cap_minor: Some(rp(1_100_000).minor),
        ..plan()
    };
    let history = opened_as(small)
        .given(invite("ayu-1", "ayu", terms()))
        .given(accept("ayu-1"));
    let over = |line| {
        let history = history.clone().given(record("c-1", line));
        history.campaign().over_budget_minor()
    };
    assert_eq!(over(line(CostType::Tax, rp(100_000))), 0);
    assert_eq!(over(line(CostType::Tax, rp(100_001))), 100);
    let fee = |rupiah| line_for("ayu-1", CostType::Fee, rp(rupiah));
    assert_eq!(over(fee(1_100_000)), 0);
    assert_eq!(over(fee(1_100_001)), 100);
}

#[test]
fn recovery_is_taken_back_above_the_cap_too() {
    let small = CampaignPlan {
        budget_cap_minor: Some(rp(1_000).minor),
        ..plan()
    };
    let history = opened_as(small)
        .given(record("c-1", line(CostType::Recovery, rp(500))))
        .given(record("c-2", line(CostType::Tax, rp(1_200))))
        .given(reverse("c-1"));
    assert_eq!(history.campaign().over_budget_minor(), rp(200).minor.into());
}

#[test]
fn compensation_names_a_collaboration_with_accepted_terms() {
    for kind in COMPENSATION {
        opened()
            .when(record("c-1", line(kind, rp(1))))
            .then_refused(field("collaboration_id"));
        invited(terms())
            .when(record("c-1", line_for("ayu-1", kind, rp(1))))
            .then_refused(Refusal::NotAccepted {
                collaboration: id("ayu-1"),
            });
        accepted(terms()).given(record("c-1", line_for("ayu-1", kind, rp(1))));
    }
    for kind in BODY {
        accepted(terms())
            .given(record("c-1", line(kind, rp(1))))
            .given(record("c-2", line_for("ayu-1", kind, rp(1))));
    }
}

#[test]
fn lines_are_the_brands() {
    let history = accepted(terms()).given(record("c-1", line(CostType::Tax, rp(1))));
    for request in [
        record("c-2", line(CostType::Tax, rp(1))),
        approve_cost("c-1", None),
        reverse("c-1"),
    ] {
        history
            .clone()
            .when(request.by(ActorKind::Creator))
            .then_refused(only("the brand"));
    }
}

#[test]
fn line_id_is_taken_and_unknown_lines_are_not_found() {
    let history = opened().given(record("c-1", line(CostType::Tax, rp(1))));
    let history = history
        .when(record("c-1", line(CostType::Tax, rp(2))))
        .then_refused(Refusal::AlreadyExists {
            what: "cost line",
            id: "c-1".to_owned(),
        });
    for request in [approve_cost("c-9", None), reverse("c-9")] {
        history
            .clone()
            .when(request)
            .then_refused(Refusal::NotFound {
                what: Unknown::Cost,
                id: "c-9".to_owned(),
            });
    }
}

#[test]
fn approval_grows_up_to_what_is_accrued() {
    let history = opened().given(record("c-1", line(CostType::Tax, rp(100))));
    let approved = |approved_minor| {
        [Event::Settlement(SettlementEvent::CostApproved {
            cost: id("c-1"),
            approved_minor,
        })]
    };
    let history = history
        .when(approve_cost("c-1", Some(4_000)))
        .then_events(approved(4_000));
    assert_eq!(history.cost("c-1").state(), CostState::Accrued);
    let history = history
        .when(approve_cost("c-1", Some(4_000)))
        .then_refused(field("approved_minor"))
        .when(approve_cost("c-1", Some(3_000)))
        .then_refused(field("approved_minor"))
        .when(approve_cost("c-1", Some(10_100)))
        .then_refused(Refusal::ApprovalExceedsAccrued {
            approved_minor: 10_100,
            accrued_minor: 10_000,
        })
        .when(approve_cost("c-1", None))
        .then_events(approved(10_000));
    assert_eq!(history.cost("c-1").state(), CostState::Approved);
}

#[test]
fn reversed_line_takes_nothing_more() {
    let history = opened()
        .given(record("c-1", line(CostType::Tax, rp(100))))
        .given(reverse("c-1"));
    assert_eq!(history.campaign().budget.total(), 0);
    assert_eq!(history.totals().counted.accrued(), 0);
    let pay = CostVerb::Pay {
        payment: id("p-1"),
        amount: rp(1),
        reference: id("TRF-1"),
        paid_at: day(1),
    };
    for request in [approve_cost("c-1", None), reverse("c-1"), cost("c-1", pay)] {
        history
            .clone()
            .when(request)
            .then_refused(cost_is(CostState::Reversed));
    }
}

#[test]
fn foreign_line_counts_at_its_rate() {
    let line = at_rate(line(CostType::PlatformFee, money("USD", 1_000)), "16000");
    let history = opened().given(record("c-1", line));
    assert_eq!(history.campaign().budget.other, rp(160_000).minor);
    let totals = history.totals().counted;
    assert_eq!(totals.accrued(), i128::from(rp(160_000).minor));
    assert!(totals.foreign_costs.is_empty());
}

#[test]
fn foreign_lines_without_rate_are_left_out_and_reported() {
    let dollars = |kind, cents| line(kind, money("USD", cents));
    let history = opened()
        .given(record("c-1", dollars(CostType::PlatformFee, 1_000)))
        .given(record("c-2", dollars(CostType::Tax, 200)));
    let left_out = |history: &History| history.totals().counted.foreign_costs;
    assert_eq!(history.campaign().budget.total(), 0);
    assert_eq!(history.totals().counted.accrued(), 0);
    assert_eq!(left_out(&history), [(id("USD"), unrated(1_200, 2))].into());
    let history = history.given(record("c-3", dollars(CostType::Recovery, 300)));
    assert_eq!(left_out(&history), [(id("USD"), unrated(900, 3))].into());
    let history = history.given(reverse("c-3")).given(reverse("c-1"));
    assert_eq!(left_out(&history), [(id("USD"), unrated(200, 1))].into());
}

#[test]
fn line_that_overflows_in_the_reporting_currency_is_refused() {
    let line = line(CostType::PlatformFee, money("USD", i64::MAX));
    opened()
        .when(record("c-1", at_rate(line, "2")))
        .then_refused(Refusal::AmountOverflow { field: "amount" });
}
