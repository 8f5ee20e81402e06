//! The clock, as a parameter, so that tests own time.
//!
//! A clock shows two times at once: the time of day, which people and daemons may set, and how much
//! time has passed, which nobody can. [`Guard`] compares them.

mod guard;

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use rustix::time::{ClockId, clock_gettime};

use crate::domain::Timestamp;

pub use guard::{Doubt, Guard, StartError};

/// What a clock shows at one moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reading {
    /// The time of day. It jumps when somebody sets the clock.
    pub wall: Timestamp,
    /// Nanoseconds since a moment that stays the same. They pass at the same pace whatever is done to
    /// the time of day.
    pub elapsed_ns: i64,
}

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    /// Reads the time of day and how much time has passed.
    fn reading(&self) -> Reading;
}

/// The clock of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

/// Counts while the machine sleeps, so that opening a laptop is not a jump.
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

/// A clock that moves when it is told to.
#[derive(Debug)]
pub struct ManualClock {
    wall: AtomicI64,
    /// How far the time of day is from the time that passed.
    jumped: AtomicI64,
}

impl ManualClock {
    /// Starts at a time.
    pub fn at(time: Timestamp) -> Self {
        Self {
            wall: AtomicI64::new(time.nanos()),
            jumped: AtomicI64::new(0),
        }
    }

    /// Lets time pass until the time of day is this.
    pub fn set(&self, time: Timestamp) {
        self.wall.store(time.nanos(), Ordering::SeqCst);
    }

    /// Sets the time of day so many seconds ahead, or back, while no time passes.
    pub fn jump(&self, seconds: i64) {
        let nanos = seconds.saturating_mul(1_000_000_000);
        self.jumped.fetch_add(nanos, Ordering::SeqCst);
        self.wall.fetch_add(nanos, Ordering::SeqCst);
    }

    /// Shows what the clock would show if the time of day were this.
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
