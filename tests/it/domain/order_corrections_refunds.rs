//! Refunds that failed, and refunds of orders that were voided.

use campaign_ledger::domain::state::RefundState;
use campaign_ledger::domain::*;

use super::order_corrections::*;
use super::stories::*;
use crate::support::requests::*;

#[test]
fn voided_refund_counts_as_if_there_had_been_none() {
    let told = sold(1_000);
    let history = told.clone().given(refund(refunded("o-1", "r-1", rp(400))));
    let history = history.given(void_refund("r-1"));
    assert_same(&history, &told);
    let position = history.head();
    history
        .clone()
        .when(void_refund("r-1"))
        .then_refused(Refusal::RefundVoided { position });
    // Its id stays taken: a second load of the same file does not bring it back.
    let first = history.order("o-1").refunds[0].position;
    let history = history
        .when(refund(refunded("o-1", "r-1", rp(400))))
        .then_happened_at(first);
    // The whole value can be refunded again.
    history.given(refund(refunded("o-1", "r-2", rp(1_000))));
}

#[test]
fn refund_voided_after_the_lock_gives_the_commission_back_to_the_creator() {
    let history = locked(1_000, 70)
        .given(refund(refunded("o-1", "r-1", rp(400))))
        .given(void_refund("r-1"));
    assert_eq!(
        money_of(&history, "ayu-1"),
        [[1_000, 100, 100], [600, 60, 60]]
    );
}

#[test]
fn waiting_refund_is_taken_out_and_makes_room() {
    let mut history = both();
    for number in 0..100 {
        let name = format!("r-{number}");
        history = history.given(refund(refunded("o-1", &name, rp(1))));
    }
    let more = refund(refunded("o-1", "r-100", rp(1)));
    let full = Refusal::LimitReached {
        collection: "refunds of an order that wait for it",
        limit: 100,
    };
    let history = history.when(more.clone()).then_refused(full);
    let history = history.given(void_refund("r-7")).given(more);
    let state = history.order("o-1").refunds[7].state;
    assert!(matches!(state, RefundState::Voided { .. }));
    let history = history.given(convert_order(sale_by("o-1", rp(100), "ayu-1")));
    let mut history = history;
    while history.order("o-1").waiting().next().is_some() {
        history = history.given(settle_refunds(order("o-1")));
    }
    assert_eq!(money_of(&history, "ayu-1")[0][0], 0);
}

#[test]
fn refunds_that_still_wait_for_a_voided_order_are_rejected() {
    let mut history = both();
    for number in 0..21 {
        let name = format!("r-{number}");
        history = history.given(refund(refunded("o-1", &name, rp(1))));
    }
    let history = history.given(convert_order(sale_by("o-1", rp(1_000), "ayu-1")));
    let history = history.clone().given(void(&history));
    let history = history.given(settle_refunds(order("o-1")));
    let state = history.order("o-1").refunds[20].state;
    let rejected = RefundState::Rejected(RefundRejection::OrderVoided);
    assert_eq!(state, rejected);
    assert_same(&history, &both());
}
