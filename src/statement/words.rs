//! Numbers and names, spelled for people.

use jiff::tz::TimeZone;

use crate::domain::Currency;
use crate::wire::proto::api::AbsentReason;
use crate::wire::proto::api::{MoneyMetric, RatioMetric, money_metric, ratio_metric};

/// The text in place of a missing number.
const NOTHING: &str = "–";

/// Digits of a part of a million behind the point, in percent.
const PERCENT_DIGITS: usize = 4;

/// A value and what is behind it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Spelled {
    /// What is shown.
    pub text: String,
    /// The exact value, or why there is none.
    pub note: String,
    /// Whether it is negative.
    pub is_negative: bool,
}

impl Spelled {
    fn absent(reason: i32) -> Self {
        let name = AbsentReason::try_from(reason)
            .unwrap_or_default()
            .as_str_name();
        Self {
            text: NOTHING.to_owned(),
            note: title(name.trim_start_matches("ABSENT_REASON_")),
            is_negative: false,
        }
    }
}

/// Spells an amount of minor units: `1,250,000.00`.
pub fn amount(minor: i64, currency: &str) -> String {
    decimal(minor, exponent(currency))
}

/// Spells an amount of minor units with its currency: `IDR 1,250,000.00`.
pub fn money(minor: i64, currency: &str) -> String {
    format!("{currency} {}", amount(minor, currency))
}

/// Spells a round amount briefly, without its currency: `1.5 M`.
pub fn short(minor: i64, currency: &str) -> String {
    let spelled = |digits| trimmed(decimal(minor, exponent(currency) + digits));
    let whole = minor.unsigned_abs() / 10_u64.pow(exponent(currency) as u32);
    match whole {
        0..1_000 => spelled(0),
        1_000..1_000_000 => format!("{} K", spelled(3)),
        1_000_000..1_000_000_000 => format!("{} M", spelled(6)),
        1_000_000_000.. => format!("{} B", spelled(9)),
    }
}

fn exponent(currency: &str) -> usize {
    Currency::parse(currency).map_or(0, |currency| currency.exponent() as usize)
}

/// Spells a metric that is an amount, with its currency.
pub fn money_metric(metric: Option<&MoneyMetric>, currency: &str) -> Spelled {
    let spelled = amount_metric(metric, currency);
    match spelled.text.as_str() {
        NOTHING => spelled,
        text => Spelled {
            text: format!("{currency} {text}"),
            ..spelled
        },
    }
}

/// Spells a metric that is an amount.
pub fn amount_metric(metric: Option<&MoneyMetric>, currency: &str) -> Spelled {
    let Some(MoneyMetric {
        value: Some(value),
        exact,
        posts_covered,
        posts,
        decimal: _,
    }) = metric
    else {
        return Spelled::absent(0);
    };
    match value {
        money_metric::Value::MinorUnits(minor) => Spelled {
            text: amount(*minor, currency),
            note: with_posts(format!("exactly {exact}"), *posts_covered, *posts),
            is_negative: *minor < 0,
        },
        money_metric::Value::Absent(reason) => Spelled::absent(*reason),
    }
}

/// Spells a metric that is a ratio, in percent: `212.5 %`.
pub fn percent(metric: Option<&RatioMetric>) -> Spelled {
    ratio(metric, |parts| {
        format!("{} %", trimmed(decimal(parts, PERCENT_DIGITS)))
    })
}

/// Spells a metric that is a ratio, as a factor: `3.125 ×`.
pub fn factor(metric: Option<&RatioMetric>) -> Spelled {
    ratio(metric, |parts| format!("{} ×", trimmed(decimal(parts, 6))))
}

fn ratio(metric: Option<&RatioMetric>, spell: impl Fn(i64) -> String) -> Spelled {
    let Some(RatioMetric {
        value: Some(value),
        exact,
        posts_covered,
        posts,
    }) = metric
    else {
        return Spelled::absent(0);
    };
    match value {
        ratio_metric::Value::PartsPerMillion(parts) => Spelled {
            text: spell(*parts),
            note: match exact.as_str() {
                "" => with_posts(String::new(), *posts_covered, *posts),
                exact => with_posts(format!("exactly {exact}"), *posts_covered, *posts),
            },
            is_negative: *parts < 0,
        },
        ratio_metric::Value::Absent(reason) => Spelled::absent(*reason),
    }
}

/// Adds of how many posts a number is made: `3 of 4 posts`.
fn with_posts(note: String, covered: Option<u64>, posts: Option<u64>) -> String {
    let Some((covered, posts)) = covered.zip(posts) else {
        return note;
    };
    let separator = if note.is_empty() { "" } else { "; " };
    format!("{note}{separator}{covered} of {posts} posts")
}

/// Spells a whole number: `1,250,000`.
pub fn count(number: u64) -> String {
    grouped(&number.to_string())
}

