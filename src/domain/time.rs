//! Points in time and lengths of time, exact to the nanosecond.

use std::fmt;

use serde::{Deserialize, Serialize};

const NANOS_PER_SECOND: i64 = 1_000_000_000;

/// How far ahead of our clock a caller's clock may be: the usual drift of machines without time
/// synchronisation.
pub const CLOCK_TOLERANCE: Span = Span::seconds(5 * 60);
/// The rule for times that callers state.
pub const FUTURE_RULE: &str = "must not be more than 5 minutes in the future";

/// A point in time, in nanoseconds since 1970-01-01T00:00:00Z. The last one is in the year 2262.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Makes a timestamp from seconds and nanoseconds since 1970; `None` before 1970 or after 2262.
    pub fn new(seconds: i64, nanos: i32) -> Option<Self> {
        if seconds < 0 || !(0..NANOS_PER_SECOND).contains(&i64::from(nanos)) {
            return None;
        }
        let whole = seconds.checked_mul(NANOS_PER_SECOND)?;
        whole.checked_add(i64::from(nanos)).map(Self)
    }

    /// Makes a timestamp from nanoseconds since 1970.
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// Returns nanoseconds since 1970.
    pub const fn nanos(self) -> i64 {
        self.0
    }

    /// Splits into whole seconds since 1970 and the remaining nanoseconds.
    pub fn parts(self) -> (i64, i32) {
        let nanos = self.0.rem_euclid(NANOS_PER_SECOND);
        (self.0.div_euclid(NANOS_PER_SECOND), nanos as i32)
    }

    /// Returns the time `days` days later, or the last possible time.
    #[must_use]
    pub fn later_by_days(self, days: u32) -> Self {
        let nanos = i64::from(days).saturating_mul(24 * 60 * 60 * 1_000_000_000);
        Self::from_nanos(self.nanos().saturating_add(nanos))
    }

    /// Returns the time from `earlier` to this one; negative when `earlier` is later.
    pub fn since(self, earlier: Timestamp) -> Span {
        Span(i128::from(self.0) - i128::from(earlier.0))
    }

    /// Returns the time `span` after this one, or the last possible time.
    pub fn after(self, span: Span) -> Self {
        let nanos = (i128::from(self.0) + span.0).clamp(0, i128::from(i64::MAX));
        Self(i64::try_from(nanos).unwrap_or(i64::MAX))
    }

    /// Returns whether this time is further ahead of `now` than a clock may drift.
    pub fn is_future(self, now: Timestamp) -> bool {
        self.since(now) > CLOCK_TOLERANCE
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_nanosecond(i128::from(self.0)) {
            Ok(moment) => moment.fmt(f),
            Err(_) => write!(f, "{} ns", self.0),
        }
    }
}

/// A length of time, in nanoseconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Span(i128);

impl Span {
    /// Makes a span of this many seconds.
    pub const fn seconds(seconds: i64) -> Self {
        Self(seconds as i128 * NANOS_PER_SECOND as i128)
    }

    /// Makes a span of this many days of 24 hours.
    pub const fn days(days: u32) -> Self {
        Self::seconds(days as i64 * 24 * 60 * 60)
    }

    /// Makes a span of this many hours.
    pub const fn hours(hours: u32) -> Self {
        Self::seconds(hours as i64 * 60 * 60)
    }

    /// Returns nanoseconds; negative when it leads back.
    pub const fn nanos(self) -> i128 {
        self.0
    }

    /// Returns whole seconds, rounded down, 0 when negative: a duration.
    pub fn whole_seconds(self) -> u64 {
        let nanos = u128::try_from(self.0).unwrap_or(0);
        u64::try_from(nanos / NANOS_PER_SECOND as u128).unwrap_or(u64::MAX)
    }

    /// Returns whole seconds, rounded up, 0 when negative: a delay.
    pub fn seconds_late(self) -> u64 {
        let nanos = u128::try_from(self.0).unwrap_or(0);
        u64::try_from(nanos.div_ceil(NANOS_PER_SECOND as u128)).unwrap_or(u64::MAX)
    }
}
