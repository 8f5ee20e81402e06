//! Money: exact, or rounded half-even within the limits of the rule.

use campaign_ledger::domain::*;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive};
use proptest::prelude::*;

use super::properties::cases;
use crate::support::requests::{id, money};

/// Returns a number as an exact fraction.
pub fn exact(number: impl Into<BigInt>) -> BigRational {
    BigRational::from_integer(number.into())
}

/// Returns a decimal text as an exact fraction.
pub fn decimal(text: &str) -> BigRational {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits: BigInt = format!("{whole}{fraction}").parse().unwrap();
    exact(digits) / exact(BigInt::from(10).pow(fraction.len() as u32))
}

/// Returns the nearest integer, ties to the even one, by trying both neighbours.
pub fn nearest_even(value: &BigRational) -> BigInt {
    let (below, above) = (value.floor(), value.ceil());
    let (down, up) = (value - &below, &above - value);
    let below_is_even = below.to_integer() % 2 == BigInt::ZERO;
    if down < up || (down == up && below_is_even) {
        below.to_integer()
    } else {
        above.to_integer()
    }
}

/// Returns an amount in minor units of another currency, exactly.
pub fn converted(amount: Money, rate: &str, to: Currency) -> BigRational {
    let scale = |currency: Currency| exact(BigInt::from(10).pow(currency.exponent()));
    exact(amount.minor) / scale(amount.currency) * decimal(rate) * scale(to)
}

#[test]
fn conversions_as_worked_by_hand() {
    let cases = [
        (money("USD", 1_000), "15875.5", "IDR", Some(15_875_500)),
        (money("JPY", 1_000), "105.25", "IDR", Some(10_525_000)),
        (money("KWD", 1_234), "3.25", "USD", Some(401)),
        (money("IDR", 250_000_000), "0.00006", "USD", Some(15_000)),
        // 0.5, 1.5 and 2.5 minor units: to the even one.
        (money("USD", 1), "0.5", "IDR", Some(0)),
        (money("USD", 3), "0.5", "IDR", Some(2)),
        (money("USD", 5), "0.5", "IDR", Some(2)),
        (money("USD", 0), "16000", "IDR", Some(0)),
        (money("USD", i64::MAX), "1", "IDR", Some(i64::MAX)),
        (money("USD", i64::MAX), "1.000001", "IDR", None),
        (money("JPY", i64::MAX), "1", "KWD", None),
    ];
    for (amount, rate, to, expected) in cases {
        let result = convert(amount, &id(rate), id(to));
        assert_eq!(result, expected, "{amount} at {rate} in {to}");
    }
}

proptest! {
    #![proptest_config(cases(256))]
    #[test]
    fn decimal_text_reads_back(minor in any::<i64>(), place in 0..3_usize) {
        let amount = money(["IDR", "JPY", "KWD"][place], minor);
        let text = amount.decimal();
        prop_assert_eq!(Money::parse_decimal(amount.currency, &text), Ok(amount));
        let scale = BigInt::from(10).pow(amount.currency.exponent());
        let size = text.trim_start_matches('-');
        prop_assert_eq!(decimal(size), exact(minor.unsigned_abs()) / exact(scale));
        prop_assert_eq!(text.starts_with('-'), minor < 0);
    }
}

#[test]
fn rates_are_plain_decimals_above_zero() {
    let (longest, longest_fraction) = ("9".repeat(18), format!("1.{}", "0".repeat(12)));
    let good = ["1", "0.5", "007", "15875.5", "0.000000000001"];
    for good in good.into_iter().chain([&*longest, &*longest_fraction]) {
        assert_eq!(Rate::parse(good).unwrap().as_str(), good);
    }
    let (too_long, too_fine) = ("9".repeat(19), format!("1.{}", "1".repeat(13)));
    let bad = [
        "", "0", "0.0", "000", ".5", "1.", "1.2.3", "-1", "+1", "1e3", " 1", "1,5", "½", "1_0",
    ];
    for bad in bad.into_iter().chain([&*too_long, &*too_fine]) {
        assert_eq!(Rate::parse(bad), Err(RATE_RULE), "{bad:?}");
    }
}

