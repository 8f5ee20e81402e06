//! Models of earned media value, both ways.

use super::fields::{Checked, Fields};
use super::proto::values as wire;
use super::values::{check_currency, read_positive_amount};
use crate::domain::{Currency, EmvModel, EmvPrice, MAX_EMV_PRICE, ModelVersion, Money};

/// States the limit of a price.
pub const EMV_PRICE_RULE: &str = "must be at most 1,000,000,000,000 minor units";
/// States that a counter has one price on a platform.
pub const EMV_PAIR_RULE: &str = "must not repeat a platform and counter";

/// Reads a model. The order of its prices says nothing.
pub fn read_emv_model(fields: &mut Fields, message: wire::EmvModel) -> Checked<EmvModel> {
    let version = fields.parse("version", &message.version, ModelVersion::parse);
    let currency = fields.parse("currency_code", &message.currency_code, Currency::parse);
    let mut seen = Vec::new();
    let prices = fields.each("prices", message.prices, |fields, price| {
        let price = read_price(fields, price, currency.ok())?;
        let pair = (price.platform, price.counter);
        if seen.contains(&pair) {
            return Err(fields.refuse_here(EMV_PAIR_RULE));
        }
        seen.push(pair);
        Ok(price)
    });
    let (version, currency, mut prices) = (version?, currency?, prices?);
    prices.sort_by_key(|one| (one.platform, one.counter));
    Ok(EmvModel {
        version,
        currency,
        prices,
    })
}

fn read_price(
    fields: &mut Fields,
    message: wire::EmvPrice,
    currency: Option<Currency>,
) -> Checked<EmvPrice> {
    let platform = fields.one_of("platform", message.platform);
    let counter = fields.one_of("counter", message.counter);
    let price = message.price_per_thousand;
    let price = fields.required("price_per_thousand", price, |fields, price| {
        let price = read_positive_amount(fields, price)?;
        if let Some(currency) = currency {
            check_currency(fields, price, currency);
        }
        fields.check_here(price.minor <= MAX_EMV_PRICE, EMV_PRICE_RULE);
        Ok(price.minor)
    });
    Ok(EmvPrice {
        platform: platform?,
        counter: counter?,
        per_thousand_minor: price?,
    })
}

impl From<&EmvModel> for wire::EmvModel {
    fn from(model: &EmvModel) -> Self {
        let currency = model.currency;
        let price = |one: &EmvPrice| wire::EmvPrice {
            platform: one.platform.number(),
            counter: one.counter.number(),
            price_per_thousand: Some(
                Money {
                    currency,
                    minor: one.per_thousand_minor,
                }
                .into(),
            ),
        };
        Self {
            version: model.version.as_str().to_owned(),
            currency_code: currency.code().to_owned(),
            prices: model.prices.iter().map(price).collect(),
        }
    }
}
