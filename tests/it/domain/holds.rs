//! Holds: what they block and what goes on; a controversy in the middle of a campaign, until its
//! end.

use campaign_ledger::domain::state::Hold;
use campaign_ledger::domain::*;

use super::costs::*;
use super::engagement::{likes, observe};
use super::history::*;
use super::stories::*;
use crate::support::requests::*;

fn on_hold(hold: &str) -> Refusal {
    Refusal::OnHold { hold: id(hold) }
}

fn hold_of(history: &History, hold: &str) -> Hold {
    let key = Hold::key(&place("ayu-1"), &id(hold));
    (*history.ledger.row::<Hold>(&key)).clone()
}

fn pay_fee() -> Request {
    let verb = CostVerb::Pay {
        payment: id("p-1"),
        amount: rp(1_000_000),
        reference: id("TRF-1"),
        paid_at: day(3),
    };
    cost("c-1", verb)
}

/// Returns a history in which version 1 waits for review, for two days at most, and the fee waits
/// for its payment.
fn at_work() -> History {
    let terms = Terms {
        review_hours: Some(48),
        ..terms()
    };
    accepted(terms)
        .given(submit("ayu-1", "review"))
        .given(record(
            "c-1",
            line_for("ayu-1", CostType::Fee, rp(1_000_000)),
        ))
        .given(approve_cost("c-1", None))
}

/// Returns terms with two posts, `review` and `story`.
fn two_posts() -> Terms {
    Terms {
        deliverables: vec![
            promised("review", ContentFormat::Review),
            promised("story", ContentFormat::Story),
        ],
        ..terms()
    }
}

#[test]
fn a_hold_over_a_deliverable_that_an_amendment_drops_can_be_released() {
    let over_story = HoldPlaced {
        deliverable: Some(id("story")),
        ..hold("h-1")
    };
    let released = HoldEvent::HoldReleased {
        hold: id("h-1"),
        reason: "looked into".into(),
    };
    let history = accepted(two_posts())
        .given(place_hold("ayu-1", over_story))
        .given(amend("ayu-1", terms()))
        .given(accept_amendment("ayu-1", 2))
        .when(release_hold("ayu-1", "h-1"))
        .then_events([Event::Hold(released)]);
    assert!(hold_of(&history, "h-1").released_at.is_some());
    assert!(history.collaboration("ayu-1").open_holds.is_empty());
}

#[test]
fn a_hold_stops_approval_publication_and_payment_until_it_is_released() {
    let held = at_work()
        .when(place_hold("ayu-1", hold("h-1")))
        .then_events([Event::Hold(HoldEvent::HoldPlaced(hold("h-1")))])
        .when(approve("ayu-1", "review", 1))
        .then_refused(on_hold("h-1"))
        .when(pay_fee())
        .then_refused(on_hold("h-1"))
        .at(day(16))
        .when(approve_by_timer("ayu-1", "review", 1))
        .then_refused(on_hold("h-1"))
        .when(publish("ayu-1", "review", live("post-1")))
        .then_refused(on_hold("h-1"));
    let totals = held.totals_of("ayu-1").holds;
    assert_eq!((totals.placed, totals.open), (1, 1));
    let released = held
        .given(release_hold("ayu-1", "h-1"))
        .given(approve("ayu-1", "review", 1))
        .given(pay_fee())
        // It was live on day 15, whenever that is recorded.
        .given(publish("ayu-1", "review", live("post-1")));
    assert_eq!(
        released.publication("ayu-1", "post-1").published_at,
        day(15)
    );
    for totals in [released.totals(), released.totals_of("ayu-1")] {
        assert_eq!((totals.holds.placed, totals.holds.open), (1, 0));
    }
}

#[test]
fn review_records_of_cost_and_measurement_go_on_under_a_hold() {
    let history = published()
        .given(place_hold("ayu-1", hold("h-1")))
        .given(record(
            "c-1",
            line_for("ayu-1", CostType::Fee, rp(1_000_000)),
        ))
        .given(approve_cost("c-1", None))
        .given(observe(day(16), likes(5)))
        .given(verify("ayu-1", "review"));
    assert_eq!(
        history.deliverable("ayu-1", "review").state,
        DeliverableState::Verified
    );
    submitted()
        .given(place_hold("ayu-1", hold("h-1")))
        .given(request_revision("ayu-1", "review", 1));
}

