//! Products after they were sent: received, returned, with two values.

use campaign_ledger::domain::*;

use super::history::*;
use super::stories::*;
use crate::support::requests::*;

/// Returns a history in which a product was sent on day 1; it is day 5.
fn shipped() -> History {
    accepted(terms()).given(ship("ayu-1", "s-1")).at(day(5))
}

fn value() -> ProductValue {
    ProductValue {
        cost_of_goods: rp(80_000),
        fair_value: rp(150_000),
    }
}

fn not_now(rule: &'static str) -> Refusal {
    Refusal::ShipmentState { rule }
}

#[test]
fn product_arrives_and_comes_back() {
    let history = shipped()
        .when(receive("ayu-1", "s-1", day(3)))
        .then_events([Event::Seeding(SeedingEvent::ProductReceived {
            shipment: id("s-1"),
            received_at: day(3),
        })])
        .when(take_back("ayu-1", "s-1", day(4)))
        .then_events([Event::Seeding(SeedingEvent::ProductReturned {
            shipment: id("s-1"),
            returned_at: day(4),
            reason: "the wrong shade".into(),
            value: value(),
        })]);
    let shipment = &history.collaboration("ayu-1").shipments[0];
    let times = [shipment.received, shipment.returned].map(|told| told.unwrap().at);
    assert_eq!(times, [day(3), day(4)]);
}

#[test]
fn both_values_are_added_up_and_are_no_cost() {
    let history = shipped()
        .given(ship("ayu-1", "s-2"))
        .given(receive("ayu-1", "s-1", day(3)))
        .given(take_back("ayu-1", "s-2", day(4)));
    let expected = ProductTotals {
        shipped: 2,
        received: 1,
        returned: 1,
        cost_of_goods: 16_000_000,
        fair_value: 30_000_000,
        returned_cost_of_goods: 8_000_000,
        returned_fair_value: 15_000_000,
    };
    for totals in [history.totals(), history.totals_of("ayu-1")] {
        assert_eq!(totals.products, expected);
        assert_eq!(totals.counted.accrued(), 0);
        // A returned product was still a gift.
        assert_eq!(totals.gifted, 1);
    }
}

#[test]
fn cost_of_goods_is_a_line_where_one_is_named() {
    let with_line = |cost_of_goods: Money, shipment: &str| {
        let verb = CollaborationVerb::ShipProduct {
            shipment: id(shipment),
            product: "single origin, 1 kg".into(),
            value: ProductValue {
                cost_of_goods,
                ..value()
            },
            shipped_at: day(1),
            cost: Some(id("beans")),
        };
        collaboration("ayu-1", verb)
    };
    let history = accepted(terms()).given(with_line(rp(80_000), "s-1"));
    let line = history.cost("beans");
    assert_eq!((line.kind, line.amount), (CostType::Product, rp(80_000)));
    assert_eq!(line.collaboration, Some(id("ayu-1")));
    assert_eq!(history.totals().counted.accrued(), 8_000_000);
    history
        .when(with_line(rp(80_000), "s-2"))
        .then_refused(Refusal::AlreadyExists {
            what: "cost line",
            id: "beans".to_owned(),
        });
    accepted(terms())
        .when(with_line(rp(0), "s-1"))
        .then_refused(field("cost_id"));
    // Rp1,000,000 of the cap are committed; what was spent is booked above it too.
    let history = accepted(terms()).given(with_line(rp(9_000_001), "s-1"));
    assert_eq!(history.campaign().over_budget_minor(), 100);
}

#[test]
fn the_same_fact_is_no_new_event_and_a_different_one_is_refused() {
    let history = shipped().given(receive("ayu-1", "s-1", day(3)));
    let received = history.head();
    let history = history
        .when(receive("ayu-1", "s-1", day(3)))
        .then_happened_at(received)
        .when(receive("ayu-1", "s-1", day(4)))
        .then_refused(not_now("was received already"))
        .given(take_back("ayu-1", "s-1", day(4)));
    let returned = history.head();
    history
        .when(take_back("ayu-1", "s-1", day(4)))
        .then_happened_at(returned)
        .when(take_back("ayu-1", "s-1", day(5)))
        .then_refused(not_now("came back already"));
}

#[test]
fn product_that_came_back_does_not_arrive() {
    shipped()
        .given(take_back("ayu-1", "s-1", day(2)))
        .when(receive("ayu-1", "s-1", day(3)))
        .then_refused(not_now("came back already"));
}

#[test]
fn product_arrives_after_it_was_sent_and_comes_back_after_that() {
    let history = shipped()
        .when(receive("ayu-1", "s-1", later(day(1), -1)))
        .then_refused(field("received_at"))
        .when(take_back("ayu-1", "s-1", later(day(1), -1)))
        .then_refused(field("returned_at"))
        .given(receive("ayu-1", "s-1", day(3)));
    history
        .when(take_back("ayu-1", "s-1", later(day(3), -1)))
        .then_refused(field("returned_at"));
}

#[test]
fn each_side_tells_its_own() {
    use ActorKind::{Brand, Creator, System};
    for side in [Brand, System] {
        shipped()
            .when(receive("ayu-1", "s-1", day(3)).by(side))
            .then_refused(only("the creator"));
    }
    for side in [Creator, System] {
        shipped()
            .when(take_back("ayu-1", "s-1", day(3)).by(side))
            .then_refused(only("the brand"));
    }
}

#[test]
fn products_move_also_after_the_end() {
    shipped()
        .given(cancel("ayu-1"))
        .given(receive("ayu-1", "s-1", day(3)))
        .given(take_back("ayu-1", "s-1", day(4)));
}

#[test]
fn unknown_shipment_is_not_found() {
    for request in [
        receive("ayu-1", "s-9", day(3)),
        take_back("ayu-1", "s-9", day(3)),
    ] {
        shipped().when(request).then_refused(Refusal::NotFound {
            what: Unknown::Shipment,
            id: "s-9".to_owned(),
        });
    }
}