#[test]
fn currencies_have_the_exponents_of_iso_4217() {
    for (code, exponent, increment) in
        [("IDR", 2, 100), ("USD", 2, 1), ("JPY", 0, 1), ("KWD", 3, 1)]
    {
        let currency = Currency::parse(code).unwrap();
        assert_eq!(currency.code(), code);
        assert_eq!(currency.exponent(), exponent);
        assert_eq!(currency.settlement_increment(), increment);
    }
    for bad in ["", "ID", "IDRX", "idr", "XXX", "XAU", "QQQ", "€"] {
        assert_eq!(Currency::parse(bad), Err(CURRENCY_RULE), "{bad:?}");
    }
}

#[test]
fn allocations_as_worked_by_hand() {
    let cases: [(i64, &[u32], i64, &[i64]); 11] = [
        (100, &[10_000], 1, &[100]),
        (100, &[3_333, 3_333, 3_334], 1, &[33, 33, 34]),
        (1_001, &[5_000, 5_000], 100, &[500, 501]),
        (5, &[5_000, 5_000], 1, &[2, 3]),
        (7, &[5_000, 5_000], 1, &[4, 3]),
        (-100, &[3_333, 6_667], 1, &[-33, -67]),
        (0, &[1, 9_999], 100, &[0, 0]),
        (3, &[2_000; 5], 1, &[1, 1, 1, 0, 0]),
        (-3, &[2_000; 5], 1, &[-1, -1, -1, 0, 0]),
        (150, &[5_000, 4_000, 1_000], 100, &[100, 50, 0]),
        (10_005_000, &[3_333, 6_667], 100, &[3_334_700, 6_670_300]),
    ];
    for (amount, shares, increment, parts) in cases {
        assert_eq!(allocate(amount, shares, increment), parts);
    }
    assert!(allocate(5, &[], 1).is_empty());
}

fn increments() -> impl Strategy<Value = i64> {
    prop_oneof![Just(1_i64), Just(100)]
}

/// Returns 1 to 50 shares that add up to 10,000.
fn shares() -> impl Strategy<Value = Vec<u32>> {
    proptest::collection::btree_set(1..10_000_u32, 0..50).prop_map(|cuts| {
        let ends: Vec<u32> = cuts.into_iter().chain([10_000]).collect();
        let starts = [0].into_iter().chain(ends.iter().copied());
        ends.iter()
            .zip(starts)
            .map(|(end, start)| end - start)
            .collect()
    })
}

fn amounts() -> impl Strategy<Value = i64> {
    prop_oneof![
        -1_000..1_000_i64,
        any::<i64>(),
        Just(i64::MAX),
        Just(i64::MIN + 1)
    ]
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn allocated_parts_add_up_and_stay_close(
        amount in amounts(),
        shares in shares(),
        increment in increments(),
    ) {
        let parts = allocate(amount, &shares, increment);
        prop_assert_eq!(parts.iter().map(|part| i128::from(*part)).sum::<i128>(), amount.into());
        let most = exact(increment) * exact(shares.len() as u64);
        for (part, share) in parts.iter().zip(&shares) {
            let fair = exact(amount) * exact(*share) / exact(WHOLE_BP);
            prop_assert!((exact(*part) - fair).abs() < most);
        }
        for part in &parts {
            prop_assert!(part.signum() * amount.signum() >= 0);
            prop_assert!(part.abs() <= amount.abs());
        }
        let odd = parts.iter().filter(|part| *part % increment != 0);
        prop_assert!(odd.count() <= 1, "{:?}", parts);
    }

    #[test]
    fn part_is_the_nearest_payable_amount(
        amount in amounts(),
        share in 0..=WHOLE_BP,
        increment in increments(),
    ) {
        let fair = exact(amount) * exact(share) / exact(WHOLE_BP) / exact(increment);
        let nearest = nearest_even(&fair) * increment;
        let part = part_of(amount, share, increment);
        match nearest.to_i64() {
            Some(nearest) => prop_assert_eq!(part, nearest),
            // Beyond int64 only the amount itself remains.
            None => prop_assert_eq!(part, amount),
        }
    }

    #[test]
    fn conversion_is_the_nearest_minor_unit(
        minor in amounts(),
        rate in "[0-9]{1,12}(\\.[0-9]{1,12})?",
        from in proptest::sample::select(vec!["IDR", "USD", "JPY", "KWD"]),
        to in proptest::sample::select(vec!["IDR", "USD", "JPY", "KWD"]),
    ) {
        prop_assume!(Rate::parse(&rate).is_ok());
        let (amount, to) = (money(from, minor), id(to));
        let nearest = nearest_even(&converted(amount, &rate, to));
        prop_assert_eq!(convert(amount, &id(&rate), to), nearest.to_i64());
    }
}
