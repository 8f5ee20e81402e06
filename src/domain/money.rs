//! Exact money: integers in minor units, and rationals where an amount is divided. No floats.

use std::fmt;

use num_rational::Ratio;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The rule for currency codes.
pub const CURRENCY_RULE: &str = "must be an ISO 4217 code of a currency with minor units";

/// A currency of ISO 4217 that amounts can be stated in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// Parses a code such as `IDR`.
    ///
    /// # Errors
    /// Returns [`CURRENCY_RULE`] when the code is unknown or has no minor unit, such as `XXX`.
    pub fn parse(code: &str) -> Result<Self, &'static str> {
        let known = iso_currency::Currency::from_code(code).ok_or(CURRENCY_RULE)?;
        known.exponent().ok_or(CURRENCY_RULE)?;
        let bytes = code.as_bytes().try_into().map_err(|_| CURRENCY_RULE)?;
        Ok(Self(bytes))
    }

    /// Returns the code.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a parsed code is ASCII")
    }

    /// Returns the decimals of the minor unit (ISO 4217): IDR 2, JPY 0, KWD 3.
    pub fn exponent(&self) -> u32 {
        iso_currency::Currency::from_code(self.code())
            .and_then(|currency| currency.exponent())
            .map(u32::from)
            .expect("a parsed code has an exponent")
    }

    /// Returns the smallest amount that can be paid, in minor units: IDR 100 (one rupiah), others 1.
    pub fn settlement_increment(&self) -> i64 {
        match self.code() {
            "IDR" => 100,
            _ => 1,
        }
    }

    /// States the rule of amounts that can be paid.
    pub fn payable_rule(&self) -> String {
        let increment = self.settlement_increment();
        format!("must be a multiple of {increment} minor units, what {self} can pay")
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = <[u8; 3]>::deserialize(deserializer)?;
        let code = std::str::from_utf8(&bytes).map_err(de::Error::custom)?;
        Currency::parse(code).map_err(de::Error::custom)
    }
}

/// An amount of one currency, in minor units.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Money {
    /// The currency.
    pub currency: Currency,
    /// The amount, in minor units of the currency.
    pub minor: i64,
}

impl Money {
    /// Tells whether it can be paid: whether it is a multiple of the settlement increment.
    pub fn is_payable(&self) -> bool {
        self.minor % self.currency.settlement_increment() == 0
    }

    /// Parses decimal text in major units: an optional `-`, digits, and perhaps a point and at most as
    /// many digits behind it as the currency has decimals.
    ///
    /// ```
    /// use campaign_ledger::domain::{Currency, Money};
    /// let idr = Currency::parse("IDR").unwrap();
    /// assert_eq!(Money::parse_decimal(idr, "2500000").unwrap().minor, 250_000_000);
    /// assert!(Money::parse_decimal(idr, "2,500,000").is_err());
    /// ```
    ///
    /// # Errors
    /// Returns the rule that the text breaks.
    pub fn parse_decimal(currency: Currency, text: &str) -> Result<Self, String> {
        let decimals = currency.exponent() as usize;
        let (sign, digits) = match text.strip_prefix('-') {
            Some(digits) => (-1, digits),
            None => (1, text),
        };
        let (whole, fraction) = match digits.split_once('.') {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (digits, None),
        };
        let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let fits = fraction.is_none_or(|part| (1..=decimals).contains(&part.len()));
        let parts = [whole, fraction.unwrap_or_default()];
        if whole.is_empty() || !fits || !parts.into_iter().all(is_number) {
            return Err(decimal_rule(currency));
        }
        let padding = std::iter::repeat_n(b'0', decimals - parts[1].len());
        let minor = parts
            .into_iter()
            .flat_map(str::bytes)
            .chain(padding)
            .try_fold(0_i64, |minor, digit| {
                let digit = i64::from(digit - b'0') * sign;
                minor.checked_mul(10)?.checked_add(digit)
            });
        let minor = minor.ok_or(DECIMAL_RANGE_RULE)?;
        Ok(Self { currency, minor })
    }

    /// Spells it as decimal text in major units, with all decimals of the currency.
    pub fn decimal(&self) -> String {
        let decimals = self.currency.exponent() as usize;
        let width = decimals + 1;
        let digits = format!("{:0>width$}", self.minor.unsigned_abs());
        let (whole, fraction) = digits.split_at(digits.len() - decimals);
        let sign = if self.minor < 0 { "-" } else { "" };
        match fraction {
            "" => format!("{sign}{whole}"),
            fraction => format!("{sign}{whole}.{fraction}"),
        }
    }
}

/// The rule of decimal text that is too large.
const DECIMAL_RANGE_RULE: &str = "must fit int64 in minor units";

fn decimal_rule(currency: Currency) -> String {
    match currency.exponent() {
        0 => format!("must be digits of {currency} without a point, \"-\" before them if negative"),
        decimals => format!(
            "must be digits of {currency} with at most {decimals} after a point, \"-\" before them if \
             negative"
        ),
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} minor", self.currency, self.minor)
    }
}

/// The rule for exchange rates.
pub const RATE_RULE: &str =
    "must be a decimal above 0 with at most 18 digits before and 12 after the point";
const RATE_DIGITS: (usize, usize) = (18, 12);

/// A pinned exchange rate: major units of the reporting currency for one major unit of the amount.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FxRate {
    /// The rate as decimal text, as given.
    pub rate: Rate,
    /// Who published the rate.
    pub source: String,
    /// When it was in force.
    pub rated_at: super::Timestamp,
}

/// The decimal text of a rate. Its value is exact.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Rate(String);

