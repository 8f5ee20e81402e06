//! A clock that tests set, and a gate in it at which the writer can be held.

use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use campaign_ledger::clock::{Clock, ManualClock, Reading};
use campaign_ledger::domain::Timestamp;
use prost_types::Timestamp as WireTime;
use tokio::sync::watch;

/// 2026-03-01T00:00:00Z, when every test begins.
const BEGINNING_S: i64 = 1_772_323_200;
const DAY_S: i64 = 24 * 60 * 60;

/// Returns the time this many days after the beginning.
pub fn day(days: i64) -> WireTime {
    days_and(days, 0)
}

/// Returns the time this many days and seconds after the beginning.
pub fn days_and(days: i64, seconds: i64) -> WireTime {
    WireTime {
        seconds: BEGINNING_S + days * DAY_S + seconds,
        nanos: 0,
    }
}

fn domain(at: WireTime) -> Timestamp {
    Timestamp::new(at.seconds, at.nanos).unwrap()
}

/// A [`ManualClock`] that distinguishes the writer's thread from all others. The writer reads the
/// time once per group, so it can be stopped there, or be given another time.
pub struct TestClock {
    time: ManualClock,
    writer: Mutex<WritersView>,
    opened: Condvar,
    waiting: watch::Sender<bool>,
}

#[derive(Default)]
struct WritersView {
    held: bool,
    time: Option<Timestamp>,
}

impl TestClock {
    pub fn at(time: WireTime) -> Self {
        Self {
            time: ManualClock::at(domain(time)),
            writer: Mutex::default(),
            opened: Condvar::new(),
            waiting: watch::Sender::new(false),
        }
    }

    /// Sets the time for all threads.
    pub fn set(&self, time: WireTime) {
        self.time.set(domain(time));
    }

    /// Moves the time of day ahead or back by this many seconds, while no time passes.
    pub fn jump(&self, seconds: i64) {
        self.time.jump(seconds);
    }

    /// Sets only the writer's time, as if it were the first to read the clock.
    pub fn set_for_writer(&self, time: Option<WireTime>) {
        self.writer.lock().unwrap().time = time.map(domain);
    }

    /// Holds the writer at its next group, until the guard is dropped.
    pub fn hold_writer(self: &Arc<Self>) -> HeldWriter {
        self.writer.lock().unwrap().held = true;
        HeldWriter(Arc::clone(self))
    }

    fn writers_reading(&self) -> Reading {
        let mut writer = self.writer.lock().unwrap();
        while writer.held {
            self.waiting.send_replace(true);
            writer = self.opened.wait(writer).unwrap();
        }
        self.waiting.send_replace(false);
        match writer.time {
            Some(time) => self.time.reading_at(time),
            None => self.time.reading(),
        }
    }
}

impl Clock for TestClock {
    fn reading(&self) -> Reading {
        match thread::current().name() {
            Some("writer") => self.writers_reading(),
            Some(_) | None => self.time.reading(),
        }
    }
}

/// Holds the writer; when it is dropped, the writer continues.
pub struct HeldWriter(Arc<TestClock>);

impl HeldWriter {
    /// Waits until the writer has taken a command and waits at the gate with it.
    pub async fn reached(&self) {
        let mut waiting = self.0.waiting.subscribe();
        waiting.wait_for(|waiting| *waiting).await.unwrap();
    }
}

impl Drop for HeldWriter {
    fn drop(&mut self) {
        self.0.writer.lock().unwrap().held = false;
        self.0.opened.notify_all();
    }
}
