//! Random texts and numbers: each is accepted exactly when its rule allows it.

use campaign_ledger::domain::{
    ActorId, BrandId, CampaignId, CollaborationId, CostId, CreatorId, Currency, DeliverableId,
    ModelVersion, Money, Niche, OrderSource, PaymentId, PublicationId, Rate, Reference, RefundId,
    RequestId, ShipmentId, Timestamp, Violation, convert,
};
use campaign_ledger::grpc::settlement::parse::record_cost;
use campaign_ledger::wire::proto::{api, values};
use num_bigint::BigInt;
use num_rational::Ratio;
use proptest::prelude::*;

use super::tries;
use crate::service::numbers::half_even;
use crate::support::server::{by_brand, day};

/// Returns any text; many are almost an id, a rate or a code.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,90}",
        "[a-z0-9_-]{0,66}",
        "[a-zA-Z0-9_.:-]{62,66}",
        "[ -~]{126,130}",
        "[a-z0-9_-]{0,30}[ A-Z.é\\x00\\n]{0,1}[a-z0-9_-]{0,35}",
    ]
}

/// Returns whether a text has 1 to `most` characters, all of them allowed.
fn keeps(text: &str, most: usize, allowed: impl Fn(char) -> bool) -> bool {
    let count = text.chars().count();
    count >= 1 && count <= most && text.chars().all(allowed)
}

#[test]
fn ids_are_what_the_rule_says() {
    type Parse = fn(&str) -> bool;
    let kinds: [Parse; 14] = [
        |text| BrandId::parse(text).is_ok(),
        |text| CampaignId::parse(text).is_ok(),
        |text| CreatorId::parse(text).is_ok(),
        |text| CollaborationId::parse(text).is_ok(),
        |text| DeliverableId::parse(text).is_ok(),
        |text| PublicationId::parse(text).is_ok(),
        |text| ShipmentId::parse(text).is_ok(),
        |text| CostId::parse(text).is_ok(),
        |text| PaymentId::parse(text).is_ok(),
        |text| RefundId::parse(text).is_ok(),
        |text| ActorId::parse(text).is_ok(),
        |text| OrderSource::parse(text).is_ok(),
        |text| Niche::parse(text).is_ok(),
        |text| ModelVersion::parse(text).is_ok(),
    ];
    let letters = "abcdefghijklmnopqrstuvwxyz0123456789-_";
    tries().run(text(), |text| {
        let expected = keeps(&text, 64, |one| letters.contains(one));
        for accepts in kinds {
            prop_assert_eq!(accepts(&text), expected);
        }
        if let Ok(id) = BrandId::parse(&text) {
            prop_assert_eq!(id.as_str(), text);
        }
        Ok(())
    });
}

#[test]
fn references_are_what_the_rule_says() {
    tries().run(text(), |text| {
        let printable = |one: char| (' '..='~').contains(&one);
        prop_assert_eq!(
            Reference::parse(&text).is_ok(),
            keeps(&text, 128, printable)
        );
        let named = |one: char| one.is_ascii_alphanumeric() || "-_.:".contains(one);
        prop_assert_eq!(RequestId::parse(&text).is_ok(), keeps(&text, 64, named));
        Ok(())
    });
}

#[test]
fn rates_are_positive_decimals_and_nothing_else() {
    let rate = prop_oneof![
        "[0-9]{0,20}[.]{0,2}[0-9]{0,14}",
        "0{0,3}[.]0{0,13}[01]?",
        "[-+ ]?[0-9]{1,4}[.,e]?[0-9]{0,3}",
        text(),
    ];
    tries().run(rate, |text| {
        let mut parts = text.split('.');
        let (whole, fraction) = (parts.next().unwrap(), parts.next());
        let digits = |part: &str, most| keeps(part, most, |one| one.is_ascii_digit());
        let is_decimal = parts.next().is_none()
            && digits(whole, 18)
            && fraction.is_none_or(|fraction| digits(fraction, 12));
        let is_zero = text.chars().all(|one| "0.".contains(one));
        prop_assert_eq!(Rate::parse(&text).is_ok(), is_decimal && !is_zero);
        Ok(())
    });
}

