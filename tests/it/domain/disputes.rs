//! Disputes: either side opens one, it freezes its subject, and a ruling ends it.

use campaign_ledger::domain::*;

use super::costs::*;
use super::history::*;
use super::stories::*;
use crate::support::requests::*;

const LINE: &str = "c-1";

fn about_line() -> DisputeSubject {
    DisputeSubject::Cost(id(LINE))
}

fn about_review() -> DisputeSubject {
    DisputeSubject::Deliverable(id("review"))
}

fn about_reach() -> DisputeSubject {
    DisputeSubject::Number {
        publication: None,
        metric: "reach".to_owned(),
    }
}

fn open(name: &str, subject: DisputeSubject) -> Request {
    let verb = DisputeVerb::Open {
        subject,
        reason: "not as agreed".into(),
        evidence: vec!["https://drive.example/chat".into()],
    };
    dispute("ayu-1", name, verb)
}

fn resolve(name: &str, ruling: DisputeRuling) -> Request {
    let resolution = Resolution {
        ruling,
        arbiter: Some(arbiter()),
        reason: "both were heard".into(),
    };
    dispute("ayu-1", name, DisputeVerb::Resolve(resolution))
}

fn split(share_bp: u32) -> DisputeRuling {
    DisputeRuling::Split { share_bp }
}

fn frozen_by(name: &str) -> Refusal {
    Refusal::Disputed { dispute: id(name) }
}

fn billed(history: History) -> History {
    let bonus = line_for("ayu-1", CostType::Bonus, rp(1_000));
    history.given(record(LINE, bonus))
}

/// Returns a history with a bonus of Rp1,000 for Ayu, of which Rp300 are approved.
fn owed() -> History {
    billed(accepted(terms())).given(approve_cost(LINE, Some(30_000)))
}

fn total(history: &History) -> i64 {
    history.cost(LINE).total_minor()
}

#[test]
fn dispute_names_who_opened_it_and_is_counted() {
    let opened = DisputeOpened {
        dispute: id("d-1"),
        subject: about_line(),
        reason: "not as agreed".into(),
        evidence: vec!["https://drive.example/chat".into()],
    };
    let history = owed()
        .when(open("d-1", about_line()).by(ActorKind::Creator))
        .then_events([Event::Dispute(DisputeEvent::DisputeOpened(opened))])
        .given(open("d-2", about_reach()));
    let counts = |totals: Totals| {
        let conduct = totals.conduct;
        (
            conduct.disputes,
            conduct.open_disputes,
            conduct.disputed_numbers,
        )
    };
    assert_eq!(counts(history.totals()), (2, 2, 1));
    assert_eq!(history.cost(LINE).dispute, Some(id("d-1")));
    let history = history.given(resolve("d-2", DisputeRuling::Overturned));
    assert_eq!(counts(history.totals_of("ayu-1")), (2, 1, 0));
    assert_eq!(history.collaboration("ayu-1").open_disputes.len(), 1);
}

#[test]
fn disputed_line_is_frozen_and_no_other() {
    let reason = || "meanwhile".to_owned();
    let history = owed()
        .given(record("c-2", line_for("ayu-1", CostType::Bonus, rp(10))))
        .given(open("d-1", about_line()));
    let pay = CostVerb::Pay {
        payment: id("p-1"),
        amount: rp(300),
        reference: id("TRF-1"),
        paid_at: day(1),
    };
    let delta = rp(1);
    for verb in [
        CostVerb::Approve {
            approved_minor: None,
            currency: None,
        },
        CostVerb::Reverse {
            reason: reason().into(),
        },
        CostVerb::Adjust {
            delta,
            reason: reason().into(),
        },
        CostVerb::Withhold {
            reason: reason().into(),
        },
        pay.clone(),
    ] {
        let history = history.clone();
        history
            .when(cost(LINE, verb))
            .then_refused(frozen_by("d-1"));
    }
    history
        .given(approve_cost("c-2", None))
        .given(resolve("d-1", DisputeRuling::Overturned))
        .given(cost(LINE, pay));
}

