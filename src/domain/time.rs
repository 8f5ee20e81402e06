//! Moments, exact to the nanosecond.

use std::fmt;

use serde::{Deserialize, Serialize};

const NANOS_PER_SECOND: i64 = 1_000_000_000;

/// Longest a caller's clock may run ahead of ours: the usual drift of machines without care.
pub const CLOCK_TOLERANCE: Span = Span::seconds(5 * 60);
/// States the rule a claimed time keeps.
pub const FUTURE_RULE: &str = "must not be more than 5 minutes in the future";

/// A moment, in nanoseconds since 1970-01-01T00:00:00Z; reaches to the year 2262.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Names a moment from seconds and nanoseconds since 1970; `None` before 1970 or after 2262.
    pub fn new(seconds: i64, nanos: i32) -> Option<Self> {
        if seconds < 0 || !(0..NANOS_PER_SECOND).contains(&i64::from(nanos)) {
            return None;
        }
        let whole = seconds.checked_mul(NANOS_PER_SECOND)?;
        whole.checked_add(i64::from(nanos)).map(Self)
    }

    /// Names a moment from nanoseconds since 1970.
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// Returns nanoseconds since 1970.
    pub const fn nanos(self) -> i64 {
        self.0
    }

    /// Splits into whole seconds since 1970 and the nanoseconds beyond.
    pub fn parts(self) -> (i64, i32) {
        let nanos = self.0.rem_euclid(NANOS_PER_SECOND);
        (self.0.div_euclid(NANOS_PER_SECOND), nanos as i32)
    }

    /// Returns the moment so many days later, or the last one there is.
    #[must_use]
    pub fn later_by_days(self, days: u32) -> Self {
        let nanos = i64::from(days).saturating_mul(24 * 60 * 60 * 1_000_000_000);
        Self::from_nanos(self.nanos().saturating_add(nanos))
    }

    /// Returns the time from `earlier` to here; negative when `earlier` is later.
    pub fn since(self, earlier: Timestamp) -> Span {
        Span(i128::from(self.0) - i128::from(earlier.0))
    }

    /// Returns the moment so long after this one, at most the last one there is.
    pub fn after(self, span: Span) -> Self {
        let nanos = (i128::from(self.0) + span.0).clamp(0, i128::from(i64::MAX));
        Self(i64::try_from(nanos).unwrap_or(i64::MAX))
    }

    /// Tells whether this moment is further ahead of `now` than a clock may drift.
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
    /// So many seconds.
    pub const fn seconds(seconds: i64) -> Self {
        Self(seconds as i128 * NANOS_PER_SECOND as i128)
    }

    /// So many days of 24 hours.
    pub const fn days(days: u32) -> Self {
        Self::seconds(days as i64 * 24 * 60 * 60)
    }

    /// So many hours.
    pub const fn hours(hours: u32) -> Self {
        Self::seconds(hours as i64 * 60 * 60)
    }

    /// Returns whole seconds, rounded down, 0 when negative: how long something lasted.
    pub fn whole_seconds(self) -> u64 {
        let nanos = u128::try_from(self.0).unwrap_or(0);
        u64::try_from(nanos / NANOS_PER_SECOND as u128).unwrap_or(u64::MAX)
    }

    /// Returns whole seconds, rounded up, 0 when negative: how late something is.
    pub fn seconds_late(self) -> u64 {
        let nanos = u128::try_from(self.0).unwrap_or(0);
        u64::try_from(nanos.div_ceil(NANOS_PER_SECOND as u128)).unwrap_or(u64::MAX)
    }
}
