//! Limits of collections: commands reach each limit, the next one is refused, and nothing changes.
//! When a command has too many consequences, the ledger records the rest, block after block.

use std::collections::BTreeSet;

use campaign_ledger::domain::limits::*;
use campaign_ledger::domain::rows::{Rows, Scan};
use campaign_ledger::domain::state::{Due, Hold, RaisedFlag, RefundState};
use campaign_ledger::domain::*;

use super::history::*;
use super::stories::*;
use crate::support::requests::*;

fn full(collection: &'static str, limit: usize) -> Refusal {
    Refusal::LimitReached { collection, limit }
}

/// Returns what is due immediately: the remaining consequences of commands.
fn left_to_do(history: &History) -> Vec<Due> {
    let prefix = rows::Key::of::<Due>();
    let mut left = Vec::new();
    let rows = &history.ledger.rows;
    let found = rows.scan::<Due>(Scan::of(&prefix), &mut |_, due| {
        left.push((**due).clone());
        std::ops::ControlFlow::Continue(())
    });
    found.unwrap();
    left.retain(|due| matches!(due, Due::Ending { .. } | Due::Refunds { .. }));
    left
}

fn rupiah_back(name: &str, rupiah: i64) -> Request {
    refund(refunded("o-1", name, rp(rupiah)))
}

/// Returns a history in which this many refunds of one rupiah wait for order `o-1`.
fn awaited(refunds: usize) -> History {
    (0..refunds).fold(published(), |history, number| {
        history.given(rupiah_back(&format!("r-{number}"), 1))
    })
}

fn order_of(rupiah: i64) -> Request {
    convert_order(sale_by("o-1", rp(rupiah), "ayu-1"))
}

fn waiting(history: &History) -> usize {
    history.order("o-1").waiting().count()
}

#[test]
fn a_hundred_refunds_of_an_order_wait() {
    awaited(MAX_WAITING_REFUNDS)
        .when(rupiah_back("one-more", 1))
        .then_refused(full(
            "refunds of an order that wait for it",
            MAX_WAITING_REFUNDS,
        ))
        // A refund that is already known does not count again.
        .when(rupiah_back("r-0", 1))
        .then_happened_at(Position::new(10));
}

#[test]
fn refunds_that_waited_are_settled_by_their_order_and_then_by_the_ledger() {
    let before = awaited(MAX_WAITING_REFUNDS);
    let claimed = before.head().next();
    let mut history = before.given(order_of(1_000));
    assert_eq!(
        history.head().get() - claimed.get(),
        MAX_AT_ONCE as u64,
        "as many as a block takes whatever the caller says"
    );
    assert_eq!(left_to_do(&history).len(), 1);
    // A repeated claim gets the refunds that it settled, too.
    let (first, last) = (claimed, history.head());
    let again = history.ledger.ask(&order_of(1_000), day(16));
    assert_eq!(again, Ok(Decision::Happened { first, last }));

    let applied = |history: &History| MAX_WAITING_REFUNDS - waiting(history);
    while waiting(&history) > 0 {
        let refunds = history.totals().counted.refunds;
        assert_eq!(refunds, rp(applied(&history) as i64).minor.into());
        history = history.given(settle_refunds(order("o-1")));
    }
    assert_eq!(left_to_do(&history), []);
    for totals in [history.totals(), history.totals_of("ayu-1")] {
        assert_eq!(totals.counted.net_revenue(), rp(900).minor.into());
    }
    let again = history.ledger.ask(&order_of(1_000), day(16));
    assert_eq!(again, Ok(Decision::Happened { first, last }));
    let head = history.head();
    history
        .when(settle_refunds(order("o-1")))
        .then_happened_at(head);
}

/// At every position an applied refund counts in full, and a waiting one does not count.
#[test]
fn a_refund_that_waited_is_never_half_counted() {
    let history = awaited(30)
        .given(order_of(1_000))
        .given(settle_refunds(order("o-1")));
    for position in 1..=history.head().get() {
        let then = history.as_of(Position::new(position));
        let applied = match position < 40 {
            true => 0,
            false => (then.order("o-1").refunds.iter())
                .filter(|known| known.state == RefundState::Applied)
                .count(),
        };
        let expected = rp(applied as i64).minor.into();
        assert_eq!(then.totals().counted.refunds, expected, "{position}");
        assert_eq!(then.totals_of("ayu-1").counted.refunds, expected);
    }
}

#[test]
fn what_waits_has_its_room_before_what_comes_later() {
    // Of 60 rupiah, 50 go to the waiting refunds.
    let history = awaited(50).given(order_of(60));
    assert!(waiting(&history) > 0);
    history
        .when(rupiah_back("late", 11))
        .then_refused(Refusal::RefundExceedsOrder {
            refunds_minor: rp(61).minor.into(),
            order_minor: rp(60).minor,
        })
        .given(rupiah_back("late", 10))
        .given(settle_refunds(order("o-1")))
        .then_all_of_it_went_back();
}

