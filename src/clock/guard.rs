//! The guard of the clock: permanent records must not get their time from a clock that jumped.
//!
//! Time daemons slew a clock by at most 500 millionths and make only small steps. A larger step is
//! a fault or a decision, and the guard cannot know which. So it does not trust the clock until the
//! clock is right again or an operator accepts it. Meanwhile it continues from the elapsed time.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use parking_lot::Mutex;

use super::{Clock, Reading};
use crate::domain::{Span, Timestamp};

const SECOND: i64 = 1_000_000_000;

/// Most nanoseconds that the time of day may differ from the expected time. This is far more than
/// the steps of a time daemon, and far less than the time in which an offer expires.
const MOST_AWAY_NS: i64 = 60 * SECOND;
/// The guard follows the clock by at most this fraction of the elapsed time, one in a thousand.
/// That is twice as fast as the fastest slew of Linux, so slewing is never a jump, but many small
/// steps together are one.
const FOLLOWS_ONE_IN: i64 = 1_000;
/// Most time that a start may be before the last event: clocks of two machines may differ a little.
const MOST_BEFORE: Span = Span::seconds(5 * 60);
/// Most time that a start may be after the last event: a ledger without events for a year is rare,
/// but a clock that is wrong by years is not.
const MOST_AFTER: Span = Span::days(366);
/// Times of day at which a ledger can record. An earlier time means that the machine has lost its
/// clock. A later time is close to the end of the times that can be stored, in 2262.
const FROM_2020_TO_2250: std::ops::Range<Timestamp> =
    Timestamp::from_nanos(1_577_836_800 * SECOND)..Timestamp::from_nanos(8_835_955_200 * SECOND);

/// Why the clock is not trusted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "the server's clock shows {shown}, but by the elapsed time it should show {expected}: no \
     writes are taken until it does, or until an operator accepts it"
)]
pub struct Doubt {
    /// The time of day.
    pub shown: Timestamp,
    /// The expected time of day.
    pub expected: Timestamp,
    /// The expected time of day when the jump was noticed.
    pub since: Timestamp,
}

impl Doubt {
    /// Returns by how many whole seconds the clock is ahead; negative when it is behind.
    pub fn seconds_ahead(&self) -> i64 {
        self.shown.nanos().saturating_sub(self.expected.nanos()) / SECOND
    }
}

/// Why a ledger must not start at this time, or why this time cannot be accepted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum StartError {
    /// A ledger cannot record at this time of day.
    #[error(
        "the clock shows {shown}: a ledger records only between 2020 and 2250, so set the clock of the \
         machine"
    )]
    OutOfRange {
        /// The time of day.
        shown: Timestamp,
    },
    /// The last event was recorded later than now.
    #[error(
        "the clock shows {shown}, but the last event was recorded at {last}, {} s later: set the \
         clock of the machine; or, if it is right, start once with --accept-clock, and all is \
         recorded at {last} until the clock gets there",
        last.since(*shown).whole_seconds()
    )]
    BeforeTheLast {
        /// The time of day.
        shown: Timestamp,
        /// When the last event was recorded.
        last: Timestamp,
    },
    /// The last event was recorded long ago.
    #[error(
        "the clock shows {shown}, but the last event was recorded at {last}, more than 366 days \
         before: set the clock of the machine; or, if it is right, start once with --accept-clock"
    )]
    LongAfterTheLast {
        /// The time of day.
        shown: Timestamp,
        /// When the last event was recorded.
        last: Timestamp,
    },
}

/// Returns the time and decides whether it can be trusted.
pub struct Guard {
    clock: Arc<dyn Clock>,
    /// The time of day minus the elapsed time: constant for a clock that is never set.
    offset: AtomicI64,
    /// Elapsed time when the offset last followed the clock.
    followed: Mutex<i64>,
    /// When the current doubt began, by the elapsed time.
    doubted: Mutex<Option<Timestamp>>,
    /// Whether an operator accepts the clock at the start.
    accepted: bool,
}

impl std::fmt::Debug for Guard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Guard").finish_non_exhaustive()
    }
}

