//! Amendments after the fact: disputed things cannot change, and parts of the fee whose trigger has
//! occurred are owed.

use campaign_ledger::domain::*;

use super::accruals::{in_parts, line_of, owed_for};
use super::costs::*;
use super::stories::*;
use crate::support::requests::*;

const ACCEPTANCE: SettlementTrigger = SettlementTrigger::Acceptance;
const APPROVAL: SettlementTrigger = SettlementTrigger::Approval;
const VERIFICATION: SettlementTrigger = SettlementTrigger::Verification;

/// A review and a story.
fn two(terms: Terms) -> Terms {
    let mut two = terms;
    two.deliverables
        .push(promised("story", ContentFormat::Story));
    two
}

fn open(name: &str, subject: DisputeSubject) -> Request {
    let verb = DisputeVerb::Open {
        subject,
        reason: "not as agreed".into(),
        evidence: Vec::new(),
    };
    dispute("ayu-1", name, verb)
}

fn overturn(name: &str) -> Request {
    let resolution = Resolution {
        ruling: DisputeRuling::Overturned,
        arbiter: Some(arbiter()),
        reason: "both were heard".into(),
    };
    dispute("ayu-1", name, DisputeVerb::Resolve(resolution))
}

fn frozen() -> Refusal {
    Refusal::Disputed { dispute: id("d-1") }
}

#[test]
fn disputed_deliverable_is_not_amended_and_others_are() {
    let about_story = || open("d-1", DisputeSubject::Deliverable(id("story")));
    let mut later = two(terms());
    later.deliverables[1].due_at = day(30);
    let without = terms();
    let mut review_later = two(terms());
    review_later.deliverables[0].due_at = day(30);
    let history = accepted(two(terms())).given(about_story());
    for changed in [later.clone(), without] {
        history
            .clone()
            .when(amend("ayu-1", changed.clone()))
            .then_refused(frozen());
        // The dispute may also have been opened after the proposal.
        accepted(two(terms()))
            .given(amend("ayu-1", changed))
            .given(about_story())
            .when(accept_amendment("ayu-1", 2))
            .then_refused(frozen())
            .given(overturn("d-1"))
            .given(accept_amendment("ayu-1", 2));
    }
    history
        .given(amend("ayu-1", review_later))
        .given(accept_amendment("ayu-1", 2));
}

#[test]
fn what_a_disputed_line_is_owed_for_is_not_amended() {
    let parts = in_parts(&[(ACCEPTANCE, 4_000), (APPROVAL, 6_000)]);
    let history = accepted(parts.clone());
    let Event::Settlement(SettlementEvent::CostRecorded(line)) = history.last_event() else {
        panic!("the acceptance makes a line");
    };
    let line = line.cost.clone();
    let history = history.given(open("d-1", DisputeSubject::Cost(line)));
    let dearer = Terms {
        fee: rp(1_200_000),
        ..parts.clone()
    };
    history
        .clone()
        .when(amend("ayu-1", dearer))
        .then_refused(frozen());
    let others = Terms {
        max_revisions: 5,
        ..parts
    };
    history
        .given(amend("ayu-1", others))
        .given(accept_amendment("ayu-1", 2));
    // A dispute about a number freezes nothing.
    let reach = DisputeSubject::Number {
        publication: None,
        metric: "reach".to_owned(),
    };
    let dearer = Terms {
        fee: rp(1_200_000),
        ..terms()
    };
    accepted(terms())
        .given(open("d-1", reach))
        .given(amend("ayu-1", dearer))
        .given(accept_amendment("ayu-1", 2));
}

#[test]
fn fee_billed_by_hand_is_not_amended_while_it_is_disputed() {
    let dearer = Terms {
        fee: rp(1_200_000),
        ..terms()
    };
    let billed = |kind| {
        accepted(terms())
            .given(record("c-1", line_for("ayu-1", kind, rp(1_000))))
            .given(open("d-1", DisputeSubject::Cost(id("c-1"))))
    };
    billed(CostType::Fee)
        .when(amend("ayu-1", dearer.clone()))
        .then_refused(frozen());
    billed(CostType::Bonus).given(amend("ayu-1", dearer));
}

#[test]
fn part_whose_trigger_has_come_is_owed_with_the_amendment() {
    // No part was owed at first, and the review was approved; then three parts are agreed on.
    let parts = in_parts(&[
        (ACCEPTANCE, 2_000),
        (APPROVAL, 5_000),
        (VERIFICATION, 3_000),
    ]);
    let history = approved().given(amend("ayu-1", parts));
    let before = history.ledger.records.len();
    let history = history.given(accept_amendment("ayu-1", 2));
    let new = history.ledger.records[before..].iter();
    let lines: Vec<_> = new
        .filter_map(|record| match &record.event {
            Event::Settlement(SettlementEvent::CostRecorded(line)) => {
                Some((line.amount, line.owed_for.clone()))
            }
            _ => None,
        })
        .collect();
    let expected = [
        (rp(200_000), owed_for(ACCEPTANCE, None)),
        (rp(500_000), owed_for(APPROVAL, Some("review"))),
    ];
    assert_eq!(lines, expected);
    assert_eq!(history.campaign().budget.committed, rp(1_000_000).minor);
    let history = history
        .at(day(16))
        .given(publish("ayu-1", "review", live("post-1")))
        .given(verify("ayu-1", "review"));
    let rest = Some((rp(300_000).minor, owed_for(VERIFICATION, Some("review"))));
    assert_eq!(line_of(&history), rest);
}

#[test]
fn line_accrued_before_stays_as_the_terms_of_its_time_had_it() {
    let parts = in_parts(&[(ACCEPTANCE, 4_000), (APPROVAL, 6_000)]);
    let dearer = Terms {
        fee: rp(2_000_000),
        ..parts.clone()
    };
    let history = accepted(parts)
        .given(amend("ayu-1", dearer))
        .given(accept_amendment("ayu-1", 2));
    assert_eq!(history.totals().counted.accrued(), rp(400_000).minor.into());
    let history = history
        .given(submit("ayu-1", "review"))
        .given(approve("ayu-1", "review", 1));
    let sixty = Some((rp(1_200_000).minor, owed_for(APPROVAL, Some("review"))));
    assert_eq!(line_of(&history), sixty);
}

#[test]
fn parts_owed_with_an_amendment_fit_the_budget_together() {
    // The whole fee was billed by hand; two parts in addition would need Rp500,000 more.
    let parts = in_parts(&[
        (ACCEPTANCE, 2_000),
        (APPROVAL, 3_000),
        (VERIFICATION, 5_000),
    ]);
    let history = approved()
        .given(record(
            "c-1",
            line_for("ayu-1", CostType::Fee, rp(1_000_000)),
        ))
        .given(amend("ayu-1", parts));
    let taxed = |rupiah| {
        let tax = line(CostType::Tax, rp(rupiah));
        history.clone().given(record("c-2", tax))
    };
    taxed(8_500_000).given(accept_amendment("ayu-1", 2));
    taxed(8_500_001)
        .when(accept_amendment("ayu-1", 2))
        .then_refused(Refusal::BudgetExceeded {
            needed_minor: 1_000_000_100,
            cap_minor: 1_000_000_000,
        });
}
