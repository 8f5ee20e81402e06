//! What the terms make owed: parts of the fee at their triggers, and bonuses that are reached.

use campaign_ledger::domain::*;

use super::costs::*;
use super::history::*;
use super::stories::*;
use crate::support::requests::*;

const ACCEPTANCE: SettlementTrigger = SettlementTrigger::Acceptance;
const APPROVAL: SettlementTrigger = SettlementTrigger::Approval;
const VERIFICATION: SettlementTrigger = SettlementTrigger::Verification;

/// Returns terms of Rp1,000,000 with these parts, for one review.
pub fn in_parts(parts: &[(SettlementTrigger, u32)]) -> Terms {
    let part = |(trigger, part_bp): &(SettlementTrigger, u32)| FeePart {
        trigger: *trigger,
        part_bp: *part_bp,
    };
    Terms {
        fee_parts: parts.iter().map(part).collect(),
        ..terms()
    }
}

/// Returns terms with parts of a fifth, a half, and the rest.
fn three_parts() -> Terms {
    in_parts(&[
        (ACCEPTANCE, 2_000),
        (APPROVAL, 5_000),
        (VERIFICATION, 3_000),
    ])
}

/// Returns the amount and the reason of the last recorded line, if the last event is a line.
pub fn line_of(history: &History) -> Option<(i64, Option<OwedFor>)> {
    match history.last_event() {
        Event::Settlement(SettlementEvent::CostRecorded(line)) => {
            Some((line.amount.minor, line.owed_for.clone()))
        }
        _ => None,
    }
}

pub fn owed_for(trigger: SettlementTrigger, deliverable: Option<&str>) -> Option<OwedFor> {
    Some(OwedFor::FeePart {
        trigger,
        deliverable: deliverable.map(id),
    })
}

#[test]
fn each_part_is_owed_when_its_trigger_comes_and_draws_on_the_commitment() {
    let whole = rp(1_000_000).minor;
    let in_use = |history: &History| history.campaign().budget.clone();
    let history = accepted(three_parts());
    assert_eq!(
        line_of(&history),
        Some((rp(200_000).minor, owed_for(ACCEPTANCE, None)))
    );
    assert_eq!(
        (in_use(&history).committed, in_use(&history).other),
        (whole, 0)
    );

    let history = history.given(submit("ayu-1", "review"));
    assert_eq!(line_of(&history), None);
    let history = history.given(approve("ayu-1", "review", 1));
    let half = Some((rp(500_000).minor, owed_for(APPROVAL, Some("review"))));
    assert_eq!(line_of(&history), half);

    let history = history
        .at(day(16))
        .given(publish("ayu-1", "review", live("post-1")))
        .given(verify("ayu-1", "review"));
    let rest = Some((rp(300_000).minor, owed_for(VERIFICATION, Some("review"))));
    assert_eq!(line_of(&history), rest);
    assert_eq!(
        (in_use(&history).committed, in_use(&history).other),
        (whole, 0)
    );
    assert_eq!(history.totals_of("ayu-1").counted.accrued(), whole.into());
}

#[test]
fn terms_without_parts_make_nothing_owed() {
    let history = approved();
    assert_eq!(line_of(&history), None);
    assert_eq!(history.totals().counted.accrued(), 0);
}

#[test]
fn part_is_shared_by_the_deliverables_with_the_remainder_on_the_last() {
    let mut terms = in_parts(&[(APPROVAL, 10_000)]);
    terms
        .deliverables
        .push(promised("reel", ContentFormat::Story));
    terms
        .deliverables
        .push(promised("live", ContentFormat::Live));
    let mut history = accepted(terms);
    let mut lines = Vec::new();
    for what in ["live", "review", "reel"] {
        history = history
            .given(submit("ayu-1", what))
            .given(approve("ayu-1", what, 1));
        lines.push(line_of(&history).unwrap().0);
    }
    // 3,333 bp of Rp1,000,000 are Rp333,300; the last share is the rest.
    let [last, first, second] = lines[..] else {
        panic!("three lines were expected, not {lines:?}");
    };
    assert_eq!([first, second, last], [33_330_000, 33_330_000, 33_340_000]);
    assert_eq!(first + second + last, rp(1_000_000).minor);
}

#[test]
fn shares_below_a_rupiah_are_whole_rupiah_until_nothing_is_left() {
    // Rp3 over 5 posts: Rp0.6 each rounds to Rp1 each, and the last would be negative.
    let mut terms = Terms {
        fee: rp(3),
        ..in_parts(&[(APPROVAL, 10_000)])
    };
    for number in 1..5 {
        let name = format!("post-{number}");
        terms
            .deliverables
            .push(promised(&name, ContentFormat::Story));
    }
    let shares: Vec<i64> = terms
        .deliverables
        .iter()
        .map(|one| terms.fee_part_minor(APPROVAL, Some(&one.id)))
        .collect();
    assert_eq!(shares, [100, 100, 100, 0, 0]);
}

