//! The clock, as a parameter, so that tests control time.
//!
//! A clock shows two times at once: the time of day, which people and daemons may set, and the
//! elapsed time, which cannot be set. [`Guard`] compares them.

mod guard;

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use rustix::time::{ClockId, clock_gettime};

use crate::domain::Timestamp;

pub use guard::{Doubt, Guard, StartError};

/// The two times that a clock shows at one moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reading {
    /// The time of day. It jumps when the clock is set.
    pub wall: Timestamp,
    /// Nanoseconds since a fixed moment. Setting the time of day does not change them.
    pub elapsed_ns: i64,
}

/// A source of the time.
pub trait Clock: Send + Sync + 'static {
    /// Reads the time of day and the elapsed time.
    fn reading(&self) -> Reading;
}

/// The clock of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

/// This clock counts while the machine sleeps, so that opening a laptop is not a jump.
#[cfg(any(target_os = "linux", target_os = "android"))]
const ELAPSED: ClockId = ClockId::Boottime;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const ELAPSED: ClockId = ClockId::Monotonic;

impl SystemClock {
    /// Returns the time of day.
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    pub fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let nanos = since.map(|since| since.as_nanos()).unwrap_or_default();
        Timestamp::from_nanos(i64::try_from(nanos).unwrap_or(i64::MAX))
    }
}

impl Clock for SystemClock {
    fn reading(&self) -> Reading {
        let elapsed = clock_gettime(ELAPSED);
        let seconds = elapsed.tv_sec.saturating_mul(1_000_000_000);
        Reading {
            wall: self.now(),
            elapsed_ns: seconds.saturating_add(elapsed.tv_nsec),
        }
    }
}

/// A clock that moves only when a test moves it.
#[derive(Debug)]
pub struct ManualClock {
    wall: AtomicI64,
    /// Difference between the time of day and the elapsed time, in nanoseconds.
    jumped: AtomicI64,
}

impl ManualClock {
    /// Makes a clock that shows this time.
    pub fn at(time: Timestamp) -> Self {
        Self {
            wall: AtomicI64::new(time.nanos()),
            jumped: AtomicI64::new(0),
        }
    }

    /// Lets time pass until the time of day is `time`.
    pub fn set(&self, time: Timestamp) {
        self.wall.store(time.nanos(), Ordering::SeqCst);
    }

    /// Sets the time of day ahead by `seconds`, or back if they are negative. No time passes.
    pub fn jump(&self, seconds: i64) {
        let nanos = seconds.saturating_mul(1_000_000_000);
        self.jumped.fetch_add(nanos, Ordering::SeqCst);
        self.wall.fetch_add(nanos, Ordering::SeqCst);
    }

    /// Returns the reading that the clock has when the time of day is `wall`.
    pub fn reading_at(&self, wall: Timestamp) -> Reading {
        let jumped = self.jumped.load(Ordering::SeqCst);
        Reading {
            wall,
            elapsed_ns: wall.nanos().saturating_sub(jumped),
        }
    }
}

impl Clock for ManualClock {
    fn reading(&self) -> Reading {
        self.reading_at(Timestamp::from_nanos(self.wall.load(Ordering::SeqCst)))
    }
}