impl History {
    fn then_all_of_it_went_back(self) {
        let order = self.order("o-1");
        assert_eq!(order.waiting().count(), 0);
        let is_applied = |known: &state::OrderRefund| known.state == RefundState::Applied;
        assert!(order.refunds.iter().all(is_applied));
        assert_eq!(self.totals().counted.net_revenue(), 0);
        assert_eq!(self.totals_of("ayu-1").counted.net_revenue(), 0);
    }
}

#[test]
fn an_order_is_locked_after_what_waited_for_it() {
    let terms = Terms {
        commission: Some(CommissionTerms { rate_bp: 1_000 }),
        ..terms()
    };
    let mut history = published_as(plan(), terms);
    for number in 0..40 {
        history = history.given(rupiah_back(&format!("r-{number}"), 1));
    }
    let history = history.given(order_of(1_040)).at(day(50));
    // The first attempt settles the refunds, the second one locks.
    let history = history.given(lock_order(order("o-1")));
    assert_eq!((waiting(&history), history.order("o-1").locked), (0, false));
    let history = history.given(lock_order(order("o-1")));
    assert!(history.order("o-1").locked);
    let earned = history.collaboration("ayu-1").commission.earned_minor;
    assert_eq!(earned, rp(100).minor, "a tenth of what was left");
}

#[test]
fn an_order_has_so_many_refunds() {
    let mut history = published().given(order_of(1_000));
    for number in 0..MAX_REFUNDS {
        history = history.given(rupiah_back(&format!("r-{number}"), 1));
    }
    history
        .when(rupiah_back("one-more", 1))
        .then_refused(full("refunds of an order", MAX_REFUNDS));
}

#[test]
fn an_order_has_so_many_adjustments() {
    let mut history = published().given(order_of(1_000)).at(day(50));
    let adjust = |number: usize| adjust_order(order("o-1"), &format!("a-{number}"), rp(1));
    for number in 0..MAX_ADJUSTMENTS {
        history = history.given(adjust(number));
    }
    history
        .when(adjust(MAX_ADJUSTMENTS))
        .then_refused(full("adjustments of an order", MAX_ADJUSTMENTS))
        .when(adjust(0))
        .then_something_before();
}

impl Outcome {
    fn then_something_before(self) {
        assert!(matches!(self.answer(), Ok(Decision::Happened { .. })));
    }
}

#[test]
fn a_creator_has_so_many_open_flags_and_any_number_of_cleared_ones() {
    let flag = |number: usize| format!("f-{number:03}");
    let mut history = opened();
    for number in 0..MAX_OPEN_FLAGS {
        history = history.given(raise("ayu", &flag(number)));
    }
    history
        .clone()
        .when(raise("ayu", "one-more"))
        .then_refused(full("open safety flags of a creator", MAX_OPEN_FLAGS));
    for number in 0..MAX_OPEN_FLAGS {
        history = history
            .given(clear("ayu", &flag(number)))
            .given(raise("ayu", &flag(MAX_OPEN_FLAGS + number)))
            .given(clear("ayu", &flag(MAX_OPEN_FLAGS + number)));
    }
    let name = CreatorRef {
        brand: id(BRAND),
        creator: id("ayu"),
    };
    let key = state::Creator::key(&name);
    let row = history.ledger.row::<state::Creator>(&key);
    assert_eq!(row.flags as usize, 2 * MAX_OPEN_FLAGS);
    assert_eq!(
        (row.open_flags.len(), row.latest_flags.len()),
        (0, KEPT_FLAGS)
    );
    let shown = row.shown_flags(&history.ledger.rows, &name).unwrap();
    let shown: Vec<_> = shown.iter().map(|one| one.flag.id.to_string()).collect();
    let latest: Vec<_> = (2 * MAX_OPEN_FLAGS - KEPT_FLAGS..2 * MAX_OPEN_FLAGS)
        .map(flag)
        .collect();
    assert_eq!(shown, latest);
    let prefix = RaisedFlag::of_creator(&name);
    let all = history
        .ledger
        .rows
        .page::<RaisedFlag>(Scan::of(&prefix), usize::MAX);
    assert_eq!(all.unwrap().len(), 2 * MAX_OPEN_FLAGS);
}

#[test]
fn a_collaboration_has_so_many_holds_that_are_on() {
    let mut history = accepted(terms());
    for number in 0..MAX_OPEN_HOLDS {
        history = history.given(place_hold("ayu-1", hold(&format!("h-{number}"))));
    }
    history
        .when(place_hold("ayu-1", hold("one-more")))
        .then_refused(full("holds of a collaboration that are on", MAX_OPEN_HOLDS))
        .given(release_hold("ayu-1", "h-0"))
        .given(place_hold("ayu-1", hold("one-more")));
}

