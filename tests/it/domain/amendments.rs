//! Accepted terms change when both sides agree; older facts keep the terms of their time.

use campaign_ledger::domain::*;

use super::history::*;
use super::stories::*;
use crate::support::requests::*;

/// Returns terms with this fee in rupiah.
fn fee(rupiah: i64) -> Terms {
    Terms {
        fee: rp(rupiah),
        ..terms()
    }
}

/// A review and a story, due on day 20.
fn two() -> Terms {
    let mut two = terms();
    two.deliverables
        .push(promised("story", ContentFormat::Story));
    two
}

/// Adds an amendment that the brand proposes and the creator accepts.
fn amended(history: History, terms: Terms) -> History {
    let version = history.collaboration("ayu-1").last_version + 1;
    history
        .given(amend("ayu-1", terms))
        .given(accept_amendment("ayu-1", version))
}

#[test]
fn amendment_waits_for_the_other_side() {
    let history = accepted(terms())
        .when(amend("ayu-1", fee(1_200_000)))
        .then_events([Event::Agreement(AgreementEvent::AmendmentProposed {
            version: 2,
            terms: fee(1_200_000),
            reason: "one more post".into(),
        })]);
    let row = history.collaboration("ayu-1");
    assert_eq!(row.terms(), Some(&terms()));
    assert_eq!(row.amendment.as_ref().unwrap().by, ActorKind::Brand);
    assert_eq!(history.campaign().budget.committed, terms().fee.minor);
    let proposed = history.head();

    for side in [ActorKind::Brand, ActorKind::System] {
        let allowed = match side {
            ActorKind::System => "the brand or the creator",
            ActorKind::Brand | ActorKind::Creator => "the creator",
        };
        history
            .clone()
            .when(accept_amendment("ayu-1", 2).by(side))
            .then_refused(only(allowed));
    }
    history
        .clone()
        .when(amend("ayu-1", terms()).by(ActorKind::Creator))
        .then_refused(Refusal::AmendmentPending { version: 2 });
    let terms = fee(1_200_000);
    let history = history
        .when(accept_amendment("ayu-1", 2))
        .then_events([Event::Agreement(AgreementEvent::TermsAmended {
            version: 2,
            digest: terms.digest(),
            terms: terms.clone(),
            proposed,
        })]);
    let row = history.collaboration("ayu-1");
    assert_eq!((row.terms(), &row.amendment), (Some(&terms), &None));
    assert_eq!(history.campaign().budget.committed, terms.fee.minor);
    assert_eq!(history.totals().counted.committed, terms.fee.minor.into());
}

#[test]
fn creator_may_propose_too_and_the_brand_answers() {
    let proposed = submitted().given(amend("ayu-1", fee(900_000)).by(ActorKind::Creator));
    proposed
        .clone()
        .when(accept_amendment("ayu-1", 2))
        .then_refused(only("the brand"));
    let history = proposed.given(accept_amendment("ayu-1", 2).by(ActorKind::Brand));
    assert_eq!(history.collaboration("ayu-1").terms(), Some(&fee(900_000)));
}

#[test]
fn amendment_is_turned_down_or_taken_back() {
    for side in [ActorKind::Creator, ActorKind::Brand] {
        let history = accepted(terms())
            .given(amend("ayu-1", fee(1_200_000)))
            .when(reject_amendment("ayu-1", 2).by(side))
            .then_events([Event::Agreement(AgreementEvent::AmendmentRejected {
                version: 2,
                reason: "as agreed first".into(),
            })]);
        assert_eq!(history.collaboration("ayu-1").terms(), Some(&terms()));
        // The version number is not used again.
        let again = history.given(amend("ayu-1", fee(1_100_000)));
        again
            .clone()
            .when(accept_amendment("ayu-1", 2))
            .then_refused(Refusal::StaleAmendment {
                expected: 2,
                actual: 3,
            });
        again.given(accept_amendment("ayu-1", 3));
    }
}

#[test]
fn answer_needs_an_amendment_and_work_that_goes_on() {
    for answer in [accept_amendment("ayu-1", 2), reject_amendment("ayu-1", 2)] {
        accepted(terms())
            .when(answer.clone())
            .then_refused(Refusal::NoAmendment);
        for history in [invited(terms()), completed()] {
            let state = history.collaboration("ayu-1").state;
            history
                .clone()
                .when(answer.clone())
                .then_refused(collaboration_is(state));
            history
                .when(amend("ayu-1", terms()))
                .then_refused(collaboration_is(state));
        }
    }
    accepted(terms())
        .when(amend("ayu-1", terms()).by(ActorKind::System))
        .then_refused(only("the brand or the creator"));
}