#[test]
fn disputed_deliverable_waits_for_its_review() {
    let history = submitted().given(open("d-1", about_review()));
    let reason = || "meanwhile".to_owned();
    let due_at = day(25);
    for verb in [
        DeliverableVerb::Approve {
            version: 1,
            rating: None,
        },
        DeliverableVerb::Reject {
            version: 1,
            reason: reason().into(),
        },
        DeliverableVerb::Reschedule {
            due_at,
            reason: reason().into(),
        },
        DeliverableVerb::Waive {
            reason: reason().into(),
        },
        DeliverableVerb::Verify,
    ] {
        let history = history.clone();
        history
            .when(deliverable("ayu-1", "review", verb))
            .then_refused(frozen_by("d-1"));
    }
    // Work goes on: a post that is live is recorded.
    history
        .at(day(16))
        .given(publish("ayu-1", "review", live("post-1")))
        .given(resolve("d-1", DisputeRuling::Upheld))
        .given(verify("ayu-1", "review"));
}

#[test]
fn collaboration_is_not_completed_while_a_dispute_is_open() {
    let complete = || collaboration("ayu-1", CollaborationVerb::Complete);
    published()
        .given(verify("ayu-1", "review"))
        .given(open("d-1", about_reach()))
        .when(complete())
        .then_refused(Refusal::DisputeOpen { open: 1 })
        .given(resolve("d-1", DisputeRuling::Withdrawn))
        .given(complete());
}

#[test]
fn dispute_outlives_the_agreement() {
    let history = billed(completed())
        .given(open("d-1", about_line()).by(ActorKind::Creator))
        .given(resolve("d-1", split(5_000)));
    assert_eq!(total(&history), 50_000);
}

#[test]
fn split_line_is_adjusted_to_the_share_in_whole_rupiah() {
    let history = owed()
        .given(open("d-1", about_line()))
        .when(resolve("d-1", split(3_337)))
        .then_events([
            Event::Dispute(DisputeEvent::DisputeResolved {
                dispute: id("d-1"),
                resolution: Resolution {
                    ruling: split(3_337),
                    arbiter: Some(arbiter()),
                    reason: "both were heard".into(),
                },
            }),
            Event::Settlement(SettlementEvent::CostAdjusted {
                cost: id(LINE),
                delta_minor: -66_600,
                reporting_minor: Some(-66_600),
                reason: "both were heard".into(),
                timing: FactTiming::OnTime,
                order: None,
                on_time_minor: None,
                counts_from: None,
            }),
        ]);
    // Rp333.70 rounds to Rp334.
    assert_eq!(total(&history), 33_400);
    assert_eq!(history.campaign().budget.other, 33_400);
}

#[test]
fn ruling_never_takes_what_is_approved() {
    let ruled = |opened_by, ruling| {
        let history = owed()
            .given(open("d-1", about_line()).by(opened_by))
            .given(resolve("d-1", ruling).by(opened_by));
        total(&history)
    };
    let (brand, creator) = (ActorKind::Brand, ActorKind::Creator);
    assert_eq!(ruled(brand, split(1_000)), 30_000);
    assert_eq!(ruled(brand, split(10_000)), 100_000);
    assert_eq!(ruled(brand, DisputeRuling::Upheld), 30_000);
    assert_eq!(ruled(creator, DisputeRuling::Upheld), 100_000);
    assert_eq!(ruled(brand, DisputeRuling::Overturned), 100_000);
    assert_eq!(ruled(brand, DisputeRuling::Withdrawn), 100_000);
}

#[test]
fn smaller_recovery_is_booked_above_the_cap() {
    let recovery = line_for("ayu-1", CostType::Recovery, rp(1_000));
    let history = opened()
        .given(invite("ayu-1", "ayu", terms()))
        .given(accept("ayu-1"))
        .given(record(LINE, recovery))
        .given(record("c-2", line(CostType::Tax, rp(9_001_000))))
        .given(open("d-1", about_line()))
        .given(resolve("d-1", split(5_000)));
    assert_eq!(history.campaign().over_budget_minor(), 50_000);
}

#[test]
fn only_a_line_is_split() {
    owed()
        .given(open("d-1", about_reach()))
        .when(resolve("d-1", split(5_000)))
        .then_refused(field("ruling"));
}