#[test]
fn a_hold_on_one_deliverable_leaves_the_others_alone_but_stops_every_payment() {
    let of_review = HoldPlaced {
        deliverable: Some(id("review")),
        ..hold("h-1")
    };
    accepted(two_posts())
        .given(submit("ayu-1", "review"))
        .given(submit("ayu-1", "story"))
        .given(record(
            "c-1",
            line_for("ayu-1", CostType::Fee, rp(1_000_000)),
        ))
        .given(approve_cost("c-1", None))
        .given(place_hold("ayu-1", of_review))
        .when(approve("ayu-1", "review", 1))
        .then_refused(on_hold("h-1"))
        .given(approve("ayu-1", "story", 1))
        .when(pay_fee())
        .then_refused(on_hold("h-1"));
}

#[test]
fn every_hold_must_be_released() {
    at_work()
        .given(place_hold("ayu-1", hold("h-1")))
        .given(place_hold("ayu-1", hold("h-2")))
        .given(release_hold("ayu-1", "h-1"))
        .when(pay_fee())
        .then_refused(on_hold("h-2"))
        .given(release_hold("ayu-1", "h-2"))
        .given(pay_fee());
}

#[test]
fn a_hold_of_one_collaboration_stops_no_other_payment() {
    at_work()
        .given(place_hold("ayu-1", hold("h-1")))
        .given(record("c-2", line(CostType::Production, rp(100))))
        .given(approve_cost("c-2", None))
        .given(cost(
            "c-2",
            CostVerb::Pay {
                payment: id("p-2"),
                amount: rp(100),
                reference: id("TRF-2"),
                paid_at: day(3),
            },
        ));
}

#[test]
fn a_hold_is_placed_once_on_work_that_is_there_and_released_once() {
    let missing = |what, id: &str| Refusal::NotFound {
        what,
        id: id.to_owned(),
    };
    let of_nothing = HoldPlaced {
        deliverable: Some(id("nothing")),
        ..hold("h-1")
    };
    let of_flag = || HoldPlaced {
        flag: Some(id("f-1")),
        ..hold("h-1")
    };
    let known = Refusal::AlreadyExists {
        what: "hold",
        id: "h-1".to_owned(),
    };
    invited(terms())
        .when(place_hold("ayu-1", hold("h-1")))
        .then_refused(collaboration_is(CollaborationState::Invited))
        .given(accept("ayu-1"))
        .when(place_hold("ayu-1", of_nothing))
        .then_refused(missing(Unknown::Deliverable, "nothing"))
        .when(place_hold("ayu-1", of_flag()))
        .then_refused(missing(Unknown::Flag, "f-1"))
        .given(raise("ayu", "f-1"))
        .given(clear("ayu", "f-1"))
        .when(place_hold("ayu-1", of_flag()))
        .then_refused(Refusal::FlagCleared)
        .when(release_hold("ayu-1", "h-1"))
        .then_refused(missing(Unknown::Hold, "h-1"))
        .given(place_hold("ayu-1", hold("h-1")))
        .when(place_hold("ayu-1", hold("h-1")))
        .then_refused(known.clone())
        .given(release_hold("ayu-1", "h-1"))
        .when(release_hold("ayu-1", "h-1"))
        .then_refused(Refusal::HoldReleased)
        .when(place_hold("ayu-1", hold("h-1")))
        .then_refused(known);
}

#[test]
fn only_the_brand_holds_releases_and_terminates() {
    for side in [ActorKind::Creator, ActorKind::System] {
        submitted()
            .given(raise("ayu", "f-1"))
            .given(place_hold("ayu-1", hold("h-1")))
            .when(place_hold("ayu-1", hold("h-2")).by(side))
            .then_refused(only("the brand"))
            .when(release_hold("ayu-1", "h-1").by(side))
            .then_refused(only("the brand"))
            .when(terminate("ayu-1", "f-1").by(side))
            .then_refused(only("the brand"));
    }
}