/// Spells the name of an enum's value without the common prefix: `In review`.
pub fn title(name: &str) -> String {
    match name {
        "TIKTOK" => return "TikTok".to_owned(),
        "YOUTUBE" => return "YouTube".to_owned(),
        _ => {}
    }
    let words = name.replace('_', " ").to_lowercase();
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// Spells the type of an event: `Content approved`.
pub fn event(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push('_');
        }
        words.push(letter);
    }
    title(&words)
}

/// Shows a known value.
pub fn known(text: Option<String>) -> String {
    text.unwrap_or_else(|| NOTHING.to_owned())
}

/// Spells a time in a time zone: `1 Nov 2026, 09:30`; without the hour at midnight.
pub fn time(at: Option<&prost_types::Timestamp>, zone: &TimeZone) -> String {
    let moment = at.and_then(|at| jiff::Timestamp::new(at.seconds, at.nanos).ok());
    known(moment.map(|moment| {
        let shown = zone
            .to_datetime(moment)
            .strftime("%-d %b %Y, %H:%M")
            .to_string();
        shown.trim_end_matches(", 00:00").to_owned()
    }))
}

/// Spells a time or a day that is RFC 3339, as [`time`] does. A day is the same in every time zone.
pub fn moment(text: &str, zone: &TimeZone) -> String {
    let (time_of_day, zone) = match text.contains('T') {
        true => ("", zone),
        false => ("T00:00:00Z", &TimeZone::UTC),
    };
    let Ok(moment) = format!("{text}{time_of_day}").parse::<jiff::Timestamp>() else {
        return text.to_owned();
    };
    let at = prost_types::Timestamp {
        seconds: moment.as_second(),
        nanos: 0,
    };
    time(Some(&at), zone)
}

fn decimal(number: i64, digits: usize) -> String {
    let sign = if number < 0 { "−" } else { "" };
    let all = format!("{:0>width$}", number.unsigned_abs(), width = digits + 1);
    let (whole, part) = all.split_at(all.len() - digits);
    let whole = grouped(whole);
    match part {
        "" => format!("{sign}{whole}"),
        part => format!("{sign}{whole}.{part}"),
    }
}

fn trimmed(decimal: String) -> String {
    match decimal.contains('.') {
        true => decimal
            .trim_end_matches('0')
            .trim_end_matches('.')
            .to_owned(),
        false => decimal,
    }
}

fn grouped(digits: &str) -> String {
    let mut grouped = String::with_capacity(digits.len() * 4 / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_the_decimals_of_their_currency() {
        assert_eq!(money(125_000_000, "IDR"), "IDR 1,250,000.00");
        assert_eq!(money(-5, "USD"), "USD −0.05");
        assert_eq!(money(1_234, "JPY"), "JPY 1,234");
        assert_eq!(money(i64::MIN, "KWD"), "KWD −9,223,372,036,854,775.808");
    }

    #[test]
    fn ratios_lose_no_digit() {
        let of = |parts| RatioMetric {
            value: Some(ratio_metric::Value::PartsPerMillion(parts)),
            exact: "17/8".to_owned(),
            ..RatioMetric::default()
        };
        assert_eq!(percent(Some(&of(2_125_000))).text, "212.5 %");
        assert_eq!(percent(Some(&of(-1))).text, "−0.0001 %");
        assert_eq!(percent(Some(&of(1_000_000))).text, "100 %");
        assert_eq!(factor(Some(&of(2_125_000))).text, "2.125 ×");
        assert_eq!(percent(Some(&of(2_125_000))).note, "exactly 17/8");
    }

    #[test]
    fn round_amounts_take_little_room() {
        assert_eq!(short(150_000_000, "IDR"), "1.5 M");
        assert_eq!(short(-20_000, "USD"), "−200");
        assert_eq!(short(5_000, ""), "5 K");
        assert_eq!(short(0, "IDR"), "0");
    }

    #[test]
    fn times_are_read_at_a_glance() {
        let utc = &TimeZone::UTC;
        let spelled = moment("2026-11-01T09:30:05.25Z", utc);
        assert_eq!(spelled, "1 Nov 2026, 09:30");
        assert_eq!(moment("2026-11-01", utc), "1 Nov 2026");
        assert_eq!(time(None, utc), NOTHING);
        let west = &TimeZone::fixed(jiff::tz::offset(-10));
        let spelled = moment("2026-11-01T09:30:05.25Z", west);
        assert_eq!(spelled, "31 Oct 2026, 23:30");
        assert_eq!(moment("2026-11-01", west), "1 Nov 2026");
    }

    #[test]
    fn absence_says_why() {
        let absent = RatioMetric {
            value: Some(ratio_metric::Value::Absent(AbsentReason::ZeroCost.into())),
            ..RatioMetric::default()
        };
        let spelled = percent(Some(&absent));
        assert_eq!(
            (spelled.text.as_str(), spelled.note.as_str()),
            ("–", "Zero cost")
        );
    }

    #[test]
    fn names_are_words() {
        assert_eq!(title("IN_REVIEW"), "In review");
        assert_eq!(event("ContentApproved"), "Content approved");
        assert_eq!(count(1_000), "1,000");
        assert_eq!(count(999), "999");
    }
}
