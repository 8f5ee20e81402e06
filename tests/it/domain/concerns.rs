//! Which events are about a person: those that name them, and those about what they are credited with.

use campaign_ledger::domain::*;

use super::engagement::{likes, observe};
use super::history::*;
use super::stories::*;
use crate::support::requests::*;

/// Returns the positions of the events about a creator.
fn about(history: &History, creator: &str) -> Vec<u64> {
    let person = CreatorRef {
        brand: id(BRAND),
        creator: id(creator),
    };
    let ledger = &history.ledger;
    let mut positions = Vec::new();
    for record in &ledger.records {
        if concerns(&ledger.rows, &person, record).unwrap() {
            positions.push(record.position.get());
        }
    }
    positions
}

/// Ayu and Bima have accepted, and Cici has a profile: events 1 to 9. It is day 18.
fn three() -> History {
    let joint = Terms {
        deliverables: vec![promised("duet", ContentFormat::Joint)],
        ..terms()
    };
    let history = with_bima(accepted(joint), terms()).given(profile("cici", 12_000));
    assert_eq!(history.head(), Position::new(9));
    assert_eq!(about(&history, "ayu"), [3, 5, 6]);
    assert_eq!(about(&history, "bima"), [4, 7, 8]);
    assert_eq!(about(&history, "cici"), [9]);
    history.at(day(18))
}

#[test]
fn joint_post_and_its_counters_are_about_all_who_are_credited() {
    let duet = Publish {
        shares: shares(&[("ayu-1", 5_000), ("bima-1", 5_000)]),
        ..live("post-1")
    };
    let history = three()
        .given(publish("ayu-1", "duet", duet))
        .given(observe(day(16), likes(10)))
        .given(verify("ayu-1", "duet"));
    let all: Vec<u64> = (10..=history.head().get()).collect();
    assert_eq!(about(&history, "ayu")[3..], all);
    assert_eq!(about(&history, "bima")[3..], all);
    assert_eq!(about(&history, "cici"), [9]);
}

#[test]
fn order_its_refunds_and_other_claims_are_about_whom_it_is_credited_to() {
    let early = refund(refunded("o-1", "early", rp(1_000)));
    let again = sale_by("o-1", rp(80_000), "ayu-1");
    let history = three()
        .given(early)
        .given(convert_order(sale_by("o-1", rp(90_000), "bima-1")));
    let sold = history.head().get();
    let history = history
        .given(refund(refunded("o-1", "late", rp(2_000))))
        .given(convert_order(again))
        .given(convert_order(sale("o-2", rp(5_000))));
    let last = history.head().get();
    // The refund that waited, the order, the refund and the second claim; not the order of nobody.
    let expected: Vec<u64> = (10..last).collect();
    assert!(sold > 10);
    assert_eq!(about(&history, "bima")[3..], expected);
    // Who claims an order in vain may know of it.
    assert_eq!(about(&history, "ayu"), [3, 5, 6, last - 1]);
    assert_eq!(about(&history, "cici"), [9]);
}

#[test]
fn creator_of_the_same_id_at_another_brand_is_somebody_else() {
    let history = three().given(profile("ayu", 1).in_brand("teh"));
    assert_eq!(about(&history, "ayu"), [3, 5, 6]);
}
