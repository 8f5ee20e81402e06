//! The table of agreements, row by row: from which states, by whom, to which. Everything else is
//! refused.
//!
//! The rows without a previous state, and further conditions of a row, have their own tests in
//! `agreement`, `applications`, `negotiation`, `amendments` and `agreement_end`.

use ActorKind::{Brand, Creator, System};
use CollaborationState::{
    Accepted, Active, Applied, Cancelled, Completed, Countered, Declined, Expired, Invited,
    Rejected, Terminated, Withdrawn,
};
use campaign_ledger::domain::*;

use super::history::*;
use super::stories::*;
use crate::support::requests::*;

const NEGOTIATED: &[CollaborationState] = &[Invited, Countered];
const WORKING: &[CollaborationState] = &[Accepted, Active];

/// A command that one side may send in some states, and the state after it.
struct Row {
    verb: &'static str,
    from: &'static [CollaborationState],
    by: &'static [ActorKind],
    /// The state after it; `None` when the state does not change.
    to: Option<CollaborationState>,
    /// Fulfils the other conditions of the row.
    ready: fn(History) -> History,
    ask: fn(&History) -> Request,
}

const ROW: Row = Row {
    verb: "",
    from: WORKING,
    by: &[Brand],
    to: None,
    ready: |history| history,
    ask: |_| cancel("ayu-1"),
};

/// The table, in its order.
const TABLE: [Row; 19] = [
    Row {
        verb: "SendOffer",
        from: &[Applied],
        to: Some(Invited),
        ask: |_| send_offer("ayu-1", terms(), day(50)),
        ..ROW
    },
    Row {
        verb: "RejectApplication",
        from: &[Applied],
        to: Some(Rejected),
        ask: |_| reject_application("ayu-1"),
        ..ROW
    },
    Row {
        verb: "CounterOffer",
        from: &[Invited],
        by: &[Creator],
        to: Some(Countered),
        ask: |history| counter("ayu-1", latest(history), terms()),
        ..ROW
    },
    Row {
        verb: "ReviseOffer",
        from: &[Countered],
        to: Some(Invited),
        ask: |history| revise("ayu-1", latest(history), terms(), day(50)),
        ..ROW
    },
    Row {
        verb: "AcceptCounter",
        from: &[Countered],
        to: Some(Accepted),
        ask: |history| accept_counter("ayu-1", latest(history)),
        ..ROW
    },
    Row {
        verb: "RejectCounter",
        from: &[Countered],
        to: Some(Rejected),
        ask: |history| reject_counter("ayu-1", latest(history)),
        ..ROW
    },
    Row {
        verb: "AcceptBrief",
        from: &[Invited],
        by: &[Creator],
        to: Some(Accepted),
        ask: |history| accept_version("ayu-1", latest(history)),
        ..ROW
    },
    Row {
        verb: "DeclineInvitation",
        from: NEGOTIATED,
        by: &[Creator],
        to: Some(Declined),
        ask: |_| decline("ayu-1"),
        ..ROW
    },
    Row {
        verb: "WithdrawInvitation",
        from: NEGOTIATED,
        to: Some(Withdrawn),
        ask: |_| withdraw("ayu-1"),
        ..ROW
    },
    Row {
        verb: "expiry",
        from: NEGOTIATED,
        by: &[System],
        to: Some(Expired),
        ready: |history| history.at(day(50)),
        ask: |history| {
            let offer_version = latest(history);
            collaboration("ayu-1", CollaborationVerb::Expire { offer_version })
        },
    },
    Row {
        verb: "AmendTerms",
        by: &[Brand, Creator],
        ask: |_| amend("ayu-1", terms()),
        ..ROW
    },
    Row {
        verb: "AcceptAmendment",
        by: &[Creator],
        ready: |history| history.given(amend("ayu-1", terms())),
        ask: |history| accept_amendment("ayu-1", latest(history)),
        ..ROW
    },
    Row {
        verb: "RejectAmendment",
        by: &[Brand, Creator],
        ready: |history| history.given(amend("ayu-1", terms())),
        ask: |history| reject_amendment("ayu-1", latest(history)),
        ..ROW
    },
    Row {
        verb: "first submission",
        by: &[Creator],
        to: Some(Active),
        ask: |_| submit("ayu-1", "review"),
        ..ROW
    },
    Row {
        verb: "product shipment",
        to: Some(Active),
        ask: |_| ship("ayu-1", "s-2"),
        ..ROW
    },
    Row {
        verb: "WithdrawFromCampaign",
        by: &[Creator],
        to: Some(Cancelled),
        ask: |_| leave("ayu-1"),
        ..ROW
    },
    Row {
        verb: "CancelCollaboration",
        to: Some(Cancelled),
        ask: |_| cancel("ayu-1"),
        ..ROW
    },
    Row {
        verb: "TerminateCollaboration",
        from: &[Active],
        to: Some(Terminated),
        ready: |history| history.given(raise("ayu", "f-1")),
        ask: |_| terminate("ayu-1", "f-1"),
        ..ROW
    },
    Row {
        verb: "CompleteCollaboration",
        from: &[Active],
        by: &[Brand, System],
        to: Some(Completed),
        ready: |history| history.given(waive("ayu-1", "review")),
        ask: |_| collaboration("ayu-1", CollaborationVerb::Complete),
    },
];