#[test]
fn a_hold_outlives_the_agreement_until_it_is_released() {
    let history = at_work()
        .given(place_hold("ayu-1", hold("h-1")))
        .given(cancel("ayu-1"))
        .when(place_hold("ayu-1", hold("h-2")))
        .then_refused(collaboration_is(CollaborationState::Cancelled))
        .when(pay_fee())
        .then_refused(on_hold("h-1"))
        .given(release_hold("ayu-1", "h-1"))
        .given(pay_fee());
    let row = history.collaboration("ayu-1");
    assert_eq!((row.holds, row.open_holds.len()), (1, 0));
    assert!(hold_of(&history, "h-1").released_at.is_some());
}

/// A flag and a hold, then both removed: work goes on from the same state.
#[test]
fn controversy_mid_campaign_that_is_cleared() {
    let of_flag = HoldPlaced {
        flag: Some(id("f-1")),
        ..hold("h-1")
    };
    let history = at_work()
        .given(raise("ayu", "f-1"))
        // A flag by itself blocks nothing.
        .given(record("c-2", line_for("ayu-1", CostType::Bonus, rp(1))))
        .given(place_hold("ayu-1", of_flag))
        .when(approve("ayu-1", "review", 1))
        .then_refused(on_hold("h-1"))
        .given(clear("ayu", "f-1"))
        // Clearing a flag does not release the hold for it.
        .when(approve("ayu-1", "review", 1))
        .then_refused(on_hold("h-1"))
        .given(release_hold("ayu-1", "h-1"))
        .given(approve("ayu-1", "review", 1))
        .given(pay_fee());
    assert_eq!(hold_of(&history, "h-1").flag, Some(id("f-1")));
}

/// A flag, then termination: the post stays in the numbers and is measured, and nothing more is
/// owed.
#[test]
fn controversy_mid_campaign_that_ends_in_termination() {
    let history = published_as(plan(), two_posts())
        .given(raise("ayu", "f-1"))
        .given(record("c-1", line_for("ayu-1", CostType::Fee, rp(400_000))))
        .when(terminate("ayu-1", "f-1"))
        .then_events([Event::Agreement(AgreementEvent::CollaborationTerminated {
            reason: "the remark stands".into(),
            ground: Ground::Flag(id("f-1")),
        })]);
    assert_eq!(
        history.collaboration("ayu-1").state,
        CollaborationState::Terminated
    );
    // Of the agreed million, only the recorded costs remain.
    assert_eq!(history.campaign().budget.committed, rp(400_000).minor);
    assert_eq!(history.campaign().live_collaborations, 0);
    assert!(history.totals().delivery.open_dues.is_empty());
    let history = history
        .when(submit("ayu-1", "story"))
        .then_refused(collaboration_is(CollaborationState::Terminated))
        .when(terminate("ayu-1", "f-1"))
        .then_refused(collaboration_is(CollaborationState::Terminated))
        .given(observe(day(16), likes(5)))
        .given(approve_cost("c-1", None));
    let totals = history.totals();
    assert_eq!(totals.counted.posts, 1);
    assert_eq!(totals.agreements[&CollaborationState::Terminated], 1);
    // The brand may invite the same creator again; the collaborations are linked.
    let again = history.given(invite("ayu-2", "ayu", terms()));
    assert_eq!(again.collaboration("ayu-2").previous, Some(id("ayu-1")));
}

#[test]
fn termination_needs_work_and_an_open_flag_of_the_creator() {
    let missing = Refusal::NotFound {
        what: Unknown::Flag,
        id: "f-1".to_owned(),
    };
    accepted(terms())
        .given(raise("ayu", "f-0"))
        .when(terminate("ayu-1", "f-0"))
        .then_refused(collaboration_is(CollaborationState::Accepted))
        .given(submit("ayu-1", "review"))
        .given(raise("bima", "f-1"))
        .when(terminate("ayu-1", "f-1"))
        .then_refused(missing)
        .given(clear("ayu", "f-0"))
        .when(terminate("ayu-1", "f-0"))
        .then_refused(Refusal::NoGroundToTerminate);
}
