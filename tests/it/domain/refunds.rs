//! Refunds: never more than the order, whether before or after it.

use campaign_ledger::domain::state::RefundState;
use campaign_ledger::domain::*;

use super::costs::unrated;
use super::history::*;
use super::stories::*;
use crate::support::requests::*;

/// Returns a history with Ayu's order `o-1` of Rp100,000.
fn ordered() -> History {
    published().given(convert_order(sale_by("o-1", rp(100_000), "ayu-1")))
}

fn refund_of(name: &str, amount: Money) -> Request {
    refund(refunded("o-1", name, amount))
}

fn effect(minor: i64) -> RefundEffect {
    RefundEffect {
        reporting_minor: Some(minor),
        credits: vec![Credit {
            collaboration: id("ayu-1"),
            creator: id("ayu"),
            share_bp: 10_000,
            amount_minor: minor,
            after_termination: false,
        }],
        timing: FactTiming::OnTime,
    }
}

fn applied(name: &str, amount: Money, minor: i64) -> Event {
    Event::Revenue(RevenueEvent::RefundApplied {
        refund: refunded("o-1", name, amount),
        // The credits are in the order.
        effect: RefundEffect {
            credits: Vec::new(),
            ..effect(minor)
        },
    })
}

fn rejected(name: &str, amount: Money, rejection: RefundRejection) -> Event {
    Event::Revenue(RevenueEvent::RefundRejected {
        refund: refunded("o-1", name, amount),
        rejection,
    })
}

#[test]
fn refund_lowers_revenue() {
    let history = ordered()
        .when(refund_of("r-1", rp(40_000)))
        .then_events([Event::Revenue(RevenueEvent::RefundRecorded {
            refund: refunded("o-1", "r-1", rp(40_000)),
            effect: Some(effect(4_000_000)),
        })]);
    for totals in [history.totals(), history.totals_of("ayu-1")] {
        assert_eq!(totals.counted.refunds, 4_000_000);
        assert_eq!(totals.counted.net_revenue(), 6_000_000);
    }
}

#[test]
fn refunds_are_never_more_than_the_order() {
    ordered()
        .given(refund_of("r-1", rp(60_000)))
        .when(refund_of("r-2", rp(40_001)))
        .then_refused(Refusal::RefundExceedsOrder {
            refunds_minor: 10_000_100,
            order_minor: 10_000_000,
        })
        .given(refund_of("r-2", rp(40_000)))
        .when(refund_of("r-3", money("IDR", 1)))
        .then_refused(Refusal::RefundExceedsOrder {
            refunds_minor: 10_000_001,
            order_minor: 10_000_000,
        });
}

#[test]
fn refund_is_in_the_currency_of_the_order() {
    ordered()
        .when(refund_of("r-1", money("USD", 1)))
        .then_refused(Refusal::CurrencyMismatch {
            field: "amount",
            expected: id("IDR"),
            actual: id("USD"),
        });
}

#[test]
fn order_without_value_has_nothing_to_refund() {
    let install = Claim {
        kind: ConversionType::Install,
        value: None,
        ..sale_by("o-1", rp(0), "ayu-1")
    };
    published()
        .given(convert_order(install))
        .when(refund_of("r-1", rp(1)))
        .then_refused(Refusal::RefundExceedsOrder {
            refunds_minor: 100,
            order_minor: 0,
        });
}

#[test]
fn same_refund_again_is_no_new_event_and_another_under_its_id_is_refused() {
    let history = ordered().given(refund_of("r-1", rp(10_000)));
    let first = history.head();
    history
        .when(refund_of("r-1", rp(10_000)))
        .then_happened_at(first)
        .when(refund_of("r-1", rp(20_000)))
        .then_refused(Refusal::AlreadyExists {
            what: "refund",
            id: "r-1".to_owned(),
        });
}

#[test]
fn refund_before_its_order_waits_and_then_applies() {
    let waiting = published()
        .when(refund_of("r-1", rp(40_000)))
        .then_events([Event::Revenue(RevenueEvent::RefundRecorded {
            refund: refunded("o-1", "r-1", rp(40_000)),
            effect: None,
        })]);
    assert_eq!(waiting.totals().counted.refunds, 0);
    let first = waiting.head();
    let history = waiting
        .when(refund_of("r-1", rp(40_000)))
        .then_happened_at(first)
        .given(convert_order(sale_by("o-1", rp(100_000), "ayu-1")));
    assert_eq!(*history.last_event(), applied("r-1", rp(40_000), 4_000_000));
    assert_eq!(history.totals().counted.net_revenue(), 6_000_000);
    assert_eq!(history.order("o-1").refunds[0].state, RefundState::Applied);
    history
        .when(refund_of("r-1", rp(40_000)))
        .then_happened_at(first);
}

