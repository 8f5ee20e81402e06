//! Shares of an order: refunds take no more than a share has left, in any steps.

use campaign_ledger::domain::state::OrderShares;
use campaign_ledger::domain::*;
use proptest::prelude::*;

use super::properties::cases;
use crate::support::requests::{id, money};

fn credits(shares_bp: &[u32]) -> Vec<Credit> {
    let shares = shares_bp.iter().enumerate();
    let credits = shares.map(|(number, share_bp)| Credit {
        collaboration: id(&format!("c-{number}")),
        creator: id("ayu"),
        share_bp: *share_bp,
        amount_minor: 0,
        after_termination: false,
    });
    credits.collect()
}

fn weighted(weights: &[u32]) -> Vec<u32> {
    let sum: u32 = weights.iter().sum();
    let mut shares: Vec<u32> = weights.iter().map(|one| one * WHOLE_BP / sum).collect();
    let rest = WHOLE_BP - shares.iter().sum::<u32>();
    *shares.last_mut().unwrap() += rest;
    shares
}

#[test]
fn three_yen_among_five_come_back_yen_by_yen() {
    let mut shares = OrderShares::of(&credits(&[2_000; 5]), money("JPY", 3));
    assert_eq!(shares.whole(), [1, 1, 1, 0, 0]);
    for left in [[1, 1, 0, 0, 0], [1, 0, 0, 0, 0], [0; 5]] {
        shares.refund(&shares.of_refund(1));
        assert_eq!(shares.left(), left);
    }
}

#[test]
fn refund_beyond_what_is_left_is_split_by_the_shares() {
    // At a rate of its own a refund can be more than its order was.
    let shares = OrderShares::of(&credits(&[5_000, 5_000]), money("USD", 100));
    assert_eq!(shares.of_refund(110), [55, 55]);
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn refunds_in_any_steps_never_make_a_share_negative_and_end_at_nothing(
        weights in proptest::collection::vec(1..50_u32, 1..6),
        value in 0..20_000_i64,
        delta in -5_000..5_000_i64,
        steps in proptest::collection::vec(1..3_000_i64, 0..12),
        currency in prop_oneof![Just("IDR"), Just("JPY")],
    ) {
        let mut shares = OrderShares::of(&credits(&weighted(&weights)), money(currency, value));
        let sum = |parts: &[i64]| parts.iter().sum::<i64>();
        let delta = delta.max(-value);
        let more = shares.of_adjustment(delta);
        prop_assert_eq!(sum(&more), delta);
        prop_assert!(more.iter().all(|part| part.signum() * delta.signum() >= 0));
        shares.adjust(&more);
        let mut left = value + delta;
        for step in steps.into_iter().chain([i64::MAX]) {
            let minor = step.min(left);
            let parts = shares.of_refund(minor);
            prop_assert_eq!(sum(&parts), minor);
            prop_assert!(parts.iter().all(|part| (0..=minor).contains(part)));
            shares.refund(&parts);
            left -= minor;
            let each = shares.left();
            prop_assert_eq!(sum(&each), left);
            prop_assert!(each.iter().all(|part| *part >= 0), "{:?}", each);
        }
        prop_assert!(shares.left().iter().all(|part| *part == 0));
    }
}