/// Returns the latest version of offers, counters and amendments.
fn latest(history: &History) -> u32 {
    history.collaboration("ayu-1").last_version
}

/// Returns a history for each way to each state, according to the table.
fn in_each_state() -> Vec<(CollaborationState, History)> {
    let applied = || opened().given(apply("ayu-1", "ayu"));
    let offered = || applied().given(send_offer("ayu-1", terms(), day(50)));
    let countered = || invited(terms()).given(counter("ayu-1", 1, terms()));
    let active = || accepted(terms()).given(ship("ayu-1", "s-1"));
    vec![
        (Applied, applied()),
        (Invited, invited(terms())),
        (Invited, offered()),
        (
            Invited,
            countered().given(revise("ayu-1", 2, terms(), day(50))),
        ),
        (Countered, countered()),
        (Accepted, accepted(terms())),
        (Accepted, countered().given(accept_counter("ayu-1", 2))),
        (Active, active()),
        (Rejected, applied().given(reject_application("ayu-1"))),
        (Rejected, countered().given(reject_counter("ayu-1", 2))),
        (Declined, invited(terms()).given(decline("ayu-1"))),
        (Declined, countered().given(decline("ayu-1"))),
        (Withdrawn, invited(terms()).given(withdraw("ayu-1"))),
        (Withdrawn, countered().given(withdraw("ayu-1"))),
        (
            Expired,
            invited(terms()).at(day(EXPIRY_DAY)).given(expire("ayu-1")),
        ),
        (Cancelled, accepted(terms()).given(leave("ayu-1"))),
        (Cancelled, active().given(cancel("ayu-1"))),
        (
            Terminated,
            active()
                .given(raise("ayu", "f-1"))
                .given(terminate("ayu-1", "f-1")),
        ),
        (Completed, completed()),
    ]
}

#[test]
fn each_row_leads_from_its_states_and_from_no_other() {
    let states = in_each_state();
    for row in &TABLE {
        for (state, history) in &states {
            assert_eq!(history.collaboration("ayu-1").state, *state);
            if row.from.contains(state) {
                let history = (row.ready)(history.clone());
                let request = (row.ask)(&history);
                let after = history.given(request).collaboration("ayu-1").state;
                assert_eq!(after, row.to.unwrap_or(*state), "{}", row.verb);
            } else {
                let request = (row.ask)(history);
                history
                    .clone()
                    .when(request)
                    .then_refused(collaboration_is(*state));
            }
        }
    }
}

#[test]
fn each_row_is_of_its_side() {
    let states = in_each_state();
    for row in &TABLE {
        for (_, history) in states.iter().filter(|(state, _)| row.from.contains(state)) {
            let history = (row.ready)(history.clone());
            for side in [Brand, Creator, System] {
                let request = (row.ask)(&history).by(side);
                let outcome = history.clone().when(request);
                match row.by.contains(&side) {
                    true => outcome.then_something(),
                    false => outcome.then_not_theirs(),
                }
            }
        }
    }
}

/// The end of an agreement frees the pair, and nothing else does.
#[test]
fn each_end_lets_the_pair_begin_again() {
    for (state, history) in in_each_state() {
        let previous: CollaborationId = id("ayu-1");
        // An offer made at that time is open after the first one has expired.
        let again = CollaborationVerb::Invite {
            creator: id("ayu"),
            terms: terms(),
            expires_at: day(50),
        };
        for again in [collaboration("ayu-2", again), apply("ayu-2", "ayu")] {
            let outcome = history.clone().when(again);
            if state.is_ended() {
                let history = outcome.then_event(|_| ());
                let row = history.collaboration("ayu-2");
                assert_eq!(row.previous, Some(previous.clone()), "{state:?}");
            } else {
                let live = previous.clone();
                outcome.then_refused(Refusal::AlreadyActive { live });
            }
        }
    }
}
