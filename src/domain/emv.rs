//! Earned media value: what a brand holds engagement to be worth, by platform and counter.

use serde::{Deserialize, Serialize};

use super::ids::ModelVersion;
use super::{Counter, Counters, Currency, Platform};

/// Highest price of a thousand, in minor units. Sums over a million posts with the largest counters fit
/// 128 bits.
pub const MAX_EMV_PRICE: i64 = 1_000_000_000_000;

/// A version of the model of a brand. It never changes: a new version replaces it for campaigns that
/// open later.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct EmvModel {
    /// Its name.
    pub version: ModelVersion,
    /// Currency of the prices.
    pub currency: Currency,
    /// In the order of platforms and counters, each pair once.
    pub prices: Vec<EmvPrice>,
}

/// What a counter of a post is worth.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct EmvPrice {
    /// Where the post is.
    pub platform: Platform,
    /// What is counted.
    pub counter: Counter,
    /// Price of a thousand in minor units, 1 to [`MAX_EMV_PRICE`].
    pub per_thousand_minor: i64,
}

impl EmvModel {
    /// Returns the prices of posts on a platform.
    pub fn prices_on(&self, platform: Platform) -> CounterPrices {
        let mut prices = CounterPrices::default();
        let of_platform = self.prices.iter().filter(|one| one.platform == platform);
        for price in of_platform {
            prices.0[price.counter as usize] = price.per_thousand_minor;
        }
        prices
    }
}

/// Prices of a thousand of each counter on one platform, in minor units; 0 for what has no price.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct CounterPrices([i64; Counter::COUNT]);

impl CounterPrices {
    /// Returns the price of a thousand of a counter.
    pub const fn of(&self, counter: Counter) -> i64 {
        self.0[counter as usize]
    }

    /// Returns a thousand times what counters are worth, in minor units; `None` when none that has a
    /// price was seen.
    pub fn worth(&self, counters: &Counters) -> Option<i128> {
        let priced = Counter::ALL.into_iter().filter(|one| self.of(*one) > 0);
        let worth = priced.filter_map(|one| {
            let seen = counters.get(one)?;
            Some(i128::from(seen) * i128::from(self.of(one)))
        });
        worth.reduce(|sum, one| sum + one)
    }
}