impl Rate {
    /// Parses decimal text such as `15875.5`.
    ///
    /// # Errors
    /// Returns [`RATE_RULE`] when the text breaks it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str, most: usize| {
            (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        let well_formed = digits(whole, RATE_DIGITS.0) && digits(fraction, RATE_DIGITS.1);
        let positive = text.bytes().any(|byte| (b'1'..=b'9').contains(&byte));
        if well_formed && positive {
            Ok(Self(text.to_owned()))
        } else {
            Err(RATE_RULE)
        }
    }

    /// Returns the text as given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn exact(&self) -> Ratio<i128> {
        let (whole, fraction) = self.0.split_once('.').unwrap_or((&self.0, ""));
        let scale = 10_i128.pow(fraction.len() as u32);
        let digits = format!("{whole}{fraction}");
        let number = digits.parse().expect("at most 30 digits fit i128");
        Ratio::new(number, scale)
    }
}

/// Converts an amount at a rate into minor units of `to`, half-even to the minor unit.
///
/// Returns `None` when the result does not fit int64.
///
/// ```
/// use campaign_ledger::domain::{Currency, Money, Rate, convert};
/// let usd = Currency::parse("USD").unwrap();
/// let idr = Currency::parse("IDR").unwrap();
/// let ten_dollars = Money { currency: usd, minor: 1_000 };
/// // 10 USD at 15,875.5 is Rp158,755, which is 15,875,500 minor units.
/// assert_eq!(convert(ten_dollars, &Rate::parse("15875.5").unwrap(), idr), Some(15_875_500));
/// ```
pub fn convert(amount: Money, rate: &Rate, to: Currency) -> Option<i64> {
    use num_traits::CheckedMul;
    let from_scale = 10_i128.pow(amount.currency.exponent());
    let to_scale = 10_i128.pow(to.exponent());
    let scaled = Ratio::new(i128::from(amount.minor) * to_scale, from_scale);
    let exact = scaled.checked_mul(&rate.exact())?;
    i64::try_from(half_even(exact)).ok()
}

/// Rounds to the nearest integer, ties to the even one.
pub fn half_even(value: Ratio<i128>) -> i128 {
    let (numerator, denominator) = (*value.numer(), *value.denom());
    let floor = numerator.div_euclid(denominator);
    let rest = numerator.rem_euclid(denominator);
    match (denominator - rest).cmp(&rest) {
        std::cmp::Ordering::Greater => floor,
        std::cmp::Ordering::Less => floor + 1,
        std::cmp::Ordering::Equal => floor + (floor & 1),
    }
}

/// The whole, in basis points.
pub const WHOLE_BP: u32 = 10_000;

/// Returns a part of an amount, rounded half-even to the increment.
///
/// `amount_minor` and the result are in minor units. `part_bp` is at most 10,000, so the result
/// fits.
pub fn part_of(amount_minor: i64, part_bp: u32, increment: i64) -> i64 {
    let exact = Ratio::new(
        i128::from(amount_minor) * i128::from(part_bp),
        i128::from(WHOLE_BP) * i128::from(increment),
    );
    let rounded = half_even(exact) * i128::from(increment);
    i64::try_from(rounded).unwrap_or(amount_minor)
}

/// Splits an amount by shares. Each part is rounded half-even to the increment; the rest goes to the
/// last share that has room: no part has the other sign, or is more than the amount.
///
/// The shares add up to 10,000. The parts add up to the amount.
///
/// ```
/// use campaign_ledger::domain::allocate;
/// assert_eq!(allocate(100, &[3_333, 3_333, 3_334], 1), [33, 33, 34]);
/// // In rupiah: 1,001 minor units split in half, to whole rupiah, the rest on the last.
/// assert_eq!(allocate(1_001, &[5_000, 5_000], 100), [500, 501]);
/// // Three yen among five: 0.6 each is rounded to 1, and the last two have nothing to give.
/// assert_eq!(allocate(3, &[2_000; 5], 1), [1, 1, 1, 0, 0]);
/// ```
pub fn allocate(amount_minor: i64, shares_bp: &[u32], increment: i64) -> Vec<i64> {
    let shares = shares_bp.iter();
    let rounded: Vec<i64> = shares
        .map(|share| part_of(amount_minor, *share, increment))
        .collect();
    if amount_minor < 0 {
        let rounded: Vec<i64> = rounded.iter().map(|part| part.saturating_neg()).collect();
        let room = vec![amount_minor.saturating_neg(); rounded.len()];
        let parts = fit(amount_minor.saturating_neg(), &rounded, &room);
        return parts.iter().map(|part| -part).collect();
    }
    let room = vec![amount_minor; rounded.len()];
    fit(amount_minor, &rounded, &room)
}

/// Returns parts near the wanted ones that add up to the amount, each from 0 to its room. What is
/// missing or too much goes to the last part that can take it, then to the one before.
///
/// `amount` is 0 or more. Where there is too little room for it, the parts add up to the room.
pub fn fit(amount: i64, wanted: &[i64], room: &[i64]) -> Vec<i64> {
    let mut parts: Vec<i64> = wanted
        .iter()
        .zip(room)
        .map(|(wanted, room)| (*wanted).clamp(0, (*room).max(0)))
        .collect();
    let given: i128 = parts.iter().map(|part| i128::from(*part)).sum();
    let mut missing = i128::from(amount) - given;
    for (part, room) in parts.iter_mut().zip(room).rev() {
        let most = i128::from((*room).max(0) - *part);
        let least = -i128::from(*part);
        let change = missing.clamp(least, most);
        missing -= change;
        // Between 0 and the room, which fits.
        *part = i64::try_from(i128::from(*part) + change).unwrap_or(*part);
    }
    parts
}
