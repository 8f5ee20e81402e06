//! Amounts: in minor units, as decimal text, or as both.

use campaign_ledger::domain::*;
use campaign_ledger::grpc::settlement::parse::*;
use campaign_ledger::wire::proto::{api, values};

use super::settlement::cost;
use super::{command, context, now, texts, wire_idr};

fn told(currency_code: &str, minor_units: Option<i64>, decimal: &str) -> Option<values::Money> {
    Some(values::Money {
        currency_code: currency_code.to_owned(),
        minor_units,
        decimal: decimal.to_owned(),
    })
}

fn read(amount: Option<values::Money>) -> Result<i64, Vec<String>> {
    let request = api::RecordCostRequest {
        amount,
        fx_rate: None,
        ..cost()
    };
    let write = record_cost(request, now()).map_err(texts)?;
    match write.request.command {
        Command::Cost {
            verb: CostVerb::Record { amount, .. },
            ..
        } => Ok(amount.minor),
        other => panic!("{other:?}"),
    }
}

#[test]
fn decimal_text_is_exact() {
    let good = [
        ("IDR", "2500000", 250_000_000),
        ("IDR", "2500000.00", 250_000_000),
        ("IDR", "007", 700),
        ("JPY", "1000", 1_000),
        ("KWD", "1.234", 1_234),
        ("KWD", "0.2", 200),
        ("USD", "92233720368547758.07", i64::MAX),
    ];
    for (currency, text, minor) in good {
        assert_eq!(read(told(currency, None, text)), Ok(minor), "{text}");
        assert_eq!(read(told(currency, Some(minor), text)), Ok(minor), "{text}");
    }
}

#[test]
fn decimal_text_that_is_no_plain_number_is_refused() {
    let idr = "amount.decimal must be digits of IDR with at most 2 after a point, \"-\" before them \
               if negative";
    let bad = [
        "0.001", "1.000", "1e3", "1E3", "+1", "--1", "-", ".5", "5.", ".", "1.2.3", "1,5", "1,000",
        "1 000", " 1", "1 ", "1_0", "٢", "２", "½", "0x1", "NaN", "Rp1", "−1",
    ];
    for text in bad {
        assert_eq!(
            read(told("IDR", None, text)),
            Err(vec![idr.to_owned()]),
            "{text}"
        );
    }
    let yen = "amount.decimal must be digits of JPY without a point, \"-\" before them if negative";
    assert_eq!(read(told("JPY", None, "1.0")), Err(vec![yen.to_owned()]));
    for text in [
        "92233720368547758.08",
        "99999999999999999999999999999999999999999",
    ] {
        let rule = "amount.decimal must fit int64 in minor units";
        assert_eq!(read(told("USD", None, text)), Err(vec![rule.to_owned()]));
    }
}

#[test]
fn rule_of_an_amount_names_the_field_that_states_it() {
    let refused = [
        (
            told("IDR", None, ""),
            "amount.minor_units is required unless decimal is given",
        ),
        (told("IDR", None, "0"), "amount.decimal must be more than 0"),
        (
            told("IDR", None, "-5"),
            "amount.decimal must be more than 0",
        ),
        (
            told("IDR", Some(0), "0"),
            "amount.minor_units must be more than 0",
        ),
        (
            told("IDR", Some(5), "5"),
            "amount.decimal must be the amount that minor_units states",
        ),
        (
            told("IDR", None, "0.50"),
            "amount.decimal must be a multiple of 100 minor units, what IDR can pay",
        ),
        (
            told("idr", None, "5"),
            "amount.currency_code must be an ISO 4217 code of a currency with minor units",
        ),
    ];
    for (amount, rule) in refused {
        assert_eq!(
            read(amount.clone()),
            Err(vec![rule.to_owned()]),
            "{amount:?}"
        );
    }
}

#[test]
fn lowest_amount_has_decimal_text_too() {
    let usd = Currency::parse("USD").unwrap();
    let lowest = Money::parse_decimal(usd, "-92233720368547758.08").unwrap();
    assert_eq!(lowest.minor, i64::MIN);
    assert_eq!(lowest.decimal(), "-92233720368547758.08");
    assert!(Money::parse_decimal(usd, "-92233720368547758.09").is_err());
}

#[test]
fn approval_is_stated_in_minor_units_or_as_an_amount() {
    let approve = |approved_minor, approved| {
        let request = api::ApproveCostRequest {
            brand_id: "kulit".to_owned(),
            context: context(),
            campaign_id: "jujur".to_owned(),
            cost_id: "c-1".to_owned(),
            approved_minor,
            approved,
        };
        let write = approve_cost(request, now());
        match write.is_ok() {
            true => match command(write) {
                Command::Cost { verb, .. } => Ok(verb),
                other => panic!("{other:?}"),
            },
            false => Err(texts(write.unwrap_err())),
        }
    };
    let idr = Currency::parse("IDR").unwrap();
    let of = |approved_minor, currency| {
        Ok(CostVerb::Approve {
            approved_minor,
            currency,
        })
    };
    assert_eq!(approve(None, None), of(None, None));
    assert_eq!(approve(Some(500), None), of(Some(500), None));
    assert_eq!(
        approve(None, told("IDR", None, "5")),
        of(Some(500), Some(idr))
    );
    assert_eq!(approve(Some(500), wire_idr(500)), of(Some(500), Some(idr)));
    let rule = "approved must be the amount that approved_minor states";
    assert_eq!(
        approve(Some(600), wire_idr(500)),
        Err(vec![rule.to_owned()])
    );
}