#[test]
fn waived_and_rejected_deliverables_make_nothing_owed() {
    let terms = in_parts(&[(APPROVAL, 10_000)]);
    let history = accepted(terms.clone()).given(waive("ayu-1", "review"));
    assert_eq!(history.totals().counted.accrued(), 0);
    let history = accepted(terms)
        .given(submit("ayu-1", "review"))
        .given(reject("ayu-1", "review", 1));
    assert_eq!(history.totals().counted.accrued(), 0);
}

#[test]
pub fn line_of_a_part_counts_from_when_its_trigger_came() {
    let history = accepted(in_parts(&[(APPROVAL, 10_000)]))
        .at(day(70))
        .given(submit("ayu-1", "review"))
        .given(approve("ayu-1", "review", 1).occurred(day(50)));
    match history.last_event() {
        Event::Settlement(SettlementEvent::CostRecorded(line)) => {
            assert_eq!(
                (line.incurred_at, line.timing),
                (day(50), FactTiming::OnTime)
            );
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn line_beyond_the_commitment_is_booked_above_the_cap() {
    // The whole fee is billed by hand before its part is due, and the cap is used up.
    let fee = line_for("ayu-1", CostType::Fee, rp(1_000_000));
    let history = accepted(in_parts(&[(APPROVAL, 10_000)]))
        .given(record("c-1", fee))
        .given(record("c-2", line(CostType::Tax, rp(9_000_000))))
        .given(submit("ayu-1", "review"))
        .given(approve("ayu-1", "review", 1));
    let over_minor = history.campaign().over_budget_minor();
    assert_eq!(over_minor, rp(1_000_000).minor.into());
    let reason = "billed by the terms".to_owned();
    let history = history.given(cost(
        "c-1",
        CostVerb::Reverse {
            reason: reason.into(),
        },
    ));
    assert_eq!(history.campaign().over_budget_minor(), 0);
}

/// Adds a bonus of Rp100,000 from 10,000 views on.
fn with_a_bonus(terms: Terms) -> Terms {
    let tier = BonusTier {
        id: id("views"),
        counter: Counter::Views,
        at_least: 10_000,
        amount: rp(100_000),
    };
    Terms {
        bonuses: vec![tier],
        ..terms
    }
}

fn accrue(collaboration: &str, bonus: &str) -> Request {
    let line = bonus_line(&id(collaboration), &id(bonus));
    let verb = CostVerb::AccrueBonus {
        collaboration: id(collaboration),
        bonus: id(bonus),
    };
    cost(line.as_str(), verb)
}

fn viewed(views: u64, kind: MeasurementKind, scope: MeasurementScope) -> Request {
    let mut counters = Counters::default();
    counters.set(Counter::Views, Some(views));
    let observation = Observation {
        seen: Seen {
            observed_at: day(16),
            source: ObservationSource::Api,
            kind,
            scope,
            definition: None,
        },
        counters,
        followers: None,
    };
    let verb = EngagementVerb::Record { observation };
    engagement(post("ayu-1", "post-1"), verb)
}

fn measured(views: u64) -> Request {
    viewed(views, MeasurementKind::Measured, MeasurementScope::Total)
}

#[test]
fn bonus_is_accrued_once_it_is_reached_and_once() {
    let history = published_as(plan(), with_a_bonus(terms()))
        .given(viewed(
            20_000,
            MeasurementKind::Reported,
            MeasurementScope::Total,
        ))
        .given(viewed(
            20_000,
            MeasurementKind::Measured,
            MeasurementScope::Paid,
        ))
        .given(measured(9_999))
        .when(accrue("ayu-1", "views"))
        .then_refused(Refusal::BonusNotReached {
            reached: 9_999,
            at_least: 10_000,
        })
        .at(day(17));
    let seen = Seen {
        observed_at: day(17),
        source: ObservationSource::Api,
        kind: MeasurementKind::Measured,
        scope: MeasurementScope::Total,
        definition: None,
    };
    let mut counters = Counters::default();
    counters.set(Counter::Views, Some(10_000));
    let observation = Observation {
        seen,
        counters,
        followers: None,
    };
    let verb = EngagementVerb::Record { observation };
    let history = history
        .given(engagement(post("ayu-1", "post-1"), verb))
        .given(accrue("ayu-1", "views"));
    let bonus = id("views");
    let owed_for = Some(OwedFor::Bonus { bonus });
    assert_eq!(line_of(&history), Some((rp(100_000).minor, owed_for)));
    assert_eq!(history.campaign().budget.other, rp(100_000).minor);
    let line = bonus_line(&id("ayu-1"), &id("views"));
    history
        .when(accrue("ayu-1", "views"))
        .then_refused(Refusal::AlreadyExists {
            what: "cost line",
            id: line.to_string(),
        })
        .when(accrue("ayu-1", "likes"))
        .then_refused(field("bonus_id"))
        .when(accrue("ayu-1", "likes").by(ActorKind::Creator))
        .then_refused(only("the brand"));
}

#[test]
fn bonus_is_booked_above_the_cap() {
    let history = published_as(plan(), with_a_bonus(terms()))
        .given(measured(10_000))
        .given(record("c-1", line(CostType::Tax, rp(8_950_000))))
        .given(accrue("ayu-1", "views"));
    let over_minor = history.campaign().over_budget_minor();
    assert_eq!(over_minor, rp(50_000).minor.into());
}