#[test]
fn one_dispute_at_a_time_is_open_about_a_thing() {
    let history = owed()
        .given(open("d-1", about_line()))
        .when(open("d-2", about_line()).by(ActorKind::Creator))
        .then_refused(frozen_by("d-1"))
        .when(open("d-1", about_review()))
        .then_refused(Refusal::AlreadyExists {
            what: "dispute",
            id: "d-1".to_owned(),
        })
        .given(resolve("d-1", DisputeRuling::Overturned))
        .when(resolve("d-1", DisputeRuling::Upheld))
        .then_refused(Refusal::DisputeResolved);
    history.given(open("d-2", about_line()));
}

#[test]
fn only_the_side_that_opened_it_takes_it_back() {
    owed()
        .given(open("d-1", about_line()).by(ActorKind::Creator))
        .when(resolve("d-1", DisputeRuling::Withdrawn))
        .then_refused(only("the side that opened it"))
        .when(resolve("d-1", DisputeRuling::Upheld).by(ActorKind::System))
        .then_refused(only("the brand or the creator"))
        .given(resolve("d-1", DisputeRuling::Withdrawn).by(ActorKind::Creator));
}

#[test]
fn what_is_disputed_is_of_the_collaboration() {
    let missing = |what, name: &str| Refusal::NotFound {
        what,
        id: name.to_owned(),
    };
    let number = DisputeSubject::Number {
        publication: Some(id("nothing")),
        metric: "reach".to_owned(),
    };
    with_bima(owed(), terms())
        .given(record("c-2", line_for("bima-1", CostType::Bonus, rp(1))))
        .when(open("d-1", DisputeSubject::Cost(id("c-2"))))
        .then_refused(field("subject.cost_id"))
        .when(open("d-1", DisputeSubject::Cost(id("nothing"))))
        .then_refused(missing(Unknown::Cost, "nothing"))
        .when(open("d-1", DisputeSubject::Deliverable(id("nothing"))))
        .then_refused(missing(Unknown::Deliverable, "nothing"))
        .when(open("d-1", number))
        .then_refused(missing(Unknown::Publication, "nothing"))
        .when(resolve("d-1", DisputeRuling::Upheld))
        .then_refused(missing(Unknown::Dispute, "d-1"));
    invited(terms())
        .when(open("d-1", about_review()))
        .then_refused(Refusal::NotAccepted {
            collaboration: id("ayu-1"),
        });
}

fn by_ruling(name: &str) -> Request {
    terminate_for("ayu-1", Ground::Dispute(id(name)))
}

#[test]
fn ruling_for_the_side_that_opened_the_dispute_is_ground_to_terminate() {
    for ruling in [DisputeRuling::Upheld, split(5_000)] {
        let history = billed(submitted())
            .given(open("d-1", about_line()))
            .given(resolve("d-1", ruling))
            .when(by_ruling("d-1"))
            .then_events([Event::Agreement(AgreementEvent::CollaborationTerminated {
                reason: "the remark stands".into(),
                ground: Ground::Dispute(id("d-1")),
            })]);
        let row = history.collaboration("ayu-1");
        assert_eq!(row.state, CollaborationState::Terminated);
        history
            .when(submit("ayu-1", "review"))
            .then_refused(collaboration_is(CollaborationState::Terminated));
    }
}

#[test]
fn no_other_dispute_is_ground_to_terminate() {
    let missing = Refusal::NotFound {
        what: Unknown::Dispute,
        id: "d-9".to_owned(),
    };
    let bimas = dispute(
        "bima-1",
        "d-9",
        DisputeVerb::Open {
            subject: about_reach(),
            reason: "not as agreed".into(),
            evidence: Vec::new(),
        },
    );
    let history = with_bima(submitted(), terms())
        .when(by_ruling("d-9"))
        .then_refused(missing.clone())
        .given(bimas)
        .when(by_ruling("d-9"))
        .then_refused(missing)
        .given(open("d-1", about_review()))
        .when(by_ruling("d-1"))
        .then_refused(Refusal::NoGroundToTerminate)
        .when(by_ruling("d-1").by(ActorKind::Creator))
        .then_refused(only("the brand"));
    for ruling in [DisputeRuling::Overturned, DisputeRuling::Withdrawn] {
        history
            .clone()
            .given(resolve("d-1", ruling))
            .when(by_ruling("d-1"))
            .then_refused(Refusal::NoGroundToTerminate);
    }
}
