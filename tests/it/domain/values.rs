//! Values: tiers, ids, codes, references, times.

use campaign_ledger::domain::*;

use crate::support::requests::{day, later, seconds_after};

#[test]
fn tiers_as_published() {
    let cases = [
        (None, "UNKNOWN"),
        (Some(0), "BELOW_NANO"),
        (Some(999), "BELOW_NANO"),
        (Some(1_000), "NANO"),
        (Some(9_999), "NANO"),
        (Some(10_000), "MICRO"),
        (Some(100_000), "MICRO"),
        (Some(100_001), "MACRO"),
        (Some(1_000_000), "MACRO"),
        (Some(1_000_001), "MEGA"),
        (Some(u64::MAX), "MEGA"),
    ];
    for (followers, tier) in cases {
        assert_eq!(Tier::of(followers).name(), tier, "{followers:?}");
    }
    assert_eq!(TIER_SCHEME, "seed-v1");
}

#[test]
fn ids_keep_their_rule() {
    let longest = "a".repeat(64);
    for good in ["a", "0", "-", "_", "kopi-senja_2", longest.as_str()] {
        assert_eq!(CampaignId::parse(good).unwrap().as_str(), good);
    }
    let too_long = "a".repeat(65);
    let bad = ["", "A", "a b", "ä", "a.b", "a\0", "a/b", too_long.as_str()];
    for bad in bad {
        assert_eq!(CampaignId::parse(bad), Err(ids::ID_RULE), "{bad:?}");
    }
}

#[test]
fn references_are_printable_ascii() {
    let longest = "~".repeat(128);
    for good in [" ", "INV/2025/0001 (a)", longest.as_str()] {
        assert_eq!(Reference::parse(good).unwrap().as_str(), good);
    }
    let too_long = "x".repeat(129);
    for bad in ["", "\n", "\0", "é", "\x7f", too_long.as_str()] {
        assert_eq!(Reference::parse(bad), Err(ids::REFERENCE_RULE), "{bad:?}");
    }
}

#[test]
fn request_ids_keep_their_rule() {
    for good in ["A-z_0.9:1", "x"] {
        assert_eq!(RequestId::parse(good).unwrap().as_str(), good);
    }
    for bad in ["", "a b", "a/b", "é", &"x".repeat(65)] {
        assert_eq!(RequestId::parse(bad), Err(ids::REQUEST_ID_RULE), "{bad:?}");
    }
}

#[test]
fn codes_are_compared_without_regard_to_case() {
    assert_eq!(Code::parse("Kopi10!").unwrap().as_str(), "KOPI10!");
    assert_eq!(Code::parse("kopi10!"), Code::parse("KOPI10!"));
    for bad in ["", "kopi 10", "é", "a\0", &"x".repeat(65)] {
        assert_eq!(Code::parse(bad), Err(CODE_RULE), "{bad:?}");
    }
}

#[test]
fn lateness_is_whole_seconds_rounded_up() {
    let late = |at: Timestamp| at.since(day(1)).seconds_late();
    assert_eq!(late(day(0)), 0);
    assert_eq!(late(day(1)), 0);
    assert_eq!(late(later(day(1), 1)), 1);
    assert_eq!(late(seconds_after(day(1), 1)), 1);
    assert_eq!(late(later(seconds_after(day(1), 1), 1)), 2);
}

#[test]
fn clocks_may_run_five_minutes_ahead() {
    let now = day(1);
    assert!(!seconds_after(now, 300).is_future(now));
    assert!(later(seconds_after(now, 300), 1).is_future(now));
}

#[test]
fn times_split_and_join() {
    for (seconds, nanos) in [(0, 0), (1, 999_999_999), (9_223_372_036, 854_775_807)] {
        let time = Timestamp::new(seconds, nanos).unwrap();
        assert_eq!(time.parts(), (seconds, nanos));
    }
    for (seconds, nanos) in [(-1, 0), (0, -1), (0, 1_000_000_000), (9_223_372_037, 0)] {
        assert_eq!(Timestamp::new(seconds, nanos), None);
    }
}

#[test]
fn engagements_are_likes_comments_shares_and_saves() {
    let mut counters = Counters::default();
    assert_eq!(engagements(&counters), None);
    counters.set(Counter::Views, Some(1_000));
    assert_eq!(engagements(&counters), None);
    for (value, counter) in (1..).zip(Counter::ENGAGEMENTS) {
        counters.set(counter, Some(value));
    }
    assert_eq!(engagements(&counters), Some(1 + 2 + 3 + 4));
    for counter in Counter::ALL {
        counters.set(counter, Some(u64::MAX));
    }
    assert_eq!(engagements(&counters), Some(4 * u128::from(u64::MAX)));
}