#[test]
fn end_of_the_agreement_drops_what_was_proposed() {
    let proposed = accepted(terms()).given(amend("ayu-1", fee(2_000_000)));
    for end in [cancel("ayu-1"), leave("ayu-1")] {
        let history = proposed.clone().given(end);
        assert_eq!(history.collaboration("ayu-1").amendment, None);
        assert_eq!(history.campaign().budget.total(), 0);
        history
            .when(accept_amendment("ayu-1", 2))
            .then_refused(collaboration_is(CollaborationState::Cancelled));
    }
}

#[test]
fn dearer_terms_must_fit_the_budget() {
    let full = |rupiah| {
        accepted(terms())
            .given(invite("bima-1", "bima", fee(8_000_000)))
            .given(amend("ayu-1", fee(rupiah)))
    };
    full(2_000_000).given(accept_amendment("ayu-1", 2));
    full(2_000_001)
        .when(accept_amendment("ayu-1", 2))
        .then_refused(Refusal::BudgetExceeded {
            needed_minor: 1_000_000_100,
            cap_minor: 1_000_000_000,
        });
    let dollars = Terms {
        fee: money("USD", 1),
        ..terms()
    };
    accepted(terms())
        .when(amend("ayu-1", dollars))
        .then_refused(field("terms.fee"));
}

#[test]
fn what_was_begun_is_kept() {
    let elsewhere = |change: fn(&mut DeliverableTerms)| {
        let mut terms = two();
        change(&mut terms.deliverables[0]);
        terms
    };
    let mut without = two();
    without.deliverables.remove(0);
    let others = [
        elsewhere(|one| one.platform = Platform::Tiktok.into()),
        elsewhere(|one| one.format = ContentFormat::Tutorial),
        elsewhere(|one| one.medium = Some(Medium::Reel)),
        without,
    ];
    let begun = accepted(two()).given(submit("ayu-1", "review"));
    for other in others {
        begun
            .clone()
            .when(amend("ayu-1", other.clone()))
            .then_refused(deliverable_is(DeliverableState::Submitted));
        // The work may also have begun since the proposal.
        accepted(two())
            .given(amend("ayu-1", other.clone()))
            .given(submit("ayu-1", "review"))
            .when(accept_amendment("ayu-1", 2))
            .then_refused(deliverable_is(DeliverableState::Submitted));
        amended(accepted(two()), other);
    }
}

#[test]
fn deliverables_come_and_go_and_the_sums_follow() {
    let mut other = terms();
    other
        .deliverables
        .push(promised("live", ContentFormat::Live));
    let history = accepted(two()).given(submit("ayu-1", "review"));
    let history = amended(history, other);
    let row = history.collaboration("ayu-1");
    let states: Vec<_> = row
        .deliverables
        .iter()
        .map(|one| (one.terms.id.as_str(), one.state))
        .collect();
    let expected = [
        ("review", DeliverableState::Submitted),
        ("live", DeliverableState::Planned),
    ];
    assert_eq!(states, expected);
    for totals in [history.totals(), history.totals_of("ayu-1")] {
        assert_eq!(totals.delivery.accepted, 2);
        assert_eq!(totals.deliverables[&DeliverableState::Planned], 1);
        assert_eq!(totals.delivery.open_dues[&day(20)], 2);
    }
    history.given(submit("ayu-1", "live"));
}

#[test]
fn amended_due_time_is_in_force_and_the_first_one_is_kept() {
    let mut later = terms();
    later.deliverables[0].due_at = day(25);
    let history = amended(accepted(terms()), later.clone());
    let review = history.deliverable("ayu-1", "review");
    assert_eq!((review.due_at, review.terms.due_at), (day(25), day(20)));
    let dues = history.totals().delivery.open_dues;
    assert_eq!(dues.into_iter().collect::<Vec<_>>(), [(day(25), 1)]);
    // An amendment with the same due time keeps a rescheduled one.
    let moved = history.given(reschedule("ayu-1", "review", day(30)));
    let again = Terms {
        fee: rp(1_100_000),
        ..later
    };
    let history = amended(moved, again);
    assert_eq!(history.deliverable("ayu-1", "review").due_at, day(30));
}