impl Guard {
    /// Makes a guard that trusts the clock as it is now.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let reading = clock.reading();
        Self {
            offset: AtomicI64::new(offset_of(reading)),
            followed: Mutex::new(reading.elapsed_ns),
            doubted: Mutex::new(None),
            accepted: false,
            clock,
        }
    }

    /// Makes the guard trust the clock at the start, because an operator accepts it.
    #[must_use]
    pub fn accepted_at_start(self) -> Self {
        Self {
            accepted: true,
            ..self
        }
    }

    /// Returns the current time, for uses that record nothing: the time of day, or the expected one
    /// if the clock is not trusted.
    pub fn now(&self) -> Timestamp {
        let reading = self.clock.reading();
        match self.is_away(reading) {
            true => self.expected(reading),
            false => reading.wall,
        }
    }

    /// Returns the current time, for records.
    ///
    /// # Errors
    /// Why the clock is not trusted.
    pub fn trusted(&self) -> Result<Timestamp, Doubt> {
        let mut reading = self.clock.reading();
        if self.is_away(reading) {
            // A thread that was interrupted between the two times of a reading sees a jump too, so
            // it reads again.
            reading = self.clock.reading();
        }
        if !self.is_away(reading) {
            return Ok(reading.wall);
        }
        let expected = self.expected(reading);
        Err(Doubt {
            shown: reading.wall,
            expected,
            since: *self.doubted.lock().get_or_insert(expected),
        })
    }

    /// Checks the clock, and follows its small changes if it is trusted. A timer must call this
    /// regularly.
    ///
    /// # Errors
    /// As [`trusted`](Self::trusted).
    pub fn look(&self) -> Result<(), Doubt> {
        self.trusted()?;
        *self.doubted.lock() = None;
        let reading = self.clock.reading();
        let mut followed = self.followed.lock();
        let passed = reading.elapsed_ns.saturating_sub(*followed);
        let most = passed.saturating_abs() / FOLLOWS_ONE_IN;
        let offset = self.offset.load(Ordering::Relaxed);
        let away = offset_of(reading).saturating_sub(offset);
        self.offset.store(
            offset.saturating_add(away.clamp(-most, most)),
            Ordering::Relaxed,
        );
        *followed = reading.elapsed_ns;
        Ok(())
    }

    /// Trusts the clock as it is now, because an operator accepts it.
    ///
    /// # Errors
    /// [`StartError::OutOfRange`] if a ledger cannot record at this time.
    pub fn accept(&self) -> Result<Timestamp, StartError> {
        let reading = self.clock.reading();
        check_range(reading.wall)?;
        let mut followed = self.followed.lock();
        self.offset.store(offset_of(reading), Ordering::Relaxed);
        *followed = reading.elapsed_ns;
        *self.doubted.lock() = None;
        Ok(reading.wall)
    }

    /// Checks the time at the start of a ledger. `last` is the recording time of its last event, if
    /// there is one.
    ///
    /// # Errors
    /// When the clock cannot be right, or when it is unlikely to be right and no operator accepted
    /// it.
    pub fn check_start(&self, last: Option<Timestamp>) -> Result<(), StartError> {
        let shown = self.clock.reading().wall;
        check_range(shown)?;
        let Some(last) = last.filter(|_| !self.accepted) else {
            return Ok(());
        };
        if last.since(shown) > MOST_BEFORE {
            return Err(StartError::BeforeTheLast { shown, last });
        }
        if shown.since(last) > MOST_AFTER {
            return Err(StartError::LongAfterTheLast { shown, last });
        }
        Ok(())
    }

    fn is_away(&self, reading: Reading) -> bool {
        let offset = self.offset.load(Ordering::Relaxed);
        offset_of(reading).saturating_sub(offset).saturating_abs() > MOST_AWAY_NS
    }

    fn expected(&self, reading: Reading) -> Timestamp {
        let offset = self.offset.load(Ordering::Relaxed);
        Timestamp::from_nanos(reading.elapsed_ns.saturating_add(offset).max(0))
    }
}

fn offset_of(reading: Reading) -> i64 {
    reading.wall.nanos().saturating_sub(reading.elapsed_ns)
}

fn check_range(shown: Timestamp) -> Result<(), StartError> {
    match FROM_2020_TO_2250.contains(&shown) {
        true => Ok(()),
        false => Err(StartError::OutOfRange { shown }),
    }
}

#[cfg(test)]
mod tests {
    use super::super::ManualClock;
    use super::*;