#[test]
fn waiting_refunds_apply_in_order_as_far_as_they_fit() {
    let order = convert_order(sale_by("o-1", rp(100_000), "ayu-1"));
    let history = published()
        .given(refund_of("r-1", rp(70_000)))
        .given(refund_of("r-2", money("USD", 1)))
        .given(refund_of("r-3", rp(30_001)))
        .given(refund_of("r-4", rp(30_000)))
        .given(order);
    let events: Vec<Event> = history.ledger.records[history.ledger.records.len() - 4..]
        .iter()
        .map(|record| record.event.clone())
        .collect();
    assert_eq!(
        events,
        [
            applied("r-1", rp(70_000), 7_000_000),
            rejected("r-2", money("USD", 1), RefundRejection::CurrencyMismatch),
            rejected("r-3", rp(30_001), RefundRejection::RefundExceedsOrder),
            applied("r-4", rp(30_000), 3_000_000),
        ]
    );
    assert_eq!(history.totals().counted.net_revenue(), 0);
    assert_eq!(history.order("o-1").refunded_minor(), 10_000_000);
    let states: Vec<RefundState> = history
        .order("o-1")
        .refunds
        .iter()
        .map(|known| known.state)
        .collect();
    assert_eq!(
        states,
        [
            RefundState::Applied,
            RefundState::Rejected(RefundRejection::CurrencyMismatch),
            RefundState::Rejected(RefundRejection::RefundExceedsOrder),
            RefundState::Applied,
        ]
    );
}

#[test]
fn refund_of_an_unattributed_order_is_unattributed() {
    let history = published()
        .given(convert_order(sale("o-1", rp(100_000))))
        .when(refund_of("r-1", rp(40_000)))
        .then_event(|event| match event {
            Event::Revenue(RevenueEvent::RefundRecorded {
                effect: Some(effect),
                ..
            }) => assert!(effect.credits.is_empty()),
            other => panic!("{other:?}"),
        });
    let totals = history.totals().counted;
    assert_eq!((totals.refunds, totals.unattributed), (0, 6_000_000));
}

#[test]
fn foreign_refunds_take_no_more_than_the_order_brought() {
    // 4 cents at 0.6 rupiah per cent are 2.4, so 2 minor units; each cent alone would be 1.
    let claim = Claim {
        fx_rate: rate("0.6"),
        ..sale_by("o-1", money("USD", 4), "ayu-1")
    };
    let cent = |name: &str| refund_of(name, money("USD", 1));
    let mut history = published().given(convert_order(claim));
    assert_eq!(history.totals().counted.gross, 2);
    let mut net = vec![history.totals().counted.net_revenue()];
    for name in ["r-1", "r-2", "r-3", "r-4"] {
        history = history.given(cent(name));
        net.push(history.totals().counted.net_revenue());
    }
    // Cumulated: 0.6, 1.2, 1.8 and 2.4, each half-even.
    assert_eq!(net, [2, 1, 1, 0, 0]);
}

#[test]
fn foreign_refund_without_rate_lowers_what_is_left_out() {
    let history = published()
        .given(convert_order(sale_by("o-1", money("USD", 500), "ayu-1")))
        .given(refund_of("r-1", money("USD", 200)));
    for totals in [history.totals(), history.totals_of("ayu-1")] {
        assert_eq!(
            totals.counted.foreign_revenue,
            [(id("USD"), unrated(300, 1))].into()
        );
        assert_eq!(totals.counted.refunds, 0);
    }
    let history = history.given(refund_of("r-2", money("USD", 300)));
    // The order still lacks its rate.
    let left_out = history.totals().counted.foreign_revenue;
    assert_eq!(left_out, [(id("USD"), unrated(0, 1))].into());
}

#[test]
fn refunds_of_different_orders_share_no_ids() {
    published()
        .given(convert_order(sale("o-1", rp(1_000))))
        .given(convert_order(sale("o-2", rp(1_000))))
        .given(refund(refunded("o-1", "r-1", rp(1_000))))
        .given(refund(refunded("o-2", "r-1", rp(1_000))));
}

#[test]
fn id_of_a_rejected_refund_is_free_again() {
    let history = published()
        .given(refund_of("r-1", money("USD", 1)))
        .given(convert_order(sale_by("o-1", rp(100_000), "ayu-1")))
        .when(refund_of("r-1", money("USD", 1)))
        .then_refused(Refusal::CurrencyMismatch {
            field: "amount",
            expected: id("IDR"),
            actual: id("USD"),
        })
        .given(refund_of("r-1", rp(40_000)));
    let first = history.head();
    assert_eq!(history.totals().counted.net_revenue(), 6_000_000);
    history
        .when(refund_of("r-1", rp(40_000)))
        .then_happened_at(first);
}