#[test]
fn times_reach_from_1970_to_2262() {
    let seconds = prop_oneof![
        any::<i64>(),
        -3..3_i64,
        9_223_372_034..9_223_372_039_i64,
        0..9_223_372_036_i64,
    ];
    let nanos = prop_oneof![any::<i32>(), -2..2_i32, 999_999_998..1_000_000_002_i32];
    tries().run((seconds, nanos), |(seconds, nanos)| {
        let exact = i128::from(seconds) * 1_000_000_000 + i128::from(nanos);
        let may_be =
            seconds >= 0 && (0..1_000_000_000).contains(&nanos) && exact <= i128::from(i64::MAX);
        let time = Timestamp::new(seconds, nanos);
        prop_assert_eq!(
            time.map(|at| i128::from(at.nanos())),
            may_be.then_some(exact)
        );
        if let Some(time) = time {
            prop_assert_eq!(time.parts(), (seconds, nanos));
            prop_assert!(!time.to_string().is_empty());
        }
        Ok(())
    });
}

#[test]
fn conversion_is_exact_or_absent() {
    let codes = || prop::sample::select(vec!["IDR", "USD", "JPY", "KWD", "CLF"]);
    let rate = "[0-9]{1,18}([.][0-9]{1,12})?";
    let minor = prop_oneof![any::<i64>(), 0..2_000_000_000_i64];
    tries().run(
        (codes(), codes(), rate, minor),
        |(from, to, rate, minor)| {
            let Ok(parsed) = Rate::parse(&rate) else {
                return Ok(());
            };
            let [from, to] = [from, to].map(|code| Currency::parse(code).unwrap());
            let decimals = rate
                .split_once('.')
                .map_or(0, |(_, part)| part.len() as u32);
            let digits: BigInt = rate.replace('.', "").parse().unwrap();
            let ten = BigInt::from(10);
            let exact = Ratio::new(
                digits * minor * ten.pow(to.exponent()),
                ten.pow(decimals + from.exponent()),
            );
            let amount = Money {
                currency: from,
                minor,
            };
            let expected = i64::try_from(half_even(&exact)).ok();
            prop_assert_eq!(convert(amount, &parsed, to), expected);
            Ok(())
        },
    );
}

#[test]
fn money_is_an_amount_above_zero_of_a_currency() {
    let code = prop_oneof!["[A-Z]{3}", "IDR|JPY|KWD|USD|XXX|XAU", text()];
    let minor = prop_oneof![any::<i64>(), -2..2_i64];
    tries().run((code, minor), |(code, minor)| {
        let known = Currency::parse(&code);
        if let Ok(currency) = known {
            prop_assert_eq!(currency.code(), &code);
            prop_assert!(keeps(&code, 3, |one| one.is_ascii_uppercase()) && code.len() == 3);
            prop_assert!(currency.exponent() <= 4);
        }
        let request = api::RecordCostRequest {
            brand_id: String::from("kopi"),
            context: by_brand(""),
            campaign_id: String::from("launch"),
            r#type: values::CostType::Shipping.into(),
            amount: Some(values::Money {
                currency_code: code,
                minor_units: Some(minor),
                ..values::Money::default()
            }),
            incurred_at: Some(day(0)),
            ..api::RecordCostRequest::default()
        };
        let now = Timestamp::new(day(1).seconds, 0).unwrap();
        let parsed = record_cost(request, now);
        let is_payable = |one: Currency| minor % one.settlement_increment() == 0;
        prop_assert_eq!(parsed.is_ok(), minor > 0 && known.is_ok_and(is_payable));
        if let Err(violations) = parsed {
            let about_money = |one: &Violation| one.field.starts_with("amount");
            prop_assert!(violations.iter().all(about_money), "{:?}", violations);
        }
        Ok(())
    });
}
