//! Entering what happened before: an offer, its answer and an order of the past.

use campaign_ledger::domain::rows::Rows as _;
use campaign_ledger::domain::state::Due;
use campaign_ledger::domain::*;

use super::history::*;
use super::stories::*;
use crate::support::requests::*;

const HOUR: i64 = 3_600_000_000_000;
/// The day on which everything is entered.
const NOW: i64 = 50;

fn offer_until(expires_at: Timestamp) -> Request {
    let verb = CollaborationVerb::Invite {
        creator: id("ayu"),
        terms: Terms {
            commission: Some(CommissionTerms { rate_bp: 1_000 }),
            ..terms()
        },
        expires_at,
    };
    collaboration("ayu-1", verb)
}

/// Returns an offer of day 3, open until day 6, that is entered on day 50.
fn entered() -> History {
    opened()
        .given(profile("ayu", 20_000))
        .at(day(NOW))
        .given(offer_until(day(6)).occurred(day(3)))
}

#[test]
fn campaign_is_entered_after_the_fact_and_its_order_credited() {
    let history = entered().given(accept("ayu-1").occurred(day(4)));
    let row = history.collaboration("ayu-1");
    let acceptance = row.acceptance.clone().unwrap();
    assert_eq!((acceptance.at, acceptance.recorded_at), (day(4), day(NOW)));
    assert_eq!(row.invited_at, Some(day(3)));
    let order = |name: &str, ordered_at| {
        convert_order(Claim {
            ordered_at,
            touches: vec![touch("ayu-1", day(4))],
            ..sale(name, rp(100_000))
        })
    };
    let history = history.given(order("o-1", day(5)));
    let known = history.order("o-1");
    let conversion = &known.conversion.as_ref().unwrap().conversion;
    assert_eq!(conversion.unattributed, None);
    assert_eq!(conversion.credits[0].collaboration, id("ayu-1"));
    assert_eq!(conversion.timing, FactTiming::OnTime);
    assert_eq!(history.totals_of("ayu-1").counted.gross, 10_000_000);
}

#[test]
fn answer_counts_by_the_time_at_which_it_happened() {
    let history = entered();
    let last = later(day(6), -1);
    history.clone().given(accept("ayu-1").occurred(last));
    let expired_at = day(6);
    for answer in [accept("ayu-1"), accept("ayu-1").occurred(day(6))] {
        history
            .clone()
            .when(answer)
            .then_refused(Refusal::OfferExpired { expired_at });
    }
    history
        .clone()
        .when(accept("ayu-1").occurred(later(day(3), -1)))
        .then_refused(field("context.occurred_at"));
    // The same goes for a counter, and for its answer.
    let history = history.given(counter("ayu-1", 1, terms()).occurred(day(4)));
    history
        .clone()
        .when(accept_counter("ayu-1", 2).occurred(later(day(4), -1)))
        .then_refused(field("context.occurred_at"));
    history.given(accept_counter("ayu-1", 2).occurred(day(5)));
}

#[test]
fn offer_entered_in_time_is_answered_in_time_even_if_that_is_told_later() {
    let history = invited(terms());
    let expires_at = history.collaboration("ayu-1").offer().unwrap().expires_at;
    let told = later(expires_at, HOUR);
    let answer = accept("ayu-1").occurred(later(expires_at, -1));
    history.clone().at(told).given(answer);
    // Its timer was due when it expired: after that event nothing is open.
    history
        .at(told)
        .given(expire("ayu-1"))
        .when(accept("ayu-1").occurred(later(expires_at, -1)))
        .then_refused(collaboration_is(CollaborationState::Expired));
}

#[test]
fn offer_entered_late_stays_open_for_a_day() {
    let history = entered();
    let open_until = later(day(NOW), 24 * HOUR);
    let made = history.collaboration("ayu-1").offer_made().unwrap().clone();
    assert_eq!(made.open_until, open_until);
    assert_eq!((made.at, made.recorded_at), (day(3), day(NOW)));
    let due = Due::Offer {
        collaboration: place("ayu-1"),
        version: 1,
    };
    let Ok(waits) = history.ledger.rows.get::<Due>(&due.key(open_until));
    assert!(waits.is_some(), "its timer is due then");
    history
        .clone()
        .at(later(open_until, -1))
        .when(expire("ayu-1"))
        .then_refused(Refusal::OfferNotExpired {
            expires_at: open_until,
        });
    let history = history.at(open_until).given(expire("ayu-1"));
    let state = history.collaboration("ayu-1").state;
    assert_eq!(state, CollaborationState::Expired);
    let Ok(waits) = history.ledger.rows.get::<Due>(&due.key(open_until));
    assert!(waits.is_none(), "nothing is due any more");
}

#[test]
fn offer_expires_after_it_was_made() {
    opened()
        .given(profile("ayu", 20_000))
        .at(day(NOW))
        .when(offer_until(day(6)).occurred(day(6)))
        .then_refused(field("expires_at"))
        .when(offer_until(day(6)))
        .then_refused(field("expires_at"));
}