/// The row that commands on the agreement rewrite does not grow with its history.
#[test]
fn released_holds_leave_the_row_of_their_collaboration() {
    let mut history = accepted(terms());
    let mut sizes = BTreeSet::new();
    for number in 0..200 {
        let name = format!("h-{number:04}");
        history = history
            .given(place_hold("ayu-1", hold(&name)))
            .given(release_hold("ayu-1", &name));
        if number > KEPT_HOLDS {
            let row = history.collaboration("ayu-1");
            // Positions and counts sometimes take one byte more.
            sizes.insert(postcard::to_stdvec(&*row).unwrap().len() / 16);
        }
    }
    assert!(sizes.len() <= 2, "{sizes:?}");
    let prefix = Hold::of_collaboration(&place("ayu-1"));
    let all = history
        .ledger
        .rows
        .page::<Hold>(Scan::of(&prefix), usize::MAX);
    assert_eq!(all.unwrap().len(), 200);
    assert_eq!(history.collaboration("ayu-1").holds, 200);
}

/// Returns a history with this many open invitations; one of them is Ayu's.
fn invited_many(count: usize) -> History {
    (1..count).fold(invited(free()), |history, number| {
        let name = format!("c-{number:03}");
        history
            .given(profile(&name, 1_000))
            .given(invite(&name, &name, free()))
    })
}

fn free() -> Terms {
    Terms {
        fee: rp(1),
        attribution: AttributionTerms {
            code: None,
            ..terms().attribution
        },
        ..terms()
    }
}

fn end_pending() -> Request {
    campaign(CampaignVerb::EndPending).by(ActorKind::System)
}

fn close() -> Request {
    let withdraw_pending = true;
    campaign(CampaignVerb::Close { withdraw_pending })
}

#[test]
fn what_is_open_ends_with_its_campaign_and_the_ledger_records_it() {
    let many = MAX_AT_ONCE + MAX_FOLLOWING + 5;
    let open = invited_many(many);
    let before = open.head();
    let closed = open.given(close());
    let events: Vec<_> = closed.ledger.records[before.get() as usize..].to_vec();
    assert_eq!(
        events[0].event,
        Event::Campaign(CampaignEvent::CampaignClosed),
        "it comes first"
    );
    assert_eq!(events.len(), 1 + MAX_AT_ONCE);

    // From the first event on nothing is open, and nothing is reserved.
    let first = closed.as_of(before.next());
    for history in [&first, &closed] {
        let row = history.campaign();
        assert_eq!((row.open_invitations, row.applications), (0, 0));
        assert_eq!(row.budget.total(), 0);
    }
    assert_eq!(first.campaign().ending as usize, many);
    let last = format!("c-{:03}", many - 1);
    let ended = campaign_is(CampaignState::Closed);
    for request in [accept(&last), decline(&last), withdraw(&last)] {
        closed.clone().when(request).then_refused(ended.clone());
    }
    let counter = counter(&last, 1, free());
    closed.clone().when(counter).then_refused(ended);
    assert_eq!(
        closed
            .collaboration(&last)
            .state
            .within(CampaignState::Closed),
        CollaborationState::Withdrawn
    );

    // A report waits until the ends are recorded.
    let drawn = Drawn::nothing(closed.head());
    let finalise = campaign(CampaignVerb::FinaliseReport {
        revision: None,
        drawn,
    });
    closed
        .clone()
        .when(finalise)
        .then_refused(Refusal::LiveWork {
            open_invitations: (MAX_FOLLOWING + 5) as u32,
            applications: 0,
            live_collaborations: 0,
        });

    // Its expiry passes meanwhile: it ended with the campaign, not by expiry.
    let closed = closed
        .at(day(EXPIRY_DAY))
        .when(expire(&last).by(ActorKind::System))
        .then_events([Event::Agreement(AgreementEvent::InvitationWithdrawn {
            reason: PersonalText::Own(OwnWords::CampaignClosed),
        })]);
    assert_eq!(left_to_do(&closed).len(), 1);
    let closed = closed.given(end_pending());
    assert_eq!(closed.campaign().ending, 4);
    let closed = closed.given(end_pending());
    assert_eq!(closed.campaign().ending, 0);
    assert_eq!(left_to_do(&closed), []);
    let withdrawn = closed.totals().agreements[&CollaborationState::Withdrawn];
    assert_eq!(withdrawn, many as i64);
    let head = closed.head();
    closed.when(end_pending()).then_happened_at(head);
}

#[test]
fn only_the_ledger_ends_what_is_pending_and_only_after_its_campaign() {
    invited_many(2)
        .when(end_pending())
        .then_refused(campaign_is(CampaignState::Open))
        .when(campaign(CampaignVerb::EndPending))
        .then_not_theirs();
}