#[test]
fn facts_go_by_the_terms_of_their_time() {
    let mut narrow = terms();
    narrow.attribution.window_days = 1;
    let history = accepted(terms()).at(day(16));
    let history = amended(history, narrow).at(day(20));
    let sold = |order: &str, ordered_at| {
        convert_order(Claim {
            ordered_at,
            touches: vec![touch("ayu-1", later(ordered_at, -2 * 86_400_000_000_000))],
            ..sale(order, rp(1_000))
        })
    };
    let before = history.clone().given(sold("o-1", day(15)));
    assert_eq!(before.totals().counted.gross, 100_000);
    let after = history.given(sold("o-2", day(17)));
    assert_eq!(after.totals().counted.gross, 0);
    assert_eq!(after.totals().counted.unattributed, 100_000);
}

#[test]
fn versions_take_force_in_their_order_whatever_is_claimed() {
    let history = accepted(terms())
        .at(day(10))
        .given(amend("ayu-1", fee(1_200_000)))
        .given(accept_amendment("ayu-1", 2).occurred(day(0)));
    let row = history.collaboration("ayu-1");
    assert_eq!(row.pinned[1].from, row.pinned[0].from);
    assert_eq!(row.terms_at(day(0)), Some(&terms()));
    assert_eq!(row.terms_at(day(5)), Some(&fee(1_200_000)));
}

#[test]
fn code_moves_with_the_terms_and_old_orders_keep_theirs() {
    let history = accepted(terms_with_code("KOPI10")).at(day(10));
    let history = amended(history, terms_with_code("TEH10")).at(day(20));
    // The code is free again, but orders made with it before are still Ayu's.
    let history = with_bima(history, terms_with_code("KOPI10"));
    let quoted = |order: &str, code: &str, ordered_at| {
        convert_order(Claim {
            ordered_at,
            code: Some(id(code)),
            ..sale(order, rp(1_000))
        })
    };
    let history = history
        .given(quoted("o-1", "KOPI10", day(5)))
        .given(quoted("o-2", "TEH10", day(11)))
        .at(day(21))
        .given(quoted("o-3", "KOPI10", day(21)))
        .given(quoted("o-4", "TEH10", day(9)));
    assert_eq!(history.totals_of("ayu-1").counted.gross, 200_000);
    assert_eq!(history.totals_of("bima-1").counted.gross, 100_000);
    assert_eq!(history.totals().counted.unattributed, 100_000);
    // And back.
    accepted(terms_with_code("TEH10"))
        .given(invite("bima-1", "bima", terms_with_code("KOPI10")))
        .given(amend("ayu-1", terms_with_code("KOPI10")))
        .when(accept_amendment("ayu-1", 2))
        .then_refused(Refusal::CodeTaken {
            holder: id("bima-1"),
        });
    let there = amended(
        accepted(terms_with_code("KOPI10")),
        terms_with_code("TEH10"),
    );
    let back = amended(there, terms_with_code("KOPI10"));
    back.when(invite("bima-1", "bima", terms_with_code("KOPI10")))
        .then_refused(Refusal::CodeTaken {
            holder: id("ayu-1"),
        });
}

#[test]
fn kill_fee_is_that_of_the_terms_in_force() {
    let halved = Terms {
        kill_fee: KillFeeTerms {
            before_content_bp: 5_000,
            ..KillFeeTerms::default()
        },
        ..terms()
    };
    let history = amended(accepted(terms()), halved).given(cancel("ayu-1"));
    assert_eq!(history.campaign().budget.total(), 50_000_000);
}

#[test]
fn fee_lines_beyond_the_amended_fee_stay_committed() {
    let line = CostVerb::Record {
        collaboration: Some(id("ayu-1")),
        kind: CostType::Fee,
        amount: rp(800_000),
        fx_rate: None,
        incurred_at: day(1),
        note: "".into(),
    };
    let history = accepted(terms()).given(cost("fee", line));
    let history = amended(history, fee(500_000));
    assert_eq!(history.campaign().budget.committed, rp(800_000).minor);
    assert_eq!(history.totals().counted.committed, rp(800_000).minor.into());
}