    const START: i64 = 1_772_323_200;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::new(START + seconds, 0).unwrap()
    }

    fn guarded() -> (Arc<ManualClock>, Guard) {
        let clock = Arc::new(ManualClock::at(at(0)));
        (Arc::clone(&clock), Guard::new(clock))
    }

    #[test]
    fn time_that_passes_is_believed_however_long() {
        let (clock, guard) = guarded();
        clock.set(at(400 * 86_400));
        assert_eq!(guard.trusted(), Ok(at(400 * 86_400)));
        assert_eq!(guard.look(), Ok(()));
    }

    #[test]
    fn a_jump_is_doubted_either_way_until_it_is_gone() {
        for jump in [31_536_000, -31_536_000, 61, -61] {
            let (clock, guard) = guarded();
            clock.set(at(10));
            clock.jump(jump);
            let doubt = guard.trusted().unwrap_err();
            assert_eq!(doubt.seconds_ahead(), jump);
            assert_eq!((doubt.expected, doubt.since), (at(10), at(10)));
            assert_eq!(guard.now(), at(10), "reads go by the time that passed");
            clock.set(at(70 + jump));
            assert_eq!(guard.look().unwrap_err().since, at(10));
            clock.jump(-jump);
            assert_eq!(guard.look(), Ok(()));
            assert_eq!(guard.trusted(), Ok(at(70)));
        }
    }

    #[test]
    fn an_accepted_clock_is_believed_from_there_on() {
        let (clock, guard) = guarded();
        clock.jump(86_400);
        assert!(guard.trusted().is_err());
        assert_eq!(guard.accept(), Ok(at(86_400)));
        assert_eq!(guard.trusted(), Ok(at(86_400)));
        clock.jump(-86_400);
        assert!(guard.trusted().is_err(), "the way back is a jump too");
    }

    #[test]
    fn slewing_and_small_steps_are_no_jump_and_many_small_ones_are() {
        let (clock, guard) = guarded();
        let mut passed = 0;
        // A day of slewing by 500 millionths, looked at every 2,000 s, is 43 s; a month is far more
        // than a jump may be.
        for _ in 0..1_296 {
            passed += 2_000;
            clock.set(at(passed));
            clock.jump(1);
            passed += 1;
            assert_eq!(guard.look(), Ok(()));
        }
        let (clock, guard) = guarded();
        clock.jump(50);
        assert_eq!(guard.look(), Ok(()));
        assert_eq!(guard.trusted(), Ok(at(50)));
        clock.set(at(55));
        clock.jump(50);
        assert!(guard.look().is_err(), "two steps of 50 s in 5 s are a jump");
    }

    #[test]
    fn no_year_that_has_no_room_is_accepted() {
        for wrong in [0, 1_577_836_799, 8_835_955_200, 9_223_372_036] {
            let (clock, guard) = guarded();
            clock.jump(wrong - START);
            let shown = Timestamp::new(wrong, 0).unwrap();
            assert_eq!(guard.accept(), Err(StartError::OutOfRange { shown }));
            assert!(guard.trusted().is_err());
            let guard = Guard::new(clock).accepted_at_start();
            let refused = Err(StartError::OutOfRange { shown });
            assert_eq!(guard.check_start(None), refused);
        }
    }

    #[test]
    fn a_start_is_held_against_the_last_event() {
        const DAY: i64 = 86_400;
        let (clock, guard) = guarded();
        assert_eq!(guard.check_start(None), Ok(()));
        for near in [300, 0, -366 * DAY] {
            assert_eq!(guard.check_start(Some(at(near))), Ok(()), "{near}");
        }
        let (shown, last) = (at(0), at(301));
        let refused = guard.check_start(Some(last)).unwrap_err();
        assert_eq!(refused, StartError::BeforeTheLast { shown, last });
        let last = at(-366 * DAY - 1);
        let refused = guard.check_start(Some(last)).unwrap_err();
        assert_eq!(refused, StartError::LongAfterTheLast { shown, last });
        assert!(refused.to_string().contains("--accept-clock"), "{refused}");
        let guard = Guard::new(clock).accepted_at_start();
        assert_eq!(guard.check_start(Some(at(301))), Ok(()));
        assert_eq!(guard.check_start(Some(last)), Ok(()));
    }

    #[test]
    fn the_clock_of_the_machine_is_believed() {
        let guard = Guard::new(Arc::new(super::super::SystemClock));
        assert!(guard.trusted().is_ok());
        assert_eq!(guard.look(), Ok(()));
        assert_eq!(guard.check_start(Some(guard.now())), Ok(()));
    }
}
